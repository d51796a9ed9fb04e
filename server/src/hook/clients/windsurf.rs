//! Windsurf's Cascade (docs.windsurf.com/windsurf/cascade/hooks). A hook that exits with 2 has its standard error put before
//! Cascade; after a write this blocks nothing. There is no event of that kind when Cascade means to stop.

use serde_json::Value;

use super::{Answer, fields};
use crate::hook::call::{Call, Client, Event};
use crate::hook::wire::Verdict;

/// Standard error is put before Cascade.
const HEARD: u8 = 2;

pub fn call(payload: &Value, event: Option<&str>) -> Option<Call> {
    let name = event.or_else(|| fields::text(payload, &["agent_action_name"]))?;
    let info = payload.get("tool_info").unwrap_or(&Value::Null);
    let (event, edits) = match name {
        "post_write_code" => (Event::Edited, fields::edits(info)),
        "pre_user_prompt" => (Event::Begun, Vec::new()),
        _ => return None,
    };
    if event == Event::Edited && edits.is_empty() {
        return None;
    }
    // A hook runs in the workspace unless its configuration says otherwise.
    let folders = std::env::current_dir().into_iter().collect();
    let session = fields::text(payload, &["trajectory_id"]).unwrap_or_default().to_owned();
    Some(Call { client: Client::Windsurf, event, event_name: name.to_owned(), session, folders, edits })
}

pub fn answer(call: &Call, verdict: &Verdict) -> Answer {
    match (&verdict.urgent, call.event) {
        (Some(urgent), Event::Edited) => Answer { stderr: format!("{urgent}\n"), code: HEARD, ..Answer::default() },
        _ => Answer::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_urgent_is_told_by_exit_code_and_standard_error() {
        let payload = json!({ "agent_action_name": "post_write_code", "trajectory_id": "t", "execution_id": "e", "timestamp": "2026-01-01T00:00:00Z",
            "tool_info": { "file_path": "/p/a.py", "edits": [{ "old_string": "import os", "new_string": "import os\nimport sys" }] } });
        let seen = call(&payload, None).expect("a call");
        let told = answer(&seen, &Verdict { urgent: Some("do".into()), ..Verdict::default() });
        assert_eq!((told.stdout.as_str(), told.stderr.as_str(), told.code), ("", "do\n", 2));
        assert_eq!(answer(&seen, &Verdict { aside: Some("by the way".into()), ..Verdict::default() }), Answer::default());
    }
}
