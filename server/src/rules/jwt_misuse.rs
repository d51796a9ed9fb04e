//! Tokens are believed without a look at their signature, verified in a way that lets forged ones through, or never end.

use super::called::{chain, given, named, option, positional};
use super::chosen_by_caller::chosen_by_caller;
use super::options::{default_of, taken};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta, Strengthen};
use crate::facts::check::{Fact, GuardKind};
use crate::facts::event::{Effect, Event, UseKind};
use crate::facts::place::Site;
use crate::facts::query::{Filter, Term};
use crate::facts::taint::Part;
use crate::facts::value::{Argument, Kind, Object, Value};
use crate::facts::walk::{is_for_developers, option_is};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("jwt-misuse"),
    title: "A token is believed without being checked",
    risk: Risk::Passwords,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[347, 345, 613],
    page: include_str!("../../../queries/rules/jwt-misuse.md"),
};

/// What a token says of itself; reading it decides nothing.
const OF_ITSELF: &[&str] = &["exp", "iat", "nbf", "kid", "alg", "iss", "typ", "header", "jti", "expiresIn", "decode", "payload"];

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        let raw = match effect.kind.as_str() {
            "jwt-decode" => unverified(cx, effect, false),
            "jwt-header" => header(cx, effect),
            "jwt-verify" if is_switched_off(effect) => unverified(cx, effect, true),
            "jwt-verify" => lenient(cx, effect),
            "jwt-sign" => unsigned(effect).or_else(|| endless(effect)),
            "setting" => endless_by_setting(cx, effect),
            _ => None,
        };
        if let Some(mut raw) = raw
            && !out.iter().any(|known| known.site == raw.site)
        {
            let how = match raw.detail.as_str() {
                "unverified" => Some(Strengthen::Verify),
                "none" if effect.kind == "jwt-verify" => Some(Strengthen::Signed),
                "expiration" => Some(Strengthen::Drop { name: if effect.is == "jsonwebtoken" { "ignoreExpiration".into() } else { "verify_exp".into() } }),
                "endless" => Some(Strengthen::Expire),
                _ => None,
            };
            if let (Some(how), Some(at)) = (how, cx.project.place(&raw.site)) {
                raw.plans.push(FixPlan::Strengthen { at, how });
            }
            out.push(raw);
        }
    }
}

/// What runs before the handler takes a token's word for who is calling, without a look at its signature.
pub fn believes_tokens_before(cx: &RuleCx<'_>) -> bool {
    cx.walk.events.iter().take(cx.walk.before_handler).any(|event| {
        let Event::Effect(effect) = event else { return false };
        let is_told = |switched_off: bool| unverified(cx, effect, switched_off).is_some_and(|raw| raw.confidence >= Confidence::Likely);
        match effect.kind.as_str() {
            "jwt-decode" => is_told(false),
            "jwt-verify" => is_switched_off(effect) && is_told(true),
            _ => false,
        }
    })
}

fn is_switched_off(effect: &Effect) -> bool {
    has_option(&effect.args, "verify_signature=false") || option_is(&effect.args, Some("verify=false"))
}

/// Among the arguments or in `options`.
fn has_option(args: &[Argument], wanted: &str) -> bool {
    let options = named(args, "options").map(|arg| Argument { name: Name::default(), ..arg.clone() });
    option_is(args, Some(wanted)) || options.is_some_and(|options| option_is(&[options], Some(wanted)))
}

