//! `a === b!.c`, `!a!.b`: the grammar lets the mark bind less tightly than the operators before it and reads `(a === b)!.c`. What such
//! an operator stands before waits here until its operand is complete. The same with calls that are given types:
//! `await find<Row>(id)` is read as `(await find)<Row>(id)`.

use super::chain::{binary, logical};
use super::expr::prefix;
use super::kinds::{Field, Kind};
use super::{Child, Children, Ecma};
use crate::model::{ExprId, ExprKind, UnaryOp};
use crate::text::Span;

/// Operators that wait for their right side, outer ones first.
#[derive(Default)]
pub(super) struct Waiting<'a> {
    operators: Vec<Operator<'a>>,
    /// Where the operand that is being read begins.
    pub start: Option<u32>,
    /// Where what was read last ends.
    pub end: u32,
}

struct Operator<'a> {
    kind: Way<'a>,
    start: u32,
}

enum Way<'a> {
    Between(&'a str, ExprId),
    Before(UnaryOp),
    Await,
}

impl<'a> Waiting<'a> {
    pub fn is_empty(&self) -> bool {
        self.operators.is_empty()
    }

    pub fn between(&mut self, operator: &'a str, left: ExprId, start: u32) {
        let start = self.start.take().unwrap_or(start);
        self.operators.push(Operator { kind: Way::Between(operator, left), start });
    }
}

impl<'a> Ecma<'a> {
    /// The operand at the right end, which the mark belongs to; the operators before it wait.
    pub(super) fn marked(&mut self, mut child: Child<'a>, waiting: &mut Waiting<'a>) -> ExprId {
        loop {
            let start = self.span(child).start;
            let children = self.children(child.node);
            let after = match child.kind {
                Kind::BinaryExpression => {
                    let left = self.operand(children.field(Field::Left), self.span(child));
                    waiting.operators.push(Operator { kind: Way::Between(operator(&children), left), start });
                    children.field(Field::Right)
                }
                Kind::UnaryExpression => {
                    waiting.operators.push(Operator { kind: Way::Before(prefix(&children)), start });
                    children.iter().find(|child| child.field != Field::Operator && child.kind.is_expression())
                }
                Kind::AwaitExpression => {
                    waiting.operators.push(Operator { kind: Way::Await, start });
                    children.expression()
                }
                _ => {
                    waiting.start = Some(start);
                    return self.expr(child);
                }
            };
            let Some(after) = after else { return self.unknown(Span::at(self.span(child).end)) };
            child = after;
        }
    }

    /// What waited for `value` and binds more tightly than what follows it.
    pub(super) fn settled(&mut self, waiting: &mut Waiting<'a>, mut value: ExprId, next: u8) -> ExprId {
        while let Some(last) = waiting.operators.pop_if(|last| tightness(&last.kind) >= next) {
            let kind = match last.kind {
                Way::Before(op) => ExprKind::Unary { op, operand: value },
                Way::Await => ExprKind::Await(value),
                Way::Between(operator, left) => joined(operator, left, value),
            };
            value = self.push(Span { start: last.start, end: waiting.end }, kind);
            waiting.start = Some(last.start);
        }
        value
    }
}

pub(super) fn operator<'a>(children: &Children<'a>) -> &'a str {
    children.field(Field::Operator).map_or("", |operator| operator.node.kind())
}

pub(super) fn joined(operator: &str, left: ExprId, right: ExprId) -> ExprKind {
    match logical(operator) {
        Some(op) => ExprKind::Logical { op, left, right },
        None => ExprKind::Binary { op: binary(operator), left, right },
    }
}

fn tightness(kind: &Way<'_>) -> u8 {
    match kind {
        Way::Before(_) | Way::Await => u8::MAX,
        Way::Between(operator, _) => binds(operator),
    }
}

/// How tightly an operator binds.
pub(super) fn binds(operator: &str) -> u8 {
    match operator {
        "??" | "||" => 1,
        "&&" => 2,
        "|" => 3,
        "^" => 4,
        "&" => 5,
        "==" | "!=" | "===" | "!==" => 6,
        "<" | ">" | "<=" | ">=" | "in" | "instanceof" => 7,
        "<<" | ">>" | ">>>" => 8,
        "+" | "-" => 9,
        "*" | "/" | "%" => 10,
        _ => 11,
    }
}
