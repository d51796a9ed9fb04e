//! What a repair changes, line by line, as it may be shown: secrets masked, and no longer than somebody reads.

use super::paint::is_steering;
use super::redact::{MASK, Redactor};
use crate::syntax::Document;
use crate::text::{Span, lines};

/// Lines that stand together and are replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hunk {
    /// The first of the old lines; where there are none, the line before which the new ones come. One-based.
    pub line: usize,
    pub old: Vec<String>,
    pub new: Vec<String>,
}

/// A line of more characters is cut.
const LONGEST: usize = 400;

/// The hunks of one file, in order. `before` is `None` for a file that is new.
pub fn hunks(before: Option<&Document>, after: &Document, replacements: &[(Span, String)], redactor: &Redactor) -> Vec<Hunk> {
    let Some(before) = before else {
        let all = Span::new(0, after.rope().len_bytes() as u32);
        return vec![Hunk { line: 1, old: Vec::new(), new: shown(after, all, redactor) }];
    };
    let text = before.text();
    let mut found: Vec<(Span, i64)> = Vec::new();
    for (span, new) in replacements {
        // Whole lines are put in between whole lines: those around them stay out of it.
        let between = span.is_empty() && new.ends_with('\n') && lines::line_start(&text, span.start) == span.start;
        let whole = if between { *span } else { Span::new(lines::line_start(&text, span.start), lines::next_line(&text, span.end)) };
        let grown = new.len() as i64 - i64::from(span.end - span.start);
        match found.last_mut() {
            Some((last, delta)) if whole.start < last.end || whole.start == last.end && whole.is_empty() == last.is_empty() => {
                *last = Span::new(last.start, last.end.max(whole.end));
                *delta += grown;
            }
            _ => found.push((whole, grown)),
        }
    }
    let mut moved = 0i64;
    let hunk = |(span, grown): (Span, i64)| {
        let start = i64::from(span.start) + moved;
        moved += grown;
        let new = Span::new(start.max(0) as u32, (i64::from(span.end) + moved).max(start) as u32);
        let line = before.rope().byte_to_line((span.start as usize).min(before.rope().len_bytes())) + 1;
        Hunk { line, old: shown(before, span, redactor), new: shown(after, new, redactor) }
    };
    found.into_iter().map(hunk).collect()
}

/// The lines of a span that begins and ends at lines' ends, as they may be shown.
fn shown(document: &Document, span: Span, redactor: &Redactor) -> Vec<String> {
    let (mut at, mut out) = (span.start, Vec::new());
    for line in document.slice(span).split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        out.push(masked(text, &redactor.hidden(document, at, text)));
        at += line.len() as u32;
    }
    out
}

fn masked(line: &str, hidden: &[std::ops::Range<usize>]) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for range in hidden {
        out.push_str(line.get(from..range.start).unwrap_or(""));
        out.push_str(MASK);
        from = range.end;
    }
    out.push_str(line.get(from..).unwrap_or(""));
    // Tabs are part of what is to be written.
    if out.chars().any(|c| c != '\t' && is_steering(c)) {
        out = out.chars().map(|c| if c != '\t' && is_steering(c) { '·' } else { c }).collect();
    }
    if out.chars().count() > LONGEST { out.chars().take(LONGEST).chain("...".chars()).collect() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;
    use crate::text::FileId;

    fn document(name: &str, text: &str) -> Document {
        let file = FileId::new(name);
        let language = Language::of(&file).expect("a language");
        Document::new(file, language, 0, text)
    }

    fn of(before: &str, edits: &[(u32, u32, &str)]) -> Vec<(usize, Vec<String>, Vec<String>)> {
        let mut after = before.to_owned();
        for (start, end, text) in edits.iter().rev() {
            after.replace_range(*start as usize..*end as usize, text);
        }
        let edits: Vec<(Span, String)> = edits.iter().map(|(start, end, text)| (Span::new(*start, *end), (*text).to_owned())).collect();
        let found = hunks(Some(&document("/a.ts", before)), &document("/a.ts", &after), &edits, &Redactor::default());
        found.into_iter().map(|hunk| (hunk.line, hunk.old, hunk.new)).collect()
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn whole_lines_are_shown_where_a_part_changes() {
        assert_eq!(of("let a = 1;\nlet b = 2;\n", &[(19, 20, "3")]), [(2, lines(&["let b = 2;"]), lines(&["let b = 3;"]))]);
        assert_eq!(of("f(a, b)", &[(2, 3, "x"), (5, 6, "y")]), [(1, lines(&["f(a, b)"]), lines(&["f(x, y)"]))]);
    }

    #[test]
    fn lines_between_lines_leave_those_around_them_out() {
        let found = of("a();\nb();\n", &[(0, 0, "import x;\n"), (5, 6, "c")]);
        assert_eq!(found, [(1, lines(&[]), lines(&["import x;"])), (2, lines(&["b();"]), lines(&["c();"]))]);
    }

    #[test]
    fn the_values_of_env_files_are_not_shown() {
        let new = document("/.env", "KEY=very-secret\n");
        let found = hunks(None, &new, &[(Span::at(0), "KEY=very-secret\n".to_owned())], &Redactor::default());
        assert_eq!(found, [Hunk { line: 1, old: lines(&[]), new: lines(&["KEY=•••"]) }]);
    }
}
