//! Calls into libraries: what the catalogue knows of them takes effect here.

use std::sync::Arc;

use super::Walker;
use super::call::called_name;
use crate::facts::catalogue::{Catalogue, Entry, RouteEntry, SinkEntry, Where};
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::{Effect, Event, Registration, Sink, SinkKind, Use, UseKind};
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Argument, ClassValue, Kind, Library, Object, Truth, Value};
use crate::model::CallKind;
use crate::text::{Name, Span};

impl<'w> Walker<'w> {
    fn catalogue(&self) -> &'w Catalogue {
        self.world.catalogue()
    }

    pub(super) fn library_call(&mut self, function: &Value, library: &Arc<Library>, args: &[Argument], kind: CallKind, span: Span) -> Value {
        let catalogue = self.catalogue();
        let states = catalogue.call(&library.states);
        let site = self.site(span);
        let entries: Vec<&Entry> = catalogue.at(&states).collect();
        let step = library.query.as_ref().and_then(|query| catalogue.step(&query.client, &library.step));
        if entries.is_empty() && library.query.is_none() {
            let keep = !states.is_empty() || library.namespace || !library.package.is_empty();
            let value = self.opaque_call(function, args, span);
            // What wraps a function gives that function, unless the call is a step that is known: `z.string().refine(check)`.
            if keep && (!states.is_empty() || !matches!(value.kind(), Kind::Function(_))) {
                let library = Library {
                    package: library.package.clone(),
                    step: "()".into(),
                    states: states.clone(),
                    receiver: Some(function.clone()),
                    args: args.to_vec(),
                    site: Some(site),
                    guessed: library.guessed,
                    ..Library::default()
                };
                let wrapped = matches!(value.kind(), Kind::Unknown) || !states.is_empty();
                return if wrapped { value.with_kind(Kind::Library(Arc::new(library))) } else { value };
            }
            return if self.frame().function.is_none() { self.guarded_by_name(function, value, span) } else { value };
        }
        let mut made = Library {
            package: library.package.clone(),
            step: "()".into(),
            states: states.clone(),
            receiver: Some(function.clone()),
            args: args.to_vec(),
            site: Some(site.clone()),
            query: library.query.clone(),
            guessed: library.guessed,
            ..Library::default()
        };
        let mut result: Option<Value> = None;
        let mut taint = Taint::none();
        let mut walked_callbacks = false;
        for entry in &entries {
            match entry {
                Entry::Deny => {
                    self.ended = true;
                    return Value::unknown();
                }
                Entry::Guard(guard) => {
                    if guard.how.iter().any(|how| how == "call") && !option_is(args, guard.unless.as_deref()) {
                        let fact = Fact::Guard(Guard { kind: guard.kind, sure: !library.guessed, name: called_name(function), site: Some(site.clone()) });
                        self.facts.add(fact);
                    }
                    if guard.how.iter().any(|how| how == "truth") {
                        let fact = Fact::Guard(Guard { kind: guard.kind, sure: !library.guessed, name: called_name(function), site: Some(site.clone()) });
                        result = Some(Value::unknown().with_truth(Truth { if_true: Facts::one(fact), if_false: Facts::none() }));
                    }
                }
                Entry::Principal(principal) => {
                    let origin = Origin {
                        part: if principal.unverified { Part::Headers } else { Part::Principal },
                        name: called_name(function),
                        site: Some(site.clone()),
                        clean: Default::default(),
                    };
                    if principal.unverified {
                        result = Some(Value::unknown().with_taint(Taint::of(origin)));
                        continue;
                    }
                    let value = Value::new(Kind::Library(Arc::new(Library { query: None, ..made.clone() })))
                        .with_taint(Taint::of(origin))
                        .with_symbol(Symbol::new(Root::Principal))
                        .with_nullable(principal.null);
                    if !principal.null {
                        self.facts.add(Fact::Present(Symbol::new(Root::Principal)));
                    }
                    self.principal_id = path(&principal.id);
                    result = Some(value);
                }
                Entry::Source(source) => {
                    let name = args.first().and_then(|arg| arg.value.as_str()).map(|text| Name::from(&**text));
                    let origin = Origin {
                        part: source.part,
                        name: name.clone().unwrap_or_else(|| called_name(function)),
                        site: Some(site.clone()),
                        clean: if source.text { Cleanings::NOSQL } else { Default::default() },
                    };
                    let mut symbol = Symbol::new(Root::Request(Name::from(format!("{:?}", source.part).to_lowercase())));
                    if let Some(name) = name {
                        symbol = symbol.member(&name);
                    }
                    result = Some(Value::unknown().with_taint(Taint::of(origin)).with_symbol(symbol));
                }
                Entry::Sink(sink) => self.sink(sink, function, args, kind, span, library.guessed),
                Entry::Clean(clean) => {
                    let of = self.where_all(&clean.of, function, args);
                    let cleaned = match of.as_slice() {
                        [only] => {
                            let symbol = only.symbol().cloned();
                            let kind = if clean.by == Cleanings::ALL { Kind::Number(Name::default()) } else { only.kind().clone() };
                            let value = Value::new(kind).with_taint(only.taint().cleaned(clean.by));
                            match symbol {
                                // `Number(req.params.id)` still is that id.
                                Some(symbol) => value.with_symbol(symbol),
                                None => value,
                            }
                        }
                        _ => {
                            let taint = of.iter().fold(Taint::none(), |taint, value| taint.join(value.taint()));
                            Value::unknown().with_taint(taint.cleaned(clean.by))
                        }
                    };
                    let cleaned = if clean.by.has(Cleanings::SHAPE) && clean.by != Cleanings::ALL { self.parsed_by(function, cleaned) } else { cleaned };
                    result = Some(if clean.safe { parsed(cleaned) } else { cleaned });
                }
                Entry::Pass(of) => {
                    for value in self.where_all(of, function, args) {
                        taint = taint.join(value.taint());
                    }
                }
                Entry::Respond => {
                    let facts = self.facts.clone();
                    for arg in args {
                        self.events.push(Event::Use(Use { value: arg.value.clone(), kind: UseKind::Respond, site: site.clone(), facts: facts.clone() }));
                    }
                    // What is answered stands in the answer, for a handler that returns it.
                    result.get_or_insert_with(Value::unknown);
                }
                Entry::Effect(effect) => {
                    let facts = self.facts.clone();
                    self.events.push(Event::Effect(Effect { kind: effect.kind.clone(), site: site.clone(), args: args.to_vec(), facts }));
                }
                Entry::Alias(is) => {
                    let target = crate::facts::catalogue::GuessEntry { names: Vec::new(), is: is.clone(), python: false };
                    made.states.extend(catalogue.guess_states(&target));
                }
                Entry::Wraps => {
                    // What it wraps may be any of its arguments: `cache(fn)`, `wraps(f)(g)`.
                    let wrapped = args.iter().map(|arg| &arg.value).find(|value| matches!(value.kind(), Kind::Function(_) | Kind::Class(_)));
                    if let Some(wrapped) = wrapped {
                        result = Some(wrapped.clone());
                        walked_callbacks = true;
                    }
                }
                Entry::Route(route) if !route.decorator => {
                    self.register(route, function, args, span);
                    walked_callbacks = true;
                }
                Entry::Route(_) => walked_callbacks = true,
                Entry::Calls(calls) => {
                    walked_callbacks = true;
                    let Some(arg) = args.get(calls.arg) else { continue };
                    let params: Vec<Value> = calls.params.iter().map(|role| self.callback_argument(role, library)).collect();
                    if matches!(arg.value.kind(), Kind::Function(_)) {
                        let before = self.save();
                        let value = self.apply_plain(&arg.value, params);
                        self.ended = false;
                        let after = self.save();
                        let joined = self.meet(before.clone(), after, &before.1);
                        self.restore(joined);
                        result = Some(Value::new(Kind::Promise(value.awaited())));
                    } else {
                        result = Some(arg.value.clone());
                    }
                }
                Entry::Access(_) | Entry::Table | Entry::Injects => {}
            }
        }
        if !walked_callbacks && step.is_none() && !entries.iter().any(|entry| matches!(entry, Entry::Access(_))) {
            let given = self.callbacks(args);
            if result.is_none()
                && let Some(given) = given
                && self.frame().function.is_none()
            {
                result = Some(given);
            }
        }
        let mut accesses: Vec<_> = entries.iter().filter_map(|entry| if let Entry::Access(access) = entry { Some(access) } else { None }).collect();
        if accesses.is_empty() {
            accesses.extend(step);
        }
        if (!accesses.is_empty() || made.query.is_some())
            && let Some(value) = self.query_step(&accesses, library, made.clone(), args, span)
        {
            return value;
        }
        if result.is_none() {
            self.handed(args, span);
        }
        let value = result.unwrap_or_else(|| Value::new(Kind::Library(Arc::new(made))));
        if taint.is_empty() { value } else { value.with_taint(value.taint().join(&taint)) }
    }

    fn callback_argument(&mut self, role: &Name, library: &Library) -> Value {
        match role.as_str() {
            "receiver" => library.receiver.clone().unwrap_or_else(Value::unknown),
            "element" => match library.receiver.clone() {
                Some(receiver) => self.element_of(&receiver),
                None => Value::unknown(),
            },
            _ => self.role(role),
        }
    }

    /// A value of a role: `role:express.request`, `next`, `input`.
    pub fn role(&mut self, role: &str) -> Value {
        match role {
            "next" => Value::new(Kind::Next),
            "unknown" | "" => Value::unknown(),
            "input" => {
                let origin = Origin { part: Part::Input, name: "input".into(), site: None, clean: Default::default() };
                Value::unknown().with_taint(Taint::of(origin)).with_symbol(Symbol::new(Root::Request("input".into())))
            }
            _ => {
                let name = role.strip_prefix("role:").unwrap_or(role);
                let states = self.catalogue().root(&crate::facts::catalogue::Root::Role(Name::from(name)));
                let library = Library { step: Name::from(name), states, ..Library::default() };
                self.known(Value::new(Kind::Library(Arc::new(library))))
            }
        }
    }

    fn where_all(&self, of: &[Where], function: &Value, args: &[Argument]) -> Vec<Value> {
        let mut out = Vec::new();
        for place in of {
            match place {
                Where::Argument(at) => out.extend(args.iter().filter(|arg| arg.name.is_empty()).nth(*at).map(|arg| arg.value.clone())),
                Where::Keyword(name) => out.extend(args.iter().find(|arg| arg.name == name.as_str()).map(|arg| arg.value.clone())),
                Where::Receiver => out.extend(function.as_library().and_then(|library| library.receiver.clone())),
                Where::All => out.extend(args.iter().map(|arg| arg.value.clone())),
            }
        }
        out
    }

    fn sink(&mut self, sink: &SinkEntry, function: &Value, args: &[Argument], kind: CallKind, span: Span, guessed: bool) {
        if kind == CallKind::Tagged && !sink.tagged {
            return;
        }
        if let Some(option) = &sink.only_if
            && !option_is(args, Some(&format!("{option}=true")))
        {
            return;
        }
        let call = self.site(span);
        for place in &sink.of {
            let found: Vec<(Value, crate::facts::place::Site)> = match place {
                Where::Argument(at) => {
                    args.iter().filter(|arg| arg.name.is_empty()).nth(*at).map(|arg| (arg.value.clone(), arg.site.clone())).into_iter().collect()
                }
                Where::Keyword(name) => {
                    args.iter().find(|arg| arg.name == name.as_str()).map(|arg| (arg.value.clone(), arg.site.clone())).into_iter().collect()
                }
                Where::All => args.iter().map(|arg| (arg.value.clone(), arg.site.clone())).collect(),
                Where::Receiver => function.as_library().and_then(|library| library.receiver.clone()).map(|value| (value, call.clone())).into_iter().collect(),
            };
            for (value, site) in found {
                if sink.built && !matches!(value.kind(), Kind::Text(_) | Kind::Union(_)) {
                    continue;
                }
                let facts = self.facts.clone();
                self.events.push(Event::Sink(Sink {
                    kind: sink.kind,
                    value,
                    site,
                    call: call.clone(),
                    args: args.to_vec(),
                    client: sink.client.clone(),
                    facts,
                    guessed,
                }));
            }
        }
    }

    fn register(&mut self, route: &RouteEntry, function: &Value, args: &[Argument], span: Span) {
        let on = function.as_library().and_then(|library| library.receiver.clone()).unwrap_or_else(Value::unknown);
        let path = route.path.and_then(|at| args.iter().filter(|arg| arg.name.is_empty()).nth(at)).and_then(|arg| arg.value.as_str().cloned());
        // `use(mw)` without a path: the handlers begin one earlier.
        let from = if route.path.is_some()
            && path.is_none()
            && args.first().is_some_and(|arg| !matches!(arg.value.kind(), Kind::Text(_) | Kind::Unknown | Kind::Seq(_)))
        {
            route.handlers.saturating_sub(1)
        } else {
            route.handlers
        };
        let mut handlers: Vec<Argument> = Vec::new();
        for (position, arg) in args.iter().enumerate() {
            if arg.name.is_empty() && position >= from {
                match arg.value.kind() {
                    Kind::Seq(seq) => handlers.extend(seq.items.iter().map(|value| Argument { value: value.clone(), ..arg.clone() })),
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
            } else if !arg.name.is_empty() {
                handlers.push(arg.clone());
            }
        }
        if let Some(role) = &route.plugin {
            // A plugin registers on an instance of its own, which stands for the place where it was mounted.
            let site = self.site(span);
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
        let mut methods = route.methods.clone();
        if let Some(from) = &route.methods_from {
            let listed = args.iter().find(|arg| arg.name == from.as_str()).map(|arg| arg.value.clone());
            if let Some(Kind::Seq(seq)) = listed.as_ref().map(Value::kind) {
                methods = seq.items.iter().filter_map(|item| item.as_str()).map(|text| Name::from(text.to_uppercase())).collect();
            }
        }
        let site = self.site(span);
        self.events.push(Event::Registration(Registration { kind: route.kind, framework: route.framework.clone(), on, methods, path, handlers, site }));
    }

    /// `@app.get("/x")`, `@login_required`, `@functools.wraps(f)`.
    pub(super) fn library_decorator(&mut self, decorator: &Value, library: &Arc<Library>, value: Value, span: Span) -> Value {
        let catalogue = self.catalogue();
        let mut value = value;
        let mut known = false;
        for entry in catalogue.at(&library.states) {
            known = true;
            match entry {
                Entry::Route(route) if route.decorator => {
                    let site = self.site(span);
                    let callee = library.receiver.clone().unwrap_or_else(Value::unknown);
                    let mut args = library.args.clone();
                    // `@app.before_request` is not called: the function itself is the argument.
                    let bare = library.step != "()";
                    let callee = if bare { decorator.clone() } else { callee };
                    if bare {
                        args.clear();
                    }
                    args.push(Argument { name: "*handler*".into(), value: value.clone(), site, spread: false });
                    self.register(route, &callee, &args, span);
                }
                Entry::Guard(guard) if guard.how.iter().any(|how| how == "decorator") => {
                    if option_is(&library.args, guard.unless.as_deref()) {
                        continue;
                    }
                    let site = Some(self.site(span));
                    let name = called_name(decorator);
                    let mut facts = Facts::one(Fact::Guard(Guard { kind: guard.kind, sure: true, name: name.clone(), site: site.clone() }));
                    if guard.kind == GuardKind::Identity || guard.kind == GuardKind::Role {
                        facts.add(Fact::Present(Symbol::new(Root::Principal)));
                    }
                    value = super::call::assuming(&value, &facts);
                }
                Entry::Wraps => {}
                _ => {}
            }
        }
        if !known {
            return self.guarded_by_name(decorator, value, span);
        }
        value
    }

    /// `Note(title=...)` where `Note` stands on a library class.
    pub(super) fn constructed_from_library(&mut self, class: &Arc<ClassValue>, library: &Arc<Library>, args: &[Argument], span: Span) -> Option<Value> {
        let _ = (class, library, args, span);
        None
    }

    /// A JSX element: what is shown reaches the visitor.
    pub(super) fn rendered(&mut self, name: &Name, props: &Value, children: &[Value], span: Span) {
        let site = self.site(span);
        let facts = self.facts.clone();
        let _ = name;
        for value in children.iter().chain([props]) {
            if super::call::carries_rows(value, 0) || super::call::holds(value, &|symbol| matches!(symbol.root, Root::Row(_)), 0) {
                self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Respond, site: site.clone(), facts: facts.clone() }));
            }
        }
        if let Kind::Object(object) = props.kind()
            && let (Some(html), _) = object.get("dangerouslySetInnerHTML")
        {
            let inner = self.member(&html.clone(), &Name::new_static("__html"));
            let facts = self.facts.clone();
            self.events.push(Event::Sink(Sink {
                kind: SinkKind::Html,
                value: inner,
                site: site.clone(),
                call: site,
                args: Vec::new(),
                client: "react".into(),
                facts,
                guessed: false,
            }));
        }
    }

    /// An assignment to a member that is a sink: `element.innerHTML = x`, `location.href = x`.
    pub(super) fn sunk_member(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let kind = match name.as_str() {
            "innerHTML" | "outerHTML" if !self.python() => SinkKind::Html,
            _ => {
                let Kind::Library(library) = base.kind() else { return };
                let states = self.catalogue().member(&library.states, name);
                let found = self.catalogue().at(&states).find_map(|entry| match entry {
                    Entry::Sink(sink) => Some(sink.kind),
                    _ => None,
                });
                match found {
                    Some(kind) => kind,
                    None => return,
                }
            }
        };
        let site = self.site(span);
        let facts = self.facts.clone();
        self.events.push(Event::Sink(Sink {
            kind,
            value: value.clone(),
            site: site.clone(),
            call: site,
            args: Vec::new(),
            client: Name::default(),
            facts,
            guessed: false,
        }));
    }

    /// `with x as y`: what entering gives. Sessions, connections and cursors give themselves.
    pub(super) fn entered(&mut self, value: &Value) -> Value {
        match value.kind() {
            Kind::Instance(_) => {
                let enter = self.member(value, &Name::new_static("__enter__"));
                match enter.kind() {
                    Kind::Function(closure) => {
                        let given = self.inline(&closure.clone(), &[]);
                        if matches!(given.kind(), Kind::Unknown | Kind::Null) { value.clone() } else { given.awaited() }
                    }
                    _ => value.clone(),
                }
            }
            Kind::Seq(seq) if seq.items.is_empty() => seq.rest.clone().unwrap_or_else(Value::unknown),
            Kind::Promise(inner) => inner.clone(),
            _ => value.clone(),
        }
    }
}

