//! Changes to a text: what the editor sends, and what it means in bytes.

use ropey::Rope;

use super::Span;
use super::position::{self, Encoding, Range};

/// One change as it arrives: a range measured against the text its predecessor left behind, or the whole text anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub range: Option<Range>,
    pub text: String,
}

/// The same change in bytes: `old` is replaced by `new_len` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    pub old: Span,
    pub new_len: u32,
}

impl Edit {
    /// Where a span lies afterwards; `None` if the edit touches it.
    pub fn moved(self, span: Span) -> Option<Span> {
        if span.end < self.old.start {
            return Some(span);
        }
        let by = |at: u32| at - self.old.len() + self.new_len;
        (span.start > self.old.end).then(|| Span::new(by(span.start), by(span.end)))
    }

    /// This one and then another, which is measured against the text that this one left behind, as one.
    pub fn then(self, next: Edit) -> Edit {
        let new_end = self.old.start + self.new_len;
        let start = self.old.start.min(next.old.start);
        let old_end = self.old.end + next.old.end.saturating_sub(new_end);
        let new_end = new_end.max(next.old.end) - next.old.len() + next.new_len;
        Edit { old: Span::new(start, old_end), new_len: new_end - start }
    }
}

/// Applies a change and says what it did, or `None` when it replaced the whole text.
pub fn splice(rope: &mut Rope, change: &Change, encoding: Encoding) -> Option<Edit> {
    let Some(range) = change.range else {
        *rope = Rope::from_str(&change.text);
        return None;
    };
    let old = position::span(rope, range, encoding);
    replace(rope, old, &change.text);
    Some(Edit { old, new_len: change.text.len() as u32 })
}

/// Replaces the bytes of `span`, which must lie on character boundaries, by `text`.
pub fn replace(rope: &mut Rope, span: Span, text: &str) {
    let start = rope.byte_to_char(span.start as usize);
    let end = rope.byte_to_char(span.end as usize);
    rope.remove(start..end);
    if !text.is_empty() {
        rope.insert(start, text);
    }
}
