//! Builders of procedures: the functions chained on the way run first, and hand on what the handler gets.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::catalogue::RouteEntry;
use crate::facts::check::Root;
use crate::facts::value::{Argument, Kind, Library, Object, Value};
use crate::model::{ExprId, OF_TYPE};
use crate::text::{Name, Span};

/// What a registration calls the function that makes what its middlewares hand on.
pub const MAKES_CONTEXT: &str = "*context*";

/// What a registration calls the schemas that let its input through.
pub const SHAPES: &str = "*shape*";

/// Builders are chained so long.
const MOST_LINKS: usize = 32;

impl Walker<'_> {
    /// Evaluates what is going to be called `name`.
    pub(super) fn eval_named(&mut self, name: &Name, expr: ExprId) -> Value {
        self.naming.push((self.frames.len(), expr, name.clone()));
        let value = self.eval(expr);
        self.naming.pop();
        value
    }

    /// What the expression at this span is going to be called.
    pub(super) fn name_given(&self, span: Span) -> Option<Name> {
        let segment = &self.frame().segment;
        let here = self.frames.len();
        let (.., name) =
            self.naming.iter().rev().find(|(depth, expr, _)| *depth == here && segment.exprs.get(expr.0 as usize).is_some_and(|expr| expr.span == span))?;
        Some(name.clone())
    }

    /// The request with a way on in it, for middleware that takes it apart.
    pub fn with_next(&self, request: &Value) -> Value {
        self.with_way_on(request, &Name::new_static("next"))
    }

    /// The same, where the way on has another name.
    pub fn with_way_on(&self, request: &Value, name: &Name) -> Value {
        put(request, name, Value::new(Kind::Next))
    }

    /// What a gate gets, which has the request under this name: `{ event, resolve }`.
    pub fn for_gate(&mut self, role: &str, name: &Name, request: &Value) -> Value {
        let gate = self.role(role);
        put(&gate, name, request.clone())
    }

    /// The request as a gate left it. `seen`: what it was given, or the part of it that its function takes out.
    pub fn left_by_gate(&mut self, role: &str, name: &Name, seen: &Value) -> Option<Value> {
        let (gate, seen_library) = (self.role(role), seen.as_library()?);
        if gate.as_library()?.states != seen_library.states {
            return Some(seen.clone());
        }
        seen_library.set.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// The request with what a function of the project makes under a name. Of whom nothing but a name is known there stays who they
    /// are by that name.
    pub fn with_context(&mut self, maker: &Value, request: &Value, name: &Name, made: &Value) -> Option<Value> {
        let made = &one_of_all(made);
        let (Kind::Function(closure), Kind::Library(library), Kind::Object(made)) = (maker.kind(), request.kind(), made.kind()) else { return None };
        let before = self.inside(&closure.item.clone(), None, None, |walker| walker.library_member(request, library, name))?;
        let mut whole = Object::default();
        whole.spread(before.clone());
        for (key, value) in &made.fields {
            let usual = self.inside(&closure.item.clone(), None, None, |walker| walker.member(&before, key));
            let is_person = |value: &Value| value.symbol().is_some_and(|symbol| symbol.root == Root::Principal);
            let kept = usual.filter(|usual| is_person(usual) && !is_person(value));
            whole.set(key.clone(), kept.unwrap_or_else(|| value.clone()));
        }
        Some(put(request, name, Value::new(Kind::Object(Arc::new(whole)))))
    }

    /// The request with a member as schemas let it through, each what it names.
    pub fn with_shapes(&mut self, request: &Value, name: &Name, schemas: &[Value], handler: &Value) -> Option<Value> {
        let (Kind::Function(closure), Kind::Library(library), false) = (handler.kind(), request.kind(), schemas.is_empty()) else { return None };
        let shaped = self.inside(&closure.item.clone(), None, None, |walker| {
            let input = walker.library_member(request, library, name);
            walker.let_through_all(schemas, input)
        })?;
        Some(put(request, name, shaped))
    }

    /// The request with what a middleware handed on to it under a name; what was there before stays.
    pub fn handed_on(&mut self, middleware: &Value, request: &Value, name: &Name, argument: &Value) -> Option<Value> {
        let (Kind::Function(closure), Kind::Library(library), Kind::Object(object)) = (middleware.kind(), request.kind(), argument.kind()) else {
            return None;
        };
        let given = object.get(name).0?;
        let Kind::Object(given) = given.kind() else { return None };
        let before = self.inside(&closure.item.clone(), None, None, |walker| walker.library_member(request, library, name))?;
        let mut merged = Object::default();
        match before.kind() {
            Kind::Object(before) => merged = (**before).clone(),
            _ => merged.spread(before),
        }
        for (key, value) in &given.fields {
            merged.set(key.clone(), value.clone());
        }
        Some(put(request, name, Value::new(Kind::Object(Arc::new(merged)))))
    }
}

/// `return { account: null }` here and `return { account: row ?? null }` there: one object, with what each of them has under a name.
/// What was known where it was made is not known any more where it is handed on: somebody may be there or not.
fn one_of_all(made: &Value) -> Value {
    let alternatives = made.alternatives();
    let objects: Option<Vec<&Object>> = alternatives.iter().map(|one| if let Kind::Object(object) = one.kind() { Some(&**object) } else { None }).collect();
    let Some(objects) = objects.filter(|objects| objects.iter().all(|object| object.rest.is_none())) else { return made.clone() };
    let mut whole = Object::default();
    for (name, _) in objects.iter().flat_map(|object| &object.fields) {
        if whole.get(name).0.is_some() {
            continue;
        }
        let of_one = |object: &&Object| object.get(name).0.map_or_else(|| vec![Value::null()], |value| value.alternatives().into_iter().collect());
        let (nothing, something): (Vec<Value>, Vec<Value>) = objects.iter().flat_map(of_one).partition(|value| matches!(value.kind(), Kind::Null));
        let value = match (nothing.is_empty(), something.into_iter().reduce(either)) {
            (_, None) => Value::null(),
            (true, Some(value)) => value,
            (false, Some(value)) => value.without_truth().with_nullable(true),
        };
        whole.set(name.clone(), value);
    }
    Value::new(Kind::Object(Arc::new(whole)))
}

/// What the calls on the way to a registration got, the first one first.
pub(super) fn chained(route: &RouteEntry, on: &Value) -> Vec<Argument> {
    let mut found: Vec<Argument> = Vec::new();
    let mut at = on.as_library().cloned();
    for _ in 0..MOST_LINKS {
        let Some(library) = at else { break };
        let function = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
        if let Some(function) = function.as_ref().filter(|_| library.step == "()") {
            if route.chained.contains(&function.step) {
                found.extend(library.args.iter().rev().cloned());
            } else if route.context.as_ref() == Some(&function.step) {
                let made = library.args.iter().filter(|argument| argument.name == OF_TYPE);
                found.extend(made.map(|argument| Argument { name: Name::new_static(MAKES_CONTEXT), ..argument.clone() }));
            } else if route.shape.as_ref() == Some(&function.step) {
                let schema = library.args.first();
                found.extend(schema.map(|argument| Argument { name: Name::new_static(SHAPES), ..argument.clone() }));
            }
        }
        at = function;
    }
    found.reverse();
    found
}

fn put(request: &Value, name: &Name, value: Value) -> Value {
    let Kind::Library(library) = request.kind() else { return request.clone() };
    let mut library: Library = (**library).clone();
    library.set.retain(|(known, _)| known != name);
    library.set.push((name.clone(), value));
    request.with_kind(Kind::Library(Arc::new(library)))
}
