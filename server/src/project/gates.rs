//! Gates: code that runs before routes because of where its file lies, or of what a settings file lists, and the paths for
//! which it does.

use std::sync::Arc;

use super::routes::{Link, Route, Standing};
use super::world::Linked;
use crate::facts::catalogue::{BUILT_IN, GateEntry};
use crate::facts::path_pattern::covers;
use crate::facts::place::{ItemKey, Site};
use crate::facts::scope::Module;
use crate::facts::setup::Answer;
use crate::facts::value::{Kind, Value};
use crate::facts::walk::{ModuleCache, Reads, Walker};
use crate::model::ExprKind;
use crate::text::{FileId, Name, Span};

/// Names in one list.
const MOST_LISTED: usize = 40;

#[derive(Clone)]
pub(super) struct Gate {
    entry: &'static GateEntry,
    /// Everything below it stands behind the gate.
    folder: String,
    /// What runs, each with the framework it is run by.
    links: Vec<(Value, Name)>,
    paths: Paths,
    site: Site,
}

/// For which paths it runs.
#[derive(Clone)]
enum Paths {
    All,
    /// Patterns, and whether each depends on something else too.
    These(Vec<(Arc<str>, bool)>),
    Unknown,
}

/// The gates that a file is.
pub(super) fn gates(world: &Linked<'_>, cache: &mut ModuleCache, file: &FileId, module: &Arc<Module>) -> (Vec<Gate>, Reads) {
    let (mut found, mut reads) = (Vec::new(), Reads::default());
    let path = world.project.relative(file);
    for gate in BUILT_IN.gates() {
        let Some(at) = gate.files.find(path) else { continue };
        let entry = &gate.entry;
        let mut walker = Walker::new(world, cache);
        let exported = entry.exports.iter().find_map(|name| if exports(module, name) { walker.exported(file, name) } else { None });
        let links = match &exported {
            Some(value) if entry.lists => listed(&mut walker, file, value, entry),
            Some(value) if entry.nested => functions(value, entry),
            Some(value) => vec![(value.clone(), entry.framework.clone())],
            None => Vec::new(),
        };
        let paths = entry.matcher.as_ref().map_or(Paths::All, |matcher| paths(&mut walker, file, module, matcher));
        reads.add(&walker.reads);
        if links.is_empty() {
            continue;
        }
        let above = file.as_str().len().saturating_sub(path.len()) + at.start();
        let folder = match entry.own_folder {
            true => file.as_str().rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned()),
            false => file.as_str().get(..above).unwrap_or_default().trim_end_matches('/').to_owned(),
        };
        let item = module.item(0).unwrap_or(ItemKey { file: file.clone(), hash: 0, ordinal: 0 });
        let site = match links.first().map(|(value, _)| value.kind()) {
            Some(Kind::Function(closure)) if closure.item.file == *file => Site { item: closure.item.clone(), span: Span::default() },
            _ => Site { item, span: Span::default() },
        };
        found.push(Gate { entry, folder, links, paths, site });
    }
    (found, reads)
}

fn exports(module: &Module, name: &Name) -> bool {
    module.exports.has(name) || !module.definitions.get(name).is_empty()
}

/// `[signedIn, timed]`.
fn functions(list: &Value, entry: &GateEntry) -> Vec<(Value, Name)> {
    let Kind::Seq(seq) = list.kind() else { return Vec::new() };
    seq.items.iter().take(MOST_LISTED).map(|item| (item.clone(), entry.framework.clone())).collect()
}

/// `["django.middleware.security.SecurityMiddleware", "shop.middleware.SignedIn"]`.
fn listed(walker: &mut Walker<'_>, file: &FileId, list: &Value, entry: &GateEntry) -> Vec<(Value, Name)> {
    let Kind::Seq(seq) = list.kind() else { return Vec::new() };
    let mut links = Vec::new();
    for name in seq.items.iter().take(MOST_LISTED).filter_map(|item| item.as_str()) {
        let Some(value) = walker.dotted(file, name) else { continue };
        match (value.kind(), &entry.hooked) {
            (Kind::Class(_) | Kind::Function(_), hooked) => {
                let (made, before) = walker.middleware_of(file, &value, &entry.hooks);
                links.extend(before.into_iter().map(|before| (before, hooked.clone())));
                links.extend(made.map(|made| (made, entry.framework.clone())));
            }
            _ => links.push((value, entry.framework.clone())),
        }
    }
    links
}

