//! `process.env.X || "literal"` and its kin: the literal is used, silently, whenever the variable is missing.

use super::Fallback;
use crate::fixes::literal::Literal;
use crate::fixes::{TextEdit, edits, remove_entry};
use crate::model::{Arg, CallKind, Entry, ExprId, ExprKind, Key, LogicalOp, PatternId, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

pub(super) fn fallback(literal: &Literal) -> Option<Fallback> {
    let segment = literal.segment();
    if let Some(found) = destructured(literal) {
        return Some(found);
    }
    let around = literal.around();
    let parent = *around.first()?;
    match &segment[parent].kind {
        ExprKind::Logical { op: LogicalOp::Or | LogicalOp::Nullish, left, right } if *right == literal.id => operand(literal, parent, *left),
        ExprKind::Cond { cond, then, otherwise } if *otherwise == literal.id => {
            let name = read_name(literal, *then)?;
            let checked = read_name(literal, *cond).is_some_and(|checked| checked == name);
            let kept = format!("{}{}", literal.text_of(*then), mark(literal, *then));
            let span = literal.absolute(parent);
            checked.then(|| Fallback { name, edits: vec![TextEdit { span, text: kept }], whole: Some(span), assigns: false, refuses: false })
        }
        ExprKind::Call { callee, args, kind: CallKind::Plain, .. } => argument(literal, parent, *callee, args),
        ExprKind::Object(entries) => parameter(literal, parent, entries),
        ExprKind::Assign { target, op: None, value } | ExprKind::AssignLogical { target, value, .. } if *value == literal.id => {
            assigned(literal, parent, *target)
        }
        _ => None,
    }
}

/// `left || literal`: everything from the operator on goes.
fn operand(literal: &Literal, parent: ExprId, left: ExprId) -> Option<Fallback> {
    let name = read_name(literal, left)?;
    let (span, kept) = (literal.absolute(parent), literal.absolute(left));
    let between = Span::new(kept.end, literal.span.start).of(&literal.code.text);
    let operator = between.find("||").or_else(|| between.find("??"))?;
    let end = kept.end + between.get(..operator)?.trim_end().len() as u32;
    let text = mark(literal, left).to_owned();
    Some(Fallback { name, edits: vec![TextEdit { span: Span::new(end, span.end), text }], whole: Some(span), assigns: false, refuses: false })
}

/// `z.string().default("literal")` under the variable's name, `config.get("X", "literal")`.
fn argument(literal: &Literal, call: ExprId, callee: ExprId, args: &[Arg]) -> Option<Fallback> {
    let segment = literal.segment();
    let span = literal.absolute(call);
    let called = match &segment[callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name.as_str(),
        _ => return None,
    };
    if let ExprKind::Member { base, name, .. } = &segment[callee].kind
        && matches!(name.as_str(), "default" | "prefault" | "catch")
        && args.len() == 1
    {
        let name = key_above(literal)?;
        let cut = Span::new(literal.absolute(*base).end, span.end);
        return Some(Fallback { name, edits: vec![TextEdit { span: cut, text: String::new() }], whole: None, assigns: false, refuses: false });
    }
    let (first, second) = (args.first()?, args.get(1)?);
    let ExprKind::Str(name) = &segment[first.value].kind else { return None };
    let reads = ["env", "get", "getEnv", "getenv", "getOrDefault", "config", "readEnv", "str", "string"];
    if second.value != literal.id || !is_screaming(name) || !reads.contains(&called) {
        return None;
    }
    let cut = Span::new(literal.placed.absolute(first.span).end, literal.placed.absolute(second.span).end);
    Some(Fallback { name: Name::from(&**name), edits: vec![TextEdit { span: cut, text: String::new() }], whole: Some(span), assigns: false, refuses: false })
}

/// `defineString("X", { default: "literal" })`: Firebase reads the parameter from the env file.
fn parameter(literal: &Literal, options: ExprId, entries: &[Entry]) -> Option<Fallback> {
    let segment = literal.segment();
    let default = entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), value, span, .. } if key == "default" && *value == literal.id => Some(*span),
        _ => None,
    })?;
    let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &segment[*literal.around().get(1)?].kind else { return None };
    let is_defined = matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "defineString");
    let [first, second] = args.as_slice() else { return None };
    let name = text_of(segment, first.value).filter(|name| is_defined && second.value == options && is_screaming(name))?;
    let cut = match entries {
        [_] => literal.placed.absolute(Span::new(first.span.end, second.span.end)),
        _ => remove_entry::extent(&literal.code.text, literal.placed.absolute(default))?,
    };
    Some(Fallback { name, edits: vec![TextEdit { span: cut, text: String::new() }], whole: None, assigns: false, refuses: false })
}

