//! Which env files git has taken already, read from its index.
//!
//! An ignore rule keeps out only what is not in yet. Git itself is not run: where the index of a work tree lies is told here,
//! what stands in it by `git_entries`. What cannot be read counts as not tracked.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::git_entries::{Entries, Ids};
use crate::syntax::keeps_secrets;
use crate::text::FileId;

/// The env files in the index of each git root, read when first asked for.
#[derive(Default)]
pub(super) struct Tracked {
    by_root: FxHashMap<FileId, FxHashSet<String>>,
}

/// Larger indexes belong to repositories of millions of files.
const LARGEST: u64 = 256 * 1024 * 1024;

impl Tracked {
    /// Is the file in the index of the nearest of these git roots?
    pub fn holds(&mut self, git_roots: &[FileId], file: &FileId) -> bool {
        let nearest = git_roots.iter().filter_map(|root| Some((root, file.below(root)?.to_owned()))).min_by_key(|(_, path)| path.len());
        let Some((root, path)) = nearest else { return false };
        self.by_root.entry(root.clone()).or_insert_with(|| read(Path::new(root.as_str())).unwrap_or_default()).contains(&path)
    }
}

fn read(root: &Path) -> Option<FxHashSet<String>> {
    let folder = git_folder(root)?;
    let ids = ids_of(&folder);
    let mut entries = Entries::read(&bytes(&folder.join("index"))?, ids)?;
    if let Some(base) = entries.base.take() {
        // A split index holds what changed since its base was written.
        let base = Entries::read(&bytes(&folder.join(format!("sharedindex.{}", base.name)))?, ids)?.without(&base.gone);
        entries.names.extend(base.names);
    }
    let names = entries.names.iter().filter_map(|(_, name)| std::str::from_utf8(name).ok());
    Some(names.filter(|path| keeps_secrets(&FileId::new(path))).map(str::to_owned).collect())
}

fn bytes(file: &Path) -> Option<Vec<u8>> {
    (std::fs::metadata(file).ok()?.len() <= LARGEST).then(|| std::fs::read(file).ok()).flatten()
}

/// `.git` is a folder, or in a linked work tree and in a submodule a file that names one.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = std::fs::read_to_string(&git).ok()?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

/// What objects are named by: `extensions.objectFormat` of the repository. A linked work tree says where that is.
fn ids_of(git: &Path) -> Ids {
    let common = std::fs::read_to_string(git.join("commondir")).map(|text| git.join(text.trim()));
    let config = std::fs::read_to_string(common.as_deref().unwrap_or(git).join("config")).unwrap_or_default();
    let is_sha256 = config.lines().any(|line| {
        let (key, value) = line.split_once('=').unwrap_or(("", ""));
        key.trim().eq_ignore_ascii_case("objectformat") && value.trim().eq_ignore_ascii_case("sha256")
    });
    if is_sha256 { Ids::Sha256 } else { Ids::Sha1 }
}

#[cfg(test)]
mod tests {
    use super::super::git_entries::samples::{index, split};
    use super::*;

    const ENV: [&str; 5] = [".env", "README.md", "apps/api/.env.local", "apps/api/main.ts", "apps/web/.env"];

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn of(files: &[(&str, &[u8])]) -> Tree {
            let tree = Tree(tempfile::tempdir().expect("a temporary folder"));
            for (path, bytes) in files {
                let path = tree.0.path().join(path);
                std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
                std::fs::write(path, bytes).expect("a file");
            }
            tree
        }

        fn root(&self) -> FileId {
            FileId::new(self.0.path().to_str().expect("a UTF-8 path"))
        }

        /// Of these files, those in the index of the nearest of these roots.
        fn tracked<'p>(&self, roots: &[&str], paths: &[&'p str]) -> Vec<&'p str> {
            let root = self.root();
            let below = |path: &str| FileId::new(format!("{root}/{path}").trim_end_matches('/'));
            let roots: Vec<FileId> = roots.iter().map(|path| below(path)).collect();
            let mut tracked = Tracked::default();
            paths.iter().filter(|path| tracked.holds(&roots, &below(path))).copied().collect()
        }
    }

    #[test]
    fn the_index_of_the_nearest_root_answers() {
        let tree = Tree::of(&[(".git/index", &index(2, Ids::Sha1, &ENV)), ("apps/web/.git/index", &index(3, Ids::Sha1, &[".env.production"]))]);
        let asked = [".env", ".env.local", "apps/api/.env.local", "apps/web/.env", "apps/web/.env.production"];
        assert_eq!(tree.tracked(&["", "apps/web"], &asked), [".env", "apps/api/.env.local", "apps/web/.env.production"]);
        assert_eq!(tree.tracked(&[], &asked), [] as [&str; 0]);
    }

    #[test]
    fn submodules_and_linked_work_trees_say_where_their_index_is() {
        let work_tree = ("repo/.git/worktrees/fix/index", &index(4, Ids::Sha256, &["api/.env"])[..]);
        let tree = Tree::of(&[
            ("repo/.git/config", b"[core]\n\tbare = false\n[Extensions]\n\tObjectFormat = SHA256\n"),
            ("repo/.git/worktrees/fix/commondir", b"../..\n"),
            work_tree,
            ("fix/.git", b"gitdir: ../repo/.git/worktrees/fix\n"),
            ("repo/.git/modules/lib/index", &index(2, Ids::Sha1, &[".env"])),
            ("repo/lib/.git", b"gitdir: ../.git/modules/lib\n"),
        ]);
        assert_eq!(tree.tracked(&["fix", "repo", "repo/lib"], &["fix/api/.env", "fix/.env", "repo/lib/.env", "repo/.env"]), ["fix/api/.env", "repo/lib/.env"]);
    }

    #[test]
    fn a_split_index_is_read_with_its_base() {
        let base = index(2, Ids::Sha1, &[".env", "a/.env", "b/.env"]);
        // The second entry of the base is gone, and one is new.
        let top = split(&index(2, Ids::Sha1, &["c/.env"]), Ids::Sha1, &[1]);
        let shared = format!(".git/sharedindex.{}", "07".repeat(20));
        let tree = Tree::of(&[(".git/index", &top), (&shared, &base)]);
        assert_eq!(tree.tracked(&[""], &[".env", "a/.env", "b/.env", "c/.env"]), [".env", "b/.env", "c/.env"]);
        let alone = Tree::of(&[(".git/index", &top)]);
        assert_eq!(alone.tracked(&[""], &[".env", "c/.env"]), [] as [&str; 0], "what cannot be read counts as not tracked");
    }

    #[test]
    fn what_is_no_index_holds_nothing() {
        for (path, text) in [(".git/index", &b"DIRC"[..]), (".git", b"elsewhere"), (".git", b"gitdir: nowhere"), (".git/HEAD", b"")] {
            assert_eq!(Tree::of(&[(path, text)]).tracked(&[""], &[".env"]), [] as [&str; 0], "{path}");
        }
    }
}
