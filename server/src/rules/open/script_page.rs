//! Scripts that are pages, each on its own (Streamlit's `pages/`): the password that the first page asks for is asked by no other unless
//! that asks for it, too.

use crate::model::{ExprId, ExprKind, FileModel, Placed, Segment, StmtKind};
use crate::project::File;
use crate::rules::exposed::FileCx;
use crate::rules::missing_auth::META;
use crate::rules::{Confidence, Finding, Related};
use crate::text::{Name, Span};

const LIBRARY: &str = "streamlit";
/// What ends the page, or leaves it, for whoever is not let in.
const ENDS: &[&str] = &["stop", "switch_page", "login"];
/// What is not undone by looking at the page again.
const ACTS: &[&str] = &[
    "rmtree",
    "unlink",
    "remove",
    "rmdir",
    "delete",
    "delete_one",
    "delete_many",
    "drop",
    "truncate",
    "clear",
    "purge",
    "reset",
    "execute",
    "commit",
    "insert",
    "update",
    "to_sql",
    "save",
    "send",
    "refund",
    "approve",
    "ban",
];

pub fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let folder = cx.file.folder();
    let Some(above) = folder.strip_suffix("pages").map(|above| above.trim_end_matches('/')) else { return };
    let Some(page) = script(cx.known) else { return };
    let asking = asking(cx);
    if asks(page, &asking).is_some() {
        return;
    }
    let Some((name, act)) = page.segments.iter().find_map(act) else { return };
    let Some(begin) = page.segments.iter().find_map(begin) else { return };
    // The page that everybody comes to first asks.
    let first = cx.project.files().filter(|(file, _)| file.folder() == above).find_map(|(file, known)| {
        let (asked, span) = asks(script(known)?, &asking)?;
        Some((file.clone(), asked, span))
    });
    let Some((file, asked, span)) = first else { return };
    let message = format!(
        "Anyone who types the address of this page can use it: each page is a script of its own, and this one never calls `{asked}()`, as the first page does. It does `{name}`."
    );
    let mut finding = cx.finding(&META, "page", (META.impact, Confidence::Likely), cx.place(begin), message);
    finding.absence = true;
    finding.related.push(Related { place: cx.place(act), message: "this is what everybody can do".into() });
    finding.related.push(Related { place: crate::rules::Place { file, span }, message: "the first page asks here".into() });
    out.push(finding);
}

fn script(known: &File) -> Option<&FileModel> {
    let model = known.model.as_deref()?;
    let brings = |segment: &Segment| segment.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::Import(import) if import.source == LIBRARY));
    model.segments.iter().any(|placed| brings(&placed.segment)).then_some(model)
}

/// The functions of the project that end the page of whoever is not let in.
fn asking(cx: &FileCx<'_>) -> Vec<Name> {
    let models = cx.project.files().filter_map(|(_, known)| script(known));
    let functions =
        models.flat_map(|model| &model.segments).flat_map(|placed| placed.segment.functions.iter().map(move |function| (&placed.segment, function)));
    functions
        .filter(|(segment, function)| {
            !function.name.is_empty() && calls(segment).any(|(called, span)| function.span.contains(span) && ENDS.contains(&called.as_str()))
        })
        .map(|(_, function)| function.name.clone())
        .collect()
}

/// Where a page asks who is there: by ending itself, or by calling what does. A name that says that it asks is believed.
fn asks(page: &FileModel, asking: &[Name]) -> Option<(Name, Span)> {
    page.segments.iter().find_map(|placed| {
        let is_asked = |called: &Name| asking.contains(called) || ENDS.contains(&called.as_str()) || crate::facts::names::is_guard(called);
        calls(&placed.segment).find(|(called, _)| is_asked(called)).map(|(called, span)| (called.clone(), placed.absolute(span)))
    })
}

fn act(placed: &Placed) -> Option<(Name, Span)> {
    let segment = &placed.segment;
    (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| {
        let ExprKind::Call { callee, .. } = &segment[id].kind else { return None };
        let (name, of) = match &segment[*callee].kind {
            ExprKind::Name(name) => (name, None),
            ExprKind::Member { base, name, .. } => (name, root(segment, *base)),
            _ => return None,
        };
        let acts = ACTS.contains(&name.as_str()) && !of.is_some_and(|of| matches!(of.as_str(), "st" | LIBRARY));
        acts.then(|| (name.clone(), placed.absolute(segment[id].span)))
    })
}

fn root(segment: &Segment, expr: ExprId) -> Option<&Name> {
    match &segment[expr].kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Member { base, .. } => root(segment, *base),
        ExprKind::Call { callee, .. } => root(segment, *callee),
        _ => None,
    }
}

/// The first thing that the script does.
fn begin(placed: &Placed) -> Option<Span> {
    let segment = &placed.segment;
    segment.body.iter().find_map(|stmt| match &segment[*stmt].kind {
        StmtKind::Expr(expr) if matches!(segment[*expr].kind, ExprKind::Call { .. }) => Some(placed.absolute(segment[*expr].span)),
        _ => None,
    })
}

fn calls(segment: &Segment) -> impl Iterator<Item = (&Name, Span)> {
    segment.exprs.iter().filter_map(|expr| {
        let ExprKind::Call { callee, .. } = &expr.kind else { return None };
        match &segment[*callee].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some((name, expr.span)),
            _ => None,
        }
    })
}
