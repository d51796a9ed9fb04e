//! Services, matches, functions and what they allow.

use super::Dialect;
use super::cursor::Cursor;
use super::expressions::expression;
use super::tree::{Allow, Block, Condition, Expr, Function, MatchPath, RulesFile, Segment, Service};
use crate::text::{Name, Span};

/// Matches nested deeper than this are not looked into.
const DEEPEST_MATCH: usize = 24;

/// Reads the rules of Cloud Firestore or Cloud Storage.
pub fn rules(text: &str) -> RulesFile {
    let mut cursor = Cursor::new(text, 0..text.len(), Dialect::Cloud);
    let mut file = RulesFile::default();
    while !cursor.is_at_end() {
        let start = cursor.at;
        if cursor.takes_word("rules_version") {
            cursor.takes("=");
            file.version = cursor.string().or(file.version);
            cursor.takes(";");
        } else if cursor.takes_word("service") {
            let name = service_name(&mut cursor);
            let block = if cursor.takes("{") { block(&mut cursor, start, 0) } else { Block::default() };
            file.services.push(Service { name, block, span: cursor.span_from(start) });
        } else {
            cursor.skip();
        }
    }
    file
}

fn service_name(cursor: &mut Cursor<'_>) -> Name {
    let mut name = String::new();
    while let Some(part) = cursor.name() {
        name.push_str(&part);
        if !cursor.takes(".") {
            break;
        }
        name.push('.');
    }
    Name::from(name)
}

/// Everything up to the `}` that closes a block whose `{` is taken.
fn block(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Block {
    let mut block = Block::default();
    while !cursor.is_at_end() {
        let start = cursor.at;
        if cursor.takes("}") {
            block.closed = true;
            break;
        } else if cursor.takes_word("match") {
            let path = match_path(cursor);
            if !cursor.takes("{") {
                // The path is still being written: what follows belongs to the block around it.
                continue;
            }
            if depth >= DEEPEST_MATCH {
                cursor.balanced();
            } else {
                let inner = self::block(cursor, start, depth + 1);
                block.matches.push(Block { path, ..inner });
            }
        } else if cursor.takes_word("allow") {
            block.allows.push(allow(cursor, start));
        } else if cursor.takes_word("function") {
            block.functions.extend(function(cursor, start));
        } else if cursor.word() == "service" && depth == 0 {
            break;
        } else {
            cursor.skip();
            cursor.recover();
        }
    }
    block.span = cursor.span_from(start);
    block
}

/// `/databases/{database}/documents`, up to its `{`.
fn match_path(cursor: &mut Cursor<'_>) -> MatchPath {
    cursor.space();
    let start = cursor.at;
    let mut segments = Vec::new();
    while cursor.rest().starts_with('/') {
        cursor.at += 1;
        if cursor.rest().starts_with('{') {
            cursor.at += 1;
            let Some(name) = cursor.name() else { break };
            let is_rest = cursor.takes("=") && cursor.takes("**");
            cursor.takes("*");
            segments.push(if is_rest { Segment::Rest(name) } else { Segment::One(name) });
            if !cursor.takes("}") {
                break;
            }
            // `{user}.png`: any part of the path that has the name in it.
            literal(cursor);
        } else {
            let text = literal(cursor);
            if !text.is_empty() {
                segments.push(Segment::Literal(Name::from(text)));
            }
        }
    }
    MatchPath { segments, span: cursor.span_from(start) }
}

fn literal<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    let rest = cursor.rest();
    let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '{' | '}' | ';')).unwrap_or(rest.len());
    cursor.at += len;
    rest.get(..len).unwrap_or("")
}

/// `read, write: if …;` after `allow`.
fn allow(cursor: &mut Cursor<'_>, start: usize) -> Allow {
    let mut operations = Vec::new();
    loop {
        cursor.space();
        let at = cursor.at;
        let Some(name) = cursor.name() else { break };
        operations.push((name, cursor.span_from(at)));
        if !cursor.takes(",") {
            break;
        }
    }
    let condition = if cursor.takes(":") {
        if cursor.takes_word("if") {
            let condition = expression(cursor);
            if condition.is_missing() { Condition::Unfinished } else { Condition::If(condition) }
        } else if cursor.sees(";") {
            Condition::None
        } else {
            Condition::Unfinished
        }
    } else if cursor.sees(";") {
        Condition::None
    } else {
        Condition::Unfinished
    };
    let span = cursor.span_from(start);
    let condition = match condition {
        Condition::If(_) if !ends_here(cursor) => Condition::Unfinished,
        condition => condition,
    };
    Allow { operations, condition, span: if cursor.takes(";") { cursor.span_from(start) } else { span } }
}

/// Is what was read up to here all of it? Else it is skipped.
fn ends_here(cursor: &mut Cursor<'_>) -> bool {
    if cursor.sees(";") || cursor.sees("}") || cursor.begins_statement() || cursor.is_at_end() {
        return true;
    }
    cursor.recover();
    false
}

/// `isOwner(id) { … }` after `function`.
fn function(cursor: &mut Cursor<'_>, start: usize) -> Option<Function> {
    let name = cursor.name()?;
    let mut params = Vec::new();
    if cursor.takes("(") {
        while let Some(param) = cursor.name() {
            params.push(param);
            if !cursor.takes(",") {
                break;
            }
        }
        cursor.takes(")");
    }
    let mut function = Function { name, params, lets: Vec::new(), result: None, span: Span::default() };
    if cursor.takes("{") {
        body(cursor, &mut function);
    }
    function.span = cursor.span_from(start);
    Some(function)
}

fn body(cursor: &mut Cursor<'_>, function: &mut Function) {
    while !cursor.is_at_end() {
        if cursor.takes("}") {
            return;
        }
        if cursor.takes_word("let") {
            let Some(name) = cursor.name() else { continue };
            let value = if cursor.takes("=") { whole(cursor) } else { None };
            function.lets.push((name, value.unwrap_or_else(|| Expr::missing(Span::at(cursor.at as u32)))));
        } else if cursor.takes_word("return") {
            function.result = whole(cursor);
        } else if cursor.begins_statement() {
            // A statement of the block around it: this function was never closed.
            return;
        } else {
            cursor.skip();
            cursor.recover();
        }
    }
}

/// An expression and the `;` that ends it.
fn whole(cursor: &mut Cursor<'_>) -> Option<Expr> {
    let value = expression(cursor);
    let is_whole = ends_here(cursor);
    cursor.takes(";");
    (is_whole && !value.is_missing()).then_some(value)
}
