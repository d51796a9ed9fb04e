//! `router.delete("/:id", requireAuth, handler)`: what stands before a handler where it is registered.

use super::{Copying, Handler, decorator, names_used};
use crate::facts::names;
use crate::fixes::edits::Edits;
use crate::model::{Arg, ExprId, ExprKind};

pub(super) fn copy(copying: &Copying<'_>, edits: &mut Edits) -> Option<()> {
    if copying.is_python() {
        return None;
    }
    let guide = &copying.guide;
    let segment = &guide.placed.segment;
    let args = registration(guide)?;
    let (_, before) = args.split_last()?;
    let is_guard = |arg: &&Arg| decorator::called(segment, arg.value).is_some_and(|name| *name == copying.plan.asks || names::is_guard(name));
    let guard = before.iter().find(is_guard)?;
    let span = segment[guard.value].span;
    let text = guide.placed.absolute(span).of(&guide.code.text);
    names_used::bring(copying, &names_used::used(guide, span), edits)?;
    let ours = &copying.ours;
    let last = registration(ours)?.last()?;
    let at = ours.placed.absolute(last.span).start;
    edits.insert(&ours.code.file, at, format!("{text}, "));
    Some(())
}

/// The arguments of the call that registers a handler.
fn registration<'h>(handler: &'h Handler<'_>) -> Option<&'h [Arg]> {
    if handler.registered.file != handler.code.file {
        return None;
    }
    let placed = handler.code.model.segment_at(handler.registered.span.start)?;
    if placed.start != handler.placed.start {
        return None;
    }
    let is_it = |id: &ExprId| placed.absolute(placed.segment[*id].span) == handler.registered.span;
    let call = (0..placed.segment.exprs.len() as u32).map(ExprId).filter(is_it).find(|id| matches!(placed.segment[*id].kind, ExprKind::Call { .. }))?;
    match &placed.segment[call].kind {
        ExprKind::Call { args, .. } => Some(args),
        _ => None,
    }
}
