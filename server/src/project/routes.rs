//! Routes: who answers which request, and what runs before.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::facts::catalogue::{BUILT_IN, Entry};
use crate::facts::event::{Registration, RegistrationKind};
use crate::facts::place::{FunctionKey, Site};
use crate::facts::setup::Answer;
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::facts::walk::place_of_list;
use crate::text::{FileId, Name};

use super::versions::Top;

/// A handler that can be reached from outside.
#[derive(Clone, Debug)]
pub struct Route {
    pub framework: Name,
    /// Upper case; empty for any.
    pub methods: Vec<Name>,
    /// With the prefixes of all mounts; `None` if some part could not be read.
    pub path: Option<String>,
    pub handler: Value,
    /// What runs before the handler, in order.
    pub chain: Vec<Link>,
    /// The router it is registered on is mounted nowhere that can be seen: what runs before it is not known.
    pub adrift: bool,
    /// Does something that is configured, and no code, say who is asking? Set for handlers that a configuration binds.
    pub authorizer: Option<Answer>,
    /// What decorators say about it, by key.
    pub says: Option<Value>,
    /// Where it is declared.
    pub site: Site,
}

/// Something that runs before a handler.
#[derive(Clone, Debug)]
pub struct Link {
    pub value: Value,
    pub framework: Name,
    pub site: Site,
}

impl Route {
    /// The function that answers, if it is one that can be walked.
    pub fn function(&self) -> Option<FunctionKey> {
        match self.handler.kind() {
            Kind::Function(closure) => Some(FunctionKey { item: closure.item.clone(), function: closure.function }),
            _ => None,
        }
    }

    /// Everything that decides what its walk is, as a number.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        self.framework.hash(&mut hasher);
        self.methods.hash(&mut hasher);
        self.path.hash(&mut hasher);
        self.adrift.hash(&mut hasher);
        self.authorizer.hash(&mut hasher);
        self.function().hash(&mut hasher);
        for link in &self.chain {
            link.site.hash(&mut hasher);
            match link.value.kind() {
                Kind::Function(closure) => (&closure.item, closure.function).hash(&mut hasher),
                Kind::Library(library) => (&library.step, library.states.len()).hash(&mut hasher),
                _ => {}
            }
        }
        hasher.finish()
    }

    /// `GET /api/notes/:id`, for people.
    pub fn title(&self) -> String {
        let methods = if self.methods.is_empty() { "ANY".to_owned() } else { self.methods.join("|") };
        format!("{methods} {}", self.path.as_deref().unwrap_or("?"))
    }
}

/// The registrations of one file, in the order in which it makes them.
pub struct Registered {
    pub file: FileId,
    pub all: Arc<[Registration]>,
}

/// Puts the registrations of all files together.
pub fn compose(files: &[Registered]) -> Vec<Route> {
    let table = Table::new(files);
    let mut routes = Vec::new();
    for (index, entry) in table.entries.iter().enumerate() {
        if entry.registration.kind != RegistrationKind::Route {
            continue;
        }
        table.routes(index, entry, &mut routes);
    }
    routes
}

struct Table<'r> {
    entries: Vec<Registrations<'r>>,
    /// What was said to run before the routes of each router.
    before: rustc_hash::FxHashMap<Site, Vec<usize>>,
    /// Where each router is mounted.
    mounts: rustc_hash::FxHashMap<Site, Vec<usize>>,
    /// How whole applications change the paths of their routes.
    tops: rustc_hash::FxHashMap<Site, Top>,
}

struct Registrations<'r> {
    file: &'r FileId,
    registration: &'r Registration,
    router: Option<Site>,
}

const MOST_MOUNTS: usize = 4;
const DEEPEST_MOUNT: usize = 8;

