//! Looking at everything once, behind everybody's back, so that what is said of an open document takes the whole project
//! into account. Needed after the workspace was read, and when files have come or gone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use super::scheduler::Job;
use super::state::State;
use super::{STACK, held};
use crate::engine::Cancel;

/// What is under way.
#[derive(Default)]
pub struct Completion(Mutex<Option<Cancel>>);

impl Completion {
    pub fn stop(&self) {
        if let Some(cancel) = &*held(&self.0) {
            cancel.cancel();
        }
    }

    fn begin(&self) -> Option<Cancel> {
        let mut running = held(&self.0);
        if running.is_some() {
            return None;
        }
        let cancel = Cancel::default();
        *running = Some(cancel.clone());
        Some(cancel)
    }

    fn end(&self) {
        *held(&self.0) = None;
    }
}

/// Begins, if it is needed and nothing better is to come.
pub fn start_if_needed(state: &Arc<State>) {
    if state.index.is_running() || state.analysis.is_complete() {
        return;
    }
    let Some(cancel) = state.completion.begin() else { return };
    let state = state.clone();
    let started = std::thread::Builder::new().name("complete".into()).stack_size(STACK).spawn(move || {
        let snapshot = state.snapshot();
        let done = catch_unwind(AssertUnwindSafe(|| state.analysis.complete(&snapshot, &cancel)));
        drop(snapshot);
        state.completion.end();
        // After a panic it would only panic again: what is open is still analysed, file by file.
        if let Ok(true) = done {
            state.scheduler.later(Job::Completed);
        }
    });
    drop(started);
}
