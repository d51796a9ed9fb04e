//! What was found, and what of it still holds after a change.
//!
//! Three kinds of walks are remembered: each top-level item (what it registers), each route, and each function that no route
//! reaches. A walk holds as long as nothing that it read has changed (`Reads`).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::Changes;
use super::handler;
use super::registry::{self, Registry};
use super::routes::{self, Registered, Route};
use super::said::Bindings;
use super::world::{Linked, is_principal_model};
use super::{File, Project, Resolver, Setup};
use crate::config::Config;
use crate::facts::event::{Event, Registration};
use crate::facts::place::{FunctionKey, ItemKey, Site};
use crate::facts::schema::Schema;
use crate::facts::scope::Module;
use crate::facts::value::{Closure, Kind, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker, is_idle};
use crate::model::FunctionId;
use crate::text::{FileId, Name, Span};

/// One walk and what came of it.
#[derive(Debug)]
pub struct RootWalk {
    pub key: RootKey,
    /// Set for routes.
    pub route: Option<Arc<Route>>,
    pub events: Vec<Event>,
    pub reads: Reads,
    pub visited: FxHashSet<FunctionKey>,
    /// Files in which something happened.
    pub files: FxHashSet<FileId>,
    /// The bound was reached: what is not there may only not have been seen.
    pub exhausted: bool,
    /// So many events were before the handler began.
    pub before_handler: usize,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RootKey {
    /// A top-level item.
    Item(ItemKey),
    /// A handler, with all that runs before it folded into a number.
    Route(Site, u64),
    Function(FunctionKey),
}

impl RootKey {
    pub fn file(&self) -> &FileId {
        match self {
            RootKey::Item(item) => &item.file,
            RootKey::Route(site, _) => &site.item.file,
            RootKey::Function(function) => &function.item.file,
        }
    }
}

/// The routes of a project, each with the name of its walk.
pub type Routes = Arc<Vec<(RootKey, Arc<Route>)>>;

#[derive(Default)]
pub struct Session {
    walks: FxHashMap<RootKey, Arc<RootWalk>>,
    /// The version of each file that the walks were made for.
    seen: FxHashMap<FileId, Option<Arc<Module>>>,
    /// The files as they were when the project last gathered them: what is not among its changes since is as it was.
    gathered: Option<Arc<FxHashMap<FileId, File>>>,
    /// What each file registers, in order of the files.
    registries: BTreeMap<FileId, Registry>,
    /// Files without a registry, and whether the one they had said anything.
    unregistered: BTreeMap<FileId, bool>,
    resolver: Option<Arc<Resolver>>,
    config: Option<Arc<Config>>,
    schema: Option<Arc<Schema>>,
    setup: Arc<Setup>,
    bindings: Option<Arc<Bindings>>,
    routes: Option<Routes>,
    /// Every root of the project has been walked at least once.
    complete: bool,
    /// Walks made since the beginning: what a test of reuse counts.
    pub made: u64,
}

impl Session {
    /// Brings what is remembered up to a new state: walks that read something that changed are forgotten.
    pub fn update(&mut self, project: &Project, config: &Arc<Config>) {
        let same_resolver = self.resolver.as_ref().is_some_and(|resolver| Arc::ptr_eq(resolver, project.resolver()));
        let same_config = self.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config) || known == config);
        if !same_resolver || !same_config {
            *self = Session { made: self.made, resolver: Some(Arc::clone(project.resolver())), config: Some(Arc::clone(config)), ..Session::default() };
        }
        let changes = self.changes(project);
        let people = self.other_people(project);
        self.rebind(project);
        let bound = self.otherwise_bound(project);
        if changes.is_empty() && people.is_empty() && bound.is_empty() {
            return;
        }
        let mut touched: FxHashSet<FileId> = changes.files.clone();
        touched.extend(bound);
        self.walks.retain(|key, walk| {
            let holds = !changes.touch(&walk.reads) && walk.reads.models.is_disjoint(&people);
            if !holds && let RootKey::Item(item) = key {
                touched.insert(item.file.clone());
            }
            holds
        });
        touched.extend(self.registries.iter().filter(|(_, registry)| changes.touch(&registry.reads)).map(|(file, _)| file.clone()));
        for file in touched {
            let said = self.registries.remove(&file).is_some_and(|registry| !registry.is_empty());
            *self.unregistered.entry(file).or_default() |= said;
        }
    }

    /// What a configuration binds is a registration of the file that has the function.
    fn rebind(&mut self, project: &Project) {
        if Arc::ptr_eq(&self.setup, project.setup()) {
            return;
        }
        for file in project.setup().rebound(&self.setup) {
            let said = self.registries.remove(&file).is_some_and(|registry| !registry.is_empty());
            *self.unregistered.entry(file).or_default() |= said;
        }
        self.setup = Arc::clone(project.setup());
    }

    /// The models that walks asked about and whose rows have become people who sign in, or no longer are.
    fn other_people(&mut self, project: &Project) -> FxHashSet<Name> {
        let before = self.schema.replace(Arc::clone(project.schema()));
        let Some(before) = before.filter(|before| !Arc::ptr_eq(before, project.schema())) else { return FxHashSet::default() };
        let asked: FxHashSet<&Name> = self.walks.values().flat_map(|walk| &walk.reads.models).collect();
        let differs = |model: &Name| is_principal_model(&before, model) != is_principal_model(project.schema(), model);
        asked.into_iter().filter(|model| differs(model)).cloned().collect()
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

    /// What is other than it was, and what it is now is remembered.
    fn changes(&mut self, project: &Project) -> Changes {
        let mut changes = Changes::default();
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
        if self.gathered.as_ref().is_some_and(|gathered| Arc::ptr_eq(gathered, &project.files)) {
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
    /// project is complete that is the file's own.
    pub fn file(&mut self, project: &Project, config: &Config, file: &FileId, cancelled: &dyn Fn() -> bool) -> Option<Vec<Arc<RootWalk>>> {
        let world = Linked::new(project, config);
        let mut cache = ModuleCache::default();
        let complete = self.complete;
        let routes = self.routes(&world, &mut cache, (!complete).then_some(file), cancelled)?;
        let mut visited: FxHashSet<FunctionKey> = FxHashSet::default();
        for (key, route) in routes.iter() {
            if cancelled() {
                return None;
            }
            let own = key.file() == file || route.function().is_some_and(|function| function.item.file == *file);
            if complete || own {
                let walk = self.route(&world, &mut cache, key, route);
                if walk.files.contains(file) {
                    visited.extend(walk.visited.iter().filter(|function| function.item.file == *file).cloned());
                }
            }
        }
        self.functions(&world, &mut cache, file, &visited, cancelled)?;
        let mut walks: Vec<(&RootKey, &Arc<RootWalk>)> = self.walks.iter().filter(|(_, walk)| walk.files.contains(file)).collect();
        walks.sort_by(|a, b| a.0.cmp(b.0));
        Some(walks.into_iter().map(|(_, walk)| Arc::clone(walk)).collect())
    }

    /// Walks everything.
    pub fn all(&mut self, project: &Project, config: &Config, cancelled: &dyn Fn() -> bool) -> Option<Vec<Arc<RootWalk>>> {
        let world = Linked::new(project, config);
        let mut cache = ModuleCache::default();
        let routes = self.routes(&world, &mut cache, None, cancelled)?;
        let mut visited: FxHashSet<FunctionKey> = FxHashSet::default();
        for (key, route) in routes.iter() {
            if cancelled() {
                return None;
            }
            let walk = self.route(&world, &mut cache, key, route);
            visited.extend(walk.visited.iter().cloned());
        }
        let mut files: Vec<&FileId> = project.files().filter(|(_, known)| known.module.is_some()).map(|(file, _)| file).collect();
        files.sort();
        for file in files {
            self.functions(&world, &mut cache, file, &visited, cancelled)?;
        }
        self.complete = true;
        let mut walks: Vec<(&RootKey, &Arc<RootWalk>)> = self.walks.iter().collect();
        walks.sort_by(|a, b| a.0.cmp(b.0));
        Some(walks.into_iter().map(|(_, walk)| Arc::clone(walk)).collect())
    }

    /// Has everything been walked, so that what is said of a file takes all others into account?
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many walks are remembered.
    pub fn len(&self) -> usize {
        self.walks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.walks.is_empty()
    }

    /// How many data accesses and SQL texts were seen.
    pub fn counts(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for event in self.walks.values().flat_map(|walk| &walk.events) {
            match event {
                Event::Access(_) => counts.0 += 1,
                Event::Sink(_) => counts.1 += 1,
                _ => {}
            }
        }
        counts
    }

    /// The routes as they were found last.
    pub fn known_routes(&self) -> Option<Routes> {
        self.routes.clone()
    }

    fn routes(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, only: Option<&FileId>, cancelled: &dyn Fn() -> bool) -> Option<Routes> {
        let differ = self.register(world, cache, only, cancelled)?;
        if let (Some(routes), false) = (&self.routes, differ) {
            return Some(Arc::clone(routes));
        }
        let of_interest = || self.registries.iter().filter(|(file, _)| only.is_none_or(|only| only == *file));
        let registered: Vec<Registered> =
            of_interest().map(|(file, registry)| Registered { file: file.clone(), all: Arc::clone(&registry.registered) }).collect();
        let mut routes = routes::compose(&registered);
        routes.extend(of_interest().flat_map(|(_, registry)| registry.conventional.iter().cloned()));
        let routes: Vec<(RootKey, Arc<Route>)> =
            routes.into_iter().map(|route| (RootKey::Route(route.site.clone(), route.digest()), Arc::new(route))).collect();
        let live: FxHashSet<&RootKey> = routes.iter().map(|(key, _)| key).collect();
        self.walks.retain(|key, _| !matches!(key, RootKey::Route(..)) || live.contains(key));
        let routes = Arc::new(routes);
        self.routes = only.is_none().then(|| Arc::clone(&routes));
        Some(routes)
    }

    /// Finds out what the files register of which that is not known. True if the routes may be others than before.
    fn register(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, only: Option<&FileId>, cancelled: &dyn Fn() -> bool) -> Option<bool> {
        let files: Vec<FileId> = match only {
            Some(only) => self.unregistered.contains_key(only).then(|| only.clone()).into_iter().collect(),
            None => self.unregistered.keys().cloned().collect(),
        };
        let mut differ = false;
        for file in files {
            if cancelled() {
                // Files that are done already are not looked at again, so what they say must be put together next time.
                self.routes = self.routes.take().filter(|_| !differ);
                return None;
            }
            differ |= self.unregistered.get(&file).copied().unwrap_or_default();
            let module = world.project.file(&file).and_then(|known| known.module.clone());
            if let Some(module) = module {
                let registry = self.registry(world, cache, &file, &module);
                differ |= !registry.is_empty();
                self.registries.insert(file.clone(), registry);
            }
            self.unregistered.remove(&file);
        }
        Some(differ)
    }

    fn registry(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>) -> Registry {
        let mut items = Vec::new();
        let mut registered: Vec<Registration> = Vec::new();
        for (index, (item, placed)) in module.items.iter().zip(&module.model.segments).enumerate() {
            if is_idle(&placed.segment) {
                continue;
            }
            let key = RootKey::Item(item.clone());
            let walk = match self.walks.get(&key) {
                Some(walk) => Arc::clone(walk),
                None => {
                    let mut walker = Walker::new(world, cache);
                    walker.top_level(module, index);
                    self.keep(key.clone(), None, walker)
                }
            };
            items.push(key);
            registered.extend(walk.events.iter().filter_map(|event| match event {
                Event::Registration(registration) => Some(registration.clone()),
                _ => None,
            }));
        }
        let (conventional, reads) = registry::conventional(world, cache, file, module);
        Registry { items, registered: registered.into(), conventional, reads }
    }

    fn route(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, key: &RootKey, route: &Arc<Route>) -> Arc<RootWalk> {
        if let Some(walk) = self.walks.get(key) {
            return Arc::clone(walk);
        }
        let mut walker = Walker::new(world, cache);
        handler::walk(&mut walker, route);
        self.keep(key.clone(), Some(Arc::clone(route)), walker)
    }

    /// The functions of a file that no route came through, each on its own.
    fn functions(
        &mut self,
        world: &Linked<'_>,
        cache: &mut ModuleCache,
        file: &FileId,
        reached: &FxHashSet<FunctionKey>,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<()> {
        let Some(module) = world.project.file(file).and_then(|known| known.module.clone()) else { return Some(()) };
        let items = self.registries.get(file).into_iter().flat_map(|registry| &registry.items).filter_map(|key| self.walks.get(key));
        let mut visited: FxHashSet<FunctionKey> = items.flat_map(|walk| walk.visited.iter().filter(|function| function.item.file == *file).cloned()).collect();
        let mut live: FxHashSet<RootKey> = FxHashSet::default();
        for (index, item) in module.items.iter().enumerate() {
            if cancelled() {
                return None;
            }
            let Some(placed) = module.model.segments.get(index) else { continue };
            let mut functions: Vec<(Span, FunctionId)> =
                placed.segment.functions.iter().enumerate().map(|(id, function)| (function.span, FunctionId(id as u32))).collect();
            // Outer before inner: what an outer one comes through is not walked again.
            functions.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
            for (_, function) in functions {
                let key = FunctionKey { item: item.clone(), function };
                if reached.contains(&key) || visited.contains(&key) {
                    continue;
                }
                let root = RootKey::Function(key.clone());
                live.insert(root.clone());
                let walk = match self.walks.get(&root) {
                    Some(walk) => Arc::clone(walk),
                    None => {
                        let mut walker = Walker::new(world, cache);
                        let closure =
                            Closure { item: item.clone(), function, captured: None, this: None, class: None, bound: Vec::new(), assumes: Default::default() };
                        let value = Value::new(Kind::Function(Arc::new(closure)));
                        walker.root(&value, Vec::new());
                        self.keep(root, None, walker)
                    }
                };
                visited.extend(walk.visited.iter().cloned());
            }
        }
        self.walks.retain(|key, _| !matches!(key, RootKey::Function(function) if function.item.file == *file) || live.contains(key));
        Some(())
    }

    fn keep(&mut self, key: RootKey, route: Option<Arc<Route>>, walker: Walker<'_>) -> Arc<RootWalk> {
        self.made += 1;
        let exhausted = walker.is_exhausted();
        let mut files: FxHashSet<FileId> = walker.visited.iter().map(|function| function.item.file.clone()).collect();
        files.insert(key.file().clone());
        files.extend(walker.home.iter().map(|home| home.item.file.clone()));
        let walk = Arc::new(RootWalk {
            key: key.clone(),
            route,
            events: walker.events,
            reads: walker.reads,
            visited: walker.visited,
            files,
            exhausted,
            before_handler: walker.before_handler,
        });
        self.walks.insert(key, Arc::clone(&walk));
        walk
    }
}
