//! Expressions, except names, members and calls, which have files of their own.

use std::sync::Arc;

use super::Walker;
use crate::facts::check::{Fact, Facts};
use crate::facts::taint::{Cleanings, Taint};
use crate::facts::value::{Alternative, Kind, Object, Seq, Truth, Value};
use crate::model::{BinaryOp, Clause, Entry, ExprId, ExprKind, JsxAttribute, Key, LogicalOp, SeqItem, UnaryOp};
use crate::text::Name;

/// Expressions nested deeper than this are not read; walks run on threads whose stacks hold as many.
const MOST_NESTING: u32 = 600;

impl Walker<'_> {
    pub(super) fn eval(&mut self, id: ExprId) -> Value {
        if !self.step() || self.ended || self.depth > MOST_NESTING {
            return Value::unknown();
        }
        self.depth += 1;
        let value = self.eval_here(id);
        self.depth -= 1;
        value
    }

    fn eval_here(&mut self, id: ExprId) -> Value {
        let segment = self.frame().segment.clone();
        let expr = &segment[id];
        match &expr.kind {
            ExprKind::Str(text) | ExprKind::Bytes(text) => Value::str(text.clone()),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Num(text) => Value::new(Kind::Number(text.clone())),
            ExprKind::Bool(is) => Value::bool(*is),
            ExprKind::Null => Value::null(),
            ExprKind::Regex(_) => Value::unknown(),
            ExprKind::Name(name) => self.name(name),
            ExprKind::This => self.this(),
            ExprKind::Super => self.super_value(),
            ExprKind::Member { base, name, .. } => {
                let base = self.eval(*base);
                if self.ended {
                    return Value::unknown();
                }
                let value = self.member(&base, name);
                self.refined(value)
            }
            ExprKind::Index { base, index, .. } => {
                let base = self.eval(*base);
                let index = self.eval(*index);
                let value = self.index(&base, &index);
                self.refined(value)
            }
            ExprKind::Call { callee, args, kind, .. } => self.call(id, *callee, args, *kind),
            ExprKind::Object(entries) => self.object(entries),
            ExprKind::Seq { items, .. } => self.sequence(items),
            ExprKind::Function(function) => self.closure(*function),
            ExprKind::Class(class) => self.class_value(*class),
            ExprKind::Await(inner) => {
                let value = self.eval(*inner);
                let value = self.fired(&value);
                value.awaited()
            }
            ExprKind::Yield(inner) => {
                if let Some(inner) = inner {
                    let value = self.eval(*inner);
                    self.frame_mut().yields.push(value);
                }
                Value::unknown()
            }
            ExprKind::Unary { op, operand } => self.unary(*op, *operand),
            ExprKind::Binary { op, left, right } => self.binary(*op, *left, *right),
            ExprKind::Logical { op, left, right } => self.logical(*op, *left, *right),
            ExprKind::Cond { cond, then, otherwise } => self.conditional(*cond, *then, *otherwise),
            ExprKind::Assign { target, op, value } => {
                let given = self.eval(*value);
                if self.ended {
                    return Value::unknown();
                }
                let given = match op {
                    Some(op) => {
                        let old = self.pattern_value(*target);
                        self.combine(*op, &old, &given, Some(expr.span))
                    }
                    None => given,
                };
                self.assign(*target, given.clone());
                given
            }
            ExprKind::AssignLogical { target, op, value } => {
                let old = self.pattern_value(*target);
                let given = self.eval(*value);
                let value = match op {
                    LogicalOp::And => given,
                    _ => either(old, given),
                };
                self.assign(*target, value.clone());
                value
            }
            ExprKind::Comprehension { clauses, element, value, .. } => self.comprehension(clauses, *element, *value),
            ExprKind::Jsx { name, attributes, children } => self.jsx(name, attributes, children, expr.span),
            ExprKind::Enter(inner) => {
                let value = self.eval(*inner);
                self.entered(&value)
            }
            ExprKind::Other(children) => {
                let mut taint = Taint::none();
                for child in children {
                    let value = self.eval(*child);
                    taint = taint.join(value.taint());
                }
                Value::unknown().with_taint(taint)
            }
        }
    }

    /// A value about which more is known at this point: one of a fixed set is harmless.
    pub(super) fn refined(&mut self, value: Value) -> Value {
        if value.taint().is_empty() {
            return value;
        }
        let Some(symbol) = value.symbol() else {
            // `input ?? "default"`: each of the two by itself.
            return if matches!(value.kind(), Kind::Union(_)) && self.facts.iter().any(|fact| matches!(fact, Fact::Among(_) | Fact::Is(..))) {
                value.map(|value| self.refined(value.clone()))
            } else {
                value
            };
        };
        let fixed = self.facts.iter().any(|fact| match fact {
            Fact::Among(known) | Fact::Is(known, _) => known == symbol,
            _ => false,
        });
        if fixed { value.with_taint(value.taint().cleaned(Cleanings::ALL)) } else { value }
    }

    fn object(&mut self, entries: &[Entry]) -> Value {
        let mut object = Object::default();
        let mut taint = Taint::none();
        for entry in entries {
            match entry {
                Entry::Field { key: Key::Name(key), value, .. } => {
                    let value = self.eval(*value);
                    object.set(key.clone(), value);
                }
                Entry::Field { key: Key::Computed(key), value, .. } => {
                    let key = self.eval(*key);
                    let value = self.eval(*value);
                    match key.as_str() {
                        Some(key) => object.set(Name::from(&**key), value),
                        None => {
                            taint = taint.join(key.taint());
                            object.spread(value);
                        }
                    }
                }
                Entry::Spread { value, .. } => {
                    let value = self.eval(*value);
                    self.spread_into(&mut object, &value);
                }
            }
        }
        Value::new(Kind::Object(Arc::new(object))).with_taint(taint)
    }

    /// `{...value}`: known fields are laid over what is there, the rest is remembered as the rest.
    pub(super) fn spread_into(&mut self, object: &mut Object, value: &Value) {
        match value.kind() {
            Kind::Object(inner) => {
                if let Some(rest) = &inner.rest {
                    object.spread(rest.clone());
                }
                for (name, value) in &inner.fields {
                    object.set(name.clone(), value.clone());
                }
            }
            Kind::Null | Kind::Bool(_) => {}
            Kind::Union(alternatives) if alternatives.iter().all(|a| matches!(a.value.kind(), Kind::Object(_) | Kind::Null | Kind::Bool(_))) => {
                for alternative in alternatives.iter() {
                    if let Kind::Object(inner) = alternative.value.kind() {
                        for (name, value) in &inner.fields {
                            let old = object.get(name).0.cloned();
                            let value = match old {
                                Some(old) => either(old, value.clone()),
                                None => value.clone(),
                            };
                            object.set(name.clone(), value);
                        }
                        if let Some(rest) = &inner.rest {
                            object.spread(rest.clone());
                        }
                    }
                }
            }
            _ => object.spread(value.clone()),
        }
    }

    fn sequence(&mut self, items: &[SeqItem]) -> Value {
        let mut seq = Seq::default();
        for item in items {
            let value = self.eval(item.value);
            if item.spread {
                match value.kind() {
                    Kind::Seq(inner) => {
                        seq.items.extend(inner.items.iter().cloned());
                        if let Some(rest) = &inner.rest {
                            seq.rest = Some(rest.clone());
                        }
                    }
                    _ => seq.rest = Some(self.element_of(&value)),
                }
            } else if seq.items.len() < 64 {
                seq.items.push(value);
            }
        }
        Value::new(Kind::Seq(Arc::new(seq)))
    }

    fn unary(&mut self, op: UnaryOp, operand: ExprId) -> Value {
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
            UnaryOp::Void | UnaryOp::Delete => Value::null(),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let segment = self.frame().segment.clone();
        let span = crate::text::Span::new(segment[left].span.start, segment[right].span.end);
        let a = self.eval(left);
        let b = self.eval(right);
        match op {
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::In | BinaryOp::NotIn | BinaryOp::Instanceof => {
                self.compare(op, &a, &b, span)
            }
            BinaryOp::Add => self.concat(&a, segment[left].span, &b, segment[right].span),
            BinaryOp::Rem if self.python() && matches!(a.kind(), Kind::Str(_) | Kind::Text(_)) => self.percent(&a, &b, segment[right].span),
            BinaryOp::BitAnd | BinaryOp::BitOr => self.filter_operator(op, &a, &b),
            BinaryOp::Other => b,
            _ => Value::number().with_taint(a.taint().join(b.taint()).cleaned(Cleanings::ALL)),
        }
    }

    /// `a op= b`.
    pub(super) fn combine(&mut self, op: BinaryOp, old: &Value, given: &Value, span: Option<crate::text::Span>) -> Value {
        let span = span.unwrap_or_default();
        match op {
            BinaryOp::Add => self.concat(old, span, given, span),
            BinaryOp::Rem if self.python() => self.percent(old, given, span),
            BinaryOp::BitAnd | BinaryOp::BitOr => self.filter_operator(op, old, given),
            _ => Value::number().with_taint(old.taint().join(given.taint()).cleaned(Cleanings::ALL)),
        }
    }

    fn logical(&mut self, op: LogicalOp, left: ExprId, right: ExprId) -> Value {
        let a = self.eval(left);
        if self.ended {
            return Value::unknown();
        }
        let truth = self.truth_of(&a);
        let (goes_right, stays) = match op {
            LogicalOp::And => (truth.if_true.clone(), truth.if_false.clone()),
            LogicalOp::Or | LogicalOp::Nullish => (truth.if_false.clone(), truth.if_true.clone()),
        };
        match (a.is_truthy(), op) {
            (Some(false), LogicalOp::And) | (Some(true), LogicalOp::Or | LogicalOp::Nullish) => return a,
            _ => {}
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
            _ => Value::union(vec![Alternative { value: present(&a), facts: stays }, Alternative { value: b, facts: right_done.and(&goes_right) }]),
        };
        if known.is_some() { value } else { value.with_truth(truth) }
    }

    fn conditional(&mut self, cond: ExprId, then: ExprId, otherwise: ExprId) -> Value {
        let condition = self.eval(cond);
        if self.ended {
            return Value::unknown();
        }
        let truth = self.truth_of(&condition);
        match condition.is_truthy() {
            Some(true) => return self.eval(then),
            Some(false) => return self.eval(otherwise),
            None => {}
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
                let (a_new, b_new) = (a_state.1.since(&before.1), b_state.1.since(&before.1));
                let state = self.meet(a_state, b_state, &before.1);
                self.restore(state);
                Value::union(vec![Alternative { value: a, facts: a_new }, Alternative { value: b, facts: b_new }])
            }
        }
    }

    fn comprehension(&mut self, clauses: &[Clause], element: ExprId, value: Option<ExprId>) -> Value {
        let depth = self.frame().state.len();
        let facts = self.facts.clone();
        for clause in clauses {
            let over = self.eval(clause.over);
            let over = self.fired(&over);
            let item = self.element_of(&over);
            self.bind(clause.pattern, item);
            for condition in &clause.conditions {
                let condition = self.eval(*condition);
                let truth = self.truth_of(&condition);
                self.facts.add_all(&truth.if_true);
            }
        }
        let element = self.eval(element);
        let result = match value {
            Some(value) => {
                let value = self.eval(value);
                let mut object = Object::default();
                object.spread(value);
                Value::new(Kind::Object(Arc::new(object))).with_taint(element.taint().clone())
            }
            None => Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(element) }))),
        };
        self.frame_mut().state.truncate(depth);
        self.facts = facts;
        result
    }

    fn jsx(&mut self, name: &Name, attributes: &[JsxAttribute], children: &[ExprId], span: crate::text::Span) -> Value {
        let mut props = Object::default();
        for attribute in attributes {
            match attribute {
                JsxAttribute::Named { name, value, .. } => {
                    let value = match value {
                        Some(value) => self.eval(*value),
                        None => Value::bool(true),
                    };
                    props.set(name.clone(), value);
                }
                JsxAttribute::Spread { value, .. } => {
                    let value = self.eval(*value);
                    self.spread_into(&mut props, &value);
                }
            }
        }
        let mut shown = Vec::new();
        for child in children {
            let value = self.eval(*child);
            shown.push(value);
        }
        let props = Value::new(Kind::Object(Arc::new(props)));
        self.rendered(name, &props, &shown, span);
        // What is rendered holds what it was given: rows in it reach the visitor.
        let mut object = Object::default();
        object.set("props".into(), props);
        object.set("children".into(), Value::seq(shown));
        Value::new(Kind::Object(Arc::new(object)))
    }
}

/// One or the other, without knowing when.
pub(super) fn either(a: Value, b: Value) -> Value {
    Value::union(vec![Alternative { value: a, facts: Facts::none() }, Alternative { value: b, facts: Facts::none() }])
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
