//! Nobody looks at the certificate of who answers, or what is sent is not encrypted at all.

use super::called::{is_asked_for, is_in_development, named, positional, stands_under_setting};
use super::exposed::FileCx;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta, Strengthen};
use crate::facts::event::{Effect, Event, OptionSet, Sink, SinkKind};
use crate::facts::host::{is_private_address, is_private_name};
use crate::facts::setup::switched_off;
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("tls-disabled"),
    title: "Nobody checks who answers",
    risk: Risk::Deployment,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[295, 319],
    page: include_str!("../../../queries/rules/tls-disabled.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let raw = match event {
            Event::Option(option) if option.kind == "tls" => Some(switched(cx, option)),
            Event::Effect(effect) if effect.kind == "tls" => asked(cx, effect),
            Event::Effect(effect) if effect.kind == "smtp-login" => mailed(cx, effect),
            Event::Sink(sink) if sink.kind == SinkKind::Fetch => unencrypted(sink),
            _ => None,
        };
        if let Some(raw) = raw
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

fn switched(cx: &RuleCx<'_>, option: &OptionSet) -> Raw {
    let is_chosen = is_asked_for(&option.facts) || stands_under_setting(cx, &option.site);
    let confidence = if is_in_development(&option.facts) || is_chosen { Confidence::Possible } else { Confidence::Proven };
    let mut raw = Raw::new(&META, option.site.clone(), confidence);
    let of_database = matches!(option.under.as_str(), "ssl" | "dialectOptions") || option.name.starts_with("tls");
    raw.impact = of_database.then_some(Impact::Medium);
    raw.detail = option.name.clone();
    raw.message = if of_database {
        format!(
            "`{}` lets anything answer in the place of the database or queue: somebody on the way can read and change all that is asked, and take the password along",
            option.name
        )
    } else {
        format!(
            "`{}` lets anyone answer in the other side's name: somebody on the same network can read and change all that is sent, keys and passwords with it",
            option.name
        )
    };
    plan(cx, &mut raw, &option.name);
    raw
}

fn plan(cx: &RuleCx<'_>, raw: &mut Raw, name: &Name) {
    if let Some(at) = cx.project.place(&raw.site) {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::Drop { name: name.clone() } });
    }
}

fn asked(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    if is_in_development(&effect.facts) || effect.args.iter().any(|arg| is_near(&arg.value)) {
        return None;
    }
    let option = ["verify", "verify_certs", "verify_ssl", "ssl", "cert_reqs"].iter().find_map(|name| named(&effect.args, name));
    let site = option.map_or_else(|| effect.site.clone(), |arg| arg.site.clone());
    let mut raw = Raw::new(&META, site, if effect.guessed { Confidence::Likely } else { Confidence::Proven });
    raw.message = match (option, effect.is.as_str()) {
        (_, "ssh") => {
            raw.impact = Some(Impact::Low);
            "Whatever key a server shows is believed: somebody on the way can pretend to be it, and is given all commands and passwords".to_owned()
        }
        (Some(option), _) => {
            raw.detail = option.name.clone();
            plan(cx, &mut raw, &option.name);
            format!(
                "`{}` is switched off, so anyone can answer in the other side's name: somebody on the same network can read and change all that is sent",
                option.name
            )
        }
        _ => "No certificate is looked at, so anyone can answer in the other side's name: somebody on the same network can read and change all that is sent"
            .to_owned(),
    };
    Some(raw)
}

/// A mail server is told a password before the line is encrypted.
fn mailed(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let encrypts = cx.walk.events.iter().any(|event| matches!(event, Event::Effect(other) if other.kind == "smtp-starttls"));
    let server = super::called::chain(&effect.of).find(|library| library.step == "()" && !library.args.is_empty());
    let near = server.is_some_and(|server| server.args.first().is_some_and(|arg| is_near(&arg.value)));
    if encrypts || near || cx.walk.exhausted || server.is_none() {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::Medium);
    raw.detail = "starttls".into();
    raw.absence = true;
    let who = positional(&effect.args, 1).and_then(|arg| arg.value.symbol()).and_then(|symbol| symbol.path.last());
    let who = who.map_or_else(|| "The password of the mailbox".to_owned(), |name| format!("`{name}`"));
    raw.message = format!("{who} goes to the mail server before the line is encrypted: somebody on the way can read it, and every mail after it");
    Some(raw)
}

/// A key or password is sent over a line that is not encrypted.
fn unencrypted(sink: &Sink) -> Option<Raw> {
    let address = beginning(&sink.value)?;
    let host = address.strip_prefix("http://")?.split(['/', ':', '?']).next().unwrap_or("").to_ascii_lowercase();
    // A name without a dot is one of a network of its own.
    if !host.contains('.') || host.ends_with('.') || host.ends_with(".example.com") || is_near(&sink.value) {
        return None;
    }
    let name = sink.args.iter().find_map(|arg| credential(&arg.value, 0).or_else(|| (arg.name == "auth").then(|| arg.name.clone())))?;
    let mut raw = Raw::new(&META, sink.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::Medium);
    raw.detail = "http".into();
    raw.message = format!("`{name}` is sent to `http://{host}` for everybody on the way to read: whoever is on the same network can use it as their own");
    Some(raw)
}

/// The header or field that holds a key or password.
fn credential(value: &Value, depth: u32) -> Option<Name> {
    let Kind::Object(object) = value.kind() else { return None };
    let is_one = |name: &Name| matches!(name.to_ascii_lowercase().as_str(), "authorization" | "cookie" | "x-api-key" | "api-key" | "x-auth-token" | "password");
    let own = object.fields.iter().find(|(name, value)| is_one(name) && !matches!(value.kind(), Kind::Null | Kind::Bool(_)));
    own.map(|(name, _)| name.clone()).or_else(|| (depth < 2).then(|| object.fields.iter().find_map(|(_, value)| credential(value, depth + 1))).flatten())
}

/// How a text begins, as far as that is known.
fn beginning(value: &Value) -> Option<String> {
    match value.kind() {
        Kind::Str(text) => Some(text.to_string()),
        Kind::Text(text) => match text.pieces.first() {
            Some(Piece::Literal(first)) => Some(first.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// This machine, or one of the same private network.
fn is_near(value: &Value) -> bool {
    let Some(host) = beginning(value) else { return false };
    let host = host.split_once("://").map_or(host.as_str(), |(_, rest)| rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(['/', ':', '?']).next().unwrap_or("");
    is_private_address(host)
        || is_private_name(host)
        || matches!(host, "localhost" | "0.0.0.0" | "[" | "mailhog" | "mailpit")
        || host.ends_with(".localhost")
        || host.ends_with(".test")
}

/// Variables that switch it off for a whole program, where they are set.
pub fn of_file(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    if cx.known.model.is_some() {
        return;
    }
    let document = &cx.known.document;
    if !switched_off::may_say(cx.file.file_name()) {
        return;
    }
    for (name, span) in switched_off::read(&document.text()) {
        let message = format!(
            "`{name}` is set for the whole program, so anyone can answer in any other side's name: somebody on the same network can read and change all that is sent"
        );
        out.push(cx.finding(&META, name, (Impact::High, Confidence::Proven), cx.place(span), message));
    }
}
