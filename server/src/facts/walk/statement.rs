//! Statements. Each says whether the path goes on after it.

use super::{Locals, LoopExits, Walker};
use crate::facts::check::{Facts, Root, Symbol};
use crate::facts::value::{Alternative, Kind, Value};
use crate::model::{ExprId, ExprKind, LoopKind, PatternId, Segment, StmtId, StmtKind};
use crate::text::Name;

/// Loops over so many known values are walked round by round.
const MOST_UNROLLED: usize = 6;
/// And over so many routers, modules, classes or functions, each of which is something of its own.
const MOST_MADE: usize = 64;

impl Walker<'_> {
    /// Walks statements in order; false if none of the paths reaches the end.
    pub(super) fn statements(&mut self, ids: &[StmtId]) -> bool {
        for id in ids {
            if !self.statement(*id) {
                return false;
            }
        }
        true
    }

    /// The same in a scope of its own: names declared inside end with it.
    fn block(&mut self, ids: &[StmtId]) -> bool {
        let depth = self.frame().state.len();
        self.hoist(ids);
        let goes_on = self.statements(ids);
        if !self.python() && goes_on {
            let frame = self.frame_mut();
            leave_scope(&mut frame.state, depth, &frame.around);
        }
        goes_on
    }

    /// Function declarations are known before their line.
    pub(super) fn hoist(&mut self, ids: &[StmtId]) {
        if self.python() {
            return;
        }
        let segment = self.frame().segment.clone();
        for id in ids {
            let stmt = match &segment[*id].kind {
                StmtKind::Export { stmt, .. } => *stmt,
                _ => *id,
            };
            if let StmtKind::Function(function) = &segment[stmt].kind {
                let name = segment[*function].name.clone();
                self.frame_mut().state.push((name, Value::new(Kind::Hoisted(*function))));
            }
        }
    }

    fn statement(&mut self, id: StmtId) -> bool {
        if !self.step() {
            return true;
        }
        let segment = self.frame().segment.clone();
        let stmt = &segment[id];
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                let before = self.facts.clone();
                let value = self.eval(*expr);
                if matches!(value.kind(), Kind::Promise(_)) && !self.ended {
                    self.not_waited_for(before);
                }
                self.settle(&value, false);
            }
            StmtKind::Let { pattern, value, ty, .. } => {
                let before = self.facts.clone();
                let given = match (value, self.parameter_name(*pattern)) {
                    (Some(value), Some(name)) => self.eval_named(&name, *value),
                    (Some(value), None) => self.eval(*value),
                    (None, _) => Value::null(),
                };
                if self.ended {
                    self.ended = false;
                    return false;
                }
                let given = match (given.kind(), ty) {
                    (Kind::Unknown, Some(ty)) if given.symbol().is_none() || value.is_none() => self.declared(ty).unwrap_or(given),
                    _ => given,
                };
                if matches!(given.kind(), Kind::Promise(_)) && self.is_only_looked_at(*pattern) {
                    self.not_waited_for(before);
                }
                self.bind(*pattern, given);
            }
            // `if (reply.sent) return;`: whoever was turned away has their answer, and all others go on.
            StmtKind::If { cond, then, otherwise, .. } if is_answered(&segment, *cond, then) => return self.statements(otherwise),
            StmtKind::If { cond, then, otherwise, removable } => return self.branch(*cond, then, otherwise, *removable),
            StmtKind::Loop { kind, pattern, over, cond, body } => {
                return self.looped(*kind, *pattern, *over, *cond, body);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let before = self.save();
                self.frame_mut().tries += 1;
                let mut goes_on = self.block(body);
                self.frame_mut().tries -= 1;
                if goes_on {
                    goes_on = self.block(otherwise);
                }
                let mut ends: Vec<(Locals, Facts)> = Vec::new();
                if goes_on {
                    ends.push(self.save());
                }
                for handler in handlers {
                    // What the body had assigned may or may not have happened.
                    let (locals, _) = self.save();
                    let (joined, _) = self.mix(before.clone(), (locals, before.1.clone()), &before.1);
                    self.restore((joined, before.1.clone()));
                    if let Some(pattern) = handler.pattern {
                        let caught = self.caught(pattern, &handler.types);
                        self.bind(pattern, caught);
                    }
                    if self.block(&handler.body) {
                        ends.push(self.save());
                    }
                }
                let goes_on = self.merge(ends, &before.1);
                if !goes_on {
                    // The cleanup runs all the same, for its events.
                    self.restore(before);
                }
                let finished = self.block(finally);
                return goes_on && finished;
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(*value),
                    None => Value::null(),
                };
                if self.ended {
                    self.ended = false;
                    return false;
                }
                self.settle(&value, true);
                self.returned_weak(&value, stmt.span);
                self.returned_by_decorated(&value, stmt.span);
                let facts = self.facts.since(&self.frame().entry);
                self.frame_mut().returns.push(Alternative { value, facts });
                return false;
            }
            StmtKind::Throw(value) => {
                if let Some(value) = value {
                    self.eval(*value);
                    self.ended = false;
                }
                return false;
            }
            StmtKind::Break | StmtKind::Continue => {
                let state = self.save();
                if let Some(exits) = self.frame_mut().exits.last_mut() {
                    exits.states.push(state);
                }
                return false;
            }
            StmtKind::Block(body) => return self.block(body),
            StmtKind::Function(function) => {
                if self.python() {
                    let value = self.closure(*function);
                    let value = self.decorated(*function, value);
                    let name = segment[*function].name.clone();
                    self.declare(name, value);
                }
            }
            StmtKind::Class(class) => {
                let value = self.class_value(*class);
                let name = segment[*class].name.clone();
                self.declare(name, value.clone());
                if !self.python() {
                    self.controller(&value);
                }
            }
            StmtKind::Import(import) => {
                let file = self.frame().module.model.file.clone();
                for name in &import.names {
                    let value = self.imported(&file, &import.source, &name.imported);
                    self.declare(name.local.clone(), value);
                }
            }
            StmtKind::Export { stmt, .. } => return self.statement(*stmt),
            StmtKind::ExportDefault(expr) => {
                let value = self.eval(*expr);
                self.settle(&value, false);
            }
            StmtKind::ExportNames { .. } => {}
        }
        if self.ended {
            self.ended = false;
            return false;
        }
        true
    }

    fn branch(&mut self, cond: ExprId, then: &[StmtId], otherwise: &[StmtId], removable: bool) -> bool {
        let before = self.facts.clone();
        let value = self.eval(cond);
        if self.ended {
            self.ended = false;
            return false;
        }
        let known = value.is_truthy();
        let mut truth = self.truth_of(&value);
        self.note_mode(cond, &mut truth);
        let start = self.save();
        let mut ends = Vec::new();
        if known != Some(false) {
            self.facts.add_all(&truth.if_true);
            if !self.facts.is_impossible() && self.block(then) {
                ends.push(self.save());
            }
        }
        if known != Some(true) {
            self.restore(start);
            // An assertion is dropped by `python -O`: it proves nothing.
            if !removable {
                self.facts.add_all(&truth.if_false);
            }
            if !self.facts.is_impossible() && self.block(otherwise) {
                ends.push(self.save());
            }
        }
        self.merge(ends, &before)
    }

    /// The paths that go on become one; false if there are none.
    fn merge(&mut self, ends: Vec<(Locals, Facts)>, before: &Facts) -> bool {
        let mut ends = ends.into_iter();
        let Some(mut state) = ends.next() else { return false };
        for other in ends {
            state = self.meet(state, other, before);
        }
        self.restore(state);
        true
    }

    fn looped(&mut self, kind: LoopKind, pattern: Option<PatternId>, over: Option<ExprId>, cond: Option<ExprId>, body: &[StmtId]) -> bool {
        let over = over.map(|over| {
            let over = self.eval(over);
            self.fired(&over)
        });
        if self.ended {
            self.ended = false;
            return false;
        }
        if let (Some(over), LoopKind::Each, Some(pattern)) = (&over, kind, pattern)
            && let Kind::Seq(seq) = over.kind()
            && seq.rest.is_none()
            && ((1..=MOST_UNROLLED).contains(&seq.items.len()) || (1..=MOST_MADE).contains(&seq.items.len()) && seq.items.iter().all(|item| is_made(item, 0)))
        {
            return self.looped_over(pattern, &seq.items.clone(), body);
        }
        let before = self.facts.clone();
        if kind == LoopKind::Once {
            let ends = self.rounds(kind, pattern, over.as_ref(), cond, body);
            return self.merge(ends, &before);
        }
        let ends = self.repeated(|walker| walker.rounds(kind, pattern, over.as_ref(), cond, body));
        // One round may have left one way and the next another.
        let state = ends.into_iter().reduce(|state, other| self.mix(state, other, &before));
        match state {
            Some(state) => {
                self.restore(state);
                true
            }
            None => false,
        }
    }

    /// One round of a loop: the states in which it may end.
    fn rounds(&mut self, kind: LoopKind, pattern: Option<PatternId>, over: Option<&Value>, cond: Option<ExprId>, body: &[StmtId]) -> Vec<(Locals, Facts)> {
        let depth = self.frame().state.len();
        let element = match over {
            Some(over) => {
                let element = if kind == LoopKind::Keys { Value::unknown().with_taint(over.taint().clone()) } else { self.element_of(over) };
                // One element in each round, so that a check of it is a check of it.
                if matches!(element.kind(), Kind::Unknown) && element.symbol().is_none() && !element.taint().is_empty() {
                    self.calls += 1;
                    element.with_symbol(Symbol::new(Root::Call(self.calls)))
                } else {
                    element
                }
            }
            None => Value::unknown(),
        };
        let start = self.save();
        self.frame_mut().exits.push(LoopExits::default());
        let truth = match cond {
            Some(cond) => {
                let value = self.eval(cond);
                self.truth_of(&value)
            }
            None => Default::default(),
        };
        // What was so when it began may not be so in its next round.
        self.facts.add_all(&truth.if_true.anywhere());
        if let Some(pattern) = pattern {
            self.bind(pattern, element);
        }
        let goes_on = self.block(body);
        let mut ends = Vec::new();
        if goes_on {
            ends.push(self.save());
        }
        ends.extend(self.frame_mut().exits.pop().map(|exits| exits.states).unwrap_or_default());
        if kind != LoopKind::Once {
            ends.push(start);
        }
        if !self.python() && kind != LoopKind::Once {
            let around = &self.frame().around;
            for (locals, _) in &mut ends {
                leave_scope(locals, depth, around);
            }
        }
        ends
    }

    /// A loop over values that are all known: one after the other, so that what each round shows holds afterwards.
    fn looped_over(&mut self, pattern: PatternId, items: &[Value], body: &[StmtId]) -> bool {
        let before = self.facts.clone();
        let depth = self.frame().state.len();
        for item in items {
            self.frame_mut().exits.push(LoopExits::default());
            self.bind(pattern, item.clone());
            let goes_on = self.block(body);
            let mut ends = self.frame_mut().exits.pop().map(|exits| exits.states).unwrap_or_default();
            // A round that was left early may have been the last.
            let early = !ends.is_empty();
            if goes_on {
                ends.push(self.save());
            }
            if !self.python() {
                let around = &self.frame().around;
                for (locals, _) in &mut ends {
                    leave_scope(locals, depth, around);
                }
            }
            if !self.merge(ends, &before) {
                return false;
            }
            if early {
                break;
            }
        }
        true
    }
}

