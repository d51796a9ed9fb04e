//! JSON, YAML and TOML as one small tree of values with places. What the values mean is said by whoever asks.
//!
//! Never fails: of a text that is half typed, what could be read is in the tree, and [`Tree::is_complete`] says no. Aliases
//! of YAML share the value that they name, and bombs made of them are not expanded.

mod builder;
mod json;
mod toml;
mod tree;
mod yaml;

#[cfg(test)]
mod tests;

pub use tree::{Datum, Entry, Kind, NodeId, Tree};

use crate::syntax::Language;

/// Beyond this a text is no configuration that anybody wrote, and is not read.
const MOST_BYTES: usize = 4 << 20;
/// Lists in lists in lists: what lies deeper is [`Kind::Unknown`].
const DEEPEST: usize = 64;
/// So many values a tree may come to once every alias is counted with all that it stands for.
const MOST_VALUES: usize = 400_000;

/// The values of a text; an empty tree for other languages.
pub fn read(language: Language, text: &str) -> Tree {
    if text.len() > MOST_BYTES {
        return Tree::default();
    }
    match language {
        Language::Json => json::read(text),
        Language::Yaml => yaml::read(text),
        Language::Toml => toml::read(text),
        _ => Tree::default(),
    }
}
