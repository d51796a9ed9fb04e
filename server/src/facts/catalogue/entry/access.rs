//! Entries on databases: what a call asks, of which rows, and what it gives.

use serde::Deserialize;

use crate::facts::query::{Operation, TermOp};
use crate::text::Name;

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccessEntry {
    #[serde(default)]
    pub client: Name,
    #[serde(default)]
    pub op: Option<Operation>,
    /// `captured`, `receiver` (the class it was called on), or an argument.
    #[serde(default)]
    pub model: Option<ModelFrom>,
    #[serde(default)]
    pub filter: Vec<FilterSpec>,
    #[serde(default)]
    pub data: Option<Data>,
    /// Whether the database is asked now; a builder's step is not.
    #[serde(default)]
    pub fires: bool,
    /// The database is asked when the result is awaited, returned or iterated.
    #[serde(default)]
    pub lazy: bool,
    #[serde(default)]
    pub gives: Returns,
    /// The last argument is a function that gets the answer: `(error, rows) => ..`.
    #[serde(default)]
    pub calls_back: bool,
    /// A list of rows becomes one row.
    #[serde(default)]
    pub narrow: bool,
    /// A condition on a column: `eq(t.id, x)`.
    #[serde(default)]
    pub compares: Option<TermOp>,
    /// Conditions put together: `and(a, b)`.
    #[serde(default)]
    pub combines: Option<Combines>,
    /// The text of a statement: `op`, model and filter are read from it.
    #[serde(default)]
    pub sql: Option<SqlSpec>,
    /// A missing value drops its term (`undefined` in a where).
    #[serde(default)]
    pub fails_open: bool,
    /// Rows are checked by the database's own policies for this caller.
    #[serde(default)]
    pub row_security: bool,
    /// Where it is said which columns are given; without a word of it, whole rows are.
    #[serde(default)]
    pub columns: Vec<ColumnsSpec>,
    /// The arguments that are pieces of a statement's text.
    #[serde(default)]
    pub statement: Vec<usize>,
    /// The same by name, each a piece or a list of pieces: `where=[..]`.
    #[serde(default)]
    pub statement_named: Vec<Name>,
    /// Members of the first argument that say which relations' rows come with it: `include`, `with`.
    #[serde(default)]
    pub embeds: Vec<Name>,
    /// It throws where there is no such row: whoever comes past it has one.
    #[serde(default)]
    pub raises: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ColumnsSpec {
    pub shape: ColumnsShape,
    #[serde(default)]
    pub arg: usize,
    /// A member of the argument: `select`.
    #[serde(default)]
    pub key: Option<String>,
}

/// How columns are chosen.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnsShape {
    /// `{ id: true, password: false }`.
    Flags,
    /// `{ password: true }`: those are left out.
    Without,
    /// An object whose keys are what is given: `{ id: users.id }`.
    Keys,
    /// Names in one text, or one in each argument: `"id, name"`, `"-password"`, `"*"`.
    Names,
    /// Whole rows, whatever is said.
    Whole,
}

#[derive(Debug, Deserialize, Clone)]
#[serde(untagged)]
pub enum ModelFrom {
    Argument(usize),
    Word(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FilterSpec {
    pub shape: FilterShape,
    #[serde(default)]
    pub arg: usize,
    /// A member of the argument: `where`.
    #[serde(default)]
    pub key: Option<String>,
    /// For `expression`: it may be given as a function that makes it.
    #[serde(default)]
    pub callback: Option<Callback>,
    /// For `id`: the column, if it is not `id`.
    #[serde(default)]
    pub column: Option<Name>,
    /// For `column-value` with two arguments: what the method compares by; equality unless said.
    #[serde(default)]
    pub op: Option<TermOp>,
}

/// What a function gets that makes an expression: the columns of the table, and an object of operators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Callback {
    /// The path of what makes a table.
    pub table: String,
    /// The module whose exports are the operators.
    pub operators: Name,
}

/// How a filter is written.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum FilterShape {
    /// `{ id: x, author: { is: {..} }, OR: [..] }`.
    Object,
    /// `(column, value)` or `(column, op, value)`; an object in their place is read as `Object`.
    ColumnValue,
    /// `f(owner=x, project__owner=y)`.
    Keywords,
    /// A boolean expression over columns, one or several: `eq(t.id, x)`, `T.id == x`.
    Expression,
    /// The primary key itself.
    Id,
    /// A path that names the collection and the key: `notes/${id}`.
    Path,
    /// A key that says first what it is of: `note:${id}`.
    Key,
    /// An object as in `Object`, or the primary key.
    Criteria,
    /// A row, or an object with its key in it: one without is new.
    Within,
    /// The text of a condition, and behind it an object of what is bound: `("n.id = :id", { id })`.
    Sql,
    /// Texts of conditions in an object, with what is bound and what names stand for beside them: `{ KeyConditionExpression: "#u = :u",
    /// ExpressionAttributeNames: { "#u": "userId" }, ExpressionAttributeValues: { ":u": id } }`.
    Conditions,
    /// Cannot be read.
    Opaque,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Combines {
    All,
    Any,
    Not,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    #[serde(default)]
    pub arg: usize,
    #[serde(default)]
    pub key: Option<String>,
    /// All keyword arguments together.
    #[serde(default)]
    pub keywords: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SqlSpec {
    #[serde(default)]
    pub arg: usize,
    /// The argument with the bound values; they are an array, or (`spread`) each an argument of its own.
    #[serde(default)]
    pub params: Option<usize>,
    #[serde(default)]
    pub spread: bool,
    /// The bound values stand in that argument under one of these names: `{ replacements: [..] }`.
    #[serde(default)]
    pub under: Vec<Name>,
    /// A statement only as a template. Given anything else it is a piece for one: `sql(changes)`.
    #[serde(default)]
    pub template: bool,
    /// A list of statements, each asked on its own.
    #[serde(default)]
    pub each: bool,
    /// The statement was made before; here its values are bound.
    #[serde(default)]
    pub prepared: bool,
}

#[derive(Hash, Debug, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Returns {
    /// The builder itself.
    #[default]
    Query,
    Row,
    Rows,
    Count,
    /// `{ data: row(s), error }`.
    Data,
    /// `{ rows, rowCount }`.
    RowsObject,
    /// `{ Item }`, `{ Items, Count }`, `{ Attributes }`.
    Items,
    /// `[rows, fields]`.
    RowsPair,
    /// `{ users }`, `{ data }`: accounts of a service that signs people in.
    Accounts,
    /// `{ count }`, `[count]`, `{ affectedRows }`: any member counts.
    Affected,
    Nothing,
    /// The first argument, as something new: the database is not asked.
    Given,
}

/// A step of a query builder, known by the client's name wherever the builder stands.
#[derive(Debug)]
pub struct StepEntry {
    pub clients: Vec<Name>,
    pub methods: Vec<Name>,
    pub step: AccessEntry,
}
