//! What is published, when, and under which version.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::client::{Client, range, texts};
use super::script::Script;

const URI: &str = "file:///a.ts";

fn waiting(milliseconds: u64) -> Client {
    Client::started(json!({ "capabilities": {}, "initializationOptions": { "quietMs": milliseconds } }))
}

#[test]
fn a_diagnostic_is_what_the_client_can_show() {
    let able = json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true, "dataSupport": true, "codeDescriptionSupport": true } } });
    let options = json!({ "quietMs": 0, "helpBase": "https://example.invalid/rules/" });
    let client = Client::started(json!({ "capabilities": able, "initializationOptions": options }));
    client.open("file:///b.ts", "defines(x)");
    client.published("file:///b.ts", 1);
    client.open(URI, "uses(x)");
    let expected = json!([{
        "range": range((0, 0), (0, 7)), "severity": 3, "code": "ssrf", "source": "guardline", "message": "x comes from b.ts",
        "codeDescription": { "href": "https://example.invalid/rules/ssrf" },
        "relatedInformation": [{ "location": { "uri": "file:///b.ts", "range": range((0, 0), (0, 10)) }, "message": "defined here" }],
        "data": { "rule": "ssrf", "detail": "scripted" },
    }]);
    assert_eq!(Value::from(client.published(URI, 1)), expected);

    let plain = Client::started(json!({ "capabilities": {}, "initializationOptions": options }));
    plain.open(URI, "eval(1)");
    let expected = json!([{ "range": range((0, 0), (0, 7)), "severity": 1, "code": "code-injection", "source": "guardline", "message": "eval of 1" }]);
    assert_eq!(Value::from(plain.published(URI, 1)), expected);
}

#[test]
fn every_version_that_is_waited_for_is_published_even_if_nothing_changed() {
    let client = Client::with(json!({}));
    client.open(URI, "eval(1)");
    for version in 2..=40 {
        client.published(URI, version - 1);
        client.change(URI, version, json!([{ "range": range((0, 7), (0, 7)), "text": " " }]));
    }
    client.published(URI, 40);
    let expected: Vec<Option<i64>> = (1..=40).map(Some).collect();
    assert_eq!(client.versions(URI), expected, "each once");
}

#[test]
fn what_takes_long_follows_and_stays_while_somebody_types() {
    let client = Client::with(json!({}));
    client.open(URI, "eval(1)\nlater(a)\n");
    client.shows(URI, &["eval of 1", "a is told later"]);
    client.change(URI, 2, json!([{ "range": range((0, 0), (0, 0)), "text": "eval(2) " }]));
    client.shows(URI, &["eval of 2", "eval of 1", "a is told later"]);
    let told = client.all_published(URI);
    let of = |version: i64| told.iter().filter(|told| told["version"] == version).map(|told| texts(&told["diagnostics"])).collect::<Vec<_>>();
    assert_eq!(of(1).first().map(Vec::as_slice), Some(["eval of 1"].as_slice()), "what is known at once does not wait");
    assert!(of(2).iter().all(|texts| texts == &["eval of 2", "eval of 1", "a is told later"]), "{:?}", of(2));
    // What an edit touches is not kept.
    client.change(URI, 3, json!([{ "range": range((1, 0), (1, 8)), "text": "later(b)" }]));
    client.shows(URI, &["eval of 2", "eval of 1", "b is told later"]);
}

#[test]
fn an_overtaken_analysis_is_given_up() {
    let script = Script::default();
    let mut client = Client::scripted(script.clone());
    client.greet(json!({ "capabilities": {} }));
    client.open(URI, "stuck(1)");
    client.replace(URI, 2, "stuck(2)");
    client.replace(URI, 3, "eval(3)");
    assert_eq!(texts(&client.published(URI, 3).into()), ["eval of 3"]);
    assert_eq!(client.versions(URI), [Some(3)]);
    assert!(script.cancelled.load(Ordering::SeqCst) <= 2);
}

#[test]
fn hidden_findings_are_for_auditors() {
    let client = Client::with(json!({}));
    client.open(URI, "hidden(1) eval(2)");
    assert_eq!(texts(&client.published(URI, 1).into()), ["eval of 2"]);
    let auditor = Client::started(json!({ "capabilities": {}, "initializationOptions": { "quietMs": 0, "audience": "auditor" } }));
    auditor.open(URI, "hidden(1) eval(2)");
    auditor.shows(URI, &["maybe 1", "eval of 2"]);
}

