//! What a function says of itself, without being called.

use super::Walker;
use super::call;
use crate::facts::value::{Kind, Value};
use crate::model::{Key, ObjectPatternEntry, Param, PatternKind, Segment};
use crate::text::Name;

impl Walker<'_> {
    /// The name under which a function gets its n-th argument; what is bound already is passed over.
    pub fn parameter_of(&mut self, function: &Value, at: usize) -> Option<Name> {
        let bound = if let Kind::Function(closure) = function.kind() { closure.bound.len() } else { 0 };
        self.of_parameter(function, at + bound, |walker, _, param| walker.parameter_name(param.pattern))
    }

    /// What a function takes out of its n-th parameter, and what it calls it: `({ locals, cookies: jar })`.
    pub fn parts_of_parameter(&mut self, function: &Value, at: usize) -> Vec<(Name, Name)> {
        let parts = self.of_parameter(function, at, |_, segment, param| match &segment[param.pattern].kind {
            PatternKind::Object { entries, .. } => {
                let part = |entry: &ObjectPatternEntry| match (&entry.key, &segment[entry.pattern].kind) {
                    (Key::Name(member), PatternKind::Name(name)) => Some((member.clone(), name.clone())),
                    _ => None,
                };
                Some(entries.iter().filter_map(part).collect())
            }
            _ => None,
        });
        parts.unwrap_or_default()
    }

    /// The name of the declared type of a function's n-th parameter.
    pub fn type_of_parameter(&mut self, function: &Value, at: usize) -> Option<Name> {
        self.of_parameter(function, at, |_, _, param| Some(param.ty.as_ref()?.name.clone()))
    }

    /// What a function calls its n-th parameter, if it is a plain name.
    pub fn name_of_parameter(&mut self, function: &Value, at: usize) -> Option<Name> {
        self.of_parameter(function, at, |_, segment, param| match &segment[param.pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// What `read` finds in the n-th parameter of a function of the project.
    fn of_parameter<T>(&mut self, function: &Value, at: usize, read: impl FnOnce(&mut Self, &Segment, &Param) -> Option<T>) -> Option<T> {
        let Kind::Function(closure) = function.kind() else { return None };
        let id = closure.function;
        self.inside(&closure.item.clone(), None, None, |walker| {
            let segment = walker.frame().segment.clone();
            let param = segment.functions.get(id.0 as usize)?.params.get(at)?;
            read(walker, &segment, param)
        })
        .flatten()
    }

    /// The last name on the way to what is called.
    pub fn called_name(&self, function: &Value) -> Name {
        call::called_name(function)
    }

    /// The name of the class whose method a function is.
    pub fn class_of(&self, function: &Value) -> Name {
        match function.kind() {
            Kind::Function(closure) => match closure.this.as_ref().map(Value::kind) {
                Some(Kind::Instance(object)) => object.class.name.clone(),
                _ => Name::default(),
            },
            _ => Name::default(),
        }
    }
}
