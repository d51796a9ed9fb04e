//! `return request.user is not None`, `if (!session)`: where something stands for strangers, too, such a guard asks nothing.

use super::why::{Flaw, Looked};
use crate::facts::catalogue::{BUILT_IN, Entry, Root};
use crate::model::{BinaryOp, ExprId, ExprKind, PatternKind, StmtKind, UnaryOp};
use crate::text::{Name, Span};

/// A guard that only asks whether there is a `request.user`.
pub(super) fn always_there(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    if !looked.is_python() {
        return never_empty(looked);
    }
    let throws = |within: Span| looked.stmts().any(|(id, span)| within.contains(span) && matches!(looked.segment[id].kind, StmtKind::Throw(_)));
    looked.stmts().find_map(|(id, span)| {
        let asked = match &looked.segment[id].kind {
            StmtKind::Return(Some(value)) => *value,
            // What is only shown to some says no to nobody.
            StmtKind::If { cond, .. } if throws(span) || looked.exprs_within(span).any(|expr| looked.denies(expr)) => *cond,
            _ => return None,
        };
        is_of_user(looked, asked).then(|| {
            let text = "`request.user` is never missing in Django: for strangers an `AnonymousUser` stands there, so this check lets everybody in.";
            (looked.segment[asked].span, Flaw::AlwaysThere, text.to_owned())
        })
    })
}

/// `const session = await getUserSession(event); if (!session) ..`
fn never_empty(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let segment = looked.segment;
    looked.stmts().find_map(|(id, span)| {
        let StmtKind::If { cond, .. } = &segment[id].kind else { return None };
        let ExprKind::Unary { op: UnaryOp::Not, operand } = &segment[*cond].kind else { return None };
        let ExprKind::Name(asked) = &segment[*operand].kind else { return None };
        if !looked.exprs_within(span).any(|expr| looked.denies(expr)) {
            return None;
        }
        let made = looked.stmts().find_map(|(id, _)| match &segment[id].kind {
            StmtKind::Let { pattern, value: Some(value), .. } if matches!(&segment[*pattern].kind, PatternKind::Name(name) if name == asked) => Some(*value),
            _ => None,
        })?;
        let made = if let ExprKind::Await(inner) = segment[made].kind { inner } else { made };
        let ExprKind::Call { callee, .. } = &segment[made].kind else { return None };
        let ExprKind::Name(function) = &segment[*callee].kind else { return None };
        stands_for_strangers(function).then(|| {
            let text =
                format!("`{function}` always gives an object, for strangers an empty one, so the check of `{asked}` lets everybody in: ask for what is in it.");
            (segment[*cond].span, Flaw::AlwaysThere, text)
        })
    })
}

fn stands_for_strangers(function: &Name) -> bool {
    let states = BUILT_IN.call(&BUILT_IN.root(&Root::Global(function.clone())));
    BUILT_IN.at(&states).any(|entry| matches!(entry, Entry::Principal(principal) if principal.for_strangers.is_some()))
}

/// `request.user`, `not request.user`, `request.user is None`, `bool(request.user)`: and nothing else is asked.
fn is_of_user(looked: &Looked<'_>, expr: ExprId) -> bool {
    let segment = looked.segment;
    match &segment[expr].kind {
        ExprKind::Member { base, name, .. } => name == "user" && is_request(looked, *base),
        ExprKind::Unary { op: UnaryOp::Not, operand } => is_of_user(looked, *operand),
        ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Ne, left, right } => matches!(segment[*right].kind, ExprKind::Null) && is_of_user(looked, *left),
        ExprKind::Call { callee, args, .. } => {
            let is_bool = matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "bool");
            matches!(args.as_slice(), [only] if is_bool && is_of_user(looked, only.value))
        }
        _ => false,
    }
}

fn is_request(looked: &Looked<'_>, expr: ExprId) -> bool {
    let is_named = |name: &Name| matches!(name.as_str(), "request" | "req");
    match &looked.segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => is_named(name),
        _ => false,
    }
}
