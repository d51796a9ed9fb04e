//! `guardline audit --watch`: the project stays in memory, and what changes on disk is checked again.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::FxHashSet;

use super::caused::Caused;
use super::judging::{Found, Judging};
use super::presence::Presence;
use super::trying;
use crate::cli::args::Format;
use crate::cli::output;
use crate::cli::reading::{self, Progress, Read};
use crate::cli::targets::{self, Targets};
use crate::engine::{Cancel, Engine, NoAnswer, Snapshot};
use crate::project::Project;
use crate::rules::own::Known;
use crate::syntax::keeps_secrets;
use crate::text::FileId;
use crate::workspace::config::FILE_NAME;
use crate::workspace::events;
use crate::workspace::walk::file_id;

/// Somebody works on the files: there is little time to try out fixes.
const PATIENCE_FOR_FIXES: Duration = Duration::from_secs(2);
/// Changes are gathered until there is such a pause.
const PAUSE: Duration = Duration::from_millis(30);
/// How often it is looked whether somebody wants an end.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);
/// More folders than this are not watched: each costs the system something.
const MOST_FOLDERS: usize = 8192;
/// More changed files than this at once, and everything is read anew.
const MOST_FILES: usize = 500;

pub fn run(judging: &Judging<'_>, cancel: &Cancel, no_color: bool) -> Result<u8> {
    let (events, arriving) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| drop(events.send(event))).context("files cannot be watched here")?;
    let progress = Progress::new();
    let Some(read) = reading::read(judging.targets, judging.audit.include_tests, cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    progress.say("Checking");
    let mut watching = Watching { judging, cancel, no_color, watcher, folders: FxHashSet::default(), engine: Engine::staying(), refused: 0, now: now(read) };
    watching.watch_folders();
    let began = Instant::now();
    let first = watching.check();
    progress.clear();
    let mut told = match first {
        Ok(told) => {
            watching.tell(&told, began.elapsed())?;
            Some(told)
        }
        Err(NoAnswer::Cancelled) => None,
        Err(NoAnswer::Failed) => watching.failed()?,
    };
    let mut presence = Presence::of(&judging.targets.walked);
    while let Some(mut changes) = next_changes(&arriving, &mut presence, cancel) {
        if let Some(gone) = presence.gone() {
            told = watching.is_unsure(&format!("{} is not there any more; it is looked at again once it is back", gone.display()))?;
            if !presence.comes_back(&arriving, cancel) {
                break;
            }
            changes = Changes::Renewed;
        }
        let began = Instant::now();
        match watching.take_in(&changes) {
            Ok(true) => {}
            Ok(false) => continue,
            // Git may be in the middle of something.
            Err(error) => {
                told = watching.is_unsure(&format!("{error:#}"))?;
                continue;
            }
        }
        told = match watching.check() {
            Ok(now) => {
                if told.as_ref() != Some(&now) {
                    watching.tell(&now, began.elapsed())?;
                }
                Some(now)
            }
            Err(NoAnswer::Cancelled) => break,
            Err(NoAnswer::Failed) => watching.failed()?,
        };
    }
    if stdout().is_terminal() {
        output::print("\n").context("the report cannot be written")?;
    }
    Ok(0)
}

/// Settings, ignore rules, own rules, and env files, of which git is asked.
fn decides_what_is_read(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let is_rules = path.components().any(|part| part.as_os_str() == ".guardline");
    matches!(name, FILE_NAME | ".gitignore" | ".ignore") || is_rules || file_id(path).is_some_and(|file| keeps_secrets(&file))
}

/// What came in from the file system.
enum Changes {
    Paths(FxHashSet<PathBuf>),
    /// Events were lost, or there are too many to go through one by one.
    TooMany,
    /// A folder that is watched is another one of the same name: nobody watches that yet.
    Renewed,
}

