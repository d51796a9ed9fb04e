//! Calls of libraries of which the catalogue says nothing, and what entering something gives.

use super::Walker;
use super::call::called_name;
use crate::facts::catalogue::State;
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::text::{Name, Span};
use smallvec::SmallVec;
use std::sync::Arc;

impl Walker<'_> {
    /// A call of which the catalogue says nothing: it remains something of the library.
    pub(super) fn unlisted_call(&mut self, function: &Value, library: &Library, states: SmallVec<[State; 2]>, args: &[Argument], span: Span) -> Value {
        // `router.use(only("staff"))`: what a helper that is not there made stands before the routes.
        let stands = super::absent::is_absent(function) && self.frame().function.is_none();
        let keep = !states.is_empty() || library.namespace || !library.package.is_empty() || stands || self.is_kept_under_a_name(library);
        let site = self.site(span);
        let value = self.opaque_call(function, args, span);
        let is_step = !states.is_empty();
        // What wraps a function gives that function, unless the call is a step that is known: `z.string().refine(check)`.
        if keep && (is_step || !matches!(value.kind(), Kind::Function(_))) {
            let states = if is_step { states } else { self.around_a_request(function, args) };
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

    /// `app.demand("editor")`, of an application that keeps functions under names: which one it is, is known once all is registered.
    fn is_kept_under_a_name(&self, library: &Library) -> bool {
        let on = library.receiver.as_ref().and_then(Value::as_library).filter(|on| !on.states.is_empty());
        on.is_some_and(|on| self.catalogue().keeps_names(&on.states))
    }

    /// `RequestWrapper(request)`, which cannot be looked into: what is asked of it is asked of the request.
    fn around_a_request(&self, function: &Value, args: &[Argument]) -> SmallVec<[State; 2]> {
        const AROUND: &[&str] = &["request", "req", "wrap", "wrapper", "wrapped", "form", "params", "parameters", "reader"];
        let is_around = || crate::facts::names::words(&called_name(function)).iter().any(|word| AROUND.contains(&word.as_str()));
        // `request` of a library, or what a function gets under that name.
        let is_request = |value: &Value| value.as_library().is_some_and(|library| matches!(library.step.as_str(), "request" | "req" | "Request"));
        if !self.python() || !args.iter().any(|arg| is_request(&arg.value)) || !is_around() {
            return SmallVec::new();
        }
        self.catalogue().root(&crate::facts::catalogue::Root::Role(Name::new_static("python.wrapped")))
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
