//! Lists, tuples, sets and dictionaries.

use tree_sitter::Node;

use super::kind::Kind;
use super::{Part, Reader};
use crate::model::{Entry, ExprId, ExprKind, Key, SeqItem, SeqKind};
use crate::text::{Name, Span};

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn sequence(&mut self, part: Part<'n>) -> ExprId {
        let span = self.span(part.node);
        let parts = self.parts(part.node);
        let kind = match part.kind {
            Kind::List | Kind::ListPattern => SeqKind::List,
            Kind::Set => SeqKind::Set,
            _ => SeqKind::Tuple,
        };
        let items = self.items(&parts);
        self.new_expr(span, ExprKind::Seq { items, kind })
    }

    /// A tuple without parentheses that the grammar does not wrap in a node; `end` is where it ends.
    pub(super) fn loose_tuple(&mut self, parts: &[Part<'n>], end: u32) -> ExprId {
        let span = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => Span::new(self.span(first.node).start, self.span(last.node).end),
            _ => Span::at(end),
        };
        let items = self.items(parts);
        self.new_expr(span, ExprKind::Seq { items, kind: SeqKind::Tuple })
    }

    pub(super) fn items(&mut self, parts: &[Part<'n>]) -> Vec<SeqItem> {
        let read = |part: &Part<'n>| match part.kind {
            Kind::ListSplat | Kind::ListSplatPattern | Kind::DictionarySplat => SeqItem { value: self.only(part.node), spread: true },
            _ => SeqItem { value: self.expr(*part), spread: false },
        };
        parts.iter().filter(|part| !part.kind.is_token()).map(read).collect()
    }

    pub(super) fn dictionary(&mut self, node: Node<'n>) -> ExprId {
        let span = self.span(node);
        let parts = self.parts(node);
        let mut entries = Vec::with_capacity(parts.len());
        for part in parts {
            match part.kind {
                Kind::Pair => entries.push(self.entry(part.node)),
                Kind::DictionarySplat => {
                    let span = self.span(part.node);
                    entries.push(Entry::Spread { value: self.only(part.node), span });
                }
                _ => {}
            }
        }
        self.new_expr(span, ExprKind::Object(entries))
    }

    /// `key: value`.
    pub(super) fn entry(&mut self, node: Node<'n>) -> Entry {
        let span = self.span(node);
        let parts = self.parts(node);
        let (key, key_span) = match parts.first() {
            Some(key) => (self.key(*key), self.span(key.node)),
            None => (Key::Name(Name::default()), Span::at(span.start)),
        };
        let value = self.expr_or_absent(parts.get(1).copied(), span.end);
        Entry::Field { key, key_span, value, shorthand: false, span }
    }

    fn key(&mut self, part: Part<'n>) -> Key {
        match part.kind {
            Kind::Integer | Kind::Float => Key::Name(self.cx.name_of(part.node)),
            Kind::String => match self.plain_string(part.node) {
                Some(text) => Key::Name(Name::from(text)),
                None => Key::Computed(self.expr(part)),
            },
            _ => Key::Computed(self.expr(part)),
        }
    }
}
