//! Settings of a program: objects that are filled in from the environment, and files that export one.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Root, Symbol};
use crate::facts::private::is_private_variable;
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{ClassValue, Kind, Object, Value};
use crate::text::Name;

/// Objects in objects that are looked into for files.
const MOST_OPENED: u32 = 3;

impl Walker<'_> {
    /// An object of a class whose fields a library fills in from the environment: `class Settings(BaseSettings)`.
    pub(super) fn filled_in(&self, class: &ClassValue, value: Value) -> Value {
        if !self.is_filled_in(class, 0) {
            return value;
        }
        let origin = Origin { part: Part::Settings, name: class.name.clone(), site: None, clean: Default::default() };
        value.with_taint(value.taint().join(&Taint::of(origin))).with_symbol(Symbol::new(Root::Request(Name::new_static("settings"))))
    }

    fn is_filled_in(&self, class: &ClassValue, depth: u32) -> bool {
        let by = |library: &crate::facts::value::Library| {
            let catalogue = self.catalogue();
            catalogue.at(&catalogue.call(&library.states)).any(|entry| matches!(entry, Entry::Source(source) if source.part == Part::Settings))
        };
        depth < 6
            && class.bases.iter().any(|base| match base.kind() {
                Kind::Class(parent) => self.is_filled_in(parent, depth + 1),
                Kind::Library(library) => by(library),
                _ => false,
            })
    }

    /// A field of settings that is secret by its name. What stands in the class is for when the variable is missing, and empty there it
    /// says nothing.
    pub(super) fn secret_setting(&self, this: Option<&Value>, name: &Name, value: Option<&Value>) -> Option<Value> {
        let symbol = this?.symbol().filter(|symbol| matches!(&symbol.root, Root::Request(part) if part == "settings"))?;
        let says_nothing = |value: &Value| match value.kind() {
            Kind::Null | Kind::Library(_) | Kind::Unknown => true,
            Kind::Str(text) => text.is_empty(),
            _ => false,
        };
        let is_open = is_private_variable(name) && value.is_none_or(says_nothing);
        is_open.then(|| Value::unknown().with_symbol(symbol.member(name)).with_taint(this.map(|this| this.taint().member(name)).unwrap_or_default()))
    }

    /// A value as it is seen by whoever gets it: a file that exports one value is that value, `require("./config")`.
    pub(super) fn opened(&mut self, value: &Value) -> Value {
        self.opened_at(value, 0)
    }

    fn opened_at(&mut self, value: &Value, depth: u32) -> Value {
        match value.kind() {
            Kind::Module(file) => match self.exported(&file.clone(), &Name::new_static("default")) {
                Some(exported) if matches!(exported.kind(), Kind::Object(_)) => exported,
                _ => value.clone(),
            },
            Kind::Object(object) if depth < MOST_OPENED && object.fields.iter().any(|(_, field)| holds_file(field, depth)) => {
                let mut opened: Object = (**object).clone();
                for (_, field) in &mut opened.fields {
                    *field = self.opened_at(field, depth + 1);
                }
                value.with_kind(Kind::Object(Arc::new(opened)))
            }
            _ => value.clone(),
        }
    }
}

fn holds_file(value: &Value, depth: u32) -> bool {
    match value.kind() {
        Kind::Module(_) => true,
        Kind::Object(object) => depth < MOST_OPENED && object.fields.iter().any(|(_, field)| holds_file(field, depth + 1)),
        _ => false,
    }
}
