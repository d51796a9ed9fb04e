//! Lists, objects, templates and JSX that break off.

use super::super::Ecma;
use super::super::kinds::Kind;
use super::Pieces;
use crate::model::{Entry, ExprId, ExprKind, FunctionKind, JsxAttribute, SeqItem, SeqKind, TemplatePart};
use crate::text::{Name, Span};

const KEYS: &[Kind] = &[Kind::PropertyIdentifier, Kind::Identifier, Kind::String, Kind::Number, Kind::ComputedPropertyName];

impl<'a> Ecma<'a> {
    pub(super) fn read_list(&mut self, pieces: &mut Pieces<'a>, start: u32) -> ExprId {
        self.take(pieces);
        let mut items = Vec::new();
        self.inside(pieces, |ecma, pieces| {
            ecma.read_items(pieces, |spread, value, _| items.push(SeqItem { value, spread }));
        });
        self.accept(pieces, "]");
        self.push(pieces.span_from(start), ExprKind::Seq { items, kind: SeqKind::List })
    }

    pub(super) fn read_object(&mut self, pieces: &mut Pieces<'a>, start: u32) -> ExprId {
        self.take(pieces);
        let mut entries = Vec::new();
        self.inside(pieces, |ecma, pieces| ecma.read_entries(pieces, &mut entries));
        self.accept(pieces, "}");
        self.push(pieces.span_from(start), ExprKind::Object(entries))
    }

    fn read_entries(&mut self, pieces: &mut Pieces<'a>, entries: &mut Vec<Entry>) {
        while let Some(child) = pieces.peek() {
            let start = self.span(child).start;
            if matches!(super::word(child), "}" | ")" | "]") || child.kind.is_statement() {
                return;
            }
            if matches!(child.kind, Kind::Pair | Kind::ShorthandPropertyIdentifier | Kind::MethodDefinition | Kind::SpreadElement | Kind::Error) {
                self.take(pieces);
                entries.extend(self.entry(child));
                continue;
            }
            if self.accept(pieces, "...") {
                if let Some(value) = self.read_expression(pieces) {
                    entries.push(Entry::Spread { value, span: pieces.span_from(start) });
                }
                continue;
            }
            let modifiers = self.read_modifiers(pieces);
            let Some(name) = self.accept_kind(pieces, KEYS) else {
                if pieces.peek().is_some_and(|next| next.node == child.node) {
                    self.take(pieces);
                }
                continue;
            };
            let (key, key_span) = (self.key(name), self.span(name));
            let value = if self.accept(pieces, ":") {
                self.read_part(pieces)
            } else if pieces.peek().is_some_and(|next| next.kind == Kind::FormalParameters) {
                let (function, _) = self.read_callable(pieces, start, modifiers, FunctionKind::Method, Some(name), Vec::new());
                self.push(pieces.span_from(start), ExprKind::Function(function))
            } else {
                // A key that has no value yet.
                continue;
            };
            entries.push(Entry::Field { key, key_span, value, shorthand: false, span: pieces.span_from(start) });
        }
    }

    pub(super) fn read_template(&mut self, pieces: &mut Pieces<'a>, start: u32) -> ExprId {
        self.take(pieces);
        let mut parts = Vec::new();
        let mut at = pieces.end;
        self.inside(pieces, |ecma, pieces| {
            while let Some(child) = pieces.peek() {
                let span = ecma.span(child);
                let value = match super::word(child) {
                    "`" => break,
                    "${" => {
                        ecma.take(pieces);
                        let value = ecma.read_part(pieces);
                        ecma.accept(pieces, "}");
                        value
                    }
                    "" if child.kind == Kind::TemplateSubstitution => {
                        ecma.take(pieces);
                        ecma.hole(child).unwrap_or_else(|| ecma.unknown(span))
                    }
                    "" if child.kind == Kind::Unknown => {
                        ecma.take(pieces);
                        continue;
                    }
                    _ => break,
                };
                ecma.template_text(Span::new(at, span.start.max(at)), &mut parts);
                parts.push(TemplatePart::Hole(value, pieces.span_from(span.start)));
                at = pieces.end;
            }
        });
        self.template_text(Span::new(at, pieces.end.max(at)), &mut parts);
        self.accept(pieces, "`");
        self.push(pieces.span_from(start), ExprKind::Template(parts))
    }

    /// An element whose opening tag is complete.
    pub(super) fn read_element(&mut self, pieces: &mut Pieces<'a>, start: u32) -> ExprId {
        let Some(opening) = self.take(pieces) else { return self.unknown(Span::at(start)) };
        let opening = self.children(opening.node);
        let (name, attributes) = self.tag(&opening);
        let mut children = Vec::new();
        self.inside(pieces, |ecma, pieces| {
            while let Some(child) = pieces.peek() {
                let span = ecma.span(child);
                match (super::word(child), child.kind) {
                    ("{", _) => {
                        ecma.take(pieces);
                        children.extend(ecma.read_expression(pieces));
                        ecma.accept(pieces, "}");
                    }
                    (_, Kind::JsxText) => {
                        ecma.take(pieces);
                        children.extend(ecma.jsx_text(span));
                    }
                    (_, Kind::JsxExpression) => {
                        ecma.take(pieces);
                        children.extend(ecma.hole(child));
                    }
                    (_, Kind::JsxElement | Kind::JsxSelfClosingElement | Kind::JsxOpeningElement) | ("<", _) => match ecma.read_operand(pieces) {
                        Some(value) => children.push(value),
                        None => break,
                    },
                    _ => break,
                }
            }
        });
        self.push(pieces.span_from(start), ExprKind::Jsx { name, attributes, children })
    }

    /// `<A b={c} d=`: a tag that breaks off. `None` if it is no tag.
    pub(super) fn read_tag(&mut self, pieces: &mut Pieces<'a>, start: u32) -> Option<ExprId> {
        let name = pieces.behind(1).filter(|name| matches!(name.kind, Kind::Identifier | Kind::MemberExpression | Kind::JsxNamespaceName))?;
        self.take(pieces);
        self.take(pieces);
        let name: Name = self.dotted(name);
        let mut attributes = Vec::new();
        while let Some(child) = pieces.peek() {
            match child.kind {
                Kind::JsxAttribute => {
                    self.take(pieces);
                    attributes.extend(self.attribute(child));
                }
                Kind::PropertyIdentifier | Kind::Identifier => {
                    self.take(pieces);
                    let (name, name_span) = (self.dotted(child), self.span(child));
                    let braces = self.accept(pieces, "=") && self.accept(pieces, "{");
                    let value = if braces { self.inside(pieces, |ecma, pieces| ecma.read_expression(pieces)).flatten() } else { None };
                    if let Some(value) = value {
                        self.accept(pieces, "}");
                        let span = pieces.span_from(name_span.start);
                        attributes.push(JsxAttribute::Named { name, name_span, value: Some(value), span });
                    }
                }
                _ => break,
            }
        }
        Some(self.push(pieces.span_from(start), ExprKind::Jsx { name, attributes, children: Vec::new() }))
    }
}