/// Something that was made or declared at a place of its own, or a few values with such a thing among them.
pub(super) fn is_made(value: &Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Library(library) => library.site.is_some(),
        Kind::Module(_) | Kind::Class(_) | Kind::Function(_) => true,
        Kind::Seq(seq) if depth < 2 => seq.items.iter().any(|item| is_made(item, depth + 1)),
        Kind::Object(object) if depth < 2 => object.fields.iter().any(|(_, value)| is_made(value, depth + 1)),
        _ => false,
    }
}

/// What a block declared ends with it; what it set of the module around it stays set.
fn leave_scope(locals: &mut Locals, depth: usize, around: &[Name]) {
    if locals.len() <= depth {
        return;
    }
    let inner = locals.split_off(depth);
    if !around.is_empty() {
        locals.extend(inner.into_iter().filter(|(name, _)| around.contains(name)));
    }
}

/// Does it ask whether the answer was given, and end there?
fn is_answered(segment: &Segment, cond: ExprId, then: &[StmtId]) -> bool {
    let asks = matches!(&segment[cond].kind, ExprKind::Member { name, .. } if matches!(name.as_str(), "sent" | "headersSent" | "headerSent" | "writableEnded"));
    let ends = |stmt: &StmtId| match &segment[*stmt].kind {
        StmtKind::Return(None) => true,
        StmtKind::Block(body) => matches!(body.as_slice(), [only] if matches!(segment[*only].kind, StmtKind::Return(None))),
        _ => false,
    };
    asks && matches!(then, [only] if ends(only))
}
