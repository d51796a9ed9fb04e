//! How the project is built and deployed: what each configuration file says (`facts::setup`), kept until it, or a file that
//! it takes something from, changes.

mod bound;
mod combine;
mod entered;
mod evaluate;
mod lookup;
mod plugins;
mod python;
mod scope;
mod versions;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{File, Project};
use crate::facts::setup::catalogue::CATALOGUE;
use crate::facts::setup::{Bound, Facts, FileRow, Given, Shape, Versions};
use crate::model::data;
use crate::syntax::Language;
use crate::text::{FileId, Name};

/// What is known of all configuration files.
#[derive(Default, Debug)]
pub struct Setup {
    files: BTreeMap<FileId, Arc<OfFile>>,
    /// Files of code that are no configuration, but that one takes something from.
    read: FxHashSet<FileId>,
    /// The functions that are bound to addresses, by the file that has them.
    bound: BTreeMap<FileId, Vec<Bound>>,
    /// The files that builds begin with; the same one as long as these are the same.
    entered: Arc<BTreeSet<FileId>>,
}

/// What is known of one file.
#[derive(Default, Debug)]
pub struct OfFile {
    pub facts: Facts,
    pub versions: Versions,
    /// What it takes something from.
    reads: Vec<FileId>,
}

impl Setup {
    /// What each file says, in order of their names.
    pub fn files(&self) -> impl Iterator<Item = (&FileId, &Facts)> {
        self.files.iter().filter(|(_, of)| !of.facts.is_empty()).map(|(file, of)| (file, &of.facts))
    }

    pub fn of(&self, file: &FileId) -> Option<&Facts> {
        self.files.get(file).map(|of| &of.facts)
    }

    /// What configurations bind to the functions of a file.
    pub fn bound_in(&self, file: &FileId) -> &[Bound] {
        self.bound.get(file).map(Vec::as_slice).unwrap_or_default()
    }

    /// Is the file with the function in the project?
    pub fn is_found(&self, bound: &Bound) -> bool {
        self.bound.values().flatten().any(|known| known == bound)
    }

    /// The files that builds begin with to make what pages load.
    pub fn entered(&self) -> &Arc<BTreeSet<FileId>> {
        &self.entered
    }

    /// The files whose functions are bound otherwise than they were.
    pub(super) fn rebound(&self, before: &Setup) -> Vec<FileId> {
        let differ = |file: &&FileId| self.bound.get(*file) != before.bound.get(*file);
        let mut files: Vec<FileId> = self.bound.keys().chain(before.bound.keys()).filter(differ).cloned().collect();
        files.dedup();
        files
    }

    /// Does a change of this file mean that something has to be read again?
    pub(super) fn touched_by(&self, project: &Project, file: &FileId) -> bool {
        CATALOGUE.is_of_interest(project.relative(file)) || self.read.contains(file)
    }

    /// What is known after these files changed. `structure`: files came or went, so that imports may lead elsewhere.
    pub(super) fn after(&self, project: &Project, changed: &FxHashSet<FileId>, structure: bool) -> Setup {
        let mut files = self.files.clone();
        let mut again: FxHashSet<&FileId> = changed.iter().collect();
        again.extend(
            self.files.iter().filter(|(_, of)| structure && !of.reads.is_empty() || of.reads.iter().any(|read| changed.contains(read))).map(|(file, _)| file),
        );
        // Manifests first: which package a file is of decides how it is read.
        let (manifests, others): (Vec<&FileId>, Vec<&FileId>) = again.into_iter().partition(|file| CATALOGUE.tells_versions(project.relative(file)));
        let is_new = !manifests.is_empty();
        for file in manifests {
            match project.file(file) {
                Some(known) => files.insert(file.clone(), Arc::new(OfFile { versions: versions_of(file, known), ..OfFile::default() })),
                None => files.remove(file),
            };
        }
        let mut setup = Setup { files, ..Setup::default() };
        let all: Vec<FileId> = match is_new {
            true => project.files().map(|(file, _)| file).filter(|file| CATALOGUE.is_of_interest(project.relative(file))).cloned().collect(),
            false => others.into_iter().cloned().collect(),
        };
        for file in all.into_iter().chain(changed.iter().filter(|file| is_new && project.file(file).is_none()).cloned()) {
            if CATALOGUE.tells_versions(project.relative(&file)) {
                continue;
            }
            match project.file(&file).and_then(|known| setup.read(project, &file, known)) {
                Some(of) => setup.files.insert(file, Arc::new(of)),
                None => setup.files.remove(&file),
            };
        }
        setup.read = setup.files.values().flat_map(|of| of.reads.iter().cloned()).collect();
        setup.bound = bound::by_file(project, &setup.files);
        let entered = entered::files(project, &setup.files);
        setup.entered = if *self.entered == entered { Arc::clone(&self.entered) } else { Arc::new(entered) };
        setup
    }

    fn read(&self, project: &Project, file: &FileId, known: &File) -> Option<OfFile> {
        let rows: Vec<&FileRow> = CATALOGUE.rows(project.relative(file)).filter(|row| self.is_of_package(project, file, row)).collect();
        if rows.is_empty() {
            return None;
        }
        let mut of = OfFile::default();
        let language = known.document.language;
        if let Some(module) = &known.module {
            let mut evaluator = evaluate::Evaluator::new(project);
            let given = match language {
                Language::Python => Some(python::of_module(&mut evaluator, file, module)),
                _ => evaluator.exported(file, "default", 0),
            };
            match given {
                Some(given) => of_given(&mut of.facts, &rows, &given),
                None => of.facts.partial = true,
            }
            plugins::read(&mut evaluator, &rows, module, &mut of.facts);
            of.reads = evaluator.read_files(file);
        } else if let Some(row) = rows.iter().find(|row| row.lines.is_some()) {
            of.facts.read_lines(row, file, &known.document.text());
        } else if matches!(language, Language::Json | Language::Yaml | Language::Toml) {
            let tree = data::read(language, &known.document.text());
            of.facts.partial = !tree.is_complete();
            for document in tree.documents() {
                of_given(&mut of.facts, &rows, &Given::of(file, document));
            }
        }
        Some(of)
    }

    fn is_of_package(&self, project: &Project, file: &FileId, row: &FileRow) -> bool {
        // A configuration that imports the package itself says so without a manifest.
        let imports = |name: &Name| {
            let module = project.file(file).and_then(|known| known.module.as_ref());
            let is_of = |source: &Name| source.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            module.is_some_and(|module| module.imported().iter().any(is_of))
        };
        row.packages.is_empty() || row.packages.iter().any(|name| self.declares(project, file, name) || imports(name))
    }
}

fn of_given(facts: &mut Facts, rows: &[&FileRow], given: &Given) {
    for row in rows {
        let has = |given: &Given, key: &String| given.map().is_none_or(|map| map.open || map.get(key).is_some());
        if matches!(given.shape, Shape::Null | Shape::Text(_)) || !row.has.iter().all(|key| has(given, key)) {
            continue;
        }
        facts.read(row, given);
    }
}

fn versions_of(file: &FileId, known: &File) -> Versions {
    Versions::read(file.file_name(), known.document.language, &known.document.text())
}