/// `process.env.X = "literal"`.
fn assigned(literal: &Literal, assignment: ExprId, target: PatternId) -> Option<Fallback> {
    let segment = literal.segment();
    let PatternKind::Place(place) = segment[target].kind else { return None };
    let name = read_name(literal, place)?;
    let id = (0..).map(crate::model::StmtId).zip(&segment.stmts).find(|(_, stmt)| matches!(stmt.kind, StmtKind::Expr(id) if id == assignment));
    let (id, statement) = id?;
    let span = literal.placed.absolute(statement.span);
    let before = literal.code.text.get(..span.start as usize)?.trim_end();
    // `if (x) process.env.X = …` without braces needs its statement.
    let removable = segment.body.contains(&id) || before.ends_with([';', '{', '}']);
    let edits = if removable { vec![edits::without_statement(&literal.code.text, span)] } else { Vec::new() };
    Some(Fallback { name, edits, whole: None, assigns: true, refuses: false })
}

/// `const { X = "literal" } = process.env`.
fn destructured(literal: &Literal) -> Option<Fallback> {
    let segment = literal.segment();
    let (at, pattern, span) = segment.patterns.iter().enumerate().find_map(|(at, pattern)| match pattern.kind {
        PatternKind::Default { pattern: bound, default } if default == literal.id => Some((PatternId(at as u32), bound, pattern.span)),
        _ => None,
    })?;
    let (object, key) = segment.patterns.iter().enumerate().find_map(|(object, pattern)| match &pattern.kind {
        PatternKind::Object { entries, .. } => {
            let entry = entries.iter().find(|entry| entry.pattern == at)?;
            match &entry.key {
                Key::Name(key) => Some((PatternId(object as u32), key.clone())),
                Key::Computed(_) => None,
            }
        }
        _ => None,
    })?;
    let from_env = segment.stmts.iter().any(|stmt| match stmt.kind {
        StmtKind::Let { pattern, value: Some(value), .. } => pattern == object && is_environment(literal, value),
        _ => false,
    });
    let cut = literal.placed.absolute(Span::new(segment[pattern].span.end, span.end));
    from_env.then(|| Fallback { name: key, edits: vec![TextEdit { span: cut, text: String::new() }], whole: None, assigns: false, refuses: false })
}

/// The variable that an expression reads.
fn read_name(literal: &Literal, id: ExprId) -> Option<Name> {
    let segment = literal.segment();
    match &segment[id].kind {
        ExprKind::Member { base, name, .. } if is_environment(literal, *base) && is_screaming(name) => Some(name.clone()),
        ExprKind::Index { base, index, .. } if is_environment(literal, *base) => text_of(segment, *index).filter(|name| is_screaming(name)),
        ExprKind::Call { callee, args, kind: CallKind::Plain, .. } => {
            let ExprKind::Member { name, .. } = &segment[*callee].kind else { return None };
            (name == "get" && args.len() == 1).then(|| text_of(segment, args.first()?.value)).flatten().filter(|name| is_screaming(name))
        }
        ExprKind::Logical { op: LogicalOp::Or | LogicalOp::Nullish, left, right } => {
            read_name(literal, *right)?;
            read_name(literal, *left)
        }
        _ => None,
    }
}

fn text_of(segment: &Segment, id: ExprId) -> Option<Name> {
    match &segment[id].kind {
        ExprKind::Str(text) => Some(Name::from(&**text)),
        _ => None,
    }
}

/// `process.env`, `import.meta.env`, `Bun.env`, `env`, `c.env`.
fn is_environment(literal: &Literal, id: ExprId) -> bool {
    match &literal.segment()[id].kind {
        ExprKind::Name(name) => name == "env",
        ExprKind::Member { name, .. } => name == "env",
        _ => false,
    }
}

/// `!` where types say that the variable may be missing.
fn mark(literal: &Literal, read: ExprId) -> &'static str {
    let segment = literal.segment();
    let last = match &segment[read].kind {
        ExprKind::Logical { right, .. } => *right,
        _ => read,
    };
    let text: String = literal.text_of(last).split_whitespace().collect();
    let maybe = ["process.env", "Bun.env", "Deno.env"].iter().any(|start| text.starts_with(start));
    if literal.code.language.is_typescript() && maybe && !segment[read].asserted && last == read { "!" } else { "" }
}

/// The key of the object around the literal, if that is a variable's name.
fn key_above(literal: &Literal) -> Option<Name> {
    let segment = literal.segment();
    let span = literal.expr().span;
    let entries = literal.around().into_iter().find_map(|id| match &segment[id].kind {
        ExprKind::Object(entries) => Some(entries),
        _ => None,
    })?;
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), span: field, .. } if field.contains(span) && is_screaming(key) => Some(key.clone()),
        _ => None,
    })
}

pub(super) fn is_screaming(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
