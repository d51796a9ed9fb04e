//! Lists of routes that include others, and classes that serve several routes at once.

use std::sync::Arc;

use super::{Target, Walker, is_stub};
use crate::facts::catalogue::RouteEntry;
use crate::facts::event::{Event, Registration, RegistrationKind};
use crate::facts::place::{ItemKey, Site};
use crate::facts::value::{Argument, ClassValue, Closure, Kind, Library, Value};
use crate::text::{FileId, Name, Span};

/// The place of all routes that a file lists.
pub fn place_of_list(file: &FileId) -> Site {
    Site { item: ItemKey { file: file.clone(), hash: 0, ordinal: 0 }, span: Span::default() }
}

/// A route that a class serves.
pub(super) struct Served {
    pub methods: Vec<Name>,
    pub below: String,
    pub handler: Value,
}

impl Walker<'_> {
    /// `path("api/", include(..))`: what is mounted there. `None` if this includes nothing.
    pub(super) fn included(&mut self, route: &RouteEntry, handlers: &[Argument]) -> Option<Vec<Argument>> {
        let catalogue = self.catalogue();
        let known: Vec<_> = route.includes.iter().flat_map(|path| catalogue.named(path)).collect();
        let includes = |handler: &&Argument| handler.value.as_library().is_some_and(|library| library.states.iter().any(|state| known.contains(state)));
        let handler = handlers.iter().find(includes)?.clone();
        let library = handler.value.as_library()?.clone();
        let mut sites = Vec::new();
        match library.args.first() {
            Some(given) => self.listed(&given.value.clone(), route, &mut sites, 0),
            // What a library serves on its own.
            None => self.listed(&handler.value, route, &mut sites, 0),
        }
        let mounted = |site: Site| {
            let value = Value::new(Kind::Library(Arc::new(Library { step: "include".into(), site: Some(site), ..Library::default() })));
            Argument { name: Name::new_static("*mounted*"), value, ..handler.clone() }
        };
        Some(sites.into_iter().map(mounted).collect())
    }

    /// `Mount("/office", routes=[..])`, `Starlette(routes=[..], middleware=[..])`: what stands in the list is mounted where this is.
    pub(super) fn mount_list(&mut self, route: &RouteEntry, said: Registration) {
        let mut sites = Vec::new();
        let mut handlers = Vec::new();
        for handler in &said.handlers {
            if route.before.contains(&handler.name) {
                let mut classes = classes_before(handler);
                if let Some(method) = &route.instance {
                    classes.iter_mut().for_each(|class| self.answer_by_instance(class, method));
                }
                handlers.extend(classes);
            } else {
                self.listed(&handler.value, route, &mut sites, 0);
            }
        }
        if sites.is_empty() {
            return;
        }
        let mounted = |site: Site| {
            let value = Value::new(Kind::Library(Arc::new(Library { step: "include".into(), site: Some(site.clone()), ..Library::default() })));
            Argument { name: Name::new_static("*mounted*"), value, site, spread: false }
        };
        handlers.extend(sites.into_iter().map(mounted));
        let path = said.path.or_else(|| Some("".into()));
        self.events.push(Event::Registration(Registration { path, handlers, ..said }));
    }

    fn listed(&mut self, given: &Value, route: &RouteEntry, out: &mut Vec<Site>, depth: u32) {
        if depth > 6 {
            return;
        }
        match given.kind() {
            Kind::Str(module) => {
                let here = self.frame().module.model.file.clone();
                if let Target::File(file) = self.world.resolve(&here, module) {
                    out.push(place_of_list(&file));
                    if let Some(list) = route.list.as_ref().and_then(|list| self.exported(&file, list)) {
                        self.listed(&list, route, out, depth + 1);
                    }
                }
            }
            Kind::Module(file) => {
                out.push(place_of_list(file));
                if let Some(list) = route.list.as_ref().and_then(|list| self.exported(&file.clone(), list)) {
                    self.listed(&list, route, out, depth + 1);
                }
            }
            Kind::Seq(seq) => {
                for item in seq.items.iter().chain(&seq.rest) {
                    self.listed(item, route, out, depth + 1);
                }
            }
            Kind::Union(alternatives) => alternatives.iter().for_each(|one| self.listed(&one.value, route, out, depth + 1)),
            Kind::Library(_) => out.extend(innermost(given, 0)),
            _ => {}
        }
    }

    /// What a class answers by methods of its own, one route each.
    pub(super) fn served(&mut self, route: &RouteEntry, class: &Arc<ClassValue>) -> Vec<Served> {
        let value = Value::new(Kind::Class(class.clone()));
        let key = self.row_key(&value);
        let mut served = Vec::new();
        // `http_method_names = ["get", "patch"]`: nothing else is answered.
        let listed = self.member(&value, &Name::new_static("http_method_names"));
        let is_answered = |method: &Name| match listed.kind() {
            Kind::Seq(seq) if seq.rest.is_none() => seq.items.iter().any(|one| one.as_str().is_none_or(|one| one.eq_ignore_ascii_case(method))),
            _ => true,
        };
        for action in route.actions.iter().filter(|action| is_answered(&action.method)) {
            if matches!(self.member(&value, &action.name).kind(), Kind::Function(_)) {
                let below = if action.detail { format!("/<{key}>/") } else { "/".to_owned() };
                served.extend(self.served_by(route, &value, &action.name, vec![action.method.clone()], below, None));
            }
        }
        for (name, decorator) in self.decorated_methods(route, class, 0) {
            let Some(library) = decorator.as_library() else { continue };
            let told = |wanted: &str| library.args.iter().find(|arg| arg.name == wanted).map(|arg| arg.value.clone());
            let methods =
                match told("methods").or_else(|| library.args.first().filter(|arg| arg.name.is_empty()).map(|arg| arg.value.clone())).as_ref().map(Value::kind)
                {
                    Some(Kind::Seq(seq)) => seq.items.iter().filter_map(Value::as_str).map(|text| Name::from(text.to_uppercase())).collect(),
                    _ => vec![Name::new_static("GET")],
                };
            let detail = told("detail").is_some_and(|detail| detail.is_truthy() == Some(true));
            let path = match told("url_path").map(|path| path.as_str().cloned()) {
                Some(Some(path)) => path.to_string(),
                _ => name.to_string(),
            };
            let below = if detail { format!("/<{key}>/{path}/") } else { format!("/{path}/") };
            let methods: Vec<Name> = methods.into_iter().filter(&is_answered).collect();
            if methods.is_empty() {
                continue;
            }
            served.extend(self.served_by(route, &value, &name, methods, below, told("permission_classes")));
        }
        served
    }

    fn served_by(&mut self, route: &RouteEntry, class: &Value, action: &Name, methods: Vec<Name>, below: String, permissions: Option<Value>) -> Option<Served> {
        let through = self.member(class, route.through.as_ref()?);
        let handler = self.apply_plain(&through, vec![Value::str(action.as_str()), permissions.unwrap_or_else(Value::null)]);
        self.ended = false;
        Some(Served { methods, below, handler })
    }

    fn row_key(&mut self, class: &Value) -> Name {
        for name in ["lookup_url_kwarg", "lookup_field"] {
            if let Some(key) = self.member(class, &Name::new_static(name)).as_str() {
                return Name::from(&**key);
            }
        }
        Name::new_static("pk")
    }

    /// Methods of a class of the project and of its bases that carry the decorator, with it.
    fn decorated_methods(&mut self, route: &RouteEntry, class: &Arc<ClassValue>, depth: u32) -> Vec<(Name, Value)> {
        let Some(decorator) = route.action.as_ref().map(|path| self.catalogue().named(path)) else { return Vec::new() };
        if depth > 8 || is_stub(&class.item.file) {
            return Vec::new();
        }
        let own = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| {
            let segment = walker.frame().segment.clone();
            let mut found = Vec::new();
            for method in &segment[class.class].methods {
                for expr in &segment[*method].decorators {
                    let value = walker.eval(*expr);
                    walker.ended = false;
                    if value.as_library().is_some_and(|library| library.states.iter().any(|state| decorator.contains(state))) {
                        found.push((segment[*method].name.clone(), value));
                    }
                }
            }
            found
        });
        let mut found = own.unwrap_or_default();
        for base in &class.bases {
            if let Kind::Class(base) = base.kind() {
                for (name, value) in self.decorated_methods(route, base, depth + 1) {
                    if !found.iter().any(|(known, _)| *known == name) {
                        found.push((name, value));
                    }
                }
            }
        }
        found
    }

    /// The HTTP methods that a class behind a handler answers, if the handler is one that a library makes of a class.
    pub(super) fn verbs_of(&mut self, route: &RouteEntry, handler: &Value) -> Vec<Name> {
        let Some(closure) = made_of_class(handler, 0) else { return Vec::new() };
        let class = closure.captured.as_ref().and_then(|captured| captured.get("cls")).cloned();
        let Some(class) = class.filter(|class| matches!(class.kind(), Kind::Class(_))) else { return Vec::new() };
        // `as_view({"get": "list"})`: the call says which method is answered by what.
        if let Some(Kind::Object(actions)) = closure.captured.as_ref().and_then(|captured| captured.get("actions")).map(Value::kind) {
            return route.verbs.iter().filter(|verb| actions.get(verb).0.is_some()).map(|verb| Name::from(verb.to_uppercase())).collect();
        }
        let verbs = route.verbs.iter().filter(|verb| matches!(self.member(&class, verb).kind(), Kind::Function(_)));
        verbs.map(|verb| Name::from(verb.to_uppercase())).collect()
    }

    /// Registers what a class serves.
    pub(super) fn register_served(&mut self, route: &RouteEntry, on: &Value, path: &str, handlers: &[Argument], site: &Site) -> bool {
        let Some(class) = handlers.iter().find_map(|handler| if let Kind::Class(class) = handler.value.kind() { Some(class.clone()) } else { None }) else {
            return false;
        };
        let all = self.served(route, &class);
        let is_any = !all.is_empty();
        for served in all {
            let path = format!("{}{}", path.trim_end_matches('/'), served.below);
            let handler = Argument { name: Name::new_static("*handler*"), value: served.handler, site: site.clone(), spread: false };
            self.events.push(Event::Registration(Registration {
                kind: RegistrationKind::Route,
                framework: route.framework.clone(),
                on: on.clone(),
                methods: served.methods,
                path: Some(path.into()),
                handlers: vec![handler],
                site: site.clone(),
            }));
        }
        is_any
    }
}

