//! What the configuration of a bundler calls folders: `alias: { $server: "src/lib/server" }`, `alias: [{ find: "@", replacement:
//! path.resolve("src") }]`.

use crate::model::{Entry, ExprId, ExprKind, FileModel, Key, Segment};
use crate::text::FileId;

const TOOLS: &[&str] = &["svelte", "vite", "nuxt", "astro", "webpack", "next", "vitest", "rollup", "rsbuild"];

/// Is this the configuration of a tool that puts modules together?
pub fn configures(file: &FileId) -> bool {
    file.file_name().split_once(".config.").is_some_and(|(tool, rest)| TOOLS.contains(&tool) && matches!(rest, "js" | "ts" | "mjs" | "mts" | "cjs" | "cts"))
}

/// Each name and the path that it stands for, as written: relative to the file.
pub fn aliases(model: &FileModel) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for placed in &model.segments {
        let segment = &*placed.segment;
        let fields = segment.exprs.iter().filter_map(|expr| if let ExprKind::Object(entries) = &expr.kind { Some(entries) } else { None }).flatten();
        for value in fields.filter_map(|entry| field(entry, "alias")) {
            match &segment[value].kind {
                ExprKind::Object(entries) => out.extend(entries.iter().filter_map(|entry| match entry {
                    Entry::Field { key: Key::Name(name), value, .. } => Some((name.to_string(), path_in(segment, *value)?)),
                    _ => None,
                })),
                ExprKind::Seq { items, .. } => out.extend(items.iter().filter_map(|item| found_and_replaced(segment, item.value))),
                _ => {}
            }
        }
    }
    out
}

/// `{ find: "@", replacement: path.resolve("src") }`
fn found_and_replaced(segment: &Segment, item: ExprId) -> Option<(String, String)> {
    let ExprKind::Object(entries) = &segment[item].kind else { return None };
    let named = |name: &str| entries.iter().find_map(|entry| field(entry, name));
    let ExprKind::Str(find) = &segment[named("find")?].kind else { return None };
    Some((find.to_string(), path_in(segment, named("replacement")?)?))
}

fn field(entry: &Entry, name: &str) -> Option<ExprId> {
    match entry {
        Entry::Field { key: Key::Name(key), value, .. } if *key == *name => Some(*value),
        _ => None,
    }
}

/// The path that a value is made of: `"./src"`, `path.resolve(__dirname, "src")`, `fileURLToPath(new URL("./src", import.meta.url))`.
fn path_in(segment: &Segment, value: ExprId) -> Option<String> {
    let span = segment[value].span;
    let texts =
        segment.exprs.iter().filter(|expr| span.contains(expr.span)).filter_map(|expr| if let ExprKind::Str(text) = &expr.kind { Some(text) } else { None });
    texts.into_iter().find(|text| !text.is_empty() && !text.contains(':')).map(|text| text.to_string())
}
