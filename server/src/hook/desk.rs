//! Where a project's edits are looked at. The project and what the engine made of it stay from one edit to the next.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

use super::call::{Edit, Event};
use super::due;
use super::memory::{Key, Memory, Written};
use super::wire::{Ask, Verdict};
use super::words;
use crate::engine::proof::{Proven, told};
use crate::engine::{Cancel, Engine, Snapshot};
use crate::project::Project;
use crate::report::advice::{Advice, Checked};
use crate::report::{Date, suppress};
use crate::rules::own::Known;
use crate::rules::{Finding, Level};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};
use crate::workspace::kept::Kept;
use crate::workspace::walk::file_id;

pub struct Desk {
    kept: Kept,
    engine: Engine,
    cancel: Cancel,
}

/// What is to be said, and what to remember if it was heard, or was not.
pub struct Said {
    pub verdict: Verdict,
    pub if_heard: Memory,
    pub if_not: Memory,
}

/// The findings of one file: those that are shown, and all, by which secrets are known.
#[derive(Default)]
struct Found {
    shown: Vec<Finding>,
    all: Vec<Finding>,
}

/// For so many findings a repair is tried out at one time: each trial is a look at what it leads to.
const MOST_TRIALS: usize = 5;

impl Desk {
    /// Reads the project and looks at all of it once, so that from then on an edit is looked at with everything in mind.
    pub fn open(root: &Path, cancel: Cancel) -> Result<Desk> {
        let home = std::env::home_dir();
        let Some(kept) = Kept::read(root, home.as_deref(), &cancel) else { bail!("stopped while the project was read") };
        let mut desk = Desk { kept, engine: Engine::default(), cancel };
        let snapshot = desk.snapshot(desk.kept.project());
        if desk.engine.check_all(&snapshot, &desk.cancel).is_none() {
            bail!("stopped while the project was looked at");
        }
        Ok(desk)
    }

    pub fn answer(&mut self, ask: &Ask, memory: Memory) -> Result<Said> {
        match ask.event {
            Event::Begun => Ok(Said { verdict: Verdict::default(), if_heard: memory.clone(), if_not: memory }),
            Event::Edited => self.edited(ask, memory),
            Event::Ended => self.ended(ask, memory),
        }
    }

    fn edited(&mut self, ask: &Ask, mut memory: Memory) -> Result<Said> {
        let wanted: Vec<(&Edit, FileId)> =
            ask.edits.iter().filter(|edit| self.kept.wants(&edit.path)).filter_map(|edit| Some((edit, file_id(&edit.path)?))).collect();
        let before = Arc::clone(self.kept.project());
        let named: Vec<PathBuf> = wanted.iter().map(|(edit, _)| edit.path.clone()).collect();
        let Some(changed) = self.kept.catch_up(&named, &self.cancel) else { bail!("stopped") };
        let after = Arc::clone(self.kept.project());
        let mut changes = Vec::new();
        let mut looked_at: Vec<(&Edit, FileId, Option<Option<String>>)> = Vec::new();
        for (edit, file) in wanted {
            let Some(text) = text_of(&after, &file) else { continue };
            let text_before = if changed.contains(&file) {
                Some(text_of(&before, &file))
            } else {
                // The project was read after the edit: what was before it, only the client can tell.
                let told = due::text_before(edit, &text);
                if let Some(told) = &told {
                    let document = told.as_ref().and_then(|text| Some(Arc::new(Document::new(file.clone(), Language::of(&file)?, 0, text))));
                    changes.push((file.clone(), document));
                }
                told
            };
            looked_at.push((edit, file, text_before));
        }
        let before = self.snapshot(&if changes.is_empty() { before } else { Arc::new(before.with(changes)) });
        let found_before: Vec<Option<Found>> = looked_at.iter().map(|(_, file, text)| text.as_ref().map(|_| self.found(&before, file))).collect();
        let mut items = Vec::new();
        for ((edit, file, text_before), found_before) in looked_at.into_iter().zip(found_before) {
            let snapshot = self.snapshot(&after);
            let found = self.found(&snapshot, &file);
            let Some(text) = text_of(&after, &file) else { continue };
            let written: Vec<Span> = due::written(edit, text_before.as_ref().map(Option::as_deref), &text);
            let is_due = due::due(&found.shown, found_before.as_ref().map(|found| found.shown.as_slice()), &written);
            // What is missing from a file that was written as a whole, and can be read as a whole, is not to come.
            let is_complete = (edit.whole || ask.last) && !is_broken(&after, &file);
            items.push((file, found, found_before, is_due, is_complete));
        }
        let snapshot = self.snapshot(&after);
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        let all: Vec<Finding> = items.iter().flat_map(|(_, found, _, _, _)| found.all.iter().cloned()).collect();
        let advice = Advice::new(&snapshot.project, &rules, &all);
        let mut now: Vec<(Key, Finding)> = Vec::new();
        for (file, found, found_before, is_due, is_complete) in &items {
            let name = after.relative(file).to_owned();
            let keys: Vec<Key> = found.shown.iter().map(|finding| advice.key(finding)).collect();
            memory.forget_gone(&name, &keys.iter().cloned().collect());
            if !memory.files.contains_key(&name) {
                let old_advice = Advice::new(&before.project, &rules, &all);
                let old: BTreeSet<Key> = found_before.iter().flat_map(|found| &found.shown).map(|finding| old_advice.key(finding)).collect();
                // Without a before, what the edit is not answerable for was there.
                let others = keys.iter().zip(is_due).filter(|(_, is_due)| found_before.is_none() && !**is_due).map(|(key, _)| key.clone());
                memory.files.insert(name.clone(), Written { old: old.into_iter().chain(others).collect(), waiting: BTreeSet::new() });
            }
            for ((finding, key), is_due) in found.shown.iter().zip(keys).zip(is_due) {
                if !is_due || memory.told.contains_key(&key) {
                    continue;
                }
                if let Some(written) = memory.files.get_mut(&name) {
                    written.waiting.insert(key.clone());
                }
                if ask.heard && (!finding.absence || *is_complete) {
                    now.push((key, finding.clone()));
                }
            }
        }
        self.said(ask, memory, &snapshot, &advice, now, None)
    }

