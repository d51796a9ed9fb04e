//! Judges a token that was found by its shape.

use super::catalogue::{Check, Class, Failed, Route, RoutePlace, Row, catalogue};
use super::context::Position;
use super::hints::FileHints;
use super::judge::{Candidate, Evidence, Rank, Verdict};
use super::place::Place;
use super::prefilter::HintWords;
use super::shape::Token;
use super::{Severity, checksum, entropy, inside, jwt, placeholder, url};
use crate::text::Name;

pub(super) fn judge(found: &Token, candidate: &Candidate<'_>, hints: &FileHints, words: HintWords) -> Option<Verdict> {
    let row = found.row.row()?;
    let token = candidate.value.get(found.range.clone())?;
    let variable = variable_part(row, token);
    let own_check = matches!(row.check, Check::Url | Check::Pem | Check::Pem64 | Check::Uploadthing | Check::Basic);
    if !own_check && (placeholder::token_is_made_up(variable) || !is_rich_enough(row, variable)) {
        return None;
    }
    if row.reject.is_match(token) || catalogue().known_sample(token).is_some() || lacks_company(row, candidate) {
        return None;
    }
    let mut verdict = Verdict {
        row: found.row,
        range: found.range.clone(),
        severity: row.severity,
        evidence: if row.soft { Evidence::Name } else { Evidence::Shape },
        env: None,
        guessable: false,
        rank: if row.generic { Rank::Generic } else { Rank::Shape },
    };
    if row.structural {
        (verdict.evidence, verdict.rank) = (Evidence::Structure, Rank::Structure);
    }
    if let Some(kind) = row.checksum {
        match (checksum::holds(kind, token), row.failed) {
            (true, _) => (verdict.evidence, verdict.rank) = (Evidence::Checksum, Rank::Checksum),
            (false, Failed::Drop) => return None,
            (false, Failed::Lower) => verdict.severity = verdict.severity.lower(),
            (false, Failed::Medium) => verdict.severity = Severity::Medium,
        }
    }
    inside_holds(row, token, candidate, hints, &mut verdict)?;
    // The grey text of an empty field shows what a key looks like.
    if verdict.evidence != Evidence::Checksum && matches!(candidate.names.own.to_ascii_lowercase().as_str(), "placeholder" | "example") {
        return None;
    }
    route(row, candidate, words, &mut verdict)?;
    lower_test_value(row, token, &mut verdict);
    lower_by_place(candidate, hints, &mut verdict);
    Some(verdict)
}

/// The token without the prefix that everybody knows.
fn variable_part<'t>(row: &Row, token: &'t str) -> &'t str {
    let prefix = row.words.iter().filter(|_| !row.inner).find(|word| token.starts_with(word.as_str())).map_or(0, String::len);
    token.get(prefix..).unwrap_or(token)
}

pub(super) fn is_rich_enough(row: &Row, value: &str) -> bool {
    entropy::bits(value) >= row.min_entropy && entropy::digits(value) >= row.min_digits && (!row.mixed_case || entropy::is_mixed_case(value))
}

fn lacks_company(row: &Row, candidate: &Candidate<'_>) -> bool {
    !row.near.is_empty() && !row.near.iter().any(|word| candidate.near.contains(word.as_str()) || candidate.value.contains(word.as_str()))
}

/// The judgements that need code. `None`: it is not a secret.
fn inside_holds(row: &Row, token: &str, candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let holds = match row.check {
        Check::Url => return address(token, candidate, hints, verdict),
        // Tests make their own keys.
        Check::Pem if hints.place == Place::Test => return None,
        Check::Pem => return private_key(candidate, verdict),
        Check::Pem64 => inside::wraps_private_key(token),
        Check::Discord => inside::is_discord_token(token),
        Check::Uploadthing => inside::is_uploadthing_token(token),
        // What a test sends was made for it; what is known by its own shape is told as that.
        Check::Bearer | Check::Basic if hints.place == Place::Test => false,
        Check::Bearer => is_header(candidate) && inside::is_bearer_token(token),
        Check::Basic => is_header(candidate) && inside::is_basic_login(token),
        Check::None if row.id == "jwt" => return signed_token(token, candidate, hints, verdict),
        Check::None | Check::Mnemonic | Check::Password | Check::Order | Check::Secret => true,
    };
    holds.then_some(())
}

/// `Bearer ...` counts where it is sent: a header's value, or a literal that begins with it.
fn is_header(candidate: &Candidate<'_>) -> bool {
    let names = candidate.names.text();
    let starts =
        candidate.value.get(..7).is_some_and(|start| start.to_ascii_lowercase().starts_with("bearer ") || start.to_ascii_lowercase().starts_with("basic "));
    names.contains("auth")
        || names.contains("header")
        || starts && candidate.position != Position::Comment
        || ["authorization:", "api-key:", "-token:"].iter().any(|header| candidate.value.to_ascii_lowercase().contains(header))
}

