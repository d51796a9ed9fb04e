//! Elements of lists and tables: `base[index]`.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::taint::{Cleanings, Taint};
use crate::facts::value::{Argument, Kind, Object, Seq, Truth, Value};
use crate::text::Name;

impl Walker<'_> {
    /// `base[index]`.
    pub(super) fn index(&mut self, base: &Value, index: &Value) -> Value {
        let value = self.indexed(base, index);
        // A letter of an alphabet, and which one can be worked out. What is drawn from a list of other things is none of it.
        let weak = index.taint().weak();
        if weak.is_empty() || !is_alphabet(base) { value } else { value.with_taint(value.taint().join(&weak)) }
    }

    fn indexed(&mut self, base: &Value, index: &Value) -> Value {
        if let Some(key) = index.as_str() {
            let key = Name::from(&**key);
            return match base.kind() {
                Kind::Library(library) if self.python() => {
                    // `request.form["x"]`, `session["user_id"]`.
                    let mut value = self.library_member(base, &library.clone(), &key);
                    if value.taint().is_empty() && !base.taint().is_empty() {
                        value = value.with_taint(base.taint().member(&key));
                    }
                    value
                }
                _ => self.member(base, &key),
            };
        }
        match (base.kind(), index.kind()) {
            (Kind::Seq(_) | Kind::Rows(_), Kind::Number(text)) if text.parse::<usize>().is_ok() => self.nth(base, text.parse().unwrap_or(0)),
            (Kind::Union(_), _) => base.map(|value| self.index(value, index)),
            // A lookup in a table of constants gives one of its constants, whatever the key was.
            (Kind::Object(object), _) if object.rest.is_none() => {
                let mut values: Vec<Value> = object.fields.iter().map(|(_, value)| value.clone()).collect();
                values.truncate(Value::MOST_ALTERNATIVES);
                // In JavaScript a key that is not there gives nothing.
                let value = values.into_iter().reduce(either).unwrap_or_else(Value::unknown).with_nullable(!self.python());
                // If there is something, the key was one of the table's.
                match index.symbol() {
                    Some(key) => value.with_truth(Truth { if_true: Facts::one(Fact::Among(key.clone())), if_false: Facts::none() }),
                    None => value,
                }
            }
            (Kind::Object(object), _) => {
                let rest = object.rest.clone().unwrap_or_else(Value::unknown);
                Value::unknown().with_taint(rest.taint().join(base.taint()))
            }
            (Kind::Rows(_), _) => self.element_of(base),
            (Kind::Seq(_), _) => self.element_of(base),
            (Kind::Str(text), Kind::Number(at)) if at.parse::<usize>().is_ok() => match at.parse().ok().and_then(|at: usize| text.chars().nth(at)) {
                Some(letter) => Value::str(letter.to_string()),
                None => Value::unknown(),
            },
            // A part of a text is a text of its own, of which something can be found out.
            (Kind::Str(_) | Kind::Text(_), _) if base.taint().is_empty() => Value::unknown(),
            (Kind::Str(_) | Kind::Text(_), _) => {
                self.calls += 1;
                Value::unknown().with_taint(base.taint().clone()).with_symbol(Symbol::new(Root::Call(self.calls)))
            }
            (Kind::Library(library), _) if !library.states.is_empty() => {
                if let Kind::Number(text) = index.kind() {
                    let nth = self.library_member(base, &library.clone(), &Name::from(&**text));
                    if nth.as_library().is_some_and(|nth| !nth.states.is_empty()) {
                        return nth;
                    }
                }
                let value = self.library_member(base, &library.clone(), &Name::new_static("*index*"));
                // An element is called like its list: `args` of `args[0]`.
                let is_nameless = value.taint().iter().all(|origin| origin.name == "*index*");
                if is_nameless && !base.taint().is_empty() { value.with_taint(base.taint().clone()) } else { value }
            }
            _ => {
                let mut value = Value::unknown().with_taint(base.taint().clone());
                if let (Some(symbol), Kind::Number(text)) = (base.symbol(), index.kind())
                    && !text.is_empty()
                {
                    value = value.with_symbol(symbol.member(text));
                }
                value
            }
        }
    }

    /// The element at a place of a list.
    pub(super) fn nth(&mut self, list: &Value, at: usize) -> Value {
        match list.kind() {
            Kind::Seq(seq) => match seq.items.get(at) {
                Some(value) => value.clone(),
                None => seq.rest.clone().unwrap_or_else(Value::unknown),
            },
            Kind::Rows(_) => self.element_of(list),
            Kind::Union(_) => list.map(|value| self.nth(value, at)),
            Kind::Row(_) => list.clone(),
            Kind::Promise(inner) => self.nth(&inner.clone(), at),
            Kind::Library(library) if library.query.is_some() => {
                let rows = self.fired(list);
                if rows.is_same(list) { Value::unknown() } else { self.nth(&rows, at) }
            }
            Kind::Library(library) => self.library_member(list, &library.clone(), &Name::from(at.to_string())),
            _ => {
                let value = Value::unknown().with_taint(list.taint().clone());
                match list.symbol() {
                    Some(symbol) => value.with_symbol(symbol.member(&Name::from(at.to_string()))),
                    None => value,
                }
            }
        }
    }

    /// Some element of a list.
    pub(super) fn element_of(&mut self, list: &Value) -> Value {
        match list.kind() {
            Kind::Seq(seq) => {
                let all: Vec<Value> = seq.items.iter().chain(&seq.rest).take(Value::MOST_ALTERNATIVES).cloned().collect();
                all.into_iter().reduce(either).unwrap_or_else(Value::unknown)
            }
            Kind::Rows(row) => Value::new(Kind::Row(row.clone())).with_symbol(list.symbol().cloned().unwrap_or_else(|| Symbol::new(Root::Row(row.access)))),
            Kind::Row(_) => list.clone(),
            Kind::Union(_) => list.map(|value| self.element_of(value)),
            Kind::Promise(inner) => self.element_of(&inner.clone()),
            // What goes through a dict gets its keys.
            Kind::Object(object) if self.python() => {
                let keys = keys_of(object, list);
                self.element_of(&keys)
            }
            Kind::Object(object) => any_value(object),
            _ if self.is_model_sent(list) => some_of(list, list.taint().cleaned(Cleanings::ALL)),
            _ => some_of(list, list.taint().clone()),
        }
    }

    /// A whole model that was sent, as a dictionary: it has the keys of its class, whatever was sent. What stands in one of its fields
    /// may have any, and so has a list that a validator let through.
    pub(super) fn is_model_sent(&self, value: &Value) -> bool {
        let is_whole = value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Request(_)) && symbol.path.is_empty());
        let mut sent = value.taint().iter().filter(|origin| origin.part.is_request()).peekable();
        self.python()
            && !self.sent.is_empty()
            && is_whole
            && matches!(value.kind(), Kind::Unknown)
            && sent.peek().is_some()
            && sent.all(|origin| origin.clean.has(Cleanings::SHAPE))
    }

    /// What Python goes through: of a dict its keys, of a question to the database what it finds.
    pub(super) fn gone_through(&mut self, value: &Value) -> Value {
        let value = self.fired(value);
        match value.kind() {
            Kind::Object(object) if self.python() => keys_of(object, &value),
            _ => value,
        }
    }
}

