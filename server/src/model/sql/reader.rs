//! A cursor over the tokens of one statement.

use super::pieces::holes_in;
use super::token::{Token, TokenKind};
use super::{HolePosition, ObjectName};
use crate::text::{Name, Span};

/// Nesting beyond this is passed over without being understood.
pub(super) const MAX_DEPTH: u32 = 64;

pub(super) struct Reader<'t> {
    pub text: &'t str,
    tokens: &'t [Token],
    at: usize,
    pub depth: u32,
    /// Where the substitutions are, and what each of them stands for as far as it is known.
    hole_offsets: &'t [u32],
    pub holes: Vec<HolePosition>,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str, tokens: &'t [Token], hole_offsets: &'t [u32]) -> Self {
        let holes = vec![HolePosition::Unknown; hole_offsets.len()];
        Reader { text, tokens, at: 0, depth: 0, hole_offsets, holes }
    }

    pub fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    pub fn peek_nth(&self, n: usize) -> Option<&'t Token> {
        self.tokens.get(self.at + n)
    }

    pub fn next(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// How many tokens have been read: to see whether something moved on.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Where the next token begins, or the last one ended.
    pub fn here(&self) -> u32 {
        self.peek().map_or_else(|| self.tokens.last().map_or(0, |token| token.span.end), |token| token.span.start)
    }

    /// From `start` to the end of the last token that was read.
    pub fn since(&self, start: u32) -> Span {
        let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.span.end);
        Span::new(start, end.max(start))
    }

    fn is_word_at(&self, n: usize, word: &str) -> bool {
        self.peek_nth(n).is_some_and(|token| token.kind == TokenKind::Word && token.span.of(self.text).eq_ignore_ascii_case(word))
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// The next words are these.
    pub fn are_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.is_word_at(n, word))
    }

    pub fn is_any_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.is_symbol_at(0, symbol)
    }

    pub fn is_symbol_at(&self, n: usize, symbol: &str) -> bool {
        self.peek_nth(n).is_some_and(|token| matches!(token.kind, TokenKind::Symbol(is) if is == symbol))
    }

    pub fn eat(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.at += usize::from(is);
        is
    }

    /// Eats the words if all of them stand here.
    pub fn eat_all(&mut self, words: &[&str]) -> bool {
        let are = self.are_words(words);
        self.at += if are { words.len() } else { 0 };
        are
    }

    pub fn eat_any(&mut self, words: &[&str]) -> bool {
        let is = self.is_any_word(words);
        self.at += usize::from(is);
        is
    }

    pub fn eat_symbol(&mut self, symbol: &str) -> bool {
        let is = self.is_symbol(symbol);
        self.at += usize::from(is);
        is
    }

    /// `if exists`, `if not exists`.
    pub fn eat_if_exists(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"]) || self.eat_all(&["if", "exists"])
    }

    /// One identifier: a word, a quoted name, `[name]`, or a hole, which then is noted as one.
    pub fn name(&mut self) -> Option<(Name, Span)> {
        let token = *self.peek()?;
        let found = match token.kind {
            TokenKind::Word | TokenKind::Quoted => {
                self.note_inside(token.span, |_, _| HolePosition::Identifier);
                (token.value(self.text), token.span)
            }
            // Old SQLite and MySQL take a string where a name is meant.
            TokenKind::Text => (token.value(self.text), token.span),
            TokenKind::Hole(hole) => {
                self.note(hole, HolePosition::Identifier);
                (Name::default(), token.span)
            }
            TokenKind::Symbol("[") => {
                let close = (2..6).find(|n| self.is_symbol_at(*n, "]"))?;
                let span = Span::new(token.span.start, self.peek_nth(close)?.span.end);
                self.at += close + 1;
                let inner = span.of(self.text).trim_matches(['[', ']']);
                return Some((Name::from(inner), span));
            }
            _ => return None,
        };
        self.at += 1;
        // `logs_${year}`: a hole glued to a name is part of it.
        let mut span = found.1;
        while let Some(Token { kind: TokenKind::Hole(hole), adjacent: true, span: glued, .. }) = self.peek().copied() {
            self.note(hole, HolePosition::Identifier);
            self.at += 1;
            span.end = glued.end;
            if let Some(Token { kind: TokenKind::Word, adjacent: true, span: glued, .. }) = self.peek() {
                span.end = glued.end;
                self.at += 1;
            }
        }
        Some((if span == found.1 { found.0 } else { Name::default() }, span))
    }

    /// `schema.name`; of more parts the last two count.
    pub fn object_name(&mut self) -> Option<ObjectName> {
        let (mut name, mut span) = self.name()?;
        let mut schema = None;
        while self.is_symbol(".") {
            self.at += 1;
            let Some((next, next_span)) = self.name() else { break };
            schema = Some(std::mem::replace(&mut name, next));
            span.end = next_span.end;
        }
        Some(ObjectName { schema, name, span })
    }

    /// Names between commas.
    pub fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some((name, _)) = self.name() {
            names.push(name);
            if !self.eat_symbol(",") {
                break;
            }
        }
        names
    }

    /// `(a, b desc, lower(c))`: the names that stand alone or first in their place. Nothing if there is no parenthesis.
    pub fn name_list(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        if !self.eat_symbol("(") {
            return names;
        }
        while !self.is_done() && !self.is_symbol(")") {
            match self.name() {
                Some((name, _)) if !self.is_symbol("(") => names.push(name),
                _ => {}
            }
            self.skip_to_comma();
            self.eat_symbol(",");
        }
        self.eat_symbol(")");
        names
    }

    /// To the next comma or closing parenthesis of this level.
    pub fn skip_to_comma(&mut self) {
        while !self.is_done() && !self.is_symbol(",") && !self.is_symbol(")") {
            self.skip_one();
        }
    }

    /// The next token, with everything up to its partner if it opens a parenthesis.
    pub fn skip_one(&mut self) {
        let mut open = 0usize;
        while let Some(token) = self.next() {
            match token.kind {
                TokenKind::Symbol("(" | "[") => open += 1,
                TokenKind::Symbol(")" | "]") => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    /// Runs `read` one level deeper, or passes over the next token (and its parentheses) if that is too deep.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.skip_one();
            return None;
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        Some(out)
    }

    pub fn note(&mut self, hole: u32, position: HolePosition) {
        if let Some(known) = self.holes.get_mut(hole as usize) {
            *known = position;
        }
    }

    /// Notes the position of all holes inside a span.
    pub fn note_inside(&mut self, span: Span, position: impl Fn(Span, bool) -> HolePosition) -> Vec<u32> {
        let inside = holes_in(self.hole_offsets, span);
        let alone = inside.len() == 1 && span.len() == 3;
        inside.clone().for_each(|hole| self.note(hole, position(span, alone)));
        inside.collect()
    }
}
