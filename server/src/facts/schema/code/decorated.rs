//! Classes whose decorators say what they store: TypeORM, MikroORM, sequelize-typescript, Nest's and Typegoose's documents.

use super::node::{Call, ClassNode, Node, core_type, last_segment};
use super::{Code, DefinerKind, mongoose, named_model};
use crate::facts::schema::catalogue::Definer;
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::{plural, same, snake};
use crate::model::{ExprKind, Field};
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for class in code.classes() {
        for definer in code.definers(DefinerKind::Decorated) {
            let entity = class.class.decorators.iter().map(|id| class.node(*id)).find(|node| is_decorator(code, *node, &definer.entity, definer));
            let has_columns = || class.fields().any(|field| marks(code, class, field, definer).next().is_some());
            if entity.is_some() || has_columns() && is_imported(code, definer) {
                out.models.push(model(code, class, definer, entity));
                break;
            }
        }
    }
}

fn is_imported(code: &Code<'_>, definer: &Definer) -> bool {
    code.imports_from(&definer.library)
}

/// `@Column`, `@Column({…})`
fn is_decorator(code: &Code<'_>, node: Node<'_>, names: &[String], definer: &Definer) -> bool {
    let callee = node.call().map_or(node, |call| call.callee);
    code.is_one_of(callee, names, &definer.library)
}

fn is_document(definer: &Definer) -> bool {
    definer.library.contains("mongoose") || definer.library.contains("typegoose")
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Column,
    Key,
    One,
    Many,
    Join,
    Foreign,
}

/// What the decorators of a field say, each with its call if it is one.
fn marks<'m, 'c>(code: &'c Code<'m>, class: ClassNode<'m>, field: &'m Field, definer: &'c Definer) -> impl Iterator<Item = (Mark, Node<'m>)> + 'c
where
    'm: 'c,
{
    field.decorators.iter().filter_map(move |id| {
        let node = class.node(*id);
        let kinds = [
            (Mark::Key, &definer.key),
            (Mark::Column, &definer.column),
            (Mark::One, &definer.one),
            (Mark::Many, &definer.many),
            (Mark::Join, &definer.join),
            (Mark::Foreign, &definer.foreign),
        ];
        kinds.into_iter().find(|(_, names)| is_decorator(code, node, names, definer)).map(|(mark, _)| (mark, node))
    })
}

fn model<'m>(code: &Code<'m>, class: ClassNode<'m>, definer: &Definer, entity: Option<Node<'m>>) -> Declared {
    let mut model = Declared::new(SourceKind::Decorated, class.class.name.clone(), code.site(class.name_span()));
    model.is_abstract = entity.is_none();
    model.bases = class.bases().filter_map(|base| base.last_name().cloned()).collect();
    if let Some(call) = entity.and_then(Node::call) {
        let options = call.args().find(|arg| matches!(arg.kind(), ExprKind::Object(_)));
        let option = |names: &[&str]| options.and_then(|options| names.iter().find_map(|name| options.field(name)?.text()));
        model.table = call.arg(0).and_then(Node::text).or_else(|| option(&["tableName", "name", "collection"]));
        model.schema = option(&["schema"]);
    }
    if model.table.is_none() && !model.is_abstract {
        let inferred = match definer.library.as_str() {
            _ if is_document(definer) => mongoose::collection_of(&model.name),
            "sequelize-typescript" => Name::from(plural(&model.name)),
            _ => Name::from(snake(&model.name)),
        };
        (model.table, model.table_is_inferred) = (Some(inferred), true);
    }
    for field in class.fields() {
        read_field(code, class, field, definer, &mut model);
    }
    if is_document(definer) && !model.columns.iter().any(|column| column.name == "_id") {
        let mut id = DeclaredColumn::new(Name::new_static("_id"), model.site.clone());
        id.primary = true;
        model.columns.insert(0, id);
    }
    carry_relations(&mut model);
    model
}

