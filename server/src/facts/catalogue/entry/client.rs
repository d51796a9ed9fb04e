//! Entries on database clients as a whole, known by the name that accesses and sinks give them.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::text::Name;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientEntry {
    pub name: Name,
    /// Assigning to a row is an update of it (SQLAlchemy's session, TypeORM's entity manager).
    #[serde(default)]
    pub unit_of_work: bool,
    /// Asking for one row fails if there is none.
    #[serde(default)]
    pub one_or_fails: bool,
    /// Rows are plain records: sent out, they show all their columns.
    #[serde(default)]
    pub plain_rows: bool,
    /// Its options name relations that have to be there (`include` with a `where`), and the columns that may be written (`fields`).
    #[serde(default)]
    pub by_options: bool,
    /// How values are handed over beside the text of a statement.
    #[serde(default)]
    pub parameters: Option<Parameters>,
    /// The key of the values, where the statement is an object: `query({ text, values })`.
    #[serde(default)]
    pub values_key: Option<Name>,
}

/// How a client writes placeholders and takes values.
#[derive(Debug, Deserialize, Clone, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Parameters {
    /// `$1`, values in an array behind the text.
    Numbered,
    /// `?`, values in an array behind the text.
    Question,
    /// `?`, values as arguments of the call that runs the prepared statement.
    Prepared,
    /// `%s`, values in a tuple.
    Percent,
    /// `?`, values in a tuple.
    QuestionTuple,
    /// `$1`, values as further arguments.
    NumberedSpread,
    /// `:name`, values in a dict.
    Named,
    /// The call becomes a tagged template: the method that is called, and the tag in its place.
    Tags(FxHashMap<String, String>),
}
