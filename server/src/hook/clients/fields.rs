//! Reading what tools say of the files they wrote. Tools of one kind are named alike by all assistants, with small differences.

use std::path::PathBuf;

use serde_json::Value;

use crate::hook::call::{Before, Edit, Piece};

pub fn text<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| value.get(name)?.as_str())
}

pub fn folder(value: &Value, names: &[&str]) -> Vec<PathBuf> {
    text(value, names).filter(|path| !path.is_empty()).map(PathBuf::from).into_iter().collect()
}

/// Does a tool of this name write files?
pub fn writes(tool: &str) -> bool {
    let tool = tool.to_ascii_lowercase();
    ["write", "edit", "create", "replace", "insert", "patch"].iter().any(|word| tool.contains(word))
}

const PATHS: &[&str] = &["file_path", "filePath", "path", "notebook_path", "notebookPath"];
const OLD: &[&str] = &["old_string", "oldString", "old_str", "oldStr"];
const NEW: &[&str] = &["new_string", "newString", "new_str", "newStr"];
const WHOLE: &[&str] = &["content", "file_text", "contents"];
const LISTS: &[&str] = &["edits", "replacements"];

/// The files that a tool with this input wrote.
pub fn edits(input: &Value) -> Vec<Edit> {
    if let Some(patch) = ["command", "input", "patch"].iter().find_map(|name| input.get(name)?.as_str()).or(input.as_str()).filter(|text| text.contains(PATCH))
    {
        return patched(patch);
    }
    let mut found: Vec<Edit> = Vec::new();
    let of_file = |path: &str, found: &mut Vec<Edit>| match found.iter().position(|edit| edit.path.as_os_str() == path) {
        Some(at) => at,
        None => {
            found.push(Edit::of(path));
            found.len() - 1
        }
    };
    let path = text(input, PATHS);
    if let Some(path) = path {
        let at = of_file(path, &mut found);
        if let Some(edit) = found.get_mut(at) {
            edit.whole = text(input, WHOLE).is_some() && text(input, OLD).is_none();
            edit.pieces.extend(piece(input));
        }
    }
    for one in LISTS.iter().filter_map(|name| input.get(name)?.as_array()).flatten() {
        let Some(path) = text(one, PATHS).or(path) else { continue };
        let at = of_file(path, &mut found);
        found.get_mut(at).into_iter().for_each(|edit| edit.pieces.extend(piece(one)));
    }
    for path in input.get("files").and_then(Value::as_array).into_iter().flatten() {
        if let Some(path) = path.as_str().or_else(|| text(path, PATHS)) {
            of_file(path, &mut found);
        }
    }
    for edit in &mut found {
        // What replaces nothing at all is a new file.
        edit.whole |= matches!(edit.pieces.as_slice(), [one] if one.old.is_empty());
        if edit.whole {
            edit.pieces.clear();
        }
    }
    found
}

fn piece(value: &Value) -> Option<Piece> {
    Some(Piece { old: text(value, OLD)?.to_owned(), new: text(value, NEW)?.to_owned() })
}

const PATCH: &str = "*** Begin Patch";