fn read_field<'m>(code: &Code<'m>, class: ClassNode<'m>, field: &'m Field, definer: &Definer, model: &mut Declared) {
    let (ty, optional, list) = field.ty.as_ref().map(core_type).unwrap_or_default();
    let site = code.site(class.placed.absolute(field.name_span));
    let mut column: Option<DeclaredColumn> = None;
    let mut relation: Option<(DeclaredRelation, bool)> = None;
    let (mut join, mut foreign) = (None, None);
    for (mark, node) in marks(code, class, field, definer) {
        let call = node.call();
        match mark {
            Mark::Column | Mark::Key => {
                let made =
                    column.get_or_insert_with(|| DeclaredColumn { ty: ty.clone(), optional, list, ..DeclaredColumn::new(field.name.clone(), site.clone()) });
                made.primary |= mark == Mark::Key;
                if let Some(call) = call {
                    column_options(call, made);
                }
            }
            Mark::One | Mark::Many => {
                let target = call.and_then(relation_target).unwrap_or_else(|| ty.clone());
                let options = call.and_then(|call| call.args().find(|arg| matches!(arg.kind(), ExprKind::Object(_))));
                let is_inverse = options.is_some_and(|options| options.field("mappedBy").is_some());
                let cascades = options
                    .and_then(|options| options.field("onDelete").or_else(|| options.field("deleteRule")))
                    .and_then(Node::text)
                    .is_some_and(|action| action.eq_ignore_ascii_case("cascade"));
                if let Some(name) = options.and_then(|options| options.field("joinColumn").or_else(|| options.field("fieldName"))).and_then(Node::text) {
                    join = Some(Some(name));
                }
                let is_one_to_one = node.call().map_or(node, |call| call.callee).last_name().is_some_and(|name| name == "OneToOne");
                let carries = mark == Mark::One && !is_inverse && !(is_one_to_one && definer.library == "typeorm");
                let made = DeclaredRelation {
                    name: field.name.clone(),
                    target: Target::Code(target),
                    columns: Vec::new(),
                    list: mark == Mark::Many,
                    site: site.clone(),
                };
                relation = Some((made, carries));
                foreign = Some(cascades);
            }
            Mark::Join => join = Some(call.and_then(|call| call.arg(0)).and_then(|options| options.field("name")).and_then(Node::text)),
            Mark::Foreign => {
                if let (Some(target), Some(column)) = (call.and_then(relation_target), column.as_mut()) {
                    column.references = Some(DeclaredReference::to(Target::Code(target)));
                } else if let Some(target) = call.and_then(relation_target) {
                    let mut made = DeclaredColumn { ty: ty.clone(), optional, ..DeclaredColumn::new(field.name.clone(), site.clone()) };
                    made.references = Some(DeclaredReference::to(Target::Code(target)));
                    column = Some(made);
                }
            }
        }
    }
    if let Some((mut relation, carries)) = relation {
        if carries || join.is_some() {
            let name = Name::from(format!("{}Id", field.name));
            let mut carried = DeclaredColumn { implicit: true, optional, ..DeclaredColumn::new(name.clone(), site) };
            carried.db_name = join.flatten();
            carried.references = Some(DeclaredReference { cascades: foreign == Some(true), ..DeclaredReference::to(relation.target.clone()) });
            relation.columns = vec![name];
            model.columns.push(carried);
        }
        model.relations.push(relation);
    }
    // `@Exclude()` takes it out of what is answered, where something looks at that.
    let is_excluded = field
        .decorators
        .iter()
        .map(|id| class.node(*id))
        .any(|node| node.call().map_or(node, |call| call.callee).last_name().is_some_and(|name| name == "Exclude"));
    if let Some(column) = column.as_mut().filter(|_| is_excluded) {
        column.excluded = true;
    }
    model.columns.extend(column.filter(|column| !model.relations.iter().any(|relation| relation.name == column.name && relation.columns.is_empty())));
}

/// Columns that carry a relation may be written twice: once as the relation, once as a field of their own.
fn carry_relations(model: &mut Declared) {
    let carried: Vec<DeclaredColumn> = model.columns.iter().filter(|column| column.implicit).cloned().collect();
    for implicit in carried {
        let is_same = |column: &DeclaredColumn| {
            let names = [Some(&column.name), column.db_name.as_ref()];
            !column.implicit && names.into_iter().flatten().any(|name| same(name, &implicit.name) || implicit.db_name.as_ref().is_some_and(|db| same(db, name)))
        };
        let Some(written) = model.columns.iter_mut().find(|column| is_same(column)) else { continue };
        written.references = implicit.references.clone();
        written.db_name = written.db_name.take().or(implicit.db_name);
        let name = written.name.clone();
        model
            .relations
            .iter_mut()
            .flat_map(|relation| &mut relation.columns)
            .filter(|column| **column == implicit.name)
            .for_each(|column| *column = name.clone());
        model.columns.retain(|column| !column.implicit || column.name != implicit.name);
    }
}

