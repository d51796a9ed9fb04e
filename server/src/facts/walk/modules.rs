//! The modules of an application that is put together of classes: the controllers they list, the guards they provide for
//! everything, and the paths they are given.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Walker;
use super::assembly::{field, first_argument};
use super::consumer::Applied;
use crate::facts::catalogue::{PartEntry, PartKind};
use crate::facts::event::RegistrationKind;
use crate::facts::place::{ItemKey, Site};
use crate::facts::value::{Argument, ClassValue, Kind, Object, Value};
use crate::model::ClassId;
use crate::text::Name;

/// The name of an argument that stands for the controllers of modules that are not there.
pub const ABSENT: &str = "*absent*";

/// Modules of one application that are looked into.
const MOST_MODULES: usize = 400;

type ClassKey = (ItemKey, ClassId);

/// What the modules of an application list.
#[derive(Default)]
struct Listed {
    seen: FxHashSet<ClassKey>,
    controllers: Vec<(Arc<ClassValue>, Option<ClassKey>)>,
    guards: Vec<Value>,
    paths: Vec<(ClassKey, String)>,
    applied: Vec<Applied>,
    /// One of them stands in a file that is not there.
    has_absent: bool,
}

impl Walker<'_> {
    /// The application serves the controllers that its modules list.
    pub(super) fn listens(&mut self, part: &PartEntry, application: &Value, site: &Site) {
        let Some(root) = application.as_library().and_then(|made| made.args.first()).map(|arg| arg.value.clone()) else { return };
        let mut listed = Listed::default();
        self.module(&root, part, &mut listed, 0);
        let argument = |name: &'static str, value: Value| Argument { name: Name::new_static(name), value, site: site.clone(), spread: false };
        if !listed.guards.is_empty() {
            let guards = listed.guards.iter().map(|guard| argument("*guard*", guard.clone())).collect();
            self.registered(RegistrationKind::Middleware, part, application.clone(), None, guards, site.clone());
        }
        for applied in &listed.applied {
            let middleware = vec![argument("*middleware*", applied.middleware.clone())];
            if applied.controllers.is_empty() {
                self.registered(RegistrationKind::Middleware, part, application.clone(), None, middleware.clone(), site.clone());
            }
            for controller in &applied.controllers {
                let unit = self.unit(controller);
                self.registered(RegistrationKind::Middleware, part, unit, None, middleware.clone(), site.clone());
            }
        }
        if listed.has_absent {
            self.registered(RegistrationKind::Mount, part, application.clone(), Some("".into()), vec![argument(ABSENT, Value::unknown())], site.clone());
        }
        for (controller, module) in &listed.controllers {
            let path = listed.paths.iter().find(|(key, _)| Some(key) == module.as_ref()).map(|(_, path)| path.as_str()).unwrap_or_default();
            let unit = self.unit(controller);
            self.registered(RegistrationKind::Mount, part, application.clone(), Some(path.into()), vec![argument("*mounted*", unit)], site.clone());
        }
    }

    fn module(&mut self, value: &Value, part: &PartEntry, listed: &mut Listed, depth: u32) {
        if depth > 40 || listed.seen.len() > MOST_MODULES {
            return;
        }
        match value.awaited().kind() {
            Kind::Union(alternatives) => alternatives.iter().for_each(|one| self.module(&one.value, part, listed, depth + 1)),
            Kind::Class(class) => {
                if !listed.seen.insert(key(class)) {
                    return;
                }
                listed.applied.extend(self.consumed(class));
                let decorators = self.inside(&class.item, class.captured.clone(), None, |walker| {
                    let segment = walker.frame().segment.clone();
                    walker.told(&segment[class.class].decorators)
                });
                for (decorator, _) in decorators.unwrap_or_default() {
                    if self.is_part(&decorator, PartKind::Module)
                        && let Some(Kind::Object(object)) = first_argument(&decorator).as_ref().map(Value::kind)
                    {
                        self.lists(object, Some(key(class)), part, listed, depth);
                    }
                }
            }
            // What makes a module when it is asked: `{ module: M, imports: [..] }`.
            Kind::Object(object) => {
                let class = object.get("module").0.cloned();
                let of = match class.as_ref().map(Value::kind) {
                    Some(Kind::Class(class)) => Some(key(class)),
                    _ => None,
                };
                if let Some(class) = &class {
                    self.module(class, part, listed, depth + 1);
                }
                self.lists(object, of, part, listed, depth);
            }
            Kind::Library(library) if library.absent => listed.has_absent = true,
            Kind::Library(library) if self.is_part(value, PartKind::Paths) => {
                let given = library.args.first().map(|arg| arg.value.clone());
                given.iter().for_each(|given| paths_of_modules(given, "", listed, 0));
            }
            _ => {}
        }
    }

    fn lists(&mut self, object: &Object, of: Option<ClassKey>, part: &PartEntry, listed: &mut Listed, depth: u32) {
        for provider in object.get("providers").0.map(elements).unwrap_or_default() {
            let token = field(&provider, "provide");
            if token.is_some_and(|token| self.is_part(&token, PartKind::GuardToken))
                && let Some(guard) = field(&provider, "useClass").or_else(|| field(&provider, "useExisting")).or_else(|| field(&provider, "useValue"))
            {
                let guard = self.deciding(&guard, part);
                listed.guards.push(guard);
            }
            // What answers by name is provided, not listed among the controllers.
            if let Kind::Class(class) = provider.kind()
                && self.is_controller(class)
                && !listed.controllers.iter().any(|(known, _)| key(known) == key(class))
            {
                listed.controllers.push((class.clone(), of.clone()));
            }
        }
        for controller in object.get("controllers").0.map(elements).unwrap_or_default() {
            if let Kind::Class(class) = controller.kind()
                && !listed.controllers.iter().any(|(known, _)| key(known) == key(class))
            {
                listed.controllers.push((class.clone(), of.clone()));
            }
        }
        for module in object.get("imports").0.map(elements).unwrap_or_default() {
            self.module(&module, part, listed, depth + 1);
        }
    }
}

impl Walker<'_> {
    fn is_controller(&mut self, class: &Arc<ClassValue>) -> bool {
        let told = self.inside(&class.item, class.captured.clone(), None, |walker| {
            let segment = walker.frame().segment.clone();
            walker.told(&segment[class.class].decorators)
        });
        told.unwrap_or_default().iter().any(|(decorator, _)| self.is_part(decorator, PartKind::Controller))
    }
}

fn key(class: &ClassValue) -> ClassKey {
    (class.item.clone(), class.class)
}

fn elements(list: &Value) -> Vec<Value> {
    let Kind::Seq(seq) = list.kind() else { return Vec::new() };
    let rest = seq.rest.iter().flat_map(|rest| rest.alternatives());
    seq.items.iter().cloned().chain(rest).collect()
}

/// `[{ path, module, children }]`.
fn paths_of_modules(list: &Value, above: &str, listed: &mut Listed, depth: u32) {
    if depth > 8 {
        return;
    }
    for entry in elements(list) {
        if let Kind::Class(class) = entry.kind() {
            listed.paths.push((key(class), above.to_owned()));
            continue;
        }
        let Some(path) = field(&entry, "path").and_then(|path| path.as_str().cloned()) else { continue };
        let path = format!("{above}/{path}");
        if let Some(module) = field(&entry, "module")
            && let Kind::Class(class) = module.kind()
        {
            listed.paths.push((key(class), path.clone()));
        }
        if let Some(children) = field(&entry, "children") {
            paths_of_modules(&children, &path, listed, depth + 1);
        }
    }
}
