//! Each problem: what can happen, where, how to fix it, and whether a fix is ready.

use super::Text;
use crate::report::overview::counted;
use crate::report::paint::{Tone, harmless};
use crate::report::plain::{self, plain};
use crate::report::problems::{Problem, texts_of};
use crate::report::{Entry, Repair, frame, prompt};
use crate::rules::{Finding, Level};

/// Related places shown for one finding before the rest is counted.
const MOST_RELATED: usize = 4;
/// Places shown of one mistake before the rest is counted.
const MOST_PLACES: usize = 12;

impl Text<'_> {
    pub(super) fn problems(&mut self, problems: &[Problem<'_>]) {
        if problems.is_empty() {
            return;
        }
        let all: usize = problems.iter().map(|problem| problem.entries.len()).sum();
        let count = format!("{} in {}", counted(problems.len(), "problem", "problems"), counted(all, "place", "places"));
        self.heading("Problems, the costliest first", &count);
        for (at, problem) in problems.iter().enumerate() {
            if at > 0 {
                self.line("");
                self.line("");
            }
            self.problem(problem);
        }
    }

    fn problem(&mut self, problem: &Problem<'_>) {
        let (_, word, tone) = told(problem.level);
        let first = format!("{}. ", problem.number);
        let title = self.style.wrap_hanging(&first, &" ".repeat(first.len()), &problem.title());
        self.lines(title, Some(Tone::Strong));
        let risk = problem.risk().map_or(String::new(), |risk| format!(" · {}", risk.title()));
        let places = if problem.entries.len() > 1 { format!(" · {}", counted(problem.entries.len(), "place", "places")) } else { String::new() };
        let line = format!("   {}{}", self.style.paint(tone, word), self.style.paint(Tone::Faint, &format!("{risk}{places}")));
        self.line(&line);
        if let Some(happens) = problem.what_can_happen() {
            self.line("");
            self.hanging("   What can happen: ", "   ", &happens);
        }
        for entry in problem.entries.iter().take(MOST_PLACES) {
            self.entry(entry);
        }
        if let Some(more) = problem.entries.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            self.line("");
            let more = format!("   And {}. All of them: guardline audit --format json", counted(more, "more place", "more places"));
            self.lines(vec![more], Some(Tone::Faint));
        }
        let steps = problem.how_to_fix();
        if !steps.is_empty() {
            self.line("");
        }
        match steps.as_slice() {
            [one] => self.hanging("   How to fix: ", "   ", one),
            steps => {
                for (at, step) in steps.iter().enumerate() {
                    if at == 0 {
                        self.prose("   ", "How to fix:");
                    }
                    self.hanging("   - ", "     ", step);
                }
            }
        }
        if let Some(check) = problem.short_check() {
            self.hanging("   Try it before and after: ", "   ", &check);
        }
        self.line("");
        let ask = self.style.wrap_hanging("   To your AI assistant: ", "   ", &prompt::short(self.report, problem));
        self.lines(ask, Some(Tone::Code));
        let more = self.style.wrap("   ", &format!("For more, type in a terminal: guardline explain {}", problem.rule));
        self.lines(more, Some(Tone::Faint));
        let texts = texts_of(problem);
        let words = self.glossary.new_in(texts.iter().map(String::as_str));
        self.words("   ", words);
    }

    fn entry(&mut self, entry: &Entry) {
        let finding = &entry.finding;
        let (sign, word, tone) = told(finding.level);
        self.line("");
        let line =
            format!("  {} {}  {}", self.style.paint(tone, sign), self.style.paint(Tone::Strong, &self.position(&finding.place)), self.style.paint(tone, word));
        self.line(&line);
        self.prose("    ", &plain(&finding.message));
        self.frame(finding);
        for related in finding.related.iter().take(MOST_RELATED) {
            let at = self.position(&related.place);
            self.hanging("      ↳ ", "        ", &format!("{at}  {}", plain::related(&related.message)));
        }
        if let Some(more) = finding.related.len().checked_sub(MOST_RELATED).filter(|more| *more > 0) {
            self.prose("      ", &format!("↳ and {}", counted(more, "more place", "more places")));
        }
        if let Some(repair) = entry.repairs.first() {
            self.repair(repair);
        }
    }

    fn repair(&mut self, repair: &Repair) {
        let clean = self.report.redactor.clean(&repair.title);
        let lines = self.style.wrap("    ", &harmless(&format!("{}: {clean}", repair.lead())));
        self.lines(lines, Some(Tone::Good));
    }

    fn frame(&mut self, finding: &Finding) {
        let gutter = 6;
        let Some((lines, _)) = frame::of_place(self.report, &finding.place, self.style.width.saturating_sub(gutter + 5)) else { return };
        let (_, _, tone) = told(finding.level);
        for line in lines {
            let bar = self.style.paint(Tone::Faint, "│");
            let number = self.style.paint(Tone::Faint, &format!("{:>gutter$}", line.number));
            self.line(&format!("  {number} {bar} {}", line.text));
            let marks = self.style.paint(tone, &"^".repeat(line.marked.len()));
            self.line(&format!("  {:>gutter$} {bar} {}{marks}", "", " ".repeat(line.marked.start)));
        }
    }
}

pub(super) fn told(level: Level) -> (&'static str, &'static str, Tone) {
    let (sign, tone) = match level {
        Level::Error => ("✗", Tone::Serious),
        Level::Warning => ("!", Tone::Soon),
        Level::Information | Level::Hint => ("i", Tone::Look),
        Level::Hidden => ("?", Tone::Look),
    };
    (sign, plain::level(level), tone)
}
