//! What can be read of code that does not parse: its statements and expressions, and as much of their structure as
//! `pieces` finds.

use tree_sitter::Node;

use super::kind::Kind;
use super::pieces::Pieces;
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

    /// A syntax error, or a clause without its statement.
    pub(super) fn broken(&mut self, error: Part<'n>, out: &mut Vec<StmtId>) {
        let pieces = self.pieces(error.node);
        self.read_pieces(&mut Pieces::new(&pieces), 0, None, out);
    }

    /// Expressions in a row become the parts of one `Other`.
    pub(super) fn end_run(&mut self, run: &mut Vec<ExprId>, out: &mut Vec<StmtId>) {
        let read = std::mem::take(run);
        let (Some(first), Some(last)) = (read.first(), read.last()) else { return };
        let segment = &self.cx.builder.segment;
        let start = segment[*first].span.start;
        let span = Span::new(start, segment[*last].span.end.max(start));
        let value = match read.as_slice() {
            [only] => *only,
            _ => self.new_expr(span, ExprKind::Other(read)),
        };
        self.mark_unfinished(span);
        out.push(self.cx.builder.stmt(span, StmtKind::Expr(value)));
    }

    /// Marks what stands in no syntax error of its own because the whole file is one.
    pub(super) fn mark_unfinished(&mut self, span: Span) {
        if self.rootless {
            self.cx.builder.segment.errors.push(span);
        }
    }

    pub(super) fn loose_assignment(&mut self, target: Part<'n>, value: Part<'n>) -> ExprId {
        let span = Span::new(self.span(target.node).start, self.span(value.node).end);
        let target = self.pattern(target);
        let value = self.expr(value);
        self.new_expr(span, ExprKind::Assign { target, op: None, value })
    }

    /// `name=value` outside a call. An unclosed parenthesis turns the assignments that follow it into this.
    pub(super) fn loose_keyword(&mut self, node: Node<'n>) -> ExprId {
        let span = self.span(node);
        let parts = self.parts(node);
        let target = self.pattern_or_ignore(parts.first().copied(), span.start);
        let value = parts.iter().skip(1).find(|part| part.kind != Kind::Equals).copied();
        let value = self.expr_or_absent(value, span.end);
        self.new_expr(span, ExprKind::Assign { target, op: None, value })
    }

    /// `key: value` outside a dictionary.
    pub(super) fn loose_pair(&mut self, node: Node<'n>) -> ExprId {
        let entry = self.entry(node);
        self.new_expr(entry.span(), ExprKind::Object(vec![entry]))
    }
}
