//! Names of environment variables.

use std::fmt;

use crate::facts::browser::BROWSER;
use crate::text::Name;

/// The name of a variable that only the server sees: `OPENAI_API_KEY`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EnvName(Name);

const LONGEST: usize = 60;

/// Names that already mean something to every program.
const RESERVED: &[&str] = &["PATH", "HOME", "NODE_ENV", "PORT", "USER", "SHELL", "PWD", "LANG", "TZ", "HOSTNAME", "TERM", "CI"];

impl EnvName {
    /// The name as it is, if it is one for a secret.
    pub fn parse(name: &str) -> Option<EnvName> {
        let well_formed = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        let starts_well = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
        (well_formed && starts_well && name.len() <= LONGEST && !RESERVED.contains(&name) && !BROWSER.shows(name)).then(|| EnvName(Name::from(name)))
    }

    /// A name out of any words: `stripeSecretKey`, `x-api-key`, `VITE_OPENAI_KEY`.
    pub fn from_words(words: &str) -> Option<EnvName> {
        let mut name = String::new();
        let mut before: Option<char> = None;
        let mut rest = words.chars().peekable();
        while let Some(c) = rest.next() {
            let is_word = c.is_ascii_alphanumeric();
            let hump = c.is_ascii_uppercase()
                && before.is_some_and(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || b.is_ascii_uppercase() && rest.peek().is_some_and(char::is_ascii_lowercase)
                });
            if (hump || !is_word) && !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            if is_word {
                name.push(c.to_ascii_uppercase());
            }
            before = Some(c);
        }
        let name = BROWSER.unpublished(name.trim_matches('_'));
        let name = name.get(..name.len().min(LONGEST))?.trim_end_matches('_');
        let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name.to_owned() };
        if RESERVED.contains(&name.as_str()) { EnvName::parse(&format!("APP_{name}")) } else { EnvName::parse(&name).filter(|_| !name.is_empty()) }
    }

    /// `X_2` to `X_9`.
    pub fn numbered(&self) -> impl Iterator<Item = EnvName> {
        (2..=9).filter_map(|n| EnvName::parse(&format!("{}_{n}", self.0)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a local variable of JavaScript: `openaiApiKey`.
    pub fn camel(&self) -> String {
        let mut words = self.0.split('_').filter(|word| !word.is_empty()).map(str::to_ascii_lowercase);
        let first = words.next().unwrap_or_default();
        let later = words.map(|word| word.get(..1).map_or(String::new(), str::to_ascii_uppercase) + word.get(1..).unwrap_or_default());
        std::iter::once(first).chain(later).collect()
    }

    /// As a local variable: `openai_api_key`.
    pub fn lower(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(words: &str) -> Option<String> {
        EnvName::from_words(words).map(|name| name.to_string())
    }

    #[test]
    fn words_become_a_name() {
        for (words, name) in [
            ("stripeSecretKey", "STRIPE_SECRET_KEY"),
            ("x-api-key", "X_API_KEY"),
            ("OPENAI_API_KEY", "OPENAI_API_KEY"),
            ("VITE_OPENAI_KEY", "OPENAI_KEY"),
            ("NEXT_PUBLIC_VITE_A", "A"),
            ("DBPassword", "DB_PASSWORD"),
            ("apiKey2Old", "API_KEY2_OLD"),
            ("2fa", "_2FA"),
            ("path", "APP_PATH"),
            ("__x__", "X"),
        ] {
            assert_eq!(from(words).as_deref(), Some(name), "{words}");
        }
        assert_eq!(from(""), None);
        assert_eq!(from("–"), None);
        assert_eq!(from(&"long_name".repeat(20)).map(|name| name.len() <= LONGEST), Some(true));
    }

    #[test]
    fn only_names_for_secrets_are_names() {
        assert!(EnvName::parse("STRIPE_KEY_2").is_some());
        for bad in ["", "stripe", "2A", "NODE_ENV", "VITE_KEY", "A-B", "NEXT_PUBLIC_X"] {
            assert!(EnvName::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn conflicts_are_numbered() {
        let names: Vec<String> = EnvName::parse("A").unwrap().numbered().map(|name| name.to_string()).collect();
        assert_eq!(names.first().map(String::as_str), Some("A_2"));
        assert_eq!(names.len(), 8);
    }
}