/// `None` once somebody wants an end.
fn next_changes(events: &Receiver<notify::Result<Event>>, presence: &mut Presence<'_>, cancel: &Cancel) -> Option<Changes> {
    let mut paths = FxHashSet::default();
    let mut too_many = false;
    loop {
        if cancel.is_cancelled() {
            return None;
        }
        let has_some = too_many || !paths.is_empty();
        match events.recv_timeout(if has_some { PAUSE } else { PATIENCE }) {
            Ok(event) => too_many |= !events::note(event, &mut paths, MOST_FILES),
            // No event tells of it where a folder around it was renamed, or of what is in it now.
            Err(RecvTimeoutError::Timeout) if presence.is_other() => return Some(Changes::Renewed),
            Err(RecvTimeoutError::Timeout) if has_some => return Some(if too_many { Changes::TooMany } else { Changes::Paths(paths) }),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

struct Watching<'a> {
    judging: &'a Judging<'a>,
    cancel: &'a Cancel,
    no_color: bool,
    watcher: RecommendedWatcher,
    folders: FxHashSet<PathBuf>,
    /// How many folders cannot be watched.
    refused: usize,
    engine: Engine,
    now: Now,
}

/// The project as it was last read.
struct Now {
    snapshot: Snapshot,
    config_folder: Option<PathBuf>,
    notes: Vec<String>,
    /// What git said of it then; `None` where that was not asked.
    narrowed: Option<Targets>,
}

fn now(read: Read) -> Now {
    let Read { project, config, config_folder, notes } = read;
    Now { snapshot: Snapshot { project: Arc::new(project), config: Arc::new(config) }, config_folder, notes, narrowed: None }
}

/// What is on the screen.
#[derive(PartialEq)]
struct Told {
    text: String,
    /// What the format has no room for.
    aside: Vec<String>,
    findings: usize,
}

impl Watching<'_> {
    /// Takes in what changed on disk. False if nothing of it matters.
    fn take_in(&mut self, changes: &Changes) -> Result<bool> {
        let paths = match changes {
            Changes::Paths(paths) => paths,
            Changes::TooMany => return self.read_anew(),
            Changes::Renewed => {
                self.watch_anew();
                return self.read_anew();
            }
        };
        let new_folders: Vec<&PathBuf> = paths.iter().filter(|path| self.is_new_folder(path)).collect();
        if !new_folders.is_empty() {
            new_folders.into_iter().for_each(|folder| self.watch_below(folder));
            return self.read_anew();
        }
        if paths.iter().any(|path| decides_what_is_read(path)) {
            return self.read_anew();
        }
        let project = Arc::clone(&self.now.snapshot.project);
        let walk = reading::walk(self.judging.targets, &self.now.snapshot.config, self.now.config_folder.as_deref());
        let changed = paths.iter().filter_map(|path| {
            let file = file_id(path)?;
            let source = walk.one(path);
            match (&source, project.file(&file)) {
                (Some(source), Some(known)) if known.document.text() == source.text => None,
                (Some(source), _) => Some((file.clone(), Some(reading::document(&file, &source.text)?))),
                (None, Some(_)) => Some((file, None)),
                (None, None) => None,
            }
        });
        let changed: Vec<_> = changed.collect();
        if changed.is_empty() {
            return Ok(false);
        }
        let project = project.with(changed);
        self.now.snapshot = Snapshot { project: Arc::new(project), config: Arc::clone(&self.now.snapshot.config) };
        self.narrow_again()?;
        Ok(true)
    }

    /// A folder that nobody has seen, and that is read.
    fn is_new_folder(&self, path: &Path) -> bool {
        let walk = reading::walk(self.judging.targets, &self.now.snapshot.config, self.now.config_folder.as_deref());
        !self.folders.contains(path) && path.is_dir() && walk.wants(&[&path.join("any.ts")]) == [true]
    }

    /// Watches a new folder and those in it, each before it is listed: files may be coming into them right now.
    fn watch_below(&mut self, folder: &Path) {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            if self.folders.len() >= MOST_FOLDERS || self.watcher.watch(&folder, RecursiveMode::NonRecursive).is_err() {
                continue;
            }
            self.folders.insert(folder.clone());
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let inside = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
            folders.extend(inside.filter(|path| self.is_new_folder(path)));
        }
    }

    fn watch_anew(&mut self) {
        for folder in self.folders.drain() {
            let _ = self.watcher.unwatch(&folder);
        }
        let targets = self.judging.targets;
        targets.walked.iter().for_each(|root| self.watch_below(root));
    }

    fn read_anew(&mut self) -> Result<bool> {
        let read = reading::read(self.judging.targets, self.judging.audit.include_tests, self.cancel, &Progress::hidden())?;
        let Some(read) = read else { return Ok(false) };
        self.now = now(read);
        self.narrow_again()?;
        self.watch_folders();
        Ok(true)
    }

    /// With `--changed`, what has changed changes too.
    fn narrow_again(&mut self) -> Result<()> {
        let audit = self.judging.audit;
        if self.judging.targets.are_narrowed() {
            let mut targets = targets::resolve(&audit.paths, None)?;
            targets.narrow(&audit.which)?;
            self.now.narrowed = Some(targets);
        }
        Ok(())
    }

    /// The folders in which files were found, and those around them: other people's code and output is not among them.
    fn watch_folders(&mut self) {
        let roots = &self.judging.targets.walked;
        let mut folders: FxHashSet<PathBuf> = roots.iter().cloned().collect();
        for (file, _) in self.now.snapshot.project.files() {
            for folder in Path::new(file.as_str()).ancestors().skip(1) {
                if folders.len() >= MOST_FOLDERS || !roots.iter().any(|root| folder.starts_with(root)) || !folders.insert(folder.to_owned()) {
                    break;
                }
            }
        }
        // In a new folder there may be nothing yet, and in one that was emptied there may be something again.
        let walk = reading::walk(self.judging.targets, &self.now.snapshot.config, self.now.config_folder.as_deref());
        let known: Vec<&PathBuf> = self.folders.iter().filter(|folder| folder.is_dir()).collect();
        let inside: Vec<PathBuf> = known.iter().map(|folder| folder.join("any.ts")).collect();
        let is_read = walk.wants(&inside.iter().map(PathBuf::as_path).collect::<Vec<_>>());
        folders.extend(known.into_iter().zip(is_read).filter(|(_, is_read)| *is_read).map(|(folder, _)| folder.clone()));
        for gone in self.folders.difference(&folders) {
            let _ = self.watcher.unwatch(gone);
        }
        self.refused = 0;
        for new in folders.difference(&self.folders) {
            self.refused += usize::from(self.watcher.watch(new, RecursiveMode::NonRecursive).is_err());
        }
        self.folders = folders;
    }

    fn check(&mut self) -> Result<Told, NoAnswer> {
        let snapshot = self.now.snapshot.clone();
        let targets = self.now.narrowed.as_ref().unwrap_or(self.judging.targets);
        let (findings, evidence) = self.engine.survey(&snapshot, &|file| targets.cover(file), &mut |_| {}, self.cancel)?;
        let caused = Caused::by_changes(&mut self.engine, &snapshot, self.now.config_folder.as_deref(), targets, &findings, self.cancel)?;
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        let mut notes = self.now.notes.clone();
        if self.refused > 0 {
            notes.push(format!("{} cannot be watched: what changes there is not seen.", super::counted(self.refused, "folder", "folders")));
        }
        let judging = Judging { audit: self.judging.audit, targets, baseline: self.judging.baseline.clone(), today: self.judging.today };
        let found = Found { findings, notes, caused, ..Found::nothing(&snapshot, &rules, evidence) };
        let report = trying::with_repairs(&snapshot, judging.told(found), Some(&mut self.engine), PATIENCE_FOR_FIXES, self.cancel);
        let text = super::rendered(judging.audit, &report, self.no_color);
        Ok(Told { text, aside: super::aside(judging.audit.format, &report), findings: report.entries.len() })
    }

    /// What is on the screen is over, and what is so now nobody knows: the next change may be understood again.
    fn failed(&self) -> Result<Option<Told>> {
        self.is_unsure(&format!("{}; the next change is looked at again", NoAnswer::Failed))
    }

    fn is_unsure(&self, why: &str) -> Result<Option<Told>> {
        output::complain(&format!("{why}. What was shown before no longer holds"))?;
        Ok(None)
    }

    fn tell(&self, told: &Told, took: Duration) -> Result<()> {
        told.aside.iter().try_for_each(|note| output::complain(note))?;
        if self.judging.audit.format != Format::Text {
            return output::print(&told.text).context("the report cannot be written");
        }
        let redraw = if stdout().is_terminal() { "\x1b[2J\x1b[3J\x1b[H" } else { "" };
        let watched = super::counted(self.files(&self.now.snapshot.project), "file", "files");
        let text = format!("{redraw}{}\nWatching {watched}, checked in {} ms. Ctrl-C ends it.\n", told.text, took.as_millis());
        output::print(&text).context("the report cannot be written")
    }

    fn files(&self, project: &Project) -> usize {
        project.files().filter(|(file, _): &(&FileId, _)| self.judging.targets.cover(file) || self.judging.targets.are_narrowed()).count()
    }
}
