//! Other websites can make a visitor's browser act in the app, with the visitor's own session.

use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::{Access, Effect, Event};
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::schema::{NameClass, model_classes};
use crate::facts::setup::{Answer, Switch};
use crate::facts::sign_in::is_sent_by_link;
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::model::ExprKind;
use crate::project::routes::Route;
use crate::rules::exposed::FileCx;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::text::Name;

mod sent_everywhere;

use sent_everywhere::sent_everywhere;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("csrf-disabled"),
    title: "Other websites can act in your users' name",
    risk: Risk::Routes,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[352],
    page: include_str!("../../../../queries/rules/csrf-disabled.md"),
};

const HARM: &str = "another website can make your users' browsers send it, with their session, and press buttons in their name";

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    if let Some(route) = &cx.walk.route {
        out.extend(exempt(cx));
        out.extend(by_link(cx, route));
    }
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        out.extend(unchecked_accounts(cx, effect));
        out.extend(sent_everywhere(cx, effect));
        if effect.kind != "setting" || effect.args.iter().any(|arg| arg.name == "TESTING" && !matches!(arg.value.kind(), Kind::Bool(false))) {
            continue;
        }
        for arg in effect.args.iter().filter(|arg| arg.name == "WTF_CSRF_ENABLED" && matches!(arg.value.kind(), Kind::Bool(false))) {
            let mut raw = Raw::new(&META, arg.site.clone(), Confidence::Likely);
            raw.detail = "flask".into();
            raw.message = format!("`WTF_CSRF_ENABLED = False` takes the check off every form of this app: {HARM}");
            raw.plans.extend(cx.project.place(&arg.site).map(|at| FixPlan::SetOption { at, name: arg.name.clone(), value: "True".into() }));
            out.push(raw);
        }
    }
}

