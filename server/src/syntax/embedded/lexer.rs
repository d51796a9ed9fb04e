//! Python as far as it says where blanks mean nothing: between tokens, and not inside of strings.

use std::ops::Range;

/// What no blank may come into.
pub(super) struct Token {
    pub range: Range<usize>,
    /// The byte of it that keeps its place: of a string, the first of its content.
    pub anchor: usize,
}

#[derive(Default)]
pub(super) struct Lexer {
    text: Option<Quote>,
    /// Open brackets.
    depth: u32,
    /// The line goes on behind its end.
    backslash: bool,
}

#[derive(Clone, Copy)]
struct Quote {
    byte: u8,
    is_triple: bool,
}

impl Lexer {
    pub fn is_between_statements(&self) -> bool {
        self.text.is_none() && self.depth == 0
    }

    pub fn begin_line(&mut self) {
        self.backslash = false;
    }

    /// Did the last line end with a backslash that goes on with it? That is no token.
    pub fn goes_on(&self) -> bool {
        self.backslash
    }

    /// The next token of a line that ends at `end`.
    pub fn next(&mut self, bytes: &[u8], at: usize, end: usize) -> Option<Token> {
        let byte = |at: usize| bytes.get(at).copied().filter(|_| at < end);
        if self.text.is_some() {
            let stop = self.text_end(bytes, at, end);
            return (stop > at).then_some(Token { range: at..stop, anchor: at });
        }
        let mut start = at;
        while byte(start).is_some_and(|byte| byte.is_ascii_whitespace()) {
            start += 1;
        }
        let first = byte(start)?;
        let mut stop = start;
        while byte(stop).is_some_and(is_word) {
            stop += 1;
        }
        let is_prefix = stop - start <= 2 && bytes.get(start..stop).is_some_and(|word| word.iter().all(|byte| b"rRbBuUfFtT".contains(byte)));
        if let Some(quote @ (b'"' | b'\'')) = byte(stop).filter(|_| is_prefix) {
            let is_triple = byte(stop + 1) == Some(quote) && byte(stop + 2) == Some(quote);
            self.text = Some(Quote { byte: quote, is_triple });
            let anchor = stop + if is_triple { 3 } else { 1 };
            return Some(Token { range: start..self.text_end(bytes, anchor, end), anchor });
        }
        if stop > start {
            return Some(Token { range: start..stop, anchor: start });
        }
        match first {
            b'#' => return Some(Token { range: start..end, anchor: start }),
            b'\\' if start + 1 == end => {
                self.backslash = true;
                return None;
            }
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Some(Token { range: start..start + 1, anchor: start })
    }

    /// Behind the string that goes on here, or where its line ends.
    fn text_end(&mut self, bytes: &[u8], start: usize, end: usize) -> usize {
        let Some(quote) = self.text else { return start };
        let mut at = start;
        while let Some(byte) = bytes.get(at).filter(|_| at < end) {
            if *byte == b'\\' {
                if at + 1 == end {
                    self.backslash = true;
                    return at;
                }
                at += 2;
                continue;
            }
            let closes = if quote.is_triple { bytes.get(at..at + 3) == Some(&[quote.byte; 3]) && at + 3 <= end } else { *byte == quote.byte };
            if closes {
                self.text = None;
                return at + if quote.is_triple { 3 } else { 1 };
            }
            at += 1;
        }
        if !quote.is_triple {
            self.text = None;
        }
        // A backslash may have stood before half a character.
        at.min(end)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
