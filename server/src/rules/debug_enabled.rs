//! The program is deployed as it runs for its developers: errors open a console or show the settings.

use super::exposed::{FileCx, is_development_file};
use super::options::{Options, Said, Switch};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::setup::Answer;
use crate::facts::value::{Argument, Kind};
use crate::facts::walk::is_for_developers;
use crate::syntax::Language;
use crate::text::{Name, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("debug-enabled"),
    title: "Debug mode is switched on",
    risk: Risk::Deployment,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[489, 215],
    page: include_str!("../../../queries/rules/debug-enabled.md"),
};

const CONSOLE: &str = "an error page gives whoever caused it a console that runs any code on your server";
const TRACES: &str = "an error page shows strangers your code, your settings and what was in memory";

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if is_for_developers(&effect.facts) {
            continue;
        }
        match (effect.kind.as_str(), effect.client.as_str()) {
            ("debug", "flask") => out.extend(of_run(cx, effect)),
            ("debug", "errorhandler") => {
                let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
                raw.impact = Some(Impact::Medium);
                raw.detail = effect.client.clone();
                raw.message = format!("`errorhandler()` runs in production too: {TRACES}");
                out.push(raw);
            }
            ("debug", "apollo") => {
                let told = ["includeStacktraceInErrorResponses", "debug"].into_iter().find(|name| Options::of(effect).switch(name) == Switch::On);
                if let Some(name) = told {
                    let mut raw = Raw::new(&META, place_of(cx, &effect.site, name), Confidence::Proven);
                    raw.impact = Some(Impact::Medium);
                    raw.detail = effect.client.clone();
                    raw.message = format!("`{name}: true` answers every error with its stack trace: strangers see your files and the way through your code");
                    out.push(raw);
                }
            }
            ("app", "starlette") => {
                if let Some(arg) = on(effect, "debug") {
                    out.push(of_switch(cx, arg, "starlette", TRACES));
                }
            }
            ("setting", _) => {
                for arg in effect.args.iter().filter(|arg| matches!(arg.name.as_str(), "debug" | "DEBUG") && matches!(arg.value.kind(), Kind::Bool(true))) {
                    out.push(of_switch(cx, arg, "flask", CONSOLE));
                }
            }
            _ => {}
        }
    }
}

/// Where an option of a call is named; the call, if it is named elsewhere.
fn place_of(cx: &RuleCx<'_>, call: &Site, name: &str) -> Site {
    let place = cx.project.place(call);
    let text = place
        .as_ref()
        .and_then(|place| Some(cx.project.file(&place.file)?.document.text().get(place.span.start as usize..place.span.end as usize)?.to_owned()));
    let Some(at) = text.and_then(|text| text.find(&format!("{name}:"))) else { return call.clone() };
    let start = call.span.start + at as u32;
    Site { item: call.item.clone(), span: Span::new(start, start + name.len() as u32) }
}

/// `app.run(debug=True, host="0.0.0.0")`.
fn of_run(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let arg = on(effect, "debug")?;
    let is_open = match Options::of(effect).get("host") {
        Said::Value(host) => host.as_str().is_some_and(|host| matches!(&**host, "0.0.0.0" | "::" | "")),
        _ => false,
    };
    // On one's own machine it is what it is for; but this is the file that gets deployed.
    let mut raw = of_switch(cx, arg, "flask", CONSOLE);
    raw.confidence = if is_open { Confidence::Proven } else { Confidence::Likely };
    if is_open {
        raw.impact = Some(Impact::Critical);
        raw.message = format!("`debug=True` for everybody who reaches this machine: {CONSOLE}");
    }
    Some(raw)
}

