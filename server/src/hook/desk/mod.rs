//! Where a project's edits are looked at. The project and what the engine made of it stay from one edit to the next.

mod ended;
mod looked;
mod telling;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::engine::{Cancel, Engine, NoAnswer, Snapshot};
use crate::hook::call::{Edit, Event};
use crate::hook::due;
use crate::hook::memory::{Key, Memory};
use crate::hook::whole::Whole;
use crate::hook::wire::{Ask, Verdict};
use crate::hook::words;
use crate::project::Project;
use crate::report::advice::Advice;
use crate::report::suppress;
use crate::rules::Finding;
use crate::rules::own::Known;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};
use crate::workspace::kept::Kept;
use crate::workspace::today;
use crate::workspace::walk::file_id;
use looked::Looked;
use telling::Due;

pub struct Desk {
    kept: Kept,
    engine: Engine,
    cancel: Cancel,
    knows: Knows,
    /// The last look at all of it.
    whole: Option<Whole>,
}

/// What is to be said, and what to remember if it was heard, or was not.
pub struct Said {
    pub verdict: Verdict,
    pub if_heard: Memory,
    pub if_not: Memory,
    /// What is to be looked at once the answer is given.
    pub then: Option<Then>,
}

/// The project before the first edit of a session.
pub struct Then {
    before: Snapshot,
}

/// How well the engine knows the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Knows {
    /// All of it: an edit is looked at with everything in mind.
    All,
    /// What it knew was lost when a check failed.
    Lost,
    /// A look at all of it fails, so that files are looked at by themselves.
    Parts,
}

/// The findings of one file: those that are shown, and all, by which secrets are known.
#[derive(Default)]
struct Found {
    shown: Vec<Finding>,
    all: Vec<Finding>,
    /// Nothing is left out that other files lead to.
    is_all: bool,
}

/// How much is looked at for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Depth {
    /// What can be said at once. The rest is looked at while nobody waits, and told afterwards.
    Soon,
    Whole,
}

/// What comes later is told at the next edit or when the assistant stops. Where no end is heard of, nothing comes later.
fn depth(ask: &Ask, needs_all: bool) -> Depth {
    if ask.last || needs_all { Depth::Whole } else { Depth::Soon }
}

impl Desk {
    /// Reads the project and looks at all of it once, so that from then on an edit is looked at with everything in mind.
    pub fn open(root: &Path, cancel: Cancel) -> Result<Desk> {
        let home = std::env::home_dir();
        let Some(kept) = Kept::read(root, home.as_deref(), &cancel) else { bail!("stopped while the project was read") };
        let mut desk = Desk { kept, engine: Engine::staying(), cancel, knows: Knows::Lost, whole: None };
        desk.look_at_all()?;
        Ok(desk)
    }

    /// Looks at the whole project, if what was known of it is lost.
    fn look_at_all(&mut self) -> Result<()> {
        if self.knows == Knows::Lost {
            let snapshot = self.snapshot(self.kept.project());
            self.whole(&snapshot)?;
        }
        Ok(())
    }

    /// All that is found. `None` if the check failed.
    fn whole(&mut self, snapshot: &Snapshot) -> Result<Option<&Whole>> {
        self.whole_until(snapshot, &self.cancel.clone())
    }

    fn whole_until(&mut self, snapshot: &Snapshot, cancel: &Cancel) -> Result<Option<&Whole>> {
        let is_same = |whole: &Whole| Arc::ptr_eq(&whole.snapshot.project, &snapshot.project) && Arc::ptr_eq(&whole.snapshot.config, &snapshot.config);
        if !self.whole.as_ref().is_some_and(is_same) {
            self.whole = match self.engine.check_all_briefly(snapshot, cancel) {
                Ok(all) => Some(Whole { snapshot: snapshot.clone(), all }),
                Err(NoAnswer::Failed) => None,
                Err(NoAnswer::Cancelled) => bail!("stopped while the project was looked at"),
            };
            self.knows = if self.whole.is_some() { Knows::All } else { Knows::Parts };
        }
        Ok(self.whole.as_ref())
    }

