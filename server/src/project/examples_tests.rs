//! The examples in the catalogue, run: each leads to its row and is believed as it says; no counter-example does.

use std::sync::Arc;

use super::Project;
use crate::config::Config;
use crate::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use crate::facts::catalogue::{BUILT_IN, Example, Subject, asked};
use crate::report::paint::Style;
use crate::report::{Redactor, beliefs};
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// Python if nothing in it can be TypeScript: examples say no more of themselves than they must.
fn file_of(example: &Example) -> FileId {
    let is_python = example.code.lines().any(|line| line.starts_with("from ") && line.contains(" import ") || line.ends_with(':') && line.contains("def "));
    let name = example.file.as_deref().unwrap_or(if is_python { "example.py" } else { "example.ts" });
    FileId::new(&format!("/w/{name}"))
}

/// What is wrong with an example, in words.
fn problem(subject: &Subject, example: &Example) -> Option<String> {
    let file = file_of(example);
    let beside = example.beside.iter().map(|(path, text)| (FileId::new(&format!("/w/{path}")), text));
    let mut documents = Vec::new();
    for (file, text) in std::iter::once((file.clone(), &example.code)).chain(beside) {
        let Some(language) = Language::of(&file) else { return Some(format!("{file} is of no known language")) };
        documents.push((file.clone(), Some(Arc::new(Document::new(file, language, 0, text)))));
    }
    let project = Project::new(vec![FileId::new("/w")]).with(documents);
    if project.file(&file).and_then(|file| file.model.as_ref()).is_none_or(|model| model.segments.iter().any(|placed| !placed.segment.errors.is_empty())) {
        return Some("the example does not parse".into());
    }
    drop(asked::taken());
    let snapshot = Snapshot { project: Arc::new(project), config: Arc::new(Config::default()) };
    let Ok(believed) = Engine::default().believe(&snapshot, &|known| *known == file, &Cancel::default()) else { return Some("cancelled".into()) };
    let told = beliefs::text(&believed, &Redactor::default(), Style { colour: false, width: 100 });
    let asked = asked::taken();
    let is_reached = match subject {
        Subject::Entry(id) => asked.entries.contains(id),
        Subject::Step { clients, methods } => asked.steps.iter().any(|(client, method)| clients.contains(client) && methods.contains(method)),
        Subject::Row => !example.is_counter,
    };
    if *subject == Subject::Row && example.says.is_empty() {
        return Some("an example of such a row says what it shows".into());
    }
    // A counter-example that says what is not believed may well lead to the row.
    if is_reached == example.is_counter && (!example.is_counter || example.says.is_empty()) {
        return Some(format!("the example leads {} its row:\n{told}", if is_reached { "to" } else { "past" }));
    }
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = squeezed(&told);
    let wrong = example.says.iter().find(|says| told.contains(&squeezed(says)) == example.is_counter)?;
    Some(format!("`{wrong}` is {} in: {told}", if example.is_counter { "found" } else { "missing" }))
}

#[test]
fn the_examples_of_the_catalogue_hold() {
    let run = || {
        BUILT_IN.examples().iter().filter_map(|(subject, example)| problem(subject, example).map(|problem| format!("{}\n{problem}", example.code))).collect()
    };
    let problems: Vec<String> = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run).expect("a thread");
        thread.join().expect("no panic")
    });
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn an_example_that_does_not_hold_is_told() {
    assert!(BUILT_IN.examples().len() >= 20, "only {} examples", BUILT_IN.examples().len());
    let example = |says: &[&str], is_counter| Example {
        code: "f();".into(),
        file: None,
        beside: Default::default(),
        says: says.iter().map(|says| (*says).to_owned()).collect(),
        is_counter,
    };
    let nowhere = Subject::Entry(u32::MAX);
    let told = |subject: &Subject, example: Example| problem(subject, &example).unwrap_or_default();
    assert!(told(&nowhere, example(&[], false)).contains("leads past"));
    assert_eq!(told(&nowhere, example(&[], true)), "");
    assert!(told(&Subject::Row, example(&["nobody believes this"], false)).contains("is missing"));
    let believed = Example { code: "import express from \"express\";\nexpress().get(\"/\", (req, res) => res.end());".into(), ..example(&["GET /"], true) };
    assert!(told(&Subject::Row, believed).contains("is found"));
    assert!(told(&Subject::Row, example(&[], false)).contains("says what it shows"));
    assert!(told(&nowhere, Example { code: "f(".into(), ..example(&[], false) }).contains("does not parse"));
}
