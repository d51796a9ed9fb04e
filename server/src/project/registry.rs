//! What a file registers: the routes that its top level declares, and those that its place and its exports make of it.

use std::sync::Arc;

use super::file_names::{dotted, layouts, loads, method_in_name};
use super::gates::{self, Gate};
use super::makers::{called, maker, makes_app, registered};
use super::routers::{Registered, Registrations};
use super::routes::{Link, MOST_WRAPPERS, Route};
use super::walks::{RootKey, RootWalk, Walks};
use super::world::Linked;
use crate::facts::catalogue::{BUILT_IN, ConventionEntry, Root};
use crate::facts::openapi::Requirement;
use crate::facts::place::{ItemKey, Site};
use crate::facts::scope::{Definition, Export, Module};
use crate::facts::setup::Answer;
use crate::facts::value::{Closure, Kind, Library, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker, is_idle};
use crate::model::FunctionId;
use crate::text::{FileId, Name, Span, common_ends};

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

/// Handlers known by where their file is, by a directive, or by an API description.
fn conventional(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>, directing: &[usize]) -> (Vec<Route>, Reads) {
    let (mut found, mut reads) = (Vec::new(), Reads::default());
    let out = &mut found;
    let path = world.project.relative(file);
    let package = world.project.relative_package(file);
    for convention in BUILT_IN.conventions() {
        let entry = &convention.entry;
        if !entry.files.is_empty() && !convention.files.is_match(path) {
            continue;
        }
        if let Some(directive) = &entry.directive
            && !module.model.directives.contains(directive)
        {
            if entry.exports.is_empty() {
                inline_actions(module, directing, directive, &entry.framework, out);
            }
            continue;
        }
        if module.imports_any(&entry.unless_imports) {
            continue;
        }
        let names: Vec<Name> = if entry.exports.iter().any(|name| name == "*") {
            let mut names: Vec<Name> = module.exports.names().cloned().collect();
            names.sort();
            names
        } else {
            // Python exports whatever it defines.
            let has = |name: &&Name| module.exports.has(name) || entry.elsewhere && !module.definitions.get(name).is_empty();
            entry.exports.iter().filter(has).cloned().collect()
        };
        for name in names {
            let mut walker = Walker::new(world, cache);
            let exported = walker.exported(file, &name);
            reads.add(&walker.reads);
            let Some(handler) = exported else { continue };
            if let Some(member) = &entry.member {
                for handler in members(&handler, member) {
                    out.extend(placed(world, file, entry, path, package, handler, Vec::new()));
                }
                continue;
            }
            let handler = walker.wrapped(&handler).unwrap_or_else(|| first_function(&handler));
            if !entry.takes.is_empty() {
                let ty = walker.type_of_parameter(&handler, 0);
                let is_taken = ty.is_some_and(|ty| entry.takes.iter().any(|name| ty.rsplit('.').next() == Some(name.as_str())));
                if !is_taken {
                    continue;
                }
            }
            if entry.parameters.iter().enumerate().any(|(at, wanted)| walker.name_of_parameter(&handler, at).as_ref() != Some(wanted)) {
                continue;
            }
            if entry.elsewhere {
                // What the configuration says of it is better known.
                let is_bound = world.project.setup().bound_in(file).iter().next().is_some();
                let route = placed(world, file, entry, path, package, handler, Vec::new()).filter(|_| !is_bound);
                out.extend(route.map(|route| Route { authorizer: Some(Answer::Unknown), ..route }));
                continue;
            }
            if entry.method_in_name {
                let (stem, methods) = method_in_name(path);
                out.extend(placed(world, file, entry, &stem, package, handler, methods));
                continue;
            }
            if !entry.answers.is_empty() {
                let mut route = placed(world, file, entry, path, package, handler, entry.answers.clone());
                if let (true, Some(route)) = (entry.dotted, &mut route) {
                    route.path = Some(dotted(path));
                    // A layout around a page may send strangers away; it does not stand before what is sent to the page.
                    let only_reads = entry.answers.iter().all(|method| method == "GET");
                    if only_reads && layouts(file).iter().any(|layout| loads(world, layout)) {
                        route.authorizer = Some(Answer::Unknown);
                    }
                }
                // The same function may be known by its place and by its type.
                out.extend(route.filter(|route| !out.iter().any(|known| known.site == route.site)));
                continue;
            }
            let site = match handler.kind() {
                Kind::Function(closure) => site_in(world, file, closure, item_of(module, &name)),
                // `export const { GET, POST } = handlers`: a library answers.
                _ if entry.methods => match item_of(module, &name) {
                    Some(item) => Site { item, span: Span::default() },
                    None => continue,
                },
                _ => continue,
            };
            let awaits = gates::awaited(world, &entry.framework, &handler);
            out.push(Route {
                framework: entry.framework.clone(),
                methods: if entry.methods { vec![name.clone()] } else { Vec::new() },
                path: Some(route_path(path, package)),
                handler: handler.clone(),
                chain: Vec::new(),
                adrift: false,
                authorizer: None,
                says: None,
                shapes: Vec::new(),
                late: Vec::new(),
                beside: Vec::new(),
                awaits,
                site,
            });
        }
    }
    reads.add(&bound(world, cache, file, out));
    described(world, cache, file, &mut reads, out);
    (found, reads)
}

