//! Which routes are walked before anything is said of a file, where an edit of it concerns more than anybody waits for.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Project;
use super::registry::Named;
use super::walks::{RootKey, RootWalk, Walks};
use crate::facts::place::{FunctionKey, Site};
use crate::text::FileId;

/// Of more routes at a time it is not remembered what came of their calls: all of it would be gone before it is asked for again.
pub(super) const MOST_RECALLED: usize = 48;
/// What took more steps than this when it was walked last takes longer than anybody waits for.
const MOST_STEPS: u64 = 20_000;
/// So many files say what they register before an answer.
const MOST_REGISTERED: usize = 16;

/// Besides the routes of the file itself so many are walked at most, of so many steps together.
const MOST_FIRST: usize = 24;
const MOST_FIRST_STEPS: u64 = 12_000;
/// So many come through each function that was edited: what it does may depend on who calls it.
const THROUGH_EDITED: usize = 3;

/// Is this more than anybody waits for? `due` are the routes to be walked.
pub(super) fn is_much<'n>(walks: &Walks, due: impl Iterator<Item = &'n Named>, unregistered: usize) -> bool {
    let (mut count, mut steps) = (0, 0);
    for (key, _) in due {
        count += 1;
        steps += walks.past(key).map_or(0, |walk| u64::from(walk.steps));
    }
    count > MOST_RECALLED || steps > MOST_STEPS || unregistered > MOST_REGISTERED
}

/// What is walked first for a file.
pub(super) struct First {
    file: FileId,
    /// Where they are registered. What runs before a route may be another than it was, and so its name.
    sites: FxHashSet<Site>,
    /// The files that must say what they register for that.
    pub files: BTreeSet<FileId>,
}

impl First {
    /// Of the routes that are due: those of the file itself; some for each function of it that was edited; some of which something was
    /// `told` in it; one for each other function. The shortest of them.
    pub fn of(project: &Project, walks: &Walks, file: &FileId, due: &[Named], told: &BTreeSet<RootKey>) -> First {
        let mut first = First { file: file.clone(), sites: FxHashSet::default(), files: [file.clone()].into() };
        first.files.extend(due.iter().filter(|named| is_own(named, file)).map(|(key, _)| key.file().clone()));
        let mut past: Vec<&Arc<RootWalk>> = due.iter().filter_map(|(key, _)| walks.past(key)).filter(|walk| walk.files.contains(file)).collect();
        past.sort_by(|a, b| (a.steps, &a.key).cmp(&(b.steps, &b.key)));
        let is_edited = |function: &FunctionKey| project.placed(&function.item).is_none();
        let mut counts: FxHashMap<&FunctionKey, usize> = FxHashMap::default();
        let (mut count, mut steps) = (0, 0);
        for round in [Round::Edited, Round::Told, Round::Others] {
            for walk in &past {
                if count >= MOST_FIRST || steps > MOST_FIRST_STEPS {
                    return first;
                }
                let RootKey::Route(site, _) = &walk.key else { continue };
                let functions = || walk.visited.iter().filter(|function| function.item.file == *file);
                let lacks = |function: &FunctionKey, enough: usize| counts.get(function).is_none_or(|count| *count < enough);
                let is_wanted = match round {
                    Round::Edited => functions().any(|function| is_edited(function) && lacks(function, THROUGH_EDITED)),
                    Round::Told => told.contains(&walk.key),
                    Round::Others => functions().any(|function| lacks(function, 1)),
                };
                if is_wanted && first.sites.insert(site.clone()) {
                    functions().for_each(|function| *counts.entry(function).or_default() += 1);
                    first.files.insert(walk.key.file().clone());
                    (count, steps) = (count + 1, steps + u64::from(walk.steps));
                }
            }
        }
        first
    }

    pub fn is_among(&self, named: &Named) -> bool {
        self.files.contains(named.0.file()) && (is_own(named, &self.file) || matches!(&named.0, RootKey::Route(site, _) if self.sites.contains(site)))
    }
}

#[derive(Clone, Copy)]
enum Round {
    Edited,
    Told,
    Others,
}

/// Is it registered in this file, or handled there?
pub(super) fn is_own((key, route): &Named, file: &FileId) -> bool {
    key.file() == file || route.function().is_some_and(|function| function.item.file == *file)
}
