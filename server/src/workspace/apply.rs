//! A fix written to disk: all of its files, or none of them.
//!
//! Every file must still have the text that the fix was computed from. New texts are written beside the old ones first and
//! put in place at the end; if that fails half-way, what was put in place is taken back. A file keeps its encoding, its byte
//! order mark, its line ends and its permissions. Nothing outside of the project is written, not even through a link.

#[cfg(test)]
mod tests;

use std::fs::{self, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::encoded::{self, Encoded};
use crate::fixes::{FileEdit, edits};
use crate::project::Project;
use crate::syntax::keeps_secrets;
use crate::text::FileId;

/// Why nothing was written. A sentence each, with the file's path.
#[derive(Debug, thiserror::Error)]
pub enum NotApplied {
    #[error("{0} has changed since it was read, so the fix may no longer fit: nothing was written")]
    Changed(PathBuf),
    #[error("{0} has appeared since the project was read: nothing was written")]
    Appeared(PathBuf),
    #[error("{0} lies outside of the project: nothing was written")]
    Outside(PathBuf),
    #[error("{0} is read-only: nothing was written")]
    ReadOnly(PathBuf),
    #[error("the edits do not fit the text of {0}: nothing was written")]
    DoesNotFit(PathBuf),
    #[error("{path} could not be written ({why}): nothing was changed")]
    Failed { path: PathBuf, why: std::io::Error },
    #[error("{path} could not be written ({why}), and {left} could not be put back as it was")]
    HalfDone { path: PathBuf, why: std::io::Error, left: PathBuf },
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Applied {
    pub changed: Vec<FileId>,
    pub created: Vec<FileId>,
}

/// Larger files are not edited by a fix.
const LARGEST: u64 = 64 << 20;

/// Carries the edits out on disk. `before` gives the text that they were computed from, as [`super::walk`] reads it, or `None` for
/// a file that was not there. Nothing outside of `roots` is written. A file that is to be created and was there already is left
/// alone, as a fix does when it is only looked at.
pub fn apply(edits: &[FileEdit], before: &dyn Fn(&FileId) -> Option<String>, roots: &[PathBuf]) -> Result<Applied, NotApplied> {
    let inside = Inside::of(roots);
    let mut changes = Vec::with_capacity(edits.len());
    for edit in edits {
        match (before(&edit.file), edit.create) {
            (Some(_), true) => {}
            (None, true) => changes.push(Change::creating(edit, &inside)?),
            (text, false) => changes.push(Change::editing(edit, text.as_deref(), &inside)?),
        }
    }
    for change in &mut changes {
        change.prepare()?;
    }
    for at in 0..changes.len() {
        if let Err(why) = changes[at].put_in_place() {
            let path = changes[at].shown.clone();
            return Err(match changes.iter_mut().take(at + 1).rev().filter_map(Change::take_back).last() {
                Some(left) => NotApplied::HalfDone { path, why, left },
                None if why.kind() == std::io::ErrorKind::AlreadyExists => NotApplied::Appeared(path),
                None => NotApplied::Failed { path, why },
            });
        }
    }
    let mut applied = Applied::default();
    for change in changes {
        let list = if change.old.is_some() { &mut applied.changed } else { &mut applied.created };
        list.push(change.file.clone());
        change.keep();
    }
    Ok(applied)
}

/// [`apply`] for a fix that was computed from this project: nothing outside of its roots is written, nor outside of `also`, which are
/// folders of files that were named.
pub fn apply_to(project: &Project, edits: &[FileEdit], also: &[PathBuf]) -> Result<Applied, NotApplied> {
    let mut roots: Vec<PathBuf> = project.roots().iter().chain(project.git_roots()).map(|root| PathBuf::from(root.as_str())).collect();
    roots.extend_from_slice(also);
    apply(edits, &|file| project.file(file).map(|known| known.document.text()), &roots)
}

/// The text of a file as [`apply`] compares it.
pub fn text_of(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::Error::other("it is too large"));
    }
    encoded::decode(&fs::read(path)?).map(|encoded| encoded.text.into_owned()).ok_or_else(|| io::Error::other("it is no text"))
}

/// The folders that nothing may lead out of, links resolved.
struct Inside(Vec<PathBuf>);

impl Inside {
    fn of(roots: &[PathBuf]) -> Inside {
        Inside(roots.iter().filter_map(|root| fs::canonicalize(root).ok()).collect())
    }

    fn holds(&self, real: &Path) -> bool {
        self.0.iter().any(|root| real.starts_with(root))
    }
}

/// One file that is to be written.
struct Change {
    file: FileId,
    /// As the person knows it.
    shown: PathBuf,
    /// With all links resolved.
    real: PathBuf,
    old: Option<Old>,
    new: Vec<u8>,
    stands: Option<TempPath>,
    /// Folders that were made for it, the outermost first.
    folders: Vec<PathBuf>,
    is_in_place: bool,
}

struct Old {
    bytes: Vec<u8>,
    metadata: Metadata,
}

