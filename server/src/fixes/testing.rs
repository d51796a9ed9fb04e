//! Small projects for tests.

use std::sync::Arc;

use super::{Fix, apply};
use crate::project::Project;
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// A project in the folder `/w` with these files.
pub fn project(files: &[(&str, &str)]) -> Project {
    let documents = files.iter().filter_map(|(name, text)| {
        let file = file(name);
        let language = Language::of(&file)?;
        Some((file.clone(), Some(Arc::new(Document::new(file, language, 0, text)))))
    });
    Project::new(vec![FileId::new("/w")]).with(documents.collect())
}

pub fn file(name: &str) -> FileId {
    FileId::new(&format!("/w/{name}"))
}

/// The texts of these files after the fix.
pub fn after(project: &Project, fix: &Fix, names: &[&str]) -> Vec<String> {
    let changed = apply::apply(project, fix).expect("the fix applies");
    names.iter().map(|name| changed.file(&file(name)).map(|file| file.document.text()).unwrap_or_else(|| "(absent)".to_owned())).collect()
}
