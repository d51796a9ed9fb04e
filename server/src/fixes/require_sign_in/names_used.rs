//! The names that a piece of code uses, and how they get into another file.

use super::{Copying, Handler};
use crate::fixes::edits::Edits;
use crate::fixes::phrasebook;
use crate::fixes::stack::Wanted;
use crate::model::{ExprKind, StmtKind};
use crate::text::{Name, Span};

/// The names that are used inside of a span of the handler's item.
pub(super) fn used(handler: &Handler<'_>, span: Span) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for expr in handler.placed.segment.exprs.iter().filter(|expr| span.contains(expr.span)) {
        if let ExprKind::Name(name) = &expr.kind
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}

/// Brings names of the guide's file into ours. `None` if one of them cannot be had there.
pub(super) fn bring(copying: &Copying<'_>, names: &[Name], edits: &mut Edits) -> Option<()> {
    let (from, to) = (copying.guide.code, copying.ours.code);
    if from.file == to.file {
        return Some(());
    }
    for name in names {
        let Some((source, imported)) = import_of(&copying.guide, name) else {
            if is_defined(&copying.guide, name) {
                return None;
            }
            continue;
        };
        if imported == "default" || imported == "*" || imported != *name {
            return None;
        }
        if source.starts_with('.') && from.file.folder() != to.file.folder() {
            return None;
        }
        let imported = phrasebook::of(to.language)?.import(to, &Wanted { from: source.to_string(), name: Some(name.to_string()) })?;
        if imported.local != *name {
            return None;
        }
        if let Some(edit) = imported.edit {
            edits.edit(&to.file, edit);
        }
    }
    Some(())
}

fn import_of(handler: &Handler<'_>, name: &Name) -> Option<(Name, Name)> {
    for placed in &handler.code.model.segments {
        for id in &placed.segment.body {
            if let StmtKind::Import(import) = &placed.segment[*id].kind
                && let Some(found) = import.names.iter().find(|known| known.local == *name)
            {
                return Some((import.source.clone(), found.imported.clone()));
            }
        }
    }
    None
}

/// Is it something of the guide's file itself?
fn is_defined(handler: &Handler<'_>, name: &Name) -> bool {
    let word = |text: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).any(|word| word == name.as_str());
    handler.code.model.segments.iter().any(|placed| {
        let head: String = placed.span().of(&handler.code.text).chars().take_while(|c| !matches!(c, '=' | '(' | '{')).collect();
        !placed.segment.body.is_empty() && word(&head)
    })
}
