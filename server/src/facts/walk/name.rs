//! Names: local, captured, of the module, imported, global.

use std::sync::Arc;

use super::{Frame, Target, Walker};
use crate::facts::catalogue::Root;
use crate::facts::check::{Root as SymbolRoot, Symbol};
use crate::facts::place::ItemKey;
use crate::facts::scope::{Definition, Export, Module};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{Captured, ClassValue, Closure, Kind, Library, Value};
use crate::model::{ClassId, FunctionId, FunctionKind, TypeRef};
use crate::text::{FileId, Name};

impl Walker<'_> {
    pub(super) fn name(&mut self, name: &Name) -> Value {
        let frame = self.frame();
        let found = frame.state.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let found = found.or_else(|| frame.captured.as_ref().and_then(|captured| captured.get(name).cloned()));
        if let Some(value) = found {
            let value = match value.kind() {
                Kind::Hoisted(function) => self.closure(*function),
                _ => value,
            };
            return self.refined(value);
        }
        let file = frame.module.model.file.clone();
        if let Some(value) = self.module_name(&file, name) {
            return self.refined(value);
        }
        self.global(name)
    }

    pub(super) fn global(&mut self, name: &Name) -> Value {
        match name.as_str() {
            "undefined" | "None" | "NaN" => return Value::null(),
            "globalThis" | "window" | "self" if !self.python() => {
                return Value::unknown().with_symbol(Symbol::new(SymbolRoot::Global("globalThis".into())));
            }
            _ => {}
        }
        let states = self.world.catalogue().root(&Root::Global(name.clone()));
        if states.is_empty()
            && let Some(guess) = self.guessed(name)
        {
            return guess;
        }
        let library = Library { step: name.clone(), states, ..Library::default() };
        self.known(Value::new(Kind::Library(Arc::new(library))))
    }

    /// What a value called `name` probably is.
    pub(super) fn guessed(&mut self, name: &str) -> Option<Value> {
        let python = self.python();
        let catalogue = self.world.catalogue();
        let guess = catalogue.guess(name, python)?;
        let states = catalogue.guess_states(guess);
        let library = Library { step: Name::from(name), states, guessed: true, ..Library::default() };
        Some(Value::new(Kind::Library(Arc::new(library))))
    }

    /// A name defined at the top level of a file; `None` if the file does not define it.
    pub(super) fn module_name(&mut self, file: &FileId, name: &Name) -> Option<Value> {
        let key = (file.clone(), name.clone());
        if let Some((value, reads)) = self.cache.values.get(&key) {
            self.reads.add(reads);
            return Some(value.clone());
        }
        let module = self.world.module(file)?;
        self.reads.names.insert(key.clone());
        let Some(definitions) = module.definitions.get(name) else {
            for source in module.stars.clone() {
                if let Target::File(target) = self.world.resolve(file, &source)
                    && target != *file
                    && !self.resolving.contains(&(target.clone(), name.clone()))
                    && self.resolving.len() < 32
                {
                    self.resolving.push((target.clone(), name.clone()));
                    let found = self.module_name(&target, name);
                    self.resolving.pop();
                    if found.is_some() {
                        return found;
                    }
                }
            }
            return None;
        };
        // While a name is being found, an earlier definition of it is what it refers to.
        let nested = self.resolving.iter().filter(|resolving| **resolving == key).count();
        let Some(definition) = definitions.iter().rev().nth(nested) else { return Some(Value::unknown()) };
        if self.resolving.len() > 48 {
            return Some(Value::unknown());
        }
        let definition = definition.clone();
        self.resolving.push(key.clone());
        let outer = std::mem::take(&mut self.reads);
        let value = self.defined(&module, name, &definition);
        let mut reads = std::mem::replace(&mut self.reads, outer);
        reads.names.insert(key.clone());
        self.reads.add(&reads);
        self.resolving.pop();
        // What was found inside a loop of definitions depends on where the loop was entered.
        if nested == 0 {
            self.cache.values.insert(key, (value.clone(), Arc::new(reads)));
        }
        Some(value)
    }

    fn defined(&mut self, module: &Arc<Module>, name: &Name, definition: &Definition) -> Value {
        match definition {
            Definition::Import { source, imported } => {
                let value = self.imported(&module.model.file, source, imported);
                match value.kind() {
                    Kind::Library(library) if library.package.is_empty() && library.states.is_empty() => self.missing(module, name, value.clone()),
                    _ => value,
                }
            }
            Definition::Function(segment, function) => {
                let function = *function;
                self.at_top(module, *segment, |walker| {
                    let value = walker.closure(function);
                    walker.decorated(function, value)
                })
            }
            Definition::Class(segment, class) => {
                let class = *class;
                self.at_top(module, *segment, |walker| walker.class_value(class))
            }
            Definition::Variable { segment, pattern, value } => {
                let (pattern, value) = (*pattern, *value);
                self.at_top(module, *segment, |walker| {
                    let given = walker.eval(value);
                    walker.ended = false;
                    let given = walker.awaited_top(given);
                    walker.bind(pattern, given);
                    walker.frame().state.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_else(Value::unknown)
                })
            }
        }
    }

    /// Something that should be in the project and is not: its name may still say what it is.
    fn missing(&mut self, module: &Module, name: &Name, value: Value) -> Value {
        let python = module.model.language == crate::syntax::Language::Python;
        let catalogue = self.world.catalogue();
        let class = python && name.starts_with(|c: char| c.is_ascii_uppercase());
        let guess = catalogue.guess(name, python).or_else(|| if class { catalogue.guess("*Class*", true) } else { None });
        let Some(guess) = guess else { return value };
        let library = Library { step: name.clone(), states: catalogue.guess_states(guess), guessed: true, ..Library::default() };
        Value::new(Kind::Library(Arc::new(library)))
    }

    /// Evaluates at the top level of a file, apart from the path that is being walked: events there are not events here.
    fn at_top(&mut self, module: &Arc<Module>, segment: u32, run: impl FnOnce(&mut Self) -> Value) -> Value {
        let Some(placed) = module.model.segments.get(segment as usize) else { return Value::unknown() };
        self.reads.items.insert(module.items[segment as usize].clone());
        let facts = std::mem::take(&mut self.facts);
        let ended = std::mem::take(&mut self.ended);
        let events = std::mem::take(&mut self.events);
        let accesses = self.accesses;
        let passed = std::mem::take(&mut self.passed);
        self.frames.push(Frame {
            module: Arc::clone(module),
            item: module.items[segment as usize].clone(),
            segment: Arc::clone(&placed.segment),
            function: None,
            state: Vec::new(),
            captured: None,
            this: None,
            class: None,
            returns: Vec::new(),
            yields: Vec::new(),
            exits: Vec::new(),
            tries: 0,
            entry: Default::default(),
        });
        let value = run(self);
        self.frames.pop();
        self.facts = facts;
        self.ended = ended;
        self.events = events;
        self.accesses = accesses;
        self.passed = passed;
        value
    }

    fn awaited_top(&mut self, value: Value) -> Value {
        value
    }

    /// What `import { imported } from source` gives in this file.
    pub(super) fn imported(&mut self, from: &FileId, source: &Name, imported: &Name) -> Value {
        match self.world.resolve(from, source) {
            Target::File(file) => {
                if imported == "*" {
                    return Value::new(Kind::Module(file));
                }
                match self.exported(&file, imported) {
                    Some(value) => value,
                    None => self.submodule(from, source, imported).unwrap_or_else(|| Value::new(Kind::Library(Arc::default()))),
                }
            }
            Target::Library(package) => self.library_export(&package, imported),
            Target::Missing(_) => {
                if let Some(value) = self.submodule(from, source, imported) {
                    return value;
                }
                let states = self.world.catalogue().root(&Root::Export { package: Name::default(), name: imported.clone() });
                let library = Library { step: imported.clone(), states, ..Library::default() };
                Value::new(Kind::Library(Arc::new(library)))
            }
        }
    }

    /// Python: `from package import module`.
    fn submodule(&mut self, from: &FileId, source: &Name, imported: &Name) -> Option<Value> {
        if from.extension() != "py" && from.extension() != "pyi" {
            return None;
        }
        let joined = if source.ends_with('.') { format!("{source}{imported}") } else { format!("{source}.{imported}") };
        match self.world.resolve(from, &joined) {
            Target::File(file) => Some(Value::new(Kind::Module(file))),
            _ => None,
        }
    }

    pub(super) fn library_export(&mut self, package: &Name, name: &Name) -> Value {
        let catalogue = self.world.catalogue();
        let default = Root::Export { package: package.clone(), name: Name::new_static("default") };
        let namespace = name == "*" || name == "default";
        let mut states = if namespace {
            catalogue.root(&default)
        } else {
            let mut states = catalogue.root(&Root::Export { package: package.clone(), name: name.clone() });
            states.extend(catalogue.member(&catalogue.root(&default), name));
            states
        };
        states.dedup();
        // In Python an imported name may be a module of the package.
        let python = self.frames.last().is_some_and(|frame| frame.module.model.language == crate::syntax::Language::Python);
        let (package, namespace) = if python && !namespace { (Name::from(format!("{package}.{name}")), true) } else { (package.clone(), namespace) };
        let library = Library { package, step: name.clone(), states, namespace, ..Library::default() };
        self.known(Value::new(Kind::Library(Arc::new(library))))
    }

    /// What a file exports under a name.
    pub fn exported(&mut self, file: &FileId, name: &Name) -> Option<Value> {
        let module = self.world.module(file)?;
        let key = (file.clone(), Name::from(format!("export {name}")));
        self.reads.names.insert(key.clone());
        if self.resolving.contains(&key) || self.resolving.len() > 48 {
            return None;
        }
        if module.model.language == crate::syntax::Language::Python {
            return self.module_name(file, name);
        }
        self.resolving.push(key);
        let value = match module.exports.get(name).cloned() {
            Some(Export::Local(local)) => self.module_name(file, &local),
            Some(Export::From { source, name }) => Some(self.imported(file, &source, &name)),
            Some(Export::Expression(segment, expr)) => {
                let cached = (file.clone(), Name::from(format!("export {name}")));
                match self.cache.values.get(&cached) {
                    Some((value, reads)) => {
                        self.reads.add(reads);
                        Some(value.clone())
                    }
                    None => {
                        let outer = std::mem::take(&mut self.reads);
                        let value = self.at_top(&module, segment, |walker| {
                            let value = walker.eval(expr);
                            walker.ended = false;
                            value
                        });
                        let reads = std::mem::replace(&mut self.reads, outer);
                        self.reads.add(&reads);
                        self.cache.values.insert(cached, (value.clone(), Arc::new(reads)));
                        Some(value)
                    }
                }
            }
            None => module.stars.clone().into_iter().find_map(|source| match self.world.resolve(file, &source) {
                Target::File(target) if target != *file => self.exported(&target, name),
                _ => None,
            }),
        };
        self.resolving.pop();
        // `const x = require("./x")` gives what `module.exports` is, and so does a default import of it.
        value.or_else(|| (name == "default" && !module.exports.is_empty()).then(|| Value::new(Kind::Module(file.clone()))))
    }

    /// A function value with what surrounds it now.
    pub(super) fn closure(&mut self, function: FunctionId) -> Value {
        let frame = self.frame();
        let arrow = frame.segment[function].kind == FunctionKind::Arrow;
        let captured = self.capture();
        let frame = self.frame();
        let closure = Closure {
            item: frame.item.clone(),
            function,
            captured,
            this: if arrow { frame.this.clone() } else { None },
            class: frame.class.clone(),
            bound: Vec::new(),
            assumes: Default::default(),
        };
        Value::new(Kind::Function(Arc::new(closure)))
    }

    pub(super) fn capture(&self) -> Option<Arc<Captured>> {
        let frame = self.frame();
        if frame.state.is_empty() {
            return frame.captured.clone();
        }
        Some(Arc::new(Captured { variables: frame.state.clone(), parent: frame.captured.clone() }))
    }

    pub(super) fn class_value(&mut self, class: ClassId) -> Value {
        let segment = self.frame().segment.clone();
        let bases = segment[class].bases.iter().map(|base| self.eval(*base)).collect();
        let frame = self.frame();
        let value = ClassValue { item: frame.item.clone(), class, name: segment[class].name.clone(), captured: self.capture(), bases };
        Value::new(Kind::Class(Arc::new(value)))
    }

    /// Runs where a class or function was written, with its surroundings as variables.
    pub(super) fn inside<T>(
        &mut self,
        item: &ItemKey,
        captured: Option<Arc<Captured>>,
        class: Option<Arc<ClassValue>>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let module = self.world.module(&item.file)?;
        self.reads.items.insert(item.clone());
        let segment = Arc::clone(&module.model.segments.get(module.segment_of(item)?)?.segment);
        self.frames.push(Frame {
            module,
            item: item.clone(),
            segment,
            function: None,
            state: Vec::new(),
            captured,
            this: None,
            class,
            returns: Vec::new(),
            yields: Vec::new(),
            exits: Vec::new(),
            tries: 0,
            entry: self.facts.clone(),
        });
        let result = run(self);
        self.frames.pop();
        Some(result)
    }

    /// A value of the declared type, where nothing else is known of it.
    pub(super) fn declared(&mut self, ty: &TypeRef) -> Option<Value> {
        let name = match ty.name.as_str() {
            "Optional" | "Promise" | "Awaitable" | "Readonly" | "NonNullable" | "Annotated" | "Required" => {
                return self.declared(ty.args.first()?);
            }
            "|" => {
                return ty
                    .args
                    .iter()
                    .find(|arg| !matches!(arg.name.as_str(), "None" | "null" | "undefined" | ""))
                    .cloned()
                    .and_then(|arg| self.declared(&arg));
            }
            "" => return None,
            name => name,
        };
        if self.python() && matches!(name, "int" | "float" | "bool" | "Decimal" | "date" | "datetime" | "UUID" | "uuid.UUID" | "Literal" | "UUID4") {
            return Some(Value::number());
        }
        if !self.python() && matches!(name, "number" | "boolean" | "bigint" | "Date") {
            return Some(Value::number());
        }
        let mut parts = name.split('.');
        let first = Name::from(parts.next()?);
        let file = self.frame().module.model.file.clone();
        let local = self.frame().state.iter().rev().find(|(known, _)| *known == first).map(|(_, value)| value.clone());
        let mut value = match local {
            Some(value) => value,
            None => self.module_name(&file, &first)?,
        };
        for part in parts {
            value = self.member(&value, &Name::from(part));
        }
        match value.kind() {
            Kind::Class(class) => Some(self.instance(class.clone(), Vec::new())),
            Kind::Library(library) => {
                let states = self.world.catalogue().call(&library.states);
                if states.is_empty() {
                    return None;
                }
                let library = Library {
                    package: library.package.clone(),
                    step: "()".into(),
                    states,
                    receiver: Some(value.clone()),
                    guessed: library.guessed,
                    ..Library::default()
                };
                Some(self.known(Value::new(Kind::Library(Arc::new(library)))))
            }
            _ => None,
        }
    }

    /// A parameter that no caller gave.
    pub(super) fn open_parameter(&mut self, name: &Name) -> Value {
        self.calls += 1;
        let origin = Origin { part: Part::Parameter, name: name.clone(), site: None, clean: Default::default() };
        if let Some(value) = self.guessed(name) {
            return value;
        }
        Value::unknown().with_symbol(Symbol::new(SymbolRoot::Parameter(self.calls))).with_taint(Taint::of(origin))
    }
}
