//! `NAME=value` lines.

use super::Reading;
use crate::facts::secrets::context::Names;

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        let next = at + line.len() + 1;
        at = match assignment(line.trim_end_matches('\r')) {
            Line::Comment => {
                reading.comments.push(at..at + line.len());
                next
            }
            Line::Other => next,
            Line::Assigned { name, value } => {
                let start = at + value;
                let end = value_end(text, start);
                let quoted = end > start + 1 && text.get(start..).is_some_and(|value| value.starts_with(['"', '\'', '`']));
                reading.entry(Names::of(name), start..end, quoted, 0);
                // A quoted value may go on over many lines.
                end + text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| newline + 1)
            }
        };
    }
    reading
}

/// A quoted value that goes on for longer was never closed.
const VALUE_LIMIT: usize = 16 * 1024;

pub(super) enum Line<'l> {
    Comment,
    Other,
    /// Where the value begins, in the line.
    Assigned {
        name: &'l str,
        value: usize,
    },
}

pub(super) fn assignment(line: &str) -> Line<'_> {
    let trimmed = line.trim_start_matches(['\u{feff}', ' ', '\t']);
    let indent = line.len() - trimmed.len();
    if trimmed.starts_with('#') {
        return Line::Comment;
    }
    let exported = ["export ", "set ", "setx "].iter().find_map(|word| trimmed.strip_prefix(word)).unwrap_or(trimmed);
    let skipped = trimmed.len() - exported.len();
    let Some(equals) = exported.find('=') else { return Line::Other };
    let name = exported.get(..equals).unwrap_or("").trim();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')) {
        return Line::Other;
    }
    let after = exported.get(equals + 1..).unwrap_or("");
    let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
    Line::Assigned { name, value: indent + skipped + equals + 1 + blank }
}

/// Up to the closing quote, or to the end of the line and of its comment.
pub(super) fn value_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1).take(VALUE_LIMIT) {
            match c {
                '\\' if quote == '"' => escaped = !escaped,
                c if c == quote && !escaped => return start + at + 1,
                _ => escaped = false,
            }
        }
        return start + line.len();
    }
    let end = line.find(" #").or_else(|| line.find("\t#")).unwrap_or(line.len());
    start + line.get(..end).unwrap_or(line).trim_end().len()
}
