//! One secret that stands in several places: each of them is a finding of its own, since each must be changed, and leads to the others.
//! Where people read the report the worst place speaks for all.

use rustc_hash::{FxHashMap, FxHashSet};

use super::urgency::of_finding;
use super::{Entry, Texts};
use crate::facts::secrets::catalogue;
use crate::rules::{Finding, Place, Related};
use crate::text::Name;

const SAME: &str = "the same secret stands here";
/// A finding leads to so many others.
const MOST: usize = 20;
/// Shorter values may be equal by chance, or be words that everybody takes.
const SHORTEST: usize = 12;

/// Tells each finding of the places where the same value is found.
pub(super) fn join(entries: &mut [Entry], texts: &Texts<'_>) {
    let mut by_value: FxHashMap<(Name, String), Vec<usize>> = FxHashMap::default();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(value) = value_of(&entry.finding, texts) {
            by_value.entry((entry.finding.detail.clone(), value)).or_default().push(at);
        }
    }
    let mut said: Vec<(usize, Place)> = Vec::new();
    for mut group in by_value.into_values().filter(|group| group.len() > 1) {
        group.sort_by(|a, b| cost(&entries[*b]).cmp(&cost(&entries[*a])).then_with(|| entries[*a].finding.place.cmp(&entries[*b].finding.place)));
        for at in &group {
            said.extend(group.iter().filter(|other| *other != at).take(MOST).map(|other| (*at, entries[*other].finding.place.clone())));
        }
    }
    for (at, place) in said {
        if let Some(entry) = entries.get_mut(at).filter(|entry| !entry.finding.related.iter().any(|known| known.place == place)) {
            entry.finding.related.push(Related { place, message: SAME.into() });
        }
    }
}

/// Those of a problem's entries that no earlier one speaks for.
pub(super) fn speaking<'r>(entries: &[&'r Entry]) -> Vec<&'r Entry> {
    let mut spoken_for: FxHashSet<&Place> = FxHashSet::default();
    let mut told = Vec::with_capacity(entries.len());
    for entry in entries {
        if !spoken_for.contains(&entry.finding.place) {
            spoken_for.extend(entry.finding.related.iter().filter(|related| related.message == SAME).map(|related| &related.place));
            told.push(*entry);
        }
    }
    told
}

fn cost(entry: &Entry) -> impl Ord {
    let finding = &entry.finding;
    (of_finding(finding), finding.level, finding.impact, finding.confidence)
}

/// The secret that a finding is about, without the quotes around it. It never leaves this file.
fn value_of(finding: &Finding, texts: &Texts<'_>) -> Option<String> {
    catalogue().by_id(&finding.detail)?;
    let text = texts.get(&finding.place.file)?.rope().get_byte_slice(finding.place.span.range())?.to_string();
    let value = text.trim().trim_start_matches(['f', 'b', 'r', 'u']).trim_matches(['"', '\'', '`']).to_owned();
    let value = if value.len() + 2 <= text.trim().len() { value } else { text.trim().to_owned() };
    (value.len() >= SHORTEST).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report};
    use crate::rules::Level;

    #[test]
    fn the_worst_place_speaks_for_all() {
        let (project, file) = project("a.ts", "one(\"a-value-of-some-length\"); two('a-value-of-some-length'); three(\"another-value-here\");\n");
        let of = |part: &str, level| {
            let mut found = finding("secret-hardcoded", &project, &file, part, level);
            found.detail = "openai-project".into();
            found
        };
        let mut report = report(
            &project,
            vec![of("\"a-value-of-some-length\"", Level::Warning), of("'a-value-of-some-length'", Level::Error), of("\"another-value-here\"", Level::Error)],
        );
        join(&mut report.entries, &report.texts);
        let related: Vec<usize> = report.entries.iter().map(|entry| entry.finding.related.len()).collect();
        assert_eq!(related, [1, 1, 0]);
        let mut entries: Vec<&Entry> = report.entries.iter().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.finding.level));
        let told: Vec<Level> = speaking(&entries).iter().map(|entry| entry.finding.level).collect();
        assert_eq!(told, [Level::Error, Level::Error]);
    }
}
