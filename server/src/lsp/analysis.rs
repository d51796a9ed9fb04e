//! What the server asks the engine. A trait, so that tests of the protocol can say what is found.

use std::sync::Mutex;

use super::held;
use crate::engine::{self, Cancel, NoAnswer, Offer, Snapshot, Status};
use crate::rules::Finding;
use crate::rules::map::Entry;
use crate::text::{FileId, Span};

pub trait Analysis: Send + Sync + 'static {
    /// Without a word on repairs: [`Analysis::fixes_at`] tells of those.
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>>;
    /// What can be said of it at once, and whether that is all.
    fn check_soon(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<(Vec<Finding>, bool)>;
    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>>;
    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>>;
    fn status(&self, snapshot: &Snapshot) -> Status;
    /// The map of the routes of one file.
    fn routes(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Entry>>;
    /// Does what is said of one file take all others into account?
    fn is_complete(&self) -> bool;
    /// Looks at everything once, so that from then on it does. Takes long. False if cancelled.
    fn complete(&self, snapshot: &Snapshot, cancel: &Cancel) -> bool;
}

/// So many files are looked at in the time between two keystrokes.
const FEW: usize = 4;

/// The real one, with what it remembers. Analyses wait for each other; those of one file are short.
#[derive(Default)]
pub struct Engine(Mutex<engine::Engine>);

impl Analysis for Engine {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>> {
        said(held(&self.0).check_briefly(snapshot, file, cancel))
    }

    fn check_soon(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<(Vec<Finding>, bool)> {
        match held(&self.0).check_soon(snapshot, file, cancel) {
            Ok(found) => Some(found),
            Err(NoAnswer::Failed) => Some((Vec::new(), true)),
            Err(NoAnswer::Cancelled) => None,
        }
    }

    /// By an engine of its own: nobody who types shall wait for it.
    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
        said(engine::check_all(snapshot, cancel))
    }

    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
        said(held(&self.0).fixes_at(snapshot, file, span, cancel))
    }

    fn status(&self, snapshot: &Snapshot) -> Status {
        held(&self.0).status(snapshot)
    }

    fn routes(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Entry>> {
        said(held(&self.0).routes_of(snapshot, file, cancel))
    }

    fn is_complete(&self) -> bool {
        held(&self.0).is_complete()
    }

    fn complete(&self, snapshot: &Snapshot, cancel: &Cancel) -> bool {
        if snapshot.project.files().count() <= FEW {
            // Most of that is known already: no second engine for it.
            return held(&self.0).check_all(snapshot, cancel) != Err(NoAnswer::Cancelled);
        }
        let mut complete = engine::Engine::default();
        if complete.check_all(snapshot, cancel) == Err(NoAnswer::Cancelled) {
            return false;
        }
        // What it remembers of a state that is over by now, it will see for itself.
        let before = std::mem::replace(&mut *held(&self.0), complete);
        drop(before);
        true
    }
}

/// An editor goes on where an analysis failed: nothing is shown until the next edit, since what was shown before may stand elsewhere by now.
fn said<T>(answer: Result<Vec<T>, NoAnswer>) -> Option<Vec<T>> {
    match answer {
        Ok(found) => Some(found),
        Err(NoAnswer::Failed) => Some(Vec::new()),
        Err(NoAnswer::Cancelled) => None,
    }
}