impl<'r> Table<'r> {
    fn new(files: &'r [Registered]) -> Self {
        let mut table = Table { entries: Vec::new(), before: Default::default(), mounts: Default::default(), tops: Default::default() };
        for file in files {
            for registration in file.all.iter() {
                let router = router_of(&registration.on);
                let index = table.entries.len();
                if registration.kind != RegistrationKind::Route {
                    if let Some(router) = &router {
                        table.before.entry(router.clone()).or_default().push(index);
                        if registration.handlers.iter().any(|handler| handler.name.starts_with('*')) {
                            table.tops.entry(router.clone()).or_default().read(&registration.handlers);
                        }
                    }
                    for handler in &registration.handlers {
                        if let Some(mounted) = mounted_router(handler)
                            && Some(&mounted) != router.as_ref()
                        {
                            let mounts = table.mounts.entry(mounted).or_default();
                            if !mounts.contains(&index) {
                                mounts.push(index);
                            }
                        }
                    }
                }
                table.entries.push(Registrations { file: &file.file, registration, router });
            }
        }
        table
    }

    fn routes(&self, index: usize, entry: &Registrations<'_>, out: &mut Vec<Route>) {
        let registration = entry.registration;
        let (handler, own) = split_handlers(registration);
        let Some(handler) = handler else { return };
        let beginnings = match &entry.router {
            Some(router) => self.beginnings(router, index, entry.file, 0),
            None => {
                let alone = BUILT_IN.framework(&registration.framework).is_some_and(|framework| framework.alone);
                vec![Beginning { adrift: !alone, ..Beginning::new() }]
            }
        };
        for beginning in beginnings {
            let mut chain = beginning.chain;
            chain.extend(own.iter().map(|value| Link { value: value.value.clone(), framework: registration.framework.clone(), site: value.site.clone() }));
            let path = match (&beginning.prefix, &registration.path) {
                (Some(prefix), Some(path)) => Some(joined(prefix, path)),
                _ => None,
            };
            let top = beginning.top.as_ref().and_then(|top| self.tops.get(top));
            for path in Top::paths(top, path, &registration.handlers) {
                out.push(Route {
                    framework: registration.framework.clone(),
                    methods: registration.methods.clone(),
                    path,
                    handler: handler.value.clone(),
                    chain: chain.clone(),
                    adrift: beginning.adrift,
                    authorizer: None,
                    says: registration.handlers.iter().find(|handler| handler.name == "*says*").map(|handler| handler.value.clone()),
                    site: registration.site.clone(),
                });
            }
        }
    }

    /// What runs before something registered at `index` on `router`: once for each place where the router is mounted.
    fn beginnings(&self, router: &Site, index: usize, file: &FileId, depth: usize) -> Vec<Beginning> {
        let mut own: Vec<Link> = self.entries.get(index).map(|entry| creation_links(&entry.registration.on, &entry.registration.framework)).unwrap_or_default();
        let path = self.entries.get(index).and_then(|entry| entry.registration.path.clone());
        for other in self.before.get(router).into_iter().flatten() {
            let Some(entry) = self.entries.get(*other) else { continue };
            let ordered = BUILT_IN.framework(&entry.registration.framework).is_some_and(|framework| framework.ordered);
            if ordered && entry.file == file && *other >= index {
                continue;
            }
            if let (Some(only), Some(path)) = (&entry.registration.path, &path)
                && !covers(only, path)
            {
                continue;
            }
            for handler in entry.registration.handlers.iter().filter(|handler| runs_before(handler) && mounted_router(handler).is_none()) {
                own.push(Link { value: handler.value.clone(), framework: entry.registration.framework.clone(), site: entry.registration.site.clone() });
            }
        }
        let prefix_of_router = creation_prefix(self.entries.get(index).map(|entry| &entry.registration.on));
        // What is listed in a file is mounted with the file, unless it is mounted by itself.
        let mounts = self.mounts.get(router).or_else(|| self.mounts.get(&place_of_list(file))).cloned().unwrap_or_default();
        if mounts.is_empty() || depth > DEEPEST_MOUNT {
            let entry = self.entries.get(index);
            let alone = entry.and_then(|entry| BUILT_IN.framework(&entry.registration.framework)).is_some_and(|framework| framework.alone);
            let adrift = !alone && !is_application(entry.map(|entry| &entry.registration.on));
            return vec![Beginning { chain: own, prefix: prefix_of_router, adrift, top: Some(router.clone()) }];
        }
        let mut beginnings = Vec::new();
        for mount in mounts.iter().take(MOST_MOUNTS) {
            let Some(entry) = self.entries.get(*mount) else { continue };
            let above = match &entry.router {
                Some(parent) => self.beginnings(parent, *mount, entry.file, depth + 1),
                None => vec![Beginning { adrift: true, ..Beginning::new() }],
            };
            let mut along: Vec<Link> = Vec::new();
            for handler in &entry.registration.handlers {
                if mounted_router(handler).is_some() || !runs_before(handler) {
                    continue;
                }
                along.push(Link { value: handler.value.clone(), framework: entry.registration.framework.clone(), site: handler.site.clone() });
            }
            let at = mount_prefix(entry.registration);
            for beginning in above {
                let mut chain = beginning.chain;
                chain.extend(along.iter().cloned());
                chain.extend(own.iter().cloned());
                let prefix = match (beginning.prefix, &at, &prefix_of_router) {
                    (Some(above), Some(at), Some(own)) => Some(joined(&joined(&above, at), own)),
                    _ => None,
                };
                beginnings.push(Beginning { chain, prefix, adrift: beginning.adrift, top: beginning.top });
            }
        }
        beginnings.truncate(MOST_MOUNTS);
        beginnings
    }
}

