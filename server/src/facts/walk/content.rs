//! Methods of objects and of values of which only the origin is known, and what a method leaves behind in what it was called on.

use std::sync::Arc;

use super::Walker;
use super::builtin::{elements_of, opens_no_tag};
use super::expression::either;
use super::statement::is_made;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Fact, Facts};
use crate::facts::taint::Cleanings;
use crate::facts::value::{Argument, Kind, Library, Object, Seq, Truth, Value};
use crate::model::{BinaryOp, ExprId, ExprKind};
use crate::text::{Name, Span};

/// Under what a cursor keeps the rows that it was asked for.
const ANSWER: &str = "*answer*";

impl Walker<'_> {
    pub(super) fn object_method(&mut self, base: &Value, object: &Object, name: &Name, args: &[Argument]) -> Option<Value> {
        if object.get(name).0.is_some() {
            return None;
        }
        let first = args.first().map(|arg| arg.value.clone());
        match name.as_str() {
            "pop" | "setdefault" if !self.python() || args.is_empty() => None,
            "get" | "pop" | "setdefault" => {
                let key = first?;
                // What is in a dict is there, and the default is for what is not.
                if self.python()
                    && let Some(name) = key.as_str()
                {
                    match object.get(&Name::from(&**name)) {
                        (Some(own), false) => return Some(own.clone()),
                        (None, false) if object.rest.is_none() && base.symbol().is_none() && base.taint().is_empty() => {
                            return Some(args.get(1).map_or_else(Value::null, |default| default.value.clone()));
                        }
                        _ => {}
                    }
                }
                let mut value = self.index(base, &key);
                // `{...}.get(key, default)`: a table of constants and a constant default.
                if let Some(default) = args.get(1) {
                    value = either(value, default.value.clone());
                }
                Some(value)
            }
            "has" | "hasOwnProperty" | "__contains__" => {
                let symbol = first?.symbol().cloned()?;
                Some(Value::unknown().with_truth(Truth { if_true: Facts::one(Fact::Among(symbol)), if_false: Facts::none() }))
            }
            "keys" => Some(super::element::keys_of(object, base)),
            "values" | "items" | "entries"
                if object.rest.is_none() && !object.fields.is_empty() && (self.python() || object.fields.iter().all(|(_, value)| is_made(value, 0))) =>
            {
                Some(elements_of(object, name))
            }
            "values" | "items" | "entries" => {
                let element = super::element::any_value(object);
                Some(Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) }))))
            }
            "dict" | "model_dump" | "copy" | "toJSON" | "update" => Some(base.clone()),
            _ => None,
        }
    }

    /// Methods that keep content, on values of which only the content's origin is known.
    pub(super) fn unknown_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Option<Value> {
        match name.as_str() {
            "map" | "forEach" | "filter" | "find" | "some" | "every" | "flatMap" | "reduce" => {
                let function = args.first().map(|arg| arg.value.clone()).filter(|value| matches!(value.kind(), Kind::Function(_)))?;
                let element = self.element_of(base);
                let given = self.on_each(function, element.clone());
                Some(match name.as_str() {
                    "map" | "flatMap" => Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(given) }))),
                    "filter" => base.clone(),
                    "find" => self.found_by(element, &given),
                    _ => given,
                })
            }
            "includes" | "has" if args.len() == 1 => {
                let value = args[0].value.clone();
                if value.symbol().is_none() {
                    return Some(Value::unknown());
                }
                Some(self.compare(BinaryOp::In, &value, base, span))
            }
            "startsWith" | "endsWith" | "startswith" | "endswith" | "test" | "isdigit" | "isalnum" | "isnumeric" => Some(Value::unknown()),
            "equals" | "equal" | "is" if args.len() == 1 => Some(self.compare(BinaryOp::Eq, base, &args[0].value.clone(), span)),
            // Only text has these: an object in its place ends the request.
            "toString" | "toHexString" | "trim" | "strip" | "hex" if args.is_empty() => Some(base.with_taint(base.taint().cleaned(Cleanings::NOSQL))),
            "toLowerCase" | "toUpperCase" | "normalize" | "lower" | "upper" | "trimEnd" | "trimStart" | "casefold" => {
                Some(base.with_taint(base.taint().cleaned(Cleanings::NOSQL)).without_symbol())
            }
            "valueOf" | "str" if args.is_empty() => Some(base.clone()),
            // Whoever goes through a form goes through its entries.
            "entries" if args.is_empty() && !self.python() && base.taint().iter().any(|origin| origin.part.is_request()) => Some(base.clone()),
            "get" => {
                let key = args.first()?.value.clone();
                let value = self.index(base, &key);
                Some(value)
            }
            "model_dump" | "dict" | "copy" | "toObject" | "toJSON" => Some(base.clone()),
            "keys" | "items" if args.is_empty() && self.is_model_sent(base) => Some(super::element::entries_of_model(base, name)),
            "replace" | "replaceAll" if super::tested::keeps_only_plain(args) => Some(Value::unknown().with_taint(base.taint().cleaned(Cleanings::ALL))),
            "then" => self.once_there(base, &args.first()?.value),
            "catch" | "finally" => Some(base.clone()),
            "replace" | "replaceAll" | "sub" if opens_no_tag(args) => Some(base.with_taint(base.taint().cleaned(Cleanings::HTML)).without_symbol()),
            "replace" | "replaceAll" => self.replaced(base, args, span),
            // The bytes of something that was sent are a file.
            "arrayBuffer" | "stream" | "bytes" if args.is_empty() => Some(base.with_taint(base.taint().as_file())),
            _ => None,
        }
    }

    /// A method of a library that keeps its last argument under the others: `config.set("section", "key", value)`.
    fn is_put_by(&self, library: &Library, name: &Name) -> bool {
        let states = self.catalogue().call(&self.catalogue().member(&library.states, name));
        self.catalogue().at(&states).any(|entry| matches!(entry, Entry::Pass(pass) if pass.puts))
    }

    /// `cursor.execute(statement)`, without looking at what it gives: the cursor has the rows from then on.
    pub(super) fn answer_kept(&mut self, place: ExprId, base: &Value, name: &Name, answer: &Value) {
        let Kind::Library(library) = base.kind() else { return };
        let is_variable = matches!(self.frame().segment[place].kind, ExprKind::Name(_));
        if !self.python() || !is_variable || name != "execute" || library.query.is_some() {
            return;
        }
        let mut library = (**library).clone();
        library.set.retain(|(known, _)| known != ANSWER);
        if matches!(answer.awaited().kind(), Kind::Rows(_) | Kind::Row(_)) {
            library.set.push((Name::new_static(ANSWER), answer.awaited()));
        }
        self.store(place, base.with_kind(Kind::Library(Arc::new(library))), 0);
    }

    /// What the cursor was asked for last.
    pub(super) fn kept_answer(&self, base: &Value, name: &Name) -> Option<Value> {
        let Kind::Library(library) = base.kind() else { return None };
        if !self.python() || !matches!(name.as_str(), "fetchall" | "fetchmany" | "fetchone" | "fetchval") {
            return None;
        }
        library.set.iter().find(|(known, _)| known == ANSWER).map(|(_, answer)| answer.clone())
    }

    /// Methods that change what they are called on: the variable holds something else afterwards.
    pub(super) fn stored_back(&mut self, place: ExprId, base: &Value, name: &Name, args: &[Argument]) {
        if let Some(changed) = self.changed_by(base, name, args) {
            self.store(place, changed, 0);
        }
    }

    /// What a value is after a method that changes it; `None` where it is what it was.
    fn changed_by(&mut self, base: &Value, name: &Name, args: &[Argument]) -> Option<Value> {
        Some(match (name.as_str(), base.kind()) {
            // Each of the values that it may be, after a branch.
            (_, Kind::Union(_)) => {
                let mut is_changed = false;
                let all = base.map(|one| {
                    let changed = self.changed_by(one, name, args);
                    is_changed |= changed.is_some();
                    changed.unwrap_or_else(|| one.clone())
                });
                return is_changed.then_some(all);
            }
            (_, Kind::Library(library)) if self.is_put_by(library, name) => {
                let (value, words) = args.split_last()?;
                let key = super::library::key_of(words)?;
                let mut library = (**library).clone();
                library.set.retain(|(known, _)| *known != key);
                library.set.push((key, value.value.clone()));
                base.with_kind(Kind::Library(Arc::new(library)))
            }
            ("push" | "append" | "unshift" | "add", Kind::Seq(seq)) => {
                let mut seq = (**seq).clone();
                for arg in args {
                    if seq.items.len() < 64 {
                        seq.items.push(arg.value.clone());
                    }
                }
                Value::new(Kind::Seq(Arc::new(seq)))
            }
            ("extend", Kind::Seq(seq)) => {
                let mut seq = (**seq).clone();
                match args.first().map(|arg| arg.value.kind()) {
                    Some(Kind::Seq(more)) => {
                        seq.items.extend(more.items.iter().cloned());
                        seq.rest = seq.rest.or_else(|| more.rest.clone());
                    }
                    _ => seq.rest = Some(Value::unknown()),
                }
                Value::new(Kind::Seq(Arc::new(seq)))
            }
            // Which one goes can be told where nothing is done again and again.
            ("pop", Kind::Seq(seq)) if self.python() && seq.rest.is_none() && self.is_straight() => {
                let mut seq = (**seq).clone();
                match args.first().map(|arg| arg.value.kind()) {
                    None => drop(seq.items.pop()),
                    Some(Kind::Number(at)) => match at.parse::<usize>() {
                        Ok(at) if at < seq.items.len() => drop(seq.items.remove(at)),
                        _ => return None,
                    },
                    Some(_) => return None,
                }
                Value::new(Kind::Seq(Arc::new(seq)))
            }
            ("pop" | "popitem" | "clear", Kind::Object(object)) if self.python() => {
                let mut object: Object = (**object).clone();
                match args.first().and_then(|arg| arg.value.as_str()) {
                    Some(key) => object.fields.retain(|(name, _)| **name != **key),
                    None => object.fields.clear(),
                }
                object.spread_at = object.spread_at.min(object.fields.len());
                base.with_kind(Kind::Object(Arc::new(object)))
            }
            ("update", Kind::Object(object)) => {
                let mut object: Object = (**object).clone();
                for arg in args {
                    if arg.name.is_empty() {
                        self.spread_into(&mut object, &arg.value);
                    } else {
                        object.set(arg.name.clone(), arg.value.clone());
                    }
                }
                base.with_kind(Kind::Object(Arc::new(object)))
            }
            _ => return None,
        })
    }
}
