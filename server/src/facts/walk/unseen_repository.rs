//! Calls to what keeps things and is not written yet, or not here: `projectModel.findById(id)`, `adminService.updateUserRole(id, role)`.
//! What it is called says what it keeps, and the method what is done. It cannot ask for whom: nobody told it who is calling. Whoever
//! hands it the caller, or the whole request, has left the decision to it.

use std::sync::Arc;

use super::Walker;
use super::leaving::holds;
use crate::facts::catalogue::Returns;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root};
use crate::facts::event::{Effect, Event};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query, UNSEEN};
use crate::facts::value::{Argument, Closure, Kind, Object, Value};
use crate::model::{ExprId, ExprKind, Function, Segment, StmtId, StmtKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// What `base.name(..)` does to the records that `base` keeps, if that is all that can be known of it.
    pub(super) fn kept_unseen(&mut self, base: &Value, function: &Value, name: &Name, args: &[Argument], span: Span) -> Option<Value> {
        if !self.handler_seen {
            return None;
        }
        let repository = self.unseen_repository(base, function)?;
        let done = Done::read(name)?;
        let model = model_of(&repository, &done)?;
        let mut query = Query { client: UNSEEN, model, operation: done.operation, guessed: true, ..Query::default() };
        let is_handed_on = |arg: &Argument| arg.spread || super::call::is_request(&arg.value) || holds(&arg.value, &|symbol| symbol.root == Root::Principal, 0);
        if done.is_own || args.iter().any(is_handed_on) {
            return None;
        }
        let (key, rest) = args.split_first()?;
        if !is_chosen_outside(&key.value) {
            return None;
        }
        query.key = Some(key.site.clone());
        query.filter.push(Filter::eq(vec![done.by.clone()], key.value.clone(), Some(key.site.clone())));
        query.data.extend(rest.iter().map(|arg| match (&done.sets, arg.value.kind()) {
            (_, Kind::Object(_)) | (None, _) => arg.value.clone(),
            (Some(column), _) => {
                let mut object = Object::default();
                object.set(column.clone(), arg.value.clone());
                Value::new(Kind::Object(Arc::new(object)))
            }
        }));
        self.handed(args, span);
        Some(self.ask(query, Returns::Row, span))
    }

    /// `authService.startImpersonation(req, email)`: somebody goes on as somebody else.
    pub(super) fn impersonated(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) {
        let is_librarys = matches!(base.kind(), Kind::Library(library) if !library.package.is_empty() || !library.states.is_empty());
        let is_named = args.iter().any(|arg| arg.value.taint().iter().any(|origin| origin.part.is_request()));
        if is_librarys || !is_named || !self.handler_seen || !begins_as_another(name) {
            return;
        }
        let (site, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Effect(Effect::noted(Name::new_static("impersonate"), site, args.to_vec(), facts)));
    }

    /// The name of what keeps things, where the code that does it cannot be looked into.
    fn unseen_repository(&self, base: &Value, function: &Value) -> Option<Name> {
        match (base.kind(), function.kind()) {
            // A name that nothing here gives a meaning, or a file of the project that is not there.
            (Kind::Library(library), Kind::Library(method))
                if library.package.is_empty()
                    && library.states.is_empty()
                    && library.receiver.is_none()
                    && library.query.is_none()
                    && method.states.is_empty()
                    && library.step != "()" =>
            {
                keeps(&library.step).then(|| library.step.clone())
            }
            // A method of which only the head is written.
            (Kind::Instance(instance), Kind::Function(closure)) if keeps(&instance.class.name) && self.is_unwritten(closure) => {
                Some(instance.class.name.clone())
            }
            _ => None,
        }
    }

    /// Only the head of it is there: it takes something and does nothing with it.
    pub(super) fn is_unwritten(&self, closure: &Closure) -> bool {
        let Some(module) = self.world.module(&closure.item.file) else { return false };
        let Some(placed) = module.segment_of(&closure.item).and_then(|at| module.model.segments.get(at)) else { return false };
        let segment = &*placed.segment;
        segment.functions.get(closure.function.0 as usize).is_some_and(|function| !function.params.is_empty() && does_nothing(segment, &function.body))
    }

    /// A guard of which only the head is written: what is believed of it is its name, and only where no more is known of what it
    /// guards either.
    pub(super) fn sketched(&self, decorator: ExprId, made: &Value) -> Option<Facts> {
        let segment = &self.frame().segment;
        let name = said(segment, decorator)?;
        let Kind::Function(closure) = made.kind() else { return None };
        if !names::is_guard(&name) || !self.gives_back_its_argument(closure) {
            return None;
        }
        let site = Some(self.site(segment[decorator].span));
        Some(Facts::one(Fact::Guard(Guard { kind: GuardKind::Sketched, sure: false, name, site })))
    }

    /// `def login_required(fn): return fn`
    fn gives_back_its_argument(&self, closure: &Closure) -> bool {
        let Some(module) = self.world.module(&closure.item.file) else { return false };
        let Some(placed) = module.segment_of(&closure.item).and_then(|at| module.model.segments.get(at)) else { return false };
        let segment = &*placed.segment;
        let Some(function) = segment.functions.get(closure.function.0 as usize) else { return false };
        returns_parameter(segment, function)
    }
}

