//! **Keep only the file's name**: whatever folders are in front of it are taken away.

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::model::ExprKind;
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
    edits.replace(&at.file, at.span, wrapped);
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
