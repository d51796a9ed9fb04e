//! Handlers that are registered: routes, middleware, plugins.

use std::sync::Arc;

use super::Walker;
use super::hand_on::chained;
use super::including::innermost;
use crate::facts::catalogue::RouteEntry;
use crate::facts::event::{Event, Registration, RegistrationKind};
use crate::facts::place::Site;
use crate::facts::value::{Argument, Closure, Kind, Library, Value};
use crate::text::{Name, Span};

/// The path of what runs before every route of its router that has a part of this name in its path.
pub const WHERE_NAMED: &str = "**:";

impl<'w> Walker<'w> {
    pub(super) fn register(&mut self, route: &RouteEntry, function: &Value, args: &[Argument], span: Span) {
        let on = function.as_library().and_then(|library| library.receiver.clone()).unwrap_or_else(Value::unknown);
        let args: Vec<Argument> = args.iter().map(|arg| Argument { value: self.as_exported(&arg.value), ..arg.clone() }).collect();
        let args = args.as_slice();
        if let Some(at) = route.onto {
            self.register_onto(route, at, function, args, span);
            return;
        }
        let path_given = route.path.and_then(|at| args.iter().filter(|arg| arg.name.is_empty()).nth(at)).and_then(|arg| arg.value.as_str().cloned());
        // `use(mw)` without a path: the handlers begin one earlier.
        let from = if route.path.is_some()
            && path_given.is_none()
            && args.first().is_some_and(|arg| !matches!(arg.value.kind(), Kind::Text(_) | Kind::Unknown | Kind::Seq(_) | Kind::Pattern(_)))
        {
            route.handlers.saturating_sub(1)
        } else {
            route.handlers
        };
        let path = path_given.or_else(|| if route.named { self.name_given(span).map(|name| name.as_str().into()) } else { None });
        let path = path.or_else(|| path_before(&on)).or_else(|| route.address.as_ref().map(|address| address.as_str().into()));
        let mut handlers: Vec<Argument> = if route.chained.is_empty() && route.context.is_none() { Vec::new() } else { chained(route, &on) };
        for (position, arg) in args.iter().enumerate() {
            if arg.name.is_empty() && position >= from {
                match arg.value.kind() {
                    Kind::Seq(seq) => handlers.extend(seq.items.iter().map(|value| Argument { value: value.clone(), ..arg.clone() })),
                    Kind::Object(object) if route.member.is_some() => {
                        let given = route.member.as_ref().and_then(|member| object.get(member).0).filter(|value| matches!(value.kind(), Kind::Function(_)));
                        handlers.extend(given.map(|value| Argument { name: "*handler*".into(), value: value.clone(), ..arg.clone() }));
                    }
                    Kind::Object(object) => {
                        for option in &route.options {
                            if let (Some(value), _) = object.get(option) {
                                match value.kind() {
                                    Kind::Seq(seq) => {
                                        handlers.extend(seq.items.iter().map(|value| Argument { name: option.clone(), value: value.clone(), ..arg.clone() }))
                                    }
                                    _ => handlers.push(Argument { name: option.clone(), value: value.clone(), ..arg.clone() }),
                                }
                            }
                        }
                        if let (Some(prefix), _) = object.get("prefix") {
                            handlers.push(Argument { name: "prefix".into(), value: prefix.clone(), ..arg.clone() });
                        }
                    }
                    _ => handlers.push(arg.clone()),
                }
            } else if route.keywords.contains(&arg.name) {
                handlers.push(Argument { name: Name::default(), ..arg.clone() });
            } else if arg.name.starts_with('*') || route.before.contains(&arg.name) || matches!(arg.name.as_str(), "prefix" | "url_prefix") {
                handlers.push(arg.clone());
            }
        }
        // `router.get("user", "/users/:id", show)`: a name, then the path.
        let named = handlers.first().filter(|_| path.as_ref().is_some_and(|path| !path.starts_with('/'))).and_then(|first| first.value.as_str().cloned());
        let path = named.filter(|path| path.starts_with('/')).or(path);
        let parameter = route.parameter.and_then(|at| args.get(at)).and_then(|arg| arg.value.as_str());
        let path = parameter.map(|name| format!("{WHERE_NAMED}{name}").into()).or(path);
        let site = self.site(span);
        if let Some(map) = &route.map {
            self.register_map(route, map, args, &site);
            return;
        }
        // A route that stands in a list is mounted with the list, by its own place.
        let on = match &route.list {
            // `app.add_routes([..])`: the list is mounted on the application.
            Some(_) if route.kind == RegistrationKind::Mount && innermost(&on, 0).is_some() => on,
            Some(_) => Value::new(Kind::Library(Arc::new(Library { step: "route".into(), site: Some(site.clone()), ..Library::default() }))),
            None => on,
        };
        if route.kind == RegistrationKind::Mount && route.list.is_some() {
            self.mount_list(route, Registration { kind: route.kind, framework: route.framework.clone(), on, methods: Vec::new(), path, handlers, site });
            return;
        }
        if !route.includes.is_empty()
            && let Some(handlers) = self.included(route, &handlers)
        {
            let (framework, methods) = (route.framework.clone(), Vec::new());
            self.events.push(Event::Registration(Registration { kind: RegistrationKind::Mount, framework, on, methods, path, handlers, site }));
            return;
        }
        if !route.actions.is_empty() && path.as_ref().is_some_and(|path| self.register_served(route, &on, path, &handlers, &site)) {
            return;
        }
        if let (Some(method), true) = (&route.through, route.actions.is_empty()) {
            for handler in handlers.iter_mut().filter(|handler| matches!(handler.value.kind(), Kind::Class(_))) {
                let method = self.member(&handler.value, method);
                handler.value = self.apply_plain(&method, Vec::new());
                self.ended = false;
            }
        }
        if let Some(method) = &route.instance {
            handlers.iter_mut().for_each(|handler| self.answer_by_instance(handler, method));
        }
        if let Some(role) = &route.plugin {
            // A plugin registers on an instance of its own, which stands for the place where it was mounted.
            if let Some(plugin) = handlers.first().and_then(|handler| Self::unenclosed(&route.unenclosed, &handler.value)) {
                self.apply_plain(&plugin, vec![on]);
                self.ended = false;
                return;
            }
            for handler in handlers.iter_mut().filter(|handler| handler.name.is_empty()) {
                let plugin = handler.value.awaited();
                if matches!(plugin.kind(), Kind::Function(_)) {
                    let instance = self.role(role);
                    let instance = match instance.kind() {
                        Kind::Library(library) => instance.with_kind(Kind::Library(Arc::new(Library { site: Some(site.clone()), ..(**library).clone() }))),
                        _ => instance.clone(),
                    };
                    self.apply_plain(&plugin, vec![instance.clone()]);
                    self.ended = false;
                    handler.value = instance;
                }
            }
        }
        let listed = route.methods_from.as_ref().and_then(|from| args.iter().find(|arg| arg.name == from.as_str()));
        let listed: Vec<Name> = match listed.map(|arg| arg.value.kind()) {
            Some(Kind::Seq(seq)) => seq.items.iter().filter_map(|item| item.as_str()).map(|text| Name::from(text.to_uppercase())).collect(),
            _ => Vec::new(),
        };
        let verbs = handlers.iter().map(|handler| self.verbs_of(route, &handler.value)).find(|verbs| !verbs.is_empty()).unwrap_or_default();
        let is_class = !verbs.is_empty();
        let given = [listed, verbs].into_iter().find(|methods| !methods.is_empty());
        let mut methods = given.unwrap_or_else(|| route.methods.clone());
        // A class answers each of them by another method, and often asks another question first.
        if let Some((_, others)) = methods.split_last().filter(|_| is_class) {
            for method in others {
                let (framework, on, methods, site) = (route.framework.clone(), on.clone(), vec![method.clone()], site.clone());
                let (path, handlers) = (path.clone(), handlers.clone());
                self.events.push(Event::Registration(Registration { kind: route.kind, framework, on, methods, path, handlers, site }));
            }
            methods.drain(..methods.len() - 1);
        }
        self.events.push(Event::Registration(Registration { kind: route.kind, framework: route.framework.clone(), on, methods, path, handlers, site }));
    }

