//! `@login_required`, `@UseGuards(AuthGuard)`, right above the function and below what registers it.

use super::{Copying, names_used};
use crate::facts::names;
use crate::fixes::edits::Edits;
use crate::model::{ExprId, ExprKind, Segment};
use crate::text::{Name, lines};

/// The same in a class of NestJS: `@UseGuards(AuthGuard)`.
pub(super) fn copy(copying: &Copying<'_>, edits: &mut Edits) -> Option<()> {
    let segment = &copying.guide.placed.segment;
    let is_guard = |id: &&ExprId| {
        called(segment, **id).is_some_and(|name| if copying.is_python() { *name == copying.plan.asks || names::is_guard(name) } else { name == "UseGuards" })
    };
    let decorator = copying.guide.function.decorators.iter().find(is_guard)?;
    let span = segment[*decorator].span;
    let text = copying.guide.placed.absolute(span).of(&copying.guide.code.text);
    names_used::bring(copying, &names_used::used(&copying.guide, span), edits)?;
    let ours = &copying.ours;
    let name = ours.placed.absolute(ours.function.name_span).start;
    let at = lines::line_start(&ours.code.text, name);
    let indent = lines::indentation(&ours.code.text, name);
    edits.insert(&ours.code.file, at, format!("{indent}@{text}{}", lines::line_end(&ours.code.text)));
    Some(())
}

pub(super) fn called(segment: &Segment, expr: ExprId) -> Option<&Name> {
    match &segment[expr].kind {
        ExprKind::Call { callee, .. } => called(segment, *callee),
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    }
}
