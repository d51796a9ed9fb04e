//! Signed tokens: what they say about themselves decides whether they are secret. They are decoded, never verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::Severity;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Not a token at all.
    Other,
    /// Made to be seen, or a documented sample.
    Harmless,
    ServiceRole,
    /// A vendor's API key in token form: the name says which.
    ApiKey,
    Token(Severity),
}

/// Parts larger than this are not decoded.
const PART_LIMIT: usize = 8 * 1024;
/// 2026-01-01: an engine without a clock takes what expired before it was written as expired.
const LONG_EXPIRED: f64 = 1_767_225_600.0;

/// `name`: what the value is called, in lower case. `in_test`: tests and documentation are full of tokens.
pub(super) fn judge(token: &str, name: &str, in_test: bool) -> Verdict {
    let mut parts = token.split('.');
    let (Some(header), Some(claims)) = (parts.next().and_then(object), parts.next().and_then(object)) else { return Verdict::Other };
    let text = |key: &str| claims.get(key).and_then(Value::as_str).unwrap_or("");
    let (role, issuer) = (text("role"), text("iss"));
    if issuer == "supabase-demo" || text("sub") == "1234567890" {
        return Verdict::Harmless;
    }
    if role == "service_role" {
        return Verdict::ServiceRole;
    }
    if matches!(role, "anon" | "authenticated") && (claims.contains_key("ref") || issuer.starts_with("supabase")) {
        return Verdict::Harmless;
    }
    if in_test {
        return Verdict::Harmless;
    }
    if ["securetoken.google.com", "clerk", "auth0.com", "/auth/v1"].iter().any(|part| issuer.contains(part)) {
        return Verdict::Token(Severity::Medium);
    }
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or("");
    if algorithm.eq_ignore_ascii_case("none") {
        return Verdict::Token(Severity::Medium);
    }
    let vendors = ["turso", "libsql", "lemon", "monday", "calendly", "qstash", "n8n", "metabase", "infisical"];
    if vendors.iter().any(|vendor| name.contains(vendor)) {
        return Verdict::ApiKey;
    }
    match claims.get("exp").and_then(Value::as_f64) {
        Some(expires) if expires < LONG_EXPIRED => Verdict::Token(Severity::Low),
        Some(expires) if expires < LONG_EXPIRED + 400.0 * 86_400.0 && !looks_secret(name) => Verdict::Token(Severity::Medium),
        _ => Verdict::Token(Severity::High),
    }
}

/// The key that every page of a Supabase project carries.
pub(super) fn is_anonymous(token: &str) -> bool {
    let claims = token.split('.').nth(1).and_then(object);
    token.starts_with("eyJ") && claims.is_some_and(|claims| claims.get("role").and_then(Value::as_str) == Some("anon"))
}

fn looks_secret(name: &str) -> bool {
    ["secret", "token", "key", "auth", "bearer", "jwt"].iter().any(|word| name.contains(word))
}

fn object(part: &str) -> Option<Map<String, Value>> {
    if part.len() > PART_LIMIT {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};

    fn verdict(kind: &str, name: &str) -> Verdict {
        judge(&expand(&format!("{{jwt:{kind}}}"), &mut Random::new(kind)), name, false)
    }

    #[test]
    fn the_role_decides() {
        assert_eq!(verdict("service_role", "supabase_key"), Verdict::ServiceRole);
        assert_eq!(verdict("anon", "supabase_key"), Verdict::Harmless);
        assert_eq!(verdict("demo", "supabase_key"), Verdict::Harmless);
        assert_eq!(verdict("sample", "token"), Verdict::Harmless);
    }

    #[test]
    fn other_tokens_by_their_issuer_and_time() {
        assert_eq!(verdict("session", "token"), Verdict::Token(Severity::Medium));
        assert_eq!(verdict("none", "token"), Verdict::Token(Severity::Medium));
        assert_eq!(verdict("expired", "token"), Verdict::Token(Severity::Low));
        assert_eq!(verdict("plain", "token"), Verdict::Token(Severity::High));
        assert_eq!(verdict("plain", "turso_auth_token"), Verdict::ApiKey);
    }

    #[test]
    fn tests_hold_tokens_but_a_service_role_is_one_there_too() {
        let token = |kind: &str| expand(&format!("{{jwt:{kind}}}"), &mut Random::new(kind));
        assert_eq!(judge(&token("plain"), "token", true), Verdict::Harmless);
        assert_eq!(judge(&token("service_role"), "token", true), Verdict::ServiceRole);
    }

    #[test]
    fn what_does_not_decode_is_no_token() {
        for text in ["", ".", "a.b.c", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJub25lIn0.W10.x", &format!("{}.e30.x", "A".repeat(9000))] {
            assert_eq!(judge(text, "", false), Verdict::Other, "{text:.20}");
        }
    }
}