    /// `csrf.exempt(blueprint)`: what is called stands before everything that is registered there. Of a function it is a decorator.
    fn register_onto(&mut self, route: &RouteEntry, at: usize, function: &Value, args: &[Argument], span: Span) {
        let Some(on) = args.iter().filter(|arg| arg.name.is_empty()).nth(at).map(|arg| &arg.value).filter(|on| on.as_library().is_some()) else { return };
        let site = self.site(span);
        let handler = Argument { name: Name::default(), value: function.clone(), site: site.clone(), spread: false };
        let (framework, methods, handlers) = (route.framework.clone(), Vec::new(), vec![handler]);
        self.events.push(Event::Registration(Registration { kind: route.kind, framework, on: on.clone(), methods, path: None, handlers, site }));
    }

    /// `app.add_middleware(SignedIn)`: the method of an instance, if its class has it.
    pub(super) fn answer_by_instance(&mut self, handler: &mut Argument, method: &Name) {
        if !matches!(handler.value.kind(), Kind::Class(_)) {
            return;
        }
        // What it wraps is given first.
        let made = self.apply_plain(&handler.value, vec![Value::unknown()]);
        self.ended = false;
        let answers = self.member(&made, method);
        if matches!(answers.kind(), Kind::Function(_)) {
            handler.value = answers;
        }
    }

