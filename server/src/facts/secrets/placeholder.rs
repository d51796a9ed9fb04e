//! Values that stand for a secret without being one: templates, repetitions, words like `your-key-here`.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use super::order::is_in_order;

/// Words that only speak when they stand alone, because random tokens contain them.
const SHORT: &str = "foo|bar|baz|none|null|here|enter|goes|todo|votre|ihre|deine|your";
/// Words that speak anywhere in a value of which only the name says that it is a secret.
const LONG: &str = "your[-_ ]?|my[-_ ]?(?:api|secret|key|token|password|app)|example|sample|dummy|fake|mock|placeholder|change[-_ ]?(?:me|this|it|in)|replace|insert|fixme|\
    redacted|hidden|removed|paste|lorem|foobar|testtest|undefined|xxxx|abc123|not[-_ ]?(?:a[-_ ]?)?real|not[-_ ]?(?:needed|required|set|used)|(?:secret|token|api|password)[-_ ]?(?:key[-_ ]?)?here|\
    key[-_ ]?here|to[-_ ]?be[-_ ]?(?:set|filled|replaced)|fill[-_ ]?(?:me|in)|put[-_ ]?|set[-_ ]?(?:me|this)|remplac|cambia|ersetze|some[-_ ]?(?:secret|key|token|password|random)|ci[-_ ]?only|for[-_ ]?tests?";

static BOUNDED: LazyLock<Option<Regex>> =
    LazyLock::new(|| of_bytes(&format!("(?i)(?:^|[^a-z0-9])(?:{SHORT})(?:[^a-z0-9]|$)|(?:^|[^a-z])(?:{LONG})(?:[^a-z]|$)")));
static ANYWHERE: LazyLock<Option<Regex>> = LazyLock::new(|| of_bytes(&format!("(?i)(?:^|[^a-z])(?:{SHORT})(?:[^a-z]|$)|(?:{LONG})")));

/// All words are ASCII, and sets of characters are much more work to make.
fn of_bytes(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).build().ok()
}

/// A template, not a value: `<key>`, `{{ key }}`, `${KEY}`, `%KEY%`, `__KEY__`, `sk-...`.
pub(super) fn is_template(value: &str) -> bool {
    let value = value.trim();
    let whole = |open: &str, close: &str| value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close);
    value.is_empty()
        || value.starts_with('$')
        || value.contains("...")
        || value.contains('…')
        || value.contains("${")
        || value.contains("{{")
        || value.contains("<%")
        || whole("<", ">")
        || whole("[", "]")
        || whole("{", "}")
        || whole("(", ")")
        || whole("%", "%")
        || whole("__", "__")
        || whole("@@", "@@")
        || value.split_once('<').is_some_and(|(_, rest)| rest.contains('>'))
        || is_mask(value)
}

/// A text that is looked for rather than kept: a mark, or a template that somebody fills in.
pub fn stands_for_something(text: &str) -> bool {
    is_template(text) || text.starts_with(['<', '{', '[', '$'])
}

/// `XXXXXXXX`, `********`: where the value was, or will be.
fn is_mask(value: &str) -> bool {
    value.len() >= 4 && value.bytes().all(|b| matches!(b, b'x' | b'X' | b'*' | b'-' | b'_')) && value.bytes().any(|b| matches!(b, b'x' | b'X' | b'*'))
}

/// One character over and over, or the keyboard in order.
pub(super) fn is_repetition(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.is_empty() {
        return true;
    }
    if bytes.iter().all(|b| matches!(b, b'x' | b'X' | b'*' | b'0' | b'.' | b'-' | b'_' | b'#' | b'?')) {
        return true;
    }
    let mut counts = [0usize; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte.to_ascii_lowercase())) {
            *count += 1;
        }
    }
    if counts.iter().max().is_some_and(|most| most * 10 >= bytes.len() * 6) {
        return true;
    }
    // Binary data in base64 has runs of `A`, so long tokens may have longer runs.
    let allowed_run = if bytes.len() > 80 { 12 } else { 6 };
    longest(bytes, |a, b| a == b) >= allowed_run || pairs_repeat(bytes) || has_sequence(value)
}

