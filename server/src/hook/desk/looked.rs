//! A file that was looked at: what of it is due now, and what is remembered.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Depth, Desk, Found};
use crate::engine::Snapshot;
use crate::hook::due::Due;
use crate::hook::memory::{Key, Memory, Written};
use crate::report::advice::Advice;
use crate::rules::Finding;
use crate::text::FileId;

pub(super) struct Looked {
    pub(super) file: FileId,
    pub(super) found: Found,
    /// `None`: that is not known, or nothing was written in it this time.
    pub(super) before: Option<Found>,
    pub(super) due: Vec<Due>,
    /// Nothing is to come in it.
    pub(super) is_complete: bool,
}

impl Desk {
    /// The files that were answered for before all was looked at, if it has been since.
    pub(super) fn late(&mut self, snapshot: &Snapshot, memory: &Memory, others: &[Looked]) -> Result<Vec<Looked>> {
        let late = memory.files.iter().filter(|(_, written)| written.late).map(|(name, _)| FileId::new(&self.kept.root().join(name).to_string_lossy()));
        let late: Vec<FileId> = late.filter(|file| others.iter().all(|other| other.file != *file)).collect();
        let mut looked = Vec::new();
        for file in late {
            if let Some(found) = self.found(snapshot, &file, Depth::Soon)?.filter(|found| found.is_all) {
                let due = vec![Due::Not; found.shown.len()];
                looked.push(Looked { file, found, before: None, due, is_complete: false });
            }
        }
        Ok(looked)
    }
}

impl Looked {
    /// What is to be told now. What the session is answerable for, and is not told now, waits.
    pub(super) fn due(&self, heard: bool, advice: &Advice<'_>, old_advice: &Advice<'_>, memory: &mut Memory) -> Vec<(Key, Finding)> {
        let name = advice.project.relative(&self.file).to_owned();
        let keys: Vec<Key> = advice.keys(&self.found.shown);
        // What is not found may only not have been looked at.
        if self.found.is_all {
            memory.forget_gone(&name, &keys.iter().cloned().collect());
        }
        if !memory.files.contains_key(&name) {
            let written = self.written(&keys, old_advice, memory);
            memory.files.insert(name.clone(), written);
        }
        let was_late = memory.files.get(&name).is_some_and(|written| written.late);
        // The edit is not answerable for what was left out before it.
        let knows_before = self.before.as_ref().is_none_or(|before| before.is_all);
        let mut now = Vec::new();
        for ((finding, key), due) in self.found.shown.iter().zip(keys).zip(&self.due) {
            let is_due = match due {
                Due::Touched => true,
                Due::New => knows_before || !memory.is_old(&name, &key),
                Due::Not => was_late && !memory.is_old(&name, &key),
            };
            if !is_due || memory.told.contains_key(&key) {
                continue;
            }
            if let Some(written) = memory.files.get_mut(&name) {
                written.waiting.insert(key.clone());
            }
            if heard && (!finding.absence || self.is_complete) {
                now.push((key, finding.clone()));
            }
        }
        if let Some(written) = memory.files.get_mut(&name) {
            written.late = !self.found.is_all;
        }
        now
    }

    /// What is remembered of a file that the session writes in for the first time.
    fn written(&self, keys: &[Key], old_advice: &Advice<'_>, memory: &Memory) -> Written {
        let old: BTreeSet<Key> = self.before.iter().flat_map(|found| old_advice.keys(&found.shown)).collect();
        // Without a before, what the edit is not answerable for was there.
        let others = keys.iter().zip(&self.due).filter(|(_, due)| self.before.is_none() && **due == Due::Not).map(|(key, _)| key.clone());
        // What the session led to before it wrote here was not there before it.
        let (led_to, old): (BTreeSet<Key>, BTreeSet<Key>) =
            old.into_iter().partition(|key| memory.others.as_ref().is_some_and(|before| !before.contains(key)));
        let waiting = led_to.into_iter().filter(|key| !memory.told.contains_key(key)).collect();
        let in_part = self.before.as_ref().is_some_and(|before| !before.is_all);
        Written { old: old.into_iter().chain(others).collect(), waiting, in_part, late: false }
    }
}
