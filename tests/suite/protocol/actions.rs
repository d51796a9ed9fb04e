//! Code actions, for clients of every ability.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Client, position, range, uri};

struct Setup {
    folder: TempDir,
    client: Client,
    uri: String,
}

const LITERALS: &str = r#"{ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } }"#;
const LAZY: &str =
    r#"{ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } }, "dataSupport": true, "resolveSupport": { "properties": ["edit"] } }"#;

/// A document `a.ts` with two findings, in a folder of its own.
fn setup(code_action: &str, workspace: Value) -> Setup {
    let folder = tempfile::tempdir().expect("a folder");
    let code_action: Value = serde_json::from_str(code_action).expect("JSON");
    let mut workspace = workspace;
    workspace["didChangeWatchedFiles"] = json!({ "dynamicRegistration": true });
    let capabilities = json!({ "textDocument": { "codeAction": code_action, "publishDiagnostics": { "dataSupport": true } }, "workspace": workspace });
    let client = Client::started(json!({ "capabilities": capabilities, "rootUri": uri(folder.path()) }));
    client.told("guardline/status", |status| status["indexing"] == false);
    let uri = uri(&folder.path().join("a.ts"));
    client.open(&uri, "/* 😀 */ eval(1)\neval(2)\n");
    client.published(&uri, 1);
    Setup { folder, client, uri }
}

