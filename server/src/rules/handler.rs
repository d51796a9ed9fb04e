//! What the rules about missing care have in common: what a handler is there for, who may call it, and what stands before it.

use rustc_hash::FxHashSet;

use super::ownership::{Answer, Judge};
use super::raw::RuleCx;
use crate::facts::catalogue::{BUILT_IN, Entry, Reached};
use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::event::{Event, SinkKind, UseKind};
use crate::facts::limits;
use crate::facts::names;
use crate::facts::place::{FunctionKey, Site};
use crate::facts::scope::pattern_names;
use crate::facts::taint::Origin;
use crate::facts::value::{Kind, Library, Value};
use crate::facts::walk::is_stub;
use crate::model::{Entry as Field, ExprKind, Key, StmtKind};
use crate::project::RootWalk;
use crate::project::routes::{Route, Standing};
use crate::text::{FileId, Name, Span};

/// How deep in values it is looked.
const MOST_DEPTH: u32 = 6;

/// The handler of a walk, as rules about what it does to its callers ask of it.
pub struct Handler<'c> {
    pub cx: &'c RuleCx<'c>,
    pub route: &'c Route,
    pub judge: &'c Judge<'c>,
    /// What its path, its file and its function are called, in lower-case words.
    pub words: FxHashSet<String>,
    /// The same without its file, which may hold handlers for many things.
    own_words: FxHashSet<String>,
}

