//! What a caller sends is run as a program, or read as a template.

use super::holes::{Found, Hole, holes, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::Value;

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
        if sink.kind != SinkKind::Code {
            continue;
        }
        let is_in_browser = cx.runs_in_browser(&sink.site.item.file);
        let mut found: Vec<(Input, Option<Site>)> = Vec::new();
        for hole in holes(&sink.value, Cleanings::CODE) {
            let sent = if is_in_browser { None } else { hole.input(Cleanings::CODE, sink, Some(Confidence::Possible)) };
            // What a link to a page says is run for whoever opens it, wherever the page is made.
            let opened = || Input::of_browser(hole.value, Cleanings::CODE, &sink.facts);
            // What people wrote of themselves is no template; what is kept as one is.
            let kept = || {
                Input::of_stored(hole.value, Cleanings::CODE, &sink.facts).filter(|_| sink.client.starts_with("template") && !is_kept_as_template(hole.value))
            };
            let Some(mut input) = sent.or_else(opened).or_else(kept) else { continue };
            let is_known = hole.is_checked(&sink.facts, &|_, found| match found {
                Found::Known => true,
                Found::Pattern(pattern) => is_whole_pattern(pattern),
                _ => false,
            });
            if is_known {
                continue;
            }
            // `'...'`, and mostly nothing that ends it before: a text that is only read.
            if is_quoted(&hole, sink) {
                input.confidence = Confidence::Possible;
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
        let mut raw = Raw::new(&META, standing_place(cx, sink, site.as_ref()), input.confidence);
        raw.detail = sink.client.clone();
        let (name, from) = (&input.name, input.from());
        let template = sink.client.starts_with("template");
        if input.part == Part::Browser {
            raw.impact = Some(Impact::High);
        }
        raw.message = match (template, sink.client.as_str()) {
            (_, "by-name") => format!(
                "`{name}`, {from}, decides which of all functions is called here: whoever controls it can name `eval`, and have what they send run as a program."
            ),
            _ if input.part == Part::Browser => format!(
                "`{name}`, {from}, is run as a program in the page: a link with a script in it runs that script for whoever opens it, and takes over their account."
            ),
            (true, _) => format!(
                "`{name}`, {from}, becomes part of a template, not of what it shows: `{{{{7*7}}}}` typed there is calculated, and a longer one runs programs on your server."
            ),
            (_, "module") => format!("`{name}`, {from}, decides which module is loaded and run: whoever controls it can make your server run another one."),
            _ => {
                format!("`{name}`, {from}, is run as a program on your server: whoever sends it can read your keys and data and change what your server does.")
            }
        };
        let used = if template { "it is read as a template here" } else { "it is run here" };
        tell_places(&mut raw, sink, site.as_ref().map(|site| (site, name.as_str())), used);
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let (Some(call), Some(text)) = (cx.project.place(&sink.call), cx.project.place(&sink.site)) {
            raw.plans.push(FixPlan::DataNotCode { call, text, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

/// `mail.template`, `theme.layout`
fn is_kept_as_template(value: &Value) -> bool {
    let names = value.symbol().into_iter().flat_map(|symbol| symbol.path.iter()).chain(value.taint().iter().map(|origin| &origin.name));
    names
        .into_iter()
        .flat_map(|name| names::words(name))
        .any(|word| matches!(word.as_str(), "template" | "templates" | "layout" | "theme" | "snippet" | "prompt"))
}

/// It begins and ends with a quotation mark.
fn is_quoted(hole: &Hole<'_>, sink: &Sink) -> bool {
    let is_mark = |found: Option<(Option<&str>, bool)>| found.is_some_and(|(text, holds)| holds && matches!(text, Some("'" | "\"")));
    hole.is_checked(&sink.facts, &|_, found| is_mark(found.begins())) && hole.is_checked(&sink.facts, &|_, found| is_mark(found.ends()))
}
