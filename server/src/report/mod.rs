//! FLOOR 6. How findings are told, and which are silenced.
//!
//! What there is to tell is worked out once (`overview`, `problems`); each format writes it down: `text`, `markdown`, `html` for
//! people, `json`, `sarif`, `junit`, `github` for programs.

pub mod advice;
mod alike;
pub mod baseline;
pub mod beliefs;
mod changes;
mod comments;
mod curl;
pub mod diff;
mod fingerprint;
mod frame;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod knock;
pub mod left_out;
pub mod lines;
pub mod markdown;
pub mod marks;
pub mod overview;
pub mod page;
pub mod paint;
mod plain;
mod problems;
pub mod prompt;
mod prose;
mod redact;
pub mod renew;
pub mod routes;
#[cfg(test)]
mod samples;
pub mod sarif;
mod scanners;
mod setup;
mod stack;
mod steps;
pub mod suppress;
pub mod text;
mod texts;
mod trial;
pub mod urgency;

use crate::rules::evidence::Evidence;
use crate::rules::{Finding, Place, RuleId, RuleMeta};
use crate::text::{Encoding, FileId, Position, Range, Span, position};

pub use crate::text::Date;
pub use frame::essence;
pub use redact::Redactor;
pub use texts::Texts;

/// A finding and the repairs that an editor would offer for it now.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub finding: Finding,
    /// The best first. What only silences the finding is none.
    pub repairs: Vec<Repair>,
}

/// What a report tells of a fix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repair {
    pub title: String,
    /// A person should read it before it is applied.
    pub needs_review: bool,
    /// It was carried out on what is known: the code parses as before, the finding is gone, nothing new is found.
    pub tried: bool,
    /// What remains to be done by hand.
    pub note: Option<String>,
    pub changes: Vec<Change>,
}

impl Repair {
    /// What is said before its title.
    fn lead(&self) -> &'static str {
        match (self.tried, self.needs_review) {
            (true, false) => "Ready fix",
            (true, true) => "Ready fix, to be read before it is taken",
            (false, _) => "A fix that was not tried here (your editor offers it)",
        }
    }
}

/// What a repair does to one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub file: FileId,
    /// The file does not exist yet.
    pub creates: bool,
    /// In order, without overlaps.
    pub replacements: Vec<(Span, String)>,
}

/// Everything there is to tell. How it is told is decided by the format.
pub struct Report<'a> {
    pub texts: Texts<'a>,
    pub rules: &'a [&'a RuleMeta<'a>],
    /// The folder that paths in files for machines are relative to.
    pub base: FileId,
    /// In order of file, place and rule.
    pub entries: Vec<Entry>,
    /// What was found and is not told.
    pub left_out: Vec<left_out::LeftOut>,
    /// What else is not told of.
    pub limits: left_out::Limits,
    /// What is to be said about marks.
    pub mark_notes: Vec<suppress::Note>,
    /// What could not be read, in words.
    pub notes: Vec<String>,
    /// How many files the findings are about, and how many were read besides to understand them.
    pub audited: usize,
    pub around: usize,
    pub redactor: Redactor,
    /// What was looked at.
    pub evidence: Evidence,
}

impl<'a> Report<'a> {
    /// Findings about one and the same secret are told of each other.
    pub fn join_alike(&mut self) {
        alike::join(&mut self.entries, &self.texts);
    }

    fn meta(&self, rule: &RuleId) -> Option<&'a RuleMeta<'a>> {
        self.rules.iter().copied().find(|meta| meta.id == *rule)
    }

    /// The path below `folder`, or the whole path if it does not lie there.
    fn below<'f>(folder: &FileId, file: &'f FileId) -> &'f str {
        file.below(folder).unwrap_or(file.as_str())
    }

    /// A name for each entry that stays when lines move.
    pub fn fingerprints(&self) -> Vec<String> {
        fingerprint::of(self)
    }

    fn path<'f>(&self, file: &'f FileId) -> &'f str {
        Self::below(&self.base, file)
    }

    /// One-based, in UTF-16 columns. A place in a file that is not known is its beginning.
    fn range(&self, place: &Place) -> Range {
        self.range_in(place, Encoding::Utf16)
    }

    fn range_in(&self, place: &Place, encoding: Encoding) -> Range {
        let one = |position: Position| Position { line: position.line + 1, column: position.column + 1 };
        let range = self.texts.get(&place.file).map(|document| position::range(document.rope(), place.span, encoding)).unwrap_or_default();
        Range { start: one(range.start), end: one(range.end) }
    }
}
