//! A path is put together from what a caller sends.

use super::holes::{Found, Hole, holes, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Argument, Kind};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("path-traversal"),
    title: "A file's path is put together from what a caller sends",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[22],
    page: include_str!("../../../queries/rules/path-traversal.md"),
};

struct Way {
    input: Input,
    site: Option<Site>,
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Path || cx.runs_in_browser(&sink.site.item.file) || is_kept_inside(sink) {
            continue;
        }
        let python = cx.project.file(&sink.site.item.file).is_some_and(|file| !file.document.language.is_ecma());
        let mut ways: Vec<Way> = Vec::new();
        for hole in holes(&sink.value, Cleanings::PATH) {
            let Some(mut input) = hole.input(Cleanings::PATH, sink, Some(Confidence::Possible)) else { continue };
            if is_checked(&hole, sink) || matches!(input.part, Part::Method) {
                continue;
            }
            input.confidence = input.confidence.min(most(&input, cx, sink, python));
            let site = hole.site.cloned();
            if !ways.iter().any(|known| known.site == site) {
                ways.push(Way { input, site });
            }
        }
        let Some(worst) = worst(&ways, |way| &way.input) else { continue };
        let mut raw = Raw::new(&META, worst.site.clone().unwrap_or_else(|| sink.site.clone()), worst.input.confidence);
        raw.detail = sink.client.clone();
        raw.message = message(worst, sink);
        raw.also(sink.call.clone(), told(sink).to_owned());
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(text) = worst.site.as_ref().and_then(|site| cx.project.place(site)) {
            raw.plans.push(FixPlan::KeepFileName { at: text });
        }
        out.push(raw);
    }
}

/// How sure it can be at most.
fn most(input: &Input, cx: &RuleCx<'_>, sink: &Sink, python: bool) -> Confidence {
    // Python's frameworks split the path before they look at what it captures: no slash gets into a plain parameter.
    let is_slashless = python && input.part == Part::Params && !cx.walk.route.as_ref().and_then(|route| route.path.as_deref()).is_some_and(takes_slashes);
    match sink.client.as_str() {
        "key" | "archive" => Confidence::Likely,
        _ if sink.guessed || is_slashless => Confidence::Likely,
        _ => Confidence::Proven,
    }
}

/// `{name:path}`, `<path:name>`.
fn takes_slashes(path: &str) -> bool {
    path.contains(":path}") || path.contains("<path:") || path.contains('*')
}

/// `sendFile(name, { root })`: the library keeps it below the folder.
fn is_kept_inside(sink: &Sink) -> bool {
    let has_root = |arg: &Argument| match arg.value.kind() {
        Kind::Object(object) => object.get("root").0.is_some(),
        _ => arg.name == "root",
    };
    sink.client == "send" && sink.args.iter().any(has_root)
}

fn is_checked(hole: &Hole<'_>, sink: &Sink) -> bool {
    hole.is_checked(&sink.facts, &|_, found| match found {
        Found::Known => true,
        Found::Pattern(pattern) => is_whole_pattern(pattern),
        Found::Refused => false,
        Found::Text(_) => {
            let begins = found.begins().is_some_and(|(text, holds)| match text {
                None => holds,
                Some("..") => !holds,
                Some(text) => holds && text.len() > 1 && !text.starts_with('.'),
            });
            let holds = found.holds().is_some_and(|(text, holds)| !holds && text.is_some_and(|text| text.contains("..") || text == "/"));
            begins || holds
        }
    })
}

fn told(sink: &Sink) -> &'static str {
    match sink.client.as_str() {
        "module" => "it is loaded and run here",
        "send" => "the file is sent from here",
        "key" => "the object is named here",
        "archive" => "the archive is unpacked here",
        _ => "the file is used here",
    }
}

fn message(way: &Way, sink: &Sink) -> String {
    let (name, from) = (&way.input.name, way.input.from());
    match sink.client.as_str() {
        "module" => format!("`{name}`, {from}, decides which file is loaded as code: whoever controls it can make your server run another one."),
        "write" => format!(
            "`{name}`, {from}, becomes part of a file's path: `../../` in it leads out of the folder, so a stranger can overwrite or delete your files."
        ),
        "key" => format!("`{name}`, {from}, becomes part of an object's name: `../` or another user's folder in it leads to files that are not theirs."),
        "archive" => format!("`{name}`, {from}, is unpacked as it is: a file in it that is called `../../x` is written outside of the folder."),
        _ => format!("`{name}`, {from}, becomes part of a file's path: a stranger can ask for `../../.env` and get your private files."),
    }
}
