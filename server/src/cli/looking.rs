//! What the commands share that tell what the engine knows instead of what is wrong: read, ask, and hide the secrets of what is shown.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::output;
use super::reading::{self, Progress};
use super::targets::{self, Targets};
use crate::engine::{Cancel, Engine, Snapshot};
use crate::report::{Redactor, Texts};
use crate::rules;

pub struct Looked<T> {
    pub snapshot: Snapshot,
    pub told: T,
    pub redactor: Redactor,
}

/// Reads what `paths` name and asks the engine. What could not be read is said on standard error. `None` if somebody stopped it, which is said too; the
/// command then ends with [`super::STOPPED`].
pub fn look<T>(paths: &[PathBuf], include_tests: bool, ask: impl FnOnce(&mut Engine, &Snapshot, &Targets, &Cancel) -> Option<T>) -> Result<Option<Looked<T>>> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let targets = targets::resolve(paths, None)?;
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, include_tests, &cancel, &progress)? else {
        reading::stopped(&progress);
        return Ok(None);
    };
    progress.say("Looking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let mut engine = Engine::default();
    // The findings are asked for their secrets only, which must not be shown.
    let asked = engine.check_all(&snapshot, &cancel).and_then(|findings| Some((findings, ask(&mut engine, &snapshot, &targets, &cancel)?)));
    let Some((findings, told)) = asked else {
        if cancel.is_cancelled() {
            reading::stopped(&progress);
            return Ok(None);
        }
        bail!("the analysis failed; this is a mistake in Guardline");
    };
    progress.clear();
    for note in &read.notes {
        let _ = output::complain(note);
    }
    let redactor = Redactor::new(&Texts::of(&snapshot.project), rules::all(), &findings);
    Ok(Some(Looked { snapshot, told, redactor }))
}
