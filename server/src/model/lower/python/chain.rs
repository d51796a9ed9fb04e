//! Expressions that grow to the left: `a.b().c[0]`, `a + b + c`, `a and b and c`. They are walked down to what they
//! start with and put together on the way back, so that their length costs no stack.

use smallvec::SmallVec;
use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Parts, Reader};
use crate::model::{Arg, BinaryOp, CallKind, ComprehensionKind, ExprId, ExprKind, LogicalOp};
use crate::text::{Name, Span};

/// What is applied to the expression to its left.
struct Link<'n> {
    span: Span,
    kind: LinkKind<'n>,
}

enum LinkKind<'n> {
    Member(Part<'n>),
    Call(Part<'n>),
    Index(Vec<Part<'n>>),
    Binary(BinaryOp, Part<'n>),
    Logical(LogicalOp, Part<'n>),
}

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn chain(&mut self, part: Part<'n>) -> ExprId {
        let mut links: SmallVec<[Link<'n>; 4]> = SmallVec::new();
        let mut at = part;
        let mut read = loop {
            let next = match at.kind {
                Kind::Attribute
                | Kind::MemberType
                | Kind::Call
                | Kind::Subscript
                | Kind::GenericType
                | Kind::BinaryOperator
                | Kind::UnionType
                | Kind::BooleanOperator => {
                    let parts = self.parts(at.node);
                    match link(at.kind, &parts) {
                        Some((start, kind)) => {
                            links.push(Link { span: self.span(at.node), kind });
                            start
                        }
                        None => {
                            let span = self.span(at.node);
                            let read = self.exprs(&parts);
                            break self.new_expr(span, ExprKind::Other(read));
                        }
                    }
                }
                // Parentheses and the grammar's mark for annotations leave no trace.
                Kind::Parenthesized | Kind::Type => match self.parts(at.node).as_slice() {
                    [only] => *only,
                    other => {
                        let span = self.span(at.node);
                        let read = self.exprs(other);
                        break self.new_expr(span, ExprKind::Other(read));
                    }
                },
                Kind::Identifier if matches!(links.last(), Some(Link { kind: LinkKind::Call(_), .. })) && self.text(at.node) == "super" => {
                    let span = self.span(at.node);
                    break self.new_expr(span, ExprKind::Super);
                }
                _ => break self.operand(at),
            };
            at = next;
        };
        while let Some(Link { span, kind }) = links.pop() {
            let kind = match kind {
                LinkKind::Member(name) => {
                    let name_span = self.span(name.node);
                    let name = self.cx.name_of(name.node);
                    // Half-typed: `a.`
                    if name.is_empty() { ExprKind::Other(vec![read]) } else { ExprKind::Member { base: read, name, name_span, optional: false } }
                }
                LinkKind::Call(arguments) => {
                    let args = self.arguments(arguments);
                    ExprKind::Call { callee: read, args, kind: CallKind::Plain, optional: false }
                }
                LinkKind::Index(parts) => ExprKind::Index { base: read, index: self.index(&parts, span), optional: false },
                LinkKind::Binary(op, right) => ExprKind::Binary { op, left: read, right: self.expr(right) },
                LinkKind::Logical(op, right) => ExprKind::Logical { op, left: read, right: self.expr(right) },
            };
            read = self.new_expr(span, kind);
        }
        read
    }

    /// What stands in the brackets of `base[...]`; the brackets end where `whole` ends.
    fn index(&mut self, parts: &[Part<'n>], whole: Span) -> ExprId {
        match parts {
            [] => self.absent(whole.end.saturating_sub(1).max(whole.start)),
            [only] if only.kind == Kind::TypeParameter => {
                let parts = self.parts(only.node);
                self.index(&parts, whole)
            }
            [only] if !matches!(only.kind, Kind::ListSplat | Kind::ListSplatPattern) => self.expr(*only),
            several => self.loose_tuple(several, whole.end),
        }
    }

    fn arguments(&mut self, arguments: Part<'n>) -> Vec<Arg> {
        if arguments.kind == Kind::GeneratorExpression {
            // The parentheses are the call's.
            let span = self.span(arguments.node);
            let span = Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1));
            let value = self.comprehension(arguments.node, span, ComprehensionKind::Generator);
            return vec![Arg { name: None, value, spread: false, by_name: false, span }];
        }
        let parts = self.parts(arguments.node);
        parts.into_iter().filter(|part| !part.kind.is_token()).map(|part| self.argument(part)).collect()
    }

    pub(super) fn argument(&mut self, part: Part<'n>) -> Arg {
        let span = self.span(part.node);
        match part.kind {
            Kind::KeywordArgument => {
                let (name, value) = self.keyword(part.node);
                Arg { name: Some(name), value, spread: false, by_name: false, span }
            }
            Kind::ListSplat | Kind::ListSplatPattern => Arg { name: None, value: self.only(part.node), spread: true, by_name: false, span },
            Kind::DictionarySplat | Kind::DictionarySplatPattern => Arg { name: None, value: self.only(part.node), spread: true, by_name: true, span },
            _ => Arg { name: None, value: self.expr(part), spread: false, by_name: false, span },
        }
    }

    /// `name=value`.
    pub(super) fn keyword(&mut self, node: Node<'n>) -> (Name, ExprId) {
        let parts = self.parts(node);
        let end = self.span(node).end;
        let name = parts.iter().find(|part| part.field == Field::Name).map(|part| self.name(part.node)).unwrap_or_default();
        let value = parts.iter().find(|part| part.field == Field::Value).copied();
        (name, self.expr_or_absent(value, end))
    }
}

/// What `parts` apply, and the part they apply it to.
fn link<'n>(kind: Kind, parts: &Parts<'n>) -> Option<(Part<'n>, LinkKind<'n>)> {
    Some(match (kind, parts.as_slice()) {
        (Kind::Attribute | Kind::MemberType, [object, name]) => (*object, LinkKind::Member(*name)),
        (Kind::Call, [function, arguments]) => (*function, LinkKind::Call(*arguments)),
        (Kind::Subscript | Kind::GenericType, [value, indices @ ..]) => (*value, LinkKind::Index(indices.to_vec())),
        (Kind::UnionType, [left, .., right]) => (*left, LinkKind::Binary(BinaryOp::BitOr, *right)),
        (Kind::BinaryOperator, [left, op, right]) => (*left, LinkKind::Binary(binary_op(op.kind), *right)),
        (Kind::BooleanOperator, [left, op, right]) => {
            let op = if op.kind == Kind::And { LogicalOp::And } else { LogicalOp::Or };
            (*left, LinkKind::Logical(op, *right))
        }
        _ => return None,
    })
}

/// The operator of `a + b` or `a += b`.
pub(super) fn binary_op(kind: Kind) -> BinaryOp {
    match kind {
        Kind::Plus | Kind::PlusEqual => BinaryOp::Add,
        Kind::Minus | Kind::MinusEqual => BinaryOp::Sub,
        Kind::Star | Kind::StarEqual => BinaryOp::Mul,
        Kind::Slash | Kind::DoubleSlash | Kind::SlashEqual | Kind::DoubleSlashEqual => BinaryOp::Div,
        Kind::Percent | Kind::PercentEqual => BinaryOp::Rem,
        Kind::DoubleStar | Kind::DoubleStarEqual => BinaryOp::Pow,
        Kind::Ampersand | Kind::AmpersandEqual => BinaryOp::BitAnd,
        Kind::Pipe | Kind::PipeEqual => BinaryOp::BitOr,
        Kind::Caret | Kind::CaretEqual => BinaryOp::BitXor,
        Kind::ShiftLeft | Kind::ShiftRight | Kind::ShiftLeftEqual | Kind::ShiftRightEqual => BinaryOp::Shift,
        _ => BinaryOp::Other,
    }
}
