//! Calls that were walked before, with the same of all that a walk can see: what came of them is taken over instead of walked again. So a
//! key in a handler does not walk again what runs before it, behind it and around it.
//!
//! What a call is asked with is folded into one number (`Walker::question`), with the numbers that are next for calls, accesses and forks,
//! which begin anew with a round one at each call: a statement more in one function changes no number in the next. What cannot be told by
//! that number makes a call one that is not remembered: it looked at what was there before (`Looked`), or changed something that others see.
//! What is taken over is exactly what walking would give, steps included. A call holds as long as nothing changes that it read.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustc_hash::{FxHashMap, FxHashSet};

use super::uneventful::{Known, SHORT};
use super::world::{Changed, Reads};
use super::{Walker, is_stub};
use crate::facts::check::Facts;
use crate::facts::event::{Effect, Event};
use crate::facts::place::{FunctionKey, Site};
use crate::facts::value::{Argument, Closure, Value};
use crate::facts::ways::{Fork, met};
use crate::text::{Name, Span};

/// Functions of fewer steps are walked as fast as they are found.
const SMALL: u32 = 24;
/// So much is kept of calls (events, reads, functions), twice: that of late, and that from before.
const MOST_KEPT: usize = 150_000;
const MOST_SMALL: usize = 20_000;
/// A library's default export is found twice: events so far back tell.
const LAST: usize = 4;
/// Each call begins with numbers behind the next multiple of this.
const ROUND: u32 = 1 << 10;

/// What came of a call.
pub(super) struct Came {
    value: Value,
    facts: Facts,
    ended: bool,
    built: Option<Value>,
    principal_id: Vec<Name>,
    events: Vec<Event>,
    /// The forks that it met, and which of them were still open.
    forks: Vec<(Arc<Fork>, bool)>,
    reads: Reads,
    visits: Vec<FunctionKey>,
    /// What was asked of what came of functions (`Walker::computed`), and what was known of them afterwards.
    known: Vec<(FunctionKey, Option<Known>, Option<Known>)>,
    /// How far it had come when it asked while a walk is short, at most, and when it asked in a long one, at least.
    asked: [u32; 2],
    /// Up to which change it is known to hold.
    holds: AtomicU64,
    steps: u32,
    numbers: [u32; 3],
}

/// The calls that are remembered.
#[derive(Default)]
pub(super) struct Recall {
    late: FxHashMap<u64, Arc<Came>>,
    early: FxHashMap<u64, Arc<Came>>,
    kept: usize,
    small: FxHashSet<FunctionKey>,
    /// The forks of each root by their numbers: in its next walk they are the same ones.
    forks: FxHashMap<u64, Forks>,
    begun: u64,
}

#[derive(Default)]
struct Forks {
    all: FxHashMap<u32, Arc<Fork>>,
    /// Which of several lists of one root it is.
    number: u64,
    is_late: bool,
}

impl Recall {
    fn get(&mut self, question: u64) -> Option<Arc<Came>> {
        if let Some(came) = self.late.get(&question) {
            return Some(Arc::clone(came));
        }
        let came = self.early.remove(&question)?;
        self.keep(question, Arc::clone(&came));
        Some(came)
    }

    fn keep(&mut self, question: u64, came: Arc<Came>) {
        self.kept += came.weight();
        self.late.insert(question, came);
        if self.kept > MOST_KEPT {
            self.early = std::mem::take(&mut self.late);
            self.kept = 0;
            self.forks.retain(|_, forks| std::mem::take(&mut forks.is_late));
        }
    }

    /// Forgets what no longer holds.
    pub fn forget(&mut self, changes: &Changed) {
        let holds = |came: &Arc<Came>| changes.leave(&came.reads, &came.holds);
        self.late.retain(|_, came| holds(came));
        self.early.retain(|_, came| holds(came));
        self.kept = self.late.values().map(|came| came.weight()).sum();
    }

