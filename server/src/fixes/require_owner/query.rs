//! The edits per database client (authorization reference, section 5.4).

use super::compare::compare_after;
use super::{Site, indentation, reads_one};
use super::{builders, denial, statement};
use crate::facts::query::Operation;
use crate::fixes::edits::Edits;
use crate::model::{Arg, Entry, ExprId, ExprKind, Key, PatternKind, Placed, StmtId, StmtKind};
use crate::text::{Name, Span, lines};

/// Adds the constraint. `None` where it cannot be written with certainty.
pub(super) fn constrain(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    match site.plan.client.as_str() {
        "prisma" => prisma(site, edits),
        "drizzle" => drizzle(site, edits),
        "mongoose" => mongoose(site, edits),
        "supabase" => supabase(site, edits),
        "django" | "tortoise" => django(site, edits),
        "sqlalchemy" => sqlalchemy(site, edits),
        "sequelize" | "typeorm" => builders::options(site, edits),
        "knex" | "kysely" => builders::chain(site, edits),
        "peewee" => builders::peewee(site, edits),
        // Rows are read by their id and nothing else.
        "convex" | "firestore" => None,
        _ => statement::constrain(site, edits),
    }
}

/// An expression of the file and the segment it stands in.
pub(super) struct Found<'c> {
    pub placed: &'c Placed,
    pub id: ExprId,
}

impl<'c> Found<'c> {
    pub fn kind(&self) -> &'c ExprKind {
        &self.placed.segment[self.id].kind
    }

    pub(super) fn span(&self) -> Span {
        self.placed.absolute(self.placed.segment[self.id].span)
    }

    pub fn absolute(&self, id: ExprId) -> Span {
        self.placed.absolute(self.placed.segment[id].span)
    }
}

/// The expression that covers exactly this span.
pub(super) fn at<'c>(site: &'c Site<'_>, span: Span) -> Option<Found<'c>> {
    let placed = site.code.model.segment_at(span.start)?;
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let id = placed.segment.exprs.iter().position(|expr| expr.span == relative && !matches!(expr.kind, ExprKind::Other(_)))?;
    Some(Found { placed, id: ExprId(id as u32) })
}

/// The smallest call around a span, other than the span itself.
pub(super) fn call_around<'c>(site: &'c Site<'_>, span: Span) -> Option<Found<'c>> {
    let placed = site.code.model.segment_at(span.start)?;
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let calls = placed
        .segment
        .exprs
        .iter()
        .enumerate()
        .filter(|(_, expr)| matches!(&expr.kind, ExprKind::Call { args, .. } if args.iter().any(|arg| placed.segment[arg.value].span.contains(relative))));
    let (id, _) = calls.min_by_key(|(_, expr)| expr.span.len())?;
    Some(Found { placed, id: ExprId(id as u32) })
}

pub(super) fn args_of<'c>(found: &Found<'c>) -> Option<(ExprId, &'c [Arg])> {
    match found.kind() {
        ExprKind::Call { callee, args, .. } => Some((*callee, args)),
        _ => None,
    }
}

/// Adds `, key: value` behind the last entry of an object, or inside an empty one.
pub(super) fn add_entry(site: &Site<'_>, object: &Found<'_>, text: &str, edits: &mut Edits) -> Option<()> {
    let ExprKind::Object(entries) = object.kind() else { return None };
    // The owner is named already, as the caller likes: what they say makes room.
    let key = text.split(':').next().unwrap_or_default().trim();
    let named = entries.iter().find(|entry| matches!(entry, Entry::Field { key: Key::Name(name), .. } if name == key));
    if let Some(named) = named {
        edits.replace(&site.code.file, object.placed.absolute(named.span()), text);
        return Some(());
    }
    match entries.last() {
        // Behind a spread too: what comes later wins.
        Some(last) => {
            let end = object.placed.absolute(last.span()).end;
            edits.insert(&site.code.file, end, format!(", {text}"));
        }
        None => edits.replace(&site.code.file, object.span(), format!("{{ {text} }}")),
    }
    Some(())
}

