//! What is due is put into words, with repairs that were tried out.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::{Depth, Desk, Said, depth};
use crate::engine::proof::Proven;
use crate::engine::{NoAnswer, Snapshot};
use crate::hook::memory::{Key, Memory};
use crate::hook::wire::{Ask, Verdict};
use crate::hook::words;
use crate::report::advice::Advice;
use crate::rules::{Finding, Level};
use crate::text::FileId;

/// What there is to say.
pub(super) struct Due {
    pub(super) now: Vec<(Key, Finding)>,
    /// In files that the session did not write.
    pub(super) led_to: Vec<(Key, Finding)>,
    pub(super) person: Option<String>,
}

/// For so many findings a repair is tried out at one time: each trial is a look at what it leads to.
const MOST_TRIALS: usize = 5;

impl Desk {
    /// Puts what is due now into words, the gravest first. Hints are nobody's interruption.
    pub(super) fn said(&mut self, ask: &Ask, memory: Memory, snapshot: &Snapshot, advice: &Advice<'_>, due: Due) -> Result<Said> {
        let Due { mut now, led_to, person } = due;
        let elsewhere: BTreeSet<Key> = led_to.iter().map(|(key, _)| key.clone()).collect();
        now.extend(led_to);
        now.retain(|(_, finding)| finding.level >= Level::Information);
        now.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.level));
        let urgent = now.iter().any(|(_, finding)| finding.level >= Level::Warning);
        if urgent {
            now.retain(|(_, finding)| finding.level >= Level::Warning);
        }
        let mut verdict = Verdict { person, ..Verdict::default() };
        let mut if_heard = memory.clone();
        if !now.is_empty() {
            let depth = depth(ask, false);
            self.plan(snapshot, &mut now, depth)?;
            let advice = match &self.whole {
                // Secrets that stand elsewhere are hidden, too.
                Some(whole) if !elsewhere.is_empty() => &Advice::new(advice.project, advice.rules, &whole.all),
                _ => advice,
            };
            let mut texts: Vec<String> = Vec::new();
            for (i, (key, finding)) in now.iter().enumerate() {
                texts.push(self.tell(snapshot, advice, finding, elsewhere.contains(key), (i < MOST_TRIALS).then_some(depth)));
            }
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
        Ok(Said { verdict, if_heard, if_not: memory, then: None })
    }

    /// How they can be repaired.
    fn plan(&mut self, snapshot: &Snapshot, due: &mut [(Key, Finding)], depth: Depth) -> Result<()> {
        let files: BTreeSet<FileId> = due.iter().map(|(_, finding)| finding.place.file.clone()).collect();
        for file in files {
            let found = match depth {
                Depth::Soon => self.engine.check_soon_with_plans(snapshot, &file, &self.cancel).map(|(found, _)| found),
                Depth::Whole => self.engine.check(snapshot, &file, &self.cancel),
            };
            let found = match found {
                Ok(found) => found,
                Err(NoAnswer::Cancelled) => bail!("stopped"),
                Err(why) => {
                    self.note(why);
                    continue;
                }
            };
            for (_, finding) in due.iter_mut().filter(|(_, finding)| finding.place.file == file) {
                let it = found.iter().find(|found| found.place == finding.place && found.rule == finding.rule && found.detail == finding.detail);
                finding.plans = it.map(|it| it.plans.clone()).unwrap_or_default();
            }
        }
        Ok(())
    }

    fn tell(&mut self, snapshot: &Snapshot, advice: &Advice<'_>, finding: &Finding, is_elsewhere: bool, tries: Option<Depth>) -> String {
        // A repair of which nobody knows what it leads to is not told of.
        let proven = tries.and_then(|depth| self.proven(snapshot, finding, depth));
        let told = match proven {
            Some(proven) => advice.tell(finding, Some(&proven.told())),
            None => advice.tell(finding, None),
        };
        if is_elsewhere { format!("{told}{}", words::ELSEWHERE) } else { told }
    }

    fn proven(&mut self, snapshot: &Snapshot, finding: &Finding, depth: Depth) -> Option<Proven> {
        let proven = match depth {
            Depth::Soon => self.engine.prove_soon(snapshot, finding, &self.cancel),
            Depth::Whole => self.engine.prove(snapshot, finding, &self.cancel),
        };
        proven.unwrap_or_else(|why| {
            self.note(why);
            None
        })
    }
}
