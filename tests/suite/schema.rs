//! A project that says what it stores in six ways at once, read from disk as the engine would read it.

use std::path::{Path, PathBuf};

use guardline::facts::schema::{self, FileSchema, Schema};
use guardline::model::lower;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the fixture is there") {
        let path = entry.expect("the fixture can be read").path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

#[test]
fn a_project_with_many_sources_is_one_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/schema/clinic");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let facts: Vec<(FileId, FileSchema)> = paths
        .iter()
        .filter_map(|path| {
            let file = FileId::new(&path.strip_prefix(&folder).ok()?.to_string_lossy());
            let document = Document::new(file.clone(), Language::of(&file)?, 0, &std::fs::read_to_string(path).ok()?);
            let model = lower::lower(&document, None);
            Some((file, schema::read(&document, model.as_ref())))
        })
        .collect();
    let linked = Schema::link(facts.iter().map(|(file, facts)| (file, facts)));
    let expected = std::fs::read_to_string(folder.join("expected.txt")).expect("the fixture says what is expected");
    assert_eq!(schema::show::describe(&linked), expected.replace("\r\n", "\n"));
}
