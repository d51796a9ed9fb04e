//! Variables that a configuration sets. The kind of their values is told, never the values.

use super::catalogue::FileRow;
use super::{Given, Shape, ValueKind, Variable};
use crate::facts::browser::BROWSER;
use crate::facts::secrets;
use crate::text::{Name, Place};

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Variable>) {
    for variables in &row.variables {
        let path: Vec<&str> = variables.at.iter().map(String::as_str).collect();
        let mut push = |name: &str, value: ValueKind, place: &Place| out.push(variable(row, name, value, place.clone()));
        given.each(&path, &mut |_, group| {
            if variables.files {
                let files = if group.items().is_empty() { std::slice::from_ref(group) } else { group.items() };
                for file in files {
                    if let Some(name) = file.text().or_else(|| file.get("path").and_then(Given::text)) {
                        push(name, ValueKind::Reference, &file.place);
                    }
                }
                return;
            }
            if let (Some(name), value) = (&variables.name, variables.value.as_deref().unwrap_or_default()) {
                for item in group.items() {
                    if let Some(name) = item.get(name).and_then(Given::text) {
                        let value = item.get(value);
                        push(name, value.map_or(ValueKind::Reference, kind), value.map_or(&item.place, |value| &value.place));
                    }
                }
                return;
            }
            for field in group.map().into_iter().flat_map(|map| &map.fields) {
                let is_said = field.value.shape != Shape::Null;
                push(&field.name, kind(&field.value), if is_said { &field.value.place } else { &field.place });
            }
            // `- NAME=value`, and `- NAME` for what the surroundings have.
            for item in group.items() {
                let Some(text) = item.text() else { continue };
                match text.split_once('=') {
                    Some((name, value)) => push(name, stands_for(value), &item.place),
                    None => push(text, ValueKind::Reference, &item.place),
                }
            }
        });
    }
}

pub(super) fn variable(row: &FileRow, name: &str, value: ValueKind, place: Place) -> Variable {
    Variable { name: Name::from(name), stack: row.stack.clone(), value, public: BROWSER.shows(name), place }
}

fn kind(given: &Given) -> ValueKind {
    match &given.shape {
        Shape::Null => ValueKind::Empty,
        Shape::Bool(_) | Shape::Number(_) => ValueKind::Constant,
        Shape::Text(text) => stands_for(text),
        Shape::Variable(_) => ValueKind::Reference,
        // A tag of CloudFormation, or `{ Ref: X }`, `{ fromDatabase: ... }`.
        Shape::Unknown | Shape::Map(_) => ValueKind::Reference,
        Shape::Environment(_) | Shape::Made(_) | Shape::List(_) | Shape::OneOf(_) => ValueKind::Unknown,
    }
}

/// What kind of value this text is.
pub fn stands_for(text: &str) -> ValueKind {
    let value = text.trim().trim_matches(['"', '\'', '`']);
    let refers = value.contains("${") || value.contains("{{") || value.starts_with('$') && value.len() > 1 || value.starts_with('@') && value.len() > 1;
    match () {
        () if value.is_empty() => ValueKind::Empty,
        () if refers => ValueKind::Reference,
        () if secrets::is_placeholder(value) => ValueKind::Placeholder,
        () => ValueKind::Constant,
    }
}

/// What a file of assignments sets: env files and Dockerfiles.
pub fn assigned(language: crate::syntax::Language, text: &str) -> Vec<(Name, std::ops::Range<usize>)> {
    secrets::assignments(language, text)
}
