//! A new file written by the server itself, for clients that cannot create one: whole or not at all, readable by its
//! owner only, never over something, never outside of the workspace.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::uri;
use crate::fixes::FileEdit;

/// Writes the file that the edit creates. The error is the end of a sentence.
pub fn file(edit: &FileEdit, roots: &[PathBuf]) -> Result<(), String> {
    let path = uri::path_of(&edit.file).ok_or("it has no place on disk")?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err("it has no folder".into()) };
    // Links are resolved first, so that none of them can lead out of the workspace.
    let folder = folder.canonicalize().map_err(|_| "its folder does not exist")?;
    if !roots.iter().filter_map(|root| root.canonicalize().ok()).any(|root| folder.starts_with(root)) {
        return Err("it lies outside of the workspace".into());
    }
    write(&folder.join(name), &folder, &text(edit)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => "it exists already".into(),
        kind => kind.to_string(),
    })
}

/// There is nothing to replace in a file that does not exist yet, so its edits are its text.
fn text(edit: &FileEdit) -> String {
    edit.edits.iter().map(|edit| edit.text.as_str()).collect()
}

fn write(path: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    // A link at the place, even one that leads nowhere, is something and is not written through.
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::TextEdit;
    use crate::text::{FileId, Span};

    fn edit(path: &Path) -> FileEdit {
        let text = |text: &str| TextEdit { span: Span::at(0), text: text.into() };
        FileEdit { file: FileId::new(&path.to_string_lossy()), create: true, edits: vec![text("A=1\n"), text("B=2\n")] }
    }

    #[test]
    fn it_is_written_whole_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(".env.local");
        assert_eq!(file(&edit(&path), &[folder.path().to_owned()]), Ok(()));
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "A=1\nB=2\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(file(&edit(&path), &[folder.path().to_owned()]), Err("it exists already".into()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left behind");
    }

    #[test]
    fn nothing_is_written_outside_of_the_workspace() {
        let (inside, outside) = (tempfile::tempdir().expect("a temporary folder"), tempfile::tempdir().expect("a temporary folder"));
        let roots = [inside.path().to_owned()];
        assert_eq!(file(&edit(&outside.path().join(".env")), &roots), Err("it lies outside of the workspace".into()));
        assert_eq!(file(&edit(&inside.path().join("none/.env")), &roots), Err("its folder does not exist".into()));
        assert_eq!(file(&edit(&inside.path().join("../.env")), &roots), Err("it lies outside of the workspace".into()));
        assert_eq!(file(&edit(&inside.path().join(".env")), &[]), Err("it lies outside of the workspace".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink(outside.path(), inside.path().join("link")).expect("a link");
            symlink(outside.path().join("target"), inside.path().join(".env")).expect("a link");
            assert_eq!(file(&edit(&inside.path().join("link/.env")), &roots), Err("it lies outside of the workspace".into()));
            assert_eq!(file(&edit(&inside.path().join(".env")), &roots), Err("it exists already".into()));
            assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 0);
        }
    }
}
