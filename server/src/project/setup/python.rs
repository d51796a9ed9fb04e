//! Settings in a module of Python: every name of its top level is one.

use super::evaluate::{At, Evaluator};
use crate::facts::scope::Module;
use crate::facts::setup::{Field, Given, Map, Shape};
use crate::model::{Arg, BinaryOp, ExprId, ExprKind, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::text::{FileId, Name, Place, Span};
use std::sync::Arc;

/// A text of the environment where yes or no is meant: any text is yes.
const ANY_TEXT: &str = "*any text*";
/// The same, and yes if nothing is said.
const ANY_TEXT_OR_NONE: &str = "*any text or none*";
/// Asked rightly, and yes if nothing is said.
const UNLESS_TOLD: &str = "*unless told*";

pub(super) fn of_module(evaluator: &mut Evaluator<'_>, file: &FileId, module: &Arc<Module>) -> Given {
    let mut map = Map::default();
    for (index, placed) in module.model.segments.iter().enumerate() {
        let at = At { file: file.clone(), module: Arc::clone(module), segment: index as u32, functions: Vec::new() };
        map.open |= placed.segment.is_incomplete();
        statements(evaluator, &at, &placed.segment.body, false, &mut map, 0);
    }
    Given::new(Place { file: file.clone(), span: Span::default() }, Shape::Map(map))
}

fn statements(evaluator: &mut Evaluator<'_>, at: &At, body: &[StmtId], perhaps: bool, map: &mut Map, depth: u32) {
    if depth > 12 {
        return;
    }
    for id in body {
        let segment = at.segment();
        let Some(stmt) = segment.stmts.get(id.0 as usize) else { continue };
        match &stmt.kind {
            StmtKind::Let { pattern, value: Some(value), .. } => set(evaluator, at, *pattern, *value, perhaps, map),
            StmtKind::Expr(expr) => match &segment[*expr].kind {
                ExprKind::Assign { target, op: None, value } => set(evaluator, at, *target, *value, perhaps, map),
                // `MIDDLEWARE += [...]`, `MIDDLEWARE.append(...)`: what it is then is not followed.
                ExprKind::Assign { target, .. } => forget(name_of(segment, *target), map),
                ExprKind::Call { callee, .. } => {
                    if let ExprKind::Member { base, .. } = &segment[*callee].kind
                        && let ExprKind::Name(name) = &segment[*base].kind
                    {
                        forget(Some(name.clone()), map);
                    }
                }
                _ => {}
            },
            StmtKind::If { then, otherwise, .. } => {
                statements(evaluator, at, then, true, map, depth + 1);
                statements(evaluator, at, otherwise, true, map, depth + 1);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let all = [body, otherwise, finally].into_iter().chain(handlers.iter().map(|handler| &handler.body));
                all.for_each(|body| statements(evaluator, at, body, true, map, depth + 1));
            }
            // `class Production:`, which `from_object` takes its settings from.
            StmtKind::Class(class) => {
                let class = &segment[*class];
                let mut own = Map::default();
                for field in &class.fields {
                    let Some(value) = field.value else { continue };
                    let given = evaluator.eval(at, value, 0);
                    own.set(Field { name: field.name.clone(), place: at.place(field.name_span), value: given });
                }
                if !own.fields.is_empty() {
                    let place = at.place(class.name_span);
                    map.set(Field { name: class.name.clone(), place: place.clone(), value: Given::new(place, Shape::Map(own)) });
                }
            }
            StmtKind::Import(import) => map.open |= import.names.iter().any(|name| name.imported == "*" && name.local == "*"),
            _ => {}
        }
    }
}

fn name_of(segment: &Segment, pattern: PatternId) -> Option<Name> {
    match &segment[pattern].kind {
        PatternKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}

fn set(evaluator: &mut Evaluator<'_>, at: &At, pattern: PatternId, value: ExprId, perhaps: bool, map: &mut Map) {
    let segment = at.segment();
    let Some(name) = name_of(segment, pattern) else { return };
    let place = at.place(segment[pattern].span);
    let here = at.place(segment[value].span);
    let mut given = match asked(segment, value) {
        Some(word) => Given::new(here, Shape::Text(word.into())),
        None => evaluator.eval(at, value, 0),
    };
    if perhaps {
        let before = map.get(&name).cloned().unwrap_or_else(|| Given::new(place.clone(), Shape::Null));
        given = Given::new(given.place.clone(), Shape::OneOf(vec![before, given]));
    }
    map.set(Field { name, place, value: given });
}

fn forget(name: Option<Name>, map: &mut Map) {
    let Some(name) = name else { return };
    if let Some(field) = map.fields.iter_mut().find(|field| field.name == name) {
        field.value.shape = Shape::Unknown;
    }
}

/// `bool(os.environ.get("X"))`, `os.environ.get("X", True)`: a text, and every text that is not empty is true.
fn asked(segment: &Segment, id: ExprId) -> Option<&'static str> {
    if let ExprKind::Call { callee, args, .. } = &segment[id].kind
        && matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "bool")
        && let [only] = args.as_slice()
        && let Some(default) = read(segment, only.value)
    {
        return Some(if default.is_some_and(|default| is_on(segment, default)) { ANY_TEXT_OR_NONE } else { ANY_TEXT });
    }
    if unless_told(segment, id) {
        return Some(UNLESS_TOLD);
    }
    let default = read(segment, id)?;
    match default {
        Some(default) if is_on(segment, default) => Some(ANY_TEXT_OR_NONE),
        Some(default) if matches!(segment[default].kind, ExprKind::Bool(false)) => Some(ANY_TEXT),
        _ => None,
    }
}

