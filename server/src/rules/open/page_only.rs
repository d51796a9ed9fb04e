//! The page asks who is signed in and sends strangers away; the address that it calls asks nobody.

use crate::model::{ExprId, ExprKind, Segment, TemplatePart};
use crate::project::Project;
use crate::text::{FileId, Name, Span};

/// Shorter beginnings of a path say too little.
const SHORTEST: usize = 8;

/// The check in a script of a page that calls this path: an effect that sends people elsewhere.
pub fn guard_in_page(project: &Project, path: &str) -> Option<(FileId, Span)> {
    let fixed = path.split(['[', ':', '<', '{', '*']).next().unwrap_or_default();
    if fixed.len() < SHORTEST || !fixed.contains("api") {
        return None;
    }
    let calls = |segment: &Segment| {
        segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Str(text) => text.starts_with(fixed) || **text == *fixed.trim_end_matches('/'),
            ExprKind::Template(parts) => matches!(parts.first(), Some(TemplatePart::Text(text, _)) if text.starts_with(fixed)),
            _ => false,
        })
    };
    let mut pages: Vec<(&FileId, Span)> = project
        .files()
        .filter_map(|(file, known)| {
            let model = known.model.as_ref().filter(|model| model.directives.iter().any(|directive| directive == "use client"))?;
            let found = model.segments.iter().filter(|placed| calls(&placed.segment)).find_map(|placed| Some(placed.absolute(sends_away(&placed.segment)?)))?;
            Some((file, found))
        })
        .collect();
    pages.sort();
    pages.first().map(|(file, span)| ((*file).clone(), *span))
}

/// `useEffect(() => { if (!user) router.push("/login") }, [user])`: as far as its name.
fn sends_away(segment: &Segment) -> Option<Span> {
    (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| {
        let ExprKind::Call { callee, .. } = &segment[id].kind else { return None };
        if called(segment, *callee).is_none_or(|name| name != "useEffect") {
            return None;
        }
        let inside = segment[id].span;
        let leaves = segment.exprs.iter().filter(|expr| inside.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Call { callee, .. } => called(segment, *callee).is_some_and(|name| matches!(name.as_str(), "push" | "replace" | "redirect" | "navigate")),
            _ => false,
        });
        leaves.then(|| segment[*callee].span)
    })
}

fn called(segment: &Segment, expr: ExprId) -> Option<&Name> {
    match &segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    }
}