/// The files of a patch in the form that Codex's `apply_patch` takes (github.com/openai/codex, `codex-rs/apply-patch`).
fn patched(patch: &str) -> Vec<Edit> {
    let mut found: Vec<Edit> = Vec::new();
    let mut hunk = (String::new(), String::new());
    let close = |found: &mut Vec<Edit>, hunk: &mut (String, String)| {
        let (old, new) = std::mem::take(hunk);
        if let Some(edit) = found.last_mut().filter(|edit| !edit.whole && (!old.is_empty() || !new.is_empty())) {
            edit.pieces.push(Piece { old, new });
        }
    };
    for line in patch.lines() {
        if let Some(header) = line.strip_prefix("*** ") {
            close(&mut found, &mut hunk);
            if let Some(path) = header.strip_prefix("Add File: ") {
                found.push(Edit { whole: true, before: Before::Absent, ..Edit::of(path.trim()) });
            } else if let Some(path) = header.strip_prefix("Update File: ").or_else(|| header.strip_prefix("Delete File: ")) {
                found.push(Edit::of(path.trim()));
            } else if let (Some(path), Some(edit)) = (header.strip_prefix("Move to: "), found.last_mut()) {
                edit.path = PathBuf::from(path.trim());
            }
        } else if line.starts_with("@@") {
            close(&mut found, &mut hunk);
        } else if let Some(text) = line.strip_prefix('+') {
            hunk.1.push_str(text);
            hunk.1.push('\n');
        } else if let Some(text) = line.strip_prefix('-') {
            hunk.0.push_str(text);
            hunk.0.push('\n');
        } else if !line.is_empty() || hunk != Default::default() {
            let text = line.strip_prefix(' ').unwrap_or(line);
            for side in [&mut hunk.0, &mut hunk.1] {
                side.push_str(text);
                side.push('\n');
            }
        }
    }
    close(&mut found, &mut hunk);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Path, whether it was written as a whole, and the pieces.
    type Seen = (String, bool, Vec<(String, String)>);

    fn seen(input: &Value) -> Vec<Seen> {
        let pieces = |edit: &Edit| edit.pieces.iter().map(|piece| (piece.old.clone(), piece.new.clone())).collect();
        edits(input).iter().map(|edit| (edit.path.to_string_lossy().into_owned(), edit.whole, pieces(edit))).collect()
    }

    fn pair(old: &str, new: &str) -> (String, String) {
        (old.to_owned(), new.to_owned())
    }

    #[test]
    fn one_piece_many_pieces_and_whole_files() {
        assert_eq!(seen(&json!({ "file_path": "/a", "old_string": "x", "new_string": "y" })), [("/a".into(), false, vec![pair("x", "y")])]);
        assert_eq!(seen(&json!({ "file_path": "/a", "content": "x" })), [("/a".into(), true, vec![])]);
        let many = json!({ "file_path": "/a", "edits": [{ "old_string": "x", "new_string": "y" }, { "old_string": "p", "new_string": "q" }] });
        assert_eq!(seen(&many), [("/a".into(), false, vec![pair("x", "y"), pair("p", "q")])]);
        let files =
            json!({ "replacements": [{ "filePath": "/a", "oldString": "x", "newString": "y" }, { "filePath": "/b", "oldString": "p", "newString": "q" }] });
        assert_eq!(seen(&files), [("/a".into(), false, vec![pair("x", "y")]), ("/b".into(), false, vec![pair("p", "q")])]);
        assert_eq!(seen(&json!({ "files": ["src/a.ts"] })), [("src/a.ts".into(), false, vec![])]);
        assert_eq!(seen(&json!({ "path": "a.ts", "file_text": "x" })), [("a.ts".into(), true, vec![])]);
        assert_eq!(seen(&json!({ "file_path": "/a", "edits": [{ "old_string": "", "new_string": "all" }] })), [("/a".into(), true, vec![])]);
    }

    #[test]
    fn a_patch_names_its_files_and_pieces() {
        let patch = "*** Begin Patch\n*** Add File: new.ts\n+let a\n*** Update File: old.ts\n@@ f\n let x\n-let y\n+let z\n*** End Patch\n";
        let found = seen(&json!({ "command": patch }));
        assert_eq!(found, [("new.ts".into(), true, vec![]), ("old.ts".into(), false, vec![pair("let x\nlet y\n", "let x\nlet z\n")])]);
        assert_eq!(seen(&json!(patch)), found);
    }

    #[test]
    fn tools_that_only_read_are_told_apart() {
        assert!(
            ["Write", "MultiEdit", "apply_patch", "create_file", "replace_string_in_file", "editFiles", "str_replace_editor"].iter().all(|tool| writes(tool))
        );
        assert!(!["Read", "Bash", "view", "grep_search", "read_file", "fetch"].iter().any(|tool| writes(tool)));
    }
}
