//! What a walk knows about a value. Values never change; what happens to a variable makes a new value.

use std::sync::Arc;

use smallvec::SmallVec;

use super::catalogue::State;
use super::check::{Facts, Symbol};
use super::event::AccessId;
use super::place::{ItemKey, Site};
use super::query::{Filter, Query};
use super::taint::Taint;
use crate::model::{ClassId, FunctionId};
use crate::text::{FileId, Name};

#[derive(Clone, Debug)]
pub struct Value(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    taint: Taint,
    symbol: Option<Symbol>,
    truth: Option<Arc<Truth>>,
    /// May be null or undefined as far as its source says.
    nullable: bool,
}

/// What holds when a value turns out true, and when it turns out false.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    pub if_true: Facts,
    pub if_false: Facts,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Unknown,
    Null,
    Bool(bool),
    /// As written; empty for a number that is not a literal.
    Number(Name),
    Str(Arc<str>),
    Text(Arc<Text>),
    Object(Arc<Object>),
    Seq(Arc<Seq>),
    Function(Arc<Closure>),
    /// A function declaration that is called before its surroundings are complete: bound when it is looked up.
    Hoisted(FunctionId),
    Class(Arc<ClassValue>),
    Instance(Arc<Instance>),
    /// Something of a library, reached by a path the catalogue may know.
    Library(Arc<Library>),
    /// A file of the project, as a namespace.
    Module(FileId),
    /// A column of a table, as named in a query builder.
    Column(Arc<Column>),
    Filter(Arc<Filter>),
    Row(Row),
    /// A list of rows.
    Rows(Row),
    /// The result of an asynchronous function that nobody awaited yet.
    Promise(Value),
    /// The function that lets a request pass on.
    Next,
    Union(Arc<[Alternative]>),
}

/// One of several values, and what holds if it is the one.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub value: Value,
    pub facts: Facts,
}

/// A string put together: literal pieces and holes, over `+`, templates, formats and branches.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub enum Piece {
    Literal(Arc<str>),
    Hole { value: Value, site: Site },
}

#[derive(Clone, Debug, Default)]
pub struct Object {
    pub fields: Vec<(Name, Value)>,
    /// What else it may hold: the values that were spread into it or that came from outside, before the fields after
    /// them. `spread_at` is the number of fields that stood before the last spread: those can be overwritten by it.
    pub rest: Option<Value>,
    pub spread_at: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Seq {
    pub items: Vec<Value>,
    /// Further elements.
    pub rest: Option<Value>,
}

#[derive(Debug)]
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
    pub variables: Vec<(Name, Value)>,
    pub parent: Option<Arc<Captured>>,
}

impl Captured {
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

#[derive(Debug)]
pub struct ClassValue {
    pub item: ItemKey,
    pub class: ClassId,
    pub name: Name,
    pub captured: Option<Arc<Captured>>,
    pub bases: Vec<Value>,
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub class: Arc<ClassValue>,
    pub fields: Vec<(Name, Value)>,
}

#[derive(Clone, Debug, Default)]
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
}

#[derive(Clone, Debug)]
pub struct Argument {
    /// Empty for positional ones.
    pub name: Name,
    pub value: Value,
    pub site: Site,
    pub spread: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    pub model: Name,
    pub name: Name,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub access: AccessId,
    pub model: Name,
}

impl Value {
    pub fn new(kind: Kind) -> Value {
        Value(Arc::new(Inner { kind, taint: Taint::none(), symbol: None, truth: None, nullable: false }))
    }

    pub fn unknown() -> Value {
        thread_local! {
            static UNKNOWN: Value = Value::new(Kind::Unknown);
        }
        UNKNOWN.with(Clone::clone)
    }

    pub fn null() -> Value {
        Value::new(Kind::Null)
    }

    pub fn bool(is: bool) -> Value {
        Value::new(Kind::Bool(is))
    }

    pub fn number() -> Value {
        Value::new(Kind::Number(Name::default()))
    }

    pub fn str(text: impl Into<Arc<str>>) -> Value {
        Value::new(Kind::Str(text.into()))
    }

    pub fn seq(items: Vec<Value>) -> Value {
        Value::new(Kind::Seq(Arc::new(Seq { items, rest: None })))
    }

    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    pub fn taint(&self) -> &Taint {
        &self.0.taint
    }

    pub fn symbol(&self) -> Option<&Symbol> {
        self.0.symbol.as_ref()
    }

    pub fn truth(&self) -> Option<&Truth> {
        self.0.truth.as_deref()
    }

    pub fn nullable(&self) -> bool {
        self.0.nullable
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) -> Value {
        let mut inner = (*self.0).clone();
        change(&mut inner);
        Value(Arc::new(inner))
    }

    pub fn with_taint(&self, taint: Taint) -> Value {
        if taint.is_empty() && self.0.taint.is_empty() { self.clone() } else { self.change(|inner| inner.taint = taint) }
    }

    pub fn with_symbol(&self, symbol: Symbol) -> Value {
        self.change(|inner| inner.symbol = Some(symbol))
    }

    pub fn without_symbol(&self) -> Value {
        if self.0.symbol.is_none() { self.clone() } else { self.change(|inner| inner.symbol = None) }
    }

    pub fn with_truth(&self, truth: Truth) -> Value {
        self.change(|inner| inner.truth = Some(Arc::new(truth)))
    }

    pub fn with_nullable(&self, nullable: bool) -> Value {
        if self.0.nullable == nullable { self.clone() } else { self.change(|inner| inner.nullable = nullable) }
    }

    pub fn with_kind(&self, kind: Kind) -> Value {
        self.change(|inner| inner.kind = kind)
    }

