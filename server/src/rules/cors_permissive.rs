//! Every other website may read what a signed-in visitor would see.

use super::exposed::{FileCx, is_development_file};
use super::options::{Options, Said, Switch, default_of, taken};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::Fact;
use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::setup::{Answer, Header};
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Value};
use crate::facts::walk::is_for_developers;
use crate::syntax::Language;
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("cors-permissive"),
    title: "Any website can read answers meant for your users",
    risk: Risk::Deployment,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[942],
    page: include_str!("../../../queries/rules/cors-permissive.md"),
};

/// Who may read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Open {
    /// `*`, which browsers never combine with cookies.
    Star,
    /// A pattern that other names fit, too.
    Loose,
    /// Pages without an origin: sandboxed frames, files.
    Null,
    /// Whoever asks is named in the answer.
    Any,
}

/// How a library reads its options, as its row of the catalogue says it (`defaults`).
struct Words<'e> {
    /// The options that name who may read.
    origins: Vec<&'e str>,
    credentials: &'e str,
    /// It answers `*` with the caller's own origin once cookies are allowed.
    echoes: bool,
    /// A text may be a pattern.
    patterns: bool,
    /// What it does if no origin is named.
    unsaid: Option<Open>,
}

impl<'e> Words<'e> {
    fn of(effect: &'e Effect) -> Words<'e> {
        let origins = default_of(effect, "origins");
        let credentials = default_of(effect, "credentials");
        Words {
            origins: if origins.is_empty() { vec!["origin"] } else { origins.split('|').collect() },
            credentials: if credentials.is_empty() { "credentials" } else { credentials },
            echoes: default_of(effect, "echoes") == "yes",
            patterns: default_of(effect, "patterns") == "yes",
            unsaid: (default_of(effect, "unsaid") != "closed").then_some(Open::Star),
        }
    }
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if is_for_developers(&effect.facts) {
            continue;
        }
        match effect.kind.as_str() {
            "cors" => out.extend(configured(cx, effect, &Words::of(effect))),
            "plugin" => {
                let Some(plugin) = taken(effect, "plugin").and_then(|arg| arg.value.as_library()) else { continue };
                // What is added to an application is told by its class, and its options by the row of the application.
                if plugin.step == "CORSMiddleware" || matches!(plugin.package.as_str(), "@fastify/cors" | "fastify-cors") {
                    out.extend(configured(cx, effect, &Words::of(effect)));
                }
            }
            "header" => out.extend(by_hand(cx, effect)),
            _ => {}
        }
    }
}

fn configured(cx: &RuleCx<'_>, effect: &Effect, words: &Words<'_>) -> Option<Raw> {
    let under = default_of(effect, "under");
    let options = if under.is_empty() { Options::of(effect) } else { Options::of(effect).under(under)? };
    if !under.is_empty() && options.is_empty() {
        return None;
    }
    let origin = words.origins.iter().map(|name| options.get(name)).find(|said| !matches!(said, Said::Nothing)).unwrap_or(Said::Nothing);
    let pattern = match options.get("alloworiginregex") {
        Said::Value(value) => value.as_str().and_then(|text| loose(text)),
        _ => None,
    };
    let open = match origin {
        Said::Nothing => pattern.or(words.unsaid),
        Said::Value(value) => of_value(value, words.patterns, 0).max(pattern),
        Said::Unknown => None,
    };
    // flask-cors takes options by path.
    let open = match (open, options.get("resources")) {
        (Some(Open::Star), Said::Value(resources)) if effect.client == "flask-cors" => {
            by_path(resources, matches!(options.switch(words.credentials), Switch::On))
        }
        (_, Said::Unknown) if effect.client == "flask-cors" => None,
        (open, _) => open,
    }?;
    let credentials = options.switch(words.credentials);
    let is_plain_star = open == Open::Star;
    let (impact, confidence, says) = match (open, credentials) {
        (Open::Any, Switch::On) => (Impact::High, Confidence::Proven, "lets every website ask with your users' cookies and read the answer"),
        (Open::Star, Switch::On) if words.echoes => (
            Impact::High,
            Confidence::Proven,
            "lets every website ask with your users' cookies and read the answer: with credentials, `*` is answered with the name of whoever asks",
        ),
        (Open::Star, Switch::On) => (
            Impact::Medium,
            Confidence::Likely,
            "combines `*` with credentials, which browsers refuse: the next try is usually to answer every origin by its name, and then any website can read your users' data",
        ),
        (Open::Loose, Switch::On) => {
            (Impact::High, Confidence::Likely, "also fits names that strangers can register: their pages can ask with your users' cookies and read the answer")
        }
        (Open::Null, Switch::On) => {
            (Impact::High, Confidence::Likely, "trusts the origin `null`, which any page can take on: it can ask with your users' cookies and read the answer")
        }
        (Open::Star | Open::Any, Switch::Off | Switch::Unsaid) if is_for_everybody(cx, &effect.site) && !only_reads(&options) => {
            (Impact::Low, Confidence::Likely, "lets every website read what this app answers to a visitor: name the sites that are yours")
        }
        // Without credentials no cookie goes along, and what anybody can fetch anybody may read.
        _ if keeps_sessions_in_cookies(cx, &effect.site) => (Impact::Medium, Confidence::Possible, "lets every website read what this app answers"),
        _ => return None,
    };
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.impact = Some(impact);
    raw.detail = effect.client.clone();
    let name = words.origins.first().copied().unwrap_or("origin");
    raw.message = format!("`{name}` here {says}");
    if pattern.is_none() && (is_plain_star || matches!(open, Open::Any | Open::Null)) {
        raw.plans.extend(own_list(cx, effect, words));
    }
    Some(raw)
}

