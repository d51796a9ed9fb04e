//! A project's own rules: found, told in every format, silenced, repaired, and told of when something is wrong with them.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{self, Cancel, Engine, Snapshot};
use guardline::fixes::{Grade, apply};
use guardline::project::Project;
use guardline::rules::own;
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId};

use crate::pages::deep;
use crate::program::{self, stripe_key};

const EVAL: &str = "; id: eval-on-server\n; language: typescript, javascript\n; severity: error\n; message: {code} is run as a program\n; title: Text is run as a program\n; rewrite: JSON.parse({code})\n; cwe: 95\n;\n; Whoever chooses the text runs code on the server.\n;\n; ## How to fix\n; Parse data, do not evaluate it.\n((call_expression function: (identifier) @function arguments: (arguments . (_) @code .)) @here\n (#eq? @function \"eval\"))\n";

const PRINT: &str = "; id: no-print\n; language: python\n; severity: hint\n; message: left from debugging\n; rewrite: log.debug({all})\n; safe: true\n(call function: (identifier) @function arguments: (argument_list) @all (#eq? @function \"print\")) @here\n";

fn config(rules: &[&str]) -> Config {
    let mut all = Vec::new();
    for (at, text) in rules.iter().enumerate() {
        let (read, errors) = own::read(&FileId::new(&format!("/w/.guardline/queries/{at}.scm")), text, &all);
        assert_eq!(errors, []);
        all.extend(read);
    }
    Config { own_rules: all.into(), ..Config::default() }
}

fn document(name: &str, text: &str) -> Document {
    let file = FileId::new(&format!("/w/{name}"));
    let language = Language::of(&file).expect("a language");
    Document::new(file, language, 1, text)
}

fn snapshot(documents: &[&Document], config: &Arc<Config>) -> Snapshot {
    let documents = documents.iter().map(|document| (document.file.clone(), Some(Arc::new((*document).clone()))));
    Snapshot { project: Arc::new(Project::new(vec![FileId::new("/w")]).with(documents.collect())), config: Arc::clone(config) }
}

fn told(engine: &mut Engine, document: &Document, config: &Arc<Config>) -> Vec<String> {
    let findings = engine.check(&snapshot(&[document], config), &document.file, &Cancel::default()).expect("not cancelled");
    let text = document.text();
    findings.iter().map(|finding| format!("{} {:?} {}: {}", finding.rule, finding.level, finding.place.span.of(&text), finding.message)).collect()
}

#[test]
fn the_rule_in_the_readme_is_one() {
    let text = include_str!("../../README.md").split_once("```scheme\n").and_then(|(_, rest)| rest.split_once("```")).map(|(rule, _)| rule).expect("a rule");
    let config = Arc::new(config(&[text]));
    deep(|| assert_eq!(told(&mut Engine::default(), &document("a.ts", "eval(x);\n"), &config), ["eval-on-server Error eval(x): x is run as a program"]));
}

#[test]
fn a_pattern_is_found_where_its_language_is_written() {
    deep(|| {
        let config = Arc::new(config(&[EVAL]));
        let say = |name: &str, text: &str| told(&mut Engine::default(), &document(name, text), &config);
        assert_eq!(say("a.ts", "const a = eval(  x +\n y);\n"), ["eval-on-server Error eval(  x +\n y): x + y is run as a program"]);
        assert_eq!(say("a.jsx", "eval(x); f(y)").len(), 1);
        assert!(say("a.py", "eval(x)\n").is_empty() && say("a.ts", "eval(x, y); evil(x)\n").is_empty());
        assert!(say("tests/a.test.ts", "eval(x)").is_empty(), "tests are left out");
        // A secret is not repeated, wherever it stands.
        let said = say("a.ts", &format!("eval(\"{}\");\n", stripe_key(7)));
        assert!(said.iter().any(|said| said.ends_with("••• is run as a program")), "{said:?}");
    });
}

