//! What a build copies into pages, and where that comes from.

use std::collections::BTreeSet;

use super::catalogue::{FileRow, Form, InlinedRow};
use super::{Facts, Given, Inlined, Origin, Shape};
use crate::text::Name;

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Inlined>) {
    for inlined in row.inlined.iter().filter(|inlined| inlined.made_by.is_none()) {
        let path: Vec<&str> = inlined.at.iter().map(String::as_str).collect();
        given.each(&path, &mut |_, value| Reader { row, inlined, out }.value(value));
    }
}

impl Facts {
    /// `new DefinePlugin({ ... })`, wherever it stands; `None` for a call without arguments.
    pub fn read_made(&mut self, row: &FileRow, class: &str, argument: Option<&Given>, call: &crate::text::Place) {
        for inlined in row.inlined.iter().filter(|inlined| inlined.made_by.as_ref().is_some_and(|name| name == class)) {
            let mut reader = Reader { row, inlined, out: &mut self.inlined };
            match argument {
                Some(argument) if inlined.form != Form::File => reader.value(argument),
                _ => reader.push(Name::new_static("*"), vec![Origin::Environment(Name::default())], call.clone()),
            }
        }
    }
}

struct Reader<'r> {
    row: &'r FileRow,
    inlined: &'r InlinedRow,
    out: &'r mut Vec<Inlined>,
}

impl Reader<'_> {
    fn push(&mut self, name: Name, from: Vec<Origin>, place: crate::text::Place) {
        self.out.push(Inlined { name, way: self.inlined.way.clone(), stack: self.row.stack.clone(), from, place });
    }

    fn value(&mut self, given: &Given) {
        match self.inlined.form {
            Form::Fields => self.fields(given, String::new()),
            Form::Names => self.names(given),
            Form::Prefixes => self.prefixes(given),
            Form::File => self.push(Name::new_static("*"), vec![Origin::Environment(Name::default())], given.place.clone()),
        }
    }

    /// Fields of fields are told by their whole path.
    fn fields(&mut self, given: &Given, path: String) {
        match &given.shape {
            Shape::Map(map) => {
                for field in &map.fields {
                    let name = if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
                    match &field.value.shape {
                        Shape::Map(inner) if !inner.fields.is_empty() && name.len() < 200 => self.fields(&field.value, name),
                        _ => self.push(Name::from(name), origins(&field.value), field.value.place.clone()),
                    }
                }
            }
            Shape::OneOf(ways) => ways.iter().for_each(|way| self.fields(way, path.clone())),
            Shape::Null | Shape::Bool(_) => {}
            _ => {
                let name = if path.is_empty() { Name::new_static("*") } else { Name::from(path) };
                self.push(name, origins(given), given.place.clone());
            }
        }
    }

    fn names(&mut self, given: &Given) {
        match &given.shape {
            Shape::List(items) => items.iter().for_each(|item| self.names(item)),
            Shape::Text(name) => self.push(Name::from(&**name), vec![Origin::Variable(Name::from(&**name))], given.place.clone()),
            Shape::Map(map) => {
                for field in &map.fields {
                    self.push(field.name.clone(), vec![Origin::Variable(field.name.clone())], field.place.clone());
                }
            }
            Shape::OneOf(ways) => ways.iter().for_each(|way| self.names(way)),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) => {}
            _ => self.push(Name::new_static("*"), origins(given), given.place.clone()),
        }
    }

    fn prefixes(&mut self, given: &Given) {
        match &given.shape {
            Shape::List(items) => items.iter().for_each(|item| self.prefixes(item)),
            Shape::OneOf(ways) => ways.iter().for_each(|way| self.prefixes(way)),
            Shape::Text(prefix) => self.push(Name::from(format!("{prefix}*")), vec![Origin::Environment(Name::from(&**prefix))], given.place.clone()),
            _ => {}
        }
    }
}

/// In order, each once.
pub(super) fn origins(given: &Given) -> Vec<Origin> {
    let mut found = BTreeSet::new();
    collect(given, &mut found);
    found.into_iter().collect()
}

fn collect(given: &Given, out: &mut BTreeSet<Origin>) {
    match &given.shape {
        Shape::Unknown => drop(out.insert(Origin::Unknown)),
        Shape::Null => {}
        Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => drop(out.insert(Origin::Constant)),
        Shape::Variable(name) => drop(out.insert(Origin::Variable(name.clone()))),
        Shape::Environment(prefix) => drop(out.insert(Origin::Environment(prefix.clone()))),
        Shape::Made(parts) | Shape::List(parts) | Shape::OneOf(parts) => parts.iter().for_each(|part| collect(part, out)),
        Shape::Map(map) => {
            map.fields.iter().for_each(|field| collect(&field.value, out));
            if map.open {
                out.insert(Origin::Unknown);
            }
        }
    }
}