impl<'c> Handler<'c> {
    /// Of a walk through a route that is not said to be open on purpose.
    pub fn of(cx: &'c RuleCx<'c>) -> Option<Handler<'c>> {
        let route = cx.walk.route.as_deref()?;
        // What is asked for by its name in the address is not what the address is called.
        let is_named = |part: &&str| !part.starts_with(['[', ':', '{', '<', '$']);
        let mut words: FxHashSet<String> = route.path.iter().flat_map(|path| path.split('/').filter(is_named)).flat_map(names::words).collect();
        let function = route.written().or_else(|| route.function());
        words.extend(function.iter().filter_map(|function| cx.project.function_name(function)).flat_map(|name| names::words(&name)));
        let own_words = words.clone();
        if let Some(function) = function {
            let file = function.item.file.file_name();
            words.extend(names::words(file.split('.').next().unwrap_or_default()));
        }
        Some(Handler { cx, route, judge: &cx.judge, words, own_words })
    }

    pub fn is_called(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.words.contains(*word))
    }

    /// The same, whatever its file is called.
    pub fn is_itself_called(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.own_words.contains(*word))
    }

    /// What the handler itself does, without what runs before it.
    pub fn events(&self) -> impl Iterator<Item = &'c Event> {
        self.cx.walk.events.iter().skip(self.cx.walk.before_handler)
    }

    /// Does the name of any function that was walked say so, or of anything that runs before the handler?
    pub fn comes_through(&self, says: impl Fn(&str) -> bool) -> bool {
        // What a handler is exported as says what it is for, and not what it asks.
        let own = self.route.written().filter(|own| !self.cx.project.has_own_name(own));
        let of_function = |function: &FunctionKey| own.as_ref() != Some(function) && self.cx.project.function_name(function).is_some_and(|name| says(&name));
        self.cx.walk.visited.iter().any(of_function) || self.stands_behind(says)
    }

    /// Does the name of anything say so that runs before the handler and could not be looked into?
    fn stands_behind(&self, says: impl Fn(&str) -> bool) -> bool {
        self.route.chain.iter().any(|link| {
            let symbol = link.value.symbol().and_then(|symbol| symbol.path.last());
            // Whether a plugin of the whole application holds for this route, the file that registers it says.
            let is_plugin = |library: &Library| library.receiver.is_none() && limits::is_told_by_file(&library.package);
            let library = link.value.as_library().filter(|library| !is_plugin(library)).map(|library| chain_name(library));
            symbol.is_some_and(|name| says(name)) || library.is_some_and(|name| says(&name))
        })
    }

    /// As `who`, and what by its name says who is asking and was not looked into leaves that open.
    pub fn may_be(&self, facts: &Facts) -> Answer {
        // What hands on a context may have put somebody into it.
        let hands = BUILT_IN.framework(&self.route.framework).is_some_and(|framework| framework.hands.is_some())
            && self.route.chain.iter().any(|link| link.standing != Standing::Context);
        let says_who = |name: &str| names::is_current_user(name) || names::is_guard(name);
        match self.who(facts) {
            Answer::No if hands || self.stands_behind(says_who) || self.is_inline() && self.comes_through(says_who) => Answer::Unknown,
            answer => answer,
        }
    }

    /// An action within the function that makes its page: what was asked around it, it may have with it.
    fn is_inline(&self) -> bool {
        let Some(function) = self.route.function().filter(|_| self.route.reached() == Reached::Action) else { return false };
        let Some(placed) = self.cx.project.placed(&function.item) else { return false };
        let Some(own) = placed.segment.functions.get(function.function.0 as usize) else { return false };
        placed.segment.functions.iter().any(|other| other.span != own.span && other.body_span.contains(own.span))
    }

    /// Whoever gets here is somebody: a person, a machine, or somebody that cannot be told.
    pub fn who(&self, facts: &Facts) -> Answer {
        if self.judge.is_machine(facts) || self.judge.is_elevated(facts) { Answer::Yes } else { self.judge.signed_in(facts) }
    }

    /// Something that limits how often holds here, as far as can be told.
    pub fn is_limited(&self, facts: &Facts) -> bool {
        let limits = |fact: &Fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Limit || names::is_limiter(&guard.name));
        any(facts, &limits)
            || self.comes_through(names::is_limiter)
            || self.is_limited_around()
            || self.says_throttles(&self.route.handler, 0)
            || self.options_limit()
    }

    /// `{ config: { rateLimit: { max: 5 } } }`, or what is kept under a name for several: what the route is registered with.
    fn options_limit(&self) -> bool {
        let Some(placed) = self.cx.project.placed(&self.route.site.item) else { return false };
        let segment = &placed.segment;
        let head = self.route.site.span;
        let body = self.route.written().filter(|key| key.item == self.route.site.item).and_then(|key| segment.functions.get(key.function.0 as usize));
        let is_option = |span: Span| head.contains(span) && body.is_none_or(|body| !body.span.contains(span));
        let fields = segment.exprs.iter().filter(|expr| is_option(expr.span)).filter_map(|expr| match &expr.kind {
            ExprKind::Object(entries) => Some(entries),
            _ => None,
        });
        fields.flatten().any(|entry| match entry {
            Field::Field { key: Key::Name(name), .. } if names::is_limiter(name) => true,
            Field::Field { value, .. } | Field::Spread { value, .. } => match &segment[*value].kind {
                ExprKind::Name(kept) => self.keeps_limit(kept),
                _ => false,
            },
        })
    }

    /// `const limited = { rateLimit: { max: 5 } }`, anywhere in the file that registers the route.
    fn keeps_limit(&self, kept: &Name) -> bool {
        let segments = self.cx.project.file(&self.route.site.item.file).and_then(|file| file.model.as_ref()).map(|model| model.segments.as_slice());
        segments.unwrap_or_default().iter().map(|placed| &*placed.segment).any(|segment| {
            segment.stmts.iter().any(|stmt| {
                let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return false };
                let ExprKind::Object(entries) = &segment[*value].kind else { return false };
                let mut names = Vec::new();
                pattern_names(segment, *pattern, &mut names, 0);
                let limits = |entry: &Field| matches!(entry, Field::Field { key: Key::Name(name), .. } if names::is_limiter(name));
                names.contains(kept) && entries.iter().any(limits)
            })
        })
    }

    /// `throttle_classes = [..]` of the class that answers.
    fn says_throttles(&self, value: &Value, depth: u32) -> bool {
        match value.kind() {
            Kind::Function(closure) => {
                closure.captured.as_ref().and_then(|captured| captured.get("cls")).is_some_and(|class| self.says_throttles(class, depth + 1))
            }
            Kind::Class(class) if depth > 0 && depth < 6 => {
                let placed = self.cx.project.placed(&class.item);
                let says = placed.is_some_and(|placed| {
                    let fields = placed.segment.classes.get(class.class.0 as usize).map(|class| class.fields.as_slice()).unwrap_or_default();
                    fields.iter().any(|field| matches!(field.name.as_str(), "throttle_classes" | "throttle_scope"))
                });
                says || class.bases.iter().any(|base| self.says_throttles(base, depth + 1))
            }
            _ => false,
        }
    }

    /// Before it gets to this event, it has told somebody that it is too much: what it counts by is its own affair.
    pub fn turns_away_before(&self, at: &Site) -> bool {
        let events = &self.cx.walk.events;
        let until = events.iter().position(|event| site_of(event) == Some(at)).unwrap_or(events.len());
        events.iter().take(until).any(|event| match event {
            Event::Use(used) if used.kind == UseKind::Respond => says_too_many(&used.value) || self.is_answered_too_many(&used.site),
            _ => false,
        })
    }

    /// `res.status(429).json(...)`, `c.json(..., 402)`, `HTTPException(status_code=429)`: the number is given to one of the calls that answer.
    fn is_answered_too_many(&self, site: &Site) -> bool {
        let Some(placed) = self.cx.project.placed(&site.item) else { return false };
        let segment = &placed.segment;
        segment.exprs.iter().filter(|expr| site.span.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Call { args, .. } => args.iter().any(|arg| matches!(&segment[arg.value].kind, ExprKind::Num(text) if is_too_many(text))),
            _ => false,
        })
    }

    /// A payload has been read by a schema before the handler sees it, or may have been.
    pub fn is_shaped(&self) -> bool {
        let framework = BUILT_IN.framework(&self.route.framework);
        framework.is_some_and(|framework| framework.shapes)
            || self.cx.walk.visited.iter().any(|function| is_stub(&function.item.file))
            || self.comes_through(names::is_validator)
            || self.cx.walk.events.iter().any(|event| matches!(event, Event::Effect(effect) if effect.kind == "validate"))
            || self.route.chain.iter().any(|link| matches!(link.value.kind(), Kind::Object(object) if object.fields.iter().any(|(name, _)| matches!(name.as_str(), "body" | "querystring"))))
    }

    /// A schema of types has read the arguments: texts are texts, and nothing comes along that has no name in it.
    pub fn is_typed(&self) -> bool {
        BUILT_IN.framework(&self.route.framework).is_some_and(|framework| framework.by_schema)
    }

    /// A file of the same application limits all routes.
    fn is_limited_around(&self) -> bool {
        let project = self.cx.project;
        // What the file has of limits may be registered behind this route, which answers first.
        let is_late = |file: &FileId| self.route.late.iter().any(|link| link.site.item.file == *file && limits_all(&link.value));
        project.limiting().iter().any(|file| project.speaks_for(file, &self.route.site.item.file) && !is_late(file))
    }

    /// No address of its own leads to it.
    pub fn is_called_by_name(&self) -> bool {
        self.route.reached() != Reached::Address
    }

    /// How the handler is spoken of.
    pub fn title(&self) -> String {
        let is_called_by_name = self.route.reached() == Reached::Action;
        let name = self.route.function().and_then(|function| self.cx.project.function_name(&function));
        match (self.route.path.as_deref(), name) {
            (_, Some(name)) if is_called_by_name => format!("`{name}`"),
            (Some(path), _) if !is_called_by_name && path != "/" => format!("`{path}`"),
            _ => "this function".to_owned(),
        }
    }

    /// Where something is missing: at the first of these places that is in the handler, for others call the same code too; else at the
    /// handler as a whole.
    pub fn place_of<'s>(&self, places: impl IntoIterator<Item = &'s Site>) -> Site {
        let here = self.site();
        places.into_iter().find(|site| site.item == here.item).cloned().unwrap_or(here)
    }

    /// A place for what is said of the handler as a whole: what it is called, where that can be seen.
    pub fn site(&self) -> Site {
        self.route.written().and_then(|function| self.cx.project.function_site(&function)).unwrap_or_else(|| self.route.site.clone())
    }
}

