//! What is made harmless before it is kept: a field that the project cleans wherever it writes it is clean when it is read.

use crate::model::{Entry, ExprId, ExprKind, Key, Segment};
use crate::rules::raw::RuleCx;

/// Is a field of this name given the result of a call that cleans markup, somewhere in the project?
pub(super) fn is_cleaned(cx: &RuleCx<'_>, field: &str) -> bool {
    let models = cx.project.files().filter_map(|(_, known)| known.model.as_ref());
    models.flat_map(|model| &model.segments).any(|placed| {
        let segment = &placed.segment;
        segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Object(entries) => {
                entries.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(key), value, .. } if key == field && cleans(segment, *value)))
            }
            _ => false,
        })
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
