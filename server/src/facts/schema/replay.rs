//! Runs the SQL files of a project in order, on paper: what tables, policies and functions there are in the end.

use rustc_hash::FxHashMap;

use super::declared::{Declared, DeclaredColumn, DeclaredReference, FileSchema, Site, SourceKind, Target};
use super::predicate::{Predicate, is_caller};
use super::routine::{Routine, View};
use super::row_security::{Policy, PolicyRule, RowSecurity};
use crate::model::sql::{
    AlterAction, AlterTable, ColumnDef, Constraint, ConstraintKind, CreateTable, ObjectName, PolicyExpr, Reference, RowSecurityChange, Statement,
    StatementKind,
};
use crate::text::{FileId, Name, Span};

/// A table while the files are run.
pub(super) struct Table {
    pub name: ObjectName,
    /// Some file creates it. Policies and grants can speak of tables that none does.
    pub is_defined: bool,
    pub is_partition: bool,
    pub columns: Vec<DeclaredColumn>,
    pub unique_together: Vec<Vec<Name>>,
    /// Foreign keys by the name of their constraint, with their columns.
    foreign_keys: Vec<(Name, Vec<Name>)>,
    pub row_security: RowSecurity,
    pub site: Site,
    is_dropped: bool,
}

#[derive(Default)]
pub(super) struct Replay {
    tables: Vec<Table>,
    by_name: FxHashMap<String, usize>,
    pub routines: Vec<Routine>,
    pub views: Vec<View>,
    /// Some file switches row security on for tables it finds at run time.
    pub dynamic_row_security: bool,
    pub(super) default_grants: Vec<super::grants::Blanket>,
}

/// `files` in the order of their paths.
pub(super) fn replay<'a>(files: impl Iterator<Item = (&'a FileId, &'a FileSchema)>) -> Replay {
    let mut replay = Replay::default();
    for (file, schema) in files {
        for statement in &schema.statements {
            replay.run(file, statement);
        }
    }
    replay.finish()
}

fn key(name: &ObjectName) -> String {
    format!("{}.{}", name.schema_or_public(), name.name).to_ascii_lowercase()
}

