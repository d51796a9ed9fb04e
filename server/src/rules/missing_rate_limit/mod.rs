//! Something that can be guessed, or that costs money, may be asked for as often as anybody likes.

use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::credential_names::{is_password_column, keeps_codes};
use crate::facts::event::{Access, Effect, Event, Sink, SinkKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::query::{Filter, Operation, Term};
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Argument, Kind, Value};
use crate::rules::handler::{Handler, facts_of, has_captcha, origins, site_of};
use crate::rules::open::known::nobody_is_known;
use crate::rules::ownership::Answer;
use crate::rules::raw::{Raw, RuleCx, tells};
use crate::rules::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta, missing_auth, webhook_unverified};
use crate::text::Name;

mod sign_in;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("missing-rate-limit"),
    title: "Nothing limits how often this is called",
    risk: Risk::Routes,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[307, 770, 799],
    page: include_str!("../../../../queries/rules/missing-rate-limit.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(handler) = Handler::of(cx) else { return };
    if cx.walk.exhausted || handler.is_called(&["cron", "webhook", "webhooks", "health", "seed", "jobs"]) {
        return;
    }
    let mut needs: Vec<Need<'_>> = handler.events().filter_map(|event| need(&handler, event)).collect();
    if needs.is_empty() {
        needs.extend(sign_in::guessed(&handler).or_else(|| sign_in::admitted(&handler)));
    }
    let Some(worst) = needs.iter().max_by_key(|need| need.confidence) else { return };
    // A message of which nobody knows who sent it: the look at the sender is what is missing.
    if tells(webhook_unverified::check, cx) {
        return;
    }
    // Rows are changed for whoever asks, and somebody is told of it: who that is, is what has to be asked first.
    let changes =
        || handler.events().any(|event| matches!(event, Event::Access(access) if matches!(access.query.operation, Operation::Update | Operation::Delete)));
    if matches!(worst.detail, "mail" | "sms" | "pay") && changes() && tells(missing_auth::check, cx) {
        return;
    }
    if handler.is_limited(worst.facts) || handler.turns_away_before(&worst.event) || worst.confidence == Confidence::Possible && worst.impact == Impact::Low {
        return;
    }
    let is_vendors = handler.events().any(|event| matches!(event, Event::Effect(effect) if effect.kind == "vendor-login"));
    if is_vendors {
        return;
    }
    let confidence = match (handler.route.adrift, has_captcha(cx.walk)) {
        (true, _) => Confidence::Possible,
        (false, true) => lower(worst.confidence),
        (false, false) => worst.confidence,
    };
    let mut raw = Raw::new(&META, worst.site.clone(), confidence);
    raw.impact = Some(worst.impact);
    raw.detail = Name::new_static(worst.detail);
    raw.message = worst.message.clone();
    raw.absence = true;
    raw.also(handler.site(), format!("reached from {}", handler.route.title()));
    // All that is done once a password was compared is done after the one comparison.
    let is_the_same = |need: &&Need<'_>| need.detail == "login" && worst.detail == "login" && need.site != worst.site;
    // What has no place of its own, because others call it too, would only point at the handler once more.
    let here = handler.site();
    for also in needs.iter().filter(|need| need.site != worst.site && need.site != here && !is_the_same(need)).take(3) {
        raw.also(also.site.clone(), also.also.to_owned());
    }
    if let Some(place) = cx.project.place(&handler.route.site) {
        raw.plans.push(FixPlan::LimitRoute { route: place, framework: handler.route.framework.clone() });
    }
    out.push(raw);
}

fn lower(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::Proven => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// What ought to be limited.
struct Need<'e> {
    detail: &'static str,
    impact: Impact,
    confidence: Confidence,
    site: Site,
    /// The event that it is about, wherever that stands.
    event: Site,
    message: String,
    also: &'static str,
    facts: &'e Facts,
}

