//! Expressions that do not grow to the left (those are in `chain`).

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader};
use crate::model::{BinaryOp, Clause, ComprehensionKind, ExprId, ExprKind, LogicalOp, UnaryOp};
use crate::text::Span;

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn expr(&mut self, part: Part<'n>) -> ExprId {
        match part.kind {
            Kind::Identifier => self.identifier(part),
            _ if !self.down() => {
                self.skip(part.node);
                let span = self.span(part.node);
                self.new_expr(span, ExprKind::Other(Vec::new()))
            }
            _ => {
                let id = self.chain(part);
                self.up();
                id
            }
        }
    }

    pub(super) fn exprs(&mut self, parts: &[Part<'n>]) -> Vec<ExprId> {
        parts.iter().filter(|part| !part.kind.is_token()).map(|part| self.expr(*part)).collect()
    }

    /// `part`, or an empty `Other` at `at` where broken code has none.
    pub(super) fn expr_or_absent(&mut self, part: Option<Part<'n>>, at: u32) -> ExprId {
        match part {
            Some(part) => self.expr(part),
            None => self.absent(at),
        }
    }

    /// Everything but chains, which come here for what they start with.
    pub(super) fn operand(&mut self, part: Part<'n>) -> ExprId {
        let node = part.node;
        let span = self.span(node);
        let kind = match part.kind {
            Kind::Identifier => return self.identifier(part),
            Kind::String => return self.string(node),
            Kind::ConcatenatedString => return self.concatenated_string(node),
            Kind::Integer | Kind::Float => ExprKind::Num(self.cx.name_of(node)),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::Null,
            Kind::DottedName => return self.dotted_name(node),
            Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList | Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => {
                return self.sequence(part);
            }
            Kind::Dictionary => return self.dictionary(node),
            Kind::ListComprehension => return self.comprehension(node, span, ComprehensionKind::List),
            Kind::SetComprehension => return self.comprehension(node, span, ComprehensionKind::Set),
            Kind::DictionaryComprehension => return self.comprehension(node, span, ComprehensionKind::Dict),
            Kind::GeneratorExpression => return self.comprehension(node, span, ComprehensionKind::Generator),
            Kind::Lambda => ExprKind::Function(self.lambda(node)),
            Kind::ComparisonOperator => return self.comparison(node),
            Kind::Conditional => return self.conditional(node),
            Kind::NotOperator => ExprKind::Unary { op: UnaryOp::Not, operand: self.only(node) },
            Kind::UnaryOperator => return self.unary(node),
            Kind::Await => ExprKind::Await(self.only(node)),
            Kind::Yield => {
                self.yields = true;
                let value = self.parts(node).first().copied();
                ExprKind::Yield(value.map(|value| self.expr(value)))
            }
            Kind::NamedExpression => return self.walrus(node),
            Kind::Assignment | Kind::AugmentedAssignment => return self.assignment(part),
            Kind::Decorator => return self.only(node),
            Kind::KeywordArgument => return self.loose_keyword(node),
            Kind::Pair => return self.loose_pair(node),
            _ => {
                let parts = self.parts(node);
                ExprKind::Other(self.exprs(&parts))
            }
        };
        self.new_expr(span, kind)
    }

    fn identifier(&mut self, part: Part<'n>) -> ExprId {
        let span = self.span(part.node);
        let kind = if span.is_empty() { ExprKind::Other(Vec::new()) } else { ExprKind::Name(self.cx.name_of(part.node)) };
        self.new_expr(span, kind)
    }

    /// `a.b.c` where the grammar has a name of its own for it: in patterns of `match`.
    pub(super) fn dotted_name(&mut self, node: Node<'n>) -> ExprId {
        let parts = self.parts(node);
        let start = self.span(node).start;
        let mut base = self.expr_or_absent(parts.first().copied(), start);
        for part in parts.iter().skip(1) {
            let name_span = self.span(part.node);
            let name = self.cx.name_of(part.node);
            base = self.new_expr(Span::new(start, name_span.end), ExprKind::Member { base, name, name_span, optional: false });
        }
        base
    }

    /// The only operand of a prefix operator.
    pub(super) fn only(&mut self, node: Node<'n>) -> ExprId {
        let parts = self.parts(node);
        let end = self.span(node).end;
        self.expr_or_absent(operand_of(&parts), end)
    }

    fn unary(&mut self, node: Node<'n>) -> ExprId {
        let parts = self.parts(node);
        let span = self.span(node);
        let op = match parts.first().map(|part| part.kind) {
            Some(Kind::Plus) => UnaryOp::Plus,
            Some(Kind::Tilde) => UnaryOp::BitNot,
            _ => UnaryOp::Minus,
        };
        let operand = self.expr_or_absent(operand_of(&parts), span.end);
        self.new_expr(span, ExprKind::Unary { op, operand })
    }

    /// `a < b < c` is `a < b and b < c`, where both read the same `b`.
    fn comparison(&mut self, node: Node<'n>) -> ExprId {
        let parts = self.parts(node);
        let span = self.span(node);
        let mut operands = parts.iter().filter(|part| !part.kind.is_token());
        let ops = parts.iter().filter(|part| part.kind.is_token()).map(|part| comparison_op(part.kind));
        let Some(mut left) = operands.next().copied() else { return self.absent(span.start) };
        let mut left_id = self.expr(left);
        let mut whole = None;
        for (op, right) in ops.zip(operands) {
            let right_id = self.expr(*right);
            let end = self.span(right.node).end;
            let compared = Span::new(self.span(left.node).start, end);
            let compared = self.new_expr(compared, ExprKind::Binary { op, left: left_id, right: right_id });
            whole = Some(match whole {
                Some(whole) => {
                    let kind = ExprKind::Logical { op: LogicalOp::And, left: whole, right: compared };
                    self.new_expr(Span::new(span.start, end), kind)
                }
                None => compared,
            });
            (left, left_id) = (*right, right_id);
        }
        whole.unwrap_or(left_id)
    }

    /// `a if b else c if d else e`: read from left to right, put together from the right.
    fn conditional(&mut self, node: Node<'n>) -> ExprId {
        let mut arms = Vec::new();
        let mut at = node;
        let mut last = loop {
            let span = self.span(at);
            let parts = self.parts(at);
            let [then, cond, otherwise] = parts.as_slice() else {
                let read = self.exprs(&parts);
                break self.new_expr(span, ExprKind::Other(read));
            };
            let then = self.expr(*then);
            let cond = self.expr(*cond);
            arms.push((span, cond, then));
            if otherwise.kind != Kind::Conditional {
                break self.expr(*otherwise);
            }
            at = otherwise.node;
        };
        for (span, cond, then) in arms.into_iter().rev() {
            last = self.new_expr(span, ExprKind::Cond { cond, then, otherwise: last });
        }
        last
    }

    pub(super) fn comprehension(&mut self, node: Node<'n>, span: Span, kind: ComprehensionKind) -> ExprId {
        let parts = self.parts(node);
        let body = parts.iter().find(|part| part.field == Field::Body).copied();
        let (element, value) = match body {
            Some(pair) if pair.kind == Kind::Pair => match self.parts(pair.node).as_slice() {
                [key, value] => (self.expr(*key), Some(self.expr(*value))),
                other => (self.expr_or_absent(other.first().copied(), span.start), None),
            },
            body => (self.expr_or_absent(body, span.start), None),
        };
        let mut clauses: Vec<Clause> = Vec::new();
        for part in parts {
            match part.kind {
                Kind::ForInClause => {
                    let parts = self.parts(part.node);
                    let end = self.span(part.node).end;
                    let left = parts.iter().find(|part| part.field == Field::Left).copied();
                    let pattern = self.pattern_or_ignore(left, end);
                    let over: Vec<Part<'n>> = parts.into_iter().filter(|part| part.field == Field::Right && !part.kind.is_token()).collect();
                    let over = match over.as_slice() {
                        [over] => self.expr(*over),
                        several => self.loose_tuple(several, end),
                    };
                    clauses.push(Clause { pattern, over, conditions: Vec::new() });
                }
                Kind::IfClause => {
                    let condition = self.only(part.node);
                    if let Some(clause) = clauses.last_mut() {
                        clause.conditions.push(condition);
                    }
                }
                _ => {}
            }
        }
        self.new_expr(span, ExprKind::Comprehension { kind, clauses, element, value })
    }
}

fn operand_of<'n>(parts: &[Part<'n>]) -> Option<Part<'n>> {
    parts.iter().find(|part| !part.kind.is_token()).copied()
}

fn comparison_op(kind: Kind) -> BinaryOp {
    match kind {
        Kind::Less => BinaryOp::Lt,
        Kind::LessEqual => BinaryOp::Le,
        Kind::EqualEqual | Kind::Is => BinaryOp::Eq,
        Kind::NotEqual | Kind::OldNotEqual | Kind::IsNot => BinaryOp::Ne,
        Kind::GreaterEqual => BinaryOp::Ge,
        Kind::Greater => BinaryOp::Gt,
        Kind::In => BinaryOp::In,
        Kind::NotIn => BinaryOp::NotIn,
        _ => BinaryOp::Other,
    }
}