fn column_options(call: Call<'_>, column: &mut DeclaredColumn) {
    let Some(mut options) = call.args().find(|arg| matches!(arg.kind(), ExprKind::Object(_)) || arg.is_list()) else { return };
    if let Some(first) = options.items().first() {
        column.list = true;
        options = *first;
    }
    // `{ type: [{ type: ObjectId, ref: "User" }] }`
    if let Some(item) = options.field("type").and_then(|ty| ty.items().first().copied()) {
        column.list = true;
        options = if matches!(item.kind(), ExprKind::Object(_)) { item } else { options };
    }
    let flag = |name: &str| options.field(name).map(Node::is_true);
    column.db_name = ["name", "field", "fieldName"].iter().find_map(|name| options.field(name)?.text()).or_else(|| column.db_name.take());
    column.optional = flag("nullable").or(flag("allowNull")).or(flag("required").map(|required| !required)).unwrap_or(column.optional);
    column.unique |= flag("unique") == Some(true);
    column.withheld |= flag("select") == Some(false) || flag("hidden") == Some(true);
    column.primary |= flag("primary").or(flag("primaryKey")) == Some(true);
    if let Some(target) = options.field("ref").and_then(|target| named_model(target.value())) {
        column.references = Some(DeclaredReference::to(Target::Code(target)));
    }
    if let Some(ty) = options.field("type").and_then(|ty| ty.value().path()) {
        column.ty = Name::from(last_segment(&ty));
    }
}

/// `() => User`, `"User"`, `User`, `{ entity: () => User }`
fn relation_target(call: Call<'_>) -> Option<Name> {
    let first = call.arg(0)?;
    let first = first.field("entity").unwrap_or(first);
    named_model(first.value())
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn typeorm_entities() {
        let schema = link(&[
            (
                "/p/user.entity.ts",
                r#"import { Entity, Column, PrimaryGeneratedColumn, OneToMany } from "typeorm";
                @Entity({ name: "users", schema: "app" }) export class User { @PrimaryGeneratedColumn("uuid") id: string; @Column({ unique: true }) email: string; @Column({ select: false }) passwordHash: string;
                @OneToMany(() => Note, (note) => note.owner) notes: Note[]; }"#,
            ),
            (
                "/p/note.entity.ts",
                r#"import { Entity, Column, PrimaryGeneratedColumn, ManyToOne, JoinColumn, OneToOne, RelationId } from "typeorm"; import { User } from "./user.entity";
                export abstract class Base { @PrimaryGeneratedColumn() id: number; @Column({ name: "created_at" }) createdAt: Date; }
                @Entity() export class Note extends Base {
                  @ManyToOne(() => User, (user) => user.notes, { onDelete: "CASCADE" }) @JoinColumn({ name: "owner_id" }) owner: User;
                  @Column({ nullable: true }) title?: string;
                }
                @Entity("attachments") export class Attachment extends Base {
                  @Column({ name: "note_id" }) noteId: number;
                  @ManyToOne(() => Note) @JoinColumn({ name: "note_id" }) note: Note;
                  @OneToOne("Thumbnail", "attachment") thumbnail: Thumbnail;
                }"#,
            ),
        ]);
        assert_eq!(schema.columns_of("Note"), "ownerId->app.users.id title id createdAt");
        let owner = &schema.expect("Note").owners()[0];
        assert_eq!((owner.column.as_str(), owner.db_column.as_str(), owner.relation.as_deref()), ("ownerId", "owner_id", Some("owner")));
        assert!(schema.expect("Note").column("owner_id").unwrap().implicit && owner.is_called("owner"));
        assert_eq!(schema.columns_of("attachments"), "noteId->note.id id createdAt");
        assert_eq!(schema.owners_of("Attachment"), "note.ownerId (Owner of User)");
        assert!(schema.model("Base").is_none());
    }

    #[test]
    fn documents_and_tables_of_other_libraries() {
        let schema = link(&[
            (
                "/p/note.schema.ts",
                r#"import { Prop, Schema, SchemaFactory } from "@nestjs/mongoose"; import { Types } from "mongoose";
                @Schema({ timestamps: true }) export class Note { @Prop({ type: Types.ObjectId, ref: User.name, required: true }) user: User; @Prop() title: string; @Prop({ type: [{ type: Types.ObjectId, ref: "User" }] }) members: Types.ObjectId[]; }
                export const NoteSchema = SchemaFactory.createForClass(Note);"#,
            ),
            (
                "/p/task.ts",
                r#"import { Table, Column, Model, ForeignKey, BelongsTo } from "sequelize-typescript";
                @Table({ tableName: "tasks" }) export class Task extends Model { @ForeignKey(() => User) @Column userId: number; @BelongsTo(() => User) user: User; @Column title: string; }"#,
            ),
            (
                "/p/book.ts",
                r#"import { Entity, PrimaryKey, ManyToOne, Property } from "@mikro-orm/core";
                @Entity({ tableName: "books" }) export class Book { @PrimaryKey() id!: number; @ManyToOne(() => User) reader!: User; @Property() title!: string; }"#,
            ),
        ]);
        assert_eq!(schema.owners_of("Note"), "user (Owner of User); members (Party of User)");
        assert_eq!(schema.columns_of("tasks"), "userId->User.id title");
        assert_eq!(schema.owners_of("books"), "readerId (Owner of User)");
    }
}
