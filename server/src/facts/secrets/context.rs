//! What a literal is called, and what stands around it.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use smallvec::SmallVec;

use crate::text::Name;

const TEXT: &str = include_str!("../../../../queries/catalogue/secret-context.toml");

type Set = FxHashSet<&'static str>;

/// The word lists of `secret-context.toml`.
pub(super) struct Lists {
    pub deny_last: Set,
    pub deny_any: Set,
    pub deny_before_key: Set,
    pub deny_together: Set,
    pub form_fields: Set,
    pub connection_fields: Set,
    pub connection_calls: Set,
    pub value_fields: Set,
    pub name_fields: Set,
    pub transparent_calls: Set,
    pub transparent_methods: Set,
    pub quiet_calls: Set,
    pub quiet_attributes: Set,
    pub naming_calls: Set,
    pub env_objects: Set,
    pub env_calls: Set,
    pub env_classes: Set,
    pub trusted_sides: Set,
    pub login_names: Set,
    pub login_headers: Set,
    pub login_tables: Set,
    pub argument_lists: Set,
    pub tool_marks: Set,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    deny_last: String,
    deny_any: String,
    deny_before_key: String,
    deny_together: String,
    form_fields: String,
    connection_fields: String,
    connection_calls: String,
    value_fields: String,
    name_fields: String,
    transparent_calls: String,
    transparent_methods: String,
    quiet_calls: String,
    quiet_attributes: String,
    naming_calls: String,
    env_objects: String,
    env_calls: String,
    env_classes: String,
    trusted_sides: String,
    login_names: String,
    login_headers: String,
    login_tables: String,
    argument_lists: String,
    tool_marks: String,
}

static RAW: LazyLock<Raw> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let raw: &'static Raw = &RAW;
    let set = |text: &'static String| -> Set { text.split_whitespace().collect() };
    Lists {
        deny_last: set(&raw.deny_last),
        deny_any: set(&raw.deny_any),
        deny_before_key: set(&raw.deny_before_key),
        deny_together: set(&raw.deny_together),
        form_fields: set(&raw.form_fields),
        connection_fields: set(&raw.connection_fields),
        connection_calls: set(&raw.connection_calls),
        value_fields: set(&raw.value_fields),
        name_fields: set(&raw.name_fields),
        transparent_calls: set(&raw.transparent_calls),
        transparent_methods: set(&raw.transparent_methods),
        quiet_calls: set(&raw.quiet_calls),
        quiet_attributes: set(&raw.quiet_attributes),
        naming_calls: set(&raw.naming_calls),
        env_objects: set(&raw.env_objects),
        env_calls: set(&raw.env_calls),
        env_classes: set(&raw.env_classes),
        trusted_sides: set(&raw.trusted_sides),
        login_names: set(&raw.login_names),
        login_headers: set(&raw.login_headers),
        login_tables: set(&raw.login_tables),
        argument_lists: set(&raw.argument_lists),
        tool_marks: set(&raw.tool_marks),
    }
});

pub(super) fn lists() -> &'static Lists {
    &LISTS
}

