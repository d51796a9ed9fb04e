//! A handler acts on a message that says what happened elsewhere, and nobody asks who sent it.

use super::handler::{Handler, any, facts_of, is_of_request, origins, symbols};
use super::open::why;
use super::ownership::Answer;
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Event, SinkKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::services::{self, WebhookSender};
use crate::facts::taint::{Origin, Part};
use crate::facts::value::Value;
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("webhook-unverified"),
    title: "Webhook does not check who sent it",
    risk: Risk::Routes,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[345, 347],
    page: include_str!("../../../queries/rules/webhook-unverified.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    out.extend(Handler::of(cx).and_then(|handler| told(&handler)));
}

/// Is that what is to be said of this handler?
pub(super) fn is_told(handler: &Handler<'_>) -> bool {
    told(handler).is_some()
}

/// The check is there, and what it gives is a promise, which is always true.
fn not_awaited(handler: &Handler<'_>, message: &Message, why: why::Why) -> Option<Raw> {
    let (_, verb, _) = handler.events().find_map(|event| acts(handler, event))?;
    let mut raw = Raw::new(&META, why.site.clone(), Confidence::Proven);
    raw.impact = message.pays().then_some(Impact::Critical);
    raw.detail = message.vendor.map(|vendor| vendor.name.clone()).unwrap_or_default();
    raw.message = format!("{} {}", why.message, message.text(&verb, handler));
    raw.also(handler.site(), format!("{} gets the message", handler.route.title()));
    raw.plans.extend(handler.cx.project.place(&why.site).map(|at| FixPlan::RepairGuard { at, flaw: why.flaw }));
    Some(raw)
}

fn told(handler: &Handler<'_>) -> Option<Raw> {
    let cx = handler.cx;
    if cx.walk.exhausted || handler.route.methods.iter().all(|method| method == "GET") && !handler.route.methods.is_empty() {
        return None;
    }
    // Functions that are called by their name have no address that a vendor could be told.
    if handler.is_called_by_name() {
        return None;
    }
    // Whoever makes a keyed digest compares it; whoever calls it so has a reason.
    let proofs =
        || cx.walk.events.iter().filter_map(|event| if let Event::Effect(effect) = event { Some(effect).filter(|effect| effect.kind == "hmac") } else { None });
    let asked_for = proofs().find_map(|proof| headers_there(&proof.facts).next().cloned());
    // Whatever it is called, it is a message whose sender is looked at if a header is there.
    let message = Message::of(handler).or_else(|| asked_for.is_some().then(Message::signed))?;
    if let Some(why) = why::at_sender(cx, handler.route) {
        return not_awaited(handler, &message, why);
    }
    // Of a check that was seen it is known when it is made.
    if asked_for.is_none() && (proofs().next().is_some() || handler.comes_through(names::checks_sender))
        || handler.is_called(&["token", "secret", "cron", "test", "example"])
    {
        return None;
    }
    let (act, verb, facts) = handler.events().find_map(|event| acts(handler, event))?;
    // `if (signature) { verify }`: who sends no signature is not asked for one.
    let skipped = asked_for.filter(|header| !facts.contains(&Fact::Present(header.clone())));
    if skipped.is_none() && proofs().next().is_some() {
        return None;
    }
    let confidence = match (handler.route.adrift, message.vendor.is_some() || message.is_event) {
        (true, _) => Confidence::Possible,
        (false, true) if !may_be_verified(facts) => Confidence::Proven,
        (false, _) => Confidence::Likely,
    };
    let mut raw = Raw::new(&META, handler.place_of([act].into_iter().chain(&message.source)), confidence);
    raw.absence = true;
    raw.impact = message.pays().then_some(Impact::Critical);
    raw.detail = message.vendor.map(|vendor| vendor.name.clone()).unwrap_or_default();
    raw.message = match skipped.as_ref().and_then(|header| header.path.last()) {
        Some(header) => {
            format!("Without the header `{header}` nobody checks who sent this message before it {verb}: whoever leaves it out {}.", message.lie(handler))
        }
        None => message.text(&verb, handler),
    };
    raw.also(handler.site(), format!("{} gets the message", handler.route.title()));
    if let Some(source) = &message.source {
        raw.also(source.clone(), "it is read here, without a look at who sent it".to_owned());
    }
    if let (Some(vendor), Some(handled)) = (message.vendor, cx.project.place(&handler.site())) {
        let read = message.source.as_ref().and_then(|source| cx.project.place(source));
        raw.plans.push(FixPlan::VerifyWebhook { handler: handled, read, framework: handler.route.framework.clone(), vendor: vendor.name.clone() });
    }
    Some(raw)
}

