//! Where a secret stands and whose it is. Never the value.

use super::catalogue::{Row, RowId};
use super::context::{self, Names};
use super::judge::{Evidence, Verdict};
use super::{Severity, catalogue};
use crate::facts::browser::BROWSER;
use crate::text::{Name, Span};

#[derive(Clone, PartialEq, Debug)]
pub struct SecretHit {
    pub row: RowId,
    /// What the user calls it; empty if it has no name.
    pub name: Name,
    /// What it is handed to, where it has no name.
    pub callee: Name,
    /// Where it is shown: the literal, or the token if that is only a part of it.
    pub span: Span,
    /// The whole literal with its quotes: what a fix replaces.
    pub literal: Span,
    /// The token alone.
    pub token: Span,
    /// The variable it could live in.
    pub env: Name,
    pub severity: Severity,
    pub evidence: Evidence,
    pub kind: HitKind,
    /// A value that everybody tries first, or can read in a tutorial.
    pub guessable: bool,
    /// A fix could replace the literal by a read of a variable.
    pub movable: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub enum HitKind {
    /// In code.
    Literal,
    /// In code, used only while the variable is missing.
    Fallback {
        env: Name,
    },
    /// In code, compared with what somebody typed.
    Login,
    /// In a file that is not code.
    InText,
    Comment,
}

impl SecretHit {
    /// The same hit, in the coordinates of what contains its segment.
    pub fn shifted(&self, by: u32) -> SecretHit {
        SecretHit { span: self.span.shifted(by), literal: self.literal.shifted(by), token: self.token.shifted(by), ..self.clone() }
    }

    pub fn row(&self) -> Option<&'static Row> {
        self.row.row()
    }

    pub fn vendor(&self) -> &'static str {
        self.row().map_or("", |row| &row.vendor)
    }

    /// Nothing but a name such as `API_KEY` and a value that looks random: a key of nobody in particular.
    pub fn is_guess(&self) -> bool {
        self.is_by_name() && self.row().is_some_and(|row| row.check == catalogue::Check::Secret)
    }

    /// The name of no vendor's, and nothing about the value, says that it is a secret.
    pub fn is_by_name(&self) -> bool {
        self.evidence == Evidence::Name && self.row().is_some_and(|row| row.generic)
    }

    /// Its checksum is right: it was issued.
    pub fn verified(&self) -> bool {
        self.evidence == Evidence::Checksum
    }
}

/// The variable for a value: the vendor's usual one, or the user's own name in capitals.
pub(super) fn variable(verdict: &Verdict, names: &Names) -> Name {
    let Some(row) = verdict.row.row() else { return Name::default() };
    let named = row.kind == catalogue::Kind::Named || row.env.is_empty();
    if let Some(env) = &verdict.env {
        return env.clone();
    }
    let is_constant = names.own.contains('_') && names.own.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let own_is_better = named && (is_constant || row.weak && context::snake(&names.own).matches('_').count() >= 1);
    if !row.env.is_empty() && !row.env.contains('{') && !own_is_better {
        return Name::from(row.env.as_str());
    }
    from_names(names).unwrap_or_else(|| Name::from(if row.env.is_empty() || row.env.contains('{') { "SECRET_VALUE" } else { &row.env }))
}

/// `apiKey` beside `mailer` becomes `MAILER_API_KEY`.
fn from_names(names: &Names) -> Option<Name> {
    let own = context::snake(&names.own);
    let short = matches!(own.as_str(), "password" | "pass" | "pwd" | "secret" | "token" | "key" | "api_key" | "apikey" | "uri" | "url" | "dsn" | "credentials");
    let around = [&names.outer, &names.callee].into_iter().find(|name| short && !name.is_empty());
    let whole = match around {
        Some(around) => format!("{}_{own}", context::snake(around.rsplit('.').next().unwrap_or(around))),
        None if !own.is_empty() => own,
        None => context::snake(names.callee.rsplit('.').next().unwrap_or("")) + "_secret",
    };
    let mut name = String::new();
    for c in whole.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }) {
        if c != '_' || !name.ends_with('_') && !name.is_empty() {
            name.push(c);
        }
    }
    let rest = BROWSER.unpublished(name.trim_end_matches('_'));
    let starts_well = rest.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    let reserved = matches!(rest, "PATH" | "HOME" | "NODE_ENV" | "PORT") || rest.starts_with("GITHUB_");
    if !starts_well || reserved {
        return (rest.starts_with("GITHUB_")).then(|| Name::from(rest.replacen("GITHUB_", "GH_", 1)));
    }
    Some(Name::from(rest.get(..rest.len().min(60)).unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(own: &str, outer: &str) -> Option<String> {
        from_names(&Names { own: own.into(), outer: outer.into(), ..Names::default() }).map(|name| name.to_string())
    }

    #[test]
    fn variables_are_named_after_the_users_own_names() {
        assert_eq!(name("apiKey", "mailer").as_deref(), Some("MAILER_API_KEY"));
        assert_eq!(name("internalToken", "config").as_deref(), Some("INTERNAL_TOKEN"));
        assert_eq!(name("NEXT_PUBLIC_API_SECRET", "").as_deref(), Some("API_SECRET"));
        assert_eq!(name("X-Api-Key", "headers").as_deref(), Some("X_API_KEY"));
        assert_eq!(name("GITHUB_SECRET", "").as_deref(), Some("GH_SECRET"));
        assert_eq!(name("2fa", ""), None);
        assert_eq!(name("port", ""), None);
    }
}
