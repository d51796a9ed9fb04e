//! What an assistant says through its hook, whichever assistant it is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The assistants whose hooks are understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Client {
    ClaudeCode,
    Codex,
    Copilot,
    Cursor,
    VsCode,
    Windsurf,
}

impl Client {
    pub const ALL: [(&'static str, Client); 6] = [
        ("claude-code", Client::ClaudeCode),
        ("codex", Client::Codex),
        ("copilot", Client::Copilot),
        ("cursor", Client::Cursor),
        ("vscode", Client::VsCode),
        ("windsurf", Client::Windsurf),
    ];

    pub fn named(name: &str) -> Option<Client> {
        Client::ALL.iter().find(|(known, _)| *known == name).map(|(_, client)| *client)
    }
}

/// When the hook was called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Event {
    /// A session begins: a good time to read the project.
    Begun,
    /// Files were written.
    Edited,
    /// The assistant means to stop.
    Ended,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    pub client: Client,
    pub event: Event,
    /// How the client names the event; some want it back.
    pub event_name: String,
    /// What is remembered of what was told is remembered under this name.
    pub session: String,
    /// The folders that the assistant works in, the most telling first.
    pub folders: Vec<PathBuf>,
    pub edits: Vec<Edit>,
}

/// A file that was written.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Edit {
    pub path: PathBuf,
    pub before: Before,
    /// What was replaced by what, in this order, where the client says so.
    pub pieces: Vec<Piece>,
    /// The file was written as a whole.
    pub whole: bool,
}

/// The text before the edit, as far as the client tells.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Before {
    Unknown,
    Absent,
    Text(String),
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Piece {
    pub old: String,
    pub new: String,
}

impl Edit {
    pub fn of(path: &str) -> Edit {
        Edit { path: PathBuf::from(path), before: Before::Unknown, pieces: Vec::new(), whole: false }
    }
}