fn address(token: &str, candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let parts = url::parts(token)?;
    verdict.rank = Rank::Url;
    // The pattern ends at the host; the address goes on.
    let rest = candidate.value.get(verdict.range.end..).unwrap_or("");
    verdict.range.end += rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ')' | '\\')).unwrap_or(rest.len());
    verdict.severity = match url::judge(&parts) {
        url::Verdict::Harmless => return None,
        // What is shown of one's own machine opens nothing.
        url::Verdict::Local if hints.place.trusts_shapes_only() || hints.place == Place::EnvSample => return None,
        url::Verdict::Local => Severity::Low,
        // Documentation of clients is full of `https://user:password@host`.
        url::Verdict::Guessable if verdict.row.row().is_some_and(|row| row.id == "url-basic-auth") => return None,
        url::Verdict::Guessable if hints.place.trusts_shapes_only() || hints.for_developers => return None,
        url::Verdict::Guessable => {
            verdict.guessable = true;
            verdict.evidence = Evidence::Place;
            Severity::Medium
        }
        url::Verdict::Managed => Severity::Critical,
        url::Verdict::Real => verdict.severity,
    };
    // Comments and documentation show what an address looks like.
    if candidate.position == Position::Comment && (verdict.severity <= Severity::Medium || !url::is_public_host(parts.host)) {
        return None;
    }
    if verdict.row.row().is_some_and(|row| row.env == "{host}_URL") {
        let host: String = parts.host.split('.').rev().nth(1).unwrap_or(parts.host).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        verdict.env = Some(Name::from(format!("{}_URL", host.to_ascii_uppercase())));
    }
    Some(())
}

fn private_key(candidate: &Candidate<'_>, verdict: &mut Verdict) -> Option<()> {
    let start = verdict.range.start;
    let length = inside::private_key(candidate.value.get(start..)?)?;
    verdict.range = start..start + length;
    let in_account = |text: &str| text.contains("service_account");
    let beside = candidate.siblings.keys.iter().any(|key| key == "client_email" || key == "clientEmail");
    if in_account(candidate.value) || beside {
        verdict.row = catalogue().by_id("gcp-service-account").unwrap_or(verdict.row);
        verdict.severity = verdict.row.row().map_or(verdict.severity, |row| row.severity);
    }
    Some(())
}

fn signed_token(token: &str, candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let in_test = matches!(hints.place, Place::Test | Place::Document) || url::leads_nowhere(candidate.value);
    let structure = (Evidence::Structure, Rank::Structure);
    match jwt::judge(token, &candidate.names.text(), in_test) {
        jwt::Verdict::Other | jwt::Verdict::Harmless => return None,
        jwt::Verdict::ServiceRole => {
            verdict.row = catalogue().by_id("supabase-service-role").unwrap_or(verdict.row);
            verdict.severity = Severity::Critical;
            (verdict.evidence, verdict.rank) = structure;
        }
        jwt::Verdict::ApiKey => verdict.severity = Severity::Critical,
        jwt::Verdict::Token(severity) => verdict.severity = severity,
    }
    Some(())
}

/// Where the context decides what a token is, it decides.
fn route(row: &Row, candidate: &Candidate<'_>, words: HintWords, verdict: &mut Verdict) -> Option<()> {
    let names = if row.routes.is_empty() { String::new() } else { candidate.names.text() };
    let fits = |route: &&Route| match route.place {
        RoutePlace::Siblings => candidate.siblings.count_of(&route.words) >= route.least,
        RoutePlace::Names => route.words.iter().any(|word| names.contains(word.as_str())),
        RoutePlace::File => words.has_any(&route.words),
    };
    let Some(route) = row.routes.iter().find(fits) else { return Some(()) };
    if route.class == Class::Publishable {
        return None;
    }
    verdict.severity = route.severity.unwrap_or(verdict.severity);
    verdict.evidence = Evidence::Shape;
    verdict.env = route.env.as_deref().map(Name::from);
    Some(())
}

/// Test keys are secrets, of lesser worth: they leak customers' data, and become live by copying.
pub(super) fn lower_test_value(row: &Row, token: &str, verdict: &mut Verdict) {
    if row.is_test_value(token) {
        verdict.severity = row.test_severity.unwrap_or(verdict.severity.lower());
    }
}

/// Tests, documentation and comments lower; what is proven or is live money stays worth a look.
fn lower_by_place(candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) {
    let before = verdict.severity;
    let commented = candidate.position == Position::Comment;
    verdict.severity = hints.place.lowered(if commented { before.lower() } else { before });
    let live = verdict.row.id() == "stripe-secret" && candidate.value.contains("_live_");
    if verdict.evidence == Evidence::Checksum || live {
        verdict.severity = verdict.severity.max(Severity::Medium).min(before);
    }
}
