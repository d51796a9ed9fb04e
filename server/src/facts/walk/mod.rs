//! The walk: a function's body is read in the order in which it would run, with what is known of every value, and of what
//! holds at every point. Functions of the project that it calls are walked in place, with the arguments they get, down to
//! a bound; so a guard is a guard because of what it does, wherever it stands.

mod above;
mod absent;
mod answer;
mod answered;
mod arithmetic;
mod assembly;
mod bind;
mod builtin;
mod by_function;
mod by_hand;
mod by_options;
mod call;
mod callback;
mod called;
mod caller;
mod class;
mod collection;
mod columns;
mod condition;
mod construct;
mod consumer;
mod content;
mod declared;
mod decorator;
mod element;
mod entry;
mod enumeration;
mod exported;
mod expression;
mod failure;
mod field;
mod filter;
mod fork;
mod found;
mod frame;
mod gate;
mod guard_called;
mod hand_on;
mod import;
mod including;
mod injection;
pub mod inline;
mod language;
mod leaving;
mod library;
mod loaded;
mod matched;
mod member;
mod member_name;
mod membership;
mod modules;
mod name;
mod nested_columns;
mod noticed;
mod of_class;
mod open_model;
mod operator;
mod page;
mod parameter;
mod pattern;
mod piped;
mod query_step;
mod recall;
mod register;
mod row;
mod settings;
mod shape;
mod signature;
mod single_table;
mod sink;
mod sql;
mod statement;
mod tested;
mod text;
mod together;
mod tool;
mod top;
mod uneventful;
mod unlisted;
mod validated;
mod world;
mod wrapped;
mod written;
mod written_filter;

pub use answered::ANY_PART;
pub use failure::{OF_CLASS, is_for_developers};
pub use gate::Asked;
pub use hand_on::{MAKES_CONTEXT, SHAPES};
pub use including::place_of_list;
pub use library::option_is;
pub use matched::Matched;
pub use modules::ABSENT;
pub use register::WHERE_NAMED;
pub use top::is_idle;
pub use world::{Answering, Belongings, ModuleCache, Reads, Target, World};

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::check::{Facts, Symbol};
use super::event::{AccessId, Event};
use super::place::{FunctionKey, ItemKey, Site};
use super::scope::Module;
use super::value::{Alternative, Captured, ClassValue, Value};
use super::ways::Fork;
use crate::model::{ExprId, FunctionId, Segment};
use crate::text::{FileId, Name, Span};

/// Threads that make walks need a stack of this many bytes: code nests deeply.
pub const STACK_BYTES: usize = 256 << 20;

/// The bound on one walk: expressions looked at, and calls followed in depth. A handler is worth more than a function
/// that nobody is known to call.
const MOST_STEPS_OF_A_HANDLER: u32 = 16_000;
const MOST_STEPS: u32 = 3_000;
const MOST_DEPTH: usize = 14;

