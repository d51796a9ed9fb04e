//! Sequelize: `sequelize.define("Note", { … })`, `Note.init({ … }, …)`, and the associations between models.

use super::node::{Call, Node, last_segment};
use super::{Code, DefinerKind, named_model};
use crate::facts::schema::declared::{Addition, Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, SourceKind, Target};
use crate::facts::schema::names::plural;
use crate::model::ExprKind;
use crate::text::Name;

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    // Files with `module.exports = (sequelize, DataTypes) => …` import nothing.
    let is_sequelize = code.imports_from("sequelize") || code.calls().any(|(_, call)| is_define(&call)) || mentions_data_types(code);
    if !is_sequelize {
        return;
    }
    let before = out.models.len();
    for definer in code.definers(DefinerKind::Sequelize) {
        for (_, call) in code.calls() {
            let Some(method) = call.callee.last_name().filter(|name| definer.table.iter().any(|table| table == name.as_str())) else {
                continue;
            };
            let model = if method == "init" { init(code, &call) } else { define(code, &call) };
            out.models.extend(model);
        }
    }
    // What a model makes of itself when it is sent.
    let shapes = code.model.segments.iter().any(|placed| {
        placed.segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Member { name, .. } if name == "toJSON"))
            || placed.segment.functions.iter().any(|function| function.name == "toJSON")
    });
    if shapes {
        out.models.iter_mut().skip(before).flat_map(|model| &mut model.columns).for_each(|column| column.withheld = true);
    }
    let models: Vec<Name> = out.models.iter().skip(before).map(|model| model.name.clone()).collect();
    let this = match models.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    for (_, call) in code.calls() {
        associate(code, &call, this.as_ref(), out);
    }
}

/// `sequelize.define(…)`
fn is_define(call: &Call<'_>) -> bool {
    let ExprKind::Member { base, name, .. } = call.callee.kind() else { return false };
    name == "define" && matches!(call.callee.at(*base).kind(), ExprKind::Name(object) if object == "sequelize")
}

fn mentions_data_types(code: &Code<'_>) -> bool {
    code.calls().any(|(_, call)| call.args().any(|arg| arg.fields().iter().any(|field| field.value.path().is_some_and(|path| path.starts_with("DataTypes.")))))
}

fn define(code: &Code<'_>, call: &Call<'_>) -> Option<Declared> {
    let name = call.arg(0)?;
    let mut model = Declared::new(SourceKind::Sequelize, name.text()?, code.site(name.span()));
    attributes(code, code.resolve(call.arg(1)?), &mut model);
    options(call.arg(2), &mut model);
    Some(model)
}

/// `Note.init({ … }, { sequelize, tableName: "notes" })`
fn init(code: &Code<'_>, call: &Call<'_>) -> Option<Declared> {
    let ExprKind::Member { base, .. } = call.callee.kind() else { return None };
    let class = call.callee.at(*base);
    let options_node = call.arg(1)?;
    let name = match class.last_name() {
        Some(name) => name.clone(),
        None => options_node.field("modelName")?.text()?,
    };
    let mut model = Declared::new(SourceKind::Sequelize, name, code.site(class.span()));
    attributes(code, code.resolve(call.arg(0)?), &mut model);
    options(Some(options_node), &mut model);
    Some(model)
}

fn options(options: Option<Node<'_>>, model: &mut Declared) {
    // `defaultScope: { attributes: { exclude: ["password"] } }`
    let scope = options.and_then(|options| options.field("defaultScope")).and_then(|scope| scope.field("attributes"));
    let left_out: Vec<Name> =
        scope.and_then(|attributes| attributes.field("exclude")).map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect();
    let given: Vec<Name> = scope.map(Node::items).unwrap_or_default().into_iter().filter_map(Node::text).collect();
    for column in &mut model.columns {
        column.withheld |= left_out.contains(&column.name) || !given.is_empty() && !given.contains(&column.name);
    }
    model.table = options.and_then(|options| options.field("tableName")).and_then(Node::text);
    model.schema = options.and_then(|options| options.field("schema")).and_then(Node::text);
    if model.table.is_none() {
        (model.table, model.table_is_inferred) = (Some(Name::from(plural(&model.name))), true);
    }
    if !model.columns.iter().any(|column| column.primary) {
        let mut id = DeclaredColumn::new(Name::new_static("id"), model.site.clone());
        id.primary = true;
        model.columns.insert(0, id);
    }
}

fn attributes(code: &Code<'_>, object: Node<'_>, model: &mut Declared) {
    for field in object.fields() {
        let mut column = DeclaredColumn::new(field.name.clone(), code.site(field.name_span));
        column.optional = true;
        let value = field.value;
        let ty = value.field("type").unwrap_or(value);
        let ty = ty.call().map_or(ty, |call| call.callee);
        column.ty = ty.path().map(|path| Name::from(last_segment(&path))).unwrap_or_default();
        let flag = |name: &str| value.field(name).map(Node::is_true);
        column.optional = flag("allowNull").unwrap_or(true);
        column.unique = value.field("unique").is_some();
        column.primary = flag("primaryKey") == Some(true);
        column.db_name = value.field("field").and_then(Node::text);
        if let Some(references) = value.field("references") {
            column.references = reference(references);
        }
        model.columns.push(column);
    }
}

