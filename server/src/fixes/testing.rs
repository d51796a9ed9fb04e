//! Small projects for tests, and keys that exist only while a test runs.

use std::sync::Arc;

use super::{Fix, apply};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};

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

/// The place of the first `part` of a file.
pub fn place(project: &Project, name: &str, part: &str) -> Place {
    let file = file(name);
    let text = project.file(&file).expect("the file").document.text();
    let start = text.find(part).expect("the part");
    Place { file, span: Span::from(start..start + part.len()) }
}

/// The texts of these files after the fix.
pub fn after(project: &Project, fix: &Fix, names: &[&str]) -> Vec<String> {
    let changed = apply::apply(project, fix).expect("the fix applies");
    names.iter().map(|name| changed.file(&file(name)).map(|file| file.document.text()).unwrap_or_else(|| "(absent)".to_owned())).collect()
}

/// A key that no scanner knows: a prefix and a body from a small generator.
pub fn key(prefix: &str, length: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = 0x2545_f491_4f6c_dd1du64 ^ length as u64;
    let body = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        LETTERS[(state % LETTERS.len() as u64) as usize] as char
    });
    prefix.chars().chain(body).collect()
}
