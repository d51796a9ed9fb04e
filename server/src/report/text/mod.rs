//! The report in a terminal, for the person who owns the product: the verdict and what to do first, then each problem with
//! what can happen, where, and what to do, then the answers, what is in order and what needs a person.

mod front;
mod problems;
mod rest;
#[cfg(test)]
mod tests;

use super::Report;
use super::overview::{Mood, Overview};
use super::paint::{Style, Tone, harmless};
use super::plain::Glossary;
use super::problems::problems as all_problems;
use crate::rules::Place;
use crate::text::{Encoding, FileId};

/// The whole report. `here` is the folder that paths are shown relative to.
pub fn render(report: &Report<'_>, here: &FileId, style: Style) -> String {
    let overview = Overview::of(report);
    let mut text = Text { report, here, style, out: String::new(), glossary: Glossary::default() };
    text.front(&overview);
    text.problems(&all_problems(report));
    text.questions(&overview);
    text.grounds(&overview);
    text.in_order(&overview);
    text.tasks(&overview);
    text.notes();
    text.summary(&overview);
    text.out
}

/// For whoever waits to commit: the problems with what to do, and nothing around them.
pub fn render_short(report: &Report<'_>, here: &FileId, style: Style) -> String {
    let overview = Overview::of(report);
    let mut text = Text { report, here, style, out: String::new(), glossary: Glossary::default() };
    let problems = all_problems(report);
    if problems.is_empty() {
        let told = if report.audited == 0 { "Nothing to check is staged." } else { overview.verdict.text.as_str() };
        text.prose("", told);
    } else {
        problems.iter().for_each(|problem| text.problem_in_short(problem));
        text.line("");
        text.prose("", &overview.verdict.text);
        text.prose("", "Type `guardline audit` in a terminal for what can happen, how to try it, and the rest of the report.");
    }
    report.mark_notes.iter().for_each(|note| text.prose("", &format!("{}  {}", text.position(&note.place), note.message)));
    if report.audited > 0 {
        report.notes.iter().for_each(|note| text.prose("", note));
    }
    text.out
}

struct Text<'a> {
    report: &'a Report<'a>,
    here: &'a FileId,
    style: Style,
    out: String,
    glossary: Glossary,
}

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn lines(&mut self, lines: Vec<String>, tone: Option<Tone>) {
        for line in lines {
            let line = tone.map_or(line.clone(), |tone| self.style.paint(tone, &line));
            self.line(&line);
        }
    }

    fn prose(&mut self, indent: &str, text: &str) {
        self.hanging(indent, indent, text);
    }

    fn hanging(&mut self, first: &str, indent: &str, text: &str) {
        let clean = self.report.redactor.clean(text);
        let lines = self.style.code_in(self.style.wrap_hanging(first, indent, &harmless(&clean)));
        self.lines(lines, None);
    }

    /// A rule across the window with words at its left and right.
    fn heading(&mut self, left: &str, right: &str) {
        let dashes = self.style.width.saturating_sub(left.chars().count() + right.chars().count() + 5).max(2);
        let line = format!(
            "{} {} {} {}",
            self.style.paint(Tone::Faint, "──"),
            self.style.paint(Tone::Strong, left),
            self.style.paint(Tone::Faint, &"─".repeat(dashes)),
            self.style.paint(Tone::Faint, right)
        );
        self.line("");
        self.line(&line);
        self.line("");
    }

    /// `app/lib/ai.ts:12:17`, with the columns that editors show.
    fn position(&self, place: &Place) -> String {
        let start = self.report.range_in(place, Encoding::Utf32).start;
        // From elsewhere, as it is called in the project.
        let path = place.file.below(self.here).unwrap_or(self.report.path(&place.file));
        let path = self.report.redactor.clean(path);
        harmless(&format!("{path}:{}:{}", start.line, start.column)).into_owned()
    }
}

fn tone(mood: Mood) -> Tone {
    match mood {
        Mood::Good => Tone::Good,
        Mood::Look => Tone::Look,
        Mood::Unsure => Tone::Soon,
        Mood::Serious => Tone::Serious,
        Mood::Faint => Tone::Faint,
    }
}
