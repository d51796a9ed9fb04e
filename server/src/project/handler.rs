//! Walking a route: what runs before the handler, then the handler itself.

use crate::facts::catalogue::{BUILT_IN, Entry, FrameworkEntry, How, Passes};
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::{Event, UseKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::setup::Answer;
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::facts::walk::{Asked, Handler, Walker, is_stub};
use crate::text::{Name, Span};

use super::Project;
use super::deciding::{decided, is_exempt, undecided, unended};
use super::handed_headers::hand_headers;
use super::routes::{Link, Route, Standing};

/// What the item of a route defines: what it is known by while its text changes.
pub(super) fn name(project: &Project, route: &Route) -> Option<Name> {
    let module = project.file(&route.site.item.file)?.module.as_ref()?;
    let at = module.segment_of(&route.site.item)? as u32;
    module.definitions.iter().filter(|(_, all)| all.iter().any(|(item, _)| *item == at)).map(|(name, _)| name.clone()).min()
}

/// Walks a route and leaves its events in the walker.
pub fn walk(walker: &mut Walker<'_>, route: &Route) {
    walker.enter_route();
    walker.says = route.says.clone();
    walker.answer = None;
    walker.shared = BUILT_IN.framework(&route.framework).filter(|framework| !framework.shares.is_empty()).map(|framework| walker.role(&framework.shares));
    let framework = BUILT_IN.framework(&route.framework);
    let roles: Vec<Value> = framework.map(|framework| framework.params.iter().map(|role| walker.role(role)).collect()).unwrap_or_default();
    let mut roles = roles;
    if let (Some(at), Some(Kind::Object(validators))) = (
        framework.and_then(|framework| framework.params.iter().position(|role| role == "input")),
        route.chain.iter().map(|link| link.value.kind()).find(|kind| matches!(kind, Kind::Object(_))),
    ) && let Some(input) = roles.get_mut(at)
    {
        *input = walker.validated_input(validators);
    }
    if let [method] = route.methods.as_slice()
        && method != "*"
    {
        walker.assume_facts(&Facts::one(Fact::Is(Symbol::new(Root::Request("method".into())), method.as_str().into())));
    }
    if framework.is_some_and(|framework| framework.knows_caller) {
        walker.assume_facts(&Facts::one(Fact::Present(Symbol::new(Root::Principal))));
    }
    // What was validated may come before the request that carries it.
    let carried_in = framework.and_then(|framework| framework.params.iter().position(|role| role != "input")).unwrap_or_default();
    let mut request = roles.get(carried_in).cloned();
    if let (Some(name), Some(before)) = (framework.and_then(|framework| framework.shapes_member.as_ref()), request.as_ref()) {
        request = walker.with_shapes(before, name, &route.shapes, &route.handler).or(request);
    }
    walker.asked = route.path.as_deref().map(|path| Asked::new(path, &route.site));
    let handler = Handler {
        path: route.path.as_deref().map(Name::from),
        injects: framework.is_some_and(|framework| framework.injects),
        framework: route.framework.clone(),
    };
    // What a framework fills by its name and type it fills for what stands before the handler, too.
    walker.handler = handler.injects.then(|| handler.clone());
    for link in &route.chain {
        let with = BUILT_IN.framework(&link.framework).or(framework);
        let made = link.made_with.as_ref().map(|given| Link { value: walker.root(&link.value, given.clone()), made_with: None, ..link.clone() });
        let link = made.as_ref().unwrap_or(link);
        match link.standing {
            Standing::Registered => run_link(walker, link, with, &mut request),
            Standing::Context => make_context(walker, link, with, &mut request),
            Standing::Gate if is_exempt(link, &route.handler) => {}
            Standing::Gate => run_gate(walker, link, with, &mut request),
            Standing::MaybeGate => {
                let name = walker.called_name(&link.value);
                walker.assume_facts(&unsure(&name, link));
            }
        }
    }
    walker.asked = None;
    if route.adrift {
        // Whoever mounts the router may put a guard before it.
        walker.assume_facts(&Facts::one(Fact::Guard(Guard { kind: GuardKind::Identity, sure: false, name: "mount".into(), site: None })));
    }
    match route.authorizer {
        Some(Answer::Yes) => {
            let guard = Guard { kind: GuardKind::Identity, sure: true, name: "authorizer".into(), site: None };
            walker.assume_facts(&Facts::one(Fact::Guard(guard)));
            walker.assume_facts(&Facts::one(Fact::Present(Symbol::new(Root::Principal))));
        }
        // It may ask whose the record is, too.
        Some(Answer::Unknown) => {
            for kind in [GuardKind::Identity, GuardKind::Object] {
                walker.assume_facts(&Facts::one(Fact::Guard(Guard { kind, sure: false, name: "authorizer".into(), site: None })));
            }
        }
        Some(Answer::No) | None => {}
    }
    let mut values = roles;
    if let (Some(given), Some(request)) = (values.get_mut(carried_in), request) {
        *given = request;
    }
    if let (Some(second), Some(answer)) = (values.get_mut(1), walker.answer.take()) {
        *second = answer;
    }
    let args = arguments(values, &route.site);
    walker.home = home(route);
    walker.enter_handler(handler);
    let value = walker.root(&route.handler, args);
    walker.handler = None;
    let Kind::Function(closure) = route.handler.kind() else { return };
    walker.given_to_page(&value, &closure.item, closure.function);
    if framework.is_none_or(|framework| framework.returns) {
        let site = walker.home.clone().unwrap_or_else(|| Site { item: closure.item.clone(), span: route.site.span });
        walker.returned(&value, &site.item, site.span);
    }
}

/// What the middlewares hand on begins as what this function makes.
fn make_context(walker: &mut Walker<'_>, link: &Link, framework: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    let (Some(name), Some(before)) = (framework.and_then(|framework| framework.hands.as_ref()), request.as_ref()) else { return };
    let known = walker.facts().clone();
    let made = walker.root(&link.value, Vec::new()).awaited();
    walker.replace_facts(known);
    if let Some(after) = walker.with_context(&link.value, before, name, &made) {
        *request = Some(after);
    }
}

/// What a gate puts on the request is for those of its own kind, unless the framework gives both the same one.
fn run_gate(walker: &mut Walker<'_>, link: &Link, with: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    let before = walker.events.len();
    enter_gate(walker, link, with, request);
    hand_headers(walker, before);
}

fn enter_gate(walker: &mut Walker<'_>, link: &Link, with: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    let leaves = with.and_then(|with| Some((with.leaves.as_ref()?, with.params.first()?)));
    let (Some((name, role)), Some(before)) = (leaves, request.as_ref()) else { return run_link(walker, link, with, &mut None) };
    let mut own = Some(if name.is_empty() { before.clone() } else { walker.for_gate(role, name, before) });
    run_link(walker, link, with, &mut own);
    let left = own.and_then(|own| if name.is_empty() { Some(own) } else { walker.left_by_gate(role, name, &own) });
    if left.is_some() {
        *request = left;
    }
}

/// For a handler that a library's class makes: the project's class, or where it is registered.
fn home(route: &Route) -> Option<Site> {
    let Kind::Function(closure) = route.handler.kind() else { return None };
    if !is_stub(&closure.item.file) {
        return None;
    }
    let class = closure.captured.as_ref().and_then(|captured| captured.get("cls")).map(Value::kind);
    match class {
        Some(Kind::Class(class)) if !is_stub(&class.item.file) => Some(Site { item: class.item.clone(), span: Span::default() }),
        _ => match route.written().filter(|written| !is_stub(&written.item.file)) {
            Some(written) => Some(Site { item: written.item, span: Span::default() }),
            None => Some(route.site.clone()),
        },
    }
}

pub(super) fn arguments(values: Vec<Value>, site: &Site) -> Vec<Argument> {
    values.into_iter().map(|value| Argument { name: Name::default(), value, site: site.clone(), spread: false }).collect()
}

pub(super) fn run_link(walker: &mut Walker<'_>, link: &Link, framework: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    match link.value.kind() {
        Kind::Function(_) => run_middleware(walker, link, framework, request),
        Kind::Library(library) => library_link(walker, link, library, framework, request),
        Kind::Union(alternatives) => {
            // One of several: only what all of them establish would hold, and that is not looked for.
            let guarded = alternatives.iter().any(|alternative| matches!(alternative.value.kind(), Kind::Function(_) | Kind::Library(_)));
            if guarded {
                walker.assume_facts(&unsure(&Name::new_static("middleware"), link));
            }
        }
        Kind::Str(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        Kind::Object(_) | Kind::Pattern(_) => {}
        // One that works on the bare protocol may turn anybody away.
        Kind::Class(class) => walker.assume_facts(&unsure(&class.name, link)),
        // `dependencies=[Depends(a), Depends(b)]`.
        Kind::Seq(seq) => {
            for value in seq.items.clone() {
                run_link(walker, &Link { value, ..link.clone() }, framework, request);
            }
        }
        _ => {
            let name = link.value.symbol().and_then(|symbol| symbol.path.last().cloned()).unwrap_or_default();
            if name.is_empty() || names::is_guard(&name) {
                walker.assume_facts(&unsure(&name, link));
            }
        }
    }
}

pub(super) fn unsure(name: &Name, link: &Link) -> Facts {
    Facts::one(Fact::Guard(Guard { kind: GuardKind::Identity, sure: false, name: name.clone(), site: Some(link.site.clone()) }))
}

fn run_middleware(walker: &mut Walker<'_>, link: &Link, framework: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    let Some(framework) = framework else {
        walker.depend(&link.value);
        return;
    };
    if framework.injects {
        walker.depend(&link.value);
        return;
    }
    let params = if framework.middleware.is_empty() { &framework.params } else { &framework.middleware };
    if framework.name.ends_with("-middleware") {
        // It has another first parameter than what comes after it; what it puts there is on the request that all share.
        return run_function(walker, link, framework, params, &mut walker.shared.clone());
    }
    run_function(walker, link, framework, params, request);
}

