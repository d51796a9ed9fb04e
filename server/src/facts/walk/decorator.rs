//! Decorators and wrappers: what they make of a function, and what holds when it runs.

use std::sync::Arc;

use super::Walker;
use super::call::called_name;
use super::library::option_is;
use crate::facts::catalogue::{Entry, How};
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::model::{ExprKind, FunctionId};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// Decorators, from the innermost outwards.
    pub(super) fn decorated(&mut self, function: FunctionId, value: Value) -> Value {
        let segment = self.frame().segment.clone();
        let mut value = value;
        for decorator in segment[function].decorators.iter().rev() {
            let span = segment[*decorator].span;
            let decorator = self.eval(*decorator);
            self.ended = false;
            value = self.decorate(&decorator, value, span);
        }
        value
    }

    fn decorate(&mut self, decorator: &Value, value: Value, span: Span) -> Value {
        match decorator.kind() {
            Kind::Function(closure) => {
                let site = self.site(span);
                let argument = Argument { name: Name::default(), value: value.clone(), site, spread: false };
                let result = self.inline(&closure.clone(), &[argument]);
                self.ended = false;
                if matches!(result.kind(), Kind::Function(_) | Kind::Class(_)) { result } else { value }
            }
            Kind::Library(library) => self.library_decorator(decorator, &library.clone(), value, span),
            _ => self.guarded_by_name(decorator, value, span),
        }
    }

    /// A decorator or wrapper that cannot be looked into: its name may say that it guards.
    pub(super) fn guarded_by_name(&mut self, wrapper: &Value, value: Value, span: Span) -> Value {
        let name = called_name(wrapper);
        let configured = self.world.is_configured_guard(&name);
        // `@limiter.limit("5/minute")`, where the limiter is made in a file that is not here; `@limiter.exempt` says the contrary.
        let says_limit = super::super::names::words(&name)
            .iter()
            .any(|word| matches!(word.as_str(), "limit" | "limits" | "limited" | "throttle" | "throttled" | "ratelimit"));
        if says_limit && super::super::names::is_limiter(&super::call::said_name(wrapper)) {
            let limit = Guard { kind: GuardKind::Limit, sure: false, name: name.clone(), site: Some(self.site(span)) };
            return assuming(&value, &Facts::one(Fact::Guard(limit)));
        }
        if !configured && !super::super::names::is_guard(&name) {
            return self.perhaps_guarded(wrapper, value, span);
        }
        let site = Some(self.site(span));
        let mut facts = Facts::one(Fact::Guard(Guard { kind: GuardKind::Identity, sure: configured, name: name.clone(), site: site.clone() }));
        // Whoever only asks for a login does not ask whose the record is.
        if !configured && !super::super::names::only_asks_who(&name) {
            facts.add(Fact::Guard(Guard { kind: GuardKind::Object, sure: false, name, site }));
        }
        assuming(&value, &facts)
    }

    pub(super) fn has_decorator(&self, function: FunctionId, names: &[&str]) -> bool {
        let segment = &self.frame().segment;
        segment[function].decorators.iter().any(|decorator| {
            let mut at = *decorator;
            loop {
                match &segment[at].kind {
                    ExprKind::Name(name) => return names.contains(&name.as_str()),
                    ExprKind::Member { name, .. } => return names.contains(&name.as_str()),
                    ExprKind::Call { callee, .. } => at = *callee,
                    _ => return false,
                }
            }
        })
    }

    pub(super) fn is_property(&self, function: FunctionId) -> bool {
        self.has_decorator(function, &["property", "cached_property", "computed_field"])
    }

    pub(super) fn is_class_method(&self, function: FunctionId) -> bool {
        self.has_decorator(function, &["classmethod"])
    }
}

