//! Routes that stand above the guard of their file on purpose: what is read is for everybody, `router.use(authed)` follows, and what
//! is changed stands below it.

use crate::facts::event::Event;
use crate::facts::place::Site;
use crate::model::{Arg, ExprKind, Segment};
use crate::project::routes::Route;
use crate::rules::raw::RuleCx;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "del", "route", "all"];

/// Does this route only read, above a guard that other routes of the file stand behind?
pub fn is_above_on_purpose(cx: &RuleCx<'_>, route: &Route) -> bool {
    let reads = matches!(route.methods.as_slice(), [method] if method == "GET");
    let writes = || cx.walk.events.iter().any(|event| matches!(event, Event::Access(access) if access.query.operation.is_write()));
    reads && !writes() && route.late.iter().any(|link| stands_before_others(cx, &link.site))
}

/// Is a route registered below this place of a file?
fn stands_before_others(cx: &RuleCx<'_>, guard: &Site) -> bool {
    let Some(module) = cx.project.file(&guard.item.file).and_then(|file| file.module.as_ref()) else { return false };
    let Some(index) = module.segment_of(&guard.item) else { return false };
    let registers = |kind: &ExprKind, segment: &Segment| match kind {
        ExprKind::Call { callee, args, .. } => {
            matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if VERBS.contains(&name.as_str())) && handles(args, segment)
        }
        _ => false,
    };
    module.model.segments.iter().skip(index + 1).any(|placed| placed.segment.exprs.iter().any(|expr| registers(&expr.kind, &placed.segment)))
}

/// A path and what answers there.
fn handles(args: &[Arg], segment: &Segment) -> bool {
    args.len() > 1 && args.first().is_some_and(|first| matches!(segment[first.value].kind, ExprKind::Str(_)))
}
