//! Secrets in addresses, and in the browser's storage.

use super::META;
use crate::facts::event::{Effect, Event, Sink, SinkKind};
use crate::facts::exposure::EXPOSURE;
use crate::facts::place::Site;
use crate::facts::private::{is_private_value, is_private_variable};
use crate::facts::value::{Kind, Object, Piece, Value};
use crate::rules::called::chain;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, Impact};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let (found, at) = match event {
            Event::Sink(sink) if sink.kind == SinkKind::Fetch => (address(&sink.value).or_else(|| asked_by(sink)), &sink.site),
            Event::Sink(sink) if sink.kind == SinkKind::Storage => (stored(sink), &sink.site),
            Event::Effect(effect) if effect.kind == "address-parameter" => (put_in(effect), &effect.site),
            _ => continue,
        };
        let Some((site, detail, message)) = found else { continue };
        let mut raw = Raw::new(&META, site.unwrap_or_else(|| at.clone()), Confidence::Likely);
        raw.impact = Some(Impact::Medium);
        raw.detail = Name::new_static(detail);
        raw.message = message;
        out.push(raw);
    }
}

type Found = (Option<Site>, &'static str, String);

/// `https://host/path?api_key=${process.env.KEY}`: a secret of ours in the query.
fn address(value: &Value) -> Option<Found> {
    let Kind::Text(text) = value.kind() else { return None };
    if takes_it_there(value) {
        return None;
    }
    let whole = text.pieces.iter().find_map(|piece| match piece {
        Piece::Hole { value, site } => Some((parameters(value)?, site)),
        Piece::Literal(_) => None,
    });
    if let Some(((variable, name), site)) = whole {
        return Some((Some(site.clone()), "url", said(&variable, &name)));
    }
    for pair in text.pieces.windows(2) {
        let [Piece::Literal(before), Piece::Hole { value, site }] = pair else { continue };
        let Some(name) = query_name(before).filter(|name| is_credential(name)) else { continue };
        let variable = value.symbol().and_then(|symbol| symbol.path.last()).filter(|variable| is_private_variable(variable))?;
        return Some((Some(site.clone()), "url", said(variable, name)));
    }
    None
}

/// `?${new URLSearchParams({ api_key: process.env.KEY })}`: a variable of ours, and what it is called in the address.
fn parameters(value: &Value) -> Option<(Name, Name)> {
    let made =
        chain(value).find(|made| made.step == "()" && made.receiver.as_ref().and_then(Value::as_library).is_some_and(|made| made.step == "URLSearchParams"))?;
    let Kind::Object(given) = made.args.first()?.value.kind() else { return None };
    secret_in(given)
}

fn secret_in(given: &Object) -> Option<(Name, Name)> {
    given.fields.iter().filter(|(name, _)| is_credential(name)).find_map(|(name, value)| Some((variable_of(value)?, name.clone())))
}

/// A secret of the environment or of the settings.
fn variable_of(value: &Value) -> Option<Name> {
    let symbol = value.symbol().filter(|symbol| symbol.is_of_environment())?;
    symbol.path.last().filter(|variable| is_private_variable(variable)).cloned()
}

/// `url.searchParams.set("api_key", process.env.KEY)`.
fn put_in(effect: &Effect) -> Option<Found> {
    let [name, value, ..] = effect.args.as_slice() else { return None };
    let name = name.value.as_str().filter(|name| is_credential(name))?;
    let of = chain(&effect.of).find(|made| made.step == "()").and_then(|url| url.args.first());
    if of.is_some_and(|address| takes_it_there(&address.value)) {
        return None;
    }
    Some((Some(value.site.clone()), "url", said(&variable_of(&value.value)?, name)))
}

/// Some services take their key nowhere else, or say that it belongs there.
fn takes_it_there(address: &Value) -> bool {
    let begins = match address.kind() {
        Kind::Str(text) => text.as_ref(),
        Kind::Text(text) => match text.pieces.first() {
            Some(Piece::Literal(first)) => first.as_ref(),
            _ => "",
        },
        _ => "",
    };
    EXPOSURE.key_in_address.iter().any(|host| begins.contains(host.as_str()))
}

/// `axios.get(url, { params: { api_key } })`, `requests.get(url, params={"api_key": key})`: the query as an object.
fn asked_by(sink: &Sink) -> Option<Found> {
    if takes_it_there(&sink.value) {
        return None;
    }
    let given = sink.args.iter().find_map(|arg| match arg.value.kind() {
        Kind::Object(options) if arg.name.is_empty() => Some((options.get("params").0?.clone(), arg.site.clone())),
        Kind::Object(_) if arg.name == "params" => Some((arg.value.clone(), arg.site.clone())),
        _ => None,
    });
    let (query, site) = given?;
    let Kind::Object(query) = query.kind() else { return None };
    let (variable, name) = secret_in(query)?;
    Some((Some(site), "url", said(&variable, &name)))
}

fn said(variable: &str, name: &str) -> String {
    format!("`{variable}` is put into the address as `{name}`: addresses are kept in logs, histories and analytics, and everyone who reads those can use it")
}

/// `…&api_key=` at the end: the name that comes next has a value.
fn query_name(text: &str) -> Option<&str> {
    let text = text.strip_suffix('=')?;
    let at = text.rfind(['?', '&'])?;
    text.get(at + 1..)
}

fn is_credential(name: &str) -> bool {
    name.eq_ignore_ascii_case("key") || is_private_value(name)
}

/// `localStorage.setItem("token", token)`, `localStorage.token = token`.
fn stored(sink: &Sink) -> Option<Found> {
    let [key, value, ..] = sink.args.as_slice() else { return None };
    let is_nothing = value.value.as_str().is_some_and(|text| text.is_empty());
    if sink.site != value.site || is_nothing || matches!(value.value.kind(), Kind::Bool(_) | Kind::Number(_) | Kind::Null) {
        return None;
    }
    let key = key.value.as_str().map(|key| key.as_ref()).unwrap_or("");
    let spoken = sink.spoken.iter().find_map(|(path, _)| path.last().filter(|name| is_private_value(name)));
    let name = spoken.map(Name::as_str).or_else(|| is_private_value(key).then_some(key))?;
    let message = format!(
        "`{name}` is kept in the browser's storage, where every script of the page can read it: one bad package or one injected script takes the sign-in along"
    );
    Some((None, "storage", message))
}
