//! What a caller sends is turned back into objects by something that runs what it is told.

use super::holes::{Found, holes, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("unsafe-deserialization"),
    title: "A crafted file or text runs a program when it is opened",
    risk: Risk::Input,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[502, 611],
    page: include_str!("../../../queries/rules/unsafe-deserialization.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Deserialize || is_safe(sink) || cx.runs_in_browser(&sink.site.item.file) {
            continue;
        }
        let mut found: Vec<(Input, Option<Site>)> = Vec::new();
        for hole in holes(&sink.value, Cleanings::CODE) {
            // Who chose the *path* of a file did not write the file: that is another mistake.
            let Some(mut input) = hole.input(Cleanings::CODE, sink, Some(Confidence::Possible)) else { continue };
            if hole.is_checked(&sink.facts, &|_, found| matches!(found, Found::Known)) {
                continue;
            }
            if sink.guessed {
                input.confidence = input.confidence.min(Confidence::Likely);
            }
            found.push((input, hole.site.cloned()));
        }
        let Some((input, site)) = worst(&found, |(input, _)| input) else { continue };
        let mut raw = Raw::new(&META, site.clone().unwrap_or_else(|| sink.site.clone()), input.confidence);
        raw.detail = sink.client.clone();
        let (name, from) = (&input.name, input.from());
        raw.message = if sink.client == "xml" {
            raw.impact = Some(Impact::High);
            format!("`{name}`, {from}, is read as XML that may include other files: whoever sends it can read files of your server or make it open addresses.")
        } else {
            format!("`{name}`, {from}, is opened by something that runs what is packed in it: a crafted one runs the sender's program on your server.")
        };
        raw.also(sink.call.clone(), "it is opened here".to_owned());
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(call) = cx.project.place(&sink.call) {
            raw.plans.push(FixPlan::LoadSafely { call, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

/// Options that take the danger out of it.
fn is_safe(sink: &Sink) -> bool {
    let named = |name: &str| sink.args.iter().find(|arg| arg.name == name).map(|arg| &arg.value);
    let is_safe_loader = |value: &Value| value.as_library().is_none_or(|library| library.step.contains("Safe") || library.step.contains("Base"));
    let option = |name: &str| {
        sink.args.iter().find_map(|arg| match arg.value.kind() {
            Kind::Object(object) => object.get(name).0.cloned(),
            _ => None,
        })
    };
    match sink.client.as_str() {
        "yaml" => {
            let loader = named("Loader").or_else(|| sink.args.iter().filter(|arg| arg.name.is_empty()).nth(1).map(|arg| &arg.value));
            loader.is_some_and(is_safe_loader)
        }
        "torch" => named("weights_only").is_some_and(|value| !matches!(value.kind(), Kind::Bool(false))),
        "numpy" => named("allow_pickle").is_none_or(|value| !matches!(value.kind(), Kind::Bool(true))),
        "xml" => !option("noent").or_else(|| named("resolve_entities").cloned()).is_some_and(|value| matches!(value.kind(), Kind::Bool(true))),
        _ => false,
    }
}