fn need<'e>(handler: &Handler<'_>, event: &'e Event) -> Option<Need<'e>> {
    match event {
        Event::Effect(effect) if effect.kind == "password-compare" => {
            // The key of a machine stands in a header.
            let is_typed =
                |arg: &Argument| arg.value.taint().iter().any(|origin| matches!(origin.part, Part::Body | Part::RawBody | Part::Input | Part::Query));
            if !effect.args.iter().any(is_typed) {
                return None;
            }
            login(handler, &handler.site(), None, &effect.facts).map(|need| Need { event: effect.site.clone(), ..need })
        }
        Event::Effect(effect) => costs(handler, effect).or_else(|| compared_code(handler, &effect.site, &effect.facts)),
        Event::Access(access) => code(handler, access)
            .or_else(|| sign_up(handler, access))
            .or_else(|| password(handler, &access.site, &access.facts))
            .or_else(|| compared_code(handler, &access.site, &access.facts)),
        Event::Sink(sink) if sink.kind == SinkKind::Shell && !sink.guessed && !sink.facts.is_impossible() => program(handler, event, sink),
        event => {
            let (site, facts) = (site_of(event)?, facts_of(event)?);
            password(handler, site, facts).or_else(|| compared_code(handler, site, facts))
        }
    }
}

/// Calls that cost money, or that reach strangers.
fn costs<'e>(handler: &Handler<'_>, effect: &'e Effect) -> Option<Need<'e>> {
    let who = handler.may_be(&effect.facts);
    if handler.judge.is_machine(&effect.facts) || handler.judge.is_elevated(&effect.facts) {
        return None;
    }
    let title = handler.title();
    let is_open = who == Answer::No;
    let (impact, confidence) = match (effect.kind.as_str(), who) {
        ("llm" | "image", Answer::No) => (Impact::High, Confidence::Proven),
        ("llm" | "image", Answer::Yes) => (Impact::Medium, Confidence::Likely),
        ("mail", Answer::No) if reaches_caller(effect) || handler.is_called(ON_DEMAND) => (Impact::High, Confidence::Proven),
        ("mail", Answer::No) => (Impact::Medium, Confidence::Likely),
        ("sms", Answer::No) => (Impact::High, Confidence::Proven),
        ("sms", Answer::Yes) => (Impact::Medium, Confidence::Likely),
        ("pay", Answer::No) => (Impact::Medium, Confidence::Likely),
        ("llm" | "image" | "mail" | "sms" | "pay", _) => (Impact::Medium, Confidence::Possible),
        _ => return None,
    };
    let confidence = if effect.guessed { confidence.min(Confidence::Likely) } else { confidence };
    let (detail, also) = match effect.kind.as_str() {
        "mail" => ("mail", "mail is sent here"),
        "sms" => ("sms", "a text message is sent here"),
        "pay" => ("pay", "a payment is begun here"),
        _ => ("llm", "a paid model is asked here"),
    };
    let message = match detail {
        "mail" => format!(
            "Anyone can call {title} thousands of times: each call sends mail from your address, until you are blocked as a spammer or your plan is used up."
        ),
        "sms" if is_open => format!("Anyone can call {title} thousands of times: each call sends a text message that you pay for."),
        "sms" => format!("Anybody signed in can call {title} thousands of times: each call sends a text message that you pay for."),
        "pay" => format!("Anyone can call {title} thousands of times: that is how stolen cards are tried out, and it is your account that is charged for it."),
        _ if is_open => {
            format!("Anyone can call {title} without signing in, as often as they like: your AI account pays until its quota or your money is gone.")
        }
        _ => format!("Anybody signed in can call {title} as often as they like: one account can use up your AI budget over night."),
    };
    let site = handler.place_of([&effect.site]);
    Some(Need { detail, impact, confidence, site, event: effect.site.clone(), message, also, facts: &effect.facts })
}

