//! Where the reader stands in the text.

use super::Dialect;
use crate::text::{Name, Span};

pub(super) struct Cursor<'t> {
    text: &'t str,
    pub at: usize,
    end: usize,
    pub dialect: Dialect,
    /// Expressions that are being read at the moment, one inside of the other.
    pub depth: u16,
}

/// Words that begin a statement, and so never an expression.
const STATEMENTS: &[&str] = &["allow", "match", "function", "service", "return", "let"];

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str, range: std::ops::Range<usize>, dialect: Dialect) -> Cursor<'t> {
        let end = range.end.min(text.len());
        Cursor { text, at: range.start.min(end), end, dialect, depth: 0 }
    }

    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    pub fn byte(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    pub fn is_at_end(&mut self) -> bool {
        self.space();
        self.at >= self.end
    }

    /// Past blanks and comments.
    pub fn space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            let comment = match (trimmed.get(..2), self.dialect) {
                (Some("//"), Dialect::Cloud) => trimmed.find('\n').unwrap_or(trimmed.len()),
                (Some("/*"), Dialect::Cloud) => trimmed.get(2..).and_then(|inside| inside.find("*/")).map_or(trimmed.len(), |len| len + 4),
                _ => return,
            };
            self.at += comment;
        }
    }

    /// The next word or character, whatever it is.
    pub fn skip(&mut self) {
        let word = self.word().len();
        self.at += if word > 0 { word } else { self.rest().chars().next().map_or(0, char::len_utf8) };
    }

    pub fn sees(&mut self, sign: &str) -> bool {
        self.space();
        self.rest().starts_with(sign)
    }

    pub fn takes(&mut self, sign: &str) -> bool {
        let sees = self.sees(sign);
        if sees {
            self.at += sign.len();
        }
        sees
    }

    /// The word that begins here, without taking it.
    pub fn word(&mut self) -> &'t str {
        self.space();
        let rest = self.rest();
        let starts = rest.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$' && self.dialect == Dialect::Realtime);
        if !starts {
            return "";
        }
        let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' && self.dialect == Dialect::Realtime)).unwrap_or(rest.len());
        rest.get(..len).unwrap_or("")
    }

    pub fn takes_word(&mut self, word: &str) -> bool {
        let takes = self.word() == word;
        if takes {
            self.at += word.len();
        }
        takes
    }

    /// A name, unless a statement begins here.
    pub fn name(&mut self) -> Option<Name> {
        let word = self.word();
        if word.is_empty() || self.begins_statement() {
            return None;
        }
        self.at += word.len();
        Some(Name::from(word))
    }

    pub fn begins_statement(&mut self) -> bool {
        self.dialect == Dialect::Cloud && STATEMENTS.contains(&self.word())
    }

    pub fn span_from(&self, start: usize) -> Span {
        Span::from(start..self.at.max(start))
    }

    /// A string and its quotes, if one begins here.
    pub fn string(&mut self) -> Option<Name> {
        self.space();
        let rest = self.rest();
        let quote = ["\\\"", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote) && (quote.len() == 1 || self.dialect == Dialect::Realtime))?;
        let inside = rest.get(quote.len()..).unwrap_or("");
        let mut escaped = false;
        let mut len = None;
        for (at, c) in inside.char_indices() {
            match c {
                '\n' | '\r' => {
                    len = Some((at, 0));
                    break;
                }
                _ if !escaped && inside.get(at..).is_some_and(|here| here.starts_with(quote)) => {
                    len = Some((at, quote.len()));
                    break;
                }
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        let (len, closing) = len.unwrap_or((inside.len(), 0));
        self.at += quote.len() + len + closing;
        Some(Name::from(inside.get(..len).unwrap_or("")))
    }

    /// To where the next statement of this block begins, or the block ends.
    pub fn recover(&mut self) {
        while !self.is_at_end() {
            if self.takes(";") || self.sees("}") || self.begins_statement() {
                return;
            }
            if self.string().is_some() {
                continue;
            }
            if self.takes("{") {
                self.balanced();
            } else {
                self.skip();
            }
        }
    }

    /// Past the `}` that closes a block whose `{` is taken.
    pub fn balanced(&mut self) {
        let mut open = 1u32;
        while open > 0 && !self.is_at_end() {
            if self.string().is_some() {
                continue;
            }
            match self.byte() {
                Some(b'{') => open += 1,
                Some(b'}') => open -= 1,
                _ => {}
            }
            self.skip();
        }
    }
}
