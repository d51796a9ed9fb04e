//! What is known of a file before its literals are looked at.

use super::place::{self, Place};
use super::prefilter::HintWords;
use crate::syntax::{Document, Language};

/// Cheap to make, equal for every edit that brings no new import or service into the file: part of the key under which
/// a segment's hits may be remembered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileHints {
    pub place: Place,
    pub language: Language,
    pub words: HintWords,
    /// Relative to the workspace folder.
    pub(super) path: Box<str>,
    /// Compose files and CI services.
    pub(super) names_services: bool,
    /// Container files and CI services: much of what they are told only has to be there.
    pub(super) builds: bool,
    /// CI services, and compose files for a developer's machine.
    pub(super) for_developers: bool,
    /// Its values are words in some human language.
    pub(super) translates: bool,
}

impl FileHints {
    /// `path` is relative to the workspace folder, so that a project in `~/tests/shop` is not all tests. `words`: those
    /// of the whole file, see [`HintWords::of`].
    pub fn new(path: &str, language: Language, words: HintWords) -> FileHints {
        FileHints {
            place: Place::of(path),
            language,
            words,
            path: path.into(),
            names_services: place::is_service_file(path),
            builds: place::is_build_file(path),
            for_developers: place::runs_the_tests(path) || place::is_for_development(path),
            translates: place::is_translation(path),
        }
    }

    /// Of a file that is not code, or of what is no code in it: the words of all its text.
    pub fn of(document: &Document, path: &str) -> FileHints {
        let hints = FileHints::new(path, document.language, HintWords::of(&document.text()));
        // What a notebook tells and prints is read, not run.
        let place = if document.language == Language::Notebook { hints.place.max(Place::Document) } else { hints.place };
        FileHints { place, ..hints }
    }
}
