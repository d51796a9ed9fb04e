//! What changed between two states of a project, as far as a walk can have read it.

use rustc_hash::FxHashSet;

use crate::facts::place::ItemKey;
use crate::facts::scope::{DIRECTIVES, Definition, Export, Module};
use crate::facts::walk::Reads;
use crate::text::{FileId, Name, common_ends};

#[derive(Default)]
pub(super) struct Changes {
    items: FxHashSet<ItemKey>,
    names: FxHashSet<(FileId, Name)>,
    pub(super) files: FxHashSet<FileId>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file has other code than before; `None` where it had or has none.
    pub(super) fn note(&mut self, file: &FileId, before: Option<&Module>, after: Option<&Module>) {
        self.files.insert(file.clone());
        let (old, new) = (before.map_or(&[][..], |module| &module.items), after.map_or(&[][..], |module| &module.items));
        let (first, last) = common_ends(old, new, PartialEq::eq, PartialEq::eq);
        let (gone, come) = (old.get(first..old.len() - last).unwrap_or_default(), new.get(first..new.len() - last).unwrap_or_default());
        let come: FxHashSet<&ItemKey> = come.iter().collect();
        self.items.extend(gone.iter().filter(|item| !come.contains(item)).cloned());
        // Only what a changed item defines or exports can mean something else.
        let mut names: FxHashSet<Name> = FxHashSet::default();
        for (module, other) in [(before, after), (after, before)] {
            let Some(module) = module else { continue };
            let changed = first as u32..(module.items.len() - last) as u32;
            let is_changed = |definition: &Definition| match definition {
                Definition::Import { .. } => true,
                Definition::Function(segment, _) | Definition::Class(segment, _) | Definition::Variable { segment, .. } => changed.contains(segment),
            };
            let defined = |name: &Name| module.definitions.get(name).is_none_or(|all| all.iter().any(is_changed));
            names.extend(module.definitions.keys().filter(|name| defined(name)).cloned());
            let exported = module.exports.iter().filter(|(name, export)| {
                let same = other.is_some_and(|other| other.exports.get(*name) == Some(*export));
                !same
                    || match export {
                        Export::Local(local) => defined(local),
                        Export::From { .. } => false,
                        Export::Expression(segment, _) => changed.contains(segment),
                    }
            });
            names.extend(exported.map(|(name, _)| Name::from(format!("export {name}"))));
        }
        for name in names {
            if before.map(|module| module.meaning(&name)) != after.map(|module| module.meaning(&name)) {
                self.names.insert((file.clone(), name));
            }
        }
        if before.map(|module| &module.model.directives) != after.map(|module| &module.model.directives) {
            self.names.insert((file.clone(), Name::new_static(DIRECTIVES)));
        }
        // A file that begins or ends to re-export everything changes the meaning of names it does not know.
        if before.map(|module| &module.stars) != after.map(|module| &module.stars) {
            self.names.insert((file.clone(), Name::new_static("*")));
        }
    }

    /// Could a walk that read this find something else now?
    pub(super) fn touch(&self, reads: &Reads) -> bool {
        let smaller = |file: &FileId| self.files.contains(file);
        self.items.iter().any(|item| reads.items.contains(item))
            || self.names.iter().any(|name| reads.names.contains(name))
            || self.names.iter().any(|(file, name)| name == "*" && smaller(file) && reads.names.iter().any(|(known, _)| known == file))
    }
}
