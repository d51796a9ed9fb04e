//! What a file makes of what it imports at its top level: `const app = express()`, and the object that it exports.

use super::scope::{Definition, Export, Module};
use crate::model::{CallKind, ExprId, ExprKind, Segment};
use crate::text::{Name, Span};

/// `const app = express()`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    pub name: Name,
    pub package: Name,
    pub export: Name,
    /// Of the call.
    pub span: Span,
    /// Where its statement ends.
    pub end: u32,
}

/// In the order in which they stand.
pub fn made(module: &Module) -> Vec<Made> {
    let mut found = Vec::new();
    for (name, definitions) in module.definitions.iter() {
        for (_, definition) in definitions {
            let Definition::Variable { segment, value, .. } = definition else { continue };
            let Some(placed) = module.model.segments.get(*segment as usize) else { continue };
            let of = &*placed.segment;
            let Some((package, export)) = called(module, of, *value) else { continue };
            let Some(span) = of.exprs.get(value.0 as usize).map(|expr| expr.span) else { continue };
            let statement = of.body.iter().filter_map(|id| of.stmts.get(id.0 as usize)).find(|stmt| stmt.span.contains(span));
            let end = statement.map_or(span.end, |stmt| stmt.span.end);
            found.push(Made { name: name.clone(), package, export, span: placed.absolute(span), end: placed.absolute(Span::at(end)).start });
        }
    }
    found.sort_by_key(|made| made.span.start);
    found
}

/// What is called, if it is imported, or `require`d in place.
fn called(module: &Module, segment: &Segment, id: ExprId) -> Option<(Name, Name)> {
    let ExprKind::Call { callee, kind: CallKind::Plain | CallKind::New, .. } = &segment.exprs.get(id.0 as usize)?.kind else { return None };
    match &segment.exprs.get(callee.0 as usize)?.kind {
        ExprKind::Name(name) => match module.definitions.last(name)? {
            Definition::Import { source, imported } => {
                let is_whole = imported == "*" && !module.model.language.is_ecma();
                (!is_whole).then(|| (source.clone(), if imported == "*" { Name::new_static("default") } else { imported.clone() }))
            }
            Definition::Variable { segment, value, .. } => {
                let of = &*module.model.segments.get(*segment as usize)?.segment;
                required(of, *value).map(|source| (source, Name::new_static("default")))
            }
            _ => None,
        },
        _ => required(segment, *callee).map(|source| (source, Name::new_static("default"))),
    }
}

/// `require("x")`.
fn required(segment: &Segment, id: ExprId) -> Option<Name> {
    let ExprKind::Call { callee, args, .. } = &segment.exprs.get(id.0 as usize)?.kind else { return None };
    let ExprKind::Name(name) = &segment.exprs.get(callee.0 as usize)?.kind else { return None };
    let ExprKind::Str(source) = &segment.exprs.get(args.first()?.value.0 as usize)?.kind else { return None };
    (name == "require").then(|| Name::from(&**source))
}

/// The object that is the file's default export, through names and through calls that wrap it.
pub fn exported_object(module: &Module) -> Option<Span> {
    match module.exports.last("default")? {
        Export::Local(name) => of_name(module, name, 0),
        Export::Expression(segment, expr) => of_expr(module, *segment, *expr, 0),
        Export::From { .. } => None,
    }
}

fn of_name(module: &Module, name: &str, depth: u32) -> Option<Span> {
    match module.definitions.last(name)? {
        Definition::Variable { segment, value, .. } => of_expr(module, *segment, *value, depth + 1),
        _ => None,
    }
}

fn of_expr(module: &Module, segment: u32, id: ExprId, depth: u32) -> Option<Span> {
    if depth > 8 {
        return None;
    }
    let placed = module.model.segments.get(segment as usize)?;
    let expr = placed.segment.exprs.get(id.0 as usize)?;
    match &expr.kind {
        ExprKind::Object(_) => Some(placed.absolute(expr.span)),
        ExprKind::Name(name) => of_name(module, name, depth),
        ExprKind::Call { callee, args, .. } => {
            let inner = args.iter().find_map(|arg| of_expr(module, segment, arg.value, depth + 1));
            // `withPlugins({ ... })(config)`.
            inner.or_else(|| {
                matches!(placed.segment.exprs.get(callee.0 as usize)?.kind, ExprKind::Call { .. }).then(|| of_expr(module, segment, *callee, depth + 1))?
            })
        }
        _ => None,
    }
}