struct Beginning {
    chain: Vec<Link>,
    prefix: Option<String>,
    adrift: bool,
    /// The application it all begins with.
    top: Option<Site>,
}

impl Beginning {
    fn new() -> Beginning {
        Beginning { chain: Vec::new(), prefix: Some(String::new()), adrift: false, top: None }
    }
}

/// Named arguments that say where something is registered, and run nothing.
fn runs_before(handler: &Argument) -> bool {
    handler.name == "*guard*" || !handler.name.starts_with('*') && !matches!(handler.name.as_str(), "prefix" | "url_prefix")
}

/// The handler is the last function; what stands before it runs before it.
fn split_handlers(registration: &Registration) -> (Option<&Argument>, Vec<&Argument>) {
    let at = registration
        .handlers
        .iter()
        .rposition(|handler| handler.name == "*handler*")
        .or_else(|| registration.handlers.iter().rposition(|handler| handler.name == "handler"))
        .or_else(|| registration.handlers.iter().rposition(|handler| handler.name.is_empty()));
    let Some(at) = at else { return (None, Vec::new()) };
    let stands_before =
        |i: usize, handler: &Argument| i != at && (i < at || !handler.name.is_empty()) && (handler.name == "*guard*" || !handler.name.starts_with('*'));
    let before = registration.handlers.iter().enumerate().filter(|(i, handler)| stands_before(*i, handler)).map(|(_, handler)| handler).collect();
    (registration.handlers.get(at), before)
}

/// The call that made an app or router.
pub fn router_of(value: &Value) -> Option<Site> {
    match value.kind() {
        Kind::Library(library) => router_of_library(library, 0),
        Kind::Union(alternatives) => alternatives.iter().find_map(|alternative| router_of(&alternative.value)),
        Kind::Promise(inner) => router_of(inner),
        _ => None,
    }
}

fn router_of_library(library: &Arc<Library>, depth: u32) -> Option<Site> {
    if depth > 16 {
        return None;
    }
    // The innermost call: `express.Router().route("/x")` is still that router.
    if let Some(inner) = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned())
        && let Some(found) = router_of_library(&inner, depth + 1)
    {
        return Some(found);
    }
    library.site.clone()
}

