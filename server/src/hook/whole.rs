//! What is found in all of a project, to see what edits led to in files that nobody edited.

use std::collections::BTreeSet;

use super::memory::{Key, Memory};
use crate::engine::Snapshot;
use crate::report::advice::Advice;
use crate::report::suppress;
use crate::rules::Finding;
use crate::rules::own::Known;
use crate::workspace::today;

/// One state of a project, and all that is found in it.
pub struct Whole {
    pub snapshot: Snapshot,
    pub all: Vec<Finding>,
}

impl Whole {
    /// What is told of it, each with its name, in order of file and place.
    pub fn shown(&self) -> Vec<(Key, Finding)> {
        let Whole { snapshot, all } = self;
        let (known, today) = (Known::of(&snapshot.config), today());
        let rules = known.all();
        let loud: Vec<Finding> = all.iter().filter(|finding| suppress::is_told(&snapshot.config, finding, today)).cloned().collect();
        let shown = suppress::judge(&snapshot.project, &rules, loud, today).kept;
        let keys = Advice::new(&snapshot.project, &rules, all).keys(&shown);
        keys.into_iter().zip(shown).collect()
    }

    pub fn keys(&self) -> BTreeSet<Key> {
        self.shown().into_iter().map(|(key, _)| key).collect()
    }

    /// What is found in files that the session did not write, was not found before it wrote, and was not told.
    pub fn led_to(&self, memory: &mut Memory) -> Vec<(Key, Finding)> {
        let Some(others) = &memory.others else { return Vec::new() };
        let name = |finding: &Finding| self.snapshot.project.relative(&finding.place.file).to_owned();
        let shown: Vec<(Key, Finding)> = self.shown().into_iter().filter(|(_, finding)| !memory.files.contains_key(&name(finding))).collect();
        let found: BTreeSet<&Key> = shown.iter().map(|(key, _)| key).collect();
        // What is gone may be told again once it is back.
        memory.told.retain(|key, file| memory.files.contains_key(file) || found.contains(key));
        shown.iter().filter(|(key, _)| !others.contains(key) && !memory.told.contains_key(key)).cloned().collect()
    }
}
