//! From syntax trees to the model, one file per language family. The only place besides `syntax` that sees tree-sitter.
//!
//! The shape to produce is written at the model's types; broken code lowers to what can be read of it.

mod ecma;
mod python;
mod statements;

use std::hash::Hasher;
use std::sync::Arc;

use self::statements::Lowered;
pub use self::statements::Statements;
use super::{Builder, Comment, ExprKind, FileModel, Placed, Segment, StmtKind};
use crate::syntax::{Cluster, Document, Grammar, Item, Unchanged};
use crate::text::{Name, Span};

/// Lowers a document, taking every segment whose text did not change from `before`: an earlier text of the same file, and
/// the model that was made of it. `None` for files that are not code or could not be parsed at all.
pub fn lower(document: &Document, before: Option<(&Document, &FileModel)>) -> Option<FileModel> {
    let language = document.code_language();
    let grammar = language.grammar()?;
    let before = before.filter(|(_, model)| model.language == language);
    let end = document.rope().len_bytes() as u32;
    let apart = Unchanged { head: 0, tail_before: u32::MAX, tail: end };
    let unchanged = before.and_then(|(before, _)| document.unchanged_since(before)).unwrap_or(apart);
    let known = before.map_or(&[][..], |(_, model)| &model.segments);
    let head = known.partition_point(|placed| placed.start < unchanged.head);
    let tail = known.partition_point(|placed| placed.start < unchanged.tail_before).max(head);
    let mut maker = Maker {
        document,
        grammar,
        known: Known::new(known.get(head..tail)?),
        segments: known.get(..head)?.to_vec(),
        before: before.and_then(|(_, model)| model.statements.as_deref()),
        // Nobody types in a file that is read for the first time.
        made: before.is_some().then(Statements::default),
    };
    for cluster in document.clusters(Span::new(unchanged.head, unchanged.tail))? {
        maker.cluster(&cluster)?;
    }
    let statements = match maker.made.filter(|made| !made.is_empty()) {
        Some(made) => Some(Arc::new(made)),
        None => before.and_then(|(_, model)| model.statements.clone()),
    };
    let mut segments = maker.segments;
    let moved = |placed: &Placed| placed.at(placed.start - unchanged.tail_before + unchanged.tail);
    segments.extend(known.get(tail..)?.iter().map(moved));
    let directives = if language.is_ecma() { directives(&segments) } else { Vec::new() };
    Some(FileModel { file: document.file.clone(), language, segments, directives, statements })
}

struct Maker<'d, 'm> {
    document: &'d Document,
    grammar: Grammar,
    known: Known<'m>,
    segments: Vec<Placed>,
    /// What the statements were lowered to that somebody typed in last, and what they are now.
    before: Option<&'m Statements>,
    made: Option<Statements>,
}

impl Maker<'_, '_> {
    fn cluster(&mut self, cluster: &Cluster<'_>) -> Option<()> {
        let (items, is_error) = match cluster {
            Cluster::Unread(span) => return self.unread(*span),
            Cluster::Read { items, is_error } => (items, *is_error),
        };
        let groups: Vec<&[Item<'_>]> = match self.grammar {
            Grammar::Python if is_error => python::groups(items, self.document.code()),
            _ => items.chunks(1).collect(),
        };
        groups.into_iter().try_for_each(|group| self.group(group, is_error))
    }

    /// An item that has no errors, and that is parsed only if nothing equal is known.
    fn unread(&mut self, span: Span) -> Option<()> {
        let text = self.document.code().get_byte_slice(span.range())?;
        match self.known.take(hash(self.grammar, text, None), span.len()) {
            Some(segment) => self.segments.push(Placed::new(span.start, segment)),
            None => self.cluster(&self.document.read(span)?)?,
        }
        Some(())
    }

    fn group(&mut self, group: &[Item<'_>], is_error: bool) -> Option<()> {
        let [item, ..] = group else { return Some(()) };
        let node = item.node;
        let span = Span::new(item.span.start, group.last().unwrap_or(item).span.end);
        let text = self.document.code().get_byte_slice(span.range())?;
        let is_whole = match self.grammar {
            Grammar::TypeScript | Grammar::Tsx => !is_error && !node.has_error(),
            Grammar::Python => python::is_whole(group),
        };
        let hash = hash(self.grammar, text, (!is_whole).then(|| structure(group, span)));
        let segment = match self.known.take(hash, span.len()) {
            Some(segment) => segment,
            None => {
                let text: std::borrow::Cow<'_, str> = text.into();
                let base = item.start_in_tree();
                let lower = |cx| match self.grammar {
                    Grammar::TypeScript | Grammar::Tsx => ecma::lower(node, cx),
                    Grammar::Python => python::lower(group, cx),
                };
                // What type arguments before a template are is told by what follows, which is not part of a statement's text.
                let stands_alone = self.grammar == Grammar::Python || !text.contains(">`");
                let (mut segment, lowered) = lower(Cx::new(&text, base).following(self.before, self.made.is_some() && stands_alone));
                debug_assert!(segment == lower(Cx::new(&text, base)).0, "a statement that was lowered before is another one now: {text}");
                segment.hash = hash;
                segment.len = span.len();
                if self.made.is_none() {
                    segment.shrink_to_fit();
                }
                let segment = Arc::new(segment);
                if let Some(made) = &mut self.made {
                    made.add(&segment, lowered);
                }
                segment
            }
        };
        self.segments.push(Placed::new(span.start, segment));
        Some(())
    }
}

/// Earlier segments by hash, each to be taken once or shared.
struct Known<'m> {
    by_hash: rustc_hash::FxHashMap<u64, &'m Arc<Segment>>,
}