    fn ended(&mut self, ask: &Ask, mut memory: Memory) -> Result<Said> {
        let at = |name: &String| self.kept.root().join(name);
        let named: Vec<PathBuf> = memory.files.keys().map(at).collect();
        if self.kept.catch_up(&named, &self.cancel).is_none() {
            bail!("stopped");
        }
        let project = Arc::clone(self.kept.project());
        let snapshot = self.snapshot(&project);
        let files: Vec<FileId> = named.iter().filter_map(|path| file_id(path)).collect();
        let found: Vec<Found> = files.iter().map(|file| self.found(&snapshot, file)).collect();
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        let all: Vec<Finding> = found.iter().flat_map(|found| found.all.iter().cloned()).collect();
        let advice = Advice::new(&snapshot.project, &rules, &all);
        let (mut now, mut older) = (Vec::new(), Vec::new());
        for (file, found) in files.iter().zip(&found) {
            let name = project.relative(file).to_owned();
            let keys: Vec<Key> = found.shown.iter().map(|finding| advice.key(finding)).collect();
            memory.forget_gone(&name, &keys.iter().cloned().collect());
            let written = memory.files.get(&name).cloned().unwrap_or_default();
            for (finding, key) in found.shown.iter().zip(keys) {
                if memory.told.contains_key(&key) {
                    continue;
                }
                if written.waiting.contains(&key) || !written.old.contains(&key) {
                    now.push((key, finding.clone()));
                } else if finding.level >= Level::Warning && memory.person.insert(key) {
                    older.push(advice.place(finding));
                }
            }
        }
        let person = (!older.is_empty()).then(|| words::older(older.len(), &older));
        self.said(ask, memory, &snapshot, &advice, now, person)
    }

    /// Puts what is due now into words, the gravest first. Hints are nobody's interruption.
    fn said(
        &mut self,
        ask: &Ask,
        memory: Memory,
        snapshot: &Snapshot,
        advice: &Advice<'_>,
        mut now: Vec<(Key, Finding)>,
        person: Option<String>,
    ) -> Result<Said> {
        now.retain(|(_, finding)| finding.level >= Level::Information);
        now.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.level));
        let urgent = now.iter().any(|(_, finding)| finding.level >= Level::Warning);
        if urgent {
            now.retain(|(_, finding)| finding.level >= Level::Warning);
        }
        let mut verdict = Verdict { person, ..Verdict::default() };
        let mut if_heard = memory.clone();
        if !now.is_empty() {
            let texts: Vec<String> = now.iter().enumerate().map(|(i, (_, finding))| self.tell(snapshot, advice, finding, i < MOST_TRIALS)).collect();
            let (text, count) = words::told(ask.event, urgent, &texts);
            *(if urgent { &mut verdict.urgent } else { &mut verdict.aside }) = Some(text);
            for (key, finding) in now.into_iter().take(count) {
                let name = snapshot.project.relative(&finding.place.file).to_owned();
                if let Some(written) = if_heard.files.get_mut(&name) {
                    written.waiting.remove(&key);
                }
                if_heard.told.insert(key, name);
            }
        }
        Ok(Said { verdict, if_heard, if_not: memory })
    }

    fn tell(&mut self, snapshot: &Snapshot, advice: &Advice<'_>, finding: &Finding, tries: bool) -> String {
        let proven = tries.then(|| self.engine.prove(snapshot, finding, &self.cancel)).flatten();
        match proven {
            Some(Proven { fix, after }) => {
                let repair = told(fix);
                advice.tell(finding, Some(&Checked { repair: &repair, after: &after }))
            }
            None => advice.tell(finding, None),
        }
    }

    fn snapshot(&self, project: &Arc<Project>) -> Snapshot {
        Snapshot { project: Arc::clone(project), config: Arc::clone(self.kept.config()) }
    }

    fn found(&mut self, snapshot: &Snapshot, file: &FileId) -> Found {
        let Some(known) = snapshot.project.file(file) else { return Found::default() };
        let all = self.engine.check(snapshot, file, &self.cancel).unwrap_or_default();
        let today = today();
        let is_told = |finding: &&Finding| finding.place.file == *file && suppress::is_told(&snapshot.config, finding, today);
        let loud: Vec<Finding> = all.iter().filter(is_told).cloned().collect();
        let shown = suppress::judge_file(known, &Known::of(&snapshot.config).all(), loud, today).kept;
        Found { shown, all }
    }
}

fn text_of(project: &Project, file: &FileId) -> Option<String> {
    project.file(file).map(|known| known.document.text())
}

/// Is there something in the file that cannot be read?
fn is_broken(project: &Project, file: &FileId) -> bool {
    let model = project.file(file).and_then(|known| known.model.as_ref());
    model.is_some_and(|model| model.segments.iter().any(|placed| !placed.segment.errors.is_empty()))
}

fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date::of_unix_days((since.as_secs() / 86_400) as i64)
}
