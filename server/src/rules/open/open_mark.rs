//! A decorator says of a handler that it is for everybody (`@Public()`), what runs before it reads that, and the question says which
//! rows are: those that are verified, approved, listed.

use super::Deed;
use crate::facts::event::Event;
use crate::facts::query::{Filter, TermOp};
use crate::facts::value::{Kind, Value};
use crate::project::routes::Route;
use crate::rules::raw::RuleCx;

/// Is this reading what was put up for everybody, by a handler that was opened to everybody?
pub fn is_put_up(cx: &RuleCx<'_>, route: &Route, deed: &Deed<'_>) -> bool {
    !deed.what.is_write() && deed.access.is_some_and(|access| access.query.conjuncts().into_iter().any(is_set)) && is_opened(cx, route)
}

/// `verified: true`
fn is_set(filter: &Filter) -> bool {
    matches!(filter, Filter::Term(term) if term.op == TermOp::Eq && matches!(term.value.kind(), Kind::Bool(true)))
}

fn is_opened(cx: &RuleCx<'_>, route: &Route) -> bool {
    let Some(Kind::Object(says)) = route.says.as_ref().map(Value::kind) else { return false };
    let is_read = |key: &str| {
        cx.walk.events.iter().any(|event| match event {
            Event::Effect(effect) if effect.kind == "mark-read" => effect.args.first().is_some_and(|arg| arg.value.as_str().is_some_and(|read| **read == *key)),
            _ => false,
        })
    };
    says.fields.iter().any(|(key, value)| matches!(value.kind(), Kind::Bool(true)) && is_read(key))
}
