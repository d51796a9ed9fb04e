//! SQLAlchemy: declarative classes, `Table(…)`, and the tables that Alembic's migrations make.

use super::node::{Call, ClassNode, Node, core_type, last_segment};
use super::{Code, DefinerKind};
use crate::facts::schema::catalogue::Definer;
use crate::facts::schema::declared::{Addition, Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::snake;
use crate::model::{ExprKind, Field};
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for definer in code.definers(DefinerKind::Sqlalchemy) {
        for class in code.classes() {
            out.models.extend(model(code, class, definer));
        }
        for binding in code.bound() {
            if let Some(call) = binding.value.call().filter(|call| is_named(call, &["Table"]) && code.imports_from("sqlalchemy") || is_method_of_db(call)) {
                out.models.extend(table(code, &call, definer, Some(&binding.name)));
            }
        }
        for (_, call) in code.calls() {
            // Asked of every call, so by its last name first.
            if !is_named(&call, &["create_table", "add_column", "create_foreign_key"]) {
                continue;
            }
            match call.callee.path().as_deref() {
                Some("op.create_table") => out.models.extend(table(code, &call, definer, None)),
                Some("op.add_column") => add_column(code, &call, definer, out),
                Some("op.create_foreign_key") => create_foreign_key(code, &call, out),
                _ => {}
            }
        }
    }
}

fn is_named(call: &Call<'_>, names: &[&str]) -> bool {
    call.callee.last_name().is_some_and(|name| names.contains(&name.as_str()))
}

/// `db.Table("tags", db.Column(…))`
fn is_method_of_db(call: &Call<'_>) -> bool {
    is_named(call, &["Table"]) && call.callee.path().is_some_and(|path| path == "db.Table")
}

fn is_call_of(code: &Code<'_>, node: Node<'_>, names: &[String], definer: &Definer) -> bool {
    node.call().is_some_and(|call| code.is_one_of(call.callee, names, &definer.library))
}

/// The type arguments' names, as in `Mapped[int]`.
fn is_mapped(field: &Field) -> bool {
    field.ty.as_ref().is_some_and(|ty| matches!(last_segment(&ty.name), "Mapped" | "WriteOnlyMapped" | "DynamicMapped"))
}

fn model<'m>(code: &Code<'m>, class: ClassNode<'m>, definer: &Definer) -> Option<Declared> {
    let table_name = class.value("__tablename__");
    let has_columns = class.fields().any(|field| {
        let value = field.value.map(|id| class.node(id));
        is_mapped(field) || value.is_some_and(|value| is_call_of(code, value, &definer.column, definer) || is_call_of(code, value, &definer.many, definer))
    });
    let is_db_model = class.bases().filter_map(Node::path).any(|base| base.ends_with(".Model") && !base.starts_with("models."));
    let is_declared = has_columns
        || table_name.is_some() && !class.class.keywords.iter().any(|(name, _)| name == "table")
        || is_db_model && code.imports_from("flask_sqlalchemy");
    if !is_declared || class.class.keywords.iter().any(|(name, _)| name == "table") {
        return None;
    }
    let mut model = Declared::new(SourceKind::SqlAlchemy, class.class.name.clone(), code.site(class.name_span()));
    model.bases = class.bases().filter_map(|base| base.last_name().cloned()).collect();
    model.table = table_name.and_then(Node::text);
    for field in class.fields() {
        read_field(code, class, field, definer, &mut model);
    }
    table_args(code, class, &mut model);
    let says_abstract = class.value("__abstract__").is_some_and(Node::is_true);
    let has_key = model.columns.iter().any(|column| column.primary);
    let inherits = model.bases.iter().any(|base| !matches!(base.as_str(), "object" | "DeclarativeBase" | "DeclarativeBaseNoMeta" | "MappedAsDataclass"));
    model.is_abstract = says_abstract || model.table.is_none() && !is_db_model && !(has_key && inherits);
    // Without a table's name of its own it may still be a table: its base may give names and keys to all. Linking knows.
    if model.table.is_none() && !says_abstract && (inherits || is_db_model) {
        (model.table, model.table_is_inferred) = (Some(Name::from(snake(&model.name))), true);
    }
    Some(model)
}

