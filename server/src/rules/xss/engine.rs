//! Text that escaping does not reach: an engine of templates with escaping switched off, a page whose name says that it is none, and
//! what is put into a text before the function that would have escaped it.

use super::META;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::{Effect, Event, Sink, UseKind};
use crate::facts::place::Site;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::called::{chain, named, option};
use crate::rules::input::Input;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Impact, parts};

/// What Flask escapes, by the ending of the template's name.
const ESCAPED: &[&str] = &["html", "htm", "xml", "xhtml", "svg"];

/// `jinja2.Environment(autoescape=False)`, or one that says nothing and fills in a page: Jinja escapes nothing unless told so.
pub(super) fn made(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    let (engine, is_off, is_page): (Site, bool, bool) = match effect.kind.as_str() {
        "template-engine" => {
            let says = named(&effect.args, "autoescape").map(|arg| &arg.value).or_else(|| option(&effect.args, &["autoescape"]));
            // What answers for an app fills in pages.
            (effect.site.clone(), is_switched_off(says), option(&effect.args, &["express"]).is_some())
        }
        "template-taken" => {
            let name = effect.args.first().and_then(|arg| arg.value.as_str());
            let is_page = name.is_some_and(|name| [".html", ".htm", ".html.j2", ".html.jinja", ".html.jinja2"].iter().any(|ending| name.ends_with(ending)));
            let Some(engine) = chain(&effect.of).find(|made| made.step == "()" && made.site.is_some()) else { return };
            let says = named(&engine.args, "autoescape").map(|arg| &arg.value);
            let is_open = says.is_none() && !engine.args.iter().any(|arg| arg.spread) || is_switched_off(says);
            let Some(site) = engine.site.clone() else { return };
            (site, is_open, is_page)
        }
        _ => return,
    };
    if !is_off || effect.kind == "template-taken" && !is_page || out.iter().any(|known| known.site == engine) {
        return;
    }
    let mut raw = Raw::new(&META, engine, Confidence::Likely);
    raw.impact = Some(if is_page { Impact::Medium } else { Impact::Low });
    raw.detail = "engine".into();
    raw.message = match is_page {
        true => {
            "Pages are filled in here without escaping: what somebody typed becomes markup of the page and can run a script for everyone who sees it".to_owned()
        }
        false => "Escaping is switched off for every template here: if one of them is a page, what somebody typed becomes markup of it".to_owned(),
    };
    if effect.kind == "template-taken" {
        raw.also(effect.site.clone(), "this page is filled in".to_owned());
    }
    // In JavaScript it stands in an object.
    let at = effect.args.iter().position(|arg| matches!(arg.value.kind(), Kind::Object(_)));
    let escapes = if effect.client == "jinja2" { "True" } else { "true" };
    raw.plans.extend(cx.project.place(&raw.site).map(|call| FixPlan::SetOptions {
        call,
        at,
        way: Vec::new(),
        entries: vec![("autoescape".into(), escapes.into())],
        title: "Escape what is put into the pages".into(),
    }));
    out.push(raw);
}

fn is_switched_off(value: Option<&Value>) -> bool {
    value.is_some_and(|value| matches!(value.kind(), Kind::Bool(false)))
}

/// `render(request, "page.html", { "autoescape": False })`.
pub(super) fn told_not_to(sink: &Sink, out: &mut Vec<Raw>) {
    let is_off = sink.args.iter().any(|arg| match arg.value.kind() {
        Kind::Object(object) => is_switched_off(object.get("autoescape").0),
        _ => false,
    });
    if !is_off {
        return;
    }
    let mut raw = Raw::new(&META, sink.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Low);
    raw.detail = "engine".into();
    raw.message = "Escaping is switched off for this page: what somebody typed becomes markup of it and can run a script for everyone who sees it".to_owned();
    out.push(raw);
}

