//! Patterns of a project's own rules: tree-sitter queries, compiled for a grammar.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ropey::Rope;
use ropey::iter::Chunks;
use tree_sitter::{
    CaptureQuantifier, Node, Query, QueryCursor, QueryCursorOptions, QueryCursorState, QueryError, QueryErrorKind, StreamingIterator, TextProvider,
};

use super::Grammar;
use super::parse::{Parsed, tree_sitter_language};
use crate::text::{Name, Span};

/// The capture that marks where the finding stands.
const HERE: &str = "here";

/// One or several patterns that mean the same mistake, for one grammar.
pub struct Pattern {
    grammar: Grammar,
    query: Query,
    here: u32,
    /// It may take several top-level items together, or speak of the whole file.
    spans_items: bool,
}

/// Something in a pattern that the grammar does not know, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternProblem {
    /// Of the pattern's text.
    pub span: Span,
    pub message: String,
}

/// What a pattern matched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternMatch {
    /// The number of the pattern in the list that was asked for.
    pub pattern: usize,
    /// Where `@here` is; of several nodes, from the first to the last.
    pub span: Span,
    /// The other captures that matched, by name.
    pub captures: Vec<(Name, Span)>,
}

impl PatternMatch {
    /// From the first captured byte to the last.
    pub(super) fn hull(&self) -> Span {
        self.captures.iter().fold(self.span, |hull, (_, span)| Span::new(hull.start.min(span.start), hull.end.max(span.end)))
    }

    pub(super) fn shifted(&self, by: u32) -> PatternMatch {
        let captures = self.captures.iter().map(|(name, span)| (name.clone(), span.shifted(by))).collect();
        PatternMatch { pattern: self.pattern, span: self.span.shifted(by), captures }
    }

    pub(super) fn relative_to(&self, start: u32) -> PatternMatch {
        let relative = |span: Span| Span::new(span.start - start, span.end - start);
        let captures = self.captures.iter().map(|(name, span)| (name.clone(), relative(*span))).collect();
        PatternMatch { pattern: self.pattern, span: relative(self.span), captures }
    }
}

/// So many matches may be unfinished at a time; further ones are not followed.
const MOST_UNFINISHED: u32 = 2048;
/// Of one pattern in one tree.
const MOST_MATCHES: usize = 500;
/// The cursor calls back every hundred or so steps; past so many calls it is given up.
const CALLBACKS_AT_LEAST: usize = 2_000;
const CALLBACKS_PER_KIB: usize = 200;

/// How deep brackets may stand in each other, how many there may be, and how many `*`, `+` and `?`.
const DEEPEST: usize = 60;
const MOST_BRACKETS: usize = 120;
const MOST_REPEATS: usize = 8;

impl Pattern {
    pub fn compile(grammar: Grammar, text: &str) -> Result<Pattern, PatternProblem> {
        let query = compiled(grammar, text)?;
        check_predicates(&query, text)?;
        // Where no `@here` is, the whole match is meant. The cursor only tells of captures, so the capture is added.
        let marked = with_here(&query, text);
        let query = match marked {
            Some(marked) => compiled(grammar, &marked)?,
            None => query,
        };
        let Some(here) = query.capture_index_for_name(HERE) else {
            return Err(PatternProblem { span: Span::new(0, first_line(text)), message: "there is no pattern here".into() });
        };
        let spans_items = (0..query.pattern_count()).any(|at| {
            let root = text.get(query.start_byte_for_pattern(at)..).unwrap_or_default().trim_start_matches(['(', ' ', '\n', '\t', '\r']);
            let is_root = ["program", "module"].iter().any(|root_kind| root.strip_prefix(root_kind).is_some_and(|rest| !rest.starts_with(is_word)));
            is_root || !query.is_pattern_rooted(at) || query.is_pattern_non_local(at)
        });
        Ok(Pattern { grammar, query, here, spans_items })
    }

    /// What may be named in a text about a match.
    pub fn has_capture(&self, name: &str) -> bool {
        self.query.capture_index_for_name(name).is_some()
    }

    pub fn grammar(&self) -> Grammar {
        self.grammar
    }

    pub(super) fn spans_items(&self) -> bool {
        self.spans_items
    }

