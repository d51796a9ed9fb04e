//! What was told in a session, so that nothing is told twice: a small file for each session and project, which the process
//! that keeps the project may outlive. It holds names and hashes, no code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::place::{self, Place};

/// A finding's name that stays while its line does: see `Advice::keys`.
pub type Key = String;

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub root: PathBuf,
    /// The files that were written in this session.
    pub files: BTreeMap<String, Written>,
    /// What was told, with the file it is about.
    pub told: BTreeMap<Key, String>,
    /// What was found anywhere before the session wrote at all. `None`: nobody looked.
    #[serde(default)]
    pub others: Option<BTreeSet<Key>>,
    /// What the person was told of.
    #[serde(default)]
    pub person: BTreeSet<Key>,
}

/// What is remembered of a file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Written {
    /// What was found before the session wrote in it: another's mistakes.
    pub old: BTreeSet<Key>,
    /// What the session is answerable for and has not been told of.
    pub waiting: BTreeSet<Key>,
    /// Not all that could be found before was: what was found anywhere before the session wrote counts as well.
    #[serde(default)]
    pub in_part: bool,
    /// It was answered before all was looked at: what is found since is told at the next opportunity.
    #[serde(default)]
    pub late: bool,
}

/// Sessions that nobody has spoken in for so long are over.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Memory {
    /// What is remembered of this session and project; nothing, if nothing can be read.
    pub fn load(place: &Place, session: &str, root: &Path) -> Memory {
        let fresh = || Memory { root: root.to_owned(), ..Memory::default() };
        let Ok(bytes) = std::fs::read(file(place, session, root)) else { return fresh() };
        serde_json::from_slice::<Memory>(&bytes).ok().filter(|memory| memory.root == root).unwrap_or_else(fresh)
    }

    pub fn save(&self, place: &Place, session: &str) -> Result<()> {
        let folder = place.sessions();
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        forget(&folder);
        let mut new = tempfile::NamedTempFile::new_in(&folder).context("the session cannot be remembered")?;
        serde_json::to_writer(&mut new, self)?;
        new.persist(file(place, session, &self.root)).context("the session cannot be remembered")?;
        Ok(())
    }

    /// Was this there before the session wrote in the file?
    pub fn is_old(&self, file: &str, key: &Key) -> bool {
        let Some(written) = self.files.get(file) else { return false };
        written.old.contains(key) || written.in_part && !written.waiting.contains(key) && self.others.as_ref().is_some_and(|others| others.contains(key))
    }

    /// Of a file, what is not found any more may be told again.
    pub fn forget_gone(&mut self, file: &str, found: &BTreeSet<Key>) {
        self.told.retain(|key, of| of != file || found.contains(key));
        if let Some(written) = self.files.get_mut(file) {
            written.waiting.retain(|key| found.contains(key));
        }
    }
}

/// The projects that were written in during this session.
pub fn roots(session: &str) -> Result<Vec<PathBuf>> {
    let place = Place::open()?;
    let prefix = format!("{}-", place::hashed(&[session.as_bytes()]));
    let entries = std::fs::read_dir(place.sessions()).into_iter().flatten().flatten();
    let of_session = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    let memories = of_session.filter_map(|entry| serde_json::from_slice::<Memory>(&std::fs::read(entry.path()).ok()?).ok());
    let mut roots: Vec<PathBuf> = memories.filter(|memory| !memory.files.is_empty()).map(|memory| memory.root).filter(|root| root.is_dir()).collect();
    roots.sort();
    Ok(roots)
}

fn file(place: &Place, session: &str, root: &Path) -> PathBuf {
    let (session, root) = (place::hashed(&[session.as_bytes()]), place::hashed(&[root.as_os_str().as_encoded_bytes()]));
    place.sessions().join(format!("{session}-{root}.json"))
}

fn forget(folder: &Path) {
    let Some(then) = SystemTime::now().checked_sub(FORGOTTEN_AFTER) else { return };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|at| at < then) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_remembered_by_project_and_what_is_gone_forgotten() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::at(folder.path().to_owned());
        let mut memory = Memory::load(&place, "s", Path::new("/p"));
        memory.told.insert("k".into(), "a.ts".into());
        memory.told.insert("l".into(), "b.ts".into());
        memory.files.insert("a.ts".into(), Written { waiting: ["w".to_owned()].into(), ..Written::default() });
        memory.save(&place, "s").expect("saved");
        assert_eq!(Memory::load(&place, "s", Path::new("/p")), memory);
        assert_eq!(Memory::load(&place, "s", Path::new("/q")).told.len(), 0);
        assert_eq!(Memory::load(&place, "t", Path::new("/p")).told.len(), 0);
        memory.forget_gone("a.ts", &BTreeSet::new());
        assert_eq!(memory.told.keys().collect::<Vec<_>>(), ["l"]);
        assert!(memory.files["a.ts"].waiting.is_empty());
    }
}
