//! What somebody else wrote becomes markup of a page.

pub(super) mod answered;
mod engine;
mod kept;
mod template;

use super::input::Input;
use super::parts::{self, Hole};
use super::raw::{Raw, RuleCx};
use super::standing_place;
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::{Facts, Root};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::Value;
use crate::text::Place;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("xss"),
    title: "What somebody else wrote becomes markup of a page",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[79],
    page: include_str!("../../../../queries/rules/xss.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for (at, event) in cx.walk.events.iter().enumerate() {
        match event {
            Event::Sink(sink) if sink.kind == SinkKind::Html => of_sink(cx, sink, at, out),
            Event::Sink(sink) if sink.kind == SinkKind::Template => {
                let before = out.len();
                template::check(cx, sink, out);
                if out.len() == before {
                    engine::told_not_to(sink, out);
                    engine::by_name(cx, sink, out);
                    engine::markup_given(cx, sink, out);
                }
            }
            Event::Effect(effect) if matches!(effect.kind.as_str(), "template-engine" | "template-taken") => engine::made(cx, effect, out),
            Event::Sink(sink) if sink.client == "template-string" => template::check_text(sink, out),
            Event::Use(given) => answered::check_returned(cx, given, at, out),
            _ => {}
        }
    }
}

fn of_sink(cx: &RuleCx<'_>, sink: &Sink, at: usize, out: &mut Vec<Raw>) {
    let Some(how) = Way::of(&sink.client) else { return };
    if sink.client == "make" && !parts::literals(&sink.value).trim_start().starts_with('<') {
        return;
    }
    let surely = match how {
        Way::Answer(kind) => match answered::is_page(cx, kind, &sink.value, &sink.args, &sink.facts, at) {
            Some(surely) => surely,
            None => return,
        },
        _ => Confidence::Proven,
    };
    match of_value(cx, &sink.value, &sink.facts, how, surely, &sink.site, &sink.call) {
        Some(mut raw) if raw.confidence > Confidence::Possible || sink.client != "format-html" => {
            // What cleans it would have to be brought into the template as well.
            if sink.client == "sfc" {
                raw.plans.clear();
            }
            out.push(raw);
        }
        _ if sink.client == "format-html" => engine::formatted(cx, sink, out),
        _ => {}
    }
}

/// Is what this writes markup, as far as is known?
pub(super) fn is_markup(cx: &RuleCx<'_>, sink: &Sink, at: usize) -> bool {
    match Way::of(&sink.client) {
        Some(Way::Answer(kind)) => answered::is_page(cx, kind, &sink.value, &sink.args, &sink.facts, at).is_some(),
        Some(Way::Code) | None => false,
        Some(Way::Element | Way::Marked) => true,
    }
}

/// How it is made harmless.
pub(super) fn plan(sink: &Sink, place: Option<Place>) -> Option<FixPlan> {
    match Way::of(&sink.client)? {
        Way::Element if sink.client != "sfc" => Some(FixPlan::CleanMarkup { at: place?, is_code: false }),
        _ => None,
    }
}

/// How a value gets into a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As markup of an element of the page.
    Element,
    /// As the text of a `script` or `style`, which is no markup.
    Code,
    /// Declared to be safe, for a template that writes it out.
    Marked,
    /// As an answer, by this kind of call.
    Answer(answered::Answer),
}

impl Way {
    fn of(client: &str) -> Option<Way> {
        Some(match client {
            "script" | "style" | "Script" => Way::Code,
            "mark-safe" | "format-html" => Way::Marked,
            "send" => Way::Answer(answered::Answer::Page),
            "typed" => Way::Answer(answered::Answer::Typed),
            "end" => Way::Answer(answered::Answer::Bytes),
            _ => Way::Element,
        })
    }
}

/// A hole that somebody else has a say in.
struct Found<'v> {
    input: Input,
    impact: Impact,
    hole: Hole<'v>,
}

fn of_value(cx: &RuleCx<'_>, value: &Value, facts: &Facts, way: Way, surely: Confidence, site: &Site, call: &Site) -> Option<Raw> {
    // The path of a route that captures nothing is always the same.
    let is_fixed_path = |found: &Found<'_>| {
        let path = cx.walk.route.as_ref().and_then(|route| route.path.as_deref());
        found.input.part == Part::Path && path.is_some_and(|path| !path.contains(['<', '{', ':', '*', '[', '(']))
    };
    let found: Vec<Found<'_>> = parts::of(value)
        .into_iter()
        .filter_map(|hole| judge(hole, facts, way))
        .filter(|found| !is_fixed_path(found) && (found.input.part != Part::Stored || !kept::is_cleaned(cx, &found.input.name, &site.item.file)))
        .collect();
    let worst = found.iter().max_by_key(|found| (found.input.confidence, std::cmp::Reverse(found.hole.site.map_or(0, |site| site.span.start))))?;
    let place = standing_place::place(cx, site, call, worst.hole.site);
    let mut raw = Raw::new(&META, place.clone(), worst.input.confidence.min(surely));
    raw.impact = (worst.impact != META.impact).then_some(worst.impact);
    raw.message = message(&worst.input);
    if let Some(hole) = worst.hole.site {
        raw.also(hole.clone(), format!("`{}` is put in here", worst.input.name));
    }
    raw.also(call.clone(), "it becomes part of the page here".to_owned());
    let sure = |other: &&Found<'_>| other.input.confidence == worst.input.confidence;
    for other in found.iter().filter(sure).filter_map(|found| found.hole.site.filter(|site| Some(*site) != worst.hole.site)).take(8) {
        raw.also(other.clone(), "this is put in the same way".to_owned());
    }
    if let Some(source) = &worst.input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    let holes: Option<Vec<_>> = found.iter().map(|found| cx.project.place(found.hole.site?)).collect();
    match (way, holes) {
        (Way::Answer(_) | Way::Marked, Some(mut holes)) => {
            holes.sort();
            holes.dedup();
            raw.plans.push(FixPlan::EscapeMarkup { holes });
        }
        (Way::Answer(_), None) => {}
        _ => raw.plans.extend(cx.project.place(site).map(|at| FixPlan::CleanMarkup { at, is_code: way == Way::Code })),
    }
    Some(raw)
}