    /// The function of a plugin that registers on what it is given to.
    fn unenclosed(makers: &[Name], plugin: &Value) -> Option<Value> {
        let plugin = plugin.awaited();
        let made = plugin.as_library().filter(|made| made.step == "()" && makers.contains(&made.package))?;
        made.args.first().map(|arg| arg.value.clone()).filter(|value| matches!(value.kind(), Kind::Function(_)))
    }

    /// `app.use("/notes", require("./notes"))`: what the file exports as a whole is what is registered.
    fn as_exported(&mut self, value: &Value) -> Value {
        let Kind::Module(file) = value.kind() else { return value.clone() };
        match self.exported(&file.clone(), &Name::new_static("default")) {
            Some(exported) if !matches!(exported.kind(), Kind::Module(_)) => exported,
            _ => value.clone(),
        }
    }

    /// `{ resolvers: { Query: { me: (parent, args, context) => .. } } }`: what is asked by name.
    fn register_map(&mut self, route: &RouteEntry, map: &Name, args: &[Argument], site: &Site) {
        let given = args.iter().find_map(|arg| match arg.value.kind() {
            Kind::Object(object) => object.get(map).0.cloned(),
            _ => None,
        });
        let all = match given.as_ref().map(Value::kind) {
            Some(Kind::Seq(seq)) => seq.items.clone(),
            Some(_) => given.into_iter().collect(),
            None => return,
        };
        for object in &all {
            let Kind::Object(kinds) = object.kind() else { continue };
            for (kind, fields) in kinds.fields.iter().filter(|(kind, _)| matches!(kind.as_str(), "Query" | "Mutation" | "Subscription")) {
                let Kind::Object(fields) = fields.kind() else { continue };
                for (name, value) in &fields.fields {
                    let value = match value.kind() {
                        Kind::Object(object) => object.get("resolve").0.or_else(|| object.get("subscribe").0).cloned(),
                        Kind::Function(_) => Some(value.clone()),
                        _ => None,
                    };
                    let Some(value) = value else { continue };
                    let place = match value.kind() {
                        Kind::Function(closure) => Site { item: closure.item.clone(), span: self.span_of(closure).unwrap_or(site.span) },
                        _ => site.clone(),
                    };
                    self.events.push(Event::Registration(Registration {
                        kind: RegistrationKind::Route,
                        framework: route.framework.clone(),
                        on: Value::unknown(),
                        methods: Vec::new(),
                        path: Some(format!("{kind}.{name}").into()),
                        handlers: vec![Argument { name: Name::new_static("*handler*"), value, site: site.clone(), spread: false }],
                        site: place,
                    }));
                }
            }
        }
    }

    fn span_of(&mut self, closure: &Closure) -> Option<Span> {
        let function = closure.function;
        self.inside(&closure.item.clone(), None, None, |walker| walker.frame().segment.functions.get(function.0 as usize).map(|function| function.span))
            .flatten()
    }
}

/// `router.route("/notes").get(list).post(add)`: the path was told before.
fn path_before(on: &Value) -> Option<std::sync::Arc<str>> {
    let mut at = on.as_library().cloned();
    for _ in 0..12 {
        let library = at?;
        let callee = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
        if library.step == "()" && callee.as_ref().is_some_and(|callee| callee.step == "route") {
            return library.args.first().and_then(|arg| arg.value.as_str().cloned());
        }
        at = callee;
    }
    None
}
