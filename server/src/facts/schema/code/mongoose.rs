//! Mongoose: `new Schema({ … })` and the `model("Note", schema)` that gives it a name.

use rustc_hash::FxHashSet;

use super::node::{Call, Node, last_segment};
use super::{Code, DefinerKind, named_model};
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::{plural, snake};
use crate::model::{CallKind, ExprKind};
use crate::text::{Name, Span};

/// Documents nest; deeper than this nobody keeps an owner.
const MAX_NESTING: u32 = 4;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    let has_schema = code.calls().any(|(_, call)| schema_fields(code, &call).is_some());
    let mut used = FxHashSet::default();
    for definer in code.definers(DefinerKind::Mongoose) {
        for (_, call) in code.calls() {
            let is_model = call.callee.last_name().is_some_and(|name| definer.table.iter().any(|table| table == name.as_str()));
            if !is_model || !(has_schema || code.imports_from(&definer.library)) {
                continue;
            }
            let (Some(name), Some(schema)) = (call.arg(0).and_then(named_model), call.arg(1)) else { continue };
            let mut model = Declared::new(SourceKind::Mongoose, name.clone(), code.site(call.arg(0).map(Node::span).unwrap_or_default()));
            model.table = call.arg(2).and_then(Node::text);
            let resolved = code.resolve(schema);
            match resolved.call().and_then(|made| Some((made, schema_fields(code, &made)?))) {
                Some((made, fields)) => {
                    used.insert(made.callee.span());
                    fill(code, &mut model, fields, made.arg(1));
                }
                // The schema stands in another file.
                None => model.bases.extend(schema.last_name().cloned()),
            }
            infer_collection(&mut model);
            out.models.push(model);
        }
    }
    for binding in &code.bindings {
        let Some(made) = binding.value.call() else { continue };
        let Some(fields) = schema_fields(code, &made).filter(|_| !used.contains(&made.callee.span())) else { continue };
        let mut schema = Declared::new(SourceKind::Mongoose, binding.name.clone(), code.site(binding.name_span));
        schema.is_abstract = true;
        fill(code, &mut schema, fields, made.arg(1));
        out.models.push(schema);
    }
}

fn infer_collection(model: &mut Declared) {
    if model.table.is_none() {
        model.table = Some(Name::from(plural(&model.name.to_lowercase())));
        model.table_is_inferred = true;
    }
}

/// The file says how documents look when they are sent: `schema.set("toJSON", …)`, `schema.methods.toJSON = …`, a plugin.
/// What it leaves out is not looked into.
fn shapes_what_it_sends(code: &Code<'_>) -> bool {
    let shapes = |call: &Call<'_>| match call.callee.last_name().map(Name::as_str) {
        Some("set") => call.arg(0).and_then(Node::text).is_some_and(|name| name == "toJSON" || name == "toObject"),
        Some("plugin") => true,
        _ => false,
    };
    let mut exprs = code.model.segments.iter().flat_map(|placed| &placed.segment.exprs);
    code.calls().any(|(_, call)| shapes(&call)) || exprs.any(|expr| matches!(&expr.kind, ExprKind::Member { name, .. } if name == "toJSON"))
}

/// The fields of `new Schema({ … })`, if the call is one.
fn schema_fields<'m>(code: &Code<'m>, call: &Call<'m>) -> Option<Node<'m>> {
    let is_schema =
        call.kind == CallKind::New && code.definers(DefinerKind::Mongoose).any(|definer| code.is_one_of(call.callee, &definer.schema, &definer.library));
    let fields = code.resolve(call.arg(0)?);
    (is_schema && matches!(fields.kind(), ExprKind::Object(_))).then_some(fields)
}

fn fill<'m>(code: &Code<'m>, model: &mut Declared, fields: Node<'m>, options: Option<Node<'m>>) {
    if let Some(collection) = options.and_then(|options| options.field("collection")).and_then(Node::text) {
        model.table = Some(collection);
    }
    nested(code, model, "", fields, false, 0);
    if options.is_some_and(|options| options.field("toJSON").is_some()) || shapes_what_it_sends(code) {
        model.columns.iter_mut().for_each(|column| column.withheld = true);
    }
    if !model.columns.iter().any(|column| column.name == "_id") {
        let mut id = DeclaredColumn::new(Name::new_static("_id"), model.site.clone());
        (id.primary, id.ty) = (true, Name::new_static("ObjectId"));
        model.columns.insert(0, id);
    }
}

fn nested<'m>(code: &Code<'m>, model: &mut Declared, prefix: &str, fields: Node<'m>, list: bool, depth: u32) {
    if depth > MAX_NESTING {
        return;
    }
    for field in fields.fields() {
        let name = Name::from(if prefix.is_empty() { field.name.to_string() } else { format!("{prefix}.{}", field.name) });
        path(code, model, name, field.name_span, field.value, list, depth);
    }
}