/// `apiKey`, `API-KEY` and `ApiKEY` as `api_key`; dots stay.
pub(super) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied().unwrap_or('_');
        let after = chars.get(at + 1).copied().unwrap_or('_');
        let starts_hump = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit() || before.is_uppercase() && after.is_lowercase());
        if starts_hump && !out.ends_with(['_', '.']) && !out.is_empty() {
            out.push('_');
        }
        match c {
            '-' | ' ' | '_' | '/' => {
                if !out.ends_with('_') {
                    out.push('_');
                }
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// What a value is called, from the inside out. Empty names say nothing.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Names {
    /// The object key, keyword, variable, attribute or environment variable.
    pub own: Name,
    /// A second name of equal rank: the variable that a fallback is for.
    pub also: Name,
    /// The object or table around it.
    pub outer: Name,
    /// The callee of which it is (part of) an argument, dotted: `jwt.sign`.
    pub callee: Name,
    /// Which argument: `1`, `key`.
    pub slot: Name,
}

impl Names {
    pub fn of(own: &str) -> Names {
        Names { own: own.into(), ..Names::default() }
    }

    /// The name to show.
    pub fn label(&self) -> &Name {
        // A nameless argument is told by the callee.
        if self.own.is_empty() && self.callee.is_empty() { &self.outer } else { &self.own }
    }

    /// The names a row may ask about: each as written and as snake case, alone and after what is around it.
    pub fn forms(&self) -> SmallVec<[String; 8]> {
        let mut forms = SmallVec::new();
        for own in [&self.own, &self.also] {
            if own.is_empty() {
                continue;
            }
            add(&mut forms, own.to_string());
            for around in [&self.outer, &self.callee] {
                if !around.is_empty() {
                    add(&mut forms, format!("{around}.{own}"));
                }
            }
        }
        if self.own.is_empty() {
            for around in [&self.outer, &self.callee] {
                if !around.is_empty() {
                    add(&mut forms, around.to_string());
                }
            }
        }
        forms
    }

    /// All names in one lower-case text, for words that may stand anywhere.
    pub fn text(&self) -> String {
        [&self.own, &self.also, &self.outer, &self.callee].map(|name| name.to_ascii_lowercase()).join(" ")
    }
}

/// A name, and its snake case with dots as separators.
fn add(forms: &mut SmallVec<[String; 8]>, name: String) {
    let snake = snake(&name).replace('.', "_");
    if snake != name {
        forms.push(name);
    }
    forms.push(snake);
}

/// The name holds something about a secret: `passwordHint`, `TOKEN_URL`.
pub(super) fn is_about(name: &str) -> bool {
    let snake = snake(name);
    let last = snake.rsplit(['_', '.']).next().unwrap_or("");
    LISTS.deny_last.contains(last)
}

/// The name says that it is made to be seen, or asks a question: `publicKey`, `showPassword`, `primary_key`.
pub(super) fn is_harmless(name: &str) -> bool {
    let snake = snake(name);
    let parts: SmallVec<[&str; 6]> = snake.split(['_', '.']).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| LISTS.deny_any.contains(part)) {
        return true;
    }
    let whole = format!("_{}_", parts.join("_"));
    if LISTS.deny_together.iter().any(|words| whole.contains(&format!("_{words}_"))) {
        return true;
    }
    let mut kinds = parts.windows(2).filter(|pair| matches!(pair.last(), Some(&("key" | "keys" | "token" | "tokens"))));
    kinds.any(|pair| pair.first().is_some_and(|kind| LISTS.deny_before_key.contains(kind)))
}

/// `apiKeys` of a list are each an `apiKey`.
pub(super) fn singular(name: &str) -> Name {
    let one = name.strip_suffix('s').or_else(|| name.strip_suffix('S')).filter(|one| one.len() > 2 && !one.ends_with(['s', 'S']));
    Name::from(one.unwrap_or(name))
}

/// A keyword that is a secret's whatever is called: `add_argument(default=...)` is about one, `Client(api_key=...)` has one.
pub(super) fn is_strong(name: &str) -> bool {
    let snake = snake(name);
    ["secret_key", "api_key", "secret", "password", "token", "access_token"].contains(&snake.as_str())
}

/// Where a literal stands, as far as it matters who may be accused there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Position {
    /// It is the value of the name: an initialiser, a property, a keyword argument, a line of an env file.
    #[default]
    Value,
    /// A positional argument: the callee says what it is, if anything does.
    Argument,
    /// Read by people, or a name itself: only its shape can accuse it.
    Quiet,
    Comment,
}

/// What stands beside a value in its object.
#[derive(Clone, Default, Debug)]
pub(super) struct Siblings {
    pub keys: SmallVec<[Name; 8]>,
    /// The object describes a form field.
    pub form: bool,
    /// The object opens a connection,
    pub connection: bool,
    /// and it is to this machine, or to none yet.
    pub local: bool,
    /// It says to which machine, and as whom or to what there.
    pub opens: bool,
    /// Several values are sentences: a dictionary of texts.
    pub texts: bool,
}

