//! Which routes are walked before anything is said of a file, where an edit of it concerns more of them than anybody waits for.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Project;
use super::registry::Named;
use super::walks::{RootKey, RootWalk, Walks};
use crate::facts::place::FunctionKey;
use crate::text::FileId;

/// So many at most, besides those of which something was told.
const MOST: usize = 24;
/// So many come through each function that was edited: what it does may depend on who calls it.
const THROUGH_EDITED: usize = 3;
/// And through each of the others.
const THROUGH_OTHERS: usize = 1;

/// Of the routes that are due, some for each function of the file that they came through when they were walked last, the shortest first.
pub(super) fn some_through<'n>(project: &Project, walks: &Walks, file: &FileId, due: impl Iterator<Item = &'n Named>) -> BTreeSet<RootKey> {
    let mut past: Vec<&Arc<RootWalk>> = due.filter_map(|(key, _)| walks.past(key)).filter(|walk| walk.files.contains(file)).collect();
    past.sort_by(|a, b| (a.steps, &a.key).cmp(&(b.steps, &b.key)));
    let mut some = BTreeSet::new();
    let mut counts: FxHashMap<&FunctionKey, usize> = FxHashMap::default();
    let is_edited = |function: &FunctionKey| project.placed(&function.item).is_none();
    for (edited, enough) in [(true, THROUGH_EDITED), (false, THROUGH_OTHERS)] {
        for walk in &past {
            if some.len() >= MOST {
                return some;
            }
            let functions = || walk.visited.iter().filter(|function| function.item.file == *file);
            let is_wanted = functions().any(|function| is_edited(function) == edited && counts.get(function).is_none_or(|count| *count < enough));
            if is_wanted && some.insert(walk.key.clone()) {
                functions().for_each(|function| *counts.entry(function).or_default() += 1);
            }
        }
    }
    some
}
