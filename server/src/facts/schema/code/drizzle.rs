//! Drizzle: `export const notes = pgTable("notes", { … })`, and what `relations(…)` adds.

use super::drizzle_policy::{crud_policies, policy, sql_text};
use super::node::{Call, Field, Node};
use super::{Code, DefinerKind};
use crate::facts::schema::declared::{Addition, Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::model::{ExprKind, Function, PatternKind};
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for binding in &code.bindings {
        let (root, calls) = binding.value.chain();
        if let Some(table) = table_call(code, root) {
            let mut model = Declared::new(SourceKind::Drizzle, binding.name.clone(), code.site(binding.name_span));
            table.fill(code, &mut model);
            if calls.iter().any(|(name, _)| *name == "enableRLS") || table.row_security {
                model.row_security = Some(true);
            }
            if !model.policies.is_empty() {
                model.row_security = Some(true);
            }
            out.models.push(model);
        }
    }
    for (_, call) in code.calls() {
        match call.callee.last_name().map(Name::as_str) {
            Some("relations") if code.imports_from("drizzle-orm") => relations(code, &call, out),
            Some("defineRelations" | "defineRelationsPart") if code.imports_from("drizzle-orm") => define_relations(code, &call, out),
            _ => {}
        }
    }
}

struct TableCall<'m> {
    call: Call<'m>,
    schema: Option<Name>,
    row_security: bool,
}

/// `pgTable(…)`, `createTable(…)` where `createTable = pgTableCreator(…)`, `app.table(…)` where `app = pgSchema("app")`.
fn table_call<'m>(code: &Code<'m>, node: Node<'m>) -> Option<TableCall<'m>> {
    let call = node.call()?;
    for definer in code.definers(DefinerKind::Drizzle) {
        if code.is_one_of(call.callee, &definer.table, &definer.library) {
            return Some(TableCall { call, schema: None, row_security: false });
        }
        // `pgTable.withRLS(…)`.
        let secured = match call.callee.kind() {
            ExprKind::Member { base, name, .. } if name == "withRLS" => Some(call.callee.at(*base)),
            _ => None,
        };
        if secured.is_some_and(|made| code.is_one_of(made, &definer.table, &definer.library)) {
            return Some(TableCall { call, schema: None, row_security: true });
        }
        let (maker, is_method) = match call.callee.kind() {
            ExprKind::Name(_) => (code.resolve(call.callee), false),
            ExprKind::Member { base, name, .. } if name == "table" => (code.resolve(call.callee.at(*base)), true),
            _ => continue,
        };
        if let Some(made) = maker.call().filter(|made| code.is_one_of(made.callee, &definer.table_maker, &definer.library)) {
            let schema = if is_method { made.arg(0).and_then(Node::text) } else { None };
            return Some(TableCall { call, schema, row_security: false });
        }
        // A maker of tables that comes from another file of the project, known by its name only.
        let imported = call.callee.path().and_then(|path| code.import(&path).cloned());
        let is_made_elsewhere = imported.is_some_and(|(source, name)| source.starts_with(['.', '@', '~']) && name.to_ascii_lowercase().contains("table"));
        if !is_method && is_made_elsewhere && call.arg(1).is_some() && code.imports_from("drizzle-orm") {
            return Some(TableCall { call, schema: None, row_security: false });
        }
    }
    None
}

impl<'m> TableCall<'m> {
    fn fill(&self, code: &Code<'m>, model: &mut Declared) {
        model.table = self.call.arg(0).and_then(Node::text);
        model.schema = self.schema.clone();
        if let Some(columns) = self.call.arg(1) {
            // `(t) => ({ id: t.uuid() })`.
            columns_of(code, columns.value(), model, 0);
        }
        let Some(extra) = self.call.arg(2) else { return };
        let extra = extra.value();
        let parts = if extra.is_list() { extra.items() } else { extra.fields().into_iter().map(|field| field.value).collect() };
        for part in parts {
            constraint(code, part, model);
        }
    }
}

