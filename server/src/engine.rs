//! FLOOR 7. A snapshot in, findings and fixes out. No IO, no lock, no clock: same snapshot, same findings.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::Config;
use crate::fixes::Fix;
use crate::project::Project;
use crate::rules::Finding;
use crate::text::{FileId, Span};

/// All an analysis may look at. The project already contains the newest text of every open file.
#[derive(Clone)]
pub struct Snapshot {
    pub project: Arc<Project>,
    pub config: Arc<Config>,
}

/// Set from outside when nobody waits for the answer any more.
#[derive(Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl From<Arc<AtomicBool>> for Cancel {
    /// A flag that something else sets, such as a signal.
    fn from(flag: Arc<AtomicBool>) -> Cancel {
        Cancel(flag)
    }
}

/// The findings whose place lies in `file`, in order of place then rule. `None` if cancelled.
pub fn check(snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>> {
    let _ = (snapshot, file);
    (!cancel.is_cancelled()).then(Vec::new)
}

/// The findings of all files, ordered by file, place and rule. `None` if cancelled.
pub fn check_all(snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
    let _ = snapshot;
    (!cancel.is_cancelled()).then(Vec::new)
}

/// A finding with the fixes that can be applied now.
pub struct Offer {
    pub finding: Finding,
    pub fixes: Vec<Fix>,
}

/// For each finding that touches `span`: the fixes, best first, suppression last. Edits are computed from this snapshot.
pub fn fixes_at(snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
    let _ = (snapshot, file, span);
    (!cancel.is_cancelled()).then(Vec::new)
}