/// Whom an option lets in.
fn of_value(value: &Value, patterns: bool, depth: u32) -> Option<Open> {
    if depth > 4 {
        return None;
    }
    match value.kind() {
        Kind::Str(text) if &**text == "*" => Some(Open::Star),
        Kind::Str(text) if patterns && text.contains(".*") | text.contains(".+") => loose(text),
        Kind::Str(text) if &**text == "null" => Some(Open::Null),
        Kind::Str(text) if text.starts_with("http") && text.contains("://*") && !text.contains("://*.") => Some(Open::Any),
        Kind::Bool(true) => Some(Open::Any),
        Kind::Pattern(pattern) => loose(strip(pattern)).or_else(|| fits_longer(strip(pattern))),
        Kind::Seq(seq) => seq.items.iter().filter_map(|item| of_value(item, patterns, depth + 1)).max(),
        Kind::Function(_) | Kind::Union(_) => None,
        _ if reflects(value) => Some(Open::Any),
        _ => None,
    }
}

/// The caller's own `Origin`, as it came.
fn reflects(value: &Value) -> bool {
    value.taint().without(Cleanings::ALL).any(|origin| origin.part == Part::Headers && origin.name.eq_ignore_ascii_case("origin"))
}

/// Without the slashes and flags around it.
fn strip(pattern: &str) -> &str {
    match pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((inside, _)) => inside,
        None => pattern,
    }
}

/// Does a pattern for origins fit the names of strangers?
fn loose(pattern: &str) -> Option<Open> {
    let inside = pattern.trim_start_matches('^').trim_end_matches('$');
    if matches!(inside, ".*" | ".+" | "" | "https?://.*" | "http.*" | "https?:\\/\\/.*" | "https://.*" | "https:\\/\\/.*") {
        return Some(Open::Any);
    }
    // A name that a stranger's name can end in or begin with.
    let ends = pattern.ends_with('$') || pattern.ends_with("$)");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let has_bare_dot = inside.char_indices().any(|(at, c)| {
        c == '.'
            && at > 0
            && inside[..at].ends_with(is_name)
            && inside[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic())
            && !inside[..at].ends_with('\\')
    });
    let local = inside.contains("localhost") || inside.contains("127");
    (!local && (!ends || has_bare_dot) && inside.contains('.')).then_some(Open::Loose)
}

/// `/example\.com$/`: looked for anywhere, it fits `https://evil-example.com`, too. `/\.example\.com$/` does not.
fn fits_longer(pattern: &str) -> Option<Open> {
    let is_begun = pattern.starts_with(['^', '(', '\\', '.']) || pattern.contains(":\\/\\/") || pattern.contains("://");
    let local = pattern.contains("localhost") || pattern.contains("127");
    (!is_begun && !local && pattern.starts_with(|c: char| c.is_ascii_alphanumeric()) && pattern.contains("\\.")).then_some(Open::Loose)
}

/// `resources={r"/api/*": {"origins": "*"}}`.
fn by_path(resources: &Value, with_session: bool) -> Option<Open> {
    let object = match resources.kind() {
        Kind::Object(object) => object,
        // Only where: `resources=r"/api/*"`.
        Kind::Str(_) | Kind::Seq(_) | Kind::Pattern(_) => return Some(Open::Star),
        _ => return None,
    };
    let of = |value: &Value| match Options::object(Some(value)).get("origins") {
        Said::Nothing => Some(Open::Star),
        Said::Value(value) => of_value(value, true, 0),
        Said::Unknown => None,
    };
    let told = object.fields.iter().filter(|(path, _)| with_session || is_broad(path));
    told.filter_map(|(_, value)| of(value)).max()
}

