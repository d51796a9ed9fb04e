//! What a fix changes in a file, as lines that go and lines that come, secrets masked.

use std::fmt::Write;

use super::Redactor;
use super::frame;
use super::paint::{Style, Tone, harmless};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span, common_ends};

/// Lines shown around what changes.
const AROUND: usize = 3;

/// A line of a difference, without its line end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    Kept(String),
    Gone(String),
    Come(String),
}

/// Neighbouring changes, with a few lines around them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hunk {
    /// One-based: the first line that is shown, before and after, and how many there are.
    pub before: (usize, usize),
    pub after: (usize, usize),
    pub lines: Vec<Line>,
}

/// What the replacements, which are in order and do not overlap, change. A file that is created has no text before. `None` if they
/// do not fit the text.
pub fn hunks(file: &FileId, before: &str, replacements: &[(Span, String)], redactor: &Redactor) -> Option<Vec<Hunk>> {
    let after = replaced(before, replacements)?;
    let language = Language::of(file).unwrap_or(Language::Text);
    let old = Document::new(file.clone(), language, 0, before);
    // Where secrets stand is known of the text before; of the text after, only what they read and how they look.
    let new = Document::new(FileId::new(&format!("{file} (after)")), language, 0, &after);
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (lines_of(before), lines_of(&after));
    let changes = changes(before, &after, replacements, &old_lines, &new_lines);
    let mut groups: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match groups.last_mut().and_then(|group| group.last().map(|last| last.old_end).zip(Some(group))) {
            Some((end, group)) if change.old_start <= end + 2 * AROUND => group.push(change),
            _ => groups.push(vec![change]),
        }
    }
    let shown = |document: &Document, line: usize| frame::masked(document, line, redactor);
    let hunk = |group: Vec<Change>| {
        let (first, last) = (group.first()?, group.last()?);
        let (old_from, old_to) = (first.old_start.saturating_sub(AROUND), (last.old_end + AROUND).min(old_lines.len()));
        let new_from = first.new_start - (first.old_start - old_from);
        let new_to = last.new_end + (old_to - last.old_end);
        let mut lines = Vec::new();
        let mut at = old_from;
        for change in &group {
            lines.extend((at..change.old_start).map(|line| Line::Kept(shown(&old, line))));
            lines.extend((change.old_start..change.old_end).map(|line| Line::Gone(shown(&old, line))));
            lines.extend((change.new_start..change.new_end).map(|line| Line::Come(shown(&new, line))));
            at = change.old_end;
        }
        lines.extend((at..old_to).map(|line| Line::Kept(shown(&old, line))));
        Some(Hunk { before: (old_from + 1, old_to - old_from), after: (new_from + 1, new_to - new_from), lines })
    };
    groups.into_iter().map(hunk).collect()
}