fn read_field<'m>(code: &Code<'m>, class: ClassNode<'m>, field: &'m Field, definer: &Definer, model: &mut Declared) {
    if field.name.starts_with("__") {
        return;
    }
    let site = code.site(class.placed.absolute(field.name_span));
    let (ty, optional, list) = field.ty.as_ref().map(core_type).unwrap_or_default();
    let call = field.value.map(|id| class.node(id)).and_then(Node::call);
    let is = |names: &[String]| call.is_some_and(|call| code.is_one_of(call.callee, names, &definer.library));
    if is(&definer.many) {
        let call_target = call
            .and_then(|call| call.arg(0).or_else(|| call.named("argument")))
            .and_then(|target| target.value().text().or_else(|| target.value().last_name().cloned()));
        let Some(target) = call_target.map(|target| Name::from(last_segment(&target))).or_else(|| (!ty.is_empty()).then(|| Name::from(last_segment(&ty))))
        else {
            return;
        };
        let keys = call.and_then(|call| call.named("foreign_keys")).map(foreign_keys).unwrap_or_default();
        let list = list || call.is_some_and(|call| call.named("secondary").is_some());
        model.relations.push(DeclaredRelation { name: field.name.clone(), target: Target::Code(target), columns: keys, list, site });
        return;
    }
    let shared = alias_column(code, field, definer);
    if !(is(&definer.column) || is_mapped(field)) {
        return;
    }
    let mut column = DeclaredColumn { ty, optional, list, ..DeclaredColumn::new(field.name.clone(), site) };
    for made in shared.into_iter().chain(call.filter(|_| is(&definer.column))) {
        column_options(code, &made, definer, &mut column, field.ty.is_none());
    }
    model.columns.push(column);
}

/// `user_id: Mapped[user_fk]` where `user_fk = Annotated[int, mapped_column(ForeignKey("users.id"))]`.
fn alias_column<'m>(code: &Code<'m>, field: &Field, definer: &Definer) -> Option<Call<'m>> {
    let (ty, ..) = core_type(field.ty.as_ref()?);
    let binding = code.bindings.iter().find(|binding| binding.name == ty)?;
    let ExprKind::Index { index, .. } = binding.value.kind() else { return None };
    binding.value.at(*index).items().into_iter().find(|item| is_call_of(code, *item, &definer.column, definer)).and_then(Node::call)
}

fn column_options(code: &Code<'_>, call: &Call<'_>, definer: &Definer, column: &mut DeclaredColumn, untyped: bool) {
    for (position, arg) in call.args().enumerate() {
        if let (0, Some(name)) = (position, arg.text()) {
            column.db_name = Some(name);
        } else if is_call_of(code, arg, &definer.foreign, definer) {
            column.references = arg.call().and_then(|key| foreign_key(&key));
        } else if column.ty.is_empty() {
            let ty = arg.call().map_or(arg, |call| call.callee);
            column.ty = ty.last_name().cloned().unwrap_or_default();
        }
    }
    column.db_name = call.named("name").and_then(Node::text).or_else(|| column.db_name.take());
    column.primary |= call.is_named_true("primary_key");
    column.unique |= call.is_named_true("unique");
    column.optional = match call.named("nullable").map(Node::kind) {
        Some(ExprKind::Bool(nullable)) => *nullable,
        _ => (untyped || column.optional) && !column.primary,
    };
}

/// `ForeignKey("users.id")`, `ForeignKey(User.id)`, `ForeignKey("auth.users.id", ondelete="CASCADE")`
fn foreign_key(call: &Call<'_>) -> Option<DeclaredReference> {
    let target = call.arg(0).or_else(|| call.named("column"))?;
    let cascades = call.named("ondelete").and_then(Node::text).is_some_and(|action| action.eq_ignore_ascii_case("cascade"));
    if let Some(text) = target.text() {
        return Some(DeclaredReference { cascades, ..path_reference(&text) });
    }
    let ExprKind::Member { base, name, .. } = target.kind() else { return None };
    let class = target.at(*base).last_name().filter(|name| *name != "c").cloned();
    let class = class.or_else(|| target.at(*base).path().and_then(|path| path.split('.').next().map(Name::from)))?;
    Some(DeclaredReference { cascades, column: Some(name.clone()), ..DeclaredReference::to(Target::Code(class)) })
}

/// `users.id`, `auth.users.id`
pub(super) fn path_reference(path: &str) -> DeclaredReference {
    let mut parts: Vec<&str> = path.split('.').collect();
    let column = if parts.len() > 1 { parts.pop().map(Name::from) } else { None };
    let name = parts.pop().map(Name::from).unwrap_or_default();
    DeclaredReference { column, ..DeclaredReference::to(Target::Table { schema: parts.pop().map(Name::from), name }) }
}

