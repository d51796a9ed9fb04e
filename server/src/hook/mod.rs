//! FLOOR 9. The guard inside an assistant: it is called by the assistant's own hooks, looks at what was just written, and
//! answers in words that a model repairs rightly. Whatever goes wrong here, the assistant goes on.
//!
//! ```text
//! hook's JSON on stdin -> clients (whose is it, what was written) -> reach (the daemon of this project, or no daemon)
//!   -> desk (what is due now) -> words -> clients (the answer, in the client's own form)
//! ```

mod call;
mod clients;
#[cfg(unix)]
mod daemon;
mod desk;
mod due;
mod memory;
mod place;
mod reach;
mod whole;
mod wire;
mod words;

use std::io::{IsTerminal, Read, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use call::{Call, Event};
use wire::{Ask, Verdict};

use crate::workspace::root;
use crate::workspace::root::absolute;

pub use call::Client;

/// What is typed after `guardline hook`.
pub struct Options {
    pub client: Option<Client>,
    /// The event, where the client's JSON does not name it.
    pub event: Option<String>,
    /// Reads the project each time instead of asking for the process that keeps it.
    pub alone: bool,
    pub task: Task,
}

pub enum Task {
    /// Answers the hook whose JSON is on standard input.
    Answer,
    /// Keeps the project at this folder until nobody has asked for so long.
    Keep { root: PathBuf, idle: Duration },
    /// Ends the process that keeps the project around this folder.
    End,
}

/// A hook's JSON carries at most the texts of some files.
const LARGEST: u64 = 64 << 20;

pub fn run(options: &Options) -> ExitCode {
    match &options.task {
        Task::Answer => answered(options),
        #[cfg(unix)]
        Task::Keep { root, idle } => told(daemon::serve(root, *idle)),
        #[cfg(not(unix))]
        Task::Keep { .. } => told(Err(anyhow::anyhow!("a project is kept on Unix only"))),
        Task::End => told(ended()),
    }
}

fn told(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Nothing that fails here may stand in the way of the assistant: then it is told of, and the exit code is 0.
fn answered(options: &Options) -> ExitCode {
    let answer = std::panic::catch_unwind(|| answer(options)).unwrap_or_else(|_| bail_out());
    match answer {
        Ok(answer) => {
            let _ = stdout().lock().write_all(answer.stdout.as_bytes());
            let _ = stderr().lock().write_all(answer.stderr.as_bytes());
            ExitCode::from(answer.code)
        }
        Err(error) => {
            note(&format!("this edit was not checked: {error:#}"));
            ExitCode::SUCCESS
        }
    }
}

fn bail_out() -> Result<clients::Answer> {
    bail!("the check failed; this is a mistake in Guardline")
}

fn note(sentence: &str) {
    let _ = writeln!(stderr().lock(), "guardline: {}", crate::report::paint::harmless(sentence));
}

fn answer(options: &Options) -> Result<clients::Answer> {
    if stdin().is_terminal() {
        bail!("an assistant's hook is expected on standard input");
    }
    let mut bytes = Vec::new();
    stdin().lock().take(LARGEST).read_to_end(&mut bytes).context("standard input cannot be read")?;
    let text = String::from_utf8_lossy(&bytes);
    let payload: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).context("standard input holds no JSON")?;
    let client = options.client.or_else(|| clients::recognised(&payload)).context("the assistant is not known: say which with --client")?;
    let Some(call) = clients::call(client, &payload, options.event.as_deref()) else { return Ok(clients::Answer::default()) };
    let verdict = verdict(&call, options.alone)?;
    Ok(clients::answer(&call, &verdict))
}

fn verdict(call: &Call, alone: bool) -> Result<Verdict> {
    let home = std::env::home_dir();
    let mut all = Verdict::default();
    match call.event {
        Event::Begun => {
            for folder in &call.folders {
                reach::begin(&root::around(folder, home.as_deref()), alone)?;
            }
        }
        Event::Edited => {
            for (root, edits) in by_root(call, home.as_deref()) {
                let ask = Ask {
                    root,
                    session: call.session.clone(),
                    event: Event::Edited,
                    edits,
                    heard: clients::is_heard(call),
                    last: !clients::hears_the_end(call.client),
                };
                all.join(reach::ask(&ask, alone)?);
            }
        }
        Event::Ended => {
            for root in memory::roots(&call.session)? {
                let ask = Ask { root, session: call.session.clone(), event: Event::Ended, edits: Vec::new(), heard: clients::is_heard(call), last: true };
                all.join(reach::ask(&ask, alone)?);
            }
        }
    }
    Ok(all)
}

/// The edits by the project they belong to: that of a folder the assistant works in. What lies outside of all of them is nobody's
/// business here: nothing of it is read.
fn by_root(call: &Call, home: Option<&Path>) -> Vec<(PathBuf, Vec<call::Edit>)> {
    // An assistant that names no folder started this in the one it works in.
    let here = std::env::current_dir().ok().filter(|_| call.folders.is_empty());
    let folders: Vec<&PathBuf> = call.folders.iter().chain(&here).collect();
    let roots: Vec<PathBuf> = folders.iter().filter(|folder| folder.is_dir()).map(|folder| root::around(folder, home)).collect();
    let mut found: Vec<(PathBuf, Vec<call::Edit>)> = Vec::new();
    for edit in &call.edits {
        let mut edit = edit.clone();
        let base = folders.first().map(|folder| folder.to_path_buf()).unwrap_or_default();
        edit.path = absolute(&base, &edit.path);
        let mut inside = roots.iter().find(|root| edit.path.starts_with(root)).cloned();
        if inside.is_none() {
            // A link may have been followed on one side only.
            if let Some(real) =
                edit.path.canonicalize().ok().filter(|real| roots.iter().any(|root| root.canonicalize().is_ok_and(|root| real.starts_with(root))))
            {
                inside = roots.iter().find_map(|root| root.canonicalize().ok().filter(|root| real.starts_with(root)));
                edit.path = real;
            }
        }
        let Some(root) = inside else { continue };
        match found.iter_mut().find(|(known, _)| *known == root) {
            Some((_, edits)) => edits.push(edit),
            None => found.push((root, vec![edit])),
        }
    }
    found
}

/// Ends the process that keeps the project around the current folder.
fn ended() -> Result<()> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    reach::end(&root::around(&here, std::env::home_dir().as_deref()))
}
