//! Routes and events, told.

use super::beliefs::{Before, Holding, OfAccess, OfCaller, OfEvent, OfFilter, OfGuard, OfRoute, OfValue};
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::credential::{Credential, credential};
use crate::facts::event::{Access, Event, KEYED, RegistrationKind, SinkKind, UseKind};
use crate::facts::place::Site;
use crate::facts::query::{Filter, TermOp};
use crate::facts::show;
use crate::facts::value::{Kind, Value};
use crate::project::Project;
use crate::project::routes::Route;
use crate::project::session::RootWalk;

pub(super) fn site(event: &Event) -> &Site {
    match event {
        Event::Access(access) => &access.site,
        Event::Sink(sink) => &sink.site,
        Event::Use(used) => &used.site,
        Event::Registration(registration) => &registration.site,
        Event::Effect(effect) => &effect.site,
        Event::Compare(compare) => &compare.site,
        Event::Named(named) => &named.site,
        Event::Option(option) => &option.site,
    }
}

pub(super) fn facts(event: &Event) -> Option<&Facts> {
    match event {
        Event::Access(access) => Some(&access.facts),
        Event::Sink(sink) => Some(&sink.facts),
        Event::Use(used) => Some(&used.facts),
        Event::Effect(effect) => Some(&effect.facts),
        Event::Compare(compare) => Some(&compare.facts),
        Event::Registration(_) | Event::Named(_) | Event::Option(_) => None,
    }
}

/// What holds at everything a walk does; if it does nothing, at everything it says.
pub(super) fn always(project: &Project, walk: &RootWalk) -> Holding {
    // Where somebody is sent and what they see is an answer.
    let does = |event: &&Event| match event {
        Event::Sink(sink) => !matches!(sink.kind, SinkKind::Html | SinkKind::Redirect),
        event => matches!(event, Event::Access(_) | Event::Effect(_)),
    };
    let notable = |event: &&Event| !matches!(event, Event::Compare(_));
    // What stands before the handler looks for what it then knows.
    let own = walk.events.get(walk.before_handler..).unwrap_or_default();
    let mut points: Vec<&Facts> = own.iter().filter(does).filter_map(facts).collect();
    if points.is_empty() {
        points = own.iter().filter(notable).filter_map(facts).collect();
    }
    let Some((first, others)) = points.split_first() else { return holding(project, &walk.begun) };
    let mut common = Facts::none();
    for fact in first.iter().filter(|fact| others.iter().all(|other| other.contains(fact))) {
        common.add(fact.clone());
    }
    holding(project, &common)
}

pub(super) fn tell(project: &Project, event: &Event) -> OfEvent {
    let at = project.at(site(event));
    match event {
        Event::Access(access) => OfEvent::Access(Box::new(tell_access(project, access))),
        Event::Sink(sink) => OfEvent::Sink {
            at,
            sink: format!("{:?}", sink.kind).to_lowercase(),
            client: sink.client.to_string(),
            value: value(&sink.value),
            guessed: sink.guessed,
            holds: holding(project, &sink.facts),
        },
        Event::Use(used) => {
            let way = match used.kind {
                UseKind::Respond => "respond",
                UseKind::Shown => "shown",
                UseKind::Told => "told",
                UseKind::Unawaited => "unawaited",
                UseKind::Passed => "passed",
                UseKind::Written => "written",
                UseKind::Return => "return",
                UseKind::Handed => "handed",
            };
            OfEvent::Leaves { at, way, value: value(&used.value), holds: holding(project, &used.facts) }
        }
        Event::Effect(effect) => OfEvent::Effect { at, effect: effect.kind.to_string(), holds: holding(project, &effect.facts) },
        Event::Compare(compare) => OfEvent::Effect { at, effect: "compare".to_owned(), holds: holding(project, &compare.facts) },
        Event::Named(named) => OfEvent::Effect { at, effect: format!("weak {}", named.name), holds: holding(project, &Facts::none()) },
        Event::Option(option) => OfEvent::Effect { at, effect: format!("{} {}", option.kind, option.name), holds: holding(project, &Facts::none()) },
        Event::Registration(registration) => OfEvent::Registers {
            at,
            registers: match registration.kind {
                RegistrationKind::Route => "route",
                RegistrationKind::Middleware | RegistrationKind::Everywhere => "middleware",
                RegistrationKind::Mount => "mount",
                RegistrationKind::Named => "name",
            },
            framework: registration.framework.to_string(),
            methods: registration.methods.iter().map(ToString::to_string).collect(),
            path: registration.path.as_ref().map(ToString::to_string),
        },
    }
}

fn tell_access(project: &Project, access: &Access) -> OfAccess {
    let query = &access.query;
    let caller = |caller: &crate::facts::event::Caller| {
        // The id is told from the principal itself; what was already followed of the way is left out.
        let rest = if caller.id.starts_with(&caller.path) { caller.id.get(caller.path.len()..).unwrap_or_default() } else { &[] };
        let id = rest.iter().fold(caller.expression.clone(), |text, step| if step == KEYED { text + KEYED } else { format!("{text}.{step}") });
        OfCaller { expression: caller.expression.clone(), id, present: caller.present }
    };
    OfAccess {
        at: project.at(&access.site),
        operation: query.operation.word(),
        model: project.schema().model(&query.model).map_or_else(|| query.model.to_string(), |model| model.name.to_string()),
        client: query.client.to_string(),
        guessed: query.guessed,
        filter: query.filter.iter().map(filter).collect(),
        data: query.data.iter().map(value).collect(),
        handle: query.handle.as_ref().map(value),
        row_security: query.row_security,
        credential: match credential(query.handle.as_ref()) {
            Credential::Caller => "caller",
            Credential::Privileged => "privileged",
            Credential::Unknown => "unknown",
        },
        callers: access.callers.iter().map(caller).collect(),
        holds: holding(project, &access.facts),
    }
}

