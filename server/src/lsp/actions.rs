//! Code actions. What the menu shows carries a ticket; the edit itself is computed when one is chosen, from the text as
//! it is then, and refused if that is another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;

use super::commands;
use super::disk;
use super::documents::Open;
use super::fix_all;
use super::from_proto;
use super::judge;
use super::render::{Around, List};
use super::state::State;
use super::to_proto::{self, Refusal};
use super::uri;
use crate::engine::{Cancel, Offer, Snapshot};
use crate::fixes::{FileEdit, Fix};
use crate::rules::Finding;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};

pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.guardline");

/// Names one fix of one version of a document.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    uri: String,
    version: i32,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "fix", rename_all = "camelCase")]
enum What {
    One { start: u32, end: u32, rule: String, detail: String, index: usize, title: String },
    All,
}

/// What a ticket stands for, computed from `snapshot`.
pub struct Drawn {
    pub snapshot: Snapshot,
    pub edits: Vec<FileEdit>,
    pub note: Option<String>,
}

pub async fn offered(state: &Arc<State>, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let Some(open) = uri::file_of(params.text_document.uri.as_str()).and_then(|file| state.documents.in_step(&file)) else {
        return Ok(None);
    };
    if !state.looks_at(&open.document) {
        return Ok(None);
    }
    state.first_read().await;
    let span = from_proto::span(open.document.rope(), params.range, state.capabilities().encoding);
    let shared = state.clone();
    let actions = state.workers.run(move |cancel| actions(&shared, &open, span, &params.context, cancel)).await;
    actions.ok_or_else(Error::internal_error)?.map(Some).ok_or_else(Error::request_cancelled)
}

fn actions(state: &State, open: &Open, span: Span, context: &CodeActionContext, cancel: &Cancel) -> Option<CodeActionResponse> {
    let document = &open.document;
    let snapshot = state.snapshot_with(document);
    let only = context.only.as_deref();
    let mut actions = Vec::new();
    if asks_for(only, &CodeActionKind::QUICKFIX) {
        let offers = judge::fixes_at(state, &snapshot, &document.file, span, cancel)?;
        // Repairs of all findings first: what only silences is never what somebody is looking for.
        for suppresses in [false, true] {
            for offer in &offers {
                let diagnostics = diagnostics(state, open, &snapshot, &offer.finding, context);
                for (index, fix) in offer.fixes.iter().enumerate().filter(|(_, fix)| fix.suppresses == suppresses) {
                    let ticket = ticket(open, &offer.finding, index, fix);
                    actions.extend(action(state, &snapshot, fix, ticket, diagnostics.clone(), cancel));
                }
            }
        }
    }
    // Only when asked for by name: finding all fixes of a document is too much for every move of the cursor.
    if only.is_some() && asks_for(only, &FIX_ALL) {
        let whole = Span::new(0, document.rope().len_bytes() as u32);
        let edits = fix_all::merged(&judge::fixes_at(state, &snapshot, &document.file, whole, cancel)?);
        if !edits.is_empty() {
            let ticket = Ticket { uri: open.uri.to_string(), version: document.version, what: What::All };
            let title = "Apply all safe fixes of Guardline".to_owned();
            let action = CodeAction { title, kind: Some(FIX_ALL), ..CodeAction::default() };
            actions.extend(finished(state, &snapshot, &edits, ticket, action, cancel));
        }
    }
    Some(actions)
}

