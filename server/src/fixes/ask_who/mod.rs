//! **Ask who is calling**, where no handler shows how the project does it: with the library that the project has set up for
//! signing in, in that library's own words. Without one that is set up there is nothing to write.

mod rest_framework;
mod set_up;

use super::edits::{Edits, quote};
use super::literal::Code;
use super::phrasebook;
use super::stack::Wanted;
use super::{Fix, Grade};
use crate::facts::names;
use crate::model::{ExprKind, Function, Placed, StmtKind};
use crate::project::Project;
use crate::syntax::Language;
use crate::text::{FileId, Place, lines};

pub fn fix(project: &Project, at: &Place, framework: &str) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let placed = code.model.segment_at(at.span.start)?;
    let Some(function) = placed.segment.functions.iter().find(|function| placed.absolute(function.span) == at.span) else {
        let mut edits = Edits::default();
        let with = rest_framework::class(&code, at.span, &mut edits)?;
        return offer(edits, with);
    };
    let site = Site { project, code: &code, placed, function, framework };
    let recipes: &[Recipe] = match framework {
        "next-route" | "next-action" => &[auth_js, clerk, set_up::better_auth, set_up::supabase, set_up::next_auth, set_up::own_function],
        "next-api" => &[set_up::next_auth],
        "hono" | "express" => &[set_up::better_auth],
        "flask" => &[flask_login],
        "django" => &[rest_framework::function, django],
        "fastapi" => &[dependency],
        _ => return None,
    };
    recipes.iter().find_map(|recipe| {
        let mut edits = Edits::default();
        let with = recipe(&site, &mut edits)?;
        offer(edits, with)
    })
}

fn offer(edits: Edits, with: String) -> Option<Fix> {
    Some(Fix {
        title: format!("Ask who is calling with `{with}`"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish().filter(|edits| !edits.is_empty())?,
        note: Some("Try it in a private window: without being signed in it must refuse.".to_owned()),
        suppresses: false,
    })
}

/// What was written, by name.
type Recipe = fn(&Site<'_>, &mut Edits) -> Option<String>;

struct Site<'s> {
    project: &'s Project,
    code: &'s Code<'s>,
    placed: &'s Placed,
    function: &'s Function,
    framework: &'s str,
}

impl Site<'_> {
    /// The files of the project in the same language, with their texts.
    fn texts(&self) -> impl Iterator<Item = (&FileId, String)> {
        let is_python = self.code.language == Language::Python;
        let wanted = move |language: Language| if is_python { language == Language::Python } else { language.is_ecma() };
        self.project.sorted_files().into_iter().filter(move |(_, known)| wanted(known.document.language)).map(|(file, known)| (file, known.document.text()))
    }

    /// Brings a name into the file under this very name.
    fn import(&self, from: &str, name: &str, edits: &mut Edits) -> Option<()> {
        let imported = phrasebook::of(self.code.language)?.import(self.code, &Wanted { from: from.to_owned(), name: Some(name.to_owned()) })?;
        if imported.local != name {
            return None;
        }
        if let Some(edit) = imported.edit {
            edits.edit(&self.code.file, edit);
        }
        Some(())
    }

    /// How another file imports this name, if that holds for every file: by an alias or by a module's whole name.
    fn imported_elsewhere(&self, name: &str) -> Option<String> {
        let files = self.project.sorted_files();
        files.into_iter().filter_map(|(_, known)| known.model.as_ref()).find_map(|model| {
            model.segments.iter().find_map(|placed| {
                placed.segment.body.iter().find_map(|id| match &placed.segment[*id].kind {
                    StmtKind::Import(import) => {
                        let is_it = import.names.iter().any(|known| known.imported == name && known.local == name);
                        (is_it && !import.source.starts_with('.')).then(|| import.source.to_string())
                    }
                    _ => None,
                })
            })
        })
    }

    /// Statements in front of all others.
    fn lead(&self, statements: &[String], edits: &mut Edits) -> Option<()> {
        let text = &self.code.text;
        if self.function.expression_body || !self.function.is_async {
            return None;
        }
        let segment = &self.placed.segment;
        let is_words = |expr: crate::model::ExprId| matches!(segment[expr].kind, ExprKind::Str(_));
        let first = self.function.body.iter().find(|id| !matches!(&segment[**id].kind, StmtKind::Expr(expr) if is_words(*expr)))?;
        let at = self.placed.absolute(segment[*first].span).start;
        if !lines::begins_line(text, at) {
            return None;
        }
        let (end, indent) = (lines::line_end(text), lines::indentation(text, at));
        let plain = !text.contains(";\n") && !text.contains(";\r");
        let quote = quote(text, '"');
        let written: String = statements
            .iter()
            .map(|statement| {
                let statement = statement.replace('"', quote.encode_utf8(&mut [0; 4]));
                format!("{}{end}{indent}", if plain { statement.trim_end_matches(';') } else { &statement })
            })
            .collect();
        edits.insert(&self.code.file, at, written);
        Some(())
    }

    /// A decorator right above the function, below what registers it.
    fn decorate(&self, decorator: &str, edits: &mut Edits) {
        let text = &self.code.text;
        let name = self.placed.absolute(self.function.name_span).start;
        let at = lines::line_start(text, name);
        edits.insert(&self.code.file, at, format!("{}@{decorator}{}", lines::indentation(text, name), lines::line_end(text)));
    }

    fn has_word(&self, word: &str) -> bool {
        let text = self.placed.absolute(self.function.span).of(&self.code.text);
        text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).any(|known| known == word)
    }

    /// How a route and an action of Next.js refuse.
    fn refusal(&self) -> &'static str {
        match self.framework {
            "next-action" => "throw new Error(\"Unauthorized\");",
            _ => "return new Response(null, { status: 401 });",
        }
    }
}

