//! A part of a segment, copied into another: what a statement was lowered to, somewhere else.
//!
//! Lowering fills the arenas from the inside out, so all that it makes of one statement stands together in each of them and
//! speaks of nothing else.

use super::moves::Moves;
use super::{Builder, Segment, StmtId};
use crate::text::Span;

/// How full the arenas are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    pub(super) exprs: u32,
    pub(super) stmts: u32,
    pub(super) patterns: u32,
    pub(super) functions: u32,
    pub(super) classes: u32,
}

/// What was made between two marks, of the text that begins at `start`.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub from: Marks,
    pub to: Marks,
    pub start: u32,
}

impl Part {
    pub fn has_stmt(&self, id: StmtId) -> bool {
        (self.from.stmts..self.to.stmts).contains(&id.0)
    }

    /// The same part where it was copied to.
    pub fn moved(&self, moves: &Moves) -> Part {
        Part { from: moves.marks(self.from), to: moves.marks(self.to), start: moves.span(Span::at(self.start)).start }
    }
}

impl Builder {
    pub fn marks(&self) -> Marks {
        let Segment { exprs, stmts, patterns, functions, classes, .. } = &self.segment;
        Marks {
            exprs: exprs.len() as u32,
            stmts: stmts.len() as u32,
            patterns: patterns.len() as u32,
            functions: functions.len() as u32,
            classes: classes.len() as u32,
        }
    }

    /// Copies a part of `source`, whose text begins at `start` now. `None` if it has no such part.
    pub fn copy(&mut self, source: &Segment, part: &Part, start: u32) -> Option<Moves> {
        let (now, Part { from, to, .. }) = (self.marks(), part);
        let moves = Moves::between((*from, part.start), (now, start));
        let range = |from: u32, to: u32| from as usize..to as usize;
        let exprs = source.exprs.get(range(from.exprs, to.exprs))?;
        let stmts = source.stmts.get(range(from.stmts, to.stmts))?;
        let patterns = source.patterns.get(range(from.patterns, to.patterns))?;
        let functions = source.functions.get(range(from.functions, to.functions))?;
        let classes = source.classes.get(range(from.classes, to.classes))?;
        let segment = &mut self.segment;
        segment.exprs.extend(exprs.iter().map(|expr| moves.expr(expr)));
        segment.stmts.extend(stmts.iter().map(|stmt| moves.stmt(stmt)));
        segment.patterns.extend(patterns.iter().map(|pattern| moves.pattern(pattern)));
        segment.functions.extend(functions.iter().map(|function| moves.function(function)));
        segment.classes.extend(classes.iter().map(|class| moves.class(class)));
        Some(moves)
    }
}
