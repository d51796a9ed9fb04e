//! Text that is sent as a whole page: is it HTML at all?

use super::{Way, of_value};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::Facts;
use crate::facts::event::{Effect, Event, Use, UseKind};
use crate::facts::taint::{Origin, Part};
use crate::facts::value::{Argument, Kind, Value};
use crate::model::ExprKind;
use crate::project::routes::Route;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, parts};

/// The kind of call that sends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Text is HTML unless something else is said (`res.send`).
    Page,
    /// HTML only if that is said (`new Response`).
    Typed,
    /// Nothing is said, and browsers guess (`res.end`).
    Bytes,
}

/// A framework that sends the text its handlers return as HTML.
pub(super) fn check_returned(cx: &RuleCx<'_>, given: &Use, at: usize, out: &mut Vec<Raw>) {
    let Some(route) = cx.walk.route.as_ref().filter(|_| given.kind == UseKind::Return) else { return };
    if !answers_markup(cx, route) {
        return;
    }
    // `return text, 400`
    let value = match given.value.kind() {
        Kind::Seq(seq) => match seq.items.first() {
            Some(first) => first,
            None => return,
        },
        _ => &given.value,
    };
    if !matches!(value.kind(), Kind::Text(_)) && !is_sent_back(value) {
        return;
    }
    let Some(surely) = is_page(cx, Answer::Page, value, &[], &given.facts, at) else { return };
    out.extend(of_value(cx, value, &given.facts, Way::Answer(Answer::Page), surely, &given.site, &given.site));
}

/// Text that a handler returns is sent as a page: by its framework, or because it says so.
pub(in crate::rules) fn answers_markup(cx: &RuleCx<'_>, route: &Route) -> bool {
    BUILT_IN.framework(&route.framework).is_some_and(|framework| framework.text_is_markup) || is_said_to_be_page(cx, route)
}

/// `@router.get("/", response_class=HTMLResponse)`
fn is_said_to_be_page(cx: &RuleCx<'_>, route: &Route) -> bool {
    let Some(key) = route.function() else { return false };
    let Some(placed) = cx.project.placed(&key.item) else { return false };
    let segment = &placed.segment;
    let Some(function) = segment.functions.get(key.function.0 as usize) else { return false };
    function.decorators.iter().any(|decorator| {
        let ExprKind::Call { args, .. } = &segment[*decorator].kind else { return false };
        args.iter()
            .filter(|arg| arg.name.as_ref().is_some_and(|name| name == "response_class"))
            .any(|arg| matches!(&segment[arg.value].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if name == "HTMLResponse"))
    })
}

/// A parameter of the address, as it came.
fn is_sent_back(value: &Value) -> bool {
    let is_of_address = |origin: &Origin| matches!(origin.part, Part::Params | Part::Query);
    matches!(value.kind(), Kind::Unknown) && value.symbol().is_some_and(|symbol| !symbol.path.is_empty()) && value.taint().iter().any(is_of_address)
}

/// How sure it is that a browser takes this as a page; `None` if it does not.
pub(super) fn is_page(cx: &RuleCx<'_>, answer: Answer, value: &Value, args: &[Argument], facts: &Facts, at: usize) -> Option<Confidence> {
    let has_tags = opens_tag(&parts::literals(value));
    let said = stated(args).or_else(|| stated_later(cx, args, at)).or_else(|| {
        if answer == Answer::Typed {
            return None;
        }
        let before = cx.walk.events.iter().take(at).rev();
        before
            .filter_map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None })
            // What is said on another way is not said here.
            .filter(|effect| effect.kind == "content-type" && !effect.facts.and(facts).is_impossible())
            .find_map(|effect| stated_in(&effect.args))
    });
    match (answer, said) {
        (_, Some(is_markup)) => is_markup.then_some(Confidence::Proven),
        (Answer::Page, None) if has_tags => Some(Confidence::Proven),
        (Answer::Page, None) => Some(Confidence::Likely),
        (Answer::Bytes, None) => has_tags.then_some(Confidence::Likely),
        (Answer::Typed, None) => None,
    }
}

/// `<b`, `</b`, `<!`
pub(in crate::rules) fn opens_tag(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || matches!(pair[1], b'/' | b'!')))
}

/// What was put into the headers that the call is given: `headers.set("Content-Type", "text/html")`.
fn stated_later(cx: &RuleCx<'_>, args: &[Argument], at: usize) -> Option<bool> {
    let headers = args.iter().find_map(|arg| match arg.value.kind() {
        Kind::Object(object) => object.get("headers").0?.as_library()?.site.clone(),
        _ => None,
    })?;
    let of_these = |effect: &&Effect| {
        let on = effect.of.as_library().and_then(|called| called.receiver.as_ref()).and_then(|receiver| receiver.as_library());
        effect.kind == "header-set" && on.is_some_and(|on| on.site.as_ref() == Some(&headers))
    };
    let before = cx.walk.events.iter().take(at).rev();
    before.filter_map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None }).filter(of_these).find_map(|effect| stated_in(&effect.args))
}

/// What the arguments of the answering call say of its type.
fn stated(args: &[Argument]) -> Option<bool> {
    args.iter().find_map(|arg| match arg.name.as_str() {
        "content_type" | "media_type" | "mimetype" | "headers" => is_markup(&arg.value, 0),
        "" => match arg.value.kind() {
            Kind::Object(_) => is_markup(&arg.value, 0),
            _ => None,
        },
        _ => None,
    })
}

/// What a call says whose purpose that is: `res.type("txt")`, `res.set("Content-Type", x)`.
fn stated_in(args: &[Argument]) -> Option<bool> {
    let first = args.first()?;
    // `res.writeHead(200, { "Content-Type": ... })`
    if let Some(headers) = args.iter().find(|arg| matches!(arg.value.kind(), Kind::Object(_))) {
        return is_markup(&headers.value, 0);
    }
    match (first.value.as_str(), args.get(1)) {
        (Some(name), Some(value)) if name.eq_ignore_ascii_case("content-type") => is_markup(&value.value, 0),
        (Some(_), Some(_)) => None,
        (Some(kind), None) => Some(is_html(kind)),
        _ => is_markup(&first.value, 0),
    }
}

fn is_markup(value: &Value, depth: u32) -> Option<bool> {
    match value.kind() {
        Kind::Str(text) => Some(is_html(text)),
        // `new Headers({ "Content-Type": ... })`
        Kind::Library(library) if library.step == "()" && depth < 3 => library.args.first().and_then(|arg| match arg.value.kind() {
            Kind::Object(_) => is_markup(&arg.value, depth + 1),
            _ => None,
        }),
        Kind::Object(object) if depth < 3 => object.fields.iter().find_map(|(name, value)| {
            let name = name.as_str();
            let says = name.eq_ignore_ascii_case("content-type") || matches!(name, "contentType" | "content_type");
            match name {
                // Something is said that cannot be read.
                _ if says => Some(is_markup(value, depth + 1).unwrap_or(false)),
                "headers" => is_markup(value, depth + 1),
                _ => None,
            }
        }),
        _ => None,
    }
}

fn is_html(kind: &str) -> bool {
    kind.contains("html") || kind.contains("svg")
}
