//! Code that stands inside of other files: scripts of pages and components, code cells of notebooks.
//!
//! Such a file is read through a *mask*: a text of the same length in which everything that is not code is blank, so that what
//! is read in it has its place in the file. The mask of a page keeps every byte of its scripts where it is. In a notebook code
//! stands in JSON strings; what is shorter without its escapes is moved by some bytes, and [`Embedded::exact`] knows by how many.

mod cell;
mod given;
mod json;
mod lexer;
mod loops;
mod magic;
mod markup;
mod moves;
mod notebook;
mod page;
mod templating;
mod written_out;

use ropey::Rope;

use super::Language;
use crate::text::Span;
use moves::Moves;

pub use loops::parts as loop_parts;

/// The code of a file, apart from the rest.
pub struct Embedded {
    /// What the code is written in; `None` if there is none.
    pub(super) language: Option<Language>,
    /// As long as the file, with blanks for everything else.
    pub(super) code: Rope,
    /// As long as the file, with blanks for the code.
    rest: Rope,
    parts: Vec<Part>,
    moves: Moves,
}

/// A stretch of a file that is code: a script, or one string of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    pub span: Span,
    /// It runs before the page is sent, whatever the rest of the file does.
    pub is_server: bool,
}

impl Embedded {
    /// `None` for languages that embed nothing.
    pub(super) fn of(language: Language, text: &str) -> Option<Embedded> {
        match language {
            language if language.is_page() => Some(page::read(language, text)),
            Language::Notebook => Some(notebook::read(text)),
            _ => None,
        }
    }

    /// As long as the file, with blanks for the code.
    pub fn rest(&self) -> &Rope {
        &self.rest
    }

    /// The stretches of code, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The stretch that holds a place, its ends included.
    pub fn part_at(&self, offset: u32) -> Option<&Part> {
        let next = self.parts.partition_point(|part| part.span.end < offset);
        self.parts.get(next).filter(|part| part.span.start <= offset)
    }

    /// Where in the file stands what stands here in its mask.
    pub fn exact(&self, span: Span) -> Span {
        self.moves.exact(span)
    }
}

/// A text in which everything but line ends is blank.
fn blank(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' }).collect()
}

/// The same text with these stretches blank.
fn without(text: &str, parts: &[Part]) -> Vec<u8> {
    let mut rest = text.as_bytes().to_vec();
    for part in parts {
        for byte in rest.get_mut(part.span.range()).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    rest
}

/// The bytes are those of whole characters and blanks; if ever they were not, what is broken would read as `U+FFFD`.
fn rope(bytes: &[u8]) -> Rope {
    Rope::from_str(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests;
