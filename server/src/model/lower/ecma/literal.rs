//! Strings, templates, numbers and regular expressions.

use std::borrow::Cow;
use std::sync::Arc;

use super::kinds::Kind;
use super::{Child, Ecma};
use crate::model::{ExprId, ExprKind, TemplatePart};
use crate::text::{Name, Span};

impl<'a> Ecma<'a> {
    /// A string in quotes, decoded. JSX attributes know no escapes but HTML's.
    pub(super) fn string(&self, child: Child<'a>) -> Arc<str> {
        decode(inside(self.cx.text_of(child.node)))
    }

    /// The same for module names and keys.
    pub(super) fn string_name(&self, child: Child<'a>) -> Name {
        Name::from(&*self.string(child))
    }

    /// The span between a string's quotes.
    pub(super) fn inside_span(&self, child: Child<'a>) -> Span {
        let span = self.span(child);
        let length = inside(span.of(self.cx.text)).len() as u32;
        if length == span.len() { span } else { Span::new(span.start + 1, span.start + 1 + length) }
    }

    pub(super) fn template(&mut self, child: Child<'a>) -> ExprId {
        let span = self.span(child);
        let content = self.inside_span(child);
        let mut parts = Vec::new();
        let mut at = content.start;
        let holes = self.children(child.node);
        for hole in holes.iter().filter(|child| child.kind == Kind::TemplateSubstitution) {
            let hole_span = self.span(hole);
            self.template_text(Span::new(at, hole_span.start.max(at)), &mut parts);
            let value = match self.children(hole.node).expression() {
                Some(value) => self.expr(value),
                None => self.broken(hole),
            };
            parts.push(TemplatePart::Hole(value, hole_span));
            at = hole_span.end;
        }
        self.template_text(Span::new(at, content.end.max(at)), &mut parts);
        self.push(span, ExprKind::Template(parts))
    }

    pub(super) fn template_text(&self, span: Span, parts: &mut Vec<TemplatePart>) {
        if !span.is_empty() {
            let text = span.of(self.cx.text);
            // A line end in a template is `\n`, however the file spells it.
            let text = if text.contains('\r') { Cow::from(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::from(text) };
            parts.push(TemplatePart::Text(decode(&text), span));
        }
    }
}

/// What stands between the quotes, the last of which may be missing.
fn inside(text: &str) -> &str {
    let mut chars = text.chars();
    match chars.next() {
        Some(quote @ ('"' | '\'' | '`')) => {
            let rest = chars.as_str();
            rest.strip_suffix(quote).unwrap_or(rest)
        }
        _ => text,
    }
}

/// Decodes escapes. What is no escape stays as written; half a surrogate pair becomes U+FFFD.
pub(super) fn decode(raw: &str) -> Arc<str> {
    if !raw.contains('\\') {
        return Arc::from(raw);
    }
    // In UTF-16, because escapes speak it: `\ud83d\ude00` is one character.
    let mut units: Vec<u16> = Vec::with_capacity(raw.len());
    let mut pieces = raw.split('\\');
    units.extend(pieces.next().unwrap_or_default().encode_utf16());
    while let Some(piece) = pieces.next() {
        if piece.is_empty() {
            // Two backslashes: the text after them is plain, or the end.
            units.extend("\\".encode_utf16());
            units.extend(pieces.next().unwrap_or_default().encode_utf16());
            continue;
        }
        let rest = escape(piece, &mut units);
        units.extend(rest.encode_utf16());
    }
    Arc::from(String::from_utf16_lossy(&units))
}

/// Decodes the escape at the start of `text`, which follows a backslash, and returns what comes after it.
fn escape<'t>(text: &'t str, units: &mut Vec<u16>) -> &'t str {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return text };
    let rest = chars.as_str();
    let (code, rest) = match first {
        'n' => (0x0A, rest),
        't' => (0x09, rest),
        'r' => (0x0D, rest),
        'b' => (0x08, rest),
        'f' => (0x0C, rest),
        'v' => (0x0B, rest),
        '0'..='7' => digits(text, 8, if first <= '3' { 3 } else { 2 }).unwrap_or((0, rest)),
        'x' => match fixed(rest, 2) {
            Some(decoded) => decoded,
            None => return text,
        },
        'u' => match rest.strip_prefix('{').and_then(|rest| digits(rest, 16, 8)) {
            Some((code, after)) if after.starts_with('}') => (code, &after[1..]),
            _ => match fixed(rest, 4) {
                Some(decoded) => decoded,
                None => return text,
            },
        },
        '\r' => return rest.strip_prefix('\n').unwrap_or(rest),
        '\n' | '\u{2028}' | '\u{2029}' => return rest,
        other => (u32::from(other), rest),
    };
    match u16::try_from(code) {
        Ok(unit) => units.push(unit),
        Err(_) => {
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            units.extend(char.encode_utf16(&mut [0; 2]).iter());
        }
    }
    rest
}

/// Exactly so many hexadecimal digits.
fn fixed(text: &str, count: usize) -> Option<(u32, &str)> {
    digits(text, 16, count).filter(|(_, rest)| text.len() - rest.len() == count)
}

/// The number at the start of `text`, of at most so many digits.
fn digits(text: &str, radix: u32, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count();
    let (number, rest) = text.split_at_checked(length)?;
    Some((u32::from_str_radix(number, radix).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        let table = [
            ("plain é😀", "plain é😀"),
            (r"a\nb\tc\\d", "a\nb\tc\\d"),
            (r"\\n", "\\n"),
            (r"\\\\", "\\\\"),
            (r"\\\n", "\\\n"),
            (r#"\"\'\`\$"#, "\"'`$"),
            (r"\x41\x4", "Ax4"),
            (r"\u0041\u{1F600}\u{41}", "A😀A"),
            (r"\ud83d\ude00", "😀"),
            (r"\ud83d!", "\u{FFFD}!"),
            (r"\ude00\ud83d", "\u{FFFD}\u{FFFD}"),
            (r"\u{110000}\u{ffffffff}", "\u{FFFD}\u{FFFD}"),
            (r"\u{}\u12", "u{}u12"),
            (r"\0\101\47", "\0A'"),
            ("a\\\nb\\\r\nc", "abc"),
            ("\\", "\\"),
            (r"\é", "é"),
        ];
        for (raw, decoded) in table {
            assert_eq!(&*decode(raw), decoded, "{raw}");
        }
    }

    #[test]
    fn quotes_are_taken_off_once() {
        for (text, content) in [("'a'", "a"), ("\"a", "a"), ("``", ""), ("'", ""), ("a", "a"), ("'it\"'", "it\"")] {
            assert_eq!(inside(text), content);
        }
    }
}
