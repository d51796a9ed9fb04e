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
