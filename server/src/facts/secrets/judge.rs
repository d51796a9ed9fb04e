//! One literal, one verdict: all rows that fit, and the one that says most.

use std::ops::Range;

use super::catalogue::RowId;
use super::context::{Names, Position, Siblings};
use super::hints::FileHints;
use super::prefilter::HintWords;
use super::{Severity, named, shape, token};
use crate::text::Name;

/// How a secret was recognised, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// The name, and a value that looks random.
    Name,
    /// A name that can mean nothing else, or a place (an argument, a setting) that takes nothing else.
    Place,
    /// The token's own shape.
    Shape,
    /// What is inside it: a role, a key file, an address with a password.
    Structure,
    /// Its checksum.
    Checksum,
}

/// Is the value there by itself, or only where a variable is missing?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Origin {
    #[default]
    Plain,
    Fallback,
}

/// A value with everything that is known of its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub value: &'a str,
    pub names: &'a Names,
    pub siblings: &'a Siblings,
    pub position: Position,
    pub origin: Origin,
    /// The text around it, for rows that ask for words close by.
    pub near: &'a str,
    /// The value is a whole literal, not a piece of a template.
    pub whole: bool,
    /// It is handed to something that opens a connection.
    pub connects: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Verdict {
    pub row: RowId,
    /// The token's place in the value.
    pub range: Range<usize>,
    pub severity: Severity,
    pub evidence: Evidence,
    /// The variable, where the row's own is not the right one.
    pub env: Option<Name>,
    /// Everybody tries this value first.
    pub guessable: bool,
    pub rank: Rank,
}

/// Which of two rows says more about a value. Later is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Rank {
    Generic,
    Url,
    Signing,
    Named,
    Shape,
    Structure,
    Checksum,
}

/// The best verdict on the value as a whole.
pub(super) fn judge(candidate: &Candidate<'_>, hints: &FileHints) -> Option<Verdict> {
    let words = hints.words.join(HintWords::of(&candidate.names.text()));
    let tokens = shape::tokens(candidate.value, words);
    let mut verdicts: Vec<Verdict> = tokens.iter().filter_map(|found| token::judge(found, candidate, hints, words)).collect();
    // A value that is published on purpose, or whose shape was looked at and cleared, is not accused by its name.
    let cleared = verdicts.is_empty() && tokens.iter().any(|found| found.range == (0..candidate.value.len()));
    let publishable = cleared || super::catalogue::catalogue().publishable(candidate.value).is_some();
    named::judge(candidate, hints, words, publishable, &mut verdicts);
    best(verdicts)
}

/// The one with the highest rank that no other claims; among equals the longer token, then the earlier row.
pub(super) fn best(verdicts: Vec<Verdict>) -> Option<Verdict> {
    let claimed = |row: RowId| verdicts.iter().any(|other| other.row.row().is_some_and(|owner| owner.over.iter().any(|id| id == row.id())));
    let open: Vec<bool> = verdicts.iter().map(|verdict| !claimed(verdict.row)).collect();
    verdicts
        .into_iter()
        .zip(open)
        .filter_map(|(verdict, open)| open.then_some(verdict))
        .max_by(|a, b| (a.rank, a.range.len(), b.row).cmp(&(b.rank, b.range.len(), a.row)))
}
