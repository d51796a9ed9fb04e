//! What a handler does that not everybody should be able to set in motion, and how sure that is.

use super::columns::is_from_outside;
use super::commanded::commanded;
use super::deed_access::{of_access, puts_new};
use super::office;
use super::own_events;
use crate::facts::check::{Facts, Root, Symbol};
use crate::facts::event::{Access, AccessId, Effect, Event};
use crate::facts::place::Site;
use crate::facts::query::{Filter, Operation};
use crate::facts::schema::{Privacy, Schema};
use crate::facts::value::{Kind, Value};
use crate::rules::Confidence;
use crate::rules::ownership::{Judge, Tie, title};
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// One of them.
pub struct Deed<'w> {
    /// Which event of the walk it is.
    pub at: usize,
    pub what: What,
    pub site: &'w Site,
    pub facts: &'w Facts,
    pub confidence: Confidence,
    pub access: Option<&'w Access>,
    /// Which rows, if that is known.
    pub tie: Option<Tie>,
    /// Nothing says that it is not for everybody but what other handlers do.
    pub hangs: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub enum What {
    Write {
        operation: Operation,
        model: Name,
        privacy: Privacy,
    },
    Read {
        many: bool,
        model: Name,
        privacy: Privacy,
    },
    /// What a business earns, added up over rows that are somebody's.
    Sum {
        model: Name,
    },
    /// It costs money or reaches people.
    Effect(Name),
}

impl What {
    /// What an access that writes does to rows of this kind.
    pub fn of_write(access: &Access, privacy: Privacy) -> What {
        What::Write { operation: access.query.operation, model: access.query.model.clone(), privacy }
    }

    /// What any access does to rows of this kind.
    pub fn of_access(access: &Access, privacy: Privacy) -> What {
        match access.query.operation {
            Operation::ReadOne | Operation::ReadMany => {
                What::Read { many: access.query.operation == Operation::ReadMany, model: access.query.model.clone(), privacy }
            }
            _ => What::of_write(access, privacy),
        }
    }

    pub fn is_write(&self) -> bool {
        matches!(self, What::Write { .. } | What::Effect(_))
    }

    pub fn creates(&self) -> bool {
        matches!(self, What::Write { operation: Operation::Create, .. })
    }

    pub fn model(&self) -> Option<&Name> {
        match self {
            What::Write { model, .. } | What::Read { model, .. } | What::Sum { model } => Some(model),
            What::Effect(_) => None,
        }
    }

    /// `change any Note`, for after "anybody can".
    pub fn words(&self, schema: &Schema) -> String {
        let called = |model: &Name| schema.model(model).map_or_else(|| title(model), |model| title(&model.name));
        match self {
            What::Write { operation: Operation::Create, model, .. } => format!("create {} rows", called(model)),
            What::Write { operation, model, .. } => format!("{} any {}", operation.verb(), called(model)),
            What::Read { many: true, model, .. } => format!("list every {}", called(model)),
            What::Read { model, .. } => format!("read any {}", called(model)),
            What::Sum { model } => format!("read the sums over every {}", called(model)),
            What::Effect(kind) => match kind.as_str() {
                "mail" => "send e-mail in your name".to_owned(),
                "sms" => "send text messages at your cost".to_owned(),
                "refund" => "pay money back".to_owned(),
                "llm" | "image" => "use your paid AI model at your cost".to_owned(),
                "grant" => "give any account more rights".to_owned(),
                "program" => "start programs on your server".to_owned(),
                "command" => "run any command on your server".to_owned(),
                _ => "start payments".to_owned(),
            },
        }
    }
}

/// Everything the handler of a walk does that matters, in order.
pub fn deeds<'w>(cx: &RuleCx<'w>, judge: &Judge<'w>) -> Vec<Deed<'w>> {
    let walk: &'w crate::project::RootWalk = cx.walk;
    own_events(walk)
        .filter_map(|(at, event)| match event {
            Event::Access(access) if !access.facts.is_impossible() => of_access(cx, judge, access, at),
            Event::Effect(effect) if !effect.facts.is_impossible() && matches!(effect.kind.as_str(), "mail" | "sms" | "pay" | "refund" | "llm" | "image") => {
                if is_only_notice(walk, effect, at) || goes_to_whom_it_names(walk, effect) {
                    return None;
                }
                let (confidence, hangs) = if costs_model(&effect.kind) { asked_of_model(cx, effect) } else { (Confidence::Likely, false) };
                let what = What::Effect(effect.kind.clone());
                Some(Deed { at, what, site: &effect.site, facts: &effect.facts, confidence, access: None, tie: None, hangs })
            }
            Event::Effect(effect) if effect.kind == "grant" && !effect.facts.is_impossible() && is_of_another(effect) => {
                let what = What::Effect(effect.kind.clone());
                Some(Deed { at, what, site: &effect.site, facts: &effect.facts, confidence: Confidence::Proven, access: None, tie: None, hangs: false })
            }
            Event::Sink(sink) if !sink.facts.is_impossible() => {
                let kind = commanded(sink)?;
                Some(Deed {
                    at,
                    what: What::Effect(kind),
                    site: &sink.call,
                    facts: &sink.facts,
                    confidence: Confidence::Likely,
                    access: None,
                    tie: None,
                    hangs: false,
                })
            }
            _ => None,
        })
        .collect()
}

