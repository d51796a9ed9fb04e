//! Reads the smallest parts of expressions: names, calls, literals, placeholders, parentheses.

use super::reader::Reader;
use super::token::TokenKind;
use super::{ColumnRef, Expr, ExprKind, HolePosition, Placeholder, Query};
use crate::text::{Name, Span};

/// Words that end an expression: none of them can be a column without quotes where one is expected.
const ENDS: [&str; 40] = [
    "from",
    "where",
    "group",
    "order",
    "having",
    "limit",
    "offset",
    "fetch",
    "union",
    "intersect",
    "except",
    "returning",
    "on",
    "using",
    "then",
    "when",
    "else",
    "end",
    "as",
    "set",
    "values",
    "into",
    "for",
    "window",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "and",
    "or",
    "asc",
    "desc",
    "with",
    "between",
    "in",
    "like",
    "is",
    "natural",
];

impl Reader<'_> {
    pub fn parenthesized(&mut self, start: u32) -> Expr {
        self.eat_symbol("(");
        if self.is_query_start() {
            let query = self.deeper(Reader::query).flatten();
            self.close();
            return match query {
                Some(query) => scalar(query, self.since(start)),
                None => self.unread(start),
            };
        }
        let mut items = Vec::new();
        while !self.is_done() && !self.is_symbol(")") {
            items.push(self.expr());
            self.skip_to_comma();
            self.eat_symbol(",");
        }
        self.eat_symbol(")");
        match items.len() {
            1 => items.pop().unwrap_or_else(|| self.unread(start)),
            _ => Expr { span: self.since(start), kind: ExprKind::List(items) },
        }
    }

    /// `(select`, `((select`: only as far as needed to tell a query from an expression.
    pub fn is_query_start(&self) -> bool {
        self.is_any_word(&["select", "with", "values"])
    }

    /// To the closing parenthesis of this level, and past it.
    pub fn close(&mut self) {
        while !self.is_done() && !self.is_symbol(")") {
            self.skip_one();
        }
        self.eat_symbol(")");
    }

    pub fn primary(&mut self) -> Expr {
        let start = self.here();
        let Some(token) = self.peek().copied() else { return self.unread(start) };
        let placeholder = |placeholder| Expr { span: token.span, kind: ExprKind::Placeholder(placeholder) };
        match token.kind {
            TokenKind::Symbol("(") => return self.parenthesized(start),
            TokenKind::Symbol("-" | "+" | "~" | "!") => {
                self.next();
                let inner = self.deeper(Reader::primary).unwrap_or_else(|| self.unread(start));
                return if inner.is_constant() {
                    Expr { span: self.since(start), ..inner }
                } else {
                    Expr { span: self.since(start), kind: ExprKind::Other(vec![inner]) }
                };
            }
            TokenKind::Symbol("*") => {
                self.next();
                return Expr { span: token.span, kind: ExprKind::Star };
            }
            TokenKind::Symbol("[") if !self.is_symbol_at(2, "]") => {
                self.skip_one();
                return self.unread(start);
            }
            TokenKind::Symbol("," | ")" | ";") => return self.unread(start),
            TokenKind::Number => {
                self.next();
                return Expr { span: token.span, kind: ExprKind::Number(Name::from(token.span.of(self.text))) };
            }
            TokenKind::Text => {
                self.next();
                let holes = self.note_inside(token.span, |literal, alone| HolePosition::Quoted { literal, quote: '\'', alone });
                return Expr { span: token.span, kind: ExprKind::Text { value: token.value(self.text), holes } };
            }
            TokenKind::Quoted if !self.is_symbol_at(1, ".") && token.span.of(self.text).starts_with('"') => {
                let holes = self.note_inside(token.span, |literal, alone| HolePosition::Quoted { literal, quote: '"', alone });
                if !holes.is_empty() {
                    self.next();
                    return Expr { span: token.span, kind: ExprKind::Text { value: token.value(self.text), holes } };
                }
            }
            TokenKind::Numbered(number) => {
                self.next();
                return placeholder(Placeholder::Numbered(number));
            }
            TokenKind::Positional(ordinal) => {
                self.next();
                return placeholder(Placeholder::Positional(ordinal));
            }
            TokenKind::Named => {
                self.next();
                return placeholder(Placeholder::Named(token.value(self.text)));
            }
            TokenKind::NumberHole(hole) => {
                self.next();
                self.note(hole, HolePosition::PlaceholderNumber);
                return placeholder(Placeholder::Hole(hole));
            }
            TokenKind::Hole(hole) if !self.is_symbol_at(1, ".") => {
                self.next();
                self.note(hole, HolePosition::Value);
                return placeholder(Placeholder::Hole(hole));
            }
            TokenKind::Word if ENDS.iter().any(|word| self.is_word(word)) && !(self.is_symbol_at(1, ".") || self.is_call(&["left", "right", "values"])) => {
                return self.unread(start);
            }
            TokenKind::Word if self.is_query_start() && !self.is_symbol_at(1, ".") => return self.unread(start),
            TokenKind::Dollar | TokenKind::Symbol(_) if !self.is_symbol("[") => {
                self.next();
                return self.unread(start);
            }
            _ => {}
        }
        self.name_or_call(start)
    }

    fn is_call(&self, words: &[&str]) -> bool {
        self.is_any_word(words) && self.is_symbol_at(1, "(")
    }

    fn name_or_call(&mut self, start: u32) -> Expr {
        if let Some(expr) = self.keyword_expr(start) {
            return expr;
        }
        let Some((mut name, _)) = self.name() else {
            self.next();
            return self.unread(start);
        };
        let mut table: Option<Name> = None;
        while self.eat_symbol(".") {
            if self.eat_symbol("*") {
                return Expr { span: self.since(start), kind: ExprKind::Star };
            }
            let Some((next, _)) = self.name() else { break };
            let before = std::mem::replace(&mut name, next);
            table = Some(before);
        }
        if self.is_symbol("(") {
            let name = match table {
                Some(schema) => Name::from(format!("{schema}.{name}").to_ascii_lowercase()),
                None => Name::from(name.to_ascii_lowercase()),
            };
            return self.call(name, start);
        }
        // `date '2024-01-01'`, `interval '1 day'`: a typed literal.
        if table.is_none() && self.peek().is_some_and(|token| token.kind == TokenKind::Text) && !self.is_symbol_at(1, ".") {
            let inner = self.primary();
            return Expr { span: self.since(start), ..inner };
        }
        let span = self.since(start);
        Expr { span, kind: ExprKind::Column(ColumnRef { table, name, span }) }
    }

    fn call(&mut self, name: Name, start: u32) -> Expr {
        self.eat_symbol("(");
        let mut args = Vec::new();
        while !self.is_done() && !self.is_symbol(")") {
            self.eat_any(&["distinct", "all", "both", "leading", "trailing", "variadic"]);
            if self.is_query_start() {
                let from = self.here();
                if let Some(query) = self.deeper(Reader::query).flatten() {
                    args.push(scalar(query, self.since(from)));
                }
            } else {
                args.push(self.expr());
            }
            self.skip_to_comma();
            self.eat_symbol(",");
        }
        self.eat_symbol(")");
        while (self.is_any_word(&["filter", "over"]) && self.is_symbol_at(1, "(")) || self.eat_all(&["within", "group"]) {
            self.eat_any(&["filter", "over"]);
            self.skip_one();
        }
        Expr { span: self.since(start), kind: ExprKind::Call { name, args } }
    }

    /// The words that are not names.
    fn keyword_expr(&mut self, start: u32) -> Option<Expr> {
        let simple = |reader: &mut Self, kind| {
            reader.next();
            Some(Expr { span: reader.since(start), kind })
        };
        if self.is_symbol_at(1, ".") || self.peek().is_none_or(|token| token.kind != TokenKind::Word) {
            return None;
        }
        if self.is_word("null") {
            return simple(self, ExprKind::Null);
        }
        if self.is_any_word(&["true", "false"]) {
            let value = self.is_word("true");
            return simple(self, ExprKind::Bool(value));
        }
        if self.is_any_word(&["current_user", "session_user", "current_role", "user"]) && !self.is_symbol_at(1, "(") {
            let is_function = !self.is_word("user");
            let name = Name::from(self.peek()?.span.of(self.text).to_ascii_lowercase());
            return if is_function { simple(self, ExprKind::Call { name, args: Vec::new() }) } else { None };
        }
        if self.is_word("exists") && self.is_symbol_at(1, "(") {
            self.next();
            self.eat_symbol("(");
            let query = self.deeper(Reader::query).flatten();
            self.close();
            let kind = query.map_or(ExprKind::Other(Vec::new()), |query| ExprKind::Exists(Box::new(query)));
            return Some(Expr { span: self.since(start), kind });
        }
        if self.is_any_word(&["cast", "try_cast"]) && self.is_symbol_at(1, "(") {
            self.next();
            self.eat_symbol("(");
            let inner = self.expr();
            self.close();
            return Some(Expr { span: self.since(start), ..inner });
        }
        if self.is_any_word(&["array", "row"]) && (self.is_symbol_at(1, "[") || self.is_symbol_at(1, "(")) {
            self.next();
            return Some(self.array(start));
        }
        self.is_word("case").then(|| self.case(start))
    }

    fn array(&mut self, start: u32) -> Expr {
        if self.is_symbol("(") {
            return self.parenthesized(start);
        }
        self.eat_symbol("[");
        let mut items = Vec::new();
        while !self.is_done() && !self.is_symbol("]") && !self.is_symbol(")") {
            let before = self.position();
            items.push(self.expr());
            if !self.eat_symbol(",") && self.position() == before {
                self.next();
            }
        }
        self.eat_symbol("]");
        Expr { span: self.since(start), kind: ExprKind::List(items) }
    }

    fn case(&mut self, start: u32) -> Expr {
        self.next();
        let mut parts = Vec::new();
        while !self.is_done() && !self.is_symbol(")") && !self.eat("end") {
            let before = self.position();
            if !self.eat_any(&["when", "then", "else"]) {
                parts.push(self.expr());
            }
            if self.position() == before {
                self.next();
            }
        }
        Expr { span: self.since(start), kind: ExprKind::Other(parts) }
    }
}

/// `(select auth.uid())` is the value it selects; a query over a table stays one.
fn scalar(mut query: Query, span: Span) -> Expr {
    match query.columns.pop() {
        Some(item) if query.columns.is_empty() && query.is_table_free() => Expr { span, ..item.expr },
        last => {
            query.columns.extend(last);
            Expr { span, kind: ExprKind::Query(Box::new(query)) }
        }
    }
}