/// `patch.model_dump().items()`, `.keys()`
pub(super) fn entries_of_model(model: &Value, name: &Name) -> Value {
    let key = some_of(model, model.taint().cleaned(Cleanings::ALL));
    let element = if name == "items" { Value::seq(vec![key, some_of(model, model.taint().clone())]) } else { key };
    Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) })))
}

/// Something in a value of which only the origin is known.
fn some_of(whole: &Value, taint: Taint) -> Value {
    let value = Value::unknown().with_taint(taint);
    match whole.symbol() {
        Some(symbol) => value.with_symbol(symbol.member(&Name::new_static(EACH))),
        None => value,
    }
}

/// What all entries of something make is that something: `Object.fromEntries([...form])`.
pub(super) fn put_together(list: &Value) -> Option<Value> {
    let Kind::Seq(seq) = list.kind() else { return None };
    let entry = seq.rest.as_ref().filter(|_| seq.items.is_empty())?;
    let symbol = entry.symbol().filter(|symbol| symbol.path.last().is_some_and(|last| last == EACH))?;
    let whole = Symbol { root: symbol.root.clone(), path: symbol.path.iter().take(symbol.path.len() - 1).cloned().collect() };
    Some(Value::unknown().with_taint(entry.taint().clone()).with_symbol(whole))
}

