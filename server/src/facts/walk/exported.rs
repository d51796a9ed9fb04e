//! Functions that a platform calls by the name under which a file exports them.

use super::Walker;
use super::noticed::name_of;
use crate::facts::value::Value;
use crate::model::{ExprId, ExprKind, Function, FunctionId, Key, PatternKind, Segment, StmtKind};
use crate::text::Name;

impl Walker<'_> {
    /// What a platform passes to the function that is being walked, as far as its export, its parameter and what it reads tell.
    /// A framework asks this function for an answer to the errors of all other code.
    pub(super) fn is_asked_about_failures(&self, function: FunctionId) -> bool {
        let frame = self.frame();
        let export = exported_as(&frame.segment, function);
        export.is_some_and(|export| self.world.catalogue().answers_failures(&export, frame.item.file.file_name()).is_some())
    }

    /// What an exported function gets that answers the errors of all other code.
    pub(super) fn failures_of_all(&mut self) -> Option<Value> {
        let frame = self.frame();
        let (segment, id) = (frame.segment.clone(), frame.function?);
        let export = exported_as(&segment, id)?;
        let role = self.world.catalogue().answers_failures(&export, frame.item.file.file_name())?.params.first()?.clone();
        Some(self.role(&role))
    }

    pub(super) fn exported_handler(&mut self, function: &Function) -> Option<Value> {
        let frame = self.frame();
        let (segment, id) = (frame.segment.clone(), frame.function?);
        let parameter = match &segment[function.params.first()?.pattern].kind {
            PatternKind::Name(name) if function.params.first()?.ty.is_none() => name.clone(),
            _ => return None,
        };
        let export = exported_as(&segment, id)?;
        let catalogue = self.world.catalogue();
        let role = catalogue.exported(&export, &parameter, &|members| reads_one(&segment, &parameter, members))?.params.first()?.clone();
        Some(self.probable_role(&role))
    }
}

/// `exports.handler = ..`, `module.exports.handler = ..`, `export const handler = ..`, `export function handler`.
fn exported_as(segment: &Segment, function: FunctionId) -> Option<Name> {
    let is_it = |id: ExprId| matches!(segment[id].kind, ExprKind::Function(other) if other == function);
    let assigned = segment.exprs.iter().find_map(|expr| {
        let ExprKind::Assign { target, value, .. } = &expr.kind else { return None };
        let PatternKind::Place(place) = &segment[*target].kind else { return None };
        let ExprKind::Member { base, name, .. } = &segment[*place].kind else { return None };
        (is_it(*value) && is_exports(segment, *base)).then(|| name.clone())
    });
    let is_exported = || segment.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Export { .. }));
    assigned.or_else(|| Some(name_of(segment, function)).filter(|name| !name.is_empty() && is_exported()))
}

fn is_exports(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Name(name) => name == "exports",
        ExprKind::Member { base, name, .. } => name == "exports" && matches!(&segment[*base].kind, ExprKind::Name(base) if base == "module"),
        _ => false,
    }
}

/// Is one of these members read of a variable?
fn reads_one(segment: &Segment, variable: &Name, members: &[Name]) -> bool {
    let is_it = |id: ExprId| matches!(&segment[id].kind, ExprKind::Name(name) if name == variable);
    let by_member = segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Member { base, name, .. } if members.contains(name) && is_it(*base)));
    let by_pattern = || {
        segment.stmts.iter().any(|stmt| {
            let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return false };
            let PatternKind::Object { entries, .. } = &segment[*pattern].kind else { return false };
            is_it(*value) && entries.iter().any(|entry| matches!(&entry.key, Key::Name(name) if members.contains(name)))
        })
    };
    by_member || by_pattern()
}