pub struct Walker<'w> {
    pub(crate) world: &'w dyn World,
    cache: &'w mut ModuleCache,
    /// Names whose value is being found right now, against endless loops.
    resolving: Vec<(FileId, Name)>,
    frames: Vec<Frame>,
    facts: Facts,
    pub events: Vec<Event>,
    accesses: u32,
    calls: u32,
    /// Forks that were met, and how many so far.
    forks: Vec<Arc<Fork>>,
    met: u32,
    /// How deep in values of module-level names: they outlive the walk, so nothing is told apart in them.
    apart: u32,
    steps: u32,
    most_steps: u32,
    /// Frames above this many are filled by a framework: their parameters are open.
    open_from: usize,
    /// They are given something by a library of which nothing is known, which says nothing of who that is from.
    pub(super) is_called_back: bool,
    /// What promises that are being made were resolved with, the innermost last.
    pub(super) promised: Vec<Vec<Value>>,
    /// How deep expressions are nested right now.
    depth: u32,
    /// The current path has ended in the middle of an expression (a call that never returns).
    ended: bool,
    pub reads: Reads,
    /// Functions that were walked.
    pub visited: FxHashSet<FunctionKey>,
    /// What was handed on by calls of `next`.
    pub passed: Vec<Passed>,
    /// The name under which the middleware being walked knows the request.
    pub request: Option<Name>,
    /// The request, and what of it the middleware being walked takes out under which names: `({ locals, cookies }, next)`.
    pub apart_request: Option<(Value, Vec<(Name, Name)>)>,
    /// The same of the response, where middleware keeps things too: `res.locals.user`.
    pub response: Option<Name>,
    /// The response as the last middleware of the route left it.
    pub answer: Option<Value>,
    /// Whoever answers here has ended the request.
    pub answer_ends: bool,
    /// What a gate put into the request that it hands on, by what it is read as.
    pub handed_on: Vec<(Symbol, Value)>,
    /// The object that the constructor being walked has made.
    built: Option<Value>,
    /// The object that a function is filling that was called by `new`.
    making: Option<Symbol>,
    /// Set while the root is a handler: how its parameters are filled.
    pub handler: Option<Handler>,
    /// The root is a handler: who calls it is of interest.
    handler_seen: bool,
    /// The way from the last principal that was met to its id.
    principal_id: Vec<Name>,
    /// The first parameter of the last root, as it was when it ended.
    last_request: Option<Value>,
    /// Where the project stands that has a library's class as its handler.
    pub home: Option<Site>,
    /// What is being evaluated right now to be called so, and in which frame.
    naming: Vec<(usize, ExprId, Name)>,
    /// The keys of the objects that are being evaluated right now.
    under: Vec<Name>,
    /// What decorators say about the route that is walked, by key.
    pub says: Option<Value>,
    /// The request that all guards of the route and its handler see, where they ask for it, with what was put on it.
    pub shared: Option<Value>,
    /// What ran before the handler because the handler asks for it.
    above: Option<above::Above>,
    /// What was put where the framework keeps things until the request is answered: `g`.
    together: Option<together::Together>,
    /// The path of the request, while it is on its way to the handler.
    pub asked: Option<Asked>,
    /// What states of components were set to.
    kept: Vec<(Site, Value)>,
    /// Components whose functions were asked what they put into their state.
    settled: FxHashSet<FunctionKey>,
    /// Items of components: does some element in them get markup as text?
    writers: FxHashMap<ItemKey, bool>,
    /// Where the value stands that is being assigned.
    assigned: Option<Span>,
    /// How many events there were before the handler began.
    pub before_handler: usize,
    /// What held when the handler began.
    pub begun: Facts,
    /// What of the request was compared with something of a row.
    pub matched: Vec<Matched>,
    /// The classes of the project's that say what is sent: `patch: PersonPatch`.
    pub sent: Vec<Arc<ClassValue>>,
    /// What came of the functions that were called.
    uneventful: uneventful::Uneventful,
    recalling: recall::Recalling,
}

/// How a framework fills the parameters of a handler that no role was given for.
#[derive(Clone, Debug)]
pub struct Handler {
    pub path: Option<Name>,
    /// Injected by type; what is not injected comes from the request.
    pub injects: bool,
    /// The framework, which may have roles for parameters of certain names.
    pub framework: Name,
}

/// The state in which a middleware let the request pass.
#[derive(Clone, Debug)]
pub struct Passed {
    pub facts: Facts,
    /// The request as it was then, with what was put on it.
    pub request: Option<Value>,
    /// And the response.
    pub response: Option<Value>,
    pub argument: Option<Value>,
    pub second: Option<Value>,
}

struct Frame {
    module: Arc<Module>,
    item: ItemKey,
    segment: Arc<Segment>,
    /// `None` at the top level of a file.
    function: Option<FunctionId>,
    /// The call that the function is walked for. `None` if it is a root, or called by something that cannot be looked into.
    called: Option<wrapped::Called>,
    state: Locals,
    /// Variables of the module around that the function set: they do not end with the block that sets them.
    around: Vec<Name>,
    captured: Option<Arc<Captured>>,
    this: Option<Value>,
    class: Option<Arc<ClassValue>>,
    /// What it returned, with the facts that held then.
    returns: Vec<Alternative>,
    yields: Vec<Value>,
    exits: Vec<LoopExits>,
    /// Inside how many `try` bodies.
    tries: u32,
    /// Facts when the frame was entered.
    entry: Facts,
}