/// `return render_template("page.txt", name=name)`: Flask escapes by the template's name, and what a handler returns is a page whatever
/// the template is called.
pub(super) fn by_name(cx: &RuleCx<'_>, sink: &Sink, out: &mut Vec<Raw>) {
    let (Some(name), Some(route)) = (sink.value.as_str(), cx.walk.route.as_ref()) else { return };
    let ending = name.rsplit(['/', '.']).next().unwrap_or_default().to_ascii_lowercase();
    if sink.client != "flask" || ESCAPED.contains(&ending.as_str()) || !BUILT_IN.framework(&route.framework).is_some_and(|framework| framework.text_is_markup) {
        return;
    }
    let is_answer = cx.walk.events.iter().any(|event| match event {
        Event::Use(used) => used.kind == UseKind::Return && used.value.awaited().as_library().is_some_and(|made| made.site.as_ref() == Some(&sink.call)),
        _ => false,
    });
    if !is_answer {
        return;
    }
    let inputs = sink.args.iter().skip(1).flat_map(|arg| parts::of(&arg.value)).filter_map(|hole| Input::of(hole.value, Cleanings::HTML, &sink.facts, None));
    let Some(input) = inputs.filter(|input| input.part.is_request()).max_by_key(|input| input.confidence) else { return };
    let mut raw = Raw::new(&META, sink.site.clone(), Confidence::Likely);
    raw.detail = "template-name".into();
    raw.message = format!(
        "`{}`, {}, is put into `{name}` without escaping, which Flask only does for names that end in `.html`: a link with a script in it runs that script for whoever opens it.",
        input.name,
        input.from()
    );
    if let Some(source) = &input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    out.push(raw);
}

/// `context["html"] = "<a href=%s>" % text`: markup that was put together of what somebody sent and is given to a page makes sense only
/// if the page writes it out as it is.
pub(super) fn markup_given(cx: &RuleCx<'_>, sink: &Sink, out: &mut Vec<Raw>) {
    let given = sink.args.iter().filter_map(|arg| if let Kind::Object(object) = arg.value.kind() { Some(object) } else { None });
    for value in given.flat_map(|object| object.fields.iter().map(|(_, value)| value)) {
        if !matches!(value.kind(), Kind::Text(_)) || !super::answered::opens_tag(&parts::literals(value)) {
            continue;
        }
        let found = parts::of(value).into_iter().find_map(|hole| {
            let input = Input::of(hole.value, Cleanings::HTML, &sink.facts, None).filter(|input| input.part.is_request())?;
            Some((input, hole.site?.clone()))
        });
        let Some((input, site)) = found else { continue };
        if out.iter().any(|known| known.site == site) {
            continue;
        }
        let mut raw = Raw::new(&META, site.clone(), Confidence::Likely);
        raw.impact = Some(Impact::Medium);
        raw.detail = "markup-given".into();
        raw.message = format!(
            "`{}`, {}, is put into markup before the page can escape it: if the page writes it out as it is, a link with a script in it runs that script for whoever opens it.",
            input.name,
            input.from()
        );
        raw.also(sink.site.clone(), "the page gets it here".to_owned());
        raw.plans.extend(cx.project.place(&site).map(|hole| FixPlan::EscapeMarkup { holes: vec![hole] }));
        out.push(raw);
    }
}

/// `format_html(f"<b>{name}</b>")`: what is in the text already is not escaped any more.
pub(super) fn formatted(cx: &RuleCx<'_>, sink: &Sink, out: &mut Vec<Raw>) {
    let Kind::Text(text) = sink.value.kind() else { return };
    let is_open = |value: &Value| {
        let cleaned = !value.taint().is_empty() && value.taint().without(Cleanings::HTML).next().is_none();
        !cleaned && matches!(value.kind(), Kind::Unknown | Kind::Library(_)) && value.as_library().is_none_or(|made| made.package.is_empty())
    };
    let hole = text.pieces.iter().find_map(|piece| match piece {
        Piece::Hole { value, site } if is_open(value) => Some(site.clone()),
        _ => None,
    });
    let Some(hole) = hole else { return };
    let mut raw = Raw::new(&META, sink.call.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Low);
    raw.detail = "format-html".into();
    raw.message =
        "What is put into the text before `format_html` gets it is not escaped: give it to `format_html` beside the text, with `{}` in its place".to_owned();
    raw.also(hole.clone(), "it is put in here".to_owned());
    raw.plans.extend(cx.project.place(&hole).map(|hole| FixPlan::EscapeMarkup { holes: vec![hole] }));
    out.push(raw);
}
