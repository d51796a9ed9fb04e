//! Fixes written into folders made for a test.

use super::*;
use crate::fixes::TextEdit;
use crate::text::Span;

struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &[(&str, &[u8])]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        for (path, bytes) in files {
            let path = folder.at(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read(self.at(path)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_else(|_| "-".to_owned())
    }

    fn edit(&self, path: &str, span: Span, text: &str) -> FileEdit {
        FileEdit { file: self.file(path), create: false, edits: vec![TextEdit { span, text: text.to_owned() }] }
    }

    fn create(&self, path: &str, text: &str) -> FileEdit {
        FileEdit { create: true, ..self.edit(path, Span::at(0), text) }
    }

    fn file(&self, path: &str) -> FileId {
        FileId::new(self.at(path).to_str().expect("a UTF-8 path"))
    }

    /// Carries it out; `before` are the texts that are believed to be there.
    fn apply(&self, edits: &[FileEdit], before: &[(&str, &str)]) -> Result<Applied, NotApplied> {
        let before = |file: &FileId| before.iter().find(|(path, _)| self.file(path) == *file).map(|(_, text)| (*text).to_owned());
        apply(edits, &before, &[self.0.path().to_owned()])
    }

    /// Everything in it, to see that nothing was left behind.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
                let path = entry.path();
                names.push(path.strip_prefix(self.0.path()).expect("inside").to_string_lossy().into_owned());
                if entry.file_type().expect("a kind").is_dir() {
                    folders.push(path);
                }
            }
        }
        names.sort();
        names
    }
}

#[test]
fn files_are_changed_and_created_with_their_folders() {
    let folder = Folder::of(&[("a.ts", b"let a = 1;")]);
    let edits = [folder.edit("a.ts", Span::new(8, 9), "2"), folder.create("lib/env/x.ts", "x\n"), folder.create(".env", "A=1\n")];
    let applied = folder.apply(&edits, &[("a.ts", "let a = 1;")]).expect("written");
    assert_eq!((applied.changed, applied.created), (vec![folder.file("a.ts")], vec![folder.file("lib/env/x.ts"), folder.file(".env")]));
    assert_eq!((folder.read("a.ts"), folder.read("lib/env/x.ts")), ("let a = 2;".to_owned(), "x\n".to_owned()));
    assert_eq!(folder.names(), [".env", "a.ts", "lib", "lib/env", "lib/env/x.ts"]);
}

#[test]
fn all_or_nothing() {
    let folder = Folder::of(&[("a.ts", b"let a"), ("b.ts", b"changed")]);
    let edits = [folder.create("new/c.ts", "c"), folder.edit("a.ts", Span::at(0), "x"), folder.edit("b.ts", Span::at(0), "x")];
    let refused = folder.apply(&edits, &[("a.ts", "let a"), ("b.ts", "let b")]).expect_err("b has changed");
    assert!(matches!(refused, NotApplied::Changed(_)), "{refused}");
    assert_eq!((folder.read("a.ts"), folder.names()), ("let a".to_owned(), vec!["a.ts".to_owned(), "b.ts".to_owned()]));
    let twice = [folder.edit("a.ts", Span::at(0), "x"), folder.create("new", "f"), folder.create("new/c.ts", "c")];
    assert!(folder.apply(&twice, &[("a.ts", "let a")]).is_err(), "a file cannot be a folder too");
    assert_eq!((folder.read("a.ts"), folder.names()), ("let a".to_owned(), vec!["a.ts".to_owned(), "b.ts".to_owned()]));
}

#[test]
fn what_appeared_or_vanished_meanwhile_is_left_alone() {
    let folder = Folder::of(&[(".env", b"B=2\n")]);
    assert!(matches!(folder.apply(&[folder.create(".env", "A=1\n")], &[]), Err(NotApplied::Appeared(_))));
    assert_eq!(folder.apply(&[folder.create(".env", "A=1\n")], &[(".env", "B=2\n")]).expect("left alone"), Applied::default());
    assert!(matches!(folder.apply(&[folder.edit("gone.ts", Span::at(0), "x")], &[("gone.ts", "")]), Err(NotApplied::Changed(_))));
    assert_eq!(folder.read(".env"), "B=2\n");
}

