//! Diagnostics for clients that ask for them. The answer is what would have been published, once it is there.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;

use super::judge;
use super::render::{Around, List};
use super::state::State;
use super::to_proto;
use super::uri;
use crate::engine::Cancel;
use crate::rules::Finding;
use crate::text::FileId;

pub async fn document(state: &Arc<State>, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
    let open = uri::file_of(params.text_document.uri.as_str()).and_then(|file| state.documents.in_step(&file));
    let result = match &open {
        Some(open) => Some(state.result_of(open).await.ok_or_else(Error::content_modified)?),
        None => None,
    };
    let json = result.as_ref().map_or(b"[]".as_slice(), |result| result.list.json.as_slice());
    let id = id(json);
    let report = if params.previous_result_id.as_ref() == Some(&id) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: full(json, id) })
    };
    Ok(DocumentDiagnosticReportResult::Report(report))
}

/// The files that are not open: of those the client asks by themselves.
pub async fn workspace(state: &Arc<State>, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
    let shared = state.clone();
    let items = state.workers.run(move |cancel| reports(&shared, &params.previous_result_ids, cancel));
    let items = items.await.ok_or_else(Error::internal_error)?.ok_or_else(Error::request_cancelled)?;
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

fn reports(state: &State, previous: &[PreviousResultId], cancel: &Cancel) -> Option<Vec<WorkspaceDocumentDiagnosticReport>> {
    let snapshot = state.snapshot();
    let mut by_file: BTreeMap<FileId, Vec<Finding>> = BTreeMap::new();
    for finding in judge::check_all(state, &snapshot, cancel)? {
        if !state.documents.is_open(&finding.place.file) {
            by_file.entry(finding.place.file.clone()).or_default().push(finding);
        }
    }
    // A file that has none any more must be told empty once.
    for known in previous {
        if let Some(file) = uri::file_of(known.uri.as_str()).filter(|file| !state.documents.is_open(file)) {
            by_file.entry(file).or_default();
        }
    }
    let renderer = state.renderer();
    let uri_of = |file: &FileId| state.uri_of(file);
    let around = Around { project: &snapshot.project, uri_of: &uri_of };
    let empty = ropey::Rope::new();
    let report = |(file, findings): (FileId, Vec<Finding>)| {
        let rope = snapshot.project.file(&file).map_or(&empty, |file| file.document.rope());
        let list = renderer.list(rope, &findings, (&[], &List::default()), None, &around);
        let id = id(&list.json);
        let uri = to_proto::url(state, &file).ok()?;
        let known = previous.iter().find(|known| uri::file_of(known.uri.as_str()).as_ref() == Some(&file));
        Some(if known.is_some_and(|known| known.value == id) {
            WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
            })
        } else {
            WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version: None,
                full_document_diagnostic_report: full(&list.json, id),
            })
        })
    };
    Some(by_file.into_iter().filter_map(report).collect())
}

fn full(json: &[u8], id: String) -> FullDocumentDiagnosticReport {
    FullDocumentDiagnosticReport { result_id: Some(id), items: serde_json::from_slice(json).unwrap_or_default() }
}

/// Equal lists have equal ids.
fn id(json: &[u8]) -> String {
    let mut hasher = FxHasher::default();
    hasher.write(json);
    format!("{:x}-{:x}", json.len(), hasher.finish())
}
