//! Which version of a package a file gets.

use rustc_hash::FxHashSet;

use super::Setup;
use crate::facts::setup::Version;
use crate::project::Project;
use crate::text::{FileId, Name};

impl Project {
    /// The version of a package as the code of `file` sees it; `None` if that is not known. What a lockfile has settled on
    /// is exact; the beginning of a range is what it is at least.
    pub fn version_of(&self, file: &FileId, package: &str) -> Option<Version> {
        self.setup().version_of(self, file, package)
    }

    /// Is one of the packages among them?
    pub fn depends_on_any(&self, file: &FileId, packages: &[&str]) -> bool {
        let folders = self.folders_up(file);
        let manifests = folders.iter().flat_map(|folder| self.setup().in_folder(folder));
        manifests.into_iter().any(|(_, of)| !of.versions.declared.is_empty() && packages.iter().any(|package| of.versions.declared.contains_key(*package)))
    }

    /// Is the package among the dependencies of the package around `file`?
    pub fn depends_on(&self, file: &FileId, package: &str) -> bool {
        self.setup().declares(self, file, package)
    }
}

impl Setup {
    pub(in crate::project) fn declares(&self, project: &Project, file: &FileId, package: &str) -> bool {
        self.declared(project, file, package).is_some()
    }

    /// The folders with manifests, each with one of them.
    pub fn manifests(&self) -> Vec<(String, FileId)> {
        let mut folders: Vec<(String, FileId)> = Vec::new();
        for (file, _) in self.files.iter().filter(|(_, of)| !of.versions.declared.is_empty()) {
            if !folders.iter().rev().any(|(folder, _)| folder == file.folder()) {
                folders.push((file.folder().to_owned(), file.clone()));
            }
        }
        folders
    }

    /// The packages that the manifests of a folder name.
    pub fn dependencies(&self, folder: &str) -> FxHashSet<Name> {
        self.in_folder(folder).flat_map(|(_, of)| of.versions.declared.keys().cloned()).collect()
    }

    fn version_of(&self, project: &Project, file: &FileId, package: &str) -> Option<Version> {
        let (folder, range) = self.declared(project, file, package)?;
        self.locked(project, &folder, package, &range).or_else(|| Version::of_range(&range))
    }

    /// The folder of the nearest manifest that names the package, and its range.
    fn declared(&self, project: &Project, file: &FileId, package: &str) -> Option<(String, Name)> {
        for folder in project.folders_up(file) {
            let found = self.in_folder(&folder).find_map(|(_, of)| of.versions.declared.get(package)).cloned();
            if let Some(range) = found {
                return Some((folder, range));
            }
        }
        None
    }

    /// The nearest lockfile may lie in a folder above, and know several.
    fn locked(&self, project: &Project, folder: &str, package: &str, range: &str) -> Option<Version> {
        let below = FileId::new(&format!("{folder}/package.json"));
        for up in project.folders_up(&below) {
            let inner = folder.strip_prefix(up.as_str()).unwrap_or_default().trim_start_matches('/');
            let Some(all) = self.in_folder(&up).find_map(|(_, of)| of.versions.locked.get(package)) else { continue };
            let of = |wanted: &str| all.iter().find(|(of, _)| of == wanted).map(|(_, version)| *version);
            let only = || all.first().map(|(_, version)| *version).filter(|first| all.iter().all(|(_, version)| version == first));
            return of(range).or_else(|| of(inner)).or_else(|| of("")).or_else(only);
        }
        None
    }

    /// The known files that lie in a folder itself.
    fn in_folder<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = (&'s FileId, &'s super::OfFile)> {
        let first = FileId::new(&format!("{folder}/"));
        let files = self.files.range(first..).take_while(move |(file, _)| file.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        files.filter(move |(file, _)| file.folder() == folder).map(|(file, of)| (file, &**of))
    }
}