/// Not a file of the project: what a library does, written down.
pub fn is_stub(file: &FileId) -> bool {
    file.as_str().starts_with("stub:")
}

/// Variables of the running function, innermost last.
type Locals = Vec<(Name, Value)>;

#[derive(Default)]
struct LoopExits {
    states: Vec<(Locals, Facts)>,
}

/// What came of walking a function.
pub struct Outcome {
    /// What it gave, awaited. Never, if every path throws.
    pub value: Option<Value>,
    /// What holds after it came back.
    pub facts: Facts,
}

impl<'w> Walker<'w> {
    pub fn new(world: &'w dyn World, cache: &'w mut ModuleCache) -> Self {
        Walker {
            world,
            cache,
            resolving: Vec::new(),
            frames: Vec::new(),
            facts: Facts::none(),
            events: Vec::new(),
            accesses: 0,
            calls: 0,
            forks: Vec::new(),
            met: 0,
            apart: 0,
            steps: 0,
            most_steps: MOST_STEPS,
            open_from: 0,
            is_called_back: false,
            promised: Vec::new(),
            depth: 0,
            ended: false,
            reads: Reads::default(),
            visited: FxHashSet::default(),
            passed: Vec::new(),
            request: None,
            apart_request: None,
            response: None,
            answer: None,
            answer_ends: false,
            handed_on: Vec::new(),
            built: None,
            making: None,
            handler: None,
            handler_seen: false,
            principal_id: Vec::new(),
            last_request: None,
            home: None,
            naming: Vec::new(),
            under: Vec::new(),
            says: None,
            shared: None,
            above: None,
            together: None,
            asked: None,
            kept: Vec::new(),
            settled: FxHashSet::default(),
            writers: FxHashMap::default(),
            assigned: None,
            before_handler: 0,
            begun: Facts::none(),
            matched: Vec::new(),
            sent: Vec::new(),
            uneventful: FxHashMap::default(),
            recalling: recall::Recalling::default(),
        }
    }

    /// Starts where something already holds.
    pub fn assume_facts(&mut self, facts: &Facts) {
        self.facts.add_all(facts);
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn replace_facts(&mut self, facts: Facts) {
        self.facts = facts;
    }

    /// The request as the last middleware left it.
    pub fn changed_request(&mut self) -> Option<Value> {
        self.last_request.take()
    }

    /// What stands before a handler is worth as much as the handler.
    pub fn enter_route(&mut self) {
        self.most_steps = MOST_STEPS_OF_A_HANDLER;
        self.together = Some(Vec::new());
    }

    /// From here on a handler is walked.
    pub fn enter_handler(&mut self, handler: Handler) {
        self.handler = Some(handler);
        self.handler_seen = true;
        self.before_handler = self.events.len();
        self.begun = self.facts.clone();
        self.most_steps = MOST_STEPS_OF_A_HANDLER;
    }

    /// True once the bound is reached: what is known is then only part of the truth.
    pub fn is_exhausted(&self) -> bool {
        self.steps > self.most_steps
    }

    fn frame(&self) -> &Frame {
        // A frame is pushed before anything is evaluated.
        &self.frames[self.frames.len() - 1]
    }

    fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn site(&self, span: Span) -> Site {
        let item = &self.frame().item;
        if is_stub(&item.file) {
            // What a library's class does is told of the project's own class, or else of the code that calls it.
            if let Some(home) = &self.home {
                return home.clone();
            }
            if let Some(outer) = self.frames.iter().rev().find(|frame| !is_stub(&frame.item.file)) {
                return Site { item: outer.item.clone(), span: Span::default() };
            }
        }
        Site { item: item.clone(), span }
    }

    fn python(&self) -> bool {
        self.frame().module.model.language == crate::syntax::Language::Python
    }

    fn next_access(&mut self) -> AccessId {
        self.accesses += 1;
        AccessId(self.accesses - 1)
    }

    fn save(&self) -> (Locals, Facts) {
        (self.frame().state.clone(), self.facts.clone())
    }

    fn restore(&mut self, (locals, facts): (Locals, Facts)) {
        self.frame_mut().state = locals;
        self.facts = facts;
    }

    fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps <= self.most_steps
    }
}
