//! Which files have the functions that configurations bind to addresses.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::OfFile;
use crate::facts::setup::Bound;
use crate::project::{Project, join};
use crate::text::FileId;

/// What a build puts where the sources were, and what the sources may be called.
const EXTENSIONS: &[&str] = &["ts", "js", "mjs", "cjs", "mts", "tsx", "jsx", "py"];
const BUILT: &[&str] = &["dist", "build", "lib", ".build", "out"];

pub(super) fn by_file(project: &Project, files: &BTreeMap<FileId, Arc<OfFile>>) -> BTreeMap<FileId, Vec<Bound>> {
    let mut found: BTreeMap<FileId, Vec<Bound>> = BTreeMap::new();
    for (config, of) in files {
        for bound in &of.facts.bound {
            if let Some(file) = file_of(project, config, &bound.module) {
                found.entry(file).or_default().push(bound.clone());
            }
        }
    }
    found
}

fn file_of(project: &Project, config: &FileId, module: &str) -> Option<FileId> {
    let at = |module: &str| {
        let path = join(config.folder(), module);
        let dotted = || module.contains('.').then(|| join(config.folder(), &module.replace('.', "/")));
        let named = |path: String| EXTENSIONS.iter().map(move |extension| FileId::new(&format!("{path}.{extension}")));
        let folder = |path: &str| ["ts", "js", "mjs"].map(|extension| FileId::new(&format!("{path}/index.{extension}")));
        let candidates = named(path.clone()).chain(folder(&path)).chain(dotted().into_iter().flat_map(named));
        candidates.into_iter().find(|file| project.file(file).is_some())
    };
    at(module).or_else(|| {
        // `dist/notes.handler` is made of `src/notes.ts`, or of `notes.ts`.
        let (first, rest) = module.split_once('/')?;
        BUILT.contains(&first).then(|| at(&format!("src/{rest}")).or_else(|| at(rest)))?
    })
}
