//! What can be wrong with a pattern, in words and at its place.

use tree_sitter::{Query, QueryError, QueryErrorKind};

use crate::syntax::Grammar;
use crate::text::Span;

/// Something in a pattern that the grammar does not know, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternProblem {
    /// Of the pattern's text.
    pub span: Span,
    pub message: String,
}

/// How deep brackets may stand in each other, how many there may be, and how many `*`, `+` and `?`.
const DEEPEST: usize = 60;
pub(super) const MOST_BRACKETS: usize = 120;
pub(super) const MOST_REPEATS: usize = 8;

/// A pattern that is too large: the library reads brackets in brackets by recursion, and checks them against the grammar in
/// more than linear time.
pub(super) fn too_much(text: &str) -> Option<PatternProblem> {
    let (mut depth, mut brackets, mut repeats) = (0usize, 0usize, 0usize);
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            // Also a line end: the library reads on behind it.
            _ if escaped => escaped = false,
            b'\n' => (quoted, comment) = (false, false),
            _ if comment => {}
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b';' => comment = true,
            b'(' | b'[' => (depth, brackets) = (depth + 1, brackets + 1),
            b')' | b']' => depth = depth.saturating_sub(1),
            // Names of predicates end in `?` too.
            b'*' | b'+' => repeats += 1,
            b'?' if text.as_bytes().get(at.wrapping_sub(1)).is_some_and(|before| !before.is_ascii_alphanumeric()) => repeats += 1,
            _ => {}
        }
        let bound = match () {
            () if byte == 0 => "it holds a byte that is no text".to_owned(),
            () if depth > DEEPEST => format!("brackets stand more than {DEEPEST} deep in each other"),
            () if brackets > MOST_BRACKETS => format!("it has more than {MOST_BRACKETS} brackets"),
            () if repeats > MOST_REPEATS => format!("it repeats more than {MOST_REPEATS} times"),
            () => continue,
        };
        return Some(PatternProblem { span: Span::new(at as u32, at as u32 + 1), message: format!("this is too much for one rule: {bound}") });
    }
    None
}

pub(super) fn of_error(grammar: Grammar, text: &str, error: &QueryError) -> PatternProblem {
    let language = match grammar {
        Grammar::TypeScript => "TypeScript",
        Grammar::Tsx => "TSX and JavaScript",
        Grammar::Python => "Python",
    };
    let start = error.offset.min(text.len());
    let word = text.get(start..).map_or("", |rest| rest.split(|c: char| !is_word(c) && c != '-').next().unwrap_or_default());
    let span = Span::new(start as u32, (start + word.len().max(usize::from(start < text.len()))) as u32);
    let at = |message: String| PatternProblem { span, message };
    match error.kind {
        QueryErrorKind::NodeType => at(format!("{language} has no node `{word}`")),
        QueryErrorKind::Field => at(format!("{language} has no field `{word}`")),
        QueryErrorKind::Capture => at(format!("nothing is captured as `@{word}`")),
        QueryErrorKind::Structure => at(format!("no code of {language} looks like this")),
        QueryErrorKind::Predicate => predicate_problem(text, error),
        QueryErrorKind::Language => at("this version of the grammar cannot be asked".into()),
        QueryErrorKind::Syntax if start >= text.trim_end().len() => {
            let end = text.trim_end().len() as u32;
            PatternProblem { span: Span::new(end.saturating_sub(1), end), message: "the pattern ends too early: a bracket is missing".into() }
        }
        QueryErrorKind::Syntax => at("this is not how a pattern is written".into()),
    }
}

/// Of a predicate the library says the row of its pattern only.
fn predicate_problem(text: &str, error: &QueryError) -> PatternProblem {
    let from: usize = text.split_inclusive('\n').take(error.row).map(str::len).sum();
    let rest = text.get(from..).unwrap_or_default();
    let named = error.message.split(['\'', '"']).nth(1).filter(|word| !word.is_empty());
    let operator = error.message.split_whitespace().find(|word| word.starts_with('#'));
    let found = named.or(operator).and_then(|word| rest.find(word).map(|at| (from + at, word.len())));
    let (start, len) = found.unwrap_or((from, rest.lines().next().map_or(0, str::len)));
    let message = match named {
        Some(word) if error.message.starts_with("Invalid regex") => format!("`{word}` is not a regular expression"),
        _ => format!(
            "{}{}",
            error.message.chars().next().map(char::to_lowercase).into_iter().flatten().collect::<String>(),
            error.message.chars().skip(1).collect::<String>()
        ),
    };
    PatternProblem { span: Span::new(start as u32, (start + len) as u32), message }
}

/// Predicates that nobody evaluates would match everything.
pub(super) fn of_predicates(query: &Query, text: &str) -> Result<(), PatternProblem> {
    for at in 0..query.pattern_count() {
        let general = query.general_predicates(at).iter().map(|predicate| predicate.operator.to_string());
        let properties = query.property_predicates(at).iter().map(|(_, positive)| if *positive { "is?" } else { "is-not?" }.to_owned());
        let settings = query.property_settings(at).iter().map(|_| "set!".to_owned());
        let Some(operator) = general.chain(properties).chain(settings).next() else { continue };
        let from = query.start_byte_for_pattern(at);
        let found = text.get(from..).and_then(|rest| rest.find(&format!("#{operator}"))).map_or(0, |found| from + found);
        let message = format!("`#{operator}` is not known here; there are `#eq?`, `#match?`, `#any-of?` and their `#not-` forms");
        return Err(PatternProblem { span: Span::new(found as u32, (found + 1 + operator.len()) as u32), message });
    }
    Ok(())
}

pub(super) fn first_line(text: &str) -> u32 {
    text.lines().next().map_or(0, str::len) as u32
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!')
}