    pub fn answer(&mut self, ask: &Ask, memory: Memory) -> Result<Said> {
        self.look_at_all()?;
        match ask.event {
            Event::Begun => Ok(Said { verdict: Verdict::default(), if_heard: memory.clone(), if_not: memory, then: None }),
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
        let snapshot = self.snapshot(&after);
        let is_first = memory.others.is_none() && !looked_at.is_empty();
        let mut found_before: Vec<Option<Found>> = Vec::new();
        for (_, file, text) in &looked_at {
            // Where that fails, it is as if nobody knew what was there before.
            found_before.push(if text.is_some() { self.found(&before, file, depth(ask, is_first))? } else { None });
        }
        let (mut items, mut unchecked) = (Vec::new(), Vec::new());
        for ((edit, file, text_before), before) in looked_at.into_iter().zip(found_before) {
            let Some(found) = self.found(&snapshot, &file, depth(ask, false))? else {
                unchecked.push(after.relative(&file).to_owned());
                continue;
            };
            let Some(text) = text_of(&after, &file) else { continue };
            let written: Vec<Span> = due::written(edit, text_before.as_ref().map(Option::as_deref), &text);
            let due = due::due(&found.shown, before.as_ref().map(|found| found.shown.as_slice()), &written);
            // What is missing from a file that was written as a whole, and can be read as a whole, is not to come.
            let is_complete = (edit.whole || ask.last) && !is_broken(&after, &file);
            items.push(Looked { file, found, before, due, is_complete });
        }
        let known = Known::of(&snapshot.config);
        let rules = known.all();
        items.extend(self.late(&snapshot, &memory, &items)?);
        let all: Vec<Finding> = items.iter().flat_map(|item| item.found.all.iter().cloned()).collect();
        // What is secret in a text is known from what was found in that text: places of now mean something else in what was before.
        let was: Vec<Finding> = items.iter().filter_map(|item| item.before.as_ref()).flat_map(|found| found.all.iter().cloned()).collect();
        let (advice, old_advice) = (Advice::new(&snapshot.project, &rules, &all), Advice::new(&before.project, &rules, &was));
        let mut now: Vec<(Key, Finding)> = Vec::new();
        for item in &items {
            now.extend(item.due(ask.heard, &advice, &old_advice, &mut memory));
        }
        let person = (!unchecked.is_empty()).then(|| words::unchecked(&unchecked));
        // Elsewhere things may be half done until the assistant stops, if that is heard of.
        let led_to = if ask.last && ask.heard { self.led_to(&snapshot, &mut memory)? } else { Vec::new() };
        let then = is_first.then(|| Then { before });
        Ok(Said { then, ..self.said(ask, memory, &snapshot, &advice, Due { now, led_to, person })? })
    }

    fn note(&mut self, why: NoAnswer) {
        if why == NoAnswer::Failed && self.knows == Knows::All {
            (self.knows, self.whole) = (Knows::Lost, None);
        }
    }

    fn snapshot(&self, project: &Arc<Project>) -> Snapshot {
        Snapshot { project: Arc::clone(project), config: Arc::clone(self.kept.config()) }
    }

    /// What is found in a file, without a word on repairs: those are asked for once something is due. `None` if the check failed.
    fn found(&mut self, snapshot: &Snapshot, file: &FileId, depth: Depth) -> Result<Option<Found>> {
        let Some(known) = snapshot.project.file(file) else { return Ok(Some(Found { is_all: true, ..Found::default() })) };
        let checked = match depth {
            Depth::Soon => self.engine.check_soon(snapshot, file, &self.cancel),
            Depth::Whole => self.engine.check_briefly(snapshot, file, &self.cancel).map(|all| (all, true)),
        };
        let (all, is_all) = match checked {
            Ok(checked) => checked,
            Err(NoAnswer::Cancelled) => bail!("stopped"),
            Err(why) => {
                self.note(why);
                return Ok(None);
            }
        };
        let today = today();
        let is_told = |finding: &&Finding| finding.place.file == *file && suppress::is_told(&snapshot.config, finding, today);
        let loud: Vec<Finding> = all.iter().filter(is_told).cloned().collect();
        let shown = suppress::judge_file(known, &Known::of(&snapshot.config).all(), loud, today).kept;
        Ok(Some(Found { shown, all, is_all }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::failing;

    const TEXT: &str = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == \"__main__\":\n    app.run(debug=True)\n";

    fn asked(desk: &mut Desk, event: Event, memory: Memory) -> Said {
        let edits =
            if event == Event::Edited { vec![Edit { whole: true, ..Edit::of(&desk.kept.root().join("app.py").to_string_lossy()) }] } else { Vec::new() };
        let ask = Ask { root: desk.kept.root().to_owned(), session: "s".into(), event, edits, heard: true, last: false };
        desk.answer(&ask, memory).expect("an answer")
    }

    #[test]
    fn a_file_that_could_not_be_checked_is_not_a_clean_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("app.py"), TEXT).expect("a file");
        let mut desk = Desk::open(folder.path(), Cancel::default()).expect("a desk");
        failing::after(0);
        let said = asked(&mut desk, Event::Edited, Memory::default());
        let person = said.verdict.person.expect("the person is told");
        assert!(person.contains("app.py could not be checked") && said.verdict.urgent.is_none(), "{person}");
        assert_eq!(desk.knows, Knows::Lost);
        let said = asked(&mut desk, Event::Edited, said.if_heard);
        assert!(said.verdict.urgent.is_some_and(|told| told.contains("debug-enabled")));
        assert_eq!(desk.knows, Knows::All, "what was lost is looked at again");
        failing::after(0);
        let said = asked(&mut desk, Event::Ended, said.if_heard);
        assert!(said.verdict.person.is_some_and(|told| told.contains("could not be checked")));
        assert_eq!(said.if_heard.told.len(), 1, "what was told is not forgotten, since nobody has seen it gone");
    }

    #[test]
    fn what_an_edit_leads_to_in_other_files_is_told_at_the_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        let guard = "import jwt from \"jsonwebtoken\";\n\nexport function requireUser(req, res, next) {\n  const token = req.headers.authorization;\n  if (!token) return res.status(401).end();\n  req.user = jwt.verify(token, process.env.JWT_SECRET);\n  next();\n}\n";
        let routes = "import express from \"express\";\nimport { PrismaClient } from \"@prisma/client\";\nimport { requireUser } from \"./auth.js\";\n\nconst db = new PrismaClient();\nexport const app = express();\n\napp.delete(\"/notes\", requireUser, async (req, res) => {\n  await db.note.deleteMany({});\n  res.end();\n});\n";
        write("package.json", "{ \"type\": \"module\", \"dependencies\": { \"express\": \"4\", \"@prisma/client\": \"6\", \"jsonwebtoken\": \"9\" } }");
        write("auth.js", guard);
        write("routes.js", routes);
        let mut desk = Desk::open(folder.path(), Cancel::default()).expect("a desk");
        let ask = |event: Event, whole: bool| Ask {
            root: folder.path().to_owned(),
            session: "s".into(),
            event,
            edits: vec![Edit { whole, ..Edit::of(&folder.path().join("auth.js").to_string_lossy()) }],
            heard: true,
            last: event == Event::Ended,
        };
        write("auth.js", &guard.replace("if (!token) return res.status(401).end();\n  req.user = jwt.verify(token, process.env.JWT_SECRET);\n", ""));
        let mut said = desk.answer(&ask(Event::Edited, true), Memory::default()).expect("an answer");
        assert_eq!(said.verdict, Verdict::default(), "the callers may be next");
        desk.remember_before(&mut said).expect("remembered");
        let ended = desk.answer(&ask(Event::Ended, false), said.if_heard).expect("an answer");
        let told = ended.verdict.urgent.expect("it is told");
        assert!(told.contains("routes.js:8 missing-auth") && told.contains(words::ELSEWHERE), "{told}");
        let again = desk.answer(&ask(Event::Ended, false), ended.if_heard).expect("an answer");
        assert_eq!(again.verdict.urgent, None, "it is told once");
    }
}
