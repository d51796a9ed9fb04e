//! Reading the workspace in the background. It has a project of its own while it grows, so that nobody who types waits
//! for it; the analysing thread then lays what is open over the result.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::disk;
use super::progress::Progress;
use super::scheduler::Job;
use super::state::State;
use super::{STACK, held, status};
use crate::engine::Cancel;
use crate::project::{EnvFiles, Project};

/// The workspace as it is on disk.
pub struct Indexed {
    pub project: Project,
    pub env_files: Arc<EnvFiles>,
    /// When the reading began.
    pub began: SystemTime,
}

#[derive(Default)]
pub struct Index(Mutex<Runs>);

#[derive(Default)]
struct Runs {
    last: u64,
    /// The one that is under way.
    running: Option<Cancel>,
}

impl Index {
    pub fn is_running(&self) -> bool {
        held(&self.0).running.is_some()
    }

    pub fn has_begun(&self) -> bool {
        held(&self.0).last > 0
    }

    /// The run is over. If a later one has begun, that goes on.
    pub fn finish(&self, run: u64) {
        let mut runs = held(&self.0);
        if runs.last == run {
            runs.running = None;
        }
    }

    fn begin(&self) -> (u64, Cancel) {
        let mut runs = held(&self.0);
        if let Some(before) = runs.running.take() {
            before.cancel();
        }
        runs.last += 1;
        let cancel = Cancel::default();
        runs.running = Some(cancel.clone());
        (runs.last, cancel)
    }

    pub fn stop(&self) {
        if let Some(cancel) = &held(&self.0).running {
            cancel.cancel();
        }
    }

    /// False if a later run has begun, and the result of this one is not wanted any more.
    pub fn is_last(&self, run: u64) -> bool {
        held(&self.0).last == run
    }
}

/// Begins to read everything; a run that is under way is given up.
pub fn start(state: &Arc<State>) {
    let (run, cancel) = state.index.begin();
    let state = state.clone();
    let started = std::thread::Builder::new().name("index".into()).stack_size(STACK).spawn(move || {
        let found = catch_unwind(AssertUnwindSafe(|| read(&state, run, &cancel)));
        // Something has to end the run, even if it failed: with nothing found, everything that was known stays.
        match found {
            Ok(found) => state.scheduler.later(Job::Indexed { found: Arc::new(found), run }),
            Err(_) => {
                state.index.finish(run);
                state.announce();
            }
        }
    });
    drop(started);
}

/// If the person cancels it, what was read by then has to do.
fn read(state: &Arc<State>, run: u64, cancel: &Cancel) -> Indexed {
    let began = SystemTime::now();
    let known = state.known();
    let roots = state.root_paths();
    status::tell_reading(state, 0);
    let progress = Progress::begin(state, "Guardline: reading the workspace", cancel);
    let mut project = Project::new(state.roots());
    let mut env_files = EnvFiles::default();
    let ended = disk::walk(&known, &roots).stream(cancel, &mut |batch| {
        let (done, total) = (batch.done, batch.total);
        let mut files = Vec::with_capacity(batch.files.len());
        for source in batch.files {
            env_files.learn(&source.file, source.ignored, source.tracked);
            files.extend(disk::document(source).map(|document| (document.file.clone(), Some(document))));
        }
        // A file that the engine stumbles over takes its batch along, not the index.
        if let Ok(next) = catch_unwind(AssertUnwindSafe(|| project.with(files))) {
            project = next;
        }
        if state.index.is_last(run) {
            progress.report(done, total);
            status::tell_reading(state, done);
        }
    });
    if let Some(ended) = &ended {
        for note in &ended.notes {
            state.log.info(|| note.clone());
        }
        project = project.with_git_roots(ended.git_roots.clone());
    }
    let project = project.with_env_files(env_files.clone());
    state.log.info(|| format!("{} files read{}", project.files().count(), if ended.is_some() { "" } else { ", then cancelled" }));
    drop(progress);
    Indexed { project, env_files: Arc::new(env_files), began }
}
