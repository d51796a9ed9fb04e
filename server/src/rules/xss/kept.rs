//! What is made harmless before it is kept: a field that the project cleans wherever it writes it is clean when it is read.

use crate::model::{Entry, ExprId, ExprKind, FunctionId, Key, Segment};
use crate::project::routes::variable_of;
use crate::rules::raw::RuleCx;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

/// Is a field of this name given the result of a call that cleans markup, somewhere in the program that `reader` is of? What is written in
/// another language is another program, with rows of its own.
pub(super) fn is_cleaned(cx: &RuleCx<'_>, field: &str, reader: &FileId) -> bool {
    let models = || cx.project.files().filter_map(|(_, known)| known.model.as_ref());
    let is_python = |language: Language| language == Language::Python;
    let own = models().find(|model| model.file == *reader).map(|model| is_python(model.language));
    let same = models().filter(|model| own.is_none_or(|own| own == is_python(model.language)));
    // `clean(body)`, a function of the project's that does nothing else.
    let by_helper = |name: &Name| models().flat_map(|model| &model.segments).any(|placed| is_cleaner(&placed.segment, name));
    let is_clean = |segment: &Segment, value: ExprId| {
        cleans(segment, value)
            || matches!(&segment[value].kind, ExprKind::Call { callee, .. } if matches!(&segment[*callee].kind, ExprKind::Name(name) if by_helper(name)))
    };
    same.flat_map(|model| &model.segments).any(|placed| {
        let segment = &placed.segment;
        segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Object(entries) => {
                entries.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(key), value, .. } if key == field && is_clean(segment, *value)))
            }
            _ => false,
        })
    })
}

/// A function of this name that gives what a call gives which cleans markup: `const clean = (html) => sanitizeHtml(html, RULES)`.
fn is_cleaner(segment: &Segment, name: &Name) -> bool {
    let within = |span: Span| (0..segment.exprs.len() as u32).map(ExprId).any(|id| span.contains(segment[id].span) && cleans(segment, id));
    segment.functions.iter().enumerate().any(|(at, function)| {
        let called =
            if function.name_span.is_empty() { variable_of(segment, FunctionId(at as u32)).map(|(name, _)| name) } else { Some(function.name.clone()) };
        called.as_ref() == Some(name) && within(function.body_span)
    })
}

/// `sanitizeHtml(body)`, `DOMPurify.sanitize(body ?? "")`.
fn cleans(segment: &Segment, value: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = &segment[value].kind else { return false };
    let name = match &segment[*callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name.to_ascii_lowercase(),
        _ => return false,
    };
    name.contains("sanitiz") || name.contains("purif") || name == "filterxss" || name == "xss"
}
