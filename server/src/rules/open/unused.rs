//! A guard that somebody wrote, and that nothing calls.

use crate::model::{ExprKind, Segment, StmtKind};
use crate::project::Project;
use crate::text::{FileId, Name, Span};

use crate::facts::names;

/// In the file of an open handler: a function that is called like a guard, refuses, and is named nowhere else.
pub fn unused_guard(project: &Project, file: &FileId) -> Option<(Span, Name)> {
    let model = project.file(file)?.model.as_ref()?;
    let guards = model.segments.iter().flat_map(|placed| {
        let segment = &placed.segment;
        segment.functions.iter().filter_map(|function| {
            let is_guard = !function.name_span.is_empty() && function.decorators.is_empty() && names::is_guard(&function.name);
            (is_guard && refuses(segment, function.body_span)).then(|| (placed.absolute(function.name_span), function.name.clone()))
        })
    });
    let named_here = |name: &Name| {
        model.segments.iter().flat_map(|placed| placed.segment.exprs.iter()).any(|expr| match &expr.kind {
            ExprKind::Name(known) | ExprKind::Member { name: known, .. } => known == name,
            _ => false,
        })
    };
    // Whoever imports it by any name, or exports it for others, may use it.
    let imported = |name: &Name| {
        project.files().any(|(_, known)| known.model.as_ref().is_some_and(|model| model.segments.iter().any(|placed| imports(&placed.segment, name))))
    };
    guards.into_iter().find(|(_, name)| !named_here(name) && !imported(name))
}

fn imports(segment: &Segment, name: &Name) -> bool {
    segment.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Import(import) => import.names.iter().any(|known| known.imported == *name),
        _ => false,
    })
}

/// It looks at something, and says no: what throws whatever comes is not written yet.
fn refuses(segment: &Segment, within: Span) -> bool {
    let denies = |inside: Span| {
        segment.stmts.iter().any(|stmt| inside.contains(stmt.span) && matches!(stmt.kind, StmtKind::Throw(_)))
            || segment
                .exprs
                .iter()
                .any(|expr| inside.contains(expr.span) && matches!(&expr.kind, ExprKind::Num(text) if matches!(text.as_str(), "401" | "403")))
    };
    segment.stmts.iter().any(|stmt| within.contains(stmt.span) && matches!(stmt.kind, StmtKind::If { .. }) && denies(stmt.span))
}
