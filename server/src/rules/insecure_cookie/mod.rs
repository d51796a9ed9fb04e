//! A cookie that signs somebody in can be read by scripts, or is sent where others can listen.

mod purpose;
mod session;
mod written;

pub use session::of_setup;

use purpose::{is_being_typed, is_empty, is_for_the_page, is_no_content, is_of_login, is_signed_token, is_unspoken, spoken};
use session::{of_flag, of_plugin, of_session, settings};

use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::value::Kind;
use crate::facts::walk::is_for_developers;
use crate::rules::options::{Options, Said, Switch, default_of, taken};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::syntax::Language;
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("insecure-cookie"),
    title: "A login cookie is not protected",
    risk: Risk::Passwords,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[1004, 614, 1275],
    page: include_str!("../../../../queries/rules/insecure-cookie.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if is_for_developers(&effect.facts) {
            continue;
        }
        match effect.kind.as_str() {
            "cookie" => out.extend(of_cookie(cx, effect)),
            "session" => out.extend(of_session(cx, effect)),
            "header" => written::of_header(effect, out),
            "cookie-written" => written::of_script(effect, out),
            "plugin" => out.extend(of_plugin(cx, effect)),
            "setting" => settings(cx, effect, out),
            "cookie-flag" => out.extend(of_flag(effect)),
            _ => {}
        }
    }
}

/// What is wrong with a cookie.
#[derive(Default)]
struct Faults {
    /// Scripts can read it.
    readable: bool,
    /// It is switched off in so many words.
    said: bool,
    /// It goes over plain http.
    plain: bool,
    /// Every other site's requests carry it.
    everywhere: bool,
}

/// What a flag is set to, by its name, by the library's own name for it, or by its place.
fn flag(effect: &Effect, options: &Options<'_>, name: &str) -> Switch {
    let by_place = || match taken(effect, name).map(|arg| arg.value.kind()) {
        None => Switch::Unsaid,
        Some(Kind::Bool(true)) => Switch::On,
        Some(Kind::Bool(false) | Kind::Null) => Switch::Off,
        Some(_) => Switch::Unknown,
    };
    match options.switch(name) {
        Switch::Unsaid => by_place(),
        said => said,
    }
}

impl Faults {
    fn of(effect: &Effect, options: &Options<'_>) -> Option<Faults> {
        let mut faults = Faults::default();
        let mut is_unknown = true;
        for (name, default, fault) in [("httponly", default_of(effect, "http-only"), 0), ("secure", default_of(effect, "secure"), 1)] {
            let is = flag(effect, options, name);
            is_unknown &= is == Switch::Unknown;
            let off = is == Switch::Off || is == Switch::Unsaid && default != "yes";
            faults.said |= is == Switch::Off;
            if fault == 0 { faults.readable = off } else { faults.plain = off }
        }
        if is_unknown {
            return None;
        }
        // Browsers refuse such a cookie without `secure`, so that is what will be changed next.
        faults.everywhere = options.word("samesite").as_deref() == Some("none") && faults.plain;
        (faults.readable || faults.plain).then_some(faults)
    }

    fn weight(&self) -> (Impact, Confidence) {
        match (self.readable, self.plain) {
            (true, _) => (Impact::High, Confidence::Likely),
            (_, true) if self.everywhere => (Impact::Medium, Confidence::Proven),
            _ => (Impact::Medium, Confidence::Likely),
        }
    }

    /// The same of a cookie of which it is not known what it opens.
    fn lack(&self) -> &'static str {
        match (self.readable, self.plain) {
            (true, true) => "can be read by every script on the page and is sent over plain http: if it says who somebody is, others can take it",
            (true, false) => "can be read by every script on the page: if it says who somebody is, a script that gets in takes it",
            _ => "is also sent over plain http: if it says who somebody is, somebody on the same network can take it",
        }
    }

    fn harm(&self) -> &'static str {
        match (self.readable, self.plain) {
            (true, true) => {
                "can be read by every script on the page and is sent over plain http: a script that gets in, or somebody on the same network, takes over the account"
            }
            (true, false) => "can be read by every script on the page: one script that gets in takes over the account",
            _ if self.everywhere => {
                "is to go along with requests from every other site, and over plain http: browsers drop it, and where one does not, somebody on the same network takes over the account"
            }
            _ => "is also sent over plain http: somebody on the same network can read it and take over the account",
        }
    }
}

