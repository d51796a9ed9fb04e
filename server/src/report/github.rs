//! The report as workflow commands of GitHub: annotations beside the changed lines.
//!
//! A step shows a handful of annotations only, so the costliest come first and the rest is counted.

use super::overview::{Overview, counted};
use super::paint::harmless;
use super::problems::problems;
use super::{Entry, Report, renew};
use crate::rules::Level;

/// More than GitHub shows of one run.
const MOST: usize = 50;

/// One line for each finding, after the verdict.
pub fn render(report: &Report<'_>) -> String {
    let overview = Overview::of(report);
    let mut out = format!("Guardline: {}\n", harmless(&overview.verdict.text));
    let problems = problems(report);
    let mut entries: Vec<(&Entry, &str)> = problems.iter().flat_map(|problem| problem.entries.iter().map(|entry| (*entry, problem.name()))).collect();
    // What is serious is shown, whatever it is.
    entries.sort_by_key(|(entry, _)| std::cmp::Reverse(entry.finding.level));
    for (entry, title) in entries.iter().take(MOST) {
        out.push_str(&annotation(report, entry, title));
    }
    if let Some(more) = entries.len().checked_sub(MOST).filter(|more| *more > 0) {
        out.push_str(&format!("::notice title=Guardline::{} in the full report%3A guardline audit\n", counted(more, "more finding", "more findings")));
    }
    out
}

fn annotation(report: &Report<'_>, entry: &Entry, title: &str) -> String {
    let finding = &entry.finding;
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information | Level::Hint | Level::Hidden => "notice",
    };
    let range = report.range(&finding.place);
    let path = report.redactor.clean(report.path(&finding.place.file)).into_owned();
    let mut properties = format!("file={},line={},endLine={}", property(&path), range.start.line, range.end.line.max(range.start.line));
    // Columns count on one line only.
    if range.start.line == range.end.line {
        properties += &format!(",col={},endColumn={}", range.start.column, range.end.column.max(range.start.column));
    }
    let said = renew::said_with(finding);
    let message = report.redactor.clean(&said);
    format!("::{command} {properties},title={}::{}\n", property(&format!("{title} ({})", finding.rule)), data(&message))
}

/// The text of a command: what would end it is encoded.
fn data(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '%' => "%25".to_owned(),
            '\r' => "%0D".to_owned(),
            '\n' => "%0A".to_owned(),
            c => harmless(c.encode_utf8(&mut [0; 4])).into_owned(),
        })
        .collect()
}

/// The value of a property: also what would begin the next one.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project_of, report};
    use crate::text::FileId;

    #[test]
    fn nothing_ends_a_command_early() {
        let project = project_of(&[("a,b: 50%.ts", "one(a);\ntwo(b);\n")]);
        let file = FileId::new("/shop/a,b: 50%.ts");
        let mut found = finding("missing-auth", &project, &file, "two(b)", Level::Error);
        found.message = "first\n::error::second, 100%\u{1b}[0m".into();
        let text = render(&report(&project, vec![found, finding("weak-random", &project, &file, "one(a);\ntwo", Level::Information)]));
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "Guardline: Not ready for launch: 1 problem to repair first, 1 can wait.",
                "::error file=a%2Cb%3A 50%25.ts,line=2,endLine=2,col=1,endColumn=7,title=Anybody can call this (missing-auth)::first%0A::error::second, 100%25·[0m",
                "::notice file=a%2Cb%3A 50%25.ts,line=1,endLine=2,title=A token can be guessed (weak-random)::A token can be guessed: anyone can misuse it",
            ]
        );
    }

    #[test]
    fn the_rest_is_counted() {
        let project = project_of(&[("a.ts", "one(a);\n")]);
        let found = vec![finding("missing-auth", &project, &FileId::new("/shop/a.ts"), "one", Level::Error); 60];
        let text = render(&report(&project, found));
        assert_eq!(text.lines().count(), 52);
        assert!(text.ends_with("::notice title=Guardline::10 more findings in the full report%3A guardline audit\n"), "{text}");
    }
}