#[test]
fn encoding_mark_and_line_ends_are_kept() {
    let wide: Vec<u8> = "\u{feff}é = 1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = Folder::of(&[("wide.py", &wide), ("mark.ts", b"\xEF\xBB\xBFa\r\nb\r\n")]);
    let edits = [folder.edit("wide.py", Span::at(0), "x\n"), folder.edit("mark.ts", Span::at(6), "new\n")];
    folder.apply(&edits, &[("wide.py", "é = 1\r\n"), ("mark.ts", "\u{feff}a\r\nb\r\n")]).expect("written");
    let expected: Vec<u8> = "\u{feff}x\r\né = 1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(fs::read(folder.at("wide.py")).expect("a file"), expected);
    assert_eq!(folder.read("mark.ts"), "\u{feff}a\r\nnew\r\nb\r\n");
}

#[test]
fn nothing_outside_of_the_project_is_written() {
    let (folder, other) = (Folder::of(&[]), Folder::of(&[("a.ts", b"let a")]));
    assert!(matches!(folder.apply(&[other.edit("a.ts", Span::at(0), "x")], &[]), Err(NotApplied::Outside(_))));
    assert!(matches!(folder.apply(&[other.create("b.ts", "x")], &[]), Err(NotApplied::Outside(_))));
    assert!(matches!(folder.apply(&[folder.create("../b.ts", "x")], &[]), Err(NotApplied::Outside(_))));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_refused_and_others_stay_links() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (Folder::of(&[("a.ts", b"let a")]), Folder::of(&[("a.ts", b"let a")]));
    symlink(other.at("a.ts"), folder.at("out.ts")).expect("a link");
    symlink(other.0.path(), folder.at("out")).expect("a link");
    symlink(folder.at("a.ts"), folder.at("in.ts")).expect("a link");
    symlink(folder.at("nowhere"), folder.at("dangling.ts")).expect("a link");
    assert!(matches!(folder.apply(&[folder.edit("out.ts", Span::at(0), "x")], &[("out.ts", "let a")]), Err(NotApplied::Outside(_))));
    assert!(matches!(folder.apply(&[folder.create("out/b.ts", "x")], &[]), Err(NotApplied::Outside(_))));
    assert!(matches!(folder.apply(&[folder.create("dangling.ts", "x")], &[]), Err(NotApplied::Appeared(_))));
    folder.apply(&[folder.edit("in.ts", Span::at(0), "x")], &[("in.ts", "let a")]).expect("written");
    assert_eq!(folder.read("a.ts"), "xlet a");
    assert!(fs::symlink_metadata(folder.at("in.ts")).expect("a link").is_symlink());
    assert_eq!(other.names(), ["a.ts"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_kept_and_secrets_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::of(&[("run.py", b"1"), ("shut.py", b"1")]);
    let set = |path: &str, mode| fs::set_permissions(folder.at(path), Permissions::from_mode(mode)).expect("permissions");
    let mode = |path: &str| fs::metadata(folder.at(path)).expect("a file").permissions().mode() & 0o777;
    set("run.py", 0o755);
    set("shut.py", 0o444);
    let edits = [folder.edit("run.py", Span::at(0), "x"), folder.create(".env", "A=1"), folder.create("b.py", "1")];
    folder.apply(&edits, &[("run.py", "1")]).expect("written");
    assert_eq!((mode("run.py"), mode(".env")), (0o755, 0o600));
    assert_eq!(mode("b.py") & 0o600, 0o600);
    assert!(matches!(folder.apply(&[folder.edit("shut.py", Span::at(0), "x")], &[("shut.py", "1")]), Err(NotApplied::ReadOnly(_))));
}

#[test]
fn edits_that_overlap_or_do_not_fit_are_refused() {
    let folder = Folder::of(&[("a.ts", "é".as_bytes())]);
    let mut both = folder.edit("a.ts", Span::new(0, 2), "");
    both.edits.push(TextEdit { span: Span::new(0, 2), text: "x".to_owned() });
    for edit in [both, folder.edit("a.ts", Span::new(1, 2), ""), folder.edit("a.ts", Span::at(9), "x")] {
        assert!(matches!(folder.apply(&[edit], &[("a.ts", "é")]), Err(NotApplied::DoesNotFit(_))));
    }
    assert_eq!(folder.names(), ["a.ts"]);
}
