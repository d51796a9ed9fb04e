//! The server opens an address that a caller chose.

use std::cell::Cell;

use super::address::{Reach, reach};
use super::holes::{Found, Hole, holes, is_whole_pattern, worst};
use super::input::Input;
use super::ownership::Judge;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::{Fact, Facts, Symbol};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::host::{is_private_address, is_private_name};
use crate::facts::place::Site;
use crate::facts::role_words::names_right;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::Kind;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("ssrf"),
    title: "The server opens an address that a caller chose",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[918],
    page: include_str!("../../../queries/rules/ssrf.md"),
};

struct Way {
    input: Input,
    site: Option<Site>,
    reach: Reach,
    /// Whoever sits in front of the program typed it, and may do much anyway.
    typed: bool,
    /// Only the path of a server of one's own: `http://localhost:8080/users/${x}`.
    inside: bool,
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Fetch || cx.runs_in_browser(&sink.site.item.file) {
            continue;
        }
        if has_own_connection(sink) {
            continue;
        }
        let mut ways: Vec<Way> = Vec::new();
        // What is drawn by a browser of the server's own can ask for any address.
        let is_page = matches!(sink.client.as_str(), "markup" | "script");
        let cleaning = if is_page { Cleanings::HTML } else { Cleanings::URL };
        for hole in holes(&sink.value, cleaning) {
            let reach = if is_page { Reach::Whole } else { reach(&hole.before) };
            let inside = reach == Reach::Path && is_inside(&hole);
            if reach == Reach::Path && !inside {
                continue;
            }
            let Some(mut input) = hole.input(cleaning, sink, Some(Confidence::Possible)) else { continue };
            // What stands on the command line was chosen by whoever runs the program and nobody else.
            let typed = input.part == Part::Prompt;
            if typed {
                input.confidence = Confidence::Likely;
            }
            // Where the server itself was asked for, as it was asked.
            if matches!(input.part, Part::Path | Part::Method | Part::Headers | Part::Cookies) || !is_page && is_checked(&hole, sink) {
                continue;
            }
            input.confidence = match refusals(&hole, sink) {
                0 if !sink.guessed => input.confidence,
                0 | 1 => input.confidence.min(Confidence::Likely),
                // A list of what may not be opened can be as good as one of what may.
                _ => Confidence::Possible,
            };
            if is_for_the_house(&cx.judge, &sink.facts) {
                input.confidence = Confidence::Possible;
            }
            let site = hole.site.cloned();
            if !ways.iter().any(|known| known.site == site) {
                if inside {
                    if !input.part.is_request() || input.shaped {
                        continue;
                    }
                    input.confidence = input.confidence.min(Confidence::Likely);
                }
                ways.push(Way { input, site, reach, typed, inside });
            }
        }
        let Some(worst) = worst(&ways, |way| &way.input) else { continue };
        let mut raw = Raw::new(&META, standing_place(cx, sink, worst.site.as_ref()), worst.input.confidence);
        raw.message = message(worst, is_page);
        raw.impact = match worst {
            Way { typed: true, .. } => Some(Impact::Low),
            Way { inside: true, .. } => Some(Impact::Medium),
            _ => None,
        };
        let used = if is_page { "the page is opened here" } else { "the server opens it here" };
        tell_places(&mut raw, sink, worst.site.as_ref().map(|site| (site, worst.input.name.as_str())), used);
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(call) = cx.project.place(&sink.call)
            && let Some(at) = worst.site.as_ref().or(Some(&sink.site)).and_then(|site| cx.project.place(site))
            && worst.reach == Reach::Whole
            && !is_page
        {
            raw.plans.push(FixPlan::AllowHosts { call, at });
        }
        out.push(raw);
    }
}

/// The path of a server that only this one reaches: what stands before the value names a host of the house and no more than a path.
fn is_inside(hole: &Hole<'_>) -> bool {
    let Some((_, rest)) = hole.before.text.split_once("://") else { return false };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if hole.before.own || path.contains(['?', '#']) {
        return false;
    }
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    !host.is_empty() && (!host.contains('.') || is_private_address(host) || is_private_name(host))
}

