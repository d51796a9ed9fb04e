//! GitHub Copilot's command line and coding agent (docs.github.com/en/copilot/reference/hooks-configuration; for what is answered,
//! the types `PostToolUseHookOutput` and `AgentStopHookOutput` of `@github/copilot-sdk` 1.0). The JSON does not name the event:
//! its fields tell. Older versions read no answer after a tool.

use serde_json::{Value, json};

use super::{Answer, fields};
use crate::hook::call::{Call, Client, Event};
use crate::hook::wire::Verdict;

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let has = |name: &str| payload.get(name).is_some();
    let name = event.or_else(|| fields::text(payload, &["hook_event_name", "hookEventName"]));
    let event = match name {
        Some("postToolUse" | "PostToolUse") => Event::Edited,
        Some("agentStop" | "subagentStop" | "Stop" | "SubagentStop") => Event::Ended,
        Some("sessionStart" | "SessionStart") => Event::Begun,
        Some(_) => return None,
        None if has("toolName") => Event::Edited,
        None if has("stopReason") => Event::Ended,
        None if has("source") => Event::Begun,
        None => return None,
    };
    let mut edits = Vec::new();
    if event == Event::Edited {
        // With events that are named in camel case so are the fields; with others they are named as in VS Code.
        let result = payload.get("toolResult").or_else(|| payload.get("tool_result")).unwrap_or(&Value::Null);
        let failed = fields::text(result, &["resultType", "result_type"]).is_some_and(|kind| kind != "success");
        if failed || !fields::text(payload, &["toolName", "tool_name"]).is_some_and(fields::writes) {
            return None;
        }
        // The arguments are JSON in a text, or JSON.
        let arguments = payload.get("toolArgs").or_else(|| payload.get("tool_input")).unwrap_or(&Value::Null);
        let read: Option<Value> = arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
        edits = fields::edits(read.as_ref().unwrap_or(arguments));
        if edits.is_empty() {
            return None;
        }
    }
    let folders = fields::folder(payload, &["cwd", "workingDirectory"]);
    // Early versions name no session: then it is that of the folder.
    let session = fields::text(payload, &["sessionId", "session_id", "cwd"]).unwrap_or_default().to_owned();
    Some(Call { client: Client::Copilot, event, event_name: name.unwrap_or_default().to_owned(), session, folders, edits })
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    match (call.event, &verdict.urgent, &verdict.aside) {
        (Event::Edited, Some(text), _) | (Event::Edited, None, Some(text)) => Answer::json(&json!({ "additionalContext": text })),
        (Event::Ended, Some(urgent), _) => Answer::json(&json!({ "decision": "block", "reason": urgent })),
        _ => Answer::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_tell_the_event() {
        let edit = json!({ "timestamp": 1, "cwd": "/p", "sessionId": "s", "toolName": "edit",
            "toolArgs": "{\"path\":\"/p/a.ts\",\"old_str\":\"a\",\"new_str\":\"b\"}", "toolResult": { "resultType": "success", "textResultForLlm": "ok" } });
        let seen = call(&edit, None).expect("a call");
        assert_eq!((seen.event, seen.edits[0].pieces[0].new.as_str()), (Event::Edited, "b"));
        assert!(call(&json!({ "cwd": "/p", "toolName": "edit", "toolArgs": "{}", "toolResult": { "resultType": "denied" } }), None).is_none());
        let snake = |result: &str| {
            let payload = json!({ "hook_event_name": "PostToolUse", "session_id": "s", "timestamp": "2026-03-01T10:00:00.000Z", "cwd": "/p", "tool_name": "create",
                "tool_input": { "path": "/p/a.ts", "file_text": "b" }, "tool_result": { "result_type": result, "text_result_for_llm": "" } });
            call(&payload, Some("PostToolUse"))
        };
        assert!(snake("success").is_some_and(|call| call.session == "s" && call.edits[0].whole));
        assert_eq!(snake("failure"), None);
        let stop = call(&json!({ "timestamp": 1, "cwd": "/p", "sessionId": "s", "stopReason": "end_turn" }), None).expect("a call");
        assert_eq!(stop.event, Event::Ended);
        let told = answer(&stop, &Verdict { urgent: Some("do".into()), ..Verdict::default() });
        assert_eq!(told.stdout, "{\"decision\":\"block\",\"reason\":\"do\"}\n");
        assert_eq!(answer(&seen, &Verdict { urgent: Some("do".into()), ..Verdict::default() }).stdout, "{\"additionalContext\":\"do\"}\n");
        assert_eq!(call(&json!({ "cwd": "/p", "timestamp": 1, "source": "new" }), None).map(|call| call.event), Some(Event::Begun));
    }
}
