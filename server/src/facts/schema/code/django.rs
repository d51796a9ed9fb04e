//! Models whose foreign keys are fields: Django, Tortoise, Peewee.

use rustc_hash::FxHashSet;

use super::node::{Call, ClassNode, Node, last_segment};
use super::{Code, DefinerKind};
use crate::facts::schema::catalogue::Definer;
use crate::facts::schema::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::{folded, snake};
use crate::model::{ExprKind, Field};
use crate::text::{FileId, Name};

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    // A file that imports one of them is that one's; the others' names mean nothing there.
    let kinds = [DefinerKind::Django, DefinerKind::Tortoise, DefinerKind::Peewee];
    for kind in kinds {
        for definer in code.definers(kind) {
            if !code.imports_from(&definer.library) {
                continue;
            }
            for class in code.classes() {
                if is_model(code, class, definer) {
                    out.models.push(model(code, class, definer));
                }
            }
        }
    }
    let setting = code.bindings.iter().find(|binding| binding.name == "AUTH_USER_MODEL");
    out.auth_user = setting.and_then(|binding| binding.value.text());
}

/// `class Order(AbstractOrder): pass`, where the base stands in another file: linking knows whether that is a model.
pub(super) fn read_heirs(code: &Code<'_>, out: &mut FileSchema) {
    let is_models_file = code.file().as_str().contains("model");
    if !is_models_file && !code.imports_from("django.db") && !code.imports_from("sqlalchemy") {
        return;
    }
    let known: FxHashSet<Name> = out.models.iter().map(|model| model.name.clone()).collect();
    for class in code.classes() {
        let bases: Vec<Name> = class.bases().filter_map(|base| base.last_name().cloned()).collect();
        if bases.is_empty() || known.contains(&class.class.name) || bases.iter().any(|base| base == "Meta") {
            continue;
        }
        let mut model = Declared::new(SourceKind::Django, class.class.name.clone(), code.site(class.name_span()));
        (model.bases, model.needs_base) = (bases, true);
        let meta = class.nested("Meta");
        model.is_abstract = meta.and_then(|meta| meta.value("abstract")).is_some_and(Node::is_true);
        model.table = Some(table_of(code.file(), &model.name));
        model.table_is_inferred = true;
        if let Some(written) = meta.and_then(|meta| meta.value("db_table")).and_then(Node::text) {
            (model.table, model.table_is_inferred) = (Some(written), false);
        }
        out.models.push(model);
    }
}

/// Django's name for a table: `shop_orderitem`.
fn table_of(file: &FileId, class: &str) -> Name {
    Name::from(format!("{}_{}", app_of(file), folded(class)))
}

/// By its bases, or by a field that only a model has: its bases may be the project's own.
fn is_model(code: &Code<'_>, class: ClassNode<'_>, definer: &Definer) -> bool {
    let by_base = class.bases().any(|base| code.is_one_of(base, &definer.base, &definer.library));
    let is_field = |field: &Field| {
        let Some(call) = field.value.map(|id| class.node(id)).and_then(Node::call) else { return false };
        let Some(path) = call.callee.path() else { return false };
        if definer.kind == DefinerKind::Django {
            path.starts_with("models.") && code.import("models").is_some_and(|(source, _)| source.contains("db"))
        } else {
            last_segment(&path).ends_with("Field")
                && code.name_is_one_of(&path, std::slice::from_ref(&last_segment(&path).to_owned()), &definer.library)
                && class.bases().next().is_some()
        }
    };
    by_base || class.fields().any(is_field)
}

fn model<'m>(code: &Code<'m>, class: ClassNode<'m>, definer: &Definer) -> Declared {
    let kind = match definer.kind {
        DefinerKind::Tortoise => SourceKind::Tortoise,
        DefinerKind::Peewee => SourceKind::Peewee,
        _ => SourceKind::Django,
    };
    let mut model = Declared::new(kind, class.class.name.clone(), code.site(class.name_span()));
    model.bases = class.bases().filter_map(|base| base.last_name().cloned()).collect();
    model.is_principal = class.bases().any(|base| code.is_one_of(base, &definer.principal_base, &definer.library));
    let meta = class.nested("Meta");
    let option = |name: &str| meta.and_then(|meta| meta.value(name));
    model.is_abstract = option("abstract").is_some_and(Node::is_true) || option("proxy").is_some_and(Node::is_true);
    model.table = ["db_table", "table_name", "table"].iter().find_map(|name| option(name)?.text()).map(|table| Name::from(table.trim_matches('"')));
    if model.table.is_none() && !model.is_abstract {
        let inferred = match kind {
            SourceKind::Django => table_of(code.file(), &model.name),
            SourceKind::Tortoise => Name::from(folded(&model.name)),
            _ => Name::from(snake(&model.name)),
        };
        (model.table, model.table_is_inferred) = (Some(inferred), true);
    }
    for field in class.fields() {
        read_field(code, class, field, definer, &mut model);
    }
    if !model.is_abstract && !model.columns.iter().any(|column| column.primary) {
        let mut id = DeclaredColumn::new(Name::new_static("id"), model.site.clone());
        id.primary = true;
        model.columns.insert(0, id);
    }
    if model.is_principal {
        inherited_columns(&mut model);
    }
    if let Some(together) = option("unique_together") {
        let sets = if together.items().iter().any(|item| item.is_list()) { together.items() } else { vec![together] };
        model.unique_together.extend(sets.into_iter().map(|set| set.items().into_iter().filter_map(Node::text).collect()));
    }
    model
}

