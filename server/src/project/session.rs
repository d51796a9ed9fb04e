//! What was found, and what of it still holds after a change.
//!
//! Three kinds of walks are remembered: the top level of each file (what it registers), each route, and each function that
//! no route reaches. A walk holds as long as nothing that it read has changed (`Reads`).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::handler;
use super::routes::{self, Registered, Route};
use super::world::Linked;
use super::{Project, Resolver};
use crate::config::Config;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::{Event, Registration};
use crate::facts::place::{FunctionKey, ItemKey, Site};
use crate::facts::scope::Module;
use crate::facts::value::{Closure, Kind, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker};
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
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RootKey {
    /// The top level of a file.
    File(FileId),
    /// A handler, with all that runs before it folded into a number.
    Route(Site, u64),
    Function(FunctionKey),
}

impl RootKey {
    pub fn file(&self) -> &FileId {
        match self {
            RootKey::File(file) => file,
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
    resolver: Option<Arc<Resolver>>,
    config: Option<Arc<Config>>,
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
            self.walks.clear();
            self.seen.clear();
            self.routes = None;
            self.complete = false;
            self.resolver = Some(Arc::clone(project.resolver()));
            self.config = Some(Arc::clone(config));
        }
        let mut changes = Changes::default();
        for (file, known) in project.files() {
            match (self.seen.get(file), &known.module) {
                (Some(Some(before)), Some(after)) if Arc::ptr_eq(before, after) => continue,
                (Some(None), None) => continue,
                (before, after) => {
                    changes.note(file, before.and_then(|before| before.as_deref()), after.as_deref());
                    self.seen.insert(file.clone(), after.clone());
                }
            }
        }
        if self.seen.len() > project.files().count() {
            let gone: Vec<FileId> = self.seen.keys().filter(|file| project.file(file).is_none()).cloned().collect();
            for file in gone {
                let before = self.seen.remove(&file).flatten();
                changes.note(&file, before.as_deref(), None);
            }
        }
        if changes.is_empty() {
            return;
        }
        self.walks.retain(|key, walk| match key {
            RootKey::File(file) if changes.files.contains(file) => false,
            _ => !changes.touch(&walk.reads),
        });
        self.routes = None;
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
                visited.extend(walk.visited.iter().cloned());
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
        if let Some(routes) = &self.routes {
            return Some(Arc::clone(routes));
        }
        let mut files: Vec<(&FileId, &Arc<Module>)> =
            world.project.files().filter_map(|(file, known)| known.module.as_ref().map(|module| (file, module))).collect();
        files.sort_by_key(|(file, _)| *file);
        let mut registered = Vec::new();
        let mut all = Vec::new();
        for (file, module) in files {
            if only.is_some_and(|only| only != file) {
                continue;
            }
            if cancelled() {
                return None;
            }
            let walk = self.top(world, cache, file, module);
            let registrations: Vec<Registration> = walk
                .events
                .iter()
                .filter_map(|event| match event {
                    Event::Registration(registration) => Some(registration.clone()),
                    _ => None,
                })
                .collect();
            registered.push(Registered { file: file.clone(), all: registrations.into() });
            conventional(world, cache, file, module, &mut all);
        }
        let mut routes = routes::compose(&registered);
        routes.append(&mut all);
        let routes: Vec<(RootKey, Arc<Route>)> =
            routes.into_iter().map(|route| (RootKey::Route(route.site.clone(), digest(&route)), Arc::new(route))).collect();
        let live: FxHashSet<&RootKey> = routes.iter().map(|(key, _)| key).collect();
        self.walks.retain(|key, _| !matches!(key, RootKey::Route(..)) || live.contains(key));
        let routes = Arc::new(routes);
        if only.is_none() {
            self.routes = Some(Arc::clone(&routes));
        }
        Some(routes)
    }

    fn top(&mut self, world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>) -> Arc<RootWalk> {
        let key = RootKey::File(file.clone());
        if let Some(walk) = self.walks.get(&key) {
            return Arc::clone(walk);
        }
        let mut walker = Walker::new(world, cache);
        walker.file(module);
        self.keep(key, None, walker)
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
        let mut visited: FxHashSet<FunctionKey> = self.walks.get(&RootKey::File(file.clone())).map(|walk| walk.visited.clone()).unwrap_or_default();
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
        let walk = Arc::new(RootWalk { key: key.clone(), route, events: walker.events, reads: walker.reads, visited: walker.visited, files, exhausted });
        self.walks.insert(key, Arc::clone(&walk));
        walk
    }
}

