//! What the entries of the catalogue do at a call, one kind after the other.

use std::sync::Arc;

use super::Walker;
use super::call::called_name;
use super::library::{option_is, path};
use super::noticed;
use crate::facts::catalogue::{CallsEntry, CleanEntry, Entry, PrincipalEntry, SourceEntry, Where};
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Alternative, Argument, Kind, Library, Object, Piece, Seq, Value};
use crate::facts::ways::Ways;
use crate::model::{ExprId, ExprKind, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

impl Walker<'_> {
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
            "failure" => self.failure(Name::new_static("error")),
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

    /// What has this role as far as its name says.
    pub(super) fn probable_role(&mut self, role: &str) -> Value {
        let value = self.role(role);
        match value.kind() {
            Kind::Library(library) => {
                let library = Library { guessed: true, ..(**library).clone() };
                self.known(Value::new(Kind::Library(Arc::new(library))))
            }
            _ => value,
        }
    }

    /// Whoever the call says is signed in.
    pub(super) fn identified(&mut self, principal: &PrincipalEntry, function: &Value, made: &Library, site: Site) -> Value {
        let unverified = principal.unverified || principal.unverified_if.iter().any(|option| noticed::is_given(&made.args, option));
        let part = if unverified { Part::Headers } else { Part::Principal };
        let taint = Taint::of(Origin { part, name: called_name(function), site: Some(site.clone()), clean: Default::default() });
        if unverified {
            return Value::unknown().with_taint(taint);
        }
        if principal.waits && never_waited_for(&self.frame().segment, site.span) {
            let facts = self.facts.clone();
            self.events.push(Event::Use(Use { value: Value::unknown(), kind: UseKind::Unawaited, site, facts }));
            return Value::new(Kind::Library(Arc::new(Library { query: None, states: Default::default(), ..made.clone() }))).present();
        }
        if !principal.null {
            self.facts.add(Fact::Present(Symbol::new(Root::Principal)));
        }
        self.principal_id = path(&principal.id);
        let whole = Value::new(Kind::Library(Arc::new(Library { query: None, ..made.clone() })))
            .with_taint(taint)
            .with_symbol(Symbol::new(Root::Principal))
            .with_nullable(principal.null);
        match (self.is_for_strangers(principal), principal.waits) {
            (false, _) => whole,
            (true, false) => whole.present(),
            // What is there is what was promised.
            (true, true) => {
                let taint = whole.taint().clone();
                Value::new(Kind::Promise(whole.present())).with_taint(taint)
            }
        }
    }

    /// Something stands there for strangers, too.
    pub(super) fn is_for_strangers(&mut self, principal: &PrincipalEntry) -> bool {
        principal.for_strangers.as_ref().is_some_and(|setting| setting.is_empty() || !self.is_set(setting))
    }

    /// What was made harmless.
    pub(super) fn cleaned(&mut self, clean: &CleanEntry, function: &Value, of: &[Value]) -> Value {
        let mut value = harmless(clean, of);
        if clean.second {
            let taint = of.iter().fold(Taint::none(), |taint, value| taint.join(value.taint()));
            let items = vec![Value::unknown().with_taint(taint.clone()), Value::unknown().with_taint(taint.cleaned(clean.by))];
            return Value::new(Kind::Seq(Arc::new(Seq { items, rest: None }))).with_taint(taint);
        }
        if clean.by.has(Cleanings::SHAPE) && clean.by != Cleanings::ALL {
            value = self.parsed_by(function, value);
        }
        if clean.safe { self.parsed(value) } else { value }
    }

    /// A function that the library calls at once, and what it gave.
    pub(super) fn called_back(&mut self, calls: &CallsEntry, callback: &Value, library: &Library) -> Value {
        let mut params: Vec<Value> = calls.params.iter().map(|role| self.callback_argument(role, library)).collect();
        if calls.distinct {
            self.calls += 1;
            let number = self.calls;
            params.iter_mut().for_each(|value| *value = value.with_symbol(Symbol::new(Root::Call(number))));
        }
        match callback.kind() {
            Kind::Function(_) => {}
            // A method of a library's: `schema.parse`.
            Kind::Library(method) if method.step != "()" && method.receiver.is_some() => {
                let given = self.apply_plain(callback, params);
                return Value::new(Kind::Promise(given.awaited()));
            }
            _ => return callback.clone(),
        }
        let before = self.save();
        let value = self.repeated(|walker| walker.apply_plain(callback, params));
        self.ended = false;
        let after = self.save();
        let joined = self.mix(before.clone(), after, &before.1);
        self.restore(joined);
        Value::new(Kind::Promise(value.awaited()))
    }

    /// `{ success: true, data } | { success: false, error }`.
    fn parsed(&mut self, value: Value) -> Value {
        let taint = value.taint().clone();
        let mut good = Object::default();
        good.set("success".into(), Value::bool(true));
        good.set("data".into(), value);
        let mut bad = Object::default();
        bad.set("success".into(), Value::bool(false));
        bad.set("error".into(), Value::unknown().present());
        let fork = self.fork();
        let side = |object, side| Alternative { value: Value::new(Kind::Object(Arc::new(object))), facts: Facts::on(Ways::turn(&fork, side)) };
        Value::union(vec![side(good, 0), side(bad, 1)]).with_taint(taint)
    }
}