/// A kind covers the kinds below it; nothing asked for means quick fixes.
fn asks_for(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let Some(only) = only else { return *kind == CodeActionKind::QUICKFIX };
    only.iter().any(|asked| {
        let rest = kind.as_str().strip_prefix(asked.as_str());
        asked.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn ticket(open: &Open, finding: &Finding, index: usize, fix: &Fix) -> Ticket {
    let what = What::One {
        start: finding.place.span.start,
        end: finding.place.span.end,
        rule: finding.rule.as_str().into(),
        detail: finding.detail.to_string(),
        index,
        title: fix.title.clone(),
    };
    Ticket { uri: open.uri.to_string(), version: open.document.version, what }
}

fn action(state: &State, snapshot: &Snapshot, fix: &Fix, ticket: Ticket, diagnostics: Vec<Diagnostic>, cancel: &Cancel) -> Option<CodeActionOrCommand> {
    let action = CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(diagnostics),
        is_preferred: (fix.preferred && !fix.suppresses).then_some(true),
        command: fix.note.as_ref().map(|note| commands::note(note)),
        ..CodeAction::default()
    };
    finished(state, snapshot, &fix.edits, ticket, action, cancel)
}

/// The action with what it does: now, later, or by way of a command. `None` if this client can do nothing with it.
fn finished(state: &State, snapshot: &Snapshot, edits: &[FileEdit], ticket: Ticket, action: CodeAction, cancel: &Cancel) -> Option<CodeActionOrCommand> {
    let capabilities = state.capabilities();
    let creates = edits.iter().any(|edit| edit.create && snapshot.project.file(&edit.file).is_none());
    if !capabilities.action_literals || (creates && !capabilities.create_files) {
        let command = commands::apply(&action.title, serde_json::to_value(&ticket).ok()?);
        return capabilities.apply_edit.then(|| {
            if capabilities.action_literals {
                // The note is shown once the edit has been made.
                CodeActionOrCommand::CodeAction(CodeAction { command: Some(command), ..action })
            } else {
                CodeActionOrCommand::Command(command)
            }
        });
    }
    if capabilities.lazy_edits {
        return Some(CodeActionOrCommand::CodeAction(CodeAction { data: serde_json::to_value(&ticket).ok(), ..action }));
    }
    let edit = if edits.iter().all(|edit| state.documents.is_open(&edit.file)) {
        to_proto::workspace_edit(state, snapshot, edits)
    } else {
        draw(state, &ticket, cancel).and_then(|drawn| to_proto::workspace_edit(state, &drawn.snapshot, &drawn.edits))
    };
    let edit = edit.ok()?;
    Some(CodeActionOrCommand::CodeAction(CodeAction { edit: Some(edit), ..action }))
}

/// The diagnostics that a fix ends: the client's own, if it sent them along.
fn diagnostics(state: &State, open: &Open, snapshot: &Snapshot, finding: &Finding, context: &CodeActionContext) -> Vec<Diagnostic> {
    let uri_of = |file: &FileId| state.uri_of(file);
    let around = Around { project: &snapshot.project, uri_of: &uri_of };
    let list = state.renderer().list(open.document.rope(), std::slice::from_ref(finding), (&[], &List::default()), None, &around);
    let ours: Vec<Diagnostic> = serde_json::from_slice(&list.json).unwrap_or_default();
    let same = |theirs: &&Diagnostic| ours.iter().any(|ours| ours.range == theirs.range && ours.code == theirs.code && ours.message == theirs.message);
    let sent: Vec<Diagnostic> = context.diagnostics.iter().filter(same).cloned().collect();
    if sent.is_empty() { ours } else { sent }
}

pub async fn resolved(state: &Arc<State>, mut action: CodeAction) -> Result<CodeAction> {
    let ticket = action.data.clone().and_then(|data| serde_json::from_value::<Ticket>(data).ok());
    let ticket = ticket.ok_or_else(|| Error::invalid_params("not an action of Guardline"))?;
    let shared = state.clone();
    let edit = state.workers.run(move |cancel| {
        let drawn = draw(&shared, &ticket, cancel)?;
        to_proto::workspace_edit(&shared, &drawn.snapshot, &drawn.edits)
    });
    action.edit = Some(edit.await.ok_or_else(Error::internal_error)?.map_err(refused)?);
    Ok(action)
}

/// What a refusal is to the client.
pub fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Changed => Error::content_modified(),
        Refusal::Unable => Error { message: "this client cannot make that edit".into(), ..Error::request_cancelled() },
    }
}

/// Computes what a ticket stands for. Files that are not open are read from disk at this moment: the edit's places must
/// be those of the text that the client is about to load.
pub fn draw(state: &State, ticket: &Ticket, cancel: &Cancel) -> std::result::Result<Drawn, Refusal> {
    let open = uri::file_of(&ticket.uri).and_then(|file| state.documents.in_step(&file)).ok_or(Refusal::Changed)?;
    let document = &open.document;
    if document.version != ticket.version {
        return Err(Refusal::Changed);
    }
    let mut snapshot = state.snapshot_with(document);
    loop {
        let (edits, note) = pick(state, &snapshot, document, &ticket.what, cancel).ok_or(Refusal::Changed)?;
        let news = news_from_disk(state, &snapshot, &edits);
        if news.is_empty() {
            return Ok(Drawn { snapshot, edits, note });
        }
        if cancel.is_cancelled() {
            return Err(Refusal::Changed);
        }
        snapshot.project = Arc::new(snapshot.project.with(news));
    }
}