/// What is read from a token that nobody verified decides something.
fn unverified(cx: &RuleCx<'_>, effect: &Effect, switched_off: bool) -> Option<Raw> {
    if cx.runs_in_browser(&effect.site.item.file) {
        return None;
    }
    let is_verified = cx.walk.events.iter().any(|event| match event {
        Event::Effect(other) => other.kind == "jwt-verify" && !is_switched_off(other) && !is_of_another(other, effect),
        _ => false,
    });
    let is_guarded =
        effect.facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.sure && matches!(guard.kind, GuardKind::Identity | GuardKind::Machine)));
    if is_verified || is_guarded {
        return None;
    }
    let used = used_for(cx, &effect.site);
    let confidence = match (&used, switched_off) {
        (Some(Used { sure: true, .. }), _) => Confidence::Proven,
        (Some(_), _) | (None, true) => Confidence::Likely,
        // Given on as it is, by a function that others take for the one that looks.
        (None, false) if is_given_on(cx, effect) => Confidence::Likely,
        (None, false) => Confidence::Possible,
    };
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.detail = "unverified".into();
    let token = token(effect);
    raw.message = match &used {
        Some(used) => format!(
            "`{token}` is read without a look at its signature, and `{}` in it is believed: anyone can write a token that names somebody else, and be them",
            used.claim
        ),
        None => format!("`{token}` is read without a look at its signature: anyone can write a token that says what they like"),
    };
    if let Some(used) = used {
        raw.also(used.site, format!("`{}` is relied on here", used.claim));
    }
    Some(raw)
}

/// What a token says of itself, given on or asked for more than the key and the algorithm that a check needs.
fn header(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    if is_for_developers(&effect.facts) || cx.runs_in_browser(&effect.site.item.file) {
        return None;
    }
    let is_verified = cx.walk.events.iter().any(|event| matches!(event, Event::Effect(other) if other.kind == "jwt-verify" && !is_switched_off(other)));
    if is_verified {
        return None;
    }
    let claim = used_for(cx, &effect.site).map(|used| used.claim);
    if claim.is_none() && !is_given_on(cx, effect) {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Low);
    raw.detail = "header".into();
    let token = token(effect);
    raw.message = match claim {
        Some(claim) => format!("`{claim}` in the header of `{token}` is believed before anybody has looked at the signature: anyone can write another one"),
        None => format!("The header of `{token}` is given on before anybody has looked at the signature: anyone can write another one"),
    };
    Some(raw)
}

/// What a token of Python's says is what the function gives.
fn is_given_on(cx: &RuleCx<'_>, effect: &Effect) -> bool {
    default_of(effect, "given-on") == "told"
        && cx.walk.events.iter().any(|event| match event {
            Event::Use(used) => matches!(used.kind, UseKind::Return) && claim_in(&used.value, &effect.site, 0).is_some(),
            _ => false,
        })
}

/// Two tokens that came in at different places: a look at the one says nothing of the other.
fn is_of_another(one: &Effect, other: &Effect) -> bool {
    let places = |effect: &Effect| -> Vec<(Part, Name)> {
        let token = effect.args.first().map(|arg| arg.value.taint());
        token.into_iter().flat_map(|taint| taint.iter()).filter(|origin| origin.part.is_request()).map(|origin| (origin.part, origin.name.clone())).collect()
    };
    let (one, other) = (places(one), places(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|place| other.contains(place))
}

/// The token, as the code calls it.
fn token(effect: &Effect) -> Name {
    let spoken = effect.spoken.first().and_then(|(path, _)| path.last().cloned());
    let by_content = || effect.args.first().and_then(|arg| arg.value.taint().iter().next().map(|origin| origin.name.clone()));
    spoken.or_else(by_content).filter(|name| !name.is_empty()).unwrap_or_else(|| Name::new_static("token"))
}

struct Used {
    claim: Name,
    site: Site,
    /// It certainly decides something.
    sure: bool,
}

/// Where something that the token says is relied on.
fn used_for(cx: &RuleCx<'_>, decoded: &Site) -> Option<Used> {
    let claim = |value: &Value| claim_in(value, decoded, 0);
    let mut all: Vec<Used> = cx
        .walk
        .events
        .iter()
        .filter_map(|event| {
            let mut sure = true;
            let (claim, site) = match event {
                Event::Access(access) => {
                    let of_filter = access.query.filter.iter().find_map(|filter| in_filter(filter, decoded, 0));
                    let found = of_filter.or_else(|| access.query.data.iter().find_map(claim))?;
                    (found, access.site.clone())
                }
                Event::Compare(compare) => (compare.sides.iter().find_map(|side| claim(&side.value))?, compare.site.clone()),
                Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Return) && cx.walk.route.is_some() => {
                    (claim(&used.value)?, used.site.clone())
                }
                // What becomes of it there is not known.
                Event::Use(used) if used.kind == UseKind::Handed => {
                    sure = false;
                    (claim(&used.value).filter(|claim| identifies(claim))?, used.site.clone())
                }
                _ => return None,
            };
            Some(Used { claim, site, sure })
        })
        .collect();
    let best = all.iter().position(|used| used.sure).unwrap_or(0);
    (best < all.len()).then(|| all.swap_remove(best))
}

