//! Where paths meet again, and which of a value's alternatives are possible at a point.

use std::sync::Arc;

use super::{Locals, Walker};
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::taint::{Cleanings, Taint};
use crate::facts::value::{Alternative, Kind, Value};
use crate::facts::ways::{Fork, Ways};

impl Walker<'_> {
    pub(super) fn fork(&mut self) -> Arc<Fork> {
        self.met += 1;
        if self.apart > 0 {
            let fork = Fork::new(self.met);
            fork.close();
            return fork;
        }
        let fork = self.fork_of(self.met);
        self.forks.push(Arc::clone(&fork));
        fork
    }

    /// Walks what may run several times, or never: what it told apart belongs together only inside of it.
    pub(super) fn repeated<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let start = self.forks.len();
        let result = run(self);
        self.close_forks(start);
        result
    }

    fn close_forks(&mut self, start: usize) {
        self.forks.drain(start.min(self.forks.len())..).for_each(|fork| fork.close());
    }

    /// Two paths of which one was taken meet: variables that differ become one of both, and each remembers on which path it was.
    pub(super) fn meet(&mut self, a: (Locals, Facts), b: (Locals, Facts), before: &Facts) -> (Locals, Facts) {
        let mut fork = None;
        self.joined_paths(a, b, before, |walker, side| {
            let fork = fork.get_or_insert_with(|| walker.fork());
            Ways::turn(fork, side)
        })
    }

    /// The same for paths that may both have been taken, in part or one after the other.
    pub(super) fn mix(&mut self, a: (Locals, Facts), b: (Locals, Facts), before: &Facts) -> (Locals, Facts) {
        self.joined_paths(a, b, before, |_, _| Ways::any())
    }

    fn joined_paths(
        &mut self,
        (a_locals, a_facts): (Locals, Facts),
        (b_locals, b_facts): (Locals, Facts),
        before: &Facts,
        mut way: impl FnMut(&mut Self, u32) -> Ways,
    ) -> (Locals, Facts) {
        let mut sides: Option<(Facts, Facts)> = None;
        let mut locals = Vec::with_capacity(a_locals.len().max(b_locals.len()));
        for (i, (name, value)) in a_locals.iter().enumerate() {
            let other = match b_locals.get(i) {
                Some((same, other)) if same == name => Some(other),
                _ => b_locals.iter().rev().find(|(known, _)| known == name).map(|(_, other)| other),
            };
            let value = match other {
                // `let db = global.db; if (!db) db = connect()`
                Some(other) if self.is_kept_globally(other) && super::operator::is_made(value) => value.clone(),
                Some(other) if self.is_kept_globally(value) && super::operator::is_made(other) => other.clone(),
                Some(other) if !other.is_same(value) => {
                    let (a_new, b_new) = sides.get_or_insert_with(|| {
                        let a_new = a_facts.since(before).and(&Facts::on(way(self, 0)));
                        let b_new = b_facts.since(before).and(&Facts::on(way(self, 1)));
                        (a_new, b_new)
                    });
                    let (a, b) = (one_of_few(value, a_new), one_of_few(other, b_new));
                    Value::union(vec![Alternative { value: a, facts: a_new.clone() }, Alternative { value: b, facts: b_new.clone() }])
                }
                _ => value.clone(),
            };
            locals.push((name.clone(), value));
        }
        for (name, value) in &b_locals {
            if !locals.iter().any(|(known, _)| known == name) {
                locals.push((name.clone(), value.clone()));
            }
        }
        (locals, a_facts.or(&b_facts))
    }

    /// `const me = session?.user ?? null` after `if (!me) redirect(..)`: whoever was shown to be signed in does not stop being so, and what
    /// was found, or sent, stays there.
    pub(super) fn is_ruled_out(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Absent(symbol) => {
                matches!(symbol.root, Root::Principal | Root::Row(_) | Root::Call(_) | Root::Request(_)) && self.facts.contains(&Fact::Present(symbol.clone()))
            }
            Fact::Any(arms) => !arms.is_empty() && arms.iter().all(|arm| self.is_ruled_out(arm)),
            _ => false,
        })
    }

    /// What is left of a value at this point: alternatives that are on none of the ways that lead here fall away, and those that are
    /// there only where something is not that was found.
    pub(super) fn possible(&self, value: Value) -> Value {
        let Kind::Union(alternatives) = value.kind() else { return value };
        let here = self.facts.ways();
        let is_any = here.is_any() || here.is_none();
        let may_be = |alternative: &&Alternative| (is_any || alternative.facts.ways().meets(here)) && !self.is_ruled_out(&alternative.facts);
        let left: Vec<Alternative> = alternatives.iter().filter(may_be).cloned().collect();
        if left.is_empty() || left.len() == alternatives.len() {
            return value;
        }
        let taints = |all: &[Alternative]| all.iter().fold(Taint::none(), |taint, alternative| taint.join(alternative.value.taint()));
        let taint = value.taint().narrowed(&taints(alternatives), &taints(&left));
        let found_nullable = alternatives.iter().any(|alternative| alternative.value.nullable());
        let rest = Value::union(left);
        let nullable = value.nullable() && (rest.nullable() || !found_nullable);
        let rest = rest.with_taint(taint).with_nullable(nullable);
        let rest = match (value.symbol(), rest.symbol()) {
            (Some(symbol), None) => rest.with_symbol(symbol.clone()),
            _ => rest,
        };
        match (value.truth(), rest.truth()) {
            (Some(truth), None) => rest.with_truth(truth.clone()),
            _ => rest,
        }
    }
}

/// What was found to be one of a fixed set on the way to where paths meet is harmless behind it, too: `if order not in KNOWN: order = "name"`.
fn one_of_few(value: &Value, found: &Facts) -> Value {
    let is_among = |symbol: &Symbol| found.iter().any(|fact| matches!(fact, Fact::Among(known) | Fact::Is(known, _) if known == symbol));
    if value.taint().is_empty() || !found.iter().any(|fact| matches!(fact, Fact::Among(_) | Fact::Is(..))) {
        return value.clone();
    }
    value.map(|one| match one.symbol() {
        Some(symbol) if is_among(symbol) => one.with_taint(one.taint().cleaned(Cleanings::ALL)),
        _ => one.clone(),
    })
}
