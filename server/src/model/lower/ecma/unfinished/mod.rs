//! Code that is still being written.
//!
//! Where a file ends in the middle of a function, the parser has nothing to build from: its error lists what is open,
//! flat and in order, between what was complete.
//!
//! ```text
//! app.post("/x", async (req, res) => {   app.post ( "/x" , async formal_parameters => {
//!   const user = await auth();           lexical_declaration
//!   db.run(`… ${req                      db.run ( ` … ${ req
//! ```
//! Nearly all of it only lacks its end, so it is read like a sentence that breaks off: what is open takes everything
//! that follows. What cannot be read so is left to [`fragments`](super::fragments). The error's span tells everybody
//! that the segment is incomplete.

mod declarations;
mod expressions;
mod literals;
mod statements;

use tree_sitter::Node;

use super::kinds::Kind;
use super::{Child, Ecma};
use crate::model::{ExprId, ExprKind, StmtId, StmtKind};
use crate::text::Span;

/// The children of an error, tokens included.
pub(super) struct Pieces<'a> {
    list: Vec<Child<'a>>,
    at: usize,
    /// The end of the last piece that was taken.
    end: u32,
    /// How many constructs are open.
    open: u32,
    /// Something at the start of a line shows that all that is open was left behind.
    left: bool,
    decorators: Vec<ExprId>,
}

impl<'a> Ecma<'a> {
    /// The statements of an error, or of the part of it that this segment covers.
    pub(super) fn unfinished(&mut self, error: Node<'a>, out: &mut Vec<StmtId>) {
        let list = self.pieces(error);
        let mut pieces = Pieces { list, at: 0, end: 0, open: 0, left: false, decorators: Vec::new() };
        while pieces.at < pieces.list.len() {
            let before = pieces.at;
            self.deeper(|ecma| ecma.read_statements(&mut pieces, out));
            pieces.left = false;
            if pieces.at == before {
                pieces.at += 1;
            }
        }
        if let (Some(first), Some(last)) = (pieces.decorators.first(), pieces.decorators.last()) {
            let segment = &self.cx.builder.segment;
            let span = Span::new(segment[*first].span.start, segment[*last].span.end);
            let other = self.push(span, ExprKind::Other(pieces.decorators));
            self.emit(span, StmtKind::Expr(other), out);
        }
    }

    fn pieces(&mut self, error: Node<'a>) -> Vec<Child<'a>> {
        let (start, end) = (self.cx.base as usize, self.cx.base as usize + self.cx.text.len());
        let mut list = Vec::new();
        self.cursor.reset(error);
        let mut more = self.cursor.goto_first_child();
        while more {
            let node = self.cursor.node();
            let kind = self.tables.kind(node);
            if !kind.is_comment() && node.start_byte() >= start && node.end_byte() <= end {
                list.push(Child { node, kind, field: self.tables.field(self.cursor.field_id()) });
            }
            more = self.cursor.goto_next_sibling();
        }
        list
    }

    /// Runs `read` with one construct more around it.
    fn inside<T>(&mut self, pieces: &mut Pieces<'a>, read: impl FnOnce(&mut Self, &mut Pieces<'a>) -> T) -> Option<T> {
        pieces.open += 1;
        let result = self.deeper(|ecma| read(ecma, pieces));
        pieces.open -= 1;
        result
    }

    fn take(&mut self, pieces: &mut Pieces<'a>) -> Option<Child<'a>> {
        let child = pieces.peek()?;
        pieces.at += 1;
        pieces.end = self.span(child).end;
        Some(child)
    }

    /// Takes the next piece if it is this token.
    fn accept(&mut self, pieces: &mut Pieces<'a>, word: &str) -> bool {
        pieces.word() == word && self.take(pieces).is_some()
    }

    fn accept_kind(&mut self, pieces: &mut Pieces<'a>, kinds: &[Kind]) -> Option<Child<'a>> {
        if pieces.peek().is_some_and(|child| kinds.contains(&child.kind)) { self.take(pieces) } else { None }
    }
}

impl<'a> Pieces<'a> {
    /// The next piece, if what is open goes on.
    fn peek(&mut self) -> Option<Child<'a>> {
        let child = self.list.get(self.at).copied()?;
        if self.open > 0 && self.at > 0 && begins_anew(child) {
            self.left = true;
        }
        (!self.left).then_some(child)
    }

    /// The next piece's text if it is a token, else nothing.
    fn word(&mut self) -> &'a str {
        self.peek().map_or("", word)
    }

    fn kind(&mut self) -> Option<Kind> {
        self.peek().map(|child| child.kind)
    }

    /// What stands so far behind the next piece.
    fn behind(&self, distance: usize) -> Option<Child<'a>> {
        self.list.get(self.at + distance).copied()
    }

    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.end.max(start))
    }
}

fn word(child: Child<'_>) -> &str {
    if child.node.is_named() { "" } else { child.node.kind() }
}

/// A declaration or statement at the very start of a line stands at the top of the file: what was open before it is
/// only not closed yet.
fn begins_anew(child: Child<'_>) -> bool {
    let begins = match child.kind {
        Kind::StatementBlock | Kind::EmptyStatement => false,
        Kind::Decorator => true,
        kind if kind.is_statement() => true,
        _ => matches!(
            word(child),
            "export" | "import" | "function" | "async" | "class" | "abstract" | "const" | "let" | "var" | "interface" | "enum" | "declare"
        ),
    };
    begins && child.node.start_position().column == 0
}