/// Claims that say who somebody is, or what they may do.
fn identifies(name: &str) -> bool {
    matches!(name, "id" | "sub" | "userId" | "user_id" | "uid" | "email" | "role" | "roles" | "username" | "user" | "_id" | "isAdmin" | "is_admin")
}

fn in_filter(filter: &Filter, decoded: &Site, depth: u32) -> Option<Name> {
    match filter {
        Filter::Term(Term { value, .. }) | Filter::Opaque(value) | Filter::Row(value) => claim_in(value, decoded, 0),
        Filter::All(inner) | Filter::Any(inner) if depth < 8 => inner.iter().find_map(|filter| in_filter(filter, decoded, depth + 1)),
        Filter::Not(inner) if depth < 8 => in_filter(inner, decoded, depth + 1),
        _ => None,
    }
}

fn claim_in(value: &Value, decoded: &Site, depth: u32) -> Option<Name> {
    let direct = value.taint().iter().find(|origin| origin.site.as_ref() == Some(decoded) && !OF_ITSELF.contains(&origin.name.as_str()));
    if let Some(origin) = direct {
        return Some(origin.name.clone());
    }
    match value.kind() {
        Kind::Object(object) if depth < 4 => object.fields.iter().map(|(_, field)| field).find_map(|field| claim_in(field, decoded, depth + 1)),
        Kind::Library(library) if depth < 2 => library.args.iter().find_map(|arg| claim_in(&arg.value, decoded, depth + 1)),
        _ => None,
    }
}

/// A check that lets forged or ended tokens through.
fn lenient(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let (detail, impact, message) = if let Some(message) = algorithms(effect) {
        message
    } else if option_is(&effect.args, Some("ignoreExpiration=true")) || has_option(&effect.args, "verify_exp=false") {
        (
            "expiration",
            Impact::High,
            format!("`{}` is accepted long after it has ended: whoever finds an old one in a log or a lost phone can use it for good", token(effect)),
        )
    } else {
        return None;
    };
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.detail = detail.into();
    raw.impact = Some(impact);
    raw.message = message;
    // Handed to a function that verifies for others, who are not so lenient.
    let handed = || ["ignoreExpiration", "verify_exp"].iter().find_map(|option| chosen_by_caller(cx, &effect.site, option));
    if let Some(set) = Some(()).filter(|()| detail == "expiration").and_then(|()| handed()) {
        let verifies = std::mem::replace(&mut raw.site, set);
        raw.also(verifies, "this is what verifies it".to_owned());
        raw.detail = "expiration-handed".into();
    }
    Some(raw)
}

/// `algorithms: ["none"]`, `["HS256", "RS256"]`.
fn algorithms(effect: &Effect) -> Option<(&'static str, Impact, String)> {
    let listed = named(&effect.args, "algorithms").map(|arg| &arg.value).or_else(|| option(&effect.args, &["algorithms"]))?;
    let Kind::Seq(seq) = listed.kind() else { return None };
    let names: Vec<String> = seq.items.iter().filter_map(|item| item.as_str().map(|text| text.to_ascii_uppercase())).collect();
    let token = token(effect);
    if names.iter().any(|name| name == "NONE") {
        return Some((
            "none",
            Impact::Critical,
            format!(
                "`{token}` is accepted with the algorithm \"none\", which is no signature at all: anyone can write a token that names somebody else, and be them"
            ),
        ));
    }
    let shared = names.iter().any(|name| name.starts_with("HS"));
    let public = names.iter().any(|name| name.starts_with("RS") || name.starts_with("ES") || name.starts_with("PS"));
    (shared && public).then(|| {
        (
            "mixed",
            Impact::High,
            format!(
                "`{token}` may be signed with a shared secret or with a public key: whoever has the public key, which is no secret, can sign tokens with it"
            ),
        )
    })
}

