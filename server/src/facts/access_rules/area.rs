//! A part of a database or a bucket, and what is allowed there.

use super::demand::{Demand, Who};
use crate::model::access_rules::Segment;
use crate::text::{Name, Span};

/// Areas beyond this many in a file are not looked at: it keeps the work of comparing them in bounds.
pub(super) const MOST_AREAS: usize = 1_000;

#[derive(Clone, PartialEq, Debug, Default)]
pub struct FileRules {
    /// In order of place.
    pub areas: Vec<Area>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Store {
    Firestore,
    Storage,
    Realtime,
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operation {
    Get,
    List,
    Create,
    Update,
    Delete,
}

impl Operation {
    pub const ALL: [Operation; 5] = [Operation::Get, Operation::List, Operation::Create, Operation::Update, Operation::Delete];
    pub const READ: [Operation; 2] = [Operation::Get, Operation::List];
    pub const WRITE: [Operation; 3] = [Operation::Create, Operation::Update, Operation::Delete];

    /// What a word of the language stands for.
    pub fn named(word: &str) -> &'static [Operation] {
        match word {
            "get" => &[Operation::Get],
            "list" => &[Operation::List],
            "create" => &[Operation::Create],
            "update" => &[Operation::Update],
            "delete" => &[Operation::Delete],
            "read" => &Operation::READ,
            "write" => &Operation::WRITE,
            _ => &[],
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Operation::Get => "get",
            Operation::List => "list",
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }

    pub fn is_read(self) -> bool {
        matches!(self, Operation::Get | Operation::List)
    }
}

/// The paths that one `match`, or one place of a tree, is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Area {
    pub store: Store,
    /// Without what names the database or the bucket.
    pub path: Vec<Segment>,
    /// What is said holds for everything below, too.
    pub is_deep: bool,
    pub permissions: Vec<Permission>,
    /// Realtime: what is written here is checked, here or below.
    pub is_validated: bool,
    pub span: Span,
}

/// One `allow`.
#[derive(Clone, PartialEq, Debug)]
pub struct Permission {
    /// In order, each once.
    pub operations: Vec<Operation>,
    pub demand: Demand,
    pub span: Span,
    /// `None` where nothing is demanded.
    pub condition: Option<Span>,
}

impl Area {
    /// Who may do this by what is said here; other areas may allow more.
    pub fn who(&self, operation: Operation) -> Who {
        let allowing = self.permissions.iter().filter(|permission| permission.operations.contains(&operation));
        allowing.map(|permission| permission.demand.who(operation)).max().unwrap_or(Who::Nobody)
    }

    /// `/users/{userId}/notes/{rest=**}`
    pub fn path_text(&self) -> String {
        let mut text: String = self
            .path
            .iter()
            .map(|segment| match segment {
                Segment::Literal(name) => format!("/{name}"),
                Segment::One(name) if name.starts_with('$') => format!("/{name}"),
                Segment::One(name) => format!("/{{{name}}}"),
                Segment::Rest(name) => format!("/{{{name}=**}}"),
            })
            .collect();
        if text.is_empty() {
            text.push('/');
        }
        text
    }

    /// The collection whose documents these are: `notes` of `/users/{user}/notes/{note}`.
    pub fn collection(&self) -> Option<&Name> {
        match self.path.as_slice() {
            [.., Segment::Literal(name), Segment::One(_) | Segment::Rest(_)] => Some(name),
            _ => None,
        }
    }
}
