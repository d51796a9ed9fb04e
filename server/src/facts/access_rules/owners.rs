//! Whose the documents of a collection are, where the rules say it.

use super::area::{FileRules, Store};
use super::demand::{Demand, Tie};
use crate::text::{Name, Span};

/// The collections of Firestore with the fields that must be the caller, each once, and where that is said.
pub fn owner_fields(rules: &FileRules) -> Vec<(&Name, &Name, Span)> {
    let mut found: Vec<(&Name, &Name, Span)> = Vec::new();
    for area in rules.areas.iter().filter(|area| area.store == Store::Firestore) {
        let Some(collection) = area.collection() else { continue };
        for permission in &area.permissions {
            for part in permission.demand.parts() {
                if let Demand::Owner(Tie::Field(field) | Tie::Incoming(field)) = part
                    && !field.is_empty()
                    && !field.contains('*')
                    && !found.iter().any(|(known, name, _)| *known == collection && *name == field)
                {
                    found.push((collection, field, permission.span));
                }
            }
        }
    }
    found
}
