//! A language's words: how a variable is read in this very place, how a module is imported. A fix asks the book and
//! never the language.

mod ecma;
mod ecma_fallback;
mod ecma_import;
mod put_later;
mod python;
mod python_fallback;
mod python_import;

use super::TextEdit;
use super::env_name::EnvName;
use super::literal::{Code, Literal};
use super::stack::Wanted;
use crate::syntax::Language;
use crate::text::{Name, Span};

/// The expression that reads a variable.
#[derive(Clone, Debug)]
pub struct Read {
    pub name: EnvName,
    /// With double quotes, if it has any.
    pub text: String,
    /// The quotes this text prefers.
    pub quote: char,
    /// The variable may be missing as far as types know.
    pub asserted: bool,
    /// The language is new enough for any quotes inside of an f-string's holes.
    pub quotes_nest: bool,
    /// The value has several lines, which an env file or a host may keep as `\n`.
    pub lines: bool,
}

/// The literal only stands in for a variable: `process.env.X || "literal"`.
#[derive(Clone, Debug)]
pub struct Fallback {
    /// The variable.
    pub name: Name,
    /// What takes the literal away and leaves the variable. Empty where that cannot be done, though it should.
    pub edits: Vec<TextEdit>,
    /// The whole expression, where it can be replaced by one that reads another variable.
    pub whole: Option<Span>,
    /// The variable is given its value here (`os.environ["X"] = "literal"`), so nothing else may have read it before.
    pub assigns: bool,
    /// The edits make the program refuse to go on where the variable is missing.
    pub refuses: bool,
}

impl Read {
    /// The expression, followed by `more`, with the quotes the text prefers.
    fn written(&self, more: &str) -> String {
        format!("{}{more}", self.text).replace('"', self.quote.encode_utf8(&mut [0; 4]))
    }
}

/// How a name gets into a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// What it is called there.
    pub local: Name,
    /// `None` if it is there already.
    pub edit: Option<TextEdit>,
}

pub trait Phrasebook: Sync {
    /// The edits after which the literal's place reads the variable; `None` where no such thing can be written.
    fn replace(&self, literal: &Literal, read: &Read) -> Option<Vec<TextEdit>>;

    /// The edit after which `span`, an expression, reads the variable.
    fn replace_expression(&self, code: &Code, span: Span, read: &Read) -> Option<TextEdit>;

    /// Says if the literal stands in for a variable.
    fn fallback(&self, literal: &Literal) -> Option<Fallback>;

    /// What refuses to go on where the variable is missing, without the end of the statement.
    fn refusal(&self, code: &Code, variable: &Name) -> String;

    /// Brings a name into the file. `None` where that is not possible without renaming something.
    fn import(&self, code: &Code, wanted: &Wanted) -> Option<Imported>;

    /// The line behind the imports at the top, or behind what must stay first where there are none.
    fn behind_imports(&self, code: &Code) -> Option<u32>;

    /// True if `name` is a parameter of a function around the literal.
    fn is_parameter(&self, literal: &Literal, name: &str) -> bool {
        use crate::model::PatternKind;
        let (segment, span) = (literal.segment(), literal.expr().span);
        segment.functions.iter().filter(|function| function.body_span.contains(span)).any(|function| {
            function.params.iter().any(|param| match &segment[param.pattern].kind {
                PatternKind::Name(known) => known == name,
                PatternKind::Object { entries, .. } => {
                    entries.iter().any(|entry| matches!(&segment[entry.pattern].kind, PatternKind::Name(known) if known == name))
                }
                _ => false,
            })
        })
    }
}

pub fn of(language: Language) -> Option<&'static dyn Phrasebook> {
    match language {
        Language::Python => Some(&python::Python),
        language if language.is_ecma() => Some(&ecma::Ecma),
        _ => None,
    }
}

/// An edit that keeps the new text from growing together with the words around it (`return"x"`).
fn spaced(text: &str, span: Span, new: &str) -> TextEdit {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let before = text.get(..span.start as usize).and_then(|before| before.chars().next_back());
    let after = text.get(span.end as usize..).and_then(|after| after.chars().next());
    let left = if before.is_some_and(is_word) && new.starts_with(is_word) { " " } else { "" };
    let right = if after.is_some_and(is_word) && new.ends_with(is_word) { " " } else { "" };
    TextEdit { span, text: format!("{left}{new}{right}") }
}

/// True if `word` stands in the text on its own.
pub fn has_word(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(word).any(|(at, _)| !text[..at].chars().next_back().is_some_and(is_word) && !text[at + word.len()..].chars().next().is_some_and(is_word))
}
