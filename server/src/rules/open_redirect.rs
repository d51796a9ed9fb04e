//! A visitor is sent to an address that a link chose.

use super::address::{Reach, reach};
use super::holes::{Found, Hole, holes, is_out_of_reach_of_links, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::{Symbol, Test};
use crate::facts::event::{Effect, Event, Sink, SinkKind};
use crate::facts::host::is_host_asked;
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Piece, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("open-redirect"),
    title: "A link can send people from your site to any other",
    risk: Risk::Input,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[601, 640],
    page: include_str!("../../../queries/rules/open-redirect.md"),
};

struct Way {
    input: Input,
    site: Option<Site>,
    /// It was looked at, but `//example.com` passes.
    half: bool,
    reach: Reach,
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        match event {
            Event::Sink(sink) if sink.kind == SinkKind::Redirect => redirected(cx, sink, out),
            Event::Effect(effect) if effect.kind == "mail" => mailed(effect, out),
            _ => {}
        }
    }
}

fn redirected(cx: &RuleCx<'_>, sink: &Sink, out: &mut Vec<Raw>) {
    let mut ways: Vec<Way> = Vec::new();
    for hole in holes(&sink.value, Cleanings::REDIRECT) {
        let is_second = is_behind_one_slash(&hole, sink);
        let reach = if continues_host(&hole, sink) || is_second { Reach::Host } else { reach(&hole.before) };
        if reach == Reach::Path {
            continue;
        }
        let given = hole.input(Cleanings::REDIRECT, sink, Some(Confidence::Possible)).or_else(|| of_link(&hole, sink));
        let Some(mut input) = given else { continue };
        if is_out_of_reach_of_links(input.part) || is_checked(&hole, sink) {
            continue;
        }
        let half = hole.is_checked(&sink.facts, &|_, found| match found {
            Found::Text(tested) => tested.holds == (tested.test != Test::Holds),
            Found::Pattern(_) | Found::Refused => true,
            Found::Known => false,
        });
        if sink.guessed || half || is_second {
            input.confidence = input.confidence.min(Confidence::Likely);
        }
        // A body is sent by the page's own forms, which a link of somebody else does not fill in.
        if matches!(input.part, Part::Body | Part::RawBody | Part::Input | Part::Files | Part::Fetched | Part::Local | Part::Prompt) {
            input.confidence = input.confidence.min(Confidence::Likely);
        }
        let site = hole.site.cloned();
        if !ways.iter().any(|known| known.site == site) {
            ways.push(Way { input, site, half, reach });
        }
    }
    let Some(worst) = worst(&ways, |way| &way.input) else { return };
    let mut raw = Raw::new(&META, standing_place(cx, sink, worst.site.as_ref()), worst.input.confidence);
    raw.message = message(worst);
    tell_places(&mut raw, sink, worst.site.as_ref().map(|site| (site, worst.input.name.as_str())), "the visitor is sent on here");
    if let Some(source) = &worst.input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    if worst.reach == Reach::Whole
        && let Some(at) = worst.site.as_ref().or(Some(&sink.site)).and_then(|site| cx.project.place(site))
    {
        raw.plans.push(FixPlan::StayOnSite { at });
    }
    out.push(raw);
}

/// `${origin}${next}`: `.example.com` and `@example.com` make another host of it. What begins with a slash does not.
fn continues_host(hole: &Hole<'_>, sink: &Sink) -> bool {
    let is_of_address = hole.value.symbol().is_some_and(|symbol| symbol.path.iter().any(|step| step == "*url*"));
    let is_asked = || hole.value.taint().iter().any(|origin| matches!(origin.part, Part::Query | Part::Body | Part::Cookies));
    let begins =
        || hole.is_checked(&sink.facts, &|_, found| found.begins().is_some_and(|(text, holds)| holds && text.is_none_or(|text| text.starts_with('/'))));
    hole.before.ends_in_host() && !is_of_address && is_asked() && !begins()
}

