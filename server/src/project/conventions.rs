//! Handlers known by where their file is, by a directive, by a configuration that binds them, or by an API description.

use std::sync::Arc;

use super::file_names::{dotted, method_in_name};
use super::gates;
use super::nested::nested;
use super::routes::{Link, MOST_WRAPPERS, Route};
use super::world::Linked;
use crate::facts::catalogue::{BUILT_IN, ConventionEntry, Root};
use crate::facts::openapi::Requirement;
use crate::facts::place::{ItemKey, Site};
use crate::facts::scope::{Definition, Export, Module};
use crate::facts::setup::Answer;
use crate::facts::value::{Closure, Kind, Library, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker};
use crate::model::FunctionId;
use crate::text::{FileId, Name, Span};

/// Handlers known by where their file is, by a directive, or by an API description.
pub(super) fn conventional(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>, directing: &[usize]) -> (Vec<Route>, Reads) {
    let (mut found, mut reads) = (Vec::new(), Reads::default());
    let out = &mut found;
    let path = world.project.relative(file);
    let package = world.project.relative_package(file);
    for convention in BUILT_IN.conventions() {
        let entry = &convention.entry;
        let folder = [marked_folder(world, file, entry), package].into_iter().flatten().max_by_key(|folder| folder.len());
        let below = folder.and_then(|folder| path.strip_prefix(folder)).unwrap_or(path).trim_start_matches('/');
        let place = if entry.of_package { below } else { path };
        if !entry.files.is_empty() && !convention.files.is_match(place) || !is_marked(world, file, below, entry) {
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
                }
                if let (Some(route), Some(nesting)) = (&mut route, BUILT_IN.nesting(&entry.framework)) {
                    nested(world, file, nesting, &mut reads).tell(route);
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
            let methods = if entry.methods { vec![name.clone()] } else { Vec::new() };
            out.push(Route { methods, path: Some(route_path(path, package)), awaits, page: entry.page, ..Route::new(&entry.framework, handler.clone(), site) });
        }
    }
    reads.add(&bound(world, cache, file, out));
    described(world, cache, file, &mut reads, out);
    (found, reads)
}

/// Something at the root of the package says that files are served so. `below`: the file's path in the package.
/// The nearest folder above a file with one of the files that say who serves it: a host's own configuration stands where its functions do,
/// whether a `package.json` stands there as well or not.
fn marked_folder<'f>(world: &Linked<'_>, file: &'f FileId, entry: &ConventionEntry) -> Option<&'f str> {
    let mut markers = entry.markers.iter().filter(|name| entry.of_package && name.ends_with(".json")).peekable();
    markers.peek()?;
    let outer = file.as_str().len() - world.project.relative(file).len();
    let folders = file.as_str().match_indices('/').map(|(at, _)| at).filter(|at| *at + 1 >= outer);
    let is_there = |at: &usize| markers.clone().any(|name| world.project.file(&FileId::new(&format!("{}/{name}", &file.as_str()[..*at]))).is_some());
    let at = folders.collect::<Vec<_>>().into_iter().rev().find(is_there)?;
    Some(file.as_str().get(outer..at).unwrap_or_default())
}

fn is_marked(world: &Linked<'_>, file: &FileId, below: &str, entry: &ConventionEntry) -> bool {
    let root = file.as_str().strip_suffix(below).unwrap_or_default();
    let is_there = |name: &Name| world.project.file(&FileId::new(&format!("{root}{name}"))).is_some();
    entry.markers.is_empty() || entry.markers.iter().any(|name| is_there(name) || world.project.setup().declares(world.project, file, name))
}

/// A function that answers because of where its file lies.
fn placed(world: &Linked<'_>, file: &FileId, entry: &ConventionEntry, path: &str, package: Option<&str>, handler: Value, methods: Vec<Name>) -> Option<Route> {
    let Kind::Function(closure) = handler.kind() else { return None };
    let site = site_in(world, file, closure, None);
    let awaits = gates::awaited(world, &entry.framework, &handler);
    let path = (!entry.pathless).then(|| route_path(path, package));
    Some(Route { methods, path, awaits, page: entry.page, ..Route::new(&entry.framework, handler, site) })
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
            methods: bound.methods.clone(),
            path: bound.path.as_ref().map(Name::to_string),
            authorizer: Some(bound.authorizer),
            ..Route::new(&bound.framework, handler, site)
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
            methods: vec![bound.binding.method.clone()],
            path: Some(bound.binding.path.to_string()),
            chain: bound.binding.requires.iter().map(|requirement| check(requirement, &site)).collect(),
            ..Route::new(&Name::new_static(DESCRIBED), handler, site)
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
            let site = Site { item: item.clone(), span: function.span };
            out.push(Route::new(framework, Value::new(Kind::Function(Arc::new(closure))), site));
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
        Definition::Variable { segment, .. }
        | Definition::Function(segment, _)
        | Definition::Class(segment, _)
        | Definition::Member { segment, .. }
        | Definition::Later { segment, .. } => module.item(*segment as usize),
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
