//! Claude Code (code.claude.com/docs/en/hooks). Field names are those of the types of its SDK, `@anthropic-ai/claude-agent-sdk`
//! 0.3: `PostToolUseHookInput`, `StopHookInput`, `SyncHookJSONOutput`, `FileEditOutput`, `FileWriteOutput`, `NotebookEditOutput`.
//!
//! After a tool, `decision: "block"` undoes nothing: the reason is put before the model. When it means to stop, it makes it
//! go on, with the reason as what is left to do.

use serde_json::{Value, json};

use super::{Answer, fields};
use crate::hook::call::{Before, Call, Client, Edit, Event};
use crate::hook::wire::Verdict;

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let name = event.or_else(|| fields::text(payload, &["hook_event_name"]))?;
    let event = match name {
        "PostToolUse" => Event::Edited,
        "Stop" | "SubagentStop" => Event::Ended,
        "SessionStart" => Event::Begun,
        _ => return None,
    };
    let edits = if event == Event::Edited { edits(payload) } else { Vec::new() };
    if event == Event::Edited && edits.is_empty() {
        return None;
    }
    // The folder that Claude Code was started in; `cwd` follows its shell.
    let mut folders: Vec<_> = std::env::var_os("CLAUDE_PROJECT_DIR").filter(|folder| !folder.is_empty()).map(Into::into).into_iter().collect();
    folders.extend(fields::folder(payload, &["cwd"]));
    let session = fields::text(payload, &["session_id"]).unwrap_or_default().to_owned();
    Some(Call { client: Client::ClaudeCode, event, event_name: name.to_owned(), session, folders, edits })
}

fn edits(payload: &Value) -> Vec<Edit> {
    if !fields::text(payload, &["tool_name"]).is_some_and(fields::writes) {
        return Vec::new();
    }
    let mut edits = fields::edits(payload.get("tool_input").unwrap_or(&Value::Null));
    let response = payload.get("tool_response").unwrap_or(&Value::Null);
    // Held back for a person to look at: nothing was written.
    if response.get("staged") == Some(&Value::Bool(true)) {
        return Vec::new();
    }
    if let [edit] = edits.as_mut_slice() {
        match response.get("originalFile").or_else(|| response.get("original_file")) {
            Some(Value::String(text)) => edit.before = Before::Text(text.clone()),
            _ if fields::text(response, &["type"]) == Some("create") => edit.before = Before::Absent,
            _ => {}
        }
    }
    edits
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    let mut told = json!({});
    match (&verdict.urgent, &verdict.aside, call.event) {
        (Some(urgent), _, Event::Edited | Event::Ended) => {
            told["decision"] = json!("block");
            told["reason"] = json!(urgent);
        }
        (None, Some(aside), Event::Edited) => told["hookSpecificOutput"] = json!({ "hookEventName": call.event_name, "additionalContext": aside }),
        _ => {}
    }
    if let Some(person) = &verdict.person {
        told["systemMessage"] = json!(person);
    }
    if told.as_object().is_none_or(serde_json::Map::is_empty) { Answer::default() } else { Answer::json(&told) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(tool: &str, input: Value, response: Value) -> Value {
        json!({ "session_id": "s", "transcript_path": "/t.jsonl", "cwd": "/p", "permission_mode": "default", "hook_event_name": "PostToolUse",
            "tool_name": tool, "tool_input": input, "tool_response": response, "tool_use_id": "u" })
    }

    #[test]
    fn the_text_before_is_taken_from_the_tools_response() {
        let edit = payload(
            "Edit",
            json!({ "file_path": "/p/a.ts", "old_string": "a", "new_string": "b" }),
            json!({ "filePath": "/p/a.ts", "originalFile": "a;", "structuredPatch": [] }),
        );
        let seen = call(&edit, None).expect("a call");
        assert_eq!((seen.event, seen.session.as_str(), seen.edits[0].before.clone()), (Event::Edited, "s", Before::Text("a;".into())));
        let create =
            payload("Write", json!({ "file_path": "/p/a.ts", "content": "x" }), json!({ "type": "create", "filePath": "/p/a.ts", "originalFile": null }));
        let seen = call(&create, None).expect("a call");
        assert!(seen.edits[0].whole && seen.edits[0].before == Before::Absent);
        let cell = json!({ "notebook_path": "/p/a.ipynb", "new_source": "b", "edit_mode": "replace" });
        let cell = payload("NotebookEdit", cell, json!({ "notebook_path": "/p/a.ipynb", "original_file": "{}", "updated_file": "{ }" }));
        let seen = call(&cell, None).expect("a call");
        assert_eq!((seen.edits.len(), seen.edits[0].before.clone()), (1, Before::Text("{}".into())));
        let staged = payload("Write", json!({ "file_path": "/p/a.ts", "content": "x" }), json!({ "type": "create", "staged": true }));
        assert_eq!(call(&staged, None), None);
        assert_eq!(call(&payload("Bash", json!({ "command": "ls" }), json!({})), None), None);
    }

    #[test]
    fn what_is_urgent_blocks_and_what_is_not_does_not() {
        let call = call(&payload("Write", json!({ "file_path": "/p/a.ts", "content": "x" }), json!({})), None).expect("a call");
        let urgent = answer(&call, &Verdict { urgent: Some("do".into()), aside: Some("by the way".into()), person: None });
        assert_eq!((urgent.stdout.as_str(), urgent.code), ("{\"decision\":\"block\",\"reason\":\"do\"}\n", 0));
        let aside = answer(&call, &Verdict { aside: Some("by the way".into()), ..Verdict::default() });
        assert_eq!(aside.stdout, "{\"hookSpecificOutput\":{\"hookEventName\":\"PostToolUse\",\"additionalContext\":\"by the way\"}}\n");
        assert_eq!(answer(&call, &Verdict::default()), Answer::default());
        let stop = Call { event: Event::Ended, event_name: "Stop".into(), ..call };
        let told = answer(&stop, &Verdict { aside: Some("by the way".into()), person: Some("old".into()), ..Verdict::default() });
        assert_eq!(told.stdout, "{\"systemMessage\":\"old\"}\n", "only what is urgent keeps it from stopping");
    }
}
