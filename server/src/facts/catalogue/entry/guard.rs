//! Entries on what stops a request.

use serde::Deserialize;

use crate::facts::check::GuardKind;
use crate::text::Name;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GuardEntry {
    pub kind: GuardKind,
    #[serde(default)]
    how: Vec<How>,
    /// `how = "named"`: the member of the answer that tells.
    #[serde(default)]
    pub answer: Name,
    /// Not if this option is given as `true`/`false`: `optional=true`, `required=false`.
    #[serde(default)]
    pub unless: Option<String>,
    /// It is known by its class, not by the method that decides.
    #[serde(default)]
    pub by_class: bool,
    /// As a gate it is not for handlers with a decorator of this name, nor, if it says so, for what a library's class answers.
    #[serde(default)]
    pub exempts: Vec<Name>,
    /// The function among the library's written-down steps (`queries/stubs`) that asks the project's own classes before the view:
    /// `package#name`.
    #[serde(default)]
    pub asks: Option<Name>,
}

/// As what it guards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A call that comes back only if the check passed.
    Call,
    /// A call whose result tells.
    Truth,
    /// A call whose first argument is the name of what decides, as in a database: where that name asks for somebody's standing, a
    /// member of the answer tells.
    Named,
    Decorator,
    Middleware,
    Dependency,
    /// A decorator that gets the classes that decide.
    Classes,
    /// A decorator behind which the classes of the settings decide.
    DefaultClasses,
}

impl GuardEntry {
    pub fn guards_as(&self, how: How) -> bool {
        self.how.contains(&how)
    }
}
