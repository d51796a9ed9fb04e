//! Parsing what was edited: each piece alone, or with a neighbour it turns out to belong to.

use ropey::Rope;

use super::Language;
use super::parse::Parsed;
use super::pieces::{Piece, State, part_of, standing_alone};
use crate::text::Span;

/// Neighbours longer than this are not parsed again to see whether they belong to a piece.
const LONGEST_NEIGHBOUR: u32 = 64 << 10;

/// Parses the pieces that were edited. `None` if one of them could not be parsed.
pub(super) fn parsed(pieces: Vec<Piece>, language: Language, rope: &Rope) -> Option<Vec<Piece>> {
    let mut done: Vec<Piece> = Vec::with_capacity(pieces.len() + 1);
    let mut rest = pieces.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let State::Edited { at_border } = piece.part.state else {
            done.push(piece);
            continue;
        };
        let around = Around { language, rope, previous: done.last(), next: rest.peek().filter(|next| !matches!(next.part.state, State::Edited { .. })) };
        let made = around.parse(&piece, at_border)?;
        let (with_previous, with_next) = (made.with_previous, made.with_next);
        if with_previous {
            done.pop();
        }
        if with_next {
            rest.next();
        }
        made.push_to(&mut done, language);
    }
    Some(done)
}

struct Around<'a> {
    language: Language,
    rope: &'a Rope,
    previous: Option<&'a Piece>,
    next: Option<&'a Piece>,
}

struct Made {
    span: Span,
    parsed: Parsed,
    with_previous: bool,
    with_next: bool,
}

impl Around<'_> {
    fn parse(&self, piece: &Piece, at_border: bool) -> Option<Made> {
        let span = piece.span();
        let goes_on = at_border && self.goes_on(span);
        let is_gone_on = at_border && self.next.is_some_and(|next| self.goes_on(next.span()));
        if goes_on || is_gone_on {
            let together = self.together(span, goes_on, is_gone_on)?;
            if together.parsed.is_clean() || goes_on && self.language == Language::Python {
                return Some(together);
            }
        }
        let alone = Made { span, parsed: Parsed::of(self.language, part_of(self.rope, span)?, piece.known_tree())?, with_previous: false, with_next: false };
        if alone.parsed.is_clean() {
            return Some(alone);
        }
        let with_previous = self.joins(self.previous) && self.closes(span);
        let with_next = self.joins(self.next) && self.is_decorator(span);
        if with_previous || with_next {
            let together = self.together(span, with_previous, with_next)?;
            if together.parsed.is_clean() {
                return Some(together);
            }
        }
        Some(alone)
    }

    /// Does it begin with what ends or goes on with something?
    fn closes(&self, span: Span) -> bool {
        let Some(text) = self.rope.get_byte_slice(span.range()) else { return false };
        let opening: String = text.chars().skip_while(|char| char.is_whitespace()).take(16).collect();
        let word = opening.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or_default();
        opening.starts_with([')', ']', '}']) || matches!(word, "else" | "elif" | "except" | "finally" | "catch")
    }

    /// Does it end with a decorator, and nothing yet that it decorates?
    fn is_decorator(&self, span: Span) -> bool {
        let Some(text) = self.rope.get_byte_slice(span.range()) else { return false };
        let lines = text.lines().filter_map(|line| line.chars().find(|char| !char.is_whitespace()));
        let (has_one, last) = lines.fold((false, None), |(has_one, _), first| (has_one || first == '@', Some(first)));
        last == Some('@') || has_one && last == Some(')')
    }

    fn joins(&self, neighbour: Option<&Piece>) -> bool {
        neighbour.is_some_and(|neighbour| neighbour.len() <= LONGEST_NEIGHBOUR)
    }

    fn together(&self, span: Span, with_previous: bool, with_next: bool) -> Option<Made> {
        let start = self.previous.filter(|_| with_previous).map_or(span.start, |previous| previous.start);
        let end = self.next.filter(|_| with_next).map_or(span.end, Piece::end);
        let hull = Span::new(start, end);
        let parsed = Parsed::of(self.language, part_of(self.rope, hull)?, None)?;
        Some(Made { span: hull, parsed, with_previous: with_previous && self.previous.is_some(), with_next: with_next && self.next.is_some() })
    }

    /// Does this text look as if it went on with what stands before it? Indented Python does; so does what begins with a sign that
    /// can stand between two operands, where no semicolon stands.
    fn goes_on(&self, span: Span) -> bool {
        let Some(text) = self.rope.get_byte_slice(span.range()) else { return false };
        let mut bytes = text.bytes().enumerate().skip_while(|(_, byte)| byte.is_ascii_whitespace());
        let Some((at, first)) = bytes.next() else { return false };
        let second = bytes.next().map(|(_, byte)| byte);
        let mut before = self.rope.bytes_at(span.start as usize + at).reversed();
        match self.language {
            Language::Python => before.next().is_some_and(|byte| matches!(byte, b' ' | b'\t')),
            _ => {
                let is_comment = first == b'/' && matches!(second, Some(b'/' | b'*'));
                let goes_on = matches!(first, b'(' | b'[' | b'`' | b'+' | b'-' | b'*' | b'/' | b'.' | b',' | b'<' | b'>' | b'=' | b'?' | b':' | b'&' | b'|');
                goes_on && !is_comment && before.find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| byte != b';')
            }
        }
    }
}

impl Made {
    fn push_to(self, done: &mut Vec<Piece>, language: Language) {
        if !self.parsed.is_clean() {
            done.push(Piece::new(self.span, Some(self.parsed), State::Broken));
            return;
        }
        match standing_alone(self.parsed.tree.root_node(), language).as_slice() {
            [(only, _)] if only.start == 0 && only.len() == self.span.len() => done.push(Piece::new(self.span, Some(self.parsed), State::Clean)),
            many => done.extend(many.iter().map(|(span, state)| Piece::new(span.shifted(self.span.start), None, *state))),
        }
    }
}
