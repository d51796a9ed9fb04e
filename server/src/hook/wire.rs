//! What a hook asks the process that keeps a project, and what it answers: one line of JSON each way.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::call::{Edit, Event};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ask {
    pub root: PathBuf,
    pub session: String,
    pub event: Event,
    pub edits: Vec<Edit>,
    /// The model reads the answer. If not, what is due waits for an event whose answer it reads.
    pub heard: bool,
    /// There will be no better time to speak of what is missing.
    pub last: bool,
}

/// All that can be asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Request {
    Ask(Ask),
    End,
}

/// What is to be said, and to whom.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// To the model: it must not go on as if nothing were wrong.
    pub urgent: Option<String>,
    /// To the model, by the way.
    pub aside: Option<String>,
    /// To the person.
    pub person: Option<String>,
}

impl Verdict {
    /// Several projects may have something to say.
    pub fn join(&mut self, other: Verdict) {
        for (all, one) in [(&mut self.urgent, other.urgent), (&mut self.aside, other.aside), (&mut self.person, other.person)] {
            let Some(one) = one else { continue };
            *all = Some(all.take().map_or(one.clone(), |all| format!("{all}\n\n{one}")));
        }
    }
}
