//! What the server asks the engine. A trait, so that tests of the protocol can say what is found.

use crate::engine::{self, Cancel, Offer, Snapshot, Status};
use crate::rules::Finding;
use crate::text::{FileId, Span};

pub trait Analysis: Send + Sync + 'static {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>>;
    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>>;
    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>>;
    fn status(&self, snapshot: &Snapshot) -> Status;
}

/// The real one.
pub struct Engine;

impl Analysis for Engine {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>> {
        engine::check(snapshot, file, cancel)
    }

    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
        engine::check_all(snapshot, cancel)
    }

    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
        engine::fixes_at(snapshot, file, span, cancel)
    }

    fn status(&self, snapshot: &Snapshot) -> Status {
        engine::status(snapshot)
    }
}
