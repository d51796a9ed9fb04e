//! FLOOR 4. All files together: what is known of the whole project. Immutable; a change makes a new one that shares the rest.

pub mod place;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{FileModel, lower};
use crate::syntax::Document;
use crate::text::FileId;

/// What is known of one file.
#[derive(Clone)]
pub struct File {
    pub document: Arc<Document>,
    /// The program model, for code.
    pub model: Option<Arc<FileModel>>,
}

/// Every file that is known, open buffers over disk.
#[derive(Clone, Default)]
pub struct Project {
    roots: Vec<FileId>,
    files: Arc<FxHashMap<FileId, File>>,
    git_roots: Arc<[FileId]>,
    ignored: Arc<FxHashSet<FileId>>,
}

impl Project {
    /// `roots`: the workspace folders, absolute, without a trailing slash.
    pub fn new(roots: Vec<FileId>) -> Project {
        Project { roots, ..Project::default() }
    }

    pub fn roots(&self) -> &[FileId] {
        &self.roots
    }

    /// The project after these files took these texts (`None`: the file is gone).
    pub fn with(&self, changes: Vec<(FileId, Option<Arc<Document>>)>) -> Project {
        let mut files = (*self.files).clone();
        for (file, document) in changes {
            match document {
                Some(document) => {
                    let before = files.get(&file).and_then(|file| file.model.clone());
                    let model = lower::lower(&document, before.as_deref()).map(Arc::new);
                    files.insert(file, File { document, model });
                }
                None => {
                    files.remove(&file);
                }
            }
        }
        Project { files: Arc::new(files), ..self.clone() }
    }

    /// The same project, knowing where its git work trees begin.
    pub fn with_git_roots(&self, git_roots: Vec<FileId>) -> Project {
        Project { git_roots: git_roots.into(), ..self.clone() }
    }

    /// The same project, knowing which of its files git will not take.
    pub fn with_ignored(&self, ignored: FxHashSet<FileId>) -> Project {
        Project { ignored: Arc::new(ignored), ..self.clone() }
    }

    /// The folders that hold a `.git`, in order of their names.
    pub fn git_roots(&self) -> &[FileId] {
        &self.git_roots
    }

    /// Is the file kept out of git by an ignore rule (and not in git already)? Known of env files only.
    pub fn is_ignored(&self, file: &FileId) -> bool {
        self.ignored.contains(file)
    }

    /// The file's path below its workspace folder; the whole path for a file outside of all of them.
    pub fn relative<'f>(&self, file: &'f FileId) -> &'f str {
        let below = |root: &FileId| file.as_str().strip_prefix(root.as_str())?.strip_prefix('/');
        self.roots.iter().filter_map(below).min_by_key(|path| path.len()).unwrap_or(file.as_str())
    }

    /// Tests, fixtures, stories, examples: see [`place::is_test_path`].
    pub fn is_test_path(&self, file: &FileId) -> bool {
        place::is_test_path(self.relative(file))
    }

    pub fn file(&self, file: &FileId) -> Option<&File> {
        self.files.get(file)
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&FileId, &File)> {
        self.files.iter()
    }
}
