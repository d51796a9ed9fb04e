//! Buckets that SQL makes public: `insert into storage.buckets (id, name, public) values ('invoices', 'invoices', true)`.

use super::META;
use crate::model::sql::{Condition, Expr, ExprKind, Op, Query, QueryKind, Statement, StatementKind};
use crate::rules::database::change::{ChangeKind, DatabaseChange};
use crate::rules::database::content::Content;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact};
use crate::text::Name;

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    for statement in &cx.known.tables.statements {
        let Some((bucket, true)) = says(statement) else { continue };
        if Content::of_name(&bucket) != Content::Private || is_closed_later(cx, statement, &bucket) {
            continue;
        }
        let place = cx.place(statement.span);
        let message = format!("The bucket `{bucket}` is public: every file in it has an address that anyone can open without signing in, whatever its policies say");
        let mut finding = cx.finding(&META, "bucket", (Impact::Medium, Confidence::Proven), place.clone(), message);
        let kind = ChangeKind::CloseBucket { bucket: bucket.clone() };
        finding.plans.push(FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: bucket, kind })));
        out.push(finding);
    }
}

/// The bucket that a statement speaks of, and whether it makes it public.
fn says(statement: &Statement) -> Option<(Name, bool)> {
    let StatementKind::Query(query) = &statement.kind else { return None };
    query.target().filter(|table| table.name.schema.as_deref() == Some("storage") && table.name.name == "buckets")?;
    let assigned = |wanted: &str| query.assignments.iter().find(|assignment| assignment.column.name == wanted).map(|assignment| &assignment.value);
    let public = match &assigned("public")?.kind {
        ExprKind::Bool(is) => *is,
        _ => return None,
    };
    let bucket = match query.kind {
        QueryKind::Insert => assigned("id").or_else(|| assigned("name")).and_then(text)?,
        QueryKind::Update => named(query)?,
        _ => return None,
    };
    Some((bucket, public))
}

fn text(expr: &Expr) -> Option<Name> {
    match &expr.kind {
        ExprKind::Text { value, .. } => Some(value.clone()),
        _ => None,
    }
}

/// `where id = 'invoices'`
fn named(query: &Query) -> Option<Name> {
    query.conjuncts().into_iter().find_map(|condition| match condition {
        Condition::Term(term) if term.op == Op::Eq && term.column().is_some_and(|column| matches!(column.name.as_str(), "id" | "name")) => text(&term.right),
        _ => None,
    })
}

/// A statement of a later file, or a later one of this file, makes it private again.
fn is_closed_later(cx: &FileCx<'_>, from: &Statement, bucket: &Name) -> bool {
    let closes = |statement: &Statement| says(statement).is_some_and(|(name, public)| !public && name == *bucket);
    let later = |statement: &&Statement| statement.span.start > from.span.start;
    cx.known.tables.statements.iter().filter(later).any(closes)
        || cx.project.files().filter(|(file, _)| *file > cx.file).any(|(_, known)| known.tables.statements.iter().any(closes))
}
