//! `create table` in strings of programs: `db.exec("CREATE TABLE IF NOT EXISTS notes (…)")`.

use super::Code;
use super::node::Node;
use crate::facts::schema::declared::FileSchema;
use crate::model::sql::{StatementKind, statements};
use crate::model::{ExprId, ExprKind, TemplatePart};

pub(super) fn read(code: &Code<'_>, out: &mut FileSchema) {
    for placed in &code.model.segments {
        for (index, expr) in placed.segment.exprs.iter().enumerate() {
            if !matches!(expr.kind, ExprKind::Str(_) | ExprKind::Template(_)) {
                continue;
            }
            let node = Node { placed, id: ExprId(index as u32) };
            let Some(text) = sql(node) else { continue };
            let span = node.span();
            // Quotes are one character or three; escapes make the rest of the places only nearly right.
            let quotes = if span.len() >= text.len() as u32 + 6 && text.contains('\n') && code.model.language.grammar() == Some(crate::syntax::Grammar::Python) { 3 } else { 1 };
            let padded = format!("{}{text}", " ".repeat((span.start + quotes) as usize));
            let defines = |kind: &StatementKind| matches!(kind, StatementKind::CreateTable(_) | StatementKind::AlterTable(_));
            out.statements.extend(statements(&padded).into_iter().filter(|statement| defines(&statement.kind)));
        }
    }
}

/// The text if it defines tables; holes stand as names that mean nothing.
fn sql(node: Node<'_>) -> Option<String> {
    let is_sql = |text: &str| {
        let has = |words: &str| text.as_bytes().windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()));
        text.len() > 20 && (has("create table") || has("alter table"))
    };
    match node.kind() {
        ExprKind::Str(text) => is_sql(text).then(|| text.to_string()),
        ExprKind::Template(parts) => {
            let is_any = parts.iter().any(|part| matches!(part, TemplatePart::Text(text, _) if is_sql(text)));
            let text = |part: &TemplatePart| match part {
                TemplatePart::Text(text, _) => text.to_string(),
                TemplatePart::Hole(..) => "\0".to_owned(),
            };
            is_any.then(|| parts.iter().map(text).collect())
        }
        _ => None,
    }
}
