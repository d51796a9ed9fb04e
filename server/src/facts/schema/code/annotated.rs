//! Classes whose annotations say what they store: SQLModel tables and Beanie documents.

use super::node::{Call, ClassNode, Node, core_type, last_segment};
use super::sqlalchemy::path_reference;
use super::{Code, DefinerKind};
use crate::facts::schema::catalogue::Definer;
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::folded;
use crate::model::ExprKind;
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for definer in code.definers(DefinerKind::Sqlmodel) {
        let mut bases: Vec<Name> = Vec::new();
        for class in code.classes() {
            let is_table = class.class.keywords.iter().any(|(name, value)| name == "table" && class.node(*value).is_true());
            let is_known =
                class.bases().any(|base| code.is_one_of(base, &definer.base, &definer.library) || base.last_name().is_some_and(|name| bases.contains(name)));
            if is_table || is_known {
                bases.push(class.class.name.clone());
                out.models.push(sqlmodel(code, class, definer, is_table));
            }
        }
    }
    for definer in code.definers(DefinerKind::Beanie) {
        if !code.imports_from(&definer.library) {
            continue;
        }
        for class in code.classes() {
            if class.bases().any(|base| code.is_one_of(base, &definer.base, &definer.library)) {
                out.models.push(document(code, class, definer));
            }
        }
    }
}

fn sqlmodel(code: &Code<'_>, class: ClassNode<'_>, definer: &Definer, is_table: bool) -> Declared {
    let mut model = Declared::new(SourceKind::SqlModel, class.class.name.clone(), code.site(class.name_span()));
    model.bases = class.bases().filter_map(|base| base.last_name().cloned()).collect();
    model.is_abstract = !is_table;
    model.table = class.value("__tablename__").and_then(Node::text);
    if model.table.is_none() && is_table {
        (model.table, model.table_is_inferred) = (Some(Name::from(folded(&model.name))), true);
    }
    for field in class.fields().filter(|field| !field.name.starts_with("__")) {
        let Some(annotation) = field.ty.as_ref() else { continue };
        let (ty, optional, list) = core_type(annotation);
        let site = code.site(class.placed.absolute(field.name_span));
        let call = field.value.map(|id| class.node(id)).and_then(Node::call);
        if call.is_some_and(|call| code.is_one_of(call.callee, &definer.many, &definer.library)) {
            let target = Target::Code(Name::from(last_segment(&ty)));
            model.relations.push(DeclaredRelation { name: field.name.clone(), target, columns: Vec::new(), list, site });
            continue;
        }
        let mut column = DeclaredColumn { ty, optional, list, ..DeclaredColumn::new(field.name.clone(), site) };
        if let Some(call) = call.filter(|call| code.is_one_of(call.callee, &definer.column, &definer.library)) {
            field_options(&call, &mut column);
        }
        model.columns.push(column);
    }
    model
}

/// `Field(default=None, foreign_key="user.id", ondelete="CASCADE", primary_key=True)`, `Field(sa_column=Column(…))`
fn field_options(call: &Call<'_>, column: &mut DeclaredColumn) {
    column.primary = call.is_named_true("primary_key");
    column.unique = call.is_named_true("unique");
    column.optional &= !column.primary;
    if let Some(ExprKind::Bool(nullable)) = call.named("nullable").map(Node::kind) {
        column.optional = *nullable;
    }
    let key = call.named("foreign_key").and_then(Node::text);
    if let Some(key) = key {
        let cascades = call.named("ondelete").and_then(Node::text).is_some_and(|action| action.eq_ignore_ascii_case("cascade"));
        column.references = Some(DeclaredReference { cascades, ..path_reference(&key) });
    }
    let Some(made) = call.named("sa_column").and_then(Node::call) else { return };
    for arg in made.args() {
        if let Some(text) = arg.text() {
            column.db_name = Some(text);
        }
        let key = arg.call().filter(|key| key.callee.last_name().is_some_and(|name| name == "ForeignKey")).and_then(|key| key.arg(0)?.text());
        column.references = key.map(|key| path_reference(&key)).or_else(|| column.references.take());
    }
    column.primary |= made.is_named_true("primary_key");
}

