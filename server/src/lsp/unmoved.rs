//! Which places of a text have the same lines and columns after an edit.

use ropey::Rope;

use crate::text::{Edit, Span};

pub struct Unmoved {
    /// Places before this one are where they were.
    head: u32,
    /// From the next line on places have another offset ...
    tail: u32,
    /// ... by this much, and stay in their lines, if there are as many as before.
    tail_before: u32,
    has_as_many_lines: bool,
}

/// A longer line is not searched for its end.
const LONGEST_LINE: usize = 4096;

impl Unmoved {
    /// `None` if the edit is not one of these texts.
    pub fn by(edit: Edit, before: &Rope, after: &Rope) -> Option<Unmoved> {
        let new_end = edit.old.start + edit.new_len;
        let grown = i64::from(edit.new_len) - i64::from(edit.old.len());
        let is_of_these = before.len_bytes() as i64 + grown == after.len_bytes() as i64 && edit.old.end as usize <= before.len_bytes();
        if !is_of_these {
            return None;
        }
        let rest = after.bytes_at(new_end as usize).take(LONGEST_LINE).position(|byte| byte == b'\n');
        let line = rest.map_or(after.len_bytes() as u32, |at| new_end + at as u32 + 1);
        let line_before = line - new_end + edit.old.end;
        let has_as_many_lines = rest.is_some() && before.byte_to_line(line_before as usize) == after.byte_to_line(line as usize);
        Some(Unmoved { head: edit.old.start, tail: line, tail_before: line_before, has_as_many_lines })
    }

    /// Has a place that was there the same lines and columns here?
    pub fn is_at(&self, before: Span, after: Span) -> bool {
        let is_ahead = before == after && before.end < self.head;
        let is_behind = || before.start >= self.tail_before && after.start >= self.tail && before.start - self.tail_before == after.start - self.tail;
        is_ahead || self.has_as_many_lines && is_behind() && before.len() == after.len()
    }
}