/// What configurations say.
pub fn of_setup(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    let name = cx.file.file_name();
    if is_development_file(name) || cx.known.document.language == Language::Env && !name.contains("prod") {
        return;
    }
    for switch in facts.switches.iter().filter(|switch| switch.is == Answer::Yes && !switch.place.span.is_empty()) {
        let (impact, confidence, message, fix) = match (switch.name.as_str(), switch.value.as_deref()) {
            ("django-debug", Some("true")) => (META.impact, Confidence::Proven, format!("`DEBUG = True` for everybody: {TRACES}"), Some(DJANGO_DEBUG)),
            ("django-debug", Some("*any text*")) => {
                (META.impact, Confidence::Likely, format!("`DEBUG` is on as soon as the variable holds any text, also \"False\": {TRACES}"), Some(DJANGO_DEBUG))
            }
            ("django-debug", Some("*unless told*")) => (
                META.impact,
                Confidence::Likely,
                format!("`DEBUG` is on unless the variable says otherwise: where somebody forgets to set it, {TRACES}"),
                Some(DJANGO_DEBUG),
            ),
            ("django-debug", _) => (
                META.impact,
                Confidence::Proven,
                format!("`DEBUG` is on unless somebody says otherwise, and \"False\" is a text, so it stays on: {TRACES}"),
                Some(DJANGO_DEBUG),
            ),
            ("any-host-name", _) => (
                Impact::Medium,
                Confidence::Likely,
                "`ALLOWED_HOSTS` takes every name: whoever sends a request chooses the address that your links and e-mails point to".to_owned(),
                None,
            ),
            ("debug-variable" | "node-for-developers", Some(value)) if is_deployed(cx, switch.place.span.start) => {
                let variable = variable_before(cx, switch.place.span.start);
                (
                    META.impact,
                    Confidence::Likely,
                    format!("`{variable}={value}` switches debug mode on in what is deployed: {TRACES}"),
                    Some(if value == "development" { "production" } else { "0" }),
                )
            }
            _ => continue,
        };
        let mut finding = cx.finding(&META, &switch.stack, (impact, confidence), switch.place.clone(), message);
        if let Some(value) = fix {
            finding.plans.push(FixPlan::SetOption { at: switch.place.clone(), name: variable_before(cx, switch.place.span.start).into(), value: value.into() });
        }
        out.push(finding);
    }
}

const DJANGO_DEBUG: &str = "os.environ.get(\"DJANGO_DEBUG\", \"false\").lower() == \"true\"";

/// Of an image that is built in stages only the last is deployed.
fn is_deployed(cx: &FileCx<'_>, at: u32) -> bool {
    let text = cx.known.document.text();
    let is_stage = |line: &str| line.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("from "));
    let after = text.get(at as usize..).unwrap_or_default();
    cx.known.document.language != Language::Dockerfile || !after.lines().skip(1).any(is_stage)
}

/// `FLASK_DEBUG` of `FLASK_DEBUG=1`.
fn variable_before(cx: &FileCx<'_>, at: u32) -> String {
    let text = cx.known.document.text();
    let before = text.get(..at as usize).unwrap_or_default().trim_end_matches(['=', ' ', '"', '\'']);
    let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    before.get(start..).unwrap_or_default().to_owned()
}

fn on<'e>(effect: &'e Effect, name: &str) -> Option<&'e Argument> {
    let is_on = Options::of(effect).switch(name) == Switch::On;
    effect.args.iter().find(|arg| arg.name == name).filter(|_| is_on)
}

fn of_switch(cx: &RuleCx<'_>, arg: &Argument, detail: &'static str, harm: &str) -> Raw {
    let mut raw = Raw::new(&META, arg.site.clone(), Confidence::Proven);
    raw.detail = detail.into();
    raw.message = format!("`{} = True` for everybody: {harm}", arg.name);
    let variable = if detail == "flask" { "FLASK_DEBUG" } else { "DEBUG" };
    if let Some(at) = cx.project.place(&arg.site) {
        raw.plans.push(FixPlan::SetOption { at, name: arg.name.clone(), value: Name::from(format!("os.environ.get(\"{variable}\") == \"1\"")) });
    }
    raw
}
