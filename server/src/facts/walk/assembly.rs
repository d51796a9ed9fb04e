//! Applications put together of classes by their decorators: controllers, the modules that list them, what stands before
//! their routes, and what is said about a route for a guard to ask.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::{Entry, PartEntry, PartKind};
use crate::facts::event::{Effect, Event, Registration, RegistrationKind};
use crate::facts::place::Site;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Argument, ClassValue, Kind, Library, Object, Value};
use crate::model::{ExprId, ExprKind, TypeRef};
use crate::text::{Name, Span};

/// Decorators with their places.
pub(super) type Told = Vec<(Value, Span)>;

impl Walker<'_> {
    fn parts(&self, value: &Value) -> Vec<PartEntry> {
        let Some(library) = value.as_library() else { return Vec::new() };
        let part = |entry: &Entry| if let Entry::Part(part) = entry { Some(part.clone()) } else { None };
        self.catalogue().at(&library.states).filter_map(part).collect()
    }

    pub(super) fn is_part(&self, value: &Value, is: PartKind) -> bool {
        self.parts(value).iter().any(|part| part.is == is)
    }

    /// The decorators here, those that others bundle among them.
    pub(super) fn told(&mut self, decorators: &[ExprId]) -> Told {
        let segment = self.frame().segment.clone();
        let mut told = Vec::new();
        for decorator in decorators {
            let value = self.eval(*decorator);
            self.ended = false;
            let span = segment[*decorator].span;
            if let (Some(library), true) = (value.as_library(), self.is_part(&value, PartKind::Bundle)) {
                told.extend(library.args.iter().map(|arg| (arg.value.clone(), span)));
            } else {
                told.push((value, span));
            }
        }
        told
    }

    /// A class was declared. If it is a controller, what its methods answer is registered.
    pub(super) fn controller(&mut self, class: &Value) {
        let Kind::Class(class) = class.kind() else { return };
        let segment = self.frame().segment.clone();
        let body = &segment[class.class];
        if body.decorators.is_empty() {
            return;
        }
        let told = self.told(&body.decorators);
        let Some((part, given)) = told.iter().find_map(|(value, _)| {
            let part = self.parts(value).into_iter().find(|part| part.is == PartKind::Controller)?;
            Some((part, first_argument(value)))
        }) else {
            return;
        };
        let bases = self.paths_given(given.as_ref());
        let version = self.version(&told).or_else(|| field(given.as_ref()?, "version").map(|value| self.versions(&value)));
        let on = self.unit(class);
        let object = self.instance(class.clone(), Vec::new());
        for method in &body.methods {
            let function = &segment[*method];
            if function.decorators.is_empty() {
                continue;
            }
            let own = self.told(&function.decorators);
            let verbs: Vec<(PartEntry, Option<Value>)> = own
                .iter()
                .flat_map(|(value, _)| self.parts(value).into_iter().filter(|part| part.is == PartKind::Route).map(|part| (part, first_argument(value))))
                .collect();
            if verbs.is_empty() {
                continue;
            }
            let handler = self.member(&object, &function.name);
            let site = self.site(function.span);
            let mut handlers = self.guards_told(&told);
            handlers.extend(self.guards_told(&own));
            let argument = |name: &'static str, value: Value| Argument { name: Name::new_static(name), value, site: site.clone(), spread: false };
            let says = self.says_of(told.iter().chain(&own));
            let of_handler = self.says_of(own.iter());
            handlers.push(argument("*says*", with_field(&says, OF_HANDLER, of_handler)));
            if let Some(version) = self.version(&own).or_else(|| version.clone()) {
                handlers.push(argument("*version*", version));
            }
            handlers.push(argument("*handler*", handler));
            for (verb, given) in verbs {
                for path in self.paths_given(given.as_ref()) {
                    for base in &bases {
                        let path: Option<Arc<str>> = base.as_ref().zip(path.as_ref()).map(|(base, path)| format!("{base}/{path}").into());
                        self.events.push(Event::Registration(Registration {
                            kind: RegistrationKind::Route,
                            framework: part.framework.clone(),
                            on: on.clone(),
                            methods: verb.methods.clone(),
                            path,
                            handlers: handlers.clone(),
                            site: site.clone(),
                        }));
                    }
                }
            }
        }
    }

    /// What a controller or a module's list of routes is mounted by: its class.
    pub(super) fn unit(&mut self, class: &Arc<ClassValue>) -> Value {
        let span = self.inside(&class.item, None, None, |walker| walker.frame().segment[class.class].span);
        let site = Some(Site { item: class.item.clone(), span: span.unwrap_or_default() });
        Value::new(Kind::Library(Arc::new(Library { step: class.name.clone(), site, ..Library::default() })))
    }

    /// `@Get()`, `@Get("x")`, `@Get(["x", "y"])`, `@Controller({ path: "x" })`. `None` for what cannot be read.
    fn paths_given(&self, given: Option<&Value>) -> Vec<Option<String>> {
        match given.map(Value::kind) {
            None => vec![Some(String::new())],
            Some(Kind::Seq(seq)) if seq.rest.is_none() => seq.items.iter().flat_map(|item| self.paths_given(Some(item))).collect(),
            Some(Kind::Object(object)) => self.paths_given(object.get("path").0),
            Some(Kind::Str(text)) => vec![Some(text.to_string())],
            _ => vec![None],
        }
    }

    fn version(&self, told: &Told) -> Option<Value> {
        let (value, _) = told.iter().find(|(value, _)| self.is_part(value, PartKind::Version))?;
        Some(self.versions(&first_argument(value)?))
    }

    /// A list of versions; none is an empty text.
    fn versions(&self, given: &Value) -> Value {
        let one = |value: &Value| if self.is_part(value, PartKind::NoVersion) { Value::str("") } else { value.clone() };
        match given.kind() {
            Kind::Seq(seq) => Value::seq(seq.items.iter().map(one).collect()),
            _ => Value::seq(vec![one(given)]),
        }
    }

    /// What decorators say about a route, by their keys; later ones win.
    fn says_of<'t>(&self, told: impl Iterator<Item = &'t (Value, Span)>) -> Value {
        let mut object = Object::default();
        for (value, _) in told {
            if let (Some(library), true) = (value.as_library(), self.is_part(value, PartKind::Says))
                && let Some(key) = library.args.first().and_then(|arg| arg.value.as_str().cloned())
            {
                object.set(Name::from(&*key), library.args.get(1).map_or_else(Value::null, |arg| arg.value.clone()));
            }
        }
        Value::new(Kind::Object(Arc::new(object)))
    }

    fn guards_told(&mut self, told: &Told) -> Vec<Argument> {
        let mut guards = Vec::new();
        for (value, span) in told {
            let Some(part) = self.parts(value).into_iter().find(|part| part.is == PartKind::Guards) else { continue };
            let Some(library) = value.as_library().cloned() else { continue };
            for arg in &library.args {
                let site = self.site(*span);
                guards.push(Argument { name: Name::new_static("*guard*"), value: self.deciding(&arg.value, &part), site, spread: false });
            }
        }
        guards
    }

    /// The method of a guard that decides: of an object of its class, made by the framework.
    pub(super) fn deciding(&mut self, guard: &Value, part: &PartEntry) -> Value {
        let object = match guard.kind() {
            Kind::Class(class) => self.instance(class.clone(), Vec::new()),
            Kind::Instance(_) => guard.clone(),
            _ => return guard.clone(),
        };
        let decides = self.member(&object, &part.through);
        // A class that says itself what becomes of a refusal may let it pass.
        if decides.as_library().is_some() && !part.unless.is_empty() && matches!(self.member(&object, &part.unless).kind(), Kind::Function(_)) {
            return Value::unknown();
        }
        decides
    }

    /// A call of something that puts an application together. What it gives, if that is not the call itself.
    pub(super) fn part_called(&mut self, part: &PartEntry, function: &Value, args: &[Argument], span: Span) -> Option<Value> {
        let application = function.as_library().and_then(|library| library.receiver.clone()).filter(|on| on.as_library().is_some_and(|on| on.site.is_some()));
        let first = args.first().map(|arg| arg.value.clone());
        let site = self.site(span);
        let argument = |name: &'static str, value: Value| Argument { name: Name::new_static(name), value, site: site.clone(), spread: false };
        let handlers = match (part.is, application.is_some()) {
            (PartKind::Asks, _) => return Some(self.asked(first.as_ref(), args.get(1).map(|arg| &arg.value), span)),
            (PartKind::Request, _) => return Some(self.shared_request(&part.role)),
            (PartKind::Prefix, true) => {
                let except = args.get(1).and_then(|arg| field(&arg.value, "exclude")).unwrap_or_else(|| Value::seq(Vec::new()));
                vec![argument("*prefix*", first.unwrap_or_else(Value::unknown)), argument("*except*", except)]
            }
            (PartKind::Versions, true) => {
                let told = |name: &str| first.as_ref().and_then(|options| field(options, name));
                if told("type").is_some_and(|by| self.is_part(&by, PartKind::VersionElsewhere)) {
                    return None;
                }
                let versions = told("defaultVersion").map_or_else(|| Value::seq(vec![Value::str("")]), |version| self.versions(&version));
                vec![argument("*versions*", versions), argument("*version-prefix*", told("prefix").unwrap_or_else(|| Value::str("v")))]
            }
            (PartKind::Guards, true) => {
                args.iter().map(|arg| Argument { name: Name::new_static("*guard*"), value: self.deciding(&arg.value, part), ..arg.clone() }).collect()
            }
            (PartKind::Listens, true) => {
                if let Some(application) = &application {
                    self.listens(part, application, &site);
                }
                return None;
            }
            _ => return None,
        };
        self.registered(RegistrationKind::Middleware, part, application?, None, handlers, site.clone());
        None
    }

    pub(super) fn registered(&mut self, kind: RegistrationKind, part: &PartEntry, on: Value, path: Option<Arc<str>>, handlers: Vec<Argument>, site: Site) {
        self.events.push(Event::Registration(Registration { kind, framework: part.framework.clone(), on, methods: Vec::new(), path, handlers, site }));
    }

    fn shared_or(&mut self, role: &str) -> Value {
        let value = self.role(role);
        match (&self.shared, value.as_library()) {
            (Some(request), Some(made)) if request.as_library().is_some_and(|request| request.step == made.step) => request.clone(),
            _ => value,
        }
    }

    /// `request: Request`: the request itself, with what was put there before.
    pub(super) fn shared_if_request(&self, declared: Value) -> Value {
        let (Some(shared), Some(made)) = (&self.shared, declared.as_library()) else { return declared };
        let Some(request) = shared.as_library() else { return declared };
        if made.states.iter().any(|state| request.states.contains(state)) { shared.clone() } else { declared }
    }

    /// The request, as the guards before this left it.
    fn shared_request(&mut self, role: &str) -> Value {
        match &self.shared {
            Some(request) => request.clone(),
            None => self.role(role),
        }
    }

    /// What was said under a key of what is called: of the handler and its class, or of the handler alone.
    fn asked(&mut self, key: Option<&Value>, of: Option<&Value>, span: Span) -> Value {
        let says = self.says.clone();
        let (found, is_passed_by) = match (says.as_ref().map(Value::kind), key.and_then(Value::as_str)) {
            (Some(Kind::Object(says)), Some(key)) => {
                let all = says.get(key).0.cloned();
                let only = says.get(OF_HANDLER).0.filter(|_| of.is_some_and(|of| self.is_part(of, PartKind::HandlerAlone))).and_then(|own| match own.kind() {
                    Kind::Object(own) => Some(own.get(key).0.cloned()),
                    _ => None,
                });
                let found = only.unwrap_or_else(|| all.clone());
                let is_passed_by = found.is_none() && all.is_some();
                (found.unwrap_or_else(Value::null), is_passed_by)
            }
            _ => (Value::unknown(), false),
        };
        if let Some(key) = key {
            let site = self.site(span);
            let argument = Argument { name: Name::default(), value: key.clone(), site: site.clone(), spread: false };
            let kind = Name::new_static(if is_passed_by { "mark-passed-by" } else { "mark-read" });
            self.events.push(Event::Effect(Effect::noted(kind, site, vec![argument], self.facts.clone())));
        }
        found
    }

    /// What decorators fill a field or parameter with: a part of the request, the request itself, what a function makes of it.
    pub(super) fn filled(&mut self, decorators: &[ExprId], ty: Option<&TypeRef>) -> Option<Value> {
        let segment = self.frame().segment.clone();
        for decorator in decorators {
            let ExprKind::Call { callee, args, .. } = &segment[*decorator].kind else { continue };
            let function = self.eval(*callee);
            if let (Some(part), Some(made)) = (self.parts(&function).into_iter().find(|part| part.is == PartKind::Parameter), function.as_library().cloned()) {
                let context = self.role(&part.role);
                let data = args.first().map_or_else(Value::null, |arg| self.eval(arg.value));
                let value = made.args.first().map(|arg| self.apply_plain(&arg.value, vec![data, context]))?;
                self.ended = false;
                return Some(value.awaited());
            }
            let value = self.eval(*decorator);
            self.ended = false;
            if self.is_part(&value, PartKind::Injects) {
                let token = first_argument(&value)?;
                let role = self.parts(&token).into_iter().find(|part| part.is == PartKind::Value)?.role;
                return Some(self.shared_or(&role));
            }
            if self.is_part(&value, PartKind::Gives) || value.as_library().is_some_and(|library| library.query.is_some()) {
                return Some(value);
            }
            if let Some(part) = self.parts(&value).into_iter().find(|part| part.is == PartKind::Value) {
                return Some(self.shared_or(&part.role));
            }
            if value.taint().is_empty() {
                continue;
            }
            let value = if ty.is_some_and(names_a_shape) { value.with_taint(value.taint().cleaned(Cleanings::SHAPE)) } else { value };
            let declared = ty.and_then(|ty| self.declared(ty)).filter(|declared| matches!(declared.kind(), Kind::Instance(_) | Kind::Number(_)));
            return Some(match (declared, value.symbol()) {
                (Some(declared), Some(symbol)) => declared.with_taint(value.taint().clone()).with_symbol(symbol.clone()),
                _ => value,
            });
        }
        None
    }
}

/// A type that is there when the program runs, so that what is sent can be held against it: `Partial<Note>` is not.
fn names_a_shape(ty: &TypeRef) -> bool {
    !matches!(
        ty.name.as_str(),
        "" | "any"
            | "unknown"
            | "object"
            | "Object"
            | "Record"
            | "Partial"
            | "Omit"
            | "Pick"
            | "DeepPartial"
            | "QueryDeepPartialEntity"
            | "Required"
            | "Readonly"
            | "{}"
    )
}

/// What the handler itself says, beside what its class says, too.
const OF_HANDLER: &str = "*of-handler*";

fn with_field(value: &Value, name: &'static str, field: Value) -> Value {
    let Kind::Object(object) = value.kind() else { return value.clone() };
    let mut object = (**object).clone();
    object.set(Name::new_static(name), field);
    value.with_kind(Kind::Object(Arc::new(object)))
}

pub(super) fn first_argument(made: &Value) -> Option<Value> {
    made.as_library()?.args.first().map(|arg| arg.value.clone())
}

pub(super) fn field(value: &Value, name: &str) -> Option<Value> {
    match value.kind() {
        Kind::Object(object) => object.get(name).0.cloned(),
        _ => None,
    }
}
