//! Variables of the environment as they stand in answers: by the name of an import, and where they are read.

use crate::facts::event::{Use, UseKind};
use crate::facts::place::Site;
use crate::facts::value::Value;
use crate::model::{ExprKind, Segment, StmtKind};
use crate::rules::raw::RuleCx;
use crate::text::{Name, Span};

/// A variable that a module of the environment exports by its name: `import { KEY } from "$env/static/private"`.
pub(super) fn imported(value: &Value) -> Option<Name> {
    let library = value.as_library()?;
    let is_variable = library.step.contains('_') && library.step.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (is_variable && !library.package.is_empty()).then(|| library.step.clone())
}

/// Where a function that returns a variable speaks of it last.
pub(super) fn read_at(cx: &RuleCx<'_>, used: &Use, name: &Name) -> Option<Site> {
    let segment = &cx.project.placed(&used.site.item)?.segment;
    let is_it = |kind: &ExprKind| match kind {
        ExprKind::Name(known) | ExprKind::Member { name: known, .. } => known == name,
        ExprKind::Index { index, .. } => matches!(&segment[*index].kind, ExprKind::Str(text) if **text == **name),
        ExprKind::Call { args, .. } => args.first().is_some_and(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if **text == **name)),
        _ => false,
    };
    let body = body_of(segment, used);
    let inside = |span: &Span| body.start <= span.start && span.end <= body.end;
    let found = segment.exprs.iter().filter(|expr| is_it(&expr.kind) && inside(&expr.span)).max_by_key(|expr| expr.span.start)?;
    Some(Site { item: used.site.item.clone(), span: found.span })
}

/// Where a function says what it returns: the last time, if it does so more than once.
pub(super) fn returned_at(cx: &RuleCx<'_>, used: &Use) -> Site {
    let written = || {
        let segment = &cx.project.placed(&used.site.item)?.segment;
        let body = body_of(segment, used);
        let inside = |span: &Span| body.start <= span.start && span.end <= body.end;
        let returned = segment.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Return(Some(value)) => Some(segment[*value].span),
            _ => None,
        });
        returned.filter(inside).max_by_key(|span| span.start)
    };
    let span = if used.kind == UseKind::Return { written() } else { None };
    Site { item: used.site.item.clone(), span: span.unwrap_or(used.site.span) }
}

/// A handler that is registered by a decorator is told of there: what it says stands in the function below.
fn body_of(segment: &Segment, used: &Use) -> Span {
    let touches = |span: Span| span.start < used.site.span.end && used.site.span.start < span.end;
    let decorated = segment.functions.iter().find(|function| function.decorators.iter().any(|decorator| touches(segment[*decorator].span)));
    decorated.map_or(used.site.span, |function| function.span)
}