fn replaced(text: &str, replacements: &[(Span, String)]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in replacements {
        out.push_str(text.get(at..span.start as usize)?);
        out.push_str(new);
        text.get(span.range())?;
        at = span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The differences of one file for a terminal, under its name.
pub fn render(path: &str, creates: bool, hunks: &[Hunk], style: Style) -> String {
    let mut out = String::new();
    let title = if creates { format!("{} (new)", harmless(path)) } else { harmless(path).into_owned() };
    let _ = writeln!(out, "{}", style.paint(Tone::Strong, &title));
    for hunk in hunks {
        let range = |(from, count): (usize, usize)| if count == 0 { format!("{},0", from.saturating_sub(1)) } else { format!("{from},{count}") };
        let _ = writeln!(out, "{}", style.paint(Tone::Look, &format!("@@ -{} +{} @@", range(hunk.before), range(hunk.after))));
        for line in &hunk.lines {
            let (sign, text, tone) = match line {
                Line::Kept(text) => (' ', text, None),
                Line::Gone(text) => ('-', text, Some(Tone::Serious)),
                Line::Come(text) => ('+', text, Some(Tone::Good)),
            };
            let line = format!("{sign}{text}");
            let _ = writeln!(out, "{}", tone.map_or(line.clone(), |tone| style.paint(tone, &line)).trim_end());
        }
    }
    out
}

/// Lines that are replaced by others, zero-based, ends exclusive.
struct Change {
    old_start: usize,
    old_end: usize,
    new_start: usize,
    new_end: usize,
}

/// The changed lines, edits on the same or neighbouring lines taken together, lines that stay the same left out.
fn changes(before: &str, after: &str, replacements: &[(Span, String)], old_lines: &[&str], new_lines: &[&str]) -> Vec<Change> {
    let (old_starts, new_starts) = (starts(old_lines), starts(new_lines));
    let mut out: Vec<Change> = Vec::new();
    let mut shift = 0i64;
    for (span, new) in replacements {
        let new_at = |old: u32, shift: i64| (i64::from(old) + shift).clamp(0, after.len() as i64) as usize;
        let start = new_at(span.start, shift);
        shift += new.len() as i64 - i64::from(span.end - span.start);
        let end = new_at(span.end, shift);
        let (old_start, old_end) = touched(&old_starts, before, *span);
        let (new_start, new_end) = touched(&new_starts, after, Span::from(start..end.max(start)));
        match out.last_mut() {
            Some(last) if old_start <= last.old_end => {
                last.old_end = last.old_end.max(old_end);
                last.new_end = last.new_end.max(new_end);
            }
            _ => out.push(Change { old_start, old_end, new_start, new_end }),
        }
    }
    for change in &mut out {
        let old = old_lines.get(change.old_start..change.old_end).unwrap_or_default();
        let new = new_lines.get(change.new_start..change.new_end).unwrap_or_default();
        let (head, tail) = common_ends(old, new, |a, b| a == b, |a, b| a == b);
        change.old_start += head;
        change.new_start += head;
        change.old_end -= tail;
        change.new_end -= tail;
    }
    out.retain(|change| change.old_start != change.old_end || change.new_start != change.new_end);
    out
}

/// The lines that a span touches: from the one it begins on to the one it ends on. Behind the last line end there is none.
fn touched(starts: &[usize], text: &str, span: Span) -> (usize, usize) {
    let line = |offset: usize| match offset >= text.len() && (text.is_empty() || text.ends_with('\n')) {
        true => starts.len(),
        false => starts.partition_point(|start| *start <= offset).saturating_sub(1),
    };
    let first = line(span.start as usize);
    (first, (line(span.end as usize) + 1).min(starts.len()).max(first))
}

/// With their line ends, so that a change of those is one.
fn lines_of(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn starts(lines: &[&str]) -> Vec<usize> {
    lines
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(start)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(name: &str, before: &str, edits: &[(Span, &str)]) -> String {
        let edits: Vec<(Span, String)> = edits.iter().map(|(span, text)| (*span, (*text).to_owned())).collect();
        let hunks = hunks(&FileId::new(name), before, &edits, &Redactor::default()).expect("edits that fit");
        render(name, before.is_empty(), &hunks, Style { colour: false, width: 80 })
    }

    fn at(text: &str, part: &str) -> Span {
        let start = text.find(part).expect("the part");
        Span::from(start..start + part.len())
    }

    #[test]
    fn lines_that_change_are_shown_among_those_that_stay() {
        let text = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        assert_eq!(diff("a.ts", text, &[(at(text, "ve"), "VE")]), "a.ts\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-five\n+fiVE\n 6\n 7\n 8\n");
        assert_eq!(diff("a.ts", text, &[(Span::at(0), "new\n")]), "a.ts\n@@ -1,3 +1,4 @@\n+new\n 1\n 2\n 3\n");
        assert_eq!(diff("a.ts", text, &[(at(text, "9\n"), "")]), "a.ts\n@@ -6,4 +6,3 @@\n 6\n 7\n 8\n-9\n");
        assert_eq!(diff("a.ts", text, &[(Span::at(text.len() as u32), "ten\n")]), "a.ts\n@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+ten\n");
    }

    #[test]
    fn changes_far_apart_are_told_apart() {
        let text: String = (0..20).map(|n| format!("line{n:02}\n")).collect();
        let both = diff("a.ts", &text, &[(at(&text, "00"), "xx"), (at(&text, "18"), "yy")]);
        assert_eq!(both.matches("@@ -").count(), 2, "{both}");
        assert!(both.contains("@@ -1,4 +1,4 @@") && both.contains("@@ -16,5 +16,5 @@"), "{both}");
        let near = diff("a.ts", &text, &[(at(&text, "00"), "x\nx"), (at(&text, "05"), "yy")]);
        assert!(near.contains("@@ -1,9 +1,10 @@"), "{near}");
    }

    #[test]
    fn a_new_file_is_all_new_and_values_are_masked() {
        assert_eq!(diff(".env", "", &[(Span::at(0), "# why\nAPI_KEY=abc\n")]), ".env (new)\n@@ -0,0 +1,2 @@\n+# why\n+API_KEY=•••\n");
        assert_eq!(diff("a.ts", "a\r\n", &[(Span::at(3), "b\u{1b}[2J\r\n")]), "a.ts\n@@ -1,1 +1,2 @@\n a\n+b·[2J\n");
    }
}
