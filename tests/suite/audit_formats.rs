//! The forms of the report: none tells a secret, JSON and SARIF obey their schemas, fingerprints stay.

use serde_json::Value;

use crate::program::{Project, leak, stripe_key};

const FORMATS: [&str; 9] = ["text", "markdown", "html", "json", "sarif", "junit", "github", "lines", "prompt"];

/// A project in which something is found, something could not be read, and a mark is wrong.
fn eventful(key: &str) -> Project {
    let project = Project::of(&[
        ("package.json", "{}"),
        ("src/pay é.ts", &leak(key)),
        ("config/app.yaml", &format!("# guardline-ignore-file no-such-rule: why not\nstripe_secret_key: {key}\n")),
        (
            "app/api/notes/route.ts",
            "import { db } from \"@/lib/db\";\n\nexport async function GET(request: Request) {\n  return Response.json(await db.note.findMany());\n}\n",
        ),
    ]);
    project.write("src/latin.py", b"x = 'caf\xE9'\n");
    project
}

#[test]
fn no_form_tells_a_secret() {
    for seed in 0..5 {
        let key = stripe_key(seed);
        let body = &key["sk_live_".len()..];
        let project = eventful(&key);
        for format in FORMATS {
            let ran = project.run(&["audit", "--format", format]);
            assert_eq!(ran.code, Some(1));
            for part in [body, &body[..8], &body[body.len() - 8..]] {
                assert!(!ran.stdout.contains(part) && !ran.stderr.contains(part), "{format}: {}", ran.stdout);
            }
        }
    }
}

#[test]
fn sarif_obeys_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).expect("JSON");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.enable_format_assertions();
    compiler.add_resource("memory:sarif", schema).expect("a schema");
    let compiled = compiler.compile("memory:sarif", &mut schemas).expect("a schema that compiles");
    for project in [eventful(&stripe_key(7)), Project::of(&[("a.ts", "")])] {
        let log: Value = serde_json::from_str(&project.run(&["audit", "--format", "sarif"]).stdout).expect("JSON");
        if let Err(error) = schemas.validate(&log, compiled) {
            panic!("{error:#}");
        }
    }
    // The check itself is checked: a log without a version must not pass.
    assert!(schemas.validate(&serde_json::json!({ "runs": [] }), compiled).is_err());
}

/// No object has a field that the schema does not describe.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object) && fields.get("type").is_some_and(|of| of == "object") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let mut schema: Value = serde_json::from_str(include_str!("../../queries/report.schema.json")).expect("JSON");
    close(&mut schema);
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("memory:report", schema).expect("a schema");
    let compiled = compiler.compile("memory:report", &mut schemas).expect("a schema that compiles");
    for project in [eventful(&stripe_key(12)), shop(), Project::of(&[("a.ts", "")]), Project::of(&[])] {
        let mut report = project.json(&[]);
        if let Err(error) = schemas.validate(&report, compiled) {
            panic!("{error:#}");
        }
        report["overview"]["new"] = 1.into();
        assert!(schemas.validate(&report, compiled).is_err());
    }
}

/// An app with a login, routes, queries and passwords.
fn shop() -> Project {
    Project::of(&[("package.json", "{ \"dependencies\": { \"express\": \"5.0.0\", \"pg\": \"8.0.0\", \"bcrypt\": \"5.0.0\" } }"), ("src/app.ts", SHOP)])
}

const SHOP: &str = r#"
import express from "express";
import bcrypt from "bcrypt";
import { Pool } from "pg";
const app = express();
const pool = new Pool();
function signedIn(req, res, next) {
  if (!req.session.userId) return res.status(401).end();
  next();
}
app.post("/register", async (req, res) => {
  const hash = await bcrypt.hash(String(req.body.password), 12);
  await pool.query("INSERT INTO users (email, password_hash) VALUES ($1, $2)", [String(req.body.email), hash]);
  res.status(201).end();
});
app.get("/api/orders/:id", signedIn, async (req, res) => {
  const found = await pool.query("SELECT * FROM orders WHERE id = $1 AND user_id = $2", [req.params.id, req.session.userId]);
  res.json(found.rows[0]);
});
"#;

