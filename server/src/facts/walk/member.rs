//! Members and elements.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Fact, Root, Symbol};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{ClassValue, Column, Instance, Kind, Library, Value};
use crate::model::{FunctionKind, Key, PatternKind};
use crate::text::Name;

impl Walker<'_> {
    pub(super) fn member(&mut self, base: &Value, name: &Name) -> Value {
        match base.kind() {
            Kind::Union(_) => {
                let mapped = base.map(|value| self.member(value, name));
                match base.symbol() {
                    Some(symbol) if mapped.symbol().is_none() => mapped.with_symbol(symbol.member(name)),
                    _ => mapped,
                }
            }
            Kind::Null => Value::null(),
            Kind::Object(object) => {
                let (own, open) = object.get(name);
                let own = own.cloned();
                let rest = if open { object.rest.clone() } else { None };
                let value = match (own, rest) {
                    (Some(own), Some(rest)) => {
                        let other = self.member(&rest, name);
                        either(own, other)
                    }
                    (Some(own), None) => own,
                    (None, Some(rest)) => self.member(&rest, name),
                    (None, None) if self.python() => Value::unknown().with_taint(base.taint().member(name)),
                    (None, None) => Value::null(),
                };
                match base.symbol() {
                    Some(symbol) if value.symbol().is_none() && matches!(value.kind(), Kind::Unknown) => value.with_symbol(symbol.member(name)),
                    _ => value,
                }
            }
            Kind::Library(library) => self.library_member(base, library, name),
            Kind::Instance(instance) => self.instance_member(base, instance, name),
            Kind::Class(class) => self.class_member(base, class, name, None),
            Kind::Module(file) => match self.exported(file, name) {
                Some(value) => value,
                None => self.module_default_member(file, name),
            },
            Kind::Row(row) => self.row_member(base, row, name),
            Kind::Rows(row) if matches!(name.as_str(), "length" | "size") => Value::number().with_symbol(super::condition::count_symbol(row.access)),
            Kind::Seq(_) | Kind::Str(_) | Kind::Text(_) if name == "length" => Value::number(),
            Kind::Promise(inner) if self.python() => {
                // A member of something that was not awaited is a mistake of the code; what it means is still clear.
                self.member(inner, name)
            }
            Kind::Function(closure) => match name.as_str() {
                "name" => Value::unknown(),
                _ => {
                    let _ = closure;
                    Value::unknown()
                }
            },
            _ => {
                let mut value = Value::unknown().with_taint(base.taint().member(name));
                if let Some(symbol) = base.symbol() {
                    value = value.with_symbol(symbol.member(name));
                }
                if value.taint().iter().all(|origin| origin.part == Part::Parameter)
                    && let Some(guess) = self.guessed(name)
                {
                    return guess;
                }
                value
            }
        }
    }

    fn module_default_member(&mut self, file: &crate::text::FileId, name: &Name) -> Value {
        // `const x = require("./x")` where `module.exports` is one value.
        let Some(module) = self.world.module(file) else { return Value::unknown() };
        if !module.exports.contains_key("default") || name == "default" {
            return Value::unknown();
        }
        match self.exported(file, &Name::new_static("default")) {
            Some(value) if !matches!(value.kind(), Kind::Module(_)) => self.member(&value, name),
            _ => Value::unknown(),
        }
    }

    pub(super) fn library_member(&mut self, base: &Value, library: &Arc<Library>, name: &Name) -> Value {
        if let Some((_, value)) = library.set.iter().rev().find(|(known, _)| known == name) {
            return value.clone();
        }
        let catalogue = self.world.catalogue();
        let mut states = catalogue.member(&library.states, name);
        let mut package = library.package.clone();
        let mut namespace = false;
        if library.namespace {
            let export = crate::facts::catalogue::Root::Export { package: library.package.clone(), name: name.clone() };
            for state in catalogue.root(&export) {
                if !states.contains(&state) {
                    states.push(state);
                }
            }
            if self.python() {
                package = Name::from(format!("{}.{name}", library.package));
                namespace = true;
            }
        }
        let mut value = Value::new(Kind::Library(Arc::new(Library {
            package,
            step: name.clone(),
            states,
            receiver: Some(base.clone()),
            query: library.query.clone(),
            site: library.site.clone(),
            guessed: library.guessed,
            namespace,
            ..Library::default()
        })));
        if let Some(symbol) = base.symbol() {
            value = value.with_symbol(symbol.member(name));
        }
        let value = value.with_taint(base.taint().member(name));
        let value = self.known(value);
        // A member that the catalogue does not know may still be called what a database client is called.
        if let Kind::Library(found) = value.kind()
            && found.states.is_empty()
            && found.query.is_none()
            && value.symbol().is_none()
            && let Some(guess) = self.guessed(name)
        {
            return guess;
        }
        value
    }

    /// A library value for which the catalogue says that it is a source or a principal just by being named.
    pub(super) fn known(&mut self, value: Value) -> Value {
        let Kind::Library(library) = value.kind() else { return value };
        let states = library.states.clone();
        let step = library.step.clone();
        let catalogue = self.world.catalogue();
        let mut value = value.clone();
        for entry in catalogue.at(&states) {
            match entry {
                Entry::Source(source) => {
                    let site = None;
                    let origin = Origin {
                        part: source.part,
                        name: step.clone(),
                        site,
                        clean: if source.text { crate::facts::taint::Cleanings::NOSQL } else { Default::default() },
                    };
                    value = value.with_taint(Taint::of(origin));
                    if value.symbol().is_none() || matches!(value.symbol().map(|s| &s.root), Some(Root::Request(_))) {
                        let root = part_name(source.part);
                        value = value.with_symbol(Symbol::new(Root::Request(root)));
                    }
                }
                Entry::Principal(principal) if step != "()" && !principal.unverified => {
                    let origin = Origin { part: Part::Principal, name: step.clone(), site: None, clean: Default::default() };
                    value = value.with_taint(Taint::of(origin)).with_symbol(Symbol::new(Root::Principal)).with_nullable(principal.null);
                    self.principal_id = super::library::path(&principal.id);
                    if !principal.null {
                        self.facts.add(Fact::Present(Symbol::new(Root::Principal)));
                    }
                }
                // A query that begins without a call: `Note.objects`, `Note.query`.
                Entry::Access(access) if step != "()" && !self.frames.is_empty() => {
                    if let Kind::Library(library) = value.kind() {
                        let library = library.clone();
                        let begun = self.query_step(&[access], &library, (*library).clone(), &[], crate::text::Span::default());
                        value = begun.unwrap_or(value);
                    }
                }
                Entry::Alias(is) => {
                    let states = catalogue.guess_states(&crate::facts::catalogue::GuessEntry { names: Vec::new(), is: is.clone(), python: false });
                    if let Kind::Library(library) = value.kind() {
                        let library = Library { states, ..(**library).clone() };
                        value = value.with_kind(Kind::Library(Arc::new(library)));
                    }
                }
                _ => {}
            }
        }
        value
    }

    fn instance_member(&mut self, base: &Value, instance: &Arc<Instance>, name: &Name) -> Value {
        if let Some((_, value)) = instance.fields.iter().rev().find(|(known, _)| known == name) {
            return value.clone();
        }
        let value = self.class_member(base, &instance.class, name, Some(base));
        // `TokenPayload(**claims)`: what was spread into it is what its fields hold.
        let spread = instance.fields.iter().rev().find(|(known, _)| known == "**").map(|(_, value)| value.clone());
        match spread {
            Some(spread) if !matches!(value.kind(), Kind::Function(_)) => self.member(&spread, name),
            _ => value,
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
        let found = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| walker.own_member(class, name, this));
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
                    Some(symbol) => value.with_symbol(symbol.member(name)),
                    None => self.guessed(name).unwrap_or(value),
                }
            }
            None => Value::unknown(),
        }
    }

    fn is_table(&self, library: &Library) -> bool {
        self.world.catalogue().at(&library.states).any(|entry| matches!(entry, Entry::Table))
    }

    /// In the class itself: a method, a field, something nested. The frame is the class's.
    fn own_member(&mut self, class: &Arc<ClassValue>, name: &Name, this: Option<&Value>) -> Option<Value> {
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
            let mut closure = super::inline::copy(closure);
            closure.class = Some(class.clone());
            match this {
                Some(this) if !is_static => {
                    closure.this = Some(this.clone());
                    if self.python() && function.kind != FunctionKind::Arrow && closure.item == class.item && closure.function == *method {
                        closure.bound.insert(0, if bound_class { Value::new(Kind::Class(class.clone())) } else { this.clone() });
                    }
                }
                None if bound_class => closure.bound.insert(0, Value::new(Kind::Class(class.clone()))),
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
                return Some(self.eval(value));
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
            if let crate::model::StmtKind::Class(nested) = &segment[*stmt].kind
                && segment[*nested].name == *name
            {
                return Some(self.class_value(*nested));
            }
        }
        None
    }

    fn bases_are_table(&self, class: &ClassValue) -> bool {
        fn table(walker: &Walker<'_>, class: &ClassValue, depth: u32) -> bool {
            depth < 8
                && class.bases.iter().any(|base| match base.kind() {
                    Kind::Class(parent) => table(walker, parent, depth + 1),
                    Kind::Library(library) => walker.is_table(library),
                    _ => false,
                })
        }
        table(self, class, 0)
    }

    fn is_property(&self, function: crate::model::FunctionId) -> bool {
        self.has_decorator(function, &["property", "cached_property", "computed_field"])
    }

    fn is_class_method(&self, function: crate::model::FunctionId) -> bool {
        self.has_decorator(function, &["classmethod"])
    }

    pub(super) fn has_decorator(&self, function: crate::model::FunctionId, names: &[&str]) -> bool {
        let segment = &self.frame().segment;
        segment[function].decorators.iter().any(|decorator| {
            let mut at = *decorator;
            loop {
                match &segment[at].kind {
                    crate::model::ExprKind::Name(name) => return names.contains(&name.as_str()),
                    crate::model::ExprKind::Member { name, .. } => return names.contains(&name.as_str()),
                    crate::model::ExprKind::Call { callee, .. } => at = *callee,
                    _ => return false,
                }
            }
        })
    }

    pub(super) fn instance(&mut self, class: Arc<ClassValue>, fields: Vec<(Name, Value)>) -> Value {
        Value::new(Kind::Instance(Arc::new(Instance { class, fields })))
    }

    /// `base[index]`.
    pub(super) fn index(&mut self, base: &Value, index: &Value) -> Value {
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
                values.into_iter().reduce(either).unwrap_or_else(Value::unknown)
            }
            (Kind::Object(object), _) => {
                let rest = object.rest.clone().unwrap_or_else(Value::unknown);
                Value::unknown().with_taint(rest.taint().join(base.taint()))
            }
            (Kind::Rows(_), _) => self.element_of(base),
            (Kind::Seq(_), _) => self.element_of(base),
            (Kind::Str(_) | Kind::Text(_), _) => Value::unknown().with_taint(base.taint().clone()),
            (Kind::Library(library), _) if !library.states.is_empty() => {
                let value = self.library_member(base, &library.clone(), &Name::new_static("*index*"));
                if value.taint().is_empty() { value.with_taint(base.taint().clone()) } else { value }
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
            Kind::Object(object) => {
                let all: Vec<Value> = object.fields.iter().map(|(_, value)| value.clone()).take(Value::MOST_ALTERNATIVES).collect();
                all.into_iter().reduce(either).unwrap_or_else(Value::unknown).without_symbol()
            }
            _ => {
                let value = Value::unknown().with_taint(list.taint().clone());
                match list.symbol() {
                    Some(symbol) => value.with_symbol(symbol.member(&Name::new_static("*"))),
                    None => value,
                }
            }
        }
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

    /// `super` / `super()`: the same object, seen as its base class.
    pub(super) fn super_value(&mut self) -> Value {
        let this = self.this();
        let Some(class) = self.frame().class.clone() else { return Value::unknown() };
        match class.bases.first().map(Value::kind) {
            Some(Kind::Class(parent)) => {
                let fields = match this.kind() {
                    Kind::Instance(instance) => instance.fields.clone(),
                    _ => Vec::new(),
                };
                self.instance(parent.clone(), fields)
            }
            Some(Kind::Library(library)) => {
                let states = self.world.catalogue().call(&library.states);
                let library = Library { package: library.package.clone(), step: "()".into(), states, receiver: Some(this), ..Library::default() };
                Value::new(Kind::Library(Arc::new(library)))
            }
            _ => Value::unknown(),
        }
    }

    /// The names of the parameters that a function declares, where they are plain names.
    pub(super) fn parameter_name(&self, pattern: crate::model::PatternId) -> Option<Name> {
        let segment = &self.frame().segment;
        match &segment[pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            PatternKind::Default { pattern, .. } => self.parameter_name(*pattern),
            PatternKind::Object { entries, .. } => entries.first().and_then(|entry| match &entry.key {
                Key::Name(name) => Some(name.clone()),
                Key::Computed(_) => None,
            }),
            _ => None,
        }
    }
}

fn part_name(part: Part) -> Name {
    Name::new_static(match part {
        Part::Method => "method",
        Part::Path => "path",
        Part::Params => "params",
        Part::Query => "query",
        Part::Headers => "headers",
        Part::Cookies => "cookies",
        Part::RawBody => "raw-body",
        Part::Body => "body",
        Part::Input => "input",
        Part::Files => "files",
        Part::Browser => "browser",
        Part::Fetched => "fetched",
        Part::Model => "model",
        Part::Local => "local",
        Part::Parameter => "parameter",
        Part::Stored => "stored",
        Part::Principal => "principal",
        Part::Env => "env",
    })
}
