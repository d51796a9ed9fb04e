//! `if (!user.role === "admin") return res.sendStatus(403)`: what is true or false is never a text, so the check never says no.

use super::why::{Flaw, Looked, Why};
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::value::Kind;
use crate::model::{BinaryOp, ExprId, ExprKind, StmtKind, UnaryOp};
use crate::project::routes::Route;
use crate::rules::raw::RuleCx;

/// A check of a role, in what runs before the handler or in what it calls, whose condition is never true.
pub fn never_true(cx: &RuleCx<'_>, route: &Route) -> Option<Why> {
    let links = route.chain.iter().filter_map(|link| match link.value.kind() {
        Kind::Function(closure) => Some(FunctionKey { item: closure.item.clone(), function: closure.function }),
        _ => None,
    });
    let mut called: Vec<FunctionKey> = cx.walk.visited.iter().cloned().collect();
    called.sort();
    links.chain(called).find_map(|key| in_function(&Looked::of(cx, &key)?))
}

fn in_function(looked: &Looked<'_>) -> Option<Why> {
    // Hardly any code has such a comparison: it is looked for before the checks that it may stand in.
    if looked.is_python() || !looked.exprs_within(looked.function.body_span).any(|expr| is_never_true(looked, expr)) {
        return None;
    }
    looked.stmts().find_map(|(id, _)| {
        let StmtKind::If { cond, then, .. } = &looked.segment[id].kind else { return None };
        let says_no = then.iter().any(|stmt| looked.exprs_within(looked.segment[*stmt].span).any(|expr| looked.denies(expr)));
        let span = looked.segment[*cond].span;
        let found = looked.exprs_within(span).find(|expr| is_never_true(looked, *expr)).filter(|_| says_no)?;
        Some(Why {
            site: Site { item: looked.key.item.clone(), span: looked.segment[found].span },
            detail: "AZ09",
            message: "`!` binds closer than the comparison: what is true or false never equals a text, so this check never says no.".to_owned(),
            flaw: Flaw::NeverTrue,
        })
    })
}

/// `!member.role === "librarian"`
fn is_never_true(looked: &Looked<'_>, expr: ExprId) -> bool {
    let segment = looked.segment;
    let ExprKind::Binary { op: BinaryOp::Eq, left, right } = &segment[expr].kind else { return false };
    let is_role = |expr: ExprId| match &segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => {
            names::words(name).iter().any(|word| matches!(word.as_str(), "role" | "roles" | "type" | "kind" | "status" | "plan" | "permission" | "scope"))
        }
        _ => false,
    };
    let negates = |side: ExprId| matches!(segment[side].kind, ExprKind::Unary { op: UnaryOp::Not, operand } if is_role(operand));
    let is_text = |side: ExprId| matches!(&segment[side].kind, ExprKind::Str(text) if !text.is_empty());
    negates(*left) && is_text(*right) || negates(*right) && is_text(*left)
}
