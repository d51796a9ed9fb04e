//! Whether the folders that are watched are still there, and still the same ones.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::SystemTime;

use super::watch::PATIENCE;
use crate::engine::Cancel;

pub(super) struct Presence<'a> {
    roots: &'a [PathBuf],
    known: Vec<Option<Identity>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    number: u64,
    /// Numbers are given again.
    made: Option<SystemTime>,
}

impl<'a> Presence<'a> {
    pub fn of(roots: &'a [PathBuf]) -> Presence<'a> {
        Presence { roots, known: identities(roots) }
    }

    /// Is one of them gone, or another than when this was last asked?
    pub fn is_other(&mut self) -> bool {
        let now = identities(self.roots);
        std::mem::replace(&mut self.known, now) != self.known || self.gone().is_some()
    }

    pub fn gone(&self) -> Option<&'a Path> {
        self.roots.iter().find(|root| !root.is_dir()).map(PathBuf::as_path)
    }

    /// Waits until all are there again. False if somebody wants an end before.
    pub fn comes_back<T>(&mut self, events: &Receiver<T>, cancel: &Cancel) -> bool {
        while self.gone().is_some() {
            let is_over = matches!(events.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
            if is_over || cancel.is_cancelled() {
                return false;
            }
        }
        self.known = identities(self.roots);
        true
    }
}

fn identities(roots: &[PathBuf]) -> Vec<Option<Identity>> {
    roots.iter().map(|root| identity(root)).collect()
}

fn identity(root: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(root).ok().filter(std::fs::Metadata::is_dir)?;
    Some(Identity { number: number(&metadata), made: metadata.created().ok() })
}

#[cfg(unix)]
fn number(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}