/// A function that answers because of where its file lies.
fn placed(world: &Linked<'_>, file: &FileId, entry: &ConventionEntry, path: &str, package: Option<&str>, handler: Value, methods: Vec<Name>) -> Option<Route> {
    let Kind::Function(closure) = handler.kind() else { return None };
    let site = site_in(world, file, closure, None);
    let awaits = gates::awaited(world, &entry.framework, &handler);
    Some(Route {
        framework: entry.framework.clone(),
        methods,
        path: (!entry.pathless).then(|| route_path(path, package)),
        handler,
        chain: Vec::new(),
        adrift: false,
        authorizer: None,
        says: None,
        shapes: Vec::new(),
        late: Vec::new(),
        beside: Vec::new(),
        awaits,
        site,
    })
}

/// The functions of an object that is exported: one, or all.
fn members(value: &Value, member: &Name) -> Vec<Value> {
    let value = first_object(value);
    let Kind::Object(object) = value.kind() else { return Vec::new() };
    let wanted = object.fields.iter().filter(|(name, _)| member == "*" || name == member);
    wanted.map(|(_, value)| first_function(value)).filter(|value| matches!(value.kind(), Kind::Function(_))).collect()
}

fn first_object(value: &Value) -> Value {
    value.alternatives().into_iter().find(|value| matches!(value.kind(), Kind::Object(_))).unwrap_or_else(|| value.clone())
}

/// Functions that a configuration binds to an address.
fn bound(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, out: &mut Vec<Route>) -> Reads {
    let mut reads = Reads::default();
    for bound in world.project.setup().bound_in(file) {
        let mut walker = Walker::new(world, cache);
        let exported = walker.exported(file, &bound.export);
        reads.add(&walker.reads);
        let Some(handler) = exported else { continue };
        let handler = first_function(&handler);
        let Kind::Function(closure) = handler.kind() else { continue };
        let site = site_in(world, file, closure, None);
        out.push(Route {
            framework: bound.framework.clone(),
            methods: bound.methods.clone(),
            path: bound.path.as_ref().map(Name::to_string),
            handler,
            chain: Vec::new(),
            adrift: false,
            authorizer: Some(bound.authorizer),
            says: None,
            shapes: Vec::new(),
            late: Vec::new(),
            beside: Vec::new(),
            awaits: Vec::new(),
            site,
        });
    }
    reads
}

/// The framework that serves API descriptions, and what it puts before a handler of which a check is demanded.
const DESCRIBED: &str = "connexion";
const SECURITY: &str = "connexion.security";

/// Handlers that an API description names.
fn described(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, reads: &mut Reads, out: &mut Vec<Route>) {
    for bound in world.project.bindings().get(file).into_iter().flatten() {
        let mut walker = Walker::new(world, cache);
        let exported = walker.exported(file, &bound.binding.function);
        reads.add(&walker.reads);
        let Some(handler) = exported.map(|handler| first_function(&handler)) else { continue };
        let Kind::Function(closure) = handler.kind() else { continue };
        let site = Site { item: closure.item.clone(), span: function_span(world, closure).unwrap_or_default() };
        out.push(Route {
            framework: Name::new_static(DESCRIBED),
            methods: vec![bound.binding.method.clone()],
            path: Some(bound.binding.path.to_string()),
            chain: bound.binding.requires.iter().map(|requirement| check(requirement, &site)).collect(),
            handler,
            adrift: false,
            authorizer: None,
            says: None,
            shapes: Vec::new(),
            late: Vec::new(),
            beside: Vec::new(),
            awaits: Vec::new(),
            site,
        });
    }
}

