//! Tests of [`super`]: after any sequence of edits the text is what the client has.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::syntax::Cluster;
use crate::text::{Position, Range};

const URI: &str = "file:///a.ts";
const QUIET: Duration = Duration::from_secs(3600);

fn at(line: u32, column: u32) -> Position {
    Position { line, column }
}

fn change(start: Position, end: Position, text: &str) -> Change {
    Change { range: Some(Range { start, end }), text: text.into() }
}

fn whole(text: &str) -> Change {
    Change { range: None, text: text.into() }
}

struct Client {
    documents: Documents,
    file: FileId,
}

impl Client {
    fn with(text: &str) -> Client {
        let documents = Documents::default();
        let file = documents.open(URI, "typescript", 1, text).expect("a document");
        Client { documents, file }
    }

    fn change(&self, version: i32, changes: Vec<Change>) -> Outcome {
        self.documents.change(URI, Some(version), changes, Encoding::Utf16, QUIET)
    }

    fn text(&self) -> Option<String> {
        self.documents.in_step(&self.file).map(|open| open.document.text())
    }

    fn hull(&self) -> Option<Span> {
        self.documents.get(&self.file).and_then(|open| open.edits.hull)
    }
}

#[test]
fn each_range_is_measured_against_the_text_its_predecessor_left() {
    let client = Client::with("a\r\nb\n");
    let changes = vec![change(at(1, 0), at(1, 1), "x😀\ny"), change(at(2, 0), at(2, 1), "z"), change(at(1, 3), at(1, 3), "!")];
    assert_eq!(client.change(2, changes), Outcome::Changed(client.file.clone()));
    assert_eq!(client.text().as_deref(), Some("a\r\nx😀!\nz\n"));
}

#[test]
fn versions_only_go_up() {
    let client = Client::with("a");
    assert_eq!(client.change(0, vec![whole("old")]), Outcome::Ignored);
    client.change(7, vec![whole("b")]);
    assert_eq!(client.change(6, vec![whole("c")]), Outcome::Ignored);
    assert_eq!(client.text().as_deref(), Some("b"));
    assert_eq!(client.documents.get(&client.file).map(|open| open.document.version), Some(7));
}

#[test]
fn other_schemes_and_unknown_languages_are_left_alone() {
    let documents = Documents::default();
    for (uri, language) in [("git:/a.ts", "typescript"), ("output:x", "log"), ("file:///a.rs", "rust"), ("nonsense", "typescript")] {
        assert_eq!(documents.open(uri, language, 1, ""), None);
        assert_eq!(documents.change(uri, Some(2), vec![], Encoding::Utf16, QUIET), Outcome::Ignored);
    }
    assert!(documents.open("untitled:Untitled-1", "python", 1, "").is_some());
    assert!(documents.open("file:///script", "python", 1, "").is_some());
}

#[test]
fn a_lost_change_puts_the_document_out_of_step_until_its_text_is_known() {
    let client = Client::with("abc");
    assert_eq!(client.documents.lose(&client.file), Outcome::Lost(client.file.clone()));
    assert_eq!(client.documents.lose(&client.file), Outcome::Ignored, "told once");
    assert_eq!(client.change(3, vec![change(at(0, 0), at(0, 1), "")]), Outcome::Ignored);
    assert_eq!(client.text(), None);
    assert_eq!(client.change(4, vec![whole("xyz"), change(at(0, 0), at(0, 1), "")]), Outcome::Changed(client.file.clone()));
    assert_eq!(client.text().as_deref(), Some("yz"));

    client.documents.lose(&client.file);
    assert!(client.documents.saved(&client.file));
    client.documents.restore(&client.file, "from disk");
    assert_eq!(client.text().as_deref(), Some("from disk"));
    assert!(!client.documents.saved(&client.file));
}

#[test]
fn a_gap_in_the_versions_counts_only_after_a_lost_message() {
    let client = Client::with("abc");
    let first = || vec![change(at(0, 0), at(0, 1), "")];
    assert_eq!(client.change(5, first()), Outcome::Changed(client.file.clone()), "this client skips versions");
    client.documents.lose_something();
    assert_eq!(client.change(6, first()), Outcome::Changed(client.file.clone()), "the lost message was about something else");
    client.documents.lose_something();
    assert_eq!(client.change(8, first()), Outcome::Lost(client.file.clone()));
}