/// `class Note(Document): owner: Link[User]`
fn document(code: &Code<'_>, class: ClassNode<'_>, definer: &Definer) -> Declared {
    let mut model = Declared::new(SourceKind::Beanie, class.class.name.clone(), code.site(class.name_span()));
    model.bases = class.bases().filter_map(|base| base.last_name().cloned()).collect();
    model.table = class.nested("Settings").and_then(|settings| settings.value("name")).and_then(Node::text);
    if model.table.is_none() {
        (model.table, model.table_is_inferred) = (Some(model.name.clone()), true);
    }
    let mut id = DeclaredColumn::new(Name::new_static("id"), model.site.clone());
    (id.primary, id.db_name) = (true, Some(Name::new_static("_id")));
    model.columns.push(id);
    for field in class.fields() {
        let Some(annotation) = field.ty.as_ref() else { continue };
        let (mut ty, optional, list) = core_type(annotation);
        let site = code.site(class.placed.absolute(field.name_span));
        let link = links(annotation).find(|ty| definer.one.iter().any(|name| name == last_segment(&ty.name))).and_then(|link| link.args.first());
        let mut column = DeclaredColumn { optional, list, ..DeclaredColumn::new(field.name.clone(), site.clone()) };
        if let Some(target) = link {
            ty = Name::new_static("Link");
            let target = Target::Code(Name::from(last_segment(&target.name)));
            column.references = Some(DeclaredReference::to(target.clone()));
            model.relations.push(DeclaredRelation { name: field.name.clone(), target, columns: vec![field.name.clone()], list, site });
        }
        column.ty = ty;
        model.columns.push(column);
    }
    model
}

/// A type and the types in it, a few levels deep.
fn links(ty: &crate::model::TypeRef) -> impl Iterator<Item = &crate::model::TypeRef> {
    let inner = ty.args.iter();
    std::iter::once(ty).chain(inner.clone()).chain(inner.flat_map(|ty| &ty.args))
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn sqlmodel_tables() {
        let schema = link(&[(
            "/p/models.py",
            r#"
import uuid
from sqlmodel import Field, Relationship, SQLModel

class UserBase(SQLModel):
    email: str = Field(unique=True, max_length=255)
    is_superuser: bool = False

class User(UserBase, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    hashed_password: str
    items: list['Item'] = Relationship(back_populates='owner', cascade_delete=True)

class ItemBase(SQLModel):
    title: str

class ItemCreate(ItemBase):
    pass

class Item(ItemBase, table=True):
    id: uuid.UUID = Field(primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key='user.id', nullable=False, ondelete='CASCADE')
    owner: User | None = Relationship(back_populates='items')
"#,
        )]);
        assert_eq!(schema.models().len(), 2);
        assert_eq!(schema.columns_of("Item"), "id owner_id->user.id title");
        let path = &schema.expect("item").owners()[0];
        assert_eq!((path.text().as_str(), path.relation.as_deref()), ("owner_id", Some("owner")));
        assert_eq!(
            schema.expect("User").protected_columns().iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            ["hashed_password", "is_superuser"]
        );
    }

    #[test]
    fn beanie_documents() {
        let schema = link(&[(
            "/p/documents.py",
            r#"
from beanie import Document, Link, Indexed
from typing import Annotated, Optional
class User(Document):
    email: Annotated[str, Indexed(unique=True)]
    password_hash: str
class Note(Document):
    owner: Link[User]
    shared: list[Link[User]] = []
    editor: Optional[Link[User]] = None
    class Settings:
        name = 'notes'
"#,
        )]);
        assert_eq!(schema.columns_of("Note"), "id owner->User.id shared->User.id editor->User.id");
        assert_eq!(schema.expect("notes").name, "Note");
        assert_eq!(schema.owners_of("Note"), "owner (Owner of User)");
    }
}
