//! Enumerations. Of Python: a member is what it was set to, and looking one up gives back what was looked for. Of libraries and of
//! what a tool generates: a member is what it is called.

use std::sync::Arc;

use super::Walker;
use crate::facts::check::Fact;
use crate::facts::private::is_private_variable;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Argument, ClassValue, Kind, Seq, Value};
use crate::text::Name;

/// Classes further above are not looked at.
const DEEPEST: u32 = 8;

impl Walker<'_> {
    /// `class Unit(str, Enum)`.
    pub(super) fn is_enumeration(&self, class: &ClassValue, depth: u32) -> bool {
        depth < DEEPEST
            && class.bases.iter().any(|parent| match parent.kind() {
                Kind::Class(parent) => self.is_enumeration(parent, depth + 1),
                Kind::Library(library) => library.step.ends_with("Enum") || library.step.ends_with("Choices"),
                _ => false,
            })
    }

    /// `Unit(text)`: one of its members, or an error.
    pub(super) fn looked_up_in(&mut self, class: &ClassValue, args: &[Argument]) -> Option<Value> {
        let [only] = args else { return None };
        if !only.name.is_empty() || only.spread || !self.is_enumeration(class, 0) {
            return None;
        }
        if matches!(only.value.kind(), Kind::Str(_)) {
            return Some(only.value.clone());
        }
        let value = Value::unknown().with_taint(only.value.taint().cleaned(Cleanings::ALL));
        match only.value.symbol() {
            Some(symbol) => {
                self.facts.add(Fact::Among(symbol.clone()));
                Some(value.with_symbol(symbol.clone()))
            }
            None => Some(value.present()),
        }
    }
}

/// Members of enumerations whose code is not there, as what they are called, also in a list: `Role.ADMIN` of `@prisma/client`, where
/// both are the same. What else is there is left as it is.
pub(super) fn by_their_names(value: &Value) -> Value {
    if let Kind::Seq(seq) = value.kind()
        && seq.items.iter().any(|item| foreign_member(item).is_some())
    {
        let items = seq.items.iter().map(by_their_names).collect();
        return value.with_kind(Kind::Seq(Arc::new(Seq { items, ..(**seq).clone() })));
    }
    foreign_member(value).map_or_else(|| value.clone(), |name| Value::str(Arc::<str>::from(name.as_str())))
}

/// Enumerations and their members have names that begin with a capital letter, as no other values of libraries that are compared have.
fn foreign_member(value: &Value) -> Option<&Name> {
    let of = |value: &Value| value.as_library().is_some_and(|library| library.states.is_empty() && library.step.starts_with(|c: char| c.is_ascii_uppercase()));
    let member = value.as_library().filter(|_| of(value) && value.symbol().is_none())?;
    (member.receiver.as_ref().is_some_and(of) && !is_private_variable(&member.step)).then_some(&member.step)
}

/// A member: the text that it was set to, the first of `"open", "Open"`, and without one what it is called.
pub(super) fn member_of(name: &Name, value: &Value) -> Value {
    let first = match value.kind() {
        Kind::Seq(seq) => seq.items.first().unwrap_or(value),
        _ => value,
    };
    match first.kind() {
        Kind::Str(_) => first.clone(),
        Kind::Number(text) if !text.is_empty() => first.clone(),
        _ => Value::str(Arc::<str>::from(name.as_str())),
    }
}
