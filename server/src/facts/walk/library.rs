//! Calls into libraries: what the catalogue knows of them takes effect here.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Walker;
use super::call::called_name;
use super::entry::{sourced, where_all};
use crate::facts::catalogue::{Catalogue, Entry, State};
use crate::facts::check::{Fact, Facts, Guard, Root, Symbol};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::taint::Taint;
use crate::facts::value::{Argument, Kind, Library, Truth, Value};
use crate::model::CallKind;
use crate::text::{Name, Span};

impl<'w> Walker<'w> {
    pub(super) fn catalogue(&self) -> &'w Catalogue {
        self.world.catalogue()
    }

    pub(super) fn library_call(&mut self, function: &Value, library: &Arc<Library>, args: &[Argument], kind: CallKind, span: Span) -> Value {
        let catalogue = self.catalogue();
        let states = catalogue.call(&library.states);
        let present = catalogue.at(&states).any(|entry| matches!(entry, Entry::Present));
        let value = self.reached_call(function, library, states, args, kind, span);
        if present && value.is_truthy().is_none() { value.present() } else { value }
    }

    fn reached_call(&mut self, function: &Value, library: &Arc<Library>, states: SmallVec<[State; 2]>, args: &[Argument], kind: CallKind, span: Span) -> Value {
        let catalogue = self.catalogue();
        let entries: Vec<&Entry> = catalogue.at(&states).filter(|entry| !matches!(entry, Entry::Present)).collect();
        let site = self.site(span);
        let step = library.query.as_ref().and_then(|query| catalogue.step(&query.client, &library.step));
        if entries.is_empty() && library.query.is_none() {
            return self.unlisted_call(function, library, states, args, span);
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
        let mut is_the_end = false;
        for entry in &entries {
            match entry {
                Entry::Deny => is_the_end = true,
                Entry::Guard(guard) => {
                    if guard.how.iter().any(|how| how == "call") && !option_is(args, guard.unless.as_deref()) {
                        let fact = Fact::Guard(Guard { kind: guard.kind, sure: !library.guessed, name: called_name(function), site: Some(site.clone()) });
                        self.facts.add(fact);
                    }
                    if guard.how.iter().any(|how| how == "truth") {
                        let of = library.receiver.as_ref().filter(|_| guard.by_class).unwrap_or(function);
                        let fact = Fact::Guard(Guard { kind: guard.kind, sure: !library.guessed, name: called_name(of), site: Some(site.clone()) });
                        result = Some(Value::unknown().with_truth(Truth { if_true: Facts::one(fact), if_false: Facts::none() }));
                    }
                }
                Entry::Principal(principal) => result = Some(self.identified(principal, function, &made, site.clone())),
                Entry::Source(source) => result = Some(sourced(source, function, args, site.clone())),
                Entry::Sink(sink) => self.sink(sink, function, args, kind, span, library.guessed),
                Entry::Clean(clean) => result = Some(self.cleaned(clean, function, &where_all(&clean.of, function, args))),
                Entry::Pass(of) => {
                    for value in where_all(of, function, args) {
                        taint = taint.join(value.taint());
                    }
                }
                Entry::Respond(respond) => {
                    let kind = if respond.template { UseKind::Shown } else { UseKind::Respond };
                    let facts = self.facts.clone();
                    for arg in args {
                        self.events.push(Event::Use(Use { value: arg.value.clone(), kind, site: site.clone(), facts: facts.clone() }));
                    }
                    // What is answered stands in the answer, for a handler that returns it.
                    if result.is_none() {
                        // Of an answer that can be given a cookie or a header it is remembered which one it is.
                        let goes_on = !catalogue.members(&states).is_empty();
                        result = Some(if goes_on { Value::new(Kind::Library(Arc::new(made.clone()))) } else { Value::unknown() });
                    }
                }
                Entry::Effect(effect) => self.takes_effect(effect, args, site.clone()),
                Entry::Alias(is) => {
                    made.states.extend(catalogue.named(is));
                    // A builder's step keeps what it gets; it does not become it.
                    walked_callbacks = true;
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
                Entry::Part(part) => {
                    walked_callbacks = true;
                    if let Some(value) = self.part_called(part, function, args, span) {
                        result = Some(value);
                    }
                }
                Entry::Calls(calls) if calls.decorator => walked_callbacks = true,
                Entry::Calls(calls) => {
                    walked_callbacks = true;
                    if let Some(arg) = args.get(calls.arg).filter(|arg| self.declares(&arg.value, calls.declares)) {
                        result = Some(self.called_back(calls, &arg.value, library));
                    }
                }
                Entry::Access(_) | Entry::Table | Entry::Injects | Entry::Reference | Entry::Present => {}
            }
        }
        if is_the_end {
            self.ended = true;
            return Value::unknown();
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
        if taint.is_empty() {
            return value;
        }
        // What a call makes of other values is one thing, whose parts can be checked.
        let value = if value.symbol().is_none() {
            self.calls += 1;
            value.with_symbol(Symbol::new(Root::Call(self.calls)))
        } else {
            value
        };
        value.with_taint(value.taint().join(&taint))
    }

    /// A call of which the catalogue says nothing: it remains something of the library.
    fn unlisted_call(&mut self, function: &Value, library: &Library, states: SmallVec<[State; 2]>, args: &[Argument], span: Span) -> Value {
        let keep = !states.is_empty() || library.namespace || !library.package.is_empty();
        let site = self.site(span);
        let value = self.opaque_call(function, args, span);
        let is_step = !states.is_empty();
        // What wraps a function gives that function, unless the call is a step that is known: `z.string().refine(check)`.
        if keep && (is_step || !matches!(value.kind(), Kind::Function(_))) {
            let library = Library {
                package: library.package.clone(),
                step: "()".into(),
                states,
                receiver: Some(function.clone()),
                args: args.to_vec(),
                site: Some(site),
                guessed: library.guessed,
                ..Library::default()
            };
            return if is_step || matches!(value.kind(), Kind::Unknown) { value.with_kind(Kind::Library(Arc::new(library))) } else { value };
        }
        if self.frame().function.is_none() { self.guarded_by_name(function, value, span) } else { value }
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