impl Replay {
    /// The tables that exist in the end, in the order in which they were made.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| !table.is_dropped)
    }

    pub(super) fn tables_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.tables.iter_mut().filter(|table| !table.is_dropped)
    }

    fn run(&mut self, file: &FileId, statement: &Statement) {
        let site = |span: Span| Site { file: file.clone(), span };
        match &statement.kind {
            StatementKind::CreateTable(create) if !create.temporary => self.create(create, &site),
            StatementKind::AlterTable(alter) => self.alter(alter, &site, statement.span),
            StatementKind::DropTables(names) => names.iter().for_each(|name| self.drop(name)),
            StatementKind::CreatePolicy(policy) => {
                let created = Policy {
                    name: policy.name.clone(),
                    permissive: policy.permissive,
                    command: policy.command,
                    roles: policy.roles.clone(),
                    using: policy.using.as_ref().map(|expr| rule(expr, &site)),
                    check: policy.check.as_ref().map(|expr| rule(expr, &site)),
                    site: site(statement.span),
                };
                let table = self.table(&policy.table, &site);
                table.row_security.policies.retain(|policy| policy.name != created.name);
                table.row_security.policies.push(created);
            }
            StatementKind::AlterPolicy(change) => {
                let table = self.table(&change.table, &site);
                if let Some(policy) = table.row_security.policies.iter_mut().find(|policy| policy.name == change.name) {
                    policy.name = change.rename.clone().unwrap_or_else(|| policy.name.clone());
                    policy.roles = change.roles.clone().unwrap_or_else(|| policy.roles.clone());
                    policy.using = change.using.as_ref().map(|expr| rule(expr, &site)).or_else(|| policy.using.clone());
                    policy.check = change.check.as_ref().map(|expr| rule(expr, &site)).or_else(|| policy.check.clone());
                    policy.site = site(statement.span);
                }
            }
            StatementKind::DropPolicy { name, table } => self.table(table, &site).row_security.policies.retain(|policy| policy.name != *name),
            StatementKind::Grant(grant) => self.grant(grant, &site(statement.span)),
            StatementKind::Dynamic { row_security } => self.dynamic_row_security |= row_security,
            StatementKind::CreateFunction(function) => {
                let body = function.body.as_ref().map(|body| body.text.to_ascii_lowercase());
                self.dynamic_row_security |= function.body.as_ref().is_some_and(|body| body.executes) && body.is_some_and(|body| body.contains("enable row level security"));
                self.create_function(function, &site, statement.span);
            }
            StatementKind::AlterFunction(change) => self.alter_function(change),
            StatementKind::DropFunctions(names) => self.routines.retain(|routine| !names.iter().any(|name| name.is(&routine.name))),
            StatementKind::CreateView(view) => self.create_view(view, &site, statement.span),
            StatementKind::AlterView { name, security_invoker } => {
                if let (Some(view), Some(invoker)) = (self.views.iter_mut().find(|view| view.name.is(name)), security_invoker) {
                    view.security_invoker = *invoker;
                }
            }
            StatementKind::DropViews(names) => self.views.retain(|view| !names.iter().any(|name| name.is(&view.name))),
            StatementKind::CreateTable(_) | StatementKind::Role { .. } | StatementKind::Query(_) => {}
        }
    }

    /// The table of this name; one that nobody has made yet is noted as such.
    pub(super) fn table(&mut self, name: &ObjectName, site: &dyn Fn(Span) -> Site) -> &mut Table {
        let index = *self.by_name.entry(key(name)).or_insert(self.tables.len());
        if index == self.tables.len() {
            self.tables.push(Table {
                name: name.clone(),
                is_defined: false,
                is_partition: false,
                columns: Vec::new(),
                unique_together: Vec::new(),
                foreign_keys: Vec::new(),
                row_security: RowSecurity::default(),
                site: site(name.span),
                is_dropped: false,
            });
        }
        &mut self.tables[index]
    }

    pub(super) fn find(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.by_name.get(&key(name)).and_then(|index| self.tables.get_mut(*index))
    }

    fn create(&mut self, create: &CreateTable, site: &dyn Fn(Span) -> Site) {
        let like = create.like.as_ref().and_then(|like| self.find(like)).map(|like| (like.columns.clone(), like.unique_together.clone()));
        let grants = self.granted_by_default(&create.name);
        let table = self.table(&create.name, site);
        if !table.is_defined {
            table.site = site(create.name.span);
            table.row_security.enabled.get_or_insert(false);
            table.row_security.grants.extend(grants);
        }
        (table.is_defined, table.is_partition) = (true, create.partition_of.is_some());
        let (copied, keys) = like.unwrap_or_default();
        table.unique_together.extend(keys);
        for column in copied.into_iter().chain(create.columns.iter().map(|column| declared(column, site))) {
            if !table.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
                table.columns.push(column);
            }
        }
        for column in create.columns.iter().filter(|column| column.references.is_some()) {
            table.foreign_keys.push((default_key_name(&create.name, std::slice::from_ref(&column.name)), vec![column.name.clone()]));
        }
        for constraint in &create.constraints {
            table.constrain(constraint);
        }
    }

    fn drop(&mut self, name: &ObjectName) {
        if let Some(index) = self.by_name.remove(&key(name)) {
            if let Some(table) = self.tables.get_mut(index) {
                table.is_dropped = true;
            }
        }
    }

    fn alter(&mut self, alter: &AlterTable, site: &dyn Fn(Span) -> Site, span: Span) {
        for action in &alter.actions {
            match action {
                AlterAction::RenameTable(to) => self.rename(&alter.name, ObjectName { name: to.clone(), ..alter.name.clone() }),
                AlterAction::SetSchema(schema) => self.rename(&alter.name, ObjectName { schema: Some(schema.clone()), ..alter.name.clone() }),
                other => self.table(&alter.name, site).change(other, &alter.name, site, span),
            }
        }
    }

    /// Moves a table to another name; what points to it follows.
    fn rename(&mut self, from: &ObjectName, to: ObjectName) {
        let Some(index) = self.by_name.remove(&key(from)) else { return };
        self.by_name.insert(key(&to), index);
        if let Some(table) = self.tables.get_mut(index) {
            table.name = to.clone();
        }
        for column in self.tables.iter_mut().flat_map(|table| &mut table.columns) {
            if let Some(DeclaredReference { target: Target::Table { schema, name }, .. }) = &mut column.references {
                let pointed = ObjectName { schema: schema.clone(), name: name.clone(), span: Span::default() };
                if pointed.is(from) {
                    (*schema, *name) = (to.schema.clone(), to.name.clone());
                }
            }
        }
    }

    /// What depends on all statements: which functions ask who calls, whether loops over tables hide row security.
    fn finish(mut self) -> Replay {
        let asks: FxHashMap<String, bool> =
            self.routines.iter().map(|routine| (key(&routine.name), routine.asks_caller)).collect();
        let asks_caller = |name: &str| {
            let name = if name.contains('.') { name.to_owned() } else { format!("public.{name}") };
            asks.get(&name).copied()
        };
        let is_dynamic = self.dynamic_row_security;
        for table in &mut self.tables {
            for policy in &mut table.row_security.policies {
                for rule in policy.using.iter_mut().chain(&mut policy.check) {
                    rule.predicate.resolve_functions(&asks_caller);
                }
            }
            if is_dynamic && table.row_security.enabled == Some(false) && table.row_security.changed_at.is_none() {
                table.row_security.enabled = None;
            }
        }
        self
    }
}

