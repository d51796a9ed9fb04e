//! What patterns match in a document. An edit costs what the item around it costs: the matches of the others are remembered.

use std::sync::{Arc, OnceLock, Weak};

use rustc_hash::FxHashMap;

use super::document::{Document, Pieces};
use super::parse::Parsed;
use super::pattern::{Pattern, PatternMatch};
use super::pieces::{Part, Piece};

/// The parse of one text, done or not yet.
type Parse = OnceLock<Option<Pieces>>;

/// What was matched in one file when it was last looked at, by the same patterns.
///
/// It knows texts and pieces without holding them: their trees are large, and given up when nobody works on them.
#[derive(Default)]
pub struct PatternMemory {
    /// The text that was looked at, and all its matches.
    last: Option<(Weak<Parse>, Arc<[PatternMatch]>)>,
    /// Of each piece, in places of its own.
    pieces: Vec<(Weak<Part>, Arc<[PatternMatch]>)>,
}

impl Document {
    /// What the patterns match, in order of place. A pattern looks into one top-level item at a time, unless it can only be
    /// meant to take several together: then it is asked of the whole text. Patterns of another grammar match nothing.
    pub fn matches(&self, patterns: &[&Pattern], memory: &mut PatternMemory) -> Arc<[PatternMatch]> {
        if let Some((_, known)) = memory.last.as_ref().filter(|(text, _)| text.as_ptr() == Arc::as_ptr(&self.parsed)) {
            return Arc::clone(known);
        }
        let mut found = Vec::new();
        if let Some(pieces) = self.pieces() {
            self.in_items(pieces, patterns, memory, &mut found);
            self.in_whole(pieces, patterns, &mut found);
        }
        found.sort_by(|a, b| (a.span, a.pattern, &a.captures).cmp(&(b.span, b.pattern, &b.captures)));
        found.dedup_by(|a, b| a.span == b.span && a.pattern == b.pattern);
        let found: Arc<[PatternMatch]> = found.into();
        memory.last = Some((Arc::downgrade(&self.parsed), Arc::clone(&found)));
        found
    }

    fn in_items(&self, pieces: &Pieces, patterns: &[&Pattern], memory: &mut PatternMemory, out: &mut Vec<PatternMatch>) {
        let known: FxHashMap<*const Part, Arc<[PatternMatch]>> = memory.pieces.iter().map(|(part, found)| (part.as_ptr(), Arc::clone(found))).collect();
        // What is forgotten here is held until the end, so that no new piece is taken for it.
        let _before = std::mem::take(&mut memory.pieces);
        let local: Vec<(usize, &Pattern)> = self.fitting(patterns).filter(|(_, pattern)| !pattern.spans_items()).collect();
        if local.is_empty() {
            return;
        }
        let is_known = |piece: &Piece| known.contains_key(&Arc::as_ptr(&piece.part));
        // Of a text that was parsed as a whole the pieces have no trees of their own yet.
        let mut whole = pieces.whole.as_ref().filter(|_| !pieces.list.iter().all(is_known)).map(|whole| self.by_piece(whole, pieces, &local).into_iter());
        for piece in &pieces.list {
            let found: Arc<[PatternMatch]> = match (&mut whole, known.get(&Arc::as_ptr(&piece.part))) {
                (Some(whole), _) => whole.next().unwrap_or_default().into(),
                (None, Some(known)) => Arc::clone(known),
                (None, None) => self.in_piece(piece, &local).into(),
            };
            out.extend(found.iter().map(|found| found.shifted(piece.start)));
            memory.pieces.push((Arc::downgrade(&piece.part), found));
        }
    }

    /// The matches of each piece, found in the tree of the whole.
    fn by_piece(&self, whole: &Parsed, pieces: &Pieces, patterns: &[(usize, &Pattern)]) -> Vec<Vec<PatternMatch>> {
        let mut all = Vec::new();
        for (number, pattern) in patterns {
            pattern.matches(*number, whole, self.code(), 0, &mut all);
        }
        let mut found: Vec<Vec<PatternMatch>> = vec![Vec::new(); pieces.list.len()];
        for one in all {
            let hull = one.hull();
            let at = pieces.list.partition_point(|piece| piece.start <= hull.start);
            let Some(at) = at.checked_sub(1) else { continue };
            if let (Some(piece), Some(found)) = (pieces.list.get(at).filter(|piece| hull.end <= piece.end()), found.get_mut(at)) {
                found.push(one.relative_to(piece.start));
            }
        }
        found
    }

    fn in_piece(&self, piece: &Piece, patterns: &[(usize, &Pattern)]) -> Vec<PatternMatch> {
        let Some(parsed) = piece.tree(self.code_language(), self.code()) else { return Vec::new() };
        let mut found = Vec::new();
        for (number, pattern) in patterns {
            pattern.matches(*number, parsed, self.code(), piece.start, &mut found);
        }
        found.iter().map(|found| found.relative_to(piece.start)).collect()
    }

