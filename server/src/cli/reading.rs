//! Reading projects for a command: with a bar for whoever watches, on a stack that is deep enough, until Ctrl-C.

use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use signal_hook::consts::SIGINT;

use super::targets::Targets;
use super::{STOPPED, output};
use crate::config;
use crate::engine::Cancel;
use crate::project::{EnvFiles, Project};
use crate::syntax::{Document, Language};
use crate::text::FileId;
use crate::workspace;
use crate::workspace::walk::{Source, Walk, file_id};

/// Code nests deeply: the engine needs more stack than a main thread has.
pub fn deep(run: impl FnOnce() -> Result<u8> + Send) -> Result<u8> {
    workspace::deep::deep("command", run)?
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
    /// The folder that globs in the configuration are relative to.
    pub config_folder: Option<PathBuf>,
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
    let walk = walk(targets, &loaded.config, loaded.folder());
    let mut documents: Vec<(FileId, Option<Arc<Document>>)> = Vec::new();
    let mut env_files = EnvFiles::default();
    let ended = walk.stream(cancel, &mut |batch| {
        let files = batch.files.into_iter().filter(|source| !targets.replaced.contains_key(&source.file));
        let files: Vec<Source> = files.inspect(|source| env_files.learn(&source.file, source.ignored, source.tracked)).collect();
        documents.par_extend(files.into_par_iter().filter_map(|source| Some((source.file.clone(), Some(document(&source.file, &source.text)?)))));
        progress.count(batch.done, batch.total);
    });
    let Some(ended) = ended else { return Ok(None) };
    for (file, text) in replaced(targets, &walk, &loaded.config) {
        env_files.learn(file, false, true);
        documents.extend(document(file, text).map(|document| (file.clone(), Some(document))));
    }
    notes.extend(ended.notes);
    let project = Project::new(roots).with_git_roots(ended.git_roots).with_env_files(env_files).with(documents);
    let config_folder = loaded.folder().map(Path::to_owned);
    Ok(Some(Read { project, config: loaded.config, config_folder, notes }))
}

/// What is read for these targets.
pub fn walk<'a>(targets: &'a Targets, config: &'a config::Config, config_folder: Option<&'a Path>) -> Walk<'a> {
    Walk { roots: &targets.walked, also: &targets.files, config, config_folder }
}

/// A text as the engine takes it. `None` for files that it has no use for.
pub fn document(file: &FileId, text: &str) -> Option<Arc<Document>> {
    Some(Arc::new(Document::new(file.clone(), Language::of(file)?, 0, text)))
}

/// The texts that are looked at instead of those on disk, as far as a walk would read them.
fn replaced<'t>(targets: &'t Targets, walk: &Walk<'_>, config: &config::Config) -> Vec<(&'t FileId, &'t str)> {
    let texts = targets.replaced.iter().filter_map(|(file, text)| Some((file, text.as_deref()?)));
    let mut texts: Vec<(&FileId, &str)> = texts.filter(|(_, text)| text.len() as u64 <= config.max_file_bytes).collect();
    texts.sort();
    let paths: Vec<&Path> = texts.iter().map(|(file, _)| Path::new(file.as_str())).collect();
    let mut wants = walk.wants(&paths).into_iter();
    texts.retain(|_| wants.next().unwrap_or(false));
    texts
}

const MEASURED: &str = "{msg} {wide_bar} {pos}/{len}  {eta} left";
/// Of what nobody knows how much it is, no time can be told.
const UNMEASURED: &str = "{msg}";

/// A bar on standard error, if somebody watches.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Progress {
        let bar = ProgressBar::with_draw_target(None, if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        bar.set_message("Reading");
        let progress = Progress(bar);
        progress.look(UNMEASURED);
        progress
    }

    /// Nothing is drawn, whoever watches.
    pub fn hidden() -> Progress {
        Progress(ProgressBar::hidden())
    }

    fn look(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }

    fn count(&self, done: usize, total: usize) {
        if self.0.length().is_none() {
            self.look(MEASURED);
        }
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }

    /// Something else begins, and how much of it there is nobody knows yet.
    pub fn say(&self, what: &'static str) {
        self.0.reset();
        self.0.unset_length();
        self.look(UNMEASURED);
        self.0.set_message(what);
    }

    /// So much of so much has been looked at, and so many findings are known.
    pub fn found(&self, done: usize, total: usize, findings: usize) {
        if self.0.is_hidden() {
            return;
        }
        self.count(done, total);
        self.0.set_message(match findings {
            0 => "Checking".to_owned(),
            1 => "Checking, 1 finding so far".to_owned(),
            findings => format!("Checking, {findings} findings so far"),
        });
    }

    /// Something is written while the bar is out of the way.
    pub fn aside(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
