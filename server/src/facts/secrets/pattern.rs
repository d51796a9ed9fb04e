//! What the catalogue asks of texts and of calls: regular expressions, and places of arguments.

use std::sync::OnceLock;

use regex::{Regex, bytes};
use serde::Deserialize;

use super::bytes::ByteSet;

/// A regular expression that is compiled when it is first needed. An empty or wrong one matches nothing.
#[derive(Deserialize, Default)]
#[serde(from = "String")]
pub struct Pattern {
    text: String,
    anywhere: OnceLock<Option<Regex>>,
    at_start: OnceLock<Option<Regex>>,
    in_names: OnceLock<Option<bytes::Regex>>,
    tail: OnceLock<ByteSet>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Pattern { text, ..Pattern::default() }
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn anywhere(&self) -> Option<&Regex> {
        self.anywhere.get_or_init(|| if self.is_empty() { None } else { Regex::new(&self.text).ok() }).as_ref()
    }

    /// The same, only at the start of the text.
    pub(super) fn at_start(&self) -> Option<&Regex> {
        self.at_start.get_or_init(|| if self.is_empty() { None } else { Regex::new(&format!("^(?:{})", self.text)).ok() }).as_ref()
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.anywhere().is_some_and(|regex| regex.is_match(text))
    }

    /// Does it match a name? Names are asked for by ASCII words, and without sets of characters a pattern is made much faster.
    pub(super) fn is_in_name(&self, name: &str) -> bool {
        let make = || if self.is_empty() { None } else { bytes::RegexBuilder::new(&self.text).unicode(false).build().ok() };
        self.in_names.get_or_init(make).as_ref().is_some_and(|regex| regex.is_match(name.as_bytes()))
    }

    /// Its last character class.
    pub(super) fn tail(&self) -> &ByteSet {
        self.tail.get_or_init(|| ByteSet::last_class_of(&self.text))
    }
}

/// `jwt.sign#1`, `jwt.encode#key`, `sign#1+jsonwebtoken`.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(try_from = "String")]
pub(super) struct ArgumentOf {
    pub callee: String,
    pub slot: String,
    pub module: String,
}

impl TryFrom<String> for ArgumentOf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (place, module) = text.split_once('+').unwrap_or((&text, ""));
        let (callee, slot) = place.split_once('#').ok_or_else(|| format!("`{text}` should be `callee#position`"))?;
        Ok(ArgumentOf { callee: callee.to_owned(), slot: slot.to_owned(), module: module.to_owned() })
    }
}
