//! Tables made by query builders in migrations: Knex's `createTable("notes", (table) => { … })` and Kysely's chains.

use super::node::{Call, Node};
use super::{Code, DefinerKind};
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, FileSchema, SourceKind, Target};
use crate::model::StmtKind;
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for definer in code.definers(DefinerKind::Knex) {
        for (_, call) in code.calls() {
            let is_table = call.callee.last_name().is_some_and(|name| definer.table.iter().any(|table| table == name.as_str()));
            let is_schema = || call.callee.path().is_none_or(|path| path.contains("schema.") || path.contains("schema("));
            let Some(name) = call.arg(0).filter(|_| is_table && is_schema()) else { continue };
            let Some(table) = name.text() else { continue };
            let Some(body) = call.arg(1).filter(|body| body.function().is_some()) else { continue };
            let mut model = Declared::new(SourceKind::Migration, table.clone(), code.site(name.span()));
            model.table = Some(table);
            knex_body(code, body, &mut model);
            if !model.columns.is_empty() {
                out.models.push(model);
            }
        }
    }
    kysely(code, out);
}

fn knex_body(code: &Code<'_>, body: Node<'_>, model: &mut Declared) {
    let Some(function) = body.function() else { return };
    for stmt in &function.body {
        let (StmtKind::Expr(expr) | StmtKind::Return(Some(expr))) = &body.placed.segment[*stmt].kind else { continue };
        let (root, calls) = body.at(*expr).chain();
        let Some(made) = root.call() else { continue };
        let Some(kind) = made.callee.last_name().cloned() else { continue };
        if kind == "foreign" {
            let own = made.arg(0).and_then(|own| own.text().or_else(|| own.items().first()?.text()));
            if let (Some(column), Some(reference)) = (own.and_then(|own| model.column_mut(&own)), reference(&calls)) {
                column.references = Some(reference);
            }
            continue;
        }
        if kind == "unique" || kind == "primary" {
            let key: Vec<Name> = made.arg(0).map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect();
            if let [only] = key.as_slice() {
                model.column_mut(only).into_iter().for_each(|column| column.unique = true);
            } else {
                model.unique_together.push(key);
            }
            continue;
        }
        if kind.starts_with("drop")
            || matches!(kind.as_str(), "index" | "timestamps" | "renameColumn" | "comment" | "engine" | "charset" | "collate" | "check" | "setNullable")
        {
            continue;
        }
        let name = made.arg(0).and_then(Node::text).or_else(|| matches!(kind.as_str(), "increments" | "bigIncrements").then(|| Name::new_static("id")));
        let Some(name) = name else { continue };
        let mut column = DeclaredColumn::new(name.clone(), code.site(made.callee.span()));
        column.db_name = Some(name);
        column.primary = matches!(kind.as_str(), "increments" | "bigIncrements");
        column.ty = kind;
        column.optional = true;
        for (method, _) in &calls {
            match method.as_str() {
                "notNullable" => column.optional = false,
                "primary" => column.primary = true,
                "unique" => column.unique = true,
                _ => {}
            }
        }
        column.references = reference(&calls);
        model.columns.push(column);
    }
}

/// `.references("id").inTable("users").onDelete("CASCADE")`, `.references("users.id")`
fn reference(calls: &[(&Name, Call<'_>)]) -> Option<DeclaredReference> {
    let argument = |method: &str| calls.iter().find(|(name, _)| *name == method).and_then(|(_, call)| call.arg(0)?.text());
    let column = argument("references")?;
    let (table, column) = match (argument("inTable").or_else(|| argument("on")), column.rsplit_once('.')) {
        (Some(table), _) => (table, column.clone()),
        (None, Some((table, column))) => (Name::from(table), Name::from(column)),
        (None, None) => return None,
    };
    let (schema, name) = match table.split_once('.') {
        Some((schema, name)) => (Some(Name::from(schema)), Name::from(name)),
        None => (None, table),
    };
    let cascades = argument("onDelete").is_some_and(|action| action.eq_ignore_ascii_case("cascade"));
    Some(DeclaredReference { target: Target::Table { schema, name }, column: Some(column), cascades })
}

/// `db.schema.createTable("notes").addColumn("owner_id", "uuid", (col) => col.references("users.id").notNull())`
fn kysely(code: &Code<'_>, out: &mut FileSchema) {
    for (node, _) in code.calls() {
        let (root, calls) = node.chain();
        let Some((_, last)) = calls.last() else { continue };
        let is_end = last.callee.last_name().is_some_and(|name| name == "execute");
        let Some(made) = root.call().filter(|made| is_end && made.callee.last_name().is_some_and(|name| name == "createTable" || name == "alterTable")) else {
            continue;
        };
        let Some(table) = made.arg(0).and_then(Node::text) else { continue };
        let mut model = Declared::new(SourceKind::Migration, table.clone(), code.site(made.callee.span()));
        model.table = Some(table);
        for (method, call) in &calls {
            if *method != "addColumn" {
                continue;
            }
            let Some(name) = call.arg(0).and_then(Node::text) else { continue };
            let mut column = DeclaredColumn::new(name.clone(), code.site(call.arg(0).map(Node::span).unwrap_or_default()));
            column.db_name = Some(name);
            column.ty = call.arg(1).and_then(Node::text).unwrap_or_default();
            column.optional = true;
            if let Some(built) = call.arg(2).and_then(Node::returned) {
                // The chain begins at the parameter: its first call is not a chain of its own.
                let (first, rest) = built.chain();
                let first = first.call().and_then(|call| Some((call.callee.last_name()?, call)));
                let all: Vec<(&Name, Call<'_>)> = first.into_iter().chain(rest).collect();
                column.references = reference(&all);
                let has = |wanted: &str| all.iter().any(|(name, _)| *name == wanted);
                (column.primary, column.unique) = (has("primaryKey"), has("unique"));
                column.optional = !has("notNull") && !column.primary;
            }
            model.columns.push(column);
        }
        if !model.columns.is_empty() {
            out.models.push(model);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn migrations_of_query_builders() {
        let schema = link(&[
            (
                "/p/migrations/1.js",
                r#"exports.up = async (knex) => { await knex.schema.createTable("users", (t) => { t.increments(); t.string("email").unique(); t.string("password"); });
                await knex.schema.createTable("notes", function (table) { table.uuid("id").primary(); table.integer("user_id").notNullable().references("id").inTable("users").onDelete("CASCADE"); table.integer("folder_id"); table.foreign("folder_id").references("folders.id"); table.timestamps(); }); };
                exports.down = (knex) => knex.schema.dropTable("notes");"#,
            ),
            (
                "/p/migrations/2.ts",
                r#"export async function up(db: Kysely<any>) { await db.schema.createTable("tags").addColumn("id", "integer", (col) => col.primaryKey()).addColumn("note_id", "uuid", (col) => col.references("notes.id").onDelete("cascade").notNull()).execute(); }"#,
            ),
        ]);
        assert_eq!(schema.columns_of("notes"), "id user_id->users.id folder_id->folders.id");
        assert!(schema.expect("notes").column("user_id").unwrap().references.as_ref().unwrap().cascades);
        assert_eq!(schema.owners_of("tags"), "note_id.user_id (Owner of users)");
    }
}
