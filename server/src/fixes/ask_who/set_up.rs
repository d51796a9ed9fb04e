//! In the words of libraries that a project sets up in a file of its own: Supabase, better-auth, NextAuth 4; or with the function
//! that the project itself wrote for it.

use super::{Site, relative};
use crate::facts::names;
use crate::fixes::edits::Edits;
use crate::model::StmtKind;
use crate::text::FileId;

/// How a file is named in an import: as others name it by an alias, or from here.
fn from(site: &Site<'_>, file: &FileId, name: &str) -> String {
    let stem = file.as_str().rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    let stem = stem.strip_suffix("/index").unwrap_or(stem);
    let files = site.project.sorted_files();
    let alias = files.into_iter().filter_map(|(_, known)| known.model.as_ref()).flat_map(|model| &model.segments).find_map(|placed| {
        placed.segment.body.iter().find_map(|id| match &placed.segment[*id].kind {
            StmtKind::Import(import) if import.names.iter().any(|known| known.imported == name) => {
                let below = import.source.strip_prefix("@/").or_else(|| import.source.strip_prefix("~/"))?;
                stem.ends_with(&format!("/{below}")).then(|| import.source.to_string())
            }
            _ => None,
        })
    });
    alias.unwrap_or_else(|| relative(&site.code.file, file))
}

/// The file that exports a name and says all of these words.
fn file_with<'s>(site: &'s Site<'_>, name: &str, words: &[&str]) -> Option<(&'s FileId, String)> {
    let exports = |text: &str| ["const", "function", "async function"].iter().any(|kind| text.contains(&format!("export {kind} {name}")));
    site.texts().find(|(file, text)| **file != site.code.file && exports(text) && words.iter().all(|word| text.contains(word)))
}

/// `supabase.auth.getUser()` of the client that reads the cookies.
pub(super) fn supabase(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if ["supabase", "createClient", "user"].iter().any(|word| site.has_word(word)) {
        return None;
    }
    let (file, text) = file_with(site, "createClient", &["@supabase/ssr", "createServerClient(", "cookies"])?;
    site.import(&from(site, file, "createClient"), "createClient", edits)?;
    let wait = if text.contains("async function createClient") || text.contains("createClient = async") { "await " } else { "" };
    let statements = [
        format!("const supabase = {wait}createClient();"),
        "const { data: { user } } = await supabase.auth.getUser();".to_owned(),
        format!("if (!user) {}", site.refusal()),
    ];
    site.lead(&statements, edits)?;
    Some("supabase.auth.getUser".to_owned())
}

/// `auth.api.getSession({ headers })` of better-auth.
pub(super) fn better_auth(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if site.has_word("session") || site.has_word("auth") {
        return None;
    }
    let (file, _) = file_with(site, "auth", &["betterAuth("])?;
    let headers = match site.framework {
        "next-route" | "next-action" => {
            site.import("next/headers", "headers", edits)?;
            "await headers()".to_owned()
        }
        "hono" => format!("{}.req.raw.headers", parameter(site, 0)?),
        "express" => {
            site.import("better-auth/node", "fromNodeHeaders", edits)?;
            format!("fromNodeHeaders({}.headers)", parameter(site, 0)?)
        }
        _ => return None,
    };
    let denied = denial(site)?;
    site.import(&from(site, file, "auth"), "auth", edits)?;
    site.lead(&[format!("const session = await auth.api.getSession({{ headers: {headers} }});"), format!("if (!session) {denied}")], edits)?;
    Some("auth.api.getSession".to_owned())
}

/// `getServerSession(authOptions)` of NextAuth 4.
pub(super) fn next_auth(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if site.has_word("session") || site.has_word("getServerSession") {
        return None;
    }
    let (file, name) = ["authOptions", "nextAuthOptions"].iter().find_map(|name| Some((file_with(site, name, &["next-auth", "providers"])?.0, *name)))?;
    let asked = match site.framework {
        "next-api" => format!("getServerSession({}, {}, {name})", parameter(site, 0)?, parameter(site, 1)?),
        _ => format!("getServerSession({name})"),
    };
    let denied = denial(site)?;
    site.import("next-auth", "getServerSession", edits)?;
    site.import(&from(site, file, name), name, edits)?;
    site.lead(&[format!("const session = await {asked};"), format!("if (!session?.user) {denied}")], edits)?;
    Some("getServerSession".to_owned())
}

/// The function that the project wrote to find out who is asking: exported, without parameters, and nothing but that.
pub(super) fn own_function(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if site.has_word("user") {
        return None;
    }
    let found = site.project.sorted_files().into_iter().filter(|(file, known)| **file != site.code.file && known.document.language.is_ecma()).find_map(
        |(file, known)| {
            let model = known.model.as_ref()?;
            let text = known.document.text();
            model.segments.iter().find_map(|placed| {
                placed.segment.functions.iter().find_map(|function| {
                    let body = placed.absolute(function.span).of(&text);
                    let name = match function.name.is_empty() {
                        false => function.name.to_string(),
                        true => variable(text.get(placed.start as usize..)?)?,
                    };
                    let asks = names::is_current_user(&name) || matches!(name.as_str(), "validateRequest" | "requireUser" | "requireAuth" | "getUser");
                    let reads = body.contains("cookies(") || body.contains("headers(");
                    let is_it = asks && function.params.is_empty() && reads && !name.to_ascii_lowercase().contains("optional");
                    (is_it && is_exported(&text, &name)).then(|| (file.clone(), name, body.to_owned()))
                })
            })
        },
    );
    let (file, name, body) = found?;
    let denied = denial(site)?;
    site.import(&from(site, &file, &name), &name, edits)?;
    let denies = body.contains("redirect(") || body.contains("throw ");
    let gives_both = body.contains("user: null") || body.contains("return { user") || body.contains("{ session, user") || body.contains("{ user, session");
    let statements = match () {
        () if denies && (name.starts_with("require") || name.starts_with("ensure")) => vec![format!("await {name}();")],
        () if gives_both => vec![format!("const {{ user }} = await {name}();"), format!("if (!user) {denied}")],
        () if name.contains("Session") => vec![format!("const session = await {name}();"), format!("if (!session) {denied}")],
        () => vec![format!("const user = await {name}();"), format!("if (!user) {denied}")],
    };
    site.lead(&statements, edits)?;
    Some(name)
}

/// `export const validateRequest = cache(async () => ..)`.
fn variable(segment: &str) -> Option<String> {
    let rest = segment.trim_start().strip_prefix("export const ")?;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
    (!name.is_empty()).then_some(name)
}

fn is_exported(text: &str, name: &str) -> bool {
    ["const", "function", "async function"].iter().any(|kind| text.contains(&format!("export {kind} {name}")))
}

/// What the handler calls its parameter.
fn parameter(site: &Site<'_>, at: usize) -> Option<String> {
    let param = site.function.params.get(at)?;
    let text = site.placed.absolute(site.placed.segment[param.pattern].span).of(&site.code.text);
    let is_name = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    is_name.then(|| text.to_owned())
}

/// How a handler of this framework refuses whoever is not signed in.
fn denial(site: &Site<'_>) -> Option<String> {
    Some(match site.framework {
        "next-route" | "next-action" => site.refusal().to_owned(),
        "next-api" | "express" => format!("return {}.status(401).json({{ error: \"Unauthorized\" }});", parameter(site, 1)?),
        "hono" => format!("return {}.json({{ error: \"Unauthorized\" }}, 401);", parameter(site, 0)?),
        _ => return None,
    })
}
