//! Where the finding about a dangerous value stands: at the call that runs it, or where it is put together.

use super::raw::{Raw, RuleCx};
use crate::facts::event::Sink;
use crate::facts::place::Site;
use crate::model::{ExprKind, Function, Segment};
use crate::project::session::RootKey;
use crate::text::Span;

/// The place at which to say that what is put in at `hole` reaches the sink. Within the call it is the hole itself: the argument
/// that is to blame. A text that was put together before is told of where it is used, as that is what does the harm; but what
/// a function of the project runs for its caller is told of at the caller, who wrote it.
pub fn standing_place(cx: &RuleCx<'_>, sink: &Sink, hole: Option<&Site>) -> Site {
    place(cx, &sink.site, &sink.call, hole)
}

/// The same of a use that is no sink: what a handler returns.
pub fn place(cx: &RuleCx<'_>, used: &Site, call: &Site, hole: Option<&Site>) -> Site {
    let Some(hole) = hole else { return used.clone() };
    let is_within = |whole: &Site| hole.item == whole.item && whole.span.contains(hole.span);
    if is_within(used) || is_within(call) || !is_in_one_function(cx, call, hole) { hole.clone() } else { used.clone() }
}

/// In the function that calls, or in one around it.
fn is_in_one_function(cx: &RuleCx<'_>, call: &Site, hole: &Site) -> bool {
    if hole.item.file != call.item.file {
        return false;
    }
    if hole.item != call.item {
        // Put together in the file itself, where everything below can use it; or by a function that gives it to this one.
        return root_holds(cx, call) && !root_holds(cx, hole) || asks(cx, call, hole);
    }
    let Some(placed) = cx.project.placed(&call.item) else { return false };
    match innermost(&placed.segment, hole.span) {
        Some(function) if !function.span.contains(call.span) => root_holds(cx, call) && !root_holds(cx, hole) || asks(cx, call, hole),
        _ => true,
    }
}

/// Does the function around the one place call the function around the other? Then that one only gave it a part.
fn asks(cx: &RuleCx<'_>, call: &Site, hole: &Site) -> bool {
    let (Some(here), Some(there)) = (cx.project.placed(&call.item), cx.project.placed(&hole.item)) else { return false };
    let (Some(caller), Some(called)) = (innermost(&here.segment, call.span), innermost(&there.segment, hole.span)) else { return false };
    !called.name.is_empty()
        && here.segment.exprs.iter().filter(|expr| caller.span.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Call { callee, .. } => matches!(&here.segment[*callee].kind, ExprKind::Name(name) if *name == called.name),
            _ => false,
        })
}

fn innermost(segment: &Segment, span: Span) -> Option<&Function> {
    segment.functions.iter().filter(|function| function.span.contains(span)).min_by_key(|function| function.span.len())
}

/// Whether this stands in the function that the walk began with.
fn root_holds(cx: &RuleCx<'_>, site: &Site) -> bool {
    let function = match &cx.walk.key {
        RootKey::Item(item) => return *item == site.item && cx.project.placed(item).is_some_and(|placed| innermost(&placed.segment, site.span).is_none()),
        RootKey::Function(function) => Some(function.clone()),
        RootKey::Route(..) => cx.walk.route.as_ref().and_then(|route| route.function()),
    };
    let Some(function) = function.filter(|function| function.item == site.item) else { return false };
    let placed = cx.project.placed(&function.item);
    placed.and_then(|placed| placed.segment.functions.get(function.function.0 as usize)).is_some_and(|function| function.span.contains(site.span))
}

/// Says where else to look: where it is put in, if the finding does not stand there, and where it is used.
pub fn tell_places(raw: &mut Raw, sink: &Sink, hole: Option<(&Site, &str)>, used: &str) {
    if let Some((hole, name)) = hole {
        raw.also(hole.clone(), format!("`{name}` is put in here"));
    }
    raw.also(sink.call.clone(), used.to_owned());
}
