//! Which file of the project a source map means.

use crate::project::{Project, join};
use crate::text::FileId;

/// By its path from the map, or as the only one whose path ends so.
pub(in crate::rules) fn source_of(project: &Project, map: &FileId, name: &str) -> Option<FileId> {
    let joined = FileId::new(&join(map.folder(), name));
    if project.file(&joined).is_some() {
        return Some(joined);
    }
    let plain = name.split_once("://").map_or(name, |(_, rest)| rest.trim_start_matches('/'));
    let tail = plain.rsplit("./").next().unwrap_or(plain).trim_start_matches("[project]/").split(['?', '#']).next().unwrap_or(plain);
    let tail = format!("/{}", tail.trim_start_matches('/'));
    let mut fitting = project.files().map(|(file, _)| file).filter(|file| file.as_str().ends_with(tail.as_str()));
    let first = fitting.next()?.clone();
    fitting.next().is_none().then_some(first)
}
