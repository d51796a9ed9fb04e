//! The parts of values: what an object, a function, a class or a query builder is made of.

use std::sync::Arc;

use smallvec::SmallVec;

use super::digest::Digest;
use super::{Alternative, Value};
use crate::facts::catalogue::State;
use crate::facts::check::Facts;
use crate::facts::event::AccessId;
use crate::facts::place::{ItemKey, Site};
use crate::facts::query::Query;
use crate::model::{ClassId, FunctionId};
use crate::text::Name;

/// A string put together: literal pieces and holes, over `+`, templates, formats and branches.
#[derive(Clone, Hash, Debug, Default)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Hash, Debug)]
pub enum Piece {
    Literal(Arc<str>),
    Hole { value: Value, site: Site },
}

#[derive(Clone, Hash, Debug, Default)]
pub struct Object {
    pub fields: Vec<(Name, Value)>,
    /// What else it may hold: the values that were spread into it or that came from outside, before the fields after
    /// them. `spread_at` is the number of fields that stood before the last spread: those can be overwritten by it.
    pub rest: Option<Value>,
    pub spread_at: usize,
}

impl Object {
    /// A field's value: its own, or what the spread rest would give. The flag says that the rest may overwrite it.
    pub fn get(&self, name: &str) -> (Option<&Value>, bool) {
        match self.fields.iter().rposition(|(known, _)| known == name) {
            Some(at) => (Some(&self.fields[at].1), self.rest.is_some() && at < self.spread_at),
            None => (None, self.rest.is_some()),
        }
    }

    /// What a JSX element is: the properties it was given, and what stands in it.
    pub fn element(props: Value, children: Value) -> Object {
        let mut object = Object::default();
        object.set(Name::new_static("props"), props);
        object.set(Name::new_static("children"), children);
        object
    }

    pub fn is_element(&self) -> bool {
        self.rest.is_none() && matches!(self.fields.as_slice(), [(props, _), (children, _)] if props == "props" && children == "children")
    }

    pub fn set(&mut self, name: Name, value: Value) {
        self.fields.retain(|(known, _)| *known != name);
        if self.fields.len() < 64 {
            self.fields.push((name, value));
        }
        self.spread_at = self.spread_at.min(self.fields.len());
    }

    pub fn spread(&mut self, value: Value) {
        self.spread_over(value, &[]);
    }

    /// Spreads something that has none of the `others`.
    pub fn spread_over(&mut self, value: Value, others: &[Name]) {
        if others.is_empty() {
            self.spread_at = self.fields.len();
        } else {
            let before = self.spread_at;
            let (mut over, mut kept) = (Vec::new(), Vec::new());
            for (at, (name, field)) in self.fields.drain(..).enumerate() {
                if at < before || !others.contains(&name) { over.push((name, field)) } else { kept.push((name, field)) }
            }
            self.spread_at = over.len();
            self.fields = over;
            self.fields.append(&mut kept);
        }
        self.rest = Some(match self.rest.take() {
            Some(rest) => Value::union(vec![Alternative { value: rest, facts: Facts::none() }, Alternative { value, facts: Facts::none() }]),
            None => value,
        });
    }
}

#[derive(Clone, Hash, Debug, Default)]
pub struct Seq {
    pub items: Vec<Value>,
    /// Further elements.
    pub rest: Option<Value>,
}

#[derive(Hash, Debug)]
pub struct Closure {
    pub item: ItemKey,
    pub function: FunctionId,
    pub captured: Option<Arc<Captured>>,
    pub this: Option<Value>,
    /// The class it was found in, for `super`.
    pub class: Option<Arc<ClassValue>>,
    /// Arguments that are already given (`f.bind(x, a)`, `partial`).
    pub bound: Vec<Value>,
    /// What holds when it runs: decorators and wrappers that cannot be looked into stand before it.
    pub assumes: Facts,
}

/// The variables around a function when it was made.
#[derive(Debug)]
pub struct Captured {
    pub(super) digest: Digest,
    pub variables: Vec<(Name, Value)>,
    pub parent: Option<Arc<Captured>>,
}

impl Captured {
    pub fn new(variables: Vec<(Name, Value)>, parent: Option<Arc<Captured>>) -> Captured {
        Captured { digest: Digest::default(), variables, parent }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut at = Some(self);
        while let Some(captured) = at {
            if let Some((_, value)) = captured.variables.iter().rev().find(|(known, _)| known == name) {
                return Some(value);
            }
            at = captured.parent.as_deref();
        }
        None
    }
}

#[derive(Hash, Debug)]
pub struct ClassValue {
    pub item: ItemKey,
    pub class: ClassId,
    pub name: Name,
    pub captured: Option<Arc<Captured>>,
    pub bases: Vec<Value>,
}

#[derive(Clone, Hash, Debug)]
pub struct Instance {
    pub class: Arc<ClassValue>,
    pub fields: Vec<(Name, Value)>,
    /// Seen through `super`: the classes that are still to be looked in, in order.
    pub above: Option<Arc<[Value]>>,
}

#[derive(Clone, Hash, Debug, Default)]
pub struct Library {
    /// The module, or `""` for globals and roles.
    pub package: Name,
    /// The last step: a name, or `()` for the result of a call.
    pub step: Name,
    /// Where the catalogue's paths stand.
    pub states: SmallVec<[State; 2]>,
    /// What it was reached from.
    pub receiver: Option<Value>,
    /// The arguments, for the result of a call.
    pub args: Vec<Argument>,
    /// The call.
    pub site: Option<Site>,
    /// Members that were assigned since.
    pub set: Vec<(Name, Value)>,
    pub query: Option<Arc<Query>>,
    /// Only the name suggests what it is.
    pub guessed: bool,
    /// A whole module: its members are the exports.
    pub namespace: bool,
    /// It should be in a file of the project, and is not.
    pub absent: bool,
}

impl Library {
    /// The same as the other by all that is known: nothing of its own was done to either.
    pub(super) fn is_plain_twin(&self, other: &Library) -> bool {
        let is_plain = |library: &Library| {
            library.receiver.is_none() && library.args.is_empty() && library.site.is_none() && library.set.is_empty() && library.query.is_none()
        };
        let what = |library: &Library| (library.package.clone(), library.step.clone(), library.guessed, library.namespace);
        is_plain(self) && is_plain(other) && what(self) == what(other) && self.states == other.states
    }
}

#[derive(Clone, Hash, Debug)]
pub struct Argument {
    /// Empty for positional ones.
    pub name: Name,
    pub value: Value,
    pub site: Site,
    pub spread: bool,
}

#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Column {
    pub model: Name,
    pub name: Name,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Row {
    pub access: AccessId,
    pub model: Name,
}
