//! With `--changed` and `--staged`: what is found in files that did not change, and was not found before the others did.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cli::reading;
use crate::cli::targets::Targets;
use crate::engine::{Cancel, Engine, NoAnswer, Snapshot};
use crate::rules::{Finding, RuleId};
use crate::syntax::Document;
use crate::text::{FileId, Span, Words};

/// Findings in files that did not change.
#[derive(Default)]
pub struct Caused(FxHashSet<(FileId, Span, RuleId)>);

impl Caused {
    pub fn holds(&self, finding: &Finding) -> bool {
        !self.0.is_empty() && self.0.contains(&name(finding))
    }

    /// Which of the findings the changes led to. The engine is asked for the project as it was, and knows the one that is.
    pub fn by_changes(
        engine: &mut Engine,
        snapshot: &Snapshot,
        config_folder: Option<&Path>,
        targets: &Targets,
        findings: &[Finding],
        cancel: &Cancel,
    ) -> Result<Caused, NoAnswer> {
        let elsewhere = |finding: &&Finding| targets.names(&finding.place.file) && !targets.cover(&finding.place.file);
        if !targets.are_narrowed() || !findings.iter().any(|finding| elsewhere(&finding)) {
            return Ok(Caused::default());
        }
        let walk = reading::walk(targets, &snapshot.config, config_folder);
        let paths: Vec<&Path> = targets.before.keys().map(|file| Path::new(file.as_str())).collect();
        let wanted = walk.wants(&paths);
        let was = targets.before.iter().zip(wanted).filter(|(_, wanted)| *wanted);
        let was: Vec<(FileId, Option<Arc<Document>>)> =
            was.map(|((file, text), _)| (file.clone(), text.as_deref().and_then(|text| reading::document(file, text)))).collect();
        let before = Snapshot { project: Arc::new(snapshot.project.with(was)), config: Arc::clone(&snapshot.config) };
        let mut known: FxHashMap<(FileId, RuleId, Words), usize> = FxHashMap::default();
        for finding in engine.check_all(&before, cancel)? {
            *known.entry(identity(&finding)).or_default() += 1;
        }
        let is_new = |finding: &&Finding| match known.get_mut(&identity(finding)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        Ok(Caused(findings.iter().filter(elsewhere).filter(is_new).map(name).collect()))
    }
}

fn name(finding: &Finding) -> (FileId, Span, RuleId) {
    (finding.place.file.clone(), finding.place.span, finding.rule.clone())
}

/// Nothing has moved in a file that did not change, but what is said of it may point into one that did.
fn identity(finding: &Finding) -> (FileId, RuleId, Words) {
    (finding.place.file.clone(), finding.rule.clone(), finding.message.clone())
}
