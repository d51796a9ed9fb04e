//! Codex (github.com/openai/codex, `codex-rs/hooks/schema/generated/*.schema.json`: `post-tool-use.command.input`,
//! `stop.command.input` and their outputs). Its answers have the fields of Claude Code's; files are written by `apply_patch`,
//! whose patch is the tool's input.

use serde_json::Value;

use super::{claude_code, fields};
use crate::hook::call::{Call, Client, Event};

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let call = claude_code::call(payload, event)?;
    let folders = fields::folder(payload, &["cwd"]);
    debug_assert!(call.event != Event::Edited || !call.edits.is_empty());
    Some(Call { client: Client::Codex, folders, ..call })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_is_read() {
        let payload = json!({ "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/p", "hook_event_name": "PostToolUse", "model": "m",
            "permission_mode": "default", "tool_name": "apply_patch", "tool_use_id": "u", "tool_response": "Done!",
            "tool_input": { "command": "*** Begin Patch\n*** Update File: src/a.ts\n@@\n-a\n+b\n*** End Patch" } });
        let call = call(&payload, None).expect("a call");
        assert_eq!((call.client, call.edits.len(), call.edits[0].path.to_str()), (Client::Codex, 1, Some("src/a.ts")));
    }
}
