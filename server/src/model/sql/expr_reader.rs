//! Reads expressions.

use super::condition::condition;
use super::reader::Reader;
use super::token::TokenKind;
use super::{Condition, Expr, ExprKind, HolePosition, Op, Placeholder};
use crate::text::Name;

impl Reader<'_> {
    /// An expression as a condition.
    pub fn condition(&mut self) -> Condition {
        let expr = self.expr();
        condition(expr, &mut self.holes)
    }

    pub fn expr(&mut self) -> Expr {
        let start = self.here();
        self.deeper(|reader| reader.chain("or", Reader::conjunction, ExprKind::Or)).unwrap_or_else(|| self.unread(start))
    }

    pub fn unread(&self, start: u32) -> Expr {
        Expr { span: self.since(start), kind: ExprKind::Other(Vec::new()) }
    }

    fn conjunction(&mut self) -> Expr {
        self.chain("and", Reader::negation, ExprKind::And)
    }

    /// `a word b word c` as one node.
    fn chain(&mut self, word: &str, part: fn(&mut Self) -> Expr, join: fn(Vec<Expr>) -> ExprKind) -> Expr {
        let start = self.here();
        let first = part(self);
        if !self.is_word(word) {
            return first;
        }
        let mut parts = vec![first];
        while self.eat(word) {
            parts.push(part(self));
        }
        Expr { span: self.since(start), kind: join(parts) }
    }

    fn negation(&mut self) -> Expr {
        let start = self.here();
        if !self.is_word("not") {
            return self.comparison();
        }
        self.next();
        let inner = self.deeper(Reader::negation).unwrap_or_else(|| self.unread(start));
        Expr { span: self.since(start), kind: ExprKind::Not(Box::new(inner)) }
    }

    fn comparison(&mut self) -> Expr {
        let start = self.here();
        let left = self.operand();
        let Some((op, right)) = self.comparison_rest() else { return left };
        let compare = Expr { span: self.since(start), kind: ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) } };
        // `a = b = c` and the like: read on, but do not pretend to understand it.
        let mut parts = Vec::new();
        while let Some((op, right)) = self.comparison_rest() {
            if matches!((op, &right.kind), (Op::IsNull | Op::IsNotNull, _)) && parts.is_empty() {
                continue;
            }
            parts.push(right);
        }
        if parts.is_empty() {
            return compare;
        }
        parts.insert(0, compare);
        Expr { span: self.since(start), kind: ExprKind::Other(parts) }
    }

    fn comparison_rest(&mut self) -> Option<(Op, Expr)> {
        let start = self.here();
        if let TokenKind::Symbol(symbol) = self.peek()?.kind {
            let op = match symbol {
                "=" | "==" => Op::Eq,
                "<>" | "!=" => Op::Ne,
                "<" => Op::Lt,
                "<=" => Op::Le,
                ">" => Op::Gt,
                ">=" => Op::Ge,
                "~~" | "~~*" => Op::Like,
                "~" | "~*" | "!~" | "!~*" | "!~~" | "!~~*" | "@>" | "<@" | "@@" | "&&" | "?|" | "?&" | "?" | "=>" | ":=" => Op::Other,
                _ => return None,
            };
            self.next();
            if self.eat_any(&["any", "all", "some"]) {
                let right = self.membership();
                return Some((if op == Op::Eq { Op::In } else { Op::Other }, right));
            }
            return Some((op, self.operand()));
        }
        if self.eat_any(&["isnull", "notnull"]) {
            return Some((Op::Other, self.unread(start)));
        }
        if self.eat("is") {
            return Some(self.is_what(start));
        }
        let not = self.is_word("not");
        if not && !["in", "like", "ilike", "between", "similar", "regexp", "rlike", "glob", "match"].iter().any(|word| self.are_words(&["not", word])) {
            return None;
        }
        self.eat_if(not);
        if self.eat("in") {
            return Some((if not { Op::NotIn } else { Op::In }, self.membership()));
        }
        if self.eat_any(&["like", "ilike"]) {
            let right = self.operand();
            if self.eat("escape") {
                self.operand();
            }
            return Some((if not { Op::Other } else { Op::Like }, right));
        }
        if self.eat("between") {
            let low = self.operand();
            let high = if self.eat("and") { self.operand() } else { self.unread(start) };
            return Some((Op::Other, Expr { span: self.since(start), kind: ExprKind::List(vec![low, high]) }));
        }
        if self.eat_any(&["similar", "regexp", "rlike", "glob", "match"]) {
            self.eat("to");
            return Some((Op::Other, self.operand()));
        }
        None
    }

    fn eat_if(&mut self, is: bool) {
        if is {
            self.next();
        }
    }

    /// After `is`.
    fn is_what(&mut self, start: u32) -> (Op, Expr) {
        let not = self.eat("not");
        let null = |reader: &Self| Expr { span: reader.since(start), kind: ExprKind::Null };
        if self.eat_any(&["null", "unknown"]) {
            return (if not { Op::IsNotNull } else { Op::IsNull }, null(self));
        }
        if self.eat_all(&["distinct", "from"]) {
            return (if not { Op::Eq } else { Op::Ne }, self.operand());
        }
        (if not { Op::Ne } else { Op::Eq }, self.operand())
    }

    /// What follows `in` or `any`: a list, a query, a value that is a list.
    fn membership(&mut self) -> Expr {
        let start = self.here();
        if !self.is_symbol("(") {
            let value = self.operand();
            self.note_list(&value);
            return value;
        }
        let value = self.parenthesized(start);
        match value.kind {
            ExprKind::Query(_) | ExprKind::List(_) | ExprKind::Placeholder(_) | ExprKind::Column(_) => {
                self.note_list(&value);
                value
            }
            _ => Expr { span: value.span, kind: ExprKind::List(vec![value]) },
        }
    }

    fn note_list(&mut self, value: &Expr) {
        if let Some(Placeholder::Hole(hole)) = value.placeholder() {
            self.note(*hole, HolePosition::List);
        }
    }

    /// Arithmetic and concatenation, all of one strength: only comparisons and junctions matter here.
    pub fn operand(&mut self) -> Expr {
        let start = self.here();
        let first = self.postfix();
        let mut parts = Vec::new();
        while let Some(TokenKind::Symbol("+" | "-" | "*" | "/" | "%" | "^" | "||" | "&" | "|" | "#" | "<<" | ">>" | "<->")) = self.peek().map(|t| t.kind) {
            self.next();
            parts.push(self.postfix());
        }
        if parts.is_empty() {
            return first;
        }
        parts.insert(0, first);
        Expr { span: self.since(start), kind: ExprKind::Other(parts) }
    }

    /// A primary with casts, JSON steps, subscripts, collations.
    fn postfix(&mut self) -> Expr {
        let start = self.here();
        let mut base = self.deeper(Reader::primary).unwrap_or_else(|| self.unread(start));
        let mut keys = Vec::new();
        loop {
            if self.eat_symbol("::") {
                self.type_name();
            } else if matches!(self.peek().map(|t| t.kind), Some(TokenKind::Symbol("->" | "->>" | "#>" | "#>>"))) {
                self.next();
                let key = self.deeper(Reader::primary).unwrap_or_else(|| self.unread(start));
                keys.push(constant_key(&key));
            } else if self.is_symbol("[") {
                let inside = self.peek_nth(1).filter(|token| token.kind == TokenKind::Text && self.is_symbol_at(2, "]"));
                keys.push(inside.map(|token| token.value(self.text)).unwrap_or_default());
                self.skip_one();
            } else if self.eat_all(&["at", "time", "zone"]) {
                self.deeper(Reader::primary);
            } else if self.eat("collate") {
                self.object_name();
            } else {
                break;
            }
        }
        if !keys.is_empty() {
            base = Expr { span: self.since(start), kind: ExprKind::Path { base: Box::new(base), keys } };
        }
        base
    }

    /// A type: `uuid`, `varchar(20)`, `double precision`, `timestamp(3) with time zone`, `int[]`. Its text in lower case.
    pub fn type_name(&mut self) -> Name {
        let start = self.here();
        let Some(first) = self.object_name() else { return Name::default() };
        if first.name.eq_ignore_ascii_case("double") {
            self.eat("precision");
        }
        self.eat_any(&["varying", "unsigned"]);
        if self.is_symbol("(") {
            self.skip_one();
        }
        let _ = self.eat_all(&["with", "time", "zone"]) || self.eat_all(&["without", "time", "zone"]);
        self.eat_any(&["unsigned", "signed"]);
        while self.is_symbol("[") {
            self.skip_one();
        }
        self.eat("array");
        Name::from(self.since(start).of(self.text).to_ascii_lowercase())
    }
}

fn constant_key(key: &Expr) -> Name {
    match &key.kind {
        ExprKind::Text { value, holes } if holes.is_empty() => Name::from(value.trim_matches(['{', '}'])),
        ExprKind::Number(number) => number.clone(),
        _ => Name::default(),
    }
}
