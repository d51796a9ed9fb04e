//! With what rights a database client asks, and what the database itself then checks.

use super::Judge;
use crate::facts::names;
use crate::facts::query::{Operation, Query};
use crate::facts::schema::{Caller, Reach};
use crate::facts::taint::Part;
use crate::facts::value::Value;
use crate::model::sql::PolicyCommand;

/// With what rights a database client asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credential {
    /// The caller's own: policies apply.
    Caller,
    /// A key that stands above all policies.
    Privileged,
    Unknown,
}

/// Told by the key the client was made with.
pub fn credential(handle: Option<&Value>) -> Credential {
    let Some(handle) = handle else { return Credential::Unknown };
    let Some(library) = handle.as_library() else { return Credential::Unknown };
    let mut seen = Credential::Unknown;
    for arg in &library.args {
        for origin in arg.value.taint().iter().filter(|origin| origin.part == Part::Env) {
            let words = names::words(&origin.name);
            if words.iter().any(|word| matches!(word.as_str(), "service" | "secret" | "admin")) {
                return Credential::Privileged;
            }
            if words.iter().any(|word| matches!(word.as_str(), "anon" | "publishable" | "public")) {
                seen = Credential::Caller;
            }
        }
        if let Some(text) = arg.value.as_str()
            && text.starts_with("sb_secret_")
        {
            return Credential::Privileged;
        }
    }
    if seen == Credential::Unknown && library.guessed && names::words(&library.step).iter().any(|word| matches!(word.as_str(), "admin" | "service")) {
        return Credential::Privileged;
    }
    seen
}

impl Judge<'_> {
    /// Rows that the database itself checks for the caller: `Some(true)` if its policies tie them to the owner, `Some(false)`
    /// if they let everybody through, `None` if they do not apply or are not known.
    pub fn row_security(&self, query: &Query) -> Option<bool> {
        if !query.row_security {
            return Some(false);
        }
        match credential(query.handle.as_ref()) {
            Credential::Privileged => Some(false),
            Credential::Caller | Credential::Unknown => {
                let command = match query.operation {
                    Operation::Create => PolicyCommand::Insert,
                    Operation::Update | Operation::Upsert => PolicyCommand::Update,
                    Operation::Delete => PolicyCommand::Delete,
                    _ => PolicyCommand::Select,
                };
                let security = match self.schema.model(&query.model) {
                    Some(model) => &model.row_security,
                    None => return None,
                };
                if security.enabled == Some(false) {
                    return Some(false);
                }
                match security.reach(command, Caller::SignedIn) {
                    Reach::SignedIn | Reach::Everybody => Some(false),
                    _ => Some(true),
                }
            }
        }
    }
}