/// What comes from the request, or from wherever else.
pub(super) fn sourced(source: &SourceEntry, function: &Value, args: &[Argument], site: Site) -> Value {
    // `getRouterParam(event, "id")` gets the request first.
    let given = |args: &[Argument]| args.iter().take(2).find_map(|arg| arg.value.as_str()).map(|text| Name::from(&**text));
    // `defineSecret("KEY").value()` was told before.
    let told = || given(&function.as_library()?.receiver.as_ref()?.as_library()?.args);
    let name = given(args).or_else(|| told().filter(|_| source.part.is_environment()));
    let origin = Origin {
        part: source.part,
        name: name.clone().unwrap_or_else(|| called_name(function)),
        site: Some(site),
        clean: match (source.shaped, source.text) {
            (true, _) => Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0),
            (false, true) => Cleanings::NOSQL,
            (false, false) => Cleanings::default(),
        },
    };
    if source.part == Part::Weak {
        // What is drawn from a list of things was there before.
        if matches!(origin.name.as_str(), "choice" | "choices" | "sample") && !args.first().is_some_and(|from| is_alphabet(&from.value)) {
            return Value::unknown();
        }
        // Each one is another, whatever it is made of.
        return Value::unknown().with_taint(Taint::of(Origin { clean: Cleanings::ALL, ..origin }));
    }
    if !source.part.is_request() && !source.part.is_environment() {
        return Value::unknown().with_taint(Taint::of(origin));
    }
    let mut symbol = Symbol::new(Root::Request(Name::from(format!("{:?}", source.part).to_lowercase())));
    // Of a vault the name says which secret it is, not which part of one.
    if let Some(name) = name.filter(|_| source.part != Part::Vault) {
        symbol = symbol.member(&name);
    }
    Value::unknown().with_taint(Taint::of(origin)).with_symbol(symbol)
}

/// Did the call that a value is the answer of go to one of these hosts?
pub(super) fn went_to(hosts: &[String], function: &Value) -> bool {
    let mut at = function.as_library().cloned();
    for _ in 0..8 {
        let Some(library) = at else { return false };
        let address = library.args.iter().find(|arg| arg.name.is_empty() || arg.name == "url").map(|arg| &arg.value);
        let is_named = |text: &str| hosts.iter().any(|host| text.contains(host.as_str()));
        let found = match address.map(Value::kind) {
            Some(Kind::Str(text)) => Some(is_named(text)),
            Some(Kind::Text(text)) => Some(text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(literal) if is_named(literal)))),
            _ => None,
        };
        if let Some(found) = found {
            return found;
        }
        at = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
    }
    false
}