    fn in_whole(&self, pieces: &Pieces, patterns: &[&Pattern], out: &mut Vec<PatternMatch>) {
        let mut wide = self.fitting(patterns).filter(|(_, pattern)| pattern.spans_items()).peekable();
        if wide.peek().is_none() {
            return;
        }
        let own = pieces.whole.is_none().then(|| Parsed::of(self.code_language(), self.code().slice(..), None)).flatten();
        let Some(whole) = pieces.whole.as_ref().or(own.as_ref()) else { return };
        for (number, pattern) in wide {
            pattern.matches(number, whole, self.code(), 0, out);
        }
    }

    fn fitting<'p>(&self, patterns: &[&'p Pattern]) -> impl Iterator<Item = (usize, &'p Pattern)> {
        let grammar = self.grammar();
        patterns.iter().copied().enumerate().filter(move |(_, pattern)| Some(pattern.grammar()) == grammar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;
    use crate::text::{Change, Encoding, FileId, Span, position};

    fn pattern(text: &str) -> Pattern {
        Pattern::compile(Language::TypeScript.grammar().expect("a grammar"), text).unwrap_or_else(|problem| panic!("{text}: {}", problem.message))
    }

    fn document(text: &str) -> Document {
        Document::new(FileId::new("/a.ts"), Language::TypeScript, 1, text)
    }

    fn found(text: &str, query: &str) -> Vec<String> {
        let pattern = pattern(query);
        let matches = document(text).matches(&[&pattern], &mut PatternMemory::default());
        let one = |found: &PatternMatch| {
            let captures = found.captures.iter().map(|(name, span)| format!(" {name}={}", span.of(text)));
            format!("{}{}", found.span.of(text), captures.collect::<String>())
        };
        matches.iter().map(one).collect()
    }

    #[test]
    fn a_match_has_a_place_and_captures() {
        let text = "eval(é);\nfunction f() { return eval(`x`, 2); }\neval;\n";
        let query = "((call_expression function: (identifier) @f arguments: (arguments . (_) @code)) @here (#eq? @f \"eval\"))";
        assert_eq!(found(text, query), ["eval(é) f=eval code=é", "eval(`x`, 2) f=eval code=`x`"]);
        assert_eq!(found(text, "(call_expression function: (identifier) (arguments) @a)"), ["eval(é) a=(é)", "eval(`x`, 2) a=(`x`, 2)"]);
        assert_eq!(found("f(1, 2)", "(arguments [(number) \",\"]+ @n) @here"), ["(1, 2) n=1, 2"]);
        assert_eq!(found("a; b; c", "((identifier) @here (#not-any-of? @here \"a\" \"c\"))"), ["b"]);
        assert_eq!(found("ab; b", "((identifier) @here (#not-match? @here \"^a\"))"), ["b"]);
        assert_eq!(found("a(); b", "(call_expression) ; one\n (number) ; two\n"), ["a()"]);
    }

    #[test]
    fn patterns_over_several_items_see_the_whole() {
        let text = "import a from \"a\";\nimport b from \"b\";\n";
        assert_eq!(found(text, "((import_statement) @first . (import_statement) @here)").len(), 1);
        assert_eq!(found(text, "(program . (import_statement) @here)"), ["import a from \"a\";"]);
    }

    /// Whatever was edited, what is remembered says the same as a fresh look.
    #[test]
    fn memory_says_what_a_fresh_look_says() {
        let patterns = [pattern("(call_expression (arguments (_) @a)) @here"), pattern("(program . (_) @here)"), pattern("(number)"), pattern("(ERROR) @here")];
        let patterns: Vec<&Pattern> = patterns.iter().collect();
        let mut memory = PatternMemory::default();
        let mut now = document("f(1);\n\nfunction g() {\n  return f(2, g(3));\n}\n\nconst é = f(4);\n");
        let snippets = ["f(5);", "\n", "(", ")", "{", "}", "x", "", "`", "// ", "\n\nf(6)\n"];
        for step in 0..300usize {
            let len = now.rope().len_bytes();
            let text = now.text();
            let at = (0..=len).rev().find(|at| *at <= step * 7919 % (len + 1) && text.is_char_boundary(*at)).unwrap_or(0);
            let end = (at..=(at + step % 5).min(len)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
            let range = position::range(now.rope(), Span::from(at..end), Encoding::Utf8);
            let change = Change { range: Some(range), text: snippets[step % snippets.len()].to_owned() };
            now = now.edited(step as i32 + 2, &[change], Encoding::Utf8);
            if step % 4 == 3 {
                now = now.settled();
            }
            let fresh = now.matches(&patterns, &mut PatternMemory::default());
            assert_eq!(now.matches(&patterns, &mut memory), fresh, "{}", now.text());
            assert_eq!(now.matches(&patterns, &mut memory), fresh);
        }
    }

    #[test]
    fn hostile_code_and_patterns_come_to_an_end() {
        let text = "f(".repeat(3_000);
        let long = format!("[{}];", "f(1, 2, 3),".repeat(4_000));
        for query in ["(_ (_ (_ (_) @a) @b) @c) @here", "(_ (_)* @a (_)* @b (_)* @here)", "(arguments (_) @a (_) @b (_)* @c) @here"] {
            found(&text, query);
            found(&long, query);
        }
    }
}
