//! What is said of routers, and the routes that follow from it: what runs before a handler, and under which path it answers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::gates::{Gate, behind};
use super::routes::{
    Link, Route, covers, covers_exactly, creation_links, creation_prefix, is_application, joined, mount_prefix, mounted_router, router_of, runs_before,
    split_handlers,
};
use super::versions::Top;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::{Registration, RegistrationKind};
use crate::facts::place::Site;
use crate::facts::value::{Argument, Value};
use crate::facts::walk::{ABSENT, SHAPES, place_of_list};
use crate::text::{FileId, Name};

/// What one item registers, in order.
pub type Registrations = Arc<[Registered]>;

/// A registration and the router it is made on.
pub struct Registered {
    pub registration: Registration,
    router: Option<Site>,
}

impl Registered {
    pub fn of(registration: Registration) -> Registered {
        Registered { router: router_of(&registration.on), registration }
    }

    /// Does it say something of other routes than its own?
    pub fn leads(&self) -> bool {
        self.registration.kind != RegistrationKind::Route
    }
}

/// What is said of routers: what runs before their routes, and where they are mounted.
#[derive(Default)]
pub struct Table {
    entries: Vec<Leading>,
    /// What was said to run before the routes of each router.
    before: FxHashMap<Site, Vec<usize>>,
    /// Where each router is mounted.
    mounts: FxHashMap<Site, Vec<usize>>,
    /// Where applications of a framework mount what stands in files that are not there.
    absent: FxHashMap<Name, Vec<usize>>,
    /// How whole applications change the paths of their routes.
    tops: FxHashMap<Site, Top>,
    gates: Vec<Gate>,
    /// What was said to run before all routes of a framework, wherever it was said.
    everywhere: Vec<usize>,
    /// What applications of a framework keep under a name.
    named: FxHashMap<(Name, Name), Vec<Value>>,
}

struct Leading {
    place: InFile,
    item: Registrations,
    at: usize,
}

/// Where a registration is made: in order within a file.
#[derive(Clone, PartialEq, Eq)]
struct InFile {
    file: FileId,
    item: u32,
    at: usize,
}

impl Leading {
    fn registered(&self) -> Option<&Registered> {
        self.item.get(self.at)
    }
}

const MOST_MOUNTS: usize = 4;
const DEEPEST_MOUNT: usize = 8;

