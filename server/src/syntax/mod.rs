//! FLOOR 1. One open or closed file at one version, and its syntax tree.

mod document;
mod hidden;
mod language;

pub use document::{Document, Item};
pub use language::{Grammar, Language, keeps_secrets};