impl Siblings {
    /// From the keys of an object, each with its value where that is a string.
    pub fn of<'a>(fields: impl Iterator<Item = (Name, Option<&'a str>)>) -> Siblings {
        let mut out = Siblings::default();
        let (mut forms, mut sentences) = (0, 0);
        let (mut leads, mut enters) = (false, false);
        for (key, value) in fields {
            let plain = key.to_ascii_lowercase();
            forms += usize::from(LISTS.form_fields.contains(plain.as_str()));
            out.connection |= LISTS.connection_fields.contains(plain.as_str());
            enters |= matches!(plain.as_str(), "user" | "username" | "database" | "db" | "dbname" | "login");
            if matches!(plain.as_str(), "host" | "hostname" | "server") {
                leads |= value.is_some_and(super::url::leads_to_a_machine);
                out.local |= value.is_some_and(|host| host.trim().is_empty() || super::url::is_local_host(host));
            }
            if plain.starts_with("endpoint") || plain.ends_with("url") {
                let host = value.and_then(|url| url.split_once("://")).map(|(_, rest)| rest.split([':', '/']).next().unwrap_or_default());
                out.local |= host.is_some_and(super::url::is_local_host);
            }
            sentences += usize::from(value.is_some_and(is_sentence));
            if out.keys.len() < 64 {
                out.keys.push(key);
            }
        }
        out.form = forms >= 2;
        out.texts = sentences >= 3;
        out.opens = leads && enters && !out.local && !out.form && !out.texts;
        out
    }

    pub fn count_of(&self, words: &[String]) -> usize {
        words.iter().filter(|word| self.keys.iter().any(|key| key.eq_ignore_ascii_case(word))).count()
    }
}

/// Words with spaces between them, or letters of another script than code is written in.
fn is_sentence(value: &str) -> bool {
    value.trim().contains(' ') && value.chars().any(char::is_alphabetic) || value.chars().any(|c| !c.is_ascii() && c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_read() {
        let raw: Result<Raw, _> = toml::from_str(TEXT);
        assert!(raw.is_ok(), "{:?}", raw.err());
        assert!(lists().deny_last.contains("hint") && lists().env_calls.contains("os.getenv") && lists().login_tables.contains("logins"));
    }

    #[test]
    fn names_split_at_humps_and_separators() {
        for (name, expected) in [
            ("apiKey", "api_key"),
            ("OPENAI_API_KEY", "openai_api_key"),
            ("X-Api-Key", "x_api_key"),
            ("OpenAIKey", "open_ai_key"),
            ("user.passwordHash", "user.password_hash"),
            ("dbPassword2", "db_password2"),
            ("", ""),
            ("SecretKey", "secret_key"),
            ("_private", "_private"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_not_secrets() {
        for name in ["passwordHint", "TOKEN_URL", "secretName", "apiKeyId", "password_hash", "tokenType", "jwt_secret_file"] {
            assert!(is_about(name), "{name}");
        }
        for name in ["password", "apiKey", "SECRET", "db.password", "hostToken"] {
            assert!(!is_about(name), "{name}");
        }
        for name in ["publicKey", "csrfToken", "showPassword", "primary_key", "nextToken", "cacheKey", "isSecret", "MIXPANEL_TOKEN", "algoliaSearchApiKey"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in ["apiKey", "adminToken", "keyboardSecret", "secret_key", "MIXPANEL_SECRET", "searchToken"] {
            assert!(!is_harmless(name), "{name}");
        }
    }

    #[test]
    fn forms_name_the_value_with_what_is_around_it() {
        let names = Names { own: "apiKey".into(), outer: "mistral".into(), callee: "createClient".into(), ..Names::default() };
        let forms = names.forms();
        for form in ["apiKey", "api_key", "mistral.apiKey", "mistral_api_key", "create_client_api_key"] {
            assert!(forms.iter().any(|f| f == form), "{form} in {forms:?}");
        }
    }

    #[test]
    fn siblings_tell_what_an_object_is() {
        let of = |fields: &[(&str, &str)]| Siblings::of(fields.iter().map(|(k, v)| (Name::from(*k), Some(*v))));
        assert!(of(&[("label", "Password"), ("type", "password")]).form);
        let local = of(&[("host", "localhost"), ("password", "x")]);
        assert!(local.connection && local.local);
        assert!(of(&[("a", "Sign in now"), ("b", "Your password"), ("c", "Passwört")]).texts);
        assert!(!of(&[("a", "x"), ("b", "y z")]).texts);
    }
}
