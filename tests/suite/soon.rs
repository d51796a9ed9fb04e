//! Answers that are given before all is looked at lose nothing: whatever was answered soon, and however much of the rest was looked at
//! in between, in the end an engine says what a fresh one says.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::Project;
use guardline::rules::Finding;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use proptest::prelude::*;

use crate::pages::deep;

/// More than anybody waits for.
const ROUTES: usize = 56;
const GUARD: &str = "import jwt from \"jsonwebtoken\";\nexport function requireUser(req, res, next) {\n  const token = req.headers.authorization;\n  if (!token) return res.status(401).end();\n  req.user = jwt.verify(token, process.env.JWT_SECRET);\n  next();\n}\n";
const FIND: &str = "import { pool } from \"./db.js\";\nexport async function find(kind) {\n  return (await pool.query(\"SELECT name FROM places\")).rows;\n}\n";
const APP: &str = "import express from \"express\";\nimport { requireUser } from \"./auth.js\";\nimport { inside } from \"./inside.js\";\nexport const app = express();\napp.use(\"/inside\", requireUser, inside);\n";

fn id(name: &str) -> FileId {
    FileId::new(&format!("/app/{name}"))
}

fn route(at: usize, guard: &str, asked: &str) -> String {
    format!(
        "import {{ app }} from \"./app.js\";\nimport {{ requireUser }} from \"./auth.js\";\nimport {{ find }} from \"./find.js\";\nimport {{ pool }} from \"./db.js\";\napp.delete(\"/places/{at}\", {guard}async (req, res) => {{\n  await pool.query(\"DELETE FROM places\");\n  res.json(await find({asked}));\n}});\n"
    )
}

/// One of several things that somebody writes.
fn written(step: usize, at: usize) -> (String, Option<String>) {
    let file = |name: &str, text: &str| (name.to_owned(), Some(text.to_owned()));
    match step {
        0 => file("auth.js", GUARD),
        1 => file("auth.js", &GUARD.replace("  if (!token) return res.status(401).end();\n", "")),
        2 => file("auth.js", &GUARD.replace("  const token", "  console.log(req.url);\n  const token")),
        3 => file("auth.js", "export const requireUser = (req, res, next) => next();\n"),
        4 => file("find.js", FIND),
        5 => file("find.js", &FIND.replace("\"SELECT name FROM places\"", "`SELECT name FROM places WHERE kind = '${kind}'`")),
        6 => file("app.js", APP),
        7 => file("app.js", &APP.replace("\"/inside\", requireUser, ", "\"/inside\", ")),
        8 => (format!("r{at}.js"), Some(route(at, "", "req.query.kind"))),
        9 => (format!("r{at}.js"), Some(route(at, "requireUser, ", "\"fixed\""))),
        _ => (format!("r{at}.js"), None),
    }
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {:?} {} {:?} {}", finding.rule, finding.place, finding.message, finding.level, finding.related.len())).collect()
}

fn run(steps: &[(usize, usize, usize)]) {
    let config = Arc::new(Config::default());
    let snapshot = |project: &Project| Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&config) };
    let document = |name: &str, text: &str| {
        let file = id(name);
        (file.clone(), Some(Arc::new(Document::new(file.clone(), Language::of(&file).expect("known"), 1, text))))
    };
    let mut files = vec![
        document("package.json", "{ \"type\": \"module\", \"dependencies\": { \"express\": \"4\", \"pg\": \"8\", \"jsonwebtoken\": \"9\" } }"),
        document("db.js", "import { Pool } from \"pg\";\nexport const pool = new Pool();\n"),
        document("auth.js", GUARD),
        document("find.js", FIND),
        document("app.js", APP),
        document(
            "inside.js",
            "import { Router } from \"express\";\nimport { pool } from \"./db.js\";\nexport const inside = Router();\ninside.delete(\"/all\", async (req, res) => {\n  await pool.query(\"DELETE FROM places\");\n  res.end();\n});\n",
        ),
    ];
    files.extend((0..ROUTES).map(|at| document(&format!("r{at}.js"), &route(at, "requireUser, ", if at % 9 == 0 { "req.query.kind" } else { "\"fixed\"" }))));
    let mut project = Project::new(vec![FileId::new("/app")]).with(files);
    let (mut engine, cancel) = (Engine::staying(), Cancel::default());
    engine.check_all_briefly(&snapshot(&project), &cancel).expect("an answer");
    for (step, at, pieces) in steps {
        let (name, text) = written(*step, at % ROUTES);
        let before = snapshot(&project);
        project = project.with(vec![text.map_or((id(&name), None), |text| document(&name, &text))]);
        let after = snapshot(&project);
        // As a hook asks: what was found before, and what is found now.
        engine.check_soon(&before, &id(&name), &cancel).expect("an answer");
        let (soon, is_all) = engine.check_soon(&after, &id(&name), &cancel).expect("an answer");
        if is_all {
            assert_eq!(told(&soon), told(&engine.check_briefly(&after, &id(&name), &cancel).expect("an answer")), "after {steps:?}");
        }
        for _ in 0..*pieces {
            engine.go_on(&after, &cancel).expect("an answer");
        }
    }
    let last = snapshot(&project);
    let fresh = told(&Engine::default().check_all_briefly(&last, &cancel).expect("an answer"));
    let kept = told(&engine.check_all_briefly(&last, &cancel).expect("an answer"));
    let beside = |one: &[String], other: &[String]| one.iter().filter(|finding| !other.contains(finding)).cloned().collect::<Vec<_>>();
    assert_eq!(beside(&kept, &fresh), beside(&fresh, &kept), "said by one only, after {steps:?}");
    assert_eq!(kept, fresh, "after {steps:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_by_answering_soon(steps in prop::collection::vec((0..11usize, 0..ROUTES, 0..4usize), 1..8)) {
        deep(|| run(&steps));
    }
}

#[test]
fn a_guard_that_comes_and_goes_is_known_in_the_end() {
    deep(|| run(&[(1, 0, 0), (0, 0, 1), (3, 0, 0), (8, 5, 0), (0, 0, 0)]));
    deep(|| run(&[(5, 0, 0), (7, 0, 0), (10, 9, 1), (2, 0, 0), (6, 0, 9)]));
    // The guard that a mount names was not there while its routes were walked.
    deep(|| run(&[(1, 0, 0), (0, 27, 2)]));
}