fn columns_of<'m>(code: &Code<'m>, object: Node<'m>, model: &mut Declared, depth: u32) {
    let object = code.resolve(object);
    if depth < 4 {
        for spread in object.spreads() {
            columns_of(code, spread.value(), model, depth + 1);
        }
    }
    for field in object.fields() {
        model.columns.extend(column(code, &field));
    }
}

fn column(code: &Code<'_>, field: &Field<'_>) -> Option<DeclaredColumn> {
    let (root, calls) = field.value.chain();
    let made = root.call()?;
    let mut column = DeclaredColumn::new(field.name.clone(), code.site(field.name_span));
    column.ty = made.callee.last_name()?.clone();
    column.db_name = made.arg(0).and_then(Node::text);
    column.optional = true;
    for (name, call) in calls {
        match name.as_str() {
            "notNull" => column.optional = false,
            "primaryKey" => (column.primary, column.optional) = (true, false),
            "unique" => column.unique = true,
            "array" => column.list = true,
            "references" => {
                column.references = call.arg(0).and_then(|target| reference(target.value()));
                if let (Some(reference), Some(options)) = (&mut column.references, call.arg(1)) {
                    reference.cascades = options.field("onDelete").and_then(Node::text).is_some_and(|action| action.eq_ignore_ascii_case("cascade"));
                }
            }
            "default" => column.defaults_to_caller = call.arg(0).is_some_and(|value| sql_text(value).is_some_and(|text| text.contains("auth.uid()"))),
            _ => {}
        }
    }
    Some(column)
}

/// `users.id`
fn reference(node: Node<'_>) -> Option<DeclaredReference> {
    let ExprKind::Member { base, name, .. } = node.kind() else { return None };
    let table = node.at(*base).last_name()?;
    Some(DeclaredReference { column: Some(name.clone()), ..DeclaredReference::to(Target::Code(table.clone())) })
}

/// What the third argument of a table says: keys and policies.
fn constraint(code: &Code<'_>, node: Node<'_>, model: &mut Declared) {
    let (root, calls) = node.chain();
    let Some(call) = root.call() else { return };
    let names =
        |list: Option<Node<'_>>| list.map(|list| list.items().into_iter().filter_map(|item| item.last_name().cloned()).collect::<Vec<_>>()).unwrap_or_default();
    match call.callee.last_name().map(Name::as_str) {
        Some("foreignKey") => {
            let Some(options) = call.arg(0).map(Node::value) else { return };
            let targets = options.field("foreignColumns").map(Node::items).unwrap_or_default();
            for (own, target) in names(options.field("columns")).into_iter().zip(targets) {
                let found = reference(target);
                if let (Some(column), Some(found)) = (model.column_mut(&own), found) {
                    column.references = Some(found);
                }
            }
        }
        Some("primaryKey") => {
            let key = names(call.arg(0).and_then(|options| options.field("columns")));
            for name in &key {
                if let Some(column) = model.column_mut(name) {
                    column.primary = true;
                }
            }
            model.unique_together.push(key);
        }
        Some("unique" | "uniqueIndex") => {
            let on = calls.iter().find(|(name, _)| *name == "on").map(|(_, call)| call.args().filter_map(|arg| arg.last_name().cloned()).collect::<Vec<_>>());
            match on.unwrap_or_default().as_slice() {
                [] => {}
                [only] => {
                    if let Some(column) = model.column_mut(only) {
                        column.unique = true;
                    }
                }
                several => model.unique_together.push(several.to_vec()),
            }
        }
        Some("pgPolicy") => model.policies.extend(policy(code, &call)),
        Some("crudPolicy") => model.policies.extend(crud_policies(code, &call)),
        _ => {}
    }
}

