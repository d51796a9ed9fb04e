//! The texts of SQL that a project sends: written out, put together, or not readable.

use crate::facts::event::Sink;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::{parts, sql_injection};

/// How deep in texts of texts it is looked.
const MOST_DEPTH: u32 = 6;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Statements {
    /// Written out in the code: what is asked for is handed over beside them, or they ask for nothing.
    pub fixed: usize,
    /// Other values become part of the text.
    pub filled: usize,
    pub unread: usize,
    /// Questions that a library puts together, without a text of the project's own.
    pub built: usize,
}

impl Statements {
    pub(super) fn of(texts: impl Iterator<Item = Text>, built: usize) -> Statements {
        let mut all = Statements { built, ..Statements::default() };
        for text in texts {
            match text {
                Text::Fixed => all.fixed += 1,
                Text::Filled => all.filled += 1,
                Text::Unread => all.unread += 1,
            }
        }
        all
    }

    pub fn written(&self) -> usize {
        self.fixed + self.filled + self.unread
    }
}

/// The later, the less is known of it or the more could be wrong with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Text {
    Unread,
    Fixed,
    Filled,
}

/// `None` if it may be no SQL at all.
pub(super) fn of(sink: &Sink) -> Option<Text> {
    if sink.guessed && !sql_injection::is_statement(&parts::literals(&sink.value)) {
        return None;
    }
    Some(text(&sink.value, 0))
}

fn text(value: &Value, depth: u32) -> Text {
    if depth > MOST_DEPTH {
        return Text::Unread;
    }
    match value.kind() {
        Kind::Str(_) => Text::Fixed,
        Kind::Text(text) if text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { .. })) => Text::Filled,
        Kind::Text(_) => Text::Fixed,
        Kind::Union(alternatives) => alternatives.iter().map(|alternative| text(&alternative.value, depth + 1)).max().unwrap_or(Text::Unread),
        _ => Text::Unread,
    }
}
