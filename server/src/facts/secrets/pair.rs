//! Two halves of one key: an id is worth little alone, and as much as the secret when that stands beside it.

use super::catalogue::{Alone, Class, catalogue};
use super::hit::SecretHit;

/// How many lines apart two halves may stand.
const LINES: usize = 5;

/// Raises ids whose secret is near, and drops those that are nothing alone.
pub(super) fn pair_identifiers(hits: &mut Vec<SecretHit>, line_of: impl Fn(u32) -> usize) {
    let lines: Vec<(super::RowId, usize)> = hits.iter().map(|hit| (hit.row, line_of(hit.token.start))).collect();
    let mut kept = lines.iter();
    hits.retain_mut(|hit| {
        let Some((_, line)) = kept.next() else { return true };
        let Some(row) = hit.row.row().filter(|row| row.class == Class::Identifier) else { return true };
        let partner = row.partner.as_deref().and_then(|id| catalogue().by_id(id));
        let near = lines.iter().any(|(other, at)| Some(*other) == partner && at.abs_diff(*line) <= LINES);
        if near {
            hit.severity = row.paired.unwrap_or(hit.severity);
        }
        near || row.alone == Alone::Medium
    });
}
