//! What git does with the files that hold a project's secrets.

use rustc_hash::FxHashSet;

use crate::text::FileId;

/// What git does with the env files, as far as it is known.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct EnvFiles {
    /// Kept out by an ignore rule, and not in git already.
    pub ignored: FxHashSet<FileId>,
    /// In git's index.
    pub tracked: FxHashSet<FileId>,
}

impl EnvFiles {
    /// What is known of a file from now on.
    pub fn learn(&mut self, file: &FileId, ignored: bool, tracked: bool) {
        for (set, holds) in [(&mut self.ignored, ignored), (&mut self.tracked, tracked)] {
            if holds {
                set.insert(file.clone());
            } else {
                set.remove(file);
            }
        }
    }
}