#[test]
fn settings_are_obeyed_and_a_change_of_rules_is_seen_at_once() {
    deep(|| {
        let mut engine = Engine::default();
        let document = document("a.ts", "eval(x);\n");
        let plain = config(&[EVAL]);
        let set = |text: &str| {
            let (config, errors) = guardline::config::parse::parse(text, &|id| own::is_known(id, &plain.own_rules));
            assert_eq!(errors, []);
            Arc::new(Config { own_rules: plain.own_rules.clone(), ..config })
        };
        assert_eq!(told(&mut engine, &document, &Arc::new(Config::default())), Vec::<String>::new());
        assert_eq!(told(&mut engine, &document, &set("{}")).len(), 1);
        assert!(told(&mut engine, &document, &set(r#"{ "rules": { "eval-on-server": "hint" } }"#))[0].starts_with("eval-on-server Hint"));
        assert!(told(&mut engine, &document, &set(r#"{ "rules": { "eval-on-server": "off" } }"#)).is_empty());
        let other = config(&[&EVAL.replace("is run as a program", "runs")]);
        assert!(told(&mut engine, &document, &Arc::new(other))[0].ends_with("x runs"));
    });
}

#[test]
fn edits_are_followed_as_a_fresh_engine_would_see_them() {
    deep(|| {
        let config = Arc::new(config(&[EVAL]));
        let mut engine = Engine::default();
        let mut now = document("a.ts", "eval(a);\nfunction f() {\n  return eval(b);\n}\n");
        for (step, text) in ["eval(c);\n", "(", ")", "\n// é\n", "}", "x", ""].iter().cycle().take(60).enumerate() {
            let len = now.rope().len_chars();
            let place = now.rope().char_to_byte(step * 31 % (len + 1)) as u32;
            let range = guardline::text::position::range(now.rope(), guardline::text::Span::at(place), Encoding::Utf8);
            now = now.edited(step as i32 + 2, &[Change { range: Some(range), text: (*text).to_owned() }], Encoding::Utf8);
            if step % 5 == 4 {
                now = now.settled();
            }
            assert_eq!(told(&mut engine, &now, &config), told(&mut Engine::default(), &now, &config), "{}", now.text());
        }
    });
}

#[test]
fn a_rewrite_is_offered_and_safe_only_if_it_says_so() {
    deep(|| {
        let config = Arc::new(config(&[EVAL, PRINT]));
        let fixes = |document: &Document| {
            let snapshot = snapshot(&[document], &config);
            let offers = engine::fixes_at(&snapshot, &document.file, (0..document.rope().len_bytes()).into(), &Cancel::default()).expect("not cancelled");
            let fixes = offers.into_iter().flat_map(|offer| offer.fixes).collect::<Vec<_>>();
            let after = apply::apply(&snapshot.project, &fixes[0]).expect("it fits").file(&document.file).expect("a file").document.text();
            let told: Vec<(String, Grade)> = fixes.into_iter().map(|fix| (fix.title, fix.grade)).collect();
            (after, told)
        };
        let (after, told) = fixes(&document("a.ts", "const a = eval(b[0]);\n"));
        assert_eq!(after, "const a = JSON.parse(b[0]);\n");
        assert_eq!(told[0], ("Rewrite as `eval-on-server` says".to_owned(), Grade::NeedsReview));
        assert!(told[1].0.starts_with("Ignore eval-on-server here"), "{told:?}");
        let (after, told) = fixes(&document("a.py", "print(1)\n"));
        assert_eq!((after.as_str(), told[0].1), ("log.debug((1))\n", Grade::Safe));
    });
}

fn project(files: &[(&str, &str)]) -> program::Project {
    program::Project::of(&[&[("package.json", "{}"), (".guardline/queries/eval.scm", EVAL)], files].concat())
}

#[test]
fn the_audit_tells_of_them_in_every_format() {
    let project = project(&[("src/a.ts", "eval(x);\n// guardline-ignore-next-line eval-on-server: our own text\neval(y);\n")]);
    let report = project.json(&[]);
    assert_eq!(program::findings(&report), ["src/a.ts eval-on-server"]);
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["risk"].as_str(), finding["title"].as_str(), finding["level"].as_str()),
        (Some("own"), Some("Text is run as a program"), Some("error"))
    );
    assert_eq!((finding["cwe"][0].as_u64(), finding["fixes"][0]["grade"].as_str()), (Some(95), Some("needs-review")));
    assert_eq!((report["summary"]["silenced"].as_u64(), program::notes(&report)), (Some(1), Vec::new()));
    let text = project.run(&["audit"]).stdout;
    assert!(text.contains("The project's own rules") && text.contains("Parse data, do not evaluate it."), "{text}");
    let sarif: serde_json::Value = serde_json::from_str(&project.run(&["audit", "--format", "sarif"]).stdout).expect("JSON");
    let run = &sarif["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"].as_u64().expect("a number") as usize];
    assert_eq!(
        (rule["id"].as_str(), rule["fullDescription"]["text"].as_str()),
        (Some("eval-on-server"), Some("Whoever chooses the text runs code on the server."))
    );
    assert_eq!(run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "JSON.parse(x)");
}

#[test]
fn they_are_explained_and_listed_where_they_hold() {
    let project = project(&[]);
    let explained = project.run(&["explain", "eval-on-server"]).stdout;
    assert!(explained.contains("Text is run as a program") && explained.contains("How to fix") && explained.contains("CWE-95"), "{explained}");
    assert!(project.run(&["rules"]).stdout.contains("eval-on-server"));
    assert!(project.run(&["explain", "eval-on-servr"]).stderr.contains("Did you mean `eval-on-server`?"));
    assert_eq!(program::Project::of(&[]).run(&["explain", "eval-on-server"]).code, Some(2));
}

#[test]
fn what_is_wrong_with_one_is_noted_and_the_others_work() {
    let bad = "; id: bad\n; language: python\n; message: {nothing}\n(call) @here\n";
    let project = project(&[
        (".guardline/queries/bad.scm", bad),
        ("a.ts", "eval(x)\n"),
        ("guardline.json", "{ \"rules\": { \"eval-on-server\": \"warning\", \"bad\": \"off\" } }"),
    ]);
    let report = project.json(&[]);
    assert_eq!(program::findings(&report), ["a.ts eval-on-server"]);
    assert_eq!(report["findings"][0]["level"], "warning");
    let notes = program::notes(&report);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].ends_with("there is no rule `bad`"), "{notes:?}");
    assert!(notes[1].starts_with(".guardline/queries/bad.scm:3:12: nothing is captured as `@nothing`"), "{notes:?}");
}

#[test]
fn code_in_pages_and_notebooks_is_looked_at_too() {
    deep(|| {
        let config = Arc::new(config(&[EVAL, PRINT]));
        let page = "<template><p>eval(y)</p></template>\n<script lang=\"ts\">\nconst a = eval(x);\n</script>\n";
        let say = |name: &str, text: &str| told(&mut Engine::default(), &document(name, text), &config);
        assert_eq!(say("a.vue", page), ["eval-on-server Error eval(x): x is run as a program"]);
        let cell = "{ \"cells\": [{ \"cell_type\": \"code\", \"source\": [\"# \\\"é\\\"\\n\", \"print(1)\"] }], \"metadata\": { \"language_info\": { \"name\": \"python\" } }, \"nbformat\": 4 }";
        assert_eq!(say("a.ipynb", cell), ["no-print Hint print(1): left from debugging"]);
    });
}
