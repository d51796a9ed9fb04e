//! `guardline audit --built`: what the last build serves.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::targets::Targets;
use crate::engine::{Cancel, Snapshot};
use crate::project::Project;
use crate::rules::built::{Built, Held};
use crate::rules::{Finding, RuleMeta};
use crate::text::FileId;
use crate::workspace::built;
use crate::workspace::walk::file_id;

/// The folders that are served.
#[derive(Default)]
pub struct Served {
    folders: Vec<(FileId, PathBuf)>,
}

/// The folder that was named, or those that the project's builds fill. A named folder with a package in it is asked for its builds.
pub fn served(named: Option<&Path>, project: &Project, targets: &Targets) -> Result<Served> {
    let folders = match named {
        Some(folder) => {
            let folder = std::path::absolute(folder).with_context(|| folder.display().to_string())?;
            if !folder.is_dir() {
                bail!("{} is not a folder: build the project first, or name the folder that the build fills", folder.display());
            }
            if folder.join("package.json").is_file() { built::folders(&[folder]) } else { vec![folder] }
        }
        None => built::folders(&packages(project, targets)),
    };
    let known = folders.into_iter().filter_map(|folder| Some((file_id(&folder)?, folder)));
    Ok(Served { folders: known.collect() })
}

/// The folders of the project that hold a package, and its roots.
fn packages(project: &Project, targets: &Targets) -> Vec<PathBuf> {
    let manifests = project.files().map(|(file, _)| file).filter(|file| file.file_name() == "package.json");
    let mut folders: Vec<PathBuf> = manifests.map(|file| PathBuf::from(file.folder())).chain(targets.projects.iter().cloned()).collect();
    folders.sort();
    folders.dedup();
    folders
}

impl Served {
    /// Does the file lie in a folder that is served?
    pub fn covers(&self, file: &FileId) -> bool {
        self.folders.iter().any(|(folder, _)| file.below(folder).is_some())
    }

    /// What the findings become when what is served is held against them, and the served texts that they point into.
    /// `None` if cancelled.
    pub fn check(&self, snapshot: &Snapshot, rules: &[&RuleMeta], findings: Vec<Finding>, cancel: &Cancel) -> Option<Held> {
        let mut scan = Built::new(&snapshot.project, rules, &findings);
        for (folder, path) in &self.folders {
            // Only what is served may be read on behalf of a served file.
            let mut beside = |file: &FileId| self.covers(file).then(|| built::text(Path::new(file.as_str()))).flatten();
            for path in built::files(path) {
                if cancel.is_cancelled() {
                    return None;
                }
                let (Some(file), Some(text)) = (file_id(&path), built::text(&path)) else { continue };
                scan.read(folder, &file, &text, &mut beside);
            }
        }
        Some(scan.finish(findings))
    }

    /// What was looked at, in words.
    pub fn told(&self) -> String {
        match self.folders.as_slice() {
            [] => "No build was found that serves anything: build the project first, or name the folder with `--built DIR`.".to_owned(),
            folders => {
                let names: Vec<String> = folders.iter().map(|(folder, _)| format!("`{}`", folder.as_str())).collect();
                format!("Looked at what is served from {}.", names.join(", "))
            }
        }
    }
}
