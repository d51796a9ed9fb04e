//! What walks looked for by names and addresses, and what they found. When files come or go, most of it is found where it was.

use std::sync::Arc;

use ropey::Rope;
use rustc_hash::{FxHashMap, FxHashSet};

use super::answers_at::Answers;
use super::{Project, Stacks, resolve, world};
use crate::facts::scope::Module;
use crate::facts::walk::{Answering, Target};
use crate::text::{FileId, Name};

#[derive(Default)]
pub(super) struct Followed {
    /// What an import, as it is written in a file, leads to.
    pub imports: FxHashMap<(FileId, Name), Target>,
    /// What answers at an address of the project's own (and to a method) that a file asks.
    pub addresses: FxHashMap<(FileId, Name, Name), Vec<Answering>>,
}

impl Followed {
    pub fn learn(&mut self, others: Followed) {
        self.imports.extend(others.imports);
        self.addresses.extend(others.addresses);
    }

    /// Follows everything anew. Gives the files of which something leads elsewhere now.
    pub fn led_elsewhere(&mut self, project: &Project) -> FxHashSet<FileId> {
        let mut files = FxHashSet::default();
        for ((file, source), target) in &mut self.imports {
            let now = project.resolver().resolve(file, source);
            if now != *target {
                files.insert(file.clone());
                *target = now;
            }
        }
        if !self.addresses.is_empty() {
            let answers = Answers::of(project);
            for ((file, path, method), answering) in &mut self.addresses {
                let now = answers.at(file, path, method);
                if now != *answering {
                    files.insert(file.clone());
                    *answering = now;
                }
            }
        }
        files
    }
}

/// What decides where names lead, besides which files of code there are.
#[derive(Default)]
pub(super) struct Ways {
    stacks: Arc<Stacks>,
    configuring: FxHashMap<FileId, Rope>,
}

impl Ways {
    pub fn of(project: &Project) -> Ways {
        let configuring = project.files().filter(|(file, _)| resolve::configures(file)).map(|(file, known)| (file.clone(), known.document.rope().clone()));
        Ways { stacks: Arc::clone(project.stacks()), configuring: configuring.collect() }
    }

    /// Have only files of code come and gone of which everybody can be asked anew who looked for them? `seen`: what there was before.
    pub fn still_lead(&self, project: &Project, seen: &FxHashMap<FileId, Option<Arc<Module>>>) -> bool {
        self.stacks.is_same(project.stacks())
            && project.changed.iter().all(|(file, known)| match (seen.get(file), known) {
                (Some(Some(_)), None) => is_followed(project, file),
                (None, Some(known)) => known.module.is_some() && is_followed(project, file),
                (Some(_), Some(known)) if resolve::configures(file) => self.configuring.get(file).is_some_and(|text| known.document.rope() == text),
                (Some(before), Some(known)) => before.is_some() == known.module.is_some(),
                (before, None) => before.is_none(),
            })
    }
}

/// Settings, layouts and what needs no import are found by other ways than their names.
fn is_followed(project: &Project, file: &FileId) -> bool {
    let needs_import = project.stacks().of(file).and_then(|(_, stack)| stack).is_none_or(|stack| stack.unimported.is_empty());
    needs_import && !resolve::configures(file) && !world::is_settings_file(project, file) && !file.as_str().contains("/routes/")
}