/// `[owner_id]`, `"Note.owner_id"`, `"[Note.owner_id]"`
fn foreign_keys(node: Node<'_>) -> Vec<Name> {
    if let Some(text) = node.text() {
        return text.trim_matches(['[', ']']).split(',').map(|name| Name::from(last_segment(name.trim()))).collect();
    }
    let items = if node.is_list() { node.items() } else { vec![node] };
    items.into_iter().filter_map(|item| item.last_name().cloned()).collect()
}

/// `__table_args__ = (UniqueConstraint("a", "b"), ForeignKeyConstraint(["c"], ["d.e"]))`
fn table_args(code: &Code<'_>, class: ClassNode<'_>, model: &mut Declared) {
    let Some(args) = class.value("__table_args__") else { return };
    model.schema = args.field("schema").or_else(|| args.items().iter().find_map(|item| item.field("schema"))).and_then(Node::text);
    for call in args.items().into_iter().filter_map(Node::call) {
        constraint(code, &call, model);
    }
}

fn constraint(_code: &Code<'_>, call: &Call<'_>, model: &mut Declared) {
    match call.callee.last_name().map(Name::as_str) {
        Some("UniqueConstraint" | "PrimaryKeyConstraint") => {
            let key: Vec<Name> = call.args().filter_map(Node::text).collect();
            let is_primary = call.callee.last_name().is_some_and(|name| name == "PrimaryKeyConstraint");
            for column in model.columns.iter_mut().filter(|column| key.contains(&column.name)) {
                column.primary |= is_primary;
                column.unique |= !is_primary && key.len() == 1;
            }
            if key.len() > 1 {
                model.unique_together.push(key);
            }
        }
        Some("ForeignKeyConstraint") => {
            let list = |n: usize| call.arg(n).map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect::<Vec<_>>();
            for (own, target) in list(0).into_iter().zip(list(1)) {
                if let Some(column) = model.column_mut(&own) {
                    column.references = Some(path_reference(&target));
                }
            }
        }
        _ => {}
    }
}

/// `Table("notes", metadata, Column("id", Integer, primary_key=True))`, `op.create_table("notes", sa.Column(…))`
fn table(code: &Code<'_>, call: &Call<'_>, definer: &Definer, bound: Option<&Name>) -> Option<Declared> {
    let name = call.arg(0)?;
    let table = name.text()?;
    let kind = if bound.is_some() { SourceKind::SqlAlchemy } else { SourceKind::Migration };
    let mut model = Declared::new(kind, bound.cloned().unwrap_or_else(|| table.clone()), code.site(name.span()));
    model.table = Some(table);
    model.schema = call.named("schema").and_then(Node::text);
    let parts: Vec<Call<'_>> = call.args().skip(1).filter_map(Node::call).collect();
    for part in &parts {
        if code.is_one_of(part.callee, &definer.column, &definer.library) {
            model.columns.extend(named_column(code, part, definer));
        }
    }
    for part in &parts {
        constraint(code, part, &mut model);
    }
    Some(model)
}

fn named_column(code: &Code<'_>, call: &Call<'_>, definer: &Definer) -> Option<DeclaredColumn> {
    let name = call.arg(0)?;
    let mut column = DeclaredColumn::new(name.text()?, code.site(name.span()));
    column_options(code, call, definer, &mut column, true);
    Some(column)
}

/// `op.add_column("notes", sa.Column("owner_id", …))`
fn add_column(code: &Code<'_>, call: &Call<'_>, definer: &Definer, out: &mut FileSchema) {
    let (Some(table), Some(made)) = (call.arg(0).and_then(Node::text), call.arg(1).and_then(Node::call)) else { return };
    let column = named_column(code, &made, definer);
    out.additions.push(Addition { to: Target::Table { schema: None, name: table }, column, relation: None });
}

