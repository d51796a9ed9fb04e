//! What an edit is answerable for: what was not found before it, and what stands in the lines that it wrote.

use rustc_hash::FxHashMap;

use super::call::{Before, Edit};
use crate::rules::Finding;
use crate::text::{Span, common_ends, lines};

/// The text before an edit, as far as the client's words lead there from the text after it. `Some(None)`: there was no file.
pub fn text_before(edit: &Edit, after: &str) -> Option<Option<String>> {
    match &edit.before {
        Before::Text(text) => return Some(Some(text.clone())),
        Before::Absent => return Some(None),
        Before::Unknown if edit.pieces.is_empty() => return None,
        Before::Unknown => {}
    }
    let mut text = after.to_owned();
    for piece in edit.pieces.iter().rev() {
        // What stands there twice, or is nothing, could have been written in several places.
        let mut places = text.match_indices(piece.new.as_str()).map(|(at, _)| at);
        let at = places.next().filter(|_| !piece.new.is_empty())?;
        if places.next().is_some() {
            return None;
        }
        text.replace_range(at..at + piece.new.len(), &piece.old);
    }
    Some(Some(text))
}

/// More places than this are taken for the whole text.
const MOST_PLACES: usize = 64;

/// The lines that the edit wrote. `before` is as above.
pub fn written(edit: &Edit, before: Option<Option<&str>>, after: &str) -> Vec<Span> {
    let whole_lines = |start: usize, end: usize| {
        let (start, end) = (start as u32, end as u32);
        Span::new(lines::line_start(after, start), lines::line_stop(after, end.max(start)))
    };
    let all = || vec![Span::new(0, after.len() as u32)];
    let mut spans = Vec::new();
    for piece in edit.pieces.iter().filter(|piece| !piece.new.trim().is_empty()) {
        let places = after.match_indices(piece.new.as_str()).take(MOST_PLACES);
        spans.extend(places.map(|(at, text)| whole_lines(at, at + text.trim_end_matches('\n').len())));
    }
    if !spans.is_empty() {
        return spans;
    }
    match before {
        None if edit.pieces.is_empty() => all(),
        // Something was taken out, nobody says where.
        None => Vec::new(),
        Some(None) => all(),
        Some(Some(before)) if before == after => Vec::new(),
        Some(Some(before)) => {
            let (head, tail) = common_ends(before.as_bytes(), after.as_bytes(), |before, after| before == after, |before, after| before == after);
            let end = after.len() - tail;
            vec![whole_lines(floor(after, head), floor(after, end.max(head)))]
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Why an edit is answerable for a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// It stands in lines that the edit wrote.
    Touched,
    /// It was not found before the edit.
    New,
    Not,
}

/// For each finding of a file, whether the edit is answerable for it. `before`: the findings before it, if they are known.
pub fn due(findings: &[Finding], before: Option<&[Finding]>, written: &[Span]) -> Vec<Due> {
    let mut known: FxHashMap<(&str, &str, &str), usize> = FxHashMap::default();
    for finding in before.unwrap_or_default() {
        *known.entry(identity(finding)).or_default() += 1;
    }
    let is_new = findings.iter().map(|finding| match known.get_mut(&identity(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => before.is_some(),
    });
    let is_new: Vec<bool> = is_new.collect();
    let touches = |finding: &Finding| written.iter().any(|span| finding.place.span.touches(*span));
    let due = |(finding, is_new): (&Finding, bool)| match (touches(finding), is_new) {
        (true, _) => Due::Touched,
        (false, true) => Due::New,
        (false, false) => Due::Not,
    };
    findings.iter().zip(is_new).map(due).collect()
}

/// Places move when text is inserted above them, so findings are told apart by what they say.
fn identity(finding: &Finding) -> (&str, &str, &str) {
    (finding.rule.as_str(), &finding.detail, &finding.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::call::Piece;
    use crate::rules::{Confidence, Impact, Level, Place, RuleId};
    use crate::text::FileId;

    fn edit(pieces: &[(&str, &str)]) -> Edit {
        let pieces = pieces.iter().map(|(old, new)| Piece { old: (*old).into(), new: (*new).into() });
        Edit { pieces: pieces.collect(), ..Edit::of("/a.ts") }
    }

    fn finding(start: u32, message: &str) -> Finding {
        Finding {
            rule: RuleId::new("xss"),
            detail: "".into(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level: Level::Error,
            place: Place { file: FileId::new("/a.ts"), span: Span::new(start, start + 1) },
            message: message.into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        }
    }

    #[test]
    fn pieces_lead_back_where_they_stand_once() {
        assert_eq!(text_before(&edit(&[("a", "b"), ("x", "y")]), "b y"), Some(Some("a x".into())));
        assert_eq!(text_before(&edit(&[("a", "b")]), "b b"), None);
        assert_eq!(text_before(&edit(&[("a", "")]), "b"), None);
        assert_eq!(text_before(&edit(&[]), "b"), None);
        assert_eq!(text_before(&Edit { before: Before::Absent, ..edit(&[]) }, "b"), Some(None));
    }

    #[test]
    fn the_lines_that_were_written() {
        let after = "one\ntwo new\nthree\n";
        assert_eq!(written(&edit(&[("old", "new")]), None, after), [Span::new(4, 11)]);
        assert_eq!(written(&edit(&[]), Some(Some("one\ntwo\nthree\n")), after), [Span::new(4, 11)]);
        assert_eq!(written(&edit(&[]), None, after), [Span::new(0, after.len() as u32)]);
        assert_eq!(written(&edit(&[]), Some(Some(after)), after), []);
        assert_eq!(written(&edit(&[("gone", "")]), None, after), []);
        assert_eq!(written(&edit(&[]), Some(Some("é")), "è"), [Span::new(0, 2)]);
    }

    #[test]
    fn what_is_new_or_was_touched_is_due() {
        let now = [finding(0, "old"), finding(10, "old"), finding(20, "new"), finding(30, "touched")];
        let before = [finding(5, "old"), finding(40, "touched")];
        assert_eq!(due(&now, Some(&before), &[Span::new(29, 32)]), [Due::Not, Due::New, Due::New, Due::Touched]);
        assert_eq!(due(&now, None, &[Span::new(29, 32)]), [Due::Not, Due::Not, Due::Not, Due::Touched], "without a before, what was written decides");
    }
}
