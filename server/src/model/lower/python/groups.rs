//! Which top-level items are lowered together. Each alone where the file could be parsed. Where the whole file is one
//! syntax error, a class or function that is being typed lies in pieces, which reach to the next thing at the margin.

use ropey::Rope;

use super::kind::{self, Kind, Kinds};
use crate::syntax::Item;

/// True if the items are one statement or comment that was understood as a whole.
pub(in super::super) fn is_whole(items: &[Item<'_>]) -> bool {
    let [only] = items else { return false };
    let kind = kind::table(&only.node.language()).of(only.node);
    is_settled(kind, only) && !only.node.has_error()
}

pub(in super::super) fn groups<'i, 't>(items: &'i [Item<'t>], text: &Rope) -> Vec<&'i [Item<'t>]> {
    let Some(first) = items.first() else { return Vec::new() };
    let kinds = kind::table(&first.node.language());
    let mut groups = Groups { starts: Vec::new(), comments: 0, settled: true };
    let mut decorated = false;
    for (n, item) in items.iter().enumerate() {
        let kind = kinds.of(item.node);
        let begins = !decorated && is_at_margin(item, text) && kind.begins_item(item.node.kind());
        let settles = is_settled(kind, item);
        match kind {
            Kind::Comment if !decorated => groups.comment(n),
            _ if begins || groups.settled => groups.begin(n, settles),
            _ => groups.go_on(n),
        }
        decorated = kind == Kind::Decorator || (decorated && kind == Kind::Comment);
    }
    let ends = groups.starts.iter().skip(1).copied().chain([items.len()]);
    groups.starts.iter().zip(ends).filter_map(|(start, end)| items.get(*start..end)).collect()
}

struct Groups {
    starts: Vec<usize>,
    /// How many of the last groups are lone comments.
    comments: usize,
    /// The last group that is no comment needs nothing more.
    settled: bool,
}

impl Groups {
    fn comment(&mut self, at: usize) {
        self.starts.push(at);
        self.comments += 1;
    }

    fn begin(&mut self, at: usize, settled: bool) {
        self.starts.push(at);
        self.comments = 0;
        self.settled = settled;
    }

    /// The item belongs to the last group, and so do the comments since.
    fn go_on(&mut self, at: usize) {
        let kept = self.starts.len().saturating_sub(self.comments);
        self.starts.truncate(kept);
        self.comments = 0;
        if self.starts.is_empty() {
            self.starts.push(at);
        }
    }
}

fn is_settled(kind: Kind, item: &Item<'_>) -> bool {
    kind.is_item() || item.node.kind() == ";"
}

fn is_at_margin(item: &Item<'_>, text: &Rope) -> bool {
    let at = item.span.start as usize;
    at == 0 || matches!(text.get_byte(at - 1), Some(b'\n' | b'\r'))
}

impl Kinds {
    /// What [`super::lower`] needs to know of an item.
    pub(super) fn is_item(&self, item: &Item<'_>) -> bool {
        is_settled(self.of(item.node), item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Cluster, Document, Language};
    use crate::text::{FileId, Span};

    fn grouped(text: &str) -> Vec<String> {
        let document = Document::new(FileId::new("/a.py"), Language::Python, 0, text);
        let clusters = document.clusters(Span::new(0, text.len() as u32)).expect("small enough");
        let spans = clusters.iter().flat_map(|cluster| match cluster {
            Cluster::Read { items, .. } => groups(items, document.rope()),
            Cluster::Unread(_) => Vec::new(),
        });
        let texts = spans.filter_map(|group| {
            let (first, last) = (group.first()?, group.last()?);
            text.get(first.span.start as usize..last.span.end as usize)
        });
        texts.map(str::to_owned).collect()
    }

    #[test]
    fn pieces_reach_to_the_next_thing_at_the_margin() {
        let text = "import a; b  # c\n# d\n@e\n# f\nclass A(B):\n    x = 1\n# g\n    def f(self):\n        return 1\n    def g(sel";
        assert_eq!(
            grouped(text),
            ["import a", ";", "b", "# c", "# d", "@e\n# f\nclass A(B):\n    x = 1\n# g\n    def f(self):\n        return 1\n    def g(sel"]
        );
    }

    #[test]
    fn whole_files_are_not_grouped() {
        assert_eq!(grouped("a\nb; c  # d\n@e\ndef f(): pass\n"), ["a", "b", ";", "c", "# d", "@e\ndef f(): pass"]);
        assert!(grouped("").is_empty());
    }
}
