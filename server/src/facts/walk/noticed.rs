//! What is noticed in passing: that something the catalogue lists happens, that secrets are compared, that a value which can
//! be guessed gets a name, that an option is given which switches a protection off.

use std::sync::Arc;

use super::failure::argument_at;
use super::library::option_is;
use super::{Frame, Walker};
use crate::facts::catalogue::{EffectEntry, Entry, OptionEntry};
use crate::facts::check::{Root, Symbol};
use crate::facts::credential_names::{is_compared, is_password, is_password_column, lets_in};
use crate::facts::event::{Compare, Compared, Effect, Event, Named, OptionSet, Side};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::scope::Definition;
use crate::facts::spoken::spoken;
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Argument, Kind, Piece, Value};
use crate::model::{Arg, Entry as Field, ExprId, ExprKind, FunctionId, Key, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

/// How the names of headers begin that let other sites read.
const PERMISSION: &str = "access-control-allow-";

impl Walker<'_> {
    pub(super) fn effect(&mut self, effect: &EffectEntry, function: &Value, args: &[Argument], site: &Site, guessed: bool) {
        if !effect.only_if.is_empty() && !effect.only_if.iter().any(|option| is_given(args, option)) {
            return;
        }
        if !effect.hosts.is_empty() && !args.first().is_some_and(|address| is_at(&address.value, &effect.hosts)) {
            return;
        }
        let told = if effect.kind == "cors" { self.with_origin_told(effect.gets.as_ref(), args) } else { None };
        let args = told.as_deref().unwrap_or(args);
        // A default import is found as the whole library and as its default.
        if self.is_noticed(&effect.kind, site) {
            return;
        }
        self.events.push(Event::Effect(Effect {
            kind: effect.kind.clone(),
            is: effect.is.clone(),
            of: function.clone(),
            client: effect.client.clone(),
            takes: effect.takes.iter().filter_map(|(name, place)| Some((name.clone(), argument_at(place, args)?.clone()))).collect(),
            defaults: Arc::clone(&effect.defaults),
            site: site.clone(),
            args: args.to_vec(),
            facts: self.facts.clone(),
            guessed,
            spoken: Vec::new(),
        }));
    }

    /// The words of the file that a name of this file is imported from.
    fn imported_from(&self, name: &Name) -> Vec<String> {
        let definitions = self.frame().module.definitions.get(name);
        let source = definitions.iter().find_map(|(_, definition)| match definition {
            Definition::Import { source, .. } => Some(source.clone()),
            _ => None,
        });
        source.map(|source| names::words(source.rsplit(['/', '.']).find(|part| !matches!(*part, "js" | "ts" | "")).unwrap_or_default())).unwrap_or_default()
    }

    /// `sendResetMail(to)` of a module that is not here: its name says what it does.
    pub(super) fn perhaps_sent(&mut self, function: &Value, args: &[Argument], site: &Site) {
        let Kind::Library(library) = function.kind() else { return };
        if !library.states.is_empty() || library.receiver.is_some() || library.step == "()" || args.is_empty() {
            return;
        }
        let Some(kind) = sent(&library.step, &self.imported_from(&library.step)) else { return };
        let effect = Effect { guessed: true, ..Effect::noted(Name::new_static(kind), site.clone(), args.to_vec(), self.facts.clone()) };
        self.events.push(Event::Effect(effect));
    }

    /// A function that calls some service and is called `send_sms`: its name says what the service does.
    pub(super) fn perhaps_sent_by(&mut self, site: &Site) {
        let own = |frame: &Frame| -> Option<Name> { Some(frame.segment[frame.function?].name.clone()) };
        let Some(kind) = self.frames.iter().rev().filter_map(own).find_map(|name| sent(&name, &[])) else { return };
        let is_known = |event: &Event| matches!(event, Event::Effect(effect) if effect.kind == kind && effect.site == *site);
        if !self.events.iter().any(is_known) {
            let effect = Effect { guessed: true, ..Effect::noted(Name::new_static(kind), site.clone(), Vec::new(), self.facts.clone()) };
            self.events.push(Event::Effect(effect));
        }
    }

    /// `response.headers["Access-Control-Allow-Origin"] = origin`, `self.set_header("Access-Control-Allow-Origin", origin)`: the name
    /// says what it is, whatever keeps the headers.
    pub(super) fn header_given(&mut self, name: Argument, value: Argument, span: Span) {
        let is_telling =
            |text: &str| text.get(..PERMISSION.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(PERMISSION)) || text.eq_ignore_ascii_case("set-cookie");
        if !self.python() || !name.value.as_str().is_some_and(|text| is_telling(text)) {
            return;
        }
        let mut effect = Effect::noted(Name::new_static("header"), self.site(span), vec![name.clone(), value.clone()], self.facts.clone());
        effect.takes = vec![(Name::new_static("name"), name), (Name::new_static("value"), value)];
        self.events.push(Event::Effect(effect));
    }

    /// The methods by which a header is set.
    pub(super) fn header_set(&mut self, method: &Name, args: &[Argument], span: Span) {
        let sets =
            matches!(method.as_str(), "set" | "add" | "append" | "setdefault" | "set_header" | "add_header" | "send_header" | "append_header" | "__setitem__");
        if let ([name, value], true) = (args, sets) {
            self.header_given(name.clone(), value.clone(), span);
        }
    }

    /// `cors({ origin: (origin) => origin })`: what a function says of an origin of which nothing is known.
    fn with_origin_told(&mut self, first: Option<&Name>, args: &[Argument]) -> Option<Vec<Argument>> {
        let at = args.iter().position(|arg| matches!(arg.value.kind(), Kind::Object(_)))?;
        let Kind::Object(options) = args.get(at)?.value.kind() else { return None };
        let decides = options.get("origin").0.filter(|value| matches!(value.kind(), Kind::Function(_)))?.clone();
        let origin = Origin { part: Part::Headers, name: Name::new_static("origin"), site: None, clean: Cleanings::NOSQL };
        let symbol = Symbol::new(Root::Request(Name::new_static("headers"))).member(&Name::new_static("origin"));
        let origin = Value::unknown().with_taint(Taint::of(origin)).with_symbol(symbol);
        let first = first.map_or(origin, |role| self.role(role));
        let (before, passed) = (self.save(), std::mem::take(&mut self.passed));
        let (at_first, ended) = (self.facts.clone(), self.ended);
        let given = self.apply_plain(&decides, vec![first, Value::new(Kind::Next)]).awaited();
        let called_back = std::mem::replace(&mut self.passed, passed);
        self.restore(before);
        self.ended = ended;
        // `callback(null, true)`, whoever asks.
        let told = match called_back.as_slice() {
            [] => given,
            [only] if only.facts.since(&at_first).iter().next().is_none() => only.second.clone()?,
            _ => return None,
        };
        let mut options = (**options).clone();
        options.set(Name::new_static("origin"), told);
        let mut args = args.to_vec();
        let arg = args.get_mut(at)?;
        arg.value = arg.value.with_kind(Kind::Object(Arc::new(options)));
        Some(args)
    }

    /// `a == b`, where one of the two lets somebody in.
    pub(super) fn compared(&mut self, how: Compared, (left, a): (ExprId, &Value), (right, b): (ExprId, &Value), span: Span) {
        let is_plain = |value: &Value| matches!(value.kind(), Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Column(_));
        if self.ended || is_plain(a) || is_plain(b) {
            return;
        }
        let segment = self.frame().segment.clone();
        let path = |id: ExprId| match spoken(&segment, id).as_slice() {
            [only] if only.span == segment[id].span || !matches!(segment[id].kind, ExprKind::Binary { .. } | ExprKind::Template(_)) => only.path.clone(),
            _ => Vec::new(),
        };
        let paths = [path(left), path(right)];
        // What a token says that nobody has verified is looked at whatever it is called.
        let is_claim = |value: &Value| value.taint().iter().any(|origin| origin.part == Part::Headers && origin.site.is_some());
        let of_interest = |path: &[Name], value: &Value| {
            let is_sent = |origin: &Origin| is_password(&origin.name) || origin.part.is_request() && lets_in(&origin.name);
            path.last().is_some_and(|name| is_compared(name) || lets_in(name)) || value.taint().iter().any(is_sent) || is_claim(value)
        };
        if !of_interest(&paths[0], a) && !of_interest(&paths[1], b) {
            return;
        }
        let [left_path, right_path] = paths;
        let sides = [
            Side { value: a.clone(), site: self.site(segment[left].span), path: left_path },
            Side { value: b.clone(), site: self.site(segment[right].span), path: right_path },
        ];
        let (site, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Compare(Compare { how, sides, site, facts }));
    }

    /// `KEYS.includes(key)`, `KEYS.has(key)`: of a list that stands in the source.
    pub(super) fn compared_with_each(&mut self, method: &Name, list: (ExprId, &Value), args: &[Arg], given: &[Argument], span: Span) {
        if let ([arg], [value], "includes" | "has") = (args, given, method.as_str())
            && is_list_of_texts(list.1)
        {
            self.compared(Compared::Among, (arg.value, &value.value), list, span);
        }
    }

    /// `timingSafeEqual(a, b)`, `compare_digest(a, b)`.
    pub(super) fn compared_by(&mut self, args: &[Argument], site: &Site) {
        let [a, b, ..] = args else { return };
        let of_interest =
            |arg: &Argument| arg.value.taint().iter().any(|origin| origin.part.is_request() && (is_password(&origin.name) || lets_in(&origin.name)));
        if of_interest(a) != of_interest(b) {
            let sides = [a, b].map(|arg| Side { value: arg.value.clone(), site: arg.site.clone(), path: Vec::new() });
            self.events.push(Event::Compare(Compare { how: Compared::SameTime, sides, site: site.clone(), facts: self.facts.clone() }));
        }
    }

    /// A value that can be guessed is called so, or a password as it was typed is put where passwords are kept.
    pub(super) fn given_weak(&mut self, name: &Name, value: &Value, span: Span) {
        let is_typed = |part: Part| part.is_request() || part == Part::Parameter;
        let is_of_interest = value.taint().iter().any(|origin| match origin.part {
            Part::Weak => true,
            part => is_typed(part) && is_password(&origin.name) && is_password_column(name),
        });
        if is_of_interest {
            let (site, within) = (self.site(span), self.within());
            self.events.push(Event::Named(Named { name: name.clone(), value: value.clone(), site, within }));
        }
    }

    /// What a function returns is called like the function.
    pub(super) fn returned_weak(&mut self, value: &Value, span: Span) {
        if !value.taint().iter().any(|origin| origin.part == Part::Weak) {
            return;
        }
        let frame = self.frame();
        let Some(name) = frame.function.map(|function| name_of(&frame.segment, function)).filter(|name| !name.is_empty()) else { return };
        self.given_weak(&name, value, span);
    }

    /// `set_pin`, `hash_password`, `verifyPassword`: the password that the function which is running is for, by its name.
    pub(super) fn password_handled(&self) -> Option<Name> {
        const DOES: &[&str] = &["set", "hash", "check", "verify", "encrypt", "make", "create", "save", "store", "update", "change", "compare", "match"];
        let frame = self.frame();
        let name = name_of(&frame.segment, frame.function?);
        let words = crate::facts::names::words(&name);
        let (first, rest) = words.split_first()?;
        let password = rest.join("_");
        (DOES.contains(&first.as_str()) && is_password(&password)).then(|| Name::from(password))
    }

    /// The names of the functions that are running.
    fn within(&self) -> Vec<Name> {
        self.look_at_frames(0);
        self.frames.iter().rev().filter_map(|frame| Some(name_of(&frame.segment, frame.function?))).filter(|name| !name.is_empty()).collect()
    }

    /// `{ name: value }`, `f(name=value)`.
    pub(super) fn option_given(&mut self, name: &Name, value: &Value, id: ExprId) {
        if let Some(kind) = self.switched(name, value) {
            let span = self.frame().segment[id].span;
            self.option(kind, name, span, false);
        }
    }

    /// `options.name = value`, `session.verify = False`.
    pub(super) fn option_assigned(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let of_library = || {
            let library = base.as_library()?;
            let catalogue = self.catalogue();
            let states = catalogue.member(&library.states, name);
            catalogue.at(&states).find_map(|entry| match entry {
                Entry::Effect(effect) if !effect.is.is_empty() && is_value(value, &effect.is) => Some(effect.kind.clone()),
                _ => None,
            })
        };
        if let Some(kind) = self.switched(name, value).or_else(of_library) {
            self.option(kind, name, span, true);
        }
    }

    fn option(&mut self, kind: Name, name: &Name, span: Span, is_assigned: bool) {
        let under = self.under.last().cloned().unwrap_or_default();
        let site = self.site(span);
        self.events.push(Event::Option(OptionSet { kind, name: name.clone(), site, under, is_assigned, facts: self.facts.clone() }));
    }

    fn switched(&self, name: &Name, value: &Value) -> Option<Name> {
        let python = self.python();
        let fits = |option: &&std::sync::Arc<OptionEntry>| option.python == python && option.values.iter().any(|wanted| is_value(value, wanted));
        self.catalogue().options(name).iter().find(fits).map(|option| option.kind.clone())
    }
}

