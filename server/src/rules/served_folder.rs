//! A folder that is served as a whole: the program's own, or one whose files are listed for everybody.

use super::path_traversal::META;
use super::raw::{Raw, RuleCx};
use super::{Confidence, Impact};
use crate::facts::event::Effect;
use crate::facts::value::{Kind, Piece, Value};
use crate::facts::walk::is_for_developers;
use crate::rules::options::taken;

/// Folders that are made to be seen.
const PUBLIC: &[&str] =
    &["public", "static", "assets", "dist", "build", "www", "docs", "images", "img", "css", "js", "downloads", "media", ".well-known", "storybook", "coverage"];

pub(super) fn check(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    if is_for_developers(&effect.facts) || cx.runs_in_browser(&effect.site.item.file) {
        return;
    }
    let Some(folder) = taken(effect, "folder") else { return };
    let raw = match effect.kind.as_str() {
        "serves-folder" if is_own(&folder.value, 0) => {
            let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
            raw.detail = "own-folder".into();
            raw.message =
                "The folder that the program itself lies in is served: anyone can download its source, and the files with keys beside it. Serve a folder of its own, such as `public`."
                    .into();
            raw
        }
        "lists-folder" if !is_public(&folder.value) => {
            let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
            raw.impact = Some(Impact::Medium);
            raw.detail = "listing".into();
            let name = folder.value.as_str().map_or_else(|| "This folder".to_owned(), |name| format!("`{name}`"));
            raw.message = format!(
                "{name} is listed for everybody: a stranger sees every file in it by name, also those that nobody was to find, and can open them one by one."
            );
            raw
        }
        _ => return,
    };
    if !out.iter().any(|known| known.site == raw.site) {
        out.push(raw);
    }
}

/// `__dirname`, `process.cwd()`, `.`, or such a one with nothing but dots behind it.
fn is_own(folder: &Value, depth: u32) -> bool {
    let is_nothing = |text: &str| text.chars().all(|c| matches!(c, '.' | '/' | '\\'));
    if depth > 6 {
        return false;
    }
    match folder.kind() {
        Kind::Str(text) => !text.is_empty() && matches!(&**text, "." | "./" | ".." | "../"),
        Kind::Text(text) => {
            let mut begins = false;
            text.pieces.iter().all(|piece| match piece {
                Piece::Literal(literal) => is_nothing(literal),
                Piece::Hole { value, .. } => {
                    begins = true;
                    is_own(value, depth + 1)
                }
            }) && begins
        }
        Kind::Library(library) if library.step == "__dirname" && library.package.is_empty() => true,
        Kind::Library(library) if library.step == "()" => {
            let called = library.receiver.as_ref().and_then(|receiver| receiver.as_library());
            match called.map(|called| called.step.as_str()) {
                Some("cwd") => true,
                Some("join" | "resolve" | "normalize") => {
                    let mut parts = library.args.iter();
                    parts.next().is_some_and(|first| is_own(&first.value, depth + 1))
                        && parts.all(|part| part.value.as_str().is_some_and(|text| is_nothing(text)))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_public(folder: &Value) -> bool {
    let text = match folder.kind() {
        Kind::Str(text) => text.to_string(),
        Kind::Library(library) => library.args.iter().filter_map(|arg| arg.value.as_str()).map(|text| text.to_string()).collect::<Vec<_>>().join("/"),
        Kind::Text(text) => {
            let literal = |piece: &Piece| if let Piece::Literal(text) = piece { Some(text.to_string()) } else { None };
            text.pieces.iter().filter_map(literal).collect()
        }
        _ => return true,
    };
    text.to_ascii_lowercase().split(['/', '\\']).any(|part| PUBLIC.contains(&part))
}
