//! Patterns of a project's own rules: tree-sitter queries, compiled for a grammar.

mod problem;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ropey::Rope;
use ropey::iter::Chunks;
use tree_sitter::{CaptureQuantifier, Node, Query, QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator, TextProvider};

pub use problem::PatternProblem;

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

impl Pattern {
    pub fn compile(grammar: Grammar, text: &str) -> Result<Pattern, PatternProblem> {
        let query = compiled(grammar, text)?;
        problem::of_predicates(&query, text)?;
        // Where no `@here` is, the whole match is meant. The cursor only tells of captures, so the capture is added.
        let marked = with_here(&query, text);
        let query = match marked {
            Some(marked) => compiled(grammar, &marked)?,
            None => query,
        };
        let Some(here) = query.capture_index_for_name(HERE) else {
            return Err(PatternProblem { span: Span::new(0, problem::first_line(text)), message: "there is no pattern here".into() });
        };
        let spans_items = (0..query.pattern_count()).any(|at| {
            let root = text.get(query.start_byte_for_pattern(at)..).unwrap_or_default().trim_start_matches(['(', ' ', '\n', '\t', '\r']);
            let is_root = ["program", "module"].iter().any(|root_kind| root.strip_prefix(root_kind).is_some_and(|rest| !rest.starts_with(problem::is_word)));
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
    if let Some(problem) = problem::too_much(text) {
        return Err(problem);
    }
    // The library slices the text where it finds an error, which it does not always find between two characters.
    let made = catch_unwind(AssertUnwindSafe(|| Query::new(&tree_sitter_language(grammar), text)));
    match made {
        Ok(made) => made.map_err(|error| problem::of_error(grammar, text, &error)),
        Err(_) => Err(PatternProblem { span: Span::new(0, problem::first_line(text)), message: "this cannot be read as a pattern".into() }),
    }
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

#[cfg(test)]
mod tests {
    use super::problem::{MOST_BRACKETS, MOST_REPEATS};
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
        // Brackets that must be seen as such, or the library's recursion overflows the stack.
        for before in ["", "\"\\\n\" ", "\"\n\" ", "; \u{0} ", ";\n", "\"\\\"\" ", "\\\" ", "; \"\n"] {
            let _ = Pattern::compile(Grammar::Python, &format!("{before}{}", "(".repeat(16 << 10)));
        }
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
