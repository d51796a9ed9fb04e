//! What the client opens, changes, saves and closes, and in which words it speaks of it.

use serde_json::{Value, json};

use super::client::{Client, position, range, texts, uri};
use super::script::Script;

const URI: &str = "file:///a.ts";

#[test]
fn a_closed_document_is_cleared_and_a_reopened_one_begins_anew() {
    let client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    client.shows(URI, &["eval of 1"]);
    client.close(URI);
    client.shows(URI, &[]);
    client.replace(URI, 2, "eval(2)");
    client.open_as(URI, "typescript", 1, "eval(3)");
    client.shows(URI, &["eval of 3"]);
    client.replace(URI, 2, "eval(4) eval(5)");
    client.shows(URI, &["eval of 4", "eval of 5"]);
}

#[test]
fn closing_while_it_is_analysed_leaves_nothing_behind() {
    let mut client = Client::with(json!({}));
    for round in 0..50 {
        client.open_as(URI, "typescript", round, "eval(1)");
        client.close(URI);
    }
    client.open_as("file:///b.ts", "typescript", 1, "");
    client.published("file:///b.ts", 1);
    client.round_trip();
    assert_eq!(client.versions(URI).last(), Some(&None), "the last word is the empty list of the close");
}

#[test]
fn older_versions_are_ignored() {
    let client = Client::with(json!({}));
    client.open_as(URI, "typescript", 5, "eval(5)");
    client.replace(URI, 3, "eval(3)");
    client.replace(URI, 9, "eval(9)");
    client.replace(URI, 8, "eval(8)");
    client.replace(URI, 10, "eval(10)");
    assert_eq!(texts(&client.published(URI, 10).into()), ["eval of 10"]);
    assert!(!client.versions(URI).contains(&Some(3)) && !client.versions(URI).contains(&Some(8)));
}

