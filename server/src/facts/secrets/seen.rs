//! Values that are made to be seen, and look like keys: what a person who wonders about one is told.

use std::ops::Range;

use super::{catalogue, jwt, shape};

/// Longer values are none of these.
const REACH: usize = 1024;

/// The value at byte `at` of the line that is made to be seen, and what it is in a sentence. Never a character of it.
pub fn made_to_be_seen(line: &str, at: usize) -> Option<(Range<usize>, String)> {
    let range = value_at(line, at)?;
    let value = line.get(range.clone())?;
    let said = match catalogue().publishable(value) {
        Some(kind) => format!("This is {} ({}), not a secret: {}.", kind.holds, kind.vendor, kind.note),
        None if jwt::is_anonymous(value) => {
            "This is the anonymous key of a Supabase project, not a secret: pages may show it, as long as row-level security is on for every table.".to_owned()
        }
        None if is_google_key(value) => {
            "This is a Google API key, which pages may show for Maps and Firebase: restrict it to these services and to your own addresses. If Gemini is enabled in the same project, an unrestricted key can spend your money.".to_owned()
        }
        None => return None,
    };
    Some((range, said))
}

fn is_google_key(value: &str) -> bool {
    let row = catalogue().by_id("google-api-key").and_then(|id| id.row());
    row.and_then(|row| row.pattern.at_start()?.find(value)).is_some_and(|found| found.end() == value.len())
}

/// What stands between quotes, blanks and brackets around a place; behind the `=` of an assignment.
fn value_at(line: &str, at: usize) -> Option<Range<usize>> {
    let is_border = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '{' | '}' | ',' | ';');
    let at = shape::floor(line, at);
    let (from, to) = (shape::ceil(line, at.saturating_sub(REACH)), shape::floor(line, at.saturating_add(REACH)));
    let start = line.get(from..at)?.rfind(is_border).map_or(from, |border| from + border + 1);
    let end = line.get(at..to)?.find(is_border).map_or(to, |border| at + border);
    let word = line.get(start..end)?;
    let name =
        word.find('=').filter(|equals| word.get(..*equals).is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))));
    let start = match name {
        Some(equals) if equals + 1 < word.len() => start + equals + 1,
        _ => start,
    };
    (start..=end).contains(&at).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};

    fn said(template: &str, at: &str) -> Option<String> {
        let line = expand(template, &mut Random::new("seen"));
        let (range, said) = made_to_be_seen(&line, line.find(at)? + at.len())?;
        let body = line.get(range.start + 8..range.end)?;
        assert!(!body.as_bytes().windows(6).any(|part| said.contains(&String::from_utf8_lossy(part).into_owned())), "{said}");
        Some(said)
    }

    #[test]
    fn what_is_made_to_be_seen_is_named() {
        let said_of = |template: &str, at: &str| said(template, at).unwrap_or_default();
        assert!(said_of("const k = \"pk_live_{alnum:40}\";", "pk_live_").starts_with("This is a publishable key ("));
        assert!(said_of("NEXT_PUBLIC_STRIPE_KEY=pk_live_{alnum:40}", "pk_l").contains("made for the browser"));
        assert!(said_of("createClient(url, '{jwt:anon}')", "'eyJ").contains("row-level security"));
        assert!(said_of("{ apiKey: \"AIza{url:35}\", appId: \"x\" }", "AIza").contains("restrict it"));
        assert!(said_of("SENTRY_DSN=https://{hex:32}@o{digits:6}.ingest.us.sentry.io/{digits:7}", "https").contains("error reports"));
    }

    #[test]
    fn secrets_and_words_are_not() {
        for (template, at) in [
            ("const k = \"sk_live_{alnum:40}\";", "sk_live_"),
            ("createClient(url, '{jwt:service_role}')", "'eyJ"),
            ("const key = 1;", "key"),
            ("pk_live_{alnum:40} other", "othe"),
            ("", ""),
        ] {
            assert_eq!(said(template, at), None, "{template}");
        }
    }
}