/// The call that made what this was reached from.
pub(super) fn innermost(value: &Value, depth: u32) -> Option<Site> {
    if depth > 16 {
        return None;
    }
    let library = value.as_library()?;
    library.receiver.as_ref().and_then(|receiver| innermost(receiver, depth + 1)).or_else(|| library.site.clone())
}

/// `middleware=[Middleware(SignedIn)]`: classes of the project's.
fn classes_before(listed: &Argument) -> Vec<Argument> {
    let Kind::Seq(seq) = listed.value.kind() else { return Vec::new() };
    let class_of = |item: &Value| {
        let given = item.as_library()?.args.first()?.value.clone();
        matches!(given.kind(), Kind::Class(_)).then_some(given)
    };
    let classes = seq.items.iter().filter_map(class_of);
    classes.map(|value| Argument { name: Name::new_static("middleware"), value: value.without_symbol(), ..listed.clone() }).collect()
}

/// The function that a library made of a class, perhaps below decorators of the project's.
fn made_of_class(handler: &Value, depth: u32) -> Option<Arc<Closure>> {
    let Kind::Function(closure) = handler.kind() else { return None };
    if is_stub(&closure.item.file) {
        return Some(closure.clone());
    }
    let mut around = closure.captured.as_deref().filter(|_| depth < 4);
    while let Some(captured) = around {
        if let Some(found) = captured.variables.iter().find_map(|(_, value)| made_of_class(value, depth + 1)) {
            return Some(found);
        }
        around = captured.parent.as_deref();
    }
    None
}
