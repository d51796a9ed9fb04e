//! A folder that is served as a whole: the program's own, or one whose files are listed for everybody.

use super::input::Input;
use super::path_traversal::META;
use super::raw::{Raw, RuleCx};
use super::{Confidence, Impact};
use crate::facts::event::Effect;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Library, Piece, Value};
use crate::facts::walk::is_for_developers;
use crate::rules::options::taken;

/// Folders that are made to be seen.
const PUBLIC: &[&str] =
    &["public", "static", "assets", "dist", "build", "www", "docs", "images", "img", "css", "js", "downloads", "media", ".well-known", "storybook", "coverage"];

pub(super) fn check(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    if is_for_developers(&effect.facts) || cx.runs_in_browser(&effect.site.item.file) {
        return;
    }
    let Some(folder) = folder(effect) else { return };
    let raw = match effect.kind.as_str() {
        "serves-file" if !is_asked_for(effect) => return,
        "serves-folder" | "serves-file" | "plugin" | "app" if is_own(folder, 0) => {
            let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
            raw.detail = "own-folder".into();
            raw.message =
                "The folder that the program itself lies in is served: anyone can download its source, and the files with keys beside it. Serve a folder of its own, such as `public`."
                    .into();
            raw
        }
        "lists-folder" if !is_public(folder) => {
            let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
            raw.impact = Some(Impact::Medium);
            raw.detail = "listing".into();
            let name = folder.as_str().map_or_else(|| "This folder".to_owned(), |name| format!("`{name}`"));
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

/// Is the file that is served the caller's choice?
fn is_asked_for(effect: &Effect) -> bool {
    taken(effect, "file").is_some_and(|file| Input::of(&file.value, Cleanings::ALL, &effect.facts, None).is_some())
}

/// The folder that a call is told to serve: an argument, or one of its options.
fn folder(effect: &Effect) -> Option<&Value> {
    if effect.kind == "plugin" {
        let plugin = taken(effect, "plugin").and_then(|arg| arg.value.as_library())?;
        if !PLUGINS.contains(&plugin.package.as_str()) {
            return None;
        }
    }
    if effect.kind == "app" && effect.client != "flask" {
        return None;
    }
    if let Some(folder) = taken(effect, "folder") {
        return Some(&folder.value);
    }
    let named = effect.args.iter().find(|arg| OPTIONS.contains(&arg.name.as_str()));
    named.map(|arg| &arg.value).or_else(|| {
        let Kind::Object(object) = taken(effect, "options")?.value.kind() else { return None };
        object.fields.iter().rev().find(|(name, _)| OPTIONS.contains(&name.as_str())).map(|(_, value)| value)
    })
}

const OPTIONS: &[&str] = &["root", "rootPath", "assets", "directory", "static_folder"];
/// What an application registers to have a folder served.
const PLUGINS: &[&str] = &["@fastify/static", "fastify-static"];

fn is_nothing(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '.' | '/' | '\\'))
}

/// The folder of the program, or one above it: `__dirname`, `process.cwd()`, `.`, `Path(__file__).parent`.
fn is_own(folder: &Value, depth: u32) -> bool {
    if depth > 8 {
        return false;
    }
    match folder.kind() {
        Kind::Str(text) => matches!(&**text, "." | "./" | ".." | "../"),
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
        Kind::Library(library) => is_own_library(library, depth + 1),
        _ => false,
    }
}

fn is_own_library(library: &Library, depth: u32) -> bool {
    let receiver = library.receiver.as_ref();
    match library.step.as_str() {
        "__dirname" => library.package.is_empty(),
        // `import.meta.dirname`, and Bun's `dir`.
        "dirname" | "dir" if receiver.is_some_and(is_import_meta) => true,
        // `Path(__file__).parent`, `new URL(".", import.meta.url).pathname`
        "parent" => receiver.is_some_and(|of| is_own_file(of, depth) || is_own(of, depth)),
        "pathname" => receiver.is_some_and(|of| is_own(of, depth)),
        "()" => {
            let Some(called) = receiver.and_then(Value::as_library) else { return false };
            let first = library.args.first().map(|arg| &arg.value);
            match called.step.as_str() {
                "cwd" | "getcwd" => true,
                "join" | "resolve" | "normalize" | "abspath" | "realpath" | "absolute" if !library.args.is_empty() => {
                    first.is_some_and(|first| is_own(first, depth))
                        && library.args.iter().skip(1).all(|part| part.value.as_str().is_some_and(|text| is_nothing(text)))
                }
                // `path.resolve()`, `Path(".").resolve()`
                "resolve" | "absolute" => called.receiver.as_ref().is_none_or(|of| called.package == "path" || is_own(of, depth)),
                "dirname" => first.is_some_and(|first| is_own_file(first, depth) || is_own(first, depth)),
                "fileURLToPath" | "Path" | "PurePath" => first.is_none_or(|first| is_own(first, depth)),
                "URL" => {
                    first.and_then(Value::as_str).is_some_and(|text| is_nothing(text))
                        && library.args.get(1).is_some_and(|base| is_own_file(&base.value, depth))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// The file that the code stands in.
fn is_own_file(value: &Value, depth: u32) -> bool {
    let Some(library) = value.as_library().filter(|_| depth < 8) else { return false };
    let receiver = library.receiver.as_ref();
    match library.step.as_str() {
        "__file__" | "__filename" => library.package.is_empty(),
        "url" | "filename" | "path" => receiver.is_some_and(is_import_meta),
        "()" => {
            let Some(called) = receiver.and_then(Value::as_library) else { return false };
            let first = library.args.first().is_some_and(|first| is_own_file(&first.value, depth + 1));
            match called.step.as_str() {
                "fileURLToPath" | "Path" | "abspath" | "realpath" | "resolve" if !library.args.is_empty() => first,
                "resolve" | "absolute" => called.receiver.as_ref().is_some_and(|of| is_own_file(of, depth + 1)),
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_import_meta(value: &Value) -> bool {
    let Some(meta) = value.as_library() else { return false };
    meta.step == "meta" && meta.receiver.as_ref().and_then(Value::as_library).is_some_and(|import| import.step == "import")
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
