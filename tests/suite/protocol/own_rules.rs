//! A project's own rules in the editor: read when they change, shown where they are wrong, explained, and their rewrite offered.

use serde_json::{Value, json};

use super::client::{Client, range, texts, uri};

const RULE: &str = "; id: no-eval\n; language: typescript\n; severity: warning\n; message: {code} is run\n; rewrite: parse({code})\n;\n; It runs **anything**.\n((call_expression function: (identifier) @f arguments: (arguments . (_) @code)) @here (#eq? @f \"eval\"))\n";

#[test]
fn rules_come_and_go_while_the_server_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".guardline/queries/eval.scm");
    let code = uri(&folder.path().join("src/a.ts"));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, RULE).expect("a file");
    let mut client = Client::program(&[]);
    let code_action = json!({ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } });
    let hover = json!({ "contentFormat": ["markdown"] });
    let workspace = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let capabilities = json!({ "textDocument": { "codeAction": code_action, "hover": hover }, "workspace": workspace });
    client.greet(json!({ "capabilities": capabilities, "rootUri": uri(folder.path()) }));
    client.open(&code, "const a = eval(b);\n");
    client.shows(&code, &["b is run"]);

    let at = json!({ "textDocument": { "uri": code }, "position": { "line": 0, "character": 12 } });
    let shown = client.request("textDocument/hover", at);
    let shown = shown["result"]["contents"]["value"].as_str().expect("a text").to_owned();
    assert!(shown.contains("`no-eval`") && shown.contains("It runs **anything**."), "{shown}");

    let asked = json!({ "textDocument": { "uri": code }, "range": range((0, 12), (0, 12)), "context": { "diagnostics": [] } });
    let actions = client.request("textDocument/codeAction", asked);
    assert_eq!(actions["result"][0]["title"], "Rewrite as `no-eval` says");
    assert_eq!(new_text(&actions["result"][0]), "parse(b)");
    let safe = json!({ "textDocument": { "uri": code }, "range": range((0, 0), (1, 0)), "context": { "diagnostics": [], "only": ["source.fixAll"] } });
    assert_eq!(client.request("textDocument/codeAction", safe)["result"], json!([]));

    let changed = |kind: u32| json!({ "changes": [{ "uri": uri(&path), "type": kind }] });
    std::fs::write(&path, RULE.replace("is run", "runs")).expect("a file");
    client.notify("workspace/didChangeWatchedFiles", changed(2));
    client.shows(&code, &["b runs"]);
    std::fs::remove_file(&path).expect("removed");
    client.notify("workspace/didChangeWatchedFiles", changed(3));
    client.shows(&code, &[]);
}

fn new_text(action: &Value) -> &str {
    let changes = &action["edit"]["changes"];
    let edits = changes.as_object().and_then(|changes| changes.values().next()).unwrap_or(&Value::Null);
    edits[0]["newText"].as_str().unwrap_or_else(|| panic!("{action}"))
}

#[test]
fn what_is_wrong_in_a_rule_is_shown_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".guardline/queries/b.scm");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path.with_file_name("a.scm"), RULE).expect("a file");
    let file = uri(&path);
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {}, "rootUri": uri(folder.path()) }));
    client.open_as(&file, "scheme", 1, &RULE.replace("call_expression", "call_expresion").replace("no-eval", "other"));
    let found = client.published(&file, 1);
    assert_eq!(texts(&found.clone().into()), ["TypeScript has no node `call_expresion`"]);
    assert_eq!((found[0]["code"].as_str(), &found[0]["range"]), (Some("config"), &range((7, 2), (7, 16))));
    client.replace(&file, 2, &RULE.replace("severity", "sevrity").replace("{code} is", "{core} is"));
    let found = client.published(&file, 2);
    assert_eq!(
        texts(&found.into()),
        [
            "there is a rule `no-eval` already",
            "there is no `sevrity` in the head of a rule; there are `id`, `language`, `severity`, `message`, `title`, `rewrite`, `safe`, `cwe`"
        ]
    );
    client.replace(&file, 3, &RULE.replace("no-eval", "other"));
    assert!(client.published(&file, 3).is_empty());
}

/// A client that does not watch: the server does, also folders that were not there when it began.
#[test]
fn rules_that_appear_on_disk_are_read_without_the_clients_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".guardline/queries/eval.scm");
    let code = uri(&folder.path().join("a.ts"));
    std::fs::write(folder.path().join("package.json"), "{}").expect("a file");
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {}, "rootUri": uri(folder.path()) }));
    client.told("guardline/status", |status| status["indexing"] == false);
    client.open(&code, "const a = eval(b);\n");
    client.shows(&code, &[]);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, RULE).expect("a file");
    client.shows(&code, &["b is run"]);
    std::fs::write(&path, RULE.replace("is run", "runs")).expect("a file");
    client.shows(&code, &["b runs"]);
}
