//! The rules of a Realtime Database: a tree of paths in JSON, with expressions in strings.

use super::Dialect;
use super::cursor::Cursor;
use super::expressions::expression;
use super::tree::{Expr, Segment};
use crate::model::data::{Data, DataKind, Entry, json};
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
    let data = json(text)?;
    let rules = data.entries().iter().find(|entry| entry.key == "rules")?;
    matches!(rules.value.kind, DataKind::Map(_)).then(|| node(text, None, rules))
}

/// The tree is as deep as [`json`] reads it.
fn node(text: &str, segment: Option<Segment>, entry: &Entry) -> Node {
    let mut node = Node { segment, span: Span::new(entry.key_span.start, entry.value.span.end.max(entry.key_span.end)), ..Node::default() };
    for entry in entry.value.entries() {
        match entry.key.as_str() {
            ".read" => node.read = Some(condition(text, &entry.value)),
            ".write" => node.write = Some(condition(text, &entry.value)),
            ".validate" => node.validate = Some(condition(text, &entry.value)),
            key if key.starts_with('.') => {}
            key => {
                let segment = if key.starts_with('$') { Segment::One(Name::from(key)) } else { Segment::Literal(entry.key.clone()) };
                node.children.push(self::node(text, Some(segment), entry));
            }
        }
    }
    node
}

/// `true`, or an expression in a string.
fn condition(text: &str, value: &Data) -> Expr {
    if !matches!(value.kind, DataKind::Scalar(_)) {
        return Expr::missing(value.span);
    }
    let mut cursor = Cursor::new(text, value.span.range(), Dialect::Realtime);
    let read = expression(&mut cursor);
    if cursor.is_at_end() { Expr { span: value.span, ..read } } else { Expr::missing(value.span) }
}
