//! Tokens in what is served to browsers: bundles, pages and source maps, which nobody wrote in this form.
//!
//! Names say little in minified code, so only what has a shape of its own counts; what stands close by decides where the
//! context has to.

use std::ops::Range;

use super::catalogue::RowId;
use super::context::{Names, Position, Siblings};
use super::judge::{Candidate, Evidence, Origin};
use super::prefilter::HintWords;
use super::{FileHints, Severity, shape, token};
use crate::syntax::Language;
use crate::text::Name;

/// A secret in a served text.
#[derive(Clone, PartialEq, Debug)]
pub struct Served {
    pub row: RowId,
    /// The token.
    pub range: Range<usize>,
    pub severity: Severity,
    pub evidence: Evidence,
}

/// How much of the text on either side is context.
const NEAR: usize = 600;

/// The secrets of a served text, in order of place, each once.
pub fn in_served(text: &str) -> Vec<Served> {
    let mut found: Vec<Served> = shape::tokens(text, HintWords::default()).iter().filter_map(|token| judged(text, token)).collect();
    found.sort_by_key(|one| (one.range.start, std::cmp::Reverse((one.evidence, one.range.len()))));
    let mut end = 0;
    found.retain(|one| {
        let is_new = one.range.start >= end;
        end = end.max(one.range.end);
        is_new
    });
    found
}

fn judged(text: &str, found: &shape::Token) -> Option<Served> {
    let row = found.row.row()?;
    let from = shape::ceil(text, found.range.start.saturating_sub(NEAR));
    let to = shape::floor(text, found.range.end + NEAR.max(if row.multiline { 16 * 1024 } else { 0 }));
    let near = text.get(from..to)?;
    let siblings = keys_in(near);
    let hints = FileHints::new("", Language::Text, HintWords::of(near));
    let candidate = Candidate {
        value: near,
        names: &Names::default(),
        siblings: &siblings,
        position: Position::Value,
        origin: Origin::Plain,
        near,
        whole: false,
        connects: false,
    };
    let here = shape::Token { row: found.row, range: found.range.start - from..found.range.end - from };
    let verdict = token::judge(&here, &candidate, &hints, hints.words)?;
    let is_worth_it = verdict.severity > Severity::Low && verdict.evidence > Evidence::Name;
    is_worth_it.then(|| Served {
        row: verdict.row,
        range: from + verdict.range.start..from + verdict.range.end,
        severity: verdict.severity,
        evidence: verdict.evidence,
    })
}

/// The words before a colon: keys of objects, as minifiers leave them.
fn keys_in(text: &str) -> Siblings {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let keys = text.match_indices(':').filter_map(|(at, _)| {
        let before = text.get(..at)?.trim_end_matches(['"', '\'', ' ']);
        let start = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or("");
        (!word.is_empty()).then(|| (Name::from(word), None))
    });
    Siblings::of(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};

    fn rows(template: &str) -> Vec<&'static str> {
        in_served(&expand(template, &mut Random::new("served"))).iter().map(|one| one.row.id()).collect()
    }

    #[test]
    fn keys_are_found_in_minified_code() {
        assert_eq!(rows("function a(){return new e({apiKey:\"sk-proj-{url:74}T3BlbkFJ{url:74}\"})}var t=1"), ["openai-project"]);
        assert_eq!(rows("let k=\"sk_live_{alnum:40}\",p=\"pk_live_{alnum:40}\""), ["stripe-secret"]);
    }

    #[test]
    fn what_is_meant_for_browsers_is_left_alone() {
        assert!(rows("const c={apiKey:\"AIza{url:35}\",authDomain:\"a.firebaseapp.com\",projectId:\"a\",appId:\"1:2:web:3\"}").is_empty());
        assert!(rows("let a=\"pk_live_{alnum:40}\",b=\"sb_publishable_{alnum:22}_{alnum:8}\"").is_empty());
        assert!(rows("var a=\"sk_live_\"+b,c=\"https://user:password@host\"").is_empty());
    }

    #[test]
    fn a_key_beside_another_is_found_once_each() {
        assert_eq!(rows("a=\"sk_live_{alnum:40}\";b=\"sk_live_{alnum:40}\"").len(), 2);
    }

    #[test]
    fn nothing_in_it_is_no_reason_to_stumble() {
        for text in ["", ":", "::", "é:é", "\"sk_live_", "\u{0}"] {
            assert!(in_served(text).is_empty());
        }
    }
}
