//! Functions that only compute: of a large handler a logger or a parser of errors would use up what may be walked.
//!
//! Nothing was told of such a function and nothing held afterwards, each time it was walked. Once the walk is long it is no longer looked
//! into, and what it gives is what a call that cannot be looked into gives.

use rustc_hash::FxHashMap;

use super::leaving::carries_rows;
use super::{Walker, leaving::holds};
use crate::facts::check::{Facts, Root, Symbol};
use crate::facts::event::{Event, SinkKind};
use crate::facts::place::FunctionKey;
use crate::facts::taint::Taint;
use crate::facts::value::{Argument, Kind, Value};

/// Up to here everything is looked into.
pub(super) const SHORT: u32 = 1_000;
/// So often nothing may have come of a function before it is believed.
const OFTEN: u32 = 2;

/// What is known of the functions that a walk came through.
pub(super) type Uneventful = FxHashMap<FunctionKey, Known>;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Known {
    /// Something came of it.
    Does,
    /// Nothing ever came of it. What it was given could always be told from what it gave: `keeps`. It wrote to a log, or made a digest:
    /// `speaks`.
    Computes { times: u32, keeps: bool, speaks: bool },
}

/// What there was before a function was walked.
pub(super) struct Before {
    events: usize,
    passed: usize,
    kept: usize,
    facts: Facts,
}

impl Walker<'_> {
    pub(super) fn before(&self) -> Before {
        Before { events: self.events.len(), passed: self.passed.len(), kept: self.kept.len(), facts: self.facts.clone() }
    }

    /// What a function gives that need not be looked into again.
    pub(super) fn computed(&mut self, key: &FunctionKey, args: &[Argument]) -> Option<Value> {
        let known = self.uneventful.get(key).copied();
        self.ask_what_came(key, known);
        if self.steps < SHORT {
            return None;
        }
        let Some(Known::Computes { times: OFTEN.., keeps, speaks }) = known else { return None };
        let is_callers = |arg: &Argument| arg.value.taint().iter().any(|origin| origin.part.is_request());
        if args.iter().any(|arg| brings_code(&arg.value, 0) || speaks && is_callers(arg)) {
            return None;
        }
        self.calls += 1;
        let value = Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls)));
        Some(if keeps { value.with_taint(taint_of(args)) } else { value })
    }

    /// Notes what came of a function that was walked.
    pub(super) fn came(&mut self, key: FunctionKey, before: &Before, args: &[Argument], value: &Value) {
        let told = self.events.get(before.events..).unwrap_or_default();
        let is_quiet = told.iter().all(only_speaks)
            && self.passed.len() == before.passed
            && self.kept.len() == before.kept
            && !self.ended
            && self.facts.since(&before.facts).is_empty()
            && self.facts.ways().is_any() == before.facts.ways().is_any()
            && gives_nothing_known(value);
        let keeps = holds_all(value.taint(), &taint_of(args));
        let speaks = !told.is_empty();
        let known = self.uneventful.entry(key).or_insert(Known::Computes { times: 0, keeps: true, speaks: false });
        *known = match *known {
            Known::Computes { times, keeps: kept, speaks: spoke } if is_quiet => {
                Known::Computes { times: times + 1, keeps: kept && keeps, speaks: spoke || speaks }
            }
            _ => Known::Does,
        };
    }
}

fn only_speaks(event: &Event) -> bool {
    match event {
        Event::Sink(sink) => sink.kind == SinkKind::Log,
        Event::Effect(effect) => effect.kind == "hash",
        _ => false,
    }
}

fn taint_of(args: &[Argument]) -> Taint {
    args.iter().fold(Taint::none(), |taint, arg| taint.join(arg.value.taint()))
}

fn holds_all(taint: &Taint, given: &Taint) -> bool {
    given.iter().all(|origin| taint.iter().any(|known| known == origin))
}

/// A value that says no more than that of a call which cannot be looked into.
fn gives_nothing_known(value: &Value) -> bool {
    let is_of_something = |symbol: &Symbol| !matches!(symbol.root, Root::Call(_));
    value.truth().is_none() && !carries_rows(value, 0) && !brings_code(value, 0) && !holds(value, &is_of_something, 0)
}

/// Functions and things of libraries can be used by whoever is given them.
fn brings_code(value: &Value, depth: u32) -> bool {
    if depth > 4 {
        return true;
    }
    match value.kind() {
        Kind::Unknown | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Str(_) | Kind::Text(_) | Kind::Pattern(_) | Kind::Row(_) | Kind::Rows(_) => false,
        Kind::Object(object) => object.fields.iter().map(|(_, field)| field).chain(&object.rest).any(|field| brings_code(field, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(|item| brings_code(item, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().any(|one| brings_code(&one.value, depth + 1)),
        Kind::Promise(inner) => brings_code(inner, depth + 1),
        _ => true,
    }
}
