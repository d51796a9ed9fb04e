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
        let (led_to, old): (BTreeSet<Key>, BTreeSet<Key>) = old.into_iter().partition(|key| memory.others.as_ref().is_some_and(|before| !before.contains(key)));
        let waiting = led_to.into_iter().filter(|key| !memory.told.contains_key(key)).collect();
        let in_part = self.before.as_ref().is_some_and(|before| !before.is_all);
        Written { old: old.into_iter().chain(others).collect(), waiting, in_part, late: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Cancel;
    use crate::hook::call::{Edit, Event};
    use crate::hook::desk::Said;
    use crate::hook::wire::Ask;

    const GUARD: &str = "import jwt from \"jsonwebtoken\";\n\nexport function requireUser(req, res, next) {\n  const token = req.headers.authorization;\n  if (!token) return res.status(401).end();\n  req.user = jwt.verify(token, process.env.JWT_SECRET);\n  next();\n}\n";
    const CHECKED: &str = "  if (!token) return res.status(401).end();\n  req.user = jwt.verify(token, process.env.JWT_SECRET);\n";
    const FIND: &str = "import { pool } from \"./db.js\";\n\nexport async function find(kind) {\n  const found = await pool.query(\"SELECT name FROM places\");\n  return found.rows;\n}\n";
    /// More than anybody waits for.
    const ROUTES: usize = 80;

    struct Work {
        folder: tempfile::TempDir,
        desk: Desk,
        memory: Memory,
    }

    impl Work {
        fn new() -> Work {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("a file");
            write("package.json", "{ \"type\": \"module\", \"dependencies\": { \"express\": \"4\", \"pg\": \"8\", \"jsonwebtoken\": \"9\" } }");
            write("db.js", "import { Pool } from \"pg\";\n\nexport const pool = new Pool();\n");
            write("auth.js", GUARD);
            write("find.js", FIND);
            write("app.js", "import express from \"express\";\n\nexport const app = express();\n");
            for i in 0..ROUTES {
                // The last one asks for what the caller wants, after more than the others do.
                let body = if i + 1 < ROUTES {
                    format!("  res.json(await find(\"kind{i}\"));\n")
                } else {
                    "  const wanted = [];\n  wanted.push(1);\n  wanted.push(2);\n  res.json(await find(req.query.kind));\n".to_owned()
                };
                write(
                    &format!("r{i}.js"),
                    &format!(
                        "import {{ app }} from \"./app.js\";\nimport {{ requireUser }} from \"./auth.js\";\nimport {{ find }} from \"./find.js\";\nimport {{ pool }} from \"./db.js\";\n\napp.delete(\"/places/{i}\", requireUser, async (req, res) => {{\n  await pool.query(\"DELETE FROM places\");\n{body}}});\n"
                    ),
                );
            }
            let desk = Desk::open(folder.path(), Cancel::default()).expect("a desk");
            Work { folder, desk, memory: Memory::default() }
        }

        fn asked(&mut self, event: Event, file: &str) -> Option<String> {
            let path = self.folder.path().join(file).to_string_lossy().into_owned();
            let edits = if event == Event::Edited { vec![Edit { whole: true, ..Edit::of(&path) }] } else { Vec::new() };
            let ask = Ask { root: self.folder.path().to_owned(), session: "s".into(), event, edits, heard: true, last: event == Event::Ended };
            let mut said: Said = self.desk.answer(&ask, std::mem::take(&mut self.memory)).expect("an answer");
            self.desk.remember_before(&mut said).expect("remembered");
            self.memory = said.if_heard;
            said.verdict.urgent
        }

        fn edit(&mut self, file: &str, text: &str) -> Option<String> {
            std::fs::write(self.folder.path().join(file), text).expect("a file");
            self.asked(Event::Edited, file)
        }

        fn stop(&mut self) -> Option<String> {
            self.asked(Event::Ended, "")
        }

        fn go_on(&mut self) {
            self.desk.go_on(&Cancel::default()).expect("it goes on");
        }

        fn is_late(&self, file: &str) -> bool {
            self.memory.files[file].late
        }
    }

    #[test]
    fn what_a_guard_no_longer_does_is_told_of_all_routes_at_the_end() {
        for waits in [true, false] {
            let mut work = Work::new();
            assert_eq!(work.edit("auth.js", &GUARD.replace(CHECKED, "")), None, "its callers may be next");
            assert!(work.is_late("auth.js"), "not all of them were looked at");
            if waits {
                work.go_on();
            }
            while work.stop().is_some() {}
            let mut told: Vec<&String> = work.memory.told.values().filter(|file| file.starts_with('r')).collect();
            told.sort();
            told.dedup();
            assert_eq!(told.len(), ROUTES, "{told:?}");
        }
    }

    #[test]
    fn a_mistake_in_what_all_routes_go_through_is_told_at_once_and_once() {
        let mut work = Work::new();
        let query = "  next();\n  pool.query(`UPDATE seen SET at = now() WHERE token = '${token}'`);\n";
        let bad = GUARD.replace("  next();\n", query).replace("\";\n\n", "\";\nimport { pool } from \"./db.js\";\n\n");
        let told = work.edit("auth.js", &bad).expect("it is told");
        assert!(told.contains("auth.js:9 sql-injection") && told.contains("the finding is gone"), "{told}");
        assert!(work.is_late("auth.js"));
        assert_eq!(work.edit("auth.js", &bad.replace("jwt.verify", "jwt .verify")), None);
        work.go_on();
        assert_eq!(work.edit("app.js", "import express from \"express\";\n\nexport const app = express();\nexport const a = 1;\n"), None);
        assert!(!work.is_late("auth.js"), "all of them have been looked at");
        assert_eq!(work.stop(), None);
    }

    #[test]
    fn what_only_one_of_many_leads_to_is_told_at_the_next_opportunity() {
        let bad = FIND.replace("\"SELECT name FROM places\"", "`SELECT name FROM places WHERE kind = '${kind}'`");
        let mut work = Work::new();
        assert_eq!(work.edit("find.js", &bad), None, "those that were looked at give words of their own");
        work.go_on();
        let told = work.edit("db.js", "import { Pool } from \"pg\";\n\nexport const pool = new Pool();\nexport const most = 3;\n");
        assert!(told.as_ref().is_some_and(|told| told.contains("find.js:4 sql-injection")), "{told:?}");
        assert_eq!(work.stop(), None, "once");

        let mut work = Work::new();
        assert_eq!(work.edit("find.js", &bad), None);
        let told = work.stop();
        assert!(told.as_ref().is_some_and(|told| told.contains("find.js:4 sql-injection")), "{told:?}");
        assert_eq!(work.stop(), None);

        // Written in again before anybody had time: neither is what was there before taken for new.
        let mut work = Work::new();
        assert_eq!(work.edit("find.js", &bad), None);
        assert_eq!(work.edit("find.js", &format!("{bad}\nexport const most = 3;\n")), None);
        assert!(work.stop().is_some_and(|told| told.contains("find.js:4 sql-injection")));
    }

    #[test]
    fn what_was_there_before_is_not_told_because_it_was_left_out() {
        let bad = FIND.replace("\"SELECT name FROM places\"", "`SELECT name FROM places WHERE kind = '${kind}'`");
        let mut work = Work::new();
        std::fs::write(work.folder.path().join("find.js"), &bad).expect("a file");
        work.desk = Desk::open(work.folder.path(), Cancel::default()).expect("a desk");
        // Now the one that leads to it is due, and not among those that are looked at.
        assert_eq!(work.edit("auth.js", &GUARD.replace("  next();", "  console.log(1);\n  next();")), None);
        assert_eq!(work.edit("find.js", &format!("{bad}\nexport const most = 3;\n")), None);
        work.go_on();
        assert_eq!(work.edit("find.js", &format!("{bad}\nexport const most = 4;\n")), None);
        assert_eq!(work.stop(), None);
    }
}
