//! `guardline hook` as assistants call it: the real program, its JSON on standard input, its answer in the assistant's own form.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{Project, Ran, leak, stripe_key};

/// A project that an assistant works on, with a runtime folder of its own. What keeps it ends with it.
struct Work {
    project: Project,
    runtime: tempfile::TempDir,
}

const APP: &str = "import express from \"express\";\nimport { pool } from \"./db\";\n\nexport const app = express();\napp.get(\"/people\", async (req, res) => {\n  const found = await pool.query(\"SELECT name FROM people\");\n  res.json(found.rows);\n});\n";
const QUERY: &str = "pool.query(\"SELECT name FROM people\")";
const BAD_QUERY: &str = "pool.query(`SELECT name FROM people WHERE name = '${req.query.name}'`)";

impl Work {
    fn new() -> Work {
        let project = Project::of(&[
            ("package.json", "{ \"dependencies\": { \"express\": \"^4\", \"pg\": \"^8\" } }"),
            ("db.ts", "import { Pool } from \"pg\";\nexport const pool = new Pool();\n"),
            ("app.ts", APP),
        ]);
        Work { project, runtime: tempfile::tempdir().expect("a temporary folder") }
    }

    fn hook(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.project.command(&[&["hook"], args].concat());
        command.env("XDG_RUNTIME_DIR", self.runtime.path()).env_remove("CLAUDE_PROJECT_DIR");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        Ran::from(child.wait_with_output().expect("it ends"))
    }

    /// An edit as Claude Code tells of it: what it replaces is replaced on disk first.
    fn edit(&self, file: &str, old: &str, new: &str) -> Ran {
        let before = std::fs::read_to_string(self.project.at(file)).expect("a text");
        self.project.write(file, before.replacen(old, new, 1).as_bytes());
        let response = json!({ "filePath": self.project.at(file), "oldString": old, "newString": new, "originalFile": before, "structuredPatch": [] });
        self.claude("PostToolUse", json!({ "tool_name": "Edit", "tool_input": { "file_path": self.project.at(file), "old_string": old, "new_string": new }, "tool_response": response }))
    }

    fn write(&self, file: &str, text: &str) -> Ran {
        let kind = if self.project.at(file).exists() { "update" } else { "create" };
        let before = std::fs::read_to_string(self.project.at(file)).ok();
        self.project.write(file, text.as_bytes());
        let response = json!({ "type": kind, "filePath": self.project.at(file), "originalFile": before });
        self.claude(
            "PostToolUse",
            json!({ "tool_name": "Write", "tool_input": { "file_path": self.project.at(file), "content": text }, "tool_response": response }),
        )
    }

    fn stop(&self) -> Ran {
        self.claude("Stop", json!({ "stop_hook_active": false }))
    }

    fn claude(&self, event: &str, more: Value) -> Ran {
        let mut payload = json!({ "session_id": "s", "transcript_path": "/t.jsonl", "cwd": self.project.path(), "hook_event_name": event });
        payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.hook(&[], &payload.to_string())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // Comes back once the process that kept the project is gone.
        assert_eq!(self.hook(&["--end"], "").code, Some(0));
    }
}

/// What blocks, if anything does.
fn reason(ran: &Ran) -> String {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    if ran.stdout.is_empty() {
        return String::new();
    }
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout));
    assert_eq!(answer["decision"], "block", "{answer}");
    answer["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_mistake_is_told_with_the_exact_edit_and_only_once() {
    let work = Work::new();
    assert_eq!(reason(&work.edit("app.ts", "res.json(found.rows)", "res.json({ people: found.rows })")), "");
    let told = reason(&work.edit("app.ts", QUERY, BAD_QUERY));
    for part in [
        "Guardline found a security problem in what you just wrote.",
        "app.ts:6 sql-injection [error]: `name`",
        "Why it matters: ",
        "the finding is gone",
        "   - \u{20}  const found = await pool.query(`SELECT",
        "   + \u{20}  const found = await pool.query(\"SELECT name FROM people WHERE name = $1\", [req.query.name]);\n",
    ] {
        let part = part.replace("\u{20}  const", "  const");
        assert!(told.contains(&part), "{part:?} is not in:\n{told}");
    }
    // It goes on elsewhere, and leaves it.
    assert_eq!(reason(&work.edit("app.ts", "people:", "persons:")), "");
    assert_eq!(reason(&work.stop()), "");
    // Repaired and made again, it is told again; changed and still wrong, too.
    assert_eq!(reason(&work.edit("app.ts", BAD_QUERY, QUERY)), "");
    assert!(reason(&work.edit("app.ts", QUERY, BAD_QUERY)).contains("sql-injection"));
    assert!(reason(&work.edit("app.ts", "= '${req.query.name}'", "LIKE '%${req.query.name}%'")).contains("sql-injection"));
}