#[test]
fn marks_silence_what_they_name() {
    let client = Client::with(json!({ "textDocument": { "publishDiagnostics": { "tagSupport": { "valueSet": [1, 2] } } } }));
    client.open(URI, "// gitleaks:allow\neval(1)\n");
    client.shows(URI, &["eval of 1"]);
    client.replace(URI, 2, "// guardline-ignore-next-line code-injection\neval(1)\n");
    let found = client.published(URI, 2);
    let remark = found.iter().find(|found| found["code"] == "mark").expect("a mark without a reason is told");
    assert_eq!(remark["severity"], 3);
    assert_eq!(remark["tags"], json!([1]), "it has no effect, and is shown so");
    assert!(found.iter().all(|found| found["code"] == "mark" || found["tags"].is_null()));
    let plain = Client::with(json!({}));
    plain.open(URI, "// guardline-ignore-next-line code-injection\neval(1)\n");
    assert!(plain.published(URI, 1).iter().all(|found| found["tags"].is_null()));
}

#[test]
fn what_is_missing_waits_while_it_is_being_written() {
    let client = waiting(60_000);
    // What is there when a file is opened is said at once.
    client.open(URI, "function f() { absent(1) }\n\nfunction g() { }\n");
    client.shows(URI, &["1 is missing"]);
    // In what is being edited it waits, while what is there and wrong does not.
    client.change(URI, 2, json!([{ "range": range((2, 15), (2, 15)), "text": "absent(2); eval(3)" }]));
    assert_eq!(texts(&client.published(URI, 2).into()), ["1 is missing", "eval of 3"]);
    // What was shown already and is still true stays, however it moves.
    client.change(URI, 3, json!([{ "range": range((0, 15), (0, 15)), "text": "\n" }]));
    assert_eq!(texts(&client.published(URI, 3).into()), ["1 is missing", "eval of 3"]);
    // Saved is as good as quiet.
    client.save(URI);
    client.shows(URI, &["1 is missing", "2 is missing", "eval of 3"]);
    assert_eq!(client.versions(URI), [1, 2, 3, 3].map(Some));
}

#[test]
fn what_is_missing_is_said_once_it_is_quiet() {
    let client = waiting(30);
    client.open(URI, "function f() { }\n");
    client.published(URI, 1);
    client.change(URI, 2, json!([{ "range": range((0, 15), (0, 15)), "text": "absent(1)" }]));
    client.shows(URI, &["1 is missing"]);
    let versions = client.versions(URI);
    assert_eq!(versions.last(), Some(&Some(2)));
}

#[test]
fn without_waiting_nothing_waits() {
    let client = waiting(0);
    client.open(URI, "f()\n");
    client.change(URI, 2, json!([{ "range": range((0, 0), (0, 0)), "text": "absent(1)" }]));
    assert_eq!(texts(&client.published(URI, 2).into()), ["1 is missing"]);
}

#[test]
fn what_another_file_changes_is_published_under_the_same_version() {
    let client = Client::with(json!({}));
    client.open(URI, "uses(x)");
    client.published(URI, 1);
    client.open("file:///c.ts", "eval(1)");
    client.published("file:///c.ts", 1);
    client.open("file:///b.ts", "defines(x)");
    client.shows(URI, &["x comes from b.ts"]);
    client.replace("file:///b.ts", 2, "defines(y)");
    client.shows(URI, &[]);
    client.replace("file:///b.ts", 3, "defines(x)");
    client.shows(URI, &["x comes from b.ts"]);
    client.close("file:///b.ts");
    client.shows(URI, &[]);
    assert!(client.versions(URI).iter().all(|version| *version == Some(1)));
    assert_eq!(client.versions("file:///c.ts"), [Some(1)], "a file whose list is the same is not published again");
}

#[test]
fn many_documents_are_opened_at_once() {
    let client = Client::with(json!({}));
    let uris: Vec<String> = (0..300).map(|i| format!("file:///many/{i}.ts")).collect();
    for (i, uri) in uris.iter().enumerate() {
        client.open(uri, &format!("eval({i})"));
    }
    client.replace(&uris[299], 2, "eval(typed)");
    assert_eq!(texts(&client.published(&uris[299], 2).into()), ["eval of typed"]);
    for (i, uri) in uris.iter().enumerate().take(299) {
        assert_eq!(texts(&client.published(uri, 1).into()), [format!("eval of {i}")]);
    }
}

#[test]
fn a_file_beyond_the_limit_is_followed_but_not_looked_at() {
    let client = Client::started(json!({ "capabilities": {}, "initializationOptions": { "quietMs": 0, "maxFileBytes": 20 } }));
    client.open(URI, "eval(1)");
    client.shows(URI, &["eval of 1"]);
    client.change(URI, 2, json!([{ "range": range((0, 7), (0, 7)), "text": "// a long way to go" }]));
    assert!(client.published(URI, 2).is_empty());
    client.change(URI, 3, json!([{ "range": range((0, 7), (0, 99)), "text": "" }]));
    assert_eq!(texts(&client.published(URI, 3).into()), ["eval of 1"]);
}
