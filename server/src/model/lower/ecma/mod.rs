//! TypeScript, TSX, JavaScript and JSX to the program model. (JavaScript is read by the TSX grammar.)
//!
//! One pass over the tree: every method takes a node, reads its children once and gives an id of the arena. What is
//! deep because people write it long (`a + b + c`, `a.b().c()`, `else if`, `case`) is lowered in loops; what nests is
//! bounded by [`MAX_DEPTH`] and [`MAX_LINKS`]. Comments and errors are collected apart, in `trivia`.

mod chain;
mod class;
mod control;
mod expr;
mod fragments;
mod function;
mod jsx;
mod kinds;
mod literal;
mod marked;
mod module;
mod object;
mod pattern;
mod stmt;
mod switch;
mod trivia;
mod types;
mod unfinished;

use smallvec::SmallVec;
use tree_sitter::{Node, TreeCursor};

use self::kinds::{Field, Kind, Tables};
use super::statements::Lowered;
use super::{Cx, MAX_DEPTH};
use crate::model::{ExprId, ExprKind, Segment, StmtId};
use crate::text::{Name, Span};

/// How many links of chains may stand inside each other: the model is never deeper than this and a few times
/// [`MAX_DEPTH`]. Five hundred chained method calls are a thousand links.
const MAX_LINKS: usize = 1500;

/// `node` is a top-level item, or an error of which only the text from `base` on belongs to this segment.
pub(super) fn lower(node: Node<'_>, cx: Cx<'_>) -> (Segment, Vec<Lowered>) {
    let tables = Tables::of(node);
    let mut ecma = Ecma { cx, tables, cursor: node.walk(), links: 0, breaks: false, repeats: 0, functions: 0, hoisted: Vec::new() };
    let child = Child { node, kind: tables.kind(node), field: Field::None };
    let mut body = Vec::new();
    if child.kind.is_statement() {
        ecma.stmt(child, &mut body);
    } else if !child.kind.is_comment() {
        ecma.fragments(&[child], &mut body);
    }
    body.append(&mut ecma.hoisted);
    ecma.trivia(node);
    ecma.cx.builder.segment.body = body;
    ecma.cx.finished()
}

struct Ecma<'a> {
    cx: Cx<'a>,
    tables: &'static Tables,
    /// The one cursor, lent to whoever reads a node's children.
    cursor: TreeCursor<'a>,
    /// Links of chains around the node that is being lowered.
    links: usize,
    /// Set by a `break` without a label; loops and functions keep theirs to themselves.
    breaks: bool,
    /// How many `switch`es with bodies that may be repeated are around this node.
    repeats: u32,
    /// How many functions are around this node.
    functions: u32,
    /// Statements that stand in a function and belong to the file.
    hoisted: Vec<StmtId>,
}

/// A child that means something: no comment, no mere punctuation.
#[derive(Clone, Copy)]
struct Child<'a> {
    node: Node<'a>,
    kind: Kind,
    field: Field,
}

#[derive(Default)]
struct Children<'a>(SmallVec<[Child<'a>; 4]>);

impl<'a> Children<'a> {
    fn iter(&self) -> impl Iterator<Item = Child<'a>> {
        self.0.iter().copied()
    }

    fn field(&self, field: Field) -> Option<Child<'a>> {
        self.iter().find(|child| child.field == field)
    }

    fn kind(&self, kind: Kind) -> Option<Child<'a>> {
        self.iter().find(|child| child.kind == kind)
    }

    fn has(&self, kind: Kind) -> bool {
        self.kind(kind).is_some()
    }

    fn expression(&self) -> Option<Child<'a>> {
        self.iter().find(|child| child.kind.is_expression())
    }
}

impl<'a> Ecma<'a> {
    fn children(&mut self, node: Node<'a>) -> Children<'a> {
        let mut children = SmallVec::new();
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let node = self.cursor.node();
            let kind = self.tables.kind(node);
            if kind != Kind::Token && !kind.is_comment() {
                let field = self.tables.field(self.cursor.field_id());
                if kind != Kind::Operator || field != Field::None {
                    children.push(Child { node, kind, field });
                }
            }
            more = self.cursor.goto_next_sibling();
        }
        Children(children)
    }

    /// Goes one level down, or says that it is too deep.
    fn deeper<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.cx.depth >= MAX_DEPTH {
            return None;
        }
        self.cx.depth += 1;
        let lowered = lower(self);
        self.cx.depth -= 1;
        Some(lowered)
    }

    /// How long a chain may be here. What stands inside it must find some room too.
    fn room(&self) -> usize {
        MAX_LINKS.saturating_sub(self.links) * 3 / 4
    }

    fn push(&mut self, span: Span, kind: ExprKind) -> ExprId {
        self.cx.builder.expr(span, kind)
    }

    /// An expression of which nothing is known.
    fn unknown(&mut self, span: Span) -> ExprId {
        self.push(span, ExprKind::Other(Vec::new()))
    }

    fn span(&self, child: Child<'a>) -> Span {
        self.cx.span(child.node)
    }

    /// An identifier's text, with escapes (`\u0061`) decoded.
    fn name(&self, child: Child<'a>) -> Name {
        let text = self.cx.text_of(child.node);
        if text.contains('\\') { Name::from(&*literal::decode(text)) } else { Name::from(text) }
    }
}