/// What `AbstractUser` brings, as far as it matters to somebody who must not set it.
fn inherited_columns(model: &mut Declared) {
    for name in ["password", "email", "username", "is_staff", "is_superuser", "is_active"] {
        if !model.columns.iter().any(|column| column.name == name) {
            model.columns.push(DeclaredColumn::new(Name::new_static(name), model.site.clone()));
        }
    }
}

fn read_field<'m>(code: &Code<'m>, class: ClassNode<'m>, field: &'m Field, definer: &Definer, model: &mut Declared) {
    let Some(call) = field.value.map(|id| class.node(id)).and_then(Node::call) else { return };
    let Some(ty) = call.callee.last_name().cloned() else { return };
    let site = code.site(class.placed.absolute(field.name_span));
    let is = |names: &[String]| names.iter().any(|name| name == ty.as_str());
    if is(&definer.many) {
        let target = call.arg(0).or_else(|| call.named("to")).or_else(|| call.named("model_name")).and_then(target);
        model.relations.extend(target.map(|target| DeclaredRelation { name: field.name.clone(), target, columns: Vec::new(), list: true, site }));
        return;
    }
    let flag = |name: &str| call.is_named_true(name);
    if is(&definer.one) {
        let Some(target) = call.arg(0).or_else(|| call.named("to")).or_else(|| call.named("model")).or_else(|| call.named("model_name")).and_then(target)
        else {
            return;
        };
        let name =
            if field.name.ends_with("_id") && definer.kind == DefinerKind::Peewee { field.name.clone() } else { Name::from(format!("{}_id", field.name)) };
        let mut column = DeclaredColumn::new(name.clone(), site.clone());
        column.ty = ty.clone();
        column.db_name = ["db_column", "column_name", "source_field"].iter().find_map(|name| call.named(name)?.text());
        column.optional = flag("null");
        column.unique = flag("unique") || ty.as_str() == "OneToOneField";
        column.primary = flag("primary_key") || flag("pk");
        let on_delete = call.named("on_delete").or_else(|| call.arg(1));
        let cascades = on_delete.is_some_and(|action| {
            action.last_name().is_some_and(|name| name == "CASCADE") || action.text().is_some_and(|text| text.eq_ignore_ascii_case("cascade"))
        });
        column.references = Some(DeclaredReference { cascades, ..DeclaredReference::to(target.clone()) });
        model.relations.push(DeclaredRelation { name: field.name.clone(), target, columns: vec![name], list: false, site });
        model.columns.push(column);
        return;
    }
    if !(ty.ends_with("Field") || ty.ends_with("Column") || call.callee.path().is_some_and(|path| path.starts_with("models."))) {
        return;
    }
    let mut column = DeclaredColumn::new(field.name.clone(), site);
    column.db_name = ["db_column", "column_name"].iter().find_map(|name| call.named(name)?.text());
    column.optional = flag("null");
    column.unique = flag("unique");
    column.primary = flag("primary_key") || flag("pk");
    // `default=get_token`: a function is asked for each row.
    let is_asked = call.named("default").is_some_and(|default| default.text().is_none() && default.last_name().is_some());
    column.drawn = column.unique && !column.primary && is_asked && matches!(ty.as_str(), "CharField" | "TextField" | "UUIDField" | "SlugField");
    column.ty = ty;
    model.columns.push(column);
}

/// `User`, `"app.User"`, `"self"`, `settings.AUTH_USER_MODEL`, `get_user_model()`, `"models.User"`
fn target(node: Node<'_>) -> Option<Target> {
    if let Some(text) = node.text() {
        return Some(match text.as_str() {
            "self" => Target::Own,
            _ => Target::Code(Name::from(text.strip_prefix("models.").unwrap_or(&text))),
        });
    }
    if let Some(call) = node.call() {
        return is_user_model(&call).then_some(Target::AuthUser);
    }
    if let ExprKind::Name(name) | ExprKind::Member { name, .. } = node.kind() {
        return Some(if name == "AUTH_USER_MODEL" { Target::AuthUser } else { Target::Code(name.clone()) });
    }
    None
}

