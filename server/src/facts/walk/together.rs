//! What a framework keeps until a request is answered, under names of the project's own: `g.person = ..` in what runs before a handler
//! is what `g.person` means in the handler.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::PartKind;
use crate::facts::check::Facts;
use crate::facts::value::{Alternative, Kind, Library, Value};
use crate::facts::ways::Ways;
use crate::text::Name;

/// Each name with all it may have been set to, and what held there.
pub(super) type Together = Vec<(Name, Vec<Alternative>, Value)>;

const MOST_SETTINGS: usize = 4;

impl Walker<'_> {
    fn is_together(&self, value: &Value) -> bool {
        value.as_library().is_some_and(|library| library.step != "()") && self.is_part(value, PartKind::Together)
    }

    /// `g.name = value`, if `g` is such a thing. It may be set on one of several paths only, and here paths do not meet: what it was
    /// set to before stays possible.
    pub(super) fn put_together(&mut self, on: &Value, name: &Name, value: &Value) -> bool {
        if self.together.is_none() || !self.is_together(on) {
            return false;
        }
        let facts = self.facts().clone();
        let set = Alternative { value: value.clone(), facts };
        let Some(together) = self.together.as_ref() else { return false };
        let mut all = together.iter().find(|(known, ..)| known == name).map(|(_, all, _)| all.clone()).unwrap_or_default();
        if all.iter().any(|before| before.value.is_same(value) || is_made_there(&before.value, value)) {
            return true;
        }
        all.push(set);
        let value = match all.as_slice() {
            [only] => only.value.clone(),
            several if several.len() > MOST_SETTINGS => Value::unknown(),
            several => {
                let fork = self.fork();
                let side =
                    |(at, one): (usize, &Alternative)| Alternative { value: one.value.clone(), facts: one.facts.and(&Facts::on(Ways::turn(&fork, at as u32))) };
                Value::union(several.iter().enumerate().map(side).collect())
            }
        };
        if let Some(together) = self.together.as_mut() {
            together.retain(|(known, ..)| known != name);
            together.push((name.clone(), all, value));
        }
        true
    }

    /// `"db" not in g`: what was put there before is there.
    pub(super) fn is_put_together(&self, name: &Value, on: &Value) -> Option<bool> {
        let (together, name) = (self.together.as_ref()?, name.as_str()?);
        (self.is_together(on) && together.iter().any(|(known, ..)| **known == **name)).then_some(true)
    }

    /// With what was put there since the request came.
    pub(super) fn with_together(&self, value: Value) -> Value {
        let Some(together) = self.together.as_ref().filter(|together| !together.is_empty()) else { return value };
        let Kind::Library(library) = value.kind() else { return value };
        if !self.is_together(&value) {
            return value;
        }
        let set = together.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect();
        value.with_kind(Kind::Library(Arc::new(Library { set, ..(**library).clone() })))
    }
}

/// The same call made both: a connection that is opened where there is none yet.
fn is_made_there(before: &Value, value: &Value) -> bool {
    match (before.as_library(), value.as_library()) {
        (Some(before), Some(made)) => before.site.is_some() && before.site == made.site && before.step == made.step,
        _ => false,
    }
}
