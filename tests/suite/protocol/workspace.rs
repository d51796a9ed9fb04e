//! The folders: what lies in them, what changes in them behind the editor's back, and who is told meanwhile.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Client, texts, uri};
use super::script::Script;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

fn at(folder: &TempDir, name: &str) -> String {
    uri(&folder.path().join(name))
}

/// A client that watches the files itself.
const WATCHING: &str = r#"{ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }"#;

fn in_folder(folder: &TempDir, capabilities: &str) -> Client {
    let capabilities: Value = serde_json::from_str(capabilities).expect("JSON");
    Client::started(json!({ "capabilities": capabilities, "workspaceFolders": [{ "uri": uri(folder.path()), "name": "w" }] }))
}

fn indexed(client: &Client, files: usize) {
    client.told("guardline/status", |status| status["indexing"] == false && status["files"] == files);
}

fn changed(client: &Client, uris: &[&str]) {
    let changes: Vec<Value> = uris.iter().map(|uri| json!({ "uri": uri, "type": 2 })).collect();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

#[test]
fn files_that_are_not_open_are_known() {
    let folder = folder(&[("lib/b.ts", "defines(x)"), ("node_modules/m/index.ts", "defines(y)"), (".gitignore", "out/"), ("out/c.ts", "defines(z)")]);
    let client = in_folder(&folder, WATCHING);
    let a = at(&folder, "a.ts");
    client.open(&a, "uses(x) uses(y) uses(z)");
    client.shows(&a, &["x comes from b.ts"]);
    assert!(client.versions(&a).iter().all(|version| *version == Some(1)));
}

#[test]
fn changes_on_disk_are_followed() {
    let folder = folder(&[("lib/b.ts", "")]);
    let client = in_folder(&folder, WATCHING);
    let (a, b) = (at(&folder, "a.ts"), at(&folder, "lib/b.ts"));
    client.open(&a, "uses(x)");
    indexed(&client, 2);
    write(folder.path(), "lib/b.ts", "\u{feff}defines(x)");
    changed(&client, &[&b]);
    client.shows(&a, &["x comes from b.ts"]);
    std::fs::remove_file(folder.path().join("lib/b.ts")).expect("it was there");
    changed(&client, &[&b]);
    client.shows(&a, &[]);
    write(folder.path(), "lib/new/c.ts", "defines(x)");
    changed(&client, &[&at(&folder, "lib/new")]);
    client.shows(&a, &["x comes from c.ts"]);
    std::fs::remove_dir_all(folder.path().join("lib")).expect("it was there");
    changed(&client, &[&at(&folder, "lib")]);
    client.shows(&a, &[]);
    write(folder.path(), "node_modules/m/index.ts", "defines(x)");
    changed(&client, &[&at(&folder, "node_modules/m/index.ts"), "git:/x.ts", "not a uri"]);
    write(folder.path(), "d.ts", "defines(x)");
    changed(&client, &[&at(&folder, "d.ts")]);
    client.shows(&a, &["x comes from d.ts"]);
}

#[test]
fn a_buffer_wins_over_its_file_until_it_is_closed() {
    let folder = folder(&[("b.ts", "defines(x)")]);
    let client = in_folder(&folder, WATCHING);
    let (a, b) = (at(&folder, "a.ts"), at(&folder, "b.ts"));
    client.open(&b, "eval(1)");
    client.open(&a, "uses(x) uses(y)");
    client.published(&a, 1);
    indexed(&client, 2);
    client.shows(&a, &[]);
    // Behind the dirty buffer's back.
    write(folder.path(), "b.ts", "defines(y)");
    changed(&client, &[&b]);
    client.replace(&b, 2, "eval(2)");
    assert_eq!(texts(&client.published(&b, 2).into()), ["eval of 2"]);
    client.shows(&a, &[]);
    client.close(&b);
    client.shows(&a, &["y comes from b.ts"]);
}

#[test]
fn renames_are_followed() {
    let folder = folder(&[("b.ts", "defines(x)")]);
    let client = in_folder(&folder, WATCHING);
    let a = at(&folder, "a.ts");
    client.open(&a, "uses(x)");
    client.shows(&a, &["x comes from b.ts"]);
    std::fs::rename(folder.path().join("b.ts"), folder.path().join("c.ts")).expect("renamed");
    client.notify("workspace/didRenameFiles", json!({ "files": [{ "oldUri": at(&folder, "b.ts"), "newUri": at(&folder, "c.ts") }] }));
    client.shows(&a, &["x comes from c.ts"]);
    std::fs::remove_file(folder.path().join("c.ts")).expect("removed");
    client.notify("workspace/didDeleteFiles", json!({ "files": [{ "uri": at(&folder, "c.ts") }] }));
    client.shows(&a, &[]);
    // An open document is renamed by closing it and opening it anew.
    client.close(&a);
    client.open(&at(&folder, "renamed.ts"), "eval(1)");
    client.shows(&at(&folder, "renamed.ts"), &["eval of 1"]);
}

#[test]
fn clients_that_can_watch_are_asked_to() {
    let folder = folder(&[]);
    let client = in_folder(&folder, WATCHING);
    let registered = client.told("client/registerCapability", |_| true);
    let watchers = registered["registrations"][0]["registerOptions"]["watchers"].to_string();
    assert!(watchers.contains("prisma") && watchers.contains(".env") && watchers.contains("json"), "{watchers}");
}

#[test]
fn for_clients_that_cannot_watch_the_server_does() {
    let folder = folder(&[("lib/b.ts", "")]);
    let client = in_folder(&folder, "{}");
    let a = at(&folder, "a.ts");
    client.open(&a, "uses(x) uses(y)");
    indexed(&client, 2);
    write(folder.path(), "lib/b.ts", "defines(x)");
    client.shows(&a, &["x comes from b.ts"]);
    write(folder.path(), "lib/deep/c.ts", "defines(y)");
    client.shows(&a, &["x comes from b.ts", "y comes from c.ts"]);
    std::fs::remove_file(folder.path().join("lib/b.ts")).expect("it was there");
    client.shows(&a, &["y comes from c.ts"]);
}

#[test]
fn folders_come_and_go() {
    let (one, two) = (folder(&[("b.ts", "defines(x)")]), folder(&[("c.ts", "defines(y)")]));
    let client = in_folder(&one, WATCHING);
    let a = at(&one, "a.ts");
    client.open(&a, "uses(x) uses(y)");
    client.shows(&a, &["x comes from b.ts"]);
    let second = json!({ "uri": uri(two.path()), "name": "two" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [second], "removed": [] } }));
    client.shows(&a, &["x comes from b.ts", "y comes from c.ts"]);
    let first = json!({ "uri": uri(one.path()), "name": "w" });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": null, "removed": [first] } }));
    client.shows(&a, &["y comes from c.ts"]);
}

