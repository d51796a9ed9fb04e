//! Files that change on disk: the client watches them for us if it can, else we do, with bounds.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::FxHashSet;
use serde_json::json;
use tower_lsp::lsp_types::Registration;

use super::disk;
use super::held;
use super::index;
use super::scheduler::Job;
use super::state::State;
use super::uri;
use crate::config::own::FOLDER;
use crate::syntax::Language;
use crate::text::FileId;
use crate::workspace::events;

/// Our own watcher, if there is one.
#[derive(Default)]
pub struct Watching {
    watcher: Option<RecommendedWatcher>,
    folders: FxHashSet<PathBuf>,
}

/// What clients are asked to watch: what the walk reads, and what decides what it reads.
const GLOBS: &[&str] = &[
    "**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx,py,pyi,json,jsonc,json5,yaml,yml,toml,sql,prisma,html,htm,vue,svelte,astro,jinja,jinja2,j2,njk,nunjucks,ejs,hbs,handlebars,mustache,pug,jade,ipynb,sh,bash,rules}",
    "**/.guardline/queries/*.scm",
    "**/{.env,.env.*,*.env,.envrc,.dev.vars,.dev.vars.*,.npmrc,.pypirc,.netrc,.gitignore,Dockerfile,Dockerfile.*,Containerfile}",
];

/// More folders than this are not watched: each costs the system something, and people have few such limits to spare.
const MOST_FOLDERS: usize = 8192;
/// Changes are gathered until there is such a pause ...
const PAUSE: Duration = Duration::from_millis(30);
/// ... or for so long.
const PATIENCE: Duration = Duration::from_millis(250);
/// More changed files than this at once, and everything is read anew.
const MOST_FILES: usize = 2000;

/// The registration for clients that watch.
pub fn registration() -> Registration {
    let watchers: Vec<_> = GLOBS.iter().map(|glob| json!({ "globPattern": glob })).collect();
    Registration { id: "guardline-files".into(), method: "workspace/didChangeWatchedFiles".into(), register_options: Some(json!({ "watchers": watchers })) }
}

/// The index is made, from what lay on disk at some time since `read`: watches the folders in which it found files, and
/// looks again at what has changed since then. Unless the client watches.
pub fn folders_known(state: &Arc<State>, read: SystemTime) {
    if state.capabilities().register_watchers {
        return;
    }
    let roots = state.root_paths();
    let mut folders: FxHashSet<PathBuf> = roots.iter().cloned().collect();
    for (file, _) in state.snapshot().project.files() {
        let Some(path) = uri::path_of(file) else { continue };
        for folder in path.ancestors().skip(1) {
            if folders.len() >= MOST_FOLDERS || !roots.iter().any(|root| folder.starts_with(root)) || !folders.insert(folder.to_owned()) {
                break;
            }
        }
    }
    // Own rules lie where no walk goes.
    let rules = roots.iter().map(|root| root.join(FOLDER));
    folders.extend(rules.flat_map(|folder| folder.parent().map(Path::to_owned).into_iter().chain([folder])).filter(|folder| folder.is_dir()));
    let new: FxHashSet<PathBuf> = folders.difference(&held(&state.watching).folders).cloned().collect();
    watch(state, folders);
    if new.iter().filter_map(|folder| uri::file_of_path(folder)).any(|folder| disk::is_folder_of_rules(state, &folder)) {
        // Rules may have come into it before it was watched.
        state.scheduler.later(Job::Configure);
    }
    // Some file systems count time in seconds.
    let changed = changed_since(state, &new, read.checked_sub(Duration::from_secs(2)).unwrap_or(read));
    if !changed.is_empty() {
        state.scheduler.later(Job::Disk(changed));
    }
}

/// The files in folders that nobody has watched so far, if they or their folder changed since then.
fn changed_since(state: &State, folders: &FxHashSet<PathBuf>, then: SystemTime) -> Vec<FileId> {
    let is_newer = |path: &Path| !std::fs::metadata(path).and_then(|metadata| metadata.modified()).is_ok_and(|at| at < then);
    let is_new_there = |path: &PathBuf| path.parent().is_some_and(|folder| folders.contains(folder));
    let project = state.snapshot().project;
    let known = project.files().filter_map(|(file, _)| uri::path_of(file)).filter(|path| is_newer(path) && is_new_there(path));
    let mut changed: FxHashSet<PathBuf> = known.collect();
    for folder in folders.iter().filter(|folder| is_newer(folder)) {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        changed.extend(entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).map(|entry| entry.path()));
    }
    changed.iter().filter_map(|path| uri::file_of_path(path)).filter(|file| Language::of(file).is_some()).collect()
}

fn watch(state: &Arc<State>, folders: FxHashSet<PathBuf>) {
    let mut watching = held(&state.watching);
    if watching.watcher.is_none() {
        let (events, arriving) = mpsc::channel();
        let Ok(watcher) = notify::recommended_watcher(move |event: notify::Result<Event>| drop(events.send(event))) else {
            return state.log.warn(|| "files cannot be watched here; what changes on disk is seen when it is saved in the editor".into());
        };
        let weak = Arc::downgrade(state);
        let gathering = std::thread::Builder::new().name("files".into()).spawn(move || gather(&arriving, &weak));
        if gathering.is_err() {
            return;
        }
        watching.watcher = Some(watcher);
    }
    let Watching { watcher: Some(watcher), folders: before } = &mut *watching else { return };
    for gone in before.difference(&folders) {
        let _ = watcher.unwatch(gone);
    }
    let mut refused = 0;
    for new in folders.difference(before) {
        refused += usize::from(watcher.watch(new, RecursiveMode::NonRecursive).is_err());
    }
    if refused > 0 {
        state.log.warn(|| format!("{refused} folders cannot be watched; what changes in them on disk is seen when it is saved in the editor"));
    }
    *before = folders;
}

/// Hands changes on in bunches: a checkout or a formatter touches many files within moments.
fn gather(events: &Receiver<notify::Result<Event>>, state: &Weak<State>) {
    let mut paths: FxHashSet<PathBuf> = FxHashSet::default();
    while let Ok(first) = events.recv() {
        let began = Instant::now();
        let mut too_many = !events::note(first, &mut paths, MOST_FILES);
        let open = loop {
            match events.recv_timeout(PAUSE) {
                Ok(event) => too_many |= !events::note(event, &mut paths, MOST_FILES),
                Err(RecvTimeoutError::Timeout) => break true,
                Err(RecvTimeoutError::Disconnected) => break false,
            }
            if began.elapsed() > PATIENCE {
                break true;
            }
        };
        let Some(state) = state.upgrade().filter(|_| open) else { return };
        let changed = std::mem::take(&mut paths);
        if changed.iter().filter_map(|path| uri::file_of_path(path)).any(|file| disk::is_folder_of_rules(&state, &file)) {
            // What lies in it may have been there before anybody watched.
            state.scheduler.later(Job::Configure);
        }
        if too_many || changed.iter().any(|path| is_new_folder(path, &state)) {
            index::start(&state);
        } else if !changed.is_empty() {
            state.scheduler.later(Job::Disk(changed.iter().filter_map(|path| uri::file_of_path(path)).collect()));
        }
    }
}

fn is_new_folder(path: &Path, state: &State) -> bool {
    path.is_dir() && !held(&state.watching).folders.contains(path)
}
