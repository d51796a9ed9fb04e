//! Splits SQL into tokens. Never fails: a quote or comment without an end ends with its line.

use super::token::{Token, TokenKind};
use crate::text::Span;

/// Signs, longest first among those that share a beginning. Single characters are the last resort.
const SYMBOLS: [&str; 29] = [
    "!~~*", "!~~", "!~*", "!~", "->>", "#>>", "<->", "->", "#>", "~~*", "~~", "~*", "<=", ">=", "<>", "!=", "=>", "||", "::", ":=", "@@", "@>", "<@", "&&",
    "?|", "?&", "<<", ">>", "==",
];
const SIGNS: [&str; 25] = ["(", ")", ",", ";", ".", "=", "<", ">", "+", "-", "*", "/", "%", "^", "~", "!", "&", "|", "#", "@", "?", ":", "[", "]", "\\"];

/// So many dollar quotes without an end may be looked for through the whole text; later ones are not quotes.
const LOST_DOLLARS: u32 = 8;

pub(super) fn tokens(text: &str, holes: &[u32]) -> Vec<Token> {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        holes,
        hole: 0,
        positional: 0,
        backslash_escapes: text.contains('`'),
        single_line: false,
        lost_dollars: 0,
        out: Vec::with_capacity(text.len() / 6),
    };
    scanner.run();
    scanner.out
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    holes: &'t [u32],
    hole: usize,
    positional: u32,
    /// MySQL's strings know `\'`; a text with backticks is taken for MySQL's.
    backslash_escapes: bool,
    /// Something had no end already: from here on quotes and comments are not looked for beyond their line, so that a
    /// text made of openings is read in linear time.
    single_line: bool,
    lost_dollars: u32,
    out: Vec<Token>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut line_start = true;
        let mut last_end = usize::MAX;
        let mut statement = 0;
        loop {
            line_start |= self.blanks(line_start);
            let start = self.at;
            let Some(&byte) = self.bytes.get(start) else { return };
            let Some(kind) = self.token(byte) else { continue };
            if self.at <= start {
                self.at = start + 1;
            }
            let span = Span::from(start..self.at);
            self.out.push(Token { kind, span, line_start, adjacent: last_end == start });
            (line_start, last_end) = (false, self.at);
            if kind == TokenKind::Symbol(";") {
                if self.is_copy_from_stdin(statement) {
                    self.skip_copied_rows();
                }
                statement = self.out.len();
            }
        }
    }

    /// Skips blanks, comments and psql's backslash lines. True if a line ended on the way.
    fn blanks(&mut self, mut line_start: bool) -> bool {
        let mut newline = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match (byte, self.bytes.get(self.at + 1)) {
                (b'\n' | b'\r', _) => {
                    (newline, line_start) = (true, true);
                    self.at += 1;
                }
                (b' ' | b'\t' | 0x0b | 0x0c, _) => self.at += 1,
                (b'-', Some(b'-')) => self.line_end(),
                (b'#', next) if self.backslash_escapes && !matches!(next, Some(b'>')) => self.line_end(),
                (b'\\', _) if line_start => self.line_end(),
                (b'/', Some(b'*')) => self.block_comment(),
                // A byte order mark.
                (0xef, Some(0xbb)) if self.at == 0 => self.at += 3,
                _ => break,
            }
        }
        newline
    }

    fn line_end(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let (start, mut depth) = (self.at, 0u32);
        while let Some(&byte) = self.bytes.get(self.at) {
            match (byte, self.bytes.get(self.at + 1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                (b'\n', _) if self.single_line => return,
                _ => self.at += 1,
            }
        }
        self.single_line = true;
        self.at = start;
        self.line_end();
    }

    /// Reads the token that begins at `self.at`; `None` if it was something to pass over.
    fn token(&mut self, byte: u8) -> Option<TokenKind> {
        let start = self.at;
        let next = self.bytes.get(start + 1).copied().unwrap_or(0);
        while self.holes.get(self.hole).is_some_and(|hole| (*hole as usize) < start) {
            self.hole += 1;
        }
        if self.is_hole(start) {
            self.at += 1;
            return Some(TokenKind::Hole(self.hole as u32));
        }
        match byte {
            b'\'' => Some(self.quoted(b'\'', self.backslash_escapes, TokenKind::Text)),
            b'"' => Some(self.quoted(b'"', false, TokenKind::Quoted)),
            b'`' => Some(self.quoted(b'`', false, TokenKind::Quoted)),
            b'$' => Some(self.dollar(next)),
            b'0'..=b'9' => Some(self.number()),
            b'.' if next.is_ascii_digit() => Some(self.number()),
            b'?' if next.is_ascii_digit() => {
                self.at += 1;
                Some(TokenKind::Numbered(self.digits()))
            }
            b'?' if next != b'|' && next != b'&' && !self.text_follows(start + 1) => {
                self.at += 1;
                Some(self.positional())
            }
            b'%' if next == b's' && !self.bytes.get(start + 2).is_some_and(|b| is_word_byte(*b)) => {
                self.at += 2;
                Some(self.positional())
            }
            b'%' if next == b'(' => self.python_name(),
            b':' | b'@' if is_word_start(next) => {
                self.at += 1;
                self.word();
                Some(TokenKind::Named)
            }
            _ if is_word_start(byte) => Some(self.word_or_text()),
            _ => self.symbol(),
        }
    }

    fn is_hole(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&0) && self.holes.get(self.hole).is_some_and(|hole| *hole as usize == at)
    }

    /// `data ? 'key'`: JSON's question mark, not a placeholder.
    fn text_follows(&self, from: usize) -> bool {
        let rest = self.bytes.get(from..from.saturating_add(8).min(self.bytes.len())).unwrap_or_default();
        rest.iter().find(|byte| **byte != b' ') == Some(&b'\'')
    }

    fn positional(&mut self) -> TokenKind {
        self.positional += 1;
        TokenKind::Positional(self.positional - 1)
    }

    /// `%(name)s`
    fn python_name(&mut self) -> Option<TokenKind> {
        let rest = self.bytes.get(self.at + 2..).unwrap_or_default();
        let name = rest.iter().take(128).take_while(|byte| is_word_byte(**byte)).count();
        if name > 0 && rest.get(name..name + 2) == Some(b")s".as_slice()) {
            self.at += name + 4;
            return Some(TokenKind::Named);
        }
        self.symbol()
    }

    fn word(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| is_word_byte(*byte)) {
            self.at += 1;
        }
    }

    fn word_or_text(&mut self) -> TokenKind {
        let start = self.at;
        self.word();
        let prefix = self.bytes.get(start..self.at).unwrap_or_default();
        match (prefix, self.bytes.get(self.at)) {
            ([b'e' | b'E'], Some(b'\'')) => self.quoted(b'\'', true, TokenKind::Text),
            ([b'b' | b'B' | b'x' | b'X' | b'n' | b'N'], Some(b'\'')) => self.quoted(b'\'', false, TokenKind::Text),
            _ => TokenKind::Word,
        }
    }

    /// Up to the closing quote; a doubled quote is one of the text.
    fn quoted(&mut self, quote: u8, backslash: bool, kind: TokenKind) -> TokenKind {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == quote {
                self.at += 1;
                if self.bytes.get(self.at) != Some(&quote) {
                    return kind;
                }
            } else if byte == b'\\' && backslash {
                self.at += 1;
            } else if byte == b'\n' && self.single_line {
                return kind;
            }
            self.at += 1;
        }
        self.single_line = true;
        self.at = start;
        self.line_end();
        kind
    }

    /// `$1`, `$name`, `$$ … $$`, `$tag$ … $tag$`, or a `$` in front of a substitution.
    fn dollar(&mut self, next: u8) -> TokenKind {
        let start = self.at;
        self.at += 1;
        if next.is_ascii_digit() {
            return TokenKind::Numbered(self.digits());
        }
        if let Some(hole) = self.holes.iter().skip(self.hole).take(2).position(|hole| *hole as usize == self.at && next == 0) {
            self.hole += hole;
            self.at += 1;
            return TokenKind::NumberHole(self.hole as u32);
        }
        self.word();
        let name_end = self.at;
        if self.bytes.get(name_end) == Some(&b'$') && self.lost_dollars < LOST_DOLLARS {
            self.at += 1;
            let tag = self.text.get(start..self.at).unwrap_or("$$");
            match self.text.get(self.at..).and_then(|rest| rest.find(tag)) {
                Some(length) => {
                    self.at += length + tag.len();
                    return TokenKind::Dollar;
                }
                None => self.lost_dollars += 1,
            }
            return TokenKind::Symbol("");
        }
        if name_end > start + 1 { TokenKind::Named } else { TokenKind::Symbol("") }
    }

    fn digits(&mut self) -> u32 {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.text.get(start..self.at).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
    }

    fn number(&mut self) -> TokenKind {
        while let Some(&byte) = self.bytes.get(self.at) {
            let exponent = matches!(byte, b'+' | b'-') && matches!(self.bytes.get(self.at - 1), Some(b'e' | b'E'));
            if !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || exponent) {
                break;
            }
            self.at += 1;
        }
        TokenKind::Number
    }

    fn symbol(&mut self) -> Option<TokenKind> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for symbol in SYMBOLS.iter().chain(&SIGNS) {
            if rest.starts_with(symbol.as_bytes()) {
                self.at += symbol.len();
                return Some(TokenKind::Symbol(symbol));
            }
        }
        // Unknown characters are one token each, however many bytes they have.
        self.at += self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        Some(TokenKind::Symbol(""))
    }

    /// `COPY t FROM stdin;` is followed by rows of data up to a line `\.`.
    fn is_copy_from_stdin(&self, statement: usize) -> bool {
        let tokens = self.out.get(statement..).unwrap_or_default();
        let is = |token: Option<&Token>, word: &str| token.is_some_and(|token| token.span.of(self.text).eq_ignore_ascii_case(word));
        is(tokens.first(), "copy") && tokens.iter().any(|token| is(Some(token), "stdin"))
    }

    fn skip_copied_rows(&mut self) {
        while self.at < self.bytes.len() {
            self.line_end();
            self.at += 1;
            if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\.")) {
                return self.line_end();
            }
        }
        self.at = self.bytes.len();
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Name;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text, &[]).into_iter().map(|token| token.kind).collect()
    }

    fn texts(text: &str) -> Vec<&str> {
        tokens(text, &[]).into_iter().map(|token| token.span.of(text)).collect()
    }

    #[test]
    fn quotes_of_every_kind_are_one_token() {
        let text = r#"'it''s' "a ""b""" `c` E'\'' $$ ; $$ $x$ $$ $x$ "#;
        assert_eq!(texts(text), ["'it''s'", r#""a ""b""""#, "`c`", r"E'\''", "$$ ; $$", "$x$ $$ $x$"]);
        let values: Vec<Name> = tokens(text, &[]).iter().map(|token| token.value(text)).collect();
        assert_eq!(values[..3], ["it's", "a \"b\"", "c"]);
        assert_eq!(values[4], " ; ");
    }

    #[test]
    fn placeholders_of_every_dialect() {
        use TokenKind::*;
        assert_eq!(kinds("$2 ?3 ? %s :a @b $c %(d)s"), [Numbered(2), Numbered(3), Positional(0), Positional(1), Named, Named, Named, Named]);
        let text = ":a @b $c %(names)s";
        assert_eq!(tokens(text, &[]).iter().map(|token| token.value(text)).collect::<Vec<_>>(), ["a", "b", "c", "names"]);
        assert_eq!(kinds("a::text"), [Word, Symbol("::"), Word]);
        assert_eq!(kinds("data ? 'key'")[1], Symbol("?"));
    }

    #[test]
    fn comments_and_client_commands_vanish() {
        assert_eq!(texts("-- a\r\n\\connect x\r\nb /* c /* d */ e */ f --> breakpoint\n"), ["b", "f"]);
        assert_eq!(texts("copy t from stdin;\n1\tit's\n\\.\nselect"), ["copy", "t", "from", "stdin", ";", "select"]);
    }

    #[test]
    fn what_has_no_end_ends_with_its_line() {
        assert_eq!(texts("a 'b\nc"), ["a", "'b", "c"]);
        assert_eq!(texts("a /* b\nc"), ["a", "c"]);
        assert_eq!(texts("$$ a"), ["$$", "a"]);
        assert_eq!(texts("\u{e9}\u{20ac} \u{2192}"), ["\u{e9}\u{20ac}", "\u{2192}"]);
    }

    #[test]
    fn holes_are_tokens_only_where_they_stand() {
        let text = "a = \0 and b = '\0' and c = $\0 \0";
        assert_eq!(
            tokens(text, &[4, 15, 27]).iter().filter(|token| !matches!(token.kind, TokenKind::Word)).map(|token| token.kind).collect::<Vec<_>>(),
            [
                TokenKind::Symbol("="),
                TokenKind::Hole(0),
                TokenKind::Symbol("="),
                TokenKind::Text,
                TokenKind::Symbol("="),
                TokenKind::NumberHole(2),
                TokenKind::Symbol(""),
            ]
        );
    }
}
