//! What `guardline init` can set up: a file each, with what stands in it.

use serde_json::Value;

use super::config_text;
use super::look::Seen;
use crate::cli::args::{CiHost, HookClient, SetUpEditor};
use crate::workspace::config::FILE_NAME;

/// A file to be written, or to be added to.
pub struct Offer {
    /// Below the project's folder.
    pub path: String,
    /// As the end of "to have it ...".
    pub what_for: &'static str,
    /// As in "shall ... be set up?".
    pub what_for_short: &'static str,
    /// What is new.
    pub text: String,
    kind: Kind,
}

enum Kind {
    /// Only the whole of it makes sense.
    Whole,
    /// One JSON object laid over another: lists grow.
    Json,
    /// An entry of the list under `repos:`.
    PreCommit,
    /// A job of GitLab's.
    GitLab,
    /// Lines of a script.
    Lines,
}

/// What becomes of a file that is there already.
pub enum Put {
    /// Nothing: Guardline is in it.
    There,
    /// It can be added to.
    Added(String),
    /// It can only be replaced.
    Instead(String),
    /// It is not understood well enough to be touched.
    Unknown,
}

const COMMAND: &str = "guardline audit --staged";
const EXTENSION: &str = "guardline.guardline";

impl Offer {
    pub fn config(seen: &Seen) -> Offer {
        let text = config_text::text(seen);
        Offer { path: FILE_NAME.to_owned(), what_for: "as `guardline init` writes it", what_for_short: "settings", text, kind: Kind::Whole }
    }

    /// What a project like this one has a use for.
    pub fn fitting(seen: &Seen) -> Vec<Offer> {
        let mut offers = vec![Offer::editor(SetUpEditor::Vscode)];
        let clients = [
            (HookClient::ClaudeCode, ".claude"),
            (HookClient::Cursor, ".cursor"),
            (HookClient::Windsurf, ".windsurf"),
            (HookClient::Codex, ".codex"),
            (HookClient::Copilot, ".github/hooks"),
        ];
        offers.extend(clients.iter().filter(|(_, folder)| seen.has(folder)).map(|(client, _)| Offer::hook(*client)));
        if seen.has(".git") {
            offers.push(Offer::pre_commit(seen));
        }
        if seen.has(".gitlab-ci.yml") {
            offers.push(Offer::ci(CiHost::Gitlab));
        } else if seen.has_any(".github") {
            offers.push(Offer::ci(CiHost::Github));
        }
        offers
    }

    pub fn editor(editor: SetUpEditor) -> Offer {
        let (path, text, kind) = match editor {
            SetUpEditor::Vscode => (".vscode/extensions.json", format!("{{\n  \"recommendations\": [\"{EXTENSION}\"]\n}}\n"), Kind::Json),
            SetUpEditor::Helix => (".helix/languages.toml", include_str!("../../../../editors/helix/languages.toml").to_owned(), Kind::Whole),
        };
        Offer { path: path.to_owned(), what_for: "marked in the editor while it is written", what_for_short: "the editor", text, kind }
    }

    pub fn hook(client: HookClient) -> Offer {
        let command = |name: &str| format!("guardline hook --client {name}");
        let grouped = |name: &str, tools: &str, ends: &[&str]| {
            let hooks = |seconds: u32| serde_json::json!([{ "type": "command", "command": command(name), "timeout": seconds }]);
            let mut events = serde_json::json!({ "SessionStart": [{ "hooks": hooks(10) }], "PostToolUse": [{ "matcher": tools, "hooks": hooks(30) }] });
            ends.iter().for_each(|end| events[*end] = serde_json::json!([{ "hooks": hooks(30) }]));
            serde_json::json!({ "hooks": events })
        };
        let (path, value) = match client {
            HookClient::ClaudeCode => (".claude/settings.json", grouped("claude-code", "Write|Edit|MultiEdit|NotebookEdit", &["Stop", "SubagentStop"])),
            HookClient::Codex => (".codex/hooks.json", grouped("codex", "apply_patch|Edit|Write", &["Stop"])),
            HookClient::Cursor => {
                let hook = serde_json::json!([{ "command": command("cursor") }]);
                (
                    ".cursor/hooks.json",
                    serde_json::json!({ "version": 1, "hooks": { "sessionStart": hook.clone(), "afterFileEdit": hook.clone(), "postToolUse": hook.clone(), "stop": hook } }),
                )
            }
            HookClient::Windsurf => {
                let hook = serde_json::json!([{ "command": command("windsurf"), "show_output": true }]);
                (".windsurf/hooks.json", serde_json::json!({ "hooks": { "post_write_code": hook } }))
            }
            HookClient::Copilot => {
                let command = command("copilot");
                let hook = serde_json::json!([{ "type": "command", "bash": command.clone(), "powershell": command, "timeoutSec": 30 }]);
                (".github/hooks/guardline.json", serde_json::json!({ "version": 1, "hooks": { "postToolUse": hook.clone(), "agentStop": hook } }))
            }
        };
        let (what_for, what_for_short) = ("checked by the assistant that writes it", "the assistant's hook");
        Offer { path: path.to_owned(), what_for, what_for_short, text: pretty(&value), kind: Kind::Json }
    }

