//! Which repair of a finding holds: it is carried out on what is known, and what it leads to is looked at again.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::{Cancel, Engine, NoAnswer, Snapshot, offers};
use crate::fixes::{Fix, Grade, apply, verify};
use crate::project::Project;
use crate::report::{Change, Repair};
use crate::rules::{Finding, Level};
use crate::text::FileId;

/// A repair that was carried out and looked at: the code parses as before, the finding is gone, nothing new is found.
pub struct Proven {
    pub fix: Fix,
    /// The project with it.
    pub after: Arc<Project>,
    /// What is found there where it was looked.
    pub found: Vec<Finding>,
}

impl Proven {
    /// What a report tells of it.
    pub fn told(self) -> Repair {
        Repair { tried: true, ..told(self.fix) }
    }
}

/// Where it is looked for what a repair leads to.
#[derive(Clone, Copy)]
pub enum Scope<'a> {
    /// In the files that it touches.
    Touched,
    /// There, and only at what can be said at once: see `Engine::check_soon`.
    Soon,
    /// Everywhere. What is found there without the repair.
    Everywhere(&'a [Finding]),
}

impl Engine {
    /// The first repair of a finding that stands up to that. What is looked at again are the files it touches.
    pub fn prove(&mut self, snapshot: &Snapshot, finding: &Finding, cancel: &Cancel) -> Result<Option<Proven>, NoAnswer> {
        self.prove_in(snapshot, finding, Scope::Touched, cancel)
    }

    /// The same, where somebody waits.
    pub fn prove_soon(&mut self, snapshot: &Snapshot, finding: &Finding, cancel: &Cancel) -> Result<Option<Proven>, NoAnswer> {
        self.prove_in(snapshot, finding, Scope::Soon, cancel)
    }

    fn prove_in(&mut self, snapshot: &Snapshot, finding: &Finding, scope: Scope<'_>, cancel: &Cancel) -> Result<Option<Proven>, NoAnswer> {
        for fix in offers(&snapshot.project, finding).into_iter().filter(|fix| !fix.suppresses) {
            if let Some(proven) = self.carry_out(snapshot, finding, fix, scope, cancel)? {
                return Ok(Some(proven));
            }
        }
        Ok(None)
    }

    /// This repair, if it stands up to that.
    pub fn carry_out(&mut self, snapshot: &Snapshot, finding: &Finding, fix: Fix, scope: Scope<'_>, cancel: &Cancel) -> Result<Option<Proven>, NoAnswer> {
        let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.file.clone()).chain([finding.place.file.clone()]).collect();
        files.sort();
        files.dedup();
        let engine = RefCell::new(self);
        let last: RefCell<Vec<Finding>> = RefCell::default();
        let failed = Cell::new(None);
        // What is only possible is not shown, so it neither counts as repaired nor as new.
        let shown = |found: &[Finding]| found.iter().filter(|one| one.level != Level::Hidden || is_alike(one, finding)).cloned().collect::<Vec<Finding>>();
        let check = |project: &Project| {
            let found = match scope {
                Scope::Everywhere(found) if std::ptr::eq(project, &*snapshot.project) => return Ok(shown(found)),
                Scope::Everywhere(_) => engine.borrow_mut().check_all(&with(snapshot, project), cancel)?,
                Scope::Touched | Scope::Soon => {
                    let snapshot = with(snapshot, project);
                    let found = files.iter().map(|file| match scope {
                        Scope::Soon => engine.borrow_mut().check_soon(&snapshot, file, cancel).map(|(found, _)| found),
                        _ => engine.borrow_mut().check(&snapshot, file, cancel),
                    });
                    found.collect::<Result<Vec<_>, NoAnswer>>()?.concat()
                }
            };
            let told = shown(&found);
            *last.borrow_mut() = found;
            Ok::<_, NoAnswer>(told)
        };
        let check = |project: &Project| check(project).inspect_err(|why| failed.set(Some(*why)));
        let verified = verify::verify(&snapshot.project, &fix, check, finding);
        if let Some(why) = failed.get() {
            return Err(why);
        }
        if cancel.is_cancelled() {
            return Err(NoAnswer::Cancelled);
        }
        let after = verified.ok().and_then(|()| apply::apply(&snapshot.project, &fix));
        Ok(after.map(|after| Proven { fix, after: Arc::new(after), found: last.into_inner() }))
    }
}

fn with(snapshot: &Snapshot, project: &Project) -> Snapshot {
    Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&snapshot.config) }
}

fn is_alike(a: &Finding, b: &Finding) -> bool {
    a.rule == b.rule && a.place.file == b.place.file && a.message == b.message
}

