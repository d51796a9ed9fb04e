//! Edits of code that stands inside of other files. Fixes are made for the code as it is read; what is written into a notebook has
//! to be written as JSON.

use super::{FileEdit, Fix, TextEdit, edits};
use crate::project::Project;
use crate::syntax::{Embedded, Language};

/// The fix as the files take it. `None` if an edit lies where no code can be written.
pub(super) fn written(project: &Project, fix: Fix) -> Option<Fix> {
    let edits = fix.edits.into_iter().map(|edit| {
        let document = &project.file(&edit.file).filter(|_| !edit.create).map(|known| &known.document);
        match document.and_then(|document| document.embedded().filter(|_| document.language == Language::Notebook)) {
            Some(embedded) => in_strings(edit, embedded),
            None => Some(edit),
        }
    });
    Some(Fix { edits: edits.collect::<Option<_>>()?, ..fix })
}

fn in_strings(edit: FileEdit, embedded: &Embedded) -> Option<FileEdit> {
    let escaped = |edit: &TextEdit| {
        let span = embedded.exact(edit.span);
        let is_code = embedded.part_at(span.start).is_some() && embedded.part_at(span.end).is_some();
        let text = serde_json::to_string(&edit.text).ok().filter(|_| is_code)?;
        Some(TextEdit { span, text: text.get(1..text.len().checked_sub(1)?)?.to_owned() })
    };
    let edits = edits::ordered(edit.edits.iter().map(escaped).collect::<Option<Vec<_>>>()?)?;
    Some(FileEdit { edits, ..edit })
}
