//! What changed between two states of a project, as far as a walk can have read it.

use rustc_hash::FxHashSet;

use super::signs::Sign;
use crate::facts::place::ItemKey;
use crate::facts::scope::{DIRECTIVES, Definition, Export, IMPORTS, Module};
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
        let (old, new) = (before.map_or(&[][..], Module::keys), after.map_or(&[][..], Module::keys));
        let (first, last) = common_ends(old, new, PartialEq::eq, PartialEq::eq);
        let (gone, come) = (old.get(first..old.len() - last).unwrap_or_default(), new.get(first..new.len() - last).unwrap_or_default());
        // What came may have been missed: a route that is walked before its file says again what it registers may lead to what is gone.
        let [gone, come] = [gone, come].map(|keys| keys.iter().collect::<FxHashSet<&(u64, u32)>>());
        let items = gone.symmetric_difference(&come).map(|(hash, ordinal)| ItemKey { file: file.clone(), hash: *hash, ordinal: *ordinal });
        self.items.extend(items);
        let shared = before.zip(after).and_then(|(before, after)| after.changed_names(before));
        let names = match shared {
            Some((names, exported)) => names.into_iter().chain(exported.iter().map(exported_name)).collect(),
            None => names_of_changed(before, after, first, last),
        };
        for name in names {
            if before.map(|module| module.meaning(&name)) != after.map(|module| module.meaning(&name)) {
                self.names.insert((file.clone(), name));
            }
        }
        if before.map(|module| &module.model.directives) != after.map(|module| &module.model.directives) {
            self.names.insert((file.clone(), Name::new_static(DIRECTIVES)));
        }
        if before.map(Module::imported) != after.map(Module::imported) {
            self.names.insert((file.clone(), Name::new_static(IMPORTS)));
        }
        // A file that begins or ends to re-export everything changes the meaning of names it does not know.
        if before.map(|module| &module.stars) != after.map(|module| &module.stars) {
            self.names.insert((file.clone(), Name::new_static("*")));
        }
    }

    /// Of which a walk must have read one to be touched by this. `None`: that cannot be told.
    pub(super) fn signs(&self) -> Option<Vec<Sign>> {
        let is_any = self.names.iter().any(|(_, name)| name == "*");
        (!is_any).then(|| self.items.iter().map(Sign::of).chain(self.names.iter().map(Sign::of)).collect())
    }

    /// Could a walk that read this find something else now?
    pub(super) fn touch(&self, reads: &Reads) -> bool {
        let smaller = |file: &FileId| self.files.contains(file);
        self.items.iter().any(|item| reads.items.contains(item))
            || self.names.iter().any(|name| reads.names.contains(name))
            || self.names.iter().any(|(file, name)| name == "*" && smaller(file) && reads.names.iter().any(|(known, _)| known == file))
    }
}

fn exported_name(name: &Name) -> Name {
    Name::from(format!("export {name}"))
}

/// Only what a changed item defines or exports can mean something else. The first and last items are the same in both.
fn names_of_changed(before: Option<&Module>, after: Option<&Module>, first: usize, last: usize) -> FxHashSet<Name> {
    let mut names: FxHashSet<Name> = FxHashSet::default();
    for (module, other) in [(before, after), (after, before)] {
        let Some(module) = module else { continue };
        let changed = first as u32..(module.keys().len() - last) as u32;
        let is_changed = |all: &[(u32, Definition)]| all.is_empty() || all.iter().any(|(item, _)| changed.contains(item));
        names.extend(module.definitions.iter().filter(|(_, all)| is_changed(all)).map(|(name, _)| name.clone()));
        let exported = module.exports.iter().filter(|(name, all)| {
            let export = all.last().map(|(_, export)| export);
            other.is_none_or(|other| other.exports.last(name) != export)
                || match export {
                    Some(Export::Local(local)) => is_changed(module.definitions.get(local)),
                    Some(Export::Expression(item, _)) => changed.contains(item),
                    Some(Export::From { .. }) | None => false,
                }
        });
        names.extend(exported.map(|(name, _)| exported_name(name)));
    }
    names
}