/// A middleware of the project's, whose parameters have these roles.
pub(super) fn run_function(walker: &mut Walker<'_>, link: &Link, framework: &FrameworkEntry, params: &[Name], request: &mut Option<Value>) {
    let mut values: Vec<Value> = params.iter().map(|role| walker.role(role)).collect();
    if let (Some(first), Some(request)) = (values.first_mut(), request.as_ref()) {
        *first = request.clone();
    }
    // `(request, response, next)`
    let is_pair = params.len() > 2 && params.get(1) == framework.params.get(1);
    if let (Some(second), Some(answer), true) = (values.get_mut(1), &walker.answer, is_pair) {
        *second = answer.clone();
    }
    if let (Some(name), Some(first)) = (&framework.goes_on, values.first_mut()) {
        *first = walker.with_way_on(first, name);
    }
    if framework.hands.is_some()
        && let Some(first) = values.first_mut()
    {
        *first = walker.with_next(first);
    }
    let before = walker.facts().clone();
    let events = walker.events.len();
    walker.passed.clear();
    let parts = if framework.leaves.as_ref().is_none_or(|name| name.is_empty()) { walker.parts_of_parameter(&link.value, 0) } else { Vec::new() };
    walker.apart_request = values.first().filter(|_| !parts.is_empty()).map(|whole| (whole.clone(), parts));
    walker.request = if walker.apart_request.is_none() { walker.parameter_of(&link.value, 0) } else { None };
    walker.response = if is_pair { walker.parameter_of(&link.value, 1) } else { None };
    walker.answer_ends = framework.answer_ends;
    let value = walker.root(&link.value, arguments(values, &link.site));
    walker.answer_ends = false;
    (walker.request, walker.response, walker.apart_request) = (None, None, None);
    let after = walker.facts().clone();
    let answered = walker.events[events..].iter().any(|event| matches!(event, Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Shown)));
    let passed = std::mem::take(&mut walker.passed);
    match framework.passes {
        Passes::Next if !passed.is_empty() => {
            let mut facts: Option<Facts> = None;
            for pass in &passed {
                facts = Some(facts.map_or(pass.facts.clone(), |known| known.or(&pass.facts)));
                match (&framework.leaves, framework.params.first(), &pass.request) {
                    (_, _, None) => {}
                    // The next one gets the whole again: `{ event, resolve }`.
                    (Some(name), Some(role), Some(seen)) if !name.is_empty() => {
                        *request = walker.left_by_gate(role, name, seen).map(|left| walker.for_gate(role, name, &left));
                    }
                    (leaves, _, Some(_)) if framework.hands.is_none() && (framework.goes_on.is_none() || leaves.is_some()) => request.clone_from(&pass.request),
                    _ => {}
                }
                if pass.response.is_some() {
                    walker.answer.clone_from(&pass.response);
                }
                if let (Some(name), Some(argument), Some(before)) = (&framework.hands, &pass.argument, request.as_ref())
                    && let Some(after) = walker.handed_on(&link.value, before, name, argument)
                {
                    *request = Some(after);
                }
            }
            walker.replace_facts(before.clone());
            walker.assume_facts(&facts.unwrap_or_default());
            undecided(walker, link, &before);
        }
        // It never calls `next` that we could see: it decides in a way that cannot be read.
        Passes::Next => {
            walker.replace_facts(before);
            if !answered {
                walker.assume_facts(&unsure(&Name::new_static("middleware"), link));
            }
        }
        // It lets pass by what it gives back.
        Passes::Truth => {
            let value = value.awaited();
            let facts = after.and(&walker.truth_of(&value).if_true);
            walker.replace_facts(before.clone());
            walker.assume_facts(&facts);
            let shows = |fact: &Fact| matches!(fact, Fact::Guard(_)) || matches!(fact, Fact::Present(symbol) if symbol.root == Root::Principal);
            if value.is_truthy().is_none() && !facts.since(&before).iter().any(shows) {
                walker.assume_facts(&unsure(&walker.class_of(&link.value), link));
            }
        }
        Passes::Unended => {
            let left = unended(walker, &value.awaited(), &framework.ends);
            walker.replace_facts(before.clone());
            match left {
                Some(left) => {
                    let mut facts = after;
                    if let Some(known) = left.into_iter().map(|alternative| alternative.facts).reduce(|known, other| known.or(&other)) {
                        facts = facts.and(&known);
                    }
                    walker.assume_facts(&facts);
                    undecided(walker, link, &before);
                }
                // It lets nobody pass, as far as can be seen.
                None => walker.assume_facts(&unsure(&Name::new_static("middleware"), link)),
            }
        }
        Passes::Returns | Passes::Nothing => {
            // The paths on which it answered end the request; what holds on the others goes on.
            let facts = passing_facts(&value, framework.passes, after);
            if let Some(name) = &framework.given_by {
                walker.gives_below(name, &value);
            }
            walker.replace_facts(before.clone());
            walker.assume_facts(&facts);
            undecided(walker, link, &before);
            if let Some(changed) = walker.changed_request() {
                *request = Some(changed);
            }
        }
    }
}

