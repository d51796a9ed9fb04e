//! Whoever asks for it counts as having paid: the caller sets what says so, and nobody asks the one who is paid.

use super::handler::{Handler, any, symbols};
use super::missing_validation::{META, is_order};
use super::open::standing;
use super::ownership::{Answer, Tie, title};
use super::raw::Raw;
use super::{Confidence, Impact};
use crate::facts::check::{Fact, Root};
use crate::facts::event::{Access, Event};
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::value::{Kind, Value};
use crate::text::Name;

/// Of rows of the caller's own; those of others are another rule's.
pub fn paid_by_word(handler: &Handler<'_>, access: &Access) -> Option<Raw> {
    let query = &access.query;
    let judge = handler.judge;
    if !matches!(query.operation, Operation::Update | Operation::Upsert)
        || query.guessed
        || handler.cx.walk.exhausted
        || handler.is_called(&["admin", "webhook", "webhooks", "cron", "job", "jobs", "callback", "seed", "test", "trial"])
        || judge.signed_in(&access.facts) != Answer::Yes
        || judge.tie(access) != Tie::Owned
        || standing::may_be_decided(judge, &access.facts) && !is_only_membership(handler, access)
    {
        return None;
    }
    let is_asked = |event: &Event| matches!(event, Event::Effect(effect) if matches!(effect.kind.as_str(), "pay" | "refund"));
    // Somebody who knows may have been asked: a call that cannot be looked into, or a row that says what was paid.
    let knows = |fact: &Fact| {
        symbols(fact).into_iter().any(|symbol| match &symbol.root {
            Root::Call(_) => true,
            Root::Row(_) | Root::Count(_) => {
                symbol.path.iter().any(|name| says_paid(name) || names::words(name).iter().any(|word| word == "status" || word == "state"))
            }
            _ => false,
        })
    };
    if handler.events().any(is_asked) || any(&access.facts, &knows) {
        return None;
    }
    let (name, value) = query.data.iter().find_map(|data| fields(data).iter().find(|(name, value)| is_bought(handler, access, name, value)))?;
    let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::High);
    raw.detail = Name::new_static("said-to-be-paid");
    raw.absence = true;
    let what = match value.as_str() {
        Some(text) => format!("`{name}` to `{text}`"),
        None => format!("`{name}`"),
    };
    raw.message = format!(
        "Anybody signed in can set {what} of their own {} by calling this: nobody asks whether anything was paid. Let the message of the payment provider set it.",
        title(&query.model)
    );
    Some(raw)
}

fn fields(data: &Value) -> &[(Name, Value)] {
    match data.kind() {
        Kind::Object(object) => match object.get("$set").0.map(Value::kind) {
            Some(Kind::Object(inner)) => &inner.fields,
            _ => &object.fields,
        },
        _ => &[],
    }
}

fn is_bought(handler: &Handler<'_>, access: &Access, name: &Name, value: &Value) -> bool {
    let is_given = value.taint().iter().any(|origin| origin.part.is_request());
    let words = names::words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    // Of one's own account that is told as what a caller may give themselves.
    let is_person = handler.judge.model_of(&access.query).is_some_and(|model| model.is_principal);
    let is_account = handler.judge.model_of(&access.query).is_some_and(|model| model.is_principal || model.is_tenant) || is_subscription(&access.query.model);
    if is_account
        && has(&["premium", "pro", "plan", "tier", "subscribed", "subscription"])
        && !has(&["id", "at", "date", "until", "end", "ends", "start", "customer"])
    {
        return is_given && !is_person && !matches!(value.kind(), Kind::Object(_))
            || matches!(value.kind(), Kind::Bool(true))
            || value.as_str().is_some_and(|text| is_paid_plan(text));
    }
    let of_payment = is_order(&access.query.model) || is_payers(access);
    let is_paid = value.as_str().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "paid" | "payed" | "settled"));
    of_payment && (has(&["status", "state"]) && is_paid || words.last().is_some_and(|word| word == "paid") && matches!(value.kind(), Kind::Bool(true)))
}

fn is_subscription(model: &str) -> bool {
    names::words(model).iter().any(|word| matches!(word.as_str(), "subscription" | "subscriptions" | "membership" | "memberships" | "license" | "licenses"))
}

fn is_paid_plan(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "pro" | "premium" | "plus" | "paid" | "business" | "enterprise" | "gold" | "unlimited" | "lifetime" | "team")
}

fn says_paid(name: &str) -> bool {
    names::words(name).iter().any(|word| matches!(word.as_str(), "paid" | "payment" | "verified" | "provider" | "transaction"))
}

/// The caller is the one who is to pay: `client: session.userId`.
fn is_payers(access: &Access) -> bool {
    access.query.conjuncts().iter().any(|filter| match filter {
        Filter::Term(term) => term.path.last().is_some_and(|name| {
            let words = names::words(name);
            words
                .first()
                .is_some_and(|word| matches!(word.as_str(), "client" | "customer" | "buyer" | "payer" | "tenant" | "renter" | "patient" | "student" | "guest"))
        }),
        _ => false,
    })
}

/// That somebody belongs to a group says nothing of what they may do in it.
fn is_only_membership(handler: &Handler<'_>, access: &Access) -> bool {
    !any(&access.facts, &|fact| match fact {
        Fact::Guard(_) => true,
        fact => symbols(fact).into_iter().any(|symbol| symbol.path.iter().any(|name| crate::facts::role_words::names_right(name))),
    }) && !handler.judge.is_elevated(&access.facts)
}
