//! All routes of a project, kept up with what its files register: what did not change is not put together again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::{Named, Registering, Registry};
use super::routers::{Registrations, Table};
use super::routes::{Route, named};
use super::walks::{RootKey, Walks};
use crate::facts::place::Site;
use crate::text::FileId;

#[derive(Default)]
pub(super) struct Routing {
    /// What each file registers, in order of the files.
    pub registries: BTreeMap<FileId, Registry>,
    /// The only file whose routes are of interest, while not all files are known.
    scope: Option<FileId>,
    /// Files that register something else than before.
    changed: BTreeSet<FileId>,
    /// What is said of routers has changed, so any route may have.
    all_changed: bool,
    is_made: bool,
    table: Table,
    /// How often each route was found.
    live: FxHashMap<RootKey, u32>,
    /// Routes that have no walk yet, in order.
    unwalked: Vec<Named>,
    /// Routes that were withdrawn, maybe to be found again.
    withdrawn: Vec<RootKey>,
}

impl Routing {
    /// What ran before routes by its place has gone.
    pub fn gate_gone(&mut self) {
        self.all_changed = true;
    }

    /// A file registers this now; `None` for a file that has gone. `before`: routes that it no longer has.
    pub fn learn(&mut self, file: &FileId, registry: Option<Registry>, leading_before: &[(u32, Registrations)], before: Vec<Named>) {
        self.withdraw(before);
        let leading = registry.as_ref().map(|registry| registry.leading.as_slice()).unwrap_or_default();
        let is_same = |(a, b): (&(u32, Registrations), &(u32, Registrations))| a.0 == b.0 && Arc::ptr_eq(&a.1, &b.1);
        self.all_changed |= leading.len() != leading_before.len() || !leading.iter().zip(leading_before).all(is_same);
        self.all_changed |= registry.as_ref().is_some_and(|registry| registry.gates_differ);
        self.changed.insert(file.clone());
        if let Some(registry) = registry {
            self.registries.insert(file.clone(), registry);
        }
    }

    /// Puts the routes together, those of one file only while the others are not known. Walks of routes that are gone are forgotten.
    pub fn compose(&mut self, only: Option<&FileId>, walks: &mut Walks) {
        if !self.is_made || self.scope.as_ref() != only {
            self.begin_anew(only);
        }
        self.settle_makers();
        if self.all_changed {
            let withdrawn = self.registries.values_mut().flat_map(Registry::withdraw).collect();
            self.withdraw(withdrawn);
            let known = self.registries.iter().filter(|(file, _)| only.is_none_or(|only| only == *file));
            let gates = known.clone().flat_map(|(_, registry)| registry.gates.iter().cloned()).collect();
            self.table = Table::new(known.clone().flat_map(|(file, registry)| registry.leading.iter().map(move |(at, all)| (file, *at, all))), gates);
            self.changed = known.map(|(file, _)| file.clone()).collect();
        }
        for file in std::mem::take(&mut self.changed) {
            if only.is_none_or(|only| *only == file) {
                self.compose_file(&file, walks);
            }
        }
        self.all_changed = false;
        for key in std::mem::take(&mut self.withdrawn) {
            if !self.live.contains_key(&key) {
                walks.forget(&key);
            }
        }
    }

    /// Who makes an application is followed, unless somebody calls it.
    fn settle_makers(&mut self) {
        if !self.registries.values().any(Registry::has_makers) {
            return;
        }
        let called: FxHashSet<Site> = self.registries.values().flat_map(Registry::routers).collect();
        let gone: Vec<Vec<Registering>> = self.registries.values_mut().filter_map(|registry| registry.settle_makers(&called)).collect();
        self.all_changed |= !gone.is_empty();
        self.withdraw(gone.into_iter().flatten().filter_map(|registering| registering.composed).flat_map(|(_, routes)| routes).collect());
    }

    fn begin_anew(&mut self, only: Option<&FileId>) {
        self.scope = only.cloned();
        self.is_made = true;
        self.all_changed = true;
        self.withdrawn.extend(self.live.drain().map(|(key, _)| key));
        self.unwalked.clear();
        for registry in self.registries.values_mut() {
            registry.withdraw();
        }
    }

    fn compose_file(&mut self, file: &FileId, walks: &Walks) {
        let Some(mut registry) = self.registries.remove(file) else { return };
        registry.gates_differ = false;
        if registry.announced.is_none() {
            let routes: Vec<Named> = registry.conventional.iter().map(|route| named(self.table.conventional(route))).collect();
            self.announce(&routes, walks);
            registry.announced = Some(routes);
        }
        let (mut leading, mut before) = (registry.leading.iter().map(|(at, _)| *at).peekable(), 0);
        for (entry, at) in registry.items.iter_mut().zip(0..) {
            before += usize::from(leading.next_if_eq(&at).is_some());
            let Some(registering) = &mut entry.registering else { continue };
            if registering.composed.as_ref().is_some_and(|(then, _)| *then == before) {
                continue;
            }
            let routes: Vec<Named> = self.table.routes(file, at, &registering.all).into_iter().map(named).collect();
            self.announce(&routes, walks);
            if let Some((_, gone)) = registering.composed.replace((before, routes)) {
                self.withdraw(gone);
            }
        }
        self.registries.insert(file.clone(), registry);
    }

    fn announce(&mut self, routes: &[Named], walks: &Walks) {
        for (key, route) in routes {
            *self.live.entry(key.clone()).or_default() += 1;
            if walks.get(key).is_none() {
                self.unwalked.push((key.clone(), Arc::clone(route)));
            }
        }
    }

    fn withdraw(&mut self, routes: Vec<Named>) {
        for (key, _) in routes {
            if let Some(count) = self.live.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.live.remove(&key);
                    self.withdrawn.push(key);
                }
            }
        }
    }

    /// Is this the walk of a route that is there?
    pub fn is_live(&self, key: &RootKey) -> bool {
        self.live.contains_key(key)
    }

    /// The walk of a route no longer holds.
    pub fn forget(&mut self, key: &RootKey, route: &Arc<Route>) {
        if self.live.contains_key(key) {
            self.unwalked.push((key.clone(), Arc::clone(route)));
        }
    }

    /// The routes that are to be walked; give back those that were not.
    pub fn take_unwalked(&mut self, walks: &Walks) -> Vec<Named> {
        let mut routes = std::mem::take(&mut self.unwalked);
        routes.retain(|(key, _)| self.live.contains_key(key) && walks.get(key).is_none());
        routes
    }

    /// The routes that are to be walked.
    pub fn unwalked(&self, walks: &Walks) -> impl Iterator<Item = &Named> {
        self.unwalked.iter().filter(|(key, _)| self.live.contains_key(key) && walks.get(key).is_none())
    }

    pub fn give_back(&mut self, routes: impl IntoIterator<Item = Named>) {
        self.unwalked.extend(routes);
    }

    /// All routes, once they were put together.
    pub fn routes(&self) -> Option<Vec<Named>> {
        let of_items = self.registries.values().flat_map(|registry| &registry.items).filter_map(|entry| entry.registering.as_ref()?.composed.as_ref());
        let conventional = self.registries.values().filter_map(|registry| registry.announced.as_ref()).flatten();
        (self.is_made && self.scope.is_none()).then(|| of_items.flat_map(|(_, routes)| routes).chain(conventional).cloned().collect())
    }
}
