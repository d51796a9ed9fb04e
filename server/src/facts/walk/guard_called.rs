//! Guards of libraries that are called by hand, and not put where the framework would call them.

use std::sync::Arc;

use super::Walker;
use super::call::called_name;
use super::library::option_is;
use crate::facts::catalogue::{Entry, GuardEntry, How};
use crate::facts::check::{Fact, Facts, Guard, GuardKind};
use crate::facts::event::{Effect, Event};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::role_words;
use crate::facts::value::{Argument, Kind, Library, Object, Truth, Value};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// `(c, next) => bearerAuth({ token })(c, next)`: a guard of a library, asked by hand.
    pub(super) fn middleware_called(&mut self, function: &Value, library: &Library, args: &[Argument]) -> Option<Value> {
        if !args.iter().any(|arg| matches!(arg.value.kind(), Kind::Next)) {
            return None;
        }
        let catalogue = self.catalogue();
        let is_guard = |entry: &&Entry| matches!(entry, Entry::Guard(guard) if guard.guards_as(How::Middleware));
        let Entry::Guard(guard) = catalogue.at(&library.states).find(is_guard)? else { return None };
        if !option_is(&library.args, guard.unless.as_deref()) {
            let passed = Guard { kind: guard.kind, sure: !library.guessed, name: called_name(function), site: library.site.clone() };
            self.assume_facts(&passed.passed());
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
        let decorates = |entry: &Entry| matches!(entry, Entry::Guard(guard) if guard.guards_as(How::Decorator));
        let is_decorator = self.catalogue().at(&library.states).any(decorates);
        is_decorator.then(|| self.library_decorator(function, library, only.value.clone(), span))
    }

    /// A call of what guards: what holds after it, or the answer that tells.
    pub(super) fn guard_called(&mut self, entry: &GuardEntry, function: &Value, library: &Library, args: &[Argument], site: &Site) -> Option<Value> {
        let passed = |name: Name| Fact::Guard(Guard { kind: entry.kind, sure: !library.guessed, name, site: Some(site.clone()) });
        let telling = |name: Name| Value::unknown().with_truth(Truth { if_true: Facts::one(passed(name)), if_false: Facts::none() });
        if entry.guards_as(How::Call) && !option_is(args, entry.unless.as_deref()) {
            self.facts.add(passed(called_name(function)));
        }
        if let Some(name) = standing_asked_for(args).filter(|_| entry.guards_as(How::Named)) {
            let fields = vec![(entry.answer.clone(), telling(name))];
            return Some(Value::new(Kind::Object(Arc::new(Object { fields, rest: Some(Value::unknown()), spread_at: 0 }))));
        }
        if let Some(name) = right_asked_for(args).filter(|_| entry.guards_as(How::Named)) {
            let perhaps = |kind| Fact::Guard(Guard { kind, sure: false, name: name.clone(), site: Some(site.clone()) });
            let if_true: Facts = Facts::one(perhaps(GuardKind::Object)).and(&Facts::one(perhaps(entry.kind)));
            let tells = Value::unknown().with_truth(Truth { if_true, if_false: Facts::none() });
            let fields = vec![(entry.answer.clone(), tells)];
            return Some(Value::new(Kind::Object(Arc::new(Object { fields, rest: Some(Value::unknown()), spread_at: 0 }))));
        }
        if !entry.guards_as(How::Truth) {
            return None;
        }
        match entry.kind {
            GuardKind::Machine => self.compared_by(args, site),
            GuardKind::Password => {
                let facts = self.facts.clone();
                self.events.push(Event::Effect(Effect::noted(Name::new_static("password-compare"), site.clone(), args.to_vec(), facts)));
            }
            _ => {}
        }
        let of = library.receiver.as_ref().filter(|_| entry.by_class).unwrap_or(function);
        Some(telling(called_name(of)))
    }
}

/// Whether the entry says something of a call with these arguments.
pub(super) fn is_asked(entry: &Entry, args: &[Argument]) -> bool {
    !matches!(entry, Entry::Guard(guard) if guard.guards_as(How::Named) && standing_asked_for(args).is_none() && right_asked_for(args).is_none())
}

/// `rpc("is_owner", { team: body.teamId })`: whether the caller has a right to something, as the database sees it. Where the caller names
/// the person as well, it says nothing of themselves.
fn right_asked_for(args: &[Argument]) -> Option<Name> {
    let [name, of, ..] = args else { return None };
    let name = name.value.as_str().filter(|name| asks_for_right(name))?;
    let Kind::Object(of) = of.value.kind() else { return None };
    let is_sent = |value: &Value| value.taint().iter().any(|origin| origin.part.is_request());
    let names_person = |key: &Name| names::words(key).iter().any(|word| matches!(word.as_str(), "user" | "uid" | "profile" | "person" | "member" | "account"));
    let sent = || of.fields.iter().filter(|(_, value)| is_sent(value));
    (sent().next().is_some() && !sent().any(|(key, _)| names_person(key))).then(|| Name::from(&**name))
}

/// `rpc("has_role", { _user_id: user.id })`: the name of what asks. Of whom the caller names it tells nothing.
fn standing_asked_for(args: &[Argument]) -> Option<Name> {
    let [name, others @ ..] = args else { return None };
    let name = name.value.as_str().filter(|name| role_words::asks_for_standing(name))?;
    let is_sent = |arg: &Argument| arg.value.taint().iter().any(|origin| origin.part.is_request());
    (!others.iter().any(is_sent)).then(|| Name::from(&**name))
}

/// `is_owner`, `can_edit`, `has_access`: a right, and nothing else that may be so of something, as in `is_available`.
fn asks_for_right(name: &str) -> bool {
    let words = names::words(name);
    let is_right = |word: &String| matches!(word.as_str(), "owner" | "owns" | "member" | "belongs" | "access" | "allowed" | "permission" | "permitted");
    words.first().is_some_and(|first| matches!(first.as_str(), "can" | "may" | "owns")) || role_words::asks_for_standing(name) || words.iter().any(is_right)
}
