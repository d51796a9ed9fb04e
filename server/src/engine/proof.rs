//! Which repair of a finding holds: it is carried out on what is known, and what it leads to is looked at again.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Cancel, Engine, Snapshot, offers};
use crate::fixes::{Fix, Grade, apply, verify};
use crate::project::Project;
use crate::report::{Change, Repair};
use crate::rules::Finding;
use crate::text::FileId;

/// A repair that was carried out and looked at: the code parses as before, the finding is gone, nothing new is found.
pub struct Proven {
    pub fix: Fix,
    /// The project with it.
    pub after: Arc<Project>,
}

impl Engine {
    /// The first repair of a finding that stands up to that. What is looked at again are the files it touches.
    pub fn prove(&mut self, snapshot: &Snapshot, finding: &Finding, cancel: &Cancel) -> Option<Proven> {
        let repairs = offers(&snapshot.project, finding).into_iter().filter(|fix| !fix.suppresses);
        repairs.into_iter().find_map(|fix| self.carry_out(snapshot, finding, fix, cancel))
    }

    /// This repair, if it stands up to that.
    pub fn carry_out(&mut self, snapshot: &Snapshot, finding: &Finding, fix: Fix, cancel: &Cancel) -> Option<Proven> {
        let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.file.clone()).chain([finding.place.file.clone()]).collect();
        files.sort();
        files.dedup();
        let failures = self.failures();
        let engine = RefCell::new(self);
        let check = |project: &Project| {
            let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&snapshot.config) };
            files.iter().flat_map(|file| engine.borrow_mut().check(&snapshot, file, cancel).unwrap_or_default()).collect::<Vec<Finding>>()
        };
        verify::verify(&snapshot.project, &fix, check, finding).ok().filter(|()| !cancel.is_cancelled() && engine.borrow().failures() == failures)?;
        let after = Arc::new(apply::apply(&snapshot.project, &fix)?);
        Some(Proven { fix, after })
    }
}

/// What a report tells of a fix.
pub fn told(fix: Fix) -> Repair {
    let changes = fix.edits.into_iter().map(|of_file| Change {
        file: of_file.file,
        creates: of_file.create,
        replacements: of_file.edits.into_iter().map(|edit| (edit.span, edit.text)).collect(),
    });
    Repair { title: fix.title, needs_review: fix.grade == Grade::NeedsReview, note: fix.note, changes: changes.collect() }
}
