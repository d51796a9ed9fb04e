//! Names: local, captured, of the module, imported, global.

use std::sync::Arc;

use super::{Target, Walker};
use crate::facts::catalogue::GuessEntry;
use crate::facts::catalogue::Root;
use crate::facts::check::{Root as SymbolRoot, Symbol};
use crate::facts::scope::{Definition, IMPORTS, Module, bound_later, pattern_names};
use crate::facts::value::{Kind, Library, Value};
use crate::model::{ExprKind, Placed, StmtKind};
use crate::syntax::Language;
use crate::text::{FileId, Name};

impl<'w> Walker<'w> {
    pub(super) fn name(&mut self, name: &Name) -> Value {
        let frame = self.frame();
        let found = frame.state.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let found = found.or_else(|| frame.captured.as_ref().and_then(|captured| captured.get(name).cloned()));
        if let Some(value) = found {
            let value = match value.kind() {
                Kind::Hoisted(function) => self.closure(*function),
                _ => self.with_kept(value),
            };
            return self.refined(value);
        }
        let file = frame.module.model.file.clone();
        if let Some(value) = self.loaded_as(name) {
            return value;
        }
        if let Some(value) = self.module_name(&file, name).or_else(|| self.unimported(&file, name)) {
            let value = self.with_together(value);
            return self.refined(value);
        }
        self.global(name)
    }

    /// What another file exports that the framework imports by itself.
    fn unimported(&mut self, file: &FileId, name: &Name) -> Option<Value> {
        let files = self.world.unimported(file);
        files.iter().filter(|other| *other != file).find_map(|other| self.exported(other, name))
    }

    pub(super) fn global(&mut self, name: &Name) -> Value {
        match name.as_str() {
            "undefined" | "None" | "NaN" => return Value::null(),
            "globalThis" | "window" | "self" | "global" if !self.python() => {
                return Value::unknown().with_symbol(Symbol::new(SymbolRoot::Global("globalThis".into())));
            }
            _ => {}
        }
        let states = self.world.catalogue().root(&Root::Global(name.clone()));
        if states.is_empty()
            && self.python()
            && let Some(value) = self.imported_around(name)
        {
            return value;
        }
        if states.is_empty()
            && let Some(guess) = self.guessed(name)
        {
            return guess;
        }
        let library = Library { step: name.clone(), states, ..Library::default() };
        self.known(Value::new(Kind::Library(Arc::new(library))))
    }

    /// A function inside of another that nobody is seen to call is walked by itself: what the other one imports is known to it all the same.
    fn imported_around(&mut self, name: &Name) -> Option<Value> {
        let frame = self.frame();
        frame.function?;
        let (source, imported) = frame.segment.stmts.iter().find_map(|stmt| {
            let StmtKind::Import(import) = &stmt.kind else { return None };
            let found = import.names.iter().find(|known| known.local == *name && known.local != "*")?;
            Some((import.source.clone(), found.imported.clone()))
        })?;
        let file = frame.module.model.file.clone();
        Some(self.imported(&file, &source, &imported))
    }

    /// What a value called `name` probably is.
    pub(super) fn guessed(&mut self, name: &str) -> Option<Value> {
        let module = self.frame().module.clone();
        self.guessed_in(&module, name)
    }

    /// The same, of a name of this file.
    fn guessed_in(&mut self, module: &Module, name: &str) -> Option<Value> {
        let catalogue = self.world.catalogue();
        let guess = self.guess(module, name)?;
        let states = catalogue.meant(guess);
        let library = Library { step: Name::from(name), states, guessed: true, ..Library::default() };
        Some(self.known(Value::new(Kind::Library(Arc::new(library)))))
    }

