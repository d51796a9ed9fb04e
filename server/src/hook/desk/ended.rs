//! The end of an answer: what was there before is told to the person, and what the session led to elsewhere is looked for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::telling::Due;
use super::{Depth, Desk, Knows, Said, Then};
use crate::engine::{Cancel, NoAnswer, Snapshot};
use crate::hook::memory::{Key, Memory};
use crate::hook::whole::Whole;
use crate::hook::wire::{Ask, Verdict};
use crate::hook::words;
use crate::report::advice::Advice;
use crate::rules::own::Known;
use crate::rules::{Finding, Level};
use crate::text::FileId;
use crate::workspace::walk::file_id;

impl Desk {
    /// What was found anywhere before the session wrote is looked for when nobody waits for it any more.
    pub fn remember_before(&mut self, said: &mut Said) -> Result<()> {
        let Some(Then { before }) = said.then.take() else { return Ok(()) };
        let others = self.whole(&before)?.map(Whole::keys);
        said.if_heard.others.clone_from(&others);
        said.if_not.others = others;
        Ok(())
    }

    /// Is there nothing to look at until somebody asks?
    pub fn is_at_rest(&self) -> bool {
        let project = self.kept.project();
        self.knows != Knows::All || self.whole.as_ref().is_some_and(|whole| Arc::ptr_eq(&whole.snapshot.project, project))
    }

    /// Looks at everything once more, so that it is known what is found before somebody writes.
    pub fn look_around(&mut self, cancel: &Cancel) -> Result<()> {
        if !self.is_at_rest() {
            let snapshot = self.snapshot(&Arc::clone(self.kept.project()));
            self.whole_until(&snapshot, cancel)?;
        }
        Ok(())
    }

    /// Looks at what the answers so far have left out, a bit at a time, until somebody asks.
    pub fn go_on(&mut self, cancel: &Cancel) -> Result<()> {
        if self.knows != Knows::All {
            return Ok(());
        }
        let snapshot = self.snapshot(&Arc::clone(self.kept.project()));
        loop {
            match self.engine.go_on(&snapshot, cancel) {
                Ok(false) => {}
                Ok(true) | Err(NoAnswer::Cancelled) => return Ok(()),
                Err(why) => {
                    self.note(why);
                    return Ok(());
                }
            }
        }
    }

    /// What the session led to in files that it did not write.
    pub(super) fn led_to(&mut self, snapshot: &Snapshot, memory: &mut Memory) -> Result<Vec<(Key, Finding)>> {
        Ok(self.whole(snapshot)?.map(|whole| whole.led_to(memory)).unwrap_or_default())
    }

    pub(super) fn ended(&mut self, ask: &Ask, mut memory: Memory) -> Result<Said> {
        let at = |name: &String| self.kept.root().join(name);
        let named: Vec<PathBuf> = memory.files.keys().map(at).collect();
        if self.kept.catch_up(&named, &self.cancel).is_none() {
            bail!("stopped");
        }
        let project = Arc::clone(self.kept.project());
        let snapshot = self.snapshot(&project);
        let files: Vec<FileId> = named.iter().filter_map(|path| file_id(path)).collect();
        let (mut found, mut unchecked) = (Vec::new(), Vec::new());
        for file in files {
            match self.found(&snapshot, &file, Depth::Whole)? {
                Some(of_file) => found.push((file, of_file)),
                None => unchecked.push(project.relative(&file).to_owned()),
            }
        }
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        let all: Vec<Finding> = found.iter().flat_map(|(_, found)| found.all.iter().cloned()).collect();
        let advice = Advice::new(&snapshot.project, &rules, &all);
        let (mut now, mut older) = (Vec::new(), Vec::new());
        for (file, found) in &found {
            let name = project.relative(file).to_owned();
            let keys: Vec<Key> = advice.keys(&found.shown);
            memory.forget_gone(&name, &keys.iter().cloned().collect());
            let waiting = memory.files.get(&name).map(|written| written.waiting.clone()).unwrap_or_default();
            for (finding, key) in found.shown.iter().zip(keys) {
                if memory.told.contains_key(&key) {
                    continue;
                }
                if waiting.contains(&key) || !memory.is_old(&name, &key) {
                    now.push((key, finding.clone()));
                } else if finding.level >= Level::Warning && memory.person.insert(key) {
                    older.push(advice.place(finding));
                }
            }
            if let Some(written) = memory.files.get_mut(&name) {
                written.late = false;
            }
        }
        let mut person = Verdict { person: (!older.is_empty()).then(|| words::older(older.len(), &older)), ..Verdict::default() };
        person.join(Verdict { person: (!unchecked.is_empty()).then(|| words::unchecked(&unchecked)), ..Verdict::default() });
        let led_to = self.led_to(&snapshot, &mut memory)?;
        self.said(ask, memory, &snapshot, &advice, Due { now, led_to, person: person.person })
    }
}
