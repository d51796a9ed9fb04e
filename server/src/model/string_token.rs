//! String literals as they are written: prefixes, quotes, and the several strings that Python puts together.

use crate::text::Span;

/// A string as it is written: `rb'...'`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub span: Span,
    /// Python's letters before the quote.
    pub prefix: Span,
    /// Between the quotes.
    pub content: Span,
}

impl Token {
    pub fn quote<'t>(&self, text: &'t str) -> &'t str {
        Span::new(self.prefix.end, self.content.start).of(text)
    }

    pub fn has_prefix(&self, text: &str, letter: char) -> bool {
        self.prefix.of(text).chars().any(|c| c.eq_ignore_ascii_case(&letter))
    }
}

/// The strings a literal consists of: one, or several that Python puts together. Empty for the text of JSX, which has no
/// quotes. What stands in `holes` is not looked at.
pub fn tokens(text: &str, span: Span, holes: &[Span]) -> Vec<Token> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let (mut at, end) = (span.start as usize, (span.end as usize).min(bytes.len()));
    while at < end {
        let start = at;
        while at < end && bytes[at].is_ascii_alphabetic() {
            at += 1;
        }
        let Some(quote) = bytes.get(at).filter(|byte| b"\"'`".contains(byte)) else { return Vec::new() };
        let width = if *quote != b'`' && bytes[at..end].starts_with(&[*quote; 3]) { 3 } else { 1 };
        let (prefix, content) = (at, at + width);
        at = content;
        loop {
            if let Some(hole) = holes.iter().find(|hole| hole.start as usize <= at && at < hole.end as usize) {
                at = hole.end as usize;
            } else if at >= end {
                return Vec::new();
            } else if bytes[at] == b'\\' {
                at += 2;
            } else if bytes[at..end].starts_with(&[*quote; 3][..width]) {
                break;
            } else {
                at += 1;
            }
        }
        found.push(Token { span: Span::from(start..at + width), prefix: Span::from(start..prefix), content: Span::from(content..at) });
        at = gap_end(bytes, at + width, end);
    }
    found
}

/// Behind the white space, comments and continued lines between two strings.
fn gap_end(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end {
        match bytes[at] {
            b'#' => at += bytes[at..end].iter().position(|byte| *byte == b'\n').unwrap_or(end - at),
            b'\\' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, holes: &[Span]) -> Vec<(String, String, String)> {
        let all = tokens(text, Span::from(0..text.len()), holes);
        all.iter().map(|token| (token.prefix.of(text).to_owned(), token.quote(text).to_owned(), token.content.of(text).to_owned())).collect()
    }

    fn token(prefix: &str, quote: &str, content: &str) -> (String, String, String) {
        (prefix.to_owned(), quote.to_owned(), content.to_owned())
    }

    #[test]
    fn every_kind_of_string() {
        assert_eq!(written("'a\\'b'", &[]), [token("", "'", "a\\'b")]);
        assert_eq!(written("rb\"\"\"a\"b\n\"\"\"", &[]), [token("rb", "\"\"\"", "a\"b\n")]);
        assert_eq!(written("`a`", &[]), [token("", "`", "a")]);
        assert_eq!(written("\"\" ''", &[]), [token("", "\"", ""), token("", "'", "")]);
        assert_eq!(written("'a' # it's\n \\\n f\"b\"", &[]), [token("", "'", "a"), token("f", "\"", "b")]);
    }

    #[test]
    fn holes_are_skipped() {
        assert_eq!(written("f'{a['b']}'", &[Span::new(2, 10)]), [token("f", "'", "{a['b']}")]);
    }

    #[test]
    fn what_is_no_string_has_no_tokens() {
        for text in ["text", "'open", "", "a + 'b'", "'a' + 'b'"] {
            assert_eq!(written(text, &[]), [], "{text}");
        }
    }
}
