//! What the language itself makes of what it gets: tables, promises and all that is waited for at once, lists of pairs, objects.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::catalogue::{Entry, Makes};
use crate::facts::taint::Taint;
use crate::facts::value::{Argument, Kind, Object, Seq, Value};
use crate::model::CallKind;
use crate::text::Name;

/// So many promises are looked into that are made inside of one another.
const MOST_PROMISES: usize = 8;

impl Walker<'_> {
    /// What a call gives whose result is known part by part, if it is one of the language's own and its arguments can be read.
    pub(super) fn made_by_language(&mut self, function: &Value, given: &[Argument], kind: CallKind) -> Option<Value> {
        let library = function.as_library().filter(|library| !library.states.is_empty())?;
        let states = self.catalogue().call(&library.states);
        let makes = self.catalogue().at(&states).find_map(|entry| if let Entry::Makes(makes) = entry { Some(makes.is) } else { None })?;
        match makes {
            Makes::Table => super::element::mapped(given).filter(|_| kind == CallKind::New),
            Makes::Promise => {
                let [executor] = given else { return None };
                let is_looked_into = kind == CallKind::New && matches!(executor.value.kind(), Kind::Function(_)) && self.promised.len() < MOST_PROMISES;
                is_looked_into.then(|| self.promise(&executor.value))
            }
            Makes::Attribute => {
                let (base, member) = (given.first()?, given.get(1)?.value.as_str()?);
                Some(self.member(&base.value, &Name::from(&**member)))
            }
            Makes::Numbered => {
                let list = lists(given).next()?;
                Some(pairs(vec![Value::number(), self.element_of(&list.value)]))
            }
            Makes::Pairs => {
                let items: Vec<Value> = lists(given).map(|list| self.element_of(&list.value)).collect();
                (items.len() > 1).then(|| pairs(items))
            }
            Makes::Object => self.dictionary(function, given),
            Makes::Listed => {
                let list = lists(given).next()?;
                let all = self.gone_through(&list.value);
                (!all.is_same(&list.value)).then_some(all)
            }
            Makes::Truth => {
                let [only] = given else { return None };
                let truth = self.truth_of(&only.value);
                Some(match only.value.is_truthy() {
                    Some(is) => Value::bool(is).with_truth(truth),
                    None => Value::unknown().with_truth(truth),
                })
            }
            Makes::OfClass => {
                let [value, class] = given else { return None };
                let (truth, known) = self.asked_of_each(&value.value, |one| self.is_of_class(one, &class.value));
                Some(known.map_or_else(Value::unknown, Value::bool).with_truth(truth))
            }
            Makes::All => {
                let (items, rest) = self.awaited_items(given)?;
                Some(promised(Seq { items, rest }))
            }
            Makes::Settled => {
                let (items, rest) = self.awaited_items(given)?;
                Some(promised(Seq { items: items.into_iter().map(ended).collect(), rest: rest.map(ended) }))
            }
            Makes::First => {
                let (items, rest) = self.awaited_items(given)?;
                let one = items.into_iter().chain(rest).reduce(either)?;
                Some(Value::new(Kind::Promise(one)))
            }
            Makes::Called => self.called_elsewhere(given.first()?, given.get(1..)?),
            Makes::CalledBehind => self.called_elsewhere(given.get(1)?, given.get(2..)?),
            Makes::CalledByName => {
                let named = |name: &str| given.iter().find(|arg| arg.name == name);
                let args: Vec<Argument> = match named("args").map(|args| (args, args.value.kind())) {
                    Some((args, Kind::Seq(seq))) => {
                        seq.items.iter().map(|value| Argument { name: Name::default(), value: value.clone(), ..args.clone() }).collect()
                    }
                    _ => Vec::new(),
                };
                self.called_elsewhere(named("target").or_else(|| named("function"))?, &args).map(|_| Value::unknown())
            }
            Makes::Resolved => {
                let first = given.first().filter(|first| first.name.is_empty() && !first.spread)?;
                let value = self.fired(&first.value).awaited();
                Some(Value::new(Kind::Promise(value)))
            }
        }
    }

    /// What is done in another thread or afterwards shows nothing of what holds here.
    fn called_elsewhere(&mut self, work: &Argument, args: &[Argument]) -> Option<Value> {
        if !matches!(work.value.kind(), Kind::Function(_) | Kind::Hoisted(_) | Kind::Library(_)) {
            return None;
        }
        let facts = self.facts.clone();
        let given = self.apply(&work.value, args, CallKind::Plain, work.site.span);
        self.facts = facts;
        self.ended = false;
        Some(Value::new(Kind::Promise(given.awaited())))
    }

    /// What the items of the one list come to, or the arguments themselves. Python's own come one by one.
    fn awaited_items(&mut self, given: &[Argument]) -> Option<(Vec<Value>, Option<Value>)> {
        let plain: Vec<&Argument> = given.iter().filter(|arg| arg.name.is_empty()).collect();
        let is_one_list = !self.python() || matches!(plain.as_slice(), [only] if only.spread);
        let (items, rest) = match (plain.as_slice(), is_one_list) {
            ([list], true) => match list.value.kind() {
                Kind::Seq(seq) => (seq.items.clone(), seq.rest.clone()),
                Kind::Unknown => return None,
                _ => (Vec::new(), Some(self.element_of(&list.value))),
            },
            (all, false) if all.iter().all(|arg| !arg.spread) => (all.iter().map(|arg| arg.value.clone()).collect(), None),
            _ => return None,
        };
        let mut wait = |value: Value| self.fired(&value).awaited();
        Some((items.into_iter().map(&mut wait).collect(), rest.map(wait)))
    }
}

fn promised(seq: Seq) -> Value {
    let taint = seq.items.iter().chain(&seq.rest).fold(Taint::none(), |taint, item| taint.join(item.taint()));
    Value::new(Kind::Promise(Value::new(Kind::Seq(Arc::new(seq))).with_taint(taint)))
}

/// `{ status, value }`
fn ended(value: Value) -> Value {
    let mut object = Object::default();
    object.set(Name::new_static("status"), Value::unknown());
    object.set(Name::new_static("value"), value);
    Value::new(Kind::Object(Arc::new(object)))
}

fn lists(given: &[Argument]) -> impl Iterator<Item = &Argument> {
    given.iter().filter(|arg| arg.name.is_empty() && !arg.spread)
}

fn pairs(items: Vec<Value>) -> Value {
    Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(Value::seq(items)) })))
}

/// `Object.assign({ a }, b)`: an object with what each brings, the later over the earlier.
pub(super) fn put_together(base: &Value, args: &[Argument]) -> Option<Value> {
    let is_language = base.as_library().is_some_and(|library| library.step == "Object" && library.package.is_empty() && library.receiver.is_none());
    let first = args.first().filter(|_| is_language && args.iter().all(|arg| !arg.spread))?;
    let Kind::Object(first) = first.value.kind() else { return None };
    let mut whole = (**first).clone();
    for arg in args.iter().skip(1) {
        match arg.value.kind() {
            Kind::Object(object) if object.rest.is_none() => object.fields.iter().for_each(|(name, value)| whole.set(name.clone(), value.clone())),
            Kind::Null => {}
            _ => whole.spread(arg.value.clone()),
        }
    }
    let taint = args.iter().fold(Taint::none(), |taint, arg| taint.join(arg.value.taint()));
    Some(Value::new(Kind::Object(Arc::new(whole))).with_taint(taint))
}
