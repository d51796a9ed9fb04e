//! String literals: prefixes, escapes, f-strings and implicit concatenation.

use std::borrow::Cow;
use std::sync::Arc;

use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader};
use crate::model::{ExprId, ExprKind, TemplatePart};
use crate::text::Span;

/// How a literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    raw: bool,
    bytes: bool,
    /// `f` or `t`: braces mean something.
    format: bool,
    /// Where its content lies in the literal's own text.
    start: usize,
    end: usize,
}

impl Literal {
    /// `None` for Python 2's backquotes, which are an expression.
    pub(super) fn read(text: &str) -> Option<Literal> {
        let open = text.find(['"', '\'', '`'])?;
        let (prefix, quoted) = text.split_at(open);
        let quote = quoted.chars().next().filter(|quote| *quote != '`')?;
        let triple = quoted.len() >= 3 && quoted.bytes().take(3).all(|byte| byte == quote as u8);
        let width = if triple { 3 } else { 1 };
        let start = open + width;
        let closed = quoted.len() >= 2 * width && quoted.bytes().rev().take(width).all(|byte| byte == quote as u8);
        let end = if closed { text.len() - width } else { text.len() };
        let has = |letter: u8| prefix.bytes().any(|byte| byte.eq_ignore_ascii_case(&letter));
        Some(Literal { raw: has(b'r'), bytes: has(b'b'), format: has(b'f') || has(b't'), start, end: end.max(start) })
    }
}

impl<'t, 'n> Reader<'t, 'n> {
    /// The value of a literal that is one piece of text.
    pub(super) fn plain_string(&self, node: Node<'n>) -> Option<Cow<'t, str>> {
        let text = self.text(node);
        let literal = Literal::read(text).filter(|literal| !literal.format && !literal.bytes)?;
        Some(decode(text.get(literal.start..literal.end)?, literal))
    }

    pub(super) fn string(&mut self, node: Node<'n>) -> ExprId {
        self.strings(node, &[node])
    }

    /// `"a" "b" f"{c}"`: one literal.
    pub(super) fn concatenated_string(&mut self, node: Node<'n>) -> ExprId {
        let parts = self.parts(node);
        let pieces: Vec<Node<'n>> = parts.iter().filter(|part| part.kind == Kind::String).map(|part| part.node).collect();
        self.strings(node, &pieces)
    }

    fn strings(&mut self, whole: Node<'n>, pieces: &[Node<'n>]) -> ExprId {
        let span = self.span(whole);
        let literals: Option<Vec<Literal>> = pieces.iter().map(|piece| Literal::read(self.text(*piece))).collect();
        let Some(literals) = literals else { return self.new_expr(span, ExprKind::Other(Vec::new())) };
        let kind = if literals.iter().any(|literal| literal.format) {
            let mut parts = Vec::new();
            for (piece, literal) in pieces.iter().zip(literals) {
                if literal.format {
                    self.format_string(*piece, literal, &mut parts);
                } else {
                    self.plain_piece(*piece, literal, &mut parts);
                }
            }
            ExprKind::Template(parts)
        } else {
            let bytes = literals.iter().any(|literal| literal.bytes);
            let mut decoded = pieces.iter().zip(literals).map(|(piece, literal)| {
                let text = self.text(*piece);
                decode(text.get(literal.start..literal.end).unwrap_or_default(), literal)
            });
            let text: Arc<str> = match (decoded.next(), pieces.len()) {
                (Some(only), 1) => Arc::from(&*only),
                (first, _) => first.into_iter().chain(decoded).collect::<String>().into(),
            };
            if bytes { ExprKind::Bytes(text) } else { ExprKind::Str(text) }
        };
        self.new_expr(span, kind)
    }

    /// A piece without holes among pieces that have some.
    fn plain_piece(&mut self, node: Node<'n>, literal: Literal, parts: &mut Vec<TemplatePart>) {
        let text = self.text(node);
        let content = text.get(literal.start..literal.end).unwrap_or_default();
        if !content.is_empty() {
            let start = self.span(node).start;
            let span = Span::new(start + literal.start as u32, start + literal.end as u32);
            parts.push(TemplatePart::Text(Arc::from(&*decode(content, literal)), span));
        }
    }