/// `betterAuth({ advanced: { disableCSRFCheck: true } })`
fn unchecked_accounts(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let options = effect.args.first().filter(|_| effect.kind == "accounts")?;
    let off = field(field(&options.value, "advanced")?, "disableCSRFCheck")?;
    if !matches!(off.kind(), Kind::Bool(true)) {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.detail = "accounts".into();
    raw.message = format!("`disableCSRFCheck: true` takes the check of the origin off everything that signs people in and changes their accounts: {HARM}");
    raw.plans.extend(cx.project.place(&effect.site).map(|call| FixPlan::SetOptions {
        call,
        at: Some(0),
        way: vec![Name::new_static("advanced")],
        entries: vec![(Name::new_static("disableCSRFCheck"), Name::new_static("false"))],
        title: Name::new_static("Switch the check of the origin on again"),
    }));
    Some(raw)
}

/// A view whose check was switched off works with the session.
fn exempt(cx: &RuleCx<'_>) -> Option<Raw> {
    let mut found: Option<(&Guard, bool)> = None;
    for event in &cx.walk.events {
        let facts = match event {
            Event::Access(access) => &access.facts,
            Event::Use(used) => &used.facts,
            Event::Effect(effect) => &effect.facts,
            Event::Sink(sink) => &sink.facts,
            _ => continue,
        };
        let Some(guard) = guard_of(facts, GuardKind::Exempt) else { continue };
        // A signature is a better check than the one that is missing; a key in a header is none that other sites could send.
        if guard_of(facts, GuardKind::Machine).is_some() {
            return None;
        }
        let by_session = is_signed_in(facts) || matches!(event, Event::Access(access) if names_the_user(access));
        if by_session && !by_header(cx) {
            let writes = matches!(event, Event::Access(access) if access.query.operation.is_write());
            found = Some((guard, writes || found.is_some_and(|(_, before)| before)));
        }
    }
    let (guard, writes) = found?;
    let site = guard.site.clone()?;
    let only_reads =
        cx.walk.route.as_ref().is_some_and(|route| !route.methods.is_empty() && route.methods.iter().all(|method| method == "GET" || method == "HEAD"));
    if only_reads && !writes {
        return None;
    }
    let mut raw = Raw::new(&META, site.clone(), Confidence::Proven);
    raw.detail = "exempt".into();
    let path = cx.walk.route.as_ref().and_then(|route| route.path.as_deref()).unwrap_or_default();
    let what = if path.is_empty() { "a view that works with the session".to_owned() } else { format!("`{path}`, which works with the session") };
    raw.message = format!("`{}` takes the check off {what}: {HARM}", guard.name);
    raw.plans.extend(cx.project.place(&site).map(|at| FixPlan::RemoveDecorator { at, name: guard.name.clone() }));
    Some(raw)
}

/// A GET that deletes: a link or an image on any page is enough.
fn by_link(cx: &RuleCx<'_>, route: &Route) -> Option<Raw> {
    // A function of Django answers to any method that it does not refuse, and only GET comes without the check.
    let is_any = route.framework == "django" && route.methods.is_empty() && !names_methods(cx, route);
    let is_get = is_any || matches!(route.methods.as_slice(), [method] if method == "GET");
    let by_session = route.known_framework().is_some_and(|framework| framework.session_cookies) || keeps_session(route);
    let path = route.path.as_deref().unwrap_or_default();
    if !is_get || !by_session || has_word(path, TOKENS) || by_header(cx) {
        return None;
    }
    let access = cx.walk.events.iter().find_map(|event| match event {
        Event::Access(access) => {
            // A session that is over is taken away by whoever comes with it.
            let keeps_house = model_classes(&access.query.model).has(NameClass::Session);
            let acts = !keeps_house && access.query.operation == Operation::Delete || access.query.operation.is_write() && has_word(path, ACTS);
            let by_get = !is_any || !asks_for_method(&access.facts) && !asks_for_body(access);
            (acts && by_get && !access.query.guessed && is_signed_in(&access.facts) && guard_of(&access.facts, GuardKind::Machine).is_none()).then_some(access)
        }
        _ => None,
    })?;
    let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Medium);
    raw.detail = "get".into();
    let verb = access.query.operation.verb();
    raw.message =
        format!("`GET {path}` can {verb} a `{}`: a link or an image on any page makes your users' browsers ask for it, with their session", access.query.model);
    Some(raw)
}

/// `@require_POST`, `@require_http_methods(["POST"])`, `@api_view(["POST"])`.
fn names_methods(cx: &RuleCx<'_>, route: &Route) -> bool {
    let Some(key) = route.written().or_else(|| route.function()) else { return true };
    let Some(placed) = cx.project.placed(&key.item) else { return true };
    let segment = &placed.segment;
    let mut decorators = segment.functions.get(key.function.0 as usize).into_iter().flat_map(|function| &function.decorators);
    decorators.any(|decorator| {
        let mut at = *decorator;
        loop {
            match &segment[at].kind {
                ExprKind::Call { callee, .. } => at = *callee,
                ExprKind::Name(name) | ExprKind::Member { name, .. } => {
                    return names::words(name).iter().any(|word| matches!(word.as_str(), "post" | "methods" | "safe" | "api"));
                }
                _ => return true,
            }
        }
    })
}

/// What is changed, or whether it is, stands in the body, which GET does not have.
fn asks_for_body(access: &Access) -> bool {
    let is_body = |symbol: &Symbol| matches!(&symbol.root, Root::Request(part) if part == "body");
    let from_body = |value: &Value| value.symbol().is_some_and(is_body) || value.taint().iter().any(|origin| matches!(origin.part, Part::Body | Part::RawBody));
    let conjuncts = access.query.conjuncts();
    let chosen = conjuncts.iter().any(|filter| match filter {
        Filter::Term(term) => from_body(&term.value),
        Filter::Row(row) => row.symbol().is_some_and(is_body),
        _ => true,
    });
    let is_asked = |fact: &Fact| match fact {
        Fact::Present(symbol) | Fact::Is(symbol, _) | Fact::Among(symbol) | Fact::Contains(symbol, _) => is_body(symbol),
        _ => false,
    };
    chosen || access.facts.iter().any(is_asked)
}

