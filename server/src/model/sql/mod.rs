//! A small reader of SQL, made for text that people and models are still writing: it never fails, passes over what it
//! does not know, and reads in linear time. PostgreSQL first; MySQL's and SQLite's forms are accepted.
//!
//! [`query`] reads a query that stands in a program, with substitutions; [`statements`] reads a file of definitions.

mod condition;
mod dynamic;
mod expr;
mod expr_reader;
mod pieces;
mod primary_reader;
mod query;
mod query_reader;
mod reader;
mod routine_reader;
mod scanner;
mod security_reader;
mod statement;
mod statements;
mod table_reader;
mod token;
mod write_reader;

pub use expr::{ColumnRef, Condition, Expr, ExprKind, ObjectName, Op, Placeholder, Term};
pub use pieces::{HolePosition, Piece, Pieces};
pub use query::{Assignment, JoinKind, Query, QueryKind, SelectItem, TableRef};
pub use statement::{
    AlterAction, AlterFunction, AlterPolicy, AlterTable, ColumnDef, Constraint, ConstraintKind, CreateFunction, CreateIndex, CreatePolicy, CreateTable,
    CreateTrigger, CreateView, FunctionArg, FunctionBody, Grant, GrantObjects, PolicyCommand, PolicyExpr, Reference, RowSecurityChange, Statement,
    StatementKind,
};
pub use statements::statements;

use reader::Reader;
use scanner::tokens;
use token::TokenKind;

/// Reads a query; `None` if the text is no SELECT, INSERT, UPDATE, DELETE or TRUNCATE.
pub fn query(source: &Pieces) -> Option<Query> {
    let tokens = tokens(source.text(), source.holes());
    let end = tokens.iter().position(|token| token.kind == TokenKind::Symbol(";")).unwrap_or(tokens.len());
    let mut reader = Reader::new(source.text(), tokens.get(..end)?, source.holes());
    let mut query = reader.query()?;
    query.more = tokens.len() > end + 1;
    query.holes = reader.holes;
    Some(query)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_everything(text: &str) {
        for statement in statements(text) {
            assert!(text.get(statement.span.range()).is_some(), "{text:?}");
        }
        query(&Pieces::plain(text));
        let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (before, after) = text.split_at(middle);
        if let Some(query) = query(&Pieces::new(&[Piece::Text("select "), Piece::Text(before), Piece::Hole, Piece::Text(after)])) {
            assert_eq!(query.holes.len(), 1);
        }
    }

    /// Each of these would exhaust the stack if the reader recursed without bound, and take very long if it were not linear.
    #[test]
    fn hostile_texts_are_read_to_their_end() {
        let many = |text: &str| text.repeat(20_000 / text.len().max(1));
        for text in [
            many("("),
            many("[("),
            many("'"),
            many("\""),
            many("$a$"),
            many("$$'"),
            many("/*"),
            many("/* '"),
            many("not "),
            many("- "),
            many("a."),
            many("a,"),
            many("case when "),
            many("exists("),
            many("select "),
            many("(select "),
            many("select a from ("),
            many("union select "),
            many("with a as ("),
            many("a and "),
            many("a or ("),
            many("a = b = "),
            many("a::b"),
            many("a->b"),
            many("create table "),
            many("create table a (b "),
            many("do $$ begin "),
            many("alter table a add b, "),
            many("create policy p on t using (("),
            many("a in ("),
            many("x between "),
            many("\\' '"),
            many("`\\'\n"),
            many("insert into a values ("),
            many("values (1),"),
            many("join "),
            many("\0"),
            many("; "),
            many("copy a from stdin;"),
            many("execute "),
        ] {
            read_everything(&text);
            read_everything(&format!("create policy p on t using ({text}"));
            read_everything(&format!("select * from a where {text}"));
            read_everything(&format!("create table a ({text}"));
            read_everything(&format!("create function f() returns int as $$ {text} $$; do $$ {text}; $$;"));
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,200}") {
            read_everything(&text);
        }

        #[test]
        fn no_order_of_words_is_too_strange(words in proptest::collection::vec(proptest::sample::select(vec![
            "create", "table", "alter", "drop", "policy", "on", "using", "with", "check", "(", ")", ",", ";", "'", "\"", "`", "$$", "select", "from", "where",
            "and", "or", "not", "in", "exists", "a", "b.c", "=", "?", "$1", ":x", "insert", "into", "values", "update", "set", "delete", "join", "union",
            "case", "when", "end", "function", "returns", "as", "security", "definer", "grant", "to", "all", "tables", "add", "column", "references", "--", "\n",
            "/*", "*/", "[", "]", "::", "->>", "is", "null", "between", "any", "array", "do", "begin", "then", "primary", "key", "default", "é", "😀",
        ]), 0..60)) {
            read_everything(&words.join(" "));
        }
    }
}