/// `user.id` in steps.
pub(super) fn path(dotted: &str) -> Vec<Name> {
    dotted.split('.').filter(|step| !step.is_empty()).map(Name::from).collect()
}

/// Whether an option is given with this value: `optional=true`, `required=false`.
pub fn option_is(args: &[Argument], option: Option<&str>) -> bool {
    let Some((name, wanted)) = option.and_then(|option| option.split_once('=')) else { return false };
    let named = args.iter().find(|arg| arg.name == name).map(|arg| arg.value.clone());
    let in_object = || {
        args.iter().find_map(|arg| match arg.value.kind() {
            Kind::Object(object) => object.get(name).0.cloned(),
            _ => None,
        })
    };
    let Some(value) = named.or_else(in_object) else { return false };
    match value.kind() {
        Kind::Bool(is) => wanted == if *is { "true" } else { "false" },
        Kind::Str(text) => **text == *wanted,
        Kind::Null => wanted == "null",
        _ => false,
    }
}

/// `{ success: true, data } | { success: false, error }`.
fn parsed(value: Value) -> Value {
    let mut good = Object::default();
    good.set("success".into(), Value::bool(true));
    good.set("data".into(), value.clone());
    let mut bad = Object::default();
    bad.set("success".into(), Value::bool(false));
    bad.set("error".into(), Value::new(Kind::Unknown));
    let taint = value.taint().clone();
    Value::union(vec![
        crate::facts::value::Alternative { value: Value::new(Kind::Object(Arc::new(good))), facts: Facts::none() },
        crate::facts::value::Alternative { value: Value::new(Kind::Object(Arc::new(bad))), facts: Facts::none() },
    ])
    .with_taint(taint)
}
