//! Expressions of templates, as far as it must be known where they begin and end and what they name.

use crate::text::Name;

/// Words that are no names of values.
const WORDS: &[&str] =
    &["true", "false", "null", "undefined", "none", "True", "False", "None", "not", "and", "or", "if", "else", "in", "is", "this", "new", "typeof"];

/// The names that values are reached from: `user` and `i` of `user.items[i].name`.
pub(super) fn roots(expression: &str) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut rest = expression;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let len = if matches!(c, '"' | '\'' | '`') {
            quoted(rest)
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            let name = rest.get(..len).unwrap_or("");
            if before != '.' && !WORDS.contains(&name) && !found.iter().any(|known| known == name) {
                found.push(Name::from(name));
            }
            len
        } else if c.is_ascii_digit() {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '.')).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        if !c.is_whitespace() {
            before = c;
        }
        rest = rest.get(len.max(1)..).unwrap_or("");
    }
    found
}

/// The length of a string with its quotes.
pub(super) fn quoted(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, quote)) = chars.next() else { return 0 };
    let mut escaped = false;
    for (at, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The parts of `a | b("|") | c`, split at the bars of the outermost level.
pub(super) fn filters(expression: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut at, mut depth) = (0, 0, 0u32);
    while let Some(c) = expression.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' | '\'' => {
                at += quoted(expression.get(at..).unwrap_or("")).max(1);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(expression.get(from..at).unwrap_or(""));
                from = at + 1;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    parts.push(expression.get(from..).unwrap_or(""));
    parts
}
