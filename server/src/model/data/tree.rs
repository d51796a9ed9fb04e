//! The tree itself: nodes in one list, so that a value that is named twice stands there once.

use std::sync::Arc;

use crate::text::{Name, Span};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

/// The values of one text. The default is that of a text that was not read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) documents: Vec<NodeId>,
    pub(super) complete: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    /// As written, with quotes; a list or a map from its first part to its last.
    pub span: Span,
    pub kind: Kind,
    /// YAML's `!Ref`, without the mark.
    pub tag: Option<Name>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    Null,
    Bool(bool),
    /// As written. Dates of TOML are numbers, too.
    Number(Name),
    Text(Arc<str>),
    List(Vec<NodeId>),
    /// In order of place. A key that is repeated stands there as often.
    Map(Vec<Entry>),
    /// Half typed, too deep, or an alias of nothing.
    Unknown,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub key: Arc<str>,
    /// As written, with quotes.
    pub span: Span,
    pub value: NodeId,
}

impl Tree {
    /// The first value: all of JSON and TOML, the first document of YAML.
    pub fn root(&self) -> Option<Datum<'_>> {
        self.documents().next()
    }

    /// YAML may hold several.
    pub fn documents(&self) -> impl Iterator<Item = Datum<'_>> {
        self.documents.iter().map(|id| Datum { tree: self, id: *id })
    }

    /// Everything was understood.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

/// A value in its tree.
#[derive(Clone, Copy)]
pub struct Datum<'t> {
    tree: &'t Tree,
    id: NodeId,
}

static NOTHING: Node = Node { span: Span::new(0, 0), kind: Kind::Unknown, tag: None };

impl<'t> Datum<'t> {
    fn node(self) -> &'t Node {
        self.tree.nodes.get(self.id.0 as usize).unwrap_or(&NOTHING)
    }

    /// Names the value within its tree: two aliases of one value have the same.
    pub fn id(self) -> NodeId {
        self.id
    }

    pub fn span(self) -> Span {
        self.node().span
    }

    pub fn kind(self) -> &'t Kind {
        &self.node().kind
    }

    pub fn tag(self) -> Option<&'t str> {
        self.node().tag.as_deref()
    }

    pub fn text(self) -> Option<&'t str> {
        match self.kind() {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Anything of one piece, as text: `"a"`, `1.5`, `true`.
    pub fn scalar(self) -> Option<&'t str> {
        match self.kind() {
            Kind::Text(text) => Some(text),
            Kind::Number(number) => Some(number),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unknown => None,
        }
    }

    pub fn bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn is_map(self) -> bool {
        matches!(self.kind(), Kind::Map(_))
    }

    pub fn is_list(self) -> bool {
        matches!(self.kind(), Kind::List(_))
    }

    /// The value of a key; of several, the last.
    pub fn get(self, key: &str) -> Option<Datum<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Datum<'t>> {
        path.iter().try_fold(self, |datum, key| datum.get(key))
    }

    /// A key as written, and its value.
    pub fn entry(self, key: &str) -> Option<(&'t Entry, Datum<'t>)> {
        let Kind::Map(entries) = self.kind() else { return None };
        let entry = entries.iter().rev().find(|entry| *entry.key == *key)?;
        Some((entry, self.other(entry.value)))
    }

    /// The entries of a map; none of anything else.
    pub fn entries(self) -> impl Iterator<Item = (&'t Entry, Datum<'t>)> {
        let entries = match self.kind() {
            Kind::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |entry| (entry, self.other(entry.value)))
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Datum<'t>> {
        let items = match self.kind() {
            Kind::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |id| self.other(*id))
    }

    /// The items of a list, or the value itself where one may stand for a list of one.
    pub fn one_or_many(self) -> impl Iterator<Item = Datum<'t>> {
        self.items().chain((!self.is_list()).then_some(self))
    }

    fn other(self, id: NodeId) -> Datum<'t> {
        Datum { tree: self.tree, id }
    }
}

impl std::fmt::Debug for Datum<'_> {
    /// As JSON would say it, for tests.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(tag) = self.tag() {
            write!(f, "!{tag} ")?;
        }
        match self.kind() {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Number(number) => f.write_str(number),
            Kind::Text(text) => write!(f, "{text:?}"),
            Kind::List(_) => f.debug_list().entries(self.items()).finish(),
            Kind::Map(_) => f.debug_map().entries(self.entries().map(|(entry, value)| (&entry.key, value))).finish(),
            Kind::Unknown => f.write_str("?"),
        }
    }
}
