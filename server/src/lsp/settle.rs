//! A document that is left alone is parsed as a whole: what its pieces were taken for while it was being written may be wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::analyst::{AFTERWARDS, Analyst, Publish};
use super::documents::Open;
use super::scheduler::Job;
use super::state::holds;
use crate::project::Project;
use crate::syntax::Document;
use crate::text::FileId;

impl Analyst {
    /// Has the document parsed as a whole, beside this thread: that takes as long as a hundred keystrokes.
    pub(super) fn settle(&self, file: &FileId) {
        let Some(open) = self.state.documents.in_step(file).filter(|open| !open.document.is_settled()) else { return };
        let state = self.state.clone();
        self.state.workers.start(move || {
            let settled = catch_unwind(AssertUnwindSafe(|| open.document.settled()));
            if let Ok(document) = settled {
                state.scheduler.later(Job::Settled(Arc::new(document), open.revision));
            }
        });
    }

    /// What the whole says that its pieces did not say is told, unless the document has been edited again.
    pub(super) fn settled(&mut self, document: &Arc<Document>, revision: u64) {
        let state = self.state.clone();
        let file = &document.file;
        state.documents.settle(document, revision);
        let Some(open) = state.documents.in_step(file).filter(|open| open.revision == revision) else { return };
        let known = state.known();
        if !holds(&known.project, document) {
            return;
        }
        let Ok(project) = catch_unwind(AssertUnwindSafe(|| known.project.with(vec![(file.clone(), Some(document.clone()))]))) else { return };
        let model = |project: &Project| project.file(file).and_then(|file| file.model.clone());
        let is_same = match (model(&known.project), model(&project)) {
            (Some(before), Some(after)) => before.is_same(&after),
            (before, after) => before.is_none() && after.is_none(),
        };
        // What is to be known of the whole is known now.
        let lighter: Vec<Arc<Document>> = self.lighten(document, revision).into_iter().collect();
        let project = project.lighter(&lighter);
        if is_same {
            return state.refine(Arc::new(project));
        }
        let known = self.learn(project);
        let cancel = state.scheduler.begin(file);
        self.give_up_if_old(&open, &cancel);
        let began = Instant::now();
        if let Some(checked) = self.check(&known, &open, &cancel) {
            self.publish(&open, checked, &known, Publish::IfOther);
        }
        state.scheduler.end(file, began);
        state.scheduler.recheck_at(Instant::now() + AFTERWARDS);
    }

    /// Gives up the tree of the whole of a document: an edit begins with its pieces.
    fn lighten(&self, document: &Document, revision: u64) -> Option<Arc<Document>> {
        let lighter = Arc::new(document.without_whole_tree()?);
        self.state.documents.settle(&lighter, revision);
        Some(lighter)
    }

    pub(super) fn lighten_all(&self, worked_on: &[Open]) {
        let lighter: Vec<Arc<Document>> = worked_on.iter().filter_map(|open| self.lighten(&open.document, open.revision)).collect();
        if !lighter.is_empty() {
            self.state.refine(Arc::new(self.state.snapshot().project.lighter(&lighter)));
        }
    }
}