impl Change {
    fn editing(edit: &FileEdit, before: Option<&str>, inside: &Inside) -> Result<Change, NotApplied> {
        let shown = PathBuf::from(edit.file.as_str());
        let failed = |why| NotApplied::Failed { path: shown.clone(), why };
        let Ok(real) = fs::canonicalize(&shown) else { return Err(NotApplied::Changed(shown)) };
        if !inside.holds(&real) {
            return Err(NotApplied::Outside(shown));
        }
        let metadata = fs::metadata(&real).map_err(failed)?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return Err(NotApplied::Changed(shown));
        }
        if metadata.permissions().readonly() {
            return Err(NotApplied::ReadOnly(shown));
        }
        let bytes = fs::read(&real).map_err(failed)?;
        let Some(Encoded { text, encoding }) = encoded::decode(&bytes).filter(|encoded| before == Some(&*encoded.text)) else {
            return Err(NotApplied::Changed(shown));
        };
        let edits = encoded::with_line_ends_of(&text, &edit.edits);
        let Some(new) = edits::applied(&text, &edits).filter(|_| edits::ordered(edits.clone()).as_ref() == Some(&edits)) else {
            return Err(NotApplied::DoesNotFit(shown));
        };
        let old = Old { bytes, metadata };
        Ok(Change { file: edit.file.clone(), shown, real, old: Some(old), new: encoding.encode(&new), stands: None, folders: Vec::new(), is_in_place: false })
    }

    fn creating(edit: &FileEdit, inside: &Inside) -> Result<Change, NotApplied> {
        let shown = PathBuf::from(edit.file.as_str());
        // Even a link that leads nowhere is something that has appeared.
        if fs::symlink_metadata(&shown).is_ok() {
            return Err(NotApplied::Appeared(shown));
        }
        let Some(real) = real_place(&shown).filter(|real| inside.holds(real)) else { return Err(NotApplied::Outside(shown)) };
        let Some(new) = edits::applied("", &edit.edits) else { return Err(NotApplied::DoesNotFit(shown)) };
        let (file, new) = (edit.file.clone(), new.into_bytes());
        Ok(Change { file, shown, real, old: None, new, stands: None, folders: Vec::new(), is_in_place: false })
    }

    /// Writes the new text beside the old one.
    fn prepare(&mut self) -> Result<(), NotApplied> {
        self.write_beside().map_err(|why| NotApplied::Failed { path: self.shown.clone(), why })
    }

    fn write_beside(&mut self) -> std::io::Result<()> {
        let folder = self.real.parent().map(Path::to_owned).ok_or(std::io::ErrorKind::NotFound)?;
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut temporary = match &self.old {
            Some(old) => beside(&folder, None).and_then(|file| like(file, &old.metadata))?,
            None => beside(&folder, (!keeps_secrets(&self.file)).then(for_everybody).flatten())?,
        };
        temporary.write_all(&self.new)?;
        temporary.as_file().sync_all()?;
        self.stands = Some(temporary.into_temp_path());
        Ok(())
    }

    fn put_in_place(&mut self) -> std::io::Result<()> {
        let Some(temporary) = self.stands.take() else { return Err(std::io::ErrorKind::NotFound.into()) };
        match &self.old {
            Some(old) => {
                if fs::read(&self.real)? != old.bytes {
                    return Err(std::io::Error::other("it has just been changed by something else"));
                }
                temporary.persist(&self.real).map_err(|failed| failed.error)?;
            }
            None => temporary.persist_noclobber(&self.real).map_err(|failed| failed.error)?,
        }
        self.is_in_place = true;
        Ok(())
    }

    /// Everything as it was before. The path, if that is not possible.
    fn take_back(&mut self) -> Option<PathBuf> {
        let undone = match (&self.old, self.is_in_place) {
            (_, false) => Ok(()),
            (None, true) => fs::remove_file(&self.real),
            (Some(old), true) => put_back(&self.real, old),
        };
        self.is_in_place = false;
        undone.err().map(|_| self.shown.clone())
    }

    /// The change stays, and with it the folders that were made for it.
    fn keep(mut self) {
        self.folders.clear();
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.stands = None;
        // Only folders that are empty go.
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn put_back(path: &Path, old: &Old) -> std::io::Result<()> {
    let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
    let mut temporary = beside(folder, None).and_then(|file| like(file, &old.metadata))?;
    temporary.write_all(&old.bytes)?;
    temporary.persist(path).map(|_| ()).map_err(|failed| failed.error)
}

fn beside(folder: &Path, permissions: Option<Permissions>) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".guardline-").suffix(".tmp");
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// Gives a file what another one has: permissions, and the owner where that is possible.
fn like(file: NamedTempFile, metadata: &Metadata) -> std::io::Result<NamedTempFile> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // Only the super user may give files away; for all others the owner is the same already.
        let _ = fchown(file.as_file(), Some(metadata.uid()), Some(metadata.gid()));
    }
    file.as_file().set_permissions(metadata.permissions())?;
    Ok(file)
}

/// What a new file may be read by, less what the person's umask takes away. A file for secrets is its owner's alone.
#[cfg(unix)]
fn for_everybody() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn for_everybody() -> Option<Permissions> {
    None
}

/// Where a file that is not there yet would lie, with the links of the folders that are there resolved.
fn real_place(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().skip(1).find(|folder| fs::symlink_metadata(folder).is_ok())?;
    let rest = path.strip_prefix(there).ok()?;
    let is_plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    is_plain.then(|| fs::canonicalize(there).ok()).flatten().map(|there| there.join(rest))
}
