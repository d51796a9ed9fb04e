//! FLOOR 1. One open or closed file at one version, and its syntax tree.

mod document;
mod embedded;
mod hidden;
mod items;
mod language;
mod matches;
mod parse;
mod pattern;
mod pieces;
mod reparse;

pub use document::{Document, Unchanged};
pub use embedded::{Embedded, Part, loop_parts};
pub use items::{Cluster, Item};
pub use language::{Grammar, Language, is_prose, keeps_secrets};
pub use matches::PatternMemory;
pub use pattern::{Pattern, PatternMatch, PatternProblem};
