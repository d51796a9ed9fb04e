//! JSON with what its readers allow themselves: comments, trailing commas, single quotes, names without quotes.

use std::sync::Arc;

use super::DEEPEST;
use super::builder::Builder;
use super::tree::{Entry, Kind, NodeId, Tree};
use crate::text::{Name, Span};

pub(super) fn read(text: &str) -> Tree {
    let mut reader = Reader { text, at: 0, builder: Builder::default() };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    reader.space();
    if reader.peek().is_none() {
        reader.builder.broken = true;
    } else {
        let root = reader.value(0);
        reader.builder.documents.push(root);
        reader.space();
        reader.builder.broken |= reader.peek().is_some();
    }
    reader.builder.done()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    builder: Builder,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, start: usize) -> Span {
        Span::from(start..self.at)
    }

    /// Blanks and comments.
    fn space(&mut self) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let skipped = match rest.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
                [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => match rest.get(2..).and_then(|inside| inside.find("*/")) {
                    Some(end) => end + 4,
                    None => {
                        self.builder.broken = true;
                        rest.len()
                    }
                },
                _ => return,
            };
            self.at += skipped;
        }
    }

    /// A value; nothing is consumed where none begins.
    fn value(&mut self, depth: usize) -> NodeId {
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') if depth >= DEEPEST => {
                self.skip_nested();
                let span = self.span(start);
                self.builder.unknown(span)
            }
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"' | b'\'') => {
                let text = self.string();
                let span = self.span(start);
                self.builder.add(span, Kind::Text(text.into()))
            }
            _ => {
                let word = self.word();
                let kind = match word {
                    "null" => Kind::Null,
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    number if number.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => Kind::Number(Name::from(number)),
                    _ => Kind::Unknown,
                };
                self.builder.broken |= kind == Kind::Unknown;
                let span = self.span(start);
                self.builder.add(span, kind)
            }
        }
    }

    fn word(&mut self) -> &str {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}' | '"' | '\'' | '/')).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A text in quotes; one that is not closed ends with its line.
    fn string(&mut self) -> String {
        let mut out = String::new();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut chars = rest.char_indices();
        let Some((_, quote)) = chars.next() else { return out };
        while let Some((at, char)) = chars.next() {
            match char {
                '\n' => {
                    self.at += at;
                    self.builder.broken = true;
                    return out;
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, 'b')) => out.push('\u{8}'),
                    Some((_, 'f')) => out.push('\u{c}'),
                    Some((at, 'u')) => {
                        let digits = rest.get(at + 1..at + 5).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                            // Half of a pair says nothing alone; nobody writes names of settings in such.
                            Some(code) => {
                                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                                chars.nth(3);
                            }
                            None => self.builder.broken = true,
                        }
                    }
                    Some((_, other)) => out.push(other),
                    None => {}
                },
                char if char == quote => {
                    self.at += at + 1;
                    return out;
                }
                char => out.push(char),
            }
        }
        self.at = self.text.len();
        self.builder.broken = true;
        out
    }

    fn list(&mut self, depth: usize) -> NodeId {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                // Somebody else's end: this list has none yet.
                Some(b'}') | None => {
                    self.builder.broken = true;
                    break;
                }
                Some(_) => {
                    let before = self.at;
                    let item = self.value(depth + 1);
                    if self.at == before {
                        self.stray();
                    } else {
                        items.push(item);
                    }
                }
            }
        }
        let span = self.span(start);
        self.builder.add(span, Kind::List(items))
    }

    fn map(&mut self, depth: usize) -> NodeId {
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(b']') | None => {
                    self.builder.broken = true;
                    break;
                }
                // A value without a key.
                Some(b'{' | b'[') => {
                    self.value(depth + 1);
                    self.builder.broken = true;
                }
                Some(_) => {
                    if let Some(entry) = self.entry(depth) {
                        entries.push(entry);
                    }
                }
            }
        }
        let span = self.span(start);
        self.builder.add(span, Kind::Map(entries))
    }

    fn entry(&mut self, depth: usize) -> Option<Entry> {
        let start = self.at;
        let key: Arc<str> = match self.peek() {
            Some(b'"' | b'\'') => self.string().into(),
            _ => self.word().into(),
        };
        if self.at == start {
            self.stray();
            return None;
        }
        let span = self.span(start);
        self.space();
        let value = match self.peek() {
            Some(b':') => {
                self.at += 1;
                self.space();
                match self.peek() {
                    Some(b',' | b'}' | b']') | None => {
                        let here = Span::at(self.at as u32);
                        self.builder.unknown(here)
                    }
                    Some(quote) => {
                        let before = self.at;
                        let value = self.value(depth + 1);
                        let behind = self.at;
                        self.space();
                        if matches!(quote, b'"' | b'\'') && self.peek() == Some(b':') {
                            // `"a":` and nothing yet: that was the next key.
                            self.at = before;
                            self.builder.unknown(Span::at(before as u32))
                        } else {
                            self.at = behind;
                            value
                        }
                    }
                }
            }
            _ => self.builder.unknown(Span::at(span.end)),
        };
        Some(Entry { key, span, value })
    }

    /// Steps over what belongs nowhere.
    fn stray(&mut self) {
        self.builder.broken = true;
        self.at += self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    }

    /// Steps over what is nested too deep, counting brackets.
    fn skip_nested(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' | b'\'' => {
                    self.string();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}
