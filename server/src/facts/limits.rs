//! Files that limit how often any route is called: a middleware of the whole application, a setting, a platform's
//! configuration. Which they are is data: `queries/catalogue/limits.toml`. They only ever silence.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::text::{FileId, Name};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    applies: Vec<Row>,
}

/// A file limits everything if its path fits and it imports one of `imports`, or says one of `words` (in lower case).
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Row {
    files: String,
    imports: Vec<String>,
    words: Vec<String>,
    /// It has to say one of these, too.
    also: Vec<String>,
    /// Not if it says one of these, too: a limit that only holds where it is asked for.
    unless: Vec<String>,
    /// It imports one of these, too.
    beside: Vec<String>,
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<(String, String)>,
    #[cfg_attr(not(test), allow(dead_code))]
    counter_examples: Vec<(String, String)>,
}

const TEXT: &str = include_str!("../../../queries/catalogue/limits.toml");

/// The rows that can be read; a test proves that all of them can.
static ROWS: LazyLock<Vec<(Regex, Row)>> = LazyLock::new(|| {
    let rows = toml::from_str::<Rows>(TEXT).map(|rows| rows.applies).unwrap_or_default();
    rows.into_iter().filter_map(|row| Some((Regex::new(&row.files).ok()?, row))).collect()
});

/// Does the file limit how often any route is called?
pub fn limits_all(file: &FileId, imports: &[Name], text: impl Fn() -> String) -> bool {
    let mut lower: Option<String> = None;
    ROWS.iter().filter(|(files, _)| files.is_match(file.as_str())).any(|(_, row)| {
        let imports_any = |known: &[String]| imports.iter().any(|import| known.iter().any(|known| known == import.as_str()));
        if !row.beside.is_empty() && !imports_any(&row.beside) {
            return false;
        }
        let is_imported = imports_any(&row.imports);
        if !is_imported && row.words.is_empty() || is_imported && row.unless.is_empty() {
            return is_imported;
        }
        let text = lower.get_or_insert_with(|| text().to_ascii_lowercase());
        let says = |words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
        (is_imported || says(&row.words)) && (row.also.is_empty() || says(&row.also)) && !says(&row.unless)
    })
}

/// Is it a package of which the file that registers it says whether it limits everything?
pub fn is_told_by_file(package: &str) -> bool {
    ROWS.iter().any(|(_, row)| row.beside.is_empty() && !row.unless.is_empty() && row.imports.iter().any(|import| import == package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_its_examples_hold() {
        let rows = toml::from_str::<Rows>(TEXT).unwrap().applies;
        assert_eq!(rows.len(), ROWS.len());
        for row in &rows {
            let says = |(path, code): &(String, String)| {
                let imports: Vec<Name> = row
                    .imports
                    .iter()
                    .chain(&row.beside)
                    .filter(|name| code.contains(&format!("\"{name}\"")) || code.contains(&format!("from {name} ")))
                    .map(Name::from)
                    .collect();
                limits_all(&FileId::new(&format!("/w/{path}")), &imports, || code.clone())
            };
            assert!(!row.examples.is_empty() && row.examples.iter().all(says), "{}", row.files);
            assert!(!row.counter_examples.iter().any(says), "{}", row.files);
        }
    }
}
