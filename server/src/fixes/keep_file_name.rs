//! **Keep only the file's name**: whatever folders are in front of it are taken away.

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::model::{BinaryOp, ExprId, ExprKind, TemplatePart};
use crate::project::Project;
use crate::rules::Place;

pub fn fix(project: &Project, at: &Place) -> Option<Fix> {
    let here = Here::at(project, at)?;
    let id = here.expression(at.span)?;
    let is_whole_path = matches!(here.kind(id), ExprKind::Template(_) | ExprKind::Binary { .. } | ExprKind::Str(_));
    if is_whole_path || here.code.text.get(..at.span.start as usize)?.ends_with(['"', '\'']) {
        return None;
    }
    let mut edits = Edits::default();
    let value = here.text(id).to_owned();
    let is_text = matches!(here.kind(id), ExprKind::Name(_)) || value.starts_with("String(");
    let leads = is_folder(&here, id);
    let wrapped = if here.python() {
        // Inside an f-string of an older Python no quotes may be repeated; there are none in this.
        match super::stack::local_export(here.code.model, "pathlib", "Path") {
            Some(local) => format!("{local}({value}).name"),
            None => format!("{}.path.basename({value})", here.module("os", &mut edits)?),
        }
    } else {
        let basename = here.member("path", "basename", &mut edits)?;
        if is_text || !value.starts_with("req.") { format!("{basename}({value})") } else { format!("{basename}(String({value}))") }
    };
    edits.replace(&at.file, at.span, if leads { without_dots(&here, id, &wrapped) } else { wrapped });
    Some(Fix {
        title: format!("Use only the file name in {value}"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(
            "Folders in the value are dropped. If they are meant to be there, work out the full path and compare it with the folder instead.".to_owned(),
        ),
        suppresses: false,
    })
}

/// More of the path follows what stands there: the name of a folder, and `..` would be one.
fn is_folder(here: &Here<'_>, id: ExprId) -> bool {
    let segment = &here.placed.segment;
    let at = segment[id].span;
    let holds = |other: &ExprId| segment[*other].span.contains(at);
    segment.exprs.iter().any(|around| match &around.kind {
        ExprKind::Call { callee, args, .. } => {
            let joins = matches!(last_name(here, *callee), Some("join" | "joinpath" | "resolve" | "safe_join" | "Path" | "PurePath"));
            joins && args.iter().position(|arg| holds(&arg.value)).is_some_and(|place| place + 1 < args.len())
        }
        ExprKind::Binary { op: BinaryOp::Div, left, .. } => holds(left),
        ExprKind::Binary { op: BinaryOp::Add, left, right } => {
            holds(left)
                && match here.kind(*right) {
                    ExprKind::Str(text) => text.starts_with(['/', '\\']),
                    _ => true,
                }
        }
        ExprKind::Template(parts) => {
            let place = parts.iter().position(|part| matches!(part, TemplatePart::Hole(hole, _) if holds(hole)));
            match place.and_then(|place| parts.get(place + 1)) {
                Some(TemplatePart::Text(text, _)) => text.starts_with(['/', '\\']),
                Some(TemplatePart::Hole(..)) => true,
                None => false,
            }
        }
        _ => false,
    })
}

fn last_name<'h>(here: &'h Here<'_>, id: ExprId) -> Option<&'h str> {
    match here.kind(id) {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    }
}

fn without_dots(here: &Here<'_>, id: ExprId, name: &str) -> String {
    if !here.python() {
        return format!("{name}.replace(/^\\.+/, {})", here.quoted("\"\""));
    }
    let at = here.placed.segment[id].span;
    let text =
        here.placed.segment.exprs.iter().filter(|expr| matches!(expr.kind, ExprKind::Template(_)) && expr.span.contains(at)).min_by_key(|expr| expr.span.len());
    // Of the quotes of the f-string around it none may be repeated.
    let mark = match text.map(|text| here.placed.absolute(text.span).of(&here.code.text)) {
        Some(text) => {
            if text.contains('"') {
                '\''
            } else {
                '"'
            }
        }
        None => super::edits::quote(&here.code.text, '"'),
    };
    format!("{name}.lstrip({mark}.{mark})")
}
