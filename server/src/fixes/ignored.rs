//! Ignore files: whether git would leave a file out, and what to add so that it does. Decided on the texts, not on disk.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::edits::{self, Edits};
use super::package::inside;
use crate::project::Project;
use crate::text::{FileId, lines};

/// Keeps `secret` out of git, of container images and of uploads, where the project has any of them.
pub fn cover(project: &Project, secret: &FileId, edits: &mut Edits) {
    cover_from_git(project, secret, edits);
    for folder in project.folders_up(secret) {
        if copies_everything(project, &folder) {
            cover_by(project, &inside(&folder, ".dockerignore"), secret, edits);
        }
        cover_by(project, &inside(&folder, ".vercelignore"), secret, edits);
    }
}

/// True if git ignores the file, as far as the ignore files of the project say.
pub fn is_ignored(project: &Project, secret: &FileId) -> bool {
    project.is_ignored(secret) || ignored_by(&chain(project, secret), secret)
}

/// True if git would take the file along.
pub fn is_in_git(project: &Project, file: &FileId) -> bool {
    let has_git = project.git_roots().iter().any(|root| file.below(root).is_some());
    project.is_tracked(file) || has_git && !is_ignored(project, file)
}

/// The ignore files that git would ask, the nearest first.
fn chain(project: &Project, secret: &FileId) -> Vec<(FileId, Option<String>)> {
    let mut chain = Vec::new();
    for folder in project.folders_up(secret) {
        let file = inside(&folder, ".gitignore");
        let text = project.file(&file).map(|file| file.document.text());
        chain.push((file, text));
        if is_git_root(project, &folder) {
            break;
        }
    }
    chain
}

fn is_git_root(project: &Project, folder: &str) -> bool {
    project.git_roots().iter().any(|root| root.as_str() == folder)
}

fn ignored_by(chain: &[(FileId, Option<String>)], secret: &FileId) -> bool {
    chain.iter().find_map(|(file, text)| verdict(file.folder(), text.as_deref()?, secret)).unwrap_or(false)
}

