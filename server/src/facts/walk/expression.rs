//! Expressions, except names, members and calls, which have files of their own.

use super::Walker;
use crate::facts::check::{Fact, Facts, Symbol};
use crate::facts::taint::{Cleanings, Taint};
use crate::facts::value::{Alternative, Kind, Value};
use crate::model::{ExprId, ExprKind, LogicalOp};

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
            ExprKind::Regex(pattern) => Value::new(Kind::Pattern(pattern.clone())),
            ExprKind::Name(name) | ExprKind::TypeOf(name) => self.name(name),
            ExprKind::This => self.this(),
            ExprKind::Super => self.super_value(),
            ExprKind::Member { base, name, .. } => {
                let base = self.eval(*base);
                if self.ended {
                    return Value::unknown();
                }
                let value = self.member(&base, name);
                let value = self.with_together(value);
                self.refined(value)
            }
            ExprKind::Index { base, index, .. } => {
                let base = self.eval(*base);
                let is_slice = matches!(segment[*index].kind, ExprKind::Other(_)) && self.python();
                let index = self.eval(*index);
                // `notes[:30]`: fewer of the same.
                let is_many = match base.kind() {
                    Kind::Rows(_) => true,
                    Kind::Library(library) => library.query.as_ref().is_some_and(|query| query.lazy),
                    _ => false,
                };
                if is_slice && is_many {
                    return base;
                }
                self.looked_up_by_file(&base, &index, segment[id].span);
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
                self.assigned = Some(self.value_span(*value));
                self.assign(*target, given.clone());
                self.assigned = None;
                given
            }
            ExprKind::AssignLogical { target, op, value } => {
                let old = self.pattern_value(*target);
                let given = self.eval(*value);
                let value = match op {
                    LogicalOp::And => given,
                    // `globalThis.db ??= connect()`: what was kept there was made here, too.
                    _ if self.is_kept_globally(&old) => given,
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
        let value = self.possible(value);
        if value.taint().is_empty() {
            return value;
        }
        let value = self.refined_failure(value);
        if let Some((_, handed)) = self.handed_on.iter().find(|(read, _)| value.symbol().is_some_and(|symbol| is_same_header(symbol, read))) {
            return handed.clone();
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
}

/// One or the other, without knowing when.
pub(super) fn either(a: Value, b: Value) -> Value {
    Value::union(vec![Alternative { value: a, facts: Facts::none() }, Alternative { value: b, facts: Facts::none() }])
}

/// The names of headers are the same in whatever letters.
fn is_same_header(a: &Symbol, b: &Symbol) -> bool {
    a.root == b.root && a.path.len() == b.path.len() && a.path.iter().zip(b.path.iter()).all(|(a, b)| a.eq_ignore_ascii_case(b))
}
