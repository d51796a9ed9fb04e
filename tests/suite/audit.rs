//! `guardline audit` as people and programs use it: exit codes, what is read, what is told, what is survived.

use std::io::Write;
use std::process::Stdio;

use crate::program::{Project, Ran, findings, leak, notes, stripe_key};

fn leaky() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("src/pay.ts", &leak(&stripe_key(1))),
        ("src/other.ts", &leak(&stripe_key(2))),
        ("src/fine.ts", "export const a = 1;\n"),
    ])
}

#[test]
fn the_exit_code_says_what_came_out() {
    let clean = Project::of(&[("src/a.ts", "export const a = 1;\n")]);
    let ran = clean.run(&["audit"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("No problems found."), "{}", ran.stdout);
    let ran = leaky().run(&["audit"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    assert!(ran.stdout.contains("Not ready for launch"), "{}", ran.stdout);
    for arguments in [&["audit", "nowhere"][..], &["audit", "--format", "xml"], &["audit", "--files-from", "nowhere"], &["nonsense"], &[]] {
        let ran = clean.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
    }
    assert!(clean.run(&["audit", "nowhere"]).stderr.contains("nowhere"));
}

#[test]
fn ignored_code_is_not_read_and_env_files_are() {
    let key = stripe_key(3);
    let project = Project::of(&[
        ("package.json", "{}"),
        (".gitignore", ".env\nold/\n"),
        ("old/pay.ts", &leak(&key)),
        ("node_modules/x/pay.ts", &leak(&key)),
        (".env", &format!("STRIPE_SECRET_KEY={key}\n")),
        ("src/a.ts", "export const a = 1;\n"),
    ]);
    let report = project.json(&[]);
    assert_eq!(findings(&report), Vec::<String>::new(), "an ignored env file is where a secret belongs");
    assert_eq!(report["summary"]["files"], 4);
    assert_eq!(findings(&project.json(&["old"])), ["old/pay.ts secret-hardcoded"], "what is named is read");
    assert_eq!(findings(&project.json(&["node_modules/x"])), ["node_modules/x/pay.ts secret-hardcoded"]);
    assert_eq!(findings(&project.json(&["old/pay.ts"])), ["old/pay.ts secret-hardcoded"]);
}

#[test]
fn only_what_is_named_is_reported_on_and_the_project_is_read_around_it() {
    let project = leaky();
    let report = project.json(&["src/pay.ts"]);
    assert_eq!(findings(&report), ["src/pay.ts secret-hardcoded"]);
    assert_eq!((report["summary"]["files"].as_u64(), report["summary"]["filesAround"].as_u64()), (Some(1), Some(3)));
    assert_eq!(findings(&project.json(&["src"])).len(), 2);
    assert_eq!(findings(&project.json(&["src/fine.ts", "./src/../src/other.ts"])), ["src/other.ts secret-hardcoded"]);
}

#[test]
fn a_list_of_files_is_audited_exactly() {
    let project = leaky();
    project.write("lines", b"src/pay.ts\r\nsrc/gone.ts\n\n");
    let report = project.json(&["--files-from", "lines"]);
    assert_eq!(findings(&report), ["src/pay.ts secret-hardcoded"]);
    assert_eq!(notes(&report), ["1 of the files in the list is not there any more."]);
    project.write("nul", b"src/other.ts\0src/fine.ts\0");
    assert_eq!(findings(&project.json(&["--files-from", "nul"])), ["src/other.ts secret-hardcoded"]);
    project.write("empty", b"");
    assert_eq!(findings(&project.json(&["--files-from", "empty"])), Vec::<String>::new());

    let mut child = project.command(&["audit", "--files-from", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(b"src/fine.ts\n").expect("written");
    assert_eq!(Ran::from(child.wait_with_output().expect("it ends")).code, Some(0));
}

#[test]
fn odd_files_are_told_of_and_the_rest_is_checked() {
    let project = leaky();
    project.write("src/latin.py", b"x = 'caf\xE9'\n");
    project.write("src/movie.ts", b"G\0\0\0");
    project.write("src/large.ts", "// long\n".repeat(300_000).as_bytes());
    project.write(
        "src/wide.ts",
        &leak(&stripe_key(4)).encode_utf16().fold(vec![0xFF, 0xFE], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        }),
    );
    let report = project.json(&[]);
    assert_eq!(findings(&report), ["src/other.ts secret-hardcoded", "src/pay.ts secret-hardcoded", "src/wide.ts secret-hardcoded"]);
    assert_eq!(
        notes(&report),
        ["src/large.ts is larger than the limit (`maxFileBytes`) and was not read.", "src/latin.py is in an encoding other than UTF-8 and was not read.",]
    );
}

#[test]
fn the_configuration_is_found_from_inside_the_project() {
    let project = leaky();
    project.write("guardline.json", b"{ \"ignore\": [\"other.ts\"], \"colour\": \"blue\" }");
    let report = project.json(&["src"]);
    assert_eq!(findings(&report), ["src/pay.ts secret-hardcoded"]);
    assert!(notes(&report)[0].starts_with("guardline.json:1:27: "), "{report}");
}

#[test]
fn settings_without_effect_are_told_whatever_the_format() {
    let project = leaky();
    project.write("guardline.json", b"{ \"ignore\": [");
    for format in ["text", "markdown", "html", "json", "sarif", "junit", "github", "lines", "prompt"] {
        let ran = project.run(&["audit", "--format", format]);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains("nothing in this file has effect"), "{format}: {}", ran.stderr);
        assert_eq!(ran.code, Some(1), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_survived() {
    use std::os::unix::fs::symlink;
    let project = leaky();
    symlink(project.path(), project.at("src/again")).expect("a link");
    symlink(project.at("src/round.ts"), project.at("src/round.ts")).expect("a link");
    symlink(project.at("nowhere"), project.at("src/dangling.ts")).expect("a link");
    let report = project.json(&[]);
    assert_eq!(findings(&report).len(), 2);
    assert_eq!(notes(&report), ["src/again is a link to a folder and was not followed.", "src/round.ts is a link that leads back to itself."]);
}

/// The super user may read everything, so the program is started as nobody.
#[cfg(unix)]
#[test]
fn closed_folders_are_told_of_and_the_rest_is_checked() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let project = leaky();
    project.write("closed/a.ts", b"");
    project.write("src/closed.ts", b"");
    let set = |path: &str, mode| std::fs::set_permissions(project.at(path), std::fs::Permissions::from_mode(mode)).expect("permissions");
    set("", 0o755);
    set("closed", 0o000);
    set("src/closed.ts", 0o000);
    let mut command = project.command(&["audit", "--format", "json"]);
    if std::fs::read_dir(project.at("closed")).is_ok() {
        command.uid(65534);
    }
    // Nobody may be kept from the program itself; then there is nothing to see here.
    if let Ok(output) = command.output() {
        let ran = Ran::from(output);
        let report = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!((ran.code, findings(&report).len()), (Some(1), 2));
        assert_eq!(notes(&report), ["The folder closed could not be opened.", "src/closed.ts could not be opened: permission denied."]);
    }
    set("closed", 0o755);
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let project = leaky();
    project.write("src/many.ts", (0..500).map(|i| leak(&stripe_key(100 + i))).collect::<String>().as_bytes());
    for format in ["text", "json", "sarif"] {
        let mut child = project.command(&["audit", "--format", format]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        drop(child.stdout.take());
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_it_cleanly() {
    let project = leaky();
    let mut child =
        project.command(&["audit", "--files-from", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // More than a pipe holds: once it is written, the program is reading, and listens to signals.
    stdin.write_all("src/pay.ts\n".repeat(100_000).as_bytes()).expect("written");
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).expect("a signal");
    drop(stdin);
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(130), "", "guardline: stopped\n"));
}

#[test]
fn rules_are_listed_and_explained() {
    let project = Project::of(&[]);
    let rules: serde_json::Value = serde_json::from_str(&project.run(&["rules", "--format", "json"]).stdout).expect("JSON");
    let table = project.run(&["rules"]).stdout;
    for rule in rules.as_array().expect("a list") {
        let id = rule["id"].as_str().expect("an id");
        assert!(table.contains(id), "{id}");
        let ran = project.run(&["explain", id]);
        assert_eq!(ran.code, Some(0), "{id}");
        assert!(ran.stdout.contains(rule["title"].as_str().expect("a title")), "{}", ran.stdout);
    }
    let ran = project.run(&["explain", "secret-hardcodet"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("Did you mean `secret-hardcoded`?"), "{}", ran.stderr);
}