/// An address that is written down, or begins to be, and names one of these hosts.
fn is_at(address: &Value, hosts: &[String]) -> bool {
    let names = |text: &str| hosts.iter().any(|host| text.contains(host.as_str()));
    match address.kind() {
        Kind::Str(text) => names(text),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(literal) if names(literal))),
        Kind::Object(options) => ["url", "uri"].iter().filter_map(|key| options.get(key).0).any(|address| is_at(address, hosts)),
        _ => false,
    }
}

pub(super) fn is_list_of_texts(list: &Value) -> bool {
    matches!(list.kind(), Kind::Seq(seq) if seq.rest.is_none() && !seq.items.is_empty() && seq.items.iter().all(|item| item.as_str().is_some()))
}

fn is_value(value: &Value, wanted: &str) -> bool {
    match value.kind() {
        Kind::Bool(is) => wanted == if *is { "true" } else { "false" },
        Kind::Number(text) => text == wanted,
        Kind::Str(text) => **text == *wanted,
        Kind::Null => wanted == "null",
        Kind::Library(library) => library.step == wanted,
        _ => false,
    }
}

/// Whether an option is given, among the arguments, in one of them, or in the options inside: `verify=false`.
pub(super) fn is_given(args: &[Argument], option: &str) -> bool {
    if option_is(args, Some(option)) {
        return true;
    }
    let inside = args.iter().filter(|arg| arg.name == "options").filter_map(|arg| match arg.value.kind() {
        Kind::Object(_) => Some(Argument { name: Name::default(), ..arg.clone() }),
        _ => None,
    });
    inside.into_iter().any(|options| option_is(&[options], Some(option)))
}