impl<'m> Known<'m> {
    fn new(segments: &'m [Placed]) -> Self {
        Known { by_hash: segments.iter().map(|placed| (placed.segment.hash, &placed.segment)).collect() }
    }

    fn take(&mut self, hash: u64, len: u32) -> Option<Arc<Segment>> {
        self.by_hash.get(&hash).filter(|segment| segment.len == len).map(|segment| Arc::clone(segment))
    }
}

/// `broken`: the [`structure`] of what is no whole item. Of broken code the parser makes this or that, depending on what
/// stands around it: equal text alone does not make an equal item there.
fn hash(grammar: Grammar, text: ropey::RopeSlice<'_>, broken: Option<u64>) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write_u8(grammar as u8 * 2 + u8::from(broken.is_some()));
    hasher.write_u64(broken.unwrap_or_default());
    // Chunk borders differ between ropes of equal text, so bytes are hashed in blocks of their own.
    let mut block = [0u8; 64];
    let mut filled = 0;
    for chunk in text.chunks() {
        let mut bytes = chunk.as_bytes();
        while !bytes.is_empty() {
            let n = bytes.len().min(block.len() - filled);
            block[filled..filled + n].copy_from_slice(&bytes[..n]);
            filled += n;
            bytes = &bytes[n..];
            if filled == block.len() {
                hasher.write(&block);
                filled = 0;
            }
        }
    }
    hasher.write(&block[..filled]);
    hasher.write_usize(text.len_bytes());
    hasher.finish()
}

/// The kinds and places of all nodes in a part of a tree.
fn structure(group: &[Item<'_>], span: Span) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    for item in group {
        let base = span.start - item.base();
        let end = span.end - item.base();
        let mut cursor = item.node.walk();
        let mut depth = 0u32;
        loop {
            let node = cursor.node();
            let range = node.start_byte() as u32..node.end_byte() as u32;
            let is_inside = range.start < end && range.end > base || range.is_empty() && (base..=end).contains(&range.start);
            if is_inside {
                hasher.write_u16(node.kind_id());
                hasher.write_u32(range.start.wrapping_sub(base));
                hasher.write_u32(range.end.wrapping_sub(base));
                hasher.write_u8(u8::from(node.is_missing()));
            }
            // What has no error is what its kind and its text say.
            if is_inside && node.has_error() && cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            while depth > 0 && !cursor.goto_next_sibling() {
                cursor.goto_parent();
                depth -= 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    hasher.finish()
}

/// The prologue: string statements before anything else. In Python they document and direct nothing.
fn directives(segments: &[Placed]) -> Vec<Name> {
    let mut found = Vec::new();
    for placed in segments {
        let segment = &placed.segment;
        match segment.body.as_slice() {
            [] => continue,
            [only] => match &segment[*only].kind {
                StmtKind::Expr(expr) => match &segment[*expr].kind {
                    ExprKind::Str(text) => found.push(Name::from(&**text)),
                    _ => break,
                },
                _ => break,
            },
            _ => break,
        }
    }
    found
}

/// What both lowerings share: the text, the arena and the offset arithmetic.
pub(super) struct Cx<'t> {
    pub text: &'t str,
    pub base: u32,
    pub builder: Builder,
    /// How deep the recursion is; past [`MAX_DEPTH`] children are not read.
    pub depth: u32,
    /// What statements were lowered to before.
    before: Option<&'t Statements>,
    /// What they are lowered to now, if that is to be remembered.
    lowered: Option<Vec<Lowered>>,
    /// Comments are recorded with the statements that they stand in, and not apart.
    comments_inside: bool,
}

/// Nesting beyond this is not written by people or models; it would only exhaust the stack.
pub(super) const MAX_DEPTH: u32 = 200;

impl<'t> Cx<'t> {
    pub fn new(text: &'t str, base: u32) -> Self {
        Cx { text, base, builder: Builder::default(), depth: 0, before: None, lowered: None, comments_inside: false }
    }

    fn following(self, before: Option<&'t Statements>, remembers: bool) -> Self {
        Cx { before, lowered: remembers.then(Vec::new), ..self }
    }

    /// The segment, and what its statements were lowered to.
    fn finished(self) -> (Segment, Vec<Lowered>) {
        (self.builder.segment, self.lowered.unwrap_or_default())
    }

    /// A node's span, relative to the segment.
    pub fn span(&self, node: tree_sitter::Node<'_>) -> Span {
        Span::new(node.start_byte() as u32 - self.base, node.end_byte() as u32 - self.base)
    }

    pub fn text_of(&self, node: tree_sitter::Node<'_>) -> &'t str {
        self.span(node).of(self.text)
    }

    pub fn name_of(&self, node: tree_sitter::Node<'_>) -> Name {
        Name::from(self.text_of(node))
    }

    pub fn comment(&mut self, node: tree_sitter::Node<'_>) {
        let comment = Comment { span: self.span(node), text: self.text_of(node).to_owned() };
        self.builder.segment.comments.push(comment);
    }
}