#[test]
fn the_overview_says_what_it_rests_on() {
    let overview = shop().json(&[])["overview"].clone();
    let answer = |id: &str| {
        let question = overview["questions"].as_array().expect("questions").iter().find(|question| question["id"] == id).expect(id).clone();
        (question["answer"].as_str().expect("an answer").to_owned(), question["because"].as_str().expect("words").to_owned())
    };
    assert_eq!(answer("passwords-hashed"), ("yes".to_owned(), "They are hashed with bcrypt in 1 place.".to_owned()));
    assert_eq!(
        answer("database-commands-kept-out"),
        ("yes".to_owned(), "2 database commands were read: fixed texts, and what visitors send is handed over beside them.".to_owned())
    );
    let (open, why) = answer("login-where-needed");
    assert!(why.starts_with("1 of 2 addresses is open to anybody, and nothing private was seen behind it.") && open == "yes", "{open}: {why}");
    let task = |id: &str| overview["checklist"].as_array().expect("tasks").iter().find(|task| task["id"] == id).cloned();
    let accounts = task("two-accounts").expect("the test with two accounts");
    assert!(accounts["about"][0]["text"].as_str().is_some_and(|text| text.contains("GET /api/orders/:id")), "{accounts}");
    assert!(task("headers").expect("headers")["command"].as_str().is_some_and(|command| command.starts_with("curl -sI ")));
    assert_eq!(task("rotate-keys"), None);
}

#[test]
fn sarif_points_at_the_place() {
    let project = eventful(&stripe_key(8));
    let log: Value = serde_json::from_str(&project.run(&["audit", "--format", "sarif"]).stdout).expect("JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    let leak = results.iter().find(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/pay%20%C3%A9.ts").expect("the leak");
    assert_eq!(leak["ruleId"], "secret-hardcoded");
    assert_eq!(run["tool"]["driver"]["rules"][leak["ruleIndex"].as_u64().expect("an index") as usize]["id"], "secret-hardcoded");
    assert_eq!(leak["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert!(log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().is_some_and(|text| text.contains("latin.py")));
    assert!(
        log["runs"][0]["invocations"][0]["toolConfigurationNotifications"][0]["message"]["text"].as_str().is_some_and(|text| text.contains("no-such-rule"))
    );
}

fn fingerprints(project: &Project) -> Vec<(String, u64)> {
    let report = project.json(&[]);
    let told =
        |finding: &Value| (finding["fingerprint"].as_str().expect("a fingerprint").to_owned(), finding["range"]["start"]["line"].as_u64().expect("a line"));
    report["findings"].as_array().expect("findings").iter().map(told).collect()
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let key = stripe_key(9);
    let project = Project::of(&[("src/a.ts", &leak(&key))]);
    let before = fingerprints(&project);
    project.write("src/a.ts", format!("// a new line\n\n{}", leak(&key)).as_bytes());
    let after = fingerprints(&project);
    assert!(!before.is_empty() && before.len() == after.len());
    for ((name, line), (new_name, new_line)) in before.iter().zip(&after) {
        assert_eq!((name, line + 2), (new_name, *new_line));
    }
    // Another key on the same line is the same finding: the mistake has not moved.
    project.write("src/a.ts", leak(&stripe_key(10)).as_bytes());
    assert_eq!(fingerprints(&project), before);
}

#[test]
fn a_report_goes_where_it_is_sent_and_is_the_same_each_time() {
    let project = eventful(&stripe_key(11));
    for format in FORMATS {
        let first = project.run(&["audit", "--format", format]).stdout;
        assert_eq!(first, project.run(&["audit", "--format", format, "--no-color"]).stdout, "{format}");
        assert!(!first.contains('\u{1b}'), "no colours without a terminal");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("report");
        let ran = project.run(&["audit", "--format", format, "--output", target.to_str().expect("UTF-8")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert_eq!(std::fs::read_to_string(target).expect("the report"), first, "{format}");
    }
    let ran = project.run(&["audit", "--output", "no/such/folder/report"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("no/such/folder/report"), "{}", ran.stderr);
}
