//! Where a secret belongs that stands in a file which no program of the project runs: `queries/catalogue/secret-places.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;

use super::FileHints;
use super::context;
use super::pattern::Pattern;
use crate::facts::built::table;
use crate::syntax::{Document, Language};

static PLACES: LazyLock<Vec<Row>> = LazyLock::new(|| table!("secret-places").read().map_or_else(|_| Vec::new(), |file: File| file.place));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    place: Vec<Row>,
}

/// A kind of file. The fields are explained at the top of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[cfg_attr(not(test), allow(dead_code))]
    name: String,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    files: Pattern,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    is_key: bool,
    #[serde(default)]
    looks_up: Pattern,
    says: String,
}

impl Row {
    fn is_kind_of(&self, language: Language, path: &str, text: &str) -> bool {
        let speaks = self.languages.is_empty() || self.languages.iter().any(|known| known == language.fence());
        let holds = |word: &String| text.contains(word.as_str());
        speaks
            && (self.files.is_empty() || self.files.is_match(path))
            && text.trim_start().starts_with(self.starts.as_str())
            && self.words.iter().all(holds)
            && (self.any.is_empty() || self.any.iter().any(holds))
    }
}

/// In words that go on a sentence, of a file at `path` (relative to the workspace folder): where what it holds as `name` should be instead.
/// `None` where that depends on the program that reads it.
pub fn where_it_belongs(document: &Document, path: &str, name: &str) -> Option<String> {
    let row = row(document.language, path, &document.text())?;
    let own = context::snake(name).replace('.', "_");
    let name = if name.is_empty() { "SECRET" } else { name };
    Some(row.says.replace("{name}", name).replace("{own}", if own.is_empty() { "secret" } else { &own }))
}

/// Is the file a key as a whole, which programs take as it is and are told the place of?
pub fn is_key_file(document: &Document) -> bool {
    let may_be = matches!(document.language, Language::Json | Language::Text);
    may_be && row(document.language, document.file.as_str(), &document.text()).is_some_and(|row| row.is_key)
}

/// Does the value name what such a file takes from elsewhere?
pub(super) fn is_looked_up(hints: &FileHints, text: &str, value: &str) -> bool {
    row(hints.language, &hints.path, text).is_some_and(|row| row.looks_up.is_match(value))
}

fn row(language: Language, path: &str, text: &str) -> Option<&'static Row> {
    let path = format!("/{}", path.trim_start_matches('/'));
    PLACES.iter().find(|row| row.is_kind_of(language, &path, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::written_tests;
    use crate::text::FileId;

    #[derive(Deserialize)]
    struct Example {
        path: String,
        #[serde(default)]
        text: String,
    }

    fn kind_of(example: &Example) -> Option<&'static str> {
        let file = FileId::new(&format!("/w/{}", example.path));
        let language = Language::of(&file).unwrap_or(Language::Text);
        row(language, &example.path, &example.text).map(|row| row.name.as_str())
    }

    #[test]
    fn every_place_proves_itself() {
        let read = |value: &toml::Value| value.clone().try_into::<Example>().expect("a path and a text");
        let mut seen = 0;
        for row in written_tests::source("secret-places").parse::<toml::Table>().expect("a table")["place"].as_array().expect("rows") {
            let of = |key: &str| row.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
            let name = row["name"].as_str().expect("a name");
            assert!(!of("examples").is_empty(), "{name} has no example");
            for example in of("examples").iter().map(read) {
                assert_eq!(kind_of(&example), Some(name), "{}", example.path);
                seen += 1;
            }
            for other in of("counter_examples").iter().map(read) {
                assert_ne!(kind_of(&other), Some(name), "{}", other.path);
            }
        }
        assert!(seen > 20);
    }

    #[test]
    fn the_words_name_the_variable() {
        let document = Document::new(FileId::new("/w/wrangler.toml"), Language::Toml, 0, "[vars]\n");
        let told = where_it_belongs(&document, "wrangler.toml", "STRIPE_SECRET_KEY").expect("a place");
        assert!(told.contains("wrangler secret put STRIPE_SECRET_KEY"), "{told}");
    }
}