/// `relations(notes, ({ one, many }) => ({ author: one(users, { fields: [notes.authorId], references: [users.id] }) }))`
fn relations(code: &Code<'_>, call: &Call<'_>, out: &mut FileSchema) {
    let (Some(table), Some(described)) = (call.arg(0).and_then(|table| table.last_name().cloned()), call.arg(1).and_then(Node::returned)) else {
        return;
    };
    for field in described.fields() {
        let Some(made) = field.value.call() else { continue };
        let list = made.callee.last_name().is_some_and(|name| name == "many");
        let Some(target) = made.arg(0).and_then(|target| target.last_name().cloned()) else { continue };
        let options = made.arg(1);
        let list_of = |name: &str| options.and_then(|options| options.field(name)).map(Node::items).unwrap_or_default();
        let columns: Vec<Name> = list_of("fields").into_iter().filter_map(|item| item.last_name().cloned()).collect();
        let targets: Vec<Name> = list_of("references").into_iter().filter_map(|item| item.last_name().cloned()).collect();
        add_relation(code, out, &table, &field, Way { target, columns, targets, list });
    }
}

/// Where a relation leads, and over which columns.
struct Way {
    target: Name,
    columns: Vec<Name>,
    targets: Vec<Name>,
    list: bool,
}

fn add_relation(code: &Code<'_>, out: &mut FileSchema, table: &Name, field: &Field<'_>, way: Way) {
    let Way { target, columns, targets, list } = way;
    let to = Target::Code(table.clone());
    for (column, target_column) in columns.iter().zip(&targets) {
        let mut carried = DeclaredColumn::new(column.clone(), code.site(field.name_span));
        carried.references = Some(DeclaredReference { column: Some(target_column.clone()), ..DeclaredReference::to(Target::Code(target.clone())) });
        out.additions.push(Addition { to: to.clone(), column: Some(carried), relation: None });
    }
    let relation = DeclaredRelation { name: field.name.clone(), target: Target::Code(target), columns, list, site: code.site(field.name_span) };
    out.additions.push(Addition { to, column: None, relation: Some(relation) });
}

/// `defineRelations(schema, (r) => ({ notes: { author: r.one.users({ from: r.notes.authorId, to: r.users.id }) } }))`
fn define_relations(code: &Code<'_>, call: &Call<'_>, out: &mut FileSchema) {
    let Some(described) = call.arg(1) else { return };
    if !described.function().is_some_and(|function| takes_one_name(described, function)) {
        return;
    }
    let Some(described) = described.returned() else { return };
    for table in described.fields() {
        for field in table.value.fields() {
            let Some(made) = field.value.call() else { continue };
            let Some(path) = made.callee.path() else { continue };
            let mut parts = path.rsplit('.');
            let (Some(target), Some(number)) = (parts.next(), parts.next()) else { continue };
            let names = |name: &str| -> Vec<Name> {
                let Some(value) = made.arg(0).and_then(|options| options.field(name)) else { return Vec::new() };
                let items = if value.is_list() { value.items() } else { vec![value] };
                items.into_iter().filter_map(|item| item.last_name().cloned()).collect()
            };
            let columns = if number == "one" { names("from") } else { Vec::new() };
            let way = Way { target: Name::from(target), columns, targets: names("to"), list: number == "many" };
            add_relation(code, out, &table.name, &field, way);
        }
    }
}

