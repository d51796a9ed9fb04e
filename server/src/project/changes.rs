//! What changed between two states of a project, as far as a walk can have read it.

use rustc_hash::FxHashSet;

use crate::facts::place::ItemKey;
use crate::facts::scope::Module;
use crate::facts::walk::Reads;
use crate::text::{FileId, Name};

#[derive(Default)]
pub(super) struct Changes {
    items: FxHashSet<ItemKey>,
    names: FxHashSet<(FileId, Name)>,
    pub(super) files: FxHashSet<FileId>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file has other code than before; `None` where it had or has none.
    pub(super) fn note(&mut self, file: &FileId, before: Option<&Module>, after: Option<&Module>) {
        self.files.insert(file.clone());
        let old: FxHashSet<&ItemKey> = before.map(|module| module.items.iter().collect()).unwrap_or_default();
        let new: FxHashSet<&ItemKey> = after.map(|module| module.items.iter().collect()).unwrap_or_default();
        self.items.extend(old.difference(&new).map(|item| (*item).clone()));
        let mut names: FxHashSet<Name> = FxHashSet::default();
        for module in [before, after].into_iter().flatten() {
            names.extend(module.definitions.keys().cloned());
            names.extend(module.exports.keys().map(|name| Name::from(format!("export {name}"))));
        }
        for name in names {
            if before.map(|module| module.meaning(&name)) != after.map(|module| module.meaning(&name)) {
                self.names.insert((file.clone(), name));
            }
        }
        // A file that begins or ends to re-export everything changes the meaning of names it does not know.
        if before.map(|module| &module.stars) != after.map(|module| &module.stars) {
            self.names.insert((file.clone(), Name::new_static("*")));
        }
    }

    /// Could a walk that read this find something else now?
    pub(super) fn touch(&self, reads: &Reads) -> bool {
        let smaller = |file: &FileId| self.files.contains(file);
        self.items.iter().any(|item| reads.items.contains(item))
            || self.names.iter().any(|name| reads.names.contains(name))
            || self.names.iter().any(|(file, name)| name == "*" && smaller(file) && reads.names.iter().any(|(known, _)| known == file))
    }
}
