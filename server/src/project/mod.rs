//! FLOOR 4. All files together: what is known of the whole project. Immutable; a change makes a new one that shares the rest.

use std::sync::Arc;

use rustc_hash::FxHashMap;

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
    git_roots: Vec<FileId>,
    files: Arc<FxHashMap<FileId, File>>,
}

impl Project {
    /// `roots`: the workspace folders, absolute, without a trailing slash.
    pub fn new(roots: Vec<FileId>) -> Project {
        Project { roots, ..Project::default() }
    }

    pub fn roots(&self) -> &[FileId] {
        &self.roots
    }

    /// The same project, knowing which folders are the top of a git work tree.
    pub fn with_git_roots(self, git_roots: Vec<FileId>) -> Project {
        Project { git_roots, ..self }
    }

    /// True if the folder is the top of a git work tree.
    pub fn is_git_root(&self, folder: &str) -> bool {
        self.git_roots.iter().any(|root| root.as_str() == folder)
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

    pub fn file(&self, file: &FileId) -> Option<&File> {
        self.files.get(file)
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&FileId, &File)> {
        self.files.iter()
    }
}
