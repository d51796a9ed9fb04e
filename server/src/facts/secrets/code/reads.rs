//! Expressions that read a variable of the environment, and names of what is called.

use super::joined::constant;
use crate::facts::secrets::context::lists;
use crate::model::{Arg, ExprId, ExprKind, Segment};
use crate::text::Name;

/// `jwt.sign`, `new TextEncoder().encode` as `TextEncoder.encode`; empty where it has no name.
pub(super) fn path(segment: &Segment, id: ExprId) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut at = id;
    // Long chains are named by their end.
    for _ in 0..16 {
        match &segment[at].kind {
            ExprKind::Name(name) => {
                parts.push(name);
                break;
            }
            ExprKind::This => {
                parts.push("this");
                break;
            }
            ExprKind::Member { base, name, .. } => {
                parts.push(name);
                at = *base;
            }
            ExprKind::Call { callee, .. } => at = *callee,
            ExprKind::Await(inner) => at = *inner,
            ExprKind::Index { base, index, .. } => {
                if let Some(key) = constant(segment, *index) {
                    parts.push(key);
                }
                at = *base;
            }
            _ => break,
        }
    }
    parts.reverse();
    parts.join(".")
}

/// The last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The variable an expression reads: `process.env.X`, `os.environ["X"]`, `Deno.env.get("X")`.
pub fn variable(segment: &Segment, id: ExprId) -> Option<Name> {
    match &segment[id].kind {
        ExprKind::Member { base, name, .. } => is_environment(segment, *base).then(|| name.clone()),
        ExprKind::Index { base, index, .. } => {
            let name = constant(segment, *index)?;
            is_environment(segment, *base).then(|| Name::from(name))
        }
        ExprKind::Call { callee, args, .. } => called_variable(segment, *callee, args).map(|(name, _)| name),
        // `a || b || "literal"`; `String(process.env.X)`; `(process.env.X ?? "").trim()`.
        ExprKind::Logical { left, right, .. } => variable(segment, *left).or_else(|| variable(segment, *right)),
        ExprKind::Await(inner) => variable(segment, *inner),
        _ => None,
    }
}

/// `os.getenv("X", default)`: the variable, and the place of its default among the arguments.
pub(super) fn called_variable(segment: &Segment, callee: ExprId, args: &[Arg]) -> Option<(Name, Option<usize>)> {
    let called = path(segment, callee);
    let known = lists().env_calls.contains(called.as_str()) || called.strip_prefix("this.").is_some_and(|rest| lists().env_calls.contains(rest));
    let first = args.first().filter(|arg| arg.name.is_none() && !arg.spread)?;
    let name = constant(segment, first.value)?;
    let is_variable_name = name.len() >= 2 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if !is_variable_name || !known && !asks_for_setting(&called, name, args) {
        return None;
    }
    let default = args
        .iter()
        .enumerate()
        .skip(1)
        .find(|(at, arg)| arg.name.as_ref().map_or(*at == 1, |name| matches!(name.as_str(), "default" | "fallback" | "defaultValue")));
    Some((Name::from(name), default.map(|(at, _)| at)))
}

/// `c.get("DB_PASSWORD", "literal")`: whatever gives the values, what is asked for is called as variables are.
fn asks_for_setting(called: &str, name: &str, args: &[Arg]) -> bool {
    let is_of_environment = name.contains('_')
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    args.len() == 2 && is_of_environment && called.contains('.') && last(called) == "get"
}

/// `process.env`, `os.environ`, `import.meta.env`.
pub(super) fn is_environment(segment: &Segment, id: ExprId) -> bool {
    let path = path(segment, id);
    !path.is_empty() && lists().env_objects.contains(path.as_str())
}
