//! The code that was to be sent to somebody's address is in the answer: whoever asks for it proves to be anybody.

use super::META;
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::names;
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::facts::walk::is_for_developers;
use crate::rules::Confidence;
use crate::rules::handler::Handler;
use crate::rules::ownership::Answer;
use crate::rules::raw::{Raw, RuleCx};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(handler) = Handler::of(cx) else { return };
    if !handler.is_called(&["forgot", "forget", "reset", "recover", "recovery", "otp", "magic", "verification", "passcode", "2fa", "mfa", "resend"]) {
        return;
    }
    // It is kept, or sent: somebody has to come back with it.
    let is_awaited = handler.events().any(|event| match event {
        Event::Access(access) => access.query.operation.is_write(),
        Event::Effect(effect) => matches!(effect.kind.as_str(), "mail" | "sms"),
        _ => false,
    });
    if !is_awaited {
        return;
    }
    for event in handler.events() {
        let Event::Use(used) = event else { continue };
        let gets_out = used.kind == UseKind::Respond || used.kind == UseKind::Return && !cx.project.declares_answer(cx.walk);
        if !gets_out || handler.may_be(&used.facts) != Answer::No || is_for_developers(&used.facts) {
            continue;
        }
        if let Some(name) = proof_in(&used.value, 0) {
            out.push(told(&handler, used, &name));
            return;
        }
    }
}

fn told(handler: &Handler<'_>, used: &Use, name: &Name) -> Raw {
    let mut raw = Raw::new(&META, used.site.clone(), Confidence::Likely);
    raw.detail = "proof".into();
    raw.message = format!(
        "`{name}` is meant for whoever owns the address, and {} answers it to whoever asks: anybody who knows an address can go on as its owner.",
        handler.title()
    );
    raw.also(handler.site(), format!("reached from {}", handler.route.title()));
    raw
}

/// A field that is called like a code, and that the code made or looked up.
fn proof_in(value: &Value, depth: u32) -> Option<Name> {
    if depth > 3 {
        return None;
    }
    match value.kind() {
        Kind::Object(object) => {
            object.fields.iter().find_map(|(name, field)| if is_proof(name) && is_made(field) { Some(name.clone()) } else { proof_in(field, depth + 1) })
        }
        Kind::Promise(inner) => proof_in(inner, depth + 1),
        _ => None,
    }
}

fn is_proof(name: &str) -> bool {
    let words = names::words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["code" | "otp" | "pin" | "passcode"] => true,
        [first, last] => {
            matches!(*first, "reset" | "verification" | "magic" | "recovery" | "otp") && matches!(*last, "code" | "token" | "link" | "url" | "otp")
        }
        _ => false,
    }
}

/// No constant, no error's name, and nothing that the caller sent.
fn is_made(value: &Value) -> bool {
    let is_constant =
        matches!(value.kind(), Kind::Str(_) | Kind::Bool(_) | Kind::Null | Kind::Object(_)) || matches!(value.kind(), Kind::Number(text) if !text.is_empty());
    let is_theirs = value.taint().iter().any(|origin| origin.part.is_request() || origin.part == Part::Failure);
    let is_known = value.taint().iter().any(|origin| matches!(origin.part, Part::Weak | Part::Stored))
        || value.symbol().is_some()
        || matches!(value.kind(), Kind::Library(_) | Kind::Text(_));
    !is_constant && !is_theirs && is_known
}
