//! The examples of tables whose rows no walk through code leads to, run: how projects are built and deployed, who signs people
//! in, who sends messages, how schemas are written. What the whole engine says of an example is looked at.

use std::sync::Arc;

use guardline::facts::catalogue::Example;
use guardline::facts::setup::Answer;
use guardline::facts::{schema, sign_in};
use guardline::project::Project;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

use crate::pages::{check, deep};

type Row = (toml::Table, Vec<Example>);

fn rows(table: &str, kind: &str) -> Vec<Row> {
    let path = format!("{}/queries/catalogue/{table}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let all: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows = all.get(kind).and_then(toml::Value::as_array).unwrap_or_else(|| panic!("{table} has no `{kind}`"));
    let row = |row: &toml::Value| {
        let row = row.as_table().cloned().unwrap_or_default();
        let take = |key: &str, is_counter| {
            let examples = row.get(key).cloned().unwrap_or_else(|| toml::Value::Array(Vec::new()));
            let examples: Vec<Example> = examples.try_into().unwrap_or_else(|error| panic!("a {kind} of {table}: {error}"));
            examples.into_iter().map(move |example| Example { is_counter, ..example })
        };
        let examples = take("examples", false).chain(take("counter_examples", true)).collect();
        (row, examples)
    };
    rows.iter().map(row).collect()
}

fn project(example: &Example) -> Project {
    let mut documents = Vec::new();
    let first = example.file.clone().unwrap_or_else(|| "src/app.ts".to_owned());
    for (path, text) in std::iter::once((&first, &example.code)).chain(&example.beside) {
        let file = FileId::new(&format!("/w/{path}"));
        let language = Language::of(&file).unwrap_or(Language::Text);
        documents.push((file.clone(), Some(Arc::new(Document::new(file, language, 0, text)))));
    }
    Project::new(vec![FileId::new("/w")]).with(documents)
}

/// All that the engine says of an example, a line each.
fn told(project: &Project) -> Vec<String> {
    let mut lines: Vec<String> = check(project).iter().map(|finding| format!("{}: {}", finding.rule.as_str(), finding.message)).collect();
    lines.extend(schema::show::describe(project.schema()).lines().map(str::to_owned));
    lines
}

/// What is wrong with the examples of a table's rows, where what they say is all there is.
fn wrong(table: &str, kind: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (row, examples) in rows(table, kind) {
        for example in examples {
            let told = told(&project(&example)).join("\n");
            assert!(!example.says.is_empty(), "an example of {row:?} says what it shows");
            for says in example.says.iter().filter(|says| told.contains(says.as_str()) == example.is_counter) {
                let how = if example.is_counter { "found" } else { "missing" };
                wrong.push(format!("{table} {kind}: `{says}` is {how} for\n{}\nin\n{told}\n", example.code));
            }
        }
    }
    wrong
}

#[test]
fn what_schemas_and_senders_are_known_by_holds() {
    let problems: Vec<String> = deep(|| {
        [("schemas", "definer"), ("schemas", "external"), ("schemas", "caller"), ("services", "webhook")]
            .iter()
            .flat_map(|(table, kind)| wrong(table, kind))
            .collect()
    });
    assert!(problems.is_empty(), "{} wrong:\n{}", problems.len(), problems.join("\n"));
}

/// Does what is known of the example's configuration come from such a row?
fn is_of(kind: &str, row: &toml::Table, project: &Project) -> bool {
    let word = |key: &str| row.get(key).and_then(toml::Value::as_str).unwrap_or_default();
    let of: Vec<&str> = row.get("of").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let is_of = |stack: &str| of.contains(&stack);
    project.setup().files().any(|(_, facts)| match kind {
        "setting" => facts.switches.iter().any(|switch| is_of(&switch.stack) && switch.name == word("is") && switch.is == Answer::Yes),
        "entry" => facts.entries.iter().any(|entry| is_of(&entry.stack)),
        "inlined" => facts.inlined.iter().any(|inlined| is_of(&inlined.stack) && inlined.way == word("way")),
        "headers" => facts.headers.iter().any(|header| is_of(&header.stack)),
        "forward" => {
            facts.forwards.iter().any(|forward| is_of(&forward.stack) && forward.way == word("way") && (forward.to.is_some() || !row.contains_key("to")))
        }
        "variables" => facts.variables.iter().any(|variable| is_of(&variable.stack)),
        _ => {
            let stack = word("stack");
            let switches = facts.switches.iter().map(|switch| &switch.stack).chain(facts.headers.iter().map(|header| &header.stack));
            let others = facts.inlined.iter().map(|inlined| &inlined.stack).chain(facts.variables.iter().map(|variable| &variable.stack));
            let others = others.chain(facts.entries.iter().map(|entry| &entry.stack));
            switches.chain(others).chain(facts.forwards.iter().map(|forward| &forward.stack)).any(|of| of == stack)
                || !facts.bound.is_empty() && row.contains_key("binds")
        }
    })
}

#[test]
fn what_configurations_say_holds() {
    let mut wrong = Vec::new();
    for kind in ["file", "setting", "inlined", "headers", "forward", "variables", "entry"] {
        for (row, examples) in rows("setup", kind) {
            for example in examples {
                if is_of(kind, &row, &project(&example)) == example.is_counter {
                    let how = if example.is_counter { "is" } else { "is not" };
                    wrong.push(format!("a {kind} {how} found by {row:?} in {}\n{}", example.file.unwrap_or_default(), example.code));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn who_signs_people_in_is_known_by_packages() {
    let is_meant = |kind: &str, row: &toml::Table, package: &str| match kind {
        "service" => sign_in::services(|known| known == package).iter().any(|service| row["name"].as_str() == Some(&service.name)),
        "session" if row.contains_key("by_link") => sign_in::is_sent_by_link(package),
        "session" => sign_in::cookie_sessions().any(|known| known == package),
        "bearer" => sign_in::bearers().any(|known| known == package),
        "signer" => sign_in::is_signer(package),
        _ => sign_in::hashers().any(|known| known == package),
    };
    for kind in ["service", "session", "bearer", "signer", "hasher"] {
        for (row, examples) in rows("sign-in", kind) {
            for example in examples {
                assert_eq!(is_meant(kind, &row, &example.code), !example.is_counter, "{kind}: {}", example.code);
            }
        }
    }
}

#[test]
fn every_build_that_writes_source_maps_is_told_of_unless_it_says_no() {
    let package = |script: &str| {
        let code = format!("{{ \"scripts\": {{ \"build\": \"{script}\" }} }}");
        let example = Example { code, file: Some("package.json".into()), beside: Default::default(), says: Vec::new(), is_counter: false };
        told(&project(&example)).iter().any(|line| line.starts_with("public-source-maps"))
    };
    deep(|| {
        for (row, _) in rows("browser", "maps") {
            let plain = row["command"].as_str().expect("a command");
            let asked = row.get("asked").and_then(toml::Value::as_str);
            assert_eq!(package(plain), asked.is_none(), "{plain}");
            let command = &asked.map_or(plain.to_owned(), |asked| format!("{plain} {asked}"));
            assert!(package(command), "{command}");
            for word in row.get("words").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str) {
                assert!(!package(&format!("{word}=false {command}")), "{word} {command}");
            }
        }
    });
}
