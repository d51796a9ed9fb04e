//! What a handler is given by asking for it, of what ran before it because it asks: `const { user } = await parent()`.

use std::sync::Arc;

use super::Walker;
use crate::facts::value::{Kind, Object, Value};
use crate::text::Name;

/// The name of the function that gives it, and what that gives.
#[derive(Hash)]
pub struct Above {
    name: Name,
    value: Value,
}

impl Walker<'_> {
    /// What a gate gave back is added to what those above it gave.
    pub fn gives_below(&mut self, name: &Name, given: &Value) {
        let given = given.awaited();
        let value = match (self.above.take().map(|above| above.value), given.kind()) {
            (Some(known), Kind::Object(own)) => {
                let mut all: Object = (**own).clone();
                if let Kind::Object(known) = known.kind() {
                    let others = known.fields.iter().filter(|(name, _)| all.get(name).0.is_none()).cloned().collect::<Vec<_>>();
                    all.fields.extend(others);
                }
                Value::new(Kind::Object(Arc::new(all)))
            }
            _ => given,
        };
        self.above = Some(Above { name: name.clone(), value });
    }

    /// The answer of that function.
    pub(super) fn given_above(&self, function: &Value) -> Option<Value> {
        let above = self.above.as_ref()?;
        let is_it = function.as_library().is_some_and(|library| library.step == above.name);
        is_it.then(|| Value::new(Kind::Promise(above.value.clone())))
    }
}
