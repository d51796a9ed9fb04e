//! What could not be read, gathered so that each reason is said once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::read::Unread;

/// Reasons, each with the paths it holds for.
#[derive(Default)]
pub(super) struct Notes {
    unread: BTreeMap<Unread, Vec<PathBuf>>,
    linked_folders: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    unnamed: usize,
    said: Vec<String>,
}

/// How many paths are named before the rest is only counted.
const NAMED: usize = 3;

impl Notes {
    pub fn unread(&mut self, path: &Path, why: Unread) {
        // Plain binary files and files that come and go are everyday life.
        if !matches!(why, Unread::Binary | Unread::Vanished) {
            self.unread.entry(why).or_default().push(path.to_owned());
        }
    }

    pub fn linked_folder(&mut self, path: &Path) {
        self.linked_folders.push(path.to_owned());
    }

    /// A folder that could not be listed.
    pub fn closed_folder(&mut self, path: &Path) {
        self.folders.push(path.to_owned());
    }

    /// A name that is not UTF-8.
    pub fn unnamed(&mut self) {
        self.unnamed += 1;
    }

    pub fn say(&mut self, note: String) {
        if !self.said.contains(&note) {
            self.said.push(note);
        }
    }

    /// One sentence per reason. Paths below the first fitting root are given relative to it.
    pub fn in_words(mut self, roots: &[PathBuf]) -> Vec<String> {
        let mut said = std::mem::take(&mut self.said);
        if !self.folders.is_empty() {
            let (names, several) = listed(&mut self.folders, roots);
            said.push(if several { format!("The folders {names} could not be opened.") } else { format!("The folder {names} could not be opened.") });
        }
        if !self.linked_folders.is_empty() {
            let (names, several) = listed(&mut self.linked_folders, roots);
            said.push(if several {
                format!("{names} are links to folders and were not followed.")
            } else {
                format!("{names} is a link to a folder and was not followed.")
            });
        }
        for (why, mut paths) in self.unread {
            let (names, several) = listed(&mut paths, roots);
            said.push(format!("{names} {}.", why.in_words(several)));
        }
        match self.unnamed {
            0 => {}
            1 => said.push("One file has a name that is not UTF-8 and was not read.".to_owned()),
            n => said.push(format!("{n} files have names that are not UTF-8 and were not read.")),
        }
        said
    }
}

/// `a`, `a and b`, `a, b, c and 4 more`; true if there are several.
fn listed(paths: &mut Vec<PathBuf>, roots: &[PathBuf]) -> (String, bool) {
    paths.sort();
    paths.dedup();
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| relative(path, roots)).collect();
    let more = paths.len() - named.len();
    let text = match (named.as_slice(), more) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (all, 0) => all.join(", "),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    };
    (text, paths.len() > 1)
}

fn relative(path: &Path, roots: &[PathBuf]) -> String {
    let below = roots.iter().filter_map(|root| path.strip_prefix(root).ok()).find(|below| below.as_os_str() != "");
    below.unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_said_once() {
        let mut notes = Notes::default();
        for name in ["e.ts", "b.ts", "a.ts", "c.ts", "d.ts"] {
            notes.unread(&Path::new("/p").join(name), Unread::TooLarge);
        }
        notes.unread(Path::new("/p/x.ts"), Unread::Denied);
        notes.unread(Path::new("/p/movie.ts"), Unread::Binary);
        notes.closed_folder(Path::new("/p/private"));
        let roots = [PathBuf::from("/p")];
        assert_eq!(
            notes.in_words(&roots),
            [
                "The folder private could not be opened.",
                "a.ts, b.ts, c.ts and 2 more are larger than the limit (`maxFileBytes`) and were not read.",
                "x.ts could not be opened: permission denied.",
            ]
        );
    }
}
