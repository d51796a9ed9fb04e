//! Imports and exports: what a name of another file or of a library means.

use std::sync::Arc;

use super::{Target, Walker};
use crate::facts::catalogue::Root;
use crate::facts::names;
use crate::facts::scope::{Definition, Export, Module};
use crate::facts::value::{Kind, Library, Value};
use crate::syntax::Language;
use crate::text::{FileId, Name};

impl Walker<'_> {
    /// What `import { imported } from source` gives in this file.
    pub(super) fn imported(&mut self, from: &FileId, source: &Name, imported: &Name) -> Value {
        match self.world.resolve(from, source) {
            Target::File(file) => {
                if imported == "*" {
                    return Value::new(Kind::Module(file));
                }
                // `from . import notes` in `__init__.py`: nobody but the package itself asks for what it is made of.
                let own = if file == *from { self.submodule(from, source, imported) } else { None };
                match own.or_else(|| self.exported(&file, imported)) {
                    Some(value) => value,
                    None => self.submodule(from, source, imported).unwrap_or_else(|| Value::new(Kind::Library(Arc::new(self.absent(imported))))),
                }
            }
            // A folder without `__init__.py` is a package, too.
            Target::Library(package)
                if !self.world.catalogue().knows(&package)
                    && let Some(module) = self.submodule(from, source, imported) =>
            {
                module
            }
            // `from auth import login_required`, beside no `auth.py`.
            Target::Library(package) if is_python(from) && super::absent::is_of_the_house(&package) && !self.world.catalogue().knows(&package) => {
                Value::new(Kind::Library(Arc::new(Library { package, ..self.absent(imported) })))
            }
            Target::Library(package) => match self.stub(&package, imported) {
                Some(value) => value,
                None => self.library_export(&package, imported),
            },
            Target::Missing(_) => {
                if let Some(value) = self.submodule(from, source, imported) {
                    return value;
                }
                let catalogue = self.world.catalogue();
                let mut states = catalogue.root(&Root::Export { package: Name::default(), name: imported.clone() });
                // What a tool generates is often not kept with the code: `../_generated/server` is known by its name.
                let generated = Name::from(source.trim_start_matches(['.', '/']));
                if !generated.is_empty() && catalogue.knows(&generated) {
                    states.extend(catalogue.root(&Root::Export { package: generated, name: imported.clone() }));
                }
                let library = Library { states, ..self.absent(imported) };
                Value::new(Kind::Library(Arc::new(library)))
            }
        }
    }

    /// A class or a function of a library whose steps are written down.
    pub(super) fn stub(&mut self, package: &str, name: &Name) -> Option<Value> {
        let file = self.world.stub(package)?;
        self.exported(&file, name).filter(|value| matches!(value.kind(), Kind::Class(_) | Kind::Function(_) | Kind::Seq(_)))
    }

    /// Python: `from package import module`.
    fn submodule(&mut self, from: &FileId, source: &Name, imported: &Name) -> Option<Value> {
        if !is_python(from) {
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
        let python = self.frames.last().is_some_and(|frame| frame.module.model.language == Language::Python);
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
        if module.model.language == Language::Python {
            return self.module_name(file, name);
        }
        self.resolving.push(key);
        let value = match module.exports.last(name).cloned() {
            Some(Export::Local(local)) => self.module_name(file, &local),
            Some(Export::From { source, name }) => Some(self.imported(file, &source, &name)),
            Some(Export::Expression(segment, expr)) => {
                let cached = Name::from(format!("export {name}"));
                match self.cache.value(file, &cached) {
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
                        self.cache.keep(file.clone(), cached, value.clone(), reads);
                        Some(value)
                    }
                }
            }
            None => {
                let of_stars = module.stars.iter().find_map(|source| match self.world.resolve(file, source) {
                    Target::File(target) if target != *file => self.exported(&target, name),
                    _ => None,
                });
                of_stars.or_else(|| not_yet_exported(&module, name).and_then(|local| self.module_name(file, &local)))
            }
        };
        self.resolving.pop();
        // `const x = require("./x")` gives what `module.exports` is, and so does a default import of it.
        value.or_else(|| (name == "default" && !module.exports.is_empty()).then(|| Value::new(Kind::Module(file.clone()))))
    }

    pub(super) fn module_default_member(&mut self, file: &FileId, name: &Name) -> Value {
        // `const x = require("./x")` where `module.exports` is one value.
        let Some(module) = self.world.module(file) else { return Value::unknown() };
        if !module.exports.has("default") || name == "default" {
            return Value::unknown();
        }
        match self.exported(file, &Name::new_static("default")) {
            Some(value) if !matches!(value.kind(), Kind::Module(_)) => self.member(&value, name),
            _ => Value::unknown(),
        }
    }
}

fn is_python(file: &FileId) -> bool {
    matches!(file.extension(), "py" | "pyi")
}

/// What a file that is still being written will export under a name at its end: what goes by that name, and as a default the one
/// router or plugin of it.
fn not_yet_exported(module: &Module, name: &Name) -> Option<Name> {
    let is_being_written = module.model.segments.iter().rev().find(|placed| !placed.segment.body.is_empty()).is_some_and(|last| last.segment.is_incomplete());
    if !is_being_written || module.model.language == Language::Python {
        return None;
    }
    if name != "default" {
        return module.definitions.last(name).map(|_| name.clone());
    }
    let answers = |name: &str| {
        let last = names::words(name).last().cloned().unwrap_or_default();
        matches!(last.as_str(), "router" | "routers" | "routes" | "route" | "app" | "api" | "server" | "plugin")
    };
    let is_made_here = |definition: &Definition| !matches!(definition, Definition::Import { .. });
    let mut found = module.definitions.iter().filter(|(name, all)| answers(name) && all.iter().all(|(_, definition)| is_made_here(definition)));
    let (only, _) = found.next()?;
    found.next().is_none().then(|| only.clone())
}