fn returns_parameter(segment: &Segment, function: &Function) -> bool {
    let mut statements = function.body.iter().filter(|stmt| !is_empty(segment, **stmt));
    let (Some(only), None) = (statements.next(), statements.next()) else { return false };
    let StmtKind::Return(Some(value)) = &segment[*only].kind else { return false };
    let ExprKind::Name(name) = &segment[*value].kind else { return false };
    let is_it = |pattern: &crate::model::PatternKind| matches!(pattern, crate::model::PatternKind::Name(known) if known == name);
    matches!(function.params.as_slice(), [only] if is_it(&segment[only.pattern].kind))
}

fn does_nothing(segment: &Segment, body: &[StmtId]) -> bool {
    body.iter().all(|stmt| is_empty(segment, *stmt))
}

/// A description, `...`, `pass`, a constant that is given back.
fn is_empty(segment: &Segment, stmt: StmtId) -> bool {
    let is_constant = |expr: &ExprId| matches!(segment[*expr].kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Str(_));
    match &segment[stmt].kind {
        StmtKind::Expr(expr) => matches!(&segment[*expr].kind, ExprKind::Str(_) | ExprKind::Null | ExprKind::Other(_)),
        StmtKind::Return(None) => true,
        StmtKind::Return(Some(expr)) => is_constant(expr),
        StmtKind::Block(body) => does_nothing(segment, body),
        _ => false,
    }
}

