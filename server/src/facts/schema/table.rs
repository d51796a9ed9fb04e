//! One table while the SQL files are run.

use super::declared::{Declared, DeclaredColumn, DeclaredReference, MOST_COLUMNS, MOST_PARTS, Site, SourceKind, Target};
use super::predicate::Predicate;
use super::predicate_reader::is_caller;
use super::row_security::{Policy, PolicyRule, RowSecurity};
use crate::model::sql::{
    AlterAction, AlterPolicy, ColumnDef, Constraint, ConstraintKind, CreateIndex, CreatePolicy, CreateTable, ObjectName, PolicyExpr, Reference,
    RowSecurityChange,
};
use crate::text::{Name, Span};

/// A table while the files are run.
pub(super) struct Table {
    pub name: ObjectName,
    /// Some file creates it. Policies and grants can speak of tables that none does.
    pub is_defined: bool,
    pub is_partition: bool,
    pub columns: Vec<DeclaredColumn>,
    pub unique_together: Vec<Vec<Name>>,
    /// Unique indexes by their name, with their columns.
    indexes: Vec<(Name, Vec<Name>)>,
    /// Foreign keys by the name of their constraint, with their columns.
    foreign_keys: Vec<(Name, Vec<Name>)>,
    pub row_security: RowSecurity,
    pub site: Site,
    pub is_dropped: bool,
}

impl Table {
    /// A table that somebody speaks of; nobody has made it yet.
    pub fn new(name: ObjectName, site: Site) -> Table {
        Table {
            name,
            is_defined: false,
            is_partition: false,
            columns: Vec::new(),
            unique_together: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            row_security: RowSecurity::default(),
            site,
            is_dropped: false,
        }
    }

    /// `copied` are the columns it takes from another table. A table that exists already gains what it does not have.
    pub fn create(&mut self, create: &CreateTable, copied: Vec<DeclaredColumn>, site: &dyn Fn(Span) -> Site) {
        if !self.is_defined {
            self.site = site(create.name.span);
            self.row_security.enabled.get_or_insert(false);
        }
        (self.is_defined, self.is_partition) = (true, create.partition_of.is_some());
        for column in copied.into_iter().chain(create.columns.iter().map(|column| declared(column, site))) {
            if self.columns.len() < MOST_COLUMNS && !self.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
                self.columns.push(column);
            }
        }
        for column in create.columns.iter().filter(|column| column.references.is_some()).take(MOST_PARTS) {
            self.foreign_keys.push((default_key_name(&create.name, std::slice::from_ref(&column.name)), vec![column.name.clone()]));
        }
        for constraint in create.constraints.iter().take(MOST_PARTS) {
            self.constrain(constraint);
        }
    }

    pub fn create_policy(&mut self, policy: &CreatePolicy, site: &dyn Fn(Span) -> Site, span: Span) {
        let created = Policy {
            name: policy.name.clone(),
            permissive: policy.permissive,
            command: policy.command,
            roles: policy.roles.clone(),
            using: policy.using.as_ref().map(|expr| rule(expr, site)),
            check: policy.check.as_ref().map(|expr| rule(expr, site)),
            site: site(span),
        };
        let policies = &mut self.row_security.policies;
        policies.retain(|policy| policy.name != created.name);
        if policies.len() < MOST_PARTS {
            policies.push(created);
        }
    }

    pub fn alter_policy(&mut self, change: &AlterPolicy, site: &dyn Fn(Span) -> Site, span: Span) {
        let Some(policy) = self.row_security.policies.iter_mut().find(|policy| policy.name == change.name) else { return };
        policy.name = change.rename.clone().unwrap_or_else(|| policy.name.clone());
        policy.roles = change.roles.clone().unwrap_or_else(|| policy.roles.clone());
        policy.using = change.using.as_ref().map(|expr| rule(expr, site)).or_else(|| policy.using.clone());
        policy.check = change.check.as_ref().map(|expr| rule(expr, site)).or_else(|| policy.check.clone());
        policy.site = site(span);
    }

    pub fn change(&mut self, action: &AlterAction, table: &ObjectName, site: &dyn Fn(Span) -> Site, span: Span) {
        let find = |columns: &mut Vec<DeclaredColumn>, name: &Name| columns.iter_mut().position(|column| column.name.eq_ignore_ascii_case(name));
        match action {
            AlterAction::AddColumn(column) => {
                if self.columns.len() < MOST_COLUMNS && find(&mut self.columns, &column.name).is_none() {
                    self.columns.push(declared(column, site));
                }
                if column.references.is_some() && self.foreign_keys.len() < MOST_PARTS {
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

    pub fn create_index(&mut self, index: &CreateIndex) {
        if !index.unique || index.partial || index.columns.is_empty() || self.indexes.len() >= MOST_PARTS {
            return;
        }
        self.indexes.push((index.name.clone(), index.columns.clone()));
        self.unique(&index.columns);
    }

    fn unique(&mut self, key: &[Name]) {
        match key {
            [only] => self.columns.iter_mut().filter(|column| column.name.eq_ignore_ascii_case(only)).for_each(|column| column.unique = true),
            _ => self.unique_together.push(key.to_vec()),
        }
    }

    fn primary(&mut self, key: &[Name]) {
        for column in self.columns.iter_mut().filter(|column| key.iter().any(|name| name.eq_ignore_ascii_case(&column.name))) {
            (column.primary, column.optional) = (true, false);
        }
        if key.len() > 1 {
            self.unique_together.push(key.to_vec());
        }
    }

    fn constrain(&mut self, constraint: &Constraint) {
        if self.foreign_keys.len() + self.unique_together.len() > 2 * MOST_PARTS {
            return;
        }
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => self.primary(key),
            ConstraintKind::Unique(key) => self.unique(key),
            ConstraintKind::UsingIndex { index, primary } => {
                let key = self.indexes.iter().find(|(name, _)| name == index).map(|(_, columns)| columns.clone()).unwrap_or_default();
                if *primary {
                    self.primary(&key);
                }
            }
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

fn declared(column: &ColumnDef, site: &dyn Fn(Span) -> Site) -> DeclaredColumn {
    DeclaredColumn {
        db_name: Some(column.name.clone()),
        ty: column.ty.clone(),
        references: column.references.as_ref().map(|target| reference(target, 0)),
        optional: !column.not_null && !column.primary,
        unique: column.unique,
        primary: column.primary,
        list: column.ty.ends_with(']') || column.ty.ends_with("array"),
        defaults_to_caller: column.default.as_ref().is_some_and(is_caller),
        withheld: false,
        drawn: false,
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