/// What was made harmless, before a schema is asked for its shape.
fn harmless(clean: &CleanEntry, of: &[Value]) -> Value {
    match of {
        [only] if clean.by != Cleanings::ALL && matches!(only.kind(), Kind::Union(_)) => only.map(|value| value.with_taint(value.taint().cleaned(clean.by))),
        // What was put together of parts is one thing now.
        [only] if matches!(only.kind(), Kind::Union(_)) && !clean.by.has(Cleanings::SHAPE) => only.map(|value| harmless(clean, std::slice::from_ref(value))),
        [only] if matches!(only.kind(), Kind::Text(_) | Kind::Seq(_)) && !clean.by.has(Cleanings::SHAPE) => {
            Value::unknown().with_taint(only.taint().cleaned(clean.by))
        }
        [only] => {
            let kind = match only.kind() {
                _ if clean.by == Cleanings::ALL => Kind::Number(Name::default()),
                // What was cleaned is no longer the state that it was read from, whatever that is set to later.
                Kind::Library(state) if state.step == "0" && state.site.is_some() => Kind::Unknown,
                kind => kind.clone(),
            };
            let value = Value::new(kind).with_taint(only.taint().cleaned(clean.by));
            match only.symbol() {
                // `Number(req.params.id)` still is that id.
                Some(symbol) => value.with_symbol(symbol.clone()),
                None => value,
            }
        }
        _ => {
            let taint = of.iter().fold(Taint::none(), |taint, value| taint.join(value.taint()));
            Value::unknown().with_taint(taint.cleaned(clean.by))
        }
    }
}

/// What stands at these places of a call.
pub(super) fn where_all(of: &[Where], function: &Value, args: &[Argument]) -> Vec<Value> {
    of.iter().flat_map(|place| at_place(place, function, args)).map(|(value, _)| value).collect()
}

/// What stands at one place of a call, and where it is written; the receiver is not an argument and has no place of its own.
pub(super) fn at_place(place: &Where, function: &Value, args: &[Argument]) -> Vec<(Value, Option<Site>)> {
    let given = |arg: &Argument| (arg.value.clone(), Some(arg.site.clone()));
    match place {
        Where::Argument(at) => args.iter().filter(|arg| arg.name.is_empty()).nth(*at).map(given).into_iter().collect(),
        Where::Keyword(name) => args.iter().find(|arg| arg.name == name.as_str()).map(given).into_iter().collect(),
        Where::All => args.iter().map(given).collect(),
        Where::Receiver if args.iter().any(|arg| arg.name == "*receiver*") => {
            args.iter().find(|arg| arg.name == "*receiver*").map(|arg| (arg.value.clone(), None)).into_iter().collect()
        }
        Where::Receiver => function.as_library().and_then(|library| library.receiver.clone()).map(|value| (value, None)).into_iter().collect(),
    }
}

/// `string.ascii_letters`, `"0123456789"`, or what is put together of such.
fn is_alphabet(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(_) | Kind::Text(_) => true,
        Kind::Library(library) => library.package.starts_with("string"),
        Kind::Unknown => value.symbol().is_none() && value.taint().is_empty(),
        _ => false,
    }
}

/// What a call with these arguments makes of everything that it gets.
pub(super) fn made_harmless(entries: &[&Entry], args: &[Argument]) -> Cleanings {
    let cleans = entries.iter().filter_map(|entry| match entry {
        Entry::Clean(clean) if clean.unless.is_none() || !option_is(args, clean.unless.as_deref()) => Some(clean.by),
        _ => None,
    });
    cleans.fold(Cleanings::default(), Cleanings::with)
}

/// `const session = requireUserSession(event);`, or the call alone: nothing in the file waits for what it gives.
fn never_waited_for(segment: &Segment, call: Span) -> bool {
    let is_call = |value: &ExprId| segment[*value].span == call;
    let kept = segment.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Expr(value) if is_call(value) => Some(None),
        StmtKind::Let { pattern, value: Some(value), .. } if is_call(value) => match &segment[*pattern].kind {
            PatternKind::Name(name) => Some(Some(name.clone())),
            _ => None,
        },
        _ => None,
    });
    let Some(kept) = kept else { return false };
    let Some(name) = kept else { return true };
    let is_it = |value: ExprId| matches!(&segment[value].kind, ExprKind::Name(known) if *known == name);
    let named = |span: Span| segment.exprs.iter().any(|expr| span.contains(expr.span) && matches!(&expr.kind, ExprKind::Name(known) if *known == name));
    let goes_on = segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Await(inner) => named(segment[*inner].span),
        ExprKind::Member { base, name: step, .. } => is_it(*base) && matches!(step.as_str(), "then" | "catch" | "finally"),
        ExprKind::Call { args, .. } => args.iter().any(|arg| is_it(arg.value)),
        _ => false,
    });
    let is_returned = segment.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::Return(Some(value)) if is_it(*value)));
    !goes_on && !is_returned
}