impl<'w> Walker<'w> {
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
                Entry::Guard(guard) if guard.guards_as(How::Decorator) => {
                    if option_is(&library.args, guard.unless.as_deref()) {
                        continue;
                    }
                    let passed = Guard { kind: guard.kind, sure: true, name: called_name(decorator), site: Some(self.site(span)) };
                    value = assuming(&value, &passed.passed());
                }
                // `@permission_classes([IsAuthenticated])`
                Entry::Guard(guard) if guard.guards_as(How::Classes) => {
                    let given = library.args.first().map(|arg| arg.value.clone()).unwrap_or_else(Value::unknown);
                    let mut facts = self.permitted(&given, decorator, span);
                    facts.add(Fact::Guard(Guard { kind: GuardKind::Limit, sure: true, name: Name::new_static(OF_ITS_OWN), site: None }));
                    if let Some(asks) = &guard.asks {
                        value = self.asked_of_own(asks, &given, value);
                    }
                    value = assuming(&value, &facts);
                }
                // `@api_view(["GET"])`: what the settings say, unless the view says something of its own.
                Entry::Guard(guard) if guard.guards_as(How::DefaultClasses) => {
                    let has_own = |fact: &Fact| matches!(fact, Fact::Guard(guard) if guard.name == OF_ITS_OWN);
                    let is_own = matches!(value.kind(), Kind::Function(closure) if closure.assumes.iter().any(has_own));
                    if !is_own {
                        let given = self.default_permissions();
                        let facts = self.permitted(&given, decorator, span);
                        value = assuming(&value, &facts);
                    }
                }
                Entry::Calls(calls) if calls.decorator && library.step == "()" => {
                    self.answers_failures(calls, &library.args, &value, span);
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
}

/// The mark of a view that says itself who may call it.
const OF_ITS_OWN: &str = "permissions of its own";

impl Walker<'_> {
    /// What holds when all classes of a list let a request pass.
    fn permitted(&mut self, classes: &Value, decorator: &Value, span: Span) -> Facts {
        let site = Some(self.site(span));
        let unsure = Fact::Guard(Guard { kind: GuardKind::Identity, sure: false, name: called_name(decorator), site: site.clone() });
        let Kind::Seq(seq) = classes.kind() else { return Facts::one(unsure) };
        let mut facts = Facts::none();
        for class in seq.items.iter().chain(&seq.rest).filter(|class| !is_own_class(class)) {
            let catalogue = self.catalogue();
            let Some(library) = class.as_library() else {
                facts.add(unsure.clone());
                continue;
            };
            let states = catalogue.call(&catalogue.member(&catalogue.call(&library.states), "has_permission"));
            let mut is_known = false;
            for entry in catalogue.at(&states) {
                is_known = true;
                if let Entry::Guard(guard) = entry {
                    facts.add(Fact::Guard(Guard { kind: guard.kind, sure: true, name: called_name(class), site: site.clone() }));
                    facts.add(Fact::Present(Symbol::new(Root::Principal)));
                }
            }
            if !is_known {
                facts.add(unsure.clone());
            }
        }
        facts
    }
}

impl Walker<'_> {
    /// The view behind what the project's own classes of a list ask, in the way the library asks them.
    fn asked_of_own(&mut self, asks: &Name, classes: &Value, view: Value) -> Value {
        let Kind::Seq(seq) = classes.kind() else { return view };
        let own: Vec<Value> = seq.items.iter().filter(|class| is_own_class(class)).cloned().collect();
        if own.is_empty() || !matches!(view.kind(), Kind::Function(_)) {
            return view;
        }
        let Some(around) = asks.split_once('#').and_then(|(package, name)| self.stub(package, &Name::from(name))) else { return view };
        let answer = self.apply_plain(&around, vec![view.clone(), Value::seq(own)]);
        self.ended = false;
        if matches!(answer.kind(), Kind::Function(_)) { answer } else { view }
    }
}

/// A class that the project can be read to have written.
fn is_own_class(class: &Value) -> bool {
    matches!(class.kind(), Kind::Class(class) if !super::is_stub(&class.item.file))
}

/// The function, under something that already holds when it runs.
pub(super) fn assuming(value: &Value, facts: &Facts) -> Value {
    let Kind::Function(closure) = value.kind() else { return value.clone() };
    let mut closure = super::inline::copy(closure);
    closure.assumes.add_all(facts);
    Value::new(Kind::Function(Arc::new(closure)))
}
