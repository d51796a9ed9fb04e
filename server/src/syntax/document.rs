//! One file at one version: a rope, and for code a tree that follows its edits.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use ropey::Rope;
use tree_sitter::{InputEdit, Node, ParseOptions, Parser, Point, Tree};

use super::hidden::Hidden;
use super::{Grammar, Language};
use crate::text::{Change, Edit, Encoding, FileId, Span, splice};

/// One file at one version. Never changes: an edit makes a new one. Cloning copies handles, not text.
///
/// Nothing is parsed when it is made; [`Document::tree`] parses once, reusing the predecessor's edited tree.
#[derive(Clone)]
pub struct Document {
    pub file: FileId,
    pub language: Language,
    /// The editor's version; 0 for files read from disk.
    pub version: i32,
    rope: Rope,
    parsed: Arc<OnceLock<Option<Parsed>>>,
    /// The last tree that was parsed, with all later edits applied to it.
    basis: Option<Parsed>,
}

#[derive(Clone)]
struct Parsed {
    tree: Tree,
    /// What the parser did not see of the text; a tree is a basis only for texts that hide the same.
    hidden: u64,
}

/// A top-level piece of code: the unit that is lowered, remembered and compared.
///
/// Where the whole file could not be parsed, the pieces of something unfinished are one item: its node is the root, and
/// the span says which part of it is meant.
pub struct Item<'t> {
    pub node: Node<'t>,
    pub span: Span,
}

impl Document {
    pub fn new(file: FileId, language: Language, version: i32, text: &str) -> Self {
        Document { file, language, version, rope: Rope::from_str(text), parsed: Arc::default(), basis: None }
    }

    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> String {
        self.rope.get_byte_slice(span.range()).map(|s| s.to_string()).unwrap_or_default()
    }

    /// Applies the changes in order. Each range is measured against the text its predecessor left behind.
    pub fn edited(&self, version: i32, changes: &[Change], encoding: Encoding) -> Document {
        let mut rope = self.rope.clone();
        let mut basis = match self.parsed.get() {
            Some(parsed) => parsed.clone(),
            None => self.basis.clone(),
        };
        for change in changes {
            let before = change.range.is_some().then(|| rope.clone());
            match (splice(&mut rope, change, encoding), before) {
                (Some(edit), Some(before)) => {
                    if let Some(Parsed { tree, .. }) = &mut basis {
                        tree.edit(&input_edit(&before, &rope, edit));
                    }
                }
                _ => basis = None,
            }
        }
        Document { file: self.file.clone(), language: self.language, version, rope, parsed: Arc::default(), basis }
    }

    /// The same text without its tree: what a closed file keeps.
    pub fn without_tree(&self) -> Document {
        Document { parsed: Arc::default(), basis: None, ..self.clone() }
    }

    /// The same file under another name (a rename, or a copy for a what-if).
    pub fn renamed(&self, file: FileId, language: Language) -> Document {
        if language.grammar() == self.language.grammar() && language.is_typescript() == self.language.is_typescript() {
            Document { file, language, ..self.clone() }
        } else {
            Document::new(file, language, self.version, &self.text())
        }
    }

    /// The syntax tree; `None` for files without a grammar, and for code so deep or large that parsing was given up.
    pub fn tree(&self) -> Option<&Tree> {
        Some(&self.parsed.get_or_init(|| self.parse()).as_ref()?.tree)
    }

    fn parse(&self) -> Option<Parsed> {
        let hidden = if self.language.is_typescript() { Hidden::in_typescript(&self.rope) } else { Hidden::default() };
        let basis = self.basis.as_ref().filter(|basis| basis.hidden == hidden.hash).map(|basis| &basis.tree);
        let tree = parse(self.language.grammar()?, &self.rope, &hidden, basis)?;
        Some(Parsed { tree, hidden: hidden.hash })
    }

    /// The top-level items in order. Text between them (blank lines) belongs to nobody.
    pub fn items(&self) -> Vec<Item<'_>> {
        let Some(tree) = self.tree() else { return Vec::new() };
        let root = tree.root_node();
        let mut cursor = root.walk();
        if root.is_error() && self.language.is_ecma() {
            return items_of_error(root);
        }
        root.children(&mut cursor).map(|node| Item { node, span: Span::from(node.byte_range()) }).collect()
    }

    /// The hull of `span` and the top-level items it touches.
    pub fn items_around(&self, span: Span) -> Span {
        let Some(tree) = self.tree() else { return span };
        let mut cursor = tree.walk();
        let mut hull = span;
        if cursor.goto_first_child_for_byte((span.start as usize).saturating_sub(1)).is_none() {
            return hull;
        }
        loop {
            let item = Span::from(cursor.node().byte_range());
            if item.start > span.end {
                return hull;
            }
            if item.touches(span) {
                hull = Span::new(hull.start.min(item.start), hull.end.max(item.end));
            }
            if !cursor.goto_next_sibling() {
                return hull;
            }
        }
    }
}

