//! What is said of one file by itself, and what of it is remembered.

use super::Snapshot;
use super::levels::set_level;
use crate::facts::pattern::PatternHit;
use crate::facts::schema::Schema;
use crate::facts::secrets;
use crate::project::reach::Reach;
use crate::rules::exposed::FileCx;
use crate::rules::{self, Finding};
use crate::syntax::PatternMemory;
use crate::text::{FileId, Span};

/// What was found in one file by itself.
#[derive(Default)]
pub(super) struct FileMemory {
    pub secrets: secrets::Memory,
    pub patterns: PatternMemory,
}

/// What is said of one file by itself.
pub(super) fn of_file(
    snapshot: &Snapshot,
    reach: &Reach,
    schema: &Schema,
    file: &FileId,
    memory: &mut secrets::Memory,
    hits: &[PatternHit],
    out: &mut Vec<Finding>,
) {
    let Some(known) = snapshot.project.file(file) else { return };
    let mut found = Vec::new();
    let is_shown = snapshot.project.is_spoken_of(file, &snapshot.config);
    rules::of_file(
        &FileCx { project: &snapshot.project, reach, file, known, schema, include_tests: snapshot.config.include_tests },
        is_shown,
        memory,
        &mut found,
    );
    if is_shown && !hits.is_empty() {
        let secrets: Vec<Span> = found.iter().map(|finding| finding.place.span).collect();
        found.extend(rules::own::findings(&snapshot.config.own_rules, &known.document, hits, &secrets));
    }
    for mut finding in found {
        // Where a secret stands has already been weighed by the rule itself: tests count for less, not for nothing.
        let Some(level) = set_level(snapshot, finding.rule.as_str(), finding.level) else { continue };
        finding.level = level;
        out.push(finding);
    }
    rules::open::callable_by_all::told_once(&snapshot.project, reach, file, out);
}
