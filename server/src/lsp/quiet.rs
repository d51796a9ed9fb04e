//! Which findings wait. That something is *missing* is not said of a construct while it is being written: squiggles that
//! flash teach people to ignore squiggles. What was said already and is still true stays.

use rustc_hash::FxHashMap;

use crate::rules::{Finding, RuleId};
use crate::text::Span;

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
    fn what_is_shown_stays_as_often_as_it_is_shown() {
        let before = [finding(3, "guard", true), finding(10, "other", true)];
        let now = [finding(12, "guard", true), finding(20, "guard", true)];
        assert_eq!(waiting(&now, Span::new(0, 30), &before), [false, true]);
    }
}
