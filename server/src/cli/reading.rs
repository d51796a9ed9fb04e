//! Reading projects for a command: with a bar for whoever watches, on a stack that is deep enough, until Ctrl-C.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use signal_hook::consts::SIGINT;

use super::targets::Targets;
use super::{STOPPED, output};
use crate::config;
use crate::engine::{self, Cancel};
use crate::project::{EnvFiles, Project};
use crate::syntax::{Document, Language};
use crate::text::FileId;
use crate::workspace;
use crate::workspace::walk::{Walk, file_id};

/// Code nests deeply: the engine needs more stack than a main thread has.
pub fn deep(run: impl FnOnce() -> Result<u8> + Send) -> Result<u8> {
    let thread = std::thread::Builder::new().stack_size(engine::STACK_BYTES);
    std::thread::scope(|scope| {
        let running = thread.spawn_scoped(scope, run).context("no thread can be started")?;
        running.join().unwrap_or_else(|_| bail!("the analysis failed; this is a mistake in Guardline"))
    })
}

/// The first Ctrl-C asks for an end, the second is one.
pub fn stopped_by_ctrl_c() -> Result<Cancel> {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_shutdown(SIGINT, i32::from(STOPPED), Arc::clone(&flag))?;
    signal_hook::flag::register(SIGINT, Arc::clone(&flag))?;
    Ok(Cancel::from(flag))
}

pub fn stopped(progress: &Progress) -> u8 {
    progress.clear();
    let _ = output::complain("stopped");
    STOPPED
}

pub struct Read {
    pub project: Project,
    pub config: config::Config,
    /// What could not be read, in words.
    pub notes: Vec<String>,
}

/// Reads the projects. `None` if cancelled.
pub fn read(targets: &Targets, include_tests: bool, cancel: &Cancel, progress: &Progress) -> Result<Option<Read>> {
    let home = std::env::home_dir();
    let mut loaded = targets.projects.first().map(|project| workspace::config::load(project, home.as_deref())).unwrap_or_default();
    loaded.config.include_tests |= include_tests;
    let mut notes: Vec<String> = loaded.problems();
    if targets.projects.iter().skip(1).any(|project| workspace::config::find(project, home.as_deref()) != loaded.path) {
        notes.push("Several projects were named; the configuration of the first holds for all of them.".to_owned());
    }
    if targets.gone > 0 {
        notes.push(format!("{} of the files in the list {} not there any more.", targets.gone, if targets.gone == 1 { "is" } else { "are" }));
    }
    let roots: Vec<FileId> = targets.projects.iter().filter_map(|project| file_id(project)).collect();
    let walk = Walk { roots: &targets.walked, also: &targets.files, config: &loaded.config, config_folder: loaded.folder() };
    let mut documents: Vec<(FileId, Option<Arc<Document>>)> = Vec::new();
    let mut env_files = EnvFiles::default();
    let ended = walk.stream(cancel, &mut |batch| {
        batch.files.iter().for_each(|source| env_files.learn(&source.file, source.ignored, source.tracked));
        documents.par_extend(batch.files.into_par_iter().filter_map(|source| {
            let document = Document::new(source.file.clone(), Language::of(&source.file)?, 0, &source.text);
            Some((source.file, Some(Arc::new(document))))
        }));
        progress.count(batch.done, batch.total);
    });
    let Some(ended) = ended else { return Ok(None) };
    notes.extend(ended.notes);
    let project = Project::new(roots).with_git_roots(ended.git_roots).with_env_files(env_files).with(documents);
    Ok(Some(Read { project, config: loaded.config, notes }))
}

/// A bar on standard error, if somebody watches.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Progress {
        let bar = ProgressBar::with_draw_target(None, if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message("Reading");
        Progress(bar)
    }

    fn count(&self, done: usize, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }

    pub fn say(&self, what: &'static str) {
        self.0.set_message(what);
    }

    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
