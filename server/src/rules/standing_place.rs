//! Where the finding about a dangerous value stands: at the call that runs it, or where it is put together.

use super::raw::{Raw, RuleCx};
use crate::facts::event::Sink;
use crate::facts::place::Site;
use crate::model::{Expr, ExprKind, Function, Segment};
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
        return root_holds(cx, call) && !root_holds(cx, hole) || is_called_from_afar(cx, hole, call);
    }
    let Some(placed) = cx.project.placed(&call.item) else { return false };
    let segment = &placed.segment;
    match innermost(segment, hole.span) {
        Some(maker) if !maker.span.contains(call.span) => {
            is_called(segment, maker, innermost(segment, call.span)) || root_holds(cx, call) && !root_holds(cx, hole)
        }
        _ => true,
    }
}

/// The same of two functions of one file.
fn is_called_from_afar(cx: &RuleCx<'_>, hole: &Site, call: &Site) -> bool {
    let (Some(makers), Some(users)) = (cx.project.placed(&hole.item), cx.project.placed(&call.item)) else { return false };
    let (maker, user) = (innermost(&makers.segment, hole.span), innermost(&users.segment, call.span));
    maker.is_some_and(|maker| is_called(&users.segment, maker, user))
}

/// Whether a function that makes a text is called, by its name, in the one that uses it.
fn is_called(segment: &Segment, maker: &Function, user: Option<&Function>) -> bool {
    let Some(user) = user.filter(|_| !maker.name.is_empty()) else { return false };
    let named = |callee: &Expr| match &callee.kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => *name == maker.name,
        _ => false,
    };
    let calls = segment.exprs.iter().filter(|expr| user.body_span.contains(expr.span));
    calls.filter_map(|expr| if let ExprKind::Call { callee, .. } = &expr.kind { Some(&segment[*callee]) } else { None }).any(named)
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
