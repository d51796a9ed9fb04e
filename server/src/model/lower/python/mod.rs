//! Python. One file per kind of thing: statements, expressions, strings and so on; this one holds what they share.
//!
//! Nodes are read through [`Reader::parts`], which hands out the children that carry meaning and takes the rest aside:
//! comments are recorded, punctuation is dropped, and syntax errors wait in `stray` until the statement around them is
//! done. So an expression's parts are always in the order its grammar rule names them, also in broken code.

mod broken;
mod case_pattern;
mod chain;
mod class;
mod collection;
mod expr;
mod flow;
mod function;
mod groups;
mod import;
mod kind;
mod matching;
mod pattern;
mod pieces;
mod stmt;
mod string;
mod types;

#[cfg(test)]
mod tests;

use smallvec::SmallVec;
use tree_sitter::{Node, TreeCursor};

pub(super) use self::groups::{groups, is_whole};
use self::kind::{Field, Kind, Kinds};
use self::pieces::Pieces;
use super::statements::Lowered;
use super::{Cx, MAX_DEPTH};
use crate::model::{ExprId, ExprKind, Segment};
use crate::syntax::Item;
use crate::text::{Name, Span};

/// Lowers the items of one of the [`groups`].
pub(super) fn lower(items: &[Item<'_>], cx: Cx<'_>) -> (Segment, Vec<Lowered>) {
    let Some(first) = items.first() else { return cx.finished() };
    let mut reader = Reader {
        cx: Cx { comments_inside: true, ..cx },
        cursor: first.node.walk(),
        kinds: kind::table(&first.node.language()),
        stray: Vec::new(),
        yields: false,
        breaks: false,
        in_class: false,
        globals: Vec::new(),
        rootless: false,
    };
    let mut body = Vec::new();
    match items {
        [only] if reader.kinds.is_item(only) => {
            let part = Part { node: only.node, kind: reader.kinds.of(only.node), field: Field::None };
            match part.kind {
                Kind::Comment => reader.cx.comment(part.node),
                _ => reader.statement(part, &mut body),
            }
        }
        _ => {
            reader.rootless = true;
            let mut pieces = Vec::new();
            for item in items {
                let part = Part { node: item.node, kind: reader.kinds.of(item.node), field: Field::None };
                reader.piece(part, &mut pieces);
            }
            reader.read_pieces(&mut Pieces::new(&pieces), 0, None, &mut body);
        }
    }
    for item in items.iter().filter(|item| item.node.has_error()) {
        reader.errors(item.node);
    }
    let (mut segment, lowered) = reader.cx.finished();
    segment.body = body;
    segment.errors.sort_unstable();
    segment.comments.sort_by_key(|comment| comment.span);
    segment.comments.dedup_by_key(|comment| comment.span);
    (segment, lowered)
}

/// A child that carries meaning.
#[derive(Clone, Copy)]
struct Part<'n> {
    node: Node<'n>,
    kind: Kind,
    field: Field,
}

type Parts<'n> = SmallVec<[Part<'n>; 4]>;

/// The first part in this place of its parent.
fn part_of<'n>(parts: &[Part<'n>], field: Field) -> Option<Part<'n>> {
    parts.iter().find(|part| part.field == field).copied()
}

struct Reader<'t, 'n> {
    cx: Cx<'t>,
    cursor: TreeCursor<'n>,
    kinds: &'static Kinds,
    /// Syntax errors met inside the statements being read.
    stray: Vec<Part<'n>>,
    /// The function being read contains a `yield`.
    yields: bool,
    /// The loop being read contains a `break` of its own.
    breaks: bool,
    /// The statements being read stand in a class body: a `def` is a method.
    in_class: bool,
    /// Names of the module that the function binds.
    globals: Vec<Name>,
    /// What is read stands in no module and in no syntax error that the parser marked.
    rootless: bool,
}

impl<'t, 'n> Reader<'t, 'n> {
    /// The children of `node` that carry meaning, in order.
    fn parts(&mut self, node: Node<'n>) -> Parts<'n> {
        let mut parts = Parts::new();
        self.each_part(node, |reader, part| match part.kind {
            Kind::Error => reader.stray.push(part),
            _ => parts.push(part),
        });
        parts
    }

    /// The same with syntax errors in their places, for nodes that list statements and for errors themselves.
    fn parts_and_errors(&mut self, node: Node<'n>) -> Vec<Part<'n>> {
        let mut parts = Vec::new();
        self.each_part(node, |_, part| parts.push(part));
        parts
    }

    fn each_part(&mut self, node: Node<'n>, mut each: impl FnMut(&mut Self, Part<'n>)) {
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let part = self.part_at_cursor();
            match part.kind {
                Kind::Comment => self.cx.comment(part.node),
                Kind::Dropped => {}
                _ => each(self, part),
            }
            more = self.cursor.goto_next_sibling();
        }
    }

    fn part_at_cursor(&self) -> Part<'n> {
        let node = self.cursor.node();
        Part { node, kind: self.kinds.of(node), field: self.kinds.field(self.cursor.field_id()) }
    }

    /// True if a comma stands directly under `node`: what makes `(a,)` a tuple and `(a)` none.
    fn has_comma(&mut self, node: Node<'n>) -> bool {
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            if self.cursor.node().kind() == "," {
                return true;
            }
            more = self.cursor.goto_next_sibling();
        }
        false
    }

    /// Passes over a node whose meaning is not modelled; its comments count all the same.
    fn skip(&mut self, node: Node<'n>) {
        if !self.cx.text_of(node).contains('#') {
            return;
        }
        self.cursor.reset(node);
        loop {
            let node = self.cursor.node();
            if self.kinds.of(node) == Kind::Comment {
                self.cx.comment(node);
            }
            if self.cursor.goto_first_child() {
                continue;
            }
            while !self.cursor.goto_next_sibling() {
                if !self.cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// Records the outermost syntax errors and missing tokens below `node`.
    fn errors(&mut self, node: Node<'n>) {
        self.cursor.reset(node);
        loop {
            let node = self.cursor.node();
            if node.is_error() || node.is_missing() {
                let span = self.span(node);
                self.cx.builder.segment.errors.push(span);
            } else if node.has_error() && self.cursor.goto_first_child() {
                continue;
            }
            while !self.cursor.goto_next_sibling() {
                if !self.cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn span(&self, node: Node<'n>) -> Span {
        self.cx.span(node)
    }

    fn text(&self, node: Node<'n>) -> &'t str {
        self.cx.text_of(node)
    }

    /// An identifier, or a dotted name without the white space that may stand around its dots.
    fn name(&self, node: Node<'n>) -> Name {
        let text = self.text(node);
        if text.contains(|c: char| c.is_whitespace() || c == '\\') {
            text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
        } else {
            Name::from(text)
        }
    }

    fn new_expr(&mut self, span: Span, kind: ExprKind) -> ExprId {
        self.cx.builder.expr(span, kind)
    }

    /// What should stand at `at` and does not.
    fn absent(&mut self, at: u32) -> ExprId {
        self.new_expr(Span::at(at), ExprKind::Other(Vec::new()))
    }

    /// True while there is room for one more level; the caller goes up again with [`Reader::up`].
    fn down(&mut self) -> bool {
        let room = self.cx.depth < MAX_DEPTH;
        self.cx.depth += u32::from(room);
        room
    }

    fn up(&mut self) {
        self.cx.depth -= 1;
    }
}