/// `algorithm: "none"`.
fn unsigned(effect: &Effect) -> Option<Raw> {
    let placed = || taken(effect, "algorithm");
    let algorithm = named(&effect.args, "algorithm").or_else(placed).map(|arg| &arg.value).or_else(|| option(&effect.args, &["algorithm", "alg"]))?;
    let is_none = match algorithm.kind() {
        Kind::Null => default_of(effect, "none") == "null",
        Kind::Str(text) => text.eq_ignore_ascii_case("none"),
        _ => false,
    };
    if !is_none {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.detail = "none".into();
    raw.message = "This token is not signed: anyone can write one that names somebody else, and be them".to_owned();
    Some(raw)
}

/// A token that never ends.
fn endless(effect: &Effect) -> Option<Raw> {
    let payload = match effect.is.as_str() {
        "jose" => {
            if chain(&effect.of).any(|library| library.step == "setExpirationTime") {
                return None;
            }
            let made = chain(&effect.of).filter(|library| library.step == "()").last()?;
            closed(&made.args.first()?.value)?
        }
        "jsonwebtoken" => {
            match positional(&effect.args, 2).map(|arg| arg.value.kind()) {
                None | Some(Kind::Function(_)) => {}
                Some(Kind::Object(options)) if options.rest.is_none() && options.get("expiresIn").0.is_none() => {}
                _ => return None,
            }
            closed(&positional(&effect.args, 0)?.value)?
        }
        _ => closed(&given(&effect.args, "payload", 0)?.value)?,
    };
    if payload.get("exp").0.is_some() || is_for_one_thing(payload) {
        return None;
    }
    let claim = payload.fields.iter().map(|(name, _)| name).find(|name| identifies(name));
    let mut raw = Raw::new(&META, effect.site.clone(), if claim.is_some() { Confidence::Proven } else { Confidence::Likely });
    raw.impact = Some(Impact::Medium);
    raw.detail = "endless".into();
    raw.absence = true;
    let of = claim.map(|claim| format!(" for `{claim}`")).unwrap_or_default();
    raw.message = format!("This token{of} never ends: whoever finds it once, in a log or on a lost phone, can use it for good");
    Some(raw)
}

/// `app.config["JWT_ACCESS_TOKEN_EXPIRES"] = False`: all tokens of the app. Those that only get new ones live longer by design.
fn endless_by_setting(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let setting = effect.args.iter().find(|arg| arg.name == "JWT_ACCESS_TOKEN_EXPIRES" && matches!(arg.value.kind(), Kind::Bool(false)))?;
    if is_for_developers(&effect.facts) || effect.args.iter().any(|arg| arg.name == "TESTING") {
        return None;
    }
    let mut raw = Raw::new(&META, setting.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::Medium);
    raw.detail = "endless-setting".into();
    raw.message =
        format!("`{} = False` lets the tokens of this app never end: whoever finds one, in a log or on a lost phone, can use it for good", setting.name);
    raw.plans.extend(cx.project.place(&setting.site).map(|at| FixPlan::SetOption { at, name: setting.name.clone(), value: "3600".into() }));
    Some(raw)
}

/// `{ email, purpose: "unsubscribe" }`: a link that does one thing, and signs nobody in.
fn is_for_one_thing(payload: &Object) -> bool {
    payload.fields.iter().any(|(name, value)| {
        let is_purpose = matches!(name.as_str(), "kind" | "purpose" | "type" | "typ" | "scope" | "action" | "use" | "for" | "intent");
        let signs_in = |text: &str| {
            ["access", "refresh", "session", "auth", "login", "bearer", "user", "admin", "api"].iter().any(|word| text.to_ascii_lowercase().contains(word))
        };
        is_purpose && value.as_str().is_some_and(|text| !signs_in(text))
    })
}

/// An object of which all fields are known.
fn closed(value: &Value) -> Option<&Object> {
    match value.kind() {
        Kind::Object(object) if object.rest.is_none() => Some(object),
        _ => None,
    }
}
