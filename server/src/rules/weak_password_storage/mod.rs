//! Passwords are kept, hashed or compared in a way that gives them away.

mod compared;
mod hashed;
mod salted;
mod stored;

use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Impact, Risk, RuleId, RuleMeta};
use crate::facts::credential_names::is_password;
use crate::facts::event::{Effect, Event};
use crate::facts::taint::{Origin, Part};
use crate::facts::value::{Kind, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("weak-password-storage"),
    title: "Passwords are kept or compared in a way that gives them away",
    risk: Risk::Passwords,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[256, 916, 760, 328, 208],
    page: include_str!("../../../../queries/rules/weak-password-storage.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    stored::check(cx, out);
    hashed::check(cx, out);
    salted::check(cx, out);
    compared::check(cx, out);
}

/// A password as somebody typed it, and how sure it is that nothing was done to it.
fn typed(value: &Value) -> Option<(&Origin, Confidence)> {
    if matches!(value.kind(), Kind::Number(_) | Kind::Bool(_) | Kind::Row(_)) {
        return None;
    }
    let origins = value.taint().iter().filter(|origin| is_password(&origin.name));
    let sure = |origin: &Origin| match origin.part {
        part if part.is_request() => Some(Confidence::Proven),
        Part::Parameter => Some(Confidence::Likely),
        _ => None,
    };
    origins.filter_map(|origin| Some((origin, sure(origin)?))).max_by_key(|(_, confidence)| *confidence)
}

/// Is it a password that goes through this hash? The hashes made for passwords make keys of secrets as well. A value that nobody
/// calls anything is taken for what the hash is made for.
pub(super) fn hashes_a_password(effect: &Effect) -> bool {
    hashed::password(effect).is_some() || !hashed::is_another_secret(effect)
}

/// Is a hash made for passwords used in this walk?
fn hashes_properly(cx: &RuleCx<'_>) -> bool {
    cx.walk.events.iter().any(|event| matches!(event, Event::Effect(effect) if effect.kind == "password-hash"))
}