/// Which method it is was looked at on the way.
fn asks_for_method(facts: &Facts) -> bool {
    let is_method = |symbol: &Symbol| matches!(&symbol.root, Root::Request(part) if part == "method");
    facts.iter().any(|fact| match fact {
        Fact::Is(symbol, _) | Fact::IsNot(symbol, _) | Fact::Among(symbol) | Fact::Present(symbol) => is_method(symbol),
        Fact::Any(arms) => arms.iter().any(asks_for_method),
        _ => false,
    })
}

/// Before the route runs what keeps sessions in a cookie, and the cookie comes along when a link is followed.
fn keeps_session(route: &Route) -> bool {
    let libraries = route.chain.iter().filter_map(|link| link.value.as_library());
    libraries.filter(|library| is_sent_by_link(library.package.as_str())).any(|library| {
        let options = library.args.first().map(|arg| &arg.value);
        let cookie = options.and_then(|options| field(options, "cookie").or(Some(options)));
        let same_site = cookie.and_then(|cookie| field(cookie, "sameSite"));
        // `strict` and `true` leave the cookie out; what cannot be read may be either.
        same_site.is_none_or(|value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("lax") || text.eq_ignore_ascii_case("none")))
    })
}

fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value.kind() {
        Kind::Object(object) => object.fields.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value),
        _ => None,
    }
}

/// What asks for a secret in the address.
const TOKENS: &[&str] = &["token", "verify", "confirm", "callback", "cron", "webhook", "unsubscribe", "activate", "magic", "oauth", "job", "jobs"];
const ACTS: &[&str] = &[
    "delete",
    "remove",
    "destroy",
    "cancel",
    "transfer",
    "pay",
    "approve",
    "reject",
    "ban",
    "promote",
    "disable",
    "reset",
    "refund",
    "retire",
    "terminate",
    "revoke",
    "archive",
    "deactivate",
    "suspend",
    "publish",
    "unpublish",
    "accept",
    "decline",
    "withdraw",
    "close",
    "unban",
    "demote",
    "enable",
    "release",
    "leave",
    "quit",
    "resign",
    "grant",
    "kick",
    "upgrade",
    "downgrade",
    "book",
    "unbook",
    "claim",
    "assign",
    "unassign",
    "lock",
    "unlock",
    "reopen",
    "finish",
    "vote",
    "upvote",
    "downvote",
];

fn has_word(path: &str, wanted: &[&str]) -> bool {
    names::words(path).iter().any(|word| wanted.contains(&word.as_str()))
}

fn guard_of(facts: &Facts, kind: GuardKind) -> Option<&Guard> {
    facts.iter().find_map(|fact| match fact {
        Fact::Guard(guard) if guard.kind == kind => Some(guard),
        _ => None,
    })
}

fn is_signed_in(facts: &Facts) -> bool {
    facts.iter().any(|fact| match fact {
        Fact::Present(symbol) | Fact::Is(symbol, _) => symbol.root == Root::Principal,
        Fact::Same(a, b) => a.root == Root::Principal || b.root == Root::Principal,
        Fact::Guard(guard) => guard.sure && matches!(guard.kind, GuardKind::Identity | GuardKind::Role),
        _ => false,
    })
}

/// The rows that are asked for, or what is written, are the user's.
fn names_the_user(access: &Access) -> bool {
    access.query.filter.iter().any(|term| of_user(term, 0)) || access.query.data.iter().any(|data| holds_user(data, 0))
}

fn of_user(filter: &crate::facts::query::Filter, depth: u32) -> bool {
    use crate::facts::query::Filter;
    match filter {
        Filter::Term(term) => term.value.symbol().is_some_and(|symbol| symbol.root == Root::Principal),
        Filter::All(all) | Filter::Any(all) if depth < 4 => all.iter().any(|filter| of_user(filter, depth + 1)),
        _ => false,
    }
}

