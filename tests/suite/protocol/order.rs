//! Thousands of changes without a pause, and requests among them that must see exactly what was sent before them.

use serde_json::{Value, json};

use super::client::{Client, position, range};
use super::script::Script;

const URI: &str = "file:///a.ts";

fn hover(client: &mut Client) -> i64 {
    client.ask("textDocument/hover", json!({ "textDocument": { "uri": URI }, "position": position(0, 0) }))
}

fn hovered(answer: &Value) -> String {
    let text = answer["result"]["contents"]["value"].as_str().unwrap_or_default();
    text.split("\n\n").nth(1).unwrap_or_default().to_owned()
}

#[test]
fn five_thousand_changes_are_made_in_order() {
    let mut client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    let mut asked = Vec::new();
    for version in 2..=5000 {
        client.replace(URI, version, &format!("eval({version})"));
        if version % 50 == 0 {
            asked.push((version, hover(&mut client)));
        }
    }
    for (version, id) in asked {
        assert_eq!(hovered(&client.answer(id)), format!("eval of {version}"));
    }
    assert_eq!(client.published(URI, 5000).len(), 1);
    let versions = client.versions(URI);
    assert!(versions.is_sorted(), "{versions:?}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn each_edit_is_measured_against_the_one_before() {
    let mut client = Client::with(json!({}));
    client.open(URI, "eval()");
    // Digits typed one by one, always before the last one.
    let mut expected = String::new();
    for version in 2..=1000 {
        let digit = (version % 10).to_string();
        client.change(URI, version, json!([{ "range": range((0, 5), (0, 5)), "text": digit }]));
        expected.insert_str(0, &digit);
        if version % 100 == 0 {
            let id = hover(&mut client);
            assert_eq!(hovered(&client.answer(id)), format!("eval of {expected}"));
        }
    }
    client.shows(URI, &[&format!("eval of {expected}")]);
}

#[test]
fn a_client_that_leaves_questions_open_does_not_lock_it_up() {
    let mut client = Client::scripted(Script::default());
    client.answers(|_, _| None);
    client.greet(json!({ "capabilities": {
        "workspace": { "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true }, "didChangeWatchedFiles": { "dynamicRegistration": true } },
        "window": { "workDoneProgress": true },
    } }));
    client.open(URI, "eval(1)");
    for version in 2..=600 {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        client.replace(URI, version, &format!("eval({version})"));
    }
    assert_eq!(client.published(URI, 600).len(), 1);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_busy_answer_holds_nothing_up() {
    let mut client = Client::with(json!({}));
    client.open("file:///stuck.ts", "stuck(1)");
    let id = client.ask("textDocument/hover", json!({ "textDocument": { "uri": "file:///stuck.ts" }, "position": position(0, 0) }));
    client.round_trip();
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.answer(id)["error"]["code"], -32800);
    client.close("file:///stuck.ts");
    client.open(URI, "eval(1)");
    assert_eq!(client.published(URI, 1).len(), 1);
}

#[test]
fn cancelling_stops_the_work() {
    let script = Script::default();
    let mut client = Client::scripted(script.clone());
    client.greet(json!({ "capabilities": {} }));
    client.open(URI, "stuck(1)");
    // The analysis is stuck, and so will be each of these; then all are let go.
    let asked: Vec<i64> = (0..6).map(|_| hover(&mut client)).collect();
    for id in &asked {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(*id)["error"]["code"], -32800);
    }
    client.replace(URI, 2, "eval(1)");
    assert_eq!(client.published(URI, 2).len(), 1);
    let id = hover(&mut client);
    assert_eq!(hovered(&client.answer(id)), "eval of 1");
}