impl Table {
    fn change(&mut self, action: &AlterAction, table: &ObjectName, site: &dyn Fn(Span) -> Site, span: Span) {
        let find = |columns: &mut Vec<DeclaredColumn>, name: &Name| columns.iter_mut().position(|column| column.name.eq_ignore_ascii_case(name));
        match action {
            AlterAction::AddColumn(column) => {
                if find(&mut self.columns, &column.name).is_none() {
                    self.columns.push(declared(column, site));
                }
                if column.references.is_some() {
                    self.foreign_keys.push((default_key_name(table, std::slice::from_ref(&column.name)), vec![column.name.clone()]));
                }
            }
            AlterAction::DropColumn(name) => {
                self.columns.retain(|column| !column.name.eq_ignore_ascii_case(name));
                self.unique_together.retain(|key| !key.iter().any(|column| column.eq_ignore_ascii_case(name)));
            }
            AlterAction::RenameColumn { from, to } => self.rename_column(from, to),
            AlterAction::AddConstraint(constraint) => self.constrain(constraint),
            AlterAction::DropConstraint(name) => {
                let dropped: Vec<Name> =
                    self.foreign_keys.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).flat_map(|(_, columns)| columns.clone()).collect();
                self.foreign_keys.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
                for column in self.columns.iter_mut().filter(|column| dropped.contains(&column.name)) {
                    column.references = None;
                }
            }
            AlterAction::NotNull { column, is } => {
                if let Some(column) = find(&mut self.columns, column).and_then(|index| self.columns.get_mut(index)) {
                    column.optional = !is;
                }
            }
            AlterAction::Type { column, ty } => {
                if let Some(column) = find(&mut self.columns, column).and_then(|index| self.columns.get_mut(index)) {
                    column.ty = ty.clone();
                }
            }
            AlterAction::Default { column, value } => {
                if let Some(column) = find(&mut self.columns, column).and_then(|index| self.columns.get_mut(index)) {
                    column.defaults_to_caller = value.as_ref().is_some_and(is_caller);
                }
            }
            AlterAction::RowSecurity(change) => {
                match change {
                    RowSecurityChange::Enable => self.row_security.enabled = Some(true),
                    RowSecurityChange::Disable => self.row_security.enabled = Some(false),
                    RowSecurityChange::Force => self.row_security.forced = true,
                    RowSecurityChange::NoForce => self.row_security.forced = false,
                }
                if matches!(change, RowSecurityChange::Enable | RowSecurityChange::Disable) {
                    self.row_security.changed_at = Some(site(span));
                }
            }
            AlterAction::RenameTable(_) | AlterAction::SetSchema(_) | AlterAction::OwnerTo(_) => {}
        }
    }

    fn rename_column(&mut self, from: &Name, to: &Name) {
        let rename = |name: &mut Name| {
            if name.eq_ignore_ascii_case(from) {
                *name = to.clone();
            }
        };
        for column in &mut self.columns {
            if column.name.eq_ignore_ascii_case(from) {
                column.name = to.clone();
                column.db_name = Some(to.clone());
            }
        }
        self.foreign_keys.iter_mut().flat_map(|(_, columns)| columns).for_each(rename);
        self.unique_together.iter_mut().flatten().for_each(rename);
        for policy in &mut self.row_security.policies {
            policy.using.iter_mut().chain(&mut policy.check).for_each(|rule| rule.predicate.rename_column(from, to));
        }
    }

    fn constrain(&mut self, constraint: &Constraint) {
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                for column in self.columns.iter_mut().filter(|column| key.iter().any(|name| name.eq_ignore_ascii_case(&column.name))) {
                    (column.primary, column.optional) = (true, false);
                }
                if key.len() > 1 {
                    self.unique_together.push(key.clone());
                }
            }
            ConstraintKind::Unique(key) => match key.as_slice() {
                [only] => self.columns.iter_mut().filter(|column| column.name.eq_ignore_ascii_case(only)).for_each(|column| column.unique = true),
                _ => self.unique_together.push(key.clone()),
            },
            ConstraintKind::ForeignKey { columns, references } => {
                let name = constraint.name.clone().unwrap_or_else(|| default_key_name(&self.name, columns));
                self.foreign_keys.push((name, columns.clone()));
                for (position, name) in columns.iter().enumerate() {
                    if let Some(column) = self.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name)) {
                        column.references = Some(reference(references, position));
                    }
                }
            }
            ConstraintKind::Other => {}
        }
    }

    /// The table as a model.
    pub fn declared(&self) -> Declared {
        Declared {
            table: Some(self.name.name.clone()),
            schema: self.name.schema.clone().filter(|_| self.name.schema_or_public() != "public"),
            columns: self.columns.clone(),
            unique_together: self.unique_together.clone(),
            ..Declared::new(SourceKind::Sql, self.name.name.clone(), self.site.clone())
        }
    }
}

