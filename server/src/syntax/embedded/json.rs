//! The strings of a JSON text and where in it they stand. Takes what it can of a text that is half written; nothing recurses.

use std::ops::Range;

/// A string that is a value.
pub(super) struct Found<'s, 't> {
    /// The keys it stands under, the outermost first; `None` for a place in a list.
    pub path: &'s [Option<&'t str>],
    /// The objects and lists it stands in, by number, the outermost first.
    pub inside: &'s [u32],
    /// Between its quotes.
    pub content: Range<usize>,
}

/// Calls `found` for every string that is no key, in order.
pub(super) fn strings<'t>(text: &'t str, mut found: impl FnMut(Found<'_, 't>)) {
    let bytes = text.as_bytes();
    let mut path: Vec<Option<&'t str>> = Vec::new();
    let mut inside: Vec<u32> = Vec::new();
    let mut is_object: Vec<bool> = Vec::new();
    let mut count = 0;
    // A string is a key if a colon follows.
    let mut pending: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            continue;
        }
        if *byte == b':' {
            if let (Some(key), Some(last), Some(true)) = (pending.take(), path.last_mut(), is_object.last()) {
                *last = text.get(key);
            }
            continue;
        }
        if let Some(content) = pending.take() {
            found(Found { path: &path, inside: &inside, content });
        }
        match byte {
            b'"' => {
                let start = at;
                at = string_end(bytes, start);
                pending = Some(start..at);
                at += usize::from(bytes.get(at) == Some(&b'"'));
            }
            b'{' | b'[' => {
                count += 1;
                path.push(None);
                inside.push(count);
                is_object.push(*byte == b'{');
            }
            // A closing sign of the other kind is a slip.
            b'}' | b']' if is_object.last() == Some(&(*byte == b'}')) => {
                path.pop();
                inside.pop();
                is_object.pop();
            }
            _ => {}
        }
    }
    if let Some(content) = pending {
        found(Found { path: &path, inside: &inside, content });
    }
}

/// The closing quote; of a string that is not closed, the end of its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\n' | b'\r' => return at,
            b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// A character of a JSON string: what it is, and how many bytes write it.
pub(super) fn character(text: &str, at: usize) -> Option<(char, usize)> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    if first != '\\' {
        return Some((first, first.len_utf8()));
    }
    let Some(second) = rest.chars().nth(1) else { return Some((first, 1)) };
    Some(match second {
        'n' => ('\n', 2),
        't' => ('\t', 2),
        'r' => ('\r', 2),
        'b' | 'f' => (' ', 2),
        'u' => match unicode(rest) {
            None => ('u', 2),
            Some(high @ 0xd800..0xdc00) => match rest.get(6..).and_then(unicode) {
                Some(low @ 0xdc00..0xe000) => (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or('?'), 12),
                _ => ('?', 6),
            },
            Some(code) => (char::from_u32(code).unwrap_or('?'), 6),
        },
        second => (second, 1 + second.len_utf8()),
    })
}

/// The code that a text writes as `\uXXXX` at its beginning.
fn unicode(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}
