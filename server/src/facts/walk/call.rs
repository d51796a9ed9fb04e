//! Calls: who is called, and what is done with what it gives.

use super::Walker;
pub(super) use super::called::{called_name, is_plain, is_request, is_text_name, said_name};
use super::failure::is_failure;
use super::language::put_together;
use super::leaving::holds;
use super::membership::column_method;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::{Effect, Event};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Taint};
use crate::facts::value::{Argument, Kind, Value};
use crate::model::{Arg, CallKind, ExprId, ExprKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    pub(super) fn call(&mut self, id: ExprId, callee: ExprId, args: &[Arg], kind: CallKind) -> Value {
        let segment = self.frame().segment.clone();
        let span = segment[id].span;
        if let ExprKind::Member { base, name, .. } = &segment[callee].kind {
            let base_value = self.eval(*base);
            if self.ended {
                return Value::unknown();
            }
            let given = self.arguments(args);
            if self.ended {
                return Value::unknown();
            }
            self.compared_with_each(name, (*base, &base_value), args, &given, span);
            let before = self.events.len();
            let value = self.method(&base_value, name, &given, kind, span);
            let value = self.read_by_hand(name, args, &given, value, span);
            self.name_what_is_kept(before, args, span);
            self.look_at(name, &given);
            self.stored_back(*base, &base_value, name, &given);
            self.answer_kept(*base, &base_value, name, &value);
            return self.refined(value);
        }
        // `require("x")` and `import("x")` are imports.
        if let ExprKind::Name(name) = &segment[callee].kind
            && matches!(name.as_str(), "require" | "import")
            && let Some(Arg { value, .. }) = args.first()
            && let ExprKind::Str(source) = &segment[*value].kind
        {
            let file = self.frame().module.model.file.clone();
            let module = self.imported(&file, &Name::from(&**source), &Name::new_static("*"));
            return if name == "import" { Value::new(Kind::Promise(module)) } else { module };
        }
        // Python asks for what stands above by a call.
        if matches!(segment[callee].kind, ExprKind::Super) && self.python() {
            return self.super_value();
        }
        if let ExprKind::Index { base, index, .. } = &segment[callee].kind {
            self.called_by_name(*base, *index, span);
        }
        let function = match segment[callee].kind {
            ExprKind::Super => self.constructor_above().unwrap_or_else(|| self.super_value()),
            _ => self.eval(callee),
        };
        if self.ended {
            return Value::unknown();
        }
        let given = self.arguments(args);
        if self.ended {
            return Value::unknown();
        }
        if let Some(value) = self.made_by_language(&function, &given, kind).or_else(|| self.given_above(&function)) {
            return value;
        }
        let before = self.events.len();
        let value = self.apply(&function, &given, kind, span);
        self.name_what_is_kept(before, args, span);
        if let ExprKind::Name(name) = &segment[callee].kind {
            self.look_at(name, &given);
            self.perhaps_decided(name, &function, &given, span);
        }
        // `new Response()` gives an object, whatever it is.
        let value = if kind == CallKind::New && value.is_truthy().is_none() { value.present() } else { value };
        self.refined(value)
    }

    fn arguments(&mut self, args: &[Arg]) -> Vec<Argument> {
        let segment = self.frame().segment.clone();
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            let value = self.eval(arg.value);
            let name = match (&arg.name, arg.by_name) {
                (Some(name), _) => name.clone(),
                _ => Name::default(),
            };
            if !name.is_empty() {
                self.given_weak(&name, &value, arg.span);
                self.option_given(&name, &value, arg.value);
            }
            out.push(Argument { name, value, site: self.site(segment[arg.value].span), spread: arg.spread });
        }
        out
    }

    fn method(&mut self, base: &Value, name: &Name, args: &[Argument], kind: CallKind, span: Span) -> Value {
        self.looked_at_by_method(base, name, args, span);
        self.header_set(name, args, span);
        if let Some(value) = self.builtin_method(base, name, args, span) {
            return value;
        }
        if let Some(answer) = self.kept_answer(base, name) {
            return self.builtin_method(&answer, name, args, span).unwrap_or(answer);
        }
        match base.kind() {
            Kind::Union(_) => base.map(|value| self.method(value, name, args, kind, span)),
            Kind::Row(_) => self.row_method(base, name, args, span),
            Kind::Column(column) if base.symbol().is_none() && column_method(name).is_some() && !args.is_empty() => {
                let column = column.clone();
                self.column_asked(&column.name, name, args, span)
            }
            Kind::Library(library) if library.query.as_ref().is_some_and(|_| self.finishes_lazily(library, name)) => {
                // `.filter(owner=x)` on rows that were not fetched yet goes on with the query; anything unknown fetches.
                let rows = self.fired(base);
                self.method(&rows, name, args, kind, span)
            }
            _ => {
                if let Some(made) = self.made_of_what_was_sent(base, name, args) {
                    return made;
                }
                let function = self.member(base, name);
                if let Some(value) = self.made_by_language(&function, args, kind).or_else(|| self.given_above(&function)) {
                    return value;
                }
                let function = self.called_on(base, function);
                self.told_by_name(base, &function, name, args, kind, span);
                let value = self.apply(&function, args, kind, span);
                if name == "assign"
                    && let Some(whole) = put_together(base, args)
                {
                    return whole;
                }
                match (function.kind(), value.kind()) {
                    // An unknown method of a value from outside: what it gives is from outside too.
                    (Kind::Unknown, Kind::Unknown) if value.taint().is_empty() && !base.taint().is_empty() => value.with_taint(base.taint().clone()),
                    // `url.searchParams.get("next")`
                    (Kind::Library(method), Kind::Unknown | Kind::Library(_))
                        if value.taint().is_empty()
                            && method.states.is_empty()
                            && !base.taint().is_empty()
                            && matches!(name.as_str(), "get" | "getAll" | "getlist") =>
                    {
                        let Some(key) = args.first().and_then(|arg| arg.value.as_str()).map(|key| Name::from(&**key)) else { return value };
                        let part = Value::unknown().with_taint(base.taint().member(&key));
                        match base.symbol() {
                            Some(symbol) => part.with_symbol(symbol.member(&key)),
                            None => part,
                        }
                    }
                    // `request.form["name"].strip()`: a method of which the catalogue says nothing.
                    (Kind::Library(method), Kind::Unknown | Kind::Library(_)) if value.taint().is_empty() && method.states.is_empty() && is_plain(base) => {
                        value.with_taint(base.taint().clone())
                    }
                    (Kind::Library(_), Kind::Unknown | Kind::Library(_)) if value.taint().is_empty() => match base.kind() {
                        Kind::Library(library) if self.is_mere_content(base, library, name) => value.with_taint(base.taint().clone()),
                        _ => value,
                    },
                    _ => value,
                }
            }
        }
    }

    /// Applies a function to arguments whose places do not matter.
    pub(super) fn apply_plain(&mut self, function: &Value, args: Vec<Value>) -> Value {
        let site = self.frames.last().map(|frame| Site { item: frame.item.clone(), span: Span::default() });
        let Some(site) = site else { return Value::unknown() };
        let args: Vec<Argument> = args.into_iter().map(|value| Argument { name: Name::default(), value, site: site.clone(), spread: false }).collect();
        self.apply(function, &args, CallKind::Plain, Span::default())
    }

    pub(super) fn apply(&mut self, function: &Value, args: &[Argument], kind: CallKind, span: Span) -> Value {
        match function.kind() {
            Kind::Function(closure) if kind == CallKind::New => self.made_by_function(&closure.clone(), args, span),
            Kind::Function(closure) => self.inline_at(&closure.clone(), args, span),
            Kind::Hoisted(function) => {
                let closure = self.closure(*function);
                self.apply(&closure, args, kind, span)
            }
            Kind::Class(class) => self.construct(&class.clone(), args),
            Kind::Library(library) => self.library_call(function, &library.clone(), args, kind, span),
            Kind::Module(file) => match self.exported(&file.clone(), &Name::new_static("default")) {
                Some(value) if !matches!(value.kind(), Kind::Module(_)) => self.apply(&value, args, kind, span),
                _ => self.opaque_call(function, args, span),
            },
            Kind::Instance(_) => {
                let call = self.member(function, &Name::new_static("__call__"));
                match call.kind() {
                    Kind::Function(closure) => self.inline_at(&closure.clone(), args, span),
                    _ => self.opaque_call(function, args, span),
                }
            }
            Kind::Next => {
                self.pass_on(args);
                Value::new(Kind::Promise(Value::unknown()))
            }
            Kind::Union(alternatives) => {
                let callable: Vec<Value> = alternatives
                    .iter()
                    .map(|alternative| alternative.value.clone())
                    .filter(|value| matches!(value.kind(), Kind::Function(_) | Kind::Library(_) | Kind::Class(_)))
                    .collect();
                match callable.as_slice() {
                    [] => self.opaque_call(function, args, span),
                    [only] => self.apply(only, args, kind, span),
                    [first, ..] if callable.len() > 3 => self.apply(first, args, kind, span),
                    _ => {
                        let before = self.facts.clone();
                        let mut result: Option<(Value, Facts)> = None;
                        for function in &callable {
                            self.facts = before.clone();
                            let value = self.apply(function, args, kind, span);
                            let ended = std::mem::take(&mut self.ended);
                            if ended {
                                continue;
                            }
                            let facts = self.facts.clone();
                            result = Some(match result {
                                Some((known, known_facts)) => (super::expression::either(known, value), known_facts.or(&facts)),
                                None => (value, facts),
                            });
                        }
                        match result {
                            Some((value, facts)) => {
                                self.facts = facts;
                                value
                            }
                            None => {
                                self.ended = true;
                                Value::unknown()
                            }
                        }
                    }
                }
            }
            _ => self.opaque_call(function, args, span),
        }
    }

    /// `next()`: the request goes on in this state.
    pub(super) fn pass_on(&mut self, args: &[Argument]) {
        if let Some(resolved) = self.promised.last_mut() {
            if resolved.len() < 8 {
                resolved.push(args.first().map_or_else(Value::unknown, |arg| arg.value.clone()));
            }
            return;
        }
        // An error handed to `next` ends the request.
        let is_error = |value: &Value| !matches!(value.kind(), Kind::Object(_)) && (is_failure(value) || value.is_truthy() == Some(true));
        if args.first().is_some_and(|arg| is_error(&arg.value)) {
            return;
        }
        self.look_at_frames(0);
        let called =
            |name: &Name| self.frames.iter().rev().find_map(|frame| frame.state.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
        let (request, response) = (self.request.as_ref().and_then(called), self.response.as_ref().and_then(called));
        let parts: Vec<(Name, Value)> =
            self.apart_request.iter().flat_map(|(_, parts)| parts).filter_map(|(member, name)| Some((member.clone(), called(name)?))).collect();
        let whole = self.apart_request.as_ref().map(|(whole, _)| whole.clone());
        let request = request.or_else(|| {
            let mut whole = whole?;
            for (member, value) in parts {
                whole = self.with_member(&whole, &member, value);
            }
            Some(whole)
        });
        let [argument, second] = [0, 1].map(|at| args.get(at).map(|arg| arg.value.clone()));
        self.passed.push(super::Passed { facts: self.facts.clone(), request, response, argument, second });
    }

    /// Something without a body that can be read.
    pub(super) fn opaque_call(&mut self, function: &Value, args: &[Argument], span: Span) -> Value {
        let name = called_name(function);
        self.handed(args, span);
        let given = if &*name == "then" { self.continued(args) } else { self.callbacks(args) };
        let site = self.site(span);
        self.delegated(&name, args, &site);
        self.perhaps_asked(function, args, &site);
        // What a library gives on the way to something that is known is not told by its name.
        if function.as_library().is_none_or(|library| self.catalogue().call(&library.states).is_empty()) {
            self.perhaps_checked(&said_name(function), args, &site);
        }
        self.perhaps_sent(function, args, &site);
        self.calls += 1;
        let taint = args.iter().fold(Taint::none(), |taint, arg| taint.join(arg.value.taint()));
        let stringly = is_text_name(&name);
        let mut value = match given {
            Some(given) => given,
            None => Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls))),
        };
        if stringly && value.taint().is_empty() {
            value = value.with_taint(if name == "escape" { taint.cleaned(Cleanings::HTML) } else { taint });
        }
        value
    }

    /// What a call that cannot be looked into may have decided.
    pub(super) fn delegated(&mut self, name: &Name, args: &[Argument], site: &Site) {
        let gets_principal = args.iter().any(|arg| holds(&arg.value, &|symbol| symbol.root == Root::Principal, 0));
        let gets_request = args.iter().any(|arg| is_request(&arg.value));
        self.let_pass(name, args);
        let guard_like = names::is_guard(name) || self.world.is_configured_guard(name);
        if gets_principal && !names::decides_nothing(name) {
            self.facts.add(Fact::Guard(Guard { kind: GuardKind::Object, sure: false, name: name.clone(), site: Some(site.clone()) }));
        }
        if guard_like || gets_request && names::is_current_user(name) {
            let sure = self.world.is_configured_guard(name);
            self.facts.add(Fact::Guard(Guard { kind: GuardKind::Identity, sure, name: name.clone(), site: Some(site.clone()) }));
            if guard_like && !args.is_empty() {
                self.facts.add(Fact::Guard(Guard { kind: GuardKind::Object, sure: false, name: name.clone(), site: Some(site.clone()) }));
            }
        }
    }

    /// A function of the project's that says it looks at what somebody may touch, and was told who: how it does that is often more than
    /// can be followed.
    fn perhaps_decided(&mut self, name: &Name, function: &Value, args: &[Argument], span: Span) {
        let is_told = || args.iter().any(|arg| holds(&arg.value, &|symbol| symbol.root == Root::Principal, 0));
        if !self.ended && matches!(function.kind(), Kind::Function(_)) && names::decides_access(name) && is_told() {
            let site = self.site(span);
            self.facts.add(Fact::Guard(Guard { kind: GuardKind::Object, sure: false, name: name.clone(), site: Some(site) }));
        }
    }

    /// Something that cannot be looked into may limit how often, or ask who sent a message: its name says so.
    fn perhaps_checked(&mut self, name: &Name, args: &[Argument], site: &Site) {
        let is_field = |arg: &Argument| arg.value.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if part == "body"));
        let is_sent = |arg: &Argument| arg.value.taint().iter().any(|origin| origin.part.is_request()) || is_field(arg);
        // `isImage(file)`, of a module that is not here.
        let asks =
            || matches!(names::words(name).first().map(String::as_str), Some("is" | "check" | "verify" | "detect" | "scan" | "ensure" | "inspect" | "sniff"));
        if names::is_validator(name) && args.iter().any(is_sent) || args.iter().any(is_field) && asks() {
            self.events.push(Event::Effect(Effect::noted(Name::new_static("validate"), site.clone(), args.to_vec(), self.facts.clone())));
        }
        let kinds = [(GuardKind::Limit, names::is_limiter(name)), (GuardKind::Machine, names::checks_sender(name))];
        for (kind, _) in kinds.into_iter().filter(|(_, is)| *is) {
            self.facts.add(Fact::Guard(Guard { kind, sure: false, name: name.clone(), site: Some(site.clone()) }));
        }
    }
}