pub(super) fn field<'c>(object: &Found<'c>, name: &str) -> Option<Found<'c>> {
    let ExprKind::Object(entries) = object.kind() else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), value, .. } if key == name => Some(Found { placed: object.placed, id: *value }),
        _ => None,
    })
}

fn prisma(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let argument = at(site, site.plan.key.as_ref()?.span)?;
    let filter = field(&argument, "where")?;
    add_entry(site, &filter, &format!("{}: {}", site.plan.column, site.user), edits)?;
    let call = site.plan.access.span;
    let found = at(site, call)?;
    let (callee, _) = args_of(&found)?;
    let ExprKind::Member { name, name_span, .. } = &found.placed.segment[callee].kind else { return None };
    match (site.plan.operation, name.as_str()) {
        (Operation::Update | Operation::Delete, "update" | "delete") => {
            // A result that nobody uses: the many-form touches nothing of others and says how much it touched.
            if let Some(statement) = unused_statement(site, &found)
                && let Some(denied) = denial::not_found(site, edits)
            {
                let span = found.placed.absolute(*name_span);
                edits.replace(&site.code.file, span, format!("{name}Many"));
                edits.insert(&site.code.file, statement.start, "const { count } = ");
                guard_behind(site, statement, "if (!count)", &denied, edits);
            }
            Some(())
        }
        _ if reads_one(site.plan.operation) => {
            null_check(site, &found, edits);
            Some(())
        }
        _ => Some(()),
    }
}

fn drizzle(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let call = at(site, site.plan.key.as_ref()?.span)?;
    let (_, args) = args_of(&call)?;
    // `.where(eq(notes.id, id))`, or `findFirst({ where: eq(notes.id, id) })`.
    let condition = match &call.placed.segment[args.first()?.value].kind {
        ExprKind::Object(_) => field(&Found { placed: call.placed, id: args.first()?.value }, "where")?.id,
        _ => args.first()?.value,
    };
    let table = table_of(site, &call, condition)?;
    // `eq(notes.userId, body.userId)`: what the caller says makes room.
    if let Some(named) = compared_with(&call, condition, &site.plan.column) {
        edits.replace(&site.code.file, call.absolute(named), site.user.clone());
        return Some(());
    }
    let eq = site.import("drizzle-orm", "eq", edits)?;
    let term = format!("{eq}({table}.{}, {})", site.plan.column, site.user);
    let span = call.absolute(condition);
    // `and(...)` takes another condition as it is.
    if let ExprKind::Call { callee, args, .. } = &call.placed.segment[condition].kind
        && matches!(&call.placed.segment[*callee].kind, ExprKind::Name(name) if name == "and")
        && let Some(last) = args.last()
    {
        edits.insert(&site.code.file, call.placed.absolute(last.span).end, format!(", {term}"));
        return Some(());
    }
    let and = site.import("drizzle-orm", "and", edits)?;
    edits.insert(&site.code.file, span.start, format!("{and}("));
    edits.insert(&site.code.file, span.end, format!(", {term})"));
    Some(())
}

/// What a column is compared with inside of a condition.
fn compared_with(call: &Found<'_>, condition: ExprId, column: &str) -> Option<ExprId> {
    let ExprKind::Call { args, .. } = &call.placed.segment[condition].kind else { return None };
    if let [first, second] = args.as_slice()
        && matches!(&call.placed.segment[first.value].kind, ExprKind::Member { name, .. } if name == column)
    {
        return Some(second.value);
    }
    args.iter().find_map(|arg| compared_with(call, arg.value, column))
}

