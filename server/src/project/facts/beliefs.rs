//! What the engine believes, as data: for people who check it, for programs, and for tests.
//!
//! It serialises as one JSON object. Fields are only ever added; a change of meaning raises `version`. Fields marked `?`
//! are left out where there is nothing to say; lists are always there. A place `at` is `{ "file", "line" }`: the path
//! below the project's folder, and a line from 1.
//!
//! ```text
//! { "version": 1,
//!   "files": [ { "file", "surface": "client" | "server" | "shared" | "unknown",
//!                "walks": [ walk ], "access": [ area ],
//!                "unescaped": [ { "at", "template", "how": "filter" | "switched-off" | "sign", "expression", "roots": [..] } ],
//!                "notUnderstood": [ { "what", "detail", "at" } ] } ],
//!   "models": [ { "name", "table"?, "known", "privacy", "people", "group", "membership",
//!                 "owners": [ { "path", "kind", "of"?, "proven" } ], "secretColumns": [..], "protectedColumns": [..],
//!                 "rowSecurity"?, "policies", "sources": [ { "kind", "at" } ] } ],
//!   "setup": [ { "file", "switches": [ { "at", "name", "stack", "is": answer, "value"? } ],
//!                "inlined": [ { "at", "name", "way", "stack", "from": ["env:NAME" | "env:PREFIX*" | "constant" | "unknown"] } ],
//!                "headers": [ { "at", "name", "stack", "value"?, "pattern"? } ],
//!                "forwards": [ { "at", "way", "stack", "from"?, "to"? } ],
//!                "variables": [ { "at", "name", "stack", "value": "constant" | "placeholder" | "reference" | "empty" | "unknown", "public" } ],
//!                "bound": [ { "at", "handler", "framework", "methods": [..], "path"?, "authorizer": answer, "found" } ], "partial" } ],
//!   "packages": [ { "folder", "packages": [ { "name", "version"?, "exact" } ] } ] }
//!
//! answer "yes" | "no" | "unknown"
//!
//! walk   { "kind": "route" | "function" | "top-level", "at"?, "route"?: { "framework", "methods": [..], "path"?, "adrift", "authorizer"?: answer,
//!          "handler", "before": [ { "name", "at" } ] }, "always": holding, "events": [ event ], "complete" }
//! event  { "kind": "access", "at", "operation", "model", "client", "guessed", "filter": [ filter ], "data": [ value ],
//!          "handle"?, "rowSecurity", "credential", "callers": [ { "expression", "id", "present" } ], "holds": holding }
//!        { "kind": "sink", "at", "sink", "client", "value": value, "guessed", "holds": holding }
//!        { "kind": "leaves", "at", "way": "respond" | "shown" | "return" | "handed" | "passed", "value": value, "holds": holding }
//!        { "kind": "effect", "at", "effect", "holds": holding }
//!        { "kind": "registers", "at", "registers": "route" | "middleware" | "mount", "framework", "methods": [..], "path"? }
//! area   { "at", "store": "firestore" | "storage" | "realtime" | "unknown", "path", "validated",
//!          "who": [ { "operation", "who": "nobody" | "person" | "role" | "owner" | "unknown" | "marked" | "signed-in" |
//!                     "anyone-until" | "anyone", "until"?, "openedBy"? } ],
//!          "allows": [ { "at", "operations": [..], "demand", "checks": [..] } ] }
//! holding { "principals": [..], "guards": [ { "kind", "name", "sure", "at"? } ], "facts": [..] }
//! filter  { "column", "op": "=" | "in" | "~", "value": value } | { "all": [ filter ] } | { "any": [ filter ] }
//!         | { "not": filter } | { "row": value } | { "unreadable": value }
//! value   { "is": text, "from": [..] }
//! ```
//! A walk stands under the file that declares its route or function, whole; under every other file that it comes through
//! it stands with the events that happen there. `always` is what holds at all of its accesses, sinks and effects.
//! `surface` is by what the file says and by who imports it. `from` lists the parts of a request (`params`, `body`, ...)
//! and the other sources a value was made of. `who` counts what other areas say of the same paths: `openedBy` is the path
//! of the one that lets more people in. `checks` are the fields of what is written that an `allow` looks at. Literal text of a project is told by its length only.

use serde::Serialize;

use super::setup::{OfPackages, OfSetup};

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Beliefs {
    pub version: u32,
    pub files: Vec<OfFile>,
    /// The models that the files touch.
    pub models: Vec<OfModel>,
    /// What configuration files say of building and deploying.
    pub setup: Vec<OfSetup>,
    pub packages: Vec<OfPackages>,
}

