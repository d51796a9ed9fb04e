//! A document about a person says what that person may do, and the person may write it.

use super::Verdict;
use super::verdict::collection;
use crate::facts::access_rules::{Area, Demand, FileRules, Operation, Permission, Role, Tie, Who};
use crate::model::{Entry, Expr, ExprKind, Key, Segment, StmtKind, TemplatePart};
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Impact};
use crate::text::Name;

pub(super) fn verdict(cx: &FileCx<'_>, rules: &FileRules, area: &Area, permission: &Permission) -> Option<Verdict> {
    let own = collection(area)?;
    let is_written = permission.operations.iter().any(|operation| {
        matches!(operation, Operation::Create | Operation::Update)
            && permission.demand.who(*operation) >= Who::Owner
            && permission.demand.who(*operation) != Who::Unknown
    });
    // That it is the caller's own document is what makes it dangerous; other ties are somebody's considered choice.
    let is_own = permission.demand.parts().iter().any(|part| matches!(part, Demand::Owner(Tie::Path(_) | Tie::Field(_) | Tie::Incoming(_))));
    if !is_written || !is_own || permission.demand.parts().contains(&&Demand::Unknown) {
        return None;
    }
    let by_rules = trusted(rules, own);
    let is_by_rules = by_rules.is_some();
    let field = by_rules.or_else(|| kept_by_server(cx, own))?;
    let checked = permission.demand.checked();
    let is_checked = checked.iter().any(|name| **name == field || *name == "*" || name.is_empty());
    (!is_checked).then(|| Verdict {
        detail: "grants-itself",
        impact: Impact::High,
        confidence: if is_by_rules { Confidence::Proven } else { Confidence::Likely },
        message: format!(
            "{} `{field}` in `{own}`, and here everybody may write their own: anyone who signs up can give themselves another `{field}`",
            if is_by_rules { "Other rules trust" } else { "Your server decides about" }
        ),
    })
}

/// The field of a collection that some rule takes a role from.
fn trusted(rules: &FileRules, wanted: &Name) -> Option<Name> {
    let parts = rules.areas.iter().flat_map(|area| &area.permissions).flat_map(|permission| permission.demand.parts());
    parts.into_iter().find_map(|part| match part {
        Demand::Role(Role::Document(collection, field)) if collection == wanted && !field.is_empty() => Some(field.clone()),
        _ => None,
    })
}

/// What only somebody else can say of a person.
const SAID_BY_OTHERS: &[&str] = &[
    "verified", "approved", "admin", "isAdmin", "is_admin", "role", "roles", "rating", "credits", "balance", "premium", "plan", "banned", "vetted", "trusted",
];

/// The field of a collection that the project's server writes, and that nobody says of themselves.
fn kept_by_server(cx: &FileCx<'_>, own: &Name) -> Option<Name> {
    let models = cx.project.files().filter_map(|(_, known)| known.model.as_ref());
    models.filter(|model| model.segments.iter().any(|placed| is_of_server(&placed.segment))).find_map(|model| {
        model.segments.iter().find_map(|placed| {
            let segment = &placed.segment;
            segment.exprs.iter().find_map(|expr| written_field(segment, expr, own))
        })
    })
}

fn is_of_server(segment: &Segment) -> bool {
    segment.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::Import(import) if import.source.starts_with("firebase-admin")))
}

/// ``doc(`people/${id}`).update({ verified: true })``
fn written_field(segment: &Segment, expr: &Expr, own: &str) -> Option<Name> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return None };
    if !matches!(name.as_str(), "update" | "set") {
        return None;
    }
    let within = segment[*base].span;
    let names = |text: &str| text.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_there = segment.exprs.iter().filter(|expr| within.contains(expr.span)).any(|expr| match &expr.kind {
        ExprKind::Str(text) => names(text),
        ExprKind::Template(parts) => matches!(parts.first(), Some(TemplatePart::Text(text, _)) if names(text)),
        _ => false,
    });
    let ExprKind::Object(entries) = &segment[args.first()?.value].kind else { return None };
    entries.iter().filter(|_| is_there).find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), .. } if SAID_BY_OTHERS.contains(&key.as_str()) => Some(key.clone()),
        _ => None,
    })
}
