//! What was found, and what of it still holds after a change.
//!
//! Three kinds of walks are remembered: each top-level item (what it registers), each route, and each function that no route
//! reaches. A walk holds as long as nothing that it read has changed (`Reads`). Everything that is put together from walks is
//! kept up with what comes and goes, so that an edit costs what it changes and not what the file is long.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::Changes;
use super::followed::{Followed, Ways};
use super::handler;
use super::registry::Named;
use super::roots::{Ground, Roots};
use super::routing::Routing;
use super::said::Bindings;
use super::soon::{First, MOST_RECALLED, is_much, is_own};
pub use super::walks::{Became, News, RootKey, RootWalk};
use super::walks::{Fresh, Walks};
use super::workers::{Worker, Workers};
use super::world::is_principal_model;
use super::{File, Project, Resolver, Setup};
use crate::config::Config;
use crate::facts::schema::Schema;
use crate::facts::scope::Module;
use crate::facts::walk::{ModuleCache, Reads, Walker};
use crate::text::{FileId, Name};

#[derive(Default)]
pub struct Session {
    walks: Walks,
    /// The version of each file that the walks were made for.
    seen: FxHashMap<FileId, Option<Arc<Module>>>,
    /// The files as they were when the project last gathered them: what is not among its changes since is as it was.
    gathered: Option<Arc<FxHashMap<FileId, File>>>,
    /// The files that were among its changes when it was last seen: a project that does not have them among its own is an earlier one.
    changed: FxHashSet<FileId>,
    routing: Routing,
    /// Files whose registries are not what they were.
    unregistered: BTreeSet<FileId>,
    /// The files that were asked for last, and their functions.
    roots: FxHashMap<FileId, Roots>,
    resolver: Option<Arc<Resolver>>,
    ways: Ways,
    /// What walks looked for by names, to see what it leads to once files come or go.
    followed: Followed,
    config: Option<Arc<Config>>,
    schema: Option<Arc<Schema>>,
    setup: Arc<Setup>,
    bindings: Option<Arc<Bindings>>,
    /// What walks of single files found on their way: values of module-level names, and calls.
    kept: Option<ModuleCache>,
    /// Every root of the project has been walked at least once.
    complete: bool,
    step: Step,
    /// Somebody waits for it, and does nothing else meanwhile: all processors may work.
    is_waited_for: bool,
}

/// How far walking everything has come. What there is to do is known bit by bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Step {
    pub done: usize,
    pub total: usize,
}

