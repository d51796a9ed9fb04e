//! What the client tells without waiting for an answer. Plain functions on the thread that reads messages, so that the
//! state has changed completely before the next message is looked at.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::json;
use tower_lsp::lsp_types::{ConfigurationItem, Registration};

use super::disk;
use super::documents::Outcome;
use super::from_proto::{Changed, ConfigurationChanged, FilesChanged, FilesMoved, FoldersChanged, Named, Opened, ProgressCancelled};
use super::held;
use super::index;
use super::message;
use super::render;
use super::scheduler::Job;
use super::state::State;
use super::uri;
use super::watch;
use crate::text::{Change, FileId};

pub fn take(state: &Arc<State>, method: &str, params: Option<&str>) {
    match method {
        "textDocument/didChange" => did_change(state, params),
        "textDocument/didOpen" => with(state, method, params, did_open),
        "textDocument/didClose" => with(state, method, params, did_close),
        "textDocument/didSave" => with(state, method, params, did_save),
        "initialized" => initialized(state),
        "workspace/didChangeConfiguration" => with(state, method, params, did_change_configuration),
        "workspace/didChangeWatchedFiles" => with(state, method, params, |state, told: FilesChanged| {
            on_disk(state, told.changes.iter().map(|change| change.uri.as_str()));
        }),
        "workspace/didCreateFiles" | "workspace/didRenameFiles" | "workspace/didDeleteFiles" => {
            with(state, method, params, |state, told: FilesMoved| {
                let uris = told.files.iter().flat_map(|file| [&file.uri, &file.old_uri, &file.new_uri]);
                on_disk(state, uris.flatten().map(String::as_str));
            });
        }
        "workspace/didChangeWorkspaceFolders" => with(state, method, params, |state, told: FoldersChanged| {
            let uris = |folders: &[super::from_proto::Folder]| folders.iter().map(|folder| folder.uri.clone()).collect::<Vec<_>>();
            state.change_folders(&uris(&told.event.added), &uris(&told.event.removed));
            state.scheduler.urgent(Job::Configure);
            index::start(state);
        }),
        "window/workDoneProgress/cancel" => {
            with(state, method, params, |state, told: ProgressCancelled| state.bars.cancel(&told.token));
        }
        _ => state.log.debug(|| format!("{method} is none of ours")),
    }
}

/// Something arrived that could not be read at all.
pub fn lost(state: &State) {
    state.documents.lose_something();
}

/// A panic while a document was being changed: nobody knows how far that got.
pub fn broke(state: &State, method: &str, params: Option<&str>) {
    if method == "textDocument/didChange" {
        lose(state, params);
    }
}

fn with<T: DeserializeOwned>(state: &Arc<State>, method: &str, params: Option<&str>, then: impl FnOnce(&Arc<State>, T)) {
    match message::params(params.unwrap_or("{}")) {
        Ok(told) => then(state, told),
        // What serde says of a value may quote it, so only the place is told.
        Err(error) => state.log.warn(|| format!("{method} cannot be read, at column {}", error.column())),
    }
}

fn did_open(state: &Arc<State>, told: Opened) {
    let document = told.text_document;
    if let Some(file) = state.documents.open(&document.uri, &document.language_id, document.version, &document.text) {
        state.scheduler.opened(file);
    }
}

fn did_change(state: &Arc<State>, params: Option<&str>) {
    let told: Changed = match message::params(params.unwrap_or("{}")) {
        Ok(told) => told,
        Err(error) => {
            state.log.warn(|| format!("a change of a document cannot be read, at column {}", error.column()));
            return lose(state, params);
        }
    };
    let changes = told.content_changes.into_iter().map(Change::from).collect();
    let quiet = Duration::from_millis(state.config().quiet_ms);
    let document = told.text_document;
    match state.documents.change(&document.uri, document.version, changes, state.capabilities().encoding, quiet) {
        Outcome::Changed(file) => state.waken(file),
        Outcome::Lost(file) => out_of_step(state, &file),
        Outcome::Ignored => {}
    }
}

/// A change that could not be read: of the document it names, or else of any.
fn lose(state: &State, params: Option<&str>) {
    let named: Option<Named> = params.and_then(|params| message::params(params).ok());
    match named.and_then(|named| uri::file_of(&named.text_document.uri)) {
        Some(file) => {
            if let Outcome::Lost(file) = state.documents.lose(&file) {
                out_of_step(state, &file);
            }
        }
        None => lost(state),
    }
}

fn out_of_step(state: &State, file: &FileId) {
    state.scheduler.closed(file);
    let message =
        format!("Guardline has lost track of {}: the editor sent a change of it that cannot be read. Save or reopen the file to go on.", file.file_name());
    state.log.warn(|| format!("{file} is out of step"));
    state.outbox.notify("window/showMessage", &json!({ "type": 2, "message": message }));
}

fn did_save(state: &Arc<State>, told: Named) {
    let Some(file) = uri::file_of(&told.text_document.uri) else { return };
    if state.documents.saved(&file)
        && let Some(text) = disk::text(&file)
    {
        state.documents.restore(&file, &text);
        state.waken(file.clone());
    }
    if state.documents.is_open(&file) {
        state.scheduler.quiet_at(&file, Instant::now());
    }
    if disk::is_config(state, &file) {
        state.scheduler.urgent(Job::Configure);
    }
}

fn did_close(state: &Arc<State>, told: Named) {
    let Some(file) = uri::file_of(&told.text_document.uri) else { return };
    let Some(open) = state.documents.close(&file) else { return };
    state.scheduler.closed(&file);
    state.drop_result(&file);
    if !state.pulls() {
        state.outbox.send_list(&file, render::publication(&open.uri, None, b"[]"));
    }
    state.scheduler.later(Job::Disk(vec![file]));
}

fn on_disk<'u>(state: &Arc<State>, uris: impl Iterator<Item = &'u str>) {
    let files: Vec<FileId> = uris.filter_map(uri::file_of).collect();
    if !files.is_empty() {
        state.scheduler.later(Job::Disk(files));
    }
}

fn initialized(state: &Arc<State>) {
    state.scheduler.urgent(Job::Configure);
    index::start(state);
    let capabilities = state.capabilities();
    let mut registrations = Vec::new();
    if capabilities.register_watchers {
        registrations.push(watch::registration());
    }
    if capabilities.register_configuration {
        // Without a section: a client that is given one sends its defaults as if somebody had chosen them.
        registrations.push(Registration { id: "guardline-settings".into(), method: "workspace/didChangeConfiguration".into(), register_options: None });
    }
    if !registrations.is_empty() {
        let state = state.clone();
        state.clone().runtime.spawn(async move {
            if state.client.register_capability(registrations).await.is_err() {
                state.log.warn(|| "the client does not register what it said it could".into());
            }
        });
    }
    ask_for_settings(state);
}

fn did_change_configuration(state: &Arc<State>, told: ConfigurationChanged) {
    let pushed = held(&state.settings).push(&told.settings);
    if pushed { apply_settings(state) } else { ask_for_settings(state) }
}

fn ask_for_settings(state: &Arc<State>) {
    if !state.capabilities().configuration {
        return;
    }
    let state = state.clone();
    state.clone().runtime.spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some("guardline".into()) };
        if let Ok(answer) = state.client.configuration(vec![item]).await {
            held(&state.settings).answer(answer.first().unwrap_or(&json!(null)));
            apply_settings(&state);
        }
    });
}

fn apply_settings(state: &State) {
    if let Some(level) = held(&state.settings).log_level {
        state.log.set_level(level);
    }
    state.scheduler.urgent(Job::Configure);
}
