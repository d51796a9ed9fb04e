//! Calls into libraries: what the catalogue knows of them takes effect here.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Walker;
use super::element::put_together;
use super::entry::{sourced, went_to, where_all};
use super::guard_called::is_asked;
use super::leaving::speaks_of_environment;
use super::tested::only_from_outside;
use crate::facts::catalogue::{CallsEntry, Catalogue, Entry, How, PrincipalEntry, RespondEntry, State};
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::taint::{Part, Taint};
use crate::facts::value::{Argument, Kind, Library, Seq, Value};
use crate::model::CallKind;
use crate::text::{Name, Span};

impl<'w> Walker<'w> {
    pub(super) fn catalogue(&self) -> &'w Catalogue {
        self.world.catalogue()
    }

    pub(super) fn library_call(&mut self, function: &Value, library: &Arc<Library>, args: &[Argument], kind: CallKind, span: Span) -> Value {
        if let Some(value) = self.middleware_called(function, library, args) {
            return value;
        }
        if let Some(value) = self.piped_by_call(library, args.first().map(|arg| &arg.value)) {
            return value;
        }
        if let Some(value) = self.decorator_called(function, library, args, span) {
            return value;
        }
        let catalogue = self.catalogue();
        let states = catalogue.call(&library.states);
        let present = catalogue.at(&states).any(|entry| matches!(entry, Entry::Present));
        let value = self.reached_call(function, library, states, args, kind, span);
        if present && value.is_truthy().is_none() { value.present() } else { value }
    }

    fn reached_call(&mut self, function: &Value, library: &Arc<Library>, states: SmallVec<[State; 2]>, args: &[Argument], kind: CallKind, span: Span) -> Value {
        let catalogue = self.catalogue();
        let mut entries: Vec<&Entry> = catalogue.at(&states).filter(|entry| !matches!(entry, Entry::Present)).collect();
        // What never comes back still gets its arguments: `redirect(next)`.
        entries.sort_by_key(|entry| matches!(entry, Entry::Deny));

        let site = self.site(span);
        // That something happens says nothing of what it gives.
        for entry in &entries {
            if let Entry::Effect(effect) = entry {
                self.effect(effect, function, args, &site, library.guessed);
            }
        }
        entries.retain(|entry| !matches!(entry, Entry::Effect(_)));
        let is_languages = entries.iter().any(|entry| matches!(entry, Entry::Makes(_)));
        entries.retain(|entry| !matches!(entry, Entry::Makes(_)));
        entries.retain(|entry| is_asked(entry, args));
        let step = library.query.as_ref().and_then(|query| catalogue.step(&query.client, &library.step));
        if entries.is_empty() && library.query.is_none() {
            // What the language makes of other arguments than it looks for is not known.
            let known = if is_languages { SmallVec::new() } else { states.clone() };
            return self.unlisted_call(function, library, known, args, span);
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
        let mut whole: Option<(Option<Symbol>, Name)> = None;
        let mut walked_callbacks = false;
        let mut is_the_end = false;
        for entry in &entries {
            match entry {
                Entry::Deny => is_the_end = true,
                Entry::Asserts => self.asserted(args),
                Entry::Guard(guard) => {
                    if let Some(answer) = self.guard_called(guard, function, library, args, &site) {
                        result = Some(answer);
                    }
                    // `user_passes_test(lambda user: ..)`: what makes a decorator asks its function later.
                    walked_callbacks |= guard.guards_as(How::Decorator);
                }
                Entry::Principal(principal) if is_other(principal, args) => {}
                Entry::Principal(principal) => result = Some(self.identified(principal, function, &made, site.clone())),
                Entry::Source(source) if !source.hosts.is_empty() && !went_to(&source.hosts, function) => {}
                Entry::Source(source) if source.part == Part::Fetched => {
                    let value = self.own_answer(function).unwrap_or_else(|| sourced(source, function, args, site.clone()));
                    // What is known of its members goes on: `http.get(..).subscribe(f)`.
                    let goes_on = matches!(value.kind(), Kind::Unknown) && !catalogue.members(&states).is_empty();
                    result = Some(if goes_on { value.with_kind(Kind::Library(Arc::new(made.clone()))) } else { value });
                }
                Entry::Source(source) if source.part == Part::Session => {
                    let key = args.first().and_then(|arg| arg.value.as_str()).map(|key| Name::from(&**key));
                    result = key.map(|key| Value::unknown().with_symbol(Symbol::new(Root::Session).member(&key)));
                }
                Entry::Source(source) => {
                    let value = sourced(source, function, args, site.clone());
                    // What was kept can be asked for its parts.
                    result = Some(if source.part == Part::Stored {
                        self.calls += 1;
                        value.with_symbol(Symbol::new(Root::Call(self.calls)))
                    } else {
                        value
                    });
                }
                Entry::Sink(sink) => self.sink(sink, function, args, kind, span, library.guessed),
                Entry::Clean(clean) if clean.unless.is_some() && option_is(args, clean.unless.as_deref()) => {
                    let brought = where_all(&clean.of, function, args).iter().fold(Taint::none(), |taint, value| taint.join(value.taint()));
                    result = Some(Value::unknown().with_taint(brought));
                }
                Entry::Clean(clean) => result = Some(self.cleaned(clean, function, &where_all(&clean.of, function, args))),
                Entry::Pass(pass) => {
                    let values = where_all(&pass.of, function, args);
                    let brought = values.iter().fold(Taint::none(), |taint, value| taint.join(value.taint()));
                    // `JSON.stringify({ q: query.q })`: the text has all that the object holds.
                    let brought = if pass.whole && !pass.reads { values.iter().fold(brought, |taint, value| taint.join(&held(value, 0))) } else { brought };
                    // What the same call makes harmless it does not bring in again.
                    let brought = brought.cleaned(super::entry::made_harmless(&entries, args));
                    taint = taint.join(&if pass.reads { brought.read_as_data() } else { brought });
                    if pass.whole {
                        made.args = args.iter().map(|arg| Argument { value: self.opened(&arg.value), ..arg.clone() }).collect();
                    }
                    if let (true, [only]) = (pass.copies, args)
                        && only.name.is_empty()
                        && has_parts(&only.value)
                    {
                        result = Some(only.value.clone());
                    }
                    if let (true, [pattern, rest @ ..]) = (pass.format, args)
                        && pattern.value.as_str().is_some()
                    {
                        let rest = rest.iter().map(|arg| arg.value.clone()).collect();
                        let rest = Value::new(Kind::Seq(Arc::new(Seq { items: rest, rest: None })));
                        result = Some(self.percent(&pattern.value, &rest, span));
                    }
                    if pass.same {
                        result = values.first().cloned();
                    }
                    if pass.kept
                        && let Some(kept) = kept_under(function, args)
                    {
                        result = Some(kept);
                    }
                    if let Some(part) = &pass.part {
                        let is_all = |value: &Value| put_together(value).filter(|_| part.is_empty());
                        let values: Vec<Value> = values.iter().map(|value| is_all(value).unwrap_or_else(|| value.clone())).collect();
                        whole = Some((only_from_outside(&values), part.clone()));
                    }
                }
                Entry::Fit(fit) => result = Some(self.found_fit(fit, function, args)),
                Entry::Respond(respond) => {
                    let kind = match respond {
                        respond if respond.travels => UseKind::Passed,
                        respond if respond.written => UseKind::Written,
                        respond if respond.template => UseKind::Shown,
                        _ => UseKind::Respond,
                    };
                    let facts = self.facts.clone();
                    for arg in args {
                        // A page asks for the rows that it is given as a query.
                        let value = if respond.template && self.python() { self.fired(&arg.value) } else { told(respond, &self.opened(&arg.value)) };
                        if respond.written && !speaks_of_environment(&value, 0) {
                            continue;
                        }
                        self.events.push(Event::Use(Use { value, kind, site: site.clone(), facts: facts.clone() }));
                    }
                    is_the_end |= self.answer_ends && kind == UseKind::Respond;
                    // What is answered stands in the answer, for a handler that returns it: what it was made with has left already.
                    result.get_or_insert_with(|| Value::new(Kind::Library(Arc::new(Library { args: Vec::new(), ..made.clone() }))));
                }
                Entry::Alias(is) => {
                    made.states.extend(catalogue.named(is));
                    // A builder's step keeps what it gets; it does not become it.
                    walked_callbacks = true;
                }
                Entry::Wraps => {
                    // What it wraps may be any of its arguments: `cache(fn)`, `wraps(f)(g)`.
                    let wrapped = args.iter().map(|arg| &arg.value).find(|value| matches!(value.kind(), Kind::Function(_) | Kind::Class(_)));
                    let wrapped = wrapped.or_else(|| args.first().map(|arg| &arg.value).filter(|value| is_known_as_it_is(value)));
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
                Entry::Calls(calls) if !is_named(calls, args) => {}
                Entry::Calls(calls) => {
                    walked_callbacks = true;
                    // Behind other arguments it may be left out, and something else stand there.
                    let is_meant = |value: &Value| calls.arg == 0 || calls.key.is_some() || matches!(value.kind(), Kind::Function(_)) || is_method(value);
                    let callback = args.get(calls.arg).map(|arg| arg.value.clone()).filter(is_meant);
                    let callback = match (callback, &calls.key) {
                        (Some(options), Some(key)) => Some(self.member(&options, key)).filter(|value| matches!(value.kind(), Kind::Function(_))),
                        (callback, _) => callback,
                    };
                    if calls.answers || calls.tells {
                        if let Some(callback) = callback.filter(|callback| matches!(callback.kind(), Kind::Function(_))) {
                            let value = self.called_back(calls, &callback, library).awaited();
                            let facts = self.facts.clone();
                            let kind = if calls.tells { UseKind::Told } else { UseKind::Respond };
                            self.events.push(Event::Use(Use { value, kind, site: site.clone(), facts }));
                        }
                    } else if let Some(callback) = callback.filter(|callback| self.declares(callback, calls.declares)) {
                        result = Some(self.called_back(calls, &callback, library));
                    }
                }
                Entry::Instance => result = args.first().and_then(|arg| self.of_type(&arg.value)),
                Entry::Loads(page) => {
                    let file = self.frame().module.model.file.clone();
                    result = self.loaded(&file, page);
                }
                Entry::Fits => result = Some(self.fits(function)),
                Entry::Names => result = Some(self.named_in_settings(args)),
                // Its functions run before the handlers, not here.
                Entry::Decides(_) => walked_callbacks = true,
                Entry::Keeps => self.keep(function, args),
                Entry::Access(_) | Entry::Table | Entry::Injects | Entry::Reference | Entry::Present | Entry::Settings | Entry::Effect(_) | Entry::Makes(_) => {
                }
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
        if result.is_none() && !super::leaving::keeps_to_itself(&entries) {
            self.handed(args, span);
        }
        let value = result.unwrap_or_else(|| Value::new(Kind::Library(Arc::new(made))));
        if taint.is_empty() {
            return value;
        }
        // What a call makes of other values is one thing, whose parts can be checked.
        let value = if value.symbol().is_none() {
            self.calls += 1;
            let symbol = match whole {
                Some((Some(symbol), part)) if part.is_empty() => symbol,
                Some((symbol, part)) if !part.is_empty() => symbol.unwrap_or(Symbol::new(Root::Call(self.calls))).member(&part),
                _ => Symbol::new(Root::Call(self.calls)),
            };
            value.with_symbol(symbol)
        } else {
            value
        };
        value.with_taint(value.taint().join(&taint))
    }

    /// `assert(user)`: from here on it is true.
    fn asserted(&mut self, args: &[Argument]) {
        let Some(first) = args.first() else { return };
        if first.value.is_truthy() == Some(false) {
            self.ended = true;
            return;
        }
        let facts = self.truth_of(&first.value).if_true;
        self.assume_facts(&facts);
    }
}

/// `schema.parse`: to be called, as a function is.
fn is_method(value: &Value) -> bool {
    value.as_library().is_some_and(|library| library.step != "()" && library.receiver.is_some() && !library.states.is_empty())
}

/// What is answered of an argument.
fn told(respond: &RespondEntry, value: &Value) -> Value {
    match value.kind() {
        Kind::Object(object) if object.fields.iter().any(|(name, _)| respond.without.contains(name)) => {
            let mut object = (**object).clone();
            object.fields.retain(|(name, _)| !respond.without.contains(name));
            value.with_kind(Kind::Object(Arc::new(object)))
        }
        _ => value.clone(),
    }
}

/// The words that something is kept under: `("section", "key")`.
pub(super) fn key_of(words: &[Argument]) -> Option<Name> {
    let words: Option<Vec<&str>> = words.iter().map(|word| word.value.as_str().map(|text| &**text)).collect();
    words.filter(|words| !words.is_empty()).map(|words| Name::from(words.join("\u{0}")))
}

/// What was put into a keeper of things under these words.
fn kept_under(function: &Value, args: &[Argument]) -> Option<Value> {
    let keeper = function.as_library()?.receiver.as_ref()?.as_library()?;
    let key = key_of(args)?;
    keeper.set.iter().rev().find(|(known, _)| *known == key).map(|(_, value)| value.clone())
}

/// The call is about what the entry asks for.
fn is_named(calls: &CallsEntry, args: &[Argument]) -> bool {
    let said = args.first().and_then(|arg| arg.value.as_str());
    calls.named.as_ref().is_none_or(|named| said.is_some_and(|said| **said == **named))
}

/// `session.get("error")` says nothing of who it is.
fn is_other(principal: &PrincipalEntry, args: &[Argument]) -> bool {
    let asked = args.first().and_then(|arg| arg.value.as_str());
    let says_who = |name: &str| !crate::facts::names::words(name).iter().any(|word| matches!(word.as_str(), "session" | "token" | "state" | "nonce" | "csrf"));
    let is_looked_up = |at: usize| !args.get(at).and_then(|arg| arg.value.as_str()).is_some_and(|name| says_who(name));
    asked.is_some_and(|asked| principal.other.iter().any(|other| **other == **asked)) || principal.named.is_some_and(is_looked_up)
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

fn has_parts(value: &Value) -> bool {
    match value.kind() {
        Kind::Row(_) | Kind::Rows(_) | Kind::Object(_) | Kind::Seq(_) | Kind::Instance(_) => true,
        Kind::Union(alternatives) => alternatives.iter().all(|alternative| has_parts(&alternative.value)),
        _ => false,
    }
}

/// A function of a library that something is known of, or a list: what wraps it gives it back.
fn is_known_as_it_is(value: &Value) -> bool {
    match value.kind() {
        Kind::Library(library) => !library.states.is_empty() && library.step != "()",
        Kind::Seq(_) => true,
        _ => false,
    }
}

/// What stands in the fields of an object and the elements of a list, as deep as objects are mostly written.
fn held(value: &Value, depth: u32) -> Taint {
    let inside = |taint: Taint, part: &Value| taint.join(part.taint()).join(&held(part, depth + 1));
    match value.kind() {
        _ if depth > 3 => Taint::none(),
        Kind::Object(object) => object.fields.iter().map(|(_, field)| field).chain(&object.rest).fold(Taint::none(), inside),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).fold(Taint::none(), inside),
        _ => Taint::none(),
    }
}
