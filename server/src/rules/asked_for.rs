//! Where a handler asks for what another function of the project reads or writes for it.

use super::raw::RuleCx;
use crate::facts::event::Access;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::scope::pattern_names;
use crate::model::{ExprKind, FunctionId, PatternKind, Segment, StmtId, StmtKind};
use crate::project::routes::Route;
use crate::text::Name;

/// A function that can be told of nobody, `getUnpublishedPosts()`, gives everything to everybody, and a store of values by key does with
/// each what it is told: which one to call is the handler's choice, and so it is told of there.
pub fn asked_for(cx: &RuleCx<'_>, route: &Route, access: &Access) -> Option<Site> {
    let asked = Asked::of(cx, route, access)?;
    (!asked.is_told || matches!(access.query.client.as_str(), "kv" | "bucket")).then_some(asked.site)
}

/// What several handlers of a file ask for, `get_order(id)`, is right for those that look at what they were given: told of where the one
/// asks that does not.
pub fn asked_of_shared(cx: &RuleCx<'_>, route: &Route, access: &Access) -> Option<Site> {
    let asked = Asked::of(cx, route, access).filter(|asked| asked.is_only)?;
    let model = cx.project.file(&asked.site.item.file)?.model.as_ref()?;
    let calls = model.segments.iter().map(|placed| placed.segment.exprs.iter().filter(|expr| is_call(&placed.segment, &expr.kind, &asked.name)).count());
    (asked.site.item.file != access.site.item.file && calls.sum::<usize>() > 1).then_some(asked.site)
}

/// The call in a handler.
struct Asked {
    name: Name,
    /// What is called is told something.
    is_told: bool,
    /// Nothing else in the handler is called so, nor is it a part of what the handler is given: `request.headers.get(..)`.
    is_only: bool,
    site: Site,
}

impl Asked {
    fn of(cx: &RuleCx<'_>, route: &Route, access: &Access) -> Option<Asked> {
        let handler = route.written()?;
        if access.site.item == handler.item {
            return None;
        }
        let around = &*cx.project.placed(&access.site.item)?.segment;
        let within = around.functions.iter().zip(0u32..).filter(|(function, _)| function.body_span.contains(access.site.span));
        let (inner, at) = within.min_by_key(|(function, _)| function.body_span.len())?;
        let key = FunctionKey { item: access.site.item.clone(), function: FunctionId(at) };
        let name = cx.project.function_name(&key).or_else(|| wrapped_name(around))?;
        let segment = &*cx.project.placed(&handler.item)?.segment;
        let body = segment.functions.get(handler.function.0 as usize)?.body_span;
        let mut calls = segment.exprs.iter().filter(|expr| body.contains(expr.span) && is_call(segment, &expr.kind, &name));
        let call = calls.next()?;
        let is_only = calls.next().is_none() && !is_of_parameter(segment, handler.function, &call.kind);
        Some(Asked { name, is_told: !inner.params.is_empty(), is_only, site: Site { item: handler.item, span: call.span } })
    }
}

/// What is called begins with a parameter of the function.
fn is_of_parameter(segment: &Segment, function: FunctionId, call: &ExprKind) -> bool {
    let ExprKind::Call { callee, .. } = call else { return false };
    let mut at = *callee;
    while let ExprKind::Member { base, .. } = &segment[at].kind {
        at = *base;
    }
    let ExprKind::Name(root) = &segment[at].kind else { return false };
    let mut names = Vec::new();
    let params = segment.functions.get(function.0 as usize).map(|function| function.params.as_slice()).unwrap_or_default();
    params.iter().for_each(|param| pattern_names(segment, param.pattern, &mut names, 0));
    names.contains(root)
}

fn is_call(segment: &Segment, kind: &ExprKind, name: &Name) -> bool {
    matches!(kind, ExprKind::Call { callee, .. } if matches!(&segment[*callee].kind, ExprKind::Name(called) | ExprKind::Member { name: called, .. } if called == name))
}

/// `export const getPosts = cache(async () => ..)`: the name of what an item is.
fn wrapped_name(segment: &Segment) -> Option<Name> {
    let inner = |id: &StmtId| match &segment[*id].kind {
        StmtKind::Export { stmt, .. } => *stmt,
        _ => *id,
    };
    segment.body.iter().map(inner).find_map(|id| match &segment[id].kind {
        StmtKind::Let { pattern, value: Some(_), .. } => match &segment[*pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    })
}
