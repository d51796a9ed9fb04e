//! A document in pieces: its top-level items, each parsed on its own. An edit costs what the item around it costs, and error
//! recovery, which goes through all that follows, cannot leave it.
//!
//! Where pieces begin and end is known from the last parse of the whole text. What is typed between two pieces is a piece of
//! its own, and goes on with the one before if that is unfinished; text that does not parse alone and looks like part of a
//! neighbour (`else:`, a decorator) is tried together with it. That finds what a parse of the whole would find nearly always; a document that is left alone
//! is parsed as a whole ([`super::Document::settled`]), and that wins.

use std::sync::{Arc, OnceLock};

use ropey::Rope;
use tree_sitter::Node;

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
    /// Items without a syntax error, nearly always one.
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
pub(super) fn of_whole(whole: &Parsed, language: Language) -> Vec<Piece> {
    let root = whole.tree.root_node();
    if root.is_error() {
        return vec![Piece::new(Span::new(0, root.end_byte() as u32), Some(whole.clone()), State::Broken)];
    }
    let piece = |(span, state)| Piece::new(span, None, state);
    standing_alone(root, language).into_iter().map(piece).collect()
}

/// Where the items of a tree stand, those together that do not parse apart: Python's statements around a semicolon, and indented
/// ones, which wait for what they are indented under.
fn standing_alone(root: Node<'_>, language: Language) -> Vec<(Span, State)> {
    let mut found: Vec<(Span, State)> = Vec::new();
    let mut after_semicolon = false;
    let is_python = language == Language::Python;
    for node in root.children(&mut root.walk()) {
        let span = Span::from(node.byte_range());
        let state = if node.has_error() { State::Broken } else { State::Clean };
        let is_semicolon = node.kind() == ";";
        match found.last_mut() {
            Some((last, last_state)) if is_python && (is_semicolon || after_semicolon || node.start_position().column > 0) => {
                last.end = span.end;
                if state == State::Broken {
                    *last_state = state;
                }
            }
            _ => found.push((span, state)),
        }
        after_semicolon = is_semicolon;
    }
    found
}

/// The same pieces, taking over what is known of those that were there before.
pub(super) fn reusing(pieces: Vec<Piece>, before: &[Piece]) -> Vec<Piece> {
    let mut known = before.iter().peekable();
    let same = |piece: Piece| {
        while known.next_if(|known| known.start < piece.start).is_some() {}
        let is_same = |known: &&&Piece| known.span() == piece.span() && known.part.state == State::Clean && piece.part.state == State::Clean;
        known.peek().filter(is_same).map_or(piece.clone(), |known| (*known).clone())
    };
    pieces.into_iter().map(same).collect()
}

/// Moves and marks the pieces as an edit does.
pub(super) fn edit(pieces: &mut Vec<Piece>, before: &Rope, after: &Rope, edit: Edit) {
    let old = edit.old;
    let moved = |at: u32| (at - old.end) + old.start + edit.new_len;
    let mut first = pieces.partition_point(|piece| piece.end() < old.start);
    let mut behind = pieces.partition_point(|piece| piece.start <= old.end).max(first);
    if first == behind {
        // Between two pieces. What follows something unfinished goes on with it, and so does what stands on its line.
        let previous = first.checked_sub(1).and_then(|at| pieces.get(at));
        let goes_on = previous.is_some_and(|piece| piece.part.state != State::Clean || is_one_line(before, Span::new(piece.end(), old.start)));
        let is_gone_on = pieces.get(behind).is_some_and(|piece| is_one_line(before, Span::new(old.end, piece.start)));
        first -= usize::from(goes_on);
        behind += usize::from(is_gone_on);
    }
    for piece in pieces.iter_mut().skip(behind) {
        piece.start = moved(piece.start);
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
        let alone = self.made(span, Parsed::of(self.language, &part_of(self.rope, span)?, piece.known_tree())?, false, false);
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

/// How many pieces at the beginning and at the end of two texts are the same.
pub(super) fn unchanged(before: &[Piece], after: &[Piece]) -> (usize, usize) {
    let same = |(a, b): (&Piece, &Piece)| Arc::ptr_eq(&a.part, &b.part);
    let first = before.iter().zip(after).take_while(|(a, b)| a.start == b.start && same((a, b))).count();
    let most = before.len().min(after.len()) - first;
    let last = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|pair| same(*pair)).count();
    (first, last)
}

fn is_one_line(rope: &Rope, span: Span) -> bool {
    rope.get_byte_slice(span.range()).is_some_and(|text| text.bytes().all(|byte| !matches!(byte, b'\n' | b'\r')))
}

fn part_of(rope: &Rope, span: Span) -> Option<Rope> {
    rope.get_byte_slice(span.range()).map(Rope::from)
}