/// What a handler is sent.
struct Message {
    vendor: Option<&'static WebhookSender>,
    /// Its kind is compared with a known event.
    is_event: bool,
    /// By its name it is about a payment.
    is_payment: bool,
    event: Option<Name>,
    /// Where it is read.
    source: Option<Site>,
}

impl Message {
    fn of(handler: &Handler<'_>) -> Option<Message> {
        let is_hook = handler.is_called(&["webhook", "webhooks", "hook", "hooks"])
            && handler.route.path.as_deref().is_some_and(|path| names::words(path).iter().any(|word| word.contains("hook")))
            || handler.route.function().is_some() && handler.is_called(&["webhook", "webhooks"]);
        // `payment_callback`, `/orders/ipn`: a payment is reported, by whoever it is.
        let is_payment = handler.is_called(&["callback", "ipn", "postback", "notify", "notification"])
            && handler.is_called(&["payment", "payments", "pay", "billing", "checkout", "invoice", "payout", "transaction"]);
        // What hands it to a bot, or reads what only one vendor calls so, need not be called a webhook.
        let mut of_vendor: Option<&'static WebhookSender> = None;
        let (mut event, mut header) = (None, None);
        let mut source: Option<Site> = None;
        for seen in handler.events() {
            if let Some(facts) = facts_of(seen) {
                any(facts, &|fact| matches!(fact, Fact::Is(symbol, text) if is_kind(symbol) && known_event(text).is_some()));
                let mut found = None;
                each(facts, &mut |fact| match fact {
                    Fact::Is(symbol, text) if is_kind(symbol) => found = found.take().or_else(|| known_event(text).map(|pays| (Name::from(&**text), pays))),
                    fact => {
                        header = header.take().or_else(|| symbols(fact).into_iter().find_map(signature_header));
                    }
                });
                event = event.or(found);
            }
            if let Event::Effect(effect) = seen
                && effect.kind == "vendor-message"
            {
                of_vendor = of_vendor.or_else(|| services::webhook_senders().iter().find(|sender| effect.is == sender.name));
            }
            for value in values(seen) {
                origins(value, &mut |origin: &Origin| {
                    if matches!(origin.part, Part::Body | Part::RawBody | Part::Input) {
                        of_vendor = of_vendor.or_else(|| whose_field(&origin.name));
                    }
                });
                origins(value, &mut |origin: &Origin| {
                    if matches!(origin.part, Part::Body | Part::RawBody | Part::Input) && source.is_none() {
                        source.clone_from(&origin.site);
                    }
                });
            }
        }
        let senders = services::webhook_senders();
        let by_path = senders.iter().find(|sender| sender.words.iter().any(|word| handler.is_called(&[word.as_str()])));
        let by_header = header.as_deref().and_then(|header: &str| senders.iter().find(|sender| sender.words.iter().any(|word| header.contains(word.as_str()))));
        if !is_hook && !is_payment && event.is_none() && header.is_none() && of_vendor.is_none() {
            return None;
        }
        // Paying events without a name are Stripe's or somebody's like them.
        let of_event = event.as_ref().and_then(|(name, _)| senders.iter().find(|sender| sender.name == "Stripe" && is_of_stripe(name)));
        let vendor = of_vendor.or(by_path).or(by_header).or(of_event);
        Some(Message { vendor, is_payment, is_event: event.is_some(), event: event.map(|(name, _)| name), source })
    }

    /// Of somebody who signs it.
    fn signed() -> Message {
        Message { vendor: None, is_event: false, is_payment: false, event: None, source: None }
    }

    fn pays(&self) -> bool {
        self.is_payment || self.vendor.is_some_and(|vendor| vendor.pays) || self.event.as_deref().and_then(known_event) == Some(true)
    }

