//! The lowering of Python, construct by construct, as S-expressions (`model/print`).

mod broken;
mod definitions;
mod expressions;
mod flow;
mod long;
mod matching;
mod random;
mod simple;
mod spans;
mod strings;

use crate::model::{ExprKind, FileModel, Segment, lower, print};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};

fn model(text: &str) -> FileModel {
    let document = Document::new(FileId::new("/project/app.py"), Language::Python, 0, text);
    lower::lower(&document, None).expect("Python is code")
}

/// Every segment on a line of its own; what means nothing has none.
fn show(text: &str) -> String {
    let lines: Vec<String> = model(text).segments.iter().map(|placed| print::segment(&placed.segment)).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Each source lowers to the text beside it.
fn check(table: &[(&str, &str)]) {
    for (source, expected) in table {
        assert_eq!(show(source), *expected, "\n{source}");
    }
}

/// The first segment of a text that has at least one.
fn segment(text: &str) -> Segment {
    let model = model(text);
    let first = model.segments.first().expect("the text has an item");
    Segment::clone(&first.segment)
}

/// The source of every span that `pick` chooses among the expressions of the first segment.
fn sources(text: &str, pick: impl Fn(&ExprKind) -> Option<Vec<Span>>) -> Vec<&str> {
    let segment = segment(text);
    segment.exprs.iter().filter_map(|expr| pick(&expr.kind)).flatten().map(|span| span.of(text)).collect()
}
