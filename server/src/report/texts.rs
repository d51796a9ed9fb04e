//! The texts that findings point into.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::project::Project;
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// The project's texts, and those that were read besides: what a build has made.
pub struct Texts<'a> {
    project: &'a Project,
    beside: FxHashMap<FileId, Arc<Document>>,
}

impl<'a> Texts<'a> {
    pub fn of(project: &'a Project) -> Texts<'a> {
        Texts { project, beside: FxHashMap::default() }
    }

    pub fn and(self, beside: FxHashMap<FileId, Arc<Document>>) -> Texts<'a> {
        Texts { beside, ..self }
    }

    pub fn get(&self, file: &FileId) -> Option<&Document> {
        self.project.file(file).map(|known| &*known.document).or_else(|| self.beside.get(file).map(|document| &**document))
    }

    /// What the project's files are written in.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        self.project.files().map(|(_, known)| known.document.language)
    }
}