pub(super) fn route(project: &Project, route: &Route) -> OfRoute {
    OfRoute {
        framework: route.framework.to_string(),
        methods: route.methods.iter().map(ToString::to_string).collect(),
        path: route.path.clone(),
        adrift: route.adrift,
        authorizer: route.authorizer.map(|answer| answer.word()),
        handler: name(project, &route.handler),
        before: route
            .chain
            .iter()
            .filter(|link| runs(&link.value))
            .map(|link| Before { name: runner(project, &link.value), at: project.at(&link.site) })
            .collect(),
    }
}

/// Options of a registration (`methods=[..]`) stand in its chain too, and do nothing.
fn runs(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Object(_) => false,
        Kind::Seq(seq) => seq.items.iter().any(runs),
        _ => true,
    }
}

/// What stands before a handler: an object of a guard's class is known by the class.
fn runner(project: &Project, of: &Value) -> String {
    if let Kind::Function(closure) = of.kind()
        && let Some(Kind::Instance(object)) = closure.this.as_ref().map(Value::kind)
    {
        return object.class.name.to_string();
    }
    name(project, of)
}

/// What a function is called, or what else stands in its place.
fn name(project: &Project, of: &Value) -> String {
    let Kind::Function(closure) = of.kind() else { return show::value(of) };
    let function = || {
        let module = project.file(&closure.item.file)?.module.as_ref()?;
        let placed = module.model.segments.get(module.segment_of(&closure.item)?)?;
        let name = &placed.segment.functions.get(closure.function.0 as usize)?.name;
        (!name.is_empty()).then(|| name.to_string())
    };
    function().unwrap_or_else(|| "a function".to_owned())
}

pub(super) fn holding(project: &Project, facts: &Facts) -> Holding {
    let mut holding = Holding::default();
    for fact in facts.iter() {
        match fact {
            Fact::Guard(known) => holding.guards.push(guard(project, known)),
            _ => {
                for symbol in principals(fact) {
                    holding.principals.push(show::symbol(symbol));
                }
                if !matches!(fact, Fact::Present(symbol) if symbol.root == Root::Principal) {
                    holding.facts.push(show::fact(fact));
                }
            }
        }
    }
    holding.principals.sort();
    holding.principals.dedup();
    holding
}

/// What of the signed-in user a fact shows to be there.
fn principals(fact: &Fact) -> Vec<&Symbol> {
    let of = |symbol: &&Symbol| symbol.root == Root::Principal && symbol.path.last().is_none_or(|name| name != "error");
    match fact {
        Fact::Present(a) | Fact::Is(a, _) | Fact::Among(a) => Some(a).into_iter().filter(of).collect(),
        Fact::Same(a, b) | Fact::Contains(a, b) => [a, b].into_iter().filter(of).collect(),
        _ => Vec::new(),
    }
}

fn guard(project: &Project, guard: &Guard) -> OfGuard {
    let kind = match guard.kind {
        GuardKind::Identity => "identity",
        GuardKind::Role => "role",
        GuardKind::Object => "object",
        GuardKind::Machine => "machine",
        GuardKind::Password => "password",
        GuardKind::Limit => "limit",
        GuardKind::Exempt => "exempt",
        GuardKind::Unawaited => "unawaited",
    };
    OfGuard { kind, name: guard.name.to_string(), sure: guard.sure, at: guard.site.as_ref().map(|site| project.at(site)) }
}

pub(super) fn filter(of: &Filter) -> OfFilter {
    match of {
        Filter::Term(term) => OfFilter::Term {
            column: term.path.join("."),
            op: match term.op {
                TermOp::Eq => "=",
                TermOp::In => "in",
                TermOp::Like => "like",
                TermOp::Other => "~",
            },
            value: value(&term.value),
        },
        Filter::All(all) => OfFilter::All { all: all.iter().map(filter).collect() },
        Filter::Any(any) => OfFilter::Any { any: any.iter().map(filter).collect() },
        Filter::Not(inner) => OfFilter::Not { not: Box::new(filter(inner)) },
        Filter::Row(row) => OfFilter::Row { row: value(row) },
        Filter::Opaque(inner) => OfFilter::Unreadable { unreadable: value(inner) },
    }
}

pub(super) fn value(of: &Value) -> OfValue {
    let mut from = Vec::new();
    origins(of, 0, &mut from);
    from.sort();
    from.dedup();
    OfValue { is: show::brief(of), from }
}

/// The sources of a value and of its parts; `*` behind those that were made harmless.
fn origins(of: &Value, depth: u32, out: &mut Vec<String>) {
    out.extend(of.taint().iter().map(|origin| {
        let part = format!("{:?}", origin.part).to_lowercase();
        if origin.clean.0 == 0 { part } else { format!("{part}*") }
    }));
    if depth > 4 || of.symbol().is_some() {
        return;
    }
    match of.kind() {
        Kind::Object(object) => object.fields.iter().map(|(_, value)| value).chain(&object.rest).for_each(|value| origins(value, depth + 1, out)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|value| origins(value, depth + 1, out)),
        Kind::Promise(inner) => origins(inner, depth + 1, out),
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| origins(&alternative.value, depth + 1, out)),
        _ => {}
    }
}
