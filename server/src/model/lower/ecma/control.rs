//! Branches, loops and jumps, apart from `switch`.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{ExprKind, Handler, LoopKind, StmtId, StmtKind};
use crate::text::Span;

impl<'a> Ecma<'a> {
    pub(super) fn control(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        match child.kind {
            Kind::IfStatement => self.branches(child, out),
            Kind::SwitchStatement => self.switch(child, out),
            Kind::ForStatement => self.counting_loop(child, out),
            Kind::ForInStatement => self.each_loop(child, out),
            Kind::WhileStatement => {
                let children = self.children(child.node);
                let cond = Some(self.operand(children.field(Field::Condition), span));
                let body = self.loop_body(children.field(Field::Body));
                self.emit(span, StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond, body }, out);
            }
            // What it asks at its end says nothing of its first round.
            Kind::DoStatement => {
                let children = self.children(child.node);
                let mut body = self.loop_body(children.field(Field::Body));
                let asked = self.operand(children.field(Field::Condition), span);
                let asked_span = self.cx.builder.segment[asked].span;
                body.push(self.cx.builder.stmt(asked_span, StmtKind::Expr(asked)));
                let cond = None;
                self.emit(span, StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond, body }, out);
            }
            Kind::LabeledStatement => self.labelled(child, out),
            Kind::TryStatement => self.attempt(child, out),
            Kind::BreakStatement => {
                // A labelled one leaves more than the innermost `switch`, which therefore need not catch it.
                self.breaks |= !self.children(child.node).has(Kind::StatementIdentifier);
                self.emit(span, StmtKind::Break, out);
            }
            Kind::ContinueStatement => self.emit(span, StmtKind::Continue, out),
            Kind::WithStatement => {
                let children = self.children(child.node);
                let object = self.operand(children.field(Field::Object), span);
                let object_span = self.cx.builder.segment[object].span;
                let mut body = vec![self.cx.builder.stmt(object_span, StmtKind::Expr(object))];
                body.extend(self.body(children.field(Field::Body)));
                self.emit(span, StmtKind::Block(body), out);
            }
            _ => self.fragments(&[child], out),
        }
    }

    /// `if … else if … else …`, walked down in a loop because chains of hundreds exist, then nested from the last one.
    fn branches(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        let mut next = Some(child);
        let links = self.links;
        let last = links + self.room();
        while let Some(child) = next.take() {
            if self.links >= last {
                let span = self.span(child);
                let unknown = self.unknown(span);
                self.emit(span, StmtKind::Expr(unknown), &mut otherwise);
                break;
            }
            self.links += 1;
            let span = self.span(child);
            let children = self.children(child.node);
            let cond = self.operand(children.field(Field::Condition), span);
            let then = self.body(children.field(Field::Consequence));
            arms.push((span, cond, then));
            if let Some(clause) = children.field(Field::Alternative) {
                let statement = self.children(clause.node).iter().next();
                match statement {
                    Some(statement) if statement.kind == Kind::IfStatement => next = Some(statement),
                    statement => otherwise = self.body(statement),
                }
            }
        }
        self.links = links;
        while let Some((span, cond, then)) = arms.pop() {
            let stmt = self.cx.builder.stmt(span, StmtKind::If { cond, then, otherwise, removable: false });
            otherwise = vec![stmt];
        }
        out.append(&mut otherwise);
    }

    /// The body of a loop, whose `break`s leave nothing but the loop.
    fn loop_body(&mut self, child: Option<Child<'a>>) -> Vec<StmtId> {
        let breaks = std::mem::take(&mut self.breaks);
        let body = self.body(child);
        self.breaks = breaks;
        body
    }

    /// `for (init; cond; step)`: a block of the initialiser and a loop that ends with the step.
    fn counting_loop(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let mut before = Vec::new();
        match children.field(Field::Initializer) {
            Some(init) if init.kind.is_expression() => {
                let (init_span, value) = (self.span(init), self.expr(init));
                self.emit(init_span, StmtKind::Expr(value), &mut before);
            }
            Some(init) => self.any_stmt(init, &mut before),
            None => {}
        }
        let cond = children.iter().find(|child| child.field == Field::Condition && child.kind.is_expression());
        let cond = cond.map(|cond| self.expr(cond));
        let mut body = self.loop_body(children.field(Field::Body));
        if let Some(step) = children.field(Field::Increment) {
            let (step_span, value) = (self.span(step), self.expr(step));
            self.emit(step_span, StmtKind::Expr(value), &mut body);
        }
        let kind = StmtKind::Loop { kind: LoopKind::While, pattern: None, over: None, cond, body };
        if before.is_empty() {
            return self.emit(span, kind, out);
        }
        self.emit(span, kind, &mut before);
        self.emit(span, StmtKind::Block(before), out);
    }

    /// `for (x of xs)`, `for (x in xs)`. What `for await` goes over is awaited.
    fn each_loop(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let pattern = Some(self.target(children.field(Field::Left), span));
        let mut over = self.operand(children.field(Field::Right), span);
        if children.has(Kind::WordAwait) {
            let over_span = self.cx.builder.segment[over].span;
            over = self.push(over_span, ExprKind::Await(over));
        }
        let keys = children.field(Field::Operator).is_some_and(|operator| operator.node.kind() == "in");
        let kind = if keys { LoopKind::Keys } else { LoopKind::Each };
        let body = self.loop_body(children.field(Field::Body));
        self.emit(span, StmtKind::Loop { kind, pattern, over: Some(over), cond: None, body }, out);
    }

    /// A labelled loop is a loop; any other labelled statement is one that can be left.
    fn labelled(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let body = self.children(child.node).field(Field::Body);
        let is_loop = |kind| matches!(kind, Kind::ForStatement | Kind::ForInStatement | Kind::WhileStatement | Kind::DoStatement);
        if body.is_some_and(|body| is_loop(body.kind)) {
            body.into_iter().for_each(|body| self.stmt(body, out));
            return;
        }
        let body = self.body(body);
        self.once(span, body, out);
    }

    pub(super) fn once(&mut self, span: Span, body: Vec<StmtId>, out: &mut Vec<StmtId>) {
        self.emit(span, StmtKind::Loop { kind: LoopKind::Once, pattern: None, over: None, cond: None, body }, out);
    }

    fn attempt(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let body = self.body(children.field(Field::Body));
        let mut handlers = Vec::new();
        if let Some(clause) = children.field(Field::Handler) {
            let parts = self.children(clause.node);
            let pattern = parts.field(Field::Parameter).map(|parameter| self.pattern(parameter));
            let body = self.body(parts.field(Field::Body));
            handlers.push(Handler { pattern, types: Vec::new(), body, span: self.span(clause) });
        }
        let finally = children.field(Field::Finalizer).and_then(|clause| self.children(clause.node).field(Field::Body));
        let finally = self.body(finally);
        self.emit(span, StmtKind::Try { body, handlers, otherwise: Vec::new(), finally }, out);
    }
}
