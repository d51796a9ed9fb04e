//! What a file registers: the routes that its top level declares, and those that its place and its exports make of it.

use std::sync::Arc;

use super::conventions::conventional;
use super::gates::{self, Gate};
use super::makers::{called, maker, makes_app, registered};
use super::routers::{Registered, Registrations};
use super::routes::Route;
use super::walks::{RootKey, RootWalk, Walks};
use super::world::Linked;
use crate::facts::place::ItemKey;
use crate::facts::scope::Module;
use crate::facts::walk::{ModuleCache, Reads, Walker, is_idle};
use crate::text::{FileId, common_ends};

/// What one file registers, and what that was found from. Holds until one of its walks, or what `reads` names, changes.
#[derive(Default)]
pub(super) struct Registry {
    module: Option<Arc<Module>>,
    /// One for each item.
    pub items: Vec<Entry>,
    pub conventional: Vec<Route>,
    /// Those with what runs before them, once they are among the routes of the project.
    pub announced: Option<Vec<Named>>,
    /// What in it runs before the routes of other files.
    pub gates: Vec<Gate>,
    /// They are not, or may not be, what they were.
    pub gates_differ: bool,
    /// What was read to find those.
    pub reads: Reads,
    /// The items that say something of other routes than their own, by place.
    pub leading: Vec<(u32, Registrations)>,
}

/// A route with the name of its walk.
pub(super) type Named = (RootKey, Arc<Route>);

/// What is known of an item.
#[derive(Default)]
pub(super) struct Entry {
    /// Its walk has been looked at, if it has one.
    is_known: bool,
    /// Some of its functions begin with directives.
    directs: bool,
    /// What it registers, if it does.
    pub registering: Option<Box<Registering>>,
    /// What it registers on an application that it makes, once somebody calls it.
    pub made: Option<Registrations>,
}

pub(super) struct Registering {
    pub all: Registrations,
    /// Its routes, and how many leading items of the file stood before it when they were put together.
    pub composed: Option<(usize, Vec<Named>)>,
}

impl Registry {
    /// Takes over the items of a new text, and gives back what those that are gone had registered.
    pub fn follow(&mut self, module: &Arc<Module>) -> Vec<Entry> {
        let before = self.module.replace(Arc::clone(module));
        let (old, new) = (before.as_ref().map(|module| module.keys()).unwrap_or_default(), module.keys());
        let (first, last) = common_ends(old, new, PartialEq::eq, PartialEq::eq);
        let come = (first..new.len() - last).map(|_| Entry::default());
        self.items.splice(first..old.len() - last, come).collect()
    }

    /// The walk of an item no longer holds.
    pub fn forget(&mut self, item: &ItemKey) {
        let at = self.module.as_ref().and_then(|module| module.segment_of(item));
        if let Some(entry) = at.and_then(|at| self.items.get_mut(at)) {
            entry.is_known = false;
        }
    }

    /// Looks at the items that are not known, and gives back what they had registered before.
    pub fn learn(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, walks: &mut Walks) -> Vec<Registering> {
        let Some(module) = self.module.clone() else { return Vec::new() };
        let is_spoken_of = world.project.is_spoken_of(&module.model.file, world.config);
        let mut before = Vec::new();
        for (at, (entry, placed)) in self.items.iter_mut().zip(&module.model.segments).enumerate().filter(|(_, (entry, _))| !entry.is_known) {
            let Some(item) = module.item(at) else { continue };
            before.extend(entry.registering.take().map(|registering| *registering));
            *entry = Entry { is_known: true, directs: placed.segment.functions.iter().any(|function| !function.directives.is_empty()), ..Entry::default() };
            let maker = is_spoken_of.then(|| maker(&module, &placed.segment)).flatten();
            if maker.is_none() && is_idle(&placed.segment) {
                continue;
            }
            let key = RootKey::Item(item.clone());
            let walk = match walks.get(&key) {
                Some(walk) => Arc::clone(walk),
                None => {
                    let made = maker.and_then(|function| called(world, cache, &module, at, function));
                    if made.is_none() && is_idle(&placed.segment) {
                        continue;
                    }
                    let walk = made.unwrap_or_else(|| {
                        let mut walker = Walker::new(world, cache);
                        walker.top_level(&module, at);
                        RootWalk::of(key, None, walker)
                    });
                    walks.keep(Arc::clone(&walk));
                    walk
                }
            };
            let all = registered(&walk);
            match maker {
                Some(_) => entry.made = makes_app(&item, &all).then_some(all),
                None => entry.registering = (!all.is_empty()).then(|| Box::new(Registering { all, composed: None })),
            }
        }
        self.lead();
        before
    }

    /// Finds out which of its items say something of other routes than their own.
    pub(super) fn lead(&mut self) {
        let leading = self.items.iter().zip(0..).filter_map(|(entry, at)| Some((at, &entry.registering.as_ref()?.all)));
        self.leading = leading.filter(|(_, all)| all.iter().any(Registered::leads)).map(|(at, all)| (at, Arc::clone(all))).collect();
    }

    /// Looks at what its place and its exports make of it.
    pub fn learn_conventional(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId) -> Vec<Named> {
        let Some(module) = self.module.clone() else { return Vec::new() };
        let directing: Vec<usize> = self.items.iter().enumerate().filter(|(_, entry)| entry.directs).map(|(at, _)| at).collect();
        let (routes, reads) = conventional(world, cache, file, &module, &directing);
        self.reads = reads;
        self.conventional = routes;
        let (gates, reads) = gates::gates(world, cache, file, &module);
        self.reads.add(&reads);
        self.gates_differ |= !gates.is_empty() || !self.gates.is_empty();
        self.gates = gates;
        self.announced.take().unwrap_or_default()
    }

    /// All its routes, which are to be put together again.
    pub fn withdraw(&mut self) -> Vec<Named> {
        let composed = self.items.iter_mut().filter_map(|entry| entry.registering.as_mut()?.composed.take());
        let conventional = self.announced.take().unwrap_or_default();
        composed.flat_map(|(_, routes)| routes).chain(conventional).collect()
    }
}
