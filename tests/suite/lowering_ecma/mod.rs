//! TypeScript and JavaScript to the program model: source on the left, printed model on the right.

mod broken;
mod declarations;
mod expressions;
mod limits;
mod modules;
mod spans;
mod statements;

use guardline::model::{FileModel, lower, print};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

fn model_of(language: Language, source: &str) -> FileModel {
    let document = Document::new(FileId::new("/a"), language, 0, source);
    lower::lower(&document, None).expect("the languages here have a grammar and the sources are small")
}

/// The statements of a file, one segment after the other, on one line.
fn printed(model: &FileModel) -> String {
    let segments = model.segments.iter().map(|placed| print::segment(&placed.segment));
    segments.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn lowered(language: Language, source: &str) -> String {
    let model = model_of(language, source);
    for placed in &model.segments {
        assert!(!placed.segment.is_incomplete(), "does not parse: {source}");
    }
    printed(&model)
}

/// Each source, read as TSX and, where the two grammars agree, as TypeScript.
fn check(table: &[(&str, &str)]) {
    for (source, expected) in table {
        assert_eq!(lowered(Language::Tsx, source), *expected, "{source}");
        assert_eq!(lowered(Language::TypeScript, source), *expected, "{source} as TypeScript");
    }
}

fn check_as(language: Language, table: &[(&str, &str)]) {
    for (source, expected) in table {
        assert_eq!(lowered(language, source), *expected, "{source}");
    }
}
