//! What a fix changes in a file, as lines that go and lines that come, secrets masked.

use std::fmt::Write;

use super::Redactor;
use super::paint::{Style, Tone, harmless, is_steering};
use super::redact::MASK;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span, common_ends};

/// Lines shown around what changes, where a person reads it.
pub const AROUND: usize = 3;
/// Longer lines are not written by people: there is nothing to see in them, and much that could leak.
const LONGEST: usize = 4096;
/// A line of more characters is cut.
const WIDEST: usize = 400;
const TAB: &str = "    ";

/// A line of a difference, without its line end. Tabs stay, as they are part of what is to be written.
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
pub fn hunks(file: &FileId, before: Option<&Document>, replacements: &[(Span, String)], around: usize, redactor: &Redactor) -> Option<Vec<Hunk>> {
    let language = before.map_or_else(|| Language::of(file).unwrap_or(Language::Text), |before| before.language);
    let empty;
    let old = match before {
        Some(before) => before,
        None => {
            empty = Document::new(file.clone(), language, 0, "");
            &empty
        }
    };
    let before = old.text();
    let after = replaced(&before, replacements)?;
    // Where secrets stand is known of the text before; those that the fix leaves have moved.
    let moved = redactor.moved(file, replacements);
    let new = Document::new(file.clone(), language, 0, &after);
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (lines_of(&before), lines_of(&after));
    let changes = changes(&before, &after, replacements, &old_lines, &new_lines);
    let mut groups: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match groups.last_mut().and_then(|group| group.last().map(|last| last.old_end).zip(Some(group))) {
            Some((end, group)) if around > 0 && change.old_start <= end + 2 * around => group.push(change),
            _ => groups.push(vec![change]),
        }
    }
    let was = |line: usize| masked(old, line, redactor);
    let is = |line: usize| masked(&new, line, &moved);
    let hunk = |group: Vec<Change>| {
        let (first, last) = (group.first()?, group.last()?);
        let (old_from, old_to) = (first.old_start.saturating_sub(around), (last.old_end + around).min(old_lines.len()));
        let new_from = first.new_start - (first.old_start - old_from);
        let new_to = last.new_end + (old_to - last.old_end);
        let mut lines = Vec::new();
        let mut at = old_from;
        for change in &group {
            lines.extend((at..change.old_start).map(|line| Line::Kept(was(line))));
            lines.extend((change.old_start..change.old_end).map(|line| Line::Gone(was(line))));
            lines.extend((change.new_start..change.new_end).map(|line| Line::Come(is(line))));
            at = change.old_end;
        }
        lines.extend((at..old_to).map(|line| Line::Kept(was(line))));
        Some(Hunk { before: (old_from + 1, old_to - old_from), after: (new_from + 1, new_to - new_from), lines })
    };
    groups.into_iter().map(hunk).collect()
}

/// A line, zero-based, as it may be shown.
fn masked(document: &Document, line: usize, redactor: &Redactor) -> String {
    let rope = document.rope();
    let Some(text) = rope.get_line(line) else { return String::new() };
    if text.len_bytes() > LONGEST {
        return "(a long line)".to_owned();
    }
    let text = text.to_string();
    let text = text.trim_end_matches(['\n', '\r']);
    let (mut out, mut from) = (String::new(), 0);
    for range in redactor.hidden(document, rope.line_to_byte(line) as u32, text) {
        out.push_str(text.get(from..range.start).unwrap_or(""));
        out.push_str(MASK);
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    let mut shown: String = out.trim_start_matches('\u{feff}').chars().take(WIDEST).map(|c| if c != '\t' && is_steering(c) { '·' } else { c }).collect();
    if out.chars().count() > WIDEST {
        shown.push_str("...");
    }
    shown
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
            let line = format!("{sign}{}", text.replace('\t', TAB));
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
        let change = trimmed(Change { old_start, old_end, new_start, new_end }, old_lines, new_lines);
        match out.last_mut() {
            Some(last) if change.old_start < last.old_end || change.new_start < last.new_end => {
                last.old_start = last.old_start.min(change.old_start);
                last.new_start = last.new_start.min(change.new_start);
                last.old_end = last.old_end.max(change.old_end);
                last.new_end = last.new_end.max(change.new_end);
            }
            _ => out.push(change),
        }
    }
    let mut out: Vec<Change> = out.into_iter().map(|change| trimmed(change, old_lines, new_lines)).collect();
    out.retain(|change| change.old_start != change.old_end || change.new_start != change.new_end);
    out
}