#[test]
fn a_change_that_cannot_be_read_silences_the_document_until_its_text_is_known() {
    let bad = [
        json!([{ "range": { "start": { "line": -1, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "x" }]),
        json!([{ "range": { "start": { "line": 0, "character": 1.5 }, "end": { "line": 0, "character": 2 } }, "text": "x" }]),
        json!([{ "range": { "start": { "line": 0, "character": 4_294_967_296_u64 }, "end": { "line": 0, "character": 2 } }, "text": "x" }]),
        json!([{ "range": range((0, 0), (0, 1)) }]),
        json!(5),
        json!([{ "text": 7 }]),
    ];
    let client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    client.published(URI, 1);
    let mut version = 1;
    for (i, changes) in bad.into_iter().enumerate() {
        version += 1;
        client.change(URI, version, changes);
        // Whatever follows is measured against a text that we do not have.
        version += 1;
        client.change(URI, version, json!([{ "range": range((0, 0), (0, 0)), "text": "eval(9) " }]));
        client.told("window/showMessage", |params| params["message"].as_str().is_some_and(|text| text.contains("a.ts")));
        version += 1;
        client.replace(URI, version, &format!("eval({i})"));
        assert_eq!(texts(&client.published(URI, version).into()), [format!("eval of {i}")]);
        assert!(!client.versions(URI).contains(&Some(i64::from(version - 1))));
    }
    assert_eq!(client.count("window/showMessage"), 6, "told once each time");
}

#[test]
fn a_document_out_of_step_answers_nothing() {
    let mut client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    client.change(URI, 2, json!(null));
    let hover = json!({ "textDocument": { "uri": URI }, "position": position(0, 0) });
    assert_eq!(client.request("textDocument/hover", hover)["result"], Value::Null);
    let action = json!({ "textDocument": { "uri": URI }, "range": range((0, 0), (0, 1)), "context": { "diagnostics": [] } });
    assert_eq!(client.request("textDocument/codeAction", action)["result"], Value::Null);
    client.close(URI);
    client.open(URI, "eval(2)");
    client.shows(URI, &["eval of 2"]);
}

#[test]
fn saving_brings_a_document_back_into_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ts");
    std::fs::write(&path, "eval(7)").expect("a file");
    let (client, uri) = (Client::with(json!({})), uri(&path));
    client.open(&uri, "eval(1)");
    client.shows(&uri, &["eval of 1"]);
    client.change(&uri, 2, json!(null));
    client.save(&uri);
    client.shows(&uri, &["eval of 7"]);
    client.change(&uri, 3, json!([{ "range": range((0, 5), (0, 6)), "text": "8" }]));
    client.shows(&uri, &["eval of 8"]);
}

#[test]
fn a_lost_message_counts_if_the_versions_then_skip() {
    let client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    client.change(URI, 4, json!([{ "range": range((0, 5), (0, 6)), "text": "4" }]));
    client.shows(URI, &["eval of 4"]);
    client.raw(b"Content-Length: 9\r\n\r\n{not json");
    client.change(URI, 5, json!([{ "range": range((0, 5), (0, 6)), "text": "5" }]));
    client.shows(URI, &["eval of 5"]);
    client.raw(b"Content-Length: 9\r\n\r\n{not json");
    client.change(URI, 7, json!([{ "range": range((0, 5), (0, 6)), "text": "7" }]));
    client.told("window/showMessage", |_| true);
}

#[test]
fn an_address_that_is_none_hurts_nobody() {
    let mut client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    client.notify("textDocument/didChange", json!({ "textDocument": { "uri": "not a uri", "version": 3 }, "contentChanges": [{ "text": "x" }] }));
    client.notify("textDocument/didChange", json!({ "textDocument": { "uri": 5, "version": 3 }, "contentChanges": [{ "text": "x" }] }));
    client.open_as("not a uri", "typescript", 1, "eval(1)");
    client.change(URI, 2, json!([{ "range": range((0, 5), (0, 6)), "text": "2" }]));
    client.shows(URI, &["eval of 2"]);
    client.round_trip();
    assert_eq!(client.count("window/showMessage"), 0);
}

#[test]
fn copies_and_consoles_are_left_alone() {
    let mut client = Client::with(json!({}));
    for other in ["git:/a.ts?x", "vscode-chat-code-block://1/a.ts", "output:extension-output-1", "vscode-notebook-cell:/a.ipynb#1", "file:///notes.dat"] {
        client.open_as(other, "plaintext", 1, "eval(1)");
        client.replace(other, 2, "eval(2)");
        client.close(other);
    }
    client.round_trip();
    client.open(URI, "");
    client.published(URI, 1);
    assert_eq!(client.count("textDocument/publishDiagnostics"), 1);
}

#[test]
fn documents_without_a_file_are_looked_at_by_their_language() {
    let client = Client::with(json!({}));
    client.open_as("untitled:Untitled-1", "python", 1, "eval(1)");
    client.shows("untitled:Untitled-1", &["eval of 1"]);
    client.open_as("file:///usr/bin/tool", "python", 1, "eval(2)");
    client.shows("file:///usr/bin/tool", &["eval of 2"]);
    client.close("untitled:Untitled-1");
    client.shows("untitled:Untitled-1", &[]);
}

#[test]
fn addresses_come_back_as_they_were_sent() {
    let client = Client::with(json!({}));
    for uri in ["file:///c%3A/My%20App/%5Bid%5D/page.ts", "file:///C:/x.ts", "file:///a b/c.ts", "file:///caf%C3%A9/x.ts", "file://server/share/x.ts"] {
        client.open(uri, "eval(1)");
        assert_eq!(client.published(uri, 1).len(), 1, "{uri}");
    }
}

#[test]
fn columns_are_counted_as_agreed() {
    // `/😀/ ` is 7, 5 and 4 units long, the emoji itself 4, 2 and 1.
    let cases = [(json!(["utf-8", "utf-16"]), "utf-8", 7, 4), (json!(["utf-16"]), "utf-16", 5, 2), (json!(["utf-32"]), "utf-32", 4, 1)];
    for (offered, chosen, start, emoji) in cases {
        let mut client = Client::scripted(Script::default());
        let result = client.greet(json!({ "capabilities": { "general": { "positionEncodings": offered } } }));
        assert_eq!(result["capabilities"]["positionEncoding"], chosen);
        client.open(URI, "/😀/ eval(😀é)");
        assert_eq!(client.published(URI, 1)[0]["range"]["start"], position(0, start), "{chosen}");
        let argument = start + 5;
        client.change(URI, 2, json!([{ "range": range((0, argument), (0, argument + emoji)), "text": "x" }]));
        assert_eq!(texts(&client.published(URI, 2).into()), ["eval of xé"]);
    }
}

#[test]
fn lines_end_where_the_protocol_says() {
    let client = Client::with(json!({}));
    client.open(URI, "a\r\nb\rc\u{2028}d\neval(1)");
    assert_eq!(client.published(URI, 1)[0]["range"], range((3, 0), (3, 7)));
    client.change(URI, 2, json!([{ "range": range((3, 5), (3, 6)), "text": "2" }, { "range": range((0, 1), (1, 0)), "text": "" }, { "range": range((9, 9), (9, 9)), "text": " eval(3)" }]));
    assert_eq!(texts(&client.published(URI, 2).into()), ["eval of 2", "eval of 3"]);
}