/// `os.environ.get("X", "True") == "True"`, `config("X", default=True, cast=bool)`, `env.bool("X", True)`: yes where nothing is said.
fn unless_told(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::In, left, right } => {
            let default = read(segment, spelled(segment, *left)).flatten();
            default.is_some_and(|default| says_yes(segment, default)) && holds_yes(segment, *right)
        }
        ExprKind::Call { callee, args, .. } => {
            let named = |name: &str| args.iter().find(|arg| arg.name.as_ref().is_some_and(|known| known == name)).map(|arg| arg.value);
            let second = || args.get(1).filter(|arg| arg.name.is_none()).map(|arg| arg.value);
            let default = named("default").or_else(second).is_some_and(|default| says_yes(segment, default));
            match &segment[*callee].kind {
                // python-decouple
                ExprKind::Name(name) if name == "config" => {
                    default && named("cast").is_some_and(|cast| matches!(&segment[cast].kind, ExprKind::Name(name) if name == "bool"))
                }
                // django-environ, environs
                ExprKind::Member { name, .. } if name == "bool" => default,
                ExprKind::Name(name) if matches!(name.as_str(), "int" | "strtobool") => {
                    let asked = args.first().and_then(|arg| read(segment, spelled(segment, arg.value))).flatten();
                    asked.is_some_and(|default| says_yes(segment, default))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Without `.lower()` behind it.
fn spelled(segment: &Segment, id: ExprId) -> ExprId {
    if let ExprKind::Call { callee, .. } = &segment[id].kind
        && let ExprKind::Member { base, name, .. } = &segment[*callee].kind
        && matches!(name.as_str(), "lower" | "upper" | "strip" | "title" | "casefold")
    {
        return spelled(segment, *base);
    }
    id
}

/// Is a word for yes among what it is compared with?
fn holds_yes(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Seq { items, .. } => items.iter().any(|item| says_yes(segment, item.value)),
        _ => says_yes(segment, id),
    }
}

fn says_yes(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Str(text) => matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on"),
        _ => is_on(segment, id),
    }
}

fn is_on(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Bool(is) => *is,
        ExprKind::Str(text) => matches!(&**text, "True" | "true" | "1"),
        ExprKind::Num(text) => text == "1",
        _ => false,
    }
}

/// `os.environ.get("X", default)`, `os.getenv("X", default)`: the default, if there is one.
fn read(segment: &Segment, id: ExprId) -> Option<Option<ExprId>> {
    let ExprKind::Call { callee, args, .. } = &segment[id].kind else { return None };
    let is_read = match &segment[*callee].kind {
        ExprKind::Name(name) => name == "getenv",
        ExprKind::Member { base, name, .. } if name == "get" => match &segment[*base].kind {
            ExprKind::Member { name, .. } | ExprKind::Name(name) => name == "environ",
            _ => false,
        },
        ExprKind::Member { name, .. } => name == "getenv",
        _ => false,
    };
    let default = |arg: &Arg| arg.value;
    is_read.then(|| args.get(1).map(default))
}
