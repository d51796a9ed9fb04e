//! The lines above handlers.

use serde_json::{Value, json};

use super::client::Client;

const URI: &str = "file:///server.js";
const TEXT: &str = r#"const express = require("express");
const mongoose = require("mongoose");
const Note = mongoose.model("Note", new mongoose.Schema({ title: String, owner: { type: mongoose.Schema.Types.ObjectId, ref: "User" } }));
const app = express();

app.delete("/notes/:id", async (req, res) => {
  await Note.findByIdAndDelete(req.params.id);
  res.end();
});
"#;

fn greeted(capabilities: Value, options: Value) -> (Client, Value) {
    let mut client = Client::program(&[]);
    let told = client.greet(json!({ "capabilities": capabilities, "initializationOptions": options }));
    (client, told)
}

fn titles(client: &mut Client) -> Value {
    client.open_as(URI, "javascript", 1, TEXT);
    let answer = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": URI } }));
    let lenses = answer["result"].as_array().cloned().unwrap_or_default();
    lenses.iter().map(|lens| json!([lens["range"]["start"]["line"], lens["command"]["title"]])).collect()
}

#[test]
fn a_handler_is_told_what_is_known_of_it() {
    let (mut client, told) = greeted(json!({ "textDocument": { "codeLens": {} } }), json!({}));
    assert_eq!(told["capabilities"]["codeLensProvider"], json!({ "resolveProvider": false }));
    let title = "DELETE /notes/:id · callers: anyone · data: Note chosen · rate limit: no · signature: no";
    assert_eq!(titles(&mut client), json!([[5, title]]));
}

#[test]
fn it_can_be_switched_off_while_it_runs() {
    let (mut client, _) = greeted(json!({ "textDocument": { "codeLens": {} } }), json!({ "codeLens": false }));
    assert_eq!(titles(&mut client), json!([]));
}

#[test]
fn a_client_that_cannot_show_it_is_offered_nothing() {
    let (_, told) = greeted(json!({}), json!({}));
    assert_eq!(told["capabilities"].get("codeLensProvider"), None);
}
