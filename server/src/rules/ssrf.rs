//! The server opens an address that a caller chose.

use super::holes::{Found, Hole, holes, is_whole_pattern, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::address::{Reach, reach};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::Symbol;
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Part};

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
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Fetch || cx.project.surface(&sink.site.item.file).is_exposed() {
            continue;
        }
        let mut ways: Vec<Way> = Vec::new();
        for hole in holes(&sink.value, Cleanings::URL) {
            let reach = reach(&hole.before);
            if reach == Reach::Path {
                continue;
            }
            let Some(mut input) = hole.input(Cleanings::URL, sink, Some(Confidence::Possible)) else { continue };
            // Where the server itself was asked for, as it was asked.
            if matches!(input.part, Part::Path | Part::Method | Part::Headers | Part::Cookies) || is_checked(&hole, sink) {
                continue;
            }
            if sink.guessed || is_half_checked(&hole, sink) {
                input.confidence = input.confidence.min(Confidence::Likely);
            }
            let site = hole.site.cloned();
            if !ways.iter().any(|known| known.site == site) {
                ways.push(Way { input, site, reach });
            }
        }
        let Some(worst) = worst(&ways, |way| &way.input) else { continue };
        let mut raw = Raw::new(&META, worst.site.clone().unwrap_or_else(|| sink.site.clone()), worst.input.confidence);
        raw.message = message(worst);
        raw.also(sink.call.clone(), "the server opens it here".to_owned());
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let Some(call) = cx.project.place(&sink.call)
            && let Some(at) = worst.site.as_ref().or(Some(&sink.site)).and_then(|site| cx.project.place(site))
            && worst.reach == Reach::Whole
        {
            raw.plans.push(FixPlan::AllowHosts { call, at });
        }
        out.push(raw);
    }
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

/// Some hosts are refused, or only the beginning was looked at.
fn is_half_checked(hole: &Hole<'_>, sink: &Sink) -> bool {
    hole.is_checked(&sink.facts, &|symbol, found| match found {
        Found::Refused => is_address_part(symbol) && !is_beside_the_host(symbol),
        Found::Text(tested) => tested.text.as_deref().is_some_and(|text| text.contains('.')),
        _ => false,
    })
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
    pattern.split_once("//").or_else(|| pattern.split_once("\\/\\/")).is_some_and(|(_, rest)| rest.chars().filter(|c| c.is_alphabetic()).count() > 3 && rest.contains("\\."))
}

fn message(way: &Way) -> String {
    let (name, from) = (&way.input.name, way.input.from());
    match way.reach {
        Reach::Host => format!("`{name}`, {from}, becomes part of the host your server calls: whoever controls it can send the request, and what it carries, to a server of their own or into your network."),
        _ => format!("`{name}`, {from}, is an address that your server opens: a stranger can make it read private pages of your network or the keys of your cloud account (`http://169.254.169.254/`)."),
    }
}
