//! Clients whose questions are objects of options or chains of calls: Sequelize, TypeORM, Knex, Kysely, Peewee.

use super::query::{Found, add_entry, args_of, at, call_around, field, model_in, null_check};
use super::{Site, reads_one};
use crate::facts::query::Operation;
use crate::fixes::edits::{Edits, quote};
use crate::model::{ExprId, ExprKind};
use crate::text::{Name, Span};

/// `findOne({ where: { id } })`, `findOneBy({ id })`, `findByPk(id)`, `delete(id)`.
pub(super) fn options(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let key = at(site, site.plan.key.as_ref()?.span)?;
    let term = format!("{}: {}", site.plan.column, site.user);
    let access = at(site, site.plan.access.span)?;
    if matches!(key.kind(), ExprKind::Object(_)) {
        match field(&key, "where") {
            Some(filter) => add_entry(site, &filter, &term, edits)?,
            // The object is the condition itself.
            None if site.plan.client == "typeorm" && !is_of_options(&key) => add_entry(site, &key, &term, edits)?,
            None => return None,
        }
    } else {
        by_key(site, &key, &term, edits)?;
    }
    if reads_one(site.plan.operation) {
        null_check(site, &access, edits);
    }
    Some(())
}

/// `{ relations: .. }` without a `where` asks for whatever there is.
fn is_of_options(object: &Found<'_>) -> bool {
    ["relations", "select", "order", "include"].iter().any(|name| field(object, name).is_some())
}

/// A call that is given the key alone becomes one that is given conditions.
fn by_key(site: &Site<'_>, key: &Found<'_>, term: &str, edits: &mut Edits) -> Option<()> {
    let call = call_around(site, key.span())?;
    let (callee, args) = args_of(&call)?;
    if args.first()?.value != key.id {
        return None;
    }
    let ExprKind::Member { name, name_span, .. } = &call.placed.segment[callee].kind else { return None };
    let id = site.text(key.span()).to_owned();
    let named = match site.primary.as_str() {
        primary if primary == id => id,
        primary => format!("{primary}: {id}"),
    };
    match (site.plan.client.as_str(), name.as_str(), args) {
        ("sequelize", "findByPk", [_]) => edits.replace(&site.code.file, key.span(), format!("{{ where: {{ {named}, {term} }} }}")),
        ("sequelize", "findByPk", [_, options]) => {
            // `findByPk(id, { include: .. })`: the condition moves into the options.
            let options = Found { placed: call.placed, id: options.value };
            let ExprKind::Object(entries) = options.kind() else { return None };
            let first = options.placed.absolute(entries.first()?.span()).start;
            edits.replace(&site.code.file, Span::new(key.span().start, first), format!("{{ where: {{ {named}, {term} }}, "));
        }
        // An object of conditions may stand where the key does.
        ("typeorm", "delete" | "softDelete" | "update" | "restore", [_, ..]) => edits.replace(&site.code.file, key.span(), format!("{{ {named}, {term} }}")),
        _ => return None,
    }
    if name == "findByPk" {
        edits.replace(&site.code.file, call.placed.absolute(*name_span), "findOne");
    }
    Some(())
}

/// `.where("id", "=", id)`, `.where({ id })`: one more condition in the chain.
pub(super) fn chain(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let key = at(site, site.plan.key.as_ref()?.span)?;
    let call = call_around(site, key.span())?;
    let (callee, _) = args_of(&call)?;
    let ExprKind::Member { base, name, name_span, .. } = &call.placed.segment[callee].kind else { return None };
    if !matches!(name.as_str(), "where" | "andWhere") {
        return None;
    }
    match key.kind() {
        ExprKind::Object(_) => add_entry(site, &key, &format!("{}: {}", site.plan.db_column, site.user), edits)?,
        ExprKind::Str(column) => {
            // `"notes.id"` says whose column it is, where there are several.
            let table = column.rsplit_once('.').map(|(table, _)| format!("{table}.")).unwrap_or_default();
            let quote = quote(&site.code.text, '"');
            let between = Span::new(call.absolute(*base).end, call.placed.absolute(*name_span).start);
            let before = site.text(between).trim_end_matches('.').to_owned();
            let is = if site.plan.client == "kysely" { format!("{quote}={quote}, ") } else { String::new() };
            edits.insert(&site.code.file, call.span().end, format!("{before}.where({quote}{table}{}{quote}, {is}{})", site.plan.db_column, site.user));
        }
        _ => return None,
    }
    if reads_one(site.plan.operation) {
        null_check(site, &at(site, site.plan.access.span)?, edits);
    }
    Some(())
}

/// `Note.get_by_id(id)`, `Note.get(Note.id == id)`, `Note.delete_by_id(id)`, `Note.select().where(Note.id == id)`.
pub(super) fn peewee(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let key = at(site, site.plan.key.as_ref()?.span)?;
    let owner = site.plan.relation.as_ref().unwrap_or(&site.plan.column);
    if let ExprKind::Call { callee, args, .. } = key.kind()
        && let ExprKind::Member { name, .. } = &key.placed.segment[*callee].kind
        && matches!(name.as_str(), "get" | "get_or_none" | "where")
        && let Some(last) = args.last()
    {
        let model = model_in(site, &key)?;
        edits.insert(&site.code.file, key.absolute(last.value).end, format!(", {model}.{owner} == {}", site.user));
        return Some(());
    }
    let call = call_around(site, key.span())?;
    let (callee, args) = args_of(&call)?;
    let ExprKind::Member { base, name, .. } = &call.placed.segment[callee].kind else { return None };
    let model = model_of(&call, *base)?;
    let id = site.text(key.span()).to_owned();
    let conditions = format!("{model}.{} == {id}, {model}.{owner} == {}", site.primary, site.user);
    let instead = match (name.as_str(), site.plan.operation, args) {
        ("get_by_id", Operation::ReadOne, [_]) => format!("{model}.get({conditions})"),
        ("delete_by_id", Operation::Delete, [_]) => format!("{model}.delete().where({conditions}).execute()"),
        _ => return None,
    };
    edits.replace(&site.code.file, call.span(), instead);
    Some(())
}

fn model_of(call: &Found<'_>, base: ExprId) -> Option<Name> {
    match &call.placed.segment[base].kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}