/// What holds when a hook let the request pass: of the ways it came back, those that answered nothing.
fn passing_facts(value: &Value, passes: Passes, after: Facts) -> Facts {
    let Kind::Union(alternatives) = value.kind() else { return after };
    let empty = |value: &Value| matches!(value.kind(), Kind::Null);
    if passes == Passes::Nothing || alternatives.iter().any(|alternative| empty(&alternative.value)) {
        let mut facts: Option<Facts> = None;
        for alternative in alternatives.iter().filter(|alternative| empty(&alternative.value)) {
            facts = Some(facts.map_or(alternative.facts.clone(), |known| known.or(&alternative.facts)));
        }
        return after.and(&facts.unwrap_or_default());
    }
    after
}

/// A middleware or dependency that a library made.
fn library_link(walker: &mut Walker<'_>, link: &Link, library: &Library, framework: Option<&FrameworkEntry>, request: &mut Option<Value>) {
    let mut known = false;
    for entry in BUILT_IN.at(&library.states) {
        match entry {
            Entry::Guard(guard) if guard.guards_as(How::Middleware) || guard.guards_as(How::Dependency) => {
                known = true;
                if let Some(option) = &guard.unless
                    && crate::facts::walk::option_is(&library.args, Some(option))
                {
                    continue;
                }
                let name = walker.called_name(&link.value);
                walker.assume_facts(&Guard { kind: guard.kind, sure: true, name, site: Some(link.site.clone()) }.passed());
            }
            Entry::Decides(decides) => {
                known = true;
                decided(walker, link, library, decides, framework, request);
            }
            Entry::Injects => {
                known = true;
                if let Some(dependency) = library.args.first() {
                    walker.depend(&dependency.value);
                }
            }
            _ => known = true,
        }
    }
    if known {
        return;
    }
    let name = walker.called_name(&link.value);
    if names::is_guard(&name) || library.package.is_empty() && library.states.is_empty() {
        // Something of the project that is not here, or a guard by its name.
        walker.assume_facts(&unsure(&name, link));
    }
}
