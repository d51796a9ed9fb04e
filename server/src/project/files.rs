//! The names of a project's files, to be asked for by what an import says: without the extension.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::text::FileId;

#[derive(Default, Debug)]
pub struct Files {
    all: FxHashSet<FileId>,
    /// By the path without its extension; `a.d.ts` by `a` too.
    by_stem: FxHashMap<Box<str>, SmallVec<[FileId; 1]>>,
}

impl Files {
    pub fn new(all: FxHashSet<FileId>) -> Files {
        let mut by_stem: FxHashMap<Box<str>, SmallVec<[FileId; 1]>> = FxHashMap::default();
        for file in &all {
            let path = file.as_str();
            let shorter = path.len() - file.extension().len() - usize::from(file.file_name().contains('.'));
            let stem = path.get(..shorter).unwrap_or(path);
            for stem in std::iter::once(stem).chain(path.strip_suffix(".d.ts")) {
                by_stem.entry(stem.into()).or_default().push(file.clone());
            }
        }
        Files { all, by_stem }
    }

    pub fn named(&self, path: &str) -> Option<FileId> {
        self.all.get(&FileId::new(path)).cloned()
    }

    /// `stem` with the first of `extensions` (without their dot) under which there is a file.
    pub fn with_extension(&self, stem: &str, extensions: &[&str]) -> Option<FileId> {
        let files = self.by_stem.get(stem)?;
        let ends = |file: &FileId, extension: &str| file.as_str().get(stem.len() + 1..).is_some_and(|rest| rest == extension);
        extensions.iter().find_map(|extension| files.iter().find(|file| ends(file, extension))).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        Files::new(names.iter().map(|name| FileId::new(name)).collect())
    }

    #[test]
    fn the_first_extension_wins() {
        let files = files(&["/a/user.ts", "/a/user.js", "/a/user.server.ts", "/a/types.d.ts", "/a/Makefile", "/a.b/plain"]);
        let found = |stem: &str, extensions: &[&str]| files.with_extension(stem, extensions).map(|file| file.as_str().to_owned());
        assert_eq!(found("/a/user", &["ts", "js"]).as_deref(), Some("/a/user.ts"));
        assert_eq!(found("/a/user", &["js", "ts"]).as_deref(), Some("/a/user.js"));
        assert_eq!(found("/a/user", &["tsx"]), None);
        assert_eq!(found("/a/user.server", &["ts"]).as_deref(), Some("/a/user.server.ts"));
        assert_eq!(found("/a/types", &["ts", "d.ts"]).as_deref(), Some("/a/types.d.ts"));
        assert_eq!(found("/a/types.d", &["ts"]).as_deref(), Some("/a/types.d.ts"));
        assert_eq!(found("/a/Makefile", &["ts"]), None);
        assert_eq!(found("/a", &["b/plain"]), None);
        assert!(files.named("/a.b/plain").is_some() && files.named("/a.b/other").is_none());
    }
}
