//! `create table` in strings of programs: `db.exec("CREATE TABLE IF NOT EXISTS notes (…)")`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::Code;
use super::node::Node;
use crate::facts::schema::declared::FileSchema;
use crate::model::sql::{AlterAction, ColumnDef, Statement, StatementKind, statements};
use crate::model::{ExprId, ExprKind, TemplatePart};

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for &placed in &code.within {
        for (index, expr) in placed.segment.exprs.iter().enumerate() {
            if !matches!(expr.kind, ExprKind::Str(_) | ExprKind::Template(_)) {
                continue;
            }
            let node = Node { placed, id: ExprId(index as u32) };
            let Some(text) = sql(node) else { continue };
            let span = node.span();
            // Quotes are one character or three; escapes make the rest of the places only nearly right.
            let is_python = !code.model.language.is_ecma();
            let quotes = if is_python && text.contains('\n') && span.len() >= text.len() as u32 + 6 { 3 } else { 1 };
            for mut statement in statements(&text) {
                if shift(&mut statement, span.start + quotes) {
                    out.statements.push(statement);
                }
            }
        }
    }
}

/// Moves the places of a statement from its string to the file. False for statements that define no table.
fn shift(statement: &mut Statement, by: u32) -> bool {
    let column = |column: &mut ColumnDef| {
        column.span = column.span.shifted(by);
        column.name_span = column.name_span.shifted(by);
    };
    match &mut statement.kind {
        StatementKind::CreateTable(table) => {
            table.name.span = table.name.span.shifted(by);
            table.body = table.body.map(|body| body.shifted(by));
            table.columns.iter_mut().for_each(column);
        }
        StatementKind::AlterTable(table) => {
            table.name.span = table.name.span.shifted(by);
            let added = table.actions.iter_mut().filter_map(|action| if let AlterAction::AddColumn(column) = action { Some(column) } else { None });
            added.for_each(column);
        }
        _ => return false,
    }
    statement.span = statement.span.shifted(by);
    true
}

/// Looked for in every literal of files that are written in.
static OPENINGS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(["create table", "alter table"]).ok());

/// Does the text of a string literal define tables?
pub(super) fn defines_tables(text: &str) -> bool {
    text.len() > 20 && OPENINGS.as_ref().is_none_or(|openings| openings.is_match(text))
}

/// The text if it defines tables; holes stand as names that mean nothing.
fn sql(node: Node<'_>) -> Option<String> {
    match node.kind() {
        ExprKind::Str(text) => defines_tables(text).then(|| text.to_string()),
        ExprKind::Template(parts) => {
            let is_any = parts.iter().any(|part| matches!(part, TemplatePart::Text(text, _) if defines_tables(text)));
            let text = |part: &TemplatePart| match part {
                TemplatePart::Text(text, _) => text.to_string(),
                TemplatePart::Hole(..) => "\0".to_owned(),
            };
            is_any.then(|| parts.iter().map(text).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn tables_made_by_programs() {
        let code = r#"
import sqlite3
con = sqlite3.connect("x.db")
con.executescript("""
  CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
  CREATE TABLE notes (id INTEGER, user_id INTEGER REFERENCES users(id));
""")
"#;
        let schema = link(&[
            ("/p/db.py", code),
            ("/p/more.ts", "db.exec(`alter table notes add column team_id text`); const x = \"please create table reservations\";"),
        ]);
        assert_eq!(schema.columns_of("notes"), "id user_id->users.id team_id");
        let site = &schema.expect("notes").column("user_id").unwrap().site;
        assert_eq!(site.span.of(code), "user_id");
        assert_eq!(schema.expect("notes").row_security.enabled, None, "a program's own connection stands above row security");
        assert_eq!(schema.models().len(), 2);
    }
}
