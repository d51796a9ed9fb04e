//! Cursor (cursor.com/docs/agent/hooks). Nothing that `afterFileEdit` prints is put before the model, so what is found waits
//! for `stop`, whose `followup_message` is. `postToolUse` of later versions takes an `additional_context`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Answer, fields};
use crate::hook::call::{Call, Client, Event};
use crate::hook::wire::Verdict;

pub const AFTER_TOOL: &str = "postToolUse";

/// Cursor itself sends no more follow-ups than this one after the other.
const MOST_ROUNDS: u64 = 5;

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let name = event.or_else(|| fields::text(payload, &["hook_event_name"]))?;
    let (event, edits) = match name {
        "afterFileEdit" => (Event::Edited, fields::edits(payload)),
        AFTER_TOOL if fields::text(payload, &["tool_name"]).is_some_and(fields::writes) => {
            let input = payload.get("tool_input").unwrap_or(&Value::Null);
            let read: Option<Value> = input.as_str().and_then(|text| serde_json::from_str(text).ok());
            (Event::Edited, fields::edits(read.as_ref().unwrap_or(input)))
        }
        "stop" => {
            let rounds = payload.get("loop_count").and_then(Value::as_u64).unwrap_or(0);
            let completed = fields::text(payload, &["status"]).is_none_or(|status| status == "completed");
            if !completed || rounds >= MOST_ROUNDS {
                return None;
            }
            (Event::Ended, Vec::new())
        }
        "sessionStart" | "beforeSubmitPrompt" => (Event::Begun, Vec::new()),
        _ => return None,
    };
    if event == Event::Edited && edits.is_empty() {
        return None;
    }
    let roots = payload.get("workspace_roots").and_then(Value::as_array).into_iter().flatten();
    let mut folders: Vec<PathBuf> = roots.filter_map(Value::as_str).map(PathBuf::from).collect();
    folders.extend(fields::folder(payload, &["cwd"]));
    let session = fields::text(payload, &["conversation_id", "session_id"]).unwrap_or_default().to_owned();
    Some(Call { client: Client::Cursor, event, event_name: name.to_owned(), session, folders, edits })
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    match (call.event, verdict.urgent.as_ref().or(verdict.aside.as_ref())) {
        (Event::Edited, Some(text)) if call.event_name == AFTER_TOOL => Answer::json(&json!({ "additional_context": text })),
        (Event::Ended, _) => match &verdict.urgent {
            Some(urgent) => Answer::json(&json!({ "followup_message": urgent })),
            None => Answer::json(&json!({})),
        },
        _ => Answer::json(&json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(event: &str, more: Value) -> Value {
        let mut payload =
            json!({ "conversation_id": "c", "generation_id": "g", "hook_event_name": event, "workspace_roots": ["/p", "/q"], "cursor_version": "2.0" });
        payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        payload
    }

    #[test]
    fn edits_are_noted_and_told_at_the_end() {
        let edit = common("afterFileEdit", json!({ "file_path": "/p/a.ts", "edits": [{ "old_string": "a", "new_string": "b" }] }));
        let seen = call(&edit, None).expect("a call");
        assert_eq!((seen.edits.len(), seen.folders.len()), (1, 2));
        assert!(!super::super::is_heard(&seen));
        assert_eq!(answer(&seen, &Verdict { urgent: Some("do".into()), ..Verdict::default() }).stdout, "{}\n");
        let stop = call(&common("stop", json!({ "status": "completed", "loop_count": 0 })), None).expect("a call");
        assert!(super::super::is_heard(&stop));
        assert_eq!(answer(&stop, &Verdict { urgent: Some("do".into()), ..Verdict::default() }).stdout, "{\"followup_message\":\"do\"}\n");
        assert_eq!(call(&common("stop", json!({ "status": "aborted", "loop_count": 0 })), None), None);
        assert_eq!(call(&common("stop", json!({ "status": "completed", "loop_count": 5 })), None), None);
    }
}
