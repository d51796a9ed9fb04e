//! A file's model: its segments in order.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::lower::Statements;
use super::{Comment, Segment};
use crate::syntax::Language;
use crate::text::{FileId, Name, Span, common_ends};

/// A segment and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    pub start: u32,
    /// Said here too, so that most segments need not be looked at to find the comments of a file.
    has_comments: bool,
    pub segment: Arc<Segment>,
}

impl Placed {
    pub fn new(start: u32, segment: Arc<Segment>) -> Placed {
        Placed { start, has_comments: !segment.comments.is_empty(), segment }
    }

    /// The same segment, somewhere else.
    pub fn at(&self, start: u32) -> Placed {
        Placed { start, ..self.clone() }
    }

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
    /// What the statements became that somebody typed in last.
    pub(super) statements: Option<Arc<Statements>>,
}

impl FileModel {
    /// Every comment with its place in the file.
    pub fn comments(&self) -> impl Iterator<Item = (Span, &Comment)> {
        self.segments.iter().filter(|placed| placed.has_comments).flat_map(|placed| placed.segment.comments.iter().map(|c| (placed.absolute(c.span), c)))
    }

    /// Made of the same segments, at the same places.
    pub fn is_same(&self, other: &FileModel) -> bool {
        let same = |(a, b): (&Placed, &Placed)| a.start == b.start && Arc::ptr_eq(&a.segment, &b.segment);
        self.segments.len() == other.segments.len() && self.segments.iter().zip(&other.segments).all(same)
    }

    /// The segment that covers `offset`.
    pub fn segment_at(&self, offset: u32) -> Option<&Placed> {
        let after = self.segments.partition_point(|placed| placed.start <= offset);
        self.segments[..after].last().filter(|placed| offset <= placed.start + placed.segment.len)
    }
}

/// For each segment of `after`, where the same one stood before; `None` for the new ones. Cheap: what stands before and behind
/// the changed place is compared, not looked up.
pub fn kept<T>(before: &[T], segment_of: impl Fn(&T) -> &Arc<Segment>, after: &[Placed]) -> Vec<Option<usize>> {
    let same = |known: &T, placed: &Placed| Arc::ptr_eq(segment_of(known), &placed.segment);
    let (first, last) = common_ends(before, after, same, same);
    let (changed, behind) = (first..before.len() - last, before.len() - last..before.len());
    let mut kept: Vec<Option<usize>> = (0..first).map(Some).collect();
    let middle = after.get(first..after.len() - last).unwrap_or_default();
    let by_address: FxHashMap<*const Segment, usize> = match middle {
        [] => FxHashMap::default(),
        _ => changed.filter_map(|at| Some((Arc::as_ptr(segment_of(before.get(at)?)), at))).collect(),
    };
    kept.extend(middle.iter().map(|placed| by_address.get(&Arc::as_ptr(&placed.segment)).copied()));
    kept.extend(behind.map(Some));
    kept
}

/// The segments of `before` that are gone and those of `after` that are new, or that may be so.
pub fn changed<'m>(before: &'m FileModel, after: &'m FileModel) -> impl Iterator<Item = &'m Segment> {
    let same = |a: &Placed, b: &Placed| Arc::ptr_eq(&a.segment, &b.segment);
    let (first, last) = common_ends(&before.segments, &after.segments, same, same);
    let middle = move |segments: &'m [Placed]| segments.get(first..segments.len() - last).unwrap_or_default().iter().map(|placed| &*placed.segment);
    middle(&before.segments).chain(middle(&after.segments))
}

/// Which segments of `after` are not what they were.
pub fn segments_that_came(before: &FileModel, after: &FileModel) -> Range<usize> {
    let same = |a: &Placed, b: &Placed| Arc::ptr_eq(&a.segment, &b.segment);
    let (first, last) = common_ends(&before.segments, &after.segments, same, same);
    first..after.segments.len() - last
}

/// Where the segments stand that are new in `after`, with their neighbours.
pub fn around_changes(before: &FileModel, after: &FileModel) -> Span {
    let same = |a: &Placed, b: &Placed| Arc::ptr_eq(&a.segment, &b.segment);
    let (first, last) = common_ends(&before.segments, &after.segments, same, same);
    let segments = &after.segments;
    let around = segments.get(first.saturating_sub(1)..(segments.len() - last + 1).min(segments.len())).unwrap_or_default();
    match (around.first(), around.last()) {
        (Some(first), Some(last)) => Span::new(first.start, last.span().end),
        _ => Span::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(segments: &[&Arc<Segment>]) -> Vec<Placed> {
        segments.iter().map(|segment| Placed::new(0, Arc::clone(segment))).collect()
    }

    #[test]
    fn what_stayed_is_found_wherever_it_stands_now() {
        let [a, b, c, d, e] = [(); 5].map(|()| Arc::new(Segment::default()));
        let before = placed(&[&a, &b, &c, &d]);
        let kept = |after: &[&Arc<Segment>]| super::kept(&before, |placed| &placed.segment, &placed(after));
        assert_eq!(kept(&[&a, &b, &c, &d]), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(kept(&[&a, &e, &c, &d]), [Some(0), None, Some(2), Some(3)]);
        assert_eq!(kept(&[&e, &c, &b, &d]), [None, Some(2), Some(1), Some(3)]);
        assert_eq!(kept(&[&a, &a, &d, &d]), [Some(0), None, None, Some(3)], "equal to both ends, but one of them only");
        assert_eq!(kept(&[&a]), [Some(0)]);
        assert_eq!(kept(&[]), []);
        assert_eq!(super::kept(&[], |placed: &Placed| &placed.segment, &before), [None; 4]);
    }

    #[test]
    fn what_changed_is_the_old_and_the_new() {
        let [a, b, c, d] = [1, 2, 3, 4].map(|hash| Arc::new(Segment { hash, ..Segment::default() }));
        let model = |segments: &[&Arc<Segment>]| FileModel {
            file: FileId::new("/a.ts"),
            language: Language::TypeScript,
            segments: placed(segments),
            directives: Vec::new(),
            statements: None,
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
