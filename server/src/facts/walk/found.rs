//! What was found in a list by asking whose it is: `members.find((member) => member.userId === me)`.

use super::Walker;
use crate::facts::check::{Fact, Facts, Root};
use crate::facts::value::{Alternative, Value};

impl Walker<'_> {
    /// The element, of which holds what was asked, or nothing. `given`: what the question gave of each.
    pub(super) fn found_by(&self, element: Value, given: &Value) -> Value {
        let holds = self.truth_of(given).if_true;
        let is_of_caller = |fact: &Fact| matches!(fact, Fact::Same(a, b) if [a, b].iter().any(|symbol| symbol.root == Root::Principal));
        if !holds.iter().any(is_of_caller) {
            return element;
        }
        let taint = element.taint().clone();
        let either = vec![Alternative { value: element, facts: holds }, Alternative { value: Value::null(), facts: Facts::none() }];
        Value::union(either).with_taint(taint)
    }
}
