//! What must not be in anything that is served: the values of this project's own secrets.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

use crate::facts::browser::BROWSER;
use crate::facts::exposure::standing;
use crate::facts::secrets::{FileHints, RowId, Severity, in_text};
use crate::project::Project;
use crate::rules::{Finding, Place, Risk, RuleMeta};
use crate::syntax::Language;
use crate::text::Name;

/// Shorter values stand everywhere by chance.
const SHORTEST: usize = 10;

/// A secret of the project and where it is kept.
pub(super) struct Needle {
    pub place: Place,
    /// The variable that holds it, if it is in an env file.
    pub variable: Option<Name>,
    pub row: Option<RowId>,
}

/// All of them, ready to be searched for.
#[derive(Default)]
pub(super) struct Needles {
    list: Vec<Needle>,
    machine: Option<AhoCorasick>,
}

impl Needles {
    /// The secrets in the project's env files, also those that git leaves out, and those that rules found.
    pub fn of(project: &Project, rules: &[&RuleMeta], findings: &[Finding]) -> Needles {
        let mut values: FxHashMap<String, usize> = FxHashMap::default();
        let mut list: Vec<Needle> = Vec::new();
        let mut add = |value: &str, needle: Needle| {
            if value.len() >= SHORTEST && !values.contains_key(value) {
                values.insert(value.to_owned(), list.len());
                list.push(needle);
            }
        };
        for finding in findings.iter().filter(|finding| is_about_secrets(finding, rules)) {
            let Some(known) = project.file(&finding.place.file) else { continue };
            let text = known.document.slice(finding.place.span);
            add(inside_quotes(&text), Needle { place: finding.place.clone(), variable: None, row: None });
        }
        for (file, known) in project.sorted_files() {
            if known.document.language != Language::Env {
                continue;
            }
            let text = known.document.text();
            let hits = in_text(&known.document, &text, &FileHints::of(&known.document, project.relative(file)));
            for hit in hits.iter().filter(|hit| hit.severity > Severity::Low && !hit.guessable) {
                // What is published by its name is told of at the name, or nowhere.
                let is_it = |finding: &&Finding| finding.place.file == *file && known.document.slice(finding.place.span) == hit.name.as_str();
                let place = match BROWSER.shows(&hit.name) {
                    // It is where it was meant to go, if it was made to be seen.
                    true if hit.is_guess() && !standing(&hit.name).is_secret() => None,
                    true => findings.iter().filter(|finding| finding.rule.as_str() == "public-env-secret").find(is_it).map(|finding| finding.place.clone()),
                    false => Some(Place { file: file.clone(), span: hit.span }),
                };
                let value = text.get(hit.token.range()).unwrap_or("");
                if let Some(place) = place {
                    add(value, Needle { place, variable: Some(hit.name.clone()), row: Some(hit.row) });
                }
            }
        }
        let mut ordered: Vec<(&String, &usize)> = values.iter().collect();
        ordered.sort_by_key(|(_, at)| **at);
        let machine = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(ordered.into_iter().map(|(value, _)| value)).ok();
        Needles { list, machine }
    }

    pub fn get(&self, at: usize) -> Option<&Needle> {
        self.list.get(at)
    }

    /// Where they stand in a text, whole: not as a part of a longer word.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, Range<usize>)> + 't {
        let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let is_whole = move |range: &Range<usize>| {
            let bytes = text.as_bytes();
            let (first, last) = (bytes.get(range.start), range.end.checked_sub(1).and_then(|at| bytes.get(at)));
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !(is_part(first) && is_part(before) || is_part(last) && is_part(bytes.get(range.end)))
        };
        let found = self.machine.iter().flat_map(move |machine| machine.find_iter(text));
        found.map(|found| (found.pattern().as_usize(), found.range())).filter(move |(_, range)| is_whole(range))
    }
}

fn is_about_secrets(finding: &Finding, rules: &[&RuleMeta]) -> bool {
    finding.rule.as_str().starts_with("secret-") && rules.iter().any(|meta| meta.id == finding.rule && meta.risk == Risk::Secrets)
}

fn inside_quotes(text: &str) -> &str {
    let text = text.trim();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}
