//! What the commands share that tell what the engine knows instead of what is wrong: read, ask, and hide the secrets of what is shown.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::output;
use super::reading::{self, Progress};
use super::targets::{self, Targets};
use crate::engine::{Cancel, Engine, NoAnswer, Snapshot};
use crate::report::{Redactor, Texts};
use crate::rules;

pub struct Looked<T> {
    pub snapshot: Snapshot,
    pub told: T,
    pub redactor: Redactor,
}

/// Reads what `paths` name and asks the engine. What could not be read is said on standard error. `None` if somebody stopped it, which is said too; the
/// command then ends with [`super::STOPPED`].
pub fn look<T>(
    paths: &[PathBuf],
    include_tests: bool,
    ask: impl FnOnce(&mut Engine, &Snapshot, &Targets, &Cancel) -> Result<T, NoAnswer>,
) -> Result<Option<Looked<T>>> {
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
    let asked = engine.check_all(&snapshot, &cancel).and_then(|findings| Ok((findings, ask(&mut engine, &snapshot, &targets, &cancel)?)));
    let (findings, told) = match asked {
        Err(NoAnswer::Cancelled) => {
            reading::stopped(&progress);
            return Ok(None);
        }
        asked => asked?,
    };
    progress.clear();
    for note in &read.notes {
        let _ = output::complain(note);
    }
    let redactor = Redactor::new(&Texts::of(&snapshot.project), rules::all(), &findings);
    Ok(Some(Looked { snapshot, told, redactor }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::failing;

    #[test]
    fn nothing_is_told_of_what_could_not_be_looked_at() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("app.py"), "print(1)").expect("a file");
        let paths = [folder.path().to_owned()];
        for fails_after in [0, 1] {
            failing::after(fails_after);
            let looked = look(&paths, false, |engine, snapshot, _, cancel| engine.routes(snapshot, &|_| true, cancel));
            assert!(looked.is_err_and(|error| error.to_string().contains("the analysis failed")));
        }
    }
}
