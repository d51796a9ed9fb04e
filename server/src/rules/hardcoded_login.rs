//! The password that somebody sent is compared with one that stands in the source, whatever the variables on the way are called.
//! What is seen by the names of the two sides alone is told by `secret_hardcoded` itself, at the same place.

use super::raw::{Raw, RuleCx};
use super::secret_hardcoded::META;
use super::{Confidence, FixPlan, Impact, exposed};
use crate::facts::credential_names::{is_password, is_password_column, is_signature, last};
use crate::facts::event::{Compare, Event, Side};
use crate::facts::value::Kind;
use crate::project::place::{Purpose, purpose};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Compare(compare) = event else { continue };
        if let Some(raw) = told(cx, compare)
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

fn told(cx: &RuleCx<'_>, compare: &Compare) -> Option<Raw> {
    let [left, right] = &compare.sides;
    let (origin, literal) = [(left, right), (right, left)].into_iter().find_map(|(sent, literal)| {
        let origin = sent.value.taint().iter().find(|origin| origin.part.is_request() && is_password(&origin.name))?;
        could_open(literal).then_some((origin, literal))
    })?;
    if !cx.config.include_tests && purpose(cx.project.relative(&literal.site.item.file)) != Purpose::Product {
        return None;
    }
    // A constant that is called a password is told where it is given its value.
    let is_written_here = literal.path.is_empty();
    let name = last(&literal.path);
    if !is_written_here && (is_password_column(name) || is_signature(name)) {
        return None;
    }
    let surface = cx.project.surface(&literal.site.item.file);
    let reader = if surface.is_exposed() { exposed::reader(surface) } else { "anyone who can read this file can" };
    let mut raw = Raw::new(&META, literal.site.clone(), Confidence::Likely);
    raw.impact = Some(if surface.is_exposed() { Impact::Critical } else { Impact::High });
    raw.detail = "hardcoded-login".into();
    raw.message = format!("`{}` is compared with a password that stands in the source; {reader} sign in with it", origin.name);
    if let Some(source) = &origin.site {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    if is_written_here
        && !surface.is_exposed()
        && let Some(at) = cx.project.place(&literal.site)
    {
        raw.plans.push(FixPlan::MoveToEnv { literal: at, name: "LOGIN_PASSWORD".into() });
    }
    Some(raw)
}

/// A text that could be a password, rather than a state, or one that nobody may choose.
fn could_open(side: &Side) -> bool {
    let Kind::Str(text) = side.value.kind() else { return false };
    let plain = text.to_ascii_lowercase();
    let refused = [
        "password",
        "passwd",
        "123456",
        "12345678",
        "1234",
        "qwerty",
        "undefined",
        "null",
        "none",
        "string",
        "true",
        "false",
        "required",
        "object",
        "changeme",
    ];
    let length = text.chars().count();
    (4..=128).contains(&length)
        && !text.contains(char::is_whitespace)
        && !refused.contains(&plain.as_str())
        && !text.starts_with("sha256")
        && !text.starts_with('$')
}
