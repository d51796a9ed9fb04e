//! What a schema of zod promises of a value: numbers are numbers, one of a list is one of that list, keys that are not
//! named are gone. What a schema does in code of its own is believed where it checks, and not where it changes.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Argument, Kind, Object, Seq, Value};
use crate::text::Name;

/// Schemas nest so deep.
const MOST_DEPTH: u32 = 12;

impl Walker<'_> {
    /// A value after `schema.parse(value)`, given `schema.parse`.
    pub(super) fn parsed_by(&mut self, parse: &Value, value: Value) -> Value {
        match parse.as_library().and_then(|library| library.receiver.clone()) {
            Some(schema) => self.as_said(&schema, value),
            None => value,
        }
    }

    /// The input of a handler after all schemas that stand before it: each lets through what it names.
    pub(super) fn let_through_all(&mut self, schemas: &[Value], input: Value) -> Value {
        let each: Vec<Value> = schemas.iter().map(|schema| self.let_through(schema, input.clone())).collect();
        let together = |before: Value, after: Value| match (before.kind(), after.kind()) {
            (Kind::Object(before), Kind::Object(after)) => over(&input, before, after),
            (Kind::Object(_), _) => before,
            _ => after,
        };
        each.into_iter().reduce(together).unwrap_or(input)
    }

    /// The input of a handler after a schema that stands before it. One that cannot be looked into is believed.
    fn let_through(&mut self, schema: &Value, input: Value) -> Value {
        let through = self.as_said(schema, input);
        let is_said = || takes_unknown(schema) || matches!(innermost(schema).as_str(), "string" | "any" | "unknown" | "record");
        if matches!(through.kind(), Kind::Object(_)) || is_said() { through } else { through.with_taint(through.taint().cleaned(Cleanings::SHAPE)) }
    }

    fn as_said(&mut self, schema: &Value, value: Value) -> Value {
        let value = if takes_unknown(schema) { value.with_taint(value.taint().unshaped()) } else { value };
        self.shaped(schema, value, 0)
    }

    fn shaped(&mut self, schema: &Value, value: Value, depth: u32) -> Value {
        let Some((name, base, args)) = called(schema).filter(|_| depth < MOST_DEPTH) else { return value };
        let first = args.first().map(|arg| arg.value.clone());
        match name.as_str() {
            "number" | "int" | "int32" | "uint32" | "float32" | "float64" | "bigint" | "int64" => with_kind_of(Value::number(), &value),
            "boolean" | "stringbool" | "date" | "enum" | "nativeEnum" | "literal" | "uuid" | "uuidv4" | "guid" | "cuid" | "cuid2" | "ulid" | "nanoid"
            | "datetime" | "ip" | "ipv4" | "ipv6" | "regex" => with_kind_of(Value::unknown(), &value),
            "refine" | "superRefine" | "check" => {
                let inner = self.shaped(&base, value, depth + 1);
                if matches!(inner.kind(), Kind::Object(_) | Kind::Seq(_)) { inner } else { with_kind_of(inner.clone(), &inner) }
            }
            "transform" => {
                let inner = self.shaped(&base, value.clone(), depth + 1);
                if matches!(inner.kind(), Kind::Object(_) | Kind::Seq(_)) { value } else { Value::unknown().with_taint(inner.taint().clone()) }
            }
            "object" | "strictObject" => match first.as_ref().map(Value::kind) {
                Some(Kind::Object(fields)) => self.fields(fields, Object::default(), &value, depth),
                _ => value,
            },
            "intersection" => {
                let [left, right] = [0, 1].map(|at| args.get(at).map(|arg| self.shaped(&arg.value, value.clone(), depth + 1)));
                match (left.as_ref().map(Value::kind), right.as_ref().map(Value::kind)) {
                    (Some(Kind::Object(left)), Some(Kind::Object(right))) => over(&value, left, right),
                    _ => value,
                }
            }
            "extend" | "safeExtend" | "merge" | "and" => {
                let shape = self.shaped(&base, value.clone(), depth + 1);
                let Kind::Object(before) = shape.kind() else { return value };
                let added = first.unwrap_or_else(Value::unknown);
                match (name.as_str(), added.kind()) {
                    ("extend" | "safeExtend", Kind::Object(fields)) => self.fields(fields, (**before).clone(), &value, depth),
                    ("merge" | "and", _) => match self.shaped(&added, value.clone(), depth + 1).kind() {
                        Kind::Object(more) => over(&value, before, more),
                        _ => value,
                    },
                    _ => value,
                }
            }
            "array" | "set" => {
                let item = first.unwrap_or(base);
                let element = self.element_of(&value);
                let element = self.shaped(&item, element, depth + 1);
                value.with_kind(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) })))
            }
            "union" | "discriminatedUnion" => {
                let arms = args.iter().find_map(|arg| if let Kind::Seq(seq) = arg.value.kind() { Some(seq.items.clone()) } else { None });
                let shapes: Vec<Value> = arms.unwrap_or_default().iter().map(|arm| self.shaped(arm, value.clone(), depth + 1)).collect();
                shapes.into_iter().reduce(|a, b| one_shape(a, b, 0)).unwrap_or(value)
            }
            // Whatever was sent, with whatever keys.
            "any" | "unknown" | "record" => value.with_taint(value.taint().unshaped()),
            "string" | "map" | "custom" | "lazy" | "preprocess" | "pipe" | "or" | "passthrough" | "loose" | "looseObject" | "catchall" => value,
            "length" | "min" if first.as_ref().is_some_and(is_beyond_guessing) => {
                let text = self.shaped(&base, value, depth + 1);
                text.with_taint(text.taint().cleaned(Cleanings::LONG))
            }
            // `.optional()`, `.min(1)`, `.strict()`: still what it was.
            _ => self.shaped(&base, value, depth + 1),
        }
    }

    fn fields(&mut self, shapes: &Object, mut object: Object, value: &Value, depth: u32) -> Value {
        if shapes.rest.is_some() {
            object.spread(value.clone());
        }
        for (name, schema) in &shapes.fields {
            let field = self.member(value, name);
            let field = self.shaped(schema, field, depth + 1);
            object.set(name.clone(), field);
        }
        value.with_kind(Kind::Object(Arc::new(object)))
    }
}

