//! What is written to a row, by column.

use crate::facts::check::{Fact, Facts, Root};
use crate::facts::place::Site;
use crate::facts::schema::{Classes, Model, column_classes};
use crate::facts::value::{Kind, Value};
use crate::model::ExprKind;
use crate::rules::handler::any;
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// Does a value from outside stand anywhere in what is written?
pub fn holds_input(value: &Value) -> bool {
    let mut found = is_from_outside(value);
    each(value, &mut |_, value| found |= is_from_outside(value), 0);
    found
}

/// The first column of such a name into which somebody outside puts a value.
pub fn chosen_from_outside(data: &[Value], is_such: impl Fn(Classes, &str) -> bool) -> Option<Name> {
    let mut found = None;
    for value in data {
        each(
            value,
            &mut |name, value| {
                if found.is_none() && is_from_outside(value) && is_such(column_classes(name), name) {
                    found = Some(name.clone());
                }
            },
            0,
        );
    }
    found
}

/// Is what is written nothing but how often something was seen or liked?
pub fn only_counts(data: &[Value]) -> bool {
    let (mut any, mut all) = (false, true);
    for value in data {
        each(
            value,
            &mut |name, _| {
                any = true;
                all &= is_count(name);
            },
            0,
        );
    }
    any && all
}

fn is_count(name: &str) -> bool {
    let words = crate::facts::names::words(name);
    let counted = |word: &String| {
        matches!(
            word.as_str(),
            "views"
                | "view"
                | "hits"
                | "hit"
                | "clicks"
                | "click"
                | "likes"
                | "votes"
                | "upvotes"
                | "downvotes"
                | "downloads"
                | "download"
                | "plays"
                | "visits"
                | "shares"
                | "opens"
                | "impressions"
        )
    };
    words.iter().any(counted) || words.last().is_some_and(|last| last == "increment") || matches!(words.as_slice(), [last] if last == "updated")
}

pub fn is_from_outside(value: &Value) -> bool {
    value.taint().iter().any(|origin| origin.part.is_request())
}

fn each(value: &Value, told: &mut dyn FnMut(&Name, &Value), depth: u32) {
    if depth > 3 {
        return;
    }
    match value.kind() {
        Kind::Object(object) => object.fields.iter().for_each(|(name, value)| match (name.starts_with('$'), changed_by(value)) {
            (true, _) => each(value, told, depth + 1),
            (_, Some(by)) => told(name, by),
            _ => told(name, value),
        }),
        Kind::Seq(seq) => seq.items.iter().for_each(|item| each(item, told, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| each(&alternative.value, told, depth + 1)),
        Kind::Instance(instance) => instance.fields.iter().for_each(|(name, value)| told(name, value)),
        _ => {}
    }
}

/// `{ increment: amount }`: a column is told what happens to what it holds.
fn changed_by(value: &Value) -> Option<&Value> {
    let Kind::Object(object) = value.kind() else { return None };
    let is_step = |name: &Name| matches!(name.as_str(), "increment" | "decrement" | "multiply" | "divide" | "set" | "push");
    match object.fields.as_slice() {
        [(name, by)] if is_step(name) => Some(by),
        _ => None,
    }
}

/// One of two constants, by whether the caller sent a flag of this kind: `if body["admin"]: admin = True`.
pub fn is_switched_on(value: &Value, facts: &Facts, is_such: &dyn Fn(&str) -> bool) -> bool {
    let Kind::Union(alternatives) = value.kind() else { return false };
    let is_sent = |fact: &Fact| match fact {
        Fact::Present(symbol) | Fact::Is(symbol, _) => {
            matches!(&symbol.root, Root::Request(part) if matches!(part.as_str(), "body" | "input" | "query"))
                && symbol.path.last().is_some_and(|name| is_such(name))
        }
        _ => false,
    };
    let is_constant = |value: &Value| matches!(value.kind(), Kind::Bool(_) | Kind::Str(_) | Kind::Number(_) | Kind::Null);
    alternatives.iter().all(|alternative| is_constant(&alternative.value))
        && alternatives.iter().any(|alternative| alternative.value.is_truthy() == Some(true))
        && (any(facts, &is_sent) || alternatives.iter().any(|alternative| any(&alternative.facts, &is_sent)))
}

/// `User(admin=admin)` above `session.add(user)`: where the column gets its value.
pub fn given_where(cx: &RuleCx<'_>, saved: &Site, model: &Model, column: &Name) -> Option<Site> {
    let segment = &*cx.project.placed(&saved.item)?.segment;
    let made = segment.exprs.iter().filter(|expr| expr.span.end <= saved.span.start).filter_map(|expr| match &expr.kind {
        ExprKind::Call { callee, args, .. } => {
            let is_model = matches!(&segment[*callee].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if *name == model.name);
            is_model.then(|| args.iter().find(|arg| arg.name.as_ref() == Some(column)))?
        }
        _ => None,
    });
    made.max_by_key(|arg| arg.span.start).map(|arg| Site { item: saved.item.clone(), span: arg.span })
}
