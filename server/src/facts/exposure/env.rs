//! Reading of environment variables in code.

use crate::model::{Entry, ExprId, ExprKind, Key, PatternKind, Segment, StmtKind, TemplatePart};
use crate::text::{Name, Span};

/// `process.env.NAME` and its like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvRead {
    pub name: Name,
    /// The expression, or the name in a destructuring, relative to the item.
    pub span: Span,
    /// It stands in a function that stays on the server.
    pub kept: bool,
}

/// The variable that an expression reads.
pub(super) fn read(segment: &Segment, expr: ExprId) -> Option<Name> {
    match &segment[expr].kind {
        ExprKind::Member { base, name, .. } => (is_environment(segment, *base) || is_declared(segment, *base, name)).then(|| name.clone()),
        ExprKind::Index { base, index, .. } if is_environment(segment, *base) => text(segment, *index),
        // `Deno.env.get("NAME")`
        ExprKind::Call { callee, args, .. } => {
            let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return None };
            let of_deno = name == "get" && is_member(segment, *base, "Deno", "env");
            of_deno.then(|| text(segment, args.first()?.value)).flatten()
        }
        _ => None,
    }
}

/// The variables of `const { A, B: b } = process.env`, with the places of their names.
pub(super) fn destructured(segment: &Segment, kind: &StmtKind) -> Vec<(Name, Span)> {
    let StmtKind::Let { pattern, value: Some(value), .. } = kind else { return Vec::new() };
    let PatternKind::Object { entries, .. } = &segment[*pattern].kind else { return Vec::new() };
    if !is_environment(segment, *value) {
        return Vec::new();
    }
    let named = entries.iter().filter_map(|entry| match &entry.key {
        Key::Name(name) => Some((name.clone(), segment[entry.pattern].span)),
        Key::Computed(_) => None,
    });
    named.collect()
}

/// `process.env`, `import.meta.env`, `Bun.env`.
fn is_environment(segment: &Segment, expr: ExprId) -> bool {
    let ExprKind::Member { base, name, .. } = &segment[expr].kind else { return false };
    if name != "env" {
        return false;
    }
    match &segment[*base].kind {
        ExprKind::Name(object) => matches!(object.as_str(), "process" | "Bun"),
        ExprKind::Member { .. } => is_member(segment, *base, "import", "meta"),
        _ => false,
    }
}

/// `env.VITE_KEY`: of a module that declares variables, which publishes by name as well.
fn is_declared(segment: &Segment, base: ExprId, name: &str) -> bool {
    matches!(&segment[base].kind, ExprKind::Name(object) if object == "env") && crate::facts::browser::BROWSER.shows(name)
}

fn is_member(segment: &Segment, expr: ExprId, object: &str, member: &str) -> bool {
    match &segment[expr].kind {
        ExprKind::Member { base, name, .. } => name == member && matches!(&segment[*base].kind, ExprKind::Name(base) if base == object),
        _ => false,
    }
}

/// `process.env.NEXT_RUNTIME`, as it is written.
pub(super) fn dotted(segment: &Segment, expr: ExprId) -> Option<String> {
    match &segment[expr].kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Member { base, name, .. } => Some(dotted(segment, *base)? + "." + name),
        _ => None,
    }
}

/// A text without holes.
pub(super) fn text(segment: &Segment, expr: ExprId) -> Option<Name> {
    match &segment[expr].kind {
        ExprKind::Str(text) => Some(Name::from(&**text)),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Text(text, _)] => Some(Name::from(&**text)),
            _ => None,
        },
        _ => None,
    }
}

/// The values of an object's fields by name.
pub(super) fn fields(entries: &[Entry]) -> impl Iterator<Item = (&Name, ExprId)> {
    entries.iter().filter_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } => Some((name, *value)),
        _ => None,
    })
}
