//! Middleware that decides: which of its ways let a request pass, and what that says about who is asking.

use std::sync::Arc;

use super::handler::{arguments, run_function, run_link, unsure};
use super::routes::Link;
use crate::facts::catalogue::{BUILT_IN, DecidesEntry, Entry, FrameworkEntry};
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root};
use crate::facts::setup::Answer;
use crate::facts::value::{Alternative, Kind, Library, Object, Value};
use crate::facts::walk::Walker;
use crate::text::Name;

/// Of what a middleware may give back, that which does not end the request; `None` if everything does.
pub(super) fn unended(walker: &Walker<'_>, value: &Value, ends: &[String]) -> Option<Vec<Alternative>> {
    let all = match value.kind() {
        Kind::Union(alternatives) => alternatives.to_vec(),
        _ => vec![Alternative { value: value.clone(), facts: Facts::none() }],
    };
    let left: Vec<Alternative> = all.into_iter().filter(|alternative| !walker.is_of(&alternative.value.awaited(), ends)).collect();
    (!left.is_empty()).then_some(left)
}

fn shows_somebody(fact: &Fact) -> bool {
    match fact {
        Fact::Present(symbol) => symbol.root == Root::Principal,
        Fact::Guard(guard) => matches!(guard.kind, GuardKind::Identity | GuardKind::Role | GuardKind::Object | GuardKind::Machine),
        Fact::Any(arms) => arms.iter().all(|arm| arm.iter().any(shows_somebody)),
        _ => false,
    }
}

/// On some ways it let pass only who is signed in, on others whoever asks for certain paths, and which those are cannot be told.
pub(super) fn undecided(walker: &mut Walker<'_>, link: &Link, before: &Facts) {
    let learned = walker.facts().since(before);
    if learned.iter().any(shows_somebody) {
        return;
    }
    let hangs_on_path = |fact: &Fact| match fact {
        Fact::Present(symbol) | Fact::Absent(symbol) | Fact::Is(symbol, _) | Fact::IsNot(symbol, _) | Fact::Among(symbol) | Fact::Matches(symbol, _) => {
            matches!(&symbol.root, Root::Call(_)) || matches!(&symbol.root, Root::Request(part) if part == "path")
        }
        Fact::Contains(list, of) => [list, of].iter().any(|symbol| matches!(&symbol.root, Root::Request(part) if part == "path")),
        _ => false,
    };
    let is_open = |arms: &[Facts]| {
        arms.iter().any(|arm| arm.iter().any(shows_somebody)) && arms.iter().any(|arm| !arm.iter().any(shows_somebody) && arm.iter().any(hangs_on_path))
    };
    if learned.iter().any(|fact| matches!(fact, Fact::Any(arms) if is_open(arms))) {
        let name = walker.called_name(&link.value);
        walker.assume_facts(&unsure(&name, link));
    }
}

/// A middleware that a library made of functions and options of the project's.
pub(super) fn decided(
    walker: &mut Walker<'_>,
    link: &Link,
    library: &Library,
    decides: &DecidesEntry,
    framework: Option<&FrameworkEntry>,
    request: &mut Option<Value>,
) {
    if let Some(switch) = &decides.only_if
        && walker.option_of(library, switch).is_none_or(|value| value.is_truthy() == Some(false))
    {
        return;
    }
    for open in &decides.open {
        match walker.is_listed(library, open) {
            Answer::Yes => return,
            Answer::Unknown => {
                walker.assume_facts(&unsure(&walker.called_name(&link.value), link));
                return;
            }
            Answer::No => {}
        }
    }
    let by = decides.by.as_ref().and_then(|by| walker.option_of(library, by)).filter(|value| matches!(value.kind(), Kind::Function(_)));
    match (by, decides.otherwise) {
        (Some(by), _) => asked_of(walker, link, &by, decides, framework),
        (None, Some(kind)) => {
            let name = walker.called_name(&link.value);
            walker.assume_facts(&Guard { kind, sure: true, name, site: Some(link.site.clone()) }.passed());
        }
        (None, None) => {}
    }
    let inner: Vec<Value> = match decides.calls {
        _ if decides.all => library.args.iter().map(|arg| arg.value.clone()).collect(),
        Some(at) => library.args.get(at).map(|arg| arg.value.clone()).into_iter().collect(),
        None => Vec::new(),
    };
    for value in inner {
        let link = Link { value, ..link.clone() };
        match (link.value.kind(), framework) {
            (Kind::Function(_), Some(framework)) if !decides.params.is_empty() => run_function(walker, &link, framework, &decides.params, request),
            _ => run_link(walker, &link, framework, request),
        }
    }
}

/// A function of the project's says whether the request may pass.
fn asked_of(walker: &mut Walker<'_>, link: &Link, function: &Value, decides: &DecidesEntry, framework: Option<&FrameworkEntry>) {
    let mut given = Object::default();
    for (name, role) in &decides.gets {
        let value = walker.role(role);
        given.set(name.clone(), value);
    }
    let before = walker.facts().clone();
    let value = walker.root(function, arguments(vec![Value::new(Kind::Object(Arc::new(given)))], &link.site)).awaited();
    let after = walker.facts().clone();
    let ends = framework.map(|framework| framework.ends.as_slice()).unwrap_or_default();
    let left =
        unended(walker, &value, ends).map(|left| left.into_iter().filter(|alternative| alternative.value.is_truthy() != Some(false)).collect::<Vec<_>>());
    let Some(left) = left.filter(|left| !left.is_empty()) else {
        walker.replace_facts(before);
        walker.assume_facts(&unsure(&Name::new_static("middleware"), link));
        return;
    };
    let facts = left.iter().map(|alternative| alternative.facts.and(&walker.truth_of(&alternative.value).if_true)).reduce(|known, other| known.or(&other));
    walker.replace_facts(before.clone());
    walker.assume_facts(&after.and(&facts.unwrap_or_default()));
    undecided(walker, link, &before);
}

/// The handler says that this gate is not for it.
pub(super) fn is_exempt(link: &Link, handler: &Value) -> bool {
    let (Kind::Library(library), Kind::Function(closure)) = (link.value.kind(), handler.kind()) else { return false };
    let is_marked =
        |name: &Name| closure.assumes.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Limit && guard.name == *name));
    let exempts = |name: &Name| name.starts_with("stub:") && closure.item.file.as_str().starts_with(name.as_str()) || is_marked(name);
    BUILT_IN.at(&library.states).any(|entry| matches!(entry, Entry::Guard(guard) if guard.exempts.iter().any(exempts)))
}
