//! All safe fixes of a document as one edit. Where two would touch the same text the first one wins; the other is still
//! there the next time.

use std::collections::BTreeMap;

use crate::engine::Offer;
use crate::fixes::{FileEdit, Fix, Grade, TextEdit};

/// Offers in order of their places. Nothing that needs to be read first, and nothing that only silences.
pub fn merged(offers: &[Offer]) -> Vec<FileEdit> {
    let mut files: Vec<Merging> = Vec::new();
    for fix in offers.iter().filter_map(best) {
        let fits = fix.edits.iter().all(|edit| match files.iter().find(|file| file.edit.file == edit.file) {
            Some(file) => edit.edits.iter().all(|edit| file.takes(edit) != Takes::No),
            None => true,
        });
        if fits {
            fix.edits.iter().for_each(|edit| take(&mut files, edit));
        }
    }
    files.into_iter().map(Merging::into_edit).filter(|edit| !edit.edits.is_empty()).collect()
}

fn best(offer: &Offer) -> Option<&Fix> {
    let safe = |fix: &&Fix| fix.grade == Grade::Safe && !fix.suppresses;
    offer.fixes.iter().filter(safe).find(|fix| fix.preferred).or_else(|| offer.fixes.iter().find(safe))
}

struct Merging {
    /// Its `edits` are in `in_order` until the end.
    edit: FileEdit,
    /// By start, end, and the order in which they came.
    in_order: BTreeMap<(u32, u32, usize), TextEdit>,
}

#[derive(PartialEq)]
enum Takes {
    Yes,
    /// It is there already: two fixes that add the same import.
    Already,
    No,
}

impl Merging {
    fn takes(&self, edit: &TextEdit) -> Takes {
        // Edits do not overlap, so of those that begin at or before its end the last one reaches farthest.
        match self.in_order.range(..=(edit.span.end, u32::MAX, usize::MAX)).next_back() {
            Some((_, other)) if other == edit => Takes::Already,
            Some((_, other)) if other.span.touches(edit.span) => Takes::No,
            _ => Takes::Yes,
        }
    }

    fn into_edit(self) -> FileEdit {
        FileEdit { edits: self.in_order.into_values().collect(), ..self.edit }
    }
}

fn take(files: &mut Vec<Merging>, edit: &FileEdit) {
    let at = files.iter().position(|file| file.edit.file == edit.file).unwrap_or_else(|| {
        files.push(Merging { edit: FileEdit { edits: Vec::new(), ..edit.clone() }, in_order: BTreeMap::new() });
        files.len() - 1
    });
    if let Some(file) = files.get_mut(at) {
        file.edit.create |= edit.create;
        // Asked before any is added: the edits of one fix may touch each other.
        let new: Vec<&TextEdit> = edit.edits.iter().filter(|edit| file.takes(edit) == Takes::Yes).collect();
        for edit in new {
            file.in_order.insert((edit.span.start, edit.span.end, file.in_order.len()), edit.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Confidence, Finding, Impact, Level, Place, RuleId};
    use crate::text::{FileId, Span};

    fn edit(file: &str, edits: &[(u32, u32, &str)]) -> FileEdit {
        let edits = edits.iter().map(|(start, end, text)| TextEdit { span: Span::new(*start, *end), text: (*text).into() });
        FileEdit { file: FileId::new(file), create: false, edits: edits.collect() }
    }

    fn fix(grade: Grade, edits: Vec<FileEdit>) -> Fix {
        Fix { title: "fix".into(), grade, preferred: true, edits, note: None, suppresses: false }
    }

    fn offer(fixes: Vec<Fix>) -> Offer {
        let finding = Finding {
            rule: RuleId::new("xss"),
            detail: "".into(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level: Level::Error,
            place: Place { file: FileId::new("/a"), span: Span::new(0, 1) },
            message: "m".into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        };
        Offer { finding, fixes }
    }

    fn merged_edits(offers: Vec<Vec<Fix>>) -> Vec<FileEdit> {
        merged(&offers.into_iter().map(offer).collect::<Vec<_>>())
    }

    #[test]
    fn safe_fixes_join_and_the_same_import_is_added_once() {
        let one = fix(Grade::Safe, vec![edit("/env", &[(0, 0, "A=1\n")]), edit("/a", &[(0, 0, "import os\n"), (10, 12, "x")])]);
        let two = fix(Grade::Safe, vec![edit("/a", &[(0, 0, "import os\n"), (20, 22, "y")])]);
        let expected = [edit("/env", &[(0, 0, "A=1\n")]), edit("/a", &[(0, 0, "import os\n"), (10, 12, "x"), (20, 22, "y")])];
        assert_eq!(merged_edits(vec![vec![one], vec![two]]), expected);
    }

    #[test]
    fn a_fix_that_touches_an_earlier_one_is_left_whole() {
        let one = fix(Grade::Safe, vec![edit("/a", &[(10, 20, "x")])]);
        for clash in [(15, 16), (20, 25), (5, 10), (10, 20), (0, 30), (20, 20)] {
            let two = fix(Grade::Safe, vec![edit("/b", &[(0, 0, "b")]), edit("/a", &[(clash.0, clash.1, "y")])]);
            assert_eq!(merged_edits(vec![vec![one.clone()], vec![two]]), one.edits, "{clash:?}");
        }
    }

    #[test]
    fn the_edits_of_one_fix_may_touch_each_other() {
        let one = fix(Grade::Safe, vec![edit("/a", &[(5, 5, "a"), (5, 5, "b"), (5, 8, "c"), (8, 8, "d")])]);
        assert_eq!(merged_edits(vec![vec![one.clone()], vec![one.clone()]]), one.edits);
    }

    #[test]
    fn what_needs_to_be_read_and_what_silences_is_left_out() {
        let review = fix(Grade::NeedsReview, vec![edit("/a", &[(1, 2, "x")])]);
        let silence = Fix { suppresses: true, ..fix(Grade::Safe, vec![edit("/a", &[(0, 0, "// ignore\n")])]) };
        let safe = Fix { preferred: false, ..fix(Grade::Safe, vec![edit("/a", &[(5, 6, "z")])]) };
        assert_eq!(merged_edits(vec![vec![review.clone(), silence.clone()]]), []);
        assert_eq!(merged_edits(vec![vec![review, silence, safe.clone()]]), safe.edits);
    }

    #[test]
    fn of_many_offers_none_overlap() {
        let offers = (0..2000).map(|i| vec![fix(Grade::Safe, vec![edit("/a", &[((i * 7919) % 5000, (i * 7919) % 5000 + 3, "x")])])]);
        let edits = merged_edits(offers.collect());
        assert!(edits[0].edits.windows(2).all(|pair| pair[0].span.end < pair[1].span.start));
        assert!(edits[0].edits.len() > 500);
    }
}