    /// By husky where the project has it, else by pre-commit.
    pub fn pre_commit(seen: &Seen) -> Offer {
        let (what_for, what_for_short) = ("checked before each commit", "a check before each commit");
        if seen.has(".husky") && !seen.has(".pre-commit-config.yaml") {
            let text = format!("{COMMAND}\n");
            return Offer { path: ".husky/pre-commit".to_owned(), what_for, what_for_short, text, kind: Kind::Lines };
        }
        let text = format!(
            "# `pre-commit install` makes git run it (https://pre-commit.com).\nrepos:\n  - repo: local\n    hooks:\n      - id: guardline\n        name: guardline\n        entry: {COMMAND}\n        language: system\n        pass_filenames: false\n"
        );
        Offer { path: ".pre-commit-config.yaml".to_owned(), what_for, what_for_short, text, kind: Kind::PreCommit }
    }

    pub fn ci(host: CiHost) -> Offer {
        let (what_for, what_for_short) = ("checked when it is pushed", "a check when it is pushed");
        let (path, text, kind) = match host {
            CiHost::Github => (".github/workflows/guardline.yml", include_str!("../../../../editors/ci/github.yml"), Kind::Whole),
            CiHost::Gitlab => (".gitlab-ci.yml", include_str!("../../../../editors/ci/gitlab.yml"), Kind::GitLab),
        };
        Offer { path: path.to_owned(), what_for, what_for_short, text: text.to_owned(), kind }
    }

    /// The file where there is none yet.
    pub fn whole(&self) -> String {
        self.text.clone()
    }

