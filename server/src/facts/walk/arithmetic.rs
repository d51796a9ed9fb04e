//! Whole numbers that are all known: what they add up to, and which is larger. In a loop nothing is reckoned, since a round is
//! walked once and stands for all of them.

use super::Walker;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Value};
use crate::model::BinaryOp;
use crate::text::Name;

impl Walker<'_> {
    /// The outcome of an arithmetic operator: a number, and which one if that can be told.
    pub(super) fn reckoned(&self, op: BinaryOp, a: &Value, b: &Value) -> Value {
        let taint = a.taint().join(b.taint()).cleaned(Cleanings::ALL);
        let known = self.numbers(a, b).and_then(|(a, b)| match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Sub => a.checked_sub(b),
            BinaryOp::Mul => a.checked_mul(b),
            _ => None,
        });
        match known {
            Some(number) => Value::new(Kind::Number(Name::from(number.to_string()))).with_taint(taint),
            None => Value::number().with_taint(taint),
        }
    }

    pub(super) fn both_known(&self, a: &Value, b: &Value) -> bool {
        self.numbers(a, b).is_some()
    }

    pub(super) fn ordered(&self, op: BinaryOp, a: &Value, b: &Value) -> Option<bool> {
        let (a, b) = self.numbers(a, b)?;
        Some(match op {
            BinaryOp::Gt => a > b,
            BinaryOp::Ge => a >= b,
            BinaryOp::Lt => a < b,
            BinaryOp::Le => a <= b,
            _ => return None,
        })
    }

    fn numbers(&self, a: &Value, b: &Value) -> Option<(i64, i64)> {
        let number = |value: &Value| match value.kind() {
            Kind::Number(text) if value.symbol().is_none() => text.parse::<i64>().ok(),
            _ => None,
        };
        let found = (number(a)?, number(b)?);
        self.is_straight().then_some(found)
    }

    /// Nothing that is going on is done more than once.
    pub(super) fn is_straight(&self) -> bool {
        self.frames.iter().all(|frame| frame.exits.is_empty())
    }
}
