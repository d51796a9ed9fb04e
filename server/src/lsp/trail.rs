//! The last edits of a document: what lies between the text that was shown and the one that is.

use std::collections::VecDeque;

use crate::text::Edit;

/// Each edit with the revision that it was an edit of.
#[derive(Clone, Default)]
pub struct Trail(VecDeque<(u64, Edit)>);

/// Who is further behind is shown everything anew.
const LONGEST: usize = 16;

impl Trail {
    pub fn add(&mut self, revision: u64, edit: Edit) {
        if self.0.len() == LONGEST {
            self.0.pop_front();
        }
        self.0.push_back((revision, edit));
    }

    /// All edits since a revision as one; `None` if that is not known.
    pub fn since(&self, revision: u64) -> Option<Edit> {
        let first = self.0.iter().position(|(of, _)| *of == revision)?;
        // Of several edits of one revision the first may be forgotten already.
        if first == 0 && self.0.len() == LONGEST {
            return None;
        }
        self.0.iter().skip(first).map(|(_, edit)| *edit).reduce(Edit::then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn edits_since_a_revision_are_one() {
        let mut trail = Trail::default();
        let edit = |start, end, new_len| Edit { old: Span::new(start, end), new_len };
        trail.add(1, edit(5, 5, 3));
        trail.add(2, edit(2, 2, 1));
        trail.add(2, edit(20, 24, 0));
        assert_eq!(trail.since(1), Some(edit(2, 20, 18)));
        assert_eq!(trail.since(2), Some(edit(2, 23, 18)));
        assert_eq!(trail.since(3), None);
        (3..40).for_each(|revision| trail.add(revision, edit(0, 0, 1)));
        assert_eq!(trail.since(1), None);
        assert_eq!(trail.since(38), Some(edit(0, 0, 2)));
    }
}
