//! What is known or not worth telling: baselines, thresholds, and what a person silenced.

use crate::program::{Project, findings, leak, notes, stripe_key};

fn shop() -> Project {
    Project::of(&[("package.json", "{}"), ("src/pay.ts", &leak(&stripe_key(1))), ("src/ship.ts", &leak(&stripe_key(2)))])
}

#[test]
fn a_baseline_leaves_only_new_findings() {
    let project = shop();
    let ran = project.run(&["audit", "--baseline", "known.json", "--write-baseline"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "The baseline knows 2 findings now.\n"), "{}", ran.stderr);
    let text = std::fs::read_to_string(project.at("known.json")).expect("a baseline");
    assert!(!text.contains(&stripe_key(1)) && text.contains("secret-hardcoded"), "{text}");
    let ran = project.run(&["audit", "--baseline", "known.json"]);
    assert!(ran.code == Some(0) && ran.stdout.contains("2 findings that the baseline knows are left out."), "{}", ran.stdout);

    project.write("src/pay.ts", format!("// moved\n\n{}\n{}", leak(&stripe_key(1)), "export const more = 1;\n").as_bytes());
    project.write("src/new.ts", leak(&stripe_key(3)).as_bytes());
    assert_eq!(findings(&project.json(&["--baseline", "known.json"])), ["src/new.ts secret-hardcoded"]);

    std::fs::remove_file(project.at("src/pay.ts")).expect("removed");
    let ran = project.run(&["audit", "--baseline", "known.json", "--prune-baseline"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "1 finding was taken out of the baseline, 1 left.\n"), "{}", ran.stderr);
    assert_eq!(findings(&project.json(&["--baseline", "known.json"])), ["src/new.ts secret-hardcoded"]);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let project = shop();
    let ran = project.run(&["audit", "--baseline", "known.json"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("the baseline known.json cannot be read"), "{}", ran.stderr);
    project.write("known.json", b"[]");
    let ran = project.run(&["audit", "--baseline", "known.json"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("cannot be used: it is no baseline"), "{}", ran.stderr);
}

#[test]
fn thresholds_say_what_is_told_and_what_counts() {
    let project = shop();
    project.write("guardline.json", b"{ \"rules\": { \"secret-hardcoded\": \"warning\" } }");
    let told = |arguments: &[&str]| (findings(&project.json(arguments)).len(), project.run(&[&["audit"], arguments].concat()).code);
    assert_eq!(told(&[]), (2, Some(1)));
    assert_eq!(told(&["--min-level", "error"]), (0, Some(0)));
    assert_eq!(told(&["--min-level", "warning"]), (2, Some(1)));
    assert_eq!(told(&["--fail-on", "error"]), (2, Some(0)));
    assert_eq!(told(&["--fail-on", "warning"]), (2, Some(1)));
    assert_eq!(told(&["--fail-on", "never"]), (2, Some(0)));
    assert_eq!(told(&["--min-confidence", "proven"]).1, Some(1));
    assert_eq!(notes(&project.json(&["--min-level", "error"])), ["2 findings below the threshold are left out."]);
    let ran = project.run(&["audit", "--min-level", "loud"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("information"), "{}", ran.stderr);
}

#[test]
fn a_mark_silences_its_line_and_one_that_silences_nothing_is_told() {
    let silent = |place: &str, mark: &str| leak(&stripe_key(1)).replace("export", &format!("{place}export")).replace(";\n", &format!(";{mark}\n"));
    let project = Project::of(&[
        ("package.json", "{}"),
        ("src/above.ts", &silent("// guardline-ignore-next-line secret-hardcoded: a test account\n", "")),
        ("src/line.ts", &leak(&stripe_key(2)).replace("\");\n", "\"); // guardline-ignore-line secret-hardcoded: a test account\n")),
        ("src/theirs.ts", &leak(&stripe_key(3)).replace("\");\n", "\"); // nosecret\n")),
        ("src/over.ts", &silent("// guardline-ignore-next-line secret-hardcoded until 2020-01-31: launch first\n", "")),
        ("src/idle.ts", "// guardline-ignore-file xss: rendered by us\nexport const a = 1;\n"),
    ]);
    let report = project.json(&[]);
    assert_eq!(findings(&report), ["src/over.ts secret-hardcoded"]);
    assert_eq!(report["summary"]["silenced"], 3);
    assert_eq!(notes(&report), ["`xss` finds nothing here any more: this mark can go.", "This mark ended on 2020-01-31 and silences nothing any more."]);
    project.write("guardline.json", b"{ \"rules\": { \"xss\": \"off\" } }");
    assert_eq!(notes(&project.json(&[])), ["This mark ended on 2020-01-31 and silences nothing any more."], "what is switched off finds nothing");
}

#[test]
fn the_configuration_silences_rules_by_path() {
    let project = shop();
    let config = |until: &str| {
        format!("{{ \"suppress\": [{{ \"rules\": [\"secret-hardcoded\"], \"paths\": [\"/src/pay.ts\"], \"reason\": \"a test account\"{until} }}] }}")
    };
    project.write("guardline.json", config("").as_bytes());
    let report = project.json(&[]);
    assert_eq!((findings(&report), &report["summary"]["silenced"]), (vec!["src/ship.ts secret-hardcoded".to_owned()], &1.into()));
    project.write("guardline.json", config(", \"until\": \"2020-01-31\"").as_bytes());
    let report = project.json(&[]);
    assert_eq!(findings(&report).len(), 2);
    assert_eq!(notes(&report), ["`suppress` in guardline.json: `secret-hardcoded` in `/src/pay.ts` ended on 2020-01-31 and silences nothing any more."]);
    project.write("guardline.json", config("").replace("pay", "gone").as_bytes());
    assert_eq!(notes(&project.json(&[])), ["`suppress` in guardline.json: `secret-hardcoded` in `/src/gone.ts` silences nothing any more and can go."]);
}

#[test]
fn what_is_known_or_switched_off_is_not_vouched_for() {
    let app = "import sqlite3\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get(\"/find\")\ndef find():\n    name = request.args[\"name\"]\n    return str(sqlite3.connect(\"a.db\").execute(f\"select * from shop where name = '{name}'\").fetchall())\n";
    let project = Project::of(&[("app.py", app), ("other.py", "import os\n"), ("requirements.txt", "flask\n")]);
    let answer = |arguments: &[&str]| {
        let report = project.json(arguments);
        let questions = report["overview"]["questions"].as_array().expect("questions").clone();
        let of = questions.iter().find(|question| question["id"] == "database-commands-kept-out").expect("the question");
        (of["answer"].as_str().expect("an answer").to_owned(), report["overview"]["verdict"].as_str().expect("a verdict").to_owned())
    };
    assert_eq!(project.run(&["audit", "--baseline", "known.json", "--write-baseline"]).code, Some(0));
    let (known, verdict) = answer(&["--baseline", "known.json"]);
    assert!(known == "no" && verdict.contains("left out"), "{known} {verdict}");
    let (of_part, verdict) = answer(&["other.py"]);
    assert!(of_part == "not-known" && verdict.contains("Only 1 of "), "{of_part} {verdict}");
    project.write("guardline.json", b"{ \"rules\": { \"sql-injection\": \"off\" } }");
    let (off, verdict) = answer(&[]);
    assert!(off == "not-known" && verdict.contains("`sql-injection` is switched off"), "{off} {verdict}");
}

#[test]
fn only_what_hashes_a_password_says_that_passwords_are_hashed() {
    let answer = |name: &str| {
        let text = format!(
            "import {{ scryptSync }} from \"node:crypto\";\n\nexport function hash({name}: string, salt: string) {{\n  return scryptSync({name}, salt, 64).toString(\"hex\");\n}}\n"
        );
        let report = Project::of(&[("package.json", "{}"), ("hash.ts", &text)]).json(&[]);
        let questions = report["overview"]["questions"].as_array().expect("questions").clone();
        questions.iter().find(|question| question["id"] == "passwords-hashed").expect("the question")["answer"].as_str().expect("an answer").to_owned()
    };
    assert_eq!((answer("password"), answer("apiKey"), answer("secret")), ("yes".to_owned(), "not-applicable".to_owned(), "not-applicable".to_owned()));
}

#[test]
fn the_scale_of_the_report_can_decide() {
    let project = Project::of(&[
        ("package.json", "{ \"dependencies\": { \"express\": \"4\" } }"),
        ("a.ts", "import express from \"express\";\n\nconst app = express();\napp.get(\"/\", (request, response) => response.end());\napp.listen(3000);\n"),
    ]);
    assert_eq!(project.run(&["audit", "--fail-on", "launch"]).code, Some(0));
    project.write("pay.ts", leak(&stripe_key(3)).as_bytes());
    assert_eq!(project.run(&["audit", "--fail-on", "launch"]).code, Some(1));
}
