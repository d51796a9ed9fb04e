//! Buckets that SQL makes public: `insert into storage.buckets (id, name, public) values ('invoices', 'invoices', true)`.

use super::META;
use crate::model::sql::{Condition, Expr, ExprKind, Op, Query, QueryKind, Statement, StatementKind};
use crate::rules::database::change::{ChangeKind, DatabaseChange};
use crate::rules::database::content::Content;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact};
use crate::text::Name;

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let text = cx.known.document.text();
    for statement in &cx.known.tables.statements {
        let mut buckets: Vec<Name> = says(statement).filter(|(_, public)| *public).map(|(bucket, _)| bucket).into_iter().collect();
        buckets.extend(further_rows(statement, &text));
        let is_open = |bucket: &&Name| Content::of_name(bucket) == Content::Private && !is_closed_later(cx, statement, bucket);
        let Some(bucket) = buckets.iter().find(is_open).cloned() else { continue };
        let place = cx.place(statement.span);
        let message =
            format!("The bucket `{bucket}` is public: every file in it has an address that anyone can open without signing in, whatever its policies say");
        let mut finding = cx.finding(&META, "bucket", (Impact::Medium, Confidence::Proven), place.clone(), message);
        let kind = ChangeKind::CloseBucket { bucket: bucket.clone() };
        finding.plans.push(FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: bucket, kind })));
        out.push(finding);
    }
}

/// The public buckets among the rows after the first: `values ('a', 'a', true), ('b', 'b', true)`.
fn further_rows(statement: &Statement, text: &str) -> Vec<Name> {
    let StatementKind::Query(query) = &statement.kind else { return Vec::new() };
    let is_buckets = query.target().is_some_and(|table| table.name.schema.as_deref() == Some("storage") && table.name.name == "buckets");
    let at = |wanted: &str| query.insert_columns.iter().position(|column| column.name == wanted);
    let (Some(id), Some(public), true) = (at("id").or_else(|| at("name")), at("public"), is_buckets && query.row_count > 1) else { return Vec::new() };
    let written = statement.span.of(text);
    let start = written.to_ascii_lowercase().find("values").map_or(written.len(), |at| at + 6);
    let rows = rows(written.get(start..).unwrap_or(""));
    let is_public = |row: &&Vec<&str>| row.get(public).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    rows.iter().skip(1).filter(is_public).filter_map(|row| row.get(id)).map(|value| Name::from(value.trim_matches('\''))).collect()
}

/// The values between each pair of parentheses, as they are written.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut row: Vec<&str> = Vec::new();
    let (mut depth, mut quoted, mut from) = (0u32, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => {
                depth += 1;
                if depth == 1 {
                    from = at + 1;
                }
            }
            ',' if depth == 1 => {
                row.push(text.get(from..at).unwrap_or("").trim());
                from = at + 1;
            }
            ')' | ']' => {
                if depth == 1 {
                    row.push(text.get(from..at).unwrap_or("").trim());
                    rows.push(std::mem::take(&mut row));
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    rows
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