    /// The texts are what lies between the holes: the grammar has no node for a text of nothing but escapes in a raw string.
    fn format_string(&mut self, node: Node<'n>, literal: Literal, parts: &mut Vec<TemplatePart>) {
        let whole = self.span(node);
        let (mut at, end) = (whole.start + literal.start as u32, whole.start + literal.end as u32);
        for part in self.parts(node) {
            if part.kind == Kind::Interpolation {
                let span = self.span(part.node);
                self.format_text(Span::new(at, span.start.max(at)), literal, parts);
                let value = self.hole(part);
                parts.push(TemplatePart::Hole(value, span));
                at = span.end;
            }
        }
        self.format_text(Span::new(at, end.max(at)), literal, parts);
    }

    fn format_text(&self, span: Span, literal: Literal, parts: &mut Vec<TemplatePart>) {
        let text = span.of(self.cx.text);
        if !text.is_empty() {
            parts.push(TemplatePart::Text(Arc::from(&*decode(text, literal)), span));
        }
    }

    /// `{value!r:format}`. A format with holes of its own makes all of them one value.
    fn hole(&mut self, part: Part<'n>) -> ExprId {
        let span = self.span(part.node);
        let parts = self.parts(part.node);
        let value = self.expr_or_absent(parts.iter().find(|part| part.field == Field::Expression).copied(), span.start + 1);
        let mut read = vec![value];
        for part in parts.iter().filter(|part| part.kind == Kind::FormatSpecifier) {
            for hole in self.parts(part.node) {
                if hole.kind == Kind::FormatExpression && self.down() {
                    read.push(self.hole(hole));
                    self.up();
                }
            }
        }
        match read.as_slice() {
            [only] => *only,
            _ => self.new_expr(span, ExprKind::Other(read)),
        }
    }
}

/// The text that `content` stands for. Names of characters (`\N{...}`) stay as written.
fn decode(content: &str, literal: Literal) -> Cow<'_, str> {
    let special = |byte: u8| byte == b'\r' || (byte == b'\\' && !literal.raw) || (literal.format && matches!(byte, b'{' | b'}'));
    let Some(first) = content.bytes().position(special) else { return Cow::Borrowed(content) };
    let mut out = Vec::with_capacity(content.len());
    let bytes = content.as_bytes();
    let mut at = first;
    out.extend_from_slice(bytes.get(..first).unwrap_or_default());
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        match byte {
            // Source lines end in `\n`, whatever the file has.
            b'\r' => {
                out.push(b'\n');
                at += if next == Some(b'\n') { 2 } else { 1 };
            }
            b'{' | b'}' if literal.format && next == Some(byte) => {
                out.push(byte);
                at += 2;
            }
            b'\\' if !literal.raw => at += escape(content, at, literal.bytes, &mut out),
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Decodes the escape at `at` and returns its length.
fn escape(content: &str, at: usize, bytes: bool, out: &mut Vec<u8>) -> usize {
    let rest = content.as_bytes().get(at..).unwrap_or_default();
    let simple = |byte: u8, out: &mut Vec<u8>| {
        out.push(byte);
        2
    };
    match rest.get(1).copied() {
        Some(b'\n') => 2,
        Some(b'\r') => 2 + usize::from(rest.get(2) == Some(&b'\n')),
        Some(byte @ (b'\\' | b'\'' | b'"')) => simple(byte, out),
        Some(b'a') => simple(7, out),
        Some(b'b') => simple(8, out),
        Some(b'f') => simple(12, out),
        Some(b'n') => simple(b'\n', out),
        Some(b'r') => simple(b'\r', out),
        Some(b't') => simple(b'\t', out),
        Some(b'v') => simple(11, out),
        Some(b'0'..=b'7') => {
            let digits = rest.iter().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            number(content, at + 1, digits, 8, bytes, out);
            1 + digits
        }
        Some(b'x') if number(content, at + 2, 2, 16, bytes, out) => 4,
        Some(b'u') if !bytes && number(content, at + 2, 4, 16, bytes, out) => 6,
        Some(b'U') if !bytes && number(content, at + 2, 8, 16, bytes, out) => 10,
        // Not an escape: the backslash stands for itself.
        _ => {
            out.push(b'\\');
            1
        }
    }
}

/// Reads `digits` digits at `at` as a character, or as a byte. Halves of surrogate pairs become the replacement character.
fn number(content: &str, at: usize, digits: usize, radix: u32, bytes: bool, out: &mut Vec<u8>) -> bool {
    let digits = content.get(at..at + digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(value) = digits.and_then(|digits| u32::from_str_radix(digits, radix).ok()) else { return false };
    if bytes {
        out.push(value as u8);
    } else {
        let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    true
}
