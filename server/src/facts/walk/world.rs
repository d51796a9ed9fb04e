//! What surrounds a walk: what it may ask of the project, and what it looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};

use super::recall::Recall;
use crate::facts::catalogue::Catalogue;
use crate::facts::place::ItemKey;
use crate::facts::scope::Module;
use crate::facts::value::Value;
use crate::text::{FileId, Name};

/// What the walk may ask of the rest of the project.
pub trait World {
    fn catalogue(&self) -> &Catalogue;
    fn module(&self, file: &FileId) -> Option<Arc<Module>>;
    /// What `source`, as written in an import of `from`, means.
    fn resolve(&self, from: &FileId, source: &str) -> Target;
    /// The files whose exports need no import in this one.
    fn unimported(&self, from: &FileId) -> Arc<[FileId]>;
    /// The file in which the steps of a library's classes are written down, where projects override them.
    fn stub(&self, package: &str) -> Option<FileId>;
    /// Whether rows of this model are people who sign in.
    fn is_principal_model(&self, model: &str) -> bool;
    /// The rows of the signed-in user that a member of it stands for (`user.notes`), and what was looked at to know.
    fn belongings(&self, member: &str) -> (Option<Belongings>, Vec<(FileId, Name)>);
    /// The files of the project's settings (Django's), the one that says most first.
    fn settings_files(&self) -> Vec<FileId>;
    /// What answers at a path of the project's own, as far as places of files tell: `/api/notes/*`.
    fn answering(&self, from: &FileId, path: &str, method: &str) -> Vec<Answering>;
    /// Names of functions that the person configured as guards.
    fn is_configured_guard(&self, name: &str) -> bool;
}

/// Rows that belong to one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Belongings {
    pub model: Name,
    /// The column with the person's id.
    pub column: Name,
    /// The catalogue's name of the client that asks for them.
    pub client: Name,
}

/// A function that answers at an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answering {
    pub file: FileId,
    /// What it is exported as; empty for one that the file hands to its platform.
    pub export: Name,
    /// The catalogue's name of the framework that calls it.
    pub framework: Name,
}

/// Where an import leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    File(FileId),
    Library(Name),
    /// It should be in the project and is not.
    Missing(Name),
}

/// Values of module-level names, found once and shared by all walks over the same state of the project.
#[derive(Default)]
pub struct ModuleCache {
    values: FxHashMap<(FileId, Name), Found>,
    pub(super) changes: Changed,
    /// Calls, of somebody who walks the same again and again.
    pub(super) recall: Option<Recall>,
}

impl ModuleCache {
    /// One that remembers calls, too.
    pub fn recalling() -> ModuleCache {
        ModuleCache { recall: Some(Recall::default()), ..ModuleCache::default() }
    }

    /// Something is no longer as it was; `touches` is what read it.
    pub fn change(&mut self, touches: Touches) {
        self.changes.all.push(touches);
        if self.changes.all.len() > MOST_CHANGES {
            let changes = &self.changes;
            self.values.retain(|_, found| changes.leave(&found.reads, &found.holds));
            self.recall.iter_mut().for_each(|recall| recall.forget(changes));
            self.changes.before += self.changes.all.len() as u64;
            self.changes.all.clear();
        }
    }

    pub(super) fn value(&self, file: &FileId, name: &Name) -> Option<(&Value, &Arc<Reads>)> {
        let found = self.values.get(&(file.clone(), name.clone()))?;
        self.changes.leave(&found.reads, &found.holds).then_some((&found.value, &found.reads))
    }

    pub(super) fn keep(&mut self, file: FileId, name: Name, value: Value, reads: Reads) {
        let holds = AtomicU64::new(self.changes.now());
        self.values.insert((file, name), Found { value, reads: Arc::new(reads), holds });
    }
}

struct Found {
    value: Value,
    reads: Arc<Reads>,
    /// Up to which change it is known to hold.
    holds: AtomicU64,
}

/// Does what was read say something else now?
pub type Touches = Box<dyn Fn(&Reads) -> bool + Send + Sync>;

/// What changed since something was found. Only what is asked for is held against it.
#[derive(Default)]
pub(super) struct Changed {
    all: Vec<Touches>,
    /// How many there were before those, against which everything was held.
    before: u64,
}

/// So many changes wait at most.
const MOST_CHANGES: usize = 256;

impl Changed {
    pub fn now(&self) -> u64 {
        self.before + self.all.len() as u64
    }

    /// Is what was found by these reads, and was so at the change `holds`, still so?
    pub fn leave(&self, reads: &Reads, holds: &AtomicU64) -> bool {
        let from = holds.load(Ordering::Relaxed);
        if from == u64::MAX {
            return false;
        }
        let since = self.all.get(from.saturating_sub(self.before) as usize..).unwrap_or_default();
        let is_left = !since.iter().any(|touches| touches(reads));
        holds.store(if is_left { self.now() } else { u64::MAX }, Ordering::Relaxed);
        is_left
    }
}

/// What a walk looked at: if none of it changes, the walk would give the same again.
#[derive(Clone, Default, Debug)]
pub struct Reads {
    pub items: FxHashSet<ItemKey>,
    /// Names that were looked up in a file, defined there or not.
    pub names: FxHashSet<(FileId, Name)>,
    /// Models of which it was asked whether they are people who sign in.
    pub models: FxHashSet<Name>,
}

impl Reads {
    /// Was anything of one of these files looked at?
    pub fn any_of(&self, files: &FxHashSet<FileId>) -> bool {
        !files.is_empty() && (self.items.iter().any(|item| files.contains(&item.file)) || self.names.iter().any(|(file, _)| files.contains(file)))
    }

    pub fn add(&mut self, other: &Reads) {
        self.items.extend(other.items.iter().cloned());
        self.names.extend(other.names.iter().cloned());
        self.models.extend(other.models.iter().cloned());
    }
}
