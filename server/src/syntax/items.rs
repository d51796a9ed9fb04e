//! Top-level pieces of code: what is lowered, remembered and compared.

use tree_sitter::Node;

use super::Language;
use super::parse::Parsed;
use crate::text::Span;

/// Items that were parsed together.
pub enum Cluster<'t> {
    /// A single item without errors whose tree nobody has needed yet: see [`super::Document::read`].
    Unread(Span),
    /// What one tree holds.
    Read {
        items: Vec<Item<'t>>,
        /// The tree is one big error.
        is_error: bool,
    },
}

/// A top-level piece of code.
///
/// Where a text could not be parsed, the pieces of something unfinished are one item: its node is the root, and the span says
/// which part of it is meant.
pub struct Item<'t> {
    pub node: Node<'t>,
    /// Of the file.
    pub span: Span,
    /// Where the text of its tree begins in the file.
    base: u32,
}

impl<'t> Cluster<'t> {
    /// `base`: where the tree's text begins in the file.
    pub(super) fn of_tree(parsed: &'t Parsed, language: Language, base: u32) -> Cluster<'t> {
        let root = parsed.tree.root_node();
        let is_error = root.is_error();
        let items = if is_error && language.is_ecma() {
            items_of_error(root, base)
        } else {
            let mut cursor = root.walk();
            root.children(&mut cursor).map(|node| item(node, Span::from(node.byte_range()), base)).collect()
        };
        Cluster::Read { items, is_error }
    }

    pub fn spans(&self) -> Vec<Span> {
        match self {
            Cluster::Unread(span) => vec![*span],
            Cluster::Read { items, .. } => items.iter().map(|item| item.span).collect(),
        }
    }
}

impl Item<'_> {
    /// Where it begins in the text of its tree.
    pub fn start_in_tree(&self) -> u32 {
        self.span.start - self.base
    }
}

fn item(node: Node<'_>, span: Span, base: u32) -> Item<'_> {
    Item { node, span: span.shifted(base), base }
}

/// What is unfinished takes everything up to a statement at the start of a line, which is sure to be an item.
fn items_of_error(root: Node<'_>, base: u32) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut unfinished: Option<Span> = None;
    for node in root.children(&mut root.walk()) {
        let kind = node.kind();
        let is_statement = node.is_named() && (kind.ends_with("_statement") || kind.ends_with("_declaration"));
        let is_whole = is_statement && node.start_position().column == 0;
        let span = Span::from(node.byte_range());
        match unfinished {
            Some(open) if !is_whole => unfinished = Some(Span::new(open.start, span.end)),
            None if !is_statement && !matches!(kind, "comment" | "html_comment" | "hash_bang_line") => unfinished = Some(span),
            _ => {
                items.extend(unfinished.take().map(|span| item(root, span, base)));
                items.push(item(node, span, base));
            }
        }
    }
    items.extend(unfinished.map(|span| item(root, span, base)));
    items
}
