//! The lines of code a finding is about, ready to be shown: secrets masked, cut to the window, the place marked.

use std::ops::Range;

use super::Report;
use super::paint::{is_steering, width_of};
use super::redact::{MASK, Redactor};
use crate::rules::Place;
use crate::syntax::Document;
use crate::text::Span;

/// One line of code as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// One-based.
    pub number: usize,
    pub text: String,
    /// The flagged part, in columns of `text`.
    pub marked: Range<usize>,
}

/// A flagged place of more lines is shown by its first ones.
const MOST_LINES: usize = 3;
const TAB: usize = 4;
/// Longer lines are not written by people: there is nothing to see in them, and much that could leak.
const LONGEST: usize = 4096;

/// The lines of `span`, each at most `width` columns wide. None for minified code.
pub fn frame(document: &Document, span: Span, redactor: &Redactor, width: usize) -> Vec<Line> {
    let rope = document.rope();
    let end = rope.len_bytes();
    let first = rope.byte_to_line((span.start as usize).min(end));
    let last = rope.byte_to_line((span.end as usize).min(end)).max(first);
    let shown = if last - first < MOST_LINES { first..=last } else { first..=first };
    if shown.clone().any(|line| rope.line(line).len_bytes() > LONGEST) {
        return Vec::new();
    }
    let cells: Vec<(usize, Vec<Cell>)> = shown.map(|line| (line, cells(document, line, span, redactor))).collect();
    let blank = |cells: &[Cell]| cells.iter().take_while(|cell| cell.c == ' ').count();
    let indent = cells.iter().filter(|(_, cells)| !cells.is_empty()).map(|(_, cells)| blank(cells)).min().unwrap_or(0);
    cells.into_iter().map(|(line, cells)| cut(line + 1, cells.get(indent..).unwrap_or_default(), width.max(20))).collect()
}

/// The frame of a place, and how many digits its longest line number has. `None` if there is nothing to show.
pub fn of_place(report: &Report<'_>, place: &Place, width: usize) -> Option<(Vec<Line>, usize)> {
    let lines = frame(report.texts.get(&place.file)?, place.span, &report.redactor, width);
    let widest = lines.iter().map(|line| line.number.to_string().len()).max()?;
    Some((lines, widest))
}

/// The line on which `span` begins, secrets masked and blanks squeezed: what remains of it when lines above move and
/// keys are changed. Empty for minified code.
pub fn essence(document: &Document, span: Span, redactor: &Redactor) -> String {
    let rope = document.rope();
    let line = rope.byte_to_line((span.start as usize).min(rope.len_bytes()));
    if rope.line(line).len_bytes() > LONGEST {
        return String::new();
    }
    let text: String = cells(document, line, span, redactor).into_iter().map(|cell| cell.c).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy)]
struct Cell {
    c: char,
    marked: bool,
}

fn cells(document: &Document, line: usize, span: Span, redactor: &Redactor) -> Vec<Cell> {
    let rope = document.rope();
    let start = rope.line_to_byte(line) as u32;
    let text = rope.line(line).to_string();
    let text = text.trim_end_matches(['\n', '\r']);
    let hidden = redactor.hidden(document, start, text);
    let is_marked = |from: usize, to: usize| {
        let (from, to) = (start + from as u32, start + to as u32);
        if span.is_empty() { from <= span.start && span.start < to } else { from < span.end && span.start < to }
    };
    let mut cells = Vec::new();
    let mut masks = hidden.into_iter().peekable();
    let mut shown_from = 0;
    for (i, c) in text.char_indices() {
        if i < shown_from {
            continue;
        }
        if let Some(mask) = masks.next_if(|mask| mask.start <= i) {
            let marked = is_marked(mask.start, mask.end);
            cells.extend(MASK.chars().map(|c| Cell { c, marked }));
            shown_from = mask.end;
            continue;
        }
        let marked = is_marked(i, i + c.len_utf8());
        match c {
            '\t' => cells.extend([Cell { c: ' ', marked }; TAB]),
            '\u{feff}' => {}
            c if is_steering(c) => cells.push(Cell { c: '·', marked }),
            c => cells.push(Cell { c, marked }),
        }
    }
    cells
}

