//! A name for a finding that stays when lines move: by it, tools know that a finding is the one of yesterday.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::{Report, frame};
use crate::rules::Finding;

/// The fingerprints of all entries, in their order. Equal lines with equal findings are told apart by counting them.
pub(super) fn of(report: &Report<'_>) -> Vec<String> {
    with(report, &[])
}

/// The same, and behind them those of others.
pub(super) fn with(report: &Report<'_>, others: &[Finding]) -> Vec<String> {
    let mut names = Names::default();
    let findings = report.entries.iter().map(|entry| &entry.finding).chain(others);
    findings
        .map(|finding| {
            let place = &finding.place;
            let line = report.texts.get(&place.file).map(|document| frame::essence(document, place.span, &report.redactor)).unwrap_or_default();
            names.name(&[finding.rule.as_str(), finding.detail.as_str(), report.path(&place.file), line.as_str()])
        })
        .collect()
}

/// Gives out names. Equal ones are told apart by counting them.
#[derive(Default)]
pub(super) struct Names(FxHashMap<[u8; 32], u32>);

impl Names {
    /// A hash of the parts, and the how-manieth it is.
    pub(super) fn name(&mut self, parts: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let name: [u8; 32] = hash.finalize().into();
        let ordinal = self.0.entry(name).or_default();
        *ordinal += 1;
        let hex: String = name.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}:{ordinal}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report};
    use crate::rules::Level;

    fn fingerprints(text: &str, parts: &[&str]) -> Vec<String> {
        let (project, file) = project("a.ts", text);
        of(&report(&project, parts.iter().map(|part| finding("missing-auth", &project, &file, part, Level::Error)).collect()))
    }

    #[test]
    fn lines_above_and_blanks_within_change_nothing() {
        let before = fingerprints("call(a);\n", &["call"]);
        assert_eq!(before, fingerprints("// new\n\n  call(a);  \r\n", &["call"]));
        assert_ne!(before, fingerprints("call(b);\n", &["call"]));
    }

    #[test]
    fn equal_lines_are_counted() {
        let both = fingerprints("call(a);\ncall(a);\n", &["call", "call"]);
        assert_eq!(both[0].replace(":1", ":2"), both[1]);
    }
}