#[test]
fn reading_is_shown_and_can_be_cancelled() {
    let files: Vec<(String, String)> = (0..600).map(|i| (format!("f{i}.ts"), "let a = 1;".to_owned())).collect();
    let folder = folder(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let client = in_folder(&folder, r#"{ "window": { "workDoneProgress": true }, "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }"#);
    let created = client.told("window/workDoneProgress/create", |_| true);
    let token = created["token"].clone();
    client.told("$/progress", |params| params["token"] == token && params["value"]["kind"] == "begin" && params["value"]["cancellable"] == true);
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    client.told("$/progress", |params| params["token"] == token && params["value"]["kind"] == "end");
    client.told("guardline/status", |status| status["indexing"] == false);
    client.notify("window/workDoneProgress/cancel", json!({ "token": "nobody's" }));
    client.open("file:///a.ts", "eval(1)");
    client.shows("file:///a.ts", &["eval of 1"]);
}

#[test]
fn what_is_open_does_not_wait_for_what_is_read() {
    let folder = folder(&[("b.ts", "defines(x)")]);
    let client = in_folder(&folder, WATCHING);
    client.open(&at(&folder, "a.ts"), "eval(1) uses(x)");
    client.shows(&at(&folder, "a.ts"), &["eval of 1", "x comes from b.ts"]);
}

#[test]
fn the_status_is_told_and_can_be_asked_for() {
    let folder = folder(&[("a.ts", ""), ("b.py", ""), ("notes.dat", "")]);
    let mut client = in_folder(&folder, WATCHING);
    client.told("guardline/status", |status| status["indexing"] == true);
    indexed(&client, 2);
    assert_eq!(client.round_trip()["result"], json!({ "files": 2, "handlers": 2, "notUnderstood": 1, "indexing": false }));
}

#[test]
fn the_audit_is_a_text() {
    let folder = folder(&[("a.ts", "eval(1) hidden(2)"), ("sub/b.ts", "\nabsent(3)")]);
    let mut client = in_folder(&folder, WATCHING);
    indexed(&client, 2);
    let answer = client.request("workspace/executeCommand", json!({ "command": "guardline.auditWorkspace", "arguments": [] }));
    let text = answer["result"].as_str().expect("a text").to_owned();
    assert!(text.contains("2 files read: 1 error, 1 warning."), "{text}");
    assert!(text.contains("`a.ts:1` eval of 1 (code-injection)") && text.contains("`sub/b.ts:2` 3 is missing"), "{text}");
    assert_eq!(client.request("workspace/executeCommand", json!({ "command": "no.such" }))["error"]["code"], -32602);
}

#[test]
fn no_folder_is_fine() {
    let mut client = Client::scripted(Script::default());
    client.greet(json!({ "capabilities": {}, "rootUri": null, "workspaceFolders": [] }));
    client.open("file:///nowhere/a.ts", "eval(1)");
    client.shows("file:///nowhere/a.ts", &["eval of 1"]);
    client.greet(json!({ "capabilities": {} }));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_real_engine_comes_to_see_across_files() {
    let library = "import { Pool } from \"pg\";\nconst pool = new Pool();\nexport async function find(name: string) {\n  \
        return pool.query(\"SELECT * FROM users WHERE name = '\" + name + \"'\");\n}\n";
    let route = |argument: &str| {
        format!(
            "import express from \"express\";\nimport {{ find }} from \"./lib/db\";\nconst app = express();\n\
             app.get(\"/users\", async (req, res) => {{\n  res.json(await find({argument}));\n}});\n"
        )
    };
    let folder = folder(&[("package.json", "{}"), ("lib/db.ts", library), ("app.ts", &route("req.query.name as string"))]);
    let mut client = Client::program(&[]);
    let capabilities: Value = serde_json::from_str(WATCHING).expect("JSON");
    client.greet(json!({ "capabilities": capabilities, "rootUri": uri(folder.path()) }));
    let (app, db) = (at(&folder, "app.ts"), at(&folder, "lib/db.ts"));
    client.open(&db, library);
    let says = |client: &Client, severity: u64, words: &str| {
        client.told("textDocument/publishDiagnostics", |params| {
            let found = params["diagnostics"].as_array().and_then(|found| found.first());
            params["uri"] == db && found.is_some_and(|found| found["severity"] == severity && found["message"].to_string().contains(words))
        });
    };
    // Where the value comes from stands in a file that is not open.
    says(&client, 1, "query string");
    client.open(&app, &route("\"always the same\""));
    client.told("textDocument/publishDiagnostics", |params| params["uri"] == app);
    client.wait("the library to be cleared of it", |messages| {
        let last = messages.iter().rev().find(|m| m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == db)?;
        (!last["params"]["diagnostics"].to_string().contains("query string")).then_some(())
    });
    assert_eq!(client.shut_down(), 0);
}
