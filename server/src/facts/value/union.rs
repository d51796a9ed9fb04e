//! One of several values: how unions are made, mapped and compared.

use std::sync::Arc;

use smallvec::SmallVec;

use super::shape::{Library, Object};
use super::{Kind, Value};
use crate::facts::check::Facts;
use crate::facts::taint::Taint;
use crate::text::Name;

/// One of several values, and what holds if it is the one.
#[derive(Clone, Hash, Debug)]
pub struct Alternative {
    pub value: Value,
    pub facts: Facts,
}

impl Value {
    /// Itself, or for a union each of its values.
    pub fn alternatives(&self) -> SmallVec<[Value; 2]> {
        match self.kind() {
            Kind::Union(alternatives) => alternatives.iter().map(|alternative| alternative.value.clone()).collect(),
            _ => smallvec::smallvec![self.clone()],
        }
    }

    /// Awaited: the value in a promise, through unions.
    pub fn awaited(&self) -> Value {
        match self.kind() {
            Kind::Promise(value) => value.clone(),
            Kind::Union(_) => self.map(Value::awaited),
            // An object that may be a promise is there; what it promises may not be.
            Kind::Unknown | Kind::Library(_) if self.truth().is_some_and(|truth| truth.if_false.is_impossible()) => self.without_truth(),
            _ => self.clone(),
        }
    }

    /// The same for each alternative of a union, which keep their facts.
    pub fn map(&self, mut each: impl FnMut(&Value) -> Value) -> Value {
        match self.kind() {
            Kind::Union(alternatives) => {
                let alternatives = alternatives.iter().map(|a| Alternative { value: each(&a.value), facts: a.facts.clone() });
                Value::union(alternatives.collect())
            }
            _ => each(self),
        }
    }

    /// One of several, flattened; at most [`Value::MOST_ALTERNATIVES`], beyond which only the taint is remembered.
    pub fn union(alternatives: Vec<Alternative>) -> Value {
        let mut flat: Vec<Alternative> = Vec::new();
        let mut taint = Taint::none();
        let mut nullable = false;
        for alternative in alternatives {
            taint = taint.join(alternative.value.taint());
            nullable |= alternative.value.nullable();
            let parts = match alternative.value.kind() {
                Kind::Union(inner) => inner.iter().map(|a| Alternative { value: a.value.clone(), facts: a.facts.and(&alternative.facts) }).collect(),
                _ => vec![alternative],
            };
            for part in parts {
                if part.facts.is_impossible() {
                    continue;
                }
                match flat.iter_mut().find(|known| known.value.is_same(&part.value) || known.value.equals(&part.value)) {
                    Some(known) => known.facts = known.facts.or(&part.facts),
                    None => flat.push(part),
                }
            }
        }
        if flat.len() == 1 {
            return flat.remove(0).value;
        }
        if flat.len() > Self::MOST_ALTERNATIVES
            && let Some(one) = as_one(&flat)
        {
            return one.with_taint(taint).with_nullable(nullable);
        }
        if flat.is_empty() || flat.len() > Self::MOST_ALTERNATIVES {
            return Value::unknown().with_taint(taint).with_nullable(nullable);
        }
        let symbol = flat.first().and_then(|first| first.value.symbol().cloned()).filter(|s| flat.iter().all(|a| a.value.symbol() == Some(s)));
        let mut value = Value::new(Kind::Union(flat.into())).with_taint(taint).with_nullable(nullable);
        if let Some(symbol) = symbol {
            value = value.with_symbol(symbol);
        }
        value
    }

    pub const MOST_ALTERNATIVES: usize = 8;

    /// Equal constants and equal identities.
    pub fn equals(&self, other: &Value) -> bool {
        if self.0.taint != other.0.taint || self.0.symbol != other.0.symbol || self.0.truth.is_some() || other.0.truth.is_some() {
            return false;
        }
        match (self.kind(), other.kind()) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Unknown, Kind::Unknown) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::Str(a), Kind::Str(b)) => a == b,
            (Kind::Row(a), Kind::Row(b)) | (Kind::Rows(a), Kind::Rows(b)) => a == b,
            (Kind::Library(a), Kind::Library(b)) => Arc::ptr_eq(a, b) || a.is_plain_twin(b) || self.is_same(other),
            (Kind::Function(a), Kind::Function(b)) => Arc::ptr_eq(a, b) || self.is_same(other),
            (Kind::Class(a), Kind::Class(b)) => Arc::ptr_eq(a, b) || self.is_same(other),
            (Kind::Object(a), Kind::Object(b)) => Arc::ptr_eq(a, b) || self.is_same(other),
            _ => false,
        }
    }
}

/// Too many states of one thing, each of them with other members put on it: the thing, with whatever each member may be.
fn as_one(states: &[Alternative]) -> Option<Value> {
    let first = &states.first()?.value;
    let symbol = first.symbol().filter(|symbol| states.iter().all(|state| state.value.symbol() == Some(symbol)));
    let merged = match first.kind() {
        Kind::Library(library) => {
            let each: Option<Vec<&Library>> = states.iter().map(|state| state.value.as_library().map(|library| &**library)).collect();
            let each =
                each.filter(|each| each.iter().all(|other| other.step == library.step && other.package == library.package && other.states == library.states))?;
            let set = members(each.iter().map(|library| library.set.as_slice())).into_iter().map(|(name, value, _)| (name, value)).collect();
            Kind::Library(Arc::new(Library { set, ..(**library).clone() }))
        }
        Kind::Object(_) => {
            let each: Option<Vec<&Object>> =
                states.iter().map(|state| if let Kind::Object(object) = state.value.kind() { Some(&**object) } else { None }).collect();
            let each = each?;
            let fields = members(each.iter().map(|object| object.fields.as_slice()));
            // What only some of them have may be there or not, as all that is in a rest.
            let is_whole = each.iter().all(|object| object.rest.is_none()) && fields.iter().all(|(.., in_all)| *in_all);
            let fields = fields.into_iter().filter(|(.., in_all)| *in_all).map(|(name, value, _)| (name, value)).collect();
            Kind::Object(Arc::new(Object { fields, rest: (!is_whole).then(Value::unknown), spread_at: 0 }))
        }
        _ => return None,
    };
    let value = Value::new(merged);
    Some(match symbol {
        Some(symbol) => value.with_symbol(symbol.clone()),
        None => value,
    })
}

/// Each name, what it may be, and whether all of them have it.
fn members<'v>(states: impl Iterator<Item = &'v [(Name, Value)]> + Clone) -> Vec<(Name, Value, bool)> {
    let mut out: Vec<(Name, Vec<Alternative>, usize)> = Vec::new();
    let count = states.clone().count();
    for (name, value) in states.flatten() {
        let alternative = Alternative { value: value.clone(), facts: Facts::none() };
        match out.iter_mut().find(|(known, ..)| known == name) {
            Some((_, all, times)) => {
                all.push(alternative);
                *times += 1;
            }
            None => out.push((name.clone(), vec![alternative], 1)),
        }
    }
    out.into_iter().map(|(name, all, times)| (name, Value::union(all), times == count)).collect()
}
