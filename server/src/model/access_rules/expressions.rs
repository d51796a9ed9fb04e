//! Expressions: from `a ? b : c` down to what is negated.

use super::Dialect;
use super::cursor::Cursor;
use super::postfix::postfix;
use super::tree::{Expr, ExprKind, Operator};
use crate::text::Span;

/// So many levels of brackets are read.
const DEEPEST_BRACKET: u16 = 40;

/// Reads as much of an expression as is there.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Expr {
    cursor.space();
    let start = cursor.at;
    if cursor.depth >= DEEPEST_BRACKET {
        cursor.recover();
        return Expr::missing(cursor.span_from(start));
    }
    cursor.depth += 1;
    let value = choice(cursor);
    cursor.depth -= 1;
    value
}

fn choice(cursor: &mut Cursor<'_>) -> Expr {
    let condition = any(cursor);
    if !cursor.takes("?") {
        return condition;
    }
    let then = expression(cursor);
    let other = if cursor.takes(":") { expression(cursor) } else { Expr::missing(Span::at(cursor.at as u32)) };
    let span = Span::new(condition.span.start, other.span.end.max(then.span.end));
    Expr::new(ExprKind::Choice(Box::new(condition), Box::new(then), Box::new(other)), span)
}

fn any(cursor: &mut Cursor<'_>) -> Expr {
    list(cursor, "||", all, ExprKind::Any)
}

fn all(cursor: &mut Cursor<'_>) -> Expr {
    list(cursor, "&&", |cursor| binary(cursor, LEVELS), ExprKind::All)
}

/// `a && b && c` as one list.
fn list(cursor: &mut Cursor<'_>, sign: &str, inner: impl Fn(&mut Cursor<'_>) -> Expr, make: fn(Vec<Expr>) -> ExprKind) -> Expr {
    let first = inner(cursor);
    if !cursor.sees(sign) {
        return first;
    }
    let start = first.span.start;
    let mut arms = vec![first];
    while cursor.takes(sign) {
        arms.push(inner(cursor));
    }
    let end = arms.last().map_or(start, |arm| arm.span.end);
    Expr::new(make(arms), Span::new(start, end.max(start)))
}

type Level = &'static [(&'static str, Operator)];

/// Weakest first. A longer sign stands before a shorter one that begins it.
const LEVELS: &[Level] = &[
    &[("===", Operator::Equal), ("!==", Operator::Unequal), ("==", Operator::Equal), ("!=", Operator::Unequal)],
    &[("in", Operator::In), ("is", Operator::Is)],
    &[("<=", Operator::LessOrEqual), (">=", Operator::GreaterOrEqual), ("<", Operator::Less), (">", Operator::Greater)],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::Divide), ("%", Operator::Modulo)],
];

fn binary(cursor: &mut Cursor<'_>, levels: &[Level]) -> Expr {
    let Some((level, tighter)) = levels.split_first() else { return unary(cursor) };
    let mut left = binary(cursor, tighter);
    while let Some(operator) = operator(cursor, level) {
        let right = binary(cursor, tighter);
        let span = Span::new(left.span.start, right.span.end.max(left.span.end));
        left = Expr::new(ExprKind::Binary(operator, Box::new(left), Box::new(right)), span);
    }
    left
}

fn operator(cursor: &mut Cursor<'_>, level: Level) -> Option<Operator> {
    cursor.space();
    let word = cursor.word();
    let (sign, operator) = level.iter().find(|(sign, _)| {
        let is_word = sign.starts_with(|c: char| c.is_alphabetic());
        if is_word { word == *sign && cursor.dialect == Dialect::Cloud } else { cursor.rest().starts_with(sign) }
    })?;
    cursor.at += sign.len();
    Some(*operator)
}

fn unary(cursor: &mut Cursor<'_>) -> Expr {
    let mut signs: Vec<(usize, bool)> = Vec::new();
    loop {
        cursor.space();
        let start = cursor.at;
        if !cursor.rest().starts_with("!=") && cursor.takes("!") {
            signs.push((start, true));
        } else if cursor.takes("-") {
            signs.push((start, false));
        } else {
            break;
        }
    }
    let mut value = postfix(cursor);
    while let Some((start, negates)) = signs.pop() {
        let span = Span::new(start as u32, value.span.end.max(start as u32));
        let inner = Box::new(value);
        value = Expr::new(if negates { ExprKind::Not(inner) } else { ExprKind::Minus(inner) }, span);
    }
    value
}
