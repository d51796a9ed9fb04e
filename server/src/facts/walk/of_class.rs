//! What a value is, where the code asks: `answer instanceof Response`, `isinstance(answer, JSONResponse)`, `"error" in answer`.
//! Of one of several values the answer tells which one it is, and with that what held where it was made.

use super::Walker;
use super::class::{is_same_class, linear};
use crate::facts::catalogue::Entry;
use crate::facts::value::{ClassValue, Kind, Library, Truth, Value};

impl Walker<'_> {
    /// What the answer to a question shows, and the answer itself where it is the same for all.
    pub(super) fn asked_of_each(&self, value: &Value, ask: impl Fn(&Value) -> Option<bool>) -> (Truth, Option<bool>) {
        let answer = value.map(|one| ask(one).map_or_else(Value::unknown, Value::bool));
        (self.truth_of(&answer.without_symbol()), answer.is_truthy())
    }

    /// `value instanceof class`; `None` where nobody can say.
    pub(super) fn is_of_class(&self, value: &Value, class: &Value) -> Option<bool> {
        if let Kind::Seq(classes) = class.kind() {
            let all: Vec<Option<bool>> = classes.items.iter().chain(&classes.rest).map(|class| self.is_of_class(value, class)).collect();
            return match () {
                () if all.contains(&Some(true)) => Some(true),
                () if all.iter().all(|one| *one == Some(false)) => Some(false),
                () => None,
            };
        }
        let is = match class.kind() {
            Kind::Class(class) => is_of_own_class(value, class),
            Kind::Library(library) if library.step != "()" => self.is_of_library_class(value, library),
            _ => None,
        };
        // What may be missing is of no class then.
        is.filter(|is| !(*is && value.nullable()))
    }

    fn is_of_library_class(&self, value: &Value, named: &Library) -> Option<bool> {
        let is_answer = named.step.ends_with("Response");
        match value.kind() {
            Kind::Instance(instance) => {
                let classes = linear(&instance.class);
                let is_one = classes.iter().filter_map(Value::as_library).any(|known| is_same_name(known, named));
                let is_none = || classes.iter().all(|known| matches!(known.kind(), Kind::Class(_)));
                if is_one { Some(true) } else { is_none().then_some(false) }
            }
            Kind::Library(library) if library.step == "()" => {
                // What answers is a `Response`, whichever of its kinds it is.
                let answers = || self.catalogue().at(&library.states).any(|entry| matches!(entry, Entry::Respond(_)));
                let is = sources(value).any(|source| is_same_name(source, named) || (named.step == "Response" && source.step.ends_with("Response")));
                (is || (named.step == "Response" && answers())).then_some(true)
            }
            Kind::Object(_) => Some(matches!(named.step.as_str(), "Object" | "dict")),
            Kind::Seq(_) => Some(matches!(named.step.as_str(), "Object" | "Array" | "list" | "tuple")),
            Kind::Str(_) | Kind::Text(_) => Some(named.step == "str"),
            // Rows may be of a class of the library that keeps them, and are no answers.
            Kind::Row(_) | Kind::Rows(_) => is_answer.then_some(false),
            Kind::Null | Kind::Bool(_) | Kind::Function(_) => is_answer.then_some(false),
            // Nobody waited for it: whatever it will be, it is not that yet.
            Kind::Promise(_) => Some(named.step == "Promise"),
            _ => None,
        }
    }
}

fn is_of_own_class(value: &Value, class: &ClassValue) -> Option<bool> {
    match value.kind() {
        Kind::Instance(instance) => Some(linear(&instance.class).iter().any(|known| matches!(known.kind(), Kind::Class(known) if is_same_class(known, class)))),
        Kind::Null | Kind::Bool(_) | Kind::Str(_) | Kind::Text(_) | Kind::Object(_) | Kind::Seq(_) | Kind::Function(_) | Kind::Promise(_) => Some(false),
        _ => None,
    }
}

/// A value of a library and what it was reached from, from the nearest to the first.
pub(super) fn sources(value: &Value) -> impl Iterator<Item = &Library> {
    std::iter::successors(value.as_library().map(|library| &**library), |at| at.receiver.as_ref().and_then(Value::as_library).map(|receiver| &**receiver))
}

fn is_same_name(a: &Library, b: &Library) -> bool {
    a.step != "()" && a.step == b.step && a.package == b.package
}
