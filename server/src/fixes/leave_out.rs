//! Keeps an env file, or a file that is a key as a whole, out of git. What git has taken already stays in it until a person takes it out; the note says how.

use super::edits::Edits;
use super::{Fix, Grade, ignored};
use crate::facts::secrets::is_key_file;
use crate::project::Project;
use crate::text::FileId;

const NEW: &str = "make new ones and delete these, each where its finding says.";

pub fn fix(project: &Project, file: &FileId) -> Option<Fix> {
    let mut edits = Edits::default();
    ignored::cover(project, file, &mut edits);
    let edits = edits.finish().filter(|edits| edits.iter().any(|edit| edit.file.file_name() == ".gitignore"))?;
    let name = file.file_name();
    let is_key = project.file(file).is_some_and(|known| is_key_file(&known.document));
    let note = if is_key {
        format!(
            "It stays where it lies, and code that reads it goes on working here. If git has it already, an ignore rule does not take it out: run `git rm --cached {name}` in its folder and commit. \
             What is built from git lacks it from then on: give it to the machine that runs the app, and name its place there in a variable. The key must be treated as seen: make a new one and delete this one, where its finding says."
        )
    } else if project.is_tracked(file) {
        format!(
            "{name} is in git already, and an ignore rule does not take it out: run `git rm --cached {name}` in its folder and commit. Its keys must be treated as seen: {NEW}"
        )
    } else if project.git_roots().iter().any(|root| file.below(root).is_some()) {
        format!("If {name} was ever committed, its keys must be treated as seen: {NEW}")
    } else {
        format!("If anybody has a copy of this folder, its keys must be treated as seen: {NEW}")
    };
    let grade = if is_key { Grade::NeedsReview } else { Grade::Safe };
    Some(Fix { title: format!("Keep {name} out of git"), grade, preferred: true, edits, note: Some(note), suppresses: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};
    use crate::project::EnvFiles;

    #[test]
    fn an_ignore_rule_is_added_once() {
        let before = project(&[(".env", "A=1\n"), (".gitignore", "dist\n")]);
        let fix = fix(&before, &file(".env")).expect("a fix");
        assert_eq!(after(&before, &fix, &[".gitignore", ".env"]), ["dist\n\n.env\n.env.*\n!.env.example\n", "A=1\n"]);
        assert!(fix.note.is_some_and(|note| !note.contains("commit")), "there is no git here");
        let covered = project(&[(".env", "A=1\n"), (".gitignore", ".env*\n")]);
        assert!(super::fix(&covered, &file(".env")).is_none());
    }

    #[test]
    fn a_key_of_a_cloud_stays_where_it_lies() {
        let account = r#"{ "type": "service_account", "private_key": "", "client_email": "" }"#;
        let files = [("keys/account.json", account), ("a.js", "require('./keys/account.json');\n"), (".gitignore", "dist\n")];
        let before = project(&files).with_git_roots(vec![FileId::new("/w")]);
        let fix = fix(&before, &file("keys/account.json")).expect("a fix");
        assert_eq!(after(&before, &fix, &[".gitignore", "keys/account.json"]), ["dist\n\naccount.json\n", account]);
        assert_eq!(fix.grade, Grade::NeedsReview);
        assert!(fix.note.is_some_and(|note| note.contains("git rm --cached account.json")));
        let out = crate::fixes::apply::apply(&before, &super::fix(&before, &file("keys/account.json")).unwrap()).unwrap();
        assert!(out.is_ignored(&file("keys/account.json")), "and is no finding any more");
    }

    #[test]
    fn what_is_in_git_is_taken_out_by_hand() {
        let mut env_files = EnvFiles::default();
        env_files.learn(&file("api/.env"), false, true);
        let before = project(&[("api/.env", "A=1\n")]).with_env_files(env_files);
        let fix = fix(&before, &file("api/.env")).expect("a fix");
        assert!(fix.note.is_some_and(|note| note.contains("git rm --cached .env")));
    }
}
