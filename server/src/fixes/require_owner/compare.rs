//! The universal way: the row is compared with the user right after it was read, as part of the test that is there or with one
//! of its own.

use super::query::{Found, at, row_variable};
use super::{Site, denial, indentation, reads_one};
use crate::fixes::edits::Edits;
use crate::model::{ExprKind, StmtId, StmtKind};
use crate::syntax::Language;
use crate::text::{Name, lines};

/// Clients whose rows are objects with the columns as their members, and ids that `==` compares.
const WITH_ROWS: &[&str] =
    &["prisma", "drizzle", "sequelize", "typeorm", "kysely", "knex", "convex", "firestore", "sqlalchemy", "django", "tortoise", "peewee"];

/// Where the question itself could not be changed. `None` where the row has no name, or is no plain row.
pub(super) fn instead(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    if !WITH_ROWS.contains(&site.plan.client.as_str()) || !reads_one(site.plan.operation) {
        return None;
    }
    let access = at(site, site.plan.access.span)?;
    let (_, stmt) = row_variable(&access)?;
    let is_row = is_value(&access, stmt);
    if !is_row {
        return None;
    }
    compare_after(site, &access, edits)
}

/// Is what the statement keeps the row itself, awaited or not?
fn is_value(call: &Found<'_>, stmt: StmtId) -> bool {
    let segment = &call.placed.segment;
    let mut value = match &segment[stmt].kind {
        StmtKind::Let { value: Some(value), .. } => *value,
        StmtKind::Expr(expr) => match &segment[*expr].kind {
            ExprKind::Assign { value, .. } => *value,
            _ => return false,
        },
        _ => return false,
    };
    while let ExprKind::Await(inner) = &segment[value].kind {
        value = *inner;
    }
    value == call.id
}

/// `if note is None or note.owner_id != user.id: raise ..`, `if (!note || note.ownerId !== user.id) return ..` behind the read, or
/// as part of the test that is there.
pub(super) fn compare_after(site: &Site<'_>, call: &Found<'_>, edits: &mut Edits) -> Option<()> {
    let (name, stmt) = row_variable(call)?;
    let is_python = site.code.language == Language::Python;
    let column = if matches!(site.plan.client.as_str(), "kysely" | "knex") { &site.plan.db_column } else { &site.plan.column };
    let (or, unequal) = if is_python { (" or ", "!=") } else { (" || ", "!==") };
    // What Firestore gives is a picture of a document, whether there is one or not.
    let row = if site.plan.client == "firestore" { format!("{name}.data()?") } else { name.to_string() };
    let differs = format!("{row}.{column} {unequal} {}", site.user);
    let segment = &call.placed.segment;
    let span = call.placed.absolute(segment[stmt].span);
    // The next statement asks whether there is a row: it asks whose it is as well.
    let next = segment.stmts.iter().filter(|other| other.span.start >= segment[stmt].span.end).min_by_key(|other| other.span.start);
    if let Some(next) = next
        && let StmtKind::If { cond, .. } = &next.kind
    {
        let cond = call.placed.absolute(segment[*cond].span);
        let text = site.text(cond).trim();
        if missing(&name).iter().any(|test| test == text) {
            edits.insert(&site.code.file, cond.end, format!("{or}{differs}"));
            return Some(());
        }
    }
    let denied = denial::not_found(site, edits)?;
    let text = &site.code.text;
    let end = lines::line_end(text);
    let indent = indentation(text, span.start);
    if is_python {
        let step = if indent.contains('\t') { "\t" } else { "    " };
        edits.insert(&site.code.file, span.end, format!("{end}{indent}if {name} is None or {differs}:{end}{indent}{step}{denied}"));
        return Some(());
    }
    // Behind the semicolon, if the statement's span stops before it.
    let at = if text.get(span.end as usize..).is_some_and(|rest| rest.starts_with(';')) { span.end + 1 } else { span.end };
    edits.insert(
        &site.code.file,
        at,
        format!("{end}{indent}if ({}{differs}) {denied}", if site.plan.client == "firestore" { String::new() } else { format!("!{name} || ") }),
    );
    Some(())
}

/// How the languages ask whether there is no row.
fn missing(name: &Name) -> [String; 8] {
    [
        format!("!{name}.exists"),
        format!("not {name}"),
        format!("{name} is None"),
        format!("{name} == None"),
        format!("!{name}"),
        format!("{name} === null"),
        format!("{name} == null"),
        format!("{name} === undefined"),
    ]
}
