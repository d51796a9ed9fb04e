//! What a configuration says that a command is started with: `"args": ["--api-key", "..."]`, a header, a variable of a container.

use std::ops::Range;

use crate::facts::secrets::context::lists;
use crate::text::Name;

/// What an element of such a list says, after the one before it.
#[derive(PartialEq, Debug)]
pub(super) enum Said {
    /// `--api-key`: the next one is its value.
    Option(Name),
    /// A value by its name, and where in the element it stands.
    Value(Name, Range<usize>),
    Other,
}

/// Is it a list of what a command is started with, by its name?
pub(super) fn is_list(name: &str) -> bool {
    lists().argument_lists.contains(name.to_ascii_lowercase().as_str())
}

/// `before`: the option that waits for a value.
pub(super) fn said(before: Option<&str>, element: &str) -> Said {
    let plain = element.trim_start_matches('-');
    let dashes = element.len() - plain.len();
    if dashes > 0 {
        return match plain.split_once('=') {
            Some((name, value)) => of_option(name, value, dashes + name.len() + 1),
            None if plain.contains(char::is_whitespace) => Said::Other,
            None => Said::Option(Name::from(plain)),
        };
    }
    if let Some(name) = before {
        return of_option(name, element, 0);
    }
    header(element, 0, ": ").unwrap_or(Said::Other)
}

fn of_option(option: &str, value: &str, at: usize) -> Said {
    if matches!(option, "H" | "header" | "headers") {
        return header(value, at, ":").unwrap_or(Said::Other);
    }
    // `docker run -e NAME=value`.
    if matches!(option, "e" | "env") {
        let Some((name, inside)) = value.split_once('=').filter(|(name, _)| is_name(name)) else { return Said::Other };
        return Said::Value(Name::from(name), at + name.len() + 1..at + name.len() + 1 + inside.len());
    }
    Said::Value(Name::from(option), at..at + value.len())
}

/// `Authorization: Bearer ...`.
fn header(text: &str, at: usize, colon: &str) -> Option<Said> {
    let (name, value) = text.split_once(colon)?;
    let inside = value.trim_start();
    let start = at + text.len() - inside.len();
    (is_name(name) && !inside.starts_with("//")).then(|| Said::Value(Name::from(name), start..start + inside.len()))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: Option<&str>, element: &str) -> String {
        match said(before, element) {
            Said::Option(name) => format!("{name} ..."),
            Said::Value(name, value) => format!("{name} = {}", &element[value]),
            Said::Other => String::new(),
        }
    }

    #[test]
    fn elements_go_by_the_one_before() {
        assert_eq!(told(None, "--api-key"), "api-key ...");
        assert_eq!(told(Some("api-key"), "abc"), "api-key = abc");
        assert_eq!(told(None, "--api-key=a=b"), "api-key = a=b");
        assert_eq!(told(Some("api-key"), "--verbose"), "verbose ...");
        assert_eq!(told(None, "-y") + &told(None, "some-package"), "y ...");
    }

    #[test]
    fn headers_and_variables_have_names_of_their_own() {
        assert_eq!(told(Some("header"), "X-Api-Key:abc"), "X-Api-Key = abc");
        assert_eq!(told(None, "--header=Authorization: Bearer abc"), "Authorization = Bearer abc");
        assert_eq!(told(None, "Authorization: Bearer abc"), "Authorization = Bearer abc");
        assert_eq!(told(Some("e"), "API_KEY=abc"), "API_KEY = abc");
        assert_eq!(told(Some("e"), "API_KEY") + &told(None, "https://a.b/c") + &told(None, "a note: of words"), "");
    }
}
