//! SQL as it stands in a program: pieces of text with substitutions between them, read as one text.

use crate::text::Span;

/// A stretch of literal text (escapes decoded), or a substitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    Text(&'t str),
    Hole,
}

/// The pieces as one text; every hole is one byte of it. Spans of a [`super::Query`] are places in this text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    text: String,
    /// Where the holes are, in order.
    holes: Vec<u32>,
    /// Where each piece begins, in order.
    starts: Vec<u32>,
}

impl Pieces {
    pub fn new(pieces: &[Piece<'_>]) -> Pieces {
        let (mut text, mut holes, mut starts) = (String::new(), Vec::new(), Vec::with_capacity(pieces.len()));
        for piece in pieces {
            starts.push(text.len() as u32);
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Hole => {
                    holes.push(text.len() as u32);
                    text.push('\0');
                }
            }
        }
        Pieces { text, holes, starts }
    }

    /// A text without holes.
    pub fn plain(text: &str) -> Pieces {
        Pieces::new(&[Piece::Text(text)])
    }

    /// Holes appear as NUL characters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the holes are, in order.
    pub fn holes(&self) -> &[u32] {
        &self.holes
    }

    /// The number of the piece that holds `offset`, and the offset inside it.
    pub fn origin(&self, offset: u32) -> Option<(usize, u32)> {
        let piece = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        Some((piece, offset - self.starts.get(piece)?))
    }

    /// The holes that lie in `span`, by number.
    pub fn holes_in(&self, span: Span) -> std::ops::Range<u32> {
        holes_in(&self.holes, span)
    }
}

pub(super) fn holes_in(holes: &[u32], span: Span) -> std::ops::Range<u32> {
    let from = holes.partition_point(|hole| *hole < span.start);
    let to = holes.partition_point(|hole| *hole < span.end);
    from as u32..to.max(from) as u32
}

/// What a substitution stands for, which decides whether a placeholder can take its place.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum HolePosition {
    /// A single value: `id = HOLE`, `limit HOLE`, `values (HOLE)`.
    Value,
    /// The whole of a list of values: `in (HOLE)`.
    List,
    /// Part of a quoted string: `'%HOLE%'`. `literal` covers it with its quotes; `alone` if nothing else is inside.
    /// `quote` is `"` where a double-quoted string is compared with a column (MySQL and SQLite allow it).
    Quoted { literal: Span, quote: char, alone: bool },
    /// Names a table, a column, a direction: placeholders are not possible.
    Identifier,
    /// Stands for all columns that are set, with their values: `set HOLE`, `insert into t HOLE`.
    Assignments,
    /// Stands for a whole condition or another clause.
    Fragment,
    /// `$HOLE`: the program numbers its placeholders.
    PlaceholderNumber,
    /// Inside a comment, or somewhere that was not understood.
    #[default]
    Unknown,
}
