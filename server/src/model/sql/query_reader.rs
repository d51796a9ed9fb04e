//! Reads queries: what stands before and after their kernel, and SELECT.

use super::query::{JoinKind, Query, QueryKind, SelectItem, TableRef};
use super::reader::Reader;
use super::token::{Token, TokenKind};
use super::{Condition, HolePosition, ObjectName, Placeholder};
use crate::text::Name;

/// Words that begin the next clause, and so are no alias.
const CLAUSES: [&str; 34] = [
    "from",
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "intersect",
    "except",
    "returning",
    "on",
    "using",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "set",
    "values",
    "select",
    "into",
    "default",
    "with",
    "tablesample",
    "lateral",
    "when",
    "straight_join",
    "as",
];

impl Reader<'_> {
    /// A query, with what stands before and after it: `with`, `union`. `None` if no query begins here.
    pub fn query(&mut self) -> Option<Query> {
        let start = self.here();
        let with = self.with_clause();
        let mut query = self.query_body()?;
        query.with = with;
        while self.eat_any(&["union", "intersect", "except", "minus"]) {
            self.eat_any(&["all", "distinct"]);
            let parenthesized = self.eat_symbol("(");
            match self.deeper(Reader::query_body).flatten() {
                Some(other) => query.also.push(other),
                None => break,
            }
            if parenthesized {
                self.close();
            }
        }
        self.tail(&mut query);
        query.span = self.since(start);
        Some(query)
    }

    fn with_clause(&mut self) -> Vec<(Name, Query)> {
        let mut with = Vec::new();
        if !self.eat("with") {
            return with;
        }
        self.eat("recursive");
        while let Some((name, _)) = self.name() {
            if self.is_symbol("(") {
                self.skip_one();
            }
            if !self.eat("as") {
                break;
            }
            let _ = self.eat("materialized") || self.eat_all(&["not", "materialized"]);
            if !self.eat_symbol("(") {
                break;
            }
            if let Some(query) = self.deeper(Reader::query).flatten() {
                with.push((name, query));
            }
            self.close();
            if !self.eat_symbol(",") {
                break;
            }
        }
        with
    }

    fn query_body(&mut self) -> Option<Query> {
        let start = self.here();
        if self.is_symbol("(") {
            self.next();
            let query = self.deeper(Reader::query).flatten();
            self.close();
            return query;
        }
        let mut query = if self.eat("select") {
            self.select()
        } else if self.eat("values") {
            let mut query = Query::new(QueryKind::Select);
            self.value_rows(&mut query);
            query
        } else if self.is_word("insert") || self.is_word("replace") && self.peek_nth(1).is_some_and(|t| t.span.of(self.text).eq_ignore_ascii_case("into")) {
            self.insert()
        } else if self.eat("update") {
            self.update()
        } else if self.eat("delete") {
            self.delete()
        } else if self.eat("truncate") {
            self.truncate()
        } else {
            return None;
        };
        query.span = self.since(start);
        Some(query)
    }

    fn select(&mut self) -> Query {
        let mut query = Query::new(QueryKind::Select);
        if self.eat("distinct") && self.eat("on") && self.is_symbol("(") {
            self.skip_one();
        }
        self.eat("all");
        if self.eat("top") {
            query.limit = Some(self.primary());
        }
        query.columns = self.select_items();
        if self.eat("into") {
            self.object_name();
        }
        if self.eat("from") {
            self.table_refs(&mut query);
        }
        query
    }

    fn select_items(&mut self) -> Vec<SelectItem> {
        let mut items = Vec::new();
        loop {
            let before = self.position();
            let expr = self.expr();
            if let Some(Placeholder::Hole(hole)) = expr.placeholder() {
                self.note(*hole, HolePosition::Identifier);
            }
            let alias = self.alias();
            if self.position() > before {
                items.push(SelectItem { expr, alias });
            }
            if !self.eat_symbol(",") {
                return items;
            }
        }
    }

    /// `as x`, or `x` where no clause begins.
    fn alias(&mut self) -> Option<Name> {
        if self.eat("as") {
            return self.name().map(|(name, _)| name);
        }
        let is_alias = self.peek().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        if !is_alias || self.is_any_word(&CLAUSES) {
            return None;
        }
        self.name().map(|(name, _)| name)
    }

    pub fn table_refs(&mut self, query: &mut Query) {
        let mut join = (!query.tables.is_empty()).then_some(JoinKind::Cross);
        loop {
            if !self.table_ref(query, join) {
                return;
            }
            join = if self.eat_symbol(",") {
                Some(JoinKind::Cross)
            } else if let Some(join) = self.join_words() {
                Some(join)
            } else {
                return;
            };
        }
    }

    fn join_words(&mut self) -> Option<JoinKind> {
        self.eat("natural");
        let kind = if self.eat_any(&["left", "full"]) {
            JoinKind::Outer
        } else if self.eat("cross") {
            JoinKind::Cross
        } else {
            self.eat_any(&["inner", "right"]);
            JoinKind::Inner
        };
        self.eat("outer");
        self.eat_any(&["join", "straight_join"]).then_some(kind)
    }

    fn table_ref(&mut self, query: &mut Query, join: Option<JoinKind>) -> bool {
        let start = self.here();
        self.eat_any(&["only", "lateral"]);
        let mut table = TableRef { name: ObjectName::default(), alias: None, query: None, join, on: Condition::Always, using: Vec::new() };
        if self.is_symbol("(") {
            self.next();
            if self.is_query_start() {
                table.query = self.deeper(Reader::query).flatten().map(Box::new);
            } else {
                // `(a join b on …)`: the tables inside are joined like all others.
                self.deeper(|reader| reader.table_refs(query));
                self.close();
                return true;
            }
            self.close();
        } else if self.is_any_word(&CLAUSES) {
            return false;
        } else {
            let Some(name) = self.object_name() else { return false };
            if self.is_symbol("(") {
                self.skip_one();
                table.name.span = self.since(start);
            } else {
                table.name = name;
            }
        }
        table.alias = self.alias();
        if table.alias.is_some() && self.is_symbol("(") {
            self.skip_one();
        }
        if self.eat("tablesample") {
            self.name();
            self.skip_one();
        }
        if self.eat("on") {
            table.on = self.condition();
        } else if self.is_word("using") && self.is_symbol_at(1, "(") {
            self.next();
            table.using = self.name_list();
        }
        query.tables.push(table);
        true
    }

    /// `where` and what follows it, in whatever order it stands.
    fn tail(&mut self, query: &mut Query) {
        while !self.is_done() && !self.is_symbol(")") && !self.is_symbol(";") {
            let before = self.position();
            if self.eat("where") {
                let filter = self.condition();
                query.filter = match std::mem::replace(&mut query.filter, Condition::Always) {
                    Condition::Always => filter,
                    before => Condition::All(vec![before, filter]),
                };
            } else if self.eat_all(&["group", "by"]) {
                query.group_by = true;
                self.identifiers();
            } else if self.eat_all(&["order", "by"]) {
                self.identifiers();
            } else if self.eat("having") {
                self.condition();
            } else if self.eat("limit") {
                query.limit = Some(self.expr());
                if self.eat_symbol(",") {
                    query.limit = Some(self.expr());
                }
            } else if self.eat("offset") {
                self.expr();
                self.eat_any(&["row", "rows"]);
            } else if self.eat("returning") {
                query.returning = self.select_items();
            } else if self.is_word("on") {
                self.conflict(query);
            } else if self.is_any_word(&["union", "intersect", "except"]) {
                return self.union_after_tail(query);
            }
            if self.position() == before {
                self.unknown();
            }
        }
    }

    /// `… where a union select … where b`: the arm before `union` had a tail of its own.
    fn union_after_tail(&mut self, query: &mut Query) {
        self.next();
        self.eat_any(&["all", "distinct"]);
        if let Some(other) = self.deeper(Reader::query).flatten() {
            query.also.push(other);
        }
    }

    /// `order by ${column} ${direction}`.
    fn identifiers(&mut self) {
        loop {
            let expr = self.expr();
            if let Some(Placeholder::Hole(hole)) = expr.placeholder() {
                self.note(*hole, HolePosition::Identifier);
            }
            self.eat_any(&["asc", "desc"]);
            while let Some(Token { kind: TokenKind::Hole(hole), .. }) = self.peek().copied() {
                self.next();
                self.note(hole, HolePosition::Identifier);
            }
            if self.eat("nulls") {
                self.next();
            }
            if !self.eat_symbol(",") {
                return;
            }
        }
    }

    /// Passes over what no clause begins with. A substitution here stands for a clause of its own.
    fn unknown(&mut self) {
        let from = self.here();
        self.skip_one();
        self.note_inside(self.since(from), |_, _| HolePosition::Fragment);
    }
}
