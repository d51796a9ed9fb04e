//! FLOOR 1. One open or closed file at one version, and its syntax tree.

mod document;
mod embedded;
mod hidden;
mod items;
mod language;
mod parse;
mod pieces;

pub use document::{Document, Unchanged};
pub use embedded::{Embedded, Part};
pub use items::{Cluster, Item};
pub use language::{Grammar, Language, keeps_secrets};
