//! The password, key or token that somebody sent is compared with one that stands in the source, whatever the variables on the way are
//! called. What is seen by the names of the two sides alone is told by `secret_hardcoded` itself, at the same place.

use super::raw::{Raw, RuleCx};
use super::secret_hardcoded::META;
use super::{Confidence, FixPlan, Impact, Place, exposed};
use crate::facts::credential_names::{is_password, is_password_column, is_signature, last, lets_in};
use crate::facts::event::{Compare, Event, Side};
use crate::facts::names;
use crate::facts::secrets::{stands_for_something, tells_of};
use crate::facts::taint::{Origin, Part};
use crate::facts::value::{Kind, Piece, Value};
use crate::project::place::{Purpose, purpose};
use crate::text::{Name, Span};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Compare(compare) = event else { continue };
        if let Some(raw) = told(cx, compare)
            && !out.iter().any(|known| known.site == raw.site && known.elsewhere == raw.elsewhere)
        {
            out.push(raw);
        }
    }
}

/// What opens, and where it is written down.
struct Opener {
    /// The texts themselves.
    literals: Vec<Place>,
    /// What the program calls them; empty for a literal in the comparison.
    name: Name,
}

fn told(cx: &RuleCx<'_>, compare: &Compare) -> Option<Raw> {
    let [left, right] = &compare.sides;
    let (sent, fixed, origin) = [(left, right), (right, left)].into_iter().find_map(|(sent, fixed)| Some((sent, fixed, sent_by(sent, fixed)?)))?;
    let file = &fixed.site.item.file;
    // Of a login in one header, the half that says who it is is no secret; the other half is told.
    if names_somebody(last(&sent.path)) {
        return None;
    }
    if !cx.config.include_tests && purpose(cx.project.relative(file)) != Purpose::Product {
        return None;
    }
    let is_of_password = is_password(&origin.name);
    let texts = texts_of(&fixed.value);
    let says_so = |name: &str| lets_in(name) || is_password(name);
    let opener = opener(cx, fixed);
    let is_named = opener.as_ref().is_some_and(|opener| says_so(&opener.name));
    // `CLIENT_SECRET = "CLIENT_SECRET"`: a name, not what it stands for.
    let is_shouted = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let names_itself = |text: &String| is_shouted(text) && opener.as_ref().is_some_and(|opener| names::words(text) == names::words(&opener.name));
    if texts.is_empty() || !texts.iter().all(|text| could_open(text, origin, is_named) && !names_itself(text)) {
        return None;
    }
    // A constant of somewhere else that is called so is told where it is given its value.
    let is_untold = |text: &String| !tells_of(last(&fixed.path), text);
    if opener.is_none() && !fixed.path.is_empty() && (is_password_column(last(&fixed.path)) || is_signature(last(&fixed.path))) && !texts.iter().all(is_untold)
    {
        return None;
    }
    let surface = cx.project.surface(file);
    let reader = if surface.is_exposed() { exposed::reader(surface) } else { "anyone who can read this file can" };
    // A key that only arrives beside others is perhaps no key; in a header of its name it is nothing else.
    let sure = origin.part == Part::Headers && lets_in(&origin.name) || is_named && !is_of_password;
    let mut raw = Raw::new(&META, fixed.site.clone(), if sure { Confidence::Proven } else { Confidence::Likely });
    raw.impact = Some(if surface.is_exposed() { Impact::Critical } else { Impact::High });
    raw.detail = "hardcoded-login".into();
    let is_of_code = origin.name.is_empty() || !sent.path.is_empty() && (origin.name.ends_with("Header") || origin.name.ends_with("Bearer"));
    let asked = if is_of_code { last(&sent.path) } else { &origin.name };
    let (a_secret, does) = if is_of_password { ("a password", "sign in with it") } else { ("a key", "send it and is let in") };
    raw.message = match &opener {
        Some(opener) if !opener.name.is_empty() => {
            format!("`{}` stands in the source, and whoever sends it as `{asked}` is let in; {reader} send it", opener.name)
        }
        _ => format!("`{asked}` is compared with {a_secret} that stands in the source; {reader} {does}"),
    };
    if let Some(source) = &origin.site {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    let Some(opener) = opener else { return Some(raw) };
    if !opener.name.is_empty() {
        raw.also(compare.site.clone(), "what was sent is compared with it here".to_owned());
        raw.elsewhere = opener.literals.first().cloned();
    }
    if let ([only], false) = (opener.literals.as_slice(), surface.is_exposed()) {
        raw.plans.push(FixPlan::MoveToEnv { literal: only.clone(), name: variable(&opener.name, origin), kind: raw.detail.clone() });
    }
    Some(raw)
}

/// The part of a request that one side is, if it is sent to be let in.
fn sent_by<'s>(sent: &'s Side, fixed: &Side) -> Option<&'s Origin> {
    if fixed
        .value
        .taint()
        .iter()
        .any(|origin| origin.part.is_request() || origin.part.is_environment() || matches!(origin.part, Part::Stored | Part::Principal))
    {
        return None;
    }
    let is_called_so = fixed.path.last().is_some_and(|name| lets_in(name));
    // What was sent as a whole, or read by a class, has no name of its own.
    let has_name = |origin: &Origin| origin.part == Part::Headers || origin.name.starts_with(|c: char| c.is_lowercase());
    sent.value.taint().iter().find(|origin| {
        let is_request = origin.part.is_request() && !matches!(origin.part, Part::Method | Part::Path | Part::Files);
        is_request && (is_password(&origin.name) || lets_in(&origin.name) || is_called_so && has_name(origin))
    })
}