    /// What becomes of what stands there.
    pub fn put_into(&self, before: &str) -> Put {
        if before == self.text || !matches!(self.kind, Kind::Whole) && before.contains("guardline") {
            return Put::There;
        }
        let added = match self.kind {
            Kind::Whole => return Put::Instead(self.text.clone()),
            Kind::Json => json_with(before, &self.text),
            Kind::PreCommit => pre_commit_with(before, &self.text),
            Kind::GitLab => gitlab_with(before, &self.text),
            Kind::Lines => Some(format!("{}{}{}", before, if before.is_empty() || before.ends_with('\n') { "" } else { "\n" }, self.text)),
        };
        added.map_or(Put::Unknown, Put::Added)
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// `None` where it is no plain JSON: comments would be lost.
fn json_with(before: &str, new: &str) -> Option<String> {
    let mut value: Value = if before.trim().is_empty() { Value::Object(serde_json::Map::new()) } else { serde_json::from_str(before).ok()? };
    lay_over(&mut value, serde_json::from_str(new).ok()?).then(|| pretty(&value))
}

/// False if the two contradict each other.
fn lay_over(value: &mut Value, new: Value) -> bool {
    match (value, new) {
        (Value::Object(known), Value::Object(new)) => new.into_iter().all(|(key, new)| match known.get_mut(&key) {
            Some(value) => lay_over(value, new),
            None => {
                known.insert(key, new);
                true
            }
        }),
        (Value::Array(known), Value::Array(new)) => {
            known.extend(new);
            true
        }
        (value, new) => *value == new,
    }
}

/// Only where the list is the last thing in the file, so that adding a line to the end adds to the list.
fn pre_commit_with(before: &str, new: &str) -> Option<String> {
    let lines: Vec<&str> = before.lines().collect();
    let list = lines.iter().position(|line| line.trim_end() == "repos:")?;
    let rest = lines.get(list + 1..)?;
    let first = rest.iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let indent = first.len() - first.trim_start().len();
    let is_of_list = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with([' ', '-']);
    if !first.trim_start().starts_with("- ") || !rest.iter().all(is_of_list) {
        return None;
    }
    let entry = new.lines().skip_while(|line| !line.starts_with("  - ")).map(|line| format!("{}{}", " ".repeat(indent), line.get(2..).unwrap_or("")));
    let entry: Vec<String> = entry.collect();
    Some(format!("{}\n{}\n", before.trim_end(), entry.join("\n")))
}

/// A job of its own at the end, if it would run in a stage that there is.
fn gitlab_with(before: &str, new: &str) -> Option<String> {
    let has_stages = before.lines().any(|line| line.starts_with("stages:"));
    let names_test = before.lines().any(|line| line.trim().trim_start_matches("- ").trim_matches(['"', '\'']) == "test");
    (!has_stages || names_test).then(|| format!("{}\n\n{new}", before.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(offer: &Offer, before: &str) -> Option<String> {
        match offer.put_into(before) {
            Put::Added(text) => Some(text),
            _ => None,
        }
    }

    fn seen() -> Seen {
        Seen { folder: "/nowhere".into(), files: 0, frameworks: Vec::new(), routes: 0, open_routes: Vec::new(), unclear: 0 }
    }

    #[test]
    fn hooks_join_those_that_are_there() {
        let offer = Offer::hook(HookClient::ClaudeCode);
        let before = r#"{ "model": "x", "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }] } }"#;
        let after: Value = serde_json::from_str(&added(&offer, before).expect("JSON")).expect("JSON");
        assert_eq!((after["model"].as_str(), after["hooks"]["Stop"].as_array().map(Vec::len)), (Some("x"), Some(2)));
        assert_eq!(after["hooks"]["PostToolUse"][0]["hooks"][0]["command"], "guardline hook --client claude-code");
        assert!(matches!(offer.put_into(&pretty(&after)), Put::There));
        assert!(matches!(offer.put_into("{ // mine\n}"), Put::Unknown), "a comment would be lost");
        assert!(matches!(Offer::hook(HookClient::Cursor).put_into("{ \"version\": 2 }"), Put::Unknown));
    }

    #[test]
    fn what_is_set_up_is_what_is_shipped() {
        let shipped = [
            (HookClient::ClaudeCode, include_str!("../../../../editors/claude-code/hooks/hooks.json")),
            (HookClient::Codex, include_str!("../../../../editors/codex/hooks.json")),
            (HookClient::Cursor, include_str!("../../../../editors/cursor/hooks.json")),
        ];
        for (client, shipped) in shipped {
            let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["hooks"].clone();
            assert_eq!(read(&Offer::hook(client).text), read(shipped));
        }
    }

    #[test]
    fn a_hook_before_commits_joins_the_list_as_it_is_indented() {
        let offer = Offer::pre_commit(&seen());
        let entry = "- repo: local\n  hooks:\n    - id: guardline\n";
        let flat = added(&offer, "repos:\n- repo: a\n  hooks:\n  - id: b\n").expect("added");
        assert!(flat.ends_with("    pass_filenames: false\n") && flat.contains(&format!("- id: b\n{entry}")), "{flat}");
        let indented = added(&offer, "default_stages: [pre-commit]\nrepos:\n  - repo: a\n    hooks: [{ id: b }]\n\n").expect("added");
        assert!(indented.contains("  - repo: local\n    hooks:\n      - id: guardline\n"), "{indented}");
        for text in ["repos:\n- repo: a\nfail_fast: true\n", "repos: []\n", ""] {
            assert!(matches!(offer.put_into(text), Put::Unknown), "{text}");
        }
    }

    #[test]
    fn a_job_needs_a_stage_that_there_is() {
        let offer = Offer::ci(CiHost::Gitlab);
        assert!(added(&offer, "build:\n  script: make\n").is_some_and(|text| text.contains("make\n\n") && text.contains("\nguardline:\n")));
        assert!(added(&offer, "stages:\n  - build\n  - test\n").is_some());
        assert!(matches!(offer.put_into("stages: [build, deploy]\n"), Put::Unknown));
        assert!(matches!(offer.put_into(&offer.text), Put::There));
    }

    #[test]
    fn what_has_only_a_whole_is_never_mixed() {
        assert!(matches!(Offer::config(&seen()).put_into("{ \"guards\": [\"mine\"] }"), Put::Instead(_)));
        assert!(matches!(Offer::ci(CiHost::Github).put_into("name: mine\n"), Put::Instead(_)));
    }
}
