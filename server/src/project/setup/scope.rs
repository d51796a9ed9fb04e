//! Names in the code of a configuration: what they were given, innermost function first.

use crate::model::{ExprId, FunctionId, Key, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::text::Name;

/// What a name was given: an expression, and the way into it.
pub(super) struct Given {
    pub value: ExprId,
    pub way: Vec<Name>,
}

/// What variables of a function's own body are given, the last one first.
pub(super) fn of_function(segment: &Segment, function: FunctionId, name: &str) -> Vec<Given> {
    let mut found = Vec::new();
    if let Some(function) = segment.functions.get(function.0 as usize) {
        statements(segment, &function.body, name, &mut found, 0);
    }
    found.reverse();
    found
}

fn statements(segment: &Segment, body: &[StmtId], name: &str, found: &mut Vec<Given>, depth: u32) {
    if depth > 12 {
        return;
    }
    for stmt in body {
        match &segment[*stmt].kind {
            StmtKind::Let { pattern, value: Some(value), .. } => {
                if let Some(way) = way_to(segment, *pattern, name) {
                    found.push(Given { value: *value, way });
                }
            }
            StmtKind::Expr(expr) => {
                if let crate::model::ExprKind::Assign { target, op: None, value } = &segment[*expr].kind
                    && let Some(way) = way_to(segment, *target, name)
                {
                    found.push(Given { value: *value, way });
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                statements(segment, then, name, found, depth + 1);
                statements(segment, otherwise, name, found, depth + 1);
            }
            StmtKind::Try { body, .. } | StmtKind::Block(body) | StmtKind::Loop { body, .. } => statements(segment, body, name, found, depth + 1),
            _ => {}
        }
    }
}

/// The members to follow to what a pattern calls so: `{ a: { b } }` reaches `b` over `a`.
pub(super) fn way_to(segment: &Segment, pattern: PatternId, name: &str) -> Option<Vec<Name>> {
    let mut way = Vec::new();
    follow(segment, pattern, name, &mut way, 0).then_some(way)
}

fn follow(segment: &Segment, pattern: PatternId, name: &str, way: &mut Vec<Name>, depth: u32) -> bool {
    if depth > 12 {
        return false;
    }
    match &segment[pattern].kind {
        PatternKind::Name(known) => known == name,
        PatternKind::Default { pattern, .. } => follow(segment, *pattern, name, way, depth + 1),
        PatternKind::Object { entries, .. } => entries.iter().any(|entry| {
            let Key::Name(key) = &entry.key else { return false };
            way.push(key.clone());
            let found = follow(segment, entry.pattern, name, way, depth + 1);
            if !found {
                way.pop();
            }
            found
        }),
        _ => false,
    }
}