/// Which files are asked what they register.
#[derive(Clone, Copy)]
enum Scope<'a> {
    /// This one alone, while the others are not known.
    Only(&'a FileId),
    /// These; what the others registered holds for now.
    Some(&'a BTreeSet<FileId>),
    All,
}

/// So many are walked while nobody waits, before it is looked whether somebody does.
const MOST_AT_A_TIME: usize = 32;

/// Of how many files the functions are kept up: more than anybody writes in at a time.
const MOST_FOLLOWED: usize = 32;

impl Session {
    /// Brings what is remembered up to a new state: walks that read something that changed are forgotten.
    pub fn update(&mut self, project: &Project, config: &Arc<Config>) {
        let same_resolver = self.resolver.as_ref().is_some_and(|resolver| Arc::ptr_eq(resolver, project.resolver()));
        let same_config = self.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config) || known == config);
        let is_kept = same_config && (same_resolver || self.is_gathered(project) && self.ways.still_lead(project, &self.seen));
        let led_elsewhere = if is_kept && !same_resolver { self.followed.led_elsewhere(project) } else { FxHashSet::default() };
        self.resolver = Some(Arc::clone(project.resolver()));
        if !is_kept {
            *self = Session {
                walks: self.walks.begun_anew(),
                resolver: Some(Arc::clone(project.resolver())),
                ways: Ways::of(project),
                config: Some(Arc::clone(config)),
                is_waited_for: self.is_waited_for,
                ..Session::default()
            };
        }
        let changes = self.changes(project);
        let people = self.other_people(project);
        self.rebind(project);
        let bound = self.otherwise_bound(project);
        if changes.is_empty() && people.is_empty() && bound.is_empty() && led_elsewhere.is_empty() {
            return;
        }
        let changes = Arc::new(changes);
        if let Some(kept) = &mut self.kept {
            let (changes, led_elsewhere) = (Arc::clone(&changes), led_elsewhere.clone());
            kept.change(Box::new(move |reads: &Reads| changes.touch(reads) || reads.any_of(&led_elsewhere)));
        }
        let mut touched: FxHashSet<FileId> = changes.files.clone();
        touched.extend(bound);
        touched.extend(led_elsewhere.iter().cloned());
        // Before all is known, what a file is answered with depends on what was asked before: there nothing is put off.
        let complete = self.complete;
        let is_due = |key: &RootKey| complete && self.routing.is_live(key);
        let mut gone = self.walks.forget_changed(&changes, &people, &is_due);
        gone.extend(self.walks.forget_readers(&led_elsewhere, &is_due));
        for walk in gone {
            match (&walk.key, &walk.route) {
                (RootKey::Item(item), _) => {
                    if let Some(registry) = self.routing.registries.get_mut(&item.file) {
                        registry.forget(item);
                    }
                    touched.insert(item.file.clone());
                }
                (key, Some(route)) => self.routing.forget(key, route),
                (_, None) => {}
            }
        }
        touched.extend(
            self.routing
                .registries
                .iter()
                .filter(|(_, registry)| changes.touch(&registry.reads) || registry.reads.any_of(&led_elsewhere))
                .map(|(file, _)| file.clone()),
        );
        self.unregistered.extend(touched);
    }

    /// What a configuration binds is a registration of the file that has the function.
    fn rebind(&mut self, project: &Project) {
        if !Arc::ptr_eq(&self.setup, project.setup()) {
            self.unregistered.extend(project.setup().rebound(&self.setup));
            self.setup = Arc::clone(project.setup());
        }
    }

    /// The files whose functions are no longer named by the API descriptions that named them, or are by others.
    fn otherwise_bound(&mut self, project: &Project) -> Vec<FileId> {
        let now = project.bindings();
        let before = self.bindings.replace(Arc::clone(now)).unwrap_or_default();
        if Arc::ptr_eq(&before, now) {
            return Vec::new();
        }
        let mut files: FxHashSet<&FileId> = before.keys().chain(now.keys()).collect();
        files.retain(|file| before.get(*file) != now.get(*file));
        files.into_iter().cloned().collect()
    }

    /// The models that walks asked about and whose rows have become people who sign in, or no longer are.
    fn other_people(&mut self, project: &Project) -> FxHashSet<Name> {
        let before = self.schema.replace(Arc::clone(project.schema()));
        let Some(before) = before.filter(|before| !Arc::ptr_eq(before, project.schema())) else { return FxHashSet::default() };
        // It is not known which models these asked about.
        self.kept = None;
        let asked: FxHashSet<&Name> = self.walks.values().flat_map(|walk| &walk.reads.models).collect();
        let differs = |model: &Name| is_principal_model(&before, model) != is_principal_model(project.schema(), model);
        asked.into_iter().filter(|model| differs(model)).cloned().collect()
    }

    /// Is all as it was that is not among the project's changes?
    fn is_gathered(&self, project: &Project) -> bool {
        self.gathered.as_ref().is_some_and(|gathered| Arc::ptr_eq(gathered, &project.files))
            && self.changed.iter().all(|file| project.changed.contains_key(file))
    }

    /// What is other than it was, and what it is now is remembered.
    fn changes(&mut self, project: &Project) -> Changes {
        let mut changes = Changes::default();
        let is_gathered = self.is_gathered(project);
        self.changed = project.changed.keys().cloned().collect();
        let mut look = |file: &FileId, known: Option<&File>| {
            let before = self.seen.get(file);
            let after = known.map(|known| known.module.clone());
            match (before, &after) {
                (Some(Some(before)), Some(Some(after))) if Arc::ptr_eq(before, after) => return,
                (Some(None), Some(None)) | (None, None) => return,
                _ => {}
            }
            changes.note(file, before.and_then(|before| before.as_deref()), after.as_ref().and_then(|after| after.as_deref()));
            match after {
                Some(after) => self.seen.insert(file.clone(), after),
                None => self.seen.remove(file),
            };
        };
        if is_gathered {
            project.changed.iter().for_each(|(file, known)| look(file, known.as_ref()));
            return changes;
        }
        project.files().for_each(|(file, known)| look(file, Some(known)));
        if self.seen.len() > project.files().count() {
            let gone: Vec<FileId> = self.seen.keys().filter(|file| project.file(file).is_none()).cloned().collect();
            for file in gone {
                let before = self.seen.remove(&file).flatten();
                changes.note(&file, before.as_deref(), None);
            }
        }
        self.gathered = Some(Arc::clone(&project.files));
        changes
    }

    /// Walks all that is needed to speak about one file: its own roots, and those known to reach into it. Before the
    /// project is complete that is the file's own. `told`, where somebody waits: if more than anybody waits for would have to be walked
    /// again, only some are (`soon`), these among them. Says whether that is all there is to walk; `None` if cancelled.
    pub fn file(
        &mut self,
        project: &Project,
        config: &Config,
        file: &FileId,
        told: Option<&BTreeSet<RootKey>>,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<bool> {
        let mut workers = Workers::alone(project, config, self.kept.take().unwrap_or_else(ModuleCache::recalling));
        let done = self.file_by(&mut workers, file, told, cancelled);
        self.followed.learn(workers.followed());
        self.kept = Some(workers.into_cache());
        done
    }

    fn file_by(&mut self, workers: &mut Workers<'_>, file: &FileId, told: Option<&BTreeSet<RootKey>>, cancelled: &(dyn Fn() -> bool + Sync)) -> Option<bool> {
        let complete = self.complete;
        let told = told.filter(|_| complete && is_much(&self.walks, self.routing.unwalked(&self.walks), self.unregistered.len()));
        let first = told.map(|told| {
            let due: Vec<Named> = self.routing.unwalked(&self.walks).cloned().collect();
            First::of(workers.one().world.project, &self.walks, file, &due, told)
        });
        let scope = match &first {
            Some(first) => Scope::Some(&first.files),
            None if complete => Scope::All,
            None => Scope::Only(file),
        };
        self.routes(workers.one(), scope, &mut |_, _| {}, cancelled)?;
        let is_wanted = |named: &Named| match &first {
            Some(first) => first.is_among(named),
            None => complete || is_own(named, file),
        };
        self.walk_routes(workers, &mut |named| is_wanted(named), true, &mut |_, _| {}, cancelled)?;
        self.functions(workers.one(), file, cancelled)?;
        Some(first.is_none())
    }

    /// Walks some of the routes that are due, once all was walked. Says whether that were all of them; `None` if cancelled.
    pub fn go_on(&mut self, project: &Project, config: &Config, cancelled: &(dyn Fn() -> bool + Sync)) -> Option<bool> {
        let mut workers = Workers::alone(project, config, self.kept.take().unwrap_or_else(ModuleCache::recalling));
        let mut taken = 0;
        let mut is_among = |_: &Named| {
            taken += 1;
            taken <= MOST_AT_A_TIME
        };
        let done = self.routes(workers.one(), Scope::All, &mut |_, _| {}, cancelled);
        let done = done.and_then(|()| self.walk_routes(&mut workers, &mut is_among, false, &mut |_, _| {}, cancelled));
        self.followed.learn(workers.followed());
        self.kept = Some(workers.into_cache());
        done.map(|()| self.routing.unwalked(&self.walks).next().is_none())
    }

    /// A session that is asked once, and tells what it finds while it does.
    pub fn once() -> Session {
        Session { walks: Walks::once(), ..Session::waited_for() }
    }

    /// A session whose answers somebody waits for.
    pub fn waited_for() -> Session {
        Session { is_waited_for: true, ..Session::default() }
    }

    /// Walks everything. `told` is given what is found, bit by bit, by a session that keeps nothing. `None` if cancelled.
    pub fn all(&mut self, project: &Project, config: &Config, told: &mut dyn FnMut(News, Step), cancelled: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        let mut workers = Workers::new(project, config, self.most_workers());
        let done = self.all_by(&mut workers, project, config, told, cancelled);
        if !self.walks.is_once {
            self.followed.learn(workers.followed());
        }
        done
    }

    fn all_by(
        &mut self,
        workers: &mut Workers<'_>,
        project: &Project,
        config: &Config,
        told: &mut dyn FnMut(News, Step),
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<()> {
        let spoken_of = project.files().filter(|(file, known)| known.module.is_some() && project.is_spoken_of(file, config));
        let mut files: Vec<&FileId> = spoken_of.map(|(file, _)| file).collect();
        files.sort();
        self.step = Step { done: 0, total: files.len() };
        self.routes(workers.one(), Scope::All, told, cancelled)?;
        self.walk_routes(workers, &mut |_| true, true, told, cancelled)?;
        let (followed, files): (Vec<&FileId>, Vec<&FileId>) = files.into_iter().partition(|file| self.roots.contains_key(*file));
        for file in followed {
            self.step.done += 1;
            self.functions(workers.one(), file, cancelled)?;
            self.tell(told);
        }
        for files in files.chunks(workers.pieces()) {
            let walks = &self.walks;
            let roots = |worker: &mut Worker<'_>, file: &&FileId| {
                let Some(module) = project.file(file).and_then(|known| known.module.clone()) else { return Some(Fresh::default()) };
                let mut ground = Ground::new(worker, walks);
                Roots::all(&mut ground, &module, cancelled).map(|_| ground.fresh())
            };
            for fresh in workers.each(files, roots, cancelled)? {
                self.step.done += 1;
                self.walks.learn(fresh?);
                self.tell(told);
            }
        }
        self.complete = true;
        Some(())
    }

    /// How many may work on what was found.
    pub fn hands(&self) -> usize {
        if self.is_waited_for { self.most_workers() } else { 1 }
    }

    /// Where nobody waits somebody writes, and wants to be answered.
    fn most_workers(&self) -> usize {
        let threads = rayon::current_num_threads();
        if self.is_waited_for { threads } else { threads.div_ceil(2) }
    }

    fn tell(&mut self, told: &mut dyn FnMut(News, Step)) {
        // Who keeps the walks gives the news at the end.
        let news = if self.walks.is_once { self.news() } else { News::default() };
        told(news, self.step);
    }

    /// What came and went since this was last asked.
    pub fn news(&mut self) -> News {
        std::mem::take(&mut self.walks.news)
    }

    /// All walks, in no order.
    pub fn walks(&self) -> impl Iterator<Item = &Arc<RootWalk>> {
        self.walks.values()
    }

    /// All walks, by name.
    pub fn sorted_walks(&self) -> Vec<Arc<RootWalk>> {
        self.walks.sorted()
    }

    /// Has everything been walked, so that what is said of a file takes all others into account?
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Walks made since the beginning: what a test of reuse counts.
    pub fn made(&self) -> u64 {
        self.walks.made
    }

    /// The steps of these walks.
    pub fn steps(&self) -> u64 {
        self.walks.steps
    }

    /// How many data accesses and SQL texts were seen.
    pub fn counts(&self) -> (usize, usize) {
        (self.walks.accesses, self.walks.queries)
    }

    /// The routes as they were found last, each with the name of its walk.
    pub fn known_routes(&self) -> Option<Vec<Named>> {
        self.routing.routes()
    }

    /// Finds out what the files register of which that is not known, and puts the routes together.
    fn routes(&mut self, worker: &mut Worker<'_>, scope: Scope<'_>, told: &mut dyn FnMut(News, Step), cancelled: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        let files: Vec<FileId> = match scope {
            Scope::Only(only) => self.unregistered.contains(only).then(|| only.clone()).into_iter().collect(),
            Scope::Some(some) => self.unregistered.intersection(some).cloned().collect(),
            Scope::All => self.unregistered.iter().cloned().collect(),
        };
        self.step.total += files.len();
        for file in files {
            self.step.done += 1;
            if cancelled() {
                return None;
            }
            self.register(worker, &file);
            self.unregistered.remove(&file);
            self.tell(told);
        }
        let only = if let Scope::Only(only) = scope { Some(only) } else { None };
        self.routing.compose(only, &mut self.walks);
        Some(())
    }

    fn register(&mut self, Worker { world, cache }: &mut Worker<'_>, file: &FileId) {
        let mut registry = self.routing.registries.remove(file).unwrap_or_default();
        let leading = std::mem::take(&mut registry.leading);
        let module = world.project.file(file).and_then(|known| known.module.clone());
        let Some(module) = module else {
            let before = registry.withdraw();
            if !registry.gates.is_empty() {
                self.routing.gate_gone();
            }
            return self.routing.learn(file, None, &leading, before);
        };
        let mut gone: Vec<_> = registry.follow(&module).into_iter().filter_map(|entry| entry.registering.map(|registering| *registering)).collect();
        gone.extend(registry.learn(world, cache, &mut self.walks));
        let mut before: Vec<Named> = gone.into_iter().filter_map(|registering| registering.composed).flat_map(|(_, routes)| routes).collect();
        before.extend(registry.learn_conventional(world, cache, file));
        self.routing.learn(file, Some(registry), &leading, before);
    }

    fn walk_routes(
        &mut self,
        workers: &mut Workers<'_>,
        wanted: &mut dyn FnMut(&Named) -> bool,
        recalls: bool,
        told: &mut dyn FnMut(News, Step),
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<()> {
        let (due, others): (Vec<Named>, Vec<Named>) = self.routing.take_unwalked(&self.walks).into_iter().partition(wanted);
        self.step.total += due.len() + others.len();
        self.step.done += others.len();
        self.routing.give_back(others);
        let recalls = recalls && due.len() <= MOST_RECALLED;
        // One alone remembers calls; where that is of no use, and somebody waits, others help.
        let hands = if recalls || !workers.is_one() { 1 } else { self.hands() };
        let world = &workers.one().world;
        let mut helped = (hands > 1).then(|| Workers::new(world.project, world.config, hands));
        let workers = helped.as_mut().unwrap_or(workers);
        let mut rest = due.as_slice();
        while let Some((routes, after)) = rest.split_at_checked(workers.pieces().min(rest.len())).filter(|_| !rest.is_empty()) {
            let walk = |Worker { world, cache }: &mut Worker<'_>, (key, route): &Named| {
                let mut walker = Walker::new(world, cache);
                if recalls {
                    walker.recall_as(&(key.file(), handler::name(world.project, route), &route.methods, route.path.as_deref()));
                }
                handler::walk(&mut walker, route);
                RootWalk::of(key.clone(), Some(Arc::clone(route)), walker)
            };
            let Some(walks) = workers.each(routes, walk, cancelled) else {
                self.routing.give_back(rest.iter().cloned());
                return None;
            };
            for walk in walks {
                self.step.done += 1;
                if self.walks.get(&walk.key).is_none() {
                    self.walks.keep(walk);
                }
                self.tell(told);
            }
            rest = after;
        }
        if let Some(helped) = helped {
            self.followed.learn(helped.followed());
        }
        Some(())
    }

    /// The functions of a file that no route came through, each on its own.
    fn functions(&mut self, worker: &mut Worker<'_>, file: &FileId, cancelled: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        let known = self.roots.remove(file);
        let (project, config) = (worker.world.project, worker.world.config);
        let spoken_of = project.is_spoken_of(file, config);
        let Some(module) = project.file(file).filter(|_| spoken_of).and_then(|known| known.module.clone()) else {
            self.walks.follow(file, false);
            return Some(());
        };
        let followed = self.walks.followed(file);
        let mut ground = Ground::new(worker, &self.walks);
        let mut roots = known.unwrap_or_else(|| Roots::new(&module));
        let is_followed = roots.follow(&mut ground, &module, &followed);
        if !is_followed {
            roots = Roots::all(&mut ground, &module, cancelled)?;
        }
        self.walks.learn(ground.fresh());
        if !is_followed {
            self.walks.follow(file, true);
        }
        if self.roots.len() >= MOST_FOLLOWED {
            self.roots.drain().for_each(|(file, _)| self.walks.follow(&file, false));
        }
        self.roots.insert(file.clone(), roots);
        Some(())
    }
}
