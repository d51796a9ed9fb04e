//! The marks by which other scanners are told that a line is as it should be. For us they hold for findings about secrets.

/// Marks of other scanners that hold for the line they stand on.
pub(super) const SAME_LINE: &[&str] = &[
    "gitleaks:allow",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "secretlint-disable-line",
    "ggignore",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "nosecret",
];
/// Marks by which scanners of code are told of one of their own rules: bare, they hold for all, and else only if what they name is
/// about secrets. The last word says what stands between the mark and the names.
const OF_RULES: &[(&str, &[&str], bool)] = &[
    ("nosec", &["b105", "b106", "b107"], true),
    ("nosemgrep", &["secret", "password", "credential", "api-key", "token"], true),
    ("noqa", &["s105", "s106", "s107"], false),
];
/// Marks of other scanners that hold for the line after them.
pub(super) const NEXT_LINE: &[&str] = &["pragma: allowlist nextline secret", "pragma: whitelist nextline secret", "secretlint-disable-next-line"];

/// What any of these marks has in it.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    SAME_LINE.iter().chain(NEXT_LINE).copied().chain(OF_RULES.iter().map(|of| of.0))
}

pub(super) fn holds_for_the_line(text: &str) -> bool {
    SAME_LINE.iter().any(|word| text.contains(word)) || OF_RULES.iter().any(|of| names_secrets(text, of))
}

pub(super) fn holds_for_the_next(text: &str) -> bool {
    NEXT_LINE.iter().any(|word| text.contains(word))
}

/// `nosec`, `nosec B105`, `nosemgrep: generic.secrets`, `noqa: S105`; `nosec B608` is about something else, and a bare `noqa` about style.
fn names_secrets(text: &str, (word, about, counts_bare): &(&str, &[&str], bool)) -> bool {
    let text = text.to_ascii_lowercase();
    let Some((before, after)) = text.split_once(word) else { return false };
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if is_word(before.chars().last()) || is_word(after.chars().next()) {
        return false;
    }
    let named = after.trim_start_matches([':', ' ', '\t']);
    // What follows two signs is a comment of its own.
    let named = named.split("--").next().unwrap_or_default().split('#').next().unwrap_or_default().trim();
    if named.is_empty() { *counts_bare } else { about.iter().any(|id| named.contains(id)) }
}
