//! The key that signs sessions is given by a variable, and what the variable holds stands in the source. A literal at the setting itself is
//! told by `secret_hardcoded`.

use super::raw::{Raw, RuleCx};
use super::secret_hardcoded::META;
use super::{Confidence, Impact};
use crate::facts::event::{Effect, Event};
use crate::facts::names;
use crate::facts::value::Kind;
use crate::project::place::{Purpose, purpose};

/// Settings that hold a key of the app's own.
const KEYS: &[&str] = &["SECRET_KEY", "secret_key", "JWT_SECRET_KEY", "SECURITY_PASSWORD_SALT", "WTF_CSRF_SECRET_KEY"];

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if effect.kind == "setting" {
            out.extend(told(cx, effect));
        }
    }
}

fn told(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let key = effect.args.iter().find(|arg| KEYS.contains(&arg.name.as_str()))?;
    let Kind::Str(text) = key.value.kind() else { return None };
    let file = &key.site.item.file;
    if text.len() < 4 || text.contains(['<', '{', ' ']) || !cx.config.include_tests && purpose(cx.project.relative(file)) != Purpose::Product {
        return None;
    }
    // The literal itself is told of where it stands, and so is one under a name that says what it is.
    let place = cx.project.place(&key.site)?;
    let code = cx.project.file(file)?.document.code().to_string();
    let written = code.get(place.span.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let given = match written.trim_start().strip_prefix('=') {
        Some(given) => given.trim(),
        None => place.span.of(&code),
    };
    let says_what_it_is = || names::words(given).iter().any(|word| matches!(word.as_str(), "secret" | "key" | "token" | "password" | "salt"));
    if given.contains(['"', '\'']) || says_what_it_is() {
        return None;
    }
    let mut raw = Raw::new(&META, key.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::High);
    raw.detail = "setting".into();
    raw.message = format!("`{}` is given a key that stands in the source; anyone who can read this file can sign in as any of your users", key.name);
    Some(raw)
}
