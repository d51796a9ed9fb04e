//! One finding a line, as compilers write them and editors read them: `path:line:column: level: message [rule]`.

use super::Report;
use super::paint::harmless;
use crate::text::Encoding;

pub fn render(report: &Report<'_>) -> String {
    let line = |entry: &super::Entry| {
        let finding = &entry.finding;
        let start = report.range_in(&finding.place, Encoding::Utf32).start;
        let (path, message) = (report.redactor.clean(report.path(&finding.place.file)), report.redactor.clean(&finding.message));
        let told = format!("{path}:{}:{}: {}: {message} [{}]", start.line, start.column, finding.level.word(), finding.rule);
        format!("{}\n", harmless(&told.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    report.entries.iter().map(line).collect()
}

/// What there is to say besides the findings, a sentence each.
pub fn notes(report: &Report<'_>) -> Vec<String> {
    let of_marks = report.mark_notes.iter().map(|note| {
        let start = report.range_in(&note.place, Encoding::Utf32).start;
        format!("{}:{}:{}: {}", report.path(&note.place.file), start.line, start.column, note.message)
    });
    of_marks.chain(report.notes.iter().cloned()).map(|note| report.redactor.clean(&note).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report};
    use crate::rules::Level;

    #[test]
    fn a_finding_is_a_line() {
        let (project, file) = project("a b.ts", "x\ncall(a);\n");
        let mut one = finding("missing-auth", &project, &file, "call", Level::Error);
        one.message = "Two\nlines \u{1b}[2J".into();
        assert_eq!(render(&report(&project, vec![one])), "a b.ts:2:1: error: Two lines ·[2J [missing-auth]\n");
    }
}
