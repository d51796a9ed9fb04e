//! `guardline init`: what it writes, and what it leaves alone.

use crate::program::Project;
use crate::repository::committed;

fn shop() -> Project {
    Project::of(&[
        ("package.json", "{ \"dependencies\": { \"express\": \"4\" } }"),
        (
            "app.js",
            "const express = require(\"express\");\nconst app = express();\n\napp.get(\"/api/health\", (req, res) => res.json({ ok: true }));\napp.listen(3000);\n",
        ),
    ])
}

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.at(path)).unwrap_or_default()
}

#[test]
fn it_writes_settings_that_change_nothing_and_asks_nobody_who_is_not_there() {
    let project = shop();
    let before = project.run(&["audit", "--format", "json"]);
    let ran = project.run(&["init"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("with 1 route (express).") && ran.stdout.contains("wrote guardline.json"), "{}", ran.stdout);
    let text = read(&project, "guardline.json");
    assert!(text.contains("// These look as if they were") && text.contains("    // \"/api/health\","), "{text}");
    let names: Vec<String> =
        std::fs::read_dir(project.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let summary = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON")["findings"].clone();
    assert_eq!(summary(&before.stdout), summary(&project.run(&["audit", "--format", "json"]).stdout));
}

#[test]
fn what_is_there_already_is_not_written_anew() {
    let project = shop();
    project.write("guardline.json", b"{ \"guards\": [\"mine\"] }");
    for arguments in [&["init"][..], &["init", "--yes"]] {
        let ran = project.run(arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("guardline.json was left as it is."), "{}", ran.stdout);
        assert_eq!(read(&project, "guardline.json"), "{ \"guards\": [\"mine\"] }");
    }
}

#[test]
fn flags_set_up_the_rest() {
    let project = shop();
    project.write(".claude/settings.json", b"{ \"model\": \"opus\" }\n");
    let arguments = ["init", "--yes", "--editor", "vscode", "--hook", "claude-code", "--hook", "cursor", "--pre-commit", "--ci", "github", "--ci", "gitlab"];
    let ran = project.run(&arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("added to .claude/settings.json"), "{}", ran.stdout);
    let settings: serde_json::Value = serde_json::from_str(&read(&project, ".claude/settings.json")).expect("JSON");
    assert_eq!((&settings["model"], &settings["hooks"]["Stop"][0]["hooks"][0]["command"]), (&"opus".into(), &"guardline hook --client claude-code".into()));
    for (path, part) in [
        (".vscode/extensions.json", "guardline.guardline"),
        (".cursor/hooks.json", "guardline hook --client cursor"),
        (".pre-commit-config.yaml", "entry: guardline audit --staged"),
        (".github/workflows/guardline.yml", "guardline audit --fail-on launch --format sarif"),
        (".gitlab-ci.yml", "guardline audit"),
    ] {
        assert!(read(&project, path).contains(part), "{path}");
    }
    let again = project.run(&arguments);
    assert!(again.code == Some(0) && again.stdout.matches("is there already and says it all").count() == 7, "{}", again.stdout);
}

#[test]
fn all_that_fits_is_offered_to_who_accepts_all() {
    let project = committed(&[("package.json", "{}"), (".cursor/rules", ""), (".github/dependabot.yml", "version: 2\n")]);
    let ran = project.run(&["init", "--yes"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for path in ["guardline.json", ".vscode/extensions.json", ".cursor/hooks.json", ".pre-commit-config.yaml", ".github/workflows/guardline.yml"] {
        assert!(project.at(path).is_file(), "{path}");
    }
    assert!(!project.at(".gitlab-ci.yml").exists() && !project.at(".claude").exists());
}

#[test]
fn a_folder_that_is_none_is_told() {
    let ran = shop().run(&["init", "nowhere"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("is not a folder"), "{}", ran.stderr);
}
