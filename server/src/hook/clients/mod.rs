//! One room for each assistant: what its hook's JSON means, and in which form it wants its answer.

mod claude_code;
mod codex;
mod copilot;
mod cursor;
mod fields;
mod vscode;
mod windsurf;

use serde_json::Value;

use super::call::{Call, Client, Event};
use super::wire::Verdict;

/// What the hook prints and how it exits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub code: u8,
}

impl Answer {
    fn json(value: &Value) -> Answer {
        Answer { stdout: format!("{value}\n"), ..Answer::default() }
    }
}

/// Whose JSON is it?
pub fn recognised(payload: &Value) -> Option<Client> {
    let has = |name: &str| payload.get(name).is_some();
    if has("agent_action_name") {
        return Some(Client::Windsurf);
    }
    if has("conversation_id") || has("workspace_roots") || has("cursor_version") {
        return Some(Client::Cursor);
    }
    if has("hook_event_name") || has("hookEventName") {
        // Codex names the turn, VS Code the time; Claude Code neither.
        return Some(match (has("turn_id"), has("timestamp")) {
            (true, _) => Client::Codex,
            (_, true) => Client::VsCode,
            _ => Client::ClaudeCode,
        });
    }
    (has("sessionId") || has("toolName") || (has("cwd") && has("timestamp"))).then_some(Client::Copilot)
}

/// What it says; `None` if that is nothing of ours.
pub fn call(client: Client, payload: &Value, event: Option<&str>) -> Option<Call> {
    match client {
        Client::ClaudeCode => claude_code::call(payload, event),
        Client::Codex => codex::call(payload, event),
        Client::Copilot => copilot::call(payload, event),
        Client::Cursor => cursor::call(payload, event),
        Client::VsCode => vscode::call(payload, event),
        Client::Windsurf => windsurf::call(payload, event),
    }
}

/// Does the model read the answer to this?
pub fn is_heard(call: &Call) -> bool {
    match call.client {
        Client::ClaudeCode | Client::Codex | Client::VsCode | Client::Copilot => true,
        Client::Cursor => call.event == Event::Ended || call.event_name == cursor::AFTER_TOOL,
        Client::Windsurf => call.event == Event::Edited,
    }
}

/// Is there an event before the assistant stops whose answer it reads?
pub fn hears_the_end(client: Client) -> bool {
    client != Client::Windsurf
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    match call.client {
        Client::ClaudeCode | Client::Codex => claude_code::answer(call, verdict),
        Client::Copilot => copilot::answer(call, verdict),
        Client::Cursor => cursor::answer(call, verdict),
        Client::VsCode => vscode::answer(call, verdict),
        Client::Windsurf => windsurf::answer(call, verdict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_client_is_known_by_its_own_fields() {
        let cases = [
            (json!({ "session_id": "s", "transcript_path": "/t", "cwd": "/p", "hook_event_name": "PostToolUse" }), Some(Client::ClaudeCode)),
            (json!({ "session_id": "s", "turn_id": "t", "cwd": "/p", "hook_event_name": "PostToolUse" }), Some(Client::Codex)),
            (json!({ "timestamp": "2026-01-01T00:00:00Z", "cwd": "/p", "hook_event_name": "PostToolUse" }), Some(Client::VsCode)),
            (json!({ "timestamp": 1, "cwd": "/p", "toolName": "edit", "toolArgs": "{}" }), Some(Client::Copilot)),
            (json!({ "conversation_id": "c", "workspace_roots": ["/p"], "hook_event_name": "afterFileEdit" }), Some(Client::Cursor)),
            (json!({ "agent_action_name": "post_write_code", "trajectory_id": "t", "tool_info": {} }), Some(Client::Windsurf)),
            (json!({ "hello": 1 }), None),
            (json!([1]), None),
        ];
        for (payload, client) in cases {
            assert_eq!(recognised(&payload), client, "{payload}");
        }
    }

    #[test]
    fn odd_payloads_are_nothing_of_ours() {
        for (_, client) in Client::ALL {
            for payload in [json!(null), json!({}), json!({ "hook_event_name": 7, "tool_input": [], "tool_info": "x", "toolArgs": "{", "edits": 1 })] {
                let call = call(client, &payload, None);
                assert!(call.is_none_or(|call| call.edits.is_empty()), "{client:?} {payload}");
            }
        }
    }
}
