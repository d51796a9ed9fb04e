//! What the names of files say about the routes in them.

use crate::text::{FileId, Name};

/// `server/api/notes/[id].delete.ts` answers DELETE, below the folder `server`.
pub(super) fn method_in_name(path: &str) -> (String, Vec<Name>) {
    let below = path.rsplit_once("server/").map_or(path, |(_, below)| below);
    let below = below.strip_prefix("routes/").unwrap_or(below);
    let (stem, extension) = below.rsplit_once('.').unwrap_or((below, ""));
    let (stem, method) = match stem.rsplit_once('.') {
        Some((before, method)) if matches!(method, "get" | "head" | "post" | "put" | "patch" | "delete" | "options") => (before, Some(method)),
        _ => (stem, None),
    };
    (format!("app/{stem}.{extension}"), method.map(|method| Name::from(method.to_uppercase())).into_iter().collect())
}

/// The layouts around a page: `routes/_app.notes.$id.tsx` is shown inside `routes/_app.tsx` and `routes/_app.notes.tsx`.
pub(super) fn layouts(file: &FileId) -> Vec<String> {
    let Some((before, below)) = file.as_str().rsplit_once("/routes/") else { return Vec::new() };
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let mut all = Vec::new();
    for (at, sign) in stem.char_indices().filter(|(_, sign)| matches!(sign, '/' | '.')).take(16) {
        let above = stem.get(..at).unwrap_or_default();
        all.push(format!("{before}/routes/{above}"));
        if sign == '/' {
            all.extend(["_layout", "layout", "route"].map(|name| format!("{before}/routes/{above}/{name}")));
        } else {
            all.push(format!("{before}/routes/{above}/route"));
        }
    }
    all.retain(|layout| *layout != format!("{before}/routes/{stem}"));
    all
}

/// `app/routes/_account.units_.$id.tsx` answers `/units/$id`.
pub(super) fn dotted(path: &str) -> String {
    let below = path.rsplit_once("routes/").map_or("", |(_, below)| below);
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let is_part = |part: &&str| !part.is_empty() && !part.starts_with('_') && !matches!(*part, "route" | "index");
    let parts: Vec<&str> = stem.split(['/', '.']).map(|part| part.trim_end_matches(['_', '+'])).filter(is_part).collect();
    format!("/{}", parts.join("/"))
}
