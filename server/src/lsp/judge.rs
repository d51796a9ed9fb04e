//! What is shown of what the engine found: what is loud enough for this audience, and not silenced by a mark.

use super::state::State;
use crate::engine::{Cancel, Offer, Snapshot};
use crate::report::suppress;
use crate::rules::Finding;
use crate::rules::own::Known;
use crate::text::{FileId, Span};
use crate::workspace::today;

/// The findings of one file that are shown, and what is to be said about its marks.
#[derive(Default)]
pub struct Shown {
    pub findings: Vec<Finding>,
    pub notes: Vec<suppress::Note>,
}

/// `None` if cancelled.
pub fn check(state: &State, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Shown> {
    state.analysis.check(snapshot, file, cancel).map(|findings| shown(snapshot, file, findings))
}

/// What can be said at once, and whether that is all. `None` if cancelled.
pub fn check_soon(state: &State, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<(Shown, bool)> {
    state.analysis.check_soon(snapshot, file, cancel).map(|(findings, is_all)| (shown(snapshot, file, findings), is_all))
}

fn shown(snapshot: &Snapshot, file: &FileId, mut findings: Vec<Finding>) -> Shown {
    findings.retain(|finding| finding.place.file == *file && is_loud(snapshot, finding));
    let Some(known) = snapshot.project.file(file) else { return Shown { findings, notes: Vec::new() } };
    let judged = suppress::judge_file(known, &Known::of(&snapshot.config).all(), findings, today());
    Shown { findings: judged.kept, notes: judged.notes }
}

/// The findings of all files that are shown, in order. `None` if cancelled.
pub fn check_all(state: &State, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
    let mut findings = state.analysis.check_all(snapshot, cancel)?;
    findings.retain(|finding| is_loud(snapshot, finding));
    Some(suppress::judge(&snapshot.project, &Known::of(&snapshot.config).all(), findings, today()).kept)
}

/// What can be done about the findings that are shown. `None` if cancelled.
pub fn fixes_at(state: &State, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
    let mut offers = state.analysis.fixes_at(snapshot, file, span, cancel)?;
    offers.retain(|offer| is_loud(snapshot, &offer.finding));
    let Some(known) = snapshot.project.file(file).filter(|_| !offers.is_empty()) else { return Some(offers) };
    let findings = offers.iter().map(|offer| offer.finding.clone()).collect();
    let judged = suppress::judge_file(known, &Known::of(&snapshot.config).all(), findings, today());
    // Those that are kept keep their order.
    let mut kept = judged.kept.into_iter().peekable();
    offers.retain(|offer| kept.next_if_eq(&offer.finding).is_some());
    Some(offers)
}

fn is_loud(snapshot: &Snapshot, finding: &Finding) -> bool {
    suppress::is_told(&snapshot.config, finding, today())
}
