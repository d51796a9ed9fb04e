//! The name of a file inside the engine.

use std::sync::Arc;

/// An absolute path with forward slashes, or the whole URI of a document that has no path (`untitled:Untitled-1`).
/// Ordered by that text, so that everything iterated over files has one order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(Arc<str>);

impl FileId {
    pub fn new(name: &str) -> Self {
        if name.contains('\\') { FileId(name.replace('\\', "/").into()) } else { FileId(name.into()) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last path component: `route.ts`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder it lies in, without a trailing slash; `""` for a name without a slash.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The file name's part after the last dot, without the dot; `""` if there is none.
    pub fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

impl std::fmt::Debug for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
