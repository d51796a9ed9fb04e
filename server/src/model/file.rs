//! A file's model: its segments in order.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Comment, Segment};
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

/// A segment and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    pub start: u32,
    pub segment: Arc<Segment>,
}

impl Placed {
    /// From the segment's own offsets to the file's.
    pub fn absolute(&self, span: Span) -> Span {
        span.shifted(self.start)
    }

    pub fn span(&self) -> Span {
        Span::new(self.start, self.start + self.segment.len)
    }
}

#[derive(Clone, Debug)]
pub struct FileModel {
    pub file: FileId,
    pub language: Language,
    pub segments: Vec<Placed>,
    /// `"use client"`, `"use server"` at the top of the file.
    pub directives: Vec<Name>,
}

impl FileModel {
    /// Every comment with its place in the file.
    pub fn comments(&self) -> impl Iterator<Item = (Span, &Comment)> {
        self.segments.iter().flat_map(|placed| placed.segment.comments.iter().map(|c| (placed.absolute(c.span), c)))
    }

    /// The segment that covers `offset`.
    pub fn segment_at(&self, offset: u32) -> Option<&Placed> {
        let after = self.segments.partition_point(|placed| placed.start <= offset);
        self.segments[..after].last().filter(|placed| offset <= placed.start + placed.segment.len)
    }
}

/// For each segment of `after`, where the same one stood before; `None` for the new ones. Cheap: what stands before and behind
/// the changed place is compared, not looked up.
pub fn kept<'b>(before: impl Fn(usize) -> Option<&'b Arc<Segment>>, count: usize, after: &[Placed]) -> Vec<Option<usize>> {
    let same = |at: usize, placed: &Placed| before(at).is_some_and(|known| Arc::ptr_eq(known, &placed.segment));
    let (first, last) = unchanged(&same, count, after);
    let mut kept: Vec<Option<usize>> = Vec::with_capacity(after.len());
    kept.extend((0..first).map(Some));
    let middle = after.get(first..after.len() - last).unwrap_or_default();
    let by_address: FxHashMap<*const Segment, usize> = match middle {
        [] => FxHashMap::default(),
        _ => (first..count - last).filter_map(|at| Some((Arc::as_ptr(before(at)?), at))).collect(),
    };
    kept.extend(middle.iter().map(|placed| by_address.get(&Arc::as_ptr(&placed.segment)).copied()));
    kept.extend((count - last..count).map(Some));
    kept
}

/// The segments of `before` that are gone and those of `after` that are new, or that may be so.
pub fn changed<'m>(before: &'m FileModel, after: &'m FileModel) -> impl Iterator<Item = &'m Segment> {
    let (old, new) = (&before.segments, &after.segments);
    let same = |at: usize, placed: &Placed| old.get(at).is_some_and(|known| Arc::ptr_eq(&known.segment, &placed.segment));
    let (first, last) = unchanged(&same, old.len(), new);
    let middle = |segments: &'m [Placed]| segments.get(first..segments.len() - last).unwrap_or_default().iter().map(|placed| &*placed.segment);
    middle(old).chain(middle(new))
}

/// How many segments at the beginning and at the end are the same.
fn unchanged(same: &dyn Fn(usize, &Placed) -> bool, count: usize, after: &[Placed]) -> (usize, usize) {
    let shorter = count.min(after.len());
    let first = after.iter().take(shorter).enumerate().take_while(|(at, placed)| same(*at, placed)).count();
    let behind = after.iter().rev().take(shorter - first).enumerate();
    let last = behind.take_while(|(back, placed)| same(count - 1 - back, placed)).count();
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(segments: &[&Arc<Segment>]) -> Vec<Placed> {
        segments.iter().map(|segment| Placed { start: 0, segment: Arc::clone(segment) }).collect()
    }

    #[test]
    fn what_stayed_is_found_wherever_it_stands_now() {
        let [a, b, c, d, e] = [(); 5].map(|()| Arc::new(Segment::default()));
        let before = placed(&[&a, &b, &c, &d]);
        let kept = |after: &[&Arc<Segment>]| super::kept(|at| before.get(at).map(|placed| &placed.segment), before.len(), &placed(after));
        assert_eq!(kept(&[&a, &b, &c, &d]), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(kept(&[&a, &e, &c, &d]), [Some(0), None, Some(2), Some(3)]);
        assert_eq!(kept(&[&e, &c, &b, &d]), [None, Some(2), Some(1), Some(3)]);
        assert_eq!(kept(&[&a, &a, &d, &d]), [Some(0), None, None, Some(3)], "equal to both ends, but one of them only");
        assert_eq!(kept(&[&a]), [Some(0)]);
        assert_eq!(kept(&[]), []);
        assert_eq!(super::kept(|_| None, 0, &before), [None; 4]);
    }

    #[test]
    fn what_changed_is_the_old_and_the_new() {
        let [a, b, c, d] = [1, 2, 3, 4].map(|hash| Arc::new(Segment { hash, ..Segment::default() }));
        let model = |segments: &[&Arc<Segment>]| FileModel {
            file: FileId::new("/a.ts"),
            language: Language::TypeScript,
            segments: placed(segments),
            directives: Vec::new(),
        };
        let changed = |before: &[&Arc<Segment>], after: &[&Arc<Segment>]| -> Vec<u64> {
            super::changed(&model(before), &model(after)).map(|segment| segment.hash).collect()
        };
        assert_eq!(changed(&[&a, &b, &c], &[&a, &d, &c]), [2, 4]);
        assert_eq!(changed(&[&a, &b], &[&a, &b]), [0u64; 0]);
        assert_eq!(changed(&[], &[&a]), [1]);
        assert_eq!(changed(&[&a, &b, &c], &[&c]), [1, 2]);
    }
}
