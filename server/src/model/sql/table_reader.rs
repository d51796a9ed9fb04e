//! Reads CREATE TABLE, ALTER TABLE and DROP TABLE.

use super::ObjectName;
use super::reader::Reader;
use super::statement::{AlterAction, AlterTable, ColumnDef, Constraint, ConstraintKind, CreateIndex, CreateTable, Reference, RowSecurityChange, StatementKind};
use super::token::TokenKind;
use crate::text::Name;

/// Words that begin an option of a column, and so end its type.
const COLUMN_OPTIONS: [&str; 22] = [
    "not",
    "null",
    "primary",
    "unique",
    "references",
    "default",
    "check",
    "constraint",
    "collate",
    "generated",
    "on",
    "key",
    "comment",
    "auto_increment",
    "autoincrement",
    "identity",
    "as",
    "storage",
    "compression",
    "deferrable",
    "initially",
    "character",
];

impl Reader<'_> {
    /// After `create [temp] table`.
    pub fn create_table(&mut self, temporary: bool) -> Option<StatementKind> {
        let if_not_exists = self.eat_if_exists();
        let mut table = CreateTable { name: self.object_name()?, if_not_exists, temporary, ..CreateTable::default() };
        if self.eat_all(&["partition", "of"]) {
            table.partition_of = self.object_name();
        }
        if self.eat("like") {
            table.like = self.object_name();
        }
        if self.is_symbol("(") {
            self.table_body(&mut table);
        }
        if self.eat("inherits") && self.eat_symbol("(") {
            table.like = self.object_name();
            self.close();
        }
        Some(StatementKind::CreateTable(table))
    }

    fn table_body(&mut self, table: &mut CreateTable) {
        let start = self.here();
        self.eat_symbol("(");
        while !self.is_done() && !self.is_symbol(")") {
            let before = self.position();
            self.table_element(table);
            self.skip_to_comma();
            if !self.eat_symbol(",") && self.position() == before {
                self.skip_one();
            }
        }
        if self.eat_symbol(")") {
            table.body = Some(self.since(start));
        }
    }

    fn table_element(&mut self, table: &mut CreateTable) {
        let start = self.here();
        if self.eat("like") {
            table.like = self.object_name();
            return;
        }
        if let Some(constraint) = self.constraint() {
            if let ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique(columns) = &constraint.kind {
                mark_keys(&mut table.columns, &constraint.kind, columns);
            }
            table.constraints.push(constraint);
        } else if let Some(column) = self.column(start) {
            table.columns.push(column);
        }
    }

    /// A constraint of the table, named or not; also MySQL's keys. `None` if none begins here.
    fn constraint(&mut self) -> Option<Constraint> {
        let start = self.here();
        let name = if self.eat("constraint") { self.name().map(|(name, _)| name) } else { None };
        let is_key = |reader: &Self, n| reader.is_symbol_at(n, "(") || reader.is_symbol_at(n + 1, "(");
        let kind = if self.eat_all(&["primary", "key"]) {
            self.eat_any(&["clustered", "nonclustered"]);
            self.key_or_index(true)
        } else if self.are_words(&["foreign", "key"]) {
            self.foreign_key()?
        } else if self.is_word("unique") && (is_key(self, 1) || is_key(self, 2) || name.is_some()) {
            self.next();
            let _ = self.eat_any(&["key", "index"]) || self.eat_all(&["nulls", "not", "distinct"]);
            if !self.is_symbol("(") && !self.is_word("using") {
                self.name();
            }
            self.key_or_index(false)
        } else {
            let is_check = self.is_word("check") && self.is_symbol_at(1, "(") || self.is_word("exclude");
            let is_index = self.is_any_word(&["key", "index", "fulltext", "spatial"]) && is_key(self, 1) || self.are_words(&["fulltext", "key"]);
            if is_check || is_index {
                self.skip_to_comma();
            } else if name.is_none() {
                return None;
            }
            ConstraintKind::Other
        };
        Some(Constraint { name, kind, span: self.since(start) })
    }

    /// `(a, b)`, or `using index x`.
    fn key_or_index(&mut self, primary: bool) -> ConstraintKind {
        if self.eat_all(&["using", "index"]) {
            return ConstraintKind::UsingIndex { index: self.name().map(|(name, _)| name).unwrap_or_default(), primary };
        }
        if self.eat("using") {
            self.next();
        }
        let columns = self.name_list();
        if primary { ConstraintKind::PrimaryKey(columns) } else { ConstraintKind::Unique(columns) }
    }

    /// After `create [unique] index`.
    pub fn create_index(&mut self, unique: bool) -> Option<StatementKind> {
        self.eat("concurrently");
        self.eat_if_exists();
        let name = if self.is_word("on") { Name::default() } else { self.object_name()?.name };
        self.eat("on").then_some(())?;
        self.eat("only");
        let table = self.object_name()?;
        if self.eat("using") {
            self.next();
        }
        let columns = self.name_list();
        let mut partial = false;
        while !self.is_done() {
            partial |= self.is_word("where");
            self.skip_one();
        }
        Some(StatementKind::CreateIndex(CreateIndex { name, table, unique, partial, columns }))
    }

    fn foreign_key(&mut self) -> Option<ConstraintKind> {
        self.eat_all(&["foreign", "key"]);
        self.eat_if_exists();
        if !self.is_symbol("(") {
            self.name();
        }
        let columns = self.name_list();
        if !self.eat("references") {
            return Some(ConstraintKind::Other);
        }
        let references = self.reference()?;
        Some(ConstraintKind::ForeignKey { columns, references })
    }

    /// After `references`.
    fn reference(&mut self) -> Option<Reference> {
        let table = self.object_name()?;
        let columns = self.name_list();
        let mut cascades = false;
        loop {
            if self.eat_all(&["on", "delete", "cascade"]) {
                cascades = true;
            } else if self.are_words(&["on", "delete"]) || self.are_words(&["on", "update"]) {
                self.next();
                self.next();
                let _ = self.eat_all(&["set", "null"]) || self.eat_all(&["set", "default"]) || self.eat_all(&["no", "action"]) || self.next().is_some();
            } else if self.eat("match") {
                self.next();
            } else {
                return Some(Reference { table, columns, cascades });
            }
        }
    }

    /// `name type options`.
    fn column(&mut self, start: u32) -> Option<ColumnDef> {
        let (name, name_span) = self.name()?;
        let mut column = ColumnDef { name, name_span, ..ColumnDef::default() };
        let is_typed = self.peek().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        if is_typed && (!self.is_any_word(&COLUMN_OPTIONS) || self.is_word("character")) {
            column.ty = self.type_name();
        }
        while !self.is_done() && !self.is_symbol(",") && !self.is_symbol(")") && !self.is_symbol(";") {
            self.column_option(&mut column);
        }
        column.span = self.since(start);
        Some(column)
    }

    fn column_option(&mut self, column: &mut ColumnDef) {
        if self.eat_all(&["not", "null"]) {
            column.not_null = true;
        } else if self.eat_all(&["primary", "key"]) {
            (column.primary, column.not_null) = (true, true);
        } else if self.eat("unique") {
            column.unique = true;
        } else if self.eat("references") {
            column.references = self.reference();
        } else if self.eat("default") {
            column.default = Some(self.operand());
        } else if self.eat("constraint") {
            self.name();
        } else if self.eat_all(&["on", "update"]) {
            self.operand();
        } else if !self.eat("generated") {
            self.skip_one();
        }
    }

    /// After `alter [foreign] table`.
    pub fn alter_table(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        self.eat("only");
        let name = self.object_name()?;
        self.eat_symbol("*");
        let mut actions = Vec::new();
        while !self.is_done() {
            let before = self.position();
            if let Some(action) = self.alter_action() {
                actions.push(action);
            }
            self.skip_to_comma();
            if !self.eat_symbol(",") && self.position() == before {
                self.skip_one();
            }
        }
        Some(StatementKind::AlterTable(AlterTable { name, actions }))
    }

    fn alter_action(&mut self) -> Option<AlterAction> {
        use RowSecurityChange::{Disable, Enable, Force, NoForce};
        for (words, change) in [
            (["enable", "row", "level", "security"].as_slice(), Enable),
            (&["disable", "row", "level", "security"], Disable),
            (&["force", "row", "level", "security"], Force),
            (&["no", "force", "row", "level", "security"], NoForce),
        ] {
            if self.eat_all(words) {
                return Some(AlterAction::RowSecurity(change));
            }
        }
        if self.eat("add") {
            return self.add();
        }
        if self.eat("drop") {
            if self.eat("constraint") {
                self.eat_if_exists();
                return self.name().map(|(name, _)| AlterAction::DropConstraint(name));
            }
            if self.eat_all(&["foreign", "key"]) {
                return self.name().map(|(name, _)| AlterAction::DropConstraint(name));
            }
            let is_column = self.eat("column") || !self.is_any_word(&["primary", "index", "key", "check", "partition"]);
            self.eat_if_exists();
            return if is_column { self.name().map(|(name, _)| AlterAction::DropColumn(name)) } else { None };
        }
        if self.eat("rename") {
            return self.rename();
        }
        if self.eat_all(&["owner", "to"]) {
            return self.name().map(|(name, _)| AlterAction::OwnerTo(name));
        }
        if self.eat_all(&["set", "schema"]) {
            return self.name().map(|(name, _)| AlterAction::SetSchema(name));
        }
        if self.eat_any(&["alter", "modify"]) {
            self.eat("column");
            let (column, _) = self.name()?;
            return self.alter_column(column);
        }
        if self.eat("change") {
            self.eat("column");
            let (from, _) = self.name()?;
            let (to, _) = self.name()?;
            return Some(AlterAction::RenameColumn { from, to });
        }
        None
    }

    fn add(&mut self) -> Option<AlterAction> {
        let start = self.here();
        let constraint = if self.is_word("column") { None } else { self.constraint() };
        if let Some(constraint) = constraint {
            return Some(AlterAction::AddConstraint(constraint));
        }
        self.eat("column");
        self.eat_if_exists();
        let parenthesized = self.eat_symbol("(");
        let column = self.column(start).map(AlterAction::AddColumn);
        if parenthesized {
            self.close();
        }
        column
    }

    fn rename(&mut self) -> Option<AlterAction> {
        if self.eat_any(&["to", "as"]) {
            return self.name().map(|(name, _)| AlterAction::RenameTable(name));
        }
        if self.eat("constraint") || self.eat("index") {
            return None;
        }
        self.eat("column");
        let (from, _) = self.name()?;
        self.eat("to");
        let (to, _) = self.name()?;
        Some(AlterAction::RenameColumn { from, to })
    }

    fn alter_column(&mut self, column: Name) -> Option<AlterAction> {
        if self.eat_all(&["set", "not", "null"]) {
            return Some(AlterAction::NotNull { column, is: true });
        }
        if self.eat_all(&["drop", "not", "null"]) {
            return Some(AlterAction::NotNull { column, is: false });
        }
        if self.eat_all(&["set", "default"]) {
            let value = self.expr();
            return Some(AlterAction::Default { column, value: Some(value) });
        }
        if self.eat_all(&["drop", "default"]) {
            return Some(AlterAction::Default { column, value: None });
        }
        self.eat_all(&["set", "data"]);
        self.eat("type");
        let ty = self.type_name();
        (!ty.is_empty()).then_some(AlterAction::Type { column, ty })
    }

    /// `[if exists] a, b [cascade]`.
    pub fn dropped(&mut self) -> Vec<ObjectName> {
        self.eat_if_exists();
        let mut names = Vec::new();
        while let Some(name) = self.object_name() {
            names.push(name);
            if self.is_symbol("(") {
                self.skip_one();
            }
            if !self.eat_symbol(",") {
                break;
            }
        }
        names
    }
}

/// `primary key (id)` and `unique (email)` over one column say it of the column.
fn mark_keys(columns: &mut [ColumnDef], kind: &ConstraintKind, key: &[Name]) {
    for column in columns.iter_mut().filter(|column| key.iter().any(|name| name.eq_ignore_ascii_case(&column.name))) {
        match kind {
            ConstraintKind::PrimaryKey(_) => (column.primary, column.not_null) = (true, true),
            ConstraintKind::Unique(_) if key.len() == 1 => column.unique = true,
            _ => {}
        }
    }
}
