//! Code that a server and pages may both use without importing it (Nuxt's `shared/utils`): who does, is seen where a fix is asked for.

use super::phrasebook::has_word;
use super::{Fix, Grade, comment_key, server_route};
use crate::project::Project;
use crate::project::surface::Surface;
use crate::rules::Place;
use crate::text::{FileId, Name};

/// Who uses what a file of such a folder exports.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Users {
    pages: bool,
    servers: bool,
}

/// What becomes of `moved`, the fixes that put the value into a variable: in a page there is none. `None` if the file is not shared so.
pub(super) fn instead(project: &Project, literal: &Place, name: &Name, kind: &Name, moved: impl FnOnce() -> Vec<Fix>) -> Option<Vec<Fix>> {
    let Users { pages, servers } = users(project, &literal.file)?;
    let in_comment = comment_key::fix(project, literal, kind);
    Some(match (pages, servers) {
        _ if in_comment.is_some() => in_comment.into_iter().collect(),
        (true, false) => server_route::of_literal(project, literal, name).into_iter().collect(),
        // Asked by a server, the address of a route leads nowhere.
        (true, true) => Vec::new(),
        (false, true) => moved(),
        (false, false) => moved().into_iter().map(|fix| Fix { grade: Grade::NeedsReview, ..fix }).collect(),
    })
}

fn users(project: &Project, file: &FileId) -> Option<Users> {
    let (package, stack) = project.stacks().of(file)?;
    let path = |file: &FileId| file.as_str().strip_prefix(package).map(|path| path.trim_start_matches('/').to_owned());
    let own = path(file)?;
    let offers = |folders: &[String]| folders.iter().any(|folder| own.starts_with(folder.as_str()));
    if stack?.unimported.iter().filter(|row| offers(&row.folders)).count() < 2 {
        return None;
    }
    let shape = &project.file(file)?.exposure.shape;
    let names: Vec<&Name> = shape.items.iter().flat_map(|item| &item.exported).chain(shape.exports.keys()).collect();
    let mut users = Users::default();
    for (other, known) in project.files().filter(|(other, _)| *other != file && path(other).is_some()) {
        let surface = project.surface(other);
        let is_server = surface == Surface::Server;
        if !is_server && !surface.is_exposed() {
            continue;
        }
        let text = known.document.text();
        if names.iter().any(|name| has_word(&text, name)) {
            users.pages |= !is_server;
            users.servers |= is_server;
        }
    }
    Some(users)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::fixes;
    use crate::fixes::testing::{after, file, project};
    use crate::rules::FixPlan;
    use crate::text::Span;

    const ASKS: &str = "const KEY = 'a-key-of-sixteen';\n\nexport const ask = (body: string) =>\n  fetch('https://api.openai.com/v1/responses', { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body });\n";
    const PAGE: (&str, &str) = (
        "app/pages/index.vue",
        "<script setup lang=\"ts\">\nconst go = () => ask('hi');\n</script>\n<template><button @click=\"go\">Ask</button></template>\n",
    );
    const SERVER: (&str, &str) = ("server/api/ask.get.ts", "export default defineEventHandler(() => ask('hi'));\n");

    fn offered(users: &[(&str, &str)]) -> (Project, Vec<Fix>) {
        let mut files = vec![("package.json", r#"{"dependencies":{"nuxt":"4"}}"#), ("shared/utils/ask.ts", ASKS)];
        files.extend(users);
        let project = project(&files);
        let at = ASKS.find("'a-key").unwrap();
        let literal = Place { file: file("shared/utils/ask.ts"), span: Span::from(at..at + "'a-key-of-sixteen'".len()) };
        let found = fixes(&project, &FixPlan::MoveToEnv { literal, name: "OPENAI_API_KEY".into(), kind: Name::default() });
        (project, found)
    }

    #[test]
    fn what_pages_use_is_asked_of_a_route() {
        let (project, found) = offered(&[PAGE]);
        let texts = after(&project, found.first().expect("a fix"), &["shared/utils/ask.ts", "server/api/openai.post.ts"]);
        assert!(texts[0].contains("fetch(\"/api/openai\", {") && texts[1].contains("defineEventHandler"), "{texts:?}");
    }

    #[test]
    fn what_a_server_uses_reads_a_variable() {
        let (project, found) = offered(&[SERVER]);
        let texts = after(&project, found.first().expect("a fix"), &["shared/utils/ask.ts"]);
        assert!(texts[0].contains("const KEY = process.env.OPENAI_API_KEY!;"), "{texts:?}");
        assert!(offered(&[]).1.iter().all(|fix| fix.grade == Grade::NeedsReview));
    }

    #[test]
    fn what_both_use_is_left_to_a_person() {
        assert!(offered(&[PAGE, SERVER]).1.is_empty());
    }
}
