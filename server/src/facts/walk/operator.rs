//! Operators: arithmetic, logic, and the choice between two values.

use super::Walker;
use super::noticed::is_list_of_texts;
use crate::facts::check::Facts;
use crate::facts::event::Compared;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Alternative, Kind, Truth, Value};
use crate::facts::ways::Ways;
use crate::model::{BinaryOp, ExprId, ExprKind, LogicalOp, Segment, UnaryOp};
use crate::text::Span;

impl Walker<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: ExprId) -> Value {
        let value = self.eval(operand);
        match op {
            UnaryOp::Not => {
                let truth = self.truth_of(&value);
                let flipped = Truth { if_true: truth.if_false, if_false: truth.if_true };
                match value.is_truthy() {
                    Some(is) => Value::bool(!is).with_truth(flipped),
                    None => Value::unknown().with_truth(flipped),
                }
            }
            UnaryOp::Minus | UnaryOp::Plus | UnaryOp::BitNot | UnaryOp::Step => match value.kind() {
                Kind::Number(_) => value,
                _ => Value::number().with_taint(value.taint().cleaned(Cleanings::ALL)),
            },
            UnaryOp::Typeof => self.type_of(&value),
            UnaryOp::Delete => {
                self.deleted(operand);
                Value::null()
            }
            UnaryOp::Void => Value::null(),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let segment = self.frame().segment.clone();
        let span = Span::new(segment[left].span.start, segment[right].span.end);
        let a = self.eval(left);
        let b = self.eval(right);
        // `!role === "admin"`: what is true or false is never a text.
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne)
            && !self.python()
            && (is_negated(&segment, left) && is_text(&b) || is_negated(&segment, right) && is_text(&a))
        {
            return Value::bool(op == BinaryOp::Ne);
        }
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            self.compared(Compared::Equal, (left, &a), (right, &b), span);
        } else if matches!(op, BinaryOp::In | BinaryOp::NotIn) && is_list_of_texts(&b) {
            self.compared(Compared::Among, (left, &a), (right, &b), span);
        }
        match op {
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::In | BinaryOp::NotIn | BinaryOp::Instanceof => {
                self.compare(op, &a, &b, span)
            }
            BinaryOp::Add if self.both_known(&a, &b) => self.reckoned(op, &a, &b),
            BinaryOp::Add => self.concat(&a, segment[left].span, &b, segment[right].span),
            BinaryOp::Rem if self.python() && matches!(a.kind(), Kind::Str(_) | Kind::Text(_)) => self.percent(&a, &b, segment[right].span),
            BinaryOp::BitOr if self.python() => self.piped(&a, &b).unwrap_or_else(|| self.filter_operator(op, &a, &b)),
            BinaryOp::BitAnd | BinaryOp::BitOr => self.filter_operator(op, &a, &b),
            BinaryOp::Div if self.python() && self.is_path(&a, &b) => self.joined_path(&a, segment[left].span, &b, segment[right].span),
            BinaryOp::Other => b,
            _ => self.reckoned(op, &a, &b),
        }
    }

    /// `a op= b`.
    pub(super) fn combine(&mut self, op: BinaryOp, old: &Value, given: &Value, span: Option<Span>) -> Value {
        let span = span.unwrap_or_default();
        match op {
            BinaryOp::Add => self.concat(old, span, given, span),
            BinaryOp::Rem if self.python() => self.percent(old, given, span),
            BinaryOp::BitAnd | BinaryOp::BitOr => self.filter_operator(op, old, given),
            _ => Value::number().with_taint(old.taint().join(given.taint()).cleaned(Cleanings::ALL)),
        }
    }

    pub(super) fn logical(&mut self, op: LogicalOp, left: ExprId, right: ExprId) -> Value {
        let a = self.eval(left);
        if self.ended {
            return Value::unknown();
        }
        let mut truth = self.truth_of(&a);
        self.note_mode(left, &mut truth);
        match (a.is_truthy(), op) {
            (Some(false), LogicalOp::And) | (Some(true), LogicalOp::Or | LogicalOp::Nullish) => return a,
            // `roles && !roles.includes(role)`, of roles that are there: the right side decides.
            (Some(true), LogicalOp::And) => truth.if_false = Facts::impossible(),
            _ => {}
        }
        let (goes_right, stays) = match op {
            LogicalOp::And => (truth.if_true.clone(), truth.if_false.clone()),
            LogicalOp::Or | LogicalOp::Nullish => (truth.if_false.clone(), truth.if_true.clone()),
        };
        // `eq(notes.ownerId, me) && eq(notes.id, id)`: an object is always there, so only the second is asked for.
        if op == LogicalOp::And && !self.python() && matches!(a.kind(), Kind::Filter(_)) {
            return self.eval(right);
        }
        let before = self.save();
        self.facts.add_all(&goes_right);
        let b = self.eval(right);
        if self.ended {
            // `x || throw`: what remains is the path on which the right side was not needed.
            self.ended = false;
            self.restore(before);
            self.facts.add_all(&stays);
            return a;
        }
        let learned = self.facts.since(&before.1);
        let b_truth = self.truth_of(&b);
        let after = self.save();
        let joined = self.meet(before.clone(), after, &before.1);
        self.restore((joined.0, before.1));
        let right_done = learned;
        let truth = match op {
            LogicalOp::And => {
                Truth { if_true: truth.if_true.and(&right_done).and(&b_truth.if_true), if_false: truth.if_false.or(&right_done.and(&b_truth.if_false)) }
            }
            LogicalOp::Or | LogicalOp::Nullish => {
                Truth { if_true: truth.if_true.or(&right_done.and(&b_truth.if_true)), if_false: truth.if_false.and(&right_done).and(&b_truth.if_false) }
            }
        };
        let known = match (op, a.is_truthy(), b.is_truthy()) {
            (LogicalOp::And, Some(true), known) | (LogicalOp::Or, Some(false), known) => known,
            _ => None,
        };
        let value = match op {
            // The left value itself comes out only when it is false: only its emptiness matters then.
            LogicalOp::And => Value::union(vec![Alternative { value: falsy(&a), facts: stays }, Alternative { value: b, facts: right_done.and(&goes_right) }]),
            // `pool ??= new Pool()`: what only a name suggests is what it is made.
            LogicalOp::Or | LogicalOp::Nullish if is_guess(&a) && b.as_library().is_some_and(|made| !made.guessed && !made.states.is_empty()) => b,
            // `globalThis.db ?? connect()`: what was kept there was made here, too.
            LogicalOp::Or | LogicalOp::Nullish if self.is_kept_globally(&a) && is_made(&b) => b,
            // `mongoose.models.Note ?? mongoose.model("Note", schema)`: what a library keeps is what it made.
            LogicalOp::Or | LogicalOp::Nullish if is_kept_by_maker(&a, &b) => b,
            _ => Value::union(vec![Alternative { value: present(&a), facts: stays }, Alternative { value: b, facts: right_done.and(&goes_right) }]),
        };
        if known.is_some() { value } else { value.with_truth(truth) }
    }

    pub(super) fn conditional(&mut self, cond: ExprId, then: ExprId, otherwise: ExprId) -> Value {
        let condition = self.eval(cond);
        if self.ended {
            return Value::unknown();
        }
        let mut truth = self.truth_of(&condition);
        self.note_mode(cond, &mut truth);
        match condition.is_truthy() {
            Some(true) => return self.eval(then),
            Some(false) => return self.eval(otherwise),
            None => {}
        }
        if self.facts.and(&truth.if_true).is_impossible() {
            self.facts.add_all(&truth.if_false);
            return self.eval(otherwise);
        }
        if self.facts.and(&truth.if_false).is_impossible() {
            self.facts.add_all(&truth.if_true);
            return self.eval(then);
        }
        let before = self.save();
        self.facts.add_all(&truth.if_true);
        let a = self.eval(then);
        let a_ended = std::mem::take(&mut self.ended);
        let a_state = self.save();
        self.restore(before.clone());
        self.facts.add_all(&truth.if_false);
        let b = self.eval(otherwise);
        let b_ended = std::mem::take(&mut self.ended);
        match (a_ended, b_ended) {
            (true, true) => {
                self.ended = true;
                Value::unknown()
            }
            (true, false) => b,
            (false, true) => {
                self.restore(a_state);
                a
            }
            (false, false) => {
                let b_state = self.save();
                let fork = self.fork();
                let a_new = a_state.1.since(&before.1).and(&Facts::on(Ways::turn(&fork, 0)));
                let b_new = b_state.1.since(&before.1).and(&Facts::on(Ways::turn(&fork, 1)));
                let state = self.meet(a_state, b_state, &before.1);
                self.restore(state);
                Value::union(vec![Alternative { value: a, facts: a_new }, Alternative { value: b, facts: b_new }])
            }
        }
    }
}

