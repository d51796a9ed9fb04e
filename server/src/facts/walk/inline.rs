//! Walking a function of the project where it is called.

use std::sync::Arc;

use super::wrapped::Called;
use super::{Frame, MOST_DEPTH, Outcome, Walker};
use crate::facts::check::Facts;
use crate::facts::place::{FunctionKey, ItemKey};
use crate::facts::taint::Taint;
use crate::facts::value::{Alternative, Argument, Closure, Kind, Seq, Value};
use crate::facts::ways::Ways;
use crate::model::{ClassId, FunctionId, FunctionKind, PatternKind};
use crate::text::Span;

impl Walker<'_> {
    /// Calls a function with these values, as a root of its own or in the middle of a walk. What it gives is not awaited.
    pub(super) fn inline(&mut self, closure: &Arc<Closure>, args: &[Argument]) -> Value {
        self.inline_at(closure, args, Span::default())
    }

    /// The same for the call that stands at `span` in the running code.
    pub(super) fn inline_at(&mut self, closure: &Arc<Closure>, args: &[Argument], span: Span) -> Value {
        let key = FunctionKey { item: closure.item.clone(), function: closure.function };
        let running = self.frames.iter().rposition(|frame| frame.function == Some(closure.function) && frame.item == closure.item);
        running.into_iter().for_each(|at| self.look_at_frames(at));
        if self.frames.len() > MOST_DEPTH || running.is_some() || self.is_exhausted() {
            let taint = args.iter().fold(Default::default(), |taint: Taint, arg| taint.join(arg.value.taint()));
            return Value::unknown().with_taint(taint);
        }
        if let Some(value) = self.computed(&key, args) {
            return value;
        }
        let before = self.before();
        let value = self.recalled(&key, closure, args, span);
        self.came(key, &before, args, &value);
        value
    }

    pub(super) fn looked_into(&mut self, closure: &Arc<Closure>, args: &[Argument], span: Span) -> Value {
        self.reads.items.insert(closure.item.clone());
        let Some(module) = self.world.module(&closure.item.file) else { return Value::unknown() };
        let Some(placed) = module.segment_of(&closure.item).and_then(|at| module.model.segments.get(at)) else { return Value::unknown() };
        let segment = Arc::clone(&placed.segment);
        let Some(function) = segment.functions.get(closure.function.0 as usize) else { return Value::unknown() };
        self.visit(FunctionKey { item: closure.item.clone(), function: closure.function });
        self.facts.add_all(&closure.assumes);
        let entry = self.facts.clone();
        self.frames.push(Frame {
            function: Some(closure.function),
            called: (!span.is_empty()).then_some(Called { span, bound: closure.bound.len() }),
            captured: closure.captured.clone(),
            this: closure.this.clone(),
            class: closure.class.clone(),
            entry: entry.clone(),
            ..Frame::of(module, closure.item.clone(), Arc::clone(&segment))
        });
        self.parameters(function, &closure.bound, args);
        self.hoist(&function.body);
        if self.statements(&function.body) {
            let facts = self.facts.since(&entry);
            self.frame_mut().returns.push(Alternative { value: Value::null(), facts });
        }
        self.ended = false;
        let Some(frame) = self.frames.pop() else { return Value::unknown() };
        if self.frames.is_empty() {
            self.last_request = match function.params.first().map(|param| &segment[param.pattern].kind) {
                // Of a request that is taken apart only parts are seen.
                Some(PatternKind::Object { .. }) => None,
                _ => frame.state.first().map(|(_, value)| value.clone()),
            };
        }
        if function.name == "__init__" {
            // Python names its `self`; it is the first variable that was bound.
            self.built = frame.state.first().map(|(_, value)| value.clone());
        } else if function.kind == FunctionKind::Constructor {
            self.built = frame.this.clone();
        } else if let Some(filled) = self.filled_by_function(frame.this.as_ref(), &frame.state) {
            self.built = Some(filled);
        }
        if function.is_generator {
            let rest = frame.yields.into_iter().reduce(super::expression::either);
            // The code after the last `yield` runs after whoever uses the value.
            self.facts = entry;
            return Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest })));
        }
        let outcome = self.outcome(frame.returns, entry);
        let value = match outcome.value {
            Some(value) => value,
            None => {
                if function.is_async {
                    // It throws when it is awaited, and not before.
                    return Value::new(Kind::Promise(Value::unknown()));
                }
                self.ended = true;
                return Value::unknown();
            }
        };
        self.facts = outcome.facts;
        if function.is_async { promised(value) } else { value }
    }

    /// The ways a function came back, as one value and what always holds then.
    fn outcome(&mut self, returns: Vec<Alternative>, entry: Facts) -> Outcome {
        let returns: Vec<Alternative> = returns.into_iter().filter(|alternative| !alternative.facts.is_impossible()).collect();
        let mut all = returns.iter();
        let Some(first) = all.next() else { return Outcome { value: None, facts: entry } };
        let common = all.fold(first.facts.clone(), |common, next| common.or(&next.facts));
        let facts = entry.and(&common);
        if returns.len() == 1 {
            return Outcome { value: returns.into_iter().next().map(|only| only.value), facts };
        }
        let fork = self.fork();
        // The sides 0 and 1 are kept for forks of two.
        let first = if returns.len() == 2 { 0 } else { 2 };
        let alternatives = returns.into_iter().zip(first..).map(|(alternative, side)| {
            let facts = alternative.facts.since(&common).and(&Facts::on(Ways::turn(&fork, side)));
            Alternative { value: alternative.value, facts }
        });
        Outcome { value: Some(Value::union(alternatives.collect())), facts }
    }

    /// Walks a function that nobody is seen to call. A method is one of an object that was made with arguments nobody knows.
    pub fn alone(&mut self, item: &ItemKey, function: FunctionId) {
        let this = self.of_its_class(item, function);
        let class = this.as_ref().and_then(|this| if let Kind::Instance(instance) = this.kind() { Some(instance.class.clone()) } else { None });
        let closure = Closure { item: item.clone(), function, captured: None, this, class, bound: Vec::new(), assumes: Default::default() };
        let value = self.root(&Value::new(Kind::Function(Arc::new(closure))), Vec::new());
        self.given_to_page(&value, item, function);
        // Whoever calls it from outside gets this.
        let span = self.inside(item, None, None, |walker| {
            let is_given_out = walker.python() || walker.is_asked_about_failures(function);
            is_given_out.then(|| walker.frame().segment[function].span)
        });
        if let Some(Some(span)) = span {
            self.returned(&value, item, span);
        }
    }

    /// The object whose method this is, as its constructor leaves it. What the constructor does is told where it is walked itself.
    fn of_its_class(&mut self, item: &ItemKey, function: FunctionId) -> Option<Value> {
        let (events, visited) = (self.events.len(), self.visited.clone());
        let made = self.inside(item, None, None, |walker| {
            let segment = walker.frame().segment.clone();
            let is_method = matches!(segment[function].kind, FunctionKind::Method | FunctionKind::Getter | FunctionKind::Setter);
            if walker.python() || !is_method || segment[function].is_static {
                return None;
            }
            let at = segment.classes.iter().position(|class| class.methods.contains(&function))?;
            let Kind::Class(class) = walker.class_value(ClassId(at as u32)).kind().clone() else { return None };
            Some(walker.construct(&class, &[]))
        });
        self.events.truncate(events);
        self.visited = visited;
        self.ended = false;
        made.flatten()
    }

    /// Walks a function as the root: a handler with its roles, or any function with open parameters.
    pub fn root(&mut self, function: &Value, args: Vec<Argument>) -> Value {
        let value = match function.kind() {
            Kind::Function(closure) => self.inline(&closure.clone(), &args),
            Kind::Promise(inner) => return self.root(&inner.clone(), args),
            _ => Value::unknown(),
        };
        self.fired_outside(&value)
    }
}

pub(super) fn copy(closure: &Closure) -> Closure {
    Closure {
        item: closure.item.clone(),
        function: closure.function,
        captured: closure.captured.clone(),
        this: closure.this.clone(),
        class: closure.class.clone(),
        bound: closure.bound.clone(),
        assumes: closure.assumes.clone(),
    }
}

fn promised(value: Value) -> Value {
    match value.kind() {
        Kind::Promise(_) => value,
        _ => Value::new(Kind::Promise(value)),
    }
}
