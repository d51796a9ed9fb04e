//! Makes a tree of what is read one after the other.

use super::{Data, DataKind, Entry};
use crate::text::{Name, Span};

/// What is nested deeper is left out.
pub(super) const DEEPEST: usize = 64;

#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    /// Maps and lists that are open and too deep.
    beyond: usize,
    root: Option<Data>,
}

struct Open {
    data: Data,
    /// The key whose value comes next.
    key: Option<(Name, Span)>,
}

impl Builder {
    pub fn open(&mut self, is_map: bool, at: u32) {
        if self.beyond > 0 || self.open.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let kind = if is_map { DataKind::Map(Vec::new()) } else { DataKind::List(Vec::new()) };
        self.open.push(Open { data: Data { kind, span: Span::at(at) }, key: None });
    }

    /// Is a map open, and no key of it waits for its value?
    pub fn wants_key(&self) -> bool {
        self.beyond == 0 && self.open.last().is_some_and(|open| matches!(open.data.kind, DataKind::Map(_)) && open.key.is_none())
    }

    pub fn is_in_map(&self) -> Option<bool> {
        self.open.last().map(|open| matches!(open.data.kind, DataKind::Map(_)))
    }

    pub fn key(&mut self, key: Name, span: Span) {
        if let Some(open) = self.open.last_mut().filter(|_| self.beyond == 0) {
            open.key = Some((key, span));
        }
    }

    /// A key without a value is forgotten.
    pub fn forget_key(&mut self) {
        if let Some(open) = self.open.last_mut().filter(|_| self.beyond == 0) {
            open.key = None;
        }
    }

    pub fn value(&mut self, value: Data) {
        if self.beyond > 0 {
            return;
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(value);
            return;
        };
        match &mut open.data.kind {
            DataKind::Map(entries) => {
                if let Some((key, key_span)) = open.key.take() {
                    entries.push(Entry { key, key_span, value });
                }
            }
            DataKind::List(items) => items.push(value),
            _ => {}
        }
    }

    pub fn close(&mut self, at: u32) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        if let Some(mut open) = self.open.pop() {
            open.data.span.end = at.max(open.data.span.start);
            self.value(open.data);
        }
    }

    pub fn is_done(&self) -> bool {
        self.root.is_some()
    }

    /// What has been read, with everything closed that is still open.
    pub fn finish(mut self, at: u32) -> Option<Data> {
        self.beyond = 0;
        while !self.open.is_empty() {
            self.close(at);
        }
        self.root
    }
}
