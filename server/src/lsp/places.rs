//! Byte spans to the client's lines and columns, for many spans of one text in order: the line of the last is remembered.

use ropey::{Rope, str_utils};
use tower_lsp::lsp_types;

use crate::text::{Encoding, Span, position};

pub struct Places<'r> {
    rope: &'r Rope,
    encoding: Encoding,
    line: usize,
    /// Where that line begins and where the next one does.
    start: usize,
    end: usize,
}

impl<'r> Places<'r> {
    pub fn new(rope: &'r Rope, encoding: Encoding) -> Self {
        Places { rope, encoding, line: 0, start: 0, end: 0 }
    }

    /// Writes a range as JSON.
    pub fn write(&mut self, span: Span, out: &mut Vec<u8>) {
        let (start, end) = (self.at(span.start), self.at(span.end));
        out.extend_from_slice(b"{\"start\":");
        write_position(start, out);
        out.extend_from_slice(b",\"end\":");
        write_position(end, out);
        out.push(b'}');
    }

    pub fn range(&mut self, span: Span) -> lsp_types::Range {
        lsp_types::Range { start: self.at(span.start), end: self.at(span.end) }
    }

    fn at(&mut self, offset: u32) -> lsp_types::Position {
        let offset = offset as usize;
        if offset < self.start || offset >= self.end {
            self.find_line(offset);
        }
        let column = match self.column(offset) {
            Some(column) => column,
            None => position::position(self.rope, offset as u32, self.encoding).column,
        };
        lsp_types::Position { line: self.line as u32, character: column }
    }

    fn find_line(&mut self, offset: usize) {
        let offset = offset.min(self.rope.len_bytes());
        if self.find_line_in_chunk(offset).is_some() {
            return;
        }
        self.line = self.rope.byte_to_line(offset);
        self.start = self.rope.line_to_byte(self.line);
        self.end = self.rope.line_to_byte(self.line + 1).max(self.start + 1);
    }

    /// The same with one look at the rope, where the line lies in one piece of it and lines end as they nearly always do.
    fn find_line_in_chunk(&mut self, offset: usize) -> Option<()> {
        let (chunk, chunk_start, _, chunk_line) = self.rope.get_chunk_at_byte(offset)?;
        let (before, after) = chunk.as_bytes().split_at_checked(offset - chunk_start)?;
        let start = before.iter().rposition(|byte| *byte == b'\n')? + 1;
        let end = before.len() + after.iter().position(|byte| *byte == b'\n')? + 1;
        if chunk.as_bytes().get(start..end)?.contains(&b'\r') {
            return None;
        }
        self.line = chunk_line + str_utils::byte_to_line_idx(chunk, start);
        (self.start, self.end) = (chunk_start + start, chunk_start + end);
        Some(())
    }

    /// The column, where the line up to it lies in one piece of the rope, as nearly all do.
    fn column(&self, offset: usize) -> Option<u32> {
        let (chunk, chunk_start, _, _) = self.rope.get_chunk_at_byte(self.start)?;
        let before = chunk.get(self.start - chunk_start..offset.checked_sub(chunk_start)?)?;
        Some(match self.encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => before.chars().count(),
        } as u32)
    }
}

fn write_position(position: lsp_types::Position, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"line\":");
    write_number(position.line, out);
    out.extend_from_slice(b",\"character\":");
    write_number(position.character, out);
    out.push(b'}');
}

/// Two of them for each end of each finding at each keystroke: the formatter of the standard library would be half of the list's cost.
fn write_number(number: u32, out: &mut Vec<u8>) {
    let first = out.len();
    let mut rest = number;
    loop {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out[first..].reverse();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_is_written_as_json() {
        let rope = Rope::from_str(&"0123456789\n".repeat(120));
        let mut out = Vec::new();
        Places::new(&rope, Encoding::Utf16).write(Span::new(0, 110 * 11 + 10), &mut out);
        assert_eq!(String::from_utf8(out).as_deref(), Ok(r#"{"start":{"line":0,"character":0},"end":{"line":110,"character":10}}"#));
    }

    proptest! {
        #[test]
        fn they_are_the_places_that_one_span_alone_has(
            text in "[ab\r\né😀]{0,60}",
            repeated in 1..60_usize,
            mut offsets in prop::collection::vec(0..9000_u32, 1..20),
            sorted in any::<bool>(),
        ) {
            let rope = Rope::from_str(&text.repeat(repeated));
            if sorted {
                offsets.sort_unstable();
            }
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let mut places = Places::new(&rope, encoding);
                for offset in &offsets {
                    let expected = position::position(&rope, *offset, encoding);
                    let place = places.at(*offset);
                    prop_assert_eq!((place.line, place.character), (expected.line, expected.column));
                }
            }
        }
    }
}
