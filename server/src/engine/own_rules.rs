//! The project's own rules.

use std::sync::Arc;

use rayon::prelude::*;

use super::Cancel;
use crate::config::{Config, OwnRule};
use crate::facts::pattern::{OwnPatterns, PatternHit};
use crate::project::File;
use crate::syntax::PatternMemory;
use crate::text::FileId;

/// The project's own rules, and their patterns ready to be asked.
#[derive(Default)]
pub(super) struct OwnRules {
    pub rules: Arc<[OwnRule]>,
    pub patterns: OwnPatterns,
}

impl OwnRules {
    pub fn of(config: &Config) -> OwnRules {
        OwnRules { rules: Arc::clone(&config.own_rules), patterns: OwnPatterns::compile(&config.own_rules) }
    }

    /// The matches in each of these files. Nothing is remembered: most of them nobody works on.
    pub fn in_all(&self, files: &[(&FileId, &File)], cancel: &Cancel) -> Vec<Vec<PatternHit>> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let hits = |(_, known): &(&FileId, &File)| match cancel.is_cancelled() {
            true => Vec::new(),
            false => self.patterns.hits(&known.document, &mut PatternMemory::default()),
        };
        files.par_iter().map(hits).collect()
    }
}
