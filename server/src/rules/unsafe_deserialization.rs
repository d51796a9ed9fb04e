//! What a caller sends is turned back into objects by something that runs what it is told.

use super::holes::{Found, holes, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Effect, Event, Sink, SinkKind};
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
        let sink = match event {
            Event::Sink(sink) => sink,
            Event::Option(option) if option.kind == "xxe" => {
                out.push(includes_files(option.site.clone()));
                continue;
            }
            Event::Effect(effect) if effect.kind == "xxe" && asks_for_entities(effect) => {
                out.push(includes_files(effect.site.clone()));
                continue;
            }
            _ => continue,
        };
        if sink.kind != SinkKind::Deserialize || is_safe(sink) || cx.runs_in_browser(&sink.site.item.file) {
            continue;
        }
        let mut found: Vec<(Input, Option<Site>)> = Vec::new();
        let mut is_checked = false;
        for hole in holes(&sink.value, Cleanings::CODE) {
            // Who chose the *path* of a file did not write the file: that is another mistake.
            let Some(mut input) = hole.input(Cleanings::CODE, sink, Some(Confidence::Possible)) else { continue };
            if hole.is_checked(&sink.facts, &|_, found| matches!(found, Found::Known)) {
                is_checked = true;
                continue;
            }
            if sink.guessed || sink.client == "lxml" && !matches!(parser_of(sink), Some(Some(true))) {
                input.confidence = input.confidence.min(Confidence::Likely);
            }
            found.push((input, hole.site.cloned()));
        }
        let Some((input, site)) = worst(&found, |(input, _)| input).filter(|(input, _)| input.confidence > Confidence::Possible || !builds_anything(sink))
        else {
            out.extend((builds_anything(sink) && !is_checked).then(|| trusting(cx, sink)));
            continue;
        };
        let mut raw = Raw::new(&META, standing_place(cx, sink, site.as_ref()), input.confidence);
        raw.detail = sink.client.clone();
        let (name, from) = (&input.name, input.from());
        raw.message = if matches!(sink.client.as_str(), "xml" | "lxml") {
            raw.impact = Some(Impact::High);
            format!("`{name}`, {from}, is read as XML that may include other files: whoever sends it can read files of your server or make it open addresses.")
        } else {
            format!("`{name}`, {from}, is opened by something that runs what is packed in it: a crafted one runs the sender's program on your server.")
        };
        tell_places(&mut raw, sink, site.as_ref().map(|site| (site, name.as_str())), "it is opened here");
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(call) = cx.project.place(&sink.call) {
            raw.plans.push(FixPlan::LoadSafely { call, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

/// Whatever is read, this builds any object that the text names.
fn builds_anything(sink: &Sink) -> bool {
    let loader = sink.args.iter().find(|arg| arg.name == "Loader").or_else(|| sink.args.iter().filter(|arg| arg.name.is_empty()).nth(1));
    let is_unsafe = |name: &str| matches!(name, "Loader" | "UnsafeLoader" | "CLoader");
    // A text in the code says what it says.
    if sink.value.as_str().is_some_and(|text| !text.contains("!!python")) {
        return false;
    }
    match sink.client.as_str() {
        "yaml" => loader.and_then(|arg| arg.value.as_library()).is_some_and(|library| is_unsafe(&library.step)),
        "yaml-unsafe" => true,
        _ => false,
    }
}

/// Of what is read nothing is known.
fn trusting(cx: &RuleCx<'_>, sink: &Sink) -> Raw {
    let mut raw = Raw::new(&META, sink.call.clone(), Confidence::Likely);
    raw.detail = sink.client.clone();
    let is_own = sink.value.as_str().is_some()
        || sink.value.as_library().is_some_and(|file| !file.args.is_empty() && file.args.iter().all(|arg| matches!(arg.value.kind(), Kind::Str(_))));
    raw.impact = Some(if is_own { Impact::Low } else { Impact::Medium });
    raw.message = "This reads YAML that may name any object of any library: whoever can write the text can run a program, and `yaml.safe_load` reads the same data without that".to_owned();
    if let Some(call) = cx.project.place(&sink.call) {
        raw.plans.push(FixPlan::LoadSafely { call, client: sink.client.clone() });
    }
    raw
}

/// `parser.setFeature(feature_external_ges, True)`
fn asks_for_entities(effect: &Effect) -> bool {
    let is_on =
        effect.args.get(1).is_some_and(|arg| matches!(arg.value.kind(), Kind::Bool(true)) || matches!(arg.value.kind(), Kind::Number(text) if text == "1"));
    let names = |text: &str| text.contains("feature_external") || text.contains("features/external-");
    let spoken = effect.spoken.first().and_then(|(path, _)| path.last()).is_some_and(|name| names(name));
    let said = effect
        .args
        .first()
        .is_some_and(|arg| arg.value.as_str().is_some_and(|text| names(text)) || arg.value.as_library().is_some_and(|library| names(&library.step)));
    is_on && (spoken || said)
}

fn includes_files(site: Site) -> Raw {
    let mut raw = Raw::new(&META, site, Confidence::Likely);
    raw.impact = Some(Impact::Medium);
    raw.detail = "xml".into();
    raw.message =
        "XML is read here with what it includes: a document from somebody else can bring in files of your server or make it open addresses".to_owned();
    raw
}

/// The parser that this reads XML with: what it was told of entities, if it is known which parser it is.
fn parser_of(sink: &Sink) -> Option<Option<bool>> {
    let parser = sink.args.iter().find(|arg| arg.name == "parser").or_else(|| sink.args.iter().filter(|arg| arg.name.is_empty()).nth(1))?;
    let made = parser.value.as_library().filter(|library| library.step == "()")?;
    let said = made.args.iter().find(|arg| arg.name == "resolve_entities").map(|arg| arg.value.kind());
    Some(match said {
        Some(Kind::Bool(is)) => Some(*is),
        Some(_) => Some(false),
        None => None,
    })
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
        // lxml includes files unless it is told not to; since version 5 only if it is told so.
        "lxml" => match parser_of(sink) {
            Some(Some(includes)) => !includes,
            Some(None) => false,
            None => sink.args.iter().filter(|arg| arg.name.is_empty()).nth(1).is_some() || named("parser").is_some(),
        },
        "xml" => !option("noent").or_else(|| named("resolve_entities").cloned()).is_some_and(|value| matches!(value.kind(), Kind::Bool(true))),
        _ => false,
    }
}