/// All of an application, or of its interface: `/*`, `/api/*`. One list of it is put up for others on purpose.
fn is_broad(path: &str) -> bool {
    let parts = path.split(['/', '*', '.', '^', '$', '(', ')', '?', '+', '\\']).filter(|part| !part.is_empty());
    parts.count() < 2
}

/// `res.setHeader("Access-Control-Allow-Origin", req.headers.origin)`, with the header that lets cookies along.
fn by_hand(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let value = said(effect, "access-control-allow-origin")?;
    let others = cx.walk.events.iter().filter_map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None });
    let is_on = |other: &Effect| {
        let value = said(other, "access-control-allow-credentials").map(Value::kind);
        matches!(value, Some(Kind::Str(text)) if &**text == "true") || matches!(value, Some(Kind::Bool(true)))
    };
    let same_file = |other: &&Effect| other.site.item.file == effect.site.item.file;
    if !others.filter(same_file).any(is_on) {
        return without_credentials(cx, effect, value);
    }
    let is_checked = value.symbol().is_some_and(|symbol| {
        effect.facts.iter().any(|fact| match fact {
            Fact::Among(known) | Fact::Is(known, _) | Fact::Contains(_, known) | Fact::Matches(known, _) | Fact::Same(known, _) => known == symbol,
            Fact::Guard(_) | Fact::Any(_) => true,
            _ => false,
        })
    });
    let (impact, confidence, says) = if any_reflects(value, 0) && !is_checked {
        (
            Impact::High,
            Confidence::Proven,
            "Whoever asks is named in `Access-Control-Allow-Origin`, with credentials: every website can ask with your users' cookies and read the answer",
        )
    } else if value.as_str().is_some_and(|text| &**text == "*") {
        (
            Impact::Medium,
            Confidence::Likely,
            "`Access-Control-Allow-Origin: *` stands beside credentials, which browsers refuse: the next try is usually to answer every origin by its name, and then any website can read your users' data",
        )
    } else {
        return None;
    };
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.impact = Some(impact);
    raw.detail = "header".into();
    raw.message = says.to_owned();
    Some(raw)
}

/// `response["Access-Control-Allow-Origin"] = "*"`: no cookie goes along, and still every page can read what is answered to this visitor.
fn without_credentials(cx: &RuleCx<'_>, effect: &Effect, value: &Value) -> Option<Raw> {
    let is_star = value.as_str().is_some_and(|text| &**text == "*");
    if !is_star || !is_for_everybody(cx, &effect.site) {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Low);
    raw.detail = "header".into();
    raw.message = "`Access-Control-Allow-Origin: *` lets every website read what this app answers to a visitor: name the sites that are yours".to_owned();
    Some(raw)
}

/// `allow_methods=["GET"]`: what anybody may read and nobody can change that way.
fn only_reads(options: &Options<'_>) -> bool {
    ["allowmethods", "methods"].iter().any(|name| match options.get(name) {
        Said::Value(value) => match value.kind() {
            Kind::Seq(seq) => {
                let reads = |item: &Value| item.as_str().is_some_and(|method| matches!(method.to_ascii_uppercase().as_str(), "GET" | "HEAD" | "OPTIONS"));
                seq.rest.is_none() && !seq.items.is_empty() && seq.items.iter().all(reads)
            }
            Kind::Str(method) => method.eq_ignore_ascii_case("get"),
            _ => false,
        },
        _ => false,
    })
}

/// A server of Python's that knows its visitors by nothing that their browsers would not send along: inside a network, or on the visitor's
/// own machine, any page can then read it. Where every request brings a token of its own, nobody else's page has it.
fn is_for_everybody(cx: &RuleCx<'_>, site: &Site) -> bool {
    let is_python = cx.project.file(&site.item.file).is_some_and(|known| known.document.language == Language::Python);
    is_python && !crate::facts::sign_in::bearers().any(|package| cx.project.depends_on(&site.item.file, package))
}

/// What a call says under the name of a header, by itself or among others: `set(name, value)`, `set({ ... })`, `writeHead(200, { ... })`.
fn said<'e>(effect: &'e Effect, wanted: &str) -> Option<&'e Value> {
    let name = taken(effect, "name").map(|arg| &arg.value);
    if name.and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case(wanted)) {
        return taken(effect, "value").map(|arg| &arg.value);
    }
    let listed = name.or_else(|| taken(effect, "headers").map(|arg| &arg.value))?;
    in_listed(listed, wanted, 0)
}