    /// Every match in a tree, whose text begins at `base` of `rope`. Places are those of the rope.
    pub(super) fn matches(&self, number: usize, parsed: &Parsed, rope: &Rope, base: u32, out: &mut Vec<PatternMatch>) {
        let root = parsed.tree.root_node();
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MOST_UNFINISHED);
        let budget = CALLBACKS_AT_LEAST + root.end_byte() / 1024 * CALLBACKS_PER_KIB;
        let mut calls = 0;
        let mut progress = |_: &QueryCursorState| {
            calls += 1;
            if calls > budget { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        };
        let options = QueryCursorOptions::new().progress_callback(&mut progress);
        let mut matches = cursor.matches_with_options(&self.query, root, Text { rope, base }, options);
        let names = self.query.capture_names();
        let mut left = MOST_MATCHES;
        while let Some(found) = matches.next() {
            let mut here: Option<Span> = None;
            let mut captures: Vec<(Name, Span)> = Vec::new();
            for capture in found.captures() {
                let span = Span::from(capture.node.byte_range()).shifted(base);
                let join = |known: Span| Span::new(known.start.min(span.start), known.end.max(span.end));
                if capture.index == self.here {
                    here = Some(here.map_or(span, join));
                    continue;
                }
                let Some(name) = names.get(capture.index as usize) else { continue };
                match captures.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known = join(*known),
                    None => captures.push((Name::from(*name), span)),
                }
            }
            let Some(span) = here else { continue };
            out.push(PatternMatch { pattern: number, span, captures });
            left -= 1;
            if left == 0 {
                return;
            }
        }
    }
}

/// The text of nodes of a tree whose text begins at `base`.
struct Text<'r> {
    rope: &'r Rope,
    base: u32,
}

/// Chunks of bytes.
struct Bytes<'r>(Option<Chunks<'r>>);

impl<'r> Iterator for Bytes<'r> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<&'r [u8]> {
        self.0.as_mut()?.next().map(str::as_bytes)
    }
}

impl<'r> TextProvider<&'r [u8]> for Text<'r> {
    type I = Bytes<'r>;

    fn text(&mut self, node: Node<'_>) -> Bytes<'r> {
        let span = Span::from(node.byte_range()).shifted(self.base);
        Bytes(self.rope.get_byte_slice(span.range()).map(|slice| slice.chunks()))
    }
}

fn compiled(grammar: Grammar, text: &str) -> Result<Query, PatternProblem> {
    if let Some(problem) = too_much(text) {
        return Err(problem);
    }
    // The library slices the text where it finds an error, which it does not always find between two characters.
    let made = catch_unwind(AssertUnwindSafe(|| Query::new(&tree_sitter_language(grammar), text)));
    match made {
        Ok(made) => made.map_err(|error| problem(grammar, text, &error)),
        Err(_) => Err(PatternProblem { span: Span::new(0, first_line(text)), message: "this cannot be read as a pattern".into() }),
    }
}

/// A pattern that is too large: the library reads brackets in brackets by recursion, and checks them against the grammar in
/// more than linear time.
fn too_much(text: &str) -> Option<PatternProblem> {
    let (mut depth, mut brackets, mut repeats) = (0usize, 0usize, 0usize);
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' => (quoted, escaped, comment) = (false, false, false),
            _ if comment => {}
            _ if escaped => escaped = false,
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
            () if depth > DEEPEST => format!("brackets stand more than {DEEPEST} deep in each other"),
            () if brackets > MOST_BRACKETS => format!("it has more than {MOST_BRACKETS} brackets"),
            () if repeats > MOST_REPEATS => format!("it repeats more than {MOST_REPEATS} times"),
            () => continue,
        };
        return Some(PatternProblem { span: Span::new(at as u32, at as u32 + 1), message: format!("this is too much for one rule: {bound}") });
    }
    None
}