fn is_user_model(call: &Call<'_>) -> bool {
    call.callee.last_name().is_some_and(|name| name == "get_user_model")
}

/// The app of `shop/models.py` or `shop/models/order.py`.
fn app_of(file: &FileId) -> String {
    let folder = file.folder();
    let folder = folder.strip_suffix("/models").unwrap_or(folder);
    folder.rsplit('/').next().unwrap_or("").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn django_models() {
        let schema = link(&[
            ("/p/config/settings.py", "AUTH_USER_MODEL = 'accounts.User'\n"),
            (
                "/p/accounts/models.py",
                r#"
from django.contrib.auth.models import AbstractUser
from django.db import models
class User(AbstractUser):
    bio = models.TextField(blank=True)
"#,
            ),
            (
                "/p/shop/models/order.py",
                r#"
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from core.models import Owned
User = get_user_model()
class Order(Owned):
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='orders')
    parent = models.ForeignKey('self', null=True, on_delete=models.SET_NULL)
    class Meta:
        db_table = 'orders'
class OrderItem(models.Model):
    order = models.ForeignKey('shop.Order', on_delete=models.CASCADE)
    qty = models.IntegerField(default=1)
class Listing(models.Model):
    seller = models.ForeignKey(User, on_delete=models.CASCADE)
    tags = models.ManyToManyField('Tag')
"#,
            ),
            (
                "/p/core/models.py",
                r#"
from django.db import models
class Owned(models.Model):
    created_by = models.ForeignKey('accounts.User', on_delete=models.CASCADE)
    class Meta:
        abstract = True
"#,
            ),
            (
                "/p/shop/forms.py",
                r#"
from django import forms
class OrderForm(forms.ModelForm):
    note = forms.CharField()
    class Meta:
        model = Order
"#,
            ),
        ]);
        assert!(schema.expect("User").is_principal && schema.expect("User").column("is_superuser").is_some());
        assert_eq!(schema.expect("User").table, "accounts_user");
        assert_eq!(schema.columns_of("Order"), "id buyer_id->accounts_user.id parent_id->orders.id created_by_id->accounts_user.id");
        assert_eq!(schema.owners_of("Order"), "buyer_id (Owner of User)");
        assert_eq!(schema.expect("Order").owners()[0].relation.as_deref(), Some("buyer"));
        assert_eq!(schema.owners_of("OrderItem"), "order.buyer_id (Owner of User)");
        assert_eq!(schema.expect("shop_orderitem").name, "OrderItem");
        assert_eq!(schema.owners_of("Listing"), "seller_id (Owner of User)");
        assert!(schema.model("OrderForm").is_none() && schema.model("Owned").is_none());
    }

    #[test]
    fn djangos_own_user() {
        let schema = link(&[(
            "/p/blog/models.py",
            r#"
from django.contrib.auth.models import User
from django.db import models
class Post(models.Model):
    author = models.ForeignKey(User, on_delete=models.CASCADE)
    slug = models.SlugField()
"#,
        )]);
        assert_eq!(schema.columns_of("Post"), "id author_id->auth_user.id slug");
        assert_eq!(schema.owners_of("Post"), "author_id (Owner of auth_user)");
    }

    #[test]
    fn tortoise_and_peewee() {
        let schema = link(&[
            (
                "/p/a.py",
                r#"
from tortoise import fields
from tortoise.models import Model
class Account(Model):
    id = fields.IntField(pk=True)
    email = fields.CharField(max_length=80)
    password_hash = fields.CharField(max_length=80)
class Memo(Model):
    account = fields.ForeignKeyField('models.Account', related_name='memos')
    class Meta:
        table = 'memos'
"#,
            ),
            (
                "/p/b.py",
                r#"
from peewee import *
from .base import BaseModel
class Tweet(BaseModel):
    user = ForeignKeyField(Account, backref='tweets')
    text = TextField()
"#,
            ),
        ]);
        assert_eq!(schema.columns_of("memos"), "id account_id->account.id");
        assert_eq!(schema.owners_of("Tweet"), "user_id (Owner of Account)");
    }

    #[test]
    fn heirs_of_models_in_other_files() {
        let schema = link(&[
            (
                "/p/shop/abstract_models.py",
                r#"
from django.db import models
class AbstractOrder(models.Model):
    user = models.ForeignKey('auth.User', on_delete=models.CASCADE)
    class Meta:
        abstract = True
"#,
            ),
            ("/p/shop/models.py", "from .abstract_models import AbstractOrder\nclass Order(AbstractOrder):\n    pass\nclass Manager(BaseManager):\n    pass\n"),
        ]);
        assert_eq!(schema.models().len(), 2);
        assert_eq!(schema.columns_of("shop_order"), "id user_id->auth_user.id");
    }
}