/// Handlers known by where their file is, or by a directive.
fn conventional(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>, out: &mut Vec<Route>) {
    let path = world.project.relative(file);
    for convention in BUILT_IN.conventions() {
        let entry = &convention.entry;
        if !entry.files.is_empty() && !convention.files.is_match(path) {
            continue;
        }
        if let Some(directive) = &entry.directive
            && !module.model.directives.contains(directive)
        {
            if entry.exports.is_empty() {
                inline_actions(module, directive, &entry.framework, out);
            }
            continue;
        }
        let names: Vec<Name> = if entry.exports.iter().any(|name| name == "*") {
            let mut names: Vec<Name> = module.exports.keys().cloned().collect();
            names.sort();
            names
        } else {
            entry.exports.iter().filter(|name| module.exports.contains_key(*name)).cloned().collect()
        };
        for name in names {
            let mut walker = Walker::new(world, cache);
            let Some(handler) = walker.exported(file, &name) else { continue };
            let handler = first_function(&handler);
            let Kind::Function(closure) = handler.kind() else { continue };
            let site = Site { item: closure.item.clone(), span: function_span(world, closure).unwrap_or_default() };
            out.push(Route {
                framework: entry.framework.clone(),
                methods: if entry.methods { vec![name.clone()] } else { Vec::new() },
                path: Some(route_path(path)),
                handler: handler.clone(),
                chain: Vec::new(),
                adrift: false,
                site,
            });
        }
    }
}

/// Functions that begin with `"use server"` themselves.
fn inline_actions(module: &Arc<Module>, directive: &Name, framework: &Name, out: &mut Vec<Route>) {
    for (index, placed) in module.model.segments.iter().enumerate() {
        for (id, function) in placed.segment.functions.iter().enumerate() {
            if !function.directives.contains(directive) {
                continue;
            }
            let Some(item) = module.items.get(index) else { continue };
            let closure = Closure {
                item: item.clone(),
                function: FunctionId(id as u32),
                captured: None,
                this: None,
                class: None,
                bound: Vec::new(),
                assumes: Default::default(),
            };
            out.push(Route {
                framework: framework.clone(),
                methods: Vec::new(),
                path: None,
                handler: Value::new(Kind::Function(Arc::new(closure))),
                chain: Vec::new(),
                adrift: false,
                site: Site { item: item.clone(), span: function.span },
            });
        }
    }
}

fn first_function(value: &Value) -> Value {
    value.alternatives().into_iter().find(|value| matches!(value.kind(), Kind::Function(_))).unwrap_or_else(|| value.clone())
}

fn function_span(world: &Linked<'_>, closure: &Closure) -> Option<Span> {
    let module = world.project.file(&closure.item.file)?.module.as_ref()?;
    let segment = &module.model.segments.get(module.segment_of(&closure.item)?)?.segment;
    Some(segment.functions.get(closure.function.0 as usize)?.span)
}

/// The URL of a file-system route: `app/api/notes/[id]/route.ts` is `/api/notes/[id]`.
fn route_path(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    let from = parts.iter().rposition(|part| matches!(*part, "app" | "pages" | "routes")).map_or(0, |at| at + 1);
    let mut kept: Vec<&str> = parts.get(from..).unwrap_or_default().iter().copied().filter(|part| !part.starts_with('(') && !part.starts_with('@')).collect();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    if !matches!(stem, "route" | "page" | "layout" | "index" | "+server" | "+page.server" | "actions") {
        kept.push(stem);
    }
    format!("/{}", kept.join("/"))
}

fn digest(route: &Route) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    route.framework.hash(&mut hasher);
    route.methods.hash(&mut hasher);
    route.path.hash(&mut hasher);
    route.adrift.hash(&mut hasher);
    route.function().hash(&mut hasher);
    for link in &route.chain {
        link.site.hash(&mut hasher);
        if let Kind::Function(closure) = link.value.kind() {
            (&closure.item, closure.function).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What changed between two states.
#[derive(Default)]
struct Changes {
    items: FxHashSet<ItemKey>,
    names: FxHashSet<(FileId, Name)>,
    files: FxHashSet<FileId>,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn note(&mut self, file: &FileId, before: Option<&Module>, after: Option<&Module>) {
        self.files.insert(file.clone());
        let old: FxHashSet<&ItemKey> = before.map(|module| module.items.iter().collect()).unwrap_or_default();
        let new: FxHashSet<&ItemKey> = after.map(|module| module.items.iter().collect()).unwrap_or_default();
        self.items.extend(old.difference(&new).map(|item| (*item).clone()));
        let mut names: FxHashSet<Name> = FxHashSet::default();
        for module in [before, after].into_iter().flatten() {
            names.extend(module.definitions.keys().cloned());
            names.extend(module.exports.keys().map(|name| Name::from(format!("export {name}"))));
        }
        for name in names {
            if before.map(|module| module.meaning(&name)) != after.map(|module| module.meaning(&name)) {
                self.names.insert((file.clone(), name));
            }
        }
        // A file that begins or ends to re-export everything changes the meaning of names it does not know.
        if before.map(|module| &module.stars) != after.map(|module| &module.stars) {
            self.names.insert((file.clone(), Name::new_static("*")));
        }
    }

    fn touch(&self, reads: &Reads) -> bool {
        let smaller = |file: &FileId| self.files.contains(file);
        self.items.iter().any(|item| reads.items.contains(item))
            || self.names.iter().any(|name| reads.names.contains(name))
            || self.names.iter().any(|(file, name)| name == "*" && smaller(file) && reads.names.iter().any(|(known, _)| known == file))
    }
}