/// One path of a document: `{ type: ObjectId, ref: "User" }`, `String`, `[{ … }]`, a document inside the document.
fn path<'m>(code: &Code<'m>, model: &mut Declared, name: Name, span: Span, value: Node<'m>, list: bool, depth: u32) {
    let value = code.resolve(value);
    if let Some(item) = value.items().first() {
        return path(code, model, name, span, *item, true, depth + 1);
    }
    if let Some(fields) = value.call().and_then(|call| schema_fields(code, &call)) {
        return nested(code, model, &name, fields, list, depth + 1);
    }
    let ty = value.field("type").filter(|ty| ty.field("type").is_none());
    if matches!(value.kind(), ExprKind::Object(_)) && ty.is_none() {
        return nested(code, model, &name, value, list, depth + 1);
    }
    let mut column = DeclaredColumn::new(name.clone(), code.site(span));
    column.list = list;
    column.optional = true;
    let Some(ty) = ty else {
        column.ty = value.path().map(|path| Name::from(last_segment(&path))).unwrap_or_default();
        return model.columns.push(column);
    };
    if let Some(inner) = ty.items().first() {
        // `{ type: [{ type: ObjectId, ref: "User" }] }`
        if matches!(inner.kind(), ExprKind::Object(_)) {
            return path(code, model, name, span, *inner, true, depth + 1);
        }
        column.list = true;
    }
    if let Some(fields) = code.resolve(ty).call().and_then(|call| schema_fields(code, &call)) {
        return nested(code, model, &name, fields, list, depth + 1);
    }
    column.ty = ty.items().first().copied().unwrap_or(ty).path().map(|path| Name::from(last_segment(&path))).unwrap_or_default();
    let flag = |key: &str| value.field(key).is_some_and(|value| value.is_true() || value.items().first().is_some_and(|first| first.is_true()));
    column.optional = !flag("required");
    column.unique = flag("unique");
    column.withheld = value.field("select").is_some_and(|select| matches!(select.kind(), ExprKind::Bool(false)));
    column.primary = name == "_id";
    if let Some(target) = value.field("ref").and_then(|target| named_model(target.value())) {
        column.references = Some(DeclaredReference::to(Target::Code(target.clone())));
        model.relations.push(DeclaredRelation {
            name: name.clone(),
            target: Target::Code(target),
            columns: vec![name],
            list: column.list,
            site: column.site.clone(),
        });
    }
    model.columns.push(column);
}

/// The collection of a document class: Nest, Typegoose.
pub(super) fn collection_of(class: &str) -> Name {
    Name::from(plural(&snake(class).replace('_', "")))
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn schemas_and_models_in_every_order() {
        let schema = link(&[
            (
                "/p/models/User.js",
                r#"const mongoose = require("mongoose"); const { Schema } = mongoose;
                const userSchema = new Schema({ name: String, email: { type: String, required: true, unique: true }, password: { type: String, select: false } }, { timestamps: true });
                module.exports = mongoose.models.User || mongoose.model("User", userSchema);"#,
            ),
            (
                "/p/models/Note.ts",
                r#"import { Schema, model, Types } from "mongoose";
                const commentSchema = new Schema({ author: { type: Schema.Types.ObjectId, ref: "User" }, text: String });
                export const noteSchema = new Schema({
                  user: { type: Schema.Types.ObjectId, ref: "User", required: [true, "who?"] },
                  tags: [String], comments: [commentSchema], likes: [{ type: Types.ObjectId, ref: "User" }],
                  meta: { views: Number, lastEditedBy: { type: Types.ObjectId, ref: 'User' } },
                  geo: { type: { type: String }, coordinates: [Number] },
                }, { collection: "user_notes" });
                export default model<NoteDoc>("Note", noteSchema);"#,
            ),
            (
                "/p/models/Board.ts",
                r#"import mongoose from "mongoose"; import User from "./User";
                const Board = mongoose.model("Board", new mongoose.Schema({ title: String, members: [{ user: { type: mongoose.Schema.Types.ObjectId, ref: User }, role: String }] }));
                const Card = mongoose.model("Card", new mongoose.Schema({ board: { type: mongoose.Types.ObjectId, ref: () => Board } }));"#,
            ),
        ]);
        assert!(schema.expect("User").is_principal);
        assert_eq!(schema.expect("User").table, "users");
        assert_eq!(
            schema.columns_of("Note"),
            "_id user->users._id tags comments.author->users._id comments.text likes->users._id meta.views meta.lastEditedBy->users._id geo.type geo.coordinates"
        );
        assert_eq!(schema.owners_of("Note"), "user (Owner of User)");
        assert_eq!(schema.expect("user_notes").name, "Note");
        assert!(!schema.expect("Note").column("user").unwrap().optional);
        assert_eq!(schema.owners_of("Board"), "members.user (Party of User)");
        assert_eq!(schema.owners_of("Card"), "board.members.user (Party of User)");
    }

    #[test]
    fn a_schema_and_its_model_may_stand_in_two_files() {
        let schema = link(&[
            (
                "/p/schemas/note.ts",
                r#"import { Schema } from "mongoose"; export const NoteSchema = new Schema({ owner: { type: Schema.Types.ObjectId, ref: "User" } });"#,
            ),
            (
                "/p/models/note.ts",
                r#"import { model } from "mongoose"; import { NoteSchema } from "../schemas/note"; export const Note = model("Note", NoteSchema);"#,
            ),
        ]);
        assert_eq!(schema.owners_of("Note"), "owner (Owner of User)");
        assert!(schema.model("NoteSchema").is_none());
    }
}