/// `auth()` of the file that calls `NextAuth(..)`.
fn auth_js(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if site.has_word("session") || site.has_word("auth") {
        return None;
    }
    let (file, _) = site.texts().find(|(_, text)| {
        let head = text.split("NextAuth(").next().unwrap_or_default();
        // `export const { auth, handlers } = NextAuth({ .. })`
        let bound = head.rsplit("export const {").next().unwrap_or_default();
        text.contains("NextAuth(") && head.contains("export const {") && bound.split(['}', ',']).any(|name| name.trim() == "auth")
    })?;
    if *file == site.code.file {
        return None;
    }
    let from = site.imported_elsewhere("auth").filter(|from| from.starts_with("@/") || from.starts_with("~/"));
    let from = from.unwrap_or_else(|| relative(&site.code.file, file));
    site.import(&from, "auth", edits)?;
    site.lead(&["const session = await auth();".to_owned(), format!("if (!session?.user) {}", site.refusal())], edits)?;
    Some("auth".to_owned())
}

/// `auth()` of Clerk, where its middleware is set up.
fn clerk(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    let is_set_up = site.texts().any(|(_, text)| text.contains("clerkMiddleware(") && text.contains("@clerk/nextjs/server"));
    if !is_set_up || site.has_word("userId") || site.has_word("auth") {
        return None;
    }
    site.import("@clerk/nextjs/server", "auth", edits)?;
    site.lead(&["const { userId } = await auth();".to_owned(), format!("if (!userId) {}", site.refusal())], edits)?;
    Some("auth".to_owned())
}

/// `@login_required`, where a `LoginManager` says who is signed in.
fn flask_login(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    let is_set_up = site.texts().any(|(_, text)| text.contains("flask_login") && text.contains("LoginManager(") && text.contains("user_loader"));
    if !is_set_up || site.function.name.is_empty() {
        return None;
    }
    site.import("flask_login", "login_required", edits)?;
    site.decorate("login_required", edits);
    Some("login_required".to_owned())
}

