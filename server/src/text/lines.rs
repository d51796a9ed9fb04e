//! Lines of a text, by byte offset. Unlike an editor's positions these need no rope: for fixes and readers of small files.

use super::Span;

/// The line end most lines have; `\n` where there are none.
pub fn line_end(text: &str) -> &'static str {
    let newlines = text.bytes().filter(|byte| *byte == b'\n').count();
    let pairs = text.as_bytes().windows(2).filter(|pair| pair == b"\r\n").count();
    if pairs * 2 > newlines { "\r\n" } else { "\n" }
}

pub fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Where the line of `offset` begins.
pub fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or("");
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    // A byte order mark belongs to the file, not to its first line.
    (if start == 0 && text.starts_with('\u{feff}') && offset >= 3 { 3 } else { start }) as u32
}

/// Where the line of `offset` ends, before its line end.
pub fn line_stop(text: &str, offset: u32) -> u32 {
    let rest = text.get(offset as usize..).unwrap_or("");
    offset + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32
}

/// Where the line after that of `offset` begins; the end of the text if there is none.
pub fn next_line(text: &str, offset: u32) -> u32 {
    let stop = line_stop(text, offset);
    match text.get(stop as usize..).unwrap_or("").as_bytes() {
        [b'\r', b'\n', ..] => stop + 2,
        [_, ..] => stop + 1,
        [] => stop,
    }
}

/// Where the line above that starting at `line` begins; `None` for the first line.
pub fn previous_line(text: &str, line: u32) -> Option<u32> {
    let before = text.get(..line as usize)?;
    let before = before.strip_suffix('\n').map(|before| before.strip_suffix('\r').unwrap_or(before)).or_else(|| before.strip_suffix('\r'))?;
    Some(line_start(text, before.len() as u32))
}

/// The white space at the start of the line of `offset`.
pub fn indentation(text: &str, offset: u32) -> &str {
    let line = text.get(line_start(text, offset) as usize..).unwrap_or("");
    let width = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
    line.get(..width).unwrap_or("")
}

/// True if only white space stands before `offset` on its line.
pub fn begins_line(text: &str, offset: u32) -> bool {
    let start = line_start(text, offset);
    Span::new(start, offset).of(text).chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_go_with_the_majority() {
        assert_eq!(line_end(""), "\n");
        assert_eq!(line_end("a\r\nb\r\nc\n"), "\r\n");
        assert_eq!(line_end("a\r\nb\n"), "\n");
    }

    #[test]
    fn lines_are_found() {
        let text = "\u{feff}one\r\n  two\nthree";
        assert_eq!(line_start(text, 5), 3);
        assert_eq!(line_stop(text, 5), 6);
        assert_eq!(next_line(text, 5), 8);
        assert_eq!(indentation(text, 11), "  ");
        assert!(begins_line(text, 10) && !begins_line(text, 11));
        assert_eq!(next_line(text, 15), text.len() as u32);
        assert_eq!(previous_line(text, 14), Some(8));
        assert_eq!(previous_line(text, 8), Some(3));
        assert_eq!(previous_line(text, 3), None);
    }
}
