//! Whose the rows of a table are, as a policy would say it.

use crate::facts::schema::{Column, Model, ModelKey, OwnerConfidence, OwnerKind, OwnerPath, Privacy, Schema};

/// The condition that a row is the caller's: `(select auth.uid()) = user_id`. `None` where the schema does not say whose it is, or
/// says it in a way that the caller's id cannot be compared with.
pub fn condition(schema: &Schema, model: &Model) -> Option<String> {
    let path = best(model)?;
    match path.steps.as_slice() {
        [] => same_as_caller(schema, model, path, ""),
        [step] if !step.backwards => {
            let parent = schema.get(&step.model)?;
            let own = model.column(&step.column)?;
            let key = &own.references.as_ref().and_then(|reference| parent.column(&reference.column))?.db_name;
            let owned = same_as_caller(schema, parent, path, &format!("{}.", quoted(&parent.table)))?;
            let (table, parent_table) = (quoted(&model.table), quoted(&parent.table));
            Some(format!("exists (select 1 from {} where {parent_table}.{} = {table}.{} and {owned})", qualified(parent), quoted(key), quoted(&own.db_name)))
        }
        _ => None,
    }
}

/// The column that names the owner in the row itself, for messages.
pub fn direct(model: &Model) -> Option<&OwnerPath> {
    let is_person = |path: &&OwnerPath| matches!(path.kind, OwnerKind::Owner | OwnerKind::Party) && path.steps.is_empty();
    model.owners().iter().find(is_person)
}

/// What a row without an owner of its own is part of, where that is somebody's and nobody else is meant to see it.
pub fn private_parent<'s>(schema: &'s Schema, model: &Model) -> Option<&'s Model> {
    let [step] = best(model)?.steps.as_slice() else { return None };
    schema.get(&step.model).filter(|parent| !step.backwards && is_private(parent) && direct(parent).is_some())
}

fn best(model: &Model) -> Option<&OwnerPath> {
    let mut people = model.owners().iter().filter(|path| path.kind == OwnerKind::Owner);
    let first = people.clone().find(|path| path.confidence == OwnerConfidence::Proven).or_else(|| people.next())?;
    // Two ways of equal right say that the rows are shared.
    let is_rival = |path: &&OwnerPath| path.kind == OwnerKind::Party || path.kind == OwnerKind::Tenant && path.confidence == OwnerConfidence::Proven;
    (!model.owners().iter().any(|path| is_rival(&path))).then_some(first)
}

fn same_as_caller(schema: &Schema, model: &Model, path: &OwnerPath, prefix: &str) -> Option<String> {
    let column = model.column(&path.column)?;
    if !holds_callers_id(schema, column, path) {
        return None;
    }
    let name = format!("{prefix}{}", quoted(&column.db_name));
    match column.ty.split(['(', ' ']).next().unwrap_or("") {
        "uuid" | "" => Some(format!("(select auth.uid()) = {name}")),
        "text" | "varchar" | "character" => Some(format!("(select auth.uid())::text = {name}")),
        _ => None,
    }
}

/// Does it hold the id that the sign-in service gave, rather than one that a table of the project made up?
fn holds_callers_id(schema: &Schema, column: &Column, path: &OwnerPath) -> bool {
    let is_service = |key: &ModelKey| key.0 == "auth.users";
    let shares_key = |key: &ModelKey| {
        schema.get(key).is_some_and(|people| people.primary_key().any(|key| key.references.as_ref().is_some_and(|reference| is_service(&reference.model))))
    };
    match (&column.references, &path.target) {
        (Some(reference), _) => is_service(&reference.model) || shares_key(&reference.model),
        (None, None) => true,
        // The key of a table of people: theirs if nothing makes ids up for it.
        (None, Some(_)) => column.defaults_to_caller,
    }
}

/// The table as SQL names it from anywhere.
pub fn qualified(model: &Model) -> String {
    format!("{}.{}", quoted(model.schema.as_deref().unwrap_or("public")), quoted(&model.table))
}

/// A name as SQL takes it: with quotes unless it is plain.
pub fn quoted(name: &str) -> String {
    let is_plain =
        name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let is_taken =
        matches!(name, "user" | "order" | "group" | "table" | "check" | "default" | "limit" | "offset" | "select" | "where" | "all" | "end" | "primary");
    if is_plain && !is_taken { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Do its rows belong to somebody, and nobody else is meant to see them?
pub fn is_private(model: &Model) -> bool {
    matches!(model.privacy(), Privacy::Private | Privacy::Principal)
}