impl Table {
    /// From the items that lead, in order: each with its file and its place there.
    pub fn new<'i>(items: impl Iterator<Item = (&'i FileId, u32, &'i Registrations)>, gates: Vec<Gate>) -> Table {
        let mut table = Table { gates, ..Table::default() };
        for (file, item, all) in items {
            for (at, registered) in all.iter().enumerate().filter(|(_, registered)| registered.leads()) {
                let index = table.entries.len();
                if registered.registration.kind == RegistrationKind::Named {
                    table.name(&registered.registration);
                    continue;
                }
                if registered.registration.kind == RegistrationKind::Everywhere {
                    table.everywhere.push(index);
                } else if let Some(router) = &registered.router {
                    table.before.entry(router.clone()).or_default().push(index);
                    if registered.registration.handlers.iter().any(|handler| handler.name.starts_with('*')) {
                        table.tops.entry(router.clone()).or_default().read(&registered.registration.handlers);
                    }
                }
                for handler in &registered.registration.handlers {
                    if handler.name == ABSENT {
                        table.absent.entry(registered.registration.framework.clone()).or_default().push(index);
                    }
                    if let Some(mounted) = mounted_router(handler)
                        && Some(&mounted) != registered.router.as_ref()
                    {
                        let mounts = table.mounts.entry(mounted).or_default();
                        if !mounts.contains(&index) {
                            mounts.push(index);
                        }
                    }
                }
                table.entries.push(Leading { place: InFile { file: file.clone(), item, at }, item: Arc::clone(all), at });
            }
        }
        table
    }

    fn name(&mut self, registration: &Registration) {
        let (Some(name), Some(kept)) = (&registration.path, registration.handlers.first()) else { return };
        self.named.entry((registration.framework.clone(), Name::from(&**name))).or_default().push(kept.value.clone());
    }

    /// `{ preHandler: [app.authenticate, app.demand("editor")] }`: what the application keeps under that name, if it is one thing.
    fn called_by_name(&self, link: Link) -> Link {
        let Some(library) = link.value.as_library() else { return link };
        let (named, made_with) = match library.receiver.as_ref().and_then(Value::as_library) {
            Some(made) if library.step == "()" => (made, Some(library.args.clone())),
            _ => (library, None),
        };
        let name = (named.receiver.is_some() && named.step != "()").then(|| named.step.clone());
        let kept = name.and_then(|name| self.named.get(&(link.framework.clone(), name)));
        match kept.map(Vec::as_slice) {
            Some([only]) => Link { value: only.clone(), made_with, ..link },
            _ => link,
        }
    }

    /// A route that is known by its place, with what runs before it.
    pub fn conventional(&self, route: &Route) -> Route {
        behind(&self.gates, route.clone())
    }

    /// The routes of an item.
    pub fn routes(&self, file: &FileId, item: u32, all: &[Registered]) -> Vec<Route> {
        let mut routes = Vec::new();
        for (at, registered) in all.iter().enumerate().filter(|(_, registered)| !registered.leads()) {
            self.route(registered, &InFile { file: file.clone(), item, at }, &mut routes);
        }
        routes
    }

    fn route(&self, registered: &Registered, place: &InFile, out: &mut Vec<Route>) {
        let registration = &registered.registration;
        let (handler, own) = split_handlers(registration);
        let Some(handler) = handler else { return };
        let beginnings = match &registered.router {
            Some(router) => self.beginnings(router, registration, place, "", 0),
            None => {
                let alone = BUILT_IN.framework(&registration.framework).is_some_and(|framework| framework.alone);
                vec![Beginning { adrift: !alone, ..Beginning::new() }]
            }
        };
        for beginning in beginnings {
            let mut chain = beginning.chain;
            chain.extend(own.iter().map(|value| Link::of(value, &registration.framework)));
            let chain: Vec<Link> = chain.into_iter().map(|link| self.called_by_name(link)).collect();
            let path = match (&beginning.prefix, &registration.path) {
                (Some(prefix), Some(path)) => Some(joined(prefix, path)),
                _ => None,
            };
            let top = beginning.top.as_ref().and_then(|top| self.tops.get(top));
            for path in Top::paths(top, path, &registration.handlers) {
                out.push(behind(
                    &self.gates,
                    Route {
                        methods: registration.methods.clone(),
                        path,
                        chain: chain.clone(),
                        adrift: beginning.adrift,
                        shapes: registration.handlers.iter().filter(|handler| handler.name == SHAPES).map(|handler| handler.value.clone()).collect(),
                        says: registration.handlers.iter().find(|handler| handler.name == "*says*").map(|handler| handler.value.clone()),
                        late: beginning.late.clone(),
                        beside: beginning.beside.clone(),
                        ..Route::new(&registration.framework, handler.value.clone(), registration.site.clone())
                    },
                ));
            }
        }
    }

    /// What runs before something registered at `place` on `router`: once for each place where the router is mounted. `below`: the
    /// rest of the address, if what is registered is a router itself.
    fn beginnings(&self, router: &Site, registration: &Registration, place: &InFile, below: &str, depth: usize) -> Vec<Beginning> {
        let mut own: Vec<Link> = creation_links(&registration.on, &registration.framework);
        let mut late: Vec<Link> = Vec::new();
        let mut beside: Vec<Link> = Vec::new();
        let exact = BUILT_IN.framework(&registration.framework).is_some_and(|framework| framework.exact);
        let address = registration.path.as_ref().map(|path| joined(path, below));
        let everywhere = self.everywhere.iter().filter(|_| depth == 0).filter_map(|at| self.entries.get(*at)?.registered());
        for Registered { registration: before, .. } in everywhere.filter(|before| before.registration.framework == registration.framework) {
            let link = |handler: &Argument| Link::new(handler.value.clone(), before.framework.clone(), before.site.clone());
            own.extend(before.handlers.iter().filter(|handler| runs_before(handler)).map(link));
        }
        for other in self.before.get(router).into_iter().flatten().filter_map(|other| self.entries.get(*other)) {
            let Some(Registered { registration: before, .. }) = other.registered() else { continue };
            let ordered = BUILT_IN.framework(&before.framework).is_some_and(|framework| framework.ordered);
            let is_late = ordered && other.place.file == place.file && (other.place.item, other.place.at) >= (place.item, place.at);
            // What is said where another router is mounted is said of that router.
            if before.kind == RegistrationKind::Mount && before.handlers.iter().any(|handler| mounted_router(handler).is_some()) {
                continue;
            }
            if let (Some(only), Some(path)) = (&before.path, &registration.path)
                && !covers(only, path)
            {
                continue;
            }
            for handler in before.handlers.iter().filter(|handler| runs_before(handler) && mounted_router(handler).is_none()) {
                let framework = if handler.name == "*middleware*" { Name::from(format!("{}-middleware", before.framework)) } else { before.framework.clone() };
                let link = |site: &Site| Link::new(handler.value.clone(), framework.clone(), site.clone());
                let is_beside = exact && matches!((&before.path, &address), (Some(only), Some(address)) if !covers_exactly(only, address));
                if is_beside {
                    beside.push(link(&before.site));
                    continue;
                }
                if is_late { late.push(link(&handler.site)) } else { own.push(link(&before.site)) }
            }
        }
        let prefix_of_router = creation_prefix(&registration.on);
        // What is listed in a file is mounted with the file, unless it is mounted by itself.
        let listed = || self.mounts.get(&place_of_list(&place.file));
        // What no module lists that is there is listed by one that is not; of several applications that one is not known.
        let absent = || self.absent.get(&registration.framework).filter(|mounts| depth == 0 && mounts.len() == 1);
        let mounts = self.mounts.get(router).or_else(listed).or_else(absent).map(Vec::as_slice).unwrap_or_default();
        if mounts.is_empty() || depth > DEEPEST_MOUNT {
            let alone = BUILT_IN.framework(&registration.framework).is_some_and(|framework| framework.alone);
            let adrift = !alone && !is_application(&registration.on);
            return vec![Beginning { chain: own, prefix: prefix_of_router, adrift, top: Some(router.clone()), late, beside }];
        }
        let mut beginnings = Vec::new();
        for mount in mounts.iter().take(MOST_MOUNTS).filter_map(|mount| self.entries.get(*mount)) {
            let Some(mounting) = mount.registered() else { continue };
            let rest = address.as_ref().map_or_else(String::new, |address| joined(prefix_of_router.as_deref().unwrap_or_default(), address));
            let above = match &mounting.router {
                Some(parent) => self.beginnings(parent, &mounting.registration, &mount.place, &rest, depth + 1),
                None => vec![Beginning { adrift: true, ..Beginning::new() }],
            };
            let mut along: Vec<Link> = Vec::new();
            for handler in &mounting.registration.handlers {
                if mounted_router(handler).is_some() || !runs_before(handler) {
                    continue;
                }
                along.push(Link::new(handler.value.clone(), mounting.registration.framework.clone(), handler.site.clone()));
            }
            let at = mount_prefix(&mounting.registration);
            for beginning in above {
                let mut chain = beginning.chain;
                chain.extend(along.iter().cloned());
                chain.extend(own.iter().cloned());
                let prefix = match (beginning.prefix, &at, &prefix_of_router) {
                    (Some(above), Some(at), Some(own)) => Some(joined(&joined(&above, at), own)),
                    _ => None,
                };
                let late = beginning.late.iter().chain(&late).cloned().collect();
                let beside = beginning.beside.iter().chain(&beside).cloned().collect();
                beginnings.push(Beginning { chain, prefix, adrift: beginning.adrift, top: beginning.top, late, beside });
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
    /// What was said too late.
    late: Vec<Link>,
    /// What was said for another address.
    beside: Vec<Link>,
}

impl Beginning {
    fn new() -> Beginning {
        Beginning { chain: Vec::new(), prefix: Some(String::new()), adrift: false, top: None, late: Vec::new(), beside: Vec::new() }
    }
}