/// What a decorator or a call is called: the last of its names.
fn said(segment: &Segment, expr: ExprId) -> Option<Name> {
    match &segment[expr].kind {
        ExprKind::Call { callee, .. } => said(segment, *callee),
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// `projectModel`, `OrderRepository`, `userService`: called like something that keeps records.
fn keeps(name: &str) -> bool {
    let words = names::words(name);
    words.len() > 1
        && words.last().is_some_and(|last| matches!(last.as_str(), "model" | "repository" | "repo" | "service" | "store" | "dao" | "dal"))
        && !words.iter().any(|word| NOT_RECORDS.contains(&word.as_str()))
}

/// What has a service or a store of its own and holds nobody's records.
const NOT_RECORDS: &[&str] = &[
    "cache",
    "session",
    "token",
    "mail",
    "email",
    "log",
    "logger",
    "logging",
    "config",
    "state",
    "theme",
    "i18n",
    "translation",
    "health",
    "metrics",
    "queue",
    "event",
    "feature",
    "flag",
    "rate",
    "limit",
    "language",
    "search",
    "view",
];

/// `impersonate`, `startImpersonation`, `loginAs`; not what ends it or asks for it.
fn begins_as_another(name: &str) -> bool {
    let words = names::words(name);
    let is_it = words.iter().any(|word| matches!(word.as_str(), "impersonate" | "impersonation"))
        || words
            .windows(2)
            .any(|two| matches!(two, [a, b] if matches!(a.as_str(), "login" | "act" | "switch" | "signin") && matches!(b.as_str(), "as" | "user")));
    is_it
        && words.first().is_some_and(|first| {
            matches!(first.as_str(), "start" | "begin" | "impersonate" | "login" | "act" | "switch" | "signin" | "do" | "handle" | "create")
        })
}

/// A value that the caller sent: one thing and not a whole body.
fn is_chosen_outside(value: &Value) -> bool {
    let is_one = !matches!(value.kind(), Kind::Object(_) | Kind::Seq(_) | Kind::Function(_));
    is_one && value.taint().iter().any(|origin| origin.part.is_request() && !origin.name.is_empty())
}

/// What a method does, as far as its name says.
struct Done {
    operation: Operation,
    /// What it is done to: `user`, `role`.
    nouns: Vec<String>,
    /// The column that the first argument stands for.
    by: Name,
    /// The column that the others stand for.
    sets: Option<Name>,
    /// It says that it is about the caller's own.
    is_own: bool,
}

impl Done {
    fn read(name: &str) -> Option<Done> {
        let words = names::words(name);
        let (verb, rest) = words.split_first()?;
        let operation = match verb.as_str() {
            "get" | "find" | "fetch" | "load" | "read" | "retrieve" => Operation::ReadOne,
            verb if CHANGES.contains(&verb) => Operation::Update,
            "delete" | "remove" | "destroy" | "erase" | "purge" => Operation::Delete,
            _ => return None,
        };
        let is_own = rest.iter().any(|word| matches!(word.as_str(), "own" | "owned" | "my" | "mine" | "self" | "me" | "current" | "public" | "published"));
        let end = rest.iter().position(|word| matches!(word.as_str(), "by" | "for" | "from" | "of" | "in" | "with" | "to")).unwrap_or(rest.len());
        let (nouns, tail) = rest.split_at_checked(end)?;
        let by: Vec<&str> = tail.iter().skip(1).map(String::as_str).take_while(|word| *word != "and").collect();
        let by = if by.is_empty() || !matches!(tail.first().map(String::as_str), Some("by")) { Name::new_static("id") } else { Name::from(by.join("_")) };
        let nouns: Vec<String> = nouns.iter().filter(|word| !matches!(word.as_str(), "one" | "first" | "the" | "a")).cloned().collect();
        let sets = (operation == Operation::Update).then(|| nouns.last().map(|last| Name::from(last.as_str()))).flatten();
        Some(Done { operation, nouns, by, sets, is_own })
    }
}

const CHANGES: &[&str] = &[
    "update", "set", "change", "edit", "modify", "patch", "rename", "archive", "restore", "publish", "approve", "reject", "cancel", "assign", "promote",
    "demote", "ban", "suspend", "grant", "revoke", "close", "reopen", "complete",
];

/// `projectModel` keeps projects; what `adminService` keeps, its method says.
fn model_of(repository: &str, done: &Done) -> Option<Name> {
    let mut words = names::words(repository);
    words.pop();
    words.retain(|word| !matches!(word.as_str(), "admin" | "app" | "data" | "api" | "base" | "main" | "db" | "core" | "auth"));
    if words.is_empty() {
        return done.nouns.first().map(|noun| Name::from(crate::facts::schema::names::singular(noun)));
    }
    Some(Name::from(crate::facts::schema::names::singular(&words.join("_"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_kept_and_what_is_done() {
        for (repository, method, said) in [
            ("projectModel", "findById", Some((Operation::ReadOne, "project", "id"))),
            ("ProjectStore", "update_state", Some((Operation::Update, "project", "id"))),
            ("adminService", "updateUserRole", Some((Operation::Update, "user", "id"))),
            ("orderRepository", "deleteByOrderNumber", Some((Operation::Delete, "order", "order_number"))),
            ("orderRepository", "count", None),
        ] {
            let read = Done::read(method).and_then(|done| Some((done.operation, model_of(repository, &done)?, done.by)));
            assert_eq!(read.as_ref().map(|(operation, model, by)| (*operation, model.as_str(), by.as_str())), said, "{repository}.{method}");
        }
        assert!(keeps("projectModel") && keeps("UserRepository") && !keeps("sessionStore") && !keeps("Model") && !keeps("emailService"));
        assert!(Done::read("findOwn").is_some_and(|done| done.is_own));
    }
}