fn everything() -> Value {
    json!({ "applyEdit": true, "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] } })
}

impl Setup {
    fn ask(&mut self, place: Value, context: Value) -> Vec<Value> {
        let answer = self.client.request("textDocument/codeAction", json!({ "textDocument": { "uri": self.uri }, "range": place, "context": context }));
        answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// The actions on the first finding.
    fn first(&mut self) -> Vec<Value> {
        self.ask(range((0, 12), (0, 12)), json!({ "diagnostics": [] }))
    }

    fn resolve(&mut self, action: &Value) -> Value {
        self.client.request("codeAction/resolve", action.clone())
    }
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().filter_map(|action| action["title"].as_str()).collect()
}

#[test]
fn the_menu_is_light_and_the_edit_comes_when_one_is_chosen() {
    let mut setup = setup(LAZY, everything());
    let diagnostics = setup.client.published(&setup.uri, 1);
    let foreign = json!({ "source": "ts", "message": "m", "range": range((0, 0), (0, 1)), "codeDescription": { "href": "" } });
    let actions = setup.ask(range((0, 9), (0, 16)), json!({ "diagnostics": [foreign, diagnostics[0]], "triggerKind": 1 }));
    assert_eq!(titles(&actions), ["Parse it instead", "Move it to the environment", "Say that it is fine"]);
    for action in &actions {
        assert_eq!(action["kind"], "quickfix");
        assert_eq!(action["diagnostics"], json!([diagnostics[0]]));
        assert!(action.get("edit").is_none());
    }
    assert_eq!(actions[0]["isPreferred"], true);
    assert!(actions[1].get("isPreferred").is_none() && actions[2].get("isPreferred").is_none(), "silencing is never preferred");
    assert_eq!(actions[1]["command"]["command"], "guardline.showNote");

    let resolved = setup.resolve(&actions[0]);
    let expected = json!({ "documentChanges": [{
        "textDocument": { "uri": setup.uri, "version": 1 },
        "edits": [{ "range": range((0, 9), (0, 13)), "newText": "JSON.parse" }],
    }] });
    assert_eq!(resolved["result"]["edit"], expected);
    assert_eq!(resolved["result"]["title"], actions[0]["title"]);

    let resolved = setup.resolve(&actions[1]);
    let env = uri(&setup.folder.path().join(".env.local"));
    let expected = json!({ "documentChanges": [
        { "kind": "create", "uri": env, "options": { "ignoreIfExists": true } },
        { "textDocument": { "uri": env, "version": null }, "edits": [{ "range": range((0, 0), (0, 0)), "newText": "CODE=1\n" }] },
        { "textDocument": { "uri": setup.uri, "version": 1 }, "edits": [{ "range": range((0, 9), (0, 16)), "newText": "process.env.CODE" }] },
    ] });
    assert_eq!(resolved["result"]["edit"], expected);
}

#[test]
fn an_action_of_an_older_text_is_refused() {
    let mut setup = setup(LAZY, everything());
    let actions = setup.first();
    setup.client.change(&setup.uri, 2, json!([{ "range": range((0, 0), (0, 0)), "text": " " }]));
    assert_eq!(setup.resolve(&actions[0])["error"]["code"], -32801);
    let actions = setup.first();
    assert!(setup.resolve(&actions[0])["result"]["edit"].is_object());
    setup.client.close(&setup.uri);
    assert_eq!(setup.resolve(&actions[0])["error"]["code"], -32801);
    assert_eq!(setup.resolve(&json!({ "title": "x" }))["error"]["code"], -32602);
    assert_eq!(setup.resolve(&json!({ "title": "x", "data": { "uri": "git:/x", "version": 1, "fix": "all" } }))["error"]["code"], -32801);
}

#[test]
fn an_action_sees_the_text_that_was_typed_just_before_it() {
    let mut setup = setup(LITERALS, everything());
    for version in 2..60 {
        setup.client.change(&setup.uri, version, json!([{ "range": range((0, 0), (0, 0)), "text": " " }]));
        let column = 9 + (version as u32 - 1);
        let actions = setup.ask(range((0, column), (0, column)), json!({ "diagnostics": [] }));
        assert_eq!(actions[0]["edit"]["documentChanges"][0]["edits"][0]["range"], range((0, column), (0, column + 4)));
        assert_eq!(actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"], version);
    }
}

#[test]
fn ranges_choose_findings() {
    let mut setup = setup(LAZY, everything());
    let titles_at = |setup: &mut Setup, place| setup.ask(place, json!({ "diagnostics": [] })).len();
    assert_eq!(titles_at(&mut setup, range((0, 0), (0, 1))), 0);
    assert_eq!(titles_at(&mut setup, range((1, 0), (1, 0))), 3);
    assert_eq!(titles_at(&mut setup, range((0, 0), (9, 0))), 6);
    let all = setup.ask(range((0, 0), (9, 0)), json!({ "diagnostics": [] }));
    assert_eq!(titles(&all)[4..], ["Say that it is fine", "Say that it is fine"], "what only silences comes last");
}

#[test]
fn kinds_are_respected() {
    let mut setup = setup(LAZY, everything());
    let kinds = |setup: &mut Setup, only: Value, trigger: u8| -> Vec<String> {
        let actions = setup.ask(range((0, 0), (2, 0)), json!({ "diagnostics": [], "only": only, "triggerKind": trigger }));
        actions.iter().filter_map(|action| action["kind"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(kinds(&mut setup, json!(["refactor"]), 1), Vec::<String>::new());
    assert_eq!(kinds(&mut setup, json!(["quickfix"]), 2), ["quickfix"; 6]);
    for only in ["source", "source.fixAll", "source.fixAll.guardline"] {
        assert_eq!(kinds(&mut setup, json!([only]), 2), ["source.fixAll.guardline"], "{only}");
    }
    assert_eq!(kinds(&mut setup, json!(["source.organizeImports"]), 1), Vec::<String>::new());
}

#[test]
fn all_safe_fixes_are_one_edit() {
    let mut setup = setup(LAZY, everything());
    let actions = setup.ask(range((0, 0), (0, 0)), json!({ "diagnostics": [], "only": ["source.fixAll"] }));
    let edit = setup.resolve(&actions[0])["result"]["edit"].clone();
    let expected = json!({ "documentChanges": [{
        "textDocument": { "uri": setup.uri, "version": 1 },
        "edits": [{ "range": range((0, 9), (0, 13)), "newText": "JSON.parse" }, { "range": range((1, 0), (1, 4)), "newText": "JSON.parse" }],
    }] });
    assert_eq!(edit, expected);
    setup.client.replace(&setup.uri, 2, "nothing");
    assert!(setup.ask(range((0, 0), (0, 0)), json!({ "diagnostics": [], "only": ["source.fixAll"] })).is_empty());
}

#[test]
fn a_file_that_is_not_open_is_read_at_that_moment() {
    let mut setup = setup(LAZY, everything());
    let path = setup.folder.path().join(".env.local");
    let env = uri(&path);
    let actions = setup.first();
    // It has appeared meanwhile, and nobody has told us.
    std::fs::write(&path, "A=1\nB=2\n").expect("a file");
    let edit = setup.resolve(&actions[1])["result"]["edit"].clone();
    assert_eq!(
        edit["documentChanges"][0],
        json!({
            "textDocument": { "uri": env, "version": null }, "edits": [{ "range": range((2, 0), (2, 0)), "newText": "CODE=1\n" }]
        })
    );
    // An open buffer is what the edit is for, with its version.
    setup.client.open_as(&env, "dotenv", 7, "A=1\n");
    setup.client.published(&env, 7);
    let edit = setup.resolve(&actions[1])["result"]["edit"].clone();
    assert_eq!(
        edit["documentChanges"][0],
        json!({
            "textDocument": { "uri": env, "version": 7 }, "edits": [{ "range": range((1, 0), (1, 0)), "newText": "CODE=1\n" }]
        })
    );
}

#[test]
fn clients_without_versions_get_plain_changes() {
    let mut setup = setup(LITERALS, json!({ "applyEdit": true }));
    let actions = setup.first();
    assert_eq!(titles(&actions), ["Parse it instead", "Move it to the environment", "Say that it is fine"]);
    assert_eq!(actions[0]["edit"], json!({ "changes": { &setup.uri: [{ "range": range((0, 9), (0, 13)), "newText": "JSON.parse" }] } }));
    assert_eq!(actions[1]["command"]["command"], "guardline.applyFix");
    assert!(actions[1].get("edit").is_none());
}

#[test]
fn what_a_client_cannot_create_the_server_writes() {
    let mut setup = setup(LITERALS, json!({ "applyEdit": true }));
    let command = setup.first()[1]["command"].clone();
    let answer = setup.client.request("workspace/executeCommand", command.clone());
    assert_eq!(answer["result"], json!({ "applied": true }));
    let path = setup.folder.path().join(".env.local");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "CODE=1\n");
    let applied = setup.client.told("workspace/applyEdit", |_| true);
    let expected = json!({ "changes": { &setup.uri: [{ "range": range((0, 9), (0, 16)), "newText": "process.env.CODE" }] } });
    assert_eq!(applied["edit"], expected);
    let told = setup.client.told("window/showMessage", |_| true);
    assert_eq!(told["message"], "Change the code at your host.");
    // The ticket is of a text that is gone once the client has made the edit.
    setup.client.change(&setup.uri, 2, json!([{ "range": range((0, 9), (0, 16)), "text": "process.env.CODE" }]));
    assert_eq!(setup.client.request("workspace/executeCommand", command)["error"]["code"], -32801);
}

#[test]
fn an_edit_that_the_client_refuses_is_told() {
    let mut setup = setup(LITERALS, json!({ "applyEdit": true }));
    setup.client.answers(|method, _| Some(if method == "workspace/applyEdit" { json!({ "applied": false }) } else { Value::Null }));
    let command = setup.first()[1]["command"].clone();
    assert_eq!(setup.client.request("workspace/executeCommand", command)["result"], json!({ "applied": false }));
    setup.client.told("window/showMessage", |params| params["type"] == 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let mut setup = setup(LITERALS, json!({ "applyEdit": true }));
    let command = setup.first()[1]["command"].clone();
    let outside = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(outside.path().join("target"), setup.folder.path().join(".env.local")).expect("a link");
    assert!(setup.client.request("workspace/executeCommand", command)["error"]["code"].is_i64());
    setup.client.told("window/showMessage", |params| params["type"] == 1);
    assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 0);
    assert_eq!(setup.client.count("workspace/applyEdit"), 0, "the secret stays where it is");
}

#[test]
fn clients_that_only_know_commands_get_commands() {
    let mut setup = setup("{}", json!({ "applyEdit": true }));
    let actions = setup.first();
    assert_eq!(titles(&actions), ["Parse it instead", "Move it to the environment", "Say that it is fine"]);
    assert_eq!(actions[0]["command"], "guardline.applyFix");
    let params = json!({ "command": actions[0]["command"], "arguments": actions[0]["arguments"] });
    assert_eq!(setup.client.request("workspace/executeCommand", params)["result"], json!({ "applied": true }));
    setup.client.told("workspace/applyEdit", |params| params["edit"]["changes"].is_object());
}

#[test]
fn clients_that_can_do_nothing_are_offered_nothing() {
    let mut setup = setup("{}", json!({}));
    assert!(setup.first().is_empty());
}

#[test]
fn a_note_is_shown_on_request() {
    let mut setup = setup(LAZY, everything());
    let command = setup.first()[1]["command"].clone();
    setup.client.request("workspace/executeCommand", command);
    assert_eq!(setup.client.told("window/showMessage", |_| true)["message"], "Change the code at your host.");
}

#[test]
fn hovering_says_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    for (formats, kind) in [(json!(["markdown", "plaintext"]), "markdown"), (json!(["plaintext"]), "plaintext"), (Value::Null, "plaintext")] {
        let mut client = Client::with(json!({ "textDocument": { "hover": { "contentFormat": formats } } }));
        let uri = uri(&folder.path().join("a.ts"));
        client.open(&uri, "/* 😀 */ eval(_x_)");
        let at = |client: &mut Client, column| {
            client.request("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position(0, column) }))["result"].clone()
        };
        let shown = at(&mut client, 10);
        assert_eq!(shown["contents"]["kind"], kind);
        assert_eq!(shown["range"], range((0, 9), (0, 18)));
        let text = shown["contents"]["value"].as_str().expect("a text");
        assert!(text.contains(if kind == "markdown" { r"eval of \_x\_" } else { "eval of _x_" }), "{text}");
        assert_eq!(at(&mut client, 2), Value::Null);
    }
}