/// `notes` in `eq(notes.id, id)`.
fn table_of(site: &Site<'_>, call: &Found<'_>, condition: ExprId) -> Option<String> {
    let segment = &call.placed.segment;
    let ExprKind::Call { args, .. } = &segment[condition].kind else { return None };
    for arg in args {
        match &segment[arg.value].kind {
            ExprKind::Member { base, .. } => return Some(site.text(call.absolute(*base)).to_owned()),
            ExprKind::Call { .. } => return table_of(site, call, arg.value),
            _ => {}
        }
    }
    None
}

fn mongoose(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let key = at(site, site.plan.key.as_ref()?.span)?;
    let term = format!("{}: {}", site.plan.column, site.user);
    if matches!(key.kind(), ExprKind::Object(_)) {
        return add_entry(site, &key, &term, edits);
    }
    let call = call_around(site, key.span())?;
    let (callee, _) = args_of(&call)?;
    let ExprKind::Member { name, name_span, .. } = &call.placed.segment[callee].kind else { return None };
    let instead = match name.as_str() {
        "findById" => "findOne",
        "findByIdAndUpdate" => "findOneAndUpdate",
        "findByIdAndDelete" => "findOneAndDelete",
        "findByIdAndRemove" => "findOneAndRemove",
        _ => return None,
    };
    edits.replace(&site.code.file, call.placed.absolute(*name_span), instead);
    let id = site.text(key.span()).to_owned();
    edits.replace(&site.code.file, key.span(), format!("{{ _id: {id}, {term} }}"));
    if reads_one(site.plan.operation) {
        null_check(site, &call, edits);
    }
    Some(())
}

fn supabase(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let call = call_around(site, site.plan.key.as_ref()?.span)?;
    let quote = crate::fixes::edits::quote(&site.code.text, '"');
    let end = call.span().end;
    // A chain that is written over several lines goes on over several lines.
    let (callee, _) = args_of(&call)?;
    let ExprKind::Member { base, name_span, .. } = &call.placed.segment[callee].kind else { return None };
    let between = Span::new(call.absolute(*base).end, call.placed.absolute(*name_span).start);
    let before = site.text(between).trim_end_matches('.').to_owned();
    edits.insert(&site.code.file, end, format!("{before}.eq({quote}{}{quote}, {})", site.plan.db_column, site.user));
    Some(())
}

fn django(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let call = at(site, site.plan.key.as_ref()?.span)?;
    let (_, args) = args_of(&call)?;
    let last = args.last()?;
    // A relation is compared with the user, a plain column with the id.
    let user = site.user.strip_suffix(".id").or_else(|| site.user.strip_suffix(".pk")).unwrap_or(&site.user);
    let term = match &site.plan.relation {
        Some(relation) => format!("{relation}={user}"),
        None => format!("{}={}", site.plan.column, site.user),
    };
    if let Some(named) = keyword(site, args) {
        edits.replace(&site.code.file, call.placed.absolute(named.span), term);
        return Some(());
    }
    edits.insert(&site.code.file, call.placed.absolute(last.span).end, format!(", {term}"));
    Some(())
}

/// `owner_id=data["owner_id"]` among the arguments.
fn keyword<'a>(site: &Site<'_>, args: &'a [Arg]) -> Option<&'a Arg> {
    let is_owner = |name: &Name| *name == site.plan.column || site.plan.relation.as_ref() == Some(name);
    args.iter().find(|arg| arg.name.as_ref().is_some_and(is_owner))
}

fn sqlalchemy(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let key = at(site, site.plan.key.as_ref()?.span)?;
    if let ExprKind::Call { callee, args, .. } = key.kind()
        && let ExprKind::Member { name, .. } = &key.placed.segment[*callee].kind
        && let Some(last) = args.last()
    {
        if let (Some(named), "filter_by") = (keyword(site, args), name.as_str()) {
            edits.replace(&site.code.file, key.placed.absolute(named.span), format!("{}={}", site.plan.column, site.user));
            return Some(());
        }
        let term = match name.as_str() {
            "filter_by" => format!("{}={}", site.plan.column, site.user),
            "filter" | "where" => format!("{}.{} == {}", model_in(site, &key)?, site.plan.column, site.user),
            _ => return None,
        };
        edits.insert(&site.code.file, key.placed.absolute(last.span).end, format!(", {term}"));
        return Some(());
    }
    // `db.get(Note, id)`, `Note.query.get(id)`: the row is compared after it was read.
    let call = call_around(site, key.span())?;
    compare_after(site, &call, edits)
}