/// What is unfinished takes everything up to a statement at the start of a line, which is sure to be an item.
fn items_of_error(root: Node<'_>) -> Vec<Item<'_>> {
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
                items.extend(unfinished.take().map(|span| Item { node: root, span }));
                items.push(Item { node, span });
            }
        }
    }
    items.extend(unfinished.map(|span| Item { node: root, span }));
    items
}

fn input_edit(before: &Rope, after: &Rope, edit: Edit) -> InputEdit {
    let new_end = edit.old.start + edit.new_len;
    InputEdit {
        start_byte: edit.old.start as usize,
        old_end_byte: edit.old.end as usize,
        new_end_byte: new_end as usize,
        start_position: point(before, edit.old.start),
        old_end_position: point(before, edit.old.end),
        new_end_position: point(after, new_end),
    }
}

/// tree-sitter's row and column: bytes, and rows end at `\n` only, unlike the editor's lines, which a lone `\r` ends too.
/// Written here and read nowhere but by tree-sitter.
fn point(rope: &Rope, offset: u32) -> Point {
    let offset = offset as usize;
    let line = rope.byte_to_line(offset);
    let start = rope.line_to_byte(line);
    // The common case: no lone `\r` before this place, seen by the line ends of the rope being as many as its `\n`.
    if !has_lone_cr(rope, start) {
        return Point { row: line, column: offset - start };
    }
    let (mut row, mut row_start, mut at) = (0, 0, 0);
    for chunk in rope.byte_slice(..offset).chunks() {
        for (i, byte) in chunk.bytes().enumerate() {
            if byte == b'\n' {
                row += 1;
                row_start = at + i + 1;
            }
        }
        at += chunk.len();
    }
    Point { row, column: offset - row_start }
}

fn has_lone_cr(rope: &Rope, before: usize) -> bool {
    let mut after_cr = false;
    for chunk in rope.byte_slice(..before).chunks() {
        if !after_cr && !chunk.as_bytes().contains(&b'\r') {
            continue;
        }
        for byte in chunk.bytes() {
            if after_cr && byte != b'\n' {
                return true;
            }
            after_cr = byte == b'\r';
        }
    }
    false
}

thread_local! {
    static PARSERS: std::cell::RefCell<[Option<Parser>; 3]> = const { std::cell::RefCell::new([None, None, None]) };
}

/// A parse gives up after this many progress callbacks per byte of text: tree-sitter calls back every hundred or so
/// parser operations, and error recovery on hostile text is the only thing that needs many.
const CALLBACKS_PER_KIB: usize = 400;
const CALLBACKS_AT_LEAST: usize = 20_000;

fn parse(grammar: Grammar, rope: &Rope, hidden: &Hidden, basis: Option<&Tree>) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let parser = parsers[grammar as usize].get_or_insert_with(Parser::new);
        parser.set_language(&tree_sitter_language(grammar)).ok()?;
        let budget = CALLBACKS_AT_LEAST + rope.len_bytes() / 1024 * CALLBACKS_PER_KIB;
        let mut calls = 0;
        let mut progress = |_: &tree_sitter::ParseState| {
            calls += 1;
            if calls > budget { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut read = |byte: usize, _: Point| -> &[u8] {
            if byte >= rope.len_bytes() {
                return &[];
            }
            let (chunk, start, _, _) = rope.chunk_at_byte(byte);
            hidden.over(byte, &chunk.as_bytes()[byte - start..])
        };
        let tree = parser.parse_with_options(&mut read, basis, Some(ParseOptions::new().progress_callback(&mut progress)));
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

/// The grammar's tables.
pub(crate) fn tree_sitter_language(grammar: Grammar) -> tree_sitter::Language {
    match grammar {
        Grammar::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Grammar::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Grammar::Python => tree_sitter_python::LANGUAGE.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_around_a_place_are_those_it_touches() {
        let text = "let a = 1;\n\nfunction f() {\n  g();\n}\n\nlet b = 2;\n";
        let document = Document::new(FileId::new("/a.ts"), Language::TypeScript, 1, text);
        let around = |span: std::ops::Range<usize>| document.items_around(span.into()).of(text).to_owned();
        let at = |word: &str| text.find(word).unwrap_or(0);
        assert_eq!(around(at("g()")..at("g()")), "function f() {\n  g();\n}");
        assert_eq!(around(at("1")..at("g()")), "let a = 1;\n\nfunction f() {\n  g();\n}");
        assert_eq!(around(10..10), "let a = 1;", "at its very end one is still in it");
        assert_eq!(around(11..11), "", "a blank line is nobody's");
        assert_eq!(around(text.len()..text.len()), "");
        assert_eq!(around(0..text.len()), text);
    }
}