    fn guess(&mut self, module: &Module, name: &str) -> Option<&'w GuessEntry> {
        let mut is_asked = false;
        let guess = self.world.catalogue().guess(name, module.model.language == Language::Python, &mut |sources| {
            is_asked = true;
            module.imports_any(sources)
        });
        if is_asked {
            self.reads.names.insert((module.model.file.clone(), Name::new_static(IMPORTS)));
        }
        guess
    }

    /// A name defined at the top level of a file; `None` if the file does not define it.
    pub(super) fn module_name(&mut self, file: &FileId, name: &Name) -> Option<Value> {
        let key = (file.clone(), name.clone());
        if let Some((value, reads)) = self.cache.value(file, name) {
            self.reads.add(reads);
            return Some(value.clone());
        }
        let module = self.world.module(file)?;
        self.reads.names.insert(key.clone());
        let definitions = module.definitions.get(name);
        if definitions.is_empty() {
            if let Some(later) = self.bound_later(&module, name) {
                return Some(later);
            }
            if module.stars.is_empty() {
                return None;
            }
            // The name of the search, so that it is not taken for a definition that is being found.
            let star = Name::from(format!("* {name}"));
            for source in module.stars.iter() {
                if let Target::File(target) = self.world.resolve(file, source)
                    && target != *file
                    && !self.resolving.contains(&(target.clone(), star.clone()))
                    && self.resolving.len() < 32
                {
                    self.resolving.push((target.clone(), star.clone()));
                    let found = self.module_name(&target, name);
                    self.resolving.pop();
                    if found.is_some() {
                        return found;
                    }
                }
            }
            return None;
        }
        // While a name is being found, an earlier definition of it is what it refers to.
        let nested = self.resolving.iter().filter(|resolving| **resolving == key).count();
        let Some((_, definition)) = definitions.iter().rev().nth(nested) else { return Some(Value::unknown()) };
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
            self.cache.keep(key.0, key.1, value.clone(), reads);
        }
        Some(value)
    }

    fn defined(&mut self, module: &Arc<Module>, name: &Name, definition: &Definition) -> Value {
        match definition {
            Definition::Import { source, imported } => {
                let value = self.imported(&module.model.file, source, imported);
                match value.kind() {
                    Kind::Library(library) if library.package.is_empty() && library.states.is_empty() => self.missing(module, name, value.clone()),
                    _ => self.or_guessed(module, name, value),
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
            Definition::Variable { segment, pattern, value } | Definition::Later { segment, pattern, value } => {
                let (pattern, value) = (*pattern, *value);
                let found = self.at_top(module, *segment, |walker| {
                    let given = walker.eval(value);
                    walker.ended = false;
                    walker.bind(pattern, given);
                    let bound = walker.frame().state.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                    // What came out of a cache or a container that cannot be followed is still called what it is.
                    walker.or_guessed(module, name, bound.unwrap_or_else(Value::unknown))
                });
                let found = if matches!(found.kind(), Kind::Null) { self.bound_later(module, name).unwrap_or(found) } else { found };
                if module.model.language == Language::Python { found } else { self.with_assigned(&module.model.file, name, found) }
            }
            Definition::Member { .. } => Value::unknown(),
        }
    }

    /// What a function of the file binds a name of it to that begins as nothing.
    fn bound_later(&mut self, module: &Arc<Module>, name: &Name) -> Option<Value> {
        let key = (module.model.file.clone(), bound_later(name));
        self.reads.names.insert(key.clone());
        if self.resolving.contains(&key) || self.resolving.len() > 48 {
            return None;
        }
        let definition = module.definitions.last(&key.1)?.clone();
        self.resolving.push(key);
        let value = self.defined(module, name, &definition);
        self.resolving.pop();
        (!matches!(value.kind(), Kind::Null)).then_some(value)
    }

    /// Of a value of which nothing is known, what its name says.
    fn or_guessed(&mut self, module: &Module, name: &Name, value: Value) -> Value {
        // A whole file of the project that is not there is called what the code calls it.
        if let Kind::Library(library) = value.kind()
            && library.package.is_empty()
            && library.states.is_empty()
            && library.receiver.is_none()
            && library.query.is_none()
            && matches!(library.step.as_str(), "*" | "default")
        {
            let called = || value.with_kind(Kind::Library(Arc::new(Library { step: name.clone(), ..(**library).clone() })));
            return self.guessed_model(module, name).unwrap_or_else(called);
        }
        let is_of_a_library = value.as_library().is_some_and(|library| self.world.catalogue().knows(&library.package));
        if is_opaque(&value, 0)
            && !is_of_a_library
            && value.taint().is_empty()
            && let Some(guess) = self.guessed_in(module, name).or_else(|| self.guessed_model(module, name))
        {
            guess
        } else {
            value
        }
    }

    /// `const { Job } = require("../models")`, of which there is no file.
    fn guessed_model(&mut self, module: &Module, name: &Name) -> Option<Value> {
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) || module.model.language == Language::Python || !is_from_models(module, name) {
            return None;
        }
        let guess = self.guess(module, "*Model*")?;
        let library = Library { step: name.clone(), states: self.world.catalogue().meant(guess), guessed: true, ..Library::default() };
        Some(Value::new(Kind::Library(Arc::new(library))))
    }

    /// `db.Invoice`, where `models/index.js` loads what lies in its folder: a model, by where it is from and how it is called.
    pub(super) fn model_of_folder(&mut self, file: &FileId, name: &Name) -> Option<Value> {
        let is_of_models = file.as_str().split('/').any(|part| matches!(part.split('.').next(), Some("model" | "models")));
        if !is_of_models || name == "Sequelize" || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let module = self.frame().module.clone();
        let guess = self.guess(&module, "*Model*")?;
        let library = Library { step: name.clone(), states: self.world.catalogue().meant(guess), guessed: true, ..Library::default() };
        Some(Value::new(Kind::Library(Arc::new(library))))
    }

    /// Something that should be in the project and is not: its name may still say what it is.
    fn missing(&mut self, module: &Module, name: &Name, value: Value) -> Value {
        let catalogue = self.world.catalogue();
        let kind = name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| match module.model.language {
            Language::Python => Some("*Class*"),
            _ => is_from_models(module, name).then_some("*Model*"),
        });
        let by_name = self.guess(module, name);
        let guess = by_name.or_else(|| kind.flatten().and_then(|kind| self.guess(module, kind)));
        let Some(guess) = guess else { return self.or_guessed(module, name, value) };
        // What it does is told by its own name, though not by the kind of its name.
        let absent = by_name.is_none() && super::absent::is_absent(&value);
        let library = Library { step: name.clone(), states: catalogue.meant(guess), guessed: true, absent, ..Library::default() };
        Value::new(Kind::Library(Arc::new(library)))
    }
}