    fn text(&self, verb: &str, handler: &Handler<'_>) -> String {
        format!("Nobody checks who sent this message before it {verb}: anyone {}.", self.lie(handler))
    }

    /// What somebody else may do with it.
    fn lie(&self, handler: &Handler<'_>) -> String {
        let title = handler.title();
        let lie = match (&self.event, self.vendor) {
            (Some(event), _) => format!("send `{event}` to {title}"),
            (None, Some(vendor)) => format!("send {title} a message that says it is from {}", vendor.name),
            (None, None) => format!("send {title} a message of their own"),
        };
        let gain = if self.pays() { ", and get for free what it stands for" } else { "" };
        format!("can {lie}{gain}")
    }
}

fn whose_field(name: &str) -> Option<&'static WebhookSender> {
    services::webhook_senders().iter().find(|sender| sender.fields.iter().any(|field| field == name))
}

/// The member of a payload that says what happened.
fn is_kind(symbol: &Symbol) -> bool {
    is_payload(symbol)
        && symbol.path.last().is_some_and(|name| {
            matches!(name.as_str(), "type" | "event" | "event_type" | "eventType" | "event_name" | "eventName" | "action" | "topic" | "alert_name")
        })
}

fn is_payload(symbol: &Symbol) -> bool {
    matches!(&symbol.root, Root::Request(part) if matches!(part.as_str(), "body" | "rawbody" | "raw-body" | "input"))
}

/// Is it an event of a vendor, and does it give something away?
fn known_event(text: &str) -> Option<bool> {
    let (of, what) = text.split_once(['.', '_', ':'])?;
    let pays = match of {
        "checkout" | "invoice" | "customer" | "payment" | "charge" | "subscription" | "transaction" | "order" | "refund" | "payout" | "license" | "benefit" => {
            true
        }
        "user" | "organization" | "organizationMembership" | "session" => matches!(what, "created" | "updated" | "deleted") || what.starts_with("created"),
        "email" => false,
        _ => return None,
    };
    let says = [
        "completed",
        "paid",
        "created",
        "updated",
        "deleted",
        "succeeded",
        "failed",
        "canceled",
        "cancelled",
        "captured",
        "authorized",
        "expired",
        "refunded",
        "active",
        "payment_succeeded",
        "payment_failed",
        "renewed",
        "resumed",
        "bounced",
        "delivered",
        "complained",
        "opened",
        "finalized",
        "revoked",
        "activated",
        "trialing",
    ];
    says.iter().any(|word| what.ends_with(word)).then_some(pays)
}

fn is_of_stripe(event: &str) -> bool {
    matches!(event.split('.').next(), Some("checkout" | "invoice" | "customer" | "payment_intent" | "charge"))
}

/// A header in which a vendor sends its signature.
fn signature_header(symbol: &Symbol) -> Option<String> {
    let Root::Request(part) = &symbol.root else { return None };
    if part != "headers" {
        return None;
    }
    symbol.path.iter().map(|name| name.to_ascii_lowercase().replace('_', "-")).find(|name| {
        name.contains("signature") || name.starts_with("svix-") || name.contains("hmac") || name.starts_with("webhook-") || name.starts_with("x-gitlab-token")
    })
}

fn each<'f>(facts: &'f Facts, of: &mut dyn FnMut(&'f Fact)) {
    for fact in facts.iter() {
        match fact {
            Fact::Any(arms) => arms.iter().for_each(|arm| each(arm, of)),
            fact => of(fact),
        }
    }
}

fn values(event: &Event) -> Vec<&Value> {
    match event {
        Event::Access(access) => access.query.data.iter().chain(filter_values(&access.query.filter)).collect(),
        Event::Effect(effect) => effect.args.iter().map(|arg| &arg.value).collect(),
        Event::Use(used) => vec![&used.value],
        Event::Sink(sink) => vec![&sink.value],
        _ => Vec::new(),
    }
}