#[test]
fn what_stood_there_before_is_not_the_assistants_affair() {
    let work = Work::new();
    work.project.write("old.ts", APP.replace(QUERY, BAD_QUERY).as_bytes());
    assert_eq!(reason(&work.edit("old.ts", "res.json(found.rows)", "res.json({ people: found.rows })")), "");
    let stop = work.stop();
    let answer: Value = serde_json::from_str(&stop.stdout).expect("JSON");
    assert_eq!(answer["decision"], Value::Null, "{answer}");
    assert!(answer["systemMessage"].as_str().is_some_and(|text| text.contains("1 security problem") && text.contains("old.ts:6")), "{answer}");
    assert_eq!(work.stop().stdout, "", "the person is told once, too");
    // Once the lines themselves are touched, it is.
    assert!(reason(&work.edit("old.ts", "const found", "const rows")).contains("sql-injection"));
}

#[test]
fn suppressed_findings_and_other_peoples_files_are_silent() {
    let work = Work::new();
    let silenced = APP.replace(QUERY, BAD_QUERY).replace("  const found", "  // guardline-ignore-next-line sql-injection: a sample\n  const found");
    assert_eq!(reason(&work.write("sample.ts", &silenced)), "");
    work.project.write("node_modules/x/index.ts", b"");
    assert_eq!(reason(&work.write("node_modules/x/index.ts", &APP.replace(QUERY, BAD_QUERY))), "");
    assert_eq!(reason(&work.write("notes.xyz", "anything")), "");
}

#[test]
fn what_the_configuration_silences_is_silent() {
    let work = Work::new();
    let settings = r#"{ "suppress": [{ "rules": ["sql-injection"], "paths": ["legacy/"], "reason": "it is taken down next month" }] }"#;
    work.project.write("guardline.json", settings.as_bytes());
    let bad = APP.replace(QUERY, BAD_QUERY);
    assert_eq!(reason(&work.write("legacy/app.ts", &bad)), "");
    assert!(reason(&work.write("newer.ts", &bad)).contains("sql-injection"));
}

#[test]
fn a_secret_is_never_repeated() {
    let work = Work::new();
    let key = stripe_key(7);
    let ran = work.write("pay.ts", &leak(&key));
    let told = reason(&ran);
    assert!(told.contains("secret-hardcoded") && told.contains("•••"), "{told}");
    assert!(!told.contains(&key[8..]), "{told}");
    let remembered = std::fs::read_dir(work.runtime.path().join("guardline/sessions")).expect("a folder").flatten();
    // One may be being written beside them.
    for memory in remembered.filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let text = std::fs::read_to_string(memory.path()).expect("a text");
        assert!(!text.contains(&key[8..]) && text.contains("pay.ts"), "{text}");
    }
}

