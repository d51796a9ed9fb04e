//! Bytes that are not what they should be cost one message each, never the server.

use serde_json::{Value, json};

use super::client::Client;

fn framed(body: &[u8]) -> Vec<u8> {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

fn ready() -> Client {
    let mut client = Client::program(&[]);
    client.greet(json!({ "capabilities": {} }));
    client
}

/// Sends the bytes; the server answers with this error to nobody in particular, and goes on.
fn is_refused(bytes: &[u8], code: i64) {
    let mut client = ready();
    client.raw(bytes);
    assert_eq!(client.stray_error(), code, "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
    assert!(client.round_trip().get("result").is_some());
    assert_eq!(client.shut_down(), 0);
    assert_eq!(client.stderr(), "");
}

#[test]
fn bodies_that_are_no_message_are_answered() {
    is_refused(&framed(b"{not json"), -32700);
    is_refused(&framed(b""), -32700);
    is_refused(&framed(br#"[{"jsonrpc":"2.0","id":9,"method":"guardline/status"}]"#), -32600);
    is_refused(&framed(br#""text""#), -32600);
    is_refused(&framed(br#"{"jsonrpc":"2.0","id":[],"method":"guardline/status"}"#), -32600);
    is_refused(&framed(br#"{"jsonrpc":"2.0"}"#), -32600);
}

#[test]
fn headers_that_are_none_are_answered() {
    is_refused(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", -32700);
    is_refused(b"Content-Length: -5\r\n\r\n", -32700);
    is_refused(b"Content-Length: abc\r\n\r\n", -32700);
    is_refused(b"Content-Length: 10\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"guardline/status\"}", -32700);
}

#[test]
fn odd_but_readable_messages_are_read() {
    let status = |id: i64| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"guardline/status"}}"#).into_bytes();
    let client = ready();
    client.raw(format!("content-length: {}\r\n\r\n", status(101).len()).as_bytes());
    client.raw(&status(101));
    client.raw(format!("Content-Length:{}\n\n", status(102).len()).as_bytes());
    client.raw(&status(102));
    client.raw(b"Content-Type: application/vscode-jsonrpc; charset=latin1\r\n");
    client.raw(&framed(&status(103)));
    client.raw(&framed(br#"{"jsonrpc":"2.0","id":104,"method":"guardline/status","x":"\ud800"}"#));
    client.raw(&framed(b"{\"jsonrpc\":\"2.0\",\"id\":105,\"method\":\"guardline/status\",\"x\":\"\xff\xfe\"}"));
    let deep = format!(r#"{{"jsonrpc":"2.0","id":106,"method":"guardline/status","x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    client.raw(&framed(deep.as_bytes()));
    for id in 101..=106 {
        assert!(client.answer(id).get("result").is_some(), "{id}");
    }
}

#[test]
fn a_request_that_cannot_be_read_is_answered_under_its_id() {
    let client = ready();
    client.raw(&framed(br#"{"id":201,"method":"guardline/status"}"#));
    assert_eq!(client.answer(201)["error"]["code"], -32600);
    client.raw(&framed(br#"{"jsonrpc":"2.0","id":202,"method":"textDocument/hover","params":5}"#));
    assert_eq!(client.answer(202)["error"]["code"], -32602);
    client.raw(&framed(br#"{"jsonrpc":"2.0","id":203,"method":"no/such"}"#));
    assert_eq!(client.answer(203)["error"]["code"], -32601);
    let deep = format!(r#"{{"jsonrpc":"2.0","id":204,"method":"textDocument/hover","params":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    client.raw(&framed(deep.as_bytes()));
    assert!(client.answer(204)["error"]["code"].is_i64());
    for (id, line) in [(205, "-1"), (206, "4294967296"), (207, "1.5"), (208, "1.0"), (209, "\"0\"")] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"textDocument/hover","params":{{"textDocument":{{"uri":"file:///a.ts"}},"position":{{"line":{line},"character":0}}}}}}"#
        );
        client.raw(&framed(body.as_bytes()));
        assert_eq!(client.answer(id)["error"]["code"], -32602, "{line}");
    }
}

#[test]
fn notifications_that_nobody_knows_are_let_pass() {
    let mut client = ready();
    client.notify("$/nope", Value::Null);
    client.notify("no/such", json!({ "a": 1 }));
    client.notify("textDocument/didClose", json!(5));
    client.notify("$/cancelRequest", json!({ "id": 999 }));
    client.notify("$/cancelRequest", json!({}));
    client.notify("$/setTrace", json!({ "value": "verbose" }));
    client.send(&json!({ "jsonrpc": "2.0", "id": 4711, "result": null }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "nobody", "error": { "code": 1, "message": "m" } }));
    assert!(client.round_trip().get("result").is_some());
}

#[test]
fn lengths_without_measure_end_it() {
    for length in ["99999999999", "18446744073709551615", "18446744073709551616"] {
        let mut client = ready();
        client.raw(format!("Content-Length: {length}\r\n\r\n").as_bytes());
        assert_eq!(client.stray_error(), -32600);
        assert_eq!(client.exit_code(), 1, "{length}");
    }
}

#[test]
fn megabytes_of_nothing_are_read_past() {
    let mut client = ready();
    client.raw(&vec![b'X'; 30_000_000]);
    client.raw(b"\r\n\r\n");
    assert_eq!(client.stray_error(), -32700);
    assert!(client.round_trip().get("result").is_some());
}

#[test]
fn a_large_document_is_taken() {
    let client = ready();
    let uri = "file:///large.ts";
    client.open(uri, "let a = 1;\n");
    client.replace(uri, 2, &"// line\n".repeat(6_000_000));
    assert_eq!(client.published(uri, 2), Vec::<Value>::new());
    client.replace(uri, 3, "let b = 2;\n");
    assert_eq!(client.published(uri, 3), Vec::<Value>::new());
}