fn filter_values(filters: &[crate::facts::query::Filter]) -> Vec<&Value> {
    use crate::facts::query::Filter;
    let mut out = Vec::new();
    for filter in filters {
        match filter {
            Filter::Term(term) => out.push(&term.value),
            Filter::All(inner) | Filter::Any(inner) => out.extend(filter_values(inner)),
            Filter::Not(inner) => out.extend(filter_values(std::slice::from_ref(inner))),
            Filter::Row(value) | Filter::Opaque(value) => out.push(value),
        }
    }
    out
}

/// Something that a message brings about without anybody having been asked who it is from.
fn acts<'e>(handler: &Handler<'_>, event: &'e Event) -> Option<(&'e Site, String, &'e Facts)> {
    let (site, verb, facts) = match event {
        // Who keeps a list of webhooks is no webhook.
        Event::Access(access) if access.query.operation.is_write() && !names::words(&access.query.model).iter().any(|word| word.contains("hook")) => {
            let model = if access.query.model.is_empty() { "rows".to_owned() } else { format!("`{}`", access.query.model) };
            (&access.site, format!("{}s {model}", access.query.operation.verb()), &access.facts)
        }
        Event::Effect(effect) => {
            let verb = match effect.kind.as_str() {
                "mail" => "sends mail",
                "sms" => "sends text messages",
                "pay" => "moves money",
                "llm" | "image" => "asks a paid model",
                "vendor-message" => "acts on it",
                "kept" => "changes what is stored",
                _ => return None,
            };
            (&effect.site, verb.to_owned(), &effect.facts)
        }
        // `exec("git pull")`: that it came is all that it takes.
        Event::Sink(sink) if sink.kind == SinkKind::Shell && !sink.guessed => {
            return (!is_verified(handler, &sink.facts)).then(|| (&sink.call, "starts a program".to_owned(), &sink.facts));
        }
        _ => return None,
    };
    let depends = values(event).into_iter().any(is_of_payload) || any(facts, &|fact| symbols(fact).into_iter().any(is_payload));
    (depends && !is_verified(handler, facts)).then_some((site, verb, facts))
}

fn is_of_payload(value: &Value) -> bool {
    let mut found = false;
    origins(value, &mut |origin| found |= matches!(origin.part, Part::Body | Part::RawBody | Part::Input));
    found
}

fn is_verified(handler: &Handler<'_>, facts: &Facts) -> bool {
    handler.who(facts) != Answer::No
        || facts.iter().any(is_proof)
        || facts.iter().any(|fact| matches!(fact, Fact::Any(arms) if arms.iter().all(|arm| arm.iter().any(is_proof))))
}

/// A secret of the two sides was compared, or something that cannot be looked into was asked.
fn is_proof(fact: &Fact) -> bool {
    match fact {
        Fact::Guard(guard) => !guard.sure,
        Fact::Same(a, b) | Fact::Contains(a, b) => {
            let is_env = Symbol::is_of_environment;
            let is_header = |symbol: &Symbol| matches!(&symbol.root, Root::Request(part) if part == "headers");
            is_header(a) || is_header(b) || is_env(a) && is_of_request(b) || is_env(b) && is_of_request(a)
        }
        Fact::Is(symbol, _) | Fact::Among(symbol) => {
            matches!(&symbol.root, Root::Request(part) if part == "headers") && signature_header(symbol).is_none() && !says_what(symbol)
        }
        _ => false,
    }
}

/// `x-github-event`, `content-type`: a header that says what is sent, and not who sends it.
fn says_what(symbol: &Symbol) -> bool {
    let is_word =
        |word: &str| matches!(word, "event" | "topic" | "type" | "action" | "kind" | "delivery" | "agent" | "accept" | "encoding" | "length" | "version");
    symbol.path.last().is_some_and(|name| names::words(name).iter().any(|word| is_word(word)))
}

/// The headers that are there where this holds.
fn headers_there(facts: &Facts) -> impl Iterator<Item = &Symbol> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Present(symbol) if matches!(&symbol.root, Root::Request(part) if part == "headers") => Some(symbol),
        _ => None,
    })
}

/// On some way to here somebody was asked: `if (secret) verify(..)`.
fn may_be_verified(facts: &Facts) -> bool {
    any(facts, &|fact| matches!(fact, Fact::Guard(_)) || is_proof(fact))
}
