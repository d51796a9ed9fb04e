//! Classes and their instances: members, found along the bases.

use std::sync::Arc;

use super::{Walker, enumeration};
use crate::facts::catalogue::Entry;
use crate::facts::check::{Root, Symbol};
use crate::facts::place::ItemKey;
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{ClassValue, Closure, Column, Instance, Kind, Library, Value};
use crate::model::{ClassId, ExprKind, FunctionId, FunctionKind, StmtKind};
use crate::text::Name;

impl Walker<'_> {
    pub(super) fn class_value(&mut self, class: ClassId) -> Value {
        let segment = self.frame().segment.clone();
        let bases = segment[class].bases.iter().map(|base| self.eval(*base)).collect();
        let frame = self.frame();
        let value = ClassValue { item: frame.item.clone(), class, name: segment[class].name.clone(), captured: self.capture(), bases };
        Value::new(Kind::Class(Arc::new(value)))
    }

    pub(super) fn instance(&mut self, class: Arc<ClassValue>, fields: Vec<(Name, Value)>) -> Value {
        Value::new(Kind::Instance(Arc::new(Instance { class, fields, above: None })))
    }

    /// A method as something outside calls it, which nobody sees: of some object of its class.
    pub fn as_method(&mut self, item: &ItemKey, function: FunctionId) -> Option<Value> {
        self.inside(item, None, None, |walker| {
            let segment = walker.frame().segment.clone();
            let class = segment.classes.iter().position(|class| class.methods.contains(&function))?;
            let method = segment.functions.get(function.0 as usize)?;
            if !walker.python() || method.is_static || method.params.is_empty() {
                return None;
            }
            let value = walker.class_value(ClassId(class as u32));
            let Kind::Class(class) = value.kind() else { return None };
            let class = Arc::clone(class);
            walker.calls += 1;
            let origin = Origin { part: Part::Parameter, name: Name::new_static("self"), site: None, clean: Cleanings::default() };
            let this = walker.instance(Arc::clone(&class), Vec::new()).with_taint(Taint::of(origin)).with_symbol(Symbol::new(Root::Parameter(walker.calls)));
            let first = if walker.is_class_method(function) { value.clone() } else { this.clone() };
            let closure =
                Closure { item: item.clone(), function, captured: None, this: Some(this), class: Some(class), bound: vec![first], assumes: Default::default() };
            Some(Value::new(Kind::Function(Arc::new(closure))))
        })
        .flatten()
    }

    pub(super) fn this(&mut self) -> Value {
        let frame = self.frame();
        if let Some(this) = &frame.this {
            return this.clone();
        }
        match &frame.class {
            Some(class) => {
                let class = class.clone();
                self.instance(class, Vec::new())
            }
            None => Value::unknown(),
        }
    }

    /// `super` / `super()`: the same object, looked at from the next of its classes.
    pub(super) fn super_value(&mut self) -> Value {
        let this = self.this();
        let Some(class) = self.frame().class.clone() else { return Value::unknown() };
        let Kind::Instance(instance) = this.kind() else { return Value::unknown() };
        let order = linear(&instance.class);
        let after = order.iter().position(|known| matches!(known.kind(), Kind::Class(known) if is_same_class(known, &class)));
        let above: Vec<Value> = match after {
            Some(at) => order.into_iter().skip(at + 1).collect(),
            None => linear(&class).into_iter().skip(1).collect(),
        };
        if above.iter().any(|base| matches!(base.kind(), Kind::Class(_))) {
            let seen = Instance { class: instance.class.clone(), fields: instance.fields.clone(), above: Some(above.into()) };
            return this.with_kind(Kind::Instance(Arc::new(seen)));
        }
        match above.iter().find_map(Value::as_library) {
            Some(library) => {
                let states = self.world.catalogue().call(&library.states);
                let library = Library { package: library.package.clone(), step: "()".into(), states, receiver: Some(this), ..Library::default() };
                Value::new(Kind::Library(Arc::new(library)))
            }
            None => Value::unknown(),
        }
    }

    /// `super(options)` where a library made the class above: what it is called.
    pub(super) fn constructor_above(&mut self) -> Option<Value> {
        let class = self.frame().class.clone().or_else(|| self.class_around())?;
        let above = class.bases.iter().find(|base| base.as_library().is_some_and(|library| !library.states.is_empty()));
        above.filter(|_| !class.bases.iter().any(|base| matches!(base.kind(), Kind::Class(_)))).cloned()
    }

    /// The class of a constructor that nobody is seen to call.
    fn class_around(&mut self) -> Option<Arc<ClassValue>> {
        let (segment, function) = (self.frame().segment.clone(), self.frame().function?);
        let at = segment.classes.iter().position(|class| class.methods.contains(&function))?;
        match self.class_value(ClassId(at as u32)).kind() {
            Kind::Class(class) => Some(class.clone()),
            _ => None,
        }
    }

    /// A member found in the classes above, bound to the object itself.
    fn member_above(&mut self, base: &Value, instance: &Instance, above: &[Value], name: &Name) -> Value {
        let this = base.with_kind(Kind::Instance(Arc::new(Instance { above: None, ..instance.clone() })));
        for class in above {
            let Kind::Class(class) = class.kind() else { continue };
            let found = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| walker.own_member(class, name, Some(&this), &this));
            if let Some(Some(value)) = found {
                return value;
            }
        }
        Value::unknown()
    }

    pub(super) fn instance_member(&mut self, base: &Value, instance: &Arc<Instance>, name: &Name) -> Value {
        if let Some(above) = &instance.above {
            return self.member_above(base, instance, above, name);
        }
        if let Some((_, value)) = instance.fields.iter().rev().find(|(known, _)| known == name) {
            return value.clone();
        }
        let value = self.class_member(base, &instance.class, name, Some(base));
        // `TokenPayload(**claims)`: what was spread into it is what its fields hold.
        let spread = instance.fields.iter().rev().find(|(known, _)| known == "**").map(|(_, value)| value.clone());
        match spread {
            Some(spread) if !matches!(value.kind(), Kind::Function(_)) => self.member(&spread, name),
            // A number out of a payload: harmless, and still the caller's.
            _ if matches!(value.kind(), Kind::Number(_)) && value.taint().is_empty() && base.taint().iter().any(|origin| origin.part.is_request()) => {
                let value = value.with_taint(base.taint().member(name).cleaned(Cleanings::ALL));
                match base.symbol() {
                    Some(symbol) if value.symbol().is_none() => value.with_symbol(symbol.member(name)),
                    _ => value,
                }
            }
            _ if matches!(name.as_str(), "cleaned_data" | "validated_data") && value.taint().iter().any(|origin| origin.part.is_request()) => {
                self.form_data(&instance.class.clone(), value)
            }
            _ => self.field_from_outside(base, instance, name, value),
        }
    }

    /// A member of a class, found along its bases; bound to `this` when there is an instance.
    pub(super) fn class_member(&mut self, base: &Value, class: &Arc<ClassValue>, name: &Name, this: Option<&Value>) -> Value {
        self.class_member_at(base, class, name, this, 0)
    }

    fn class_member_at(&mut self, base: &Value, class: &Arc<ClassValue>, name: &Name, this: Option<&Value>, depth: u32) -> Value {
        if depth > 12 {
            return Value::unknown();
        }
        let found = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| walker.own_member(class, name, this, base));
        if let Some(Some(value)) = found {
            return value;
        }
        for parent in &class.bases {
            match parent.kind() {
                Kind::Class(parent) => {
                    let value = self.class_member_at(base, parent, name, this, depth + 1);
                    if !matches!(value.kind(), Kind::Unknown) || value.symbol().is_some() {
                        return value;
                    }
                }
                Kind::Library(library) => {
                    let catalogue = self.world.catalogue();
                    let states = match this {
                        Some(_) => catalogue.member(&catalogue.call(&library.states), name),
                        None => catalogue.member(&library.states, name),
                    };
                    if !states.is_empty() {
                        let library = Library {
                            package: library.package.clone(),
                            step: name.clone(),
                            states,
                            receiver: Some(base.clone()),
                            guessed: library.guessed,
                            ..Library::default()
                        };
                        return self.known(Value::new(Kind::Library(Arc::new(library))));
                    }
                    if this.is_none() && self.is_table(library) && !name.starts_with("__") {
                        return Value::new(Kind::Column(Arc::new(Column { model: class.name.clone(), name: name.clone() })));
                    }
                }
                _ => {}
            }
        }
        match this {
            Some(this) => {
                let value = Value::unknown();
                match this.symbol() {
                    Some(symbol) if matches!(symbol.root, Root::Parameter(_)) => {
                        let value = value.with_symbol(symbol.member(name)).with_taint(this.taint().member(name));
                        self.guessed(name).unwrap_or(value)
                    }
                    Some(symbol) => value.with_symbol(symbol.member(name)),
                    None => self.guessed(name).unwrap_or(value),
                }
            }
            None => Value::unknown(),
        }
    }

    /// In the class itself: a method, a field, something nested. The frame is the class's.
    fn own_member(&mut self, class: &Arc<ClassValue>, name: &Name, this: Option<&Value>, base: &Value) -> Option<Value> {
        let segment = self.frame().segment.clone();
        let body = &segment[class.class];
        for method in &body.methods {
            let function = &segment[*method];
            if function.name != *name || function.kind == FunctionKind::Setter || function.kind == FunctionKind::Constructor {
                continue;
            }
            let value = self.closure(*method);
            let value = self.decorated(*method, value);
            let Kind::Function(closure) = value.kind() else { return Some(value) };
            let property = function.kind == FunctionKind::Getter || self.is_property(*method);
            let is_static = function.is_static;
            let bound_class = self.is_class_method(*method);
            // A class method gets the class that was asked, not the one that has it.
            let asked = match base.kind() {
                Kind::Class(asked) => asked.clone(),
                Kind::Instance(instance) => instance.class.clone(),
                _ => class.clone(),
            };
            let was_free = closure.this.is_none();
            let mut closure = super::inline::copy(closure);
            closure.class = Some(class.clone());
            match this {
                Some(this) if !is_static => {
                    closure.this = Some(this.clone());
                    // What a decorator made of the method is a function too, and bound like one.
                    let is_plain = closure.item == class.item && closure.function == *method || closure.bound.is_empty() && was_free;
                    if self.python() && function.kind != FunctionKind::Arrow && is_plain {
                        closure.bound.insert(0, if bound_class { Value::new(Kind::Class(asked)) } else { this.clone() });
                    }
                }
                None if bound_class => closure.bound.insert(0, Value::new(Kind::Class(asked))),
                _ => {}
            }
            let value = Value::new(Kind::Function(Arc::new(closure)));
            if property && this.is_some() {
                return Some(self.apply_plain(&value, Vec::new()));
            }
            return Some(value);
        }
        for field in body.fields.iter().rev() {
            if field.name != *name {
                continue;
            }
            if this.is_none() && self.bases_are_table(class) && !name.starts_with("__") {
                return Some(Value::new(Kind::Column(Arc::new(Column { model: class.name.clone(), name: name.clone() }))));
            }
            if let Some(value) = field.value {
                let value = self.eval(value);
                let is_member = this.is_none() && self.python() && self.is_enumeration(class, 0);
                let value = if is_member { enumeration::member_of(name, &value) } else { value };
                return Some(self.secret_setting(this, name, Some(&value)).unwrap_or(value));
            }
            if let Some(value) = self.secret_setting(this, name, None) {
                return Some(value);
            }
            if !field.decorators.is_empty()
                && let Some(value) = self.filled(&field.decorators, field.ty.as_ref())
            {
                return Some(value);
            }
            if let Some(ty) = &field.ty
                && let Some(value) = self.declared(ty)
            {
                return Some(value);
            }
            return match this.and_then(|this| this.symbol()) {
                Some(symbol) => Some(Value::unknown().with_symbol(symbol.member(name))),
                None => Some(self.guessed(name).unwrap_or_else(Value::unknown)),
            };
        }
        for stmt in &body.statements {
            if let StmtKind::Class(nested) = &segment[*stmt].kind
                && segment[*nested].name == *name
            {
                return Some(self.class_value(*nested));
            }
        }
        None
    }

    fn is_table(&self, library: &Library) -> bool {
        self.world.catalogue().at(&library.states).any(|entry| matches!(entry, Entry::Table))
    }

    /// `@as_declarative()`: SQLAlchemy's older way to make a base of tables.
    fn is_declarative(&self, class: &ClassValue) -> bool {
        let Some(module) = self.world.module(&class.item.file) else { return false };
        let Some(segment) = module.segment_of(&class.item).and_then(|at| module.model.segments.get(at)).map(|placed| &placed.segment) else { return false };
        let Some(body) = segment.classes.get(class.class.0 as usize) else { return false };
        body.decorators.iter().any(|decorator| match &segment[*decorator].kind {
            ExprKind::Call { callee, .. } => {
                matches!(&segment[*callee].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if name == "as_declarative")
            }
            _ => false,
        })
    }

    fn bases_are_table(&self, class: &ClassValue) -> bool {
        fn table(walker: &Walker<'_>, class: &ClassValue, depth: u32) -> bool {
            depth < 8
                && class.bases.iter().any(|base| match base.kind() {
                    Kind::Class(parent) => walker.is_declarative(parent) || table(walker, parent, depth + 1),
                    Kind::Library(library) => walker.is_table(library),
                    _ => false,
                })
        }
        table(self, class, 0)
    }
}

/// A class and all above it, in the order in which Python looks: each once, after everything that derives from it.
pub(super) fn linear(class: &Arc<ClassValue>) -> Vec<Value> {
    fn add(value: &Value, depth: u32, out: &mut Vec<Value>) {
        if depth > 12 || out.len() > 64 {
            return;
        }
        out.push(value.clone());
        if let Kind::Class(class) = value.kind() {
            class.bases.iter().for_each(|base| add(base, depth + 1, out));
        }
    }
    let mut all = Vec::new();
    add(&Value::new(Kind::Class(Arc::clone(class))), 0, &mut all);
    let is_same = |a: &Value, b: &Value| match (a.kind(), b.kind()) {
        (Kind::Class(a), Kind::Class(b)) => is_same_class(a, b),
        _ => a.is_same(b),
    };
    let mut order: Vec<Value> = Vec::with_capacity(all.len());
    for (at, value) in all.iter().enumerate() {
        if !all.iter().skip(at + 1).any(|later| is_same(later, value)) {
            order.push(value.clone());
        }
    }
    order
}

pub(super) fn is_same_class(a: &ClassValue, b: &ClassValue) -> bool {
    a.item == b.item && a.class == b.class
}
