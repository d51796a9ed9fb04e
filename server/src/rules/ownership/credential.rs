//! What the database itself checks, given with what rights a client asks.

use super::Judge;
pub use crate::facts::credential::{Credential, credential};
use crate::facts::query::{Operation, Query};
use crate::facts::schema::{Caller, Reach};
use crate::model::sql::PolicyCommand;

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
                let command = command_of(query);
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

    /// Policies let nobody do this who is not signed in: whoever succeeded is.
    pub(super) fn turns_strangers_away(&self, query: &Query) -> bool {
        let security = self.schema.model(&query.model).map(|model| &model.row_security);
        query.row_security
            && credential(query.handle.as_ref()) != Credential::Privileged
            && security.is_some_and(|security| security.enabled == Some(true) && security.reach(command_of(query), Caller::Anonymous) == Reach::Nobody)
    }
}

fn command_of(query: &Query) -> PolicyCommand {
    match query.operation {
        Operation::Create => PolicyCommand::Insert,
        Operation::Update | Operation::Upsert => PolicyCommand::Update,
        Operation::Delete => PolicyCommand::Delete,
        _ => PolicyCommand::Select,
    }
}
