//! From what was typed to what is to be read and what is to be reported on.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustc_hash::{FxHashMap, FxHashSet};

use super::args::Which;
use crate::project::Project;
use crate::text::FileId;
use crate::workspace::git::{Git, TextAt};
use crate::workspace::root::{self, absolute};
use crate::workspace::walk::file_id;

/// Files that say what an app is built from.
const MANIFESTS: &[&str] = &["package.json", "pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "deno.json"];

/// What to read and what to report on. All paths are absolute.
#[derive(Default)]
pub struct Targets {
    /// The projects around the paths.
    pub projects: Vec<PathBuf>,
    /// The projects, and folders that were named although a walk of the projects would pass them by.
    pub walked: Vec<PathBuf>,
    /// Files that were named.
    pub files: Vec<PathBuf>,
    /// Findings below these are reported on.
    folders: Vec<FileId>,
    named: FxHashSet<FileId>,
    /// Of all these only the ones that git says have changed, or are staged.
    only: Option<FxHashSet<FileId>>,
    /// What these files read for this audit, whatever lies on disk. `None`: they are not there.
    pub replaced: FxHashMap<FileId, Option<String>>,
    /// What changed, as git has it from before that. `None`: it was not there.
    pub before: FxHashMap<FileId, Option<String>>,
    /// Files of a list that are not there any more.
    pub gone: usize,
}

/// Resolves what was named against the current folder: the files of a list, or else the paths.
pub fn resolve(paths: &[PathBuf], list: Option<&Path>) -> Result<Targets> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    let home = std::env::home_dir();
    let mut targets = Targets::default();
    let (paths, is_list) = match list {
        Some(list) => (listed(list)?, true),
        None if paths.is_empty() => (vec![PathBuf::from(".")], false),
        None => (paths.to_vec(), false),
    };
    for path in paths {
        let absolute = absolute(&here, &path);
        let file = file_id(&absolute).with_context(|| format!("{} has a name that is not UTF-8", path.display()))?;
        let metadata = match std::fs::metadata(&absolute) {
            Ok(metadata) => metadata,
            Err(error) if is_list && error.kind() == std::io::ErrorKind::NotFound => {
                targets.gone += 1;
                continue;
            }
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        targets.projects.push(root::around(&absolute, home.as_deref()));
        if metadata.is_dir() {
            if is_list {
                bail!("{} is a folder: a list names files", path.display());
            }
            std::fs::read_dir(&absolute).with_context(|| path.display().to_string())?;
            targets.walked.push(absolute);
            targets.folders.push(file);
        } else {
            targets.files.push(absolute);
            targets.named.insert(file);
        }
    }
    if targets.projects.is_empty() {
        targets.projects.push(here);
    }
    outermost(&mut targets.projects);
    targets.walked.extend(targets.projects.iter().cloned());
    targets.walked.sort();
    targets.walked.dedup();
    Ok(targets)
}

impl Targets {
    /// Is the file one that was asked about?
    pub fn cover(&self, file: &FileId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(file)) && self.names(file)
    }

    /// Was the file named, or does it lie in a folder that was, changed or not?
    pub fn names(&self, file: &FileId) -> bool {
        self.named.contains(file) || self.folders.iter().any(|folder| file.below(folder).is_some())
    }

    /// Keeps to what git says has changed, or is about to be committed.
    pub fn narrow(&mut self, which: &Which) -> Result<()> {
        if which.changed.is_none() && !which.staged {
            return Ok(());
        }
        let mut only = FxHashSet::default();
        let mut tops: FxHashSet<PathBuf> = FxHashSet::default();
        for project in &self.projects {
            let git = Git::around(project)?;
            if !tops.insert(git.top().to_owned()) {
                continue;
            }
            if let Some(revision) = &which.changed {
                let changed = git.changed_since(revision)?;
                only.extend(changed.files.iter().filter_map(|path| file_id(path)));
                self.before.extend(texts(changed.before));
            } else {
                let staged = git.staged()?;
                only.extend(staged.files.iter().filter_map(|path| file_id(path)));
                self.replaced.extend(texts(staged.unlike_disk));
                self.before.extend(texts(staged.before));
            }
        }
        self.only = Some(only);
        Ok(())
    }

    /// Is there more of what was asked about? A folder that holds the packages of an app is one of its own.
    pub fn are_part_of(&self, project: &Project) -> bool {
        let is_whole = self.only.is_none() && self.named.is_empty();
        let is_own = || self.folders.iter().all(|folder| MANIFESTS.iter().any(|name| Path::new(folder.as_str()).join(name).is_file()));
        project.files().any(|(file, _)| !self.cover(file)) && !(is_whole && is_own())
    }

    /// Were only some files of the project asked about, as git knows them?
    pub fn are_narrowed(&self) -> bool {
        self.only.is_some()
    }
}

fn texts(files: Vec<TextAt>) -> impl Iterator<Item = (FileId, Option<String>)> {
    files.into_iter().filter_map(|file| Some((file_id(&file.path)?, file.text)))
}

/// The paths of a list: separated by NUL if there is one in it, else one per line.
fn listed(list: &Path) -> Result<Vec<PathBuf>> {
    let mut text = String::new();
    if list == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text).context("the list on standard input cannot be read")?;
    } else {
        text = std::fs::read_to_string(list).with_context(|| format!("the list {} cannot be read", list.display()))?;
    }
    let separator = if text.contains('\0') { '\0' } else { '\n' };
    Ok(text.split(separator).map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

/// Folders inside others are read with them.
fn outermost(folders: &mut Vec<PathBuf>) {
    folders.sort();
    folders.dedup();
    let mut kept: Vec<PathBuf> = Vec::new();
    for folder in folders.drain(..) {
        if !kept.iter().any(|outer| folder.starts_with(outer)) {
            kept.push(folder);
        }
    }
    *folders = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_absolute_by_their_letters() {
        let at = |path: &str| absolute(Path::new("/home/a"), Path::new(path)).to_string_lossy().into_owned();
        assert_eq!(at("."), "/home/a");
        assert_eq!(at("./b/../c/"), "/home/a/c");
        assert_eq!(at("../../../x"), "/x");
        assert_eq!(at("/y/./z"), "/y/z");
    }

    #[test]
    fn nested_folders_are_read_once() {
        let mut folders = ["/a/b", "/a", "/ab", "/a", "/c/d"].map(PathBuf::from).to_vec();
        outermost(&mut folders);
        assert_eq!(folders, ["/a", "/ab", "/c/d"].map(PathBuf::from));
    }
}
