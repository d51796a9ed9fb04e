//! The order in which findings are told.

use std::cmp::{Ordering, Reverse};

use super::Snapshot;
use crate::rules::Finding;
use crate::text::FileId;

/// In order, and each mistake once: several walks may come through the same place.
pub(super) fn finished(snapshot: &Snapshot, mut findings: Vec<Finding>) -> Vec<Finding> {
    // Of most answers all places lie in one file, which is what its code is.
    let mut plain: Option<FileId> = None;
    for finding in &mut findings {
        for place in finding.related.iter_mut().map(|related| &mut related.place).chain([&mut finding.place]) {
            if plain.as_ref() == Some(&place.file) {
                continue;
            }
            match snapshot.project.file(&place.file) {
                Some(known) if known.document.embedded().is_some() => place.span = known.document.exact(place.span),
                _ => plain = Some(place.file.clone()),
            }
        }
    }
    in_order(findings)
}

/// Findings are large: they are moved once it is known where to.
pub(super) fn in_order(findings: Vec<Finding>) -> Vec<Finding> {
    // Most answers are about one file: then nearly always the place alone decides.
    let first = findings.first().map(|finding| &finding.place.file);
    let is_one_file = findings.iter().all(|finding| Some(&finding.place.file) == first);
    let span = |finding: &Finding| u64::from(finding.place.span.start) << 32 | u64::from(finding.place.span.end);
    let mut order: Vec<(u64, usize, &Finding)> = findings.iter().enumerate().map(|(at, finding)| (span(finding), at, finding)).collect();
    order.sort_by(|a, b| if is_one_file { a.0.cmp(&b.0) } else { Ordering::Equal }.then_with(|| compared(a.2, b.2)));
    order.dedup_by(|(_, _, a), (_, _, b)| a.place == b.place && a.rule == b.rule);
    let order: Vec<usize> = order.into_iter().map(|(_, at, _)| at).collect();
    let mut findings: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| findings.get_mut(at)?.take()).collect()
}

fn compared(a: &Finding, b: &Finding) -> Ordering {
    (&a.place, &a.rule, Reverse(a.confidence), &a.detail, &a.message).cmp(&(&b.place, &b.rule, Reverse(b.confidence), &b.detail, &b.message))
}