fn holds_user(value: &crate::facts::value::Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Object(object) if depth < 3 => object.fields.iter().any(|(_, value)| holds_user(value, depth + 1)),
        _ => value.symbol().is_some_and(|symbol| symbol.root == Root::Principal),
    }
}

/// Who is calling is read from a header, which no other site can make a browser send.
fn by_header(cx: &RuleCx<'_>) -> bool {
    let is_token =
        |guard: &Guard| names::words(&guard.name).iter().any(|word| matches!(word.as_str(), "jwt" | "bearer" | "token" | "oauth" | "api" | "apikey" | "key"));
    cx.walk.events.iter().any(|event| match event {
        Event::Access(access) => {
            access.facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind != GuardKind::Exempt && is_token(guard)))
                || access.query.filter.iter().any(from_header)
        }
        _ => false,
    })
}

fn from_header(filter: &crate::facts::query::Filter) -> bool {
    use crate::facts::query::Filter;
    matches!(filter, Filter::Term(term) if term.value.taint().iter().any(|origin| origin.part == Part::Headers))
}

/// What configurations say.
pub fn of_setup(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    let of = |name: &str, is: Answer| facts.switches.iter().find(|switch| switch.name == name && switch.is == is && !switch.place.span.is_empty());
    let mut say = |switch: &Switch, confidence: Confidence, message: String, plan: Option<FixPlan>| {
        let mut finding = cx.finding(&META, &switch.stack, (META.impact, confidence), switch.place.clone(), message);
        finding.plans.extend(plan);
        out.push(finding);
    };
    let set = |switch: &Switch, name: &str, value: &str| Some(FixPlan::SetOption { at: switch.place.clone(), name: name.into(), value: value.into() });
    if let Some(switch) = of("origin-check", Answer::No).filter(|switch| switch.stack == "streamlit") {
        let message = format!("`enableXsrfProtection = false` takes the check off what is uploaded to this app: {HARM}");
        say(switch, Confidence::Proven, message, set(switch, "enableXsrfProtection", "true"));
    } else if let Some(switch) = of("origin-check", Answer::No) {
        say(switch, Confidence::Proven, format!("`checkOrigin: false` takes the check off every form of this app: {HARM}"), set(switch, "checkOrigin", "true"));
    }
    if let Some(switch) = of("any-action-origin", Answer::Yes) {
        say(switch, Confidence::Proven, format!("`allowedOrigins` lets every website call your server actions: {HARM}"), None);
    }
    if let (Some(switch), Some(_)) = (of("jwt-cookie-csrf", Answer::No), of("jwt-in-cookies", Answer::Yes)) {
        let message = format!("`JWT_COOKIE_CSRF_PROTECT = False` takes the check off everything that the login cookie opens: {HARM}");
        say(switch, Confidence::Likely, message, set(switch, "JWT_COOKIE_CSRF_PROTECT", "True"));
    }
    if let (Some(switch), Some(_)) = (of("csrf-trusts-all", Answer::Yes), of("session-middleware", Answer::Yes)) {
        say(switch, Confidence::Proven, format!("`CSRF_TRUSTED_ORIGINS` trusts every website: {HARM}"), None);
    }
    // Without sessions there is nothing to ride on.
    if let (Some(_), Some(_), Some(list)) = (of("csrf-middleware", Answer::No), of("session-middleware", Answer::Yes), of("middleware", Answer::Yes)) {
        let message = format!("`MIDDLEWARE` leaves out `CsrfViewMiddleware`, so no form of this app is checked: {HARM}");
        say(
            list,
            Confidence::Proven,
            message,
            Some(FixPlan::AddItem {
                list: list.place.clone(),
                item: "\"django.middleware.csrf.CsrfViewMiddleware\"".into(),
                behind: "CommonMiddleware".into(),
            }),
        );
    }
}
