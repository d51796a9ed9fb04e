//! What the server asks the engine. A trait, so that tests of the protocol can say what is found.

use std::sync::Mutex;

use crate::engine::{self, Cancel, Offer, Snapshot, Status};
use crate::rules::Finding;
use crate::text::{FileId, Span};

pub trait Analysis: Send + Sync + 'static {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>>;
    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>>;
    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>>;
    fn status(&self, snapshot: &Snapshot) -> Status;
}

/// The real one, with what it remembers. Analyses wait for each other; they are short.
#[derive(Default)]
pub struct Engine(Mutex<engine::Engine>);

impl Engine {
    fn locked(&self) -> std::sync::MutexGuard<'_, engine::Engine> {
        // The engine contains its own panics and starts afresh after one.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Analysis for Engine {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>> {
        self.locked().check(snapshot, file, cancel)
    }

    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
        self.locked().check_all(snapshot, cancel)
    }

    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
        self.locked().fixes_at(snapshot, file, span, cancel)
    }

    fn status(&self, snapshot: &Snapshot) -> Status {
        self.locked().status(snapshot)
    }
}
