//! From `initialize` to the exit code.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client::Client;
use super::script::Script;

#[test]
fn shutdown_and_exit_end_it_with_zero() {
    let mut client = Client::program(&["--stdio"]);
    let result = client.greet(json!({ "capabilities": {}, "processId": null, "rootUri": null }));
    assert_eq!(result["serverInfo"]["name"], "guardline");
    assert_eq!(client.shut_down(), 0);
    assert_eq!(client.stderr(), "");
}

#[test]
fn anything_else_ends_it_with_one() {
    let mut without_shutdown = Client::program(&[]);
    without_shutdown.greet(json!({ "capabilities": {} }));
    without_shutdown.notify("exit", Value::Null);
    assert_eq!(without_shutdown.exit_code(), 1);

    let mut end_of_input = Client::program(&[]);
    end_of_input.greet(json!({ "capabilities": {} }));
    end_of_input.close_input();
    assert_eq!(end_of_input.exit_code(), 1);

    let mut at_once = Client::program(&[]);
    at_once.close_input();
    assert_eq!(at_once.exit_code(), 1);

    let mut exit_first = Client::program(&[]);
    exit_first.notify("exit", Value::Null);
    assert_eq!(exit_first.exit_code(), 1);
}

#[test]
fn end_of_input_after_shutdown_is_no_failure() {
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {} }));
    assert_eq!(client.request("shutdown", Value::Null)["result"], Value::Null);
    client.close_input();
    assert_eq!(client.exit_code(), 0);
}

#[test]
fn requests_have_their_time() {
    let mut client = Client::program(&[]);
    assert_eq!(client.round_trip()["error"]["code"], -32002);
    assert_eq!(client.request("no/such", Value::Null)["error"]["code"], -32002);
    assert_eq!(client.request("shutdown", Value::Null)["error"]["code"], -32002);
    client.open("file:///a.ts", "before the greeting");
    client.greet(json!({ "capabilities": {} }));
    assert_eq!(client.request("initialize", json!({ "capabilities": {} }))["error"]["code"], -32600);
    assert!(client.round_trip().get("result").is_some());
    client.request("shutdown", Value::Null);
    assert_eq!(client.round_trip()["error"]["code"], -32600);
    assert_eq!(client.request("shutdown", Value::Null)["error"]["code"], -32600);
    client.open("file:///b.ts", "after the end");
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 0);
    assert_eq!(client.count("textDocument/publishDiagnostics"), 0);
}

#[test]
fn greetings_of_all_kinds_are_understood() {
    for params in
        [json!({}), json!({ "capabilities": null }), json!({ "capabilities": { "workspace": 1, "general": [] }, "workspaceFolders": 5, "processId": "x" })]
    {
        let mut client = Client::program(&[]);
        let result = client.greet(params);
        assert_eq!(result["capabilities"]["textDocumentSync"]["change"], 2);
    }
}

#[test]
fn it_ends_while_something_is_in_flight() {
    let mut client = Client::started(json!({ "capabilities": {} }));
    client.open("file:///a.ts", "stuck(1)");
    client.ask("textDocument/hover", json!({ "textDocument": { "uri": "file:///a.ts" }, "position": { "line": 0, "character": 0 } }));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn it_ends_when_its_client_dies() {
    let mut other = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a process");
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {}, "processId": other.id() }));
    drop(other.stdin.take());
    other.wait().expect("it ended");
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn a_client_of_another_world_is_not_taken_for_dead() {
    // A number from outside of a container.
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {}, "processId": 2_147_483_646 }));
    client.open("file:///a.ts", "let a = 1;");
    client.published("file:///a.ts", 1);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn panics_cost_one_answer() {
    let mut client = Client::scripted(Script::default());
    client.greet(json!({ "capabilities": {} }));
    client.open("file:///a.ts", "statusBroken(1) eval(2)");
    assert_eq!(client.published("file:///a.ts", 1).len(), 1);
    assert_eq!(client.round_trip()["error"]["code"], -32603);
    client.open("file:///b.ts", "broken(1)");
    assert_eq!(client.published("file:///b.ts", 1).len(), 0);
    let hover = json!({ "textDocument": { "uri": "file:///b.ts" }, "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "context": { "diagnostics": [] } });
    assert_eq!(client.request("textDocument/codeAction", hover)["error"]["code"], -32603);
    client.replace("file:///b.ts", 2, "eval(1)");
    assert_eq!(client.published("file:///b.ts", 2).len(), 1);
    client.replace("file:///a.ts", 2, "");
    client.published("file:///a.ts", 2);
    assert!(client.round_trip().get("result").is_some());
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn one_id_is_one_request() {
    let mut client = Client::started(json!({ "capabilities": {} }));
    client.open("file:///a.ts", "stuck(1)");
    let hover = json!({ "textDocument": { "uri": "file:///a.ts" }, "position": { "line": 0, "character": 0 } });
    let id = client.ask("textDocument/hover", hover);
    client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "guardline/status" }));
    assert_eq!(client.answer(id)["error"]["code"], -32600);
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert!(client.round_trip().get("result").is_some());
}

#[test]
fn a_client_that_does_not_read_is_not_waited_for() {
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {} }));
    assert_eq!(client.shut_down(), 0);
}
