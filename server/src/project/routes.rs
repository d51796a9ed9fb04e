//! Routes: who answers which request, and what runs before.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::facts::catalogue::{BUILT_IN, Entry, FrameworkEntry, PagePart, Reached, State};
use crate::facts::event::Registration;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::setup::Answer;
use crate::facts::value::{Argument, Closure, Kind, Library, Value};
use crate::facts::walk::{MAKES_CONTEXT, WHERE_NAMED, is_stub};
use crate::model::{ExprId, ExprKind, FunctionId, PatternKind, Segment, StmtKind};
use crate::text::{FileId, Name, Span};

use super::Project;
use super::walks::RootKey;

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
    /// The schemas that let its input through.
    pub shapes: Vec<Value>,
    /// What is registered on the same router only after it, and so never runs before it.
    pub late: Vec<Link>,
    /// What is registered for the address above it alone, where that does not hold for what lies below.
    pub beside: Vec<Link>,
    /// What the handler itself waits for that runs only then.
    pub awaits: Vec<Name>,
    /// The modules that its own is nested in, which may be files or not.
    pub around: Arc<[FileId]>,
    /// What the convention that it answers by says it is to its page.
    pub page: Option<PagePart>,
    /// Where it is declared.
    pub site: Site,
}

/// So many wrappers are looked through.
pub(super) const MOST_WRAPPERS: usize = 6;

/// Something that runs before a handler.
#[derive(Clone, Debug)]
pub struct Link {
    pub value: Value,
    pub framework: Name,
    pub site: Site,
    pub standing: Standing,
    /// The value is a function that makes what runs, and is given these.
    pub made_with: Option<Vec<Argument>>,
}

/// How something comes to run before a handler.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Standing {
    /// It is registered with the route, or with what the route is registered on.
    #[default]
    Registered,
    /// Its file lies where what is in it runs before others.
    Gate,
    /// The same, if it runs for this path, which cannot be told.
    MaybeGate,
    /// It makes what the others hand on, and lets everybody pass.
    Context,
}

impl Route {
    /// One of which nothing else is known: for any method, nothing before it.
    pub(super) fn new(framework: &Name, handler: Value, site: Site) -> Route {
        Route {
            framework: framework.clone(),
            methods: Vec::new(),
            path: None,
            handler,
            chain: Vec::new(),
            adrift: false,
            authorizer: None,
            says: None,
            shapes: Vec::new(),
            late: Vec::new(),
            beside: Vec::new(),
            awaits: Vec::new(),
            around: Arc::default(),
            page: None,
            site,
        }
    }

    /// What is known of the framework that runs it.
    pub fn known_framework(&self) -> Option<&'static FrameworkEntry> {
        BUILT_IN.framework(&self.framework)
    }

    /// Whoever calls is known to the library, without signing in anywhere: a messenger says who writes.
    pub fn knows_caller(&self) -> bool {
        BUILT_IN.framework(&self.framework).is_some_and(|framework| framework.knows_caller)
    }

    /// How somebody comes to call it.
    pub fn reached(&self) -> Reached {
        self.known_framework().map(|framework| framework.reached).unwrap_or_default()
    }

    /// What it is to the page that people see under its path.
    pub fn page_part(&self) -> Option<PagePart> {
        self.page.or(match self.reached() {
            Reached::Page => Some(PagePart::Makes),
            Reached::Action => Some(PagePart::Acts),
            Reached::Address | Reached::Procedure => None,
        })
    }
}

impl Link {
    pub fn new(value: Value, framework: Name, site: Site) -> Link {
        Link { value, framework, site, standing: Standing::Registered, made_with: None }
    }

    /// What a registration was given.
    pub(super) fn of(given: &Argument, framework: &Name) -> Link {
        let standing = if given.name == MAKES_CONTEXT { Standing::Context } else { Standing::Registered };
        Link { standing, ..Link::new(given.value.clone(), framework.clone(), given.site.clone()) }
    }
}

impl Route {
    /// The function that the route was written for: of what a wrapper made, `@login_required` or `withUser(handler)`, the one inside.
    pub fn written(&self) -> Option<FunctionKey> {
        let Kind::Function(closure) = self.handler.kind() else { return None };
        let mut closure = Arc::clone(closure);
        for _ in 0..MOST_WRAPPERS {
            if closure.item == self.site.item {
                break;
            }
            let inside = closure.captured.as_ref().and_then(|captured| {
                captured.variables.iter().find_map(|(_, value)| match value.kind() {
                    Kind::Function(inner) if inner.item == self.site.item || inner.captured.is_some() => Some(Arc::clone(inner)),
                    _ => None,
                })
            });
            match inside {
                Some(inner) => closure = inner,
                None => break,
            }
        }
        // Nothing of the route's own was found inside: it is what answers, or the one function of the project that was wrapped.
        match () {
            () if closure.item == self.site.item => Some(key(&closure)),
            () => only_wrapped(&closure).map(|inner| key(&inner)).or_else(|| self.function()),
        }
    }

