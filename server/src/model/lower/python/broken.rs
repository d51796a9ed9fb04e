//! What can be read of code that does not parse.

use tree_sitter::Node;

use super::kind::Kind;
use super::{Part, Reader};
use crate::model::{ExprId, ExprKind, StmtId, StmtKind};
use crate::text::Span;

impl<'t, 'n> Reader<'t, 'n> {
    /// Reads the syntax errors that were met since `before`, each as statements of its own.
    pub(super) fn settle(&mut self, before: usize, out: &mut Vec<StmtId>) {
        while self.stray.len() > before {
            let met: Vec<Part<'n>> = self.stray.drain(before..).collect();
            for error in met {
                self.broken(error, out);
            }
        }
    }

    /// A syntax error, or a clause without its statement: statements stay statements, expressions in a row become the
    /// parts of one `Other`.
    pub(super) fn broken(&mut self, error: Part<'n>, out: &mut Vec<StmtId>) {
        let parts = self.parts_and_errors(error.node);
        let mut run: Vec<ExprId> = Vec::new();
        let mut rest = parts.as_slice();
        while let [part, after @ ..] = rest {
            rest = after;
            match (part.kind, after) {
                (kind, _) if kind.is_statement() || kind.is_clause() => {
                    self.end_run(&mut run, out);
                    self.statement(*part, out);
                }
                // The beginning of a statement whose end is broken: `name = value (`
                (Kind::Identifier | Kind::Attribute | Kind::Subscript, [equals, value, after @ ..])
                    if equals.kind == Kind::Equals && is_expression(value.kind) =>
                {
                    let span = Span::new(self.span(part.node).start, self.span(value.node).end);
                    let target = self.pattern(*part);
                    let value = self.expr(*value);
                    run.push(self.new_expr(span, ExprKind::Assign { target, op: None, value }));
                    rest = after;
                }
                (kind, _) if is_expression(kind) => run.push(self.expr(*part)),
                _ => {}
            }
        }
        self.end_run(&mut run, out);
    }

    fn end_run(&mut self, run: &mut Vec<ExprId>, out: &mut Vec<StmtId>) {
        let read = std::mem::take(run);
        let (Some(first), Some(last)) = (read.first(), read.last()) else { return };
        let segment = &self.cx.builder.segment;
        let span = Span::new(segment[*first].span.start, segment[*last].span.end.max(segment[*first].span.end));
        let value = match read.as_slice() {
            [only] => *only,
            _ => self.new_expr(span, ExprKind::Other(read)),
        };
        out.push(self.cx.builder.stmt(span, StmtKind::Expr(value)));
    }

    /// `name=value` outside a call. An unclosed parenthesis turns the assignments that follow it into this.
    pub(super) fn loose_keyword(&mut self, node: Node<'n>) -> ExprId {
        let span = self.span(node);
        let parts = self.parts(node);
        let target = self.pattern_or_ignore(parts.first().copied(), span.start);
        let value = self.expr_or_absent(parts.iter().skip(1).find(|part| !part.kind.is_token()).copied(), span.end);
        self.new_expr(span, ExprKind::Assign { target, op: None, value })
    }

    /// `key: value` outside a dictionary.
    pub(super) fn loose_pair(&mut self, node: Node<'n>) -> ExprId {
        let entry = self.entry(node);
        self.new_expr(entry.span(), ExprKind::Object(vec![entry]))
    }
}

/// True for what `expr` reads as a value, or as the values in it.
fn is_expression(kind: Kind) -> bool {
    !kind.is_token() && !kind.is_statement() && !kind.is_clause() && !matches!(kind, Kind::StringStart | Kind::StringContent | Kind::StringEnd)
}
