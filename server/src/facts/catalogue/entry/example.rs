//! Code that an entry speaks of (`examples`), and code that it seems to speak of and does not (`counter_examples`). Any row of
//! the catalogue may have some; a test runs all of them.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Example {
    /// A file of its own.
    pub code: String,
    /// Where that file lies, if its place matters.
    pub file: Option<String>,
    /// What lies beside it: the path of each file and its text.
    pub beside: BTreeMap<String, String>,
    /// What the engine believes about it (`cargo dev facts`), line by line; of a counter-example, what it must not believe.
    pub says: Vec<String>,
    pub is_counter: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Code(String),
    More(More),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    code: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    beside: BTreeMap<String, String>,
    #[serde(default)]
    says: Vec<String>,
}

impl From<Written> for Example {
    fn from(written: Written) -> Example {
        let More { code, file, beside, says } = match written {
            Written::Code(code) => More { code, file: None, beside: BTreeMap::new(), says: Vec::new() },
            Written::More(more) => more,
        };
        Example { code, file, beside, says, is_counter: false }
    }
}

/// What a row's examples are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The entry with this number: the code leads to its place in the graph.
    Entry(u32),
    /// Steps of query builders: the code takes one of them.
    Step { clients: Vec<crate::text::Name>, methods: Vec<crate::text::Name> },
    /// A row that code does not lead to (a framework, a client, a convention, a guess): what its examples say is all there is.
    Row,
}

/// Takes the examples out of a row.
pub(in crate::facts::catalogue) fn take(row: &mut toml::Table) -> Result<Vec<Example>, String> {
    let mut all = Vec::new();
    for (key, is_counter) in [("examples", false), ("counter_examples", true)] {
        let Some(value) = row.remove(key) else { continue };
        let examples: Vec<Example> = value.try_into().map_err(|error| format!("`{key}`: {error}"))?;
        all.extend(examples.into_iter().map(|example| Example { is_counter, ..example }));
    }
    Ok(all)
}