/// The part of the line that shows the marked place, with `…` where something was left out.
fn cut(number: usize, cells: &[Cell], width: usize) -> Line {
    let first = cells.iter().position(|cell| cell.marked).unwrap_or(cells.len());
    let columns = |cells: &[Cell]| cells.iter().map(|cell| width_of(cell.c)).sum::<usize>();
    let mut from = 0;
    if columns(cells) > width {
        // A third of the window stays for what stands before the place.
        let mut before = 0;
        from = first;
        while from > 0 && before < width / 3 {
            from -= 1;
            before += width_of(cells[from].c);
        }
        if columns(&cells[from..]) < width && from > 0 {
            while from > 0 && columns(&cells[from - 1..]) < width {
                from -= 1;
            }
        }
    }
    let mut line = Line { number, text: String::new(), marked: 0..0 };
    let mut column = 0;
    if from > 0 {
        line.text.push('…');
        column += 1;
    }
    for (i, cell) in cells.iter().enumerate().skip(from) {
        let wide = width_of(cell.c);
        if column + wide >= width && i + 1 < cells.len() {
            line.text.push('…');
            break;
        }
        if cell.marked {
            if line.marked.is_empty() {
                line.marked.start = column;
            }
            line.marked.end = column + wide.max(1);
        }
        line.text.push(cell.c);
        column += wide;
    }
    if line.marked.is_empty() && first == cells.len() {
        // Nothing is marked on the line itself: the place is its end.
        line.marked = column..column + 1;
    }
    line.text.truncate(line.text.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::project;

    fn shown(text: &str, part: &str, width: usize) -> Vec<String> {
        let (project, file) = project("a.ts", text);
        let document = &project.file(&file).expect("a file").document;
        let start = text.find(part).expect("the part");
        let lines = frame(document, Span::from(start..start + part.len()), &Redactor::default(), width);
        lines.iter().flat_map(|line| [line.text.clone(), " ".repeat(line.marked.start) + &"^".repeat(line.marked.len())]).collect()
    }

    #[test]
    fn the_place_is_marked_below_the_line() {
        assert_eq!(shown("a\n    call(x);\n", "x", 40), ["call(x);", "     ^"]);
        assert_eq!(shown("\tif (a) {\n\t\tb\n\t}\n", "if (a) {\n\t\tb\n\t}", 40), ["if (a) {", "^^^^^^^^", "    b", "^^^^^", "}", "^"]);
        assert_eq!(shown("f(\n1,\n2,\n3)", "f(\n1,\n2,\n3)", 40), ["f(", "^^"]);
        assert_eq!(shown("日本(x)", "x", 40), ["日本(x)", "     ^"]);
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(100), "b".repeat(100));
        let lines = shown(&text, "HERE", 20);
        assert_eq!(lines, ["…aaaaaaHEREbbbbbbbb…", "       ^^^^"]);
        let text = format!("{}HERE", "a".repeat(100));
        assert_eq!(shown(&text, "HERE", 20), ["…aaaaaaaaaaaaaaaHERE", "                ^^^^"]);
        let text = format!("HERE{}", "b".repeat(100));
        assert_eq!(shown(&text, "HERE", 20), ["HEREbbbbbbbbbbbbbbb…", "^^^^"]);
    }

    #[test]
    fn minified_code_is_not_shown() {
        assert_eq!(shown(&format!("{}HERE", "a".repeat(5000)), "HERE", 40), Vec::<String>::new());
    }

    #[test]
    fn places_at_the_edges_do_not_fail() {
        let (project, file) = project("a.ts", "\u{feff}a\r\nb\u{1b}[31m");
        let document = &project.file(&file).expect("a file").document;
        for start in 0..=20 {
            for end in start..=20 {
                for line in frame(document, Span::new(start, end), &Redactor::default(), 1) {
                    assert!(!line.text.contains(['\u{1b}', '\r', '\u{feff}']));
                }
            }
        }
        let (project, file) = crate::report::samples::project("b.ts", "");
        assert_eq!(frame(&project.file(&file).expect("a file").document, Span::at(0), &Redactor::default(), 40).len(), 1);
    }
}
