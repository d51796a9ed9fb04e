//! The variables that a build publishes by their names, and which files name them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::text::{FileId, Name};

#[derive(Default)]
pub struct Published {
    of_file: FxHashMap<FileId, Arc<[Name]>>,
    files: FxHashMap<Name, BTreeSet<FileId>>,
}

impl Published {
    /// The file names these now.
    pub(super) fn set(&mut self, file: &FileId, names: &Arc<[Name]>) {
        let before = match names.is_empty() {
            true => self.of_file.remove(file),
            false => self.of_file.insert(file.clone(), Arc::clone(names)),
        };
        for name in before.iter().flat_map(|before| before.iter()) {
            if let Some(files) = self.files.get_mut(name) {
                files.remove(file);
                if files.is_empty() {
                    self.files.remove(name);
                }
            }
        }
        for name in names.iter() {
            self.files.entry(name.clone()).or_default().insert(file.clone());
        }
    }

    /// The files that name a variable, in order.
    pub fn files(&self, name: &str) -> impl Iterator<Item = &FileId> {
        self.files.get(name).into_iter().flatten()
    }

    /// The variables that a file names.
    pub fn names(&self, file: &FileId) -> &[Name] {
        self.of_file.get(file).map_or(&[], |names| names)
    }
}
