//! Objects and classes as they were written before there was a word for them: `function Store(db) { this.find = function .. }`,
//! `Store.prototype.find = function ..`, `Store.open = function ..`, `const tools = {}; tools.run = function ..`.

use std::sync::Arc;

use super::Walker;
use crate::facts::check::{Root, Symbol};
use crate::facts::scope::{Definition, Module, members_of, prototype_of};
use crate::facts::value::{Argument, Closure, Kind, Object, Value};
use crate::model::FunctionKind;
use crate::text::{FileId, Name, Span};

/// Names whose members are being found: more is not looked into.
const MOST_NESTED: usize = 24;

impl Walker<'_> {
    /// `new Store(db)` of a function: the object as the function leaves it, with what its prototype has.
    pub(super) fn made_by_function(&mut self, closure: &Arc<Closure>, args: &[Argument], span: Span) -> Value {
        let mut object = Object::default();
        object.spread(self.prototype(closure));
        self.calls += 1;
        let symbol = Symbol::new(Root::Call(self.calls));
        let this = Value::new(Kind::Object(Arc::new(object))).with_symbol(symbol.clone());
        let mut closure = super::inline::copy(closure);
        closure.this = Some(this.clone());
        let before = (self.making.replace(symbol), self.built.take());
        let given = self.inline_at(&Arc::new(closure), args, span);
        let built = std::mem::replace(&mut self.built, before.1);
        self.making = before.0;
        self.ended = false;
        match given.kind() {
            // What it returns takes the place of what it made.
            Kind::Object(_) | Kind::Instance(_) | Kind::Library(_) => given,
            _ => built.unwrap_or(this).present(),
        }
    }

    /// The object that a function was called on to fill, when it ends: also what it put there by another name, `var self = this`.
    pub(super) fn filled_by_function(&self, this: Option<&Value>, locals: &[(Name, Value)]) -> Option<Value> {
        let symbol = self.making.as_ref()?;
        let this = this.filter(|this| this.symbol() == Some(symbol))?;
        let Kind::Object(object) = this.kind() else { return None };
        let mut whole = (**object).clone();
        for (_, value) in locals.iter().filter(|(_, value)| value.symbol() == Some(symbol)) {
            let Kind::Object(other) = value.kind() else { continue };
            for (name, value) in &other.fields {
                if !whole.fields.iter().any(|(known, _)| known == name) {
                    whole.set(name.clone(), value.clone());
                }
            }
        }
        Some(this.with_kind(Kind::Object(Arc::new(whole))))
    }

    /// A method as it is called on an object: `this` is that object.
    pub(super) fn called_on(&self, base: &Value, function: Value) -> Value {
        let (Kind::Object(_), Kind::Function(closure)) = (base.kind(), function.kind()) else { return function };
        let is_free = match &closure.this {
            // An arrow function keeps the object that it was written for, as it was then.
            Some(this) => this.symbol().is_some_and(|symbol| base.symbol() == Some(symbol)),
            None => !self.is_arrow(closure),
        };
        if self.python() || !is_free {
            return function;
        }
        let mut closure = super::inline::copy(closure);
        closure.this = Some(base.clone());
        function.with_kind(Kind::Function(Arc::new(closure)))
    }

    fn is_arrow(&self, closure: &Closure) -> bool {
        let Some(module) = self.world.module(&closure.item.file) else { return true };
        let segment = module.segment_of(&closure.item).and_then(|at| module.model.segments.get(at));
        segment.and_then(|placed| placed.segment.functions.get(closure.function.0 as usize)).is_none_or(|function| function.kind == FunctionKind::Arrow)
    }

    /// What every object has that a function makes. What else there may be is not known.
    fn prototype(&mut self, closure: &Closure) -> Value {
        let mut object = Object::default();
        object.spread(Value::unknown());
        if let Some((file, name)) = self.known_as(closure) {
            for (member, value) in self.assigned(&file, prototype_of(&name)) {
                match (member, value.kind()) {
                    (Some(member), _) => object.set(member, value),
                    (None, Kind::Object(all)) => all.fields.iter().for_each(|(name, value)| object.set(name.clone(), value.clone())),
                    _ => {}
                }
            }
        }
        Value::new(Kind::Object(Arc::new(object)))
    }

    /// `Store.open`, of a function.
    pub(super) fn member_of_function(&mut self, closure: &Closure, name: &Name) -> Value {
        if self.python() {
            return Value::unknown();
        }
        let Some((file, function)) = self.known_as(closure) else { return Value::unknown() };
        let assigned = self.assigned(&file, members_of(&function));
        assigned.into_iter().rev().find(|(member, _)| member.as_ref() == Some(name)).map_or_else(Value::unknown, |(_, value)| value)
    }

    /// An object of a file, with what the file puts into it afterwards.
    pub(super) fn with_assigned(&mut self, file: &FileId, name: &Name, value: Value) -> Value {
        let Kind::Object(object) = value.kind() else { return value };
        let mut whole = (**object).clone();
        for (member, given) in self.assigned(file, members_of(name)) {
            if let Some(member) = member {
                whole.set(member, given);
            }
        }
        if whole.fields.len() == object.fields.len() { value } else { value.with_kind(Kind::Object(Arc::new(whole))) }
    }

    /// The file and the name by which a function at its top level is known there.
    fn known_as(&self, closure: &Closure) -> Option<(FileId, Name)> {
        let module = self.world.module(&closure.item.file)?;
        let segment = &module.model.segments.get(module.segment_of(&closure.item)?)?.segment;
        let name = super::noticed::name_of(segment, closure.function);
        (!name.is_empty() && module.definitions.has(&name)).then(|| (closure.item.file.clone(), name))
    }

    /// What a file assigns to members of something, in order, evaluated where it stands.
    fn assigned(&mut self, file: &FileId, place: Name) -> Vec<(Option<Name>, Value)> {
        let Some(module) = self.world.module(file) else { return Vec::new() };
        let key = (file.clone(), place);
        self.reads.names.insert(key.clone());
        let definitions: Vec<Definition> = module.definitions.get(&key.1).iter().map(|(_, definition)| definition.clone()).collect();
        if definitions.is_empty() || self.resolving.contains(&key) || self.resolving.len() > MOST_NESTED {
            return Vec::new();
        }
        self.resolving.push(key);
        let values = definitions.iter().filter_map(|definition| self.assigned_by(&module, definition)).collect();
        self.resolving.pop();
        values
    }

    fn assigned_by(&mut self, module: &Arc<Module>, definition: &Definition) -> Option<(Option<Name>, Value)> {
        let Definition::Member { segment, name, value } = definition else { return None };
        let value = *value;
        let given = self.at_top(module, *segment, |walker| {
            let given = walker.eval(value);
            walker.ended = false;
            given
        });
        Some((name.clone(), given))
    }
}
