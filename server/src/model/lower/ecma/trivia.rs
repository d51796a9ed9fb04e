//! Comments and errors: they may stand anywhere, also where the lowering does not look.

use tree_sitter::Node;

use super::Ecma;
use super::kinds::Kind;
use crate::text::Span;

impl<'a> Ecma<'a> {
    /// Collects the comments and errors in `root`. Only looks into nodes that have an error or what may be a comment.
    pub(super) fn trivia(&mut self, root: Node<'a>) {
        let marks = marks(self.cx.text);
        if marks.is_empty() && !root.has_error() && !root.is_missing() {
            return;
        }
        let mut next = 0;
        let (start, end) = (self.cx.base as usize, self.cx.base as usize + self.cx.text.len());
        self.cursor.reset(root);
        loop {
            let node = self.cursor.node();
            if node.end_byte() < start || node.start_byte() > end || node != root && (node.start_byte() < start || node.end_byte() > end) {
                // Another segment of the same error.
                if !self.cursor.goto_next_sibling() {
                    return;
                }
                continue;
            }
            let span = Span::new((node.start_byte().max(start) - start) as u32, (node.end_byte().min(end) - start) as u32);
            let kind = self.tables.kind(node);
            if kind == Kind::Error || span.is_empty() && node.is_missing() {
                self.cx.builder.segment.errors.push(span);
            }
            let comment = matches!(kind, Kind::Comment | Kind::HtmlComment);
            if comment {
                self.cx.comment(node);
            }
            while marks.get(next).is_some_and(|mark| *mark < span.start) {
                next += 1;
            }
            let marked = marks.get(next).is_some_and(|mark| *mark < span.end);
            if !comment && (marked || node.has_error()) && self.cursor.goto_first_child() {
                continue;
            }
            while !self.cursor.goto_next_sibling() {
                if !self.cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

/// Where a comment may begin.
fn marks(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let is_mark = |pair: &[u8]| matches!(pair, [b'/', b'/' | b'*'] | [b'<', b'!'] | [b'-', b'-']);
    bytes.windows(2).enumerate().filter(|(_, pair)| is_mark(pair)).map(|(at, _)| at as u32).collect()
}
