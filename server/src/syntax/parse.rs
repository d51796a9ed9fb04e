//! Text to tree. Bounded: hostile text is given up rather than waited for.

use std::ops::ControlFlow;

use ropey::RopeSlice;
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
    pub fn of(language: Language, text: RopeSlice<'_>, basis: Option<&Parsed>) -> Option<Parsed> {
        let hidden = if language.is_typescript() { Hidden::in_typescript(text) } else { Hidden::default() };
        let basis = basis.filter(|basis| basis.hidden == hidden.hash).map(|basis| &basis.tree);
        let tree = parse(language.grammar()?, text, &hidden, basis)?;
        Some(Parsed { tree, hidden: hidden.hash })
    }

    /// Both texts are the tree's own.
    pub fn edit(&mut self, before: RopeSlice<'_>, after: RopeSlice<'_>, edit: Edit) {
        self.tree.edit(&input_edit(before, after, edit));
    }

    pub fn is_clean(&self) -> bool {
        !self.tree.root_node().has_error()
    }
}

fn input_edit(before: RopeSlice<'_>, after: RopeSlice<'_>, edit: Edit) -> InputEdit {
    let (start, old_end, new_end) = (edit.old.start as usize, edit.old.end as usize, (edit.old.start + edit.new_len) as usize);
    let start_position = moved(Point::default(), before, 0, start);
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position,
        old_end_position: moved(start_position, before, start, old_end),
        new_end_position: moved(start_position, after, start, new_end),
    }
}

/// Where one is who was at a point and went on. tree-sitter's rows and columns: bytes, and rows end at `\n` only, unlike the editor's
/// lines, which a lone `\r` ends too. Written here and read nowhere but by tree-sitter.
fn moved(from: Point, text: RopeSlice<'_>, start: usize, end: usize) -> Point {
    let Some(passed) = text.get_byte_slice(start..end) else { return from };
    passed.chunks().map(str::as_bytes).fold(from, |at, bytes| match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(last) => Point { row: at.row + bytes.iter().filter(|byte| **byte == b'\n').count(), column: bytes.len() - last - 1 },
        None => Point { column: at.column + bytes.len(), ..at },
    })
}

thread_local! {
    static PARSERS: std::cell::RefCell<[Option<Parser>; 3]> = const { std::cell::RefCell::new([None, None, None]) };
}

/// A parse gives up after this many progress callbacks per byte of text: tree-sitter calls back every hundred or so
/// parser operations, and error recovery on hostile text is the only thing that needs many.
const CALLBACKS_PER_KIB: usize = 400;
const CALLBACKS_AT_LEAST: usize = 20_000;

fn parse(grammar: Grammar, text: RopeSlice<'_>, hidden: &Hidden, basis: Option<&Tree>) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let parser = parsers[grammar as usize].get_or_insert_with(Parser::new);
        parser.set_language(&tree_sitter_language(grammar)).ok()?;
        let budget = CALLBACKS_AT_LEAST + text.len_bytes() / 1024 * CALLBACKS_PER_KIB;
        let mut calls = 0;
        let mut progress = |_: &tree_sitter::ParseState| {
            calls += 1;
            if calls > budget { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut read = |byte: usize, _: Point| -> &[u8] {
            if byte >= text.len_bytes() {
                return &[];
            }
            let (chunk, start, _, _) = text.chunk_at_byte(byte);
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
