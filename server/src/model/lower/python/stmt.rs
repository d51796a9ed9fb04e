//! Statements that hold no other statements, and lists of statements.

use tree_sitter::Node;

use super::super::statements::Effects;
use super::chain::binary_op;
use super::kind::{Field, Kind};
use super::{Part, Parts, Reader, part_of};
use crate::model::{Arg, BinaryOp, CallKind, ExprId, ExprKind, LetKind, PatternId, SeqKind, StmtId, StmtKind, UnaryOp};
use crate::text::{Name, Span};

impl<'t, 'n> Reader<'t, 'n> {
    /// Reads a statement, and after it the syntax errors inside it that belong to no other statement.
    pub(super) fn statement(&mut self, part: Part<'n>, out: &mut Vec<StmtId>) {
        let Some(key) = self.cx.key(part.node, &[usize::from(self.in_class)]) else { return self.new_statement(part, out) };
        let span = self.span(part.node);
        if let Some(effects) = self.cx.again(key, span, out) {
            self.breaks |= effects.breaks;
            self.yields |= effects.yields;
            return;
        }
        let (first, breaks, yields) = (out.len(), std::mem::take(&mut self.breaks), std::mem::take(&mut self.yields));
        let begun = self.cx.begin();
        self.new_statement(part, out);
        self.cx.finish(begun, Some(key), span, out.get(first..).unwrap_or_default(), Effects { breaks: self.breaks, yields: self.yields });
        self.breaks |= breaks;
        self.yields |= yields;
    }

    fn new_statement(&mut self, part: Part<'n>, out: &mut Vec<StmtId>) {
        if !self.down() {
            self.skip(part.node);
            let span = self.span(part.node);
            let unread = self.new_expr(span, ExprKind::Other(Vec::new()));
            out.push(self.cx.builder.stmt(span, StmtKind::Expr(unread)));
            return;
        }
        let before = self.stray.len();
        self.read_statement(part, out);
        self.settle(before, out);
        self.up();
    }

    fn read_statement(&mut self, part: Part<'n>, out: &mut Vec<StmtId>) {
        let node = part.node;
        let span = self.span(node);
        let kind = match part.kind {
            Kind::ExpressionStatement => return self.expression_statement(node, out),
            Kind::Return => {
                let value = self.parts(node).first().copied();
                StmtKind::Return(value.map(|value| self.expr(value)))
            }
            Kind::If => return self.if_statement(node, out),
            Kind::FunctionDefinition => StmtKind::Function(self.function(node, Vec::new())),
            Kind::ClassDefinition => StmtKind::Class(self.class(node, Vec::new())),
            Kind::DecoratedDefinition => return self.decorated(node, out),
            Kind::For => return self.for_statement(node, out),
            Kind::While => return self.while_statement(node, out),
            Kind::Try => self.try_statement(node),
            Kind::With => self.with_statement(node),
            Kind::Match => return self.match_statement(node, out),
            Kind::Import => return self.import(node, out),
            Kind::ImportFrom | Kind::FutureImport => self.import_from(node),
            Kind::Raise => return self.raise(node, out),
            Kind::Assert => self.assert(node),
            Kind::Delete => return self.delete(node, out),
            Kind::Break => {
                self.breaks = true;
                StmtKind::Break
            }
            Kind::Continue => StmtKind::Continue,
            Kind::Global => {
                let names = self.parts(node).into_iter().filter(|part| part.kind == Kind::Identifier).map(|part| self.cx.name_of(part.node));
                let names: Vec<Name> = names.collect();
                self.globals.extend(names);
                return;
            }
            Kind::Pass | Kind::Nonlocal => return,
            Kind::Print | Kind::Exec => StmtKind::Expr(self.old_statement(part)),
            Kind::TypeAlias => StmtKind::Expr(self.type_alias(node)),
            Kind::Error => return self.broken(part, out),
            kind if kind.is_clause() => return self.broken(part, out),
            kind if kind.is_token() => return,
            _ => StmtKind::Expr(self.expr(part)),
        };
        out.push(self.cx.builder.stmt(span, kind));
    }

    /// The statements of a block, syntax errors in their places.
    pub(super) fn block(&mut self, block: Option<Part<'n>>) -> Vec<StmtId> {
        let mut out = Vec::new();
        if let Some(block) = block {
            for part in self.parts_and_errors(block.node) {
                self.statement(part, &mut out);
            }
        }
        out
    }

    fn expression_statement(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let parts = self.parts(node);
        let kind = match parts.as_slice() {
            [only] if only.kind == Kind::Assignment => self.assignment_statement(*only),
            // A comma after it makes a tuple of one.
            [only] if only.node.end_byte() == node.end_byte() => StmtKind::Expr(self.expr(*only)),
            several => {
                let items = self.items(several);
                StmtKind::Expr(self.new_expr(span, ExprKind::Seq { items, kind: SeqKind::Tuple }))
            }
        };
        out.push(self.cx.builder.stmt(span, kind));
    }

    fn assignment_statement(&mut self, part: Part<'n>) -> StmtKind {
        let parts = self.parts(part.node);
        let end = self.span(part.node).end;
        let field = |field| part_of(&parts, field);
        let Some(ty) = field(Field::Type) else { return StmtKind::Expr(self.assignment_of(part.node, parts)) };
        let pattern = self.pattern_or_ignore(field(Field::Left), end);
        let ty = self.annotation(ty);
        let value = field(Field::Right).map(|value| self.expr(value));
        StmtKind::Let { pattern, value, ty: Some(ty), kind: LetKind::Annotated }
    }