fn judge<'v>(hole: Hole<'v>, facts: &Facts, way: Way) -> Option<Found<'v>> {
    let value = hole.value;
    let mut impact = META.impact;
    let mut of_parameters = Confidence::Possible;
    // `obj.image.url` is some field of some object; `value`, and what was made of it, is the text itself.
    let is_field = value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Parameter(_)) && !symbol.path.is_empty());
    // Put into markup of the program's own it is mostly a word of the program's own, too.
    if way == Way::Marked && !is_field && hole.site.is_none() {
        of_parameters = Confidence::Likely;
    }
    let input = Input::of(value, Cleanings::HTML, facts, Some(of_parameters));
    let input = input.filter(|input| input.part != Part::Method && input.confidence > Confidence::Possible).or_else(|| {
        let others = [Input::of_browser, Input::of_fetched, Input::of_stored, Input::of_page];
        others.iter().find_map(|other| other(value, Cleanings::HTML, facts)).filter(|input| input.part == Part::Browser || !is_no_text(&input.name))
    });
    // What a service sends to see whether it reached the right place, who has to send it back.
    if matches!(way, Way::Answer(_)) && hole.site.is_none() && input.as_ref().is_some_and(|input| input.name.ends_with("challenge")) {
        return None;
    }
    let mut input = match input {
        Some(input) => input,
        None => Input::of(value, Cleanings::HTML, facts, Some(of_parameters))?,
    };
    if input.part == Part::Parameter && input.clean.has(Cleanings::RENDERED) {
        input.confidence = Confidence::Likely;
        impact = Impact::Medium;
    }
    if input.part == Part::Page {
        impact = Impact::Medium;
    }
    // What a program writes into a script or a style is mostly its own; only what comes straight from a caller is told.
    if way == Way::Code && !(input.part.is_request() || input.part == Part::Browser) {
        return None;
    }
    if way == Way::Code {
        input.confidence = input.confidence.min(Confidence::Likely);
    }
    // A link cannot set a cookie or a header.
    if matches!(input.part, Part::Cookies | Part::Headers) {
        input.confidence = Confidence::Possible;
    }
    Some(Found { input, impact, hole })
}

/// Names of columns and fields that hold no text that a person could have written.
fn is_no_text(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "id",
        "ids",
        "uuid",
        "count",
        "total",
        "amount",
        "price",
        "cost",
        "number",
        "num",
        "date",
        "time",
        "at",
        "created",
        "updated",
        "length",
        "size",
        "rating",
        "score",
        "stars",
        "year",
        "month",
        "day",
        "days",
        "hours",
        "minutes",
        "age",
        "quantity",
        "qty",
        "index",
        "position",
        "order",
        "width",
        "height",
        "percent",
        "balance",
        "status",
        "duration",
        "version",
        "likes",
        "views",
        "votes",
        "rank",
        "points",
        "level",
        "timestamp",
        "lat",
        "lng",
        "lon",
        "temp",
        "temperature",
    ];
    let words = crate::facts::names::words(name);
    words.last().is_some_and(|last| WORDS.contains(&last.as_str())) || words.first().is_some_and(|first| matches!(first.as_str(), "is" | "has" | "num"))
}

fn message(input: &Input) -> String {
    let (name, from) = (&input.name, input.from());
    match input.part {
        Part::Stored | Part::Fetched => {
            format!(
                "`{name}`, {from}, becomes markup of the page as it is: whoever wrote it can run a script for everyone who sees the page and take over their accounts."
            )
        }
        Part::Page => format!(
            "`{name}`, {from}, becomes markup of the page: what somebody typed, pasted or wrote there as plain text can be a script, which then runs for whoever sees it."
        ),
        Part::Parameter => {
            format!("`{name}` becomes markup of the page as it is: if a person wrote it, they can run a script for everyone who sees the page.")
        }
        _ => format!(
            "`{name}`, {from}, becomes markup of the page as it is: a link with a script in it runs that script for whoever opens it, and takes over their account."
        ),
    }
}