/// Its own, or that of the variable or key it is the value of.
pub(super) fn name_of(segment: &Segment, function: FunctionId) -> Name {
    let Some(known) = segment.functions.get(function.0 as usize) else { return Name::default() };
    if !known.name.is_empty() {
        return known.name.clone();
    }
    let is_it = |id: ExprId| matches!(segment[id].kind, ExprKind::Function(other) if other == function);
    let bound = segment.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Let { pattern, value: Some(value), .. } if is_it(*value) => match &segment[*pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    });
    let kept = || {
        segment.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
                Field::Field { key: Key::Name(key), value, .. } if is_it(*value) => Some(key.clone()),
                _ => None,
            }),
            _ => None,
        })
    };
    bound.or_else(kept).unwrap_or_default()
}

/// What a function sends by its name, and that of the file it is from.
fn sent(name: &str, from: &[String]) -> Option<&'static str> {
    let words = names::words(name);
    let sends = words.first().is_some_and(|word| matches!(word.as_str(), "send" | "deliver"));
    let comes_from = |known: &[&str]| from.iter().any(|word| known.contains(&word.as_str()));
    match words.last().map(String::as_str).filter(|_| sends)? {
        "mail" | "email" => Some("mail"),
        "sms" => Some("sms"),
        _ if comes_from(&["mail", "mails", "mailer", "mailing", "email", "emails"]) => Some("mail"),
        _ if comes_from(&["sms"]) => Some("sms"),
        _ => None,
    }
}
