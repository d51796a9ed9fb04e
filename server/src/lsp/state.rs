//! Everything the server knows, shared by the threads that read, analyse and answer.
//!
//! Locks here are held for a pointer's sake only, never across an `.await` and never while something is computed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use dashmap::DashMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tower_lsp::Client;

use super::analysis::Analysis;
use super::capabilities::Capabilities;
use super::completion::Completion;
use super::documents::{Documents, Open};
use super::held;
use super::index::Index;
use super::log::Log;
use super::outbox::Outbox;
use super::progress::Bars;
use super::render::{List, Renderer};
use super::scheduler::Scheduler;
use super::settings::Settings;
use super::uri;
use super::watch::Watching;
use super::workers::Workers;
use crate::config::Config;
use crate::engine::Snapshot;
use crate::project::{EnvFiles, Project};
use crate::rules::Finding;
use crate::syntax::Document;
use crate::text::FileId;

/// Who asks for something that needs the project does not wait longer than this for it.
const LONGEST_READ: Duration = Duration::from_secs(5);

pub struct State {
    pub analysis: Box<dyn Analysis>,
    pub documents: Documents,
    pub scheduler: Scheduler,
    pub workers: Workers,
    pub outbox: Arc<Outbox>,
    pub log: Arc<Log>,
    pub client: Client,
    pub runtime: Handle,
    pub settings: Mutex<Settings>,
    /// What was last said to be wrong with the configuration.
    pub told_wrong: Mutex<Vec<String>>,
    /// The workspace folders, as the client writes them.
    pub folders: Mutex<Vec<Folder>>,
    pub index: Index,
    pub completion: Completion,
    pub bars: Bars,
    pub watching: Mutex<Watching>,
    /// Open documents, and whether a walk of the folders would read them.
    pub wanted: Mutex<FxHashMap<FileId, bool>>,
    capabilities: OnceLock<Capabilities>,
    /// Documents that changed in the messages that have arrived, to be analysed once all of these are looked at.
    woken: Mutex<Vec<FileId>>,
    /// Findings are asked for, not published.
    pull: AtomicBool,
    known: Mutex<Known>,
    results: DashMap<FileId, Arc<Analysed>, FxBuildHasher>,
    /// Changes whenever there is a new result, or a document less.
    tick: watch::Sender<u64>,
}

#[derive(Clone)]
pub struct Folder {
    pub uri: Arc<str>,
    pub file: FileId,
}

/// What an analysis starts from.
#[derive(Clone, Default)]
pub struct Known {
    pub project: Arc<Project>,
    pub config: Arc<Config>,
    /// Where `guardline.json` lies.
    pub config_folder: Option<PathBuf>,
    /// What git does with the env files.
    pub env_files: Arc<EnvFiles>,
    /// Counts the projects and configurations there have been.
    pub generation: u64,
    /// The workspace folders have been read: the project is more than what is open.
    pub is_read: bool,
}

/// What is shown of an open document.
pub struct Analysed {
    pub revision: u64,
    pub findings: Vec<Finding>,
    pub list: List,
}

impl State {
    pub fn new(analysis: Box<dyn Analysis>, client: Client, runtime: Handle, outbox: Arc<Outbox>, log: Arc<Log>) -> State {
        State {
            analysis,
            documents: Documents::default(),
            scheduler: Scheduler::default(),
            workers: Workers::default(),
            outbox,
            log,
            client,
            runtime,
            settings: Mutex::default(),
            told_wrong: Mutex::default(),
            folders: Mutex::default(),
            index: Index::default(),
            completion: Completion::default(),
            bars: Bars::default(),
            watching: Mutex::default(),
            wanted: Mutex::default(),
            capabilities: OnceLock::new(),
            woken: Mutex::default(),
            pull: AtomicBool::new(false),
            known: Mutex::default(),
            results: DashMap::with_hasher(FxBuildHasher),
            tick: watch::channel(0).0,
        }
    }

    /// The client has introduced itself. Later introductions do not count.
    pub fn greet(&self, capabilities: Capabilities, settings: Settings, folders: Vec<String>) {
        let pull = settings.pull && capabilities.pull;
        if self.capabilities.set(capabilities).is_err() {
            return;
        }
        self.pull.store(pull, Ordering::Relaxed);
        if let Some(level) = settings.log_level {
            self.log.set_level(level);
        }
        *held(&self.settings) = settings;
        self.change_folders(&folders, &[]);
    }

    pub fn capabilities(&self) -> &Capabilities {
        static NONE: OnceLock<Capabilities> = OnceLock::new();
        self.capabilities.get().unwrap_or_else(|| NONE.get_or_init(Capabilities::default))
    }

    pub fn pulls(&self) -> bool {
        self.pull.load(Ordering::Relaxed)
    }

    pub fn renderer(&self) -> Renderer {
        let capabilities = self.capabilities();
        Renderer {
            encoding: capabilities.encoding,
            related_information: capabilities.related_information,
            data: capabilities.diagnostic_data,
            help_base: held(&self.settings).help_base.clone().filter(|_| capabilities.code_description),
            own_rules: self.config().own_rules.clone(),
        }
    }

    pub fn waken(&self, file: FileId) {
        let mut woken = held(&self.woken);
        if woken.last() != Some(&file) {
            woken.push(file);
        }
    }

