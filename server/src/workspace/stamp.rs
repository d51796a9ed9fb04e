//! What a file or folder looks like from outside. While that stays the same, so does what is in it.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// When something was changed last, and how large it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    modified: Option<Duration>,
    length: u64,
}

impl Stamp {
    /// Of what lies there now; `None` if nothing does.
    pub fn of(path: &Path) -> Option<Stamp> {
        let metadata = std::fs::metadata(path).ok()?;
        let modified = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        // What the length of a folder means, each file system says differently.
        Some(Stamp { modified, length: if metadata.is_dir() { 0 } else { metadata.len() } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_contents_are_seen_and_nothing_has_no_stamp() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.ts");
        assert_eq!(Stamp::of(&path), None);
        std::fs::write(&path, "let a").expect("a file");
        let before = Stamp::of(&path);
        assert!(before.is_some());
        assert_eq!(before, Stamp::of(&path));
        std::fs::write(&path, "let ab").expect("a file");
        assert_ne!(before, Stamp::of(&path));
    }
}