    /// `a = b = c`: each assignment is the value of the one around it.
    pub(super) fn assignment(&mut self, part: Part<'n>) -> ExprId {
        let parts = self.parts(part.node);
        self.assignment_of(part.node, parts)
    }

    fn assignment_of(&mut self, node: Node<'n>, parts: Parts<'n>) -> ExprId {
        let mut targets: Vec<(Span, PatternId, Option<BinaryOp>)> = Vec::new();
        let (mut node, mut parts) = (node, parts);
        let mut value = loop {
            let span = self.span(node);
            let field = |field| part_of(&parts, field);
            let target = self.pattern_or_ignore(field(Field::Left), span.start);
            targets.push((span, target, field(Field::Operator).map(|op| binary_op(op.kind))));
            match field(Field::Right) {
                Some(right) if matches!(right.kind, Kind::Assignment | Kind::AugmentedAssignment) => {
                    node = right.node;
                    parts = self.parts(node);
                }
                right => break self.expr_or_absent(right, span.end),
            }
        };
        for (span, target, op) in targets.into_iter().rev() {
            value = self.new_expr(span, ExprKind::Assign { target, op, value });
        }
        value
    }

    /// `name := value`.
    pub(super) fn walrus(&mut self, node: Node<'n>) -> ExprId {
        let span = self.span(node);
        let parts = self.parts(node);
        let target = self.pattern_or_ignore(parts.iter().find(|part| part.field == Field::Name).copied(), span.start);
        let value = self.expr_or_absent(parts.iter().find(|part| part.field == Field::Value).copied(), span.end);
        self.new_expr(span, ExprKind::Assign { target, op: None, value })
    }

    /// `raise thrown from cause`. A cause that does something itself stands before it.
    fn raise(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let parts = self.parts(node);
        let thrown = parts.iter().find(|part| part.field != Field::Cause).map(|thrown| self.expr(*thrown));
        let cause = parts.iter().find(|part| part.field == Field::Cause && !matches!(part.kind, Kind::Identifier | Kind::None));
        if let Some(cause) = cause {
            let cause_span = self.span(cause.node);
            let cause = self.expr(*cause);
            out.push(self.cx.builder.stmt(cause_span, StmtKind::Expr(cause)));
        }
        out.push(self.cx.builder.stmt(span, StmtKind::Throw(thrown)));
    }

    /// `assert cond, message`.
    fn assert(&mut self, node: Node<'n>) -> StmtKind {
        let span = self.span(node);
        let parts = self.parts(node);
        let cond = self.expr_or_absent(parts.first().copied(), span.end);
        let message = parts.get(1).map(|message| self.expr(*message));
        let cond_span = self.cx.builder.segment[cond].span;
        let cond = self.new_expr(cond_span, ExprKind::Unary { op: UnaryOp::Not, operand: cond });
        let throw = self.cx.builder.stmt(span, StmtKind::Throw(message));
        StmtKind::If { cond, then: vec![throw], otherwise: Vec::new(), removable: true }
    }

    /// `del a, b`: one deletion each.
    fn delete(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let span = self.span(node);
        let mut targets = self.parts(node);
        if let [only] = targets.as_slice()
            && matches!(only.kind, Kind::ExpressionList | Kind::Tuple)
        {
            targets = self.parts(only.node);
        }
        for target in targets {
            let operand = self.expr(target);
            let deleted = self.new_expr(span, ExprKind::Unary { op: UnaryOp::Delete, operand });
            out.push(self.cx.builder.stmt(span, StmtKind::Expr(deleted)));
        }
    }

    /// Python 2's `print a, b` and `exec a`: calls of the functions they became.
    fn old_statement(&mut self, part: Part<'n>) -> ExprId {
        let span = self.span(part.node);
        let name = if part.kind == Kind::Print { "print" } else { "exec" };
        let callee = Span::new(span.start, (span.start + name.len() as u32).min(span.end));
        let callee = self.new_expr(callee, ExprKind::Name(Name::new_static(name)));
        let parts = self.parts(part.node);
        let mut args: Vec<Arg> = Vec::with_capacity(parts.len());
        for part in parts.into_iter().filter(|part| !part.kind.is_token()) {
            let span = self.span(part.node);
            // `print >>file, text`
            let (name, value) = match part.kind {
                Kind::Chevron => (Some(Name::new_static("file")), self.only(part.node)),
                _ => (None, self.expr(part)),
            };
            args.push(Arg { name, value, spread: false, by_name: false, span });
        }
        self.new_expr(span, ExprKind::Call { callee, args, kind: CallKind::Plain, optional: false })
    }

    /// `type X[T] = Y`: an assignment, as it was written before there was a statement for it.
    fn type_alias(&mut self, node: Node<'n>) -> ExprId {
        let span = self.span(node);
        let parts = self.parts(node);
        let field = |field| part_of(&parts, field);
        let mut left = field(Field::Left);
        while let Some(Part { node, kind: Kind::Type | Kind::GenericType, .. }) = left {
            let parts = self.parts(node);
            parts.iter().filter(|part| part.kind == Kind::TypeParameter).for_each(|part| self.skip(part.node));
            left = parts.first().copied();
        }
        let target = self.pattern_or_ignore(left, span.start);
        let value = self.expr_or_absent(field(Field::Right), span.end);
        self.new_expr(span, ExprKind::Assign { target, op: None, value })
    }
}
