//! A fix carried out on a project: what the terminal, the tests and the check of a fix do with it. Nothing is written.

use std::sync::Arc;

use super::{FileEdit, Fix, edits, ignored};
use crate::facts::secrets::is_key_file;
use crate::project::{File, Project};
use crate::syntax::{Document, Language, keeps_secrets};
use crate::text::FileId;

/// The project after the fix. `None` if an edit does not fit the texts as they are.
pub fn apply(project: &Project, fix: &Fix) -> Option<Project> {
    let mut changes = Vec::with_capacity(fix.edits.len());
    for edit in &fix.edits {
        let (language, version) = match project.file(&edit.file) {
            Some(known) => (known.document.language, known.document.version),
            None => (Language::of(&edit.file).unwrap_or(Language::Text), 0),
        };
        let text = text_after(project, edit)?;
        changes.push((edit.file.clone(), Some(Arc::new(Document::new(edit.file.clone(), language, version + 1, &text)))));
    }
    Some(leave_out(project, project.with(changes), fix))
}

/// A file for secrets is out of git where an ignore file says so since now, and a new one where there is no git. One that was
/// ignored before and is in git nevertheless stays in it.
fn leave_out(before: &Project, after: Project, fix: &Fix) -> Project {
    let is_new = |edit: &&FileEdit| edit.create || !ignored::is_ignored(before, &edit.file);
    let written = fix.edits.iter().filter(|edit| keeps_secrets(&edit.file)).filter(is_new);
    let mut out: Vec<FileId> = written.map(|edit| &edit.file).filter(|file| !ignored::is_in_git(&after, file)).cloned().collect();
    if fix.edits.iter().any(|edit| edit.file.file_name() == ".gitignore") {
        let newly = |file: &FileId| !before.is_tracked(file) && !ignored::is_ignored(before, file) && ignored::is_ignored(&after, file);
        let is_secret = |file: &FileId, known: &File| keeps_secrets(file) || is_key_file(&known.document);
        out.extend(before.files().filter(|(file, known)| newly(file) && is_secret(file, known)).map(|(file, _)| file.clone()));
    }
    after.with_also_ignored(out)
}

/// The text of one file after its edits. A file to be created that has appeared meanwhile is left alone.
fn text_after(project: &Project, edit: &FileEdit) -> Option<String> {
    let before = text_before(project, &edit.file);
    match before {
        Some(text) if edit.create => Some(text),
        Some(text) => edits::applied(&text, &edit.edits),
        None if edit.create => edits::applied("", &edit.edits),
        None => None,
    }
}

fn text_before(project: &Project, file: &FileId) -> Option<String> {
    project.file(file).map(|known| known.document.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};
    use crate::fixes::{Grade, TextEdit};
    use crate::project::EnvFiles;
    use crate::text::Span;

    fn fix(edits: Vec<FileEdit>) -> Fix {
        Fix { title: String::new(), grade: Grade::Safe, preferred: true, edits, note: None, suppresses: false }
    }

    fn edit(name: &str, create: bool, span: Span, text: &str) -> FileEdit {
        FileEdit { file: file(name), create, edits: vec![TextEdit { span, text: text.to_owned() }] }
    }

    #[test]
    fn files_are_edited_and_created() {
        let before = project(&[("a.ts", "let a = 1;")]);
        let fix = fix(vec![edit(".env", true, Span::at(0), "A=2\n"), edit("a.ts", false, Span::new(8, 9), "2")]);
        assert_eq!(after(&before, &fix, &["a.ts", ".env"]), ["let a = 2;", "A=2\n"]);
        assert!(before.file(&file(".env")).is_none());
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_left_alone() {
        let before = project(&[(".env", "B=1\n")]);
        assert_eq!(after(&before, &fix(vec![edit(".env", true, Span::at(0), "A=2\n")]), &[".env"]), ["B=1\n"]);
    }

    #[test]
    fn a_new_env_file_is_known_to_be_out_of_git() {
        let root = vec![FileId::new("/w")];
        let env = fix(vec![edit(".env", true, Span::at(0), "A=2\n")]);
        assert!(apply(&project(&[]), &env).unwrap().is_ignored(&file(".env")));
        assert!(!apply(&project(&[]).with_git_roots(root.clone()), &env).unwrap().is_ignored(&file(".env")));
        assert!(apply(&project(&[(".gitignore", ".env")]).with_git_roots(root.clone()), &env).unwrap().is_ignored(&file(".env")));
        let both = fix(vec![edit(".env", false, Span::at(0), "A=2\n"), edit(".gitignore", true, Span::at(0), ".env\n")]);
        assert!(apply(&project(&[(".env", "")]).with_git_roots(root.clone()), &both).unwrap().is_ignored(&file(".env")));
        let tracked = fix(vec![edit(".env", false, Span::at(0), "A=2\n")]);
        assert!(!apply(&project(&[(".env", ""), (".gitignore", ".env")]).with_git_roots(root.clone()), &tracked).unwrap().is_ignored(&file(".env")));
        let mut env_files = EnvFiles::default();
        env_files.learn(&file(".env"), false, true);
        let in_git = project(&[(".env", "")]).with_git_roots(root).with_env_files(env_files);
        assert!(!apply(&in_git, &both).unwrap().is_ignored(&file(".env")), "an ignore rule takes nothing out of git");
    }

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        let before = project(&[("a.ts", "é")]);
        assert!(apply(&before, &fix(vec![edit("a.ts", false, Span::new(1, 2), "")])).is_none());
        assert!(apply(&before, &fix(vec![edit("b.ts", false, Span::at(0), "x")])).is_none());
    }
}
