//! `guardline/status`: how much of the project is understood, for an editor's status bar. Told when it has changed, and
//! to who asks.

use serde_json::{Value, json};

use super::state::State;
use crate::engine::Status;

#[derive(Default)]
pub struct Teller {
    told: Option<(Status, bool)>,
}

impl Teller {
    /// The work in hand is done: tells what is so now, if it is news.
    pub fn tell(&mut self, state: &State) {
        let now = (state.analysis.status(&state.snapshot()), state.index.is_running());
        if self.told.replace(now) != Some(now) {
            state.outbox.notify("guardline/status", &message(now.0, now.1));
        }
    }
}

/// While the workspace is being read only the number of files grows.
pub fn tell_reading(state: &State, files: usize) {
    state.outbox.notify("guardline/status", &message(Status { files, ..Status::default() }, true));
}

pub fn now(state: &State) -> Value {
    message(state.analysis.status(&state.snapshot()), state.index.is_running())
}

fn message(status: Status, indexing: bool) -> Value {
    json!({ "files": status.files, "handlers": status.handlers, "notUnderstood": status.not_understood, "indexing": indexing })
}