/// A person has to prove that they are one: whoever may come by is a stranger, and does not come by thousands of times.
/// `app.use(rateLimit({ .. }))`
fn limits_all(value: &Value) -> bool {
    let is_limit = |entry: &Entry| matches!(entry, Entry::Guard(guard) if guard.kind == GuardKind::Limit);
    value.as_library().is_some_and(|library| BUILT_IN.at(&library.states).any(is_limit))
}

pub fn has_captcha(walk: &RootWalk) -> bool {
    let asks = |value: &Value| matches!(value.kind(), Kind::Str(text) if text.contains("siteverify") || text.contains("recaptcha"));
    walk.events.iter().any(|event| matches!(event, Event::Sink(sink) if sink.kind == SinkKind::Fetch && asks(&sink.value)))
}

/// Too often, or more than was paid for.
fn is_too_many(status: &str) -> bool {
    matches!(status, "429" | "402")
}

/// `429`, `{ status: 429 }`.
fn says_too_many(value: &Value) -> bool {
    match value.kind() {
        Kind::Number(text) => is_too_many(text),
        // What tRPC and Firebase call it.
        Kind::Str(text) => matches!(&**text, "TOO_MANY_REQUESTS" | "PAYMENT_REQUIRED" | "resource-exhausted"),
        Kind::Object(object) => ["status", "statusCode", "code"].iter().any(|name| object.get(name).0.is_some_and(says_too_many)),
        _ => false,
    }
}

