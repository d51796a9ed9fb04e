//! A password is hashed with a salt that is the same for everybody, or that is the password itself.

use super::META;
use crate::facts::credential_names::{is_password, last};
use crate::facts::event::{Effect, Event};
use crate::facts::value::{Argument, Kind, Value};
use crate::rules::called::{chain, name, named, positional};
use crate::rules::options::taken;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, Impact};

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if effect.kind != "password-hash" {
            continue;
        }
        let Some(salt) = salt(effect) else { continue };
        if let Some(raw) = judge(cx, effect, salt)
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

fn salt(effect: &Effect) -> Option<&Argument> {
    named(&effect.args, "salt").or_else(|| taken(effect, "salt")).or_else(|| by_position(effect, 1))
}

fn password(effect: &Effect) -> Option<&Argument> {
    named(&effect.args, "password").or_else(|| taken(effect, "password")).or_else(|| by_position(effect, 0))
}

/// `crypto.scryptSync(password, salt, 64)`
fn by_position(effect: &Effect, at: usize) -> Option<&Argument> {
    matches!(name(&effect.of).as_str(), "scryptSync" | "pbkdf2" | "pbkdf2Sync").then(|| positional(&effect.args, at)).flatten()
}

fn judge(cx: &RuleCx<'_>, effect: &Effect, salt: &Argument) -> Option<Raw> {
    let password = password(effect);
    let is_same = |password: &&Argument| salt.value.symbol().is_some() && salt.value.symbol() == password.value.symbol();
    let says = if is_written_down(&salt.value, 0) {
        "The salt stands in the code, so it is the same for every password: equal passwords get equal hashes, and whoever gets hold of them tries each guess on all of them at once"
    } else if password.as_ref().is_some_and(is_same) {
        "The salt is what is hashed itself, so equal passwords get equal hashes: whoever gets hold of them tries each guess on all of them at once"
    } else {
        return None;
    };
    let keyed: Vec<&Value> = match password {
        Some(password) => vec![&password.value],
        None => derived(cx, effect),
    };
    // A long random secret of the program needs no salt.
    if keyed.iter().any(|value| value.taint().iter().any(|origin| origin.part.is_environment())) {
        return None;
    }
    let is_called_password =
        keyed.iter().any(|value| value.taint().iter().any(|origin| is_password(&origin.name))) || effect.spoken.iter().any(|(path, _)| is_password(last(path)));
    let mut raw = Raw::new(&META, salt.site.clone(), if is_called_password { Confidence::Proven } else { Confidence::Likely });
    raw.impact = Some(Impact::Medium);
    raw.detail = "salt".into();
    raw.message = says.to_owned();
    raw.also(effect.site.clone(), "the hash is made here".to_owned());
    Some(raw)
}

/// What an object that was made with a salt derives keys from: `kdf.derive(password)`.
fn derived<'c>(cx: &'c RuleCx<'_>, made: &Effect) -> Vec<&'c Value> {
    let is_of = |effect: &Effect| chain(&effect.of).any(|library| library.site.as_ref() == Some(&made.site));
    let all = cx.walk.events.iter().filter_map(|event| match event {
        Event::Effect(effect) if effect.kind == "key-derived" && is_of(effect) => effect.args.first(),
        _ => None,
    });
    all.map(|arg| &arg.value).collect()
}

/// Text or bytes as they stand in the code, and what is made of nothing else.
fn is_written_down(value: &Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Str(_) => true,
        Kind::Library(library) if library.step == "()" && depth < 4 => {
            let reads = library.receiver.as_ref().map(name).unwrap_or_default();
            let is_reading =
                reads.starts_with("b16") || reads.starts_with("b32") || reads.starts_with("b64") || reads.contains("hex") || reads.starts_with("byte");
            is_reading && library.args.first().is_some_and(|arg| is_written_down(&arg.value, depth + 1))
        }
        _ => false,
    }
}