/// `user`, `loginEmail`: what a person is called.
fn names_somebody(name: &str) -> bool {
    names::words(name).last().is_some_and(|word| matches!(word.as_str(), "user" | "username" | "usr" | "uname" | "name" | "email" | "mail" | "account"))
}

/// The texts that a value is one of.
fn texts_of(value: &Value) -> Vec<String> {
    match value.kind() {
        Kind::Str(text) => vec![text.to_string()],
        Kind::Seq(seq) if seq.rest.is_none() => seq.items.iter().filter_map(|item| item.as_str().map(|text| text.to_string())).collect(),
        Kind::Text(text) => {
            let piece = |piece: &Piece| match piece {
                Piece::Literal(text) => Some(text.to_string()),
                Piece::Hole { value, .. } => value.as_str().map(|text| text.to_string()),
            };
            text.pieces.iter().map(piece).collect::<Option<String>>().into_iter().collect()
        }
        // `Buffer.from("...")`
        Kind::Library(library) if library.step == "()" && library.receiver.as_ref().and_then(Value::as_library).is_some_and(|called| called.step == "from") => {
            library.args.first().map_or_else(Vec::new, |arg| match arg.value.as_str() {
                Some(text) => vec![text.to_string()],
                None => Vec::new(),
            })
        }
        _ => Vec::new(),
    }
}

/// Where what opens is written down: in the comparison itself, or as a constant of the project.
fn opener(cx: &RuleCx<'_>, fixed: &Side) -> Option<Opener> {
    let at = cx.project.place(&fixed.site)?;
    let code = cx.project.file(&at.file)?.document.code().to_string();
    let written = at.span.of(&code);
    let whole = |name: Name, literals: Vec<Place>| (!literals.is_empty()).then_some(Opener { literals, name });
    if !fixed.path.is_empty() {
        return whole(fixed.path.last().cloned()?, cx.project.literals_of(&at.file, &fixed.path));
    }
    if written.starts_with(['"', '\'', '`', 'b']) && is_one_literal(written) {
        // `"Bearer abc"`: the scheme is nobody's secret.
        let inside = written.find(['"', '\'', '`']).map_or(0, |quote| quote + 1);
        let begin = SCHEMES.iter().find(|scheme| written.get(inside..).is_some_and(|rest| rest.starts_with(**scheme))).map(|scheme| inside + scheme.len());
        let span = match begin {
            Some(begin) => Span::new(at.span.start + begin as u32, at.span.end.saturating_sub(1)),
            None => at.span,
        };
        return whole(Name::default(), vec![Place { file: at.file, span }]);
    }
    // `Bearer ${KEY}`, `Buffer.from(KEY)`
    let paths =
        written.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    paths.take(8).find_map(|path| {
        let path: Vec<Name> = path.split('.').map(Name::from).collect();
        whole(path.last().cloned()?, cx.project.literals_of(&at.file, &path))
    })
}

const SCHEMES: &[&str] = &["Bearer ", "bearer ", "Basic ", "Token ", "ApiKey "];

/// One literal and nothing around it.
fn is_one_literal(written: &str) -> bool {
    let text = written.strip_prefix('b').unwrap_or(written);
    let mut chars = text.chars();
    match (chars.next(), chars.next_back()) {
        (Some(open), Some(close)) => open == close && matches!(open, '"' | '\'' | '`') && !chars.as_str().contains(open) && !chars.as_str().contains("${"),
        _ => false,
    }
}

/// A text that could be a password or a key, rather than a state, or one that nobody may choose.
fn could_open(text: &str, origin: &Origin, is_named: bool) -> bool {
    const STATES: &[&str] = &[
        "undefined",
        "null",
        "none",
        "string",
        "true",
        "false",
        "required",
        "object",
        "number",
        "bearer",
        "basic",
        "empty",
        "default",
        "invalid",
        "guest",
        "refresh",
        "access",
    ];
    let text = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
    let plain = text.to_ascii_lowercase();
    let length = text.chars().count();
    // `__DEFAULT_CREDENTIALS__` stands for something that is not written down.
    let waits = stands_for_something(text) || plain.contains("your") || plain.contains("placeholder");
    if length > 128 || text.contains(char::is_whitespace) || STATES.contains(&plain.as_str()) || text.starts_with("sha256") || waits {
        return false;
    }
    if is_password(&origin.name) {
        // What nobody may choose is asked for, too.
        return length >= 4 && !matches!(plain.as_str(), "password" | "passwd" | "123456" | "12345678" | "1234" | "qwerty" | "changeme");
    }
    // `token === "next"`: a word beside others says nothing of a key.
    let looks_made =
        text.bytes().any(|b| b.is_ascii_digit()) || length >= 12 || ["secret", "key", "token", "pass", "admin"].iter().any(|word| plain.contains(word));
    length >= 3 && (is_named || origin.part == Part::Headers && lets_in(&origin.name) || looks_made)
}

/// What the variable is called that takes its place.
fn variable(constant: &str, origin: &Origin) -> Name {
    let from = if constant.is_empty() { origin.name.as_str() } else { constant };
    let words: Vec<String> =
        names::words(from).into_iter().filter(|word| !matches!(word.as_str(), "x" | "http")).map(|word| word.to_ascii_uppercase()).collect();
    match words.join("_").as_str() {
        "" | "AUTHORIZATION" | "TOKEN" | "KEY" => Name::new_static("API_TOKEN"),
        "PASSWORD" | "PASS" | "PASSCODE" | "PWD" => Name::new_static("LOGIN_PASSWORD"),
        "SECRET" => Name::new_static("API_SECRET"),
        words => Name::from(words),
    }
}
