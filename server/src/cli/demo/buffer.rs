//! A document of the small editor: its text, its version, and edits as the protocol writes them.

use anyhow::{Context, Result};
use ropey::Rope;
use serde_json::{Value, json};

use crate::text::{Change, Encoding, Position, Range, Span, position, splice};

pub struct Buffer {
    pub uri: String,
    pub version: i64,
    rope: Rope,
}

impl Buffer {
    pub fn new(uri: String, text: &str) -> Buffer {
        Buffer { uri, version: 1, rope: Rope::from_str(text) }
    }

    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// Appends and gives the parameters of the `didChange` that says so.
    pub fn append(&mut self, text: &str) -> Value {
        let end = position::position(&self.rope, self.rope.len_bytes() as u32, Encoding::Utf16);
        self.change(vec![Change { range: Some(Range { start: end, end }), text: text.to_owned() }])
    }

    /// Makes the edits, which are all measured against the text as it is now, and gives the parameters of the
    /// `didChange` that says so.
    pub fn edit(&mut self, edits: &[Value]) -> Result<Value> {
        let mut changes = Vec::new();
        for edit in edits {
            let range = range(&edit["range"]).context("an edit without a range")?;
            changes.push(Change { range: Some(range), text: edit["newText"].as_str().context("an edit without a text")?.to_owned() });
        }
        // From the end backwards, so that no change moves the place of the next. The sort is stable: of insertions at
        // one place the first must end up first, so it is made last.
        changes.reverse();
        changes.sort_by_key(|change| std::cmp::Reverse(change.range.map(|range| range.start)));
        Ok(self.change(changes))
    }

    fn change(&mut self, changes: Vec<Change>) -> Value {
        self.version += 1;
        let told: Vec<Value> = changes
            .iter()
            .map(|change| {
                splice(&mut self.rope, change, Encoding::Utf16);
                json!({ "range": change.range.map(wire), "text": change.text })
            })
            .collect();
        json!({ "textDocument": { "uri": self.uri, "version": self.version }, "contentChanges": told })
    }

    /// The bytes that a range of the protocol covers.
    pub fn span(&self, value: &Value) -> Option<Span> {
        Some(position::span(&self.rope, range(value)?, Encoding::Utf16))
    }
}

fn range(value: &Value) -> Option<Range> {
    let at = |value: &Value| Some(Position { line: value["line"].as_u64()? as u32, column: value["character"].as_u64()? as u32 });
    Some(Range { start: at(&value["start"])?, end: at(&value["end"])? })
}

fn wire(range: Range) -> Value {
    let at = |position: Position| json!({ "line": position.line, "character": position.column });
    json!({ "start": at(range.start), "end": at(range.end) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Value {
        let at = |column| Position { line: 0, column };
        json!({ "range": wire(Range { start: at(start), end: at(end) }), "newText": text })
    }

    #[test]
    fn edits_are_measured_against_one_text() {
        let mut buffer = Buffer::new("file:///a.ts".into(), "a 😀 c");
        let told = buffer.edit(&[edit(0, 0, "1"), edit(0, 0, "2"), edit(2, 4, "b"), edit(5, 6, "")]).expect("edits");
        assert_eq!(buffer.text(), "12a b ");
        assert_eq!((told["textDocument"]["version"].as_i64(), told["contentChanges"].as_array().map(Vec::len)), (Some(2), Some(4)));
        buffer.append("!");
        assert_eq!((buffer.text().as_str(), buffer.version), ("12a b !", 3));
    }

    #[test]
    fn an_edit_that_makes_no_sense_is_refused() {
        let mut buffer = Buffer::new("file:///a.ts".into(), "");
        assert!(buffer.edit(&[json!({ "newText": "a" })]).is_err());
        assert!(buffer.edit(&[json!({ "range": { "start": { "line": 0, "character": 0 } } })]).is_err());
    }
}