/// Somebody is told of what was put in just now, and the caller does not say who: the order's shop, the owner of the form.
fn is_only_notice(walk: &crate::project::RootWalk, effect: &Effect, at: usize) -> bool {
    let is_to = |name: &Name| matches!(name.to_ascii_lowercase().as_str(), "to" | "recipient" | "recipients" | "toaddresses");
    let given = effect.args.iter().find(|arg| is_to(&arg.name)).map(|arg| &arg.value).or_else(|| {
        effect.args.iter().find_map(|arg| match arg.value.kind() {
            Kind::Object(object) => object.fields.iter().find(|(name, _)| is_to(name)).map(|(_, value)| value),
            _ => None,
        })
    });
    let is_known = given.is_some_and(|to| !matches!(to.kind(), Kind::Seq(_)) && !to.taint().iter().any(|origin| origin.part.is_request()));
    let puts_in = |access: &Access| access.query.operation == Operation::Create || access.query.operation == Operation::Upsert && puts_new(access);
    let mut before = own_events(walk).take_while(|(index, _)| *index < at);
    is_known && matches!(effect.kind.as_str(), "mail" | "sms") && before.any(|(_, event)| matches!(event, Event::Access(access) if puts_in(access)))
}

/// Whoever types an address has something sent to that address, if it is somebody's here: a link to sign in with, a new password. Only
/// those who read that mailbox have anything of it.
fn goes_to_whom_it_names(walk: &crate::project::RootWalk, effect: &Effect) -> bool {
    let is_found_by = |id: AccessId, column: &Name| {
        let asks = |filter: &&Filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|asked| asked.starts_with(column.as_str())) && is_from_outside(&term.value));
        own_events(walk).any(|(_, event)| matches!(event, Event::Access(access) if access.id == id && access.query.conjuncts().iter().any(asks)))
    };
    let is_it = |value: &Value| {
        let Some(Symbol { root: Root::Row(id), path }) = value.symbol() else { return false };
        path.last().is_some_and(|column| office::is_contact(column) && is_found_by(*id, column))
    };
    matches!(effect.kind.as_str(), "mail" | "sms") && effect.args.iter().any(|arg| holds(&arg.value, &is_it, 0))
}

/// It is that, or a list or an object with that in it.
fn holds(value: &Value, is_it: &dyn Fn(&Value) -> bool, depth: u32) -> bool {
    let mut inner = match value.kind() {
        Kind::Seq(seq) => seq.items.iter().collect::<Vec<_>>(),
        Kind::Object(object) => object.fields.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
    .into_iter();
    is_it(value) || depth < 3 && inner.any(|value| holds(value, is_it, depth + 1))
}

/// It is for the account that the caller names.
fn is_of_another(effect: &Effect) -> bool {
    // `(await getUserByEmail(input.email)).uid`: looked up for the caller.
    let is_looked_up = |value: &Value| value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Call(_)));
    effect.args.first().is_some_and(|account| account.value.taint().iter().any(|origin| origin.part.is_request()) || is_looked_up(&account.value))
}

fn costs_model(kind: &str) -> bool {
    matches!(kind, "llm" | "image")
}

/// A paid model that anybody may ask what they like. Where people have accounts, who asks is known; elsewhere it may be what the
/// site is there for, unless its other handlers ask the model only for somebody.
fn asked_of_model(cx: &RuleCx<'_>, effect: &Effect) -> (Confidence, bool) {
    let is_limited = crate::rules::handler::Handler::of(cx).is_none_or(|handler| handler.is_limited(&effect.facts) || handler.turns_away_before(&effect.site));
    let has_people = cx.schema.principals().next().is_some();
    match (has_people, is_limited) {
        (true, false) => (Confidence::Likely, false),
        (false, false) => (Confidence::Likely, true),
        _ => (Confidence::Possible, false),
    }
}
