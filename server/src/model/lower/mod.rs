//! From syntax trees to the model, one file per language family. The only place besides `syntax` that sees tree-sitter.
//!
//! The shape to produce is written at the model's types; broken code lowers to what can be read of it.

mod ecma;
mod python;

use std::hash::Hasher;
use std::sync::Arc;

use super::{Builder, Comment, ExprKind, FileModel, Placed, Segment, StmtKind};
use crate::syntax::{Document, Grammar, Item};
use crate::text::{Name, Span};

/// Lowers a document, taking every segment whose text did not change from `before` (an earlier model of the same file).
/// `None` for files that are not code or could not be parsed at all.
pub fn lower(document: &Document, before: Option<&FileModel>) -> Option<FileModel> {
    let grammar = document.language.grammar()?;
    let mut known = before.filter(|model| model.language == document.language).map(Known::new).unwrap_or_default();
    let mut segments = Vec::new();
    let items = document.items();
    let groups: Vec<&[Item<'_>]> = match grammar {
        Grammar::Python if document.tree()?.root_node().is_error() => python::groups(&items, document.rope()),
        _ => items.chunks(1).collect(),
    };
    for group in groups {
        let [item, ..] = group else { continue };
        let span = Span::new(item.span.start, group.last().unwrap_or(item).span.end);
        let text = document.rope().get_byte_slice(span.range())?;
        let broken = match grammar {
            Grammar::TypeScript | Grammar::Tsx => item.node.has_error(),
            Grammar::Python => !python::is_whole(group),
        };
        let hash = hash(grammar, text, item.node, broken);
        let segment = match known.take(hash, span.len()) {
            Some(segment) => segment,
            None => {
                let text: std::borrow::Cow<'_, str> = text.into();
                let mut segment = match grammar {
                    Grammar::TypeScript | Grammar::Tsx => ecma::lower(item.node, &text, span.start),
                    Grammar::Python => python::lower(group, &text, span.start),
                };
                segment.hash = hash;
                segment.len = span.len();
                Arc::new(segment)
            }
        };
        segments.push(Placed { start: span.start, segment });
    }
    let directives = if document.language.is_ecma() { directives(&segments) } else { Vec::new() };
    Some(FileModel { file: document.file.clone(), language: document.language, segments, directives })
}

/// The segments of an earlier model, by hash, each to be taken once or shared.
#[derive(Default)]
struct Known<'m> {
    by_hash: rustc_hash::FxHashMap<u64, &'m Arc<Segment>>,
}

impl<'m> Known<'m> {
    fn new(model: &'m FileModel) -> Self {
        Known { by_hash: model.segments.iter().map(|placed| (placed.segment.hash, &placed.segment)).collect() }
    }

    fn take(&mut self, hash: u64, len: u32) -> Option<Arc<Segment>> {
        self.by_hash.get(&hash).filter(|segment| segment.len == len).map(|segment| Arc::clone(segment))
    }
}

/// In a file that is one big error, pieces that are no statements stand at the top: equal text alone does not make an
/// equal item.
fn hash(grammar: Grammar, text: ropey::RopeSlice<'_>, node: tree_sitter::Node<'_>, broken: bool) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write_u8(grammar as u8 * 2 + u8::from(broken));
    hasher.write_u16(node.kind_id());
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
}

/// Nesting beyond this is not written by people or models; it would only exhaust the stack.
pub(super) const MAX_DEPTH: u32 = 200;

impl<'t> Cx<'t> {
    pub fn new(text: &'t str, base: u32) -> Self {
        Cx { text, base, builder: Builder::default(), depth: 0 }
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
