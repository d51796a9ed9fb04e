//! A path is put together from what a caller sends.

use super::holes::{Found, Hole, holes, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Argument, Kind, Value};
use crate::text::Name;

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
        if let Event::Effect(effect) = event {
            super::served_folder::check(cx, effect, out);
        }
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Path || cx.runs_in_browser(&sink.site.item.file) || is_kept_inside(sink) {
            continue;
        }
        if is_buffer(&sink.value) {
            continue;
        }
        // Told below, where nothing else is done with it.
        if sink.client == "probe" && is_used(cx, sink) {
            continue;
        }
        if sink.client == "tar" {
            out.extend(unpacked(cx, sink));
            continue;
        }
        let python = cx.project.file(&sink.site.item.file).is_some_and(|file| !file.document.language.is_ecma());
        let mut ways: Vec<Way> = Vec::new();
        for hole in holes(&sink.value, Cleanings::PATH) {
            let Some(mut input) = hole.input(Cleanings::PATH, sink, Some(Confidence::Possible)) else { continue };
            if is_checked(&hole, sink) || matches!(input.part, Part::Method) || python && is_content(&hole, &input) {
                continue;
            }
            input.confidence = input.confidence.min(most(&input, cx, sink, python));
            let site = hole.site.cloned();
            if !ways.iter().any(|known| known.site == site) {
                ways.push(Way { input, site });
            }
        }
        let Some(worst) = worst(&ways, |way| &way.input) else { continue };
        let mut raw = Raw::new(&META, standing_place(cx, sink, worst.site.as_ref()), worst.input.confidence);
        if sink.client == "probe" {
            // What is asked for first is mostly looked at before it is used.
            if !worst.input.part.is_request() {
                continue;
            }
            raw.impact = Some(Impact::Low);
            raw.confidence = raw.confidence.min(Confidence::Likely);
        }
        raw.detail = sink.client.clone();
        raw.message = message(worst, sink);
        tell_places(&mut raw, sink, worst.site.as_ref().map(|site| (site, worst.input.name.as_str())), told(sink));
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(text) = worst.site.as_ref().and_then(|site| cx.project.place(site)) {
            raw.plans.push(FixPlan::KeepFileName { at: text });
        }
        out.push(raw);
    }
}

/// Is the same path used for something else in this walk?
fn is_used(cx: &RuleCx<'_>, probe: &Sink) -> bool {
    let inputs = |sink: &Sink| sink.value.taint().iter().map(|origin| (origin.part, origin.name.clone())).collect::<Vec<_>>();
    let asked = inputs(probe);
    cx.walk.events.iter().any(|event| match event {
        Event::Sink(sink) => sink.kind == SinkKind::Path && sink.client != "probe" && inputs(sink).iter().any(|origin| asked.contains(origin)),
        _ => false,
    })
}

/// `tar.extractall()`: before Python 3.14 an archive decides where its files are written, unless a filter is named.
fn unpacked(cx: &RuleCx<'_>, sink: &Sink) -> Option<Raw> {
    let named = |name: &str| sink.args.iter().find(|arg| arg.name == name).map(|arg| &arg.value);
    let is_trusting = |value: &Value| match value.kind() {
        Kind::Str(text) => &**text == "fully_trusted",
        Kind::Null => true,
        Kind::Library(library) => library.step == "fully_trusted_filter",
        _ => false,
    };
    if named("filter").is_some_and(|filter| !is_trusting(filter)) || sink.args.iter().any(|arg| arg.spread) {
        return None;
    }
    // Members that something has chosen.
    let is_all = |members: &Value| members.is_same(&sink.value) || called_name_is(members, "getmembers") || matches!(members.kind(), Kind::Null);
    if named("members").is_some_and(|members| !is_all(members)) {
        return None;
    }
    // Its own archive, at a place of its own.
    let opened = sink.value.as_library()?;
    if opened.args.is_empty() || opened.args.iter().all(|arg| matches!(arg.value.kind(), Kind::Str(_))) {
        return None;
    }
    let comes_in = |part: Part| part.is_request() || part == Part::Fetched;
    let input = sink.value.taint().iter().find(|origin| comes_in(origin.part));
    let mut raw = Raw::new(&META, sink.call.clone(), if input.is_some() { Confidence::Proven } else { Confidence::Likely });
    raw.impact = input.is_none().then_some(Impact::Medium);
    raw.detail = "tar".into();
    let from = input.map(|origin| format!(", {},", super::input::from(origin.part))).unwrap_or_default();
    raw.message = format!("The archive{from} is unpacked as it is: before Python 3.14 a file in it that is called `../../x` is written outside of the folder");
    if let Some(call) = cx.project.place(&sink.call) {
        let entries = vec![(Name::new_static("filter"), Name::new_static("\"data\""))];
        raw.plans.push(FixPlan::SetOptions { call, at: None, way: Vec::new(), entries, title: "Let `filter=\"data\"` keep it inside the folder".into() });
    }
    Some(raw)
}

fn called_name_is(value: &Value, name: &str) -> bool {
    value.as_library().is_some_and(|library| library.step == "()" && library.receiver.as_ref().is_some_and(|called| super::called::name(called) == name))
}

/// A file that was sent, or what is in it: read in the place of a path, it leads nowhere.
fn is_content(hole: &Hole<'_>, input: &Input) -> bool {
    let of_file = input.part == Part::Files && !matches!(input.name.as_str(), "filename" | "name" | "raw_filename" | "file_name");
    of_file && (hole.whole || matches!(hole.value.kind(), Kind::Library(_)))
}

/// `pd.read_csv(io.StringIO(text))`: what would be a path is kept in memory.
fn is_buffer(value: &Value) -> bool {
    ["BytesIO", "StringIO", "TextIOWrapper", "BufferedReader"].iter().any(|name| called_name_is(value, name))
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
                // `..`, `../`, `.`: nothing that leads out of the folder begins otherwise, but for what begins at the root.
                Some(text) if !text.is_empty() && text.chars().all(|c| matches!(c, '.' | '/' | '\\')) && text.starts_with('.') => !holds,
                Some(text) => holds && text.len() > 1 && !text.starts_with('.'),
            });
            let holds = found.holds().is_some_and(|(text, holds)| !holds && text.is_some_and(|text| text.contains("..") || matches!(text, "/" | ".")));
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
        "probe" => format!("`{name}`, {from}, becomes part of a path that is asked about: with `../../` a stranger learns which files your server has."),
        "write" => format!(
            "`{name}`, {from}, becomes part of a file's path: `../../` in it leads out of the folder, so a stranger can overwrite or delete your files."
        ),
        "key" => format!("`{name}`, {from}, becomes part of an object's name: `../` or another user's folder in it leads to files that are not theirs."),
        "archive" => format!("`{name}`, {from}, is unpacked as it is: a file in it that is called `../../x` is written outside of the folder."),
        _ => format!("`{name}`, {from}, becomes part of a file's path: a stranger can ask for `../../.env` and get your private files."),
    }
}
