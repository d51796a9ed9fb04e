//! Guards of libraries that are called by hand, and not put where the framework would call them.

use std::sync::Arc;

use super::Walker;
use super::call::called_name;
use super::library::option_is;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::text::Span;

impl Walker<'_> {
    /// `(c, next) => bearerAuth({ token })(c, next)`: a guard of a library, asked by hand.
    pub(super) fn middleware_called(&mut self, function: &Value, library: &Library, args: &[Argument]) -> Option<Value> {
        if !args.iter().any(|arg| matches!(arg.value.kind(), Kind::Next)) {
            return None;
        }
        let catalogue = self.catalogue();
        let is_guard = |entry: &&Entry| matches!(entry, Entry::Guard(guard) if guard.how.iter().any(|how| how == "middleware"));
        let Entry::Guard(guard) = catalogue.at(&library.states).find(is_guard)? else { return None };
        if !option_is(&library.args, guard.unless.as_deref()) {
            let mut facts =
                Facts::one(Fact::Guard(Guard { kind: guard.kind, sure: !library.guessed, name: called_name(function), site: library.site.clone() }));
            if matches!(guard.kind, GuardKind::Identity | GuardKind::Role) {
                facts.add(Fact::Present(Symbol::new(Root::Principal)));
            }
            self.assume_facts(&facts);
        }
        self.pass_on(&[]);
        Some(Value::new(Kind::Promise(Value::unknown())))
    }

    /// `login_required(view)`: what guards a function as its decorator, called by hand.
    pub(super) fn decorator_called(&mut self, function: &Value, library: &Arc<Library>, args: &[Argument], span: Span) -> Option<Value> {
        let [only] = args else { return None };
        if !self.python() || !only.name.is_empty() || !matches!(only.value.kind(), Kind::Function(_)) {
            return None;
        }
        let decorates = |entry: &Entry| matches!(entry, Entry::Guard(guard) if guard.how.iter().any(|how| how == "decorator"));
        let is_decorator = self.catalogue().at(&library.states).any(decorates);
        is_decorator.then(|| self.library_decorator(function, library, only.value.clone(), span))
    }
}