fn problem(grammar: Grammar, text: &str, error: &QueryError) -> PatternProblem {
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
fn check_predicates(query: &Query, text: &str) -> Result<(), PatternProblem> {
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

/// The text with `@here` behind every pattern that has none; `None` if all have it.
fn with_here(query: &Query, text: &str) -> Option<String> {
    let here = query.capture_index_for_name(HERE).map(|index| index as usize);
    let is_marked =
        |at: usize| here.is_some_and(|here| query.capture_quantifiers(at).get(here).is_some_and(|quantifier| *quantifier != CaptureQuantifier::Zero));
    let mut out = String::new();
    let mut copied = 0;
    for at in (0..query.pattern_count()).filter(|at| !is_marked(*at)) {
        let (start, end) = (query.start_byte_for_pattern(at), query.end_byte_for_pattern(at).min(text.len()));
        let end = start + end_of_code(text.get(start..end)?);
        out.push_str(text.get(copied..end)?);
        out.push_str(" @here");
        copied = end;
    }
    (copied > 0).then(|| out + text.get(copied..).unwrap_or_default())
}

/// Where the last sign stands that is no comment.
fn end_of_code(text: &str) -> usize {
    let (mut end, mut quoted, mut escaped, mut comment) = (0, false, false, false);
    for (at, char) in text.char_indices() {
        match char {
            '\n' => (quoted, escaped, comment) = (false, false, false),
            _ if comment => continue,
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                comment = true;
                continue;
            }
            _ => {}
        }
        if !char.is_whitespace() {
            end = at + char.len_utf8();
        }
    }
    end
}

fn first_line(text: &str) -> u32 {
    text.lines().next().map_or(0, str::len) as u32
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(grammar: Grammar, text: &str) -> (String, String) {
        match Pattern::compile(grammar, text) {
            Ok(_) => panic!("{text} is fine"),
            Err(problem) => (problem.span.of(text).to_owned(), problem.message),
        }
    }

    #[test]
    fn mistakes_are_told_in_words_at_their_place() {
        for (text, place, words) in [
            ("(call_expresion) @here", "call_expresion", "TypeScript has no node `call_expresion`"),
            ("(call_expression callee: (_)) @here", "callee", "TypeScript has no field `callee`"),
            ("(jsx_element) @here", "jsx_element", "TypeScript has no node `jsx_element`"),
            ("((identifier) @a (#eq? @b \"x\"))", "b", "nothing is captured as `@b`"),
            ("(call_expression (class_declaration)) @here", "(", "no code of TypeScript looks like this"),
            ("(call_expression", "n", "the pattern ends too early: a bracket is missing"),
            ("(identifier))", ")", "this is not how a pattern is written"),
            ("((identifier) @a\n (#match? @a \"(\"))", "(", "`(` is not a regular expression"),
            ("((identifier) @a\n (#eq? @a))", "#eq?", "wrong number of arguments"),
            ("((identifier) @a (#lua-match? @a \"x\"))", "#lua-match?", "`#lua-match?` is not known here"),
            ("((identifier) @a (#set! x \"y\"))", "#set!", "`#set!` is not known here"),
            ("; nothing", "; nothing", "there is no pattern here"),
        ] {
            let (at, message) = told(Grammar::TypeScript, text);
            assert!(message.starts_with(words), "{text}: {message}");
            assert_eq!(at, place, "{text}: {message}");
        }
    }

    #[test]
    fn any_text_is_refused_or_compiled() {
        for text in [
            "",
            "é",
            "(é",
            "\"",
            "\"é",
            "(_ é: (_))",
            "@",
            "#",
            "(#",
            "[",
            "(_)*",
            "\"\\",
            "(identifier é)",
            "((identifier) @é (#eq? @ü \"\"))",
            "\u{0}",
            "(_)\r\n(_)\r\n\r\né",
        ] {
            for grammar in [Grammar::TypeScript, Grammar::Tsx, Grammar::Python] {
                let _ = Pattern::compile(grammar, text);
            }
        }
        let _ = Pattern::compile(Grammar::Python, &"(".repeat(16 << 10));
        // What costs much to check: choices in choices, and repetitions beside each other.
        let refused = |text: &str| Pattern::compile(Grammar::TypeScript, text).err().map(|problem| problem.message).unwrap_or_default();
        for text in [
            format!("[{}]", "(_)".repeat(4_000)),
            format!("(arguments {}) @here", "[(_) (identifier)]* ".repeat(MOST_REPEATS + 1)),
            "(call_expression (arguments (_)*))* ".repeat(MOST_BRACKETS),
        ] {
            assert!(refused(&text).starts_with("this is too much for one rule"), "{text}");
        }
        let texts = format!("((identifier) @here (#any-of? @here {}))", "\"(*\" ".repeat(400));
        assert_eq!(refused(&texts), "", "what stands in texts does not count");
    }

    #[test]
    fn what_may_take_several_items_together_is_known() {
        let spans = |text: &str| Pattern::compile(Grammar::Python, text).unwrap_or_else(|problem| panic!("{text}: {}", problem.message)).spans_items();
        assert!(spans("(module . (expression_statement) @here)"));
        assert!(spans("((import_statement) . (import_statement) @here)"));
        assert!(!spans("(call function: (identifier) @f (#eq? @f \"x\")) @here"));
        assert!(!spans("(import_statement)"));
        assert!(!spans("[(call) (assert_statement)] @here"));
    }
}