/// The keyboard in order: `abcdef`, `123456`, `qwerty`, forwards or backwards.
pub(super) fn has_sequence(value: &str) -> bool {
    let bytes = value.as_bytes();
    let same_kind = |a: u8, b: u8| (a.is_ascii_digit() && b.is_ascii_digit()) || (a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    longest(bytes, |a, b| same_kind(a, b) && b == a.wrapping_add(1)) >= 6
        || longest(bytes, |a, b| same_kind(a, b) && a == b.wrapping_add(1)) >= 6
        || ["qwerty", "asdfgh", "zxcvbn", "567890"].iter().any(|keys| value.to_ascii_lowercase().contains(keys))
}

fn longest(bytes: &[u8], goes_on: impl Fn(u8, u8) -> bool) -> usize {
    let (mut best, mut run) = (1, 1);
    for pair in bytes.windows(2) {
        let [a, b] = *pair else { continue };
        run = if goes_on(a, b) { run + 1 } else { 1 };
        best = best.max(run);
    }
    best
}

/// `abababab`, `xyzxyzxyzxyz`.
fn pairs_repeat(bytes: &[u8]) -> bool {
    (2..=4).any(|width| {
        let mut run = 0;
        bytes.iter().zip(bytes.iter().skip(width)).any(|(a, b)| {
            run = if a == b { run + 1 } else { 0 };
            run >= width * 3
        })
    })
}

/// A word that nobody's key contains, standing alone: for tokens that are known by their shape.
pub(super) fn has_bounded_word(value: &str) -> bool {
    let shouted = !value.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    if shouted { has_word(value) } else { BOUNDED.as_ref().is_some_and(|regex| regex.is_match(value.as_bytes())) }
}

/// Such a word anywhere: for values that only their name calls a secret.
pub(super) fn has_word(value: &str) -> bool {
    ANYWHERE.as_ref().is_some_and(|regex| regex.is_match(value.as_bytes()))
}

/// `integration-test-secret-0123`: no more than a run of tests is signed with it.
pub(super) fn is_made_for_tests(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ["integration", "unit", "e2e"].iter().any(|kind| ["-test", "_test", " test"].iter().any(|test| value.contains(&format!("{kind}{test}"))))
}

/// `changeme-changeme`: says itself that it waits for another.
pub(super) fn waits_for_another(value: &str) -> bool {
    let plain: String = value.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    ["changeme", "changethis", "changeit", "replaceme", "replacethis"].iter().any(|start| plain.starts_with(start))
}

/// `API_KEY = "api-key"`: the value is its own name.
pub(super) fn is_own_name(value: &str, name: &str) -> bool {
    let plain = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let (value, name) = (plain(value), plain(name));
    !value.is_empty()
        && (value == name
            || (value.len() >= 4
                && (name.ends_with(&value)
                    || value.ends_with(&name) && !name.is_empty() && value.len() < name.len() + 8 && !value.bytes().any(|b| b.is_ascii_digit()))))
}

/// `AWS_SECRET_ACCESS_KEY=secret-key`: words of its name and no others.
pub(super) fn has_no_other_words(value: &str, name: &str) -> bool {
    let of_name = crate::facts::names::words(name);
    let of_value = crate::facts::names::words(value);
    !of_value.is_empty() && of_value.iter().all(|word| of_name.contains(word))
}

/// `"OPENAI_API_KEY"`: the name of a variable, not its value.
pub(super) fn is_variable_name(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 4
        && value.contains('_')
        && bytes.first().is_some_and(u8::is_ascii_uppercase)
        && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}

/// A token known by its shape: is its variable part made up?
pub(super) fn token_is_made_up(variable: &str) -> bool {
    is_template(variable) || is_repetition(variable) || has_bounded_word(variable) || is_told_in_words(variable)
}

/// `xoxb-the-old-bot-token-123`: what a test calls its token.
fn is_told_in_words(variable: &str) -> bool {
    let parts = || variable.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts().count() >= 3 && parts().all(|part| part.len() <= 16) && super::entropy::is_prose(variable)
}

/// A value that only its name calls a secret: is it made up?
pub(super) fn value_is_made_up(value: &str, name: &str) -> bool {
    is_template(value) || is_repetition(value) || is_in_order(value) || has_word(value) || is_own_name(value, name) || is_variable_name(value)
}

/// A value of a setting that is meant to be replaced. Short ones are numbers and words, not templates.
pub fn is_placeholder(value: &str) -> bool {
    is_template(value) || value.len() >= 6 && (is_repetition(value) || has_bounded_word(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_no_values() {
        for value in [
            "<your key>",
            "${KEY}",
            "{{ key }}",
            "$KEY",
            "%KEY%",
            "__KEY__",
            "[key]",
            "sk-...",
            "abc…",
            "",
            "a<b>c",
            "<%= key %>",
            "XXXXXXXXXXXX",
            "****",
            "xxxx-xxxx",
        ] {
            assert!(is_template(value), "{value}");
        }
        for value in ["a$b", "100%", "p_q", "x<y", "a-b-c", "xx", "----", "XKCD", "x1xx"] {
            assert!(!is_template(value), "{value}");
        }
    }

    #[test]
    fn repetitions_and_keyboard_rows() {
        for value in ["xxxxxxxx", "00000000", "aaaaaaab", "abababab", "xyzxyzxyzxyz", "abcdefgh", "12345678", "qwertyuiop", "zyxwvuts"] {
            assert!(is_repetition(value), "{value}");
        }
        for value in ["k3Jd9sLqPz", "hunter2", "4eC39HqLyjWD", "deadbeef91c2"] {
            assert!(!is_repetition(value), "{value}");
        }
    }

    #[test]
    fn a_short_word_must_stand_alone_in_a_token() {
        assert!(has_bounded_word("aB3-your-key-9"));
        assert!(has_bounded_word("YOURKEYHERE"));
        assert!(!has_bounded_word("q7Yourz9kheRe2k"));
        assert!(has_word("q7yourz9"));
        assert!(has_word("change-me-in-production"));
        assert!(!has_word("k8Zs0dFq2LmX"));
    }

    #[test]
    fn a_name_is_not_its_value() {
        assert!(is_own_name("api-key", "API_KEY"));
        assert!(is_own_name("Password", "user.password"));
        assert!(is_own_name("userPassword", "password"));
        assert!(!is_own_name("dev-secret-key-123", "secret_key"));
        assert!(!is_own_name("x9", "x"));
        assert!(is_variable_name("OPENAI_API_KEY"));
        assert!(!is_variable_name("SECRET"));
        assert!(!is_variable_name("Abc_def"));
    }
}