/// What is left of a value that turned out false.
fn falsy(value: &Value) -> Value {
    match value.kind() {
        Kind::Bool(_) | Kind::Null => value.clone(),
        _ => Value::null(),
    }
}

/// A value that turned out true or not null: the empty alternatives fall away.
fn present(value: &Value) -> Value {
    match value.kind() {
        Kind::Union(alternatives) => {
            let left: Vec<Alternative> = alternatives.iter().filter(|a| a.value.is_truthy() != Some(false)).cloned().collect();
            if left.is_empty() { value.clone() } else { Value::union(left) }
        }
        _ => value.with_nullable(false),
    }
}

/// Is `kept` something of which nothing is known but that it is of the library that made the other?
fn is_kept_by_maker(kept: &Value, made: &Value) -> bool {
    match (kept.as_library(), made.as_library()) {
        (Some(kept), Some(maker)) => kept.states.is_empty() && !kept.package.is_empty() && kept.package == maker.package && is_made(made),
        _ => false,
    }
}

/// Something of a library, or the promise of it.
pub(super) fn is_made(value: &Value) -> bool {
    match value.kind() {
        Kind::Promise(inner) => is_made(inner),
        _ => value.as_library().is_some_and(|made| !made.guessed && !made.states.is_empty()),
    }
}

fn is_guess(value: &Value) -> bool {
    value.as_library().is_some_and(|library| library.guessed && library.receiver.is_none())
}

/// `!x`
fn is_negated(segment: &Segment, expr: ExprId) -> bool {
    matches!(segment[expr].kind, ExprKind::Unary { op: UnaryOp::Not, .. })
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}
