//! What a caller sends is run as a program, or read as a template.

use super::holes::{Found, holes, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::Cleanings;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("code-injection"),
    title: "What a caller sends is run as a program",
    risk: Risk::Input,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[94, 95, 1336],
    page: include_str!("../../../queries/rules/code-injection.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Code || cx.runs_in_browser(&sink.site.item.file) {
            continue;
        }
        let mut found: Vec<(Input, Option<Site>)> = Vec::new();
        for hole in holes(&sink.value, Cleanings::CODE) {
            let Some(mut input) = hole.input(Cleanings::CODE, sink, Some(Confidence::Possible)) else { continue };
            let is_known = hole.is_checked(&sink.facts, &|_, found| match found {
                Found::Known => true,
                Found::Pattern(pattern) => is_whole_pattern(pattern),
                _ => false,
            });
            if is_known {
                continue;
            }
            if sink.guessed {
                input.confidence = input.confidence.min(Confidence::Likely);
            }
            let site = hole.site.cloned();
            if !found.iter().any(|(_, known)| *known == site) {
                found.push((input, site));
            }
        }
        let Some((input, site)) = worst(&found, |(input, _)| input) else { continue };
        let mut raw = Raw::new(&META, site.clone().unwrap_or_else(|| sink.site.clone()), input.confidence);
        raw.detail = sink.client.clone();
        let (name, from) = (&input.name, input.from());
        let template = sink.client.starts_with("template");
        raw.message = match (template, sink.client.as_str()) {
            (true, _) => format!(
                "`{name}`, {from}, becomes part of a template, not of what it shows: `{{{{7*7}}}}` typed there is calculated, and a longer one runs programs on your server."
            ),
            (_, "module") => format!("`{name}`, {from}, decides which module is loaded and run: whoever controls it can make your server run another one."),
            _ => {
                format!("`{name}`, {from}, is run as a program on your server: whoever sends it can read your keys and data and change what your server does.")
            }
        };
        raw.also(sink.call.clone(), if template { "it is read as a template here" } else { "it is run here" }.to_owned());
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let (Some(call), Some(text)) = (cx.project.place(&sink.call), cx.project.place(&sink.site)) {
            raw.plans.push(FixPlan::DataNotCode { call, text, client: sink.client.clone() });
        }
        out.push(raw);
    }
}
