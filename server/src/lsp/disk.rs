//! What lies on disk, for documents that are not open. The reading itself is `workspace`'s.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::state::{Known, State};
use super::uri;
use crate::config::own;
use crate::project::EnvFiles;
use crate::syntax::{Document, Language};
use crate::text::FileId;
use crate::workspace::own_rules;
use crate::workspace::walk::{Source, Walk};

/// What changed on disk, as changes of the project.
#[derive(Default)]
pub struct Changes {
    pub files: Vec<(FileId, Option<Arc<Document>>)>,
    /// What git does with the env files, if that is other than it was.
    pub env_files: Option<EnvFiles>,
    /// `guardline.json` or one of the project's own rules is among them.
    pub config: bool,
    /// So much that everything is better read anew.
    pub is_too_much: bool,
}

const MUCH: usize = 200;

/// A text larger than this is not read back for a document that is out of step.
const LARGEST: u64 = 64 << 20;

pub fn changes(state: &State, known: &Known, files: Vec<FileId>) -> Changes {
    let mut changes = Changes { is_too_much: files.len() > MUCH, ..Changes::default() };
    let mut env_files = EnvFiles::clone(&known.env_files);
    let roots = state.root_paths();
    let walk = walk(known, &roots);
    for file in files {
        changes.config |= is_config(state, &file) || is_folder_of_rules(state, &file);
        changes.is_too_much |= file.file_name() == ".gitignore";
        let Some(path) = uri::path_of(&file) else {
            // A document without a file is gone once it is closed.
            if !state.documents.is_open(&file) {
                changes.files.push((file, None));
            }
            continue;
        };
        if path.is_dir() {
            changes.is_too_much = true;
            continue;
        }
        if !state.documents.is_open(&file) {
            match walk.one(&path) {
                Some(source) => {
                    env_files.learn(&file, source.ignored, source.tracked);
                    let same = |document: &Document| document.rope() == source.text.as_str();
                    if !known.project.file(&file).is_some_and(|file| same(&file.document)) {
                        changes.files.extend(document(source).map(|document| (file, Some(document))));
                    }
                }
                // A folder that is gone took what was in it along.
                None => {
                    let inside = known.project.files().map(|(known, _)| known).filter(|known| known.is_within(&file));
                    changes.files.extend(inside.filter(|file| !state.documents.is_open(file)).map(|file| (file.clone(), None)));
                    env_files.learn(&file, false, false);
                }
            }
        }
    }
    changes.env_files = (env_files != *known.env_files).then_some(env_files);
    changes
}

/// For each open document, whether a walk of the folders would read it. What lies outside of them counts as wanted:
/// somebody opened it.
pub fn are_wanted(state: &State, files: &[FileId]) -> Vec<bool> {
    let known = state.known();
    let roots = state.root_paths();
    let paths: Vec<Option<PathBuf>> = files.iter().map(uri::path_of).collect();
    let inside: Vec<&Path> = paths.iter().flatten().filter(|path| roots.iter().any(|root| path.starts_with(root))).map(PathBuf::as_path).collect();
    let mut wanted = walk(&known, &roots).wants(&inside).into_iter();
    paths
        .iter()
        .map(|path| match path {
            Some(path) if roots.iter().any(|root| path.starts_with(root)) => wanted.next().unwrap_or(true),
            _ => true,
        })
        .collect()
}

pub fn walk<'a>(known: &'a Known, roots: &'a [PathBuf]) -> Walk<'a> {
    Walk { roots, also: &[], config: &known.config, config_folder: known.config_folder.as_deref() }
}

/// A file as the project holds it. Editors show no byte order mark and count no columns for it.
pub fn document(source: Source) -> Option<Arc<Document>> {
    let language = Language::of(&source.file)?;
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    Some(Arc::new(Document::new(source.file, language, 0, text)))
}

/// The text on disk, whatever the walk thinks of it; `None` if there is none to be had.
pub fn text(file: &FileId) -> Option<String> {
    let path = uri::path_of(file)?;
    let metadata = std::fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    let text = String::from_utf8(std::fs::read(&path).ok()?).ok()?;
    Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Is this the `guardline.json` of one of the folders, or one of its own rules?
pub fn is_config(state: &State, file: &FileId) -> bool {
    let roots = state.roots();
    let is_settings = file.file_name() == "guardline.json" && roots.iter().any(|root| root.as_str().trim_end_matches('/') == file.folder());
    is_settings || own_rules::is_one(file, &roots)
}

/// The folder that own rules lie in, or the one around it: they come and go as a whole.
pub fn is_folder_of_rules(state: &State, file: &FileId) -> bool {
    let is_around = |root: &FileId| {
        let below = file.as_str().strip_prefix(root.as_str().trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|below| !below.is_empty() && Path::new(own::FOLDER).starts_with(below))
    };
    state.roots().iter().any(is_around)
}