/// What one ignore file says of a file: ignored, kept, or nothing.
fn verdict(folder: &str, text: &str, secret: &FileId) -> Option<bool> {
    let matcher = matcher(folder, text)?;
    if !secret.as_str().strip_prefix(folder)?.starts_with('/') {
        return None;
    }
    match matcher.matched_path_or_any_parents(Path::new(secret.as_str()), false) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

fn matcher(folder: &str, text: &str) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    for line in lines::without_bom(text).lines() {
        // A pattern that is no pattern ignores nothing, for git too.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

fn cover_from_git(project: &Project, secret: &FileId, edits: &mut Edits) {
    let mut chain = chain(project, secret);
    // The project may know more than the ignore files it holds: a person's own, or one outside of the workspace.
    if project.is_ignored(secret) || ignored_by(&chain, secret) {
        return;
    }
    let Some(at) = chain.iter().position(|(_, text)| text.is_some()) else {
        // No ignore file yet. Where git is not used, it may be tomorrow: then one is made at the top of the workspace.
        if let Some((file, _)) = chain.last() {
            edits.create(file, joined(&patterns(project, file, secret, "")));
        }
        return;
    };
    let Some((file, Some(text))) = chain.get_mut(at) else { return };
    let mut lines = patterns(project, file, secret, text);
    if !lines::without_bom(text).trim().is_empty() {
        lines.insert(0, String::new());
    }
    let edit = edits::append_lines(text, &lines);
    let file = file.clone();
    if let (Some(after), Some((_, text))) = (edits::applied(text, std::slice::from_ref(&edit)), chain.get_mut(at)) {
        *text = Some(after);
    }
    // Where the patterns do not help (an ignore file nearer to it keeps it in), nothing is pretended.
    if ignored_by(&chain, secret) {
        edits.edit(&file, edit);
    }
}

/// The lines that ignore the file and its kin while samples stay in.
fn patterns(project: &Project, ignore_file: &FileId, secret: &FileId, text: &str) -> Vec<String> {
    let name = secret.file_name();
    if !name.starts_with(".env") {
        let below = secret.as_str().strip_prefix(ignore_file.folder()).unwrap_or(name).trim_start_matches('/');
        return vec![if below.contains('/') && name.ends_with(".toml") { below.to_owned() } else { name.to_owned() }];
    }
    let plain = inside(secret.folder(), ".env");
    let mut lines = Vec::new();
    if verdict(ignore_file.folder(), text, &plain) != Some(true) {
        lines.push(".env".to_owned());
    }
    lines.push(".env.*".to_owned());
    lines.push("!.env.example".to_owned());
    for sample in [".env.sample", ".env.template", ".env.dist"] {
        if project.file(&inside(secret.folder(), sample)).is_some() {
            lines.push(format!("!{sample}"));
        }
    }
    lines
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Other ignore files are extended where they exist; they do not read git's.
fn cover_by(project: &Project, ignore_file: &FileId, secret: &FileId, edits: &mut Edits) {
    let Some(known) = project.file(ignore_file) else { return };
    let text = known.document.text();
    if verdict(ignore_file.folder(), &text, secret) == Some(true) {
        return;
    }
    // Docker's patterns begin at the root of the context.
    let below = secret.as_str().strip_prefix(ignore_file.folder()).unwrap_or_default().trim_start_matches('/');
    let line = if below.contains('/') { format!("**/{}", secret.file_name()) } else { secret.file_name().to_owned() };
    edits.edit(ignore_file, edits::append_lines(&text, &[line]));
}

/// True if a Dockerfile of the folder copies all of it into the image.
fn copies_everything(project: &Project, folder: &str) -> bool {
    let copies = |line: &str| {
        let mut words = line.split_whitespace().filter(|word| !word.starts_with("--"));
        matches!(words.next(), Some(word) if word.eq_ignore_ascii_case("copy") || word.eq_ignore_ascii_case("add")) && matches!(words.next(), Some("." | "./"))
    };
    ["Dockerfile", "Containerfile"].iter().any(|name| project.file(&inside(folder, name)).is_some_and(|file| file.document.text().lines().any(copies)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{file, project};
    use crate::fixes::{Fix, Grade, apply};

    fn covered(files: &[(&str, &str)], git: &[&str], secret: &str, ask: &str) -> String {
        let before = project(files).with_git_roots(git.iter().map(|root| FileId::new(root)).collect());
        let mut edits = Edits::default();
        cover(&before, &file(secret), &mut edits);
        let fix = Fix { title: String::new(), grade: Grade::Safe, preferred: false, edits: edits.finish().unwrap(), note: None, suppresses: false };
        let after = apply::apply(&before, &fix).unwrap();
        let again = {
            let mut edits = Edits::default();
            cover(&after, &file(secret), &mut edits);
            edits.is_empty()
        };
        assert!(again, "covering twice changes something");
        after.file(&file(ask)).map_or("(absent)".to_owned(), |file| file.document.text())
    }

    #[test]
    fn what_is_ignored_stays_as_it_is() {
        for text in [".env*\n", "*.local\n", ".env.local", "/.env.local\n", "\u{feff}.env.*\n", "*\n!*.ts\n", "# x\r\n.env*.local\r\n"] {
            assert_eq!(covered(&[(".gitignore", text)], &["/w"], ".env.local", ".gitignore"), text);
        }
    }

    #[test]
    fn a_block_is_appended() {
        assert_eq!(
            covered(&[(".gitignore", "node_modules\r\ndist")], &["/w"], ".env.local", ".gitignore"),
            "node_modules\r\ndist\r\n\r\n.env\r\n.env.*\r\n!.env.example\r\n"
        );
        assert_eq!(covered(&[(".gitignore", ".env\n")], &[], ".env.local", ".gitignore"), ".env\n\n.env.*\n!.env.example\n");
        assert_eq!(covered(&[(".gitignore", "")], &["/w"], ".env", ".gitignore"), ".env\n.env.*\n!.env.example\n");
    }

    #[test]
    fn a_negation_is_overruled() {
        assert_eq!(covered(&[(".gitignore", ".env*\n!.env.local\n")], &["/w"], ".env.local", ".gitignore"), ".env*\n!.env.local\n\n.env.*\n!.env.example\n");
    }

    #[test]
    fn samples_stay_in() {
        assert_eq!(
            covered(&[(".gitignore", "x\n"), (".env.sample", "A=\n")], &["/w"], ".env", ".gitignore"),
            "x\n\n.env\n.env.*\n!.env.example\n!.env.sample\n"
        );
    }

    #[test]
    fn an_ignore_file_is_made_at_the_top() {
        assert_eq!(covered(&[], &["/w"], "apps/web/.env", ".gitignore"), ".env\n.env.*\n!.env.example\n");
        assert_eq!(covered(&[], &["/w/apps"], "apps/web/.env", "apps/.gitignore"), ".env\n.env.*\n!.env.example\n");
        assert_eq!(covered(&[], &[], "apps/web/.env", ".gitignore"), ".env\n.env.*\n!.env.example\n");
        assert_eq!(covered(&[], &[], ".streamlit/secrets.toml", ".gitignore"), ".streamlit/secrets.toml\n");
    }

    #[test]
    fn the_nearest_ignore_file_is_extended() {
        let files = [(".gitignore", "x\n"), ("apps/web/.gitignore", "y\n")];
        assert_eq!(covered(&files, &["/w"], "apps/web/.env.local", "apps/web/.gitignore"), "y\n\n.env\n.env.*\n!.env.example\n");
        assert_eq!(covered(&files, &["/w"], "apps/web/.env.local", ".gitignore"), "x\n");
        assert_eq!(covered(&[(".gitignore", ".env*\n"), ("apps/web/.gitignore", "y\n")], &["/w"], "apps/web/.env", "apps/web/.gitignore"), "y\n");
    }

    #[test]
    fn files_with_other_names_are_named() {
        assert_eq!(covered(&[(".gitignore", "x\n")], &["/w"], ".dev.vars", ".gitignore"), "x\n\n.dev.vars\n");
        assert_eq!(covered(&[(".gitignore", "x\n")], &["/w"], ".streamlit/secrets.toml", ".gitignore"), "x\n\n.streamlit/secrets.toml\n");
    }

    #[test]
    fn images_and_uploads_leave_it_out_too() {
        let files =
            [(".gitignore", ".env*\n"), (".dockerignore", "node_modules\n"), ("Dockerfile", "FROM node\nCOPY --chown=node . .\n"), (".vercelignore", "docs")];
        assert_eq!(covered(&files, &["/w"], "apps/api/.env", ".dockerignore"), "node_modules\n**/.env\n");
        assert_eq!(covered(&files, &["/w"], ".env", ".vercelignore"), "docs\n.env\n");
        assert_eq!(covered(&[(".dockerignore", "node_modules\n"), ("Dockerfile", "COPY src src\n")], &[], ".env", ".dockerignore"), "node_modules\n");
    }
}
