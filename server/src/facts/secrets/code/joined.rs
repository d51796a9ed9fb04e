//! Texts of literals: one, or several that are joined before anybody uses them (`"sk_" + "live_..."`).

use std::borrow::Cow;
use std::ops::Range;

use crate::model::{BinaryOp, ExprId, ExprKind, Segment, TemplatePart};
use crate::text::Span;

/// Stands for a hole of a template, so that no token reaches across one.
const HOLE: &str = "${_}";

/// A text and where its pieces stand.
pub(super) struct Text<'s> {
    pub text: Cow<'s, str>,
    /// Of each piece: where it begins in the text, and its place as written, with quotes.
    pieces: Vec<(usize, Span)>,
    /// Nothing but constants.
    pub whole: bool,
}

impl<'s> Text<'s> {
    pub fn one(text: &'s str, literal: Span) -> Text<'s> {
        Text { text: Cow::Borrowed(text), pieces: vec![(0, literal)], whole: true }
    }

    /// A template or f-string; its holes are kept apart.
    pub fn template(parts: &'s [TemplatePart]) -> Text<'s> {
        let mut joined = Text { text: Cow::Owned(String::new()), pieces: Vec::new(), whole: true };
        for part in parts {
            match part {
                TemplatePart::Text(text, span) => joined.push(text, *span),
                TemplatePart::Hole(_, span) => {
                    joined.push(HOLE, *span);
                    joined.whole = false;
                }
            }
        }
        joined
    }

    fn push(&mut self, text: &str, span: Span) {
        self.pieces.push((self.text.len(), span));
        self.text.to_mut().push_str(text);
    }

    /// The constants of `a + b + c`, next to each other, as texts of their own; what else stands in the sum is given to
    /// `other`.
    pub fn sum(segment: &'s Segment, left: ExprId, right: ExprId, mut other: impl FnMut(ExprId)) -> Vec<(Text<'s>, Span)> {
        let mut terms = Vec::new();
        flatten(segment, left, &mut terms);
        flatten(segment, right, &mut terms);
        let mut out: Vec<(Text<'s>, Span)> = Vec::new();
        let mut open = false;
        let all_constant = terms.iter().all(|term| constant(segment, *term).is_some());
        for term in terms {
            let Some(text) = constant(segment, term) else {
                open = false;
                other(term);
                continue;
            };
            let span = segment[term].span;
            match out.last_mut().filter(|_| open) {
                Some((joined, place)) => {
                    joined.push(text, span);
                    *place = Span::new(place.start, span.end);
                }
                None => {
                    let mut text = Text::one(text, span);
                    text.whole = all_constant;
                    out.push((text, span));
                }
            }
            open = true;
        }
        out
    }

    /// Where a range of the text is written. `source` is the segment's text; escapes make it the piece as a whole.
    pub fn span_of(&self, range: Range<usize>, source: &str, literal: Span) -> Span {
        if range == (0..self.text.len()) {
            return self.inside(source, literal);
        }
        let (Some(first), Some(last)) = (self.piece_at(range.start), self.piece_at(range.end.saturating_sub(1))) else { return literal };
        if first != last {
            let (Some((_, from)), Some((_, to))) = (self.pieces.get(first), self.pieces.get(last)) else { return literal };
            return Span::new(from.start, to.end);
        }
        let Some((_, piece)) = self.pieces.get(first) else { return literal };
        let written = piece.of(source);
        let token = self.text.get(range).unwrap_or("");
        match written.find(token) {
            Some(at) if !token.is_empty() => Span::new(piece.start + at as u32, piece.start + (at + token.len()) as u32),
            _ => *piece,
        }
    }

    /// The literal without its quotes, where it is one.
    fn inside(&self, source: &str, literal: Span) -> Span {
        let [(_, piece)] = self.pieces.as_slice() else { return literal };
        match piece.of(source).find(self.text.as_ref()) {
            Some(at) if !self.text.is_empty() => Span::new(piece.start + at as u32, piece.start + (at + self.text.len()) as u32),
            _ => literal,
        }
    }

    fn piece_at(&self, offset: usize) -> Option<usize> {
        self.pieces.partition_point(|(start, _)| *start <= offset).checked_sub(1)
    }
}

/// A sum may be long; it leans to the left.
fn flatten(segment: &Segment, id: ExprId, terms: &mut Vec<ExprId>) {
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        match segment[id].kind {
            ExprKind::Binary { op: BinaryOp::Add, left, right } => stack.extend([right, left]),
            _ => terms.push(id),
        }
    }
}

/// The text of a literal without holes.
pub(super) fn constant(segment: &Segment, id: ExprId) -> Option<&str> {
    match &segment[id].kind {
        ExprKind::Str(text) | ExprKind::Bytes(text) => Some(text),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Text(text, _)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}
