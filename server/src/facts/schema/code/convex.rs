//! Convex: `defineSchema({ notes: defineTable({ ownerId: v.id("users") }) })`.

use super::node::{Node, last_segment};
use super::{Code, DefinerKind};
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, FileSchema, SourceKind, Target};
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for (_, call) in code.calls() {
        let is_schema = call.callee.last_name().is_some_and(|name| name == "defineSchema") && code.imports_from("convex");
        if !is_schema {
            continue;
        }
        let Some(tables) = call.arg(0).map(|tables| code.resolve(tables)) else { continue };
        for table in tables.fields() {
            let (root, _) = code.resolve(table.value).chain();
            let Some(made) =
                root.call().filter(|made| code.definers(DefinerKind::Convex).any(|definer| code.is_one_of(made.callee, &definer.table, &definer.library)))
            else {
                continue;
            };
            let mut model = model(table.name.clone(), code, table.name_span);
            if let Some(fields) = made.arg(0) {
                fields_of(code, fields, &mut model, 0);
            }
            out.models.push(model);
        }
        // Convex Auth brings its own tables; the people are in `users`.
        let brings_users = tables.spreads().into_iter().any(|spread| spread.last_name().is_some_and(|name| name == "authTables"));
        if brings_users && !out.models.iter().any(|model| model.name == "users") {
            let mut users = model(Name::new_static("users"), code, call.callee.span());
            users.is_principal = true;
            out.models.push(users);
        }
    }
}

fn model(name: Name, code: &Code<'_>, span: crate::text::Span) -> Declared {
    let mut model = Declared::new(SourceKind::Convex, name.clone(), code.site(span));
    model.table = Some(name);
    let mut id = DeclaredColumn::new(Name::new_static("_id"), model.site.clone());
    id.primary = true;
    model.columns.push(id);
    model
}

fn fields_of<'m>(code: &Code<'m>, object: Node<'m>, model: &mut Declared, depth: u32) {
    let object = code.resolve(object);
    // `defineTable(v.object({ … }))`, `defineTable(v.union(v.object({ … }), …))`
    if let Some(call) = object.call().filter(|_| depth < 4) {
        call.args().for_each(|arg| fields_of(code, arg, model, depth + 1));
        return;
    }
    if depth < 4 {
        object.spreads().into_iter().for_each(|spread| fields_of(code, spread, model, depth + 1));
    }
    for field in object.fields() {
        if model.columns.iter().any(|column| column.name == field.name) {
            continue;
        }
        let mut column = DeclaredColumn::new(field.name.clone(), code.site(field.name_span));
        let mut validator = code.resolve(field.value);
        for _ in 0..4 {
            let Some(call) = validator.call() else { break };
            let kind = call.callee.path().map(|path| Name::from(last_segment(&path))).unwrap_or_default();
            match (kind.as_str(), call.arg(0)) {
                ("optional", Some(inner)) => {
                    column.optional = true;
                    validator = code.resolve(inner);
                    continue;
                }
                ("array", Some(inner)) => {
                    column.list = true;
                    validator = code.resolve(inner);
                    continue;
                }
                ("id", Some(table)) => {
                    column.references = table.text().map(|name| DeclaredReference::to(Target::Table { schema: None, name }));
                }
                // `v.union(v.id("users"), v.null())`
                ("union", Some(_)) => {
                    let arm = call.args().find(|arm| arm.call().is_some_and(|call| call.callee.last_name().is_some_and(|name| name == "id")));
                    if let Some(arm) = arm {
                        validator = arm;
                        continue;
                    }
                }
                _ => {}
            }
            column.ty = kind;
            break;
        }
        model.columns.push(column);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn tables_and_validators() {
        let schema = link(&[(
            "/p/convex/schema.ts",
            r#"import { defineSchema, defineTable } from "convex/server"; import { v } from "convex/values";
            const shared = { createdAt: v.number() };
            export default defineSchema({
              users: defineTable({ tokenIdentifier: v.string(), email: v.optional(v.string()) }).index("by_token", ["tokenIdentifier"]),
              notes: defineTable({ ...shared, ownerId: v.id("users"), parent: v.optional(v.id("notes")), tags: v.array(v.string()) }).index("by_owner", ["ownerId"]),
              blocks: defineTable(v.object({ noteId: v.union(v.id("notes"), v.null()) })),
              chats: defineTable({ userId: v.string(), title: v.string() }),
            });"#,
        )]);
        assert!(schema.expect("users").is_principal);
        assert_eq!(schema.columns_of("notes"), "_id createdAt ownerId->users._id parent->notes._id tags");
        assert_eq!(schema.owners_of("notes"), "ownerId (Owner of users)");
        assert_eq!(schema.owners_of("blocks"), "noteId.ownerId (Owner of users)");
        assert_eq!(schema.owners_of("chats"), "userId (Owner of ?, by name)");
        let names: Vec<&str> = schema.expect("users").owners().iter().map(|path| path.column.as_str()).collect();
        assert_eq!(names, ["_id", "tokenIdentifier"]);
    }
}
