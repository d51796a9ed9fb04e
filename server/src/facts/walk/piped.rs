//! Steps that are put behind each other, the first one's answer into the next: `prompt | model | parser`, `prompt.pipe(model)`. What the
//! whole gives is what the model among them wrote.

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::taint::Part;
use crate::facts::value::{Library, Value};

/// What runs such steps.
const RUN: &str = "invoke";

impl Walker<'_> {
    /// The one of both that a language model answers through.
    pub(super) fn piped(&self, first: &Value, then: &Value) -> Option<Value> {
        [then, first].into_iter().find(|value| value.as_library().is_some_and(|library| self.is_model(library))).cloned()
    }

    /// `prompt.pipe(model)`, `model.pipe(parser)`.
    pub(super) fn piped_by_call(&self, library: &Library, then: Option<&Value>) -> Option<Value> {
        let first = library.receiver.as_ref()?;
        match library.step.as_str() {
            "pipe" => self.piped(first, then?),
            "bind" | "bind_tools" | "bindTools" | "with_retry" | "withRetry" | "with_config" | "withConfig" | "with_fallbacks" | "withFallbacks" => {
                first.as_library().is_some_and(|library| self.is_model(library)).then(|| first.clone())
            }
            _ => None,
        }
    }

    fn is_model(&self, library: &Library) -> bool {
        let catalogue = self.catalogue();
        let answers = catalogue.call(&catalogue.member(&library.states, RUN));
        !library.states.is_empty() && catalogue.at(&answers).any(|entry| matches!(entry, Entry::Source(source) if source.part == Part::Model))
    }
}