    /// The function that answers, if it is one that can be walked.
    pub fn function(&self) -> Option<FunctionKey> {
        match self.handler.kind() {
            Kind::Function(closure) => Some(key(closure)),
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
        self.shapes.hash(&mut hasher);
        for link in &self.chain {
            link.site.hash(&mut hasher);
            link.standing.hash(&mut hasher);
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

impl Project {
    /// What a function is called: its own name, or that of the variable it is the value of.
    pub fn function_name(&self, key: &FunctionKey) -> Option<Name> {
        let module = self.file(&key.item.file)?.module.as_ref()?;
        let segment = &module.model.segments.get(module.segment_of(&key.item)?)?.segment;
        let own = segment.functions.get(key.function.0 as usize)?.name.clone();
        if !own.is_empty() {
            return Some(own);
        }
        variable_of(segment, key.function).map(|(name, _)| name)
    }

    /// Does a function carry a name itself?
    pub fn has_own_name(&self, key: &FunctionKey) -> bool {
        let function = self.placed(&key.item).and_then(|placed| placed.segment.functions.get(key.function.0 as usize));
        function.is_some_and(|function| !function.name.is_empty())
    }

    /// Where a function is called what it is called, or where its parameters stand.
    pub fn function_site(&self, key: &FunctionKey) -> Option<Site> {
        let module = self.file(&key.item.file)?.module.as_ref()?;
        let function = module.model.segments.get(module.segment_of(&key.item)?)?.segment.functions.get(key.function.0 as usize)?;
        let span = if function.name.is_empty() { function.params_span } else { function.name_span };
        (!span.is_empty()).then(|| Site { item: key.item.clone(), span })
    }
}

/// The variable that is a function, or what a wrapper makes of it, and where its name stands: `const save = withUser(async () => ..)`.
pub fn variable_of(segment: &Segment, function: FunctionId) -> Option<(Name, Span)> {
    let is_it = |value: ExprId| matches!(&segment[value].kind, ExprKind::Function(known) if *known == function);
    segment.stmts.iter().find_map(|stmt| {
        let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
        let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
        let is_wrapped = match &segment[*value].kind {
            ExprKind::Call { callee, args, .. } => matches!(segment[*callee].kind, ExprKind::Name(_)) && args.iter().any(|arg| is_it(arg.value)),
            _ => false,
        };
        (is_it(*value) || is_wrapped).then(|| (name.clone(), segment[*pattern].span))
    })
}

fn key(closure: &Closure) -> FunctionKey {
    FunctionKey { item: closure.item.clone(), function: closure.function }
}

/// What a wrapper was given, if that is one function: `def guarded(view): def wrapper(..): view(..)`.
fn only_wrapped(wrapper: &Closure) -> Option<Arc<Closure>> {
    let captured = wrapper.captured.as_ref()?;
    let mut inside = captured.variables.iter().filter_map(|(_, value)| match value.kind() {
        Kind::Function(inner) if inner.item != wrapper.item && !is_stub(&inner.item.file) => Some(inner),
        _ => None,
    });
    match (inside.next(), inside.next()) {
        (Some(only), None) => Some(Arc::clone(only)),
        _ => None,
    }
}

/// A route with the name of its walk.
pub(super) fn named(route: Route) -> (RootKey, Arc<Route>) {
    (RootKey::Route(route.site.clone(), route.digest()), Arc::new(route))
}

/// Named arguments that say where something is registered, and run nothing.
pub(super) fn runs_before(handler: &Argument) -> bool {
    matches!(handler.name.as_str(), "*guard*" | "*handler*" | "*middleware*")
        || !handler.name.starts_with('*') && !matches!(handler.name.as_str(), "prefix" | "url_prefix")
}

/// The handler is the last function; what stands before it runs before it.
pub(super) fn split_handlers(registration: &Registration) -> (Option<&Argument>, Vec<&Argument>) {
    let at = registration
        .handlers
        .iter()
        .rposition(|handler| handler.name == "*handler*")
        .or_else(|| registration.handlers.iter().rposition(|handler| handler.name == "handler"))
        .or_else(|| registration.handlers.iter().rposition(|handler| handler.name.is_empty()));
    let Some(at) = at else { return (None, Vec::new()) };
    let stands_before = |i: usize, handler: &Argument| {
        i != at && (i < at || !handler.name.is_empty()) && (matches!(handler.name.as_str(), "*guard*" | MAKES_CONTEXT) || !handler.name.starts_with('*'))
    };
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

/// Routers whose calls give the router again are written as one expression, with two steps for each route.
const LONGEST_CHAIN: u32 = 128;

fn router_of_library(library: &Arc<Library>, depth: u32) -> Option<Site> {
    if depth > LONGEST_CHAIN {
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

/// Can routes be registered on it?
pub(super) fn registers(states: &[State]) -> bool {
    ["get", "post", "use", "route", "add_api_route", "add_url_rule", "add_routes", "urlpatterns"]
        .iter()
        .any(|name| BUILT_IN.at(&BUILT_IN.call(&BUILT_IN.member(states, name))).any(|entry| matches!(entry, Entry::Route(_))))
}

pub(super) fn mounted_router(handler: &Argument) -> Option<Site> {
    match handler.value.kind() {
        Kind::Library(library) if handler.name == "*mounted*" => library.site.clone(),
        Kind::Library(library) if !library.states.is_empty() => {
            // Only what routes can be registered on is a router: a middleware made by a library is not.
            if registers(&library.states) { router_of(&handler.value) } else { None }
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

/// Guards given when the router was made: `APIRouter(dependencies=[...])`, `Application(middlewares=[...])`.
pub(super) fn creation_links(on: &Value, framework: &Name) -> Vec<Link> {
    let mut links = Vec::new();
    if let Some(made) = creation(on) {
        for arg in made.args.iter().filter(|arg| matches!(arg.name.as_str(), "dependencies" | "middlewares")) {
            if let Kind::Seq(seq) = arg.value.kind() {
                links.extend(seq.items.iter().map(|value| Link::new(value.clone(), framework.clone(), arg.site.clone())));
            }
        }
    }
    links
}

pub(super) fn creation_prefix(on: &Value) -> Option<String> {
    let Some(made) = creation(on) else { return Some(String::new()) };
    for arg in &made.args {
        if matches!(arg.name.as_str(), "prefix" | "url_prefix") {
            return arg.value.as_str().map(|text| text.to_string());
        }
        // `new Router({ prefix: "/notes" })`
        if let (Kind::Object(options), true) = (arg.value.kind(), arg.name.is_empty())
            && let Some(prefix) = options.get("prefix").0
        {
            return prefix.as_str().map(|text| text.to_string());
        }
    }
    Some(String::new())
}

fn creation(on: &Value) -> Option<Arc<Library>> {
    let mut library = on.as_library()?.clone();
    let mut found = None;
    for _ in 0..LONGEST_CHAIN {
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
pub(super) fn is_application(on: &Value) -> bool {
    let Some(made) = creation(on) else { return false };
    let name = made.receiver.as_ref().and_then(|receiver| receiver.as_library().map(|library| library.step.clone())).unwrap_or_default();
    if BUILT_IN.frameworks().iter().any(|framework| framework.routers.contains(&made.package)) {
        return false;
    }
    !matches!(name.as_str(), "Router" | "APIRouter" | "Blueprint" | "NinjaRouter" | "RouteTableDef")
}

pub(super) fn mount_prefix(registration: &Registration) -> Option<String> {
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

/// Whether a middleware at `only` runs for `path`, where it runs for that path alone unless it ends with `*`.
pub(super) fn covers_exactly(only: &str, path: &str) -> bool {
    if only.ends_with('*') {
        return covers(only, path);
    }
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<String>>();
    let (only, path) = (parts(only), parts(path));
    only.len() == path.len() && only.iter().zip(&path).all(|(only, part)| only == part || only.starts_with(':') || only == "*")
}

/// Whether a middleware mounted at `only` also runs for `path`.
pub(super) fn covers(only: &str, path: &str) -> bool {
    if let Some((_, name)) = only.split_once(WHERE_NAMED) {
        let named = |part: &str| {
            part.strip_prefix(':').and_then(|part| part.strip_prefix(name)).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        return path.split(['/', '.', '-']).any(named);
    }
    let is_open = only.ends_with('*') && !only.ends_with("/*");
    let only = only.trim_end_matches(['*', '/']);
    only.is_empty() || path.strip_prefix(only).is_some_and(|rest| is_open || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_middleware_covers_what_lies_below_its_path() {
        for (only, path, is_covered) in [
            ("/api", "/api/notes", true),
            ("/api", "/api", true),
            ("/api", "/apis", false),
            ("/api/*", "/api/notes", true),
            ("/api*", "/apis", true),
            ("/", "/x", true),
            ("*", "/x", true),
            ("/hooks/**:key", "/hooks/:key/status", true),
            ("/hooks/**:key", "/hooks/:key(\\d+)", true),
            ("/hooks/**:key", "/hooks/:keys", false),
        ] {
            assert_eq!(covers(only, path), is_covered, "{only} of {path}");
        }
    }

    #[test]
    fn where_paths_are_exact_a_star_covers_what_lies_below() {
        for (only, path, is_covered) in [
            ("/api", "/api/notes", false),
            ("/api", "/api/", true),
            ("/api/*", "/api/notes", true),
            ("/api/:id", "/api/7", true),
            ("/api/:id", "/api/7/notes", false),
            ("*", "/x/y", true),
        ] {
            assert_eq!(covers_exactly(only, path), is_covered, "{only} of {path}");
        }
    }

    #[test]
    fn paths_are_joined_with_one_slash() {
        assert_eq!(joined("", "/"), "/");
        assert_eq!(joined("/api", "/"), "/api");
        assert_eq!(joined("/api/", "/notes"), "/api/notes");
        assert_eq!(joined("api", "notes/<int:id>"), "/api/notes/<int:id>");
    }
}
