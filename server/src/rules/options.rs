//! Options of a call: what is said, what is not, and what cannot be seen. Names are compared without case and underscores, so
//! that `httpOnly` and `httponly` are one.

use crate::facts::event::Effect;
use crate::facts::value::{Argument, Kind, Value};
use crate::text::Name;

/// What is said of one option.
pub enum Said<'v> {
    Nothing,
    Value(&'v Value),
    /// It may be said where nobody can look.
    Unknown,
}

/// On, off, or not to be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Switch {
    On,
    Off,
    /// Nothing is said.
    Unsaid,
    Unknown,
}

/// Where options are looked for: keyword arguments, and an object.
pub struct Options<'v> {
    args: &'v [Argument],
    object: Option<&'v Value>,
}

impl<'v> Options<'v> {
    /// Keyword arguments, and the object that the catalogue calls `options`.
    pub fn of(effect: &'v Effect) -> Options<'v> {
        let object = taken(effect, "last").or_else(|| taken(effect, "options"));
        Options { args: &effect.args, object: object.map(|arg| &arg.value) }
    }

    pub fn object(value: Option<&'v Value>) -> Options<'v> {
        Options { args: &[], object: value }
    }

    pub fn get(&self, name: &str) -> Said<'v> {
        if let Some(arg) = self.args.iter().find(|arg| is_same(&arg.name, name)) {
            return Said::Value(&arg.value);
        }
        if self.args.iter().any(|arg| arg.spread) {
            return Said::Unknown;
        }
        match self.object {
            None => Said::Nothing,
            Some(value) => field(value, name),
        }
    }

    /// The options below an option: `cookie: { secure: true }`.
    pub fn under(&self, name: &str) -> Option<Options<'v>> {
        match self.get(name) {
            Said::Nothing => Some(Options::object(None)),
            Said::Value(value) => Some(Options::object(Some(value))),
            Said::Unknown => None,
        }
    }

    /// Nothing is said at all.
    pub fn is_empty(&self) -> bool {
        self.args.is_empty() && self.object.is_none_or(|value| matches!(value.kind(), Kind::Null))
    }

    pub fn switch(&self, name: &str) -> Switch {
        match self.get(name) {
            Said::Nothing => Switch::Unsaid,
            Said::Unknown => Switch::Unknown,
            Said::Value(value) => match value.kind() {
                Kind::Bool(true) => Switch::On,
                Kind::Bool(false) | Kind::Null => Switch::Off,
                _ => Switch::Unknown,
            },
        }
    }

    /// A word that is said: `sameSite: "none"`, in lower case.
    pub fn word(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Said::Value(value) => value.as_str().map(|text| text.to_lowercase()),
            _ => None,
        }
    }
}

fn field<'v>(value: &'v Value, name: &str) -> Said<'v> {
    match value.kind() {
        Kind::Object(object) => {
            let at = object.fields.iter().rposition(|(known, _)| is_same(known, name));
            match at {
                Some(at) if object.rest.is_none() || at >= object.spread_at => Said::Value(&object.fields[at].1),
                None if object.rest.is_none() => Said::Nothing,
                _ => match &object.rest {
                    // Only what was spread into it is left to look at.
                    Some(rest) if at.is_none() => field(rest, name),
                    _ => Said::Unknown,
                },
            }
        }
        Kind::Null => Said::Nothing,
        _ => Said::Unknown,
    }
}

fn is_same(known: &str, name: &str) -> bool {
    let mut known = known.bytes().filter(|byte| *byte != b'_' && *byte != b'-').map(|byte| byte.to_ascii_lowercase());
    let mut name = name.bytes().filter(|byte| *byte != b'_' && *byte != b'-').map(|byte| byte.to_ascii_lowercase());
    loop {
        match (known.next(), name.next()) {
            (None, None) => return true,
            (a, b) if a == b => {}
            _ => return false,
        }
    }
}

/// What the catalogue has a name for.
pub fn taken<'v>(effect: &'v Effect, name: &str) -> Option<&'v Argument> {
    effect.takes.iter().find(|(known, _)| known == name).map(|(_, arg)| arg)
}

/// What is so unless an option says otherwise.
pub fn default_of<'e>(effect: &'e Effect, name: &str) -> &'e str {
    effect.defaults.get(&Name::from(name)).map_or("", Name::as_str)
}
