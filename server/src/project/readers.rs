//! Which walks read something of a file: when a file changes, the others need not be looked at.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::walks::RootWalk;
use crate::facts::walk::Reads;
use crate::text::FileId;

/// Walks have numbers here, which are given again once they are free.
#[derive(Default)]
pub(super) struct Readers {
    walks: Vec<Option<Arc<RootWalk>>>,
    free: Vec<u32>,
    of_file: FxHashMap<FileId, FxHashSet<u32>>,
}

impl Readers {
    /// The number of the walk from now on.
    pub fn add(&mut self, walk: &Arc<RootWalk>) -> u32 {
        let number = self.free.pop().unwrap_or(self.walks.len() as u32);
        match self.walks.get_mut(number as usize) {
            Some(slot) => *slot = Some(Arc::clone(walk)),
            None => self.walks.push(Some(Arc::clone(walk))),
        }
        for file in files(&walk.reads) {
            match self.of_file.get_mut(file) {
                Some(readers) => readers.insert(number),
                None => self.of_file.entry(file.clone()).or_default().insert(number),
            };
        }
        number
    }

    pub fn remove(&mut self, number: u32) {
        let Some(walk) = self.walks.get_mut(number as usize).and_then(Option::take) else { return };
        self.free.push(number);
        for file in files(&walk.reads) {
            let Some(readers) = self.of_file.get_mut(file) else { continue };
            readers.remove(&number);
            if readers.is_empty() {
                self.of_file.remove(file);
            }
        }
    }

    /// The walks that read something of one of these, in no order.
    pub fn of(&self, changed: &FxHashSet<FileId>) -> Vec<&Arc<RootWalk>> {
        let lists: Vec<&FxHashSet<u32>> = changed.iter().filter_map(|file| self.of_file.get(file)).collect();
        let walk = |number: &u32| self.walks.get(*number as usize)?.as_ref();
        match lists.as_slice() {
            [only] => only.iter().filter_map(walk).collect(),
            many => many.iter().flat_map(|list| list.iter()).collect::<FxHashSet<_>>().into_iter().filter_map(walk).collect(),
        }
    }
}

/// The files of what was read, each once.
fn files(reads: &Reads) -> FxHashSet<&FileId> {
    reads.items.iter().map(|item| &item.file).chain(reads.names.iter().map(|(file, _)| file)).collect()
}
