//! Expressions: literals, names, paths, and what is asked of them: members, elements, calls.

use super::Dialect;
use super::cursor::Cursor;
use super::expressions::expression;
use super::tree::{Expr, ExprKind, PathPart};
use crate::text::{Name, Span};

pub(super) fn postfix(cursor: &mut Cursor<'_>) -> Expr {
    let mut value = primary(cursor);
    if value.is_missing() {
        return value;
    }
    let start = value.span.start as usize;
    loop {
        let kind = if cursor.takes(".") {
            // `request.auth.` and then the next line: nothing is named.
            let Some(name) = member_name(cursor) else { return Expr::missing(cursor.span_from(start)) };
            ExprKind::Member(Box::new(value), name)
        } else if cursor.takes("[") {
            let index = expression(cursor);
            let kind = if cursor.takes(":") {
                let to = expression(cursor);
                ExprKind::Slice(Box::new(value), Box::new(index), Box::new(to))
            } else {
                ExprKind::Index(Box::new(value), Box::new(index))
            };
            cursor.takes("]");
            kind
        } else if cursor.takes("(") {
            let args = listed(cursor, ")");
            ExprKind::Call(Box::new(value), args)
        } else {
            return value;
        };
        value = Expr::new(kind, cursor.span_from(start));
    }
}

/// Any word may be a member, also one that begins a statement elsewhere: `data.match`.
fn member_name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let before = cursor.at;
    let word = cursor.word();
    let is_next_line = cursor.begins_statement() && cursor.at > before;
    if word.is_empty() || is_next_line {
        return None;
    }
    cursor.at += word.len();
    Some(Name::from(word))
}

/// Expressions with commas between them, up to what closes the list.
fn listed(cursor: &mut Cursor<'_>, close: &str) -> Vec<Expr> {
    let mut items = Vec::new();
    while !cursor.takes(close) {
        let before = cursor.at;
        let item = expression(cursor);
        if item.is_missing() && cursor.at == before && !cursor.sees(",") {
            break;
        }
        items.push(item);
        if !cursor.takes(",") {
            cursor.takes(close);
            break;
        }
    }
    items
}

fn primary(cursor: &mut Cursor<'_>) -> Expr {
    cursor.space();
    let start = cursor.at;
    if let Some(text) = cursor.string() {
        return Expr::new(ExprKind::Text(text), cursor.span_from(start));
    }
    let kind = match cursor.byte() {
        Some(b'(') => {
            cursor.at += 1;
            let inner = expression(cursor);
            cursor.takes(")");
            return Expr { span: cursor.span_from(start), ..inner };
        }
        Some(b'[') => {
            cursor.at += 1;
            ExprKind::List(listed(cursor, "]"))
        }
        Some(b'{') => {
            cursor.at += 1;
            ExprKind::Map(entries(cursor))
        }
        Some(b'/') if cursor.dialect == Dialect::Cloud => ExprKind::Path(path(cursor)),
        Some(b'/') => ExprKind::Pattern(pattern(cursor)),
        Some(b'0'..=b'9') => {
            let rest = cursor.rest();
            let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_')).unwrap_or(rest.len());
            cursor.at += len;
            ExprKind::Number(Name::from(rest.get(..len).unwrap_or("")))
        }
        _ => match cursor.name() {
            Some(name) => match name.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "null" => ExprKind::Null,
                _ => ExprKind::Name(name),
            },
            None => ExprKind::Missing,
        },
    };
    Expr::new(kind, cursor.span_from(start))
}

/// `'a': 1, 'b': 2 }`
fn entries(cursor: &mut Cursor<'_>) -> Vec<(Expr, Expr)> {
    let mut entries = Vec::new();
    while !cursor.takes("}") {
        let before = cursor.at;
        let key = expression(cursor);
        let value = if cursor.takes(":") { expression(cursor) } else { Expr::missing(Span::at(cursor.at as u32)) };
        if cursor.at == before {
            break;
        }
        entries.push((key, value));
        if !cursor.takes(",") {
            cursor.takes("}");
            break;
        }
    }
    entries
}

/// `/databases/(default)/documents/users/$(request.auth.uid)`
fn path(cursor: &mut Cursor<'_>) -> Vec<PathPart> {
    let mut parts = Vec::new();
    while cursor.rest().starts_with('/') {
        cursor.at += 1;
        let rest = cursor.rest();
        if rest.starts_with("$(") {
            cursor.at += 2;
            parts.push(PathPart::Value(expression(cursor)));
            cursor.takes(")");
            continue;
        }
        let len = match rest.strip_prefix("(default)") {
            Some(_) => "(default)".len(),
            None => rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '%' | '@' | ':' | '$'))).unwrap_or(rest.len()),
        };
        if len == 0 {
            break;
        }
        cursor.at += len;
        parts.push(PathPart::Literal(Name::from(rest.get(..len).unwrap_or(""))));
    }
    parts
}

/// `/^[a-z]+$/i`: ends at a `/` that nothing escapes.
fn pattern(cursor: &mut Cursor<'_>) -> Name {
    let rest = cursor.rest();
    let inside = rest.get(1..).unwrap_or("");
    let mut before = '/';
    let mut len = inside.len();
    for (at, c) in inside.char_indices() {
        if c == '/' && before != '\\' {
            len = at;
            break;
        }
        before = c;
    }
    cursor.at += (1 + len + 1).min(rest.len());
    if cursor.rest().starts_with('i') {
        cursor.at += 1;
    }
    Name::from(inside.get(..len).unwrap_or(""))
}