    pub fn is_same(&self, other: &Value) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub fn as_str(&self) -> Option<&Arc<str>> {
        match self.kind() {
            Kind::Str(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_library(&self) -> Option<&Arc<Library>> {
        match self.kind() {
            Kind::Library(library) => Some(library),
            _ => None,
        }
    }

    /// Itself, or for a union each of its values.
    pub fn alternatives(&self) -> SmallVec<[Value; 2]> {
        match self.kind() {
            Kind::Union(alternatives) => alternatives.iter().map(|alternative| alternative.value.clone()).collect(),
            _ => smallvec::smallvec![self.clone()],
        }
    }

    /// Awaited: the value in a promise, through unions.
    pub fn awaited(&self) -> Value {
        match self.kind() {
            Kind::Promise(value) => value.clone(),
            Kind::Union(_) => self.map(Value::awaited),
            _ => self.clone(),
        }
    }

    /// The same for each alternative of a union, which keep their facts.
    pub fn map(&self, mut each: impl FnMut(&Value) -> Value) -> Value {
        match self.kind() {
            Kind::Union(alternatives) => {
                let alternatives = alternatives.iter().map(|a| Alternative { value: each(&a.value), facts: a.facts.clone() });
                Value::union(alternatives.collect())
            }
            _ => each(self),
        }
    }

    /// Is it certainly true, certainly false, or not known?
    pub fn is_truthy(&self) -> Option<bool> {
        match self.kind() {
            Kind::Null => Some(false),
            Kind::Bool(is) => Some(*is),
            Kind::Number(text) if text.is_empty() => None,
            Kind::Number(text) => Some(!matches!(text.as_str(), "0" | "0.0")),
            Kind::Str(text) => Some(!text.is_empty()),
            Kind::Text(text) => text.pieces.iter().any(|p| matches!(p, Piece::Literal(t) if !t.is_empty())).then_some(true),
            // Empty lists and dicts are false in Python and true in JavaScript: not told apart here.
            Kind::Object(_) | Kind::Seq(_) => None,
            Kind::Function(_) | Kind::Class(_) | Kind::Hoisted(_) | Kind::Instance(_) | Kind::Promise(_) | Kind::Module(_) | Kind::Next => Some(true),
            Kind::Union(alternatives) => {
                let mut all = alternatives.iter().map(|alternative| alternative.value.is_truthy());
                let first = all.next()??;
                all.all(|other| other == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// One of several, flattened; at most [`Value::MOST_ALTERNATIVES`], beyond which only the taint is remembered.
    pub fn union(alternatives: Vec<Alternative>) -> Value {
        let mut flat: Vec<Alternative> = Vec::new();
        let mut taint = Taint::none();
        let mut nullable = false;
        for alternative in alternatives {
            taint = taint.join(alternative.value.taint());
            nullable |= alternative.value.nullable();
            let parts = match alternative.value.kind() {
                Kind::Union(inner) => inner.iter().map(|a| Alternative { value: a.value.clone(), facts: a.facts.and(&alternative.facts) }).collect(),
                _ => vec![alternative],
            };
            for part in parts {
                match flat.iter_mut().find(|known| known.value.is_same(&part.value) || known.value.equals(&part.value)) {
                    Some(known) => known.facts = known.facts.or(&part.facts),
                    None => flat.push(part),
                }
            }
        }
        if flat.len() == 1 {
            return flat.remove(0).value;
        }
        if flat.is_empty() || flat.len() > Self::MOST_ALTERNATIVES {
            return Value::unknown().with_taint(taint).with_nullable(nullable);
        }
        let symbol = flat.first().and_then(|first| first.value.symbol().cloned()).filter(|s| flat.iter().all(|a| a.value.symbol() == Some(s)));
        let mut value = Value::new(Kind::Union(flat.into())).with_taint(taint).with_nullable(nullable);
        if let Some(symbol) = symbol {
            value = value.with_symbol(symbol);
        }
        value
    }

    pub const MOST_ALTERNATIVES: usize = 8;

    /// Equal constants and equal identities; not a deep comparison.
    pub fn equals(&self, other: &Value) -> bool {
        if self.0.taint != other.0.taint || self.0.symbol != other.0.symbol || self.0.truth.is_some() || other.0.truth.is_some() {
            return false;
        }
        match (self.kind(), other.kind()) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Unknown, Kind::Unknown) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::Str(a), Kind::Str(b)) => a == b,
            (Kind::Row(a), Kind::Row(b)) | (Kind::Rows(a), Kind::Rows(b)) => a == b,
            (Kind::Library(a), Kind::Library(b)) => Arc::ptr_eq(a, b),
            (Kind::Function(a), Kind::Function(b)) => Arc::ptr_eq(a, b),
            (Kind::Class(a), Kind::Class(b)) => Arc::ptr_eq(a, b),
            (Kind::Object(a), Kind::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Object {
    /// A field's value: its own, or what the spread rest would give. The flag says that the rest may overwrite it.
    pub fn get(&self, name: &str) -> (Option<&Value>, bool) {
        match self.fields.iter().rposition(|(known, _)| known == name) {
            Some(at) => (Some(&self.fields[at].1), self.rest.is_some() && at < self.spread_at),
            None => (None, self.rest.is_some()),
        }
    }

    pub fn set(&mut self, name: Name, value: Value) {
        self.fields.retain(|(known, _)| *known != name);
        if self.fields.len() < 64 {
            self.fields.push((name, value));
        }
        self.spread_at = self.spread_at.min(self.fields.len());
    }

    pub fn spread(&mut self, value: Value) {
        self.spread_at = self.fields.len();
        self.rest = Some(match self.rest.take() {
            Some(rest) => Value::union(vec![Alternative { value: rest, facts: Facts::none() }, Alternative { value, facts: Facts::none() }]),
            None => value,
        });
    }
}