/// What an API description demands of a caller, which its framework checks if it is told how.
fn check(requirement: &Requirement, site: &Site) -> Link {
    let states = match requirement.is_checked {
        true => BUILT_IN.root(&Root::Role(Name::new_static(SECURITY))),
        false => Default::default(),
    };
    let library = Library { step: Name::from(requirement.schemes.join("+")), states, ..Library::default() };
    Link::new(Value::new(Kind::Library(Arc::new(library))), Name::new_static(DESCRIBED), site.clone())
}

/// Functions that begin with `"use server"` themselves. `directing`: the items with functions that begin with anything.
fn inline_actions(module: &Arc<Module>, directing: &[usize], directive: &Name, framework: &Name, out: &mut Vec<Route>) {
    for index in directing.iter().copied() {
        let Some(placed) = module.model.segments.get(index) else { continue };
        for (id, function) in placed.segment.functions.iter().enumerate() {
            if !function.directives.contains(directive) {
                continue;
            }
            let Some(item) = module.item(index) else { continue };
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
                authorizer: None,
                says: None,
                shapes: Vec::new(),
                late: Vec::new(),
                beside: Vec::new(),
                awaits: Vec::new(),
                site: Site { item: item.clone(), span: function.span },
            });
        }
    }
}

fn first_function(value: &Value) -> Value {
    value.alternatives().into_iter().find(|value| matches!(value.kind(), Kind::Function(_))).unwrap_or_else(|| value.clone())
}

/// The item in which a file defines what it exports under a name.
fn item_of(module: &Module, export: &str) -> Option<ItemKey> {
    let local = match module.exports.last(export)? {
        Export::Local(local) => local.clone(),
        Export::Expression(segment, _) => return module.item(*segment as usize),
        Export::From { .. } => return None,
    };
    match module.definitions.last(&local)? {
        Definition::Variable { segment, .. } | Definition::Function(segment, _) | Definition::Class(segment, _) | Definition::Member { segment, .. } => {
            module.item(*segment as usize)
        }
        Definition::Import { .. } => None,
    }
}

/// Where the handler of a file stands: of what a wrapper from elsewhere made, the function that it was given here, or the item that
/// exports it. Else all that one wrapper makes would be one.
fn site_in(world: &Linked<'_>, file: &FileId, closure: &Arc<Closure>, exported_by: Option<ItemKey>) -> Site {
    let site = |closure: &Closure| Site { item: closure.item.clone(), span: function_span(world, closure).unwrap_or_default() };
    let mut inner = Arc::clone(closure);
    for _ in 0..MOST_WRAPPERS {
        if inner.item.file == *file {
            return site(&inner);
        }
        let inside = inner.captured.as_ref().and_then(|captured| {
            captured.variables.iter().find_map(|(_, value)| match value.kind() {
                Kind::Function(given) if given.item.file == *file || given.captured.is_some() => Some(Arc::clone(given)),
                _ => None,
            })
        });
        match inside {
            Some(given) => inner = given,
            None => break,
        }
    }
    exported_by.map_or_else(|| site(closure), |item| Site { item, span: Span::default() })
}

fn function_span(world: &Linked<'_>, closure: &Closure) -> Option<Span> {
    let module = world.project.file(&closure.item.file)?.module.as_ref()?;
    let segment = &module.model.segments.get(module.segment_of(&closure.item)?)?.segment;
    Some(segment.functions.get(closure.function.0 as usize)?.span)
}

/// The URL of a file-system route: `app/api/notes/[id]/route.ts` is `/api/notes/[id]`.
pub(super) fn route_path(path: &str, package: Option<&str>) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    let is_root = |part: &&str| matches!(*part, "app" | "pages" | "routes");
    // Below the package or its source folder; a folder of that name further down is part of the path.
    let above = package.map_or(0, |package| package.split('/').filter(|part| !part.is_empty()).count());
    let below = parts.get(above..).unwrap_or_default();
    let near = below.iter().take(if below.first() == Some(&"src") { 2 } else { 1 }).rposition(is_root).map(|at| above + at + 1);
    let from = near.or_else(|| parts.iter().rposition(is_root).map(|at| at + 1)).unwrap_or(0);
    let mut kept: Vec<&str> = parts.get(from..).unwrap_or_default().iter().copied().filter(|part| !part.starts_with('(') && !part.starts_with('@')).collect();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    if !matches!(stem, "route" | "page" | "layout" | "index" | "+server" | "+page.server" | "+layout.server" | "actions") {
        kept.push(stem);
    }
    format!("/{}", kept.join("/"))
}
