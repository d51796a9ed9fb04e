//! Methods of the language itself: lists, strings, promises, functions.

use std::sync::Arc;

use super::Walker;
use super::condition::is_constant;
use super::element::{only_leaves_out, some_elements};
use super::expression::either;
use super::gate::{contains, ends_with, starts_with};
use super::statement::is_made;
use crate::facts::check::{Fact, Facts, Root};
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Argument, Kind, Library, Object, Seq, Truth, Value};
use crate::model::{BinaryOp, CallKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// A method of a value whose kind is known; `None` if it is nothing special.
    pub(super) fn builtin_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Option<Value> {
        let first = args.first().map(|arg| &arg.value);
        // `user.permissions.includes("notes:write")`: one of what the caller is.
        if let ("includes" | "has", Some(text), Some(list)) = (name.as_str(), first.and_then(Value::as_str), base.symbol())
            && list.root == Root::Principal
        {
            let (if_true, if_false) = (Facts::one(Fact::Is(list.clone(), text.clone())), Facts::one(Fact::IsNot(list.clone(), text.clone())));
            return Some(Value::unknown().with_truth(Truth { if_true, if_false }));
        }
        if let Some(told) = self.tested(base, name, args) {
            return Some(told);
        }
        // A stream that flows into another gives that one back.
        if name == "pipe"
            && let ([only], false) = (args, self.python())
            && matches!(only.value.kind(), Kind::Library(library) if library.step == "()" && !library.states.is_empty())
        {
            return Some(only.value.clone());
        }
        match base.kind() {
            // `Note.objects.none()`: no rows, and no question.
            Kind::Library(library) if self.python() && name == "none" && args.is_empty() && (library.query.is_some() || !library.states.is_empty()) => {
                Some(Value::seq(Vec::new()))
            }
            Kind::Function(closure) => match name.as_str() {
                "bind" => {
                    let mut copy = super::inline::copy(closure);
                    if let Some(this) = first {
                        copy.this.get_or_insert(this.clone());
                    }
                    copy.bound.extend(args.iter().skip(1).map(|arg| arg.value.clone()));
                    Some(Value::new(Kind::Function(Arc::new(copy))))
                }
                "call" => {
                    let rest = args.get(1..).unwrap_or_default().to_vec();
                    Some(self.apply(base, &rest, CallKind::Plain, span))
                }
                "apply" => {
                    let list = args.get(1).map(|arg| arg.value.clone());
                    let items = match list.as_ref().map(Value::kind) {
                        Some(Kind::Seq(seq)) => seq.items.clone(),
                        _ => Vec::new(),
                    };
                    Some(self.apply_plain(base, items))
                }
                _ => None,
            },
            Kind::Promise(inner) => match name.as_str() {
                "then" => {
                    let inner = self.fired(inner);
                    Some(self.then(inner, first.cloned()))
                }
                "catch" | "finally" => {
                    let inner = inner.clone();
                    Some(Value::new(Kind::Promise(inner)))
                }
                _ => None,
            },
            Kind::Library(library) if library.query.is_some() && name == "then" => {
                let rows = self.fired(base);
                Some(self.then(rows, first.cloned()))
            }
            Kind::Library(library) if library.query.as_ref().is_some_and(|query| query.lazy) && name == "catch" => Some(base.clone()),
            // What a library promises, a row: it is there, or what came of a failure is.
            Kind::Library(_) | Kind::Row(_) | Kind::Rows(_)
                if matches!(name.as_str(), "catch" | "finally") && !self.python() && first.is_some_and(|then| matches!(then.kind(), Kind::Function(_))) =>
            {
                Some(base.clone())
            }
            Kind::Library(library) if library.step == "Object" && library.package.is_empty() && library.receiver.is_none() => match first?.kind() {
                Kind::Object(object) if object.rest.is_none() && object.fields.iter().all(|(_, value)| is_made(value, 0)) => {
                    matches!(name.as_str(), "values" | "entries").then(|| elements_of(object, name))
                }
                Kind::Object(object) if object.rest.is_none() && !object.fields.is_empty() && name == "keys" => Some(super::element::keys_of(object, first?)),
                _ => keys_of_shape(first?, name),
            },
            // What a library promises is what it gives: `fetch(url).then((answer) => answer.json())`.
            Kind::Library(library) if name == "then" && library.query.is_none() && !library.states.is_empty() && library.step == "()" => {
                self.once_there(base, first?)
            }
            // `claims.get("sub")` is `claims["sub"]`, unless the library means something else by it.
            Kind::Library(library) if name == "get" && base.symbol().is_some_and(|symbol| symbol.root == Root::Principal) => {
                let catalogue = self.world.catalogue();
                let states = catalogue.call(&catalogue.member(&library.states, name));
                let key = first?.as_str().filter(|_| catalogue.at(&states).next().is_none())?;
                Some(self.member(base, &Name::from(&**key)))
            }
            Kind::Pattern(pattern) if name == "test" => Some(super::tested::tests(pattern, first?)),
            Kind::Library(library) if name == "fromhex" && matches!(library.step.as_str(), "bytes" | "bytearray") => {
                first.filter(|text| matches!(text.kind(), Kind::Str(_))).cloned()
            }
            // A model that was sent, as a dictionary: the same content.
            Kind::Instance(_)
                if self.python()
                    && matches!(name.as_str(), "model_dump" | "dict")
                    && !args.iter().any(|arg| matches!(arg.name.as_str(), "include" | "exclude"))
                    && base.taint().iter().any(|origin| origin.part.is_request()) =>
            {
                let own = self.member(base, name);
                let symbol = base.symbol().filter(|_| !matches!(own.kind(), Kind::Function(_)))?.clone();
                Some(Value::unknown().with_taint(base.taint().clone()).with_symbol(symbol))
            }
            Kind::Seq(_) | Kind::Rows(_) => self.list_method(base, name, args, span),
            Kind::Str(_) | Kind::Text(_) => self.text_method(base, name, args, span),
            Kind::Object(object) => self.object_method(base, &object.clone(), name, args),
            Kind::Row(_) if name == "then" => Some(self.then(base.clone(), first.cloned())),
            Kind::Unknown if !base.taint().is_empty() || base.symbol().is_some() => self.unknown_method(base, name, args, span),
            Kind::Library(library) if self.is_mere_content(base, library, name) => self.unknown_method(base, name, args, span),
            _ => None,
        }
    }

    /// Something from outside of which the library that brought it knows no such method: `req.query.name.trim()`.
    pub(super) fn is_mere_content(&self, base: &Value, library: &Library, name: &Name) -> bool {
        let comes_in = |part: Part| {
            part.is_request() || matches!(part, Part::Browser | Part::Page | Part::Fetched | Part::Model | Part::Local | Part::Prompt | Part::Parameter)
        };
        library.query.is_none() && base.taint().iter().any(|origin| comes_in(origin.part)) && self.world.catalogue().member(&library.states, name).is_empty()
    }

    /// What a callback makes of a value that is still to come.
    pub(super) fn once_there(&mut self, value: &Value, callback: &Value) -> Option<Value> {
        if !matches!(callback.kind(), Kind::Function(_)) {
            return None;
        }
        let (value, callback) = (value.clone(), callback.clone());
        let given = self.repeated(|walker| walker.apply_plain(&callback, vec![value]));
        self.ended = false;
        Some(Value::new(Kind::Promise(given.awaited())))
    }

    fn then(&mut self, value: Value, callback: Option<Value>) -> Value {
        match callback {
            Some(callback) => {
                let given = self.apply_plain(&callback, vec![value.awaited()]);
                Value::new(Kind::Promise(given.awaited()))
            }
            None => Value::new(Kind::Promise(value)),
        }
    }

    fn list_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Option<Value> {
        let first = args.first().map(|arg| arg.value.clone());
        Some(match name.as_str() {
            "map" | "flatMap" => {
                let element = self.element_of(base);
                let given = self.on_each(first?, element);
                Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(given) })))
            }
            "forEach" if is_of_made(base) => {
                let Kind::Seq(seq) = base.kind() else { return None };
                let function = first?;
                for item in seq.items.clone() {
                    self.on_each(function.clone(), item);
                }
                Value::null()
            }
            "forEach" => {
                let element = self.element_of(base);
                self.on_each(first?, element);
                Value::null()
            }
            // What `splice` takes out is of the list, too.
            "filter" | "slice" | "splice" | "sort" | "reverse" | "toSorted" | "toReversed" | "copy" | "values" | "all" | "scalars" | "unique" | "tolist"
            | "to_list" | "toArray" | "fetchall" | "fetchmany" | "mappings" | "tuples" => {
                if name == "filter"
                    && let Some(first) = first
                {
                    let element = self.element_of(base);
                    let given = self.on_each(first, element);
                    if !only_leaves_out(&self.truth_of(&given).if_true) {
                        return Some(some_elements(base));
                    }
                }
                base.clone()
            }
            "find" | "findLast" | "at" | "pop" | "shift" | "first" | "one" | "one_or_none" | "scalar_one" | "scalar_one_or_none" | "fetchone" | "scalar" => {
                let element = self.element_of(base);
                match first.filter(|value| matches!(value.kind(), Kind::Function(_))) {
                    Some(first) => {
                        let given = self.on_each(first, element.clone());
                        self.found_by(element.with_nullable(true), &given)
                    }
                    None => element.with_nullable(true),
                }
            }
            "some" | "every" if is_known(base) => {
                let Kind::Seq(seq) = base.kind() else { return None };
                let function = first?;
                let all: Vec<Value> = seq.items.clone().into_iter().map(|item| self.on_each(function.clone(), item)).collect();
                let (wanted, is_some) = (if name == "some" { Some(true) } else { Some(false) }, name == "some");
                let truths: Vec<Option<bool>> = all.iter().map(Value::is_truthy).collect();
                if truths.contains(&wanted) {
                    Value::bool(is_some)
                } else if truths.iter().all(|truth| *truth == wanted.map(|is| !is)) {
                    Value::bool(!is_some)
                } else {
                    let given = all.into_iter().reduce(either)?;
                    let truth = self.truth_of(&given);
                    Value::unknown().with_truth(truth)
                }
            }
            "some" | "every" => {
                let element = self.element_of(base);
                let given = self.on_each(first?, element);
                let truth = self.truth_of(&given);
                Value::unknown().with_truth(truth)
            }
            "includes" | "has" => {
                let value = first?;
                let truth = self.compare(BinaryOp::In, &value, base, span);
                truth.without_symbol()
            }
            "indexOf" | "findIndex" => {
                let value = first?;
                // `list.indexOf(x) === -1`: compared with a number, so the symbol of the element is what counts.
                Value::number().with_taint(value.taint().cleaned(Cleanings::ALL))
            }
            "join" => {
                let separator = first.unwrap_or_else(|| Value::str(","));
                self.joined(&separator, base, span)
            }
            "concat" => match first {
                Some(other) => self.concat(base, span, &other, span),
                None => base.clone(),
            },
            "reduce" => {
                let element = self.element_of(base);
                let start = args.get(1).map(|arg| arg.value.clone()).unwrap_or_else(|| element.clone());
                let first = first?;
                let given = self.repeated(|walker| walker.apply_plain(&first, vec![start.clone(), element]));
                either(start, given)
            }
            "push" | "append" | "unshift" | "add" | "extend" | "insert" => Value::number(),
            "entries" | "items" | "keys" => Value::unknown().with_taint(base.taint().clone()),
            _ => return None,
        })
    }

    /// A function called for the elements of a list: perhaps never, so nothing it establishes holds afterwards.
    pub(super) fn on_each(&mut self, function: Value, element: Value) -> Value {
        let before = self.save();
        let given = self.repeated(|walker| walker.apply_plain(&function, vec![element]));
        self.ended = false;
        let after = self.save();
        let joined = self.mix(before.clone(), after, &before.1);
        self.restore((joined.0, before.1));
        given
    }

    fn text_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Option<Value> {
        let first = args.first().map(|arg| arg.value.clone());
        if matches!(name.as_str(), "replace" | "replaceAll") && matches!(base.kind(), Kind::Text(_)) && opens_no_tag(args) {
            return Some(Value::unknown().with_taint(base.taint().cleaned(Cleanings::HTML)));
        }
        if matches!(name.as_str(), "replace" | "replaceAll")
            && let Some(text) = self.replaced(base, args, span)
        {
            return Some(text);
        }
        Some(match (name.as_str(), base.kind()) {
            ("encode" | "decode", Kind::Str(_)) if self.python() => base.clone(),
            ("format", Kind::Str(pattern)) if self.python() => self.format(&pattern.clone(), args, span),
            ("join", _) if self.python() => self.joined(base, &first?, span),
            ("concat", _) => args.iter().fold(base.clone(), |text, other| self.concat(&text, span, &other.value, other.site.span)),
            ("charCodeAt" | "codePointAt" | "localeCompare" | "lastIndexOf", _) => Value::number(),
            (
                "toUpperCase" | "toLowerCase" | "trim" | "upper" | "lower" | "strip" | "trimEnd" | "trimStart" | "toString" | "encode" | "decode" | "replace"
                | "replaceAll" | "rstrip" | "lstrip" | "title" | "capitalize" | "normalize" | "padStart",
                Kind::Text(_),
            ) => base.with_taint(args.iter().fold(base.taint().clone(), |taint, arg| taint.join(arg.value.taint()))),
            ("toUpperCase" | "upper", Kind::Str(text)) => Value::str(text.to_uppercase()),
            ("toLowerCase" | "lower", Kind::Str(text)) => Value::str(text.to_lowercase()),
            ("trim" | "strip" | "toString", Kind::Str(_)) => base.clone(),
            ("match", Kind::Str(text)) if matches!(first.as_ref().map(Value::kind), Some(Kind::Pattern(_))) && base.taint().is_empty() => {
                let Some(Kind::Pattern(pattern)) = first.as_ref().map(Value::kind) else { return None };
                match super::pattern::read(pattern) {
                    Some(pattern) if !pattern.is_match(text) => Value::null(),
                    Some(_) => Value::unknown().present(),
                    None => Value::unknown(),
                }
            }
            ("split" | "splitlines" | "match" | "matchAll", _) => {
                Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(Value::unknown().with_taint(base.taint().clone())) })))
            }
            ("includes" | "startsWith" | "endsWith" | "startswith" | "endswith", _) if args.len() == 1 => {
                known_of_text(base, name, &first?).map_or_else(Value::unknown, Value::bool)
            }
            ("includes" | "startsWith" | "endsWith" | "startswith" | "endswith" | "test" | "search" | "indexOf" | "find", _) => Value::unknown(),
            ("repeat", Kind::Str(_)) => base.clone(),
            _ => Value::unknown().with_taint(args.iter().fold(base.taint().clone(), |taint, arg| taint.join(arg.value.taint()))),
        })
    }
}

