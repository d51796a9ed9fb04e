//! Diagnostics for clients that would rather ask. Never both ways at once.

use serde_json::{Value, json};

use super::client::{Client, texts, uri};

const URI: &str = "file:///a.ts";

fn asking(refresh: bool, options: Value) -> Value {
    let capabilities = json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": refresh } } });
    json!({ "capabilities": capabilities, "initializationOptions": options })
}

fn pull(client: &mut Client, uri: &str, previous: Value) -> Value {
    client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri }, "previousResultId": previous }))["result"].clone()
}

#[test]
fn who_asks_is_not_told_and_who_is_told_need_not_ask() {
    for (params, pulls) in [
        (asking(true, json!({ "diagnostics": "pull" })), true),
        (asking(true, json!({ "diagnostics": { "push": false } })), true),
        (asking(true, json!({})), false),
        (asking(false, json!({ "diagnostics": "pull" })), false),
        (json!({ "capabilities": {}, "initializationOptions": { "diagnostics": "pull" } }), false),
    ] {
        let mut client = Client::scripted(super::script::Script::default());
        let result = client.greet(params.clone());
        assert_eq!(result["capabilities"].get("diagnosticProvider").is_some(), pulls, "{params}");
        client.open(URI, "eval(1)");
        if pulls {
            assert_eq!(texts(&pull(&mut client, URI, Value::Null)["items"]), ["eval of 1"]);
            client.replace(URI, 2, "");
            assert_eq!(texts(&pull(&mut client, URI, Value::Null)["items"]), Vec::<&str>::new());
            client.close(URI);
            client.round_trip();
            assert_eq!(client.count("textDocument/publishDiagnostics"), 0);
        } else {
            assert_eq!(client.published(URI, 1).len(), 1);
        }
    }
}

#[test]
fn an_answer_is_of_the_text_as_it_is() {
    let mut client = Client::started(asking(true, json!({ "quietMs": 0, "diagnostics": "pull" })));
    client.open(URI, "eval(0)");
    for version in 1..200 {
        client.replace(URI, version + 1, &format!("eval({version})"));
        assert_eq!(texts(&pull(&mut client, URI, Value::Null)["items"]), [format!("eval of {version}")]);
    }
    let first = pull(&mut client, URI, Value::Null);
    client.replace(URI, 300, "eval(199)");
    let second = pull(&mut client, URI, first["resultId"].clone());
    assert_eq!(second["kind"], "unchanged");
    assert_eq!(second["resultId"], first["resultId"]);
    assert_eq!(pull(&mut client, "git:/a.ts", Value::Null)["items"], json!([]));
}

#[test]
fn a_closed_document_is_not_waited_for() {
    let mut client = Client::started(asking(true, json!({ "diagnostics": "pull" })));
    client.open(URI, "stuck(1)");
    let id = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }));
    client.close(URI);
    assert_eq!(client.answer(id)["error"]["code"], -32801);
}

#[test]
fn what_another_file_changes_is_asked_for_again() {
    let mut client = Client::started(asking(true, json!({ "quietMs": 0, "diagnostics": "pull" })));
    client.open(URI, "uses(x)");
    assert_eq!(texts(&pull(&mut client, URI, Value::Null)["items"]), Vec::<&str>::new());
    client.open("file:///b.ts", "defines(x)");
    client.told("workspace/diagnostic/refresh", |_| true);
    assert_eq!(texts(&pull(&mut client, URI, Value::Null)["items"]), ["x comes from b.ts"]);
}

#[test]
fn the_workspace_is_what_is_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("a.ts", "eval(1)"), ("b.ts", "eval(2)"), ("c.ts", "")] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let mut params = asking(true, json!({ "quietMs": 0, "diagnostics": "pull" }));
    params["rootUri"] = uri(folder.path()).into();
    let mut client = Client::started(params);
    client.told("guardline/status", |status| status["indexing"] == false && status["files"] == 3);
    let (a, b) = (uri(&folder.path().join("a.ts")), uri(&folder.path().join("b.ts")));
    client.open(&a, "eval(1)");
    pull(&mut client, &a, Value::Null);
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = report["result"]["items"].as_array().expect("reports").clone();
    assert_eq!(items.len(), 1);
    assert_eq!((items[0]["uri"].as_str(), texts(&items[0]["items"])), (Some(b.as_str()), vec!["eval of 2"]));
    let known = json!([{ "uri": b, "value": items[0]["resultId"] }, { "uri": uri(&folder.path().join("c.ts")), "value": "old" }]);
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": known }));
    let items = report["result"]["items"].as_array().expect("reports").clone();
    assert_eq!((items[0]["kind"].as_str(), items[1]["kind"].as_str()), (Some("unchanged"), Some("full")));
    assert_eq!(items[1]["items"], json!([]));
}
