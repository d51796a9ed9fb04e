//! What the readers put a tree together with.

use super::tree::{Entry, Kind, Node, NodeId, Tree};
use crate::text::{Name, Span};

#[derive(Default)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    pub documents: Vec<NodeId>,
    /// Something was not understood.
    pub broken: bool,
}

impl Builder {
    pub fn add(&mut self, span: Span, kind: Kind) -> NodeId {
        self.tagged(span, kind, None)
    }

    pub fn tagged(&mut self, span: Span, kind: Kind, tag: Option<Name>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { span, kind, tag });
        id
    }

    pub fn unknown(&mut self, span: Span) -> NodeId {
        self.broken = true;
        self.add(span, Kind::Unknown)
    }

    pub fn kind(&self, id: NodeId) -> Option<&Kind> {
        self.nodes.get(id.0 as usize).map(|node| &node.kind)
    }

    pub fn end(&self, id: NodeId) -> u32 {
        self.nodes.get(id.0 as usize).map_or(0, |node| node.span.end)
    }

    /// From the first key to the end of the last value.
    pub fn span_of(&self, start: u32, entries: &[Entry]) -> Span {
        let first = entries.iter().map(|entry| entry.span.start).min().unwrap_or(start);
        let last = entries.iter().map(|entry| self.end(entry.value).max(entry.span.end)).max().unwrap_or(start);
        Span::new(first.min(start), last.max(start))
    }

    pub fn done(self) -> Tree {
        Tree { nodes: self.nodes, documents: self.documents, complete: !self.broken }
    }
}