#[test]
fn a_reopened_document_is_another() {
    let client = Client::with("a");
    let first = client.documents.get(&client.file).map(|open| open.revision);
    client.documents.close(&client.file);
    assert_eq!(client.change(2, vec![whole("b")]), Outcome::Ignored);
    client.documents.open(URI, "typescript", 1, "a");
    assert_ne!(client.documents.get(&client.file).map(|open| open.revision), first);
}

#[test]
fn the_hull_of_the_edits_follows_the_text() {
    let client = Client::with("0123456789");
    client.change(2, vec![change(at(0, 4), at(0, 6), "abc")]);
    assert_eq!(client.hull(), Some(Span::new(4, 7)));
    client.change(3, vec![change(at(0, 0), at(0, 0), "xx")]);
    assert_eq!(client.hull(), Some(Span::new(0, 9)));
    client.documents.saved(&client.file);
    assert_eq!(client.hull(), None);
    client.change(4, vec![whole("xx0123abc789")]);
    assert_eq!(client.hull(), Some(Span::new(9, 9)), "of a whole text sent anew, what differs");
}

#[test]
fn after_a_quiet_while_the_hull_begins_anew() {
    let client = Client::with("0123456789");
    client.change(2, vec![change(at(0, 0), at(0, 1), "a")]);
    client.documents.change(URI, Some(3), vec![change(at(0, 9), at(0, 10), "b")], Encoding::Utf16, Duration::ZERO);
    assert_eq!(client.hull(), Some(Span::new(9, 10)));
}

/// The client's text as lines end in the protocol, and columns as it counts them.
fn model_offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (i, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || *byte == b'\r' && bytes.get(i + 1) != Some(&b'\n') {
            starts.push(i + 1);
        }
    }
    let Some(start) = starts.get(position.line as usize) else { return text.len() };
    let end = starts.get(position.line as usize + 1).copied().unwrap_or(text.len());
    let line = text[*start..end].trim_end_matches('\n').trim_end_matches('\r');
    let mut units = 0;
    for (i, c) in line.char_indices() {
        let width = match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units + width > position.column as usize {
            return start + i;
        }
        units += width;
    }
    start + line.len()
}

fn any_change() -> impl Strategy<Value = Change> {
    let position = (0..8_u32, 0..8_u32).prop_map(|(line, column)| at(line, column));
    let text = prop_oneof![4 => "[ab\né😀\t]{0,6}", 1 => "[\r\n]{0,3}", 1 => "function f() \\{\n\\}\n"];
    let range = prop_oneof![9 => (position.clone(), position).prop_map(|(start, end)| Some(Range { start, end })), 1 => Just(None)];
    (range, text).prop_map(|(range, text)| Change { range, text })
}

proptest! {
    #[test]
    fn after_any_edits_the_text_is_the_clients(
        start in "[ab\r\né😀]{0,60}",
        notifications in prop::collection::vec(prop::collection::vec(any_change(), 0..4), 0..12),
        encoding in prop_oneof![Just(Encoding::Utf8), Just(Encoding::Utf16), Just(Encoding::Utf32)],
    ) {
        let client = Client::with(&start);
        let mut model = start;
        for (i, changes) in notifications.into_iter().enumerate() {
            for change in &changes {
                match change.range {
                    None => model = change.text.clone(),
                    Some(range) => {
                        let (a, b) = (model_offset(&model, range.start, encoding), model_offset(&model, range.end, encoding));
                        model.replace_range(a.min(b)..a.max(b), &change.text);
                    }
                }
            }
            let outcome = client.documents.change(URI, Some(i as i32 + 2), changes, encoding, QUIET);
            prop_assert_eq!(outcome, Outcome::Changed(client.file.clone()));
            prop_assert_eq!(client.text(), Some(model.clone()));
            if let Some(hull) = client.hull() {
                prop_assert!(hull.start <= hull.end && hull.end as usize <= model.len());
            }
            // Parsing after each edit must never see a tree that does not fit the text.
            let document = client.documents.get(&client.file).expect("open").document;
            prop_assert!(document.parse());
            let fresh = Document::new(client.file.clone(), document.language, 0, &model);
            let items = |document: &Document| document.clusters(Span::new(0, model.len() as u32)).map(|all| all.iter().flat_map(Cluster::spans).collect::<Vec<_>>());
            let (edited, fresh) = (items(&document.settled()), items(&fresh));
            prop_assert_eq!(edited, fresh);
        }
    }
}