/// What two schemas say of one value together.
fn over(value: &Value, before: &Object, more: &Object) -> Value {
    let mut all = before.clone();
    more.fields.iter().for_each(|(name, field)| all.set(name.clone(), field.clone()));
    value.with_kind(Kind::Object(Arc::new(all)))
}

/// What one of two schemas says of a value, field by field: there may be more of them than alternatives of a value.
fn one_shape(a: Value, b: Value, depth: u32) -> Value {
    let (Kind::Object(left), Kind::Object(right)) = (a.kind(), b.kind()) else { return either(a, b) };
    if depth > MOST_DEPTH || left.rest.is_some() || right.rest.is_some() {
        return either(a, b);
    }
    let mut object = Object::default();
    let names = left.fields.iter().chain(right.fields.iter().filter(|(name, _)| left.get(name).0.is_none())).map(|(name, _)| name);
    for name in names {
        let [x, y] = [left, right].map(|object| object.get(name).0.cloned().unwrap_or_else(Value::null));
        object.set(name.clone(), if x.is_same(&y) { x } else { one_shape(x, y, depth + 1) });
    }
    a.with_kind(Kind::Object(Arc::new(object))).with_taint(a.taint().join(b.taint()))
}

/// Does the schema keep keys that it does not name: `z.object({ .. }).passthrough()`, `z.looseObject({ .. })`?
fn takes_unknown(schema: &Value) -> bool {
    let mut at = schema.clone();
    for _ in 0..MOST_DEPTH {
        let Some((name, base, _)) = called(&at) else { return false };
        match name.as_str() {
            "passthrough" | "loose" | "looseObject" | "catchall" => return true,
            "strict" | "strip" | "strictObject" | "object" | "transform" | "pipe" | "pick" => return false,
            _ => at = base,
        }
    }
    false
}

/// What the schema was before all that was said of it: `z.string().min(3)` is a `string`.
fn innermost(schema: &Value) -> Name {
    let (mut at, mut name) = (schema.clone(), Name::default());
    for _ in 0..MOST_DEPTH {
        let Some((last, base, _)) = called(&at) else { break };
        (at, name) = (base, last);
    }
    name
}

/// So many characters are more than can be tried one after the other: 64 bits, as hexadecimal digits.
const BEYOND_GUESSING: u32 = 16;

fn is_beyond_guessing(length: &Value) -> bool {
    matches!(length.kind(), Kind::Number(text) if text.parse::<u32>().is_ok_and(|length| length >= BEYOND_GUESSING))
}

/// The last call of a schema: its name, what it was called on, and with what.
fn called(schema: &Value) -> Option<(Name, Value, Vec<Argument>)> {
    let call = schema.as_library().filter(|library| library.step == "()")?;
    let function = call.receiver.as_ref()?.as_library()?;
    Some((function.step.clone(), function.receiver.clone()?, call.args.clone()))
}

/// A checked value is still the one it was, without its dangers.
fn with_kind_of(kind: Value, value: &Value) -> Value {
    let checked = kind.with_taint(value.taint().cleaned(Cleanings::ALL));
    match value.symbol() {
        Some(symbol) => checked.with_symbol(symbol.clone()),
        None => checked,
    }
}
