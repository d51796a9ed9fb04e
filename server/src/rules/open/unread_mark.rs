//! A decorator says which roles may call a handler, and nothing that runs before it reads what the decorator says.

use super::door::Door;
use crate::facts::check::Fact;
use crate::facts::event::Event;
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::role_words::names_above;
use crate::facts::value::{Kind, Value};
use crate::model::ExprKind;
use crate::project::routes::Route;
use crate::rules::Confidence;
use crate::rules::admin_open::{META, door_of};
use crate::rules::handler::facts_of;
use crate::rules::ownership::Judge;
use crate::rules::raw::{Raw, RuleCx};
use crate::text::Name;

/// True if it was told.
pub fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) -> bool {
    let Some(Kind::Object(says)) = route.says.as_ref().map(Value::kind) else { return false };
    let is_read = |key: &Name| {
        cx.walk.events.iter().any(|event| match event {
            Event::Effect(effect) if effect.kind == "mark-read" => effect.args.first().is_none_or(|arg| arg.value.as_str().is_none_or(|read| **read == **key)),
            _ => false,
        })
    };
    let passed_by = |key: &Name| {
        cx.walk.events.iter().find_map(|event| match event {
            Event::Effect(effect) if effect.kind == "mark-passed-by" => {
                effect.args.first().is_some_and(|arg| arg.value.as_str().is_some_and(|read| **read == **key)).then_some(&effect.site)
            }
            _ => None,
        })
    };
    let Some((key, _)) = says.fields.iter().find(|(key, value)| demands_role(key, value) && !is_read(key)) else { return false };
    // Whoever does nothing needs no guard; and what cannot be looked into may read it.
    let mut does = false;
    for (_, event) in super::own_events(cx.walk) {
        let Some(facts) = facts_of(event) else { continue };
        let may_read = |fact: &Fact| matches!(fact, Fact::Guard(guard) if !guard.sure);
        if facts.iter().any(may_read) || judge.is_elevated(facts) {
            return false;
        }
        does |= matches!(event, Event::Access(_) | Event::Effect(_));
    }
    let Some(door) = door_of(cx, route).filter(|_| does) else { return false };
    let (site, name) = mark(cx, route, key).unwrap_or_else(|| (door.site.clone(), key.clone()));
    let mut raw = Raw::new(&META, site, Confidence::Proven);
    raw.detail = "unread-roles".into();
    raw.absence = true;
    match passed_by(key) {
        Some(guard) => {
            raw.message = format!(
                "`@{name}` stands on the class, and the guard only reads what stands on the handler, finds nothing there and lets everybody through. Let it read both: `getAllAndOverride(.., [context.getHandler(), context.getClass()])`."
            );
            raw.also(guard.clone(), "this reads what stands on the handler alone".to_owned());
        }
        None => raw.message = message(route, &door, &name),
    }
    raw.also(route.site.clone(), format!("reached from {}", route.title()));
    out.push(raw);
    true
}

fn message(route: &Route, door: &Door, name: &Name) -> String {
    let handler = if door.name.is_empty() { "this handler".to_owned() } else { format!("`{}`", door.name) };
    let who = if route.chain.is_empty() { "anyone" } else { "everybody who gets this far" };
    format!(
        "`@{name}` only writes down who may call {handler}, and no guard before it reads that: {who} can call it. Bind the guard that reads it, with `@UseGuards(..)`."
    )
}

/// `roles: ["admin"]`, `permissions: "edit"`, `staffOnly: true`.
fn demands_role(key: &str, value: &Value) -> bool {
    let is_of_roles = |word: &String| matches!(word.as_str(), "role" | "roles" | "permission" | "permissions" | "scope" | "scopes" | "policies" | "abilities");
    names::words(key).iter().any(is_of_roles) && names_some(value) || names_above(key) && matches!(value.kind(), Kind::Bool(true))
}

/// A list with names in it, or a name.
fn names_some(value: &Value) -> bool {
    match value.kind() {
        Kind::Seq(seq) => !seq.items.is_empty() && seq.rest.is_none(),
        Kind::Str(text) => !text.is_empty(),
        _ => false,
    }
}

/// The decorator that says it: one whose name has a word of the key.
fn mark(cx: &RuleCx<'_>, route: &Route, key: &Name) -> Option<(Site, Name)> {
    let function = route.function()?;
    let segment = &*cx.project.placed(&function.item)?.segment;
    let known = segment.functions.get(function.function.0 as usize)?;
    let words = names::words(key);
    let of_class = segment.classes.iter().find(|class| class.methods.contains(&function.function)).map(|class| class.decorators.as_slice());
    known.decorators.iter().chain(of_class.unwrap_or_default()).find_map(|decorator| {
        let ExprKind::Call { callee, .. } = &segment[*decorator].kind else { return None };
        let (ExprKind::Name(name) | ExprKind::Member { name, .. }) = &segment[*callee].kind else { return None };
        let is_it = names::words(name).iter().any(|word| words.iter().any(|known| known.trim_end_matches('s') == word.trim_end_matches('s')));
        is_it.then(|| (Site { item: function.item.clone(), span: segment[*decorator].span }, name.clone()))
    })
}