/// Does this hold of some fact, also inside of alternatives?
pub fn any(facts: &Facts, of: &dyn Fn(&Fact) -> bool) -> bool {
    facts.iter().any(|fact| match fact {
        Fact::Any(arms) => arms.iter().any(|arm| any(arm, of)),
        fact => of(fact),
    })
}

/// What holds at an event.
pub fn facts_of(event: &Event) -> Option<&Facts> {
    match event {
        Event::Access(access) => Some(&access.facts),
        Event::Sink(sink) => Some(&sink.facts),
        Event::Use(used) => Some(&used.facts),
        Event::Effect(effect) => Some(&effect.facts),
        _ => None,
    }
}

/// Where an event is.
pub fn site_of(event: &Event) -> Option<&Site> {
    match event {
        Event::Access(access) => Some(&access.site),
        Event::Sink(sink) => Some(&sink.site),
        Event::Use(used) => Some(&used.site),
        Event::Effect(effect) => Some(&effect.site),
        _ => None,
    }
}

/// The symbols that a fact speaks of.
pub fn symbols(fact: &Fact) -> Vec<&Symbol> {
    match fact {
        Fact::Present(a) | Fact::Absent(a) | Fact::Among(a) | Fact::Is(a, _) | Fact::IsNot(a, _) | Fact::Matches(a, _) | Fact::Tested(a, _) | Fact::Fit(a) => {
            vec![a]
        }
        Fact::Same(a, b) | Fact::Differ(a, b) | Fact::Contains(a, b) => vec![a, b],
        Fact::Guard(_) | Fact::Any(_) => Vec::new(),
    }
}

/// Something was asked of a value of the request before it gets here, besides whether it is there.
pub fn is_checked(value: &Value, facts: &Facts) -> bool {
    let Some(symbol) = value.symbol() else { return false };
    any(facts, &|fact| match fact {
        Fact::Absent(_) | Fact::IsNot(..) | Fact::Differ(..) => false,
        Fact::Present(known) => known.is_within(symbol) && known != symbol,
        fact => symbols(fact).into_iter().any(|known| known.is_within(symbol)),
    })
}

/// Was the value asked whether it is there?
pub fn is_there(value: &Value, facts: &Facts) -> bool {
    value.symbol().is_some_and(|symbol| any(facts, &|fact| matches!(fact, Fact::Present(known) if known == symbol)))
}

/// What the caller has a say in, through objects, lists and texts.
pub fn origins(value: &Value, of: &mut dyn FnMut(&Origin)) {
    gather(value, of, 0);
}

fn gather(value: &Value, of: &mut dyn FnMut(&Origin), depth: u32) {
    if depth > MOST_DEPTH {
        return;
    }
    value.taint().iter().for_each(&mut *of);
    match value.kind() {
        Kind::Object(object) => object.fields.iter().map(|(_, field)| field).chain(&object.rest).for_each(|field| gather(field, of, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| gather(item, of, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| gather(&alternative.value, of, depth + 1)),
        Kind::Promise(inner) => gather(inner, of, depth + 1),
        _ => {}
    }
}

/// Is the value part of the request's payload?
pub fn is_of_request(symbol: &Symbol) -> bool {
    matches!(&symbol.root, Root::Request(part) if part != "method") && !symbol.is_of_environment()
}

/// `rateLimit` of `rateLimit({ .. })`, with its package.
fn chain_name(library: &Library) -> String {
    let mut name = library.package.to_string();
    let mut at = Some(library.clone());
    for _ in 0..4 {
        let Some(library) = at else { break };
        if library.step != "()" {
            name = format!("{name}.{}", library.step);
        }
        at = library.receiver.as_ref().and_then(|receiver| receiver.as_library().map(|library| (**library).clone()));
    }
    name
}