fn pick(state: &State, snapshot: &Snapshot, document: &Document, what: &What, cancel: &Cancel) -> Option<(Vec<FileEdit>, Option<String>)> {
    let file = &document.file;
    match what {
        What::All => {
            let whole = Span::new(0, document.rope().len_bytes() as u32);
            Some((fix_all::merged(&judge::fixes_at(state, snapshot, file, whole, cancel)?), None))
        }
        What::One { start, end, rule, detail, index, title } => {
            let span = Span::new(*start, (*end).max(*start));
            let offers = judge::fixes_at(state, snapshot, file, span, cancel)?;
            let meant = |offer: &&Offer| {
                let finding = &offer.finding;
                finding.place.span == span && finding.rule.as_str() == rule && finding.detail.as_str() == detail
            };
            // The title may name a variable that another file has taken meanwhile; then it is another fix.
            let fix = offers.iter().filter(meant).find_map(|offer| offer.fixes.get(*index).filter(|fix| fix.title == *title))?;
            Some((fix.edits.clone(), fix.note.clone()))
        }
    }
}

type News = Vec<(FileId, Option<Arc<Document>>)>;

fn news_from_disk(state: &State, snapshot: &Snapshot, edits: &[FileEdit]) -> News {
    let closed = edits.iter().map(|edit| &edit.file).filter(|file| !state.documents.is_open(file) && uri::path_of(file).is_some());
    let news = closed.filter_map(|file| {
        let known = snapshot.project.file(file);
        let text = disk::text(file);
        let same = match (&known, &text) {
            (Some(known), Some(text)) => known.document.rope() == text.as_str(),
            (None, None) => true,
            _ => false,
        };
        let document = |text: String| Some(Arc::new(Document::new(file.clone(), Language::of(file).unwrap_or(Language::Text), 0, &text)));
        (!same).then(|| (file.clone(), text.and_then(document)))
    });
    news.collect()
}

/// Diagnostics of other servers come along in a request's context, in shapes the library refuses; they are not ours.
pub fn without_foreign_diagnostics(params: &mut Value) {
    if let Some(diagnostics) = params.pointer_mut("/context/diagnostics").and_then(Value::as_array_mut) {
        diagnostics.retain(|diagnostic| diagnostic.get("source").and_then(Value::as_str) == Some("guardline"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_cover_those_below_them() {
        let asks = |only: &[&'static str], kind: &CodeActionKind| {
            let only: Vec<CodeActionKind> = only.iter().map(|kind| CodeActionKind::new(kind)).collect();
            asks_for(Some(&only), kind)
        };
        assert!(asks_for(None, &CodeActionKind::QUICKFIX) && !asks_for(None, &FIX_ALL));
        for kind in ["source.fixAll.guardline", "source.fixAll", "source", ""] {
            assert!(asks(&[kind], &FIX_ALL), "{kind}");
        }
        for kind in ["source.fixAll.eslint", "source.fix", "quickfix", "sourc"] {
            assert!(!asks(&[kind], &FIX_ALL), "{kind}");
        }
        assert!(asks(&["refactor", "quickfix"], &CodeActionKind::QUICKFIX) && !asks(&[], &CodeActionKind::QUICKFIX));
    }

    #[test]
    fn tickets_survive_the_client() {
        let one = What::One { start: 1, end: 2, rule: "xss".into(), detail: "".into(), index: 0, title: "t".into() };
        for what in [one, What::All] {
            let ticket = Ticket { uri: "file:///a.ts".into(), version: 3, what };
            let value = serde_json::to_value(&ticket).expect("JSON");
            assert_eq!(serde_json::from_value::<Ticket>(value).expect("a ticket"), ticket);
        }
    }

    #[test]
    fn only_our_own_diagnostics_are_read() {
        let mut params = json!({ "context": { "diagnostics": [{ "source": "guardline" }, { "source": "ts", "codeDescription": { "href": "" } }, 5] } });
        without_foreign_diagnostics(&mut params);
        assert_eq!(params, json!({ "context": { "diagnostics": [{ "source": "guardline" }] } }));
    }
}
