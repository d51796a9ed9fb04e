//! Questions to a database, as far as a walk has put them together.

use super::catalogue::Returns;
use super::event::AccessId;
use super::names;
use super::place::Site;
use super::value::{Kind, Value};
use crate::text::Name;

/// What an access does. The database operation decides read or write, not the HTTP verb.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    #[default]
    ReadOne,
    ReadMany,
    Count,
    Create,
    Update,
    Delete,
    Upsert,
    /// Text that could not be read, or a stored procedure.
    Raw,
}

impl Operation {
    pub fn is_write(self) -> bool {
        matches!(self, Operation::Create | Operation::Update | Operation::Delete | Operation::Upsert)
    }

    /// "read", "change", "delete": what a stranger could do.
    pub fn verb(self) -> &'static str {
        match self {
            Operation::ReadOne => "read",
            Operation::ReadMany | Operation::Count => "list",
            Operation::Create => "create",
            Operation::Update | Operation::Upsert => "change",
            Operation::Delete => "delete",
            Operation::Raw => "reach",
        }
    }

    /// The word for it in what machines read.
    pub fn word(self) -> &'static str {
        match self {
            Operation::ReadOne => "read-one",
            Operation::ReadMany => "read-many",
            Operation::Count => "count",
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::Upsert => "upsert",
            Operation::Raw => "raw",
        }
    }
}

/// A query under construction, and the arguments of the calls that built it.
#[derive(Clone, Hash, Debug, Default)]
pub struct Query {
    /// The catalogue's name of the client: `prisma`, `supabase-js`.
    pub client: Name,
    pub model: Name,
    /// What the statement calls the table, if it calls it otherwise.
    pub alias: Name,
    pub operation: Operation,
    pub filter: Vec<Filter>,
    pub data: Vec<Value>,
    /// The call that names the rows: where a constraint would be added.
    pub key: Option<Site>,
    /// That is a statement of SQL.
    pub is_text: bool,
    /// The whole chain so far.
    pub site: Option<Site>,
    /// The object whose credential the database sees (for row-level security).
    pub handle: Option<Value>,
    pub guessed: bool,
    /// Asked when it is awaited, returned or iterated, and what it gives then.
    pub lazy: bool,
    pub gives: Returns,
    /// A term whose value is missing is dropped.
    pub fails_open: bool,
    /// The database checks the caller's own policies.
    pub row_security: bool,
    /// What of the rows it gives, where that is known.
    pub columns: Option<Columns>,
    /// The rows that are put into its own, whole, by their relations.
    pub embedded: Vec<Vec<Name>>,
    /// Rows of relations that come along only where this holds: `{ members: { where: { userId: me } } }`.
    pub below: Vec<(Vec<Name>, Vec<Filter>)>,
    /// Of a statement about several tables: the columns it gives, with the table of each.
    pub joined: Vec<(Name, Name)>,
}

/// What of its rows a question asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Columns {
    Whole,
    Only(Vec<Name>),
    Without(Vec<Name>),
    /// Whole rows, with these that are usually withheld.
    Also(Vec<Name>),
}

impl Columns {
    /// Is this column among what is given?
    pub fn give(&self, column: &str) -> bool {
        match self {
            Columns::Whole | Columns::Also(_) => true,
            Columns::Only(names) => names.iter().any(|name| name == column),
            Columns::Without(names) => !names.iter().any(|name| name == column),
        }
    }
}

impl Query {
    /// Whether it is about the row that this access found.
    pub fn is_of_row(&self, access: AccessId) -> bool {
        self.filter.iter().any(|filter| match filter {
            Filter::Row(value) => matches!(value.kind(), Kind::Row(row) if row.access == access),
            _ => false,
        })
    }

    /// What every row that it is about fulfils: its filters one by one, and what stands in an `All` of them.
    pub fn conjuncts(&self) -> Vec<&Filter> {
        let mut conjuncts = Vec::new();
        Filter::flatten(&self.filter, &mut conjuncts);
        conjuncts
    }
}

/// Which rows are meant.
#[derive(Clone, Hash, Debug)]
pub enum Filter {
    Term(Term),
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// The row that another access found (`note.delete()`).
    Row(Value),
    /// Could not be read.
    Opaque(Value),
}

/// `path op value`: `project.members.userId == x`.
#[derive(Clone, Hash, Debug)]
pub struct Term {
    pub path: Vec<Name>,
    pub op: TermOp,
    pub value: Value,
    pub site: Option<Site>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermOp {
    Eq,
    /// One of several.
    In,
    /// A text like this, or with this in it: what somebody looks for.
    Like,
    /// Anything that does not pin the value down.
    Other,
}

impl Query {
    /// Nothing says which rows are meant but how several tables hang together.
    pub fn is_only_joined(&self) -> bool {
        let conjuncts = self.conjuncts();
        !self.joined.is_empty()
            && conjuncts.iter().all(|filter| matches!(filter, Filter::Term(term) if matches!(term.value.kind(), Kind::Column(column) if column.model != ":")))
    }

    /// Nothing says which rows are meant but what somebody types into a field to look for, or from when to when: whoever types a single
    /// letter, or a time long enough, has them all.
    pub fn is_only_searched(&self) -> bool {
        let conjuncts = self.conjuncts();
        !conjuncts.is_empty() && conjuncts.iter().all(|filter| filter.is_search(0))
    }
}

impl Filter {
    fn is_search(&self, depth: u32) -> bool {
        match self {
            Filter::Term(term) => {
                let is_time = || term.path.last().is_some_and(|column| names::is_point_in_time(column));
                let is_vague = term.op == TermOp::Like || term.op == TermOp::Other && is_time();
                is_vague && term.value.taint().iter().any(|origin| origin.part.is_request())
            }
            Filter::Any(arms) | Filter::All(arms) => depth < 6 && !arms.is_empty() && arms.iter().all(|arm| arm.is_search(depth + 1)),
            _ => false,
        }
    }

    pub fn eq(path: Vec<Name>, value: Value, site: Option<Site>) -> Filter {
        Filter::Term(Term { path, op: TermOp::Eq, value, site })
    }

    fn flatten<'f>(filters: &'f [Filter], out: &mut Vec<&'f Filter>) {
        for filter in filters {
            match filter {
                Filter::All(inner) => Filter::flatten(inner, out),
                other => out.push(other),
            }
        }
    }
}
