//! What care a route takes: of what arrives, of how often it is called, of who sent it.

use super::{Answer, seen};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::{Fact, Facts, GuardKind};
use crate::facts::event::Event;
use crate::facts::names;
use crate::facts::query::Filter;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Value};
use crate::rules::handler::{Handler, any, facts_of, is_checked, origins};
use crate::rules::raw::RuleCx;

#[derive(Clone, Debug)]
pub struct Care {
    /// Is what it is sent looked at before it is used? `None` where nothing of a payload is used.
    pub validated: Option<Answer>,
    /// Is there a limit to how often it is called?
    pub limited: Answer,
    /// Is it checked who sent a message?
    pub signature: Answer,
}

pub(super) fn of(cx: &RuleCx<'_>, handler: &Handler<'_>, is_seen: bool) -> Care {
    Care {
        validated: validated(handler).map(|answer| seen(answer, is_seen)),
        limited: seen(limited(cx, handler), is_seen),
        signature: seen(signature(cx, handler), is_seen),
    }
}

fn validated(handler: &Handler<'_>) -> Option<Answer> {
    let mut used: Option<bool> = None;
    for event in handler.events() {
        let facts = facts_of(event);
        let mut look = |value: &Value| {
            let is_asked = facts.is_some_and(|facts| is_checked(value, facts));
            origins(value, &mut |origin| {
                if matches!(origin.part, Part::Body | Part::RawBody | Part::Input) {
                    let is_clean = is_asked || origin.clean.has(Cleanings::SHAPE) || origin.clean == Cleanings::ALL;
                    used = Some(used.unwrap_or(true) && is_clean);
                }
            });
        };
        match event {
            Event::Access(access) => {
                for data in &access.query.data {
                    match data.kind() {
                        Kind::Instance(instance) => instance.fields.iter().for_each(|(_, field)| look(field)),
                        _ => look(data),
                    }
                }
                let conjuncts = access.query.conjuncts();
                for filter in conjuncts {
                    if let Filter::Term(term) = filter {
                        look(&term.value);
                    }
                }
            }
            Event::Sink(sink) => look(&sink.value),
            Event::Effect(effect) => effect.args.iter().for_each(|arg| look(&arg.value)),
            _ => {}
        }
    }
    let shapes = BUILT_IN.framework(&handler.route.framework).is_some_and(|framework| framework.shapes);
    Some(match used? {
        true => Answer::Yes,
        false if shapes => Answer::Yes,
        false if handler.is_shaped() => Answer::Unknown,
        false => Answer::No,
    })
}

/// Every point at which something is done, or else the beginning.
fn points<'c>(cx: &RuleCx<'c>, handler: &Handler<'c>) -> Vec<&'c Facts> {
    let walk: &'c crate::project::RootWalk = cx.walk;
    let done = handler.events().filter(|event| matches!(event, Event::Access(_) | Event::Sink(_) | Event::Effect(_))).filter_map(facts_of);
    let done: Vec<&Facts> = done.filter(|facts| !facts.is_impossible()).collect();
    if done.is_empty() { vec![&walk.begun] } else { done }
}

fn limited(cx: &RuleCx<'_>, handler: &Handler<'_>) -> Answer {
    let limits = |fact: &Fact| matches!(fact, Fact::Guard(guard) if guard.sure && guard.kind == GuardKind::Limit);
    let points = points(cx, handler);
    if points.iter().all(|facts| facts.iter().any(limits)) {
        return Answer::Yes;
    }
    let may_be = points.iter().any(|facts| handler.is_limited(facts));
    if may_be { Answer::Unknown } else { Answer::No }
}

fn signature(cx: &RuleCx<'_>, handler: &Handler<'_>) -> Answer {
    let points = points(cx, handler);
    if points.iter().all(|facts| handler.judge.is_machine(facts)) {
        return Answer::Yes;
    }
    let signs = |event: &Event| matches!(event, Event::Effect(effect) if effect.kind == "hmac");
    let may_be = |facts: &&Facts| any(facts, &|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Machine));
    let maybe = cx.walk.events.iter().any(signs) || handler.comes_through(names::checks_sender) || points.iter().any(may_be);
    if maybe { Answer::Unknown } else { Answer::No }
}
