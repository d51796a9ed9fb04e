//! What a walk knows about a value. Values never change; what happens to a variable makes a new value.

mod digest;
mod shape;
mod union;

use std::sync::Arc;

use crate::facts::check::{Facts, Symbol};
use crate::facts::query::Filter;
use crate::facts::taint::Taint;
use crate::model::FunctionId;
use crate::text::{FileId, Name};

use digest::Digest;
pub use shape::{Argument, Captured, ClassValue, Closure, Column, Instance, Library, Object, Piece, Row, Seq, Text};
pub use union::Alternative;

#[derive(Clone, Debug)]
pub struct Value(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    digest: Digest,
    kind: Kind,
    taint: Taint,
    symbol: Option<Symbol>,
    truth: Option<Arc<Truth>>,
    /// May be null or undefined as far as its source says.
    nullable: bool,
}

/// What holds when a value turns out true, and when it turns out false.
#[derive(Clone, Hash, Debug, Default)]
pub struct Truth {
    pub if_true: Facts,
    pub if_false: Facts,
}

#[derive(Clone, Hash, Debug)]
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
    /// A regular expression, as written.
    Pattern(Name),
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

impl Value {
    pub fn new(kind: Kind) -> Value {
        Value(Arc::new(Inner { digest: Digest::default(), kind, taint: Taint::none(), symbol: None, truth: None, nullable: false }))
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

    pub fn without_truth(&self) -> Value {
        self.change(|inner| inner.truth = None)
    }

    pub fn with_nullable(&self, nullable: bool) -> Value {
        if self.0.nullable == nullable { self.clone() } else { self.change(|inner| inner.nullable = nullable) }
    }

    /// What an object or an instance has under names; nothing of any other value.
    pub fn named_fields(&self) -> &[(Name, Value)] {
        match self.kind() {
            Kind::Object(object) => &object.fields,
            Kind::Instance(instance) => &instance.fields,
            _ => &[],
        }
    }

    pub fn with_kind(&self, kind: Kind) -> Value {
        self.change(|inner| inner.kind = kind)
    }

    /// The same value, whether it was made once or twice from the same.
    pub fn is_same(&self, other: &Value) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.digest() == other.digest()
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

    /// Certainly there: not null, not empty, not false.
    pub fn present(&self) -> Value {
        let if_true = self.truth().map(|truth| truth.if_true.clone()).unwrap_or_default();
        self.with_truth(Truth { if_true, if_false: Facts::impossible() })
    }

    /// Is it certainly true, certainly false, or not known?
    pub fn is_truthy(&self) -> Option<bool> {
        match self.truth() {
            Some(truth) if truth.if_false.is_impossible() => return Some(true),
            Some(truth) if truth.if_true.is_impossible() => return Some(false),
            _ => {}
        }
        match self.kind_truthy() {
            Some(true) if self.nullable() => None,
            known => known,
        }
    }

    /// The same of what it is, if it is there.
    fn kind_truthy(&self) -> Option<bool> {
        match self.kind() {
            Kind::Null => Some(false),
            Kind::Bool(is) => Some(*is),
            Kind::Number(text) if text.is_empty() => None,
            Kind::Number(text) => Some(!matches!(text.as_str(), "0" | "0.0")),
            Kind::Str(text) => Some(!text.is_empty()),
            Kind::Text(text) => text.pieces.iter().any(|p| matches!(p, Piece::Literal(t) if !t.is_empty())).then_some(true),
            // Empty lists and dicts are false in Python and true in JavaScript: not told apart here. And what came from
            // outside may be missing, whatever a schema says of it.
            Kind::Object(object) => (!object.fields.is_empty() && self.symbol().is_none() && self.taint().is_empty()).then_some(true),
            // With something in it, a list is true in both.
            Kind::Seq(seq) => (!seq.items.is_empty() && self.symbol().is_none() && self.taint().is_empty()).then_some(true),
            Kind::Function(_) | Kind::Class(_) | Kind::Hoisted(_) | Kind::Instance(_) | Kind::Promise(_) | Kind::Module(_) | Kind::Pattern(_) | Kind::Next => {
                Some(true)
            }
            Kind::Union(alternatives) => {
                let mut all = alternatives.iter().map(|alternative| alternative.value.is_truthy());
                let first = all.next()??;
                all.all(|other| other == Some(first)).then_some(first)
            }
            _ => None,
        }
    }
}
