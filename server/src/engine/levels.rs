//! How loud a finding is, after what it is about and what the person set.

use std::cell::RefCell;

use super::Snapshot;
use crate::config::{self, RuleSetting};
use crate::project::Project;
use crate::project::place::{Purpose, purpose};
use crate::rules::{self, Audience, Confidence, Impact, Level};
use crate::text::FileId;

/// What files are for, for a while: most findings of an answer stand in one file.
#[derive(Default)]
pub(super) struct Purposes(RefCell<Option<(FileId, Purpose)>>);

impl Purposes {
    fn of(&self, project: &Project, file: &FileId) -> Purpose {
        let mut last = self.0.borrow_mut();
        match &*last {
            Some((known, purpose)) if known == file => *purpose,
            _ => last.insert((file.clone(), purpose(project.relative(file)))).1,
        }
    }
}

/// The level after settings; `None` if it is not shown at all.
pub(super) fn level_of(
    snapshot: &Snapshot,
    purposes: &Purposes,
    meta: &rules::RuleMeta<'_>,
    impact: Impact,
    confidence: Confidence,
    file: &FileId,
) -> Option<Level> {
    let auditor = snapshot.config.audience == config::Audience::Auditor;
    let mut level = Level::of(impact, confidence);
    if meta.audience == Audience::Auditor && !auditor {
        return None;
    }
    if !snapshot.config.include_tests {
        match purposes.of(&snapshot.project, file) {
            Purpose::Product => {}
            Purpose::Tooling => level = level.lower(),
            Purpose::Example | Purpose::Test | Purpose::Generated => return None,
        }
    }
    set_level(snapshot, meta.id.as_str(), level)
}

/// The level as the person set it; `None` if it is not shown.
pub(super) fn set_level(snapshot: &Snapshot, rule: &str, level: Level) -> Option<Level> {
    if level == Level::Hidden && snapshot.config.audience != config::Audience::Auditor {
        return None;
    }
    let setting = snapshot.config.rules.iter().find(|(id, _)| id == rule).map(|(_, setting)| *setting);
    Some(match setting {
        Some(RuleSetting::Off) => return None,
        Some(RuleSetting::Error) => Level::Error,
        Some(RuleSetting::Warning) => Level::Warning,
        Some(RuleSetting::Information) => Level::Information,
        Some(RuleSetting::Hint) => Level::Hint,
        None => level,
    })
}
