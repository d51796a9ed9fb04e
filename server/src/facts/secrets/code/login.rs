//! Passwords that a login compares with a literal: `password === "letmein"`, and tables of users with their passwords.

use super::joined::{Text, constant};
use super::{Around, Finder, reads};
use crate::facts::secrets::catalogue::catalogue;
use crate::facts::secrets::context::{self, Names, lists};
use crate::facts::secrets::hit::{HitKind, SecretHit};
use crate::facts::secrets::judge::Evidence;
use crate::facts::secrets::{Place, Severity, entropy, generic, lookalike, placeholder};
use crate::model::{Entry, ExprId, ExprKind, Key};
use crate::text::{Name, Span};

/// The row of a password that the app's own login compares with.
pub(in crate::facts::secrets) const HARDCODED_LOGIN: &str = "hardcoded-login";

impl Finder<'_> {
    /// `a == b`: one side a literal, the other what somebody typed. True if it is such a login.
    pub(super) fn compare(&mut self, left: ExprId, right: ExprId) -> bool {
        let segment = self.segment;
        let (typed, literal) = match (constant(segment, left), constant(segment, right)) {
            (None, Some(_)) => (left, right),
            (Some(_), None) => (right, left),
            _ => return false,
        };
        let Some(value) = constant(segment, literal) else { return false };
        if self.hints.place >= Place::EnvSample || reads::variable(segment, typed).is_some() {
            return false;
        }
        let Some((name, header)) = typed_name(self.segment, typed) else { return false };
        if !opens_something(&name, header, value) {
            return false;
        }
        let span = segment[literal].span;
        self.login(&name, value, span);
        true
    }

    fn login(&mut self, name: &str, value: &str, literal: Span) {
        let Some(row) = catalogue().by_id(HARDCODED_LOGIN) else { return };
        let names = Names::of(name);
        let token = Text::one(value, literal).span_of(0..value.len(), self.text, literal);
        let severity = self.hints.place.lowered(Severity::High);
        let around = Around { names, ..Around::default() };
        let verdict = super::Verdict {
            row,
            range: 0..value.len(),
            severity,
            evidence: Evidence::Place,
            env: None,
            guessable: true,
            rank: crate::facts::secrets::judge::Rank::Generic,
        };
        let env = crate::facts::secrets::hit::variable(&verdict, &around.names);
        self.hits.push(SecretHit {
            row,
            name: Name::from(name),
            callee: Name::default(),
            span: literal,
            literal,
            token,
            env,
            severity,
            evidence: verdict.evidence,
            kind: HitKind::Login,
            guessable: true,
            movable: true,
        });
    }

    /// `USERS = {"admin": "hunter2"}`: each value of a table of logins.
    pub(super) fn login_table(&mut self, entries: &[Entry], around: &Around) {
        let of_login = reads::last(&around.names.callee).to_ascii_lowercase().ends_with("basicauth") && around.names.own == "users";
        if !of_login && !lists().login_tables.contains(context::snake(&around.names.own).as_str()) || self.hints.place >= Place::EnvSample {
            return;
        }
        for entry in entries {
            let Entry::Field { key: Key::Name(key), value, .. } = entry else { continue };
            let Some(text) = constant(self.segment, *value) else { continue };
            let is_field = matches!(key.as_str(), "username" | "user" | "email" | "login" | "type" | "name" | "include" | "same-origin" | "mode");
            let chosen = of_login && text.len() >= 3 && !placeholder::is_template(text)
                || !is_field && generic::password(text, key, around.siblings(), false).is_some() && !text.contains(' ');
            if chosen && !context::is_about(key) {
                let span = self.segment[*value].span;
                self.login(key, text, span);
            }
        }
    }
}

/// What the other side is called, and whether it is a request's header.
fn typed_name(segment: &crate::model::Segment, id: ExprId) -> Option<(Name, bool)> {
    match &segment[id].kind {
        ExprKind::Name(name) => Some((name.clone(), false)),
        ExprKind::Member { base, name, .. } => {
            let base = reads::path(segment, *base);
            let from = base.split('.').next().unwrap_or("");
            let trusted = lists().trusted_sides.contains(base.as_str()) || lists().trusted_sides.contains(from);
            let texts = matches!(reads::last(&base), "errors" | "error" | "messages" | "labels" | "i18n" | "types" | "touched");
            (!trusted && !texts).then(|| (name.clone(), base.ends_with("headers") || base.ends_with("cookies")))
        }
        ExprKind::Index { base, index, .. } => {
            let base = reads::path(segment, *base);
            let name = constant(segment, *index)?;
            let trusted = lists().trusted_sides.contains(base.as_str());
            (!trusted).then(|| (Name::from(name), base.to_ascii_lowercase().contains("header")))
        }
        // `request.headers.get("x-admin-key")`, `form.get("password")`.
        ExprKind::Call { callee, args, .. } => {
            let called = reads::path(segment, *callee);
            let reads_one = matches!(reads::last(&called), "get" | "header" | "getHeader" | "value");
            let name = args.first().and_then(|arg| constant(segment, arg.value)).filter(|_| reads_one)?;
            let is_header = called.to_ascii_lowercase().contains("header");
            (!called.starts_with("config") && !called.starts_with("settings")).then(|| (Name::from(name), is_header))
        }
        ExprKind::Await(inner) => typed_name(segment, *inner),
        _ => None,
    }
}

/// A name that lets somebody in, and a value that could be its password rather than a state or a kind.
fn opens_something(name: &str, header: bool, value: &str) -> bool {
    let snake = context::snake(name);
    let own = snake.rsplit('.').next().unwrap_or(&snake);
    let ends = |word: &str| own == word || own.ends_with(&format!("_{word}"));
    let is_password = lists().login_names.iter().any(|word| ends(word)) && !context::is_harmless(name);
    let is_header = header && lists().login_headers.contains(name.to_ascii_lowercase().as_str());
    let is_secret = ["secret", "api_key", "secret_key", "auth_key"].iter().any(|word| ends(word)) && !context::is_harmless(name);
    if !is_password && !is_header && !is_secret || context::is_about(name) {
        return false;
    }
    let length = value.chars().count();
    let a_state = matches!(
        value.to_ascii_lowercase().as_str(),
        "undefined" | "null" | "none" | "string" | "text" | "true" | "false" | "required" | "object" | "number" | "empty" | "bearer" | "hidden"
    );
    if a_state || !(4..=128).contains(&length) || value.contains(char::is_whitespace) || placeholder::is_template(value) || value.bytes().all(|b| b == b'*') {
        return false;
    }
    if lookalike::has_harmless_shape(value) && !value.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if own == "pin" || own.ends_with("_pin") {
        return value.bytes().all(|b| b.is_ascii_digit());
    }
    // A placeholder that is refused at start-up is a guard, not a login.
    let refused = is_secret && (placeholder::has_word(value) || !value.bytes().any(|b| b.is_ascii_digit()) && value.len() < 8);
    let field = placeholder::is_own_name(value, name) && value.bytes().any(|b| b.is_ascii_uppercase());
    let stage = generic::calls_a_stage(name) && entropy::is_prose(value);
    !refused && !field && !stage
}