#[test]
fn what_is_missing_waits_until_the_assistant_is_done() {
    let work = Work::new();
    work.project.write("package.json", b"{ \"dependencies\": { \"express\": \"^4\", \"pg\": \"^8\", \"bcrypt\": \"^5\" } }");
    let login = "import bcrypt from \"bcrypt\";\nimport { app } from \"./app\";\nimport { pool } from \"./db\";\n\napp.post(\"/login\", async (req, res) => {\n  \
        const found = await pool.query(\"SELECT id, password FROM users WHERE email = $1\", [req.body.email]);\n  const user = found.rows[0];\n  \
        if (!user || !(await bcrypt.compare(req.body.password, user.password))) return res.status(401).end();\n  res.json({ ok: true });\n});\n";
    let begun = login.replace("  res.json({ ok: true });\n", "");
    work.project.write("login.ts", begun.as_bytes());
    let absent = |told: &str| told.contains("missing-rate-limit");
    let told = reason(&work.edit("login.ts", "401).end();\n", "401).end();\n  res.json({ ok: true });\n"));
    assert!(!absent(&told), "{told}");
    let whole = Work::new();
    let now = reason(&whole.write("login.ts", login));
    let later = reason(&work.stop());
    assert_eq!(absent(&later), absent(&now), "a file that is written whole is complete:\n{now}\n{later}");
    assert!(absent(&later), "{later}");
    assert!(later.starts_with("Guardline found "), "{later}");
    assert_eq!(reason(&work.stop()), "", "it does not keep it from stopping twice");
}

#[test]
fn other_assistants_are_answered_in_their_own_form() {
    let work = Work::new();
    let bad = APP.replace(QUERY, BAD_QUERY);
    let file = |name: &str| {
        work.project.write(name, bad.as_bytes());
        work.project.at(name)
    };
    let edits = json!([{ "old_string": "", "new_string": bad }]);
    let windsurf = work.hook(
        &[],
        &json!({ "agent_action_name": "post_write_code", "trajectory_id": "t", "tool_info": { "file_path": file("w.ts"), "edits": edits } }).to_string(),
    );
    assert_eq!((windsurf.code, windsurf.stdout.as_str()), (Some(2), ""));
    assert!(windsurf.stderr.contains("w.ts:6 sql-injection"), "{}", windsurf.stderr);

    let cursor = |more: Value| {
        let mut payload = json!({ "conversation_id": "c", "workspace_roots": [work.project.path()], "cursor_version": "2.0" });
        payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        work.hook(&[], &payload.to_string())
    };
    let edited = cursor(json!({ "hook_event_name": "afterFileEdit", "file_path": file("c.ts"), "edits": edits }));
    assert_eq!((edited.code, edited.stdout.as_str()), (Some(0), "{}\n"), "{}", edited.stderr);
    let stopped = cursor(json!({ "hook_event_name": "stop", "status": "completed", "loop_count": 0 }));
    assert!(stopped.stdout.starts_with("{\"followup_message\":\"Guardline found ") && stopped.stdout.contains("c.ts:6 sql-injection"), "{}", stopped.stdout);
    assert_eq!(cursor(json!({ "hook_event_name": "stop", "status": "completed", "loop_count": 1 })).stdout, "{}\n");

    let many = json!({ "file_path": file("m.ts"), "edits": [{ "old_string": QUERY, "new_string": BAD_QUERY }] });
    let told = reason(&work.claude("PostToolUse", json!({ "tool_name": "MultiEdit", "tool_input": many, "tool_response": {} })));
    assert!(told.contains("m.ts:6 sql-injection"), "{told}");

    let snake = json!({ "hook_event_name": "PostToolUse", "session_id": "p", "timestamp": "2026-03-01T10:00:00.000Z", "cwd": work.project.path(),
        "tool_name": "create", "tool_input": { "path": file("p.ts"), "file_text": bad }, "tool_result": { "result_type": "success", "text_result_for_llm": "" } });
    let copilot = work.hook(&["--client", "copilot", "--event", "PostToolUse"], &snake.to_string());
    assert!(copilot.stdout.starts_with("{\"additionalContext\":\"Guardline found "), "{}{}", copilot.stdout, copilot.stderr);

    let arguments = json!({ "path": file("g.ts"), "file_text": bad }).to_string();
    let copilot = work.hook(&[], &json!({ "timestamp": 1, "cwd": work.project.path(), "sessionId": "g", "toolName": "create", "toolArgs": arguments, "toolResult": { "resultType": "success" } }).to_string());
    assert!(copilot.stdout.starts_with("{\"additionalContext\":\"Guardline found "), "{}{}", copilot.stdout, copilot.stderr);

    file("x.ts");
    let patch = format!("*** Begin Patch\n*** Add File: x.ts\n{}*** End Patch", bad.lines().map(|line| format!("+{line}\n")).collect::<String>());
    let codex = work.hook(
        &[],
        &json!({ "session_id": "x", "turn_id": "t", "cwd": work.project.path(), "hook_event_name": "PostToolUse", "tool_name": "apply_patch", "tool_input": { "command": patch }, "tool_response": "Done" }).to_string(),
    );
    assert!(reason(&codex).contains("x.ts:6 sql-injection"));
}

