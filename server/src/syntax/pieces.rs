//! A document in pieces: its top-level items, each parsed on its own. An edit costs what the item around it costs, and error
//! recovery, which goes through all that follows, cannot leave it.
//!
//! Where pieces begin and end is known from the last parse of the whole text. What is typed between two pieces is a piece of
//! its own, and goes on with the one before if that is unfinished; text that does not parse alone and looks like part of a
//! neighbour (`else:`, a decorator) is tried together with it. That finds what a parse of the whole would find nearly always; a document that is left alone
//! is parsed as a whole ([`super::Document::settled`]), and that wins.

use std::sync::{Arc, OnceLock};

use ropey::Rope;

use super::Language;
use super::parse::Parsed;
use crate::text::{Edit, Span};

/// Text between pieces is blank.
#[derive(Clone)]
pub(super) struct Piece {
    pub start: u32,
    pub part: Arc<Part>,
}

/// What a piece is, wherever it stands.
pub(super) struct Part {
    len: u32,
    /// Of this text alone. Made when somebody asks for it.
    tree: OnceLock<Option<Parsed>>,
    pub state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// One item without a syntax error.
    Clean,
    /// One item or several, with errors.
    Broken,
    /// Edited since, and not parsed yet; the tree is that of the text before, with the edits applied to it.
    Edited {
        /// Also at its beginning or end, so that its neighbours may be concerned.
        at_border: bool,
    },
}

/// Neighbours longer than this are not parsed again to see whether they belong to a piece.
const LONGEST_NEIGHBOUR: u32 = 64 << 10;

impl Piece {
    fn new(span: Span, tree: Option<Parsed>, state: State) -> Piece {
        let cell = OnceLock::new();
        if let Some(tree) = tree {
            let _ = cell.set(Some(tree));
        }
        Piece { start: span.start, part: Arc::new(Part { len: span.len(), tree: cell, state }) }
    }

    pub fn end(&self) -> u32 {
        self.start + self.part.len
    }

    pub fn span(&self) -> Span {
        Span::new(self.start, self.end())
    }

    /// The tree of its text, if that is parsed already.
    pub fn known_tree(&self) -> Option<&Parsed> {
        self.part.tree.get()?.as_ref()
    }

    /// The tree of its text. `rope` is the document's.
    pub fn tree(&self, language: Language, rope: &Rope) -> Option<&Parsed> {
        self.part.tree.get_or_init(|| Parsed::of(language, &part_of(rope, self.span())?, None)).as_ref()
    }
}

/// The pieces of a text that was parsed as a whole. What is one big error stays one piece.
pub(super) fn of_whole(whole: &Parsed) -> Vec<Piece> {
    let root = whole.tree.root_node();
    if root.is_error() {
        return vec![Piece::new(Span::new(0, root.end_byte() as u32), Some(whole.clone()), State::Broken)];
    }
    let mut cursor = root.walk();
    let piece = |node: tree_sitter::Node<'_>| {
        let state = if node.has_error() { State::Broken } else { State::Clean };
        Piece::new(Span::from(node.byte_range()), None, state)
    };
    root.children(&mut cursor).map(piece).collect()
}

