//! Reads a project's own rules from `.guardline/queries`. A mistake in one of them is told in words; the others work.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read;
use super::walk::file_id;
use crate::config::own::{EXTENSION, FOLDER, LARGEST_FILE};
use crate::config::{ConfigError, OwnRule};
use crate::rules::own;
use crate::text::{Encoding, FileId, position};

/// More files than this are not read.
const MOST_FILES: usize = 200;

/// More rules than this are not run.
const MOST_RULES: usize = 200;

/// The rules of some folders that can be run, and what is wrong with the others.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OwnRules {
    pub rules: Arc<[OwnRule]>,
    /// A sentence each, with its place.
    pub problems: Vec<String>,
}

/// The folder whose rules hold for `folder`: its own, or the nearest above it in the same git work tree.
pub fn find(folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    for around in folder.ancestors() {
        if around != folder && Some(around) == home {
            return None;
        }
        if around.join(FOLDER).is_dir() {
            return Some(around.to_owned());
        }
        if around.join(".git").exists() {
            return None;
        }
    }
    None
}

/// The rules that lie below these folders, in order. Of two with one id the first counts.
pub fn load(folders: &[PathBuf]) -> OwnRules {
    let mut rules: Vec<OwnRule> = Vec::new();
    let mut problems = Vec::new();
    for path in folders.iter().flat_map(|folder| files(folder, &mut problems)).collect::<Vec<_>>() {
        let name = shown(&path);
        if rules.len() >= MOST_RULES {
            problems.push(format!("There are more than {MOST_RULES} rules in {FOLDER}; {name} and what follows was not read."));
            break;
        }
        let Some(file) = file_id(&path) else { continue };
        match read::read(&path, LARGEST_FILE as u64) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                let (read, errors) = own::read(&file, text, &rules);
                rules.extend(read);
                problems.extend(errors.iter().map(|error| told(&name, text, error)));
            }
            Err(why) => problems.push(format!("{name} {}.", why.in_words(false))),
        }
    }
    OwnRules { rules: rules.into(), problems }
}

/// Is this a file of rules of one of these folders?
pub fn is_one(file: &FileId, roots: &[FileId]) -> bool {
    let is_below = |root: &FileId| file.folder().strip_prefix(root.as_str().trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/')) == Some(FOLDER);
    file.extension() == EXTENSION && roots.iter().any(is_below)
}

fn files(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file()).collect();
    paths.sort();
    if paths.len() > MOST_FILES {
        problems.push(format!("{FOLDER} holds more than {MOST_FILES} files; the rest was not read."));
        paths.truncate(MOST_FILES);
    }
    paths
}

fn shown(path: &Path) -> String {
    format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn told(name: &str, text: &str, error: &ConfigError) -> String {
    let at = position::position(&ropey::Rope::from_str(text), error.span.start, Encoding::Utf32);
    format!("{name}:{}:{}: {}", at.line + 1, at.column + 1, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "; language: python\n; message: m\n";

    fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join(FOLDER)).expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(FOLDER).join(name), text).expect("a file");
        }
        folder
    }

    #[test]
    fn rules_are_read_in_order_and_mistakes_told_with_their_place() {
        let folder = folder(&[
            ("b.scm", format!("; id: one\n{HEAD}(call)\n; id: two\n{HEAD}(call)\n")),
            ("a.scm", format!("\u{feff}; id: one\n{HEAD}(call)\n; id: sql-injection\n{HEAD}(call)\n")),
            ("c.scm", format!("; id: three\n{HEAD}(cal)\n")),
            ("d.txt", "; id: four".to_owned()),
        ]);
        let loaded = load(&[folder.path().to_owned()]);
        assert_eq!(loaded.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(
            loaded.problems,
            [
                ".guardline/queries/a.scm:5:7: there is a rule `sql-injection` already",
                ".guardline/queries/b.scm:1:7: there is a rule `one` already",
                ".guardline/queries/c.scm:4:2: Python has no node `cal`",
            ]
        );
        let below = folder.path().join("src");
        std::fs::create_dir(&below).expect("a folder");
        assert_eq!(find(&below, None).as_deref(), Some(folder.path()));
        assert_eq!(find(&below, Some(folder.path())), None);
    }

    #[test]
    fn a_project_without_rules_has_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(load(&[folder.path().to_owned()]), OwnRules::default());
    }

    #[test]
    fn files_of_rules_are_known_by_where_they_lie() {
        let is = |file: &str| is_one(&FileId::new(file), &[FileId::new("/w")]);
        assert!(is("/w/.guardline/queries/a.scm"));
        assert!(!is("/w/a/.guardline/queries/a.scm") && !is("/w/.guardline/queries/a.txt") && !is("/w/queries/a.scm"));
    }
}
