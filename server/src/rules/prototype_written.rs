//! A caller names both the object that is written to and what is written in it: `__proto__` is behind every object of the program.

use super::holes::is_whole_pattern;
use super::input::Input;
use super::mass_assignment::META;
use super::raw::{Raw, RuleCx};
use crate::facts::check::{Fact, Facts};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::taint::Cleanings;
use crate::facts::value::Value;
use crate::rules::{Confidence, Impact};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        if let Event::Sink(sink) = event
            && sink.kind == SinkKind::Member
        {
            out.extend(of_sink(sink));
        }
    }
}

fn of_sink(sink: &Sink) -> Option<Raw> {
    let (outer, inner) = (named(&sink.value, &sink.facts)?, named(&sink.args.first()?.value, &sink.facts)?);
    let mut raw = Raw::new(&META, sink.call.clone(), outer.confidence.min(inner.confidence));
    raw.detail = "prototype".into();
    if !outer.part.is_request() {
        raw.impact = Some(Impact::Medium);
    }
    raw.message = format!(
        "`{}`, {}, names the object that is written to: sent as `__proto__`, it is the one behind every object of the program, and `{}` becomes a member of all of them, for example `isAdmin`.",
        outer.name,
        outer.from(),
        inner.name
    );
    if let Some(source) = &outer.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    Some(raw)
}

/// Somebody outside chose this name, and nothing that is known of it keeps `__proto__` out.
fn named(value: &Value, facts: &Facts) -> Option<Input> {
    let input = Input::of(value, Cleanings::CODE, facts, None).or_else(|| {
        let input = Input::of_browser(value, Cleanings::CODE, facts)?;
        Some(Input { confidence: Confidence::Likely, ..input })
    })?;
    let symbol = value.symbol();
    let is_kept_out = facts.iter().any(|fact| match fact {
        Fact::IsNot(known, text) => Some(known) == symbol && text.contains("proto"),
        Fact::Matches(known, pattern) => Some(known) == symbol && is_whole_pattern(pattern),
        Fact::Contains(_, known) => Some(known) == symbol,
        Fact::Tested(known, tested) => Some(known) == symbol && !tested.holds,
        Fact::Fit(known) => Some(known) == symbol,
        _ => false,
    });
    (!is_kept_out).then_some(input)
}
