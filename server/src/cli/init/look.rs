//! What a project is made of, as far as its settings depend on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use crate::cli::reading::{self, Progress};
use crate::cli::targets;
use crate::engine::{Cancel, Engine, NoAnswer, Snapshot};
use crate::rules::map::{Entry, Who};

pub struct Seen {
    pub folder: PathBuf,
    pub files: usize,
    /// Those that its routes come from, the commonest first.
    pub frameworks: Vec<String>,
    pub routes: usize,
    /// Paths of routes that anybody may call and that look as if they were meant for that.
    pub open_routes: Vec<String>,
    /// Routes of which it is not known who may call them.
    pub unclear: usize,
}

/// More paths than this are no help.
const MOST_PATHS: usize = 8;

/// Words in the paths of routes that are open in most applications.
const OPEN_BY_NATURE: &[&str] =
    &["health", "healthz", "status", "ping", "ready", "readyz", "livez", "robots.txt", "sitemap.xml", "favicon.ico", "openapi.json"];

/// `None` if cancelled.
pub fn look(path: Option<&Path>, cancel: &Cancel) -> Result<Option<Seen>> {
    let folder = super::folder(path)?;
    let targets = targets::resolve(std::slice::from_ref(&folder), None)?;
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, false, cancel, &progress)? else { return Ok(None) };
    progress.say("Looking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let routes = Engine::default().routes(&snapshot, &|file| targets.cover(file), cancel);
    progress.clear();
    let routes = match routes {
        Err(NoAnswer::Cancelled) => return Ok(None),
        routes => routes?,
    };
    let files = snapshot.project.files().filter(|(file, _)| targets.cover(file)).count();
    Ok(Some(Seen {
        folder,
        files,
        frameworks: frameworks(&routes),
        routes: routes.len(),
        open_routes: open_routes(&routes),
        unclear: routes.iter().filter(|entry| entry.callers.who == Who::Unknown).count(),
    }))
}

fn frameworks(routes: &[Entry]) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for entry in routes {
        let name = entry.framework.split('-').next().unwrap_or("");
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), name.to_owned()));
    counts.into_iter().map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty()).collect()
}

fn open_routes(routes: &[Entry]) -> Vec<String> {
    let is_open = |entry: &&Entry| matches!(entry.callers.who, Who::Anyone | Who::Unknown) && entry.data.is_empty();
    let by_nature = |path: &&str| path.rsplit('/').next().is_some_and(|last| OPEN_BY_NATURE.contains(&last.to_ascii_lowercase().as_str()));
    let mut paths: Vec<String> = routes.iter().filter(is_open).filter_map(|entry| entry.path.as_deref()).filter(by_nature).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    paths.truncate(MOST_PATHS);
    paths
}

impl Seen {
    pub fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    /// Does a file of that kind lie in the folder, whatever its name?
    pub fn has_any(&self, folder: &str) -> bool {
        std::fs::read_dir(self.folder.join(folder)).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// `42 files, 7 routes of next`
    pub fn in_words(&self) -> String {
        let counted = |n: usize, one: &str, several: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {several}") };
        let files = counted(self.files, "file", "files");
        match self.routes {
            0 => format!("Looked at {files}; no routes were found."),
            routes => format!("Looked at {files}, with {} ({}).", counted(routes, "route", "routes"), self.frameworks.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::failing;

    #[test]
    fn an_application_that_cannot_be_looked_at_is_not_one_without_routes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("app.js"), "require(\"express\")().get(\"/a\", (q, s) => s.json({}));").expect("a file");
        failing::after(0);
        assert!(look(Some(folder.path()), &Cancel::default()).is_err());
        assert_eq!(look(Some(folder.path()), &Cancel::default()).ok().flatten().map(|seen| seen.routes), Some(1));
    }
}