/// `@login_required` on a view that is a function, where people sign in with Django's own accounts.
fn django(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    let is_set_up = site.texts().any(|(_, text)| text.contains("django.contrib.auth") || text.contains("AUTH_USER_MODEL"));
    let segment = &site.placed.segment;
    let takes_request = site.function.params.first().is_some_and(|param| site.placed.absolute(segment[param.pattern].span).of(&site.code.text) == "request");
    // A view of an API framework answers with its own words.
    let is_plain = site.function.decorators.iter().all(|decorator| !site.placed.absolute(segment[*decorator].span).of(&site.code.text).contains("api_view"));
    if !is_set_up || !takes_request || !is_plain || site.function.name.is_empty() {
        return None;
    }
    site.import("django.contrib.auth.decorators", "login_required", edits)?;
    site.decorate("login_required", edits);
    Some("login_required".to_owned())
}

/// `current_user=Depends(get_current_user)`: the project's own function, in this file or as others import it.
fn dependency(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    if site.has_word("current_user") {
        return None;
    }
    let own =
        site.code.model.segments.iter().flat_map(|placed| &placed.segment.functions).map(|function| function.name.clone()).find(|name| refuses(site, name));
    let name = match own {
        Some(name) => name,
        None => {
            let all = site.project.sorted_files();
            let models = all.into_iter().filter(|(_, known)| known.document.language == Language::Python).filter_map(|(_, known)| known.model.as_ref());
            let name = models
                .flat_map(|model| &model.segments)
                .flat_map(|placed| &placed.segment.functions)
                .map(|function| function.name.clone())
                .find(|name| refuses(site, name))?;
            let from = site.imported_elsewhere(&name)?;
            site.import(&from, &name, edits)?;
            name
        }
    };
    site.import("fastapi", "Depends", edits)?;
    let text = format!("current_user=Depends({name})");
    match site.function.params.last() {
        Some(last) => edits.insert(&site.code.file, site.placed.start + last.span.end, format!(", {text}")),
        None => edits.insert(&site.code.file, site.placed.absolute(site.function.params_span).start + 1, text),
    }
    Some(name.to_string())
}

/// A function that says who is asking, and refuses whoever is nobody.
fn refuses(site: &Site<'_>, name: &str) -> bool {
    names::is_current_user(name)
        && !name.contains("optional")
        && site.project.sorted_files().into_iter().filter_map(|(_, known)| Some((known.model.as_ref()?, known.document.text()))).any(|(model, text)| {
            model.segments.iter().any(|placed| {
                placed.segment.functions.iter().any(|function| {
                    let body = placed.absolute(function.span).of(&text);
                    function.name == name && body.contains("raise ") && body.contains("Depends(")
                })
            })
        })
}

/// `../../auth` from one file to another, without its ending.
pub(super) fn relative(from: &FileId, to: &FileId) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.as_str().split('/').collect(), to.as_str().split('/').collect());
    let folders = from.split_last().map_or(&[][..], |(_, folders)| folders);
    let shared = folders.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = folders.len() - shared;
    let rest = to.get(shared..).unwrap_or_default().join("/");
    let rest = rest.rsplit_once('.').map_or(rest.as_str(), |(stem, _)| stem);
    let rest = rest.strip_suffix("/index").unwrap_or(rest);
    if up == 0 { format!("./{rest}") } else { format!("{}{rest}", "../".repeat(up)) }
}

#[cfg(test)]
mod tests {
    use super::relative;
    use crate::text::FileId;

    #[test]
    fn a_file_is_found_from_another() {
        let of = |from: &str, to: &str| relative(&FileId::new(from), &FileId::new(to));
        assert_eq!(of("/w/app/api/notes/route.ts", "/w/auth.ts"), "../../../auth");
        assert_eq!(of("/w/app/actions.ts", "/w/app/lib/auth/index.ts"), "./lib/auth");
        assert_eq!(of("/w/a.ts", "/w/auth.ts"), "./auth");
    }
}