/// `op.create_foreign_key("fk", "notes", "users", ["owner_id"], ["id"])`
fn create_foreign_key(code: &Code<'_>, call: &Call<'_>, out: &mut FileSchema) {
    let (Some(source), Some(target)) = (call.arg(1).and_then(Node::text), call.arg(2).and_then(Node::text)) else { return };
    let list = |n: usize| call.arg(n).map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect::<Vec<_>>();
    for (own, other) in list(3).into_iter().zip(list(4)) {
        let mut column = DeclaredColumn::new(own, code.site(call.callee.span()));
        column.references = Some(DeclaredReference { column: Some(other), ..DeclaredReference::to(Target::Table { schema: None, name: target.clone() }) });
        out.additions.push(Addition { to: Target::Table { schema: None, name: source.clone() }, column: Some(column), relation: None });
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    const BASE: &str = "
from datetime import datetime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, declared_attr

class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower()

class TimestampMixin:
    created_at: Mapped[datetime]
";

    const MODELS: &str = "
from typing import Annotated, Optional, TYPE_CHECKING
import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from .base import Base, TimestampMixin

user_fk = Annotated[int, mapped_column(ForeignKey('users.id', ondelete='CASCADE'))]

class User(Base):
    __tablename__ = 'users'
    email: Mapped[str] = mapped_column(String(320), unique=True)
    hashed_password = sa.Column(sa.String, nullable=False)
    notes: Mapped[list['Note']] = relationship(back_populates='owner')

class Note(TimestampMixin, Base):
    title: Mapped[str | None]
    owner_id: Mapped[user_fk]
    reviewer_id: Mapped[Optional[int]] = mapped_column('rev', ForeignKey(User.id))
    owner: Mapped['User'] = relationship(back_populates='notes', foreign_keys=[owner_id])

class Line(Base):
    __tablename__ = 'lines'
    note_id = sa.Column(sa.ForeignKey('note.id'))
    note = relationship(Note)
    __table_args__ = (UniqueConstraint('note_id', 'id'), {'schema': 'app'})
";

    #[test]
    fn declarative_classes_with_bases_elsewhere() {
        let schema = link(&[("/p/app/base.py", BASE), ("/p/app/models.py", MODELS)]);
        assert_eq!(schema.columns_of("Note"), "title owner_id->users.id reviewer_id->users.id created_at id");
        assert_eq!(schema.expect("Note").column("rev").unwrap().name, "reviewer_id");
        assert_eq!(schema.owners_of("Note"), "owner_id (Owner of User)");
        assert_eq!(schema.expect("Note").owners()[0].relation.as_deref(), Some("owner"));
        assert_eq!(schema.owners_of("lines"), "note.owner_id (Owner of User)");
        assert_eq!(schema.expect("Line").schema.as_deref(), Some("app"));
        assert!(schema.expect("User").is_principal && schema.model("Base").is_none() && schema.model("TimestampMixin").is_none());
        assert!(!schema.expect("User").column("hashed_password").unwrap().optional);
        assert!(schema.expect("Note").column("title").unwrap().optional);
    }

    #[test]
    fn flask_core_tables_and_alembic() {
        let schema = link(&[
            (
                "/p/models.py",
                r#"
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class BlogPost(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    author_id = db.Column(db.Integer, db.ForeignKey('user.id'))
    slug = db.Column(db.String)

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String)
    password = db.Column(db.String)

likes = db.Table('likes', db.Column('user_id', db.ForeignKey('user.id')), db.Column('post_id', db.ForeignKey('blog_post.id')))
"#,
            ),
            (
                "/p/migrations/versions/1.py",
                r#"
from alembic import op
import sqlalchemy as sa
def upgrade():
    op.create_table('blog_post', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('team_id', sa.Integer()), sa.ForeignKeyConstraint(['team_id'], ['teams.id']))
    op.add_column('user', sa.Column('plan', sa.String()))
    op.create_foreign_key(None, 'likes', 'blog_post', ['post_id'], ['id'])
"#,
            ),
        ]);
        assert_eq!(schema.columns_of("BlogPost"), "id author_id->user.id slug team_id->teams.id");
        assert_eq!(schema.expect("blog_post").sources.len(), 2);
        assert_eq!(schema.columns_of("likes"), "user_id->user.id post_id->blog_post.id");
        assert!(schema.expect("User").column("plan").is_some());
    }

    #[test]
    fn classes_that_store_nothing_are_no_models() {
        let schema = link(&[(
            "/p/schemas.py",
            r#"
from pydantic import BaseModel
class NoteIn(BaseModel):
    title: str
class Service:
    model = Note
    __slots__ = ()
"#,
        )]);
        assert!(schema.is_empty());
    }
}
