//! What a watcher of the disk tells, gathered as paths.

use std::path::PathBuf;

use notify::Event;
use notify::event::{AccessKind, AccessMode, EventKind};
use rustc_hash::FxHashSet;

/// Adds the paths that `event` says were changed. False if events were lost, or there are more than `most` paths to go through.
pub fn note(event: notify::Result<Event>, paths: &mut FxHashSet<PathBuf>, most: usize) -> bool {
    let Ok(event) = event else { return false };
    let is_change = !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    if is_change {
        paths.extend(event.paths.iter().cloned());
    }
    !event.need_rescan() && paths.len() <= most
}
