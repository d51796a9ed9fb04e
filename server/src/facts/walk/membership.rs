//! Is one thing among others? `a in b`, `list.includes(a)`.

use std::sync::Arc;

use super::Walker;
use super::condition::is_constant;
use super::gate::cannot_be;
use crate::facts::check::{Fact, Facts, Test};
use crate::facts::query::{Filter, Term, TermOp};
use crate::facts::value::{Argument, Kind, Truth, Value};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// Is one thing in another, where that is certain? `request.method in SAFE_METHODS`, of a route that answers one method.
    pub(super) fn is_among(&self, a: &Value, b: &Value) -> Option<bool> {
        if let Some(known) = has_key(a, b) {
            return Some(known);
        }
        let (Some(symbol), Kind::Seq(seq)) = (a.symbol(), b.kind()) else { return None };
        if seq.rest.is_some() || seq.items.is_empty() || seq.items.len() > MOST_KNOWN {
            return None;
        }
        let all: Vec<Option<bool>> = seq.items.iter().map(|item| self.decided(symbol, item.as_str()?)).collect();
        match () {
            () if all.contains(&Some(true)) => Some(true),
            () if all.iter().all(|one| *one == Some(false)) => Some(false),
            () => None,
        }
    }

    pub(super) fn membership(&mut self, a: &Value, b: &Value) -> Truth {
        let mut truth = self.membership_of(a, b);
        // One of a list that is the program's own, wherever that is from.
        if let Some(symbol) = a.symbol().filter(|_| !a.taint().is_empty() && b.taint().iter().all(|origin| !origin.part.is_request())) {
            truth.if_true.add(Fact::Fit(symbol.clone()));
        }
        // `".." in name`
        if let Some(text) = a.as_str() {
            // Of several that it may be, what was found out holds of the one that it is.
            for one in
                b.alternatives().into_iter().filter(|one| matches!(one.kind(), Kind::Unknown | Kind::Library(_) | Kind::Text(_)) && !one.taint().is_empty())
            {
                let Some(symbol) = one.symbol() else { continue };
                let told = super::tested::told(symbol, Test::Holds, Some(text.clone()));
                truth.if_true.add_all(&told.if_true);
                truth.if_false.add_all(&told.if_false);
            }
        }
        truth
    }

    fn membership_of(&mut self, a: &Value, b: &Value) -> Truth {
        // `"user_id" in session`: there is something under that name.
        if let (Some(key), Kind::Library(_) | Kind::Unknown, true) = (a.as_str(), b.kind(), a.symbol().is_none()) {
            let member = self.member(b, &Name::from(&**key));
            return match member.symbol() {
                Some(symbol) => Truth { if_true: Facts::one(Fact::Present(symbol.clone())), if_false: Facts::one(Fact::Absent(symbol.clone())) },
                None => Truth::default(),
            };
        }
        if let (Some(_), Kind::Union(_)) = (a.as_str(), b.kind()) {
            return self.asked_of_each(b, |one| has_key(a, one)).0;
        }
        if let (None, Kind::Union(alternatives)) = (a.symbol(), a.kind()) {
            let mut truth = Truth::default();
            for alternative in alternatives.iter().filter(|alternative| alternative.value.symbol().is_some()) {
                truth.if_true.add_all(&self.membership_of(&alternative.value, b).if_true);
            }
            return truth;
        }
        let Some(symbol) = a.symbol() else { return Truth::default() };
        match b.kind() {
            Kind::Seq(seq) if seq.rest.is_none() && seq.items.iter().all(is_constant) => {
                let mut facts = Facts::one(Fact::Among(symbol.clone()));
                if let [only] = seq.items.as_slice()
                    && let Some(text) = only.as_str()
                {
                    facts.add(Fact::Is(symbol.clone(), text.clone()));
                } else if seq.items.len() <= MOST_NAMED && seq.items.iter().all(|item| item.as_str().is_some()) {
                    let texts = seq.items.iter().filter_map(Value::as_str);
                    facts.add(Fact::Any(texts.map(|text| Facts::one(Fact::Is(symbol.clone(), text.clone()))).collect()));
                }
                Truth { if_true: facts, if_false: Facts::none() }
            }
            Kind::Union(lists) if lists.iter().all(|list| is_fixed_list(&list.value)) => {
                Truth { if_true: Facts::one(Fact::Among(symbol.clone())), if_false: Facts::none() }
            }
            Kind::Object(object) if object.rest.is_none() => Truth { if_true: Facts::one(Fact::Among(symbol.clone())), if_false: Facts::none() },
            Kind::Seq(seq) => {
                let mut truth = Truth::default();
                for item in seq.items.iter().chain(&seq.rest) {
                    if let Some(item) = item.symbol() {
                        truth.if_true.add(Fact::Contains(item.clone(), symbol.clone()));
                    }
                }
                truth
            }
            _ => match b.symbol() {
                Some(list) => Truth { if_true: Facts::one(Fact::Contains(list.clone(), symbol.clone())), if_false: Facts::none() },
                None => Truth::default(),
            },
        }
    }
}

impl Walker<'_> {
    /// `Note.id.in_(ids)`, `Note.title.ilike(f"%{q}%")`: a term of a query, as a comparison of the column is.
    pub(super) fn column_asked(&mut self, column: &Name, method: &Name, args: &[Argument], span: Span) -> Value {
        let (Some(op), Some(arg)) = (column_method(method), args.first()) else { return Value::unknown() };
        let term = Term { path: vec![column.clone()], op, value: arg.value.clone(), site: Some(self.site(span)) };
        Value::new(Kind::Filter(Arc::new(Filter::Term(term))))
    }
}

/// How a method of a column compares it.
pub(super) fn column_method(name: &str) -> Option<TermOp> {
    match name {
        "in_" => Some(TermOp::In),
        "is_" => Some(TermOp::Eq),
        "like" | "ilike" | "contains" | "icontains" | "startswith" | "istartswith" | "endswith" | "regexp_match" => Some(TermOp::Like),
        "is_not" | "isnot" | "not_in" | "notin_" | "between" | "not_like" | "not_ilike" => Some(TermOp::Other),
        _ => None,
    }
}

fn is_fixed_list(list: &Value) -> bool {
    matches!(list.kind(), Kind::Seq(seq) if seq.rest.is_none() && seq.items.iter().all(is_constant))
}

/// Of shorter lists it is kept which texts they hold.
const MOST_NAMED: usize = 8;

/// Longer lists are not kept whole.
const MOST_KNOWN: usize = 64;

/// `"pk" in kwargs`, where all keys are known.
fn has_key(key: &Value, of: &Value) -> Option<bool> {
    match (key.as_str(), of.kind()) {
        (Some(key), Kind::Object(object)) if object.rest.is_none() => Some(object.get(key).0.is_some()),
        (text, Kind::Seq(seq)) if seq.rest.is_none() && seq.items.len() < MOST_KNOWN && seq.items.iter().all(|item| item.as_str().is_some()) => match text {
            Some(text) => Some(seq.items.iter().any(|item| item.as_str() == Some(text))),
            None => seq.items.iter().all(|item| item.as_str().is_some_and(|item| cannot_be(key, item))).then_some(false),
        },
        _ => None,
    }
}