fn mounted_router(handler: &Argument) -> Option<Site> {
    match handler.value.kind() {
        Kind::Library(library) if handler.name == "*mounted*" => library.site.clone(),
        Kind::Library(library) if !library.states.is_empty() => {
            // Only what routes can be registered on is a router: a middleware made by a library is not.
            let registers = ["get", "post", "use", "route", "add_api_route", "add_url_rule", "urlpatterns"]
                .iter()
                .any(|name| BUILT_IN.at(&BUILT_IN.call(&BUILT_IN.member(&library.states, name))).any(|entry| matches!(entry, Entry::Route(_))));
            if registers { router_of(&handler.value) } else { None }
        }
        Kind::Union(_) | Kind::Promise(_) => {
            let inner = handler.value.awaited();
            inner
                .alternatives()
                .iter()
                .find_map(|value| if value.is_same(&handler.value) { None } else { mounted_router(&Argument { value: value.clone(), ..handler.clone() }) })
        }
        _ => None,
    }
}

/// Guards given when the router was made: `APIRouter(dependencies=[...])`.
fn creation_links(on: &Value, framework: &Name) -> Vec<Link> {
    let mut links = Vec::new();
    if let Some(made) = creation(on) {
        for arg in made.args.iter().filter(|arg| arg.name == "dependencies") {
            if let Kind::Seq(seq) = arg.value.kind() {
                links.extend(seq.items.iter().map(|value| Link { value: value.clone(), framework: framework.clone(), site: arg.site.clone() }));
            }
        }
    }
    links
}

fn creation_prefix(on: Option<&Value>) -> Option<String> {
    let Some(made) = on.and_then(creation) else { return Some(String::new()) };
    for arg in &made.args {
        if matches!(arg.name.as_str(), "prefix" | "url_prefix") {
            return arg.value.as_str().map(|text| text.to_string());
        }
    }
    Some(String::new())
}

fn creation(on: &Value) -> Option<Arc<Library>> {
    let mut library = on.as_library()?.clone();
    let mut found = None;
    for _ in 0..16 {
        if library.step == "()" && library.site.is_some() {
            found = Some(library.clone());
        }
        match library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned()) {
            Some(inner) => library = inner,
            None => break,
        }
    }
    found
}

/// An application is a beginning of its own; a router that is mounted nowhere is not.
fn is_application(on: Option<&Value>) -> bool {
    let Some(made) = on.and_then(creation) else { return false };
    let name = made.receiver.as_ref().and_then(|receiver| receiver.as_library().map(|library| library.step.clone())).unwrap_or_default();
    !matches!(name.as_str(), "Router" | "APIRouter" | "Blueprint" | "NinjaRouter")
}

fn mount_prefix(registration: &Registration) -> Option<String> {
    for handler in &registration.handlers {
        if matches!(handler.name.as_str(), "prefix" | "url_prefix") {
            return handler.value.as_str().map(|text| text.to_string());
        }
    }
    match &registration.path {
        Some(path) => Some(path.to_string()),
        None => Some(String::new()),
    }
}

pub(super) fn joined(prefix: &str, path: &str) -> String {
    let prefix = prefix.trim_end_matches('/');
    let path = path.trim_start_matches('/');
    match (prefix.is_empty(), path.is_empty()) {
        (true, true) => "/".to_owned(),
        (false, true) => prefix.to_owned(),
        (_, false) if prefix.starts_with('/') || prefix.is_empty() => format!("{prefix}/{path}"),
        (_, false) => format!("/{prefix}/{path}"),
    }
}

/// Whether a middleware mounted at `only` also runs for `path`.
fn covers(only: &str, path: &str) -> bool {
    let only = only.trim_end_matches(['*', '/']);
    only.is_empty() || path.starts_with(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_with_one_slash() {
        assert_eq!(joined("", "/"), "/");
        assert_eq!(joined("/api", "/"), "/api");
        assert_eq!(joined("/api/", "/notes"), "/api/notes");
        assert_eq!(joined("api", "notes/<int:id>"), "/api/notes/<int:id>");
    }
}
