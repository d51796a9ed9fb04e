//! What the client can have done: apply a fix that its edits cannot express, audit the workspace, show a note.

use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Command, ExecuteCommandParams};

use super::actions::{self, Ticket};
use super::audit;
use super::create;
use super::judge;
use super::scheduler::Job;
use super::state::State;
use super::to_proto::{self, Refusal};
use crate::engine::Cancel;
use crate::rules::own::Known;

const APPLY: &str = "guardline.applyFix";
const AUDIT: &str = "guardline.auditWorkspace";
const NOTE: &str = "guardline.showNote";

pub const ALL: [&str; 3] = [APPLY, AUDIT, NOTE];

pub fn apply(title: &str, ticket: Value) -> Command {
    Command { title: title.into(), command: APPLY.into(), arguments: Some(vec![ticket]) }
}

/// What remains to be done by hand, shown after the edit.
pub fn note(note: &str) -> Command {
    Command { title: "What remains to be done".into(), command: NOTE.into(), arguments: Some(vec![note.into()]) }
}

pub async fn execute(state: &Arc<State>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = params.arguments.into_iter().next();
    match params.command.as_str() {
        APPLY => apply_fix(state, argument).await.map(Some),
        AUDIT => audit(state).await.map(Some),
        NOTE => {
            if let Some(Value::String(note)) = argument {
                show(state, INFO, &note);
            }
            Ok(None)
        }
        _ => Err(Error::invalid_params("not a command of Guardline")),
    }
}

async fn audit(state: &Arc<State>) -> Result<Value> {
    let shared = state.clone();
    let text = state.workers.run(move |cancel| {
        let snapshot = shared.snapshot();
        let findings = judge::check_all(&shared, &snapshot, cancel)?;
        Some(audit::markdown(&snapshot.project, &Known::of(&snapshot.config), &findings, shared.index.is_running()))
    });
    text.await.ok_or_else(Error::internal_error)?.map(Value::String).ok_or_else(Error::request_cancelled)
}

/// Two steps, for clients that cannot create files: the new files are written here, the rest is the client's to edit.
/// The files come first, so that no secret leaves the code before it is somewhere else.
async fn apply_fix(state: &Arc<State>, argument: Option<Value>) -> Result<Value> {
    let ticket = argument.and_then(|ticket| serde_json::from_value::<Ticket>(ticket).ok());
    let ticket = ticket.ok_or_else(|| Error::invalid_params("not a fix of Guardline"))?;
    let shared = state.clone();
    let written = state.workers.run(move |cancel| write_and_edit(&shared, &ticket, cancel)).await.ok_or_else(Error::internal_error)?;
    let (edit, note, created) = match written {
        Ok(done) => done,
        Err(Failure::Refused(refusal)) => return Err(actions::refused(refusal)),
        Err(Failure::Disk(why)) => {
            show(state, ERROR, &why);
            return Err(Error { message: why.into(), ..Error::request_cancelled() });
        }
    };
    let applied = match edit {
        Some(edit) => state.client.apply_edit(edit).await.is_ok_and(|answer| answer.applied),
        None => true,
    };
    match (applied, note) {
        (true, Some(note)) => show(state, INFO, &note),
        (false, _) if created > 0 => show(state, ERROR, "The new file was written, but the editor refused the edit that goes with it."),
        _ => {}
    }
    Ok(json!({ "applied": applied }))
}

enum Failure {
    Refused(Refusal),
    Disk(String),
}

type Written = (Option<tower_lsp::lsp_types::WorkspaceEdit>, Option<String>, usize);

fn write_and_edit(state: &State, ticket: &Ticket, cancel: &Cancel) -> std::result::Result<Written, Failure> {
    let drawn = actions::draw(state, ticket, cancel).map_err(Failure::Refused)?;
    let by_us = |edit: &&crate::fixes::FileEdit| edit.create && !state.capabilities().create_files && drawn.snapshot.project.file(&edit.file).is_none();
    let (ours, theirs): (Vec<_>, Vec<_>) = drawn.edits.iter().partition(by_us);
    let theirs: Vec<_> = theirs.into_iter().cloned().collect();
    // Computed before anything is written: if the documents have moved on, nothing has happened.
    let edit = if theirs.is_empty() { None } else { Some(to_proto::workspace_edit(state, &drawn.snapshot, &theirs).map_err(Failure::Refused)?) };
    for edit in &ours {
        create::file(edit, &state.root_paths()).map_err(|why| Failure::Disk(format!("{} was not written: {why}.", edit.file.file_name())))?;
    }
    state.scheduler.later(Job::Disk(ours.iter().map(|edit| edit.file.clone()).collect()));
    Ok((edit, drawn.note, ours.len()))
}

const ERROR: u8 = 1;
const INFO: u8 = 3;

fn show(state: &State, kind: u8, message: &str) {
    state.outbox.notify("window/showMessage", &json!({ "type": kind, "message": message }));
}
