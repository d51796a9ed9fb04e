//! The rules of a Realtime Database: a tree of paths in JSON, with expressions in strings.

use super::Dialect;
use super::cursor::Cursor;
use super::expressions::expression;
use super::tree::{Expr, Segment};
use crate::model::data::{self, Datum, Entry};
use crate::syntax::Language;
use crate::text::{Name, Span};

/// A place of the tree.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Node {
    /// `None` for the root.
    pub segment: Option<Segment>,
    pub read: Option<Expr>,
    pub write: Option<Expr>,
    pub validate: Option<Expr>,
    pub children: Vec<Node>,
    pub span: Span,
}

/// Does a JSON text look like rules, whatever it is called?
pub fn looks_like_realtime(text: &str) -> bool {
    text.contains("\"rules\"") && (text.contains("\".read\"") || text.contains("\".write\""))
}

/// Reads what stands under `"rules"`.
pub fn realtime(text: &str) -> Option<Node> {
    let tree = data::read(Language::Json, text);
    let (entry, rules) = tree.root()?.entry("rules")?;
    rules.is_map().then(|| node(text, None, entry, rules))
}

/// The tree is as deep as it is read.
fn node(text: &str, segment: Option<Segment>, entry: &Entry, value: Datum<'_>) -> Node {
    let mut node = Node { segment, span: Span::new(entry.span.start, value.span().end.max(entry.span.end)), ..Node::default() };
    for (entry, value) in value.entries() {
        match &*entry.key {
            ".read" => node.read = Some(condition(text, value)),
            ".write" => node.write = Some(condition(text, value)),
            ".validate" => node.validate = Some(condition(text, value)),
            key if key.starts_with('.') => {}
            key => {
                let name = Name::from(key);
                let segment = if key.starts_with('$') { Segment::One(name) } else { Segment::Literal(name) };
                node.children.push(self::node(text, Some(segment), entry, value));
            }
        }
    }
    node
}

/// `true`, or an expression in a string.
fn condition(text: &str, value: Datum<'_>) -> Expr {
    let span = inside(text, value);
    if value.scalar().is_none() {
        return Expr::missing(span);
    }
    let mut cursor = Cursor::new(text, span.range(), Dialect::Realtime);
    let read = expression(&mut cursor);
    if cursor.is_at_end() { Expr { span, ..read } } else { Expr::missing(span) }
}

/// What stands between the quotes.
fn inside(text: &str, value: Datum<'_>) -> Span {
    let span = value.span();
    let written = span.of(text);
    let Some(quote) = written.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return span };
    let end = if written.len() > 1 && written.ends_with(quote) { span.end - 1 } else { span.end };
    Span::new(span.start + 1, end)
}
