//! A body to a JSON-RPC message: what it is, without reading its parameters yet.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tower_lsp::jsonrpc::{Id, Response};

pub const PARSE_ERROR: i64 = -32700;
pub const INVALID_REQUEST: i64 = -32600;
pub const INTERNAL_ERROR: i64 = -32603;
pub const NOT_INITIALIZED: i64 = -32002;

/// Parameters are kept as they were written; `null` counts as none, since clients send either.
pub enum Message<'a> {
    Request {
        id: Id,
        method: Cow<'a, str>,
        params: Option<&'a str>,
    },
    Notification {
        method: Cow<'a, str>,
        params: Option<&'a str>,
    },
    Response(Response),
    /// To be answered with this error.
    Bad {
        id: Id,
        code: i64,
        message: &'static str,
    },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

/// Reads a body that is valid UTF-8 (see [`text`]).
pub fn read(body: &str) -> Message<'_> {
    if body.trim_start().starts_with('[') {
        // A batch would have to be answered as one, which no client of this protocol expects.
        return bad(Id::Null, INVALID_REQUEST, "batches are not supported");
    }
    let envelope: Envelope = match serde_json::from_str(body) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => return bad(Id::Null, INVALID_REQUEST, "not a JSON-RPC message"),
        Err(_) => return bad(Id::Null, PARSE_ERROR, "not valid JSON"),
    };
    let id = match envelope.id.map(|id| serde_json::from_str::<Id>(id.get())) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return bad(Id::Null, INVALID_REQUEST, "an id is a whole number or a string"),
    };
    if envelope.jsonrpc.as_deref() != Some("2.0") {
        return bad(id.unwrap_or(Id::Null), INVALID_REQUEST, "`jsonrpc` must be \"2.0\"");
    }
    let params = envelope.params.map(RawValue::get);
    match (id, envelope.method) {
        (Some(id), Some(method)) => Message::Request { id, method, params },
        (None, Some(method)) => Message::Notification { method, params },
        (id, None) => match serde_json::from_str(body).or_else(|_| serde_json::from_str(&repair(body))) {
            Ok(response) => Message::Response(response),
            Err(_) => bad(id.unwrap_or(Id::Null), INVALID_REQUEST, "neither a method nor an answer"),
        },
    }
}

fn bad(id: Id, code: i64, message: &'static str) -> Message<'static> {
    Message::Bad { id, code, message }
}

/// The body as text. Bytes that are no UTF-8 become U+FFFD rather than cost the message.
pub fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads parameters. Half of a surrogate pair, which JavaScript clients send when an emoji is cut in two, is repaired.
pub fn params<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text).or_else(|error| {
        let repaired = repair(text);
        if repaired == text { Err(error) } else { serde_json::from_str(&repaired) }
    })
}

/// Replaces escapes of unpaired surrogates by that of U+FFFD.
pub fn repair(text: &str) -> String {
    let surrogate = |at: usize| -> Option<u32> {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok().filter(|unit| (0xD800..0xE000).contains(unit))
    };
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied) = (0, 0);
    while let Some(backslash) = text[at..].find('\\') {
        at += backslash;
        match surrogate(at) {
            Some(0xD800..0xDC00) if matches!(surrogate(at + 6), Some(0xDC00..)) => at += 12,
            Some(_) => {
                out.push_str(&text[copied..at]);
                out.push_str("\\uFFFD");
                at += 6;
                copied = at;
            }
            // The backslash and the character it escapes.
            None => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(body: &str) -> String {
        match read(body) {
            Message::Request { id, method, params } => format!("request {id} {method} {}", params.unwrap_or("-")),
            Message::Notification { method, params } => format!("notification {method} {}", params.unwrap_or("-")),
            Message::Response(response) => format!("response {}", response.id()),
            Message::Bad { id, code, .. } => format!("{code} {id}"),
        }
    }

    #[test]
    fn messages_are_told_apart() {
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"x": 1}}"#), "request 1 a {\"x\": 1}");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":"s","method":"a\/b","params":null}"#), "request \"s\" a/b -");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","method":"a"}"#), "notification a -");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#), "notification a -");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":4,"result":null}"#), "response 4");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":4,"result":"\ud83d"}"#), "response 4");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"m"}}"#), "response 4");
    }

    #[test]
    fn bad_messages_are_answered() {
        assert_eq!(kind("{not json"), "-32700 null");
        assert_eq!(kind(""), "-32700 null");
        assert_eq!(kind(r#"[{"jsonrpc":"2.0","id":1,"method":"a"}]"#), "-32600 null");
        assert_eq!(kind(r#"{"id":9,"method":"a"}"#), "-32600 9");
        assert_eq!(kind(r#"{"jsonrpc":"1.0","id":9,"method":"a"}"#), "-32600 9");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#), "-32600 null");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#), "-32600 null");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":9,"method":5}"#), "-32600 null");
        assert_eq!(kind(r#"{"jsonrpc":"2.0","id":9}"#), "-32600 9");
        assert_eq!(kind("7"), "-32600 null");
    }

    #[test]
    fn nesting_without_end_does_not_end_the_server() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(kind(&format!(r#"{{"jsonrpc":"2.0","id":9,"method":"a","x":{deep}}}"#)), "request 9 a -");
        assert!(params::<serde_json::Value>(&deep).is_err());
    }

    #[test]
    fn halves_of_surrogate_pairs_are_repaired() {
        let read = |text: &str| params::<String>(&format!("\"{text}\"")).ok();
        assert_eq!(read(r"a\ud83db").as_deref(), Some("a\u{fffd}b"));
        assert_eq!(read(r"\ud83d\ude00").as_deref(), Some("😀"));
        assert_eq!(read(r"\ude00\ud83d").as_deref(), Some("\u{fffd}\u{fffd}"));
        assert_eq!(read(r"\ud83d\ud83d\ude00").as_deref(), Some("\u{fffd}😀"));
        assert_eq!(read(r"\\ud83d").as_deref(), Some(r"\ud83d"), "an escaped backslash is text");
        assert_eq!(read(r"\ud83dé\\\ud83d").as_deref(), Some("\u{fffd}é\\\u{fffd}"));
        assert_eq!(read(r"\x"), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read_and_repaired(text in r#"(\\|u|d83d|de00|"|[{}:,é😀]|\\u[0-9a-fD]{0,5}|.){0,30}"#) {
            read(&text);
            let repaired = repair(&text);
            prop_assert_eq!(repair(&repaired), repaired.clone());
            if let Ok(value) = serde_json::from_str::<String>(&format!("\"{text}\"")) {
                prop_assert_eq!(params::<String>(&format!("\"{text}\"")).ok(), Some(value));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(text(b"{\"a\":\"\xff\"}".to_vec()), "{\"a\":\"\u{fffd}\"}");
    }
}
