//! FLOOR 6. From a plan to edits. A fix is a pure function of snapshot and plan, and gives nothing rather than guess.

pub mod apply;
mod around;
pub mod edits;
pub mod env_file;
pub mod env_quoting;
pub mod env_name;
pub mod ignored;
mod literal;
mod package;
mod phrasebook;
mod stack;
pub mod suppress;
pub mod verify;
#[cfg(test)]
mod testing;

use crate::text::{FileId, Span};

/// May it be applied without being read?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    /// Part of "fix all".
    Safe,
    /// Changes who may do what, or needs a decision: applied one by one, by a person.
    NeedsReview,
}

/// Edits of one file. Spans are of the text as it is before any of them; they do not overlap and are in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdit {
    pub file: FileId,
    /// The file does not exist yet and is created first (left alone if it has appeared meanwhile).
    pub create: bool,
    pub edits: Vec<TextEdit>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextEdit {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// In the imperative, without any secret: `Move to OPENAI_API_KEY in .env.local (value hidden)`.
    pub title: String,
    pub grade: Grade,
    /// The one an editor applies when asked to "just fix it".
    pub preferred: bool,
    /// Env files first, then code.
    pub edits: Vec<FileEdit>,
    /// What remains to be done by hand (rotate the key, set it at the host). Never contains a secret.
    pub note: Option<String>,
    /// Silences the finding rather than repairing it.
    pub suppresses: bool,
}
