//! Templates that write a value out as it is, and the code that gives it to them.

use super::{META, is_no_text, message};
use crate::facts::event::Sink;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::template::{Engine, Unescaped, is_called, read};
use crate::facts::value::{Kind, Value};
use crate::rules::called::given_to_template;
use crate::rules::input::Input;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::template_called::nearest;
use crate::rules::{Confidence, FixPlan, parts};
use crate::text::Place;

pub(super) fn check(cx: &RuleCx<'_>, sink: &Sink, out: &mut Vec<Raw>) {
    let Some(name) = sink.value.as_str() else { return };
    let pages = cx
        .project
        .files()
        .filter_map(|(file, known)| Some((file, known.said.as_deref()?)))
        .filter(|(file, said)| !said.unescaped.is_empty() && is_called(file, name));
    let pages = pages.map(|(file, said)| (file, said.unescaped.as_slice()));
    // Two templates of one name, as near as each other: which of them is meant is not known.
    let Some((file, unescaped)) = nearest(&sink.site.item.file, pages.collect()) else { return };
    for one in unescaped.iter() {
        let Some(given) = one.roots.first().and_then(|root| given_to_template(sink, root)) else { continue };
        let Some(input) = judge(&given, one, sink) else { continue };
        if input.part == Part::Stored && super::kept::is_cleaned(cx, &input.name, &sink.site.item.file) {
            continue;
        }
        let mut raw = Raw::new(&META, sink.site.clone(), input.confidence);
        let place = Place { file: file.clone(), span: one.span };
        raw.plans.push(FixPlan::EscapeInTemplate { at: place.clone() });
        raw.elsewhere = Some(place);
        raw.message = message(&input);
        raw.related.push((crate::rules::raw::RawPlace::Site(sink.site.clone()), "the page is filled in here".to_owned()));
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        out.push(raw);
    }
}

/// A page that stands in the code: `render_template_string("{{ bio|safe }}", bio=bio)`.
pub(super) fn check_text(sink: &Sink, out: &mut Vec<Raw>) {
    let Some(text) = sink.value.as_str() else { return };
    let found = read(text, Engine::Jinja).into_iter().find_map(|one| judge(&given_to_template(sink, one.roots.first()?)?, &one, sink));
    let Some(input) = found else { return };
    let mut raw = Raw::new(&META, sink.site.clone(), input.confidence);
    raw.message = message(&input);
    if let Some(source) = &input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    out.push(raw);
}

/// `note.replace(/\n/g, "<br>")`, `note || ""`: the note, which is markup all the same.
fn without_breaks(expression: &str) -> &str {
    let value = expression.split(" ||").next().unwrap_or(expression).trim();
    let Some((path, rest)) = [".replaceAll(", ".replace(", ".trim("].iter().filter_map(|call| value.split_once(call)).min_by_key(|(path, _)| path.len()) else {
        return value;
    };
    // What looks for the beginning of a tag takes tags out, or escapes them.
    if ["&lt;", "&amp;", "/<", "'<'", "\"<\"", "[<"].iter().any(|escapes| rest.contains(escapes)) { value } else { path }
}

fn judge(value: &Value, one: &Unescaped, sink: &Sink) -> Option<Input> {
    // `user.bio`: the last name is what it is called.
    let path = without_breaks(&one.expression);
    let last = path.rsplit('.').next().unwrap_or_default();
    let is_path = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    if !is_path || is_no_text(last) {
        return None;
    }
    let of = |value: &Value| {
        // `booking.note` of a row that was read whole, or of each of them; a query may be asked by the page itself.
        let is_read = match value.kind() {
            Kind::Row(_) | Kind::Rows(_) => true,
            Kind::Library(library) => library.query.as_ref().is_some_and(|query| query.lazy),
            _ => false,
        };
        if is_read && one.expression.contains('.') {
            return Some(Input::stored(last.into()));
        }
        let input = Input::of(value, Cleanings::HTML, &sink.facts, None).filter(|input| input.part != Part::Method);
        input.or_else(|| Input::of_fetched(value, Cleanings::HTML, &sink.facts)).or_else(|| Input::of_stored(value, Cleanings::HTML, &sink.facts))
    };
    let alternatives = value.alternatives();
    let whole = alternatives.iter().filter_map(of);
    let parts = parts::of(value);
    let mut input = whole.chain(parts.iter().filter_map(|hole| of(hole.value))).max_by_key(|input| input.confidence)?;
    if one.expression.contains('.') || input.part == Part::Stored {
        input.name = last.into();
    }
    input.confidence = input.confidence.max(Confidence::Likely);
    Some(input)
}