/// `{ model: "users", key: "id" }`, `{ model: User }`, `{ model: { tableName: "users", schema: "app" } }`
fn reference(node: Node<'_>) -> Option<DeclaredReference> {
    let model = node.field("model")?;
    let target = match (model.text(), model.field("tableName").and_then(Node::text)) {
        (Some(name), _) | (None, Some(name)) => Target::Table { schema: model.field("schema").and_then(Node::text), name },
        (None, None) => Target::Code(named_model(model)?),
    };
    Some(DeclaredReference { column: node.field("key").and_then(Node::text), ..DeclaredReference::to(target) })
}

/// `Note.belongsTo(User, { foreignKey: "ownerId", as: "owner" })`, `User.hasMany(Note, …)`
fn associate(code: &Code<'_>, call: &Call<'_>, this: Option<&Name>, out: &mut FileSchema) {
    let ExprKind::Member { base, name, .. } = call.callee.kind() else { return };
    let base = call.callee.at(*base);
    let own = match base.kind() {
        ExprKind::This => this.cloned(),
        _ => base.last_name().cloned(),
    };
    let (Some(own), Some(other)) = (own, call.arg(0).and_then(|other| other.last_name().cloned())) else { return };
    let option = |key: &str| call.arg(1).and_then(|options| options.field(key));
    let key = option("foreignKey").and_then(|key| key.text().or_else(|| key.field("name")?.text()));
    let alias = option("as").and_then(Node::text);
    let (holder, target, belongs) = match name.as_str() {
        "belongsTo" => (own.clone(), other.clone(), true),
        "hasMany" | "hasOne" => (other.clone(), own.clone(), false),
        "belongsToMany" => {
            let relation = DeclaredRelation {
                name: alias.unwrap_or_else(|| other.clone()),
                target: Target::Code(other),
                columns: Vec::new(),
                list: true,
                site: code.site(base.span()),
            };
            out.additions.push(Addition { to: Target::Code(own), column: None, relation: Some(relation) });
            return;
        }
        _ => return,
    };
    // The key is called after the alias, or after the model it points to.
    let stem = if belongs { alias.clone().unwrap_or_else(|| lower_first(&target)) } else { lower_first(&target) };
    let key = key.unwrap_or_else(|| Name::from(format!("{stem}Id")));
    let mut column = DeclaredColumn::new(key.clone(), code.site(base.span()));
    column.references = Some(DeclaredReference::to(Target::Code(target.clone())));
    column.optional = true;
    if let (Some(references), Some(delete)) = (&mut column.references, option("onDelete").and_then(Node::text)) {
        references.cascades = delete.eq_ignore_ascii_case("cascade");
    }
    let site = code.site(base.span());
    let relation = if belongs {
        DeclaredRelation { name: alias.unwrap_or(stem), target: Target::Code(target), columns: vec![key], list: false, site }
    } else {
        let many = name == "hasMany";
        let made = lower_first(&holder);
        DeclaredRelation {
            name: alias.unwrap_or_else(|| if many { Name::from(plural(&made)) } else { made }),
            target: Target::Code(holder.clone()),
            columns: Vec::new(),
            list: many,
            site,
        }
    };
    out.additions.push(Addition { to: Target::Code(holder), column: Some(column), relation: None });
    out.additions.push(Addition { to: Target::Code(own), column: None, relation: Some(relation) });
}

fn lower_first(name: &str) -> Name {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => Name::from(first.to_lowercase().chain(chars).collect::<String>()),
        None => Name::default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn definitions_and_associations() {
        let schema = link(&[
            (
                "/p/models/note.js",
                r#"module.exports = (sequelize, DataTypes) => { const Note = sequelize.define("Note", { title: DataTypes.STRING, body: { type: DataTypes.TEXT, allowNull: false, field: "body_text" } }, { tableName: "notes" });
                Note.associate = (models) => { Note.belongsTo(models.User, { foreignKey: "ownerId", as: "owner", onDelete: "CASCADE" }); }; return Note; };"#,
            ),
            (
                "/p/models/user.js",
                r#"const { Model, DataTypes } = require("sequelize"); class User extends Model { static associate(models) { this.hasMany(models.Task, { foreignKey: { name: "userId" }, as: "tasks" }); } }
                User.init({ email: DataTypes.STRING, password: DataTypes.STRING }, { sequelize, modelName: "User" }); module.exports = User;"#,
            ),
            (
                "/p/models/task.js",
                r#"const { DataTypes } = require("sequelize"); const Task = db.define("Task", { teamId: { type: DataTypes.INTEGER, references: { model: "Teams", key: "id" } } }); module.exports = Task;"#,
            ),
        ]);
        assert_eq!(schema.columns_of("notes"), "id title body ownerId->Users.id");
        assert_eq!(schema.expect("notes").relations[0].name, "owner");
        assert_eq!(schema.owners_of("Note"), "ownerId (Owner of User)");
        assert_eq!(schema.columns_of("Task"), "id teamId->Teams.id userId->Users.id");
        assert_eq!(schema.expect("User").relations[0].name, "tasks");
    }
}
