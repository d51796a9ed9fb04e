//! The name of a file inside the engine.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An absolute path with forward slashes, or the whole URI of a document that has no path (`untitled:Untitled-1`).
/// Ordered by that text, so that everything iterated over files has one order.
///
/// Nearly everything that is remembered is found by it, so it is small, and hashing and comparing it do not read the text.
#[derive(Clone)]
pub struct FileId(Arc<Named>);

struct Named {
    hash: u64,
    text: Box<str>,
}

impl FileId {
    pub fn new(name: &str) -> Self {
        let text: Box<str> = if name.contains('\\') { name.replace('\\', "/").into() } else { name.into() };
        let mut hasher = rustc_hash::FxHasher::default();
        text.hash(&mut hasher);
        FileId(Arc::new(Named { hash: hasher.finish(), text }))
    }

    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The last path component: `route.ts`.
    pub fn file_name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or(self.as_str())
    }

    /// The folder it lies in, without a trailing slash; `""` for a name without a slash.
    pub fn folder(&self) -> &str {
        self.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The path below a folder; `None` if it does not lie there. Below the root of a disk everything lies.
    pub fn below(&self, folder: &FileId) -> Option<&str> {
        self.as_str().strip_prefix(folder.as_str().trim_end_matches('/'))?.strip_prefix('/')
    }

    /// Does it lie in the folder, or is it the folder?
    pub fn is_within(&self, folder: &FileId) -> bool {
        self == folder || self.below(folder).is_some()
    }

    /// The file name's part after the last dot, without the dot; `""` if there is none.
    pub fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

impl PartialEq for FileId {
    fn eq(&self, other: &FileId) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash && self.0.text == other.0.text
    }
}

impl Eq for FileId {}

impl Hash for FileId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialOrd for FileId {
    fn partial_cmp(&self, other: &FileId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FileId {
    fn cmp(&self, other: &FileId) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.text.cmp(&other.0.text) }
    }
}

impl std::fmt::Debug for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_lies_in_it() {
        let within = |file: &str, folder: &str| FileId::new(file).is_within(&FileId::new(folder));
        assert!(within("/a/b.ts", "/a") && within("/a/b.ts", "/a/") && within("/a", "/a") && within("/a", "/"));
        assert!(!within("/ab.ts", "/a"));
        assert_eq!(FileId::new("/a/b/c.ts").below(&FileId::new("/a")), Some("b/c.ts"));
        assert_eq!(FileId::new("/a").below(&FileId::new("/a")), None);
    }
}
