//! Words, quotes and signs of SQL.

use crate::text::{Name, Span};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
    /// First on its line.
    pub line_start: bool,
    /// Nothing, not even a blank, stands between this token and its predecessor.
    pub adjacent: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// An identifier or keyword without quotes.
    Word,
    /// `"x"`, `` `x` ``.
    Quoted,
    /// `'x'`, `E'x'`, `N'x'`.
    Text,
    /// `$$ x $$`, `$body$ x $body$`.
    Dollar,
    Number,
    /// `$1`, `?1`.
    Numbered(u32),
    /// `?`, `%s`: the n-th of them, from 0.
    Positional(u32),
    /// `:name`, `@name`, `$name`, `%(name)s`.
    Named,
    /// A substitution of the surrounding program.
    Hole(u32),
    /// `$` right before a substitution: the program numbers a placeholder.
    NumberHole(u32),
    Symbol(&'static str),
}

impl Token {
    /// What a word, name or literal says, without its quotes.
    pub fn value(&self, text: &str) -> Name {
        let raw = self.span.of(text);
        match self.kind {
            TokenKind::Quoted => unquote(raw, if raw.starts_with('`') { '`' } else { '"' }),
            TokenKind::Text => unquote(raw.trim_start_matches(|c: char| c != '\''), '\''),
            TokenKind::Named => Name::from(match raw.strip_prefix("%(") {
                Some(python) => python.trim_end_matches(")s"),
                None => raw.get(1..).unwrap_or(""),
            }),
            TokenKind::Dollar => Name::from(dollar_body(raw).1),
            _ => Name::from(raw),
        }
    }

    /// Inside the quotes of a [`TokenKind::Dollar`]: offset from the token's start, and text.
    pub fn body<'t>(&self, text: &'t str) -> (u32, &'t str) {
        dollar_body(self.span.of(text))
    }
}

fn dollar_body(raw: &str) -> (u32, &str) {
    let tag = raw.get(1..).and_then(|rest| rest.find('$')).map_or(0, |end| end + 2);
    let end = raw.len().saturating_sub(tag);
    (tag as u32, raw.get(tag..end).unwrap_or(""))
}

fn unquote(raw: &str, quote: char) -> Name {
    let inner = raw.strip_prefix(quote).unwrap_or(raw);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    if !inner.contains(quote) {
        return Name::from(inner);
    }
    let doubled: String = [quote, quote].iter().collect();
    Name::from(inner.replace(&doubled, quote.encode_utf8(&mut [0; 4])))
}
