//! Reads INSERT, UPDATE, DELETE and TRUNCATE.

use super::query::{Assignment, Query, QueryKind, TableRef};
use super::reader::Reader;
use super::token::{Token, TokenKind};
use super::{ColumnRef, Condition, Expr, ExprKind, HolePosition};
use crate::text::{Name, Span};

impl Reader<'_> {
    pub fn insert(&mut self) -> Query {
        let mut query = Query::new(QueryKind::Insert);
        self.next();
        while !self.is_done() && !self.eat("into") && self.eat_any(&["ignore", "or", "replace", "rollback", "abort", "low_priority", "overwrite"]) {}
        let Some(name) = self.object_name() else { return query };
        let alias = if self.eat("as") { self.name().map(|(name, _)| name) } else { None };
        query.tables.push(TableRef { name, alias, query: None, join: None, on: Condition::Always, using: Vec::new() });
        if self.is_symbol("(") && !self.peek_nth(1).is_some_and(|token| token.span.of(self.text).eq_ignore_ascii_case("select")) {
            query.insert_columns = self.column_list();
        }
        if self.eat("overriding") {
            self.next();
            self.eat("value");
        }
        if self.eat_any(&["values", "value"]) {
            self.value_rows(&mut query);
        } else if self.eat("set") {
            query.assignments = self.assignments();
        } else if self.eat_all(&["default", "values"]) {
            query.row_count = 1;
        } else if let Some(Token { kind: TokenKind::Hole(hole), .. }) = self.peek().copied() {
            // `insert into notes ${row}`
            self.next();
            self.note(hole, HolePosition::Assignments);
        } else if let Some(source) = self.deeper(Reader::query).flatten() {
            query.also.push(source);
        }
        self.conflict(&mut query);
        query
    }

    fn column_list(&mut self) -> Vec<ColumnRef> {
        let mut columns = Vec::new();
        self.eat_symbol("(");
        while !self.is_done() && !self.is_symbol(")") {
            if let Some((name, span)) = self.name() {
                columns.push(ColumnRef { table: None, name, span });
            }
            self.skip_to_comma();
            self.eat_symbol(",");
        }
        self.eat_symbol(")");
        columns
    }

    /// `(…), (…)`: the first row's values stand for all of them.
    pub fn value_rows(&mut self, query: &mut Query) {
        while self.is_symbol("(") {
            let start = self.here();
            query.row_count = query.row_count.saturating_add(1);
            if query.row_count > 1 && self.holes.is_empty() {
                self.skip_one();
            } else {
                let row = self.parenthesized(start);
                if query.row_count == 1 {
                    let values = match row.kind {
                        ExprKind::List(values) => values,
                        _ => vec![row],
                    };
                    self.pair(query, values);
                }
            }
            if !self.eat_symbol(",") {
                return;
            }
        }
        // `values ${rows}`.
        if let Some(Token { kind: TokenKind::Hole(hole), .. }) = self.peek().copied() {
            self.next();
            self.note(hole, HolePosition::Fragment);
        }
    }

    fn pair(&mut self, query: &mut Query, values: Vec<Expr>) {
        let unnamed = |span: Span| ColumnRef { table: None, name: Name::default(), span };
        let mut columns = query.insert_columns.iter();
        query.assignments =
            values.into_iter().map(|value| Assignment { column: columns.next().cloned().unwrap_or_else(|| unnamed(value.span)), value }).collect();
    }

    pub fn conflict(&mut self, query: &mut Query) {
        if self.eat_all(&["on", "conflict"]) {
            if self.is_symbol("(") {
                self.skip_one();
            }
            if self.eat_all(&["on", "constraint"]) {
                self.name();
            }
            if self.eat("where") {
                self.condition();
            }
            if self.eat_all(&["do", "update", "set"]) {
                query.on_conflict = self.assignments();
                if self.eat("where") {
                    query.filter = self.condition();
                }
            } else {
                self.eat_all(&["do", "nothing"]);
            }
        } else if self.eat_all(&["on", "duplicate", "key", "update"]) {
            query.on_conflict = self.assignments();
        }
    }

    pub fn update(&mut self) -> Query {
        let mut query = Query::new(QueryKind::Update);
        if self.eat("or") {
            self.next();
        }
        self.table_refs(&mut query);
        if self.eat("set") {
            query.assignments = self.assignments();
        }
        if self.eat("from") {
            self.table_refs(&mut query);
        }
        query
    }

    fn assignments(&mut self) -> Vec<Assignment> {
        let mut assignments = Vec::new();
        loop {
            let start = self.here();
            if self.is_symbol("(") {
                let columns = self.column_list();
                if self.eat_symbol("=") {
                    let value = self.operand();
                    assignments.extend(spread(columns, value));
                }
            } else if let Some(name) = self.object_name() {
                let glued = self.since(start);
                if self.eat_symbol("=") || self.eat_symbol(":=") {
                    let value = self.expr();
                    let column = ColumnRef { table: name.schema, name: name.name, span: name.span };
                    assignments.push(Assignment { column, value });
                } else if name.name.is_empty() {
                    // `set ${assignments}`
                    self.note_inside(glued, |_, _| HolePosition::Assignments);
                }
            }
            if !self.eat_symbol(",") {
                return assignments;
            }
        }
    }

    pub fn delete(&mut self) -> Query {
        let mut query = Query::new(QueryKind::Delete);
        self.eat("from");
        self.table_refs(&mut query);
        if self.eat_any(&["using", "from"]) {
            self.table_refs(&mut query);
        }
        query
    }

    /// `truncate table a, b cascade`: every row goes.
    pub fn truncate(&mut self) -> Query {
        let mut query = Query::new(QueryKind::Delete);
        self.eat("table");
        self.eat("only");
        while let Some(name) = self.object_name() {
            query.tables.push(TableRef { name, alias: None, query: None, join: None, on: Condition::Always, using: Vec::new() });
            if !self.eat_symbol(",") {
                break;
            }
        }
        query
    }
}

/// `(a, b) = (1, 2)`
fn spread(columns: Vec<ColumnRef>, value: Expr) -> Vec<Assignment> {
    let span = value.span;
    let mut values = match value.kind {
        ExprKind::List(values) => values.into_iter(),
        kind => vec![Expr { span, kind }].into_iter(),
    };
    let unread = || Expr { span, kind: ExprKind::Other(Vec::new()) };
    columns.into_iter().map(|column| Assignment { column, value: values.next().unwrap_or_else(unread) }).collect()
}
