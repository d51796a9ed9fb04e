//! A cell of a notebook: Python, written as JSON strings. Its mask is the code itself, without escapes, each line as near to its
//! place as its indentation and its strings allow: what escapes took too much goes where blanks say nothing.

use std::ops::Range;

use super::lexer::{Lexer, Token};
use super::magic::{self, Magic};
use super::moves::Moves;
use super::{Part, json};
use crate::text::Span;

/// The mask of a notebook while it is written.
pub(super) struct Mask<'t> {
    pub text: &'t str,
    pub out: Vec<u8>,
    pub moves: Moves,
    pub parts: Vec<Part>,
    /// Commands to the notebook among the code.
    pub magics: Vec<Range<usize>>,
}

/// The code of a cell, and of each byte where what writes it begins and ends in the file.
#[derive(Default)]
struct Code {
    text: String,
    from: Vec<usize>,
    to: Vec<usize>,
}

impl Code {
    fn of(text: &str, source: &[Range<usize>]) -> Code {
        let mut code = Code::default();
        for string in source {
            let inside = text.get(..string.end).unwrap_or_default();
            let mut at = string.start;
            while let Some((char, len)) = json::character(inside, at) {
                let char = if char.is_control() && !matches!(char, '\n' | '\t' | '\r') { ' ' } else { char };
                let is_plain = char.len_utf8() == len;
                for byte in 0..if char == '\r' { 0 } else { char.len_utf8() } {
                    code.from.push(if is_plain { at + byte } else { at });
                    code.to.push(if is_plain { at + byte + 1 } else { at + len });
                }
                if char != '\r' {
                    code.text.push(char);
                }
                at += len;
            }
        }
        code
    }

    /// Where the byte begins in the file; where the one before it ends, if there is none.
    fn place(&self, at: usize) -> usize {
        self.from.get(at).or_else(|| self.to.get(at.checked_sub(1)?)).copied().unwrap_or_default()
    }

    fn written(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        start..range.end.checked_sub(1).and_then(|last| self.to.get(last)).copied().unwrap_or(start).max(start)
    }
}

/// Writes a cell of Python into the mask. False if it holds none.
pub(super) fn write(mask: &mut Mask<'_>, source: &[Range<usize>]) -> bool {
    let code = Code::of(mask.text, source);
    if magic::takes_the_cell(&code.text) {
        return false;
    }
    let (Some(first), Some(last)) = (source.first(), source.last()) else { return false };
    mask.out.get_mut(first.start..last.end).unwrap_or_default().fill(b' ');
    mask.parts.extend(source.iter().map(|string| Part { span: Span::from(string.clone()), is_server: true }));
    let line_end = first.start.saturating_sub(1);
    let mut writer = Writer { mask, code: &code, lexer: Lexer::default(), before: Before { line_end, char: None, backslash: None }, free: line_end };
    writer.lines();
    true
}

/// What stands before a line and is not written yet.
struct Before {
    /// The first place where the line end can stand.
    line_end: usize,
    /// The line end of the code; a cell begins on a line of its own without one.
    char: Option<usize>,
    /// The backslash that goes on with the line before.
    backslash: Option<usize>,
}

struct Writer<'m, 't> {
    mask: &'m mut Mask<'t>,
    code: &'m Code,
    lexer: Lexer,
    before: Before,
    /// Behind the last byte that was written.
    free: usize,
}

impl Writer<'_, '_> {
    fn lines(&mut self) {
        let text = self.code.text.as_str();
        let mut magic_goes_on = false;
        let mut start = 0;
        loop {
            let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
            let line = text.get(start..end).unwrap_or_default();
            let is_free = self.lexer.is_between_statements() && self.before.backslash.is_none();
            let magic = if magic_goes_on { Some(Magic::Rest) } else { magic::of(line).filter(|_| is_free) };
            magic_goes_on = magic.is_some() && line.ends_with('\\');
            match magic {
                Some(magic) => self.magic(start, end, &magic),
                None => self.line(start, end),
            }
            if end >= text.len() {
                break;
            }
            let line_end = self.code.written(end..end + 1).end.saturating_sub(1);
            self.before = Before { line_end, char: Some(end), backslash: self.lexer.goes_on().then(|| end.saturating_sub(1)) };
            start = end + 1;
        }
    }

    fn magic(&mut self, start: usize, end: usize, magic: &Magic) {
        let line = self.code.text.get(start..end).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        match magic {
            Magic::Line | Magic::Rest => {
                if matches!(magic, Magic::Line) && indent > 0 {
                    // A block of commands only is still a block.
                    let at = self.code.place(start + indent).saturating_sub(indent);
                    self.end_line(at);
                    self.put(start..start + indent, at);
                    self.stand_in(b"0");
                } else {
                    self.end_line(self.before.line_end + 1);
                }
                self.mask.magics.push(self.code.written(start + indent..end));
            }
            Magic::Value(at) => {
                self.line(start, start + at);
                self.stand_in(b"\"\"");
                self.mask.magics.push(self.code.written(start + at..end));
            }
        }
    }

    /// A value instead of a command.
    fn stand_in(&mut self, value: &[u8]) {
        let start = self.free;
        if let Some(out) = self.mask.out.get_mut(start..start + value.len()) {
            out.copy_from_slice(value);
            self.free += value.len();
        }
    }

    fn line(&mut self, start: usize, end: usize) {
        self.lexer.begin_line();
        let bytes = self.code.text.as_bytes();
        let mut is_first = true;
        let mut at = start;
        while let Some(Token { range, anchor }) = self.lexer.next(bytes, at, end) {
            // Before the first token its indentation belongs to it.
            let from = if is_first { start } else { range.start };
            let place = self.code.place(anchor).saturating_sub(anchor - from);
            if is_first {
                self.end_line(place);
                is_first = false;
            }
            self.put(from..range.end, place);
            at = range.end;
        }
        if is_first {
            self.end_line(self.before.line_end + 1);
        }
    }

    /// Ends the line before, right before the line that begins here.
    fn end_line(&mut self, begins: usize) {
        let at = begins.max(self.before.line_end + 1) - 1;
        if let Some(backslash) = self.before.backslash.take() {
            self.put(backslash..backslash + 1, at.saturating_sub(1));
        }
        match self.before.char {
            Some(char) => self.put(char..char + 1, at),
            None => {
                if let Some(out) = self.mask.out.get_mut(at) {
                    *out = b'\n';
                    self.free = at + 1;
                }
            }
        }
        self.before.line_end = at;
    }

    /// Writes a stretch of the code, which is not broken by blanks, at a place of the mask or right behind what was written last.
    fn put(&mut self, range: Range<usize>, at: usize) {
        let Some(text) = self.code.text.get(range.clone()) else { return };
        let at = at.max(self.free);
        let Some(out) = self.mask.out.get_mut(at..at + text.len()) else { return };
        out.copy_from_slice(text.as_bytes());
        self.free = at + text.len();
        for (offset, char) in text.char_indices() {
            let len = char.len_utf8();
            let mask = Span::from(at + offset..at + offset + len);
            let file = Span::from(self.code.written(range.start + offset..range.start + offset + len));
            if mask != file && char != '\n' {
                self.mask.moves.push(mask, file);
            }
        }
    }
}
