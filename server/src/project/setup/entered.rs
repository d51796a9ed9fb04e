//! Which files of the project builds begin with to make what pages load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::OfFile;
use crate::project::{Project, join};
use crate::text::FileId;

const EXTENSIONS: &[&str] = &["tsx", "ts", "jsx", "js", "mjs", "mts"];

pub(super) fn files(project: &Project, files: &BTreeMap<FileId, Arc<OfFile>>) -> BTreeSet<FileId> {
    let mut found = BTreeSet::new();
    for (config, of) in files {
        // A package that runs a server and nothing else builds that.
        let named = of.facts.entries.iter().filter(|_| !project.stacks().only_serves(config));
        found.extend(named.filter_map(|entry| file_of(project, config, &entry.file)));
    }
    found
}

fn file_of(project: &Project, config: &FileId, name: &str) -> Option<FileId> {
    let path = join(config.folder(), name);
    let whole = FileId::new(&path);
    let longer = EXTENSIONS.iter().map(|extension| format!("{path}.{extension}"));
    let inner = EXTENSIONS.iter().map(|extension| format!("{path}/index.{extension}"));
    let is_code = |file: &FileId| project.file(file).is_some_and(|known| known.module.is_some());
    std::iter::once(whole).chain(longer.chain(inner).map(|path| FileId::new(&path))).find(is_code)
}
