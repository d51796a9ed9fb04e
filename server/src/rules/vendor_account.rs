//! An account at a payment provider is opened, changed or ended, and the caller says which: `billingPortal.sessions.create({ customer })`.
//! The provider asks nobody: whoever has the server's key may do all. Part of `missing-ownership`.

use super::Confidence;
use super::handler::{any, symbols};
use super::missing_ownership::META;
use super::options::{default_of, taken};
use super::ownership::{Answer, Judge};
use super::raw::{Raw, RuleCx};
use crate::facts::check::Fact;
use crate::facts::event::{Effect, Event};
use crate::facts::query::Filter;
use crate::facts::value::{Kind, Value};
use crate::project::routes::Route;
use crate::text::Name;

pub fn check(cx: &RuleCx<'_>, judge: &Judge<'_>, route: &Route, out: &mut Vec<Raw>) {
    if cx.walk.exhausted {
        return;
    }
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if effect.kind == "vendor-account"
            && let Some(name) = chosen(cx, judge, effect)
        {
            let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
            raw.detail = Name::new_static("AZ03");
            raw.absence = true;
            raw.message = format!(
                "Any signed-in user can {} of anybody else at {}: `{name}` comes from the caller, and nothing asks whether it is theirs. Take it from the row of whoever is signed in.",
                effect.is, effect.client
            );
            raw.also(route.site.clone(), format!("reached from {}", route.title()));
            out.push(raw);
            return;
        }
    }
}

/// What the caller calls the account, if nobody looked whose it is.
fn chosen(cx: &RuleCx<'_>, judge: &Judge<'_>, effect: &Effect) -> Option<Name> {
    let facts = &effect.facts;
    if facts.is_impossible() || judge.signed_in(facts) != Answer::Yes || judge.is_machine(facts) || judge.is_elevated(facts) || judge.is_delegated(facts) {
        return None;
    }
    let given = &taken(effect, "account")?.value;
    let account = match given.kind() {
        Kind::Object(object) => object.get(default_of(effect, "account")).0?,
        _ => given,
    };
    let origin = account.taint().iter().find(|origin| origin.part.is_request())?;
    let symbol = account.symbol()?;
    // It was compared with something, or a row was looked for that has it.
    let compares = |fact: &Fact| matches!(fact, Fact::Same(..) | Fact::Contains(..) | Fact::Is(..) | Fact::Among(_)) && symbols(fact).contains(&symbol);
    let is_it = |value: &Value| value.symbol() == Some(symbol);
    let asks = judge.accesses().any(|access| access.query.conjuncts().iter().any(|filter| matches!(filter, Filter::Term(term) if is_it(&term.value))));
    let is_matched = cx.walk.matched.iter().any(|matched| matched.part == origin.part && matched.name == origin.name);
    (!any(facts, &compares) && !asks && !is_matched).then(|| origin.name.clone())
}
