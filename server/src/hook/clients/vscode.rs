//! Agent hooks of Visual Studio Code, a preview (code.visualstudio.com/docs/agents/reference/hooks-reference). Events and answers
//! are named as in Claude Code; whether it may stop is answered inside of `hookSpecificOutput`. What its tools take is not
//! documented: their inputs are read as other assistants' are.

use serde_json::{Value, json};

use super::{Answer, claude_code, fields};
use crate::hook::call::{Call, Client, Event};
use crate::hook::wire::Verdict;

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let event = event.or_else(|| fields::text(payload, &["hook_event_name", "hookEventName"]))?;
    let call = claude_code::call(payload, Some(event))?;
    let session = fields::text(payload, &["session_id", "sessionId"]).unwrap_or_default().to_owned();
    Some(Call { client: Client::VsCode, session, folders: fields::folder(payload, &["cwd"]), ..call })
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    match (&verdict.urgent, call.event) {
        (Some(urgent), Event::Ended) => {
            let specific = json!({ "hookEventName": call.event_name, "decision": "block", "reason": urgent });
            Answer::json(&json!({ "decision": "block", "reason": urgent, "hookSpecificOutput": specific }))
        }
        _ => claude_code::answer(call, verdict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_naming_are_read_and_stopping_is_answered_inside() {
        let payload = json!({ "timestamp": "2026-02-09T10:30:00.000Z", "cwd": "/p", "sessionId": "s", "hookEventName": "PostToolUse",
            "tool_name": "replace_string_in_file", "tool_input": { "filePath": "/p/a.ts", "oldString": "a", "newString": "b" }, "tool_response": "ok" });
        let seen = call(&payload, None).expect("a call");
        assert_eq!((seen.session.as_str(), seen.edits[0].pieces.len()), ("s", 1));
        let stop = Call { event: Event::Ended, event_name: "Stop".into(), ..seen };
        let told: Value = serde_json::from_str(&answer(&stop, &Verdict { urgent: Some("do".into()), ..Verdict::default() }).stdout).expect("JSON");
        assert_eq!(told["hookSpecificOutput"]["decision"], "block");
        assert_eq!(told["hookSpecificOutput"]["reason"], "do");
    }
}
