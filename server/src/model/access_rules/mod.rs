//! A reader of access rules, as Firebase has them: who may read and write which part of a database or a bucket.
//!
//! [`rules`] reads the language of Cloud Firestore and Cloud Storage, [`realtime`] the JSON of the Realtime Database. Neither
//! gives up on text that is half typed, and both give the places of all that they read.

mod blocks;
mod cursor;
mod expressions;
mod postfix;
mod realtime;
mod tree;

pub use blocks::rules;
pub use realtime::{Node, looks_like_realtime, realtime};
pub use tree::{Allow, Block, Condition, Expr, ExprKind, Function, MatchPath, Operator, PathPart, RulesFile, Segment, Service};

/// The two languages that expressions are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dialect {
    Cloud,
    /// Inside of JSON strings: a quote may stand as `\"`.
    Realtime,
}

#[cfg(test)]
mod tests;