/// The model class as a condition of the call names it: `Note` in `Note.id == note_id`.
pub(super) fn model_in(site: &Site<'_>, call: &Found<'_>) -> Option<String> {
    let (_, args) = args_of(call)?;
    let segment = &call.placed.segment;
    for arg in args {
        if let ExprKind::Binary { left, .. } = &segment[arg.value].kind
            && let ExprKind::Member { base, .. } = &segment[*left].kind
        {
            return Some(site.text(call.absolute(*base)).to_owned());
        }
    }
    None
}

/// The statement that is nothing but this call (awaited or not).
fn unused_statement(site: &Site<'_>, call: &Found<'_>) -> Option<Span> {
    let segment = &call.placed.segment;
    let stmt = segment.stmts.iter().find(|stmt| match &stmt.kind {
        StmtKind::Expr(expr) => *expr == call.id || matches!(&segment[*expr].kind, ExprKind::Await(inner) if *inner == call.id),
        _ => false,
    })?;
    let _ = site;
    Some(call.placed.absolute(stmt.span))
}

/// The variable a statement puts the row into, and the statement.
pub(super) fn row_variable(call: &Found<'_>) -> Option<(Name, StmtId)> {
    let segment = &call.placed.segment;
    let span = segment[call.id].span;
    segment.stmts.iter().enumerate().find_map(|(id, stmt)| {
        let (pattern, value) = match &stmt.kind {
            StmtKind::Let { pattern, value: Some(value), .. } => (*pattern, *value),
            StmtKind::Expr(expr) => match &segment[*expr].kind {
                ExprKind::Assign { target, op: None, value } => (*target, *value),
                _ => return None,
            },
            _ => return None,
        };
        let PatternKind::Name(name) = &segment[pattern].kind else { return None };
        let value_span = segment[value].span;
        (value_span.contains(span) && !matches!(segment[value].kind, ExprKind::Function(_))).then(|| (name.clone(), StmtId(id as u32)))
    })
}

/// After a constrained read: if nothing asks whether a row was found, ask.
pub(super) fn null_check(site: &Site<'_>, call: &Found<'_>, edits: &mut Edits) {
    let Some((name, stmt)) = row_variable(call) else { return };
    let span = call.placed.absolute(call.placed.segment[stmt].span);
    let after = site.code.text.get(span.end as usize..).unwrap_or_default();
    let asked = [format!("!{name}"), format!("{name} ==="), format!("{name} =="), format!("{name}?."), format!("{name} ?")]
        .iter()
        .any(|test| after.contains(test.as_str()));
    if asked {
        return;
    }
    let mut wanted = Edits::default();
    if let Some(denied) = denial::not_found(site, &mut wanted) {
        if let Some(files) = wanted.finish() {
            for file in files {
                for edit in file.edits {
                    edits.edit(&file.file, edit);
                }
            }
        }
        guard_behind(site, span, &format!("if (!{name})"), &denied, edits);
    }
}

/// `if (...) denied` on a line of its own behind a statement.
fn guard_behind(site: &Site<'_>, statement: Span, test: &str, denied: &str, edits: &mut Edits) {
    let text = &site.code.text;
    let end = lines::line_end(text);
    let indent = indentation(text, statement.start);
    // Behind the semicolon, if the statement's span stops before it.
    let mut at = statement.end;
    if text.get(at as usize..).is_some_and(|rest| rest.starts_with(';')) {
        at += 1;
    }
    edits.insert(&site.code.file, at, format!("{end}{indent}{test} {denied}"));
}
