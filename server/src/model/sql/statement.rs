//! Statements of definition, as far as they say who may do what with which data.

use std::sync::Arc;

use super::{Condition, Expr, ObjectName, Query};
use crate::text::{Name, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
    /// It ends in `;`. What does not is still being written, or the last of its file.
    pub terminated: bool,
    /// It stands in a `do` block, where a condition may keep it from running.
    pub in_block: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    CreateTable(CreateTable),
    AlterTable(AlterTable),
    DropTables(Vec<ObjectName>),
    CreatePolicy(CreatePolicy),
    AlterPolicy(AlterPolicy),
    DropPolicy {
        name: Name,
        table: ObjectName,
    },
    Grant(Grant),
    CreateFunction(CreateFunction),
    AlterFunction(AlterFunction),
    DropFunctions(Vec<ObjectName>),
    CreateView(CreateView),
    CreateIndex(CreateIndex),
    CreateTrigger(CreateTrigger),
    AlterView {
        name: ObjectName,
        security_invoker: Option<bool>,
    },
    DropViews(Vec<ObjectName>),
    /// `create role`, `alter role`, with the powers it gives: `superuser`, `bypassrls`.
    Role {
        name: Name,
        powers: Vec<Name>,
    },
    /// SQL put together at run time. `row_security`: its text speaks of row level security.
    Dynamic {
        row_security: bool,
    },
    Query(Box<Query>),
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct CreateTable {
    pub name: ObjectName,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub columns: Vec<ColumnDef>,
    pub constraints: Vec<Constraint>,
    /// `like other`, `inherits (other)`.
    pub like: Option<ObjectName>,
    pub partition_of: Option<ObjectName>,
    /// The parenthesis around the columns, if it is there and closed.
    pub body: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColumnDef {
    pub name: Name,
    pub name_span: Span,
    /// In lower case; empty if none is written.
    pub ty: Name,
    pub not_null: bool,
    pub primary: bool,
    pub unique: bool,
    pub default: Option<Expr>,
    pub references: Option<Reference>,
    pub span: Span,
}

/// `references table (columns)`
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub table: ObjectName,
    /// Empty: the primary key.
    pub columns: Vec<Name>,
    pub cascades: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    pub name: Option<Name>,
    pub kind: ConstraintKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ConstraintKind {
    PrimaryKey(Vec<Name>),
    Unique(Vec<Name>),
    /// `primary key using index x`, `unique using index x`: the columns are the index's.
    UsingIndex {
        index: Name,
        primary: bool,
    },
    ForeignKey {
        columns: Vec<Name>,
        references: Reference,
    },
    /// Checks, exclusions.
    Other,
}

/// `create unique index name on table (columns)`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    pub name: Name,
    pub table: ObjectName,
    pub unique: bool,
    /// It covers some rows only: `where …`.
    pub partial: bool,
    /// Without expressions.
    pub columns: Vec<Name>,
}

/// `create trigger t before update on table for each row execute function f()`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTrigger {
    pub table: ObjectName,
    /// It runs when rows are changed.
    pub on_update: bool,
    pub function: ObjectName,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterTable {
    pub name: ObjectName,
    pub actions: Vec<AlterAction>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AlterAction {
    AddColumn(ColumnDef),
    DropColumn(Name),
    RenameColumn { from: Name, to: Name },
    RenameTable(Name),
    SetSchema(Name),
    AddConstraint(Constraint),
    DropConstraint(Name),
    NotNull { column: Name, is: bool },
    Type { column: Name, ty: Name },
    Default { column: Name, value: Option<Expr> },
    RowSecurity(RowSecurityChange),
    OwnerTo(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSecurityChange {
    Enable,
    Disable,
    Force,
    NoForce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyCommand {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

/// A policy's expression; `span` covers it without its outer parentheses.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyExpr {
    pub condition: Condition,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreatePolicy {
    pub name: Name,
    pub table: ObjectName,
    pub permissive: bool,
    pub command: PolicyCommand,
    /// In lower case; empty: everybody (`public`).
    pub roles: Vec<Name>,
    pub using: Option<PolicyExpr>,
    pub check: Option<PolicyExpr>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterPolicy {
    pub name: Name,
    pub table: ObjectName,
    pub rename: Option<Name>,
    pub roles: Option<Vec<Name>>,
    pub using: Option<PolicyExpr>,
    pub check: Option<PolicyExpr>,
}

/// GRANT or REVOKE, also inside `alter default privileges`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub revoke: bool,
    /// What objects made later will have, instead of those that exist.
    pub default: bool,
    /// In lower case; `all` for `all privileges`.
    pub privileges: Vec<Name>,
    /// Those of them that are for some columns only: `update (name)`.
    pub partial: Vec<Name>,
    pub objects: GrantObjects,
    /// In lower case.
    pub roles: Vec<Name>,
    pub roles_span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum GrantObjects {
    Tables(Vec<ObjectName>),
    /// `all tables in schema a, b`; for default privileges the schemas may be empty (all of them).
    AllTables(Vec<Name>),
    Functions(Vec<ObjectName>),
    AllFunctions(Vec<Name>),
    Schemas(Vec<Name>),
    /// `grant service_role to authenticated`: the privileges are names of roles.
    Roles,
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateFunction {
    pub name: ObjectName,
    pub args: Vec<FunctionArg>,
    /// The parenthesis around the arguments.
    pub args_span: Span,
    /// In lower case: `trigger`, `boolean`, `setof notes`.
    pub returns: Name,
    /// Runs with the rights of its owner.
    pub definer: bool,
    /// `set search_path = …`: the value as written.
    pub search_path: Option<Name>,
    pub language: Name,
    pub body: Option<FunctionBody>,
    /// Where `set search_path = ''` can be inserted: before `as` or `begin atomic`.
    pub options_end: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionArg {
    pub name: Name,
    pub ty: Name,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FunctionBody {
    pub text: Arc<str>,
    /// Of the text, without the quotes around it.
    pub span: Span,
    /// It runs SQL that it puts together: `execute query`.
    pub executes: bool,
    /// A text that a caller gives becomes part of what it runs.
    pub runs_arguments: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlterFunction {
    pub name: ObjectName,
    pub definer: Option<bool>,
    pub search_path: Option<Name>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    pub name: ObjectName,
    pub materialized: bool,
    /// Reads with the rights of the caller, so that row security applies.
    pub security_invoker: bool,
    pub query: Option<Query>,
    /// Where `with (security_invoker = on)` can be inserted: before `as`.
    pub options_end: u32,
}
