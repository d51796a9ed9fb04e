//! Findings that are known: a file of their fingerprints, so that only new ones are told.
//!
//! ```text
//! { "version": 1, "about": "...", "findings": [ { "fingerprint", "rule", "file", "message" } ] }
//! ```
//! Only fingerprints count; the rest is for whoever reads the file. Secrets are masked in it.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::left_out::{LeftOut, Why};
use super::{Report, fingerprint};
use crate::text::FileId;

const VERSION: u32 = 1;
const ABOUT: &str = "Findings that were there when this was written, by `guardline audit --baseline FILE --write-baseline`. They are not told again.";

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Baseline {
    known: Vec<Known>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Known {
    /// Relative to the report's base.
    file: String,
    rule: String,
    fingerprint: String,
    #[serde(default)]
    message: String,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    #[serde(default)]
    about: String,
    findings: Vec<Known>,
}

impl Baseline {
    /// `Err` says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let wire: Wire = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| format!("it is no baseline: {error}"))?;
        if wire.version != VERSION {
            return Err(format!("it is of version {}, and this Guardline knows version {VERSION}", wire.version));
        }
        Ok(Baseline { known: wire.findings })
    }

    /// All that a report tells.
    pub fn of(report: &Report<'_>) -> Baseline {
        let known = report.entries.iter().zip(fingerprint::of(report)).map(|(entry, fingerprint)| Known {
            file: report.path(&entry.finding.place.file).to_owned(),
            rule: entry.finding.rule.as_str().to_owned(),
            fingerprint,
            message: report.redactor.clean(&entry.finding.message).into_owned(),
        });
        Baseline { known: known.collect() }
    }

    /// As it is written to disk: in an order that keeps differences small.
    pub fn text(&self) -> String {
        let mut findings = self.known.clone();
        findings.sort();
        findings.dedup();
        let mut text = serde_json::to_string_pretty(&Wire { version: VERSION, about: ABOUT.to_owned(), findings }).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Leaves out of the report's list what is known, and says how many findings those were.
    pub fn take_out_of(&self, report: &mut Report<'_>) -> usize {
        let known: FxHashSet<&str> = self.known.iter().map(|known| known.fingerprint.as_str()).collect();
        let names = fingerprint::of(report);
        let before = report.left_out.len();
        for (entry, fingerprint) in std::mem::take(&mut report.entries).into_iter().zip(names) {
            if known.contains(fingerprint.as_str()) {
                report.left_out.push(LeftOut { entry, fingerprint, why: Why::Known });
            } else {
                report.entries.push(entry);
            }
        }
        report.left_out.len() - before
    }

    /// Without what `now` does not hold any more, and how many those were. What lies in files that were not asked about stays.
    pub fn pruned(&self, now: &Baseline, base: &FileId, is_asked: &dyn Fn(&FileId) -> bool) -> (Baseline, usize) {
        let is_there = |known: &Known| now.known.iter().any(|other| other.fingerprint == known.fingerprint);
        let known: Vec<Known> = self.known.iter().filter(|known| is_there(known) || !is_asked(&known.place(base))).cloned().collect();
        let gone = self.known.len() - known.len();
        (Baseline { known }, gone)
    }

    /// What `now` holds, and of this one what lies in files that were not asked about.
    pub fn renewed(&self, now: Baseline, base: &FileId, is_asked: &dyn Fn(&FileId) -> bool) -> Baseline {
        let kept = self.known.iter().filter(|known| !is_asked(&known.place(base))).cloned();
        Baseline { known: now.known.into_iter().chain(kept).collect() }
    }

    pub fn len(&self) -> usize {
        self.known.len()
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

impl Known {
    fn place(&self, base: &FileId) -> FileId {
        FileId::new(&format!("{base}/{}", self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report};
    use crate::rules::Level;

    fn baseline(text: &str, parts: &[&str]) -> Baseline {
        let (project, file) = project("a.ts", text);
        Baseline::of(&report(&project, parts.iter().map(|part| finding("missing-auth", &project, &file, part, Level::Error)).collect()))
    }

    fn new_ones(baseline: &Baseline, text: &str, parts: &[&str]) -> Vec<String> {
        let (project, file) = project("a.ts", text);
        let mut report = report(&project, parts.iter().map(|part| finding("missing-auth", &project, &file, part, Level::Error)).collect());
        baseline.take_out_of(&mut report);
        report.entries.iter().map(|entry| entry.finding.place.span.of(text).to_owned()).collect()
    }

    #[test]
    fn what_is_known_is_not_told_again_wherever_it_moves() {
        let known = baseline("one(a);\n", &["one"]);
        assert_eq!(new_ones(&known, "// above\n\none(a);\ntwo(b);\n", &["one", "two"]), ["two"]);
        assert_eq!(new_ones(&known, "one(changed);\n", &["one"]), ["one"], "another line is another finding");
        assert_eq!(Baseline::parse(&known.text()).as_ref().map(Baseline::text), Ok(known.text()));
    }

    #[test]
    fn one_more_of_the_same_is_new() {
        let known = baseline("one(a);\n", &["one"]);
        assert_eq!(new_ones(&known, "one(a);\none(a);\n", &["one", "one"]).len(), 1);
    }

    #[test]
    fn what_is_gone_can_be_taken_out_and_what_was_not_asked_about_stays() {
        let (before, now, base) = (baseline("one(a);\ntwo(b);\n", &["one", "two"]), baseline("two(b);\n", &["two"]), FileId::new("/shop"));
        assert_eq!(before.pruned(&now, &base, &|_| true).1, 1);
        assert_eq!(before.pruned(&now, &base, &|file| file.as_str() != "/shop/a.ts").1, 0);
        assert_eq!(before.renewed(now.clone(), &base, &|_| true), now);
        assert_eq!(before.renewed(Baseline::default(), &base, &|_| false), before);
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        for text in ["", "[]", "{\"version\": 1}", "{\"version\": 2, \"findings\": []}"] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }
}
