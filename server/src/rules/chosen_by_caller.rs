//! An option that a function of the project was handed by the handler that calls it.

use super::raw::RuleCx;
use crate::facts::place::Site;
use crate::model::{Entry, ExprKind, Key, Segment};
use crate::text::{Name, Span};

/// Where the handler sets an option of this name, if the call that takes it does not name it itself: who asked for it is to blame.
pub fn chosen_by_caller(cx: &RuleCx<'_>, call: &Site, option: &str) -> Option<Site> {
    let handler = cx.walk.route.as_ref()?.written()?;
    let own = cx.project.placed(&call.item)?;
    if set_in(&own.segment, call.span, option).is_some() {
        return None;
    }
    let placed = cx.project.placed(&handler.item)?;
    let body = placed.segment.functions.get(handler.function.0 as usize)?.body_span;
    if handler.item == call.item && body.contains(call.span) {
        return None;
    }
    let span = set_in(&placed.segment, body, option)?;
    Some(Site { item: handler.item, span })
}

/// `{ option: value }` or `option=value` within.
fn set_in(segment: &Segment, within: Span, option: &str) -> Option<Span> {
    let is_it = |name: &Name| *name == *option;
    segment.exprs.iter().filter(|expr| within.contains(expr.span)).find_map(|expr| match &expr.kind {
        ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(name), span, .. } if is_it(name) => Some(*span),
            _ => None,
        }),
        ExprKind::Call { args, .. } => args.iter().find(|arg| arg.name.as_ref().is_some_and(is_it)).map(|arg| segment[arg.value].span),
        _ => None,
    })
}