/// `{ name: value }`, or the answer with its headers that Flask takes as one: `("text", 200, { name: value })`.
fn in_listed<'e>(listed: &'e Value, wanted: &str, depth: u32) -> Option<&'e Value> {
    match listed.kind() {
        Kind::Object(object) => object.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value),
        Kind::Seq(seq) if depth < 1 => seq.items.iter().find_map(|item| in_listed(item, wanted, depth + 1)),
        _ => None,
    }
}

/// `req.headers.origin || "*"` names whoever asks, too.
fn any_reflects(value: &Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Union(alternatives) if depth < 4 => {
            let told_apart = |facts: &crate::facts::check::Facts| {
                facts.iter().any(|fact| matches!(fact, Fact::Among(_) | Fact::Is(..) | Fact::Contains(..) | Fact::Matches(..) | Fact::Guard(_)))
            };
            alternatives.iter().any(|alternative| !told_apart(&alternative.facts) && any_reflects(&alternative.value, depth + 1))
        }
        _ => reflects(value),
    }
}

/// What configurations say.
pub fn of_setup(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(facts) = cx.project.setup().of(cx.file) else { return };
    if is_development_file(cx.file.file_name()) {
        return;
    }
    let of = |name: &str| facts.switches.iter().find(|switch| switch.name == name && switch.is == Answer::Yes && !switch.place.span.is_empty());
    if let (Some(switch), Some(_)) = (of("cors-any"), of("cors-credentials")) {
        let message = "Every origin is allowed here, with credentials: every website can ask with your users' cookies and read the answer".to_owned();
        let mut finding = cx.finding(&META, &switch.stack, (META.impact, Confidence::Proven), switch.place.clone(), message);
        finding.plans.push(FixPlan::SetOption { at: switch.place.clone(), name: "CORS_ALLOW_ALL_ORIGINS".into(), value: "False".into() });
        out.push(finding);
    }
    if let (Some(switch), None) = (of("cors-any"), of("cors-credentials")) {
        let message = "Every origin is allowed here: every website can read what this app answers to a visitor".to_owned();
        let mut finding = cx.finding(&META, &switch.stack, (Impact::Low, Confidence::Likely), switch.place.clone(), message);
        finding.plans.push(FixPlan::SetOption { at: switch.place.clone(), name: "CORS_ALLOW_ALL_ORIGINS".into(), value: "False".into() });
        out.push(finding);
    }
    let is = |header: &Header, name: &str, value: &str| header.name == name && header.value.as_deref() == Some(value);
    for header in facts.headers.iter().filter(|header| is(header, "access-control-allow-origin", "*")) {
        if facts.headers.iter().any(|other| is(other, "access-control-allow-credentials", "true") && other.pattern == header.pattern) {
            let message = format!("`Access-Control-Allow-Origin: *` {STAR_BESIDE_CREDENTIALS}");
            out.push(cx.finding(&META, &header.stack, (Impact::Medium, Confidence::Likely), header.place.clone(), message));
        }
    }
}

const STAR_BESIDE_CREDENTIALS: &str = "stands beside credentials, which browsers refuse: the next try is usually to answer every origin by its name, and then any website can read your users' data";

fn keeps_sessions_in_cookies(cx: &RuleCx<'_>, site: &Site) -> bool {
    crate::facts::sign_in::cookie_sessions().any(|package| cx.project.depends_on(&site.item.file, package))
}

/// Name the origins in a variable.
fn own_list(cx: &RuleCx<'_>, effect: &Effect, words: &Words<'_>) -> Option<FixPlan> {
    let call = cx.project.place(&effect.site)?;
    let is_python = cx.project.file(&call.file)?.document.language == Language::Python;
    let name: Name = words.origins.first().copied().unwrap_or("origin").into();
    let value: Name = match is_python {
        true => "os.environ.get(\"CORS_ORIGINS\", \"http://localhost:3000\").split(\",\")".into(),
        false => "(process.env.CORS_ORIGINS ?? \"http://localhost:3000\").split(\",\")".into(),
    };
    let at = match (is_python, effect.kind.as_str()) {
        (true, _) => None,
        (false, "plugin") => Some(1),
        _ => Some(0),
    };
    Some(FixPlan::SetOptions { call, at, way: Vec::new(), entries: vec![(name, value)], title: "Name the origins in CORS_ORIGINS".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_strangers_fit() {
        for pattern in [".*", "^https?://.*$", "example\\.com", "^https://example.com$", "\\.example\\.com"] {
            assert!(loose(pattern).is_some(), "{pattern}");
        }
        for pattern in ["^https://example\\.com$", "^https://[a-z]+\\.example\\.com$", "localhost", "^http://localhost:\\d+$"] {
            assert_eq!(loose(pattern), None, "{pattern}");
        }
    }
}
