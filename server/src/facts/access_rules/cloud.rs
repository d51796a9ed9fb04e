//! The areas of Cloud Firestore and Cloud Storage.

use super::area::{Area, FileRules, MOST_AREAS, Operation, Permission, Store};
use super::demand::Demand;
use super::judge::Judge;
use crate::model::access_rules::{Allow, Block, Condition, Function, RulesFile, Segment};
use crate::text::Name;

pub(super) fn areas(file: &RulesFile) -> FileRules {
    let mut rules = FileRules::default();
    // The first version of the language wants something to stand where a rest begins, which changes little.
    for service in &file.services {
        let store = match service.name.as_str() {
            "cloud.firestore" => Store::Firestore,
            "firebase.storage" => Store::Storage,
            _ => Store::Unknown,
        };
        let around = Around { store, path: Vec::new(), functions: service.block.functions.iter().collect() };
        for block in &service.block.matches {
            of_block(block, &around, &mut rules);
        }
    }
    rules
}

/// What a match inherits.
struct Around<'f> {
    store: Store,
    path: Vec<Segment>,
    functions: Vec<&'f Function>,
}

fn of_block<'f>(block: &'f Block, around: &Around<'f>, out: &mut FileRules) {
    let inside = Around {
        store: around.store,
        path: around.path.iter().chain(&block.path.segments).cloned().collect(),
        functions: around.functions.iter().copied().chain(&block.functions).collect(),
    };
    if !block.allows.is_empty() && out.areas.len() < MOST_AREAS {
        let wildcards: Vec<Name> =
            inside.path.iter().filter_map(|segment| if let Segment::One(name) | Segment::Rest(name) = segment { Some(name.clone()) } else { None }).collect();
        let permissions = block.allows.iter().filter_map(|allow| permission(allow, &inside.functions, &wildcards)).collect();
        let path = stored(inside.store, &inside.path).to_vec();
        out.areas.push(Area { store: inside.store, path, is_deep: false, permissions, is_validated: false, span: block.path.span });
    }
    for inner in &block.matches {
        of_block(inner, &inside, out);
    }
}

fn permission(allow: &Allow, functions: &[&Function], wildcards: &[Name]) -> Option<Permission> {
    let mut operations: Vec<Operation> = allow.operations.iter().flat_map(|(word, _)| Operation::named(word)).copied().collect();
    operations.sort();
    operations.dedup();
    let (demand, condition) = match &allow.condition {
        Condition::None => (Demand::Always, None),
        Condition::Unfinished => (Demand::Unknown, None),
        Condition::If(expr) => (Judge::new(functions, wildcards, false).condition(expr), Some(expr.span)),
    };
    (!operations.is_empty()).then_some(Permission { operations, demand, span: allow.span, condition })
}

/// The path inside of the database or the bucket.
fn stored(store: Store, path: &[Segment]) -> &[Segment] {
    let is = |at: usize, name: &str| matches!(path.get(at), Some(Segment::Literal(text)) if text == name);
    let from = match store {
        Store::Firestore if is(0, "databases") && is(2, "documents") => 3,
        Store::Storage if is(0, "b") && is(2, "o") => 3,
        _ => 0,
    };
    path.get(from..).unwrap_or_default()
}