/// A program is started for whoever asks.
fn program<'e>(handler: &Handler<'_>, event: &'e Event, sink: &'e Sink) -> Option<Need<'e>> {
    let at = handler.cx.walk.events.iter().position(|other| std::ptr::eq(other, event))?;
    if !nobody_is_known(handler.cx.walk, handler.judge, &sink.facts, at) {
        return None;
    }
    Some(Need {
        detail: "program",
        impact: Impact::Low,
        confidence: Confidence::Likely,
        site: handler.place_of([&sink.call]),
        event: sink.call.clone(),
        message: format!(
            "Anyone can call {} thousands of times: each call starts a program on your server, until there is no memory or time left for anybody else.",
            handler.title()
        ),
        also: "a program is started here",
        facts: &sink.facts,
    })
}

/// What people ask for by typing somebody's address.
const ON_DEMAND: &[&str] = &["forgot", "reset", "magic", "otp", "resend", "invite", "verify", "contact", "newsletter", "subscribe"];

/// Has the caller a say in who gets the mail?
fn reaches_caller(effect: &Effect) -> bool {
    let mut found = false;
    for arg in &effect.args {
        origins(&arg.value, &mut |origin| found |= origin.part.is_request());
    }
    found
}

/// A password was compared, and nobody was signed in before.
fn password<'e>(handler: &Handler<'_>, at: &Site, facts: &'e Facts) -> Option<Need<'e>> {
    let guard = facts.iter().find_map(|fact| match fact {
        Fact::Guard(guard) if guard.kind == GuardKind::Password => Some(guard),
        _ => None,
    })?;
    login(handler, at, guard.site.as_ref(), facts)
}

/// A password is compared at a place.
fn login<'e>(handler: &Handler<'_>, at: &Site, compared: Option<&Site>, facts: &'e Facts) -> Option<Need<'e>> {
    // Who is signed in and types a password again can only guess their own.
    if handler.who(&handler.cx.walk.begun) != Answer::No
        || handler.who(facts) != Answer::No
        || handler.is_itself_called(&["change", "update", "delete", "settings", "security", "account", "profile", "me"])
    {
        return None;
    }
    let here = handler.site();
    let is_within = |site: &&Site| site.item == here.item;
    // A function without a name, as wrappers make them for many handlers, is nothing to point at: the comparison is.
    let is_named = || handler.route.function().is_some_and(|function| handler.cx.project.function_name(&function).is_some());
    let compared = compared.filter(|site| is_within(site) || !is_named() && site.item.file == here.item.file);
    let site = compared.or(Some(at).filter(is_within)).cloned().unwrap_or(here);
    Some(Need {
        detail: "login",
        impact: Impact::High,
        confidence: Confidence::Proven,
        site,
        event: at.clone(),
        message: format!(
            "Anyone can try as many passwords at {} as they like: lists of leaked ones are tried by machine, thousands a minute.",
            handler.title()
        ),
        also: "a password is compared here",
        facts,
    })
}

/// A short code that the caller types turned out to be the one that was kept.
fn compared_code<'e>(handler: &Handler<'_>, at: &Site, facts: &'e Facts) -> Option<Need<'e>> {
    if !is_about_codes(handler) || handler.who(facts) != Answer::No {
        return None;
    }
    let typed = |symbol: &Symbol| matches!(&symbol.root, Root::Request(part) if matches!(part.as_str(), "body" | "query" | "params" | "input"));
    let name = facts.iter().find_map(|fact| match fact {
        Fact::Same(one, other) => [(one, other), (other, one)].into_iter().find_map(|(sent, kept)| {
            let name = sent.path.last().filter(|name| typed(sent) && names::says_code(name))?;
            (!typed(kept)).then(|| name.clone())
        }),
        _ => None,
    })?;
    Some(guessable(handler, at, &name, facts, "a code is compared here"))
}

fn is_about_codes(handler: &Handler<'_>) -> bool {
    // Who sets up a second factor types the code of a device of their own.
    handler.is_called(&["otp", "verify", "verification", "2fa", "mfa", "reset", "confirm", "code", "pin", "passcode", "totp"])
        && !handler.is_called(&["enable", "setup", "enroll", "enrol"])
}

