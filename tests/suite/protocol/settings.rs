//! Settings from the client and from `guardline.json`, and how they change while the server runs.

use serde_json::{Value, json};

use super::client::{Client, texts, uri};
use super::script::Script;

const URI: &str = "file:///a.ts";

/// Greets as a client that answers this when it is asked for the settings.
fn asked(mut client: Client, section: Value) -> Client {
    client.answers(move |method, _| Some(if method == "workspace/configuration" { json!([section]) } else { Value::Null }));
    let capabilities = json!({ "workspace": { "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true } } });
    client.greet(json!({ "capabilities": capabilities, "initializationOptions": {} }));
    client
}

#[test]
fn the_client_is_asked_and_obeyed() {
    let client = asked(Client::scripted(Script::default()), json!({ "audience": "auditor", "quietMs": 0 }));
    client.open(URI, "hidden(1)");
    client.shows(URI, &["maybe 1"]);
    let registered = client.told("client/registerCapability", |_| true);
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeConfiguration");
    client.answers(|method, _| Some(if method == "workspace/configuration" { json!([{ "audience": "everyday" }]) } else { Value::Null }));
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    client.shows(URI, &[]);
}

#[test]
fn settings_that_are_pushed_are_obeyed() {
    let client = Client::with(json!({}));
    client.open(URI, "hidden(1)");
    client.shows(URI, &[]);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "guardline": { "audience": "auditor" } } }));
    client.shows(URI, &["maybe 1"]);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "other": {} } }));
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "guardline": { "audience": null } } }));
    client.shows(URI, &[]);
    assert!(client.versions(URI).iter().all(|version| *version == Some(1)));
}

#[test]
fn what_is_wrong_with_them_is_logged() {
    let client = asked(Client::program(&[]), json!({ "quietMs": "soon" }));
    let told = client.told("window/logMessage", |params| params["message"].as_str().is_some_and(|text| text.contains("whole number")));
    assert_eq!(told["type"], 2);
}

#[test]
fn guardline_json_is_read_when_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, code) = (folder.path().join("guardline.json"), uri(&folder.path().join("src/a.ts")));
    let file = uri(&path);
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    std::fs::write(&path, "{ \"audience\": \"auditor\" }").expect("a file");
    let client = Client::started(json!({ "capabilities": {}, "rootUri": uri(folder.path()), "initializationOptions": {} }));
    client.open(&code, "hidden(1)");
    client.shows(&code, &["maybe 1"]);
    // On disk, as another program changes it.
    std::fs::write(&path, "{ }").expect("a file");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": file, "type": 2 }] }));
    client.shows(&code, &[]);
    // In the editor: it has effect once it is saved.
    client.open_as(&file, "jsonc", 1, "{ \"audience\": \"auditor\", }");
    client.published(&file, 1);
    std::fs::write(&path, "{ \"audience\": \"auditor\", }").expect("a file");
    client.save(&file);
    client.shows(&code, &["maybe 1"]);
}

#[test]
fn what_is_wrong_in_guardline_json_is_shown_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = uri(&folder.path().join("guardline.json"));
    let client = Client::started(json!({ "capabilities": {}, "rootUri": uri(folder.path()) }));
    client.open_as(&file, "json", 1, "{\n  \"quietMS\": 5, \"rules\": { \"no-such\": \"off\" }\n}");
    let found = client.published(&file, 1);
    assert_eq!(texts(&found.clone().into()), ["there is no setting `quietMS`; did you mean `quietMs`?", "there is no rule `no-such`"]);
    assert_eq!((found[0]["code"].as_str(), &found[0]["range"]["start"]), (Some("config"), &json!({ "line": 1, "character": 2 })));
    // Elsewhere a file of that name is a file like any other.
    let other = uri(&folder.path().join("sub/guardline.json"));
    client.open_as(&other, "json", 1, "{ \"quietMS\": 5 }");
    assert!(client.published(&other, 1).is_empty());
}

#[test]
fn ignored_files_are_not_looked_at_even_when_they_are_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("guardline.json");
    let (legacy, library) = (uri(&folder.path().join("legacy/a.ts")), uri(&folder.path().join("node_modules/x/a.ts")));
    std::fs::write(&config, "{ \"ignore\": [\"legacy/\"] }").expect("a file");
    let client = Client::started(json!({ "capabilities": {}, "rootUri": uri(folder.path()) }));
    client.open(&legacy, "eval(1)");
    client.open(&library, "eval(1)");
    assert!(client.published(&legacy, 1).is_empty() && client.published(&library, 1).is_empty());
    std::fs::write(&config, "{ }").expect("a file");
    client.save(&uri(&config));
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&config), "type": 2 }] }));
    client.shows(&legacy, &["eval of 1"]);
    client.replace(&library, 2, "eval(2)");
    assert!(client.published(&library, 2).is_empty());
}

#[test]
fn the_log_holds_no_text_of_the_user() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("server.log");
    let mut client = Client::program(&["--log", log.to_str().expect("UTF-8"), "--log-level", "debug"]);
    client.greet(json!({ "capabilities": {} }));
    client.open(URI, "const password = 'correct horse';");
    client.published(URI, 1);
    client.change(URI, 2, json!([{ "range": { "start": { "line": "correct horse" } }, "text": "correct horse" }]));
    client.notify("textDocument/didOpen", json!({ "textDocument": "correct horse" }));
    client.notify("correct/method", json!({ "a": "correct horse" }));
    client.raw(b"Content-Length: 14\r\n\r\ncorrect horse!");
    client.round_trip();
    assert_eq!(client.shut_down(), 0);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("out of step") && text.contains("correct/method"), "{text}");
    assert!(!text.contains("horse"), "{text}");
    assert_eq!(client.stderr(), "");
}

#[test]
fn the_log_can_go_to_stderr() {
    let mut client = Client::program(&["--log", "stderr"]);
    client.greet(json!({ "capabilities": {} }));
    // That nothing is being read can be told before the reading began, too.
    let began = std::cell::Cell::new(false);
    client.told("guardline/status", |status| {
        began.set(began.get() || status["indexing"] == true);
        began.get() && status["indexing"] == false
    });
    client.shut_down();
    assert!(client.stderr().contains("files read"));
    let mut refused = Client::program(&["--log", "/no/such/folder/log"]);
    assert_eq!(refused.exit_code(), 2);
}
