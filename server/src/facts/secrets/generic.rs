//! Values that only their name calls a secret: the gates they must pass.

use super::context::Siblings;
use super::{entropy, lookalike, placeholder, url};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Password {
    /// A password somebody chose.
    Chosen,
    /// A word or a default, where a connection or a login is configured.
    Guessable,
}

/// Is the value under a password's name a password?
pub(super) fn password(value: &str, name: &str, siblings: &Siblings, connects: bool) -> Option<Password> {
    let length = value.chars().count();
    let connects = connects || siblings.connection && !siblings.form;
    if !(4..=200).contains(&length)
        || siblings.form
        || placeholder::is_template(value)
        || placeholder::is_variable_name(value)
        || lookalike::has_harmless_shape(value)
    {
        return None;
    }
    // Other scripts, sentences and labels are texts about passwords.
    if value.chars().any(|c| !c.is_ascii() || c.is_control()) || value.ends_with([':', '?', ',', ';']) || value.contains("://") {
        return None;
    }
    if value.contains(char::is_whitespace) && (!connects || entropy::is_prose(value)) {
        return None;
    }
    // `password: "Password"`: the label of a form, also where its other labels are called `user` and `email`.
    if value.starts_with(|c: char| c.is_ascii_uppercase()) && placeholder::is_own_name(value, name) {
        return None;
    }
    if connects && (url::is_guessable(value) || value.eq_ignore_ascii_case("password")) {
        return (!siblings.local).then_some(Password::Guessable);
    }
    // Beside the name of a machine and of a user a word is the password, and everybody has a list of those.
    if siblings.opens && is_word(value) && !placeholder::has_word(value) && !placeholder::is_own_name(value, name) && !placeholder::is_repetition(value) {
        return Some(Password::Guessable);
    }
    if siblings.texts && entropy::is_prose(value) || placeholder::has_word(value) || placeholder::is_own_name(value, name) || entropy::is_only_words(value) {
        return None;
    }
    if is_identifier_of_a_secret(value) || calls_a_stage(name) && entropy::is_prose(value) && !connects {
        return None;
    }
    if value.to_ascii_lowercase().starts_with("test") && !connects {
        return None;
    }
    // `xxxxxx` hides a password; `123456` is one, but only where it opens something.
    if placeholder::is_repetition(value) && !(connects && placeholder::has_sequence(value)) {
        return None;
    }
    Some(if url::is_guessable(value) { Password::Guessable } else { Password::Chosen })
}

/// `sunshine`, `dragon1`: somebody chose it, and not to say something about it. `required` and `secret` do.
fn is_word(value: &str) -> bool {
    let plain = value.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!');
    let says = ["required", "optional", "string", "hidden", "encrypted", "prompt", "true", "false"];
    plain.len() >= 4 && plain.bytes().all(|b| b.is_ascii_lowercase()) && !says.contains(&plain) && !is_identifier_of_a_secret(value)
}

/// `ansible_ssh_pass`, `mynewpassword`: a name for a password, made of nothing but words.
fn is_identifier_of_a_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let spoken = ["password", "passwd", "passphrase", "_pass", "secret", "token", "_key"].iter().any(|word| lower.contains(word));
    spoken && !value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// `renderPass`, `pass`: a pass over something, as often as a password.
pub(super) fn calls_a_stage(name: &str) -> bool {
    let snake = super::context::snake(name);
    matches!(snake.rsplit(['_', '.']).next(), Some("pass" | "pw"))
}

/// Is the value under a key's or token's name random enough to be one?
pub(super) fn is_secret(value: &str, name: &str) -> bool {
    let three_classes = entropy::is_mixed_case(value) && value.bytes().any(|b| b.is_ascii_digit());
    let long_enough = value.len() >= 16 || value.len() >= 10 && three_classes;
    long_enough
        && !placeholder::value_is_made_up(value, name)
        && !lookalike::has_harmless_shape(value)
        && !lookalike::is_hash_name(name)
        && entropy::is_random(value)
}

/// A default that is used when a key is missing: it may be made up by hand, but not for nothing.
pub(super) fn is_fallback_key(value: &str, name: &str) -> bool {
    value.len() >= 10
        && !placeholder::value_is_made_up(value, name)
        && !lookalike::has_harmless_shape(value)
        && (entropy::is_random(value) || entropy::digits(value) >= 3 && !entropy::is_prose(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Name;

    fn beside(fields: &[(&str, &str)]) -> Siblings {
        Siblings::of(fields.iter().map(|(k, v)| (Name::from(*k), Some(*v))))
    }

    fn alone(value: &str) -> Option<Password> {
        password(value, "password", &Siblings::default(), false)
    }

    #[test]
    fn passwords_somebody_chose() {
        for value in ["hunter2", "Winter-2023!", "admin123", "Zx9_kQ2", "P@ssw0rd1"] {
            assert_eq!(alone(value), Some(Password::Chosen), "{value}");
        }
    }

    #[test]
    fn texts_about_passwords() {
        for value in [
            "Password",
            "password",
            "forgot-password",
            "newPassword",
            "Enter your password",
            "Passwort ändern",
            "Password:",
            "#password",
            "/reset-password",
            "current_password",
            "********",
            "your-password",
            "${PASSWORD}",
            "$2b$10$abcdefgh",
            "%s",
            "required",
            "DB_PASSWORD",
            "<password>",
        ] {
            assert_eq!(alone(value), None, "{value}");
        }
    }

    #[test]
    fn a_word_is_a_password_where_something_connects() {
        let remote = beside(&[("host", "db.acme.io"), ("user", "app"), ("password", "postgres")]);
        let local = beside(&[("host", "localhost"), ("user", "app"), ("password", "postgres")]);
        assert_eq!(password("postgres", "password", &remote, false), Some(Password::Guessable));
        assert_eq!(password("postgres", "password", &local, false), None);
        assert_eq!(password("123456", "password", &remote, false), Some(Password::Guessable));
        assert_eq!(password("sunshine", "password", &remote, false), Some(Password::Guessable));
        for value in ["required", "changeme-please", "your-password", "thepassword", "DB_PASSWORD"] {
            assert_eq!(password(value, "password", &remote, false), None, "{value}");
        }
        assert_eq!(password("sunshine", "password", &beside(&[("host", "Server"), ("user", "Benutzer")]), false), None);
        assert_eq!(password("sunshine", "password", &local, false), None);
        assert_eq!(password("Welcome", "password", &beside(&[("label", "x"), ("type", "password")]), true), None);
    }

    #[test]
    fn keys_are_random() {
        let hex = ["a81f0c77e2b9", "4d5390ce1b2a", "77fe0c31"].concat();
        assert!(is_secret(&hex, "api_key"));
        assert!(!is_secret(&hex, "commit_sha_token"));
        for value in ["get-this-from-your-administrator", "access_token", "Bearer", "user:read write:all", "text-embedding-3-small", "short"] {
            assert!(!is_secret(value, "api_key"), "{value}");
        }
    }
}
