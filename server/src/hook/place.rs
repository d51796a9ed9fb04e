//! Where hooks and the processes that keep projects meet: a folder that belongs to the user alone, outside of every project.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// The user's folder for what lives as long as a login: `$XDG_RUNTIME_DIR`, or else a folder of ours among the temporary ones.
    pub fn open() -> Result<Place> {
        let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = match is_set("XDG_RUNTIME_DIR").filter(|folder| folder.is_dir()) {
            Some(folder) => folder.join("guardline"),
            None => std::env::temp_dir().join(format!("guardline-{}", user())),
        };
        create(&folder).with_context(|| folder.display().to_string())?;
        Ok(Place { folder })
    }

    #[cfg(test)]
    pub fn at(folder: PathBuf) -> Place {
        Place { folder }
    }

    pub fn sessions(&self) -> PathBuf {
        self.folder.join("sessions")
    }

    /// The socket of the process that keeps this project, for programs that are the same as this one.
    #[cfg(unix)]
    pub fn socket(&self, root: &Path) -> PathBuf {
        self.folder.join(format!("{}.sock", name(root)))
    }

    /// Who holds it keeps the project.
    #[cfg(unix)]
    pub fn lock(&self, root: &Path) -> PathBuf {
        self.folder.join(format!("{}.lock", name(root)))
    }
}

/// Another version, or another build of this one, has other answers: it keeps projects of its own.
#[cfg(unix)]
fn name(root: &Path) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let built = std::fs::metadata(&program).ok().map(|metadata| {
        let at = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
        format!("{}:{}", metadata.len(), at.as_nanos())
    });
    hashed(&[
        root.as_os_str().as_encoded_bytes(),
        env!("CARGO_PKG_VERSION").as_bytes(),
        program.as_os_str().as_encoded_bytes(),
        built.unwrap_or_default().as_bytes(),
    ])
}

/// A short name for these.
pub fn hashed(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
fn user() -> String {
    rustix::process::getuid().as_raw().to_string()
}

#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

/// Makes the folder, or sees that the one that is there is ours and nobody else's.
#[cfg(unix)]
fn create(folder: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    let metadata = std::fs::symlink_metadata(folder)?;
    if !metadata.is_dir() || metadata.uid() != rustix::process::getuid().as_raw() || metadata.mode() & 0o077 != 0 {
        bail!("is not a folder that belongs to this user alone");
    }
    Ok(())
}

#[cfg(not(unix))]
fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    if !folder.is_dir() {
        bail!("is not a folder");
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_must_be_the_users_alone() {
        let around = tempfile::tempdir().expect("a temporary folder");
        let folder = around.path().join("guardline");
        create(&folder).expect("created");
        create(&folder).expect("still ours");
        assert_eq!(std::fs::metadata(&folder).expect("a folder").permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("permitted");
        assert!(create(&folder).is_err());
        let link = around.path().join("link");
        std::os::unix::fs::symlink(around.path(), &link).expect("a link");
        assert!(create(&link).is_err());
    }

    #[test]
    fn each_project_has_names_of_its_own_and_short_ones() {
        let place = Place::at(PathBuf::from("/run/user/1000/guardline"));
        assert_ne!(place.socket(Path::new("/a")), place.socket(Path::new("/b")));
        assert!(place.socket(Path::new("/a")).as_os_str().len() < 100, "the names of sockets are limited");
    }
}