/// Without the lines at its ends that stay as they are.
fn trimmed(mut change: Change, old_lines: &[&str], new_lines: &[&str]) -> Change {
    let old = old_lines.get(change.old_start..change.old_end).unwrap_or_default();
    let new = new_lines.get(change.new_start..change.new_end).unwrap_or_default();
    let (head, tail) = common_ends(old, new, |a, b| a == b, |a, b| a == b);
    change.old_start += head;
    change.new_start += head;
    change.old_end -= tail;
    change.new_end -= tail;
    change
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
        let file = FileId::new(name);
        let language = Language::of(&file).expect("a language");
        let document = (!before.is_empty()).then(|| Document::new(file.clone(), language, 0, before));
        let hunks = hunks(&file, document.as_ref(), &edits, AROUND, &Redactor::default()).expect("edits that fit");
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

    /// Without anything around it, as an assistant is told of it.
    fn bare(before: &str, edits: &[(u32, u32, &str)]) -> Vec<(usize, Vec<Line>)> {
        let edits: Vec<(Span, String)> = edits.iter().map(|(start, end, text)| (Span::new(*start, *end), (*text).to_owned())).collect();
        let file = FileId::new("/a.ts");
        let document = Document::new(file.clone(), Language::TypeScript, 0, before);
        let found = hunks(&file, Some(&document), &edits, 0, &Redactor::default()).expect("edits that fit");
        found.into_iter().map(|hunk| (hunk.before.0, hunk.lines)).collect()
    }

    #[test]
    fn whole_lines_are_shown_where_a_part_changes() {
        let (gone, come) = (|text: &str| Line::Gone(text.into()), |text: &str| Line::Come(text.into()));
        assert_eq!(bare("let a = 1;\nlet b = 2;\n", &[(19, 20, "3")]), [(2, vec![gone("let b = 2;"), come("let b = 3;")])]);
        assert_eq!(bare("f(a, b)", &[(2, 3, "x"), (5, 6, "y")]), [(1, vec![gone("f(a, b)"), come("f(x, y)")])]);
        let found = bare("a();\nb();\n", &[(0, 0, "import x;\n"), (5, 6, "c")]);
        assert_eq!(found, [(1, vec![come("import x;")]), (2, vec![gone("b();"), come("c();")])]);
        let found = bare("\ta();\n", &[(0, 0, "import x;\n"), (1, 2, "c")]);
        assert_eq!(found, [(1, vec![gone("\ta();"), come("import x;"), come("\tc();")])], "tabs stay, and what touches is one");
    }

    #[test]
    fn a_secret_that_the_fix_leaves_is_hidden_where_it_stands_now() {
        use crate::report::Texts;
        use crate::report::samples::{RULES, finding, project};
        use crate::rules::Level;
        // Too short to be looked for everywhere: only its place says what it is.
        let text = "login(\"pass12\", \"word34\");\n";
        let (project, file) = project("a.ts", text);
        let found = ["\"pass12\"", "\"word34\""].map(|part| finding("secret-hardcoded", &project, &file, part, Level::Error));
        let redactor = Redactor::new(&Texts::of(&project), RULES, &found);
        let document = &project.file(&file).expect("a file").document;
        let edits = [(Span::at(0), "import { env } from \"node:process\";\n\n".to_owned()), (at(text, "\"pass12\""), "env.A!".to_owned())];
        for around in [0, AROUND] {
            let hunks = hunks(&file, Some(document), &edits, around, &redactor).expect("edits that fit");
            let told = format!("{hunks:?}");
            assert!(!told.contains("pass12") && !told.contains("word34") && told.contains("login(env.A!, \\\"•••\\\");"), "{told}");
        }
        let new = hunks(&FileId::new("/shop/.env"), None, &[(Span::at(0), "A=pass12\n".to_owned())], AROUND, &redactor).expect("edits that fit");
        assert_eq!(new[0].lines, [Line::Come("A=•••".into())]);
    }
}
