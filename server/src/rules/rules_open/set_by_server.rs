//! What the server sets in a document about a person: `db.doc(`users/${uid}`).update({ approved: true })`.

use crate::model::{Entry, ExprId, ExprKind, Key, Segment, TemplatePart};
use crate::rules::exposed::FileCx;
use crate::rules::standing_columns::is_standing;
use crate::text::Name;

/// Calls on calls are followed so deep.
const MOST_STEPS: u32 = 8;

/// A field that says what somebody may do or has, and that code with the server's rights sets in documents of this collection.
pub(super) fn field(cx: &FileCx<'_>, collection: &Name) -> Option<Name> {
    let is_servers = |name: &Name| name.starts_with("firebase-admin") || name == "firebase_admin" || name.starts_with("google.cloud");
    cx.project.sorted_files().into_iter().find_map(|(_, known)| {
        known.module.as_ref().filter(|module| module.imports.iter().any(is_servers))?;
        let model = known.model.as_ref()?;
        model.segments.iter().find_map(|placed| set_in(&placed.segment, collection))
    })
}

fn set_in(segment: &Segment, collection: &Name) -> Option<Name> {
    segment.exprs.iter().find_map(|expr| {
        let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
        let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return None };
        if !matches!(name.as_str(), "update" | "set") || !is_of(segment, *base, collection) {
            return None;
        }
        let ExprKind::Object(entries) = &segment[args.first()?.value].kind else { return None };
        entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(name), .. } if is_standing(name) => Some(name.clone()),
            _ => None,
        })
    })
}

/// `db.doc(`users/${uid}`)`, `db.collection("users").doc(uid)`.
fn is_of(segment: &Segment, document: ExprId, collection: &Name) -> bool {
    let mut at = document;
    let mut last = true;
    for _ in 0..MOST_STEPS {
        let ExprKind::Call { callee, args, .. } = &segment[at].kind else { return false };
        let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return false };
        let text = args.first().and_then(|arg| beginning(segment, arg.value));
        match (name.as_str(), text) {
            ("doc" | "document", Some(path)) if last => {
                let mut parts = path.split('/');
                return parts.next() == Some(collection.as_str()) && parts.count() == 1;
            }
            ("collection", Some(path)) => return path == collection.as_str(),
            ("doc" | "document", _) if last => {}
            _ => return false,
        }
        (at, last) = (*base, false);
    }
    false
}

/// What a text begins with: all of it, or up to what is put into it.
fn beginning(segment: &Segment, text: ExprId) -> Option<String> {
    match &segment[text].kind {
        ExprKind::Str(text) => Some(text.to_string()),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Text(text, _), TemplatePart::Hole(..)] => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}