#[test]
fn whatever_goes_wrong_the_assistant_goes_on() {
    let work = Work::new();
    for input in ["", "{", "[]", "\"x\"", "{\"hook_event_name\":\"PostToolUse\"}", "{\"hook_event_name\":\"Notification\",\"session_id\":\"s\"}"] {
        let ran = work.hook(&[], input);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{input}: {}", ran.stderr);
    }
    let gone = json!({ "session_id": "s", "cwd": "/nowhere", "hook_event_name": "PostToolUse", "tool_name": "Write", "tool_input": { "file_path": "/nowhere/a.ts", "content": "x" } });
    assert_eq!(work.hook(&["--alone"], &gone.to_string()).code, Some(0));
    let alone = json!({ "session_id": "a", "cwd": work.project.path(), "hook_event_name": "PostToolUse", "tool_name": "Write",
        "tool_input": { "file_path": work.project.at("a.ts"), "content": "x" } });
    work.project.write("a.ts", APP.replace(QUERY, BAD_QUERY).as_bytes());
    assert!(reason(&work.hook(&["--alone"], &alone.to_string())).contains("sql-injection"), "without a process that keeps the project");
    // The runtime folder is somebody else's to read: nothing is trusted to it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(open.path().join("guardline")).expect("a folder");
        std::fs::set_permissions(open.path().join("guardline"), std::fs::Permissions::from_mode(0o777)).expect("permitted");
        let mut command = work.project.command(&["hook"]);
        command.env("XDG_RUNTIME_DIR", open.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(alone.to_string().as_bytes()).expect("written");
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
        assert!(ran.stderr.contains("belongs to this user alone"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn one_process_keeps_the_project_and_ends_with_it() {
    let work = Work::new();
    assert_eq!(work.claude("SessionStart", json!({ "source": "startup" })).code, Some(0));
    let sockets = || -> Vec<_> {
        let entries = std::fs::read_dir(work.runtime.path().join("guardline")).expect("a folder").flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "sock")).collect()
    };
    assert_eq!(sockets().len(), 1);
    // A second one sees that there is a first, and leaves.
    let second = work.hook(&["--keep", work.project.path().to_str().expect("UTF-8")], "");
    assert_eq!((second.code, second.stdout.as_str()), (Some(0), ""));
    std::thread::scope(|scope| {
        let edits: Vec<_> = (0..4)
            .map(|i| {
                let work = &work;
                scope.spawn(move || reason(&work.write(&format!("p{i}.ts"), &APP.replace(QUERY, BAD_QUERY))))
            })
            .collect();
        for (i, edit) in edits.into_iter().enumerate() {
            assert!(edit.join().expect("it ends").contains(&format!("p{i}.ts:6 sql-injection")));
        }
    });
    assert_eq!(work.hook(&["--end"], "").code, Some(0));
    assert_eq!(sockets().len(), 0);
    // One that was killed left its socket behind: the next takes its place.
    std::os::unix::net::UnixListener::bind(work.runtime.path().join("x.sock")).expect("a socket");
    assert!(reason(&work.write("again.ts", &APP.replace(QUERY, BAD_QUERY))).contains("again.ts:6"));
    assert_eq!(work.hook(&["--keep", work.project.path().to_str().expect("UTF-8"), "--idle", "0"], "").code, Some(0));
}
