//! What the client says, as the server's own words. Notifications have structs of their own, which take what matters
//! and let pass what is odd, where the library's types would refuse the whole message.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::text::{Change, Encoding, Position, Range, Span, position};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    pub text_document: OpenedDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedDocument {
    pub uri: String,
    #[serde(default)]
    pub language_id: String,
    #[serde(default)]
    pub version: i32,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    pub text_document: VersionedDocument,
    pub content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
pub struct VersionedDocument {
    pub uri: String,
    #[serde(default)]
    pub version: Option<i32>,
}

#[derive(Deserialize)]
pub struct ContentChange {
    #[serde(default)]
    range: Option<WireRange>,
    text: String,
}

#[derive(Deserialize)]
struct WireRange {
    start: WirePosition,
    end: WirePosition,
}

#[derive(Deserialize)]
struct WirePosition {
    line: u32,
    character: u32,
}

impl From<ContentChange> for Change {
    fn from(change: ContentChange) -> Change {
        let position = |at: WirePosition| Position { line: at.line, column: at.character };
        let range = change.range.map(|range| Range { start: position(range.start), end: position(range.end) });
        Change { range, text: change.text }
    }
}

/// `didClose`, `didSave`, and the way to the name of a document whose change could not be read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    pub text_document: NamedDocument,
}

#[derive(Deserialize)]
pub struct NamedDocument {
    pub uri: String,
}

#[derive(Deserialize)]
pub struct ConfigurationChanged {
    #[serde(default)]
    pub settings: Value,
}

#[derive(Deserialize)]
pub struct FilesChanged {
    pub changes: Vec<FileChanged>,
}

#[derive(Deserialize)]
pub struct FileChanged {
    pub uri: String,
}

/// `didCreateFiles` and `didDeleteFiles` (`uri`), `didRenameFiles` (`oldUri`, `newUri`).
#[derive(Deserialize)]
pub struct FilesMoved {
    pub files: Vec<FileMoved>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMoved {
    #[serde(default)]
    pub uri: Option<String>,
    #[serde(default)]
    pub old_uri: Option<String>,
    #[serde(default)]
    pub new_uri: Option<String>,
}

#[derive(Deserialize)]
pub struct FoldersChanged {
    pub event: FoldersEvent,
}

#[derive(Deserialize)]
pub struct FoldersEvent {
    #[serde(default, deserialize_with = "folders")]
    pub added: Vec<Folder>,
    #[serde(default, deserialize_with = "folders")]
    pub removed: Vec<Folder>,
}

#[derive(Deserialize)]
pub struct Folder {
    pub uri: String,
}

/// `null` is what some clients send for "none".
fn folders<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Folder>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[derive(Deserialize)]
pub struct ProgressCancelled {
    pub token: Value,
}

/// The folders that the client opens, from the parameters of `initialize`.
pub fn first_folders(params: &Value) -> Vec<String> {
    let folders = params.get("workspaceFolders").and_then(Value::as_array);
    let named: Vec<String> = folders.into_iter().flatten().filter_map(|folder| folder.get("uri")?.as_str().map(str::to_owned)).collect();
    if !named.is_empty() {
        return named;
    }
    let root = params.get("rootUri").and_then(Value::as_str).map(str::to_owned);
    let path = params.get("rootPath").and_then(Value::as_str).filter(|path| !path.is_empty());
    let from_path = path.and_then(|path| super::uri::file_of_path(path.as_ref())).map(|file| super::uri::uri_of(&file));
    root.or(from_path).into_iter().collect()
}

/// A range of a request, in bytes.
pub fn span(rope: &ropey::Rope, range: tower_lsp::lsp_types::Range, encoding: Encoding) -> Span {
    let position = |at: tower_lsp::lsp_types::Position| Position { line: at.line, column: at.character };
    position::span(rope, Range { start: position(range.start), end: position(range.end) }, encoding)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn folders_are_found_wherever_the_client_says_them() {
        assert_eq!(first_folders(&json!({ "workspaceFolders": [{ "uri": "file:///a", "name": "a" }], "rootUri": "file:///b" })), ["file:///a"]);
        assert_eq!(first_folders(&json!({ "workspaceFolders": null, "rootUri": "file:///b", "rootPath": "/c" })), ["file:///b"]);
        assert_eq!(first_folders(&json!({ "rootUri": null, "rootPath": "/c d" })), ["file:///c%20d"]);
        assert_eq!(first_folders(&json!({ "rootPath": "" })), Vec::<String>::new());
    }

    #[test]
    fn changes_with_places_that_are_none_are_refused() {
        let change = |line: Value| {
            let at = json!({ "line": line, "character": 0 });
            serde_json::from_value::<ContentChange>(json!({ "range": { "start": at, "end": at }, "text": "" })).is_ok()
        };
        assert!(change(json!(0)) && change(json!(4_294_967_295_u32)));
        for line in [json!(-1), json!(4_294_967_296_u64), json!(1.5), json!(1.0), json!("1"), json!(null)] {
            assert!(!change(line));
        }
    }
}
