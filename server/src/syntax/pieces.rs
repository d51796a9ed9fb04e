//! A document in pieces: its top-level items, each parsed on its own. An edit costs what the item around it costs, and error
//! recovery, which goes through all that follows, cannot leave it.
//!
//! Where pieces begin and end is known from the last parse of the whole text. What is typed between two pieces is a piece of
//! its own, and goes on with the one before if that is unfinished; text that does not parse alone and looks like part of a
//! neighbour (`else:`, a decorator) is tried together with it. That finds what a parse of the whole would find nearly always; a document that is left alone
//! is parsed as a whole ([`super::Document::settled`]), and that wins.

use std::sync::{Arc, OnceLock};

use ropey::{Rope, RopeSlice};
use tree_sitter::Node;

use super::Language;
use super::parse::Parsed;
use crate::text::{Edit, Span, common_ends};

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

impl Piece {
    pub(super) fn new(span: Span, tree: Option<Parsed>, state: State) -> Piece {
        let cell = OnceLock::new();
        if let Some(tree) = tree {
            let _ = cell.set(Some(tree));
        }
        Piece { start: span.start, part: Arc::new(Part { len: span.len(), tree: cell, state }) }
    }

    pub fn len(&self) -> u32 {
        self.part.len
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
        self.part.tree.get_or_init(|| Parsed::of(language, part_of(rope, self.span())?, None)).as_ref()
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
pub(super) fn standing_alone(root: Node<'_>, language: Language) -> Vec<(Span, State)> {
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
                tree.edit(part_of(before, span)?, part_of(after, new)?, own);
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

/// How many pieces at the beginning and at the end of two texts are the same.
pub(super) fn unchanged(before: &[Piece], after: &[Piece]) -> (usize, usize) {
    let same = |a: &Piece, b: &Piece| Arc::ptr_eq(&a.part, &b.part);
    // Where only blanks between two pieces are others, what follows has moved against what stands before.
    let offset = |piece: &Piece, last: Option<&Piece>| last.map_or(0, |last| last.start) - piece.start;
    let (last_before, last_after) = (before.last(), after.last());
    let behind = |a: &Piece, b: &Piece| same(a, b) && offset(a, last_before) == offset(b, last_after);
    common_ends(before, after, |a, b| a.start == b.start && same(a, b), behind)
}

fn is_one_line(rope: &Rope, span: Span) -> bool {
    rope.get_byte_slice(span.range()).is_some_and(|text| text.bytes().all(|byte| !matches!(byte, b'\n' | b'\r')))
}

pub(super) fn part_of(rope: &Rope, span: Span) -> Option<RopeSlice<'_>> {
    rope.get_byte_slice(span.range())
}