/// What a report tells of a fix that nobody has tried out.
pub fn told(fix: Fix) -> Repair {
    let changes = fix.edits.into_iter().map(|of_file| Change {
        file: of_file.file,
        creates: of_file.create,
        replacements: of_file.edits.into_iter().map(|edit| (edit.span, edit.text)).collect(),
    });
    Repair { title: fix.title, needs_review: fix.grade == Grade::NeedsReview, tried: false, note: fix.note, changes: changes.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::engine::failing;
    use crate::syntax::{Document, Language};

    fn snapshot() -> Snapshot {
        let file = FileId::new("/shop/app.py");
        let text = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == \"__main__\":\n    app.run(debug=True)\n";
        let document = Arc::new(Document::new(file.clone(), Language::Python, 0, text));
        let project = Project::new(vec![FileId::new("/shop")]).with(vec![(file, Some(document))]);
        Snapshot { project: Arc::new(project), config: Arc::new(Config::default()) }
    }

    #[test]
    fn a_check_that_fails_is_no_answer_and_proves_no_repair() {
        let (snapshot, cancel) = (snapshot(), Cancel::default());
        let mut engine = Engine::default();
        let found = engine.check_all(&snapshot, &cancel).expect("an answer");
        let finding = found.iter().find(|finding| finding.rule.as_str() == "debug-enabled").expect("the finding");
        for failed in 0..2 {
            failing::after(failed);
            assert!(matches!(engine.prove(&snapshot, finding, &cancel), Err(NoAnswer::Failed)), "check {failed} fails");
        }
        let proven = engine.prove(&snapshot, finding, &cancel).expect("an answer").expect("a repair");
        assert!(proven.found.is_empty(), "{:?}", proven.found);
        let everywhere = engine.carry_out(&snapshot, finding, proven.fix, Scope::Everywhere(&found), &cancel);
        assert!(everywhere.expect("an answer").is_some());
        failing::after(0);
        assert_eq!(engine.check_all(&snapshot, &cancel), Err(NoAnswer::Failed));
        assert_eq!(engine.check_all(&snapshot, &cancel), Ok(found), "the next one is a fresh one's");
        cancel.cancel();
        assert_eq!(engine.check_all(&snapshot, &cancel), Err(NoAnswer::Cancelled));
    }

    #[test]
    fn what_is_not_found_is_not_repaired() {
        let (snapshot, cancel) = (snapshot(), Cancel::default());
        let mut engine = Engine::default();
        let found = engine.check_all(&snapshot, &cancel).expect("an answer");
        let mut other = found.iter().find(|finding| finding.rule.as_str() == "debug-enabled").expect("the finding").clone();
        other.message = "something else".into();
        assert!(matches!(engine.prove(&snapshot, &other, &cancel), Ok(None)));
    }

    #[test]
    fn what_could_not_be_asked_before_is_no_fault_of_the_repair() {
        let file = FileId::new("/shop/app.py");
        let text = "import sqlite3\nfrom flask import Flask, redirect, request, session, url_for\n\napp = Flask(__name__)\n\n\n@app.route(\"/login\", methods=[\"GET\", \"POST\"])\ndef login():\n    if request.method == \"POST\":\n        session[\"admin\"] = True\n    return \"\"\n\n\n@app.route(\"/admin\")\ndef admin():\n    if not session.get(\"admin\"):\n        return redirect(url_for(\"login\"))\n    return str(sqlite3.connect(\"a.db\").execute(\"SELECT * FROM products\").fetchall())\n\n\n@app.route(\"/admin/products/<int:product_id>/edit\", methods=[\"POST\"])\ndef admin_edit(product_id):\n    if not session.get(\"admin\"):\n        return redirect(url_for(\"login\"))\n    sqlite3.connect(\"a.db\").execute(\"UPDATE products SET price = ? WHERE id = ?\", (request.form[\"price\"], product_id))\n    return redirect(url_for(\"admin\"))\n\n\n@app.route(\"/admin/products/<int:product_id>/delete\")\ndef admin_delete(product_id):\n    sqlite3.connect(\"a.db\").execute(\"DELETE FROM products WHERE id = ?\", (product_id,))\n    return redirect(url_for(\"admin\"))\n";
        let document = Arc::new(Document::new(file.clone(), Language::Python, 0, text));
        let project = Project::new(vec![FileId::new("/shop")]).with(vec![(file, Some(document))]);
        let snapshot = Snapshot { project: Arc::new(project), config: Arc::new(Config::default()) };
        let (mut engine, cancel) = (Engine::default(), Cancel::default());
        let found = engine.check_all(&snapshot, &cancel).expect("an answer");
        let open = found.iter().find(|finding| finding.rule.as_str() == "missing-auth").expect("the finding");
        let proven = engine.prove(&snapshot, open, &cancel).expect("an answer").expect("a repair");
        let new: Vec<&str> =
            proven.found.iter().map(|finding| finding.rule.as_str()).filter(|rule| !found.iter().any(|old| old.rule.as_str() == *rule)).collect();
        assert_eq!(new, ["csrf-disabled"], "a link may delete now what nobody had to be signed in for");
    }
}