/// `import { Job } from "../models/job.js"`, `const { Job } = require("../models")`
fn is_from_models(module: &Module, name: &Name) -> bool {
    let is_such =
        |source: &str| source.starts_with(['.', '@', '~']) && source.split('/').any(|part| matches!(part.split('.').next(), Some("model" | "models")));
    let is_required = |placed: &Placed| {
        placed.segment.stmts.iter().any(|stmt| {
            let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return false };
            let ExprKind::Call { callee, args, .. } = &placed.segment[*value].kind else { return false };
            let is_require = matches!(&placed.segment[*callee].kind, ExprKind::Name(called) if called == "require");
            let of_models = args.first().is_some_and(|arg| matches!(&placed.segment[arg.value].kind, ExprKind::Str(source) if is_such(source)));
            let mut names = Vec::new();
            if is_require && of_models {
                pattern_names(&placed.segment, *pattern, &mut names, 0);
            }
            names.contains(name)
        })
    };
    module.definitions.get(name).iter().any(|(_, definition)| matches!(definition, Definition::Import { source, .. } if is_such(source)))
        || module.model.segments.iter().any(is_required)
}

/// Nothing is known of it, whichever of its alternatives it is.
fn is_opaque(value: &Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Unknown => true,
        Kind::Library(library) => library.states.is_empty(),
        Kind::Union(alternatives) if depth < 8 => alternatives.iter().all(|alternative| is_opaque(&alternative.value, depth + 1)),
        _ => false,
    }
}