/// The same list without some of its elements: they are no longer all that it was of.
pub(super) fn some_elements(list: &Value) -> Value {
    let Kind::Seq(seq) = list.kind() else { return list.clone() };
    let Some(Symbol { root, path }) = seq.rest.as_ref().and_then(Value::symbol) else { return list.clone() };
    let Some((last, before)) = path.split_last() else { return list.clone() };
    if last != EACH {
        return list.clone();
    }
    let path = before.iter().cloned().chain([Name::new_static(SOME)]).collect();
    let rest = seq.rest.clone().map(|rest| rest.with_symbol(Symbol { root: root.clone(), path }));
    list.with_kind(Kind::Seq(Arc::new(Seq { items: seq.items.clone(), rest })))
}

/// What was asked of each lets everything through but what it names: `!key.startsWith("$")`.
pub(super) fn only_leaves_out(facts: &Facts) -> bool {
    let names = |fact: &Fact| match fact {
        Fact::IsNot(..) => true,
        Fact::Tested(_, tested) => !tested.holds,
        _ => false,
    };
    let is_harmless = |fact: &Fact| names(fact) || matches!(fact, Fact::Absent(_));
    facts.iter().any(names) && facts.iter().all(is_harmless)
}

/// The names of an object as a list. `of`: the value that it is of, whose origin is that of the names that are not known.
pub(super) fn keys_of(object: &Object, of: &Value) -> Value {
    let items = object.fields.iter().take(MOST_KEYS).map(|(name, _)| Value::str(name.as_str())).collect();
    let rest = (object.rest.is_some() || object.fields.len() > MOST_KEYS || object.fields.is_empty()).then(|| Value::unknown().with_taint(of.taint().clone()));
    Value::new(Kind::Seq(Arc::new(Seq { items, rest })))
}

/// Some value of an object.
pub(super) fn any_value(object: &Object) -> Value {
    let all = object.fields.iter().map(|(_, value)| value.clone()).take(Value::MOST_ALTERNATIVES);
    all.reduce(either).unwrap_or_else(Value::unknown).without_symbol()
}

/// The step to each element of a list of which only the origin is known,
pub(super) const EACH: &str = "*";
/// and to those that something let through.
pub(super) const SOME: &str = "*some*";

/// So many names are told apart.
const MOST_KEYS: usize = 64;

/// A text, or a list of single letters.
fn is_alphabet(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(_) | Kind::Text(_) => true,
        Kind::Seq(seq) if seq.items.is_empty() => {
            seq.rest.as_ref().is_some_and(|rest| matches!(rest.kind(), Kind::Unknown) && rest.symbol().is_none() && rest.taint().is_empty())
        }
        Kind::Seq(seq) => seq.rest.is_none() && seq.items.iter().all(|item| item.as_str().is_some_and(|text| text.chars().count() == 1)),
        _ => false,
    }
}

/// `new Map([["image/png", ".png"]])`: a table, as an object of the same would be.
pub(super) fn mapped(args: &[Argument]) -> Option<Value> {
    let [Argument { value, .. }] = args else { return None };
    let Kind::Seq(pairs) = value.kind() else { return None };
    let mut object = Object::default();
    for pair in pairs.items.iter().filter(|_| pairs.rest.is_none()) {
        let Kind::Seq(pair) = pair.kind() else { return None };
        let [key, value] = pair.items.as_slice() else { return None };
        object.set(Name::from(&**key.as_str()?), value.clone());
    }
    (!object.fields.is_empty()).then(|| Value::new(Kind::Object(Arc::new(object))))
}