    /// All messages that have arrived are looked at.
    pub fn caught_up(&self) {
        let woken = std::mem::take(&mut *held(&self.woken));
        woken.into_iter().for_each(|file| self.scheduler.edited(file));
    }

    // Folders

    pub fn change_folders(&self, added: &[String], removed: &[String]) {
        let mut folders = held(&self.folders);
        let gone: Vec<FileId> = removed.iter().filter_map(|uri| uri::file_of(uri)).collect();
        folders.retain(|folder| !gone.contains(&folder.file));
        for uri in added {
            let Some(file) = uri::file_of(uri).filter(|file| uri::path_of(file).is_some()) else { continue };
            if !folders.iter().any(|folder| folder.file == file) {
                folders.push(Folder { uri: uri.as_str().into(), file });
            }
        }
        let roots = folders.iter().map(|folder| folder.file.clone()).collect();
        drop(folders);
        let mut known = held(&self.known);
        known.generation += 1;
        if known.project.files().next().is_none() {
            known.project = Arc::new(Project::new(roots));
        }
    }

    pub fn roots(&self) -> Vec<FileId> {
        held(&self.folders).iter().map(|folder| folder.file.clone()).collect()
    }

    pub fn root_paths(&self) -> Vec<PathBuf> {
        self.roots().iter().filter_map(uri::path_of).collect()
    }

    /// How the client would write the URI of a file: as it did when it opened it, or below the folder it named.
    pub fn uri_of(&self, file: &FileId) -> String {
        if let Some(open) = self.documents.get(file) {
            return open.uri.to_string();
        }
        let folders = held(&self.folders);
        let around = folders.iter().filter(|folder| file.is_within(&folder.file)).max_by_key(|folder| folder.file.as_str().len());
        let plain = uri::uri_of(file);
        match around {
            Some(folder) => {
                let inside = plain.strip_prefix(&uri::uri_of(&folder.file)).map(str::to_owned).unwrap_or_default();
                format!("{}{inside}", folder.uri.trim_end_matches('/'))
            }
            None => plain,
        }
    }

    // What is known

    pub fn known(&self) -> Known {
        held(&self.known).clone()
    }

    pub fn config(&self) -> Arc<Config> {
        held(&self.known).config.clone()
    }

    pub fn snapshot(&self) -> Snapshot {
        let known = held(&self.known);
        Snapshot { project: known.project.clone(), config: known.config.clone() }
    }

    /// Changes what is known. Only the analysing thread does.
    pub fn learn(&self, change: impl FnOnce(&mut Known)) -> Known {
        let mut known = held(&self.known);
        let before = known.clone();
        change(&mut known);
        known.generation += 1;
        let now = known.clone();
        drop(known);
        // Whatever it was the last to hold is given up outside of the lock.
        drop(before);
        now
    }

    /// Replaces the project by one that says the same.
    pub fn refine(&self, project: Arc<Project>) {
        let before = std::mem::replace(&mut held(&self.known).project, project);
        drop(before);
    }

    /// False for documents that are followed and not looked at: too large ones, and those that a walk would pass by.
    pub fn looks_at(&self, document: &Document) -> bool {
        let is_small = document.rope().len_bytes() as u64 <= self.config().max_file_bytes;
        is_small && held(&self.wanted).get(&document.file) != Some(&false)
    }

    /// What is known, with this text of an open document in it whether or not the analysing thread got to it.
    /// Computes, so it has no place in a handler.
    pub fn snapshot_with(&self, document: &Arc<Document>) -> Snapshot {
        let mut snapshot = self.snapshot();
        if !holds(&snapshot.project, document) {
            snapshot.project = Arc::new(snapshot.project.with(vec![(document.file.clone(), Some(document.clone()))]));
        }
        snapshot
    }

    /// Waits until the workspace folders have been read once, but not for long. What is offered before may be wrong a moment later:
    /// which env file is the right one, whose rows a table holds.
    pub async fn first_read(&self) {
        let mut tick = self.tick.subscribe();
        let read = async {
            while self.index.is_running() && !self.known().is_read {
                if tick.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(LONGEST_READ, read).await;
    }

    /// Wakes whoever waits for something to be known.
    pub fn announce(&self) {
        self.tick.send_modify(|tick| *tick += 1);
    }

    // What was found

    pub fn result(&self, file: &FileId) -> Option<Arc<Analysed>> {
        self.results.get(file).map(|result| result.clone())
    }

    pub fn keep_result(&self, file: &FileId, result: Arc<Analysed>) {
        self.results.insert(file.clone(), result);
        self.announce();
    }

    pub fn drop_result(&self, file: &FileId) {
        self.results.remove(file);
        self.announce();
    }

    /// The findings of the document as it is now, once they are there. `None` if it is closed or lost meanwhile.
    pub async fn result_of(&self, open: &Open) -> Option<Arc<Analysed>> {
        let file = &open.document.file;
        let mut tick = self.tick.subscribe();
        loop {
            tick.borrow_and_update();
            if let Some(result) = self.result(file).filter(|result| result.revision >= open.revision) {
                return Some(result);
            }
            self.documents.in_step(file)?;
            tick.changed().await.ok()?;
        }
    }
}

/// True if the project has this very text.
pub fn holds(project: &Project, document: &Document) -> bool {
    project.file(&document.file).is_some_and(|file| {
        let known = &file.document;
        known.version == document.version && known.language == document.language && known.rope().is_instance(document.rope())
    })
}