    /// The root under the name that its calls are kept by.
    fn begin(&mut self, root: u64) -> (u64, u64) {
        let forks = self.forks.entry(root).or_insert_with(|| {
            self.begun += 1;
            Forks { number: self.begun, ..Forks::default() }
        });
        forks.is_late = true;
        (root, forks.number)
    }
}

impl Came {
    fn weight(&self) -> usize {
        4 * self.events.len() + self.reads.items.len() + self.reads.names.len() + self.visits.len() + 8
    }
}

/// What a walk keeps to remember its calls by.
#[derive(Default)]
pub(super) struct Recalling {
    root: Option<(u64, u64)>,
    looked: Cell<Looked>,
    visits: Vec<FunctionKey>,
    forks: Vec<Arc<Fork>>,
    known: Vec<(FunctionKey, Option<Known>)>,
    /// Steps.
    asked: [u32; 2],
    spared: u32,
}

/// The first event and the outermost frame that were looked at, or changed, from further in.
#[derive(Clone, Copy)]
struct Looked {
    event: usize,
    frame: usize,
}

impl Default for Looked {
    fn default() -> Looked {
        Looked { event: usize::MAX, frame: usize::MAX }
    }
}

impl Walker<'_> {
    /// How many steps were really made.
    pub fn steps_made(&self) -> u32 {
        self.steps - self.recalling.spared
    }

    /// From here on calls are remembered, if anybody keeps them. `root` names what is walked, whatever its text is.
    pub fn recall_as(&mut self, root: &impl Hash) {
        let Some(recall) = self.cache.recall.as_mut() else { return };
        let mut hasher = DefaultHasher::new();
        root.hash(&mut hasher);
        self.recalling.asked = [0, u32::MAX];
        self.recalling.root = Some(recall.begin(hasher.finish()));
    }

    /// Events from this one on were looked at.
    pub(super) fn look_at_events(&self, from: usize) {
        let looked = self.recalling.looked.get();
        self.recalling.looked.set(Looked { event: looked.event.min(from), ..looked });
    }

    /// Frames from this one on were looked at.
    pub(super) fn look_at_frames(&self, from: usize) {
        let looked = self.recalling.looked.get();
        self.recalling.looked.set(Looked { frame: looked.frame.min(from), ..looked });
    }

    /// Is this effect among the last few events? Those are part of what a call is asked with.
    pub(super) fn is_noticed(&self, kind: &Name, site: &Site) -> bool {
        self.last_effects().any(|known| known.is_some_and(|known| known.kind == *kind && known.site == *site))
    }

    fn last_effects(&self) -> impl Iterator<Item = Option<&Effect>> {
        self.events.iter().rev().take(LAST).map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None })
    }

    /// It is asked what came of a function so far.
    pub(super) fn ask_what_came(&mut self, function: &FunctionKey, known: Option<Known>) {
        if self.recalling.root.is_none() {
            return;
        }
        self.recalling.known.push((function.clone(), known));
        self.ask_how_far([self.steps, self.steps]);
    }

    fn ask_how_far(&mut self, [short, long]: [u32; 2]) {
        let asked = &mut self.recalling.asked;
        if short < SHORT {
            asked[0] = asked[0].max(short + 1);
        }
        if long >= SHORT {
            asked[1] = asked[1].min(long);
        }
    }

    pub(super) fn visit(&mut self, function: FunctionKey) {
        if self.recalling.root.is_some() {
            self.recalling.visits.push(function.clone());
        }
        self.visited.insert(function);
    }

    /// The fork with this number.
    pub(super) fn fork_of(&mut self, number: u32) -> Arc<Fork> {
        let all = self.recalling.root.zip(self.cache.recall.as_mut()).and_then(|((root, _), recall)| recall.forks.get_mut(&root));
        let Some(Forks { all, .. }) = all else { return Fork::new(number) };
        let fork = Arc::clone(all.entry(number).or_insert_with(|| Fork::new(number)));
        fork.set_open(true);
        self.recalling.forks.push(Arc::clone(&fork));
        fork
    }

    /// Walks a call, or takes over what came of it before.
    pub(super) fn recalled(&mut self, key: &FunctionKey, closure: &Arc<Closure>, args: &[Argument], span: Span) -> Value {
        if self.recalling.root.is_none() || self.frames.is_empty() || is_stub(&closure.item.file) {
            return self.looked_into(closure, args, span);
        }
        self.round_numbers();
        let is_small = self.cache.recall.as_ref().is_none_or(|recall| recall.small.contains(key));
        let question = if is_small { None } else { self.question(closure, args, span) };
        let came = question.and_then(|question| self.cache.recall.as_mut()?.get(question));
        if let Some(came) = came.filter(|came| self.cache.changes.leave(&came.reads, &came.holds) && self.may_take(came)) {
            return self.take_over(&came);
        }
        let steps = self.steps;
        let value = match question {
            Some(question) => self.looked_into_to_recall(question, closure, args, span),
            None => self.looked_into(closure, args, span),
        };
        self.round_numbers();
        if let Some(recall) = self.cache.recall.as_mut() {
            match (self.steps - steps < SMALL, is_small) {
                (true, false) if recall.small.len() < MOST_SMALL => drop(recall.small.insert(key.clone())),
                (false, true) => drop(recall.small.remove(key)),
                _ => {}
            }
        }
        value
    }

    fn round_numbers(&mut self) {
        for number in [&mut self.calls, &mut self.accesses, &mut self.met] {
            *number = (*number / ROUND + 1) * ROUND;
        }
    }

    fn looked_into_to_recall(&mut self, question: u64, closure: &Arc<Closure>, args: &[Argument], span: Span) -> Value {
        let (frame, event, passed, matched) = (self.frames.len(), self.events.len(), self.passed.len(), self.matched.len() + self.sent.len());
        let (visits, forks, steps) = (self.recalling.visits.len(), self.recalling.forks.len(), self.steps);
        let known = self.recalling.known.len();
        let asked = std::mem::replace(&mut self.recalling.asked, [0, u32::MAX]);
        let shared = self.shared.clone();
        let reads = std::mem::take(&mut self.reads);
        let looked = self.recalling.looked.take();
        let value = self.looked_into(closure, args, span);
        let reads = std::mem::replace(&mut self.reads, reads);
        self.reads.add(&reads);
        let asked_here = std::mem::replace(&mut self.recalling.asked, asked);
        self.recalling.asked = [asked[0].max(asked_here[0]), asked[1].min(asked_here[1])];
        let looked_here = self.recalling.looked.replace(looked);
        self.look_at_events(looked_here.event);
        self.look_at_frames(looked_here.frame);
        let is_seen_by_others = looked_here.event < event
            || looked_here.frame < frame
            || self.passed.len() != passed
            || self.matched.len() + self.sent.len() != matched
            || self.shared.as_ref().zip(shared.as_ref()).is_some_and(|(now, before)| !now.is_same(before))
            || !self.keeps_nothing();
        if is_seen_by_others || self.is_exhausted() {
            return value;
        }
        let came = Came {
            value: value.clone(),
            facts: self.facts.clone(),
            ended: self.ended,
            built: self.built.clone(),
            principal_id: self.principal_id.clone(),
            events: self.events.get(event..).unwrap_or_default().to_vec(),
            forks: self.recalling.forks.get(forks..).unwrap_or_default().iter().map(|fork| (Arc::clone(fork), fork.is_open())).collect(),
            reads,
            visits: self.recalling.visits.get(visits..).unwrap_or_default().to_vec(),
            known: self.known_since(known),
            asked: [asked_here[0].saturating_sub(steps), asked_here[1].saturating_sub(steps)],
            holds: AtomicU64::new(self.cache.changes.now()),
            steps: self.steps - steps,
            numbers: [self.calls, self.accesses, self.met],
        };
        if let Some(recall) = self.cache.recall.as_mut() {
            recall.keep(question, Arc::new(came));
        }
        value
    }

    fn known_since(&self, from: usize) -> Vec<(FunctionKey, Option<Known>, Option<Known>)> {
        let mut seen = FxHashSet::default();
        let asked = self.recalling.known.get(from..).unwrap_or_default();
        let first = asked.iter().filter(|(function, _)| seen.insert(function));
        first.map(|(function, before)| (function.clone(), *before, self.uneventful.get(function).copied())).collect()
    }

    /// Nothing is kept that whoever is walked later may ask for.
    fn keeps_nothing(&self) -> bool {
        self.kept.is_empty() && self.settled.is_empty() && self.promised.is_empty() && self.together.as_ref().is_none_or(Vec::is_empty)
    }

    /// There are steps enough, and nothing of it runs already.
    fn may_take(&self, came: &Came) -> bool {
        let runs = |function: &FunctionKey| self.frames.iter().any(|frame| frame.function == Some(function.function) && frame.item == function.item);
        let is_known = |(function, before, _): &(FunctionKey, Option<Known>, Option<Known>)| self.uneventful.get(function).copied() == *before;
        // `asked[0]` is one more than where it asked, or nothing.
        let is_as_far = (came.asked[0] == 0 || self.steps + came.asked[0] <= SHORT) && self.steps.saturating_add(came.asked[1]) >= SHORT;
        self.steps + came.steps <= self.most_steps && is_as_far && came.known.iter().all(is_known) && !came.visits.iter().any(runs)
    }

    fn take_over(&mut self, came: &Came) -> Value {
        self.facts = came.facts.clone();
        self.ended = came.ended;
        self.built.clone_from(&came.built);
        self.principal_id.clone_from(&came.principal_id);
        self.events.extend(came.events.iter().cloned());
        for (fork, is_open) in &came.forks {
            fork.set_open(*is_open);
            self.recalling.forks.push(Arc::clone(fork));
            if *is_open {
                self.forks.push(Arc::clone(fork));
            }
        }
        self.reads.add(&came.reads);
        came.visits.iter().for_each(|function| self.visit(function.clone()));
        for (function, before, after) in &came.known {
            self.recalling.known.push((function.clone(), *before));
            if let Some(after) = after {
                self.uneventful.insert(function.clone(), *after);
            }
        }
        let [short, long] = came.asked;
        if short > 0 {
            self.recalling.asked[0] = self.recalling.asked[0].max(self.steps + short);
        }
        self.recalling.asked[1] = self.recalling.asked[1].min(self.steps.saturating_add(long));
        self.steps += came.steps;
        self.recalling.spared += came.steps;
        [self.calls, self.accesses, self.met] = came.numbers;
        self.round_numbers();
        came.value.clone()
    }

    /// All that a call can see, as a number. `None` if it may see what is not told by it.
    fn question(&self, closure: &Closure, args: &[Argument], span: Span) -> Option<u64> {
        let is_told = self.keeps_nothing()
            && self.resolving.is_empty()
            && self.asked.is_none()
            && self.answer.is_none()
            && self.assigned.is_none()
            && self.request.is_none()
            && self.response.is_none()
            && self.apart_request.is_none()
            && self.apart == 0
            && !self.ended;
        if !is_told {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        let state = &mut hasher;
        (self.recalling.root, span, self.frames.len(), self.calls, self.accesses, self.met).hash(state);
        let ((), met) = met(|| {
            closure.hash(state);
            args.hash(state);
            self.facts.hash(state);
            (&self.says, &self.shared, &self.handed_on, &self.above).hash(state);
        });
        // Which of the forks that are spoken of are still open.
        self.forks.iter().filter(|fork| met.may_have(fork)).for_each(|fork| fork.number().hash(state));
        self.last_effects().for_each(|effect| effect.map(|effect| (&effect.kind, &effect.site)).hash(state));
        self.frames.iter().all(|frame| frame.exits.is_empty()).hash(state);
        (self.most_steps, self.open_from, self.is_called_back, self.handler_seen, &self.principal_id, self.under.last()).hash(state);
        self.handler.as_ref().map(|handler| (&handler.path, handler.injects, &handler.framework)).hash(state);
        (&self.home, &self.making).hash(state);
        Some(hasher.finish())
    }
}