/// `redirect("/" + next)`: behind a second slash begins a host.
fn is_behind_one_slash(hole: &Hole<'_>, sink: &Sink) -> bool {
    let is_asked = || hole.value.taint().iter().any(|origin| matches!(origin.part, Part::Query | Part::Body | Part::Cookies));
    let begins_otherwise =
        || hole.is_checked(&sink.facts, &|_, found| found.begins().is_some_and(|(text, holds)| holds != text.is_some_and(|text| text.starts_with('/'))));
    !hole.before.own && hole.before.text.trim() == "/" && is_asked() && !begins_otherwise()
}

/// A parameter in the address of the page. The address itself, or a part of it, leads to the page again.
fn of_link(hole: &Hole<'_>, sink: &Sink) -> Option<Input> {
    let input = Input::of_browser(hole.value, Cleanings::REDIRECT, &sink.facts)?;
    // `params.get("next")` is called what was asked for.
    let asked = hole.value.symbol().and_then(|symbol| symbol.path.last()).unwrap_or(&input.name);
    // `location.search.slice(1)`: all that stands behind the question mark, and nothing else.
    let is_rest = matches!(input.name.as_str(), "search" | "hash") && hole.value.symbol().is_none_or(|symbol| symbol.path.is_empty());
    let is_address =
        !is_rest && matches!(asked.as_str(), "href" | "pathname" | "search" | "hash" | "URL" | "documentURI" | "referrer" | "location" | "a value");
    (!is_address).then_some(Input { confidence: Confidence::Likely, ..input })
}

fn is_checked(hole: &Hole<'_>, sink: &Sink) -> bool {
    let tells = |enough: &dyn Fn(&Symbol, &Found<'_>) -> bool| hole.is_checked(&sink.facts, enough);
    let is_known = tells(&|symbol, found| match found {
        Found::Known => !is_scheme(symbol),
        Found::Pattern(pattern) => is_whole_pattern(pattern) || refuses_second_slash(pattern),
        Found::Refused => false,
        Found::Text(_) => {
            let begins = found.begins().is_some_and(|(text, holds)| holds && text.is_none_or(is_inside));
            begins || found.ends().is_some_and(|(_, holds)| holds && symbol.path.iter().any(|step| step == "*url*"))
        }
    });
    let begins = |wanted: &str, is: bool| tells(&|_, found| found.begins() == Some((Some(wanted), is)));
    let is_without_host = tells(&|_, found| found.holds().is_some_and(|(text, holds)| !holds && matches!(text, Some("//" | ":"))));
    is_known || begins("/", true) && (begins("//", false) || is_without_host)
}

fn is_scheme(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|step| step == "*url*") && symbol.path.last().is_some_and(|last| matches!(last.as_str(), "protocol" | "scheme" | "port"))
}

/// `/app`, `https://example.com/`: the host cannot be another.
fn is_inside(text: &str) -> bool {
    match text.split_once("://") {
        Some((_, rest)) => rest.contains(['/', '?', '#']),
        None => text.len() > 1 && text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\"),
    }
}

/// `/^\/(?!\/)/`, `/^\/[^/\\]/`.
fn refuses_second_slash(pattern: &str) -> bool {
    pattern.contains("(?!") || pattern.contains("[^/") || pattern.contains("[^\\/") || pattern.contains("/[a-z") || pattern.contains("/[\\w")
}

fn message(way: &Way) -> String {
    let (name, from) = (&way.input.name, way.input.from());
    match (way.half, way.reach) {
        (true, _) => format!(
            "`{name}`, {from}, is looked at before people are sent there, but not enough: `//example.com` or `/\\example.com` still leads to another site, such as a copy of your login page."
        ),
        (_, Reach::Host) => format!("`{name}`, {from}, becomes part of the host that people are sent to: a link to your site can lead to a fake login page."),
        _ => format!("`{name}`, {from}, decides where people are sent: a link to your site can lead to a fake login page."),
    }
}

