//! Text to tree. Bounded: hostile text is given up rather than waited for.

use std::ops::ControlFlow;

use ropey::Rope;
use tree_sitter::{InputEdit, ParseOptions, Parser, Point, Tree};

use super::hidden::Hidden;
use super::{Grammar, Language};
use crate::text::Edit;

/// A tree, and what the parser did not see of its text: it is a basis only for texts that hide the same.
#[derive(Clone)]
pub(super) struct Parsed {
    pub tree: Tree,
    hidden: u64,
}

impl Parsed {
    /// `None` for files without a grammar, and for code so deep or large that parsing was given up. `basis`: the tree of
    /// the text before, with all edits applied to it.
    pub fn of(language: Language, rope: &Rope, basis: Option<&Parsed>) -> Option<Parsed> {
        let hidden = if language.is_typescript() { Hidden::in_typescript(rope) } else { Hidden::default() };
        let basis = basis.filter(|basis| basis.hidden == hidden.hash).map(|basis| &basis.tree);
        let tree = parse(language.grammar()?, rope, &hidden, basis)?;
        Some(Parsed { tree, hidden: hidden.hash })
    }

    /// Both texts are the tree's own.
    pub fn edit(&mut self, before: &Rope, after: &Rope, edit: Edit) {
        self.tree.edit(&input_edit(before, after, edit));
    }

    pub fn is_clean(&self) -> bool {
        !self.tree.root_node().has_error()
    }
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
