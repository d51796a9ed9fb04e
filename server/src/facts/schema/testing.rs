//! What the tests of the readers share: files in, a schema out.

use super::{FileSchema, Model, Schema, show};
use crate::model::lower;
use crate::syntax::{Document, Language};
use crate::text::FileId;

pub(super) fn facts(path: &str, text: &str) -> FileSchema {
    let file = FileId::new(path);
    let language = Language::of(&file).unwrap_or_else(|| panic!("{path} is of no known language"));
    let document = Document::new(file, language, 0, text);
    let model = lower::lower(&document, None);
    super::read(&document, model.as_ref())
}

pub(super) fn link(files: &[(&str, &str)]) -> Schema {
    let facts: Vec<(FileId, FileSchema)> = files.iter().map(|(path, text)| (FileId::new(path), facts(path, text))).collect();
    let backwards = Schema::link(facts.iter().rev().map(|(file, facts)| (file, facts)));
    let schema = Schema::link(facts.iter().map(|(file, facts)| (file, facts)));
    assert_eq!(schema, backwards, "the order of files must not matter");
    schema
}

impl Schema {
    pub(super) fn expect(&self, name: &str) -> &Model {
        self.model(name).unwrap_or_else(|| panic!("no model {name} in\n{}", show::describe(self)))
    }

    /// Its owners in words.
    pub(super) fn owners_of(&self, name: &str) -> String {
        show::owners(self, self.expect(name))
    }

    /// Its columns in words: `ownerId->users.id`.
    pub(super) fn columns_of(&self, name: &str) -> String {
        let column = |column: &super::Column| match &column.references {
            Some(reference) => format!("{}->{}.{}", column.name, reference.model.0, reference.column),
            None => column.name.to_string(),
        };
        self.expect(name).columns.iter().map(column).collect::<Vec<_>>().join(" ")
    }
}