/// `config.matcher`: a pattern, several, or objects with one each.
fn paths(walker: &mut Walker<'_>, file: &FileId, module: &Module, matcher: &str) -> Paths {
    let mut steps = matcher.split('.').map(Name::from);
    let Some(mut value) = steps.next().filter(|first| exports(module, first)).and_then(|first| walker.exported(file, &first)) else { return Paths::All };
    for step in steps {
        let Kind::Object(object) = value.kind() else { return Paths::Unknown };
        let inner = match object.get(&step) {
            (Some(inner), _) => inner.clone(),
            (None, false) => return Paths::All,
            (None, true) => return Paths::Unknown,
        };
        value = inner;
    }
    let all = match value.kind() {
        Kind::Seq(seq) if seq.rest.is_none() => seq.items.clone(),
        _ => vec![value],
    };
    let mut patterns = Vec::with_capacity(all.len());
    for pattern in &all {
        match pattern.kind() {
            Kind::Str(text) => patterns.push((text.clone(), false)),
            Kind::Object(object) => {
                let Some(source) = object.get("source").0.and_then(|source| source.as_str().cloned()) else { return Paths::Unknown };
                patterns.push((source, object.get("has").0.is_some() || object.get("missing").0.is_some()));
            }
            _ => return Paths::Unknown,
        }
    }
    Paths::These(patterns)
}

impl Gate {
    /// Does it run before this route?
    fn stands_before(&self, route: &Route) -> Answer {
        let file = route.site.item.file.as_str();
        let is_below = match self.entry.nested {
            true => route.site.item.file == self.site.item.file || route.around.contains(&self.site.item.file),
            false => self.folder.is_empty() || file.strip_prefix(self.folder.as_str()).is_some_and(|rest| rest.starts_with('/')),
        };
        if !is_below || !self.entry.before.contains(&route.framework) {
            return Answer::No;
        }
        let runs = self.entry.awaited.as_ref().is_none_or(|awaited| route.awaits.contains(awaited) && route.site.item.file != self.site.item.file);
        if !runs {
            return Answer::No;
        }
        match (&self.paths, &route.path) {
            (Paths::All, _) => Answer::Yes,
            (Paths::Unknown, _) | (_, None) => Answer::Unknown,
            (Paths::These(patterns), Some(path)) => {
                let mut answer = Answer::No;
                for (pattern, depends) in patterns {
                    match covers(pattern, path) {
                        Answer::Yes if !depends => return Answer::Yes,
                        Answer::No => {}
                        _ => answer = Answer::Unknown,
                    }
                }
                answer
            }
        }
    }
}

/// What a handler waits for that runs only then: `await parent()`.
pub(super) fn awaited(world: &Linked<'_>, framework: &Name, handler: &Value) -> Vec<Name> {
    let wanted: Vec<&Name> =
        BUILT_IN.gates().iter().filter(|gate| gate.entry.before.contains(framework)).filter_map(|gate| gate.entry.awaited.as_ref()).collect();
    let Kind::Function(closure) = handler.kind() else { return Vec::new() };
    let Some(segment) = world.project.placed(&closure.item).map(|placed| &placed.segment).filter(|_| !wanted.is_empty()) else { return Vec::new() };
    let Some(function) = segment.functions.get(closure.function.0 as usize) else { return Vec::new() };
    let called = segment.exprs.iter().filter(|expr| function.body_span.contains(expr.span)).filter_map(|expr| match &expr.kind {
        ExprKind::Call { callee, .. } => match &segment[*callee].kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
            _ => None,
        },
        _ => None,
    });
    called.filter(|name| wanted.contains(name)).cloned().collect()
}

/// A route with the gates it stands behind.
pub(super) fn behind(gates: &[Gate], mut route: Route) -> Route {
    let mut chain: Vec<Link> = Vec::new();
    for gate in gates {
        let standing = match gate.stands_before(&route) {
            Answer::Yes => Standing::Gate,
            Answer::Unknown => Standing::MaybeGate,
            Answer::No => continue,
        };
        let link = |(value, framework): &(Value, Name)| Link { standing, ..Link::new(value.clone(), framework.clone(), gate.site.clone()) };
        chain.extend(gate.links.iter().map(link));
    }
    if !chain.is_empty() {
        chain.append(&mut route.chain);
        route.chain = chain;
    }
    route
}
