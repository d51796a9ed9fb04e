//! Which findings wait. That something is *missing* is not said of a construct while it is being written: squiggles that
//! flash teach people to ignore squiggles. What was said already and is still true stays.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::rules::{Finding, RuleId};
use crate::text::{Edit, Span};

/// For each finding, whether it waits until the document is left alone.
/// `edited`: the hull of the constructs that are being edited; `before`: what is shown already.
pub fn waiting(findings: &[Finding], edited: Span, before: &[Finding]) -> Vec<bool> {
    let mut shown: FxHashMap<Identity<'_>, usize> = FxHashMap::default();
    for finding in before.iter().filter(|finding| finding.absence) {
        *shown.entry(identity(finding)).or_default() += 1;
    }
    let waits = findings.iter().map(|finding| {
        if !finding.absence || !finding.place.span.touches(edited) {
            return false;
        }
        match shown.get_mut(&identity(finding)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    });
    waits.collect()
}

/// What is found now, and of what was shown `before` an edit what does not touch it and may still be so.
pub fn with_the_rest(mut found: Vec<Finding>, before: &[Finding], edit: Edit) -> Vec<Finding> {
    let told: FxHashSet<Identity<'_>> = found.iter().map(identity).collect();
    let moved = |finding: &Finding| {
        let mut moved = finding.clone();
        moved.place.span = edit.moved(finding.place.span)?;
        let file = &finding.place.file;
        moved.related.retain_mut(|related| match edit.moved(related.place.span).filter(|_| related.place.file == *file) {
            Some(span) => {
                related.place.span = span;
                true
            }
            None => related.place.file != *file,
        });
        Some(moved)
    };
    let rest: Vec<Finding> = before.iter().filter(|finding| !told.contains(&identity(finding))).filter_map(moved).collect();
    found.extend(rest);
    found.sort_by(|a, b| (a.place.span.start, &a.rule).cmp(&(b.place.span.start, &b.rule)));
    found
}

/// What makes two findings of one document the same although the text around them has moved.
type Identity<'f> = (&'f RuleId, &'f str, &'f str);

fn identity(finding: &Finding) -> Identity<'_> {
    (&finding.rule, &finding.detail, &finding.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Confidence, Impact, Level, Place};
    use crate::text::FileId;

    fn finding(start: u32, message: &str, absence: bool) -> Finding {
        Finding {
            rule: RuleId::new("missing-auth"),
            detail: "".into(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level: Level::Error,
            place: Place { file: FileId::new("/a.ts"), span: Span::new(start, start + 5) },
            message: message.into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence,
        }
    }

    #[test]
    fn only_absence_in_what_is_being_edited_waits() {
        let findings = [finding(0, "elsewhere", true), finding(10, "key", false), finding(12, "guard", true)];
        assert_eq!(waiting(&findings, Span::new(8, 30), &[]), [false, false, true]);
    }

    #[test]
    fn what_was_not_looked_at_again_stays_where_it_is_now() {
        let before = [finding(0, "before", false), finding(10, "edited", false), finding(30, "behind", false), finding(40, "told", false)];
        let edit = Edit { old: Span::new(12, 13), new_len: 4 };
        let all = with_the_rest(vec![finding(43, "told", false)], &before, edit);
        let told: Vec<(&str, u32)> = all.iter().map(|finding| (&*finding.message, finding.place.span.start)).collect();
        assert_eq!(told, [("before", 0), ("behind", 33), ("told", 43)]);
    }

    #[test]
    fn what_is_shown_stays_as_often_as_it_is_shown() {
        let before = [finding(3, "guard", true), finding(10, "other", true)];
        let now = [finding(12, "guard", true), finding(20, "guard", true)];
        assert_eq!(waiting(&now, Span::new(0, 30), &before), [false, true]);
    }
}
