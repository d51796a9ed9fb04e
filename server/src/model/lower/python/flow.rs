//! `if`, loops, `try` and `with`.

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader, part_of};
use crate::model::{ExprId, ExprKind, Handler, LetKind, LoopKind, SeqKind, StmtId, StmtKind};
use crate::text::Span;

impl<'t, 'n> Reader<'t, 'n> {
    /// `elif` is an `if` in the `else` before it; read from the first to the last, put together from the last.
    pub(super) fn if_statement(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let whole = self.span(node);
        let parts = self.parts(node);
        let mut arms = vec![self.arm(whole.start, &parts)];
        let mut otherwise = Vec::new();
        for part in parts {
            match part.kind {
                Kind::ElifClause => {
                    let start = self.span(part.node).start;
                    let parts = self.parts(part.node);
                    arms.push(self.arm(start, &parts));
                }
                Kind::ElseClause => otherwise = self.clause_block(part),
                _ => {}
            }
        }
        for (start, cond, then) in arms.into_iter().rev() {
            let kind = StmtKind::If { cond, then, otherwise, removable: false };
            otherwise = vec![self.cx.builder.stmt(Span::new(start, whole.end), kind)];
        }
        out.append(&mut otherwise);
    }

    fn arm(&mut self, start: u32, parts: &[Part<'n>]) -> (u32, ExprId, Vec<StmtId>) {
        let cond = parts.iter().find(|part| part.field == Field::Condition).copied();
        let cond = self.expr_or_absent(cond, start);
        let then = self.block(parts.iter().find(|part| part.field == Field::Consequence).copied());
        (start, cond, then)
    }

    /// The block of an `else`, `finally` or `except`.
    fn clause_block(&mut self, clause: Part<'n>) -> Vec<StmtId> {
        let block = self.parts(clause.node).into_iter().find(|part| part.kind == Kind::Block);
        self.block(block)
    }

    pub(super) fn for_statement(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let pattern = Some(self.pattern_or_ignore(field(Field::Left), span.start));
        let over = Some(self.expr_or_absent(field(Field::Right), span.end));
        let (body, breaks) = self.loop_body(field(Field::Body));
        let each = StmtKind::Loop { kind: LoopKind::Each, pattern, over, cond: None, body };
        self.with_else(span, each, field(Field::Alternative), breaks, out);
    }

    pub(super) fn while_statement(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let cond = Some(self.expr_or_absent(field(Field::Condition), span.end));
        let (body, breaks) = self.loop_body(field(Field::Body));
        let while_loop = StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond, body };
        self.with_else(span, while_loop, field(Field::Alternative), breaks, out);
    }

    /// A loop's body, and whether it can be left by `break`.
    fn loop_body(&mut self, body: Option<Part<'n>>) -> (Vec<StmtId>, bool) {
        let around = std::mem::replace(&mut self.breaks, false);
        let body = self.block(body);
        (body, std::mem::replace(&mut self.breaks, around))
    }

    /// A loop and its `else`, which runs unless the loop was left by `break`: whether it was is not known here.
    fn with_else(&mut self, span: Span, kind: StmtKind, alternative: Option<Part<'n>>, breaks: bool, out: &mut Vec<StmtId>) {
        let Some(clause) = alternative else { return out.push(self.cx.builder.stmt(span, kind)) };
        let otherwise_span = self.span(clause.node);
        let repeated = self.cx.builder.stmt(Span::new(span.start, otherwise_span.start), kind);
        let body = self.clause_block(clause);
        let otherwise = if breaks {
            let cond = self.absent(otherwise_span.start);
            StmtKind::If { cond, then: body, otherwise: Vec::new(), removable: false }
        } else {
            StmtKind::Block(body)
        };
        let otherwise = self.cx.builder.stmt(otherwise_span, otherwise);
        out.push(self.cx.builder.stmt(span, StmtKind::Block(vec![repeated, otherwise])));
    }