fn of_cookie(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let named = taken(effect, "name").or_else(|| effect.args.iter().find(|arg| arg.name == "key" || arg.name == "name"))?;
    // `set({ name, value, ... })`.
    let whole = match named.value.kind() {
        Kind::Object(_) => Some(&named.value),
        _ => None,
    };
    let in_whole = |name: &str| match Options::object(whole).get(name) {
        Said::Value(value) if whole.is_some() => Some(value),
        _ => None,
    };
    let name = match whole {
        Some(_) => in_whole("name")?,
        None => &named.value,
    };
    let value = in_whole("value")
        .or_else(|| taken(effect, "value").map(|arg| &arg.value))
        .or_else(|| effect.args.iter().find(|arg| arg.name == "value").map(|arg| &arg.value));
    let name = spoken(name)?;
    let signs_in = is_of_login(&name) || !is_for_the_page(&name) && value.is_some_and(is_signed_token);
    // What Python's frameworks leave open is told of a cookie whose name keeps its purpose to itself, too.
    let is_python = cx.project.file(&effect.site.item.file).is_some_and(|known| known.document.language == Language::Python);
    let may_sign_in = is_python && !is_for_the_page(&name);
    if !signs_in && !may_sign_in || signs_in && value.is_some_and(is_empty) || value.is_some_and(is_no_content) {
        return None;
    }
    let options = match whole {
        Some(whole) => Options::object(Some(whole)),
        None => Options::of(effect),
    };
    if is_taken_back(&options) || is_being_typed(cx, effect) {
        return None;
    }
    if effect.client == "browser" {
        return signs_in.then(|| of_script(effect, &name, named.site.clone()));
    }
    let faults = Faults::of(effect, &options)?;
    let protects = default_of(effect, "unless-used");
    if effect.guessed && !protects.is_empty() && cx.project.depends_on(&effect.site.item.file, protects) {
        return None;
    }
    let (impact, confidence) = match signs_in {
        true => faults.weight(),
        // Somebody has switched it off, or nobody can tell what the cookie is for.
        false if faults.said || is_unspoken(&name) => (Impact::Low, Confidence::Likely),
        false => return None,
    };
    let mut raw = Raw::new(&META, named.site.clone(), confidence);
    raw.impact = Some(impact);
    raw.detail = effect.client.clone();
    raw.absence = !faults.said;
    raw.message = match signs_in {
        true => format!("The cookie `{name}` {}", faults.harm()),
        false => format!("The cookie `{name}` {}", faults.lack()),
    };
    let at = match whole {
        Some(_) => Some(0),
        None => position_of_options(effect),
    };
    raw.plans.extend(flags(cx, effect, at, &[], &options, &faults));
    Some(raw)
}

/// What a script of the page sets, scripts can read: there is no option against it.
fn of_script(effect: &Effect, name: &str, site: Site) -> Raw {
    let mut raw = Raw::new(&META, site, Confidence::Likely);
    raw.impact = Some(Impact::Medium);
    raw.detail = effect.client.clone();
    raw.message = format!(
        "The cookie `{name}` is set by a script of the page, so every script on the page can read it: one that gets in takes over the account. Have the server set it, with `httpOnly`."
    );
    raw
}

/// Which positional argument holds the options, by those that stand before it.
fn position_of_options(effect: &Effect) -> Option<usize> {
    match effect.client.as_str() {
        "hono" => Some(3),
        "express" | "next" | "fastify" | "cookie" => Some(2),
        _ => None,
    }
}

/// A cookie that ends at once takes another one back.
fn is_taken_back(options: &Options<'_>) -> bool {
    let ends = |name: &str| match options.get(name) {
        Said::Value(value) => matches!(value.kind(), Kind::Number(text) if text == "0" || text.starts_with('-')),
        _ => false,
    };
    let long_ago = match options.get("expires") {
        Said::Value(value) => match value.kind() {
            Kind::Number(text) => text == "0",
            Kind::Library(made) => made.args.first().is_some_and(|arg| matches!(arg.value.kind(), Kind::Number(text) if text == "0")),
            _ => false,
        },
        _ => false,
    };
    ends("maxage") || long_ago
}

/// The flags that are missing.
fn flags(cx: &RuleCx<'_>, effect: &Effect, at: Option<usize>, way: &[&str], options: &Options<'_>, faults: &Faults) -> Option<FixPlan> {
    let call = cx.project.place(&effect.site)?;
    let is_python = cx.project.file(&call.file)?.document.language == Language::Python;
    let mut entries: Vec<(Name, Name)> = Vec::new();
    let mut add = |name: &'static str, value: &'static str| entries.push((name.into(), value.into()));
    if is_python {
        if faults.readable {
            add("httponly", "True");
        }
        if faults.plain {
            add("secure", "True");
        }
        if matches!(options.get("samesite"), Said::Nothing) && default_of(effect, "same-site").is_empty() {
            add("samesite", "\"lax\"");
        }
    } else {
        if faults.readable {
            add("httpOnly", "true");
        }
        if faults.plain {
            // Over plain http, as on one's own machine, a browser would not send it back.
            let on = if faults.everywhere { "true" } else { "process.env.NODE_ENV === \"production\"" };
            add("secure", on);
        }
        if matches!(options.get("samesite"), Said::Nothing) {
            add("sameSite", "\"lax\"");
        }
    }
    let title = "Protect the cookie: no scripts, https only, own site".into();
    Some(FixPlan::SetOptions { call, at, way: way.iter().map(|name| Name::from(*name)).collect(), entries, title })
}