pub const VERSION: u32 = 1;

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OfFile {
    pub file: String,
    pub surface: &'static str,
    pub walks: Vec<OfWalk>,
    /// What access rules say.
    pub access: Vec<OfArea>,
    /// What a template writes out as it is.
    pub unescaped: Vec<OfUnescaped>,
    pub not_understood: Vec<Gap>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OfArea {
    pub at: At,
    pub store: &'static str,
    pub path: String,
    /// What is written is checked apart from who writes it.
    pub validated: bool,
    pub who: Vec<OfWho>,
    pub allows: Vec<OfAllow>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OfWho {
    pub operation: &'static str,
    pub who: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The area that lets more people in than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfAllow {
    pub at: At,
    pub operations: Vec<&'static str>,
    /// In words.
    pub demand: String,
    pub checks: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfUnescaped {
    pub at: At,
    /// What code calls the template.
    pub template: String,
    pub how: &'static str,
    pub expression: String,
    pub roots: Vec<String>,
}

/// Something that was not understood: what is said there may only be part of the truth.
#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Gap {
    pub at: At,
    /// `syntax`, `import`, `handler`, `path`, `mount`, `middleware`, `bound`, `model`, `operation`, `filter`,
    /// `guard`, `guess`, `condition`.
    pub what: &'static str,
    pub detail: String,
}

#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At {
    pub file: String,
    pub line: u32,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfWalk {
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<OfRoute>,
    pub always: Holding,
    pub events: Vec<OfEvent>,
    /// False if the bound was reached.
    pub complete: bool,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfRoute {
    pub framework: String,
    pub methods: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Mounted nowhere that can be seen.
    pub adrift: bool,
    /// Of a handler that a configuration binds: `yes`, `no` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<&'static str>,
    /// `a function`, or what else was registered.
    pub handler: String,
    pub before: Vec<Before>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Before {
    pub name: String,
    pub at: At,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum OfEvent {
    Access(Box<OfAccess>),
    Sink {
        at: At,
        sink: String,
        client: String,
        value: OfValue,
        guessed: bool,
        holds: Holding,
    },
    Leaves {
        at: At,
        way: &'static str,
        value: OfValue,
        holds: Holding,
    },
    Effect {
        at: At,
        effect: String,
        holds: Holding,
    },
    Registers {
        at: At,
        registers: &'static str,
        framework: String,
        methods: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
}

impl OfEvent {
    pub fn at(&self) -> &At {
        match self {
            OfEvent::Access(access) => &access.at,
            OfEvent::Sink { at, .. } | OfEvent::Leaves { at, .. } | OfEvent::Effect { at, .. } | OfEvent::Registers { at, .. } => at,
        }
    }
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OfAccess {
    pub at: At,
    pub operation: &'static str,
    pub model: String,
    pub client: String,
    /// Only names suggest that this is a database, or what it is.
    pub guessed: bool,
    pub filter: Vec<OfFilter>,
    pub data: Vec<OfValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<OfValue>,
    /// The database checks policies, unless the credential stands above them.
    pub row_security: bool,
    /// `caller`, `privileged` or `unknown`: with what rights the client asks.
    pub credential: &'static str,
    pub callers: Vec<OfCaller>,
    pub holds: Holding,
}

/// An expression at an access that is the signed-in user.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfCaller {
    pub expression: String,
    /// The whole way to the id.
    pub id: String,
    pub present: bool,
}

/// What is known at a point.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Holding {
    /// What of the signed-in user is known to be there: `user`, `user.id`.
    pub principals: Vec<String>,
    pub guards: Vec<OfGuard>,
    /// Everything else that was shown.
    pub facts: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OfGuard {
    pub kind: &'static str,
    pub name: String,
    /// It surely stops the request.
    pub sure: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(untagged)]
pub enum OfFilter {
    Term { column: String, op: &'static str, value: OfValue },
    All { all: Vec<OfFilter> },
    Any { any: Vec<OfFilter> },
    Not { not: Box<OfFilter> },
    Row { row: OfValue },
    Unreadable { unreadable: OfValue },
}

#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub struct OfValue {
    pub is: String,
    pub from: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OfModel {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// A schema of the project has it; else its name is all there is.
    pub known: bool,
    pub privacy: &'static str,
    pub people: bool,
    pub group: bool,
    pub membership: bool,
    pub owners: Vec<OfOwner>,
    pub secret_columns: Vec<String>,
    pub protected_columns: Vec<String>,
    /// Whether row-level security is on, where SQL says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_security: Option<bool>,
    pub policies: usize,
    pub sources: Vec<OfSource>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfOwner {
    /// `project.ownerId`.
    pub path: String,
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Foreign keys say so, not only a name.
    pub proven: bool,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct OfSource {
    pub kind: String,
    pub at: At,
}