/// Addresses that are set up by an administrator, who is asked for them.
fn is_for_the_house(judge: &Judge<'_>, facts: &Facts) -> bool {
    judge.is_elevated(facts) || facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if names_right(&guard.name)))
}

/// The program itself looks names up, or connects: `{ lookup }`, `{ dispatcher: filtering }`.
fn has_own_connection(sink: &Sink) -> bool {
    let is_own = |name: &str| matches!(name, "lookup" | "agent" | "dispatcher" | "httpAgent" | "httpsAgent" | "createConnection" | "transport");
    sink.args.iter().any(|arg| match arg.value.kind() {
        Kind::Object(object) => object.fields.iter().any(|(name, value)| is_own(name) && !matches!(value.kind(), Kind::Null | Kind::Bool(_))),
        _ => is_own(&arg.name),
    })
}

/// Whether the host was compared with something of the program's own.
fn is_checked(hole: &Hole<'_>, sink: &Sink) -> bool {
    hole.is_checked(&sink.facts, &|symbol, found| match found {
        _ if is_beside_the_host(symbol) => false,
        Found::Known => true,
        Found::Pattern(pattern) => is_whole_pattern(pattern) || names_host(pattern),
        Found::Refused => false,
        Found::Text(_) => {
            let begins = found.begins().is_some_and(|(text, holds)| holds && text.is_none_or(ends_host));
            begins || found.ends().is_some_and(|(_, holds)| holds && is_address_part(symbol))
        }
    })
}

/// How many hosts, or beginnings of hosts, are refused.
fn refusals(hole: &Hole<'_>, sink: &Sink) -> u32 {
    let count = Cell::new(0);
    let more = |is: bool| {
        if is {
            count.set(count.get() + 1);
        }
        false
    };
    hole.is_checked(&sink.facts, &|symbol, found| {
        let is_host = is_address_part(symbol) && !is_beside_the_host(symbol);
        match found {
            Found::Refused => more(is_host),
            Found::Text(tested) => more(is_host || tested.holds && tested.text.as_deref().is_some_and(|text| text.contains('.'))),
            _ => false,
        }
    });
    count.get()
}

fn is_beside_the_host(symbol: &Symbol) -> bool {
    is_address_part(symbol)
        && symbol.path.last().is_some_and(|last| matches!(last.as_str(), "protocol" | "scheme" | "port" | "pathname" | "path" | "search" | "query" | "hash"))
}

fn is_address_part(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|step| step == "*url*")
}

/// `https://api.example.com/`: nothing can be added to the host.
fn ends_host(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#'])) || text.starts_with('/') && !text.starts_with("//")
}

/// More than a scheme: `/^https:\/\/api\.example\.com\//`.
fn names_host(pattern: &str) -> bool {
    pattern
        .split_once("//")
        .or_else(|| pattern.split_once("\\/\\/"))
        .is_some_and(|(_, rest)| rest.chars().filter(|c| c.is_alphabetic()).count() > 3 && rest.contains("\\."))
}

fn message(way: &Way, is_page: bool) -> String {
    let (name, from) = (&way.input.name, way.input.from());
    if is_page {
        return format!(
            "`{name}`, {from}, becomes part of a page that a browser on your server opens: with `<iframe src=...>` or a script in it a stranger reads private pages of your network or files of your server."
        );
    }
    match way.reach {
        _ if way.inside => format!(
            "`{name}`, {from}, becomes part of the path that your server asks a server behind it for: `../` in it leads to pages that were never meant for strangers."
        ),
        Reach::Host => format!(
            "`{name}`, {from}, becomes part of the host your server calls: whoever controls it can send the request, and what it carries, to a server of their own or into your network."
        ),
        _ => format!(
            "`{name}`, {from}, is an address that your server opens: a stranger can make it read private pages of your network or the keys of your cloud account (`http://169.254.169.254/`)."
        ),
    }
}
