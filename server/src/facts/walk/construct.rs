//! Making an instance: `new C(...)`, `C(...)` in Python.

use std::sync::Arc;

use super::Walker;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Argument, ClassValue, Closure, Kind, Value};
use crate::model::{FunctionId, FunctionKind, PatternKind};
use crate::text::Name;

impl Walker<'_> {
    /// `new C(...)`, `C(...)` in Python.
    pub(super) fn construct(&mut self, class: &Arc<ClassValue>, args: &[Argument]) -> Value {
        if let Some(member) = self.looked_up_in(class, args) {
            return member;
        }
        let mut fields: Vec<(Name, Value)> = Vec::new();
        for arg in args {
            if !arg.name.is_empty() {
                fields.push((arg.name.clone(), arg.value.clone()));
            } else if arg.spread
                && let Kind::Object(object) = arg.value.kind()
            {
                fields.extend(object.fields.iter().cloned());
                if let Some(rest) = &object.rest {
                    fields.push(("**".into(), rest.clone()));
                }
            } else if arg.spread && !matches!(arg.value.kind(), Kind::Seq(_)) {
                fields.push(("**".into(), arg.value.clone()));
            }
        }
        let instance = self.instance(class.clone(), fields);
        let instance = self.filled_in(class, instance);
        let constructor = self.constructor(class, 0);
        let Some((owner, function)) = constructor else { return instance };
        let built = self.inside(&owner.item.clone(), owner.captured.clone(), Some(owner.clone()), |walker| {
            let instance = walker.with_parameters(&instance, &owner, function, args);
            let value = walker.closure(function);
            let Kind::Function(closure) = value.kind() else { return None };
            let mut closure = super::inline::copy(closure);
            closure.this = Some(instance.clone());
            closure.class = Some(owner.clone());
            if walker.python() {
                closure.bound.insert(0, instance.clone());
            }
            walker.constructing(&Arc::new(closure), args)
        });
        match built.flatten() {
            Some(built) => built,
            None => instance,
        }
    }

    /// `Note.model_validate(data)`: an instance of what somebody sent, of which the shape was looked at.
    pub(super) fn made_of_what_was_sent(&mut self, base: &Value, name: &Name, args: &[Argument]) -> Option<Value> {
        let (Kind::Class(class), [given]) = (base.kind(), args) else { return None };
        let is_sent = given.value.taint().iter().any(|origin| origin.part.is_request());
        if !self.python() || !is_sent || !matches!(name.as_str(), "model_validate" | "model_validate_json" | "parse_obj" | "parse_raw") {
            return None;
        }
        self.sent.push(class.clone());
        let made = self.instance(class.clone(), Vec::new());
        let shape = if self.takes_anything(&class.clone()) { Cleanings::NOSQL } else { Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0) };
        let made = made.with_taint(given.value.taint().cleaned(shape));
        Some(match given.value.symbol() {
            Some(symbol) => made.with_symbol(symbol.clone()),
            None => made,
        })
    }

    /// `constructor(private store: Store) {}`: what it gets is kept under the same name, before anything else happens.
    fn with_parameters(&mut self, instance: &Value, class: &ClassValue, function: FunctionId, args: &[Argument]) -> Value {
        let Kind::Instance(made) = instance.kind() else { return instance.clone() };
        let segment = self.frame().segment.clone();
        let kept = |name: &Name| segment[class.class].fields.iter().any(|field| field.injected && field.name == *name);
        let mut kept_now: Vec<(Name, Value)> = Vec::new();
        for (param, arg) in segment[function].params.iter().zip(args).take_while(|(_, arg)| !arg.spread && arg.name.is_empty()) {
            if let PatternKind::Name(name) = &segment[param.pattern].kind
                && kept(name)
            {
                kept_now.push((name.clone(), arg.value.clone()));
            }
        }
        if kept_now.is_empty() {
            return instance.clone();
        }
        let mut made = (**made).clone();
        made.fields.retain(|(name, _)| !kept_now.iter().any(|(now, _)| now == name));
        made.fields.extend(kept_now);
        instance.with_kind(Kind::Instance(Arc::new(made)))
    }

    /// Walks a constructor and takes the object as it was when it ended.
    fn constructing(&mut self, closure: &Arc<Closure>, args: &[Argument]) -> Option<Value> {
        let before = std::mem::take(&mut self.built);
        self.inline(closure, args);
        self.ended = false;
        std::mem::replace(&mut self.built, before)
    }

    fn constructor(&mut self, class: &Arc<ClassValue>, depth: u32) -> Option<(Arc<ClassValue>, FunctionId)> {
        if depth > 8 {
            return None;
        }
        let own = self.inside(&class.item.clone(), class.captured.clone(), Some(class.clone()), |walker| {
            let segment = walker.frame().segment.clone();
            segment[class.class]
                .methods
                .iter()
                .copied()
                .find(|method| segment[*method].kind == FunctionKind::Constructor || segment[*method].name == "__init__")
        });
        if let Some(Some(function)) = own {
            return Some((class.clone(), function));
        }
        class.bases.iter().find_map(|base| match base.kind() {
            Kind::Class(parent) => self.constructor(parent, depth + 1),
            _ => None,
        })
    }
}