fn takes_one_name(node: Node<'_>, function: &Function) -> bool {
    function.params.first().is_some_and(|param| matches!(node.placed.segment[param.pattern].kind, PatternKind::Name(_)))
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    const TABLES: &str = r#"
import { relations, sql } from "drizzle-orm";
import { pgTable, pgTableCreator, pgPolicy, uuid, text, foreignKey, primaryKey, unique } from "drizzle-orm/pg-core";
import { authenticatedRole, authUsers } from "drizzle-orm/supabase";
import { timestamps } from "./shared";
const audit = { updatedAt: text("updated_at") };
export const users = pgTable("users", { id: uuid("id").primaryKey(), email: text("email").notNull().unique() });
export const teams = pgTable("teams", (t) => ({ id: t.uuid().primaryKey(), name: t.text() }));
export const teamMembers = pgTable("team_members", {
  teamId: uuid("team_id").references(() => teams.id, { onDelete: "cascade" }).notNull(),
  userId: uuid("user_id").references(() => users.id),
}, (t) => [primaryKey({ columns: [t.teamId, t.userId] })]);
export const notes = pgTable("notes", {
  id: uuid().defaultRandom().primaryKey(),
  ownerId: uuid("owner_id").notNull().references((): AnyPgColumn => users.id),
  ...audit, ...timestamps,
}).enableRLS();
export const files = pgTable("files", { id: uuid("id").primaryKey(), uploadedFor: uuid("uploaded_for"), teamId: uuid("team_id") }, (t) => ({
  fk: foreignKey({ columns: [t.teamId], foreignColumns: [teams.id] }),
  u: unique().on(t.uploadedFor),
}));
export const profiles = pgTable("profiles", { id: uuid("id").primaryKey().references(() => authUsers.id) }, (t) => [
  pgPolicy("own", { for: "select", to: authenticatedRole, using: sql`(select auth.uid()) = ${t.id}` }),
]);
export const lines = pgTable("lines", { id: uuid("id").primaryKey(), noteId: uuid("note_id") });
export const linesRelations = relations(lines, ({ one }) => ({ note: one(notes, { fields: [lines.noteId], references: [notes.id] }) }));
const createTable = pgTableCreator((name) => `app_${name}`);
export const posts = createTable("post", (d) => ({ id: d.integer().primaryKey(), createdById: d.varchar({ length: 255 }).notNull().references(() => users.id) }));
"#;

    #[test]
    fn tables_and_their_ways_to_people() {
        let schema = link(&[("/p/src/db/schema.ts", TABLES)]);
        assert_eq!(schema.columns_of("notes"), "updatedAt id ownerId->users.id");
        assert_eq!(schema.expect("notes").row_security.enabled, Some(true));
        assert_eq!(schema.owners_of("notes"), "ownerId (Owner of users)");
        assert_eq!(schema.owners_of("files"), "teamId (Tenant of teams)");
        assert!(schema.expect("teams").is_tenant && schema.expect("teamMembers").membership.is_some());
        assert_eq!(schema.owners_of("lines"), "note.ownerId (Owner of users)");
        assert_eq!(schema.owners_of("posts"), "createdById (Audit of users)");
        let profiles = schema.expect("profiles");
        assert!(profiles.is_principal && profiles.row_security.policies[0].using.as_ref().is_some_and(|rule| rule.predicate.owner_columns() == ["id"]));
        assert_eq!(schema.model("team_members"), schema.model("teamMembers"));
        assert!(schema.expect("files").column("uploaded_for").unwrap().unique);
    }

    #[test]
    fn relations_of_the_second_kind() {
        let schema = link(&[(
            "/p/schema.ts",
            r#"import { defineRelations } from "drizzle-orm"; import { sqliteTable, integer, text } from "drizzle-orm/sqlite-core";
            export const users = sqliteTable("users", { id: integer().primaryKey(), email: text() });
            export const notes = sqliteTable("notes", { id: integer().primaryKey(), authorId: integer("author_id") });
            export const relations = defineRelations({ users, notes }, (r) => ({ notes: { author: r.one.users({ from: r.notes.authorId, to: r.users.id }) }, users: { notes: r.many.notes() } }));"#,
        )]);
        assert_eq!(schema.columns_of("notes"), "id authorId->users.id");
        assert_eq!(schema.expect("notes").owners()[0].relation.as_deref(), Some("author"));
    }

    #[test]
    fn names_of_other_packages_are_not_meant() {
        let schema = link(&[("/p/a.ts", r#"import { pgTable } from "other-thing"; export const notes = pgTable("notes", { id: uuid("id") });"#)]);
        assert!(schema.is_empty());
        let schema = link(&[(
            "/p/a.ts",
            r#"
export const notes = pgTable("notes", {
  id: uuid("id"),
  user: uuid(
});
"#,
        )]);
        assert_eq!(schema.columns_of("notes"), "id", "half typed and not imported yet");
    }
}
