//! What is written to logs.

use super::META;
use super::leaks::{Leak, leaks_of};
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::private::{is_private_value, is_private_variable, is_worst};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::project::surface::Surface;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Impact};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Log || is_plain(&sink.value) {
            continue;
        }
        for (path, site) in &sink.spoken {
            let Some(told) = judge(cx, sink, path) else { continue };
            if out.iter().any(|known| known.site == *site) {
                continue;
            }
            let mut raw = Raw::new(&META, site.clone(), told.confidence);
            raw.impact = Some(told.impact);
            raw.detail = "log".into();
            raw.message = message(cx, path, &told.what, site);
            if let (Some(at), What::Value, Some(name)) = (cx.project.place(site), &told.what, path.last()) {
                raw.plans.push(FixPlan::HideInLog { at, name: name.clone() });
            }
            out.push(raw);
        }
        if let Some(raw) = within(cx, sink)
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

/// What is logged by another name, or by none: settings with a key in them, what a vault gave, what somebody signs in with.
fn within(cx: &RuleCx<'_>, sink: &Sink) -> Option<Raw> {
    let (path, site) = match sink.spoken.as_slice() {
        [] => (&[][..], &sink.site),
        [(path, site)] => (path.as_slice(), site),
        _ => return None,
    };
    let sure = if sink.guessed { Confidence::Possible } else { Confidence::Likely };
    let mut raw = Raw::new(&META, site.clone(), sure);
    raw.impact = Some(Impact::Medium);
    raw.detail = "log".into();
    let is_settings = matches!(sink.value.kind(), Kind::Object(_) | Kind::Text(_) | Kind::Library(_) | Kind::Instance(_))
        || sink.value.symbol().is_some_and(Symbol::is_of_environment);
    // Which secret it is is known of a value; what is left of settings when they are written down is not.
    let surest = if sink.guessed { Confidence::Likely } else { Confidence::Proven };
    let leaked = is_settings.then(|| leaks_of(cx, &sink.value)).into_iter().flatten().find_map(|leak| match leak {
        Leak::Variable(name) => Some((name, surest)),
        Leak::Settings(names) => names.into_iter().next().map(|name| (name, sure)),
        _ => None,
    });
    if let Some((variable, sure)) = leaked {
        raw.confidence = sure;
        let reader = reader(cx, site);
        raw.message = match path.last() {
            Some(name) if *name != variable => format!("`{name}` is written to the log with `{variable}` in it: {reader}"),
            _ => format!("`{variable}` is written to the log: {reader}"),
        };
        return Some(raw);
    }
    // The whole of what was sent, under a name of the program's own.
    let is_body = sink.value.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(_)) && symbol.path.is_empty())
        && sink.value.taint().iter().any(|origin| matches!(origin.part, Part::Body | Part::Input));
    (is_body && path.len() == 1 && takes_passwords(cx)).then(|| {
        raw.message = message(cx, path, &What::Body, site);
        raw
    })
}

struct Told {
    what: What,
    impact: Impact,
    confidence: Confidence,
}

enum What {
    Value,
    Environment,
    Headers,
    Body,
}

/// A yes or no, a number, a text that stands in the source.
fn is_plain(value: &Value) -> bool {
    matches!(value.kind(), Kind::Bool(_) | Kind::Number(_) | Kind::Null | Kind::Str(_))
}

fn judge(cx: &RuleCx<'_>, sink: &Sink, path: &[Name]) -> Option<Told> {
    let last = path.last()?.as_str();
    let before = path.iter().rev().nth(1).map_or("", Name::as_str);
    // A logger that only its name makes one may be something else.
    let sure = if sink.guessed { Confidence::Likely } else { Confidence::Proven };
    if matches!((before, last), ("process", "env") | ("os", "environ")) {
        return Some(Told { what: What::Environment, impact: Impact::High, confidence: sure });
    }
    if matches!(before, "env" | "environ") || path.len() == 1 && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        return is_private_variable(last).then_some(Told { what: What::Value, impact: Impact::Medium, confidence: sure });
    }
    let is_request = matches!(before, "req" | "request" | "event");
    if is_request && last == "headers" {
        return Some(Told { what: What::Headers, impact: Impact::Low, confidence: sure });
    }
    if is_request && matches!(last, "body" | "json" | "form" | "POST") && takes_passwords(cx) {
        return Some(Told { what: What::Body, impact: Impact::Medium, confidence: Confidence::Likely });
    }
    // What nobody can use as it is: `encryptedPassword`, `maskedToken`.
    let is_covered = crate::facts::names::words(last).iter().any(|word| matches!(word.as_str(), "encrypted" | "masked" | "redacted" | "obfuscated"));
    if is_covered || !is_private_value(last) {
        return None;
    }
    let confidence = if is_worst(last) { sure } else { sure.min(Confidence::Likely) };
    Some(Told { what: What::Value, impact: Impact::Medium, confidence })
}

/// The handler of a login, a registration or a change of password.
fn takes_passwords(cx: &RuleCx<'_>) -> bool {
    let path = cx.walk.route.as_ref().and_then(|route| route.path.as_deref()).unwrap_or("");
    ["login", "signin", "sign-in", "signup", "sign-up", "register", "password"].iter().any(|word| path.to_ascii_lowercase().contains(word))
}

fn reader(cx: &RuleCx<'_>, site: &Site) -> &'static str {
    match cx.project.surface(&site.item.file) {
        Surface::Browser => "anyone at this computer who opens the console, and every script of the page, can read it",
        _ => "everyone who can read the logs, and every service they are sent to, can use it",
    }
}

fn message(cx: &RuleCx<'_>, path: &[Name], what: &What, site: &Site) -> String {
    let name = path.iter().map(Name::as_str).collect::<Vec<_>>().join(".");
    let reader = reader(cx, site);
    match what {
        What::Value => format!("`{name}` is written to the log: {reader}"),
        What::Environment => format!("`{name}` is written to the log with every key in it: {reader}"),
        What::Headers => format!("`{name}` is written to the log with the cookies and tokens in it: {reader}"),
        What::Body => format!("`{name}` is written to the log with the password in it: {reader}"),
    }
}