    pub(super) fn try_statement(&mut self, node: Node<'n>) -> StmtKind {
        let (mut body, mut handlers, mut otherwise, mut finally) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for part in self.parts(node) {
            match part.kind {
                Kind::Block => body = self.block(Some(part)),
                Kind::ExceptClause => handlers.push(self.handler(part.node)),
                Kind::ElseClause => otherwise = self.clause_block(part),
                Kind::FinallyClause => finally = self.clause_block(part),
                _ => {}
            }
        }
        StmtKind::Try { body, handlers, otherwise, finally }
    }

    fn handler(&mut self, node: Node<'n>) -> Handler {
        let span = self.span(node);
        let mut pattern = None;
        let mut types = Vec::new();
        let mut body = Vec::new();
        for part in self.parts(node) {
            match part.kind {
                Kind::Block => body = self.block(Some(part)),
                Kind::AsPattern => {
                    for part in self.parts(part.node) {
                        match part.kind {
                            Kind::AsPatternTarget => pattern = Some(self.pattern(part)),
                            _ => self.exception_types(part, &mut types),
                        }
                    }
                }
                kind if kind.is_token() => {}
                _ if part.field == Field::Alias => pattern = Some(self.pattern(part)),
                _ => self.exception_types(part, &mut types),
            }
        }
        Handler { pattern, types, body, span }
    }

    fn exception_types(&mut self, part: Part<'n>, types: &mut Vec<ExprId>) {
        if part.kind == Kind::Tuple {
            let parts = self.parts(part.node);
            types.extend(self.exprs(&parts));
        } else {
            types.push(self.expr(part));
        }
    }

    /// `with a as b, c: body` is a block that binds `b` to what entering `a` gives, enters `c`, and holds the body.
    pub(super) fn with_statement(&mut self, node: Node<'n>) -> StmtKind {
        let mut inside = Vec::new();
        for part in self.parts(node) {
            match part.kind {
                Kind::WithClause => {
                    for item in self.parts(part.node) {
                        self.with_item(item, &mut inside);
                    }
                }
                Kind::Block => {
                    let body = self.block(Some(part));
                    let span = self.span(part.node);
                    inside.push(self.cx.builder.stmt(span, StmtKind::Block(body)));
                }
                _ => {}
            }
        }
        StmtKind::Block(inside)
    }

    pub(super) fn with_item(&mut self, item: Part<'n>, out: &mut Vec<StmtId>) {
        if !self.down() {
            return self.skip(item.node);
        }
        let span = self.span(item.node);
        match item.kind {
            Kind::WithItem | Kind::WithClause => {
                for part in self.parts(item.node) {
                    self.with_item(part, out);
                }
            }
            Kind::AsPattern => {
                let parts = self.parts(item.node);
                let value = self.expr_or_absent(parts.first().copied(), span.start);
                let value_span = self.cx.builder.segment[value].span;
                let value = Some(self.new_expr(value_span, ExprKind::Enter(value)));
                let pattern = self.pattern_or_ignore(parts.get(1).copied(), span.end);
                out.push(self.cx.builder.stmt(span, StmtKind::Let { pattern, value, ty: None, kind: LetKind::With }));
            }
            // `with (a as b, c as d):` where the grammar reads parentheses or a tuple.
            Kind::Parenthesized | Kind::Tuple => {
                let parts = self.parts(item.node);
                if item.kind == Kind::Parenthesized || parts.iter().any(|part| part.kind == Kind::AsPattern) {
                    for part in parts {
                        self.with_item(part, out);
                    }
                } else {
                    let items = self.items(&parts);
                    let tuple = self.new_expr(span, ExprKind::Seq { items, kind: SeqKind::Tuple });
                    self.enter(tuple, span, out);
                }
            }
            kind if kind.is_token() => {}
            _ => {
                let value = self.expr(item);
                self.enter(value, span, out);
            }
        }
        self.up();
    }

    fn enter(&mut self, value: ExprId, span: Span, out: &mut Vec<StmtId>) {
        let entered = self.new_expr(span, ExprKind::Enter(value));
        out.push(self.cx.builder.stmt(span, StmtKind::Expr(entered)));
    }
}
