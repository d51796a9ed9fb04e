//! From a boolean expression to a tree of terms, and what a substitution in it stands for.

use super::{Condition, Expr, ExprKind, HolePosition, Op, Placeholder, Term};
use crate::text::{Name, Span};

/// Reads `expr` as a condition. Notes in `holes` which substitutions stand for columns or whole conditions.
pub(super) fn condition(expr: Expr, holes: &mut [HolePosition]) -> Condition {
    let span = expr.span;
    match expr.kind {
        ExprKind::And(arms) => {
            let mut all = Vec::with_capacity(arms.len());
            for arm in arms {
                match condition(arm, holes) {
                    Condition::Always => {}
                    Condition::Never => return Condition::Never,
                    Condition::All(inner) => all.extend(inner),
                    other => all.push(other),
                }
            }
            one_or(all, Condition::Always, Condition::All)
        }
        ExprKind::Or(arms) => {
            let mut any = Vec::with_capacity(arms.len());
            for arm in arms {
                match condition(arm, holes) {
                    Condition::Always => return Condition::Always,
                    Condition::Never => {}
                    Condition::Any(inner) => any.extend(inner),
                    other => any.push(other),
                }
            }
            one_or(any, Condition::Never, Condition::Any)
        }
        ExprKind::Not(inner) => match condition(*inner, holes) {
            Condition::Always => Condition::Never,
            Condition::Never => Condition::Always,
            Condition::Not(inner) => *inner,
            other => Condition::Not(Box::new(other)),
        },
        ExprKind::Bool(true) => Condition::Always,
        ExprKind::Bool(false) | ExprKind::Null => Condition::Never,
        ExprKind::Exists(query) => Condition::Exists(query),
        ExprKind::Compare { op, left, right } => compare(op, *left, *right, span, holes),
        ExprKind::Column(_) | ExprKind::Call { .. } | ExprKind::Path { .. } => {
            let right = Expr { span, kind: ExprKind::Bool(true) };
            Condition::Term(Term { left: expr, op: Op::Eq, right, span })
        }
        ExprKind::Number(ref digits) => {
            if digits.chars().all(|c| c == '0') {
                Condition::Never
            } else {
                Condition::Always
            }
        }
        ExprKind::Placeholder(Placeholder::Hole(hole)) => {
            mark(holes, hole, HolePosition::Fragment);
            Condition::Unknown(span)
        }
        _ => Condition::Unknown(span),
    }
}

fn one_or(mut arms: Vec<Condition>, none: Condition, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match arms.len() {
        0 => none,
        1 => arms.pop().unwrap_or(none),
        _ => many(arms),
    }
}

fn mark(holes: &mut [HolePosition], hole: u32, position: HolePosition) {
    if let Some(known) = holes.get_mut(hole as usize) {
        *known = position;
    }
}

fn compare(op: Op, left: Expr, right: Expr, span: Span, holes: &mut [HolePosition]) -> Condition {
    if let (Some(same), Op::Eq | Op::Ne) = (same_constant(&left, &right), op) {
        return if same == (op == Op::Eq) { Condition::Always } else { Condition::Never };
    }
    // `${column} = 1`, `"${column}" = 1`: what is compared with a value names a column. `${id} = owner_id` is a value.
    if right.column().is_none() {
        match &left.kind {
            ExprKind::Placeholder(Placeholder::Hole(hole)) => mark(holes, *hole, HolePosition::Identifier),
            ExprKind::Text { holes: inside, .. } => inside.iter().for_each(|hole| {
                if matches!(holes.get(*hole as usize), Some(HolePosition::Quoted { quote: '"', .. })) {
                    mark(holes, *hole, HolePosition::Identifier);
                }
            }),
            _ => {}
        }
    }
    // `is_public is true`, `active = false`.
    let is_condition = matches!(left.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Compare { .. } | ExprKind::Exists(_));
    if let (true, Op::Eq | Op::Ne, ExprKind::Bool(value)) = (is_condition, op, &right.kind) {
        let inner = condition(left, holes);
        return if *value == (op == Op::Eq) { inner } else { Condition::Not(Box::new(inner)) };
    }
    let (left, op, right) = if left.column().is_none() && right.column().is_some() { (right, turned(op), left) } else { (left, op, right) };
    Condition::Term(Term { left, op, right, span })
}

fn turned(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        // `$1 = any (members)`: the column is a list that has the value in it.
        Op::In => Op::Has,
        other => other,
    }
}

/// Whether two literals are equal; `None` unless both are literals without substitutions.
fn same_constant(left: &Expr, right: &Expr) -> Option<bool> {
    let literal = |expr: &Expr| match &expr.kind {
        ExprKind::Text { value, holes } if holes.is_empty() => Some(value.clone()),
        ExprKind::Number(value) => Some(value.clone()),
        ExprKind::Bool(value) => Some(Name::new_static(if *value { "true" } else { "false" })),
        _ => None,
    };
    Some(literal(left)? == literal(right)?)
}