/// The values of an object one by one, with their names if that is what is asked for.
pub(super) fn elements_of(object: &Object, asked: &str) -> Value {
    let one = |(name, value): &(Name, Value)| match asked {
        "values" => value.clone(),
        _ => Value::seq(vec![Value::str(name.as_str()), value.clone()]),
    };
    Value::seq(object.fields.iter().take(64).map(one).collect())
}

/// A list of routers, or of other things that were each made at a place of their own.
fn is_of_made(list: &Value) -> bool {
    matches!(list.kind(), Kind::Seq(seq) if seq.rest.is_none() && (1..=64).contains(&seq.items.len()) && seq.items.iter().all(|item| is_made(item, 0)))
}

/// A list of texts, all of which are known.
fn is_known(list: &Value) -> bool {
    matches!(list.kind(), Kind::Seq(seq) if seq.rest.is_none() && (1..64).contains(&seq.items.len()) && seq.items.iter().all(is_constant))
}

/// What a text begins with, ends with or contains, where that is certain. Python takes several at once.
fn known_of_text(text: &Value, method: &str, other: &Value) -> Option<bool> {
    if let Kind::Seq(seq) = other.kind() {
        let mut all = Some(false);
        for item in &seq.items {
            match known_of_text(text, method, item) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => all = None,
            }
        }
        return all.filter(|_| seq.rest.is_none());
    }
    let other = other.as_str()?;
    match method {
        "startsWith" | "startswith" => starts_with(text, other),
        "endsWith" | "endswith" => ends_with(text, other),
        _ => contains(text, other),
    }
}

/// `.replace(/</g, "&lt;")`: what begins a tag is put into other signs.
pub(super) fn opens_no_tag(args: &[Argument]) -> bool {
    let taken = args.first().is_some_and(|arg| match arg.value.kind() {
        Kind::Pattern(pattern) => pattern.contains('<') || pattern.contains("[^"),
        Kind::Str(text) => text.contains('<'),
        _ => false,
    });
    let put = args.get(1).and_then(|arg| arg.value.as_str()).is_some_and(|text| text.contains('<'));
    taken && !put && args.len() >= 2
}

/// `Object.entries(data)` of what a schema let through: its keys are the schema's own.
fn keys_of_shape(value: &Value, name: &Name) -> Option<Value> {
    let mut sent = value.taint().iter().filter(|origin| origin.part.is_request()).peekable();
    sent.peek()?;
    if !sent.all(|origin| origin.clean.has(Cleanings::SHAPE)) {
        return None;
    }
    let key = Value::unknown().with_taint(value.taint().cleaned(Cleanings::ALL));
    let element = match name.as_str() {
        "keys" => key,
        "entries" => Value::seq(vec![key, Value::unknown().with_taint(value.taint().clone())]),
        _ => return None,
    };
    Some(Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) }))))
}
