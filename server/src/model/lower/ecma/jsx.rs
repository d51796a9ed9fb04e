//! JSX.

use std::sync::Arc;

use super::kinds::{Field, Kind};
use super::{Child, Children, Ecma};
use crate::model::{ExprId, ExprKind, JsxAttribute};
use crate::text::{Name, Span};

impl<'a> Ecma<'a> {
    pub(super) fn jsx(&mut self, child: Child<'a>) -> ExprId {
        let span = self.span(child);
        let children = self.children(child.node);
        if child.kind == Kind::JsxSelfClosingElement {
            let (name, attributes) = self.tag(&children);
            return self.push(span, ExprKind::Jsx { name, attributes, children: Vec::new() });
        }
        let opening = children.field(Field::OpenTag).map(|tag| self.children(tag.node)).unwrap_or_default();
        let (name, attributes) = self.tag(&opening);
        let children = self.content(&children);
        self.push(span, ExprKind::Jsx { name, attributes, children })
    }

    pub(super) fn tag(&mut self, opening: &Children<'a>) -> (Name, Vec<JsxAttribute>) {
        let name = opening.field(Field::Name).map(|name| self.dotted(name)).unwrap_or_default();
        let mut attributes = Vec::new();
        for attribute in opening.iter() {
            match attribute.kind {
                Kind::JsxAttribute => attributes.extend(self.attribute(attribute)),
                Kind::JsxExpression => {
                    let value = self.hole(attribute);
                    let span = self.span(attribute);
                    attributes.extend(value.map(|value| JsxAttribute::Spread { value, span }));
                }
                _ => {}
            }
        }
        (name, attributes)
    }

    pub(super) fn attribute(&mut self, child: Child<'a>) -> Option<JsxAttribute> {
        let span = self.span(child);
        let children = self.children(child.node);
        let mut parts = children.iter().filter(|child| child.kind != Kind::Equals);
        let name = parts.next()?;
        let value = match parts.next() {
            Some(string) if string.kind == Kind::String => {
                let text = self.cx.text_of(string.node);
                let text = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                let (text, string_span) = (decoded(text), self.span(string));
                Some(self.push(string_span, ExprKind::Str(text)))
            }
            Some(hole) if hole.kind == Kind::JsxExpression => match self.hole(hole) {
                Some(value) => Some(value),
                None => Some(self.broken(hole)),
            },
            Some(value) => Some(self.expr(value)),
            None => None,
        };
        Some(JsxAttribute::Named { name: self.dotted(name), name_span: self.span(name), value, span })
    }

    /// What stands in the braces; `None` for `{}` and `{/* a comment */}`.
    pub(super) fn hole(&mut self, child: Child<'a>) -> Option<ExprId> {
        let children = self.children(child.node);
        let inner = children.iter().find(|child| child.kind.is_expression() || matches!(child.kind, Kind::SpreadElement | Kind::Error))?;
        Some(self.expr(inner))
    }

    /// Children of an element. Text and character references that follow each other are one text.
    fn content(&mut self, children: &Children<'a>) -> Vec<ExprId> {
        let mut out = Vec::new();
        let mut text: Option<Span> = None;
        for child in children.iter().filter(|child| !matches!(child.field, Field::OpenTag | Field::CloseTag)) {
            if matches!(child.kind, Kind::JsxText | Kind::HtmlCharacterReference) {
                let span = self.span(child);
                text = Some(Span::new(text.map_or(span.start, |text| text.start), span.end));
                continue;
            }
            out.extend(text.take().and_then(|span| self.jsx_text(span)));
            match child.kind {
                Kind::JsxExpression => out.extend(self.hole(child)),
                Kind::Error => {
                    let value = self.broken(child);
                    out.extend(Some(value).filter(|value| !self.is_nothing(*value)));
                }
                kind if kind.is_expression() => out.push(self.expr(child)),
                _ => {}
            }
        }
        out.extend(text.and_then(|span| self.jsx_text(span)));
        out
    }

    pub(super) fn jsx_text(&mut self, span: Span) -> Option<ExprId> {
        let text = span.of(self.cx.text);
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let start = span.start + (text.len() - text.trim_start().len()) as u32;
        let span = Span::new(start, start + trimmed.len() as u32);
        Some(self.push(span, ExprKind::Str(decoded(trimmed))))
    }
}

/// Decodes `&amp;` and its kin; references that are not known stay as written.
fn decoded(text: &str) -> Arc<str> {
    if !text.contains('&') {
        return Arc::from(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest references are about thirty letters.
        let end = after.bytes().take(32).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((char, after)) => {
                out.push(char);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Arc::from(out)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "bull" => '•',
        "middot" => '·',
        "times" => '×',
        "larr" => '←',
        "rarr" => '→',
        "euro" => '€',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_references_are_decoded() {
        for (text, expected) in [("a", "a"), ("a &amp; b", "a & b"), ("&lt;&#62;&#x41;", "<>A"), ("&&amp", "&&amp"), ("&é;&nope;", "&é;&nope;")] {
            assert_eq!(&*decoded(text), expected);
        }
    }
}
