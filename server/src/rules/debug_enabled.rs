//! The program is deployed as it runs for its developers: errors open a console or show the settings.

use super::options::{Options, Said, Switch};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Effect, Event};
use crate::facts::value::{Argument, Kind};
use crate::facts::walk::is_for_developers;
use crate::text::Name;

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
