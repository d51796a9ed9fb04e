//! Edits of texts: collecting them per file, putting them in order, and making the usual ones.

use super::{FileEdit, TextEdit};
use crate::syntax::Language;
use crate::text::lines::{begins_line, line_end, line_start, line_stop, next_line, without_bom};
use crate::text::{FileId, Span};

/// Edits of several files while a fix is being put together. Files keep the order in which they were first named.
#[derive(Default)]
pub struct Edits {
    files: Vec<FileEdit>,
}

impl Edits {
    /// An edit of a file that exists.
    pub fn edit(&mut self, file: &FileId, edit: TextEdit) {
        match self.files.iter_mut().find(|known| known.file == *file) {
            Some(known) => known.edits.push(edit),
            None => self.files.push(FileEdit { file: file.clone(), create: false, edits: vec![edit] }),
        }
    }

    pub fn replace(&mut self, file: &FileId, span: Span, text: impl Into<String>) {
        self.edit(file, TextEdit { span, text: text.into() });
    }

    pub fn insert(&mut self, file: &FileId, at: u32, text: impl Into<String>) {
        self.replace(file, Span::at(at), text);
    }

    /// A file that does not exist yet, with its whole text.
    pub fn create(&mut self, file: &FileId, text: String) {
        self.files.push(FileEdit { file: file.clone(), create: true, edits: vec![TextEdit { span: Span::at(0), text }] });
    }

    /// True if code other than this file is edited.
    pub fn touches_code_besides(&self, file: &FileId) -> bool {
        self.files.iter().any(|edit| edit.file != *file && Language::of(&edit.file).is_some_and(Language::is_code))
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// In order, insertions at one place joined into one edit, the same edit asked for twice made once.
    /// `None` if two edits overlap: then the fix contradicts itself and must not be offered.
    pub fn finish(self) -> Option<Vec<FileEdit>> {
        self.files.into_iter().map(|file| Some(FileEdit { edits: ordered(file.edits)?, ..file })).collect()
    }
}

/// The edits of one text in order, or `None` if they overlap.
pub fn ordered(mut edits: Vec<TextEdit>) -> Option<Vec<TextEdit>> {
    // Stable: insertions at one place stay in the order in which they were asked for.
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let mut out: Vec<TextEdit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match out.last_mut() {
            Some(last) if last.span.end > edit.span.start => return None,
            Some(last) if last.span.is_empty() && last.span == edit.span => last.text.push_str(&edit.text),
            Some(last) if last.span.is_empty() && last.span.start == edit.span.start => {
                last.text.push_str(&edit.text);
                last.span = edit.span;
            }
            _ => out.push(edit),
        }
    }
    Some(out)
}

/// The text after the edits, which are in order. `None` if one of them does not fit the text.
pub fn applied(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
        text.get(edit.span.range())?;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Appends lines (given without line ends) at the end of a text, after ending its last line if that is open.
pub fn append_lines(text: &str, lines: &[String]) -> TextEdit {
    let end = line_end(text);
    let mut added = String::new();
    if !without_bom(text).is_empty() && !text.ends_with(['\n', '\r']) {
        added.push_str(end);
    }
    for line in lines {
        added.push_str(line);
        added.push_str(end);
    }
    TextEdit { span: Span::at(text.len() as u32), text: added }
}

/// Takes a statement away, with its line if it has that to itself.
pub fn without_statement(text: &str, span: Span) -> TextEdit {
    let stop = line_stop(text, span.end);
    let alone = begins_line(text, span.start) && Span::new(span.end, stop).of(text).trim_matches([' ', '\t', ';']).is_empty();
    let span = if alone { Span::new(line_start(text, span.start), next_line(text, span.end)) } else { span };
    TextEdit { span, text: String::new() }
}

/// The quote that a text prefers, `"` or `'`, with `otherwise` for a text that has none or as many of both.
pub fn quote(text: &str, otherwise: char) -> char {
    let (mut double, mut single) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'"' => double += 1,
            b'\'' => single += 1,
            _ => {}
        }
    }
    match double.cmp(&single) {
        std::cmp::Ordering::Greater => '"',
        std::cmp::Ordering::Less => '\'',
        std::cmp::Ordering::Equal => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> TextEdit {
        TextEdit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_ordered_and_joined() {
        let edits = ordered(vec![edit(4, 6, "B"), edit(0, 0, "x"), edit(0, 0, "y"), edit(4, 4, "in"), edit(4, 6, "B")]).unwrap();
        assert_eq!(edits, vec![edit(0, 0, "xy"), edit(4, 6, "inB")]);
        assert_eq!(applied("abcdefgh", &edits).unwrap(), "xyabcdinBgh");
    }

    #[test]
    fn the_same_edit_is_made_once() {
        assert_eq!(ordered(vec![edit(2, 3, "a"), edit(2, 3, "a")]).unwrap(), vec![edit(2, 3, "a")]);
    }

    #[test]
    fn overlapping_edits_are_refused() {
        assert_eq!(ordered(vec![edit(0, 3, ""), edit(2, 4, "")]), None);
        assert_eq!(ordered(vec![edit(2, 3, "a"), edit(2, 3, "b")]), None);
        assert!(ordered(vec![edit(0, 2, "a"), edit(2, 4, "b")]).is_some());
    }

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        assert_eq!(applied("é", &[edit(1, 1, "x")]), None);
        assert_eq!(applied("ab", &[edit(1, 9, "x")]), None);
    }

    #[test]
    fn lines_are_appended_on_lines_of_their_own() {
        let after = |text: &str| applied(text, &[append_lines(text, &["B=2".to_owned()])]).unwrap();
        assert_eq!(after(""), "B=2\n");
        assert_eq!(after("\u{feff}"), "\u{feff}B=2\n");
        assert_eq!(after("A=1"), "A=1\nB=2\n");
        assert_eq!(after("A=1\n"), "A=1\nB=2\n");
        assert_eq!(after("A=0\r\nA=1"), "A=0\r\nA=1\r\nB=2\r\n");
    }

    #[test]
    fn a_statement_goes_with_its_line() {
        let without = |text: &str, part: &str| {
            let start = text.find(part).unwrap();
            applied(text, &[without_statement(text, Span::from(start..start + part.len()))]).unwrap()
        };
        assert_eq!(without("a\r\n  b()\r\nc", "b()"), "a\r\nc");
        assert_eq!(without("a\nb();", "b()"), "a\n");
        assert_eq!(without("a; b(); c", "b();"), "a;  c");
    }

    #[test]
    fn quotes_go_with_the_majority() {
        assert_eq!(quote("a = 'x'", '"'), '\'');
        assert_eq!(quote("a = 1", '"'), '"');
    }
}
