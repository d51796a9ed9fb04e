//! A cookie that holds what the server has just made and kept: whoever shows it again is let in, whatever the cookie is called.

use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Effect, Event};
use crate::facts::names;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::raw::RuleCx;

/// Names of cookies that tell visitors apart and let nobody in.
const VISITORS: &[&str] = &[
    "cart",
    "basket",
    "visitor",
    "anon",
    "anonymous",
    "guest",
    "device",
    "experiment",
    "variant",
    "ab",
    "consent",
    "tracking",
    "analytics",
    "client",
    "trace",
    "request",
    "correlation",
    "state",
    "nonce",
    "flash",
    "draft",
];

pub(super) fn is_kept(cx: &RuleCx<'_>, effect: &Effect, name: &str, value: &Value) -> bool {
    if names::words(name).iter().any(|word| VISITORS.contains(&word.as_str())) || !is_made_up(value) {
        return false;
    }
    cx.walk.events.iter().any(|event| match event {
        Event::Effect(other) if other.kind == "kept" && other.site != effect.site => other.args.iter().any(|arg| holds(&arg.value, value, 0)),
        Event::Access(access) if access.query.operation.is_write() => access.query.data.iter().any(|data| holds(data, value, 0)),
        _ => false,
    })
}

/// `crypto.randomUUID()`, `nanoid()`, `randomBytes(32).toString("hex")`.
fn is_made_up(value: &Value) -> bool {
    // What a call gave that reads nothing was made by it.
    let is_of_call = |symbol: &Symbol| matches!(symbol.root, Root::Call(_)) && symbol.path.is_empty();
    if matches!(value.kind(), Kind::Unknown) && value.taint().is_empty() && value.symbol().is_some_and(is_of_call) {
        return true;
    }
    let mut at = value.awaited().as_library().cloned();
    for _ in 0..6 {
        let Some(library) = at else { return false };
        if ["randomuuid", "randombytes", "nanoid", "createid", "uuid", "v4", "ulid", "token_hex", "token_urlsafe", "generateid", "generaterandomstring"]
            .contains(&library.step.to_ascii_lowercase().as_str())
            || matches!(library.package.as_str(), "nanoid" | "uuid" | "@paralleldrive/cuid2" | "ulid")
        {
            return true;
        }
        at = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
    }
    false
}

fn holds(whole: &Value, part: &Value, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    if is_one(whole, part) {
        return true;
    }
    match whole.kind() {
        Kind::Object(object) => object.fields.iter().any(|(_, field)| holds(field, part, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().any(|item| holds(item, part, depth + 1)),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { value, .. } if holds(value, part, depth + 1))),
        Kind::Instance(instance) => instance.fields.iter().any(|(_, field)| holds(field, part, depth + 1)),
        _ => false,
    }
}

/// The same value, made by the same call.
fn is_one(one: &Value, other: &Value) -> bool {
    let site = |value: &Value| value.awaited().as_library().and_then(|library| library.site.clone());
    one.is_same(other) || one.symbol().is_some() && one.symbol() == other.symbol() || site(one).is_some_and(|here| Some(here) == site(other))
}