/// A link in a mail whose host the sender of the request named.
fn mailed(effect: &Effect, out: &mut Vec<Raw>) {
    let mut found = None;
    for arg in &effect.args {
        host_of_link(&arg.value, 0, &mut found);
    }
    let Some((name, site, source)) = found else { return };
    let mut raw = Raw::new(&META, site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::High);
    raw.detail = "mail".into();
    raw.message = format!(
        "`{name}`, from a request header, becomes the host of a link that is sent by mail: a stranger can ask for a mail to somebody else whose link, with the token in it, leads to a site of their own."
    );
    raw.also(effect.site.clone(), "the mail is sent here".to_owned());
    if let Some(source) = source {
        raw.also(source, "it comes from here".to_owned());
    }
    out.push(raw);
}

fn host_of_link(value: &Value, depth: u32, found: &mut Option<(crate::text::Name, Site, Option<Site>)>) {
    if depth > 6 || found.is_some() {
        return;
    }
    match value.kind() {
        Kind::Text(text) => {
            let mut before = String::new();
            for piece in &text.pieces {
                match piece {
                    Piece::Literal(literal) => before.push_str(literal),
                    Piece::Hole { value, site } => {
                        let origin =
                            value.taint().without(Cleanings::URL).find(|origin| matches!(origin.part, Part::Headers | Part::Path) && is_host(&origin.name));
                        let is_begun = before.ends_with("://")
                            || matches!(value.taint().iter().next(), Some(first) if matches!(first.name.as_str(), "origin" | "host_url" | "url_root" | "base_url"));
                        if let (Some(origin), true) = (origin, is_begun) {
                            *found = Some((origin.name.clone(), site.clone(), origin.site.clone()));
                            return;
                        }
                        host_of_link(value, depth + 1, found);
                        before.clear();
                    }
                }
            }
        }
        Kind::Object(object) => object.fields.iter().for_each(|(_, value)| host_of_link(value, depth + 1, found)),
        Kind::Seq(seq) => seq.items.iter().for_each(|value| host_of_link(value, depth + 1, found)),
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| host_of_link(&alternative.value, depth + 1, found)),
        Kind::Library(library) => library.args.iter().for_each(|arg| host_of_link(&arg.value, depth + 1, found)),
        _ => {}
    }
}

fn is_host(name: &str) -> bool {
    is_host_asked(name) || matches!(name.to_ascii_lowercase().as_str(), "origin" | "referer")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::facts::place::ItemKey;
    use crate::facts::taint::{Origin, Taint};
    use crate::facts::value::{Object, Text};
    use crate::text::{FileId, Name, Span};

    fn link(part: Part, name: &str, before: &str) -> Value {
        let site = Site { item: ItemKey { file: FileId::new("/w/a.ts"), hash: 0, ordinal: 0 }, span: Span::default() };
        let host = Value::unknown().with_taint(Taint::of(Origin { part, name: Name::from(name), site: None, clean: Cleanings::default() }));
        let pieces = vec![Piece::Literal(Arc::from(before)), Piece::Hole { value: host, site }, Piece::Literal(Arc::from("/reset"))];
        let mut mail = Object::default();
        mail.set("html".into(), Value::new(Kind::Text(Arc::new(Text { pieces }))));
        Value::new(Kind::Object(Arc::new(mail)))
    }

    #[test]
    fn the_host_of_a_link_in_a_mail_is_looked_at() {
        let found = |value: &Value| {
            let mut found = None;
            host_of_link(value, 0, &mut found);
            found.map(|(name, ..)| name.to_string())
        };
        assert_eq!(found(&link(Part::Headers, "host", "<a href=https://")).as_deref(), Some("host"));
        assert_eq!(found(&link(Part::Headers, "origin", "Go to ")).as_deref(), Some("origin"));
        assert_eq!(found(&link(Part::Headers, "user-agent", "https://")), None);
        assert_eq!(found(&link(Part::Query, "host", "https://app.example.com/?q=")), None);
        assert_eq!(found(&link(Part::Headers, "host", "Sent from ")), None);
    }
}
