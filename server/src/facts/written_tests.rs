//! The tables of `queries/catalogue` as they are written, with their examples; and how many of their rows have none.

use std::collections::BTreeMap;

use super::catalogue::{Example, examples_of};

/// The text of a table, by the name of its file.
pub fn source(name: &str) -> String {
    let path = format!("{}/queries/catalogue/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn tables(name: &str) -> toml::Table {
    toml::from_str(&source(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The rows of a kind, each with its examples taken out.
pub fn rows(name: &str, kind: &str) -> Vec<(toml::Table, Vec<Example>)> {
    let Some(toml::Value::Array(rows)) = tables(name).remove(kind) else { panic!("{name} has no `{kind}`") };
    let row = |row: toml::Value| {
        let toml::Value::Table(mut row) = row else { panic!("a {kind} of {name} is no table") };
        let examples = examples_of(&mut row).unwrap_or_else(|error| panic!("a {kind} of {name}: {error}"));
        (row, examples)
    };
    rows.into_iter().map(row).collect()
}

fn names() -> Vec<String> {
    let folder = format!("{}/queries/catalogue", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the catalogue").map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = files.filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    names
}

/// Tables whose rows are run otherwise, and how.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("secrets", "known", "values that vendors print as samples: only what they hash to may stand in the tree"),
    ("secrets", "key", "every key is cut, glued to something and made up of one letter, and is none then: tests/suite/secret_catalogue.rs"),
    ("secrets", "publishable", "every value is glued to something: tests/suite/secret_catalogue.rs"),
    ("env-stacks", "stack", "examples say what a file becomes, not whether a row is meant: fixes/stack.rs"),
    ("env-stacks", "reader", "the same"),
    ("env-stacks", "declared", "the same: tests/suite/fixes/loaded.rs"),
    ("server-routes", "longest", "every row keeps an answer short, and does not where one of the known words does: fixes/server_route/scaffold.rs"),
    ("server-routes", "place", "the same: fixes/server_route/scaffold.rs"),
    ("server-routes", "style", "written out by the examples of the places"),
    ("server-routes", "library", "examples say what a page becomes: fixes/server_route/scaffold.rs"),
    ("exposure", "twin", "examples say what code becomes: fixes"),
    ("exposure", "secret", "every word of every row makes a name and is found in it: facts/exposure/table.rs"),
    ("exposure", "vendor", "the same, and no name without them"),
    ("exposure", "library", "the same of every package and name"),
    ("exposure", "admin", "the same"),
    ("browser", "stack", "examples say on which side each path is: project/surface.rs"),
    ("browser", "built", "every folder is made and found: workspace/built.rs"),
    ("browser", "maps", "every command is given to a package: tests/suite/table_rows.rs"),
];

/// Rows without an example, and rows without a counter-example, by file and kind.
fn without() -> BTreeMap<String, (usize, usize)> {
    let mut all = BTreeMap::new();
    for name in names() {
        for (kind, rows) in tables(&name) {
            let Some(rows) = rows.as_array().filter(|_| !OTHERWISE.iter().any(|(file, of, _)| *file == name && *of == kind)) else { continue };
            let rows = || rows.iter().filter_map(toml::Value::as_table);
            let lack = |key: &str| rows().filter(|row| row.get(key).and_then(toml::Value::as_array).is_none_or(Vec::is_empty)).count();
            let lacks = (lack("examples"), lack("counter_examples"));
            if lacks != (0, 0) {
                all.insert(format!("{name} {kind}"), lacks);
            }
        }
    }
    all
}

#[test]
fn every_row_has_examples_and_counter_examples() {
    let left: BTreeMap<String, (usize, usize)> = LEFT.iter().map(|(rows, examples, counters)| ((*rows).to_owned(), (*examples, *counters))).collect();
    assert_eq!(without(), left, "rows without (an example, a counter-example): give them some, and take from the list what has all");
}

/// What still has none.
const LEFT: &[(&str, usize, usize)] = &[];

#[test]
fn what_is_built_is_what_is_written_without_its_examples() {
    let mut tables = tables("services");
    let rows = tables.get_mut("webhook").and_then(toml::Value::as_array_mut).expect("rows");
    for row in rows.iter_mut().filter_map(toml::Value::as_table_mut) {
        examples_of(row).expect("examples");
    }
    let built: serde_json::Value = super::built::table!("services").read().expect("JSON");
    assert_eq!(serde_json::to_value(&tables).expect("JSON"), built);
}