/// Moves and marks the pieces as an edit does.
pub(super) fn edit(pieces: &mut Vec<Piece>, before: &Rope, after: &Rope, edit: Edit) {
    let old = edit.old;
    let moved = |at: u32| (at - old.end) + old.start + edit.new_len;
    let mut first = pieces.partition_point(|piece| piece.end() < old.start);
    let behind = pieces.partition_point(|piece| piece.start <= old.end).max(first);
    for piece in pieces.iter_mut().skip(behind) {
        piece.start = moved(piece.start);
    }
    // What follows something unfinished goes on with it.
    let is_unfinished = |piece: &Piece| piece.part.state != State::Clean;
    if first == behind && first.checked_sub(1).and_then(|at| pieces.get(at)).is_some_and(is_unfinished) {
        first -= 1;
    }
    let edited = match pieces.get(first..behind).unwrap_or_default() {
        [] if edit.new_len == 0 => None,
        [] => Some(Piece::new(Span::new(old.start, old.start + edit.new_len), None, State::Edited { at_border: true })),
        [piece] if piece.start <= old.start => {
            let span = piece.span();
            let new = Span::new(span.start, moved(span.end.max(old.end)));
            // In the piece's own text: what stands behind its end so far was not part of it.
            let from = old.start.min(span.end) - span.start;
            let own = Edit { old: Span::new(from, old.end.min(span.end) - span.start), new_len: new.len() - from - (span.end - old.end.min(span.end)) };
            let tree = piece.known_tree().cloned().and_then(|mut tree| {
                tree.edit(&part_of(before, span)?, &part_of(after, new)?, own);
                Some(tree)
            });
            let was_at_border = matches!(piece.part.state, State::Edited { at_border: true } | State::Broken);
            let at_border = was_at_border || old.start == span.start || old.end >= span.end;
            Some(Piece::new(new, tree, State::Edited { at_border }))
        }
        [head, .., last] | [head @ last] => {
            let span = Span::new(head.start.min(old.start), moved(last.end().max(old.end)));
            Some(Piece::new(span, None, State::Edited { at_border: true }))
        }
    };
    pieces.splice(first..behind, edited);
}

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
        made.push_to(&mut done);
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
        if !at_border {
            return Some(self.made(span, Parsed::of(self.language, &part_of(self.rope, span)?, piece.known_tree())?, false, false));
        }
        let goes_on = self.goes_on(span);
        let is_gone_on = self.next.is_some_and(|next| self.goes_on(next.span()));
        if goes_on || is_gone_on {
            let together = self.together(span, goes_on, is_gone_on)?;
            if together.parsed.is_clean() || goes_on && self.language == Language::Python {
                return Some(together);
            }
        }
        let alone = self.made(span, Parsed::of(self.language, &part_of(self.rope, span)?, piece.known_tree())?, false, false);
        if alone.parsed.is_clean() {
            return Some(alone);
        }
        let opening = self.opening(span);
        let with_previous =
            self.joins(self.previous) && matches!(opening.as_str(), ")" | "]" | "}" | "else" | "elif" | "except" | "finally" | "catch" | "while" | "case");
        let with_next = self.joins(self.next) && opening == "@";
        if with_previous || with_next {
            let together = self.together(span, with_previous, with_next)?;
            if together.parsed.is_clean() {
                return Some(together);
            }
        }
        Some(alone)
    }

    /// The first word or sign of a text.
    fn opening(&self, span: Span) -> String {
        let Some(text) = self.rope.get_byte_slice(span.range()) else { return String::new() };
        let mut chars = text.chars().skip_while(|char| char.is_whitespace());
        let first: String = chars.by_ref().take(1).collect();
        match first.starts_with(|char: char| char.is_ascii_alphabetic()) {
            true => first + &chars.take(16).take_while(char::is_ascii_alphanumeric).collect::<String>(),
            false => first,
        }
    }

    fn joins(&self, neighbour: Option<&Piece>) -> bool {
        neighbour.is_some_and(|neighbour| neighbour.part.len <= LONGEST_NEIGHBOUR)
    }

    fn made(&self, span: Span, parsed: Parsed, with_previous: bool, with_next: bool) -> Made {
        Made { span, parsed, with_previous, with_next }
    }

    fn together(&self, span: Span, with_previous: bool, with_next: bool) -> Option<Made> {
        let start = self.previous.filter(|_| with_previous).map_or(span.start, |previous| previous.start);
        let end = self.next.filter(|_| with_next).map_or(span.end, Piece::end);
        let hull = Span::new(start, end);
        let parsed = Parsed::of(self.language, &part_of(self.rope, hull)?, None)?;
        Some(self.made(hull, parsed, with_previous && self.previous.is_some(), with_next && self.next.is_some()))
    }

    /// Does this text look as if it went on with what stands before it? Indented Python does; so does what begins with a sign that
    /// can stand between two operands, where no semicolon stands.
    fn goes_on(&self, span: Span) -> bool {
        let Some(text) = self.rope.get_byte_slice(span.range()) else { return false };
        let mut bytes = text.bytes().enumerate().skip_while(|(_, byte)| byte.is_ascii_whitespace());
        let Some((at, first)) = bytes.next() else { return false };
        let second = bytes.next().map(|(_, byte)| byte);
        let before = self.rope.bytes_at(span.start as usize + at).reversed();
        match self.language {
            Language::Python => before.take_while(|byte| !matches!(byte, b'\n' | b'\r')).next().is_some_and(|byte| matches!(byte, b' ' | b'\t')),
            _ => {
                let is_comment = first == b'/' && matches!(second, Some(b'/' | b'*'));
                let goes_on = matches!(first, b'(' | b'[' | b'`' | b'+' | b'-' | b'*' | b'/' | b'.' | b',' | b'<' | b'>' | b'=' | b'?' | b':' | b'&' | b'|');
                goes_on && !is_comment && before.skip_while(u8::is_ascii_whitespace).next().is_some_and(|byte| !matches!(byte, b';'))
            }
        }
    }
}

impl Made {
    fn push_to(self, done: &mut Vec<Piece>) {
        if !self.parsed.is_clean() {
            done.push(Piece::new(self.span, Some(self.parsed), State::Broken));
            return;
        }
        let root = self.parsed.tree.root_node();
        let spans: Vec<Span> = root.children(&mut root.walk()).map(|node| Span::from(node.byte_range())).collect();
        match spans.as_slice() {
            [only] if only.start == 0 && only.len() == self.span.len() => done.push(Piece::new(self.span, Some(self.parsed), State::Clean)),
            many => done.extend(many.iter().map(|span| Piece::new(span.shifted(self.span.start), None, State::Clean))),
        }
    }
}

/// How many pieces at the beginning and at the end of two texts are the same.
pub(super) fn unchanged(before: &[Piece], after: &[Piece]) -> (usize, usize) {
    let same = |(a, b): (&Piece, &Piece)| Arc::ptr_eq(&a.part, &b.part);
    let first = before.iter().zip(after).take_while(|(a, b)| a.start == b.start && same((a, b))).count();
    let most = before.len().min(after.len()) - first;
    let last = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|pair| same(*pair)).count();
    (first, last)
}

fn part_of(rope: &Rope, span: Span) -> Option<Rope> {
    rope.get_byte_slice(span.range()).map(Rope::from)
}