fn guessable<'e>(handler: &Handler<'_>, at: &Site, name: &Name, facts: &'e Facts, also: &'static str) -> Need<'e> {
    Need {
        detail: "otp",
        impact: Impact::High,
        confidence: Confidence::Proven,
        site: handler.place_of([at]),
        event: at.clone(),
        message: format!("Anyone can try as many values of `{name}` at {} as they like: a code of six digits is found within minutes.", handler.title()),
        also,
        facts,
    }
}

/// A row is found by a short code that the caller types.
fn code<'e>(handler: &Handler<'_>, access: &'e Access) -> Option<Need<'e>> {
    let terms = access.query.conjuncts();
    // What ends at some time was sent to somebody, whatever the address is called.
    let ends = |filter: &Filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|column| names::says_end(column)));
    let is_known = is_about_codes(handler) || keeps_codes(&access.query.model) || terms.iter().any(|filter| ends(filter));
    if !is_known || handler.who(&access.facts) != Answer::No {
        return None;
    }
    let term = terms.into_iter().find_map(|filter| match filter {
        Filter::Term(term) if is_code(term) => Some(term),
        _ => None,
    })?;
    let name = term.path.last().cloned().unwrap_or_default();
    Some(guessable(handler, &access.site, &name, &access.facts, "a code is looked up here"))
}

fn is_code(term: &Term) -> bool {
    // What a schema asks so many characters of is no code that somebody types.
    let is_typed = |clean: Cleanings| clean == Cleanings::ALL || !clean.has(Cleanings::LONG);
    let of_request = term.value.taint().iter().any(|origin| origin.part.is_request() && is_typed(origin.clean));
    of_request && term.path.last().is_some_and(|column| names::says_code(column))
}

/// An account is made.
fn sign_up<'e>(handler: &Handler<'_>, access: &'e Access) -> Option<Need<'e>> {
    let is_sign_up = handler.is_called(&["register", "signup", "registration"]) || handler.is_called(&["sign"]) && handler.is_called(&["up"]);
    let of_people = handler.cx.schema.model(&access.query.model).is_some_and(|model| model.is_principal);
    // Whatever it is called: somebody without an account chooses a password.
    let makes_account = is_sign_up && of_people || access.query.data.iter().any(keeps_password);
    if access.query.operation != Operation::Create || !makes_account || handler.who(&access.facts) != Answer::No || is_invited(handler, access) {
        return None;
    }
    Some(Need {
        detail: "sign-up",
        impact: Impact::Medium,
        confidence: Confidence::Likely,
        site: handler.place_of([&access.site]),
        event: access.site.clone(),
        message: format!("Anyone can make as many accounts at {} as they like, by machine.", handler.title()),
        also: "an account is made here",
        facts: &access.facts,
    })
}

/// Behind a row that was found by an invitation's token: there are as many accounts as there are invitations.
fn is_invited(handler: &Handler<'_>, access: &Access) -> bool {
    let by_token = |filter: &&Filter| {
        let says = |column: &Name| names::words(column).iter().any(|word| matches!(word.as_str(), "token" | "code" | "key" | "hash" | "secret"));
        matches!(filter, Filter::Term(term) if term.path.last().is_some_and(says))
    };
    let is_invitation = |model: &Name| names::words(model).iter().any(|word| matches!(word.as_str(), "invite" | "invites" | "invitation" | "invitations"));
    handler.judge.accesses().any(|found| {
        found.id < access.id && is_invitation(&found.query.model) && handler.judge.found(found, &access.facts) && found.query.conjuncts().iter().any(by_token)
    })
}

/// `{ email, passwordHash: await hash(password) }`
fn keeps_password(data: &Value) -> bool {
    let has = |fields: &[(Name, Value)]| fields.iter().any(|(name, _)| is_password_column(name));
    match data.kind() {
        Kind::Object(object) => has(&object.fields),
        Kind::Instance(instance) => has(&instance.fields),
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| keeps_password(&alternative.value)),
        Kind::Seq(seq) => seq.items.iter().any(keeps_password),
        _ => false,
    }
}
