//! Object and array literals.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{Entry, ExprId, ExprKind, Key, SeqItem, SeqKind};
use crate::text::Span;

impl<'a> Ecma<'a> {
    pub(super) fn object(&mut self, child: Child<'a>) -> ExprId {
        let children = self.children(child.node);
        let mut entries = Vec::with_capacity(children.0.len() / 2 + 1);
        for child in children.iter() {
            entries.extend(self.entry(child));
        }
        let span = self.span(child);
        self.push(span, ExprKind::Object(entries))
    }

    pub(super) fn entry(&mut self, child: Child<'a>) -> Option<Entry> {
        let span = self.span(child);
        match child.kind {
            Kind::Pair => {
                let children = self.children(child.node);
                let key = children.field(Field::Key)?;
                let value = self.operand(children.field(Field::Value), span);
                Some(Entry::Field { key: self.key(key), key_span: self.span(key), value, shorthand: false, span })
            }
            Kind::ShorthandPropertyIdentifier => {
                let value = self.expr(child);
                Some(Entry::Field { key: Key::Name(self.name(child)), key_span: span, value, shorthand: true, span })
            }
            Kind::MethodDefinition => {
                let key = self.children(child.node).field(Field::Name)?;
                let (function, _) = self.method(child, Vec::new());
                let value = self.push(span, ExprKind::Function(function));
                Some(Entry::Field { key: self.key(key), key_span: self.span(key), value, shorthand: false, span })
            }
            Kind::SpreadElement => {
                let value = self.expr(child);
                Some(Entry::Spread { value, span })
            }
            // Whatever else was meant to stand here may set any key.
            Kind::Error => {
                let value = self.broken(child);
                Some(Entry::Spread { value, span })
            }
            _ => None,
        }
    }

    pub(super) fn key(&mut self, child: Child<'a>) -> Key {
        match child.kind {
            Kind::String => Key::Name(self.string_name(child)),
            Kind::ComputedPropertyName => {
                let span = self.span(child);
                let inner = self.children(child.node).expression();
                Key::Computed(self.operand(inner, span))
            }
            _ => Key::Name(self.name(child)),
        }
    }

    pub(super) fn array(&mut self, child: Child<'a>) -> ExprId {
        let children = self.children(child.node);
        let mut items = Vec::with_capacity(children.0.len() / 2 + 1);
        let mut empty = true;
        for child in children.iter() {
            if child.kind != Kind::Comma {
                let value = self.expr(child);
                if child.kind != Kind::Error || !self.is_nothing(value) {
                    items.push(SeqItem { value, spread: child.kind == Kind::SpreadElement });
                }
            } else if empty {
                let hole = Span::at(self.span(child).start);
                items.push(SeqItem { value: self.push(hole, ExprKind::Null), spread: false });
            }
            empty = child.kind == Kind::Comma;
        }
        let span = self.span(child);
        self.push(span, ExprKind::Seq { items, kind: SeqKind::List })
    }
}
