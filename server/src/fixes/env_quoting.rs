//! How a value is written in an env file so that the program that loads it gets the same value back.
//!
//! Loaders differ: some expand `$NAME` even inside single quotes, some decode escapes, some cut at `#`. Where no way of
//! writing is read back alike, nothing is written.

/// Who reads the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loader {
    /// dotenv followed by dotenv-expand: Next.js, Vite and what is built on it, Nuxt, Expo.
    Expanding,
    /// dotenv alone, `node --env-file`.
    Plain,
    /// python-dotenv and its kin.
    Python,
    /// Any of them, or several.
    Unknown,
}

/// The value as it is written after `NAME=`; `None` if this loader cannot be trusted to read it back.
pub fn encode(value: &str, loader: Loader) -> Option<String> {
    if value.is_empty() || value.chars().any(|c| c.is_control() && c != '\n') {
        return None;
    }
    if value.contains('\n') {
        return on_one_line(value);
    }
    if value.contains('$') {
        return with_dollar(value, loader);
    }
    if value.chars().all(is_bare) {
        return Some(value.to_owned());
    }
    if !value.contains(['"', '\\', '`']) {
        return Some(format!("\"{value}\""));
    }
    single_quoted(value)
}

/// Characters that mean themselves to every loader and to a shell.
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_./:@+,=~%-".contains(c)
}

/// Inside single quotes everything is literal, but python-dotenv decodes `\\` and `\'`, and django-environ takes a second
/// pair of quotes away.
fn single_quoted(value: &str) -> Option<String> {
    if value.starts_with('"') && value.ends_with('"') {
        return None;
    }
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' || c == '\\' && matches!(chars.peek(), None | Some('\\' | '\'')) {
            return None;
        }
    }
    Some(format!("'{value}'"))
}

fn with_dollar(value: &str, loader: Loader) -> Option<String> {
    if value.contains(['"', '\'', '`', '\\']) {
        return None;
    }
    match loader {
        Loader::Expanding => {
            let escaped = value.replace('$', "\\$");
            Some(if value.chars().all(|c| c == '$' || is_bare(c)) { escaped } else { format!("\"{escaped}\"") })
        }
        Loader::Plain => Some(format!("'{value}'")),
        // django-environ takes a leading dollar for a reference.
        Loader::Python if !value.contains("${") && !value.starts_with('$') => Some(format!("'{value}'")),
        Loader::Python | Loader::Unknown => None,
    }
}

/// Keys in PEM form. Inside double quotes most loaders decode `\n` and the others keep it as two characters, which is why
/// the code that reads such a variable replaces them. `\r` is not decoded by all: texts with it are not written.
fn on_one_line(value: &str) -> Option<String> {
    if value.contains(['"', '\\', '$', '`', '#']) {
        return None;
    }
    Some(format!("\"{}\"", value.replace('\n', "\\n")))
}

/// What the loader makes of a raw value (with its quotes); `None` if it depends on other variables.
pub fn decode(raw: &str, loader: Loader) -> Option<String> {
    let (inner, quote) = match raw.as_bytes() {
        [q @ (b'"' | b'\'' | b'`'), .., last] if q == last => (&raw[1..raw.len() - 1], Some(*q)),
        _ => (raw, None),
    };
    let unescaped = match (quote, loader) {
        (Some(b'"'), Loader::Python) => unescape(inner, |c| match c {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '\\' | '"' | '\'' => Some(c),
            _ => None,
        }),
        (Some(b'\''), Loader::Python) => unescape(inner, |c| matches!(c, '\\' | '\'').then_some(c)),
        (Some(b'"'), _) => inner.replace("\\n", "\n").replace("\\r", "\r"),
        _ => inner.to_owned(),
    };
    match loader {
        Loader::Expanding => expanded(&unescaped),
        Loader::Python if unescaped.contains("${") => None,
        Loader::Unknown if unescaped.contains('$') => None,
        _ => Some(unescaped),
    }
}

fn unescape(text: &str, known: impl Fn(char) -> Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().and_then(|next| known(*next))) {
            ('\\', Some(decoded)) => {
                out.push(decoded);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// `\$` is a dollar; a dollar before a name refers to a variable, whose value is not known here.
fn expanded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('$')) => {
                out.push('$');
                chars.next();
            }
            ('$', Some(next)) if *next == '{' || *next == '_' || next.is_ascii_alphanumeric() => return None,
            _ => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Loader; 4] = [Loader::Expanding, Loader::Plain, Loader::Python, Loader::Unknown];

    #[test]
    fn ordinary_keys_stay_bare() {
        for loader in ALL {
            assert_eq!(encode("sk_live_AbC-12/3+=", loader).as_deref(), Some("sk_live_AbC-12/3+="));
        }
    }

    #[test]
    fn what_loaders_would_cut_is_quoted() {
        for loader in ALL {
            assert_eq!(encode("a b#c", loader).as_deref(), Some("\"a b#c\""));
            assert_eq!(encode("it's", loader).as_deref(), Some("\"it's\""));
            assert_eq!(encode("say \"x\"!", loader).as_deref(), Some("'say \"x\"!'"));
            assert_eq!(encode("\"x\"", loader), None);
            assert_eq!(encode("a\\b", loader).as_deref(), Some("'a\\b'"));
            assert_eq!(encode("a\\\\b", loader), None);
            assert_eq!(encode("\"'", loader), None);
            assert_eq!(encode("", loader), None);
            assert_eq!(encode("a\u{0}b", loader), None);
        }
    }

    #[test]
    fn dollars_go_by_loader() {
        assert_eq!(encode("pa$$w0rd", Loader::Expanding).as_deref(), Some("pa\\$\\$w0rd"));
        assert_eq!(encode("pa$ #1", Loader::Expanding).as_deref(), Some("\"pa\\$ #1\""));
        assert_eq!(encode("pa$w0rd", Loader::Plain).as_deref(), Some("'pa$w0rd'"));
        assert_eq!(encode("pa$w0rd", Loader::Python).as_deref(), Some("'pa$w0rd'"));
        assert_eq!(encode("pa${w}rd", Loader::Python), None);
        assert_eq!(encode("$w0rd", Loader::Python), None);
        assert_eq!(encode("pa$w0rd", Loader::Unknown), None);
        assert_eq!(encode("pa$\"w\\", Loader::Expanding), None);
    }

    #[test]
    fn private_keys_take_one_line() {
        for loader in ALL {
            assert_eq!(encode("-----BEGIN\r\nab", loader), None);
            assert_eq!(encode("-----BEGIN\nab+/=\n", loader).as_deref(), Some("\"-----BEGIN\\nab+/=\\n\""));
        }
    }

    #[test]
    fn values_read_back_alike() {
        for value in ["abc", "a b#c", "it's", "say \"x\"", "a\\b", "a$b", "$5 x", "-----BEGIN X-----\nab\n"] {
            for loader in ALL {
                if let Some(written) = encode(value, loader) {
                    assert_eq!(decode(&written, loader).as_deref(), Some(value), "{written} by {loader:?}");
                }
            }
        }
    }

    #[test]
    fn references_to_other_variables_have_no_value_of_their_own() {
        assert_eq!(decode("\"$HOME/x\"", Loader::Expanding), None);
        assert_eq!(decode("'${HOME}'", Loader::Python), None);
        assert_eq!(decode("'$HOME'", Loader::Plain).as_deref(), Some("$HOME"));
    }
}
