//! Which files there are: folders are listed, ignore rules asked, names judged. Nothing is read but ignore rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{IncrementalIgnore, WalkBuilder};

use super::names;
use super::notes::Notes;
use super::read::Unread;
use super::stamp::Stamp;
use crate::engine::Cancel;
use crate::syntax::keeps_secrets;
use crate::text::FileId;

/// A file to be read.
pub(super) struct Candidate {
    pub path: PathBuf,
    /// An ignore rule covers it, and it is read all the same.
    pub ignored: bool,
}

/// More files than this are not a project somebody works on; they would only fill the memory.
const MOST_FILES: usize = 60_000;

/// One root folder, and all that decides what below it is of interest.
pub(super) struct Scope<'a> {
    root: &'a Path,
    rules: Option<IncrementalIgnore>,
    unwanted: &'a Unwanted,
}

impl<'a> Scope<'a> {
    pub fn new(root: &'a Path, unwanted: &'a Unwanted) -> Scope<'a> {
        let mut builder = WalkBuilder::new(root);
        // A person's own global ignore file must not change what the project's report says.
        builder.hidden(false).git_global(false).require_git(false).follow_links(false);
        Scope { root, rules: builder.build_matchers().pop(), unwanted }
    }

    fn is_ignored(&mut self, path: &Path, is_folder: bool) -> bool {
        let (Some(rules), Ok(below)) = (&mut self.rules, path.strip_prefix(self.root)) else { return false };
        rules.matched(below, is_folder).is_ignore()
    }

    fn enters(&mut self, folder: &Path) -> bool {
        names::enters(folder) && !self.unwanted.covers(folder, true) && !self.is_ignored(folder, true)
    }

    /// `Some(ignored)` if the file is to be read.
    fn takes(&mut self, path: &Path, file: &FileId) -> Option<bool> {
        if !names::reads(file) || self.unwanted.covers(path, false) {
            return None;
        }
        let ignored = self.is_ignored(path, false);
        (!ignored || keeps_secrets(file)).then_some(ignored)
    }

    /// Would a walk of the root read this file? The same answer for one file that changed.
    pub fn wants(&mut self, path: &Path) -> Option<bool> {
        let file = file_id(path)?;
        let below = path.strip_prefix(self.root).ok()?;
        let mut folder = self.root.to_owned();
        for part in below.parent()?.components() {
            folder.push(part);
            if !self.enters(&folder) {
                return None;
            }
        }
        self.takes(path, &file)
    }
}

/// The globs of `ignore` in the configuration, with the grammar of `.gitignore`.
pub(super) struct Unwanted {
    folder: PathBuf,
    globs: Gitignore,
}

impl Unwanted {
    pub fn new(folder: &Path, globs: &[String], notes: &mut Notes) -> Unwanted {
        let mut builder = GitignoreBuilder::new(folder);
        for glob in globs {
            if builder.add_line(None, glob).is_err() {
                notes.say(format!("`{glob}` under `ignore` in guardline.json is not a glob and ignores nothing."));
            }
        }
        Unwanted { folder: folder.to_owned(), globs: builder.build().unwrap_or_else(|_| Gitignore::empty()) }
    }

    /// Covers the path itself; what lies below a covered folder is never asked for.
    fn covers(&self, path: &Path, is_folder: bool) -> bool {
        !self.globs.is_empty() && path.strip_prefix(&self.folder).is_ok_and(|below| self.globs.matched(below, is_folder).is_ignore())
    }
}

/// What walking found.
#[derive(Default)]
pub(super) struct Discovered {
    pub files: BTreeMap<FileId, Candidate>,
    /// Folders holding a `.git`.
    pub git_roots: Vec<FileId>,
    /// Those that were looked into, each with its stamp from before.
    pub folders: Vec<(PathBuf, Option<Stamp>)>,
}

/// Lists everything below the roots. `None` if cancelled.
pub(super) fn discover(roots: &[PathBuf], unwanted: &Unwanted, notes: &mut Notes, cancel: &Cancel) -> Option<Discovered> {
    let mut found = Discovered::default();
    for root in roots {
        let mut scope = Scope::new(root, unwanted);
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            if cancel.is_cancelled() {
                return None;
            }
            if found.files.len() >= MOST_FILES {
                notes.say(format!("There are more than {MOST_FILES} files; the rest was not read."));
                break;
            }
            let stamp = Stamp::of(&folder);
            list(&folder, &mut scope, &mut found, &mut folders, notes);
            found.folders.push((folder, stamp));
        }
    }
    found.git_roots.extend(roots.iter().filter_map(|root| git_root_around(root)));
    found.git_roots.sort();
    found.git_roots.dedup();
    Some(found)
}

/// Lists these folders, and those below them that are not `known`. Each counts to the innermost root around it.
pub(super) fn below(roots: &[PathBuf], mut folders: Vec<PathBuf>, known: &dyn Fn(&Path) -> bool, unwanted: &Unwanted, notes: &mut Notes) -> Discovered {
    let mut found = Discovered::default();
    let mut scopes: Vec<Option<Scope>> = roots.iter().map(|_| None).collect();
    while let Some(folder) = folders.pop() {
        let around = roots.iter().enumerate().filter(|(_, root)| folder.starts_with(root)).max_by_key(|(_, root)| root.as_os_str().len());
        let Some((root, slot)) = around.and_then(|(at, root)| Some((root, scopes.get_mut(at)?))) else { continue };
        if found.files.len() >= MOST_FILES {
            break;
        }
        let scope = slot.get_or_insert_with(|| Scope::new(root, unwanted));
        let (stamp, mut inside) = (Stamp::of(&folder), Vec::new());
        list(&folder, scope, &mut found, &mut inside, notes);
        folders.extend(inside.into_iter().filter(|folder| !known(folder)));
        found.folders.push((folder, stamp));
    }
    found
}

fn list(folder: &Path, scope: &mut Scope<'_>, found: &mut Discovered, folders: &mut Vec<PathBuf>, notes: &mut Notes) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(_) => return notes.closed_folder(folder),
    };
    for entry in entries {
        let Ok(entry) = entry else {
            notes.closed_folder(folder);
            continue;
        };
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if path.file_name().is_some_and(|name| name == ".git") {
            found.git_roots.extend(file_id(folder));
            continue;
        }
        if kind.is_symlink() {
            note_link(&path, scope, notes);
        } else if kind.is_dir() {
            if scope.enters(&path) {
                folders.push(path);
            }
        } else if let Some(file) = file_id(&path) {
            if let Some(ignored) = scope.takes(&path, &file) {
                found.files.insert(file, Candidate { path, ignored });
            }
        } else {
            notes.unnamed();
        }
    }
}

/// Links are not followed: what they lead to is read under its own name, or lies outside of the project.
fn note_link(path: &Path, scope: &mut Scope<'_>, notes: &mut Notes) {
    let Some(file) = file_id(path) else { return };
    match super::read::kind(path) {
        Ok(target) if target.is_dir() && scope.enters(path) => notes.linked_folder(path),
        Err(Unread::Circle) if scope.takes(path, &file).is_some() || scope.enters(path) => notes.unread(path, Unread::Circle),
        _ => {}
    }
}

/// The nearest folder around `folder`, itself included, that holds a `.git`.
fn git_root_around(folder: &Path) -> Option<FileId> {
    folder.ancestors().find(|folder| folder.join(".git").exists()).and_then(file_id)
}

/// The file's name inside the engine; `None` for names that are not UTF-8.
pub fn file_id(path: &Path) -> Option<FileId> {
    path.to_str().map(FileId::new)
}
