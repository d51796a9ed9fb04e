//! Cookies that a library of sessions sets by itself, and settings about them.

use super::{Faults, META, flags};
use crate::facts::event::Effect;
use crate::facts::setup::Answer;
use crate::facts::value::Kind;
use crate::rules::exposed::{FileCx, is_development_file};
use crate::rules::options::{Options, Said, Switch, default_of, taken};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, Finding, FixPlan, Impact};
use crate::text::Name;

pub(super) fn of_session(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let all = Options::of(effect);
    let under = default_of(effect, "under");
    let options = if under.is_empty() { all } else { all.under(under)? };
    if let Some(unsigned) = unsigned(cx, effect, &options) {
        return Some(unsigned);
    }
    let faults = Faults::of(effect, &options)?;
    let (impact, confidence) = match (faults.said, faults.weight()) {
        // Nobody said so: it is only the library's default.
        (false, (impact, _)) => (impact, Confidence::Likely),
        (true, (Impact::High, _)) => (Impact::High, Confidence::Proven),
        (true, weight) => weight,
    };
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.impact = Some(impact);
    raw.detail = effect.client.clone();
    raw.absence = !faults.said;
    raw.message = format!("The session cookie {}", faults.harm());
    let way: &[&str] = match under {
        "cookie" => &["cookie"],
        "cookieOptions" => &["cookieOptions"],
        _ => &[],
    };
    let at = match effect.client.as_str() {
        "iron-session" => effect.args.len().saturating_sub(1),
        _ => 0,
    };
    raw.plans.extend(flags(cx, effect, Some(at), way, &options, &faults));
    Some(raw)
}

/// Where the session itself is in the cookie, its signature is all that ties it to this server.
fn unsigned(cx: &RuleCx<'_>, effect: &Effect, options: &Options<'_>) -> Option<Raw> {
    let stores = default_of(effect, "kept-in-cookie-unless");
    let is_elsewhere = stores.split(' ').any(|name| !matches!(options.get(name), Said::Nothing));
    if stores.is_empty() || !matches!(options.switch("signed"), Switch::Off) || is_elsewhere {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::High);
    raw.detail = "unsigned".into();
    raw.message =
        "The session is kept in the visitor's own cookie, and `signed: false` lets anyone write one: they are signed in as whomever they put in".into();
    raw.plans.extend(cx.project.place(&effect.site).map(|call| FixPlan::SetOptions {
        call,
        at: Some(0),
        way: Vec::new(),
        entries: vec![(Name::new_static("signed"), Name::new_static("true"))],
        title: Name::new_static("Sign the session's cookie"),
    }));
    Some(raw)
}

/// `cookie["session"]["secure"] = False`.
pub(super) fn of_flag(effect: &Effect) -> Option<Raw> {
    let flag = effect.args.first().filter(|arg| matches!(arg.value.kind(), Kind::Bool(false)))?;
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Low);
    raw.detail = "flag".into();
    let faults = Faults { readable: flag.name == "httponly", plain: flag.name == "secure", ..Faults::default() };
    raw.message = format!("This cookie {}", faults.lack());
    Some(raw)
}

/// `app.add_middleware(SessionMiddleware, secret_key=...)`.
pub(super) fn of_plugin(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let plugin = taken(effect, "plugin")?.value.as_library()?.clone();
    if plugin.step != "SessionMiddleware" {
        return None;
    }
    let options = Options::of(effect);
    // Sessions of Starlette hide from scripts, but go over plain http unless told otherwise.
    let confidence = match options.switch("httpsonly") {
        Switch::Off => Confidence::Likely,
        Switch::Unsaid => Confidence::Likely,
        Switch::On | Switch::Unknown => return None,
    };
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.detail = "starlette".into();
    raw.message = "The session cookie is also sent over plain http: somebody on the same network can read it and take over the account".into();
    raw.plans.extend(cx.project.place(&effect.site).map(|call| FixPlan::SetOptions {
        call,
        at: None,
        way: Vec::new(),
        entries: vec![("https_only".into(), "True".into())],
        title: "Send the session cookie over https only".into(),
    }));
    Some(raw)
}

/// `app.config["SESSION_COOKIE_HTTPONLY"] = False`, `app.config.update(SESSION_COOKIE_SECURE=False)`.
pub(super) fn settings(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    for arg in effect.args.iter().filter(|arg| matches!(arg.value.kind(), Kind::Bool(false))) {
        let (impact, confidence, harm) = match arg.name.as_str() {
            "SESSION_COOKIE_HTTPONLY" | "REMEMBER_COOKIE_HTTPONLY" => {
                (Impact::High, Confidence::Proven, "lets every script on the page read the session cookie: one script that gets in takes over the account")
            }
            "SESSION_COOKIE_SECURE" | "REMEMBER_COOKIE_SECURE" => (
                Impact::Medium,
                Confidence::Likely,
                "sends the session cookie over plain http too: somebody on the same network can read it and take over the account",
            ),
            _ => continue,
        };
        let mut raw = Raw::new(&META, arg.site.clone(), confidence);
        raw.impact = Some(impact);
        raw.detail = "flask".into();
        raw.message = format!("`{} = False` {harm}", arg.name);
        raw.plans.extend(cx.project.place(&arg.site).map(|at| FixPlan::SetOption { at, name: arg.name.clone(), value: "True".into() }));
        out.push(raw);
    }
}

/// What a module of settings says.
pub fn of_setup(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    if is_development_file(cx.file.file_name()) {
        return;
    }
    for switch in facts.switches.iter().filter(|switch| switch.is == Answer::No && !switch.place.span.is_empty()) {
        let (name, impact, confidence, harm) = match switch.name.as_str() {
            "session-cookie-hidden" => (
                "SESSION_COOKIE_HTTPONLY",
                Impact::High,
                Confidence::Proven,
                "lets every script on the page read the session cookie: one script that gets in takes over the account",
            ),
            "session-cookie-secure" => (
                "SESSION_COOKIE_SECURE",
                Impact::Medium,
                Confidence::Likely,
                "sends the session cookie over plain http too: somebody on the same network can read it and take over the account",
            ),
            "jwt-cookie-secure" if facts.switches.iter().any(|other| other.name == "jwt-in-cookies" && other.is == Answer::Yes) => (
                "JWT_COOKIE_SECURE",
                Impact::Medium,
                Confidence::Likely,
                "sends the cookie that signs people in over plain http too: somebody on the same network can read it and take over the account",
            ),
            "csrf-cookie-secure" => (
                "CSRF_COOKIE_SECURE",
                Impact::Low,
                Confidence::Likely,
                "sends the token of your forms over plain http too: somebody on the same network can read it",
            ),
            _ => continue,
        };
        let mut finding = cx.finding(&META, &switch.stack, (impact, confidence), switch.place.clone(), format!("`{name} = False` {harm}"));
        finding.plans.push(FixPlan::SetOption { at: switch.place.clone(), name: name.into(), value: "True".into() });
        out.push(finding);
    }
}
