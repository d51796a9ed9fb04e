//! Finds `guardline.json` and reads it. A mistake in it is told in words; the rest of it works.

use std::path::{Path, PathBuf};

use super::own_rules::{self, OwnRules};
use super::read::{self, Unread};
use super::walk::file_id;
use crate::config::{Config, ConfigError, parse};
use crate::rules::own::is_known;
use crate::text::{Encoding, position};

pub const FILE_NAME: &str = "guardline.json";

/// A file of settings is small; what is larger was put there for something else.
const LARGEST: u64 = 1024 * 1024;

/// The configuration of a project and where it comes from.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Loaded {
    pub config: Config,
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    pub text: String,
    pub errors: Vec<ConfigError>,
    /// Why the file there is could not be read.
    unread: Option<Unread>,
    /// What is wrong with the project's own rules.
    own_problems: Vec<String>,
}

/// The `guardline.json` that holds for a folder: its own, or the nearest above it in the same git work tree.
pub fn find(folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    for around in folder.ancestors() {
        if around != folder && Some(around) == home {
            return None;
        }
        let file = around.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if around.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Finds and reads the configuration that holds for a folder, with the project's own rules; the defaults if there is none.
pub fn load(folder: &Path, home: Option<&Path>) -> Loaded {
    let own = own_rules::load(own_rules::find(folder, home).as_slice());
    let mut loaded = find(folder, home).map(|path| load_file(&path, &own)).unwrap_or_default();
    loaded.config.own_rules = own.rules;
    loaded.own_problems = own.problems;
    loaded
}

/// Reads this file.
fn load_file(path: &Path, own: &OwnRules) -> Loaded {
    let path = path.to_owned();
    match read::read(&path, LARGEST) {
        Ok(text) => {
            let (mut config, errors) = parse::parse(&text, &|id| is_known(id, &own.rules));
            config.folder = path.parent().and_then(file_id);
            Loaded { config, path: Some(path), text, errors, ..Loaded::default() }
        }
        Err(why) => Loaded { path: Some(path), unread: Some(why), ..Loaded::default() },
    }
}

impl Loaded {
    /// The folder that the globs in the file are relative to.
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// What is wrong with the file and with the project's own rules, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        let unread = self.unread.map(|why| format!("{FILE_NAME} {}: the defaults hold.", why.in_words(false)));
        let rope = ropey::Rope::from_str(&self.text);
        let told = self.errors.iter().map(|error| {
            let at = position::position(&rope, error.span.start, Encoding::Utf32);
            format!("{FILE_NAME}:{}:{}: {}", at.line + 1, at.column + 1, error.message)
        });
        unread.into_iter().chain(told).chain(self.own_problems.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }

    #[test]
    fn the_nearest_file_of_the_work_tree_holds() {
        let folder = folder(&[(FILE_NAME, b"{}"), ("a/.git/HEAD", b""), ("b/c/x", b""), ("b/guardline.json", b"{}")]);
        let at = |path: &str| folder.path().join(path);
        assert_eq!(find(&at("b/c"), None), Some(at("b/guardline.json")));
        assert_eq!(find(folder.path(), None), Some(at(FILE_NAME)));
        assert_eq!(find(&at("a"), None), None, "above the work tree is another project");
        assert_eq!(find(&at("b/c"), Some(&at("b"))), None, "a home folder is not a project");
    }

    #[test]
    fn settings_are_read_and_mistakes_told_with_their_place() {
        let folder = folder(&[(FILE_NAME, b"{\n  // why\n  \"quietMs\": 7,\n  \"nonsense\": 1\n}")]);
        let loaded = load(folder.path(), None);
        assert_eq!(loaded.config.quiet_ms, 7);
        assert_eq!(loaded.folder(), Some(folder.path()));
        let problems = loaded.problems();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("guardline.json:4:3: ") && problems[0].contains("nonsense"), "{problems:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_the_defaults() {
        let folder = folder(&[(FILE_NAME, b"\xFF{}")]);
        let loaded = load(folder.path(), None);
        assert_eq!(loaded.config, Config::default());
        assert_eq!(loaded.problems(), ["guardline.json is in an encoding other than UTF-8 and was not read: the defaults hold."]);
    }
}
