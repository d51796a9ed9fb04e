//! Variables that are one text: what is handed over by its name is looked at where it is written.

use rustc_hash::FxHashMap;

use super::joined::constant;
use crate::model::{ExprId, PatternKind, Segment, StmtKind};
use crate::text::Name;

/// The variables of a segment that are given a text when they are declared. A name with two meanings has none.
pub(super) fn of(segment: &Segment) -> FxHashMap<Name, ExprId> {
    let mut found: FxHashMap<Name, Option<ExprId>> = FxHashMap::default();
    for stmt in &segment.stmts {
        let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { continue };
        let PatternKind::Name(name) = &segment[*pattern].kind else { continue };
        let text = constant(segment, *value).map(|_| *value);
        found.entry(name.clone()).and_modify(|known| *known = None).or_insert(text);
    }
    found.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

/// What the fields of a segment's classes are given where they are declared. A name with two meanings has none.
pub(super) fn fields(segment: &Segment) -> FxHashMap<Name, ExprId> {
    let mut found: FxHashMap<Name, Option<ExprId>> = FxHashMap::default();
    for field in segment.classes.iter().flat_map(|class| &class.fields) {
        found.entry(field.name.clone()).and_modify(|known| *known = None).or_insert(field.value);
    }
    found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
