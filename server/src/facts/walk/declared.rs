//! Declared types: what is known of a value by its annotation alone.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::taint::Part;
use crate::facts::value::{Argument, Kind, Library, Object, Seq, Value};
use crate::model::TypeRef;
use crate::text::{Name, Span};

impl Walker<'_> {
    /// A value of the declared type, where nothing else is known of it.
    pub(super) fn declared(&mut self, ty: &TypeRef) -> Option<Value> {
        let name = match ty.name.as_str() {
            "Optional" | "Promise" | "Awaitable" | "Readonly" | "NonNullable" | "Annotated" | "Required" => {
                return self.declared(ty.args.first()?);
            }
            "|" => {
                return ty
                    .args
                    .iter()
                    .find(|arg| !matches!(arg.name.as_str(), "None" | "null" | "undefined" | ""))
                    .cloned()
                    .and_then(|arg| self.declared(&arg));
            }
            "" => return None,
            name => name,
        };
        if self.python() && matches!(name, "int" | "float" | "bool" | "Decimal" | "date" | "datetime" | "UUID" | "uuid.UUID" | "Literal" | "UUID4") {
            return Some(Value::number());
        }
        if !self.python() && matches!(name, "number" | "boolean" | "bigint" | "Date") {
            return Some(Value::number());
        }
        let mut parts = name.split('.');
        let first = Name::from(parts.next()?);
        let file = self.frame().module.model.file.clone();
        let local = self.frame().state.iter().rev().find(|(known, _)| *known == first).map(|(_, value)| value.clone());
        let mut value = match local {
            Some(value) => value,
            None => self.module_name(&file, &first)?,
        };
        for part in parts {
            value = self.member(&value, &Name::from(part));
        }
        let value = self.of_type(&value)?;
        Some(self.of_its_arguments(value, ty))
    }

    /// What a language model wrote, where the type says so: `{ message }: { message: UIMessage }`, `messages: UIMessage[]`.
    pub(super) fn written_by_model(&mut self, ty: &TypeRef, depth: u32) -> Option<Value> {
        if self.python() || depth > 3 {
            return None;
        }
        match ty.name.as_str() {
            "Array" | "ReadonlyArray" => {
                let one = self.written_by_model(ty.args.first()?, depth + 1)?;
                Some(Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest: Some(one) }))))
            }
            "" => {
                let known: Vec<(Name, Option<Value>)> = ty.members.iter().map(|(name, ty)| (name.clone(), self.written_by_model(ty, depth + 1))).collect();
                if known.iter().all(|(_, value)| value.is_none()) {
                    return None;
                }
                let mut object = Object::default();
                for (name, value) in known {
                    let value = value.unwrap_or_else(|| self.open_parameter(&name));
                    object.set(name, value);
                }
                Some(Value::new(Kind::Object(Arc::new(object))))
            }
            _ => self.declared(ty).filter(|value| value.taint().iter().any(|origin| origin.part == Part::Model)),
        }
    }

    /// `Repository<Note>`: a value that a library would have made of the class that its type names.
    fn of_its_arguments(&mut self, value: Value, ty: &TypeRef) -> Value {
        let (Kind::Library(library), false) = (value.kind(), self.python() || ty.args.is_empty()) else { return value };
        let catalogue = self.catalogue();
        let accesses: Vec<_> = catalogue.at(&library.states).filter_map(|entry| if let Entry::Access(access) = entry { Some(access) } else { None }).collect();
        let of = ty.args.first().filter(|_| !accesses.is_empty()).and_then(|of| self.declared(of));
        let Some(Kind::Instance(of)) = of.as_ref().map(Value::kind) else { return value };
        let class = Value::new(Kind::Class(of.class.clone()));
        let given = Argument { name: Name::default(), value: class, site: self.site(Span::default()), spread: false };
        let made = Library { args: vec![given.clone()], ..(**library).clone() };
        self.query_step(&accesses, library, made, &[given], Span::default()).unwrap_or(value)
    }

    /// A value of the type that another value is.
    pub(super) fn of_type(&mut self, value: &Value) -> Option<Value> {
        match value.kind() {
            Kind::Class(class) => {
                let instance = self.instance(class.clone(), Vec::new());
                Some(self.filled_in(class, instance))
            }
            Kind::Library(library) => {
                let states = self.world.catalogue().call(&library.states);
                if states.is_empty() {
                    return None;
                }
                let library = Library {
                    package: library.package.clone(),
                    step: "()".into(),
                    states,
                    receiver: Some(value.clone()),
                    guessed: library.guessed,
                    ..Library::default()
                };
                Some(self.known(Value::new(Kind::Library(Arc::new(library)))))
            }
            _ => None,
        }
    }
}
