//! The engine's edits as the client's. Everything that is written carries the version it is meant for.

use std::collections::HashMap;

use ropey::Rope;
use tower_lsp::lsp_types::*;

use super::places::Places;
use super::state::{State, holds};
use crate::engine::Snapshot;
use crate::fixes::FileEdit;
use crate::text::FileId;

/// Why an edit cannot be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// A document has changed since.
    Changed,
    /// The client cannot do that.
    Unable,
}

/// The edits, computed from `snapshot`, for this client.
pub fn workspace_edit(state: &State, snapshot: &Snapshot, edits: &[FileEdit]) -> Result<WorkspaceEdit, Refusal> {
    let capabilities = state.capabilities();
    let mut operations = Vec::new();
    let mut creates = false;
    for edit in edits {
        let known = snapshot.project.file(&edit.file);
        let open = state.documents.get(&edit.file);
        if open.as_ref().is_some_and(|open| !open.in_step || !holds(&snapshot.project, &open.document)) {
            return Err(Refusal::Changed);
        }
        let uri = url(state, &edit.file)?;
        if edit.create && known.is_none() {
            if !capabilities.create_files {
                return Err(Refusal::Unable);
            }
            creates = true;
            operations.push(DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
                uri: uri.clone(),
                options: Some(CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) }),
                annotation_id: None,
            })));
        }
        let empty = Rope::new();
        let mut places = Places::new(known.map_or(&empty, |file| file.document.rope()), capabilities.encoding);
        let edits = edit.edits.iter().map(|edit| TextEdit { range: places.range(edit.span), new_text: edit.text.clone() });
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: open.map(|open| open.document.version) },
            edits: edits.map(OneOf::Left).collect(),
        }));
    }
    Ok(match (capabilities.document_changes, creates) {
        (true, true) => WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() },
        (true, false) => WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(text_edits(operations).collect())), ..WorkspaceEdit::default() },
        (false, _) => WorkspaceEdit { changes: Some(as_changes(operations)), ..WorkspaceEdit::default() },
    })
}

pub fn url(state: &State, file: &FileId) -> Result<Url, Refusal> {
    Url::parse(&state.uri_of(file)).map_err(|_| Refusal::Unable)
}

fn text_edits(operations: Vec<DocumentChangeOperation>) -> impl Iterator<Item = TextDocumentEdit> {
    operations.into_iter().filter_map(|operation| match operation {
        DocumentChangeOperation::Edit(edit) => Some(edit),
        DocumentChangeOperation::Op(_) => None,
    })
}

fn as_changes(operations: Vec<DocumentChangeOperation>) -> HashMap<Url, Vec<TextEdit>> {
    let mut changes: HashMap<Url, Vec<TextEdit>> = HashMap::new();
    for edit in text_edits(operations) {
        let plain = edit.edits.into_iter().filter_map(|edit| match edit {
            OneOf::Left(edit) => Some(edit),
            OneOf::Right(_) => None,
        });
        changes.entry(edit.text_document.uri).or_default().extend(plain);
    }
    changes
}
