//! What should change in the database. The statements are written by `fixes::migrate`, where the project keeps its SQL.

use crate::rules::Place;
use crate::text::Name;

#[derive(Clone, PartialEq, Debug)]
pub struct DatabaseChange {
    /// What is wrong: in a file of the project's SQL.
    pub at: Place,
    /// What is changed, for titles and names of files: `invoice_items`.
    pub object: Name,
    pub kind: ChangeKind,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ChangeKind {
    /// Switch row level security on for a table, with policies.
    Lock { table: String, policies: Policies },
    /// The policy asks whose the row is. What is `None` stays.
    Tighten { table: String, policy: Name, using: Option<String>, check: Option<String> },
    /// People change these columns of their rows, and no others.
    KeepColumns { table: String, columns: Vec<String> },
    /// The policy is for the key above policies alone, which needs none.
    DropPolicy { table: String, policy: Name },
    /// A function that runs with its owner's rights looks names up where it says itself.
    FixSearchPath { routine: String },
    /// Visitors may not call a function any more, which looks names up where it says itself.
    TakeFunction { routine: String, without_path: bool },
    /// Visitors may not use a view any more.
    Revoke { object: String, roles: Name },
    /// A view reads with the rights of whoever asks.
    AskAsCaller { view: String },
    /// Takes back a grant: `all on all tables in schema public`.
    TakeBack { privileges: String, on: String, roles: Name },
    /// Files of the bucket are shown to whoever may see them only.
    CloseBucket { bucket: Name },
}

/// Who reaches a table once it is locked.
#[derive(Clone, PartialEq, Debug)]
pub enum Policies {
    /// Nobody but the server, until somebody writes policies.
    None,
    /// Whoever a row belongs to: the condition that says so.
    Owner(String),
    /// Everybody reads, nobody writes.
    Read,
}
