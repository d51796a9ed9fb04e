//! Git's index, read for one question: is this env file in git although an ignore rule covers it?
//!
//! An ignore rule keeps out only what is not in yet. Git itself is not run: the index is a documented file format
//! (versions 2 to 4), and what cannot be read counts as not tracked.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

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
        let below = |root: &FileId| file.as_str().strip_prefix(root.as_str())?.strip_prefix('/').map(str::to_owned);
        let nearest = git_roots.iter().filter_map(|root| Some((root, below(root)?))).min_by_key(|(_, path)| path.len());
        let Some((root, path)) = nearest else { return false };
        self.by_root.entry(root.clone()).or_insert_with(|| read(Path::new(root.as_str())).unwrap_or_default()).contains(&path)
    }
}

fn read(root: &Path) -> Option<FxHashSet<String>> {
    let index = git_folder(root)?.join("index");
    if std::fs::metadata(&index).ok()?.len() > LARGEST {
        return None;
    }
    env_names(&std::fs::read(index).ok()?)
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

/// An entry's times, numbers, mode, size and SHA-1, up to its flags.
const FIXED: usize = 60;
/// Set in the flags of an entry that has two more bytes of them.
const EXTENDED: u16 = 0x4000;

fn env_names(index: &[u8]) -> Option<FxHashSet<String>> {
    let number = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    if index.get(..4)? != b"DIRC" {
        return None;
    }
    let (version, count) = (number(4)?, number(8)?);
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut names = FxHashSet::default();
    let mut name: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let flags = u16::from_be_bytes(index.get(at + FIXED..at + FIXED + 2)?.try_into().ok()?);
        let mut start = at + FIXED + 2 + if flags & EXTENDED != 0 { 2 } else { 0 };
        if version == 4 {
            let (dropped, length) = variable(index.get(start..)?)?;
            start += length;
            name.truncate(name.len().checked_sub(dropped)?);
        } else {
            name.clear();
        }
        let length = index.get(start..)?.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(index.get(start..start + length)?);
        let end = start + length;
        // Before version 4, one to eight NULs bring the entry to a multiple of eight bytes.
        at = if version == 4 { end + 1 } else { at + ((end - at) / 8 + 1) * 8 };
        let path = std::str::from_utf8(&name).ok().filter(|path| keeps_secrets(&FileId::new(path)));
        names.extend(path.map(str::to_owned));
    }
    Some(names)
}

/// Git's variable-length number, and how many bytes it took.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (i, byte) in bytes.iter().enumerate().take(9) {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7F))?;
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
        value = value.checked_add(1)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these versions and names, as git writes it.
    fn index(version: u32, names: &[&str]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend((names.len() as u32).to_be_bytes());
        let mut before = "";
        for name in names {
            let start = out.len();
            out.extend([7; FIXED]);
            out.extend((name.len() as u16).to_be_bytes());
            if version == 4 {
                let shared = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
                out.push((before.len() - shared) as u8);
                out.extend(&name.as_bytes()[shared..]);
                out.push(0);
            } else {
                out.extend(name.as_bytes());
                out.resize(start + ((out.len() - start) / 8 + 1) * 8, 0);
            }
            before = name;
        }
        out
    }

    #[test]
    fn env_files_are_found_in_each_version() {
        let names = [".env", "README.md", "apps/api/.env.local", "apps/api/main.ts", "apps/web/.env"];
        for version in 2..=4 {
            let mut found: Vec<String> = env_names(&index(version, &names)).expect("an index").into_iter().collect();
            found.sort();
            assert_eq!(found, [".env", "apps/api/.env.local", "apps/web/.env"], "version {version}");
        }
    }

    #[test]
    fn no_prefix_of_an_index_panics() {
        for version in 0..=5 {
            let whole = index(version, &[".env", "a/.env"]);
            for end in 0..whole.len() {
                let _ = env_names(&whole[..end]);
            }
        }
    }

    #[test]
    fn numbers_of_several_bytes() {
        assert_eq!(variable(&[0x05]), Some((5, 1)));
        assert_eq!(variable(&[0x80, 0x00]), Some((128, 2)));
        assert_eq!(variable(&[0x80]), None);
        assert_eq!(variable(&[]), None);
    }

    #[test]
    fn the_nearest_root_answers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().to_str().expect("a UTF-8 path");
        std::fs::create_dir_all(folder.path().join("real")).expect("a folder");
        std::fs::write(folder.path().join(".git"), "gitdir: real\n").expect("a file");
        std::fs::write(folder.path().join("real/index"), index(2, &["api/.env"])).expect("a file");
        let mut tracked = Tracked::default();
        let roots = [FileId::new(root)];
        assert!(tracked.holds(&roots, &FileId::new(&format!("{root}/api/.env"))));
        assert!(!tracked.holds(&roots, &FileId::new(&format!("{root}/.env"))));
        assert!(!tracked.holds(&roots, &FileId::new("/elsewhere/.env")));
    }
}
