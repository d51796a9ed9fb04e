//! Editor positions (line and column) to byte offsets and back. Columns exist here and in the LSP translation only.
//!
//! Line ends are the protocol's: `\n`, `\r\n` and a lone `\r`, nothing else. A column past the end of its line means
//! the end of the line; a line past the end of the file means the end of the file (LSP 3.17, "Position").

use ropey::{Rope, RopeSlice};

use super::Span;

/// What a column counts. UTF-16 code units unless the client agreed on another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

/// Zero-based line, and column in the units of an [`Encoding`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Range {
    pub start: Position,
    pub end: Position,
}

/// Byte offset of a position, clamped into the text and onto a character boundary.
pub fn offset(rope: &Rope, position: Position, encoding: Encoding) -> u32 {
    let line = position.line as usize;
    if line >= rope.len_lines() {
        return rope.len_bytes() as u32;
    }
    let start = rope.line_to_byte(line);
    let text = without_line_end(rope.line(line));
    (start + column_to_byte(text, position.column as usize, encoding)) as u32
}

/// The span of a range; a range given backwards is read forwards.
pub fn span(rope: &Rope, range: Range, encoding: Encoding) -> Span {
    let (a, b) = (offset(rope, range.start, encoding), offset(rope, range.end, encoding));
    Span::new(a.min(b), a.max(b))
}

/// The position of a byte offset. An offset inside a character counts as that character's start, one past the end as the end.
pub fn position(rope: &Rope, offset: u32, encoding: Encoding) -> Position {
    let offset = (offset as usize).min(rope.len_bytes());
    let line = rope.byte_to_line(offset);
    let start = rope.line_to_byte(line);
    let before = rope.line(line);
    let chars = before.byte_to_char((offset - start).min(before.len_bytes()));
    let column = match encoding {
        Encoding::Utf8 => before.char_to_byte(chars),
        Encoding::Utf16 => before.char_to_utf16_cu(chars),
        Encoding::Utf32 => chars,
    };
    Position { line: line as u32, column: column as u32 }
}

/// The range of a span.
pub fn range(rope: &Rope, span: Span, encoding: Encoding) -> Range {
    Range { start: position(rope, span.start, encoding), end: position(rope, span.end, encoding) }
}

fn without_line_end(line: RopeSlice<'_>) -> RopeSlice<'_> {
    let mut end = line.len_chars();
    if end > 0 && line.char(end - 1) == '\n' {
        end -= 1;
    }
    if end > 0 && line.char(end - 1) == '\r' {
        end -= 1;
    }
    line.slice(..end)
}

fn column_to_byte(text: RopeSlice<'_>, column: usize, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 if column >= text.len_bytes() => text.len_bytes(),
        Encoding::Utf8 => text.char_to_byte(text.byte_to_char(column)),
        Encoding::Utf16 if column >= text.len_utf16_cu() => text.len_bytes(),
        Encoding::Utf16 => text.char_to_byte(text.utf16_cu_to_char(column)),
        Encoding::Utf32 => text.char_to_byte(column.min(text.len_chars())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, line: u32, column: u32, encoding: Encoding) -> u32 {
        offset(&Rope::from_str(text), Position { line, column }, encoding)
    }

    #[test]
    fn columns_count_what_the_client_counts() {
        let text = "a😀é\tb";
        assert_eq!(at(text, 0, 3, Encoding::Utf16), 5, "the emoji is two units");
        assert_eq!(at(text, 0, 2, Encoding::Utf32), 5);
        assert_eq!(at(text, 0, 5, Encoding::Utf8), 5);
        assert_eq!(at(text, 0, 2, Encoding::Utf16), 1, "half an emoji is its start");
        assert_eq!(at(text, 0, 3, Encoding::Utf8), 1);
    }

    #[test]
    fn positions_past_an_end_are_clamped() {
        assert_eq!(at("ab\r\ncd", 0, 99, Encoding::Utf16), 2);
        assert_eq!(at("ab\rcd", 0, 99, Encoding::Utf16), 2);
        assert_eq!(at("ab\ncd", 9, 0, Encoding::Utf16), 5);
        assert_eq!(at("ab\n", 1, 7, Encoding::Utf16), 3);
        assert_eq!(at("", 3, 3, Encoding::Utf16), 0);
    }

    #[test]
    fn only_the_protocols_line_ends_end_lines() {
        assert_eq!(at("a\u{2028}b\u{85}c\u{0b}d\ne", 1, 0, Encoding::Utf8), 11);
    }

    #[test]
    fn there_and_back_again() {
        let rope = Rope::from_str("let a = \"😀\";\r\nlet é = 1;\rx\n");
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, _) in rope.to_string().char_indices() {
                // Inside `\r\n` there is no position of its own: it is the end of the line before it.
                if byte > 0 && rope.byte(byte) == b'\n' && rope.byte(byte - 1) == b'\r' {
                    continue;
                }
                assert_eq!(offset(&rope, position(&rope, byte as u32, encoding), encoding), byte as u32);
            }
        }
    }
}