/// PostgreSQL's name for a foreign key that was given none.
fn default_key_name(table: &ObjectName, columns: &[Name]) -> Name {
    Name::from(format!("{}_{}_fkey", table.name, columns.join("_")))
}

fn rule(expr: &PolicyExpr, site: &dyn Fn(Span) -> Site) -> PolicyRule {
    PolicyRule { predicate: Predicate::of(&expr.condition), site: site(expr.span) }
}

pub(super) fn declared(column: &ColumnDef, site: &dyn Fn(Span) -> Site) -> DeclaredColumn {
    DeclaredColumn {
        db_name: Some(column.name.clone()),
        ty: column.ty.clone(),
        references: column.references.as_ref().map(|target| reference(target, 0)),
        optional: !column.not_null && !column.primary,
        unique: column.unique,
        primary: column.primary,
        list: column.ty.ends_with(']') || column.ty.ends_with("array"),
        defaults_to_caller: column.default.as_ref().is_some_and(is_caller),
        ..DeclaredColumn::new(column.name.clone(), site(column.name_span))
    }
}

fn reference(target: &Reference, position: usize) -> DeclaredReference {
    DeclaredReference {
        target: Target::Table { schema: target.table.schema.clone(), name: target.table.name.clone() },
        column: target.columns.get(position).cloned(),
        cascades: target.cascades,
    }
}
