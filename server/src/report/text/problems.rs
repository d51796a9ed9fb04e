//! Each problem: what can happen, where, how to fix it, and whether a fix is ready.

use super::Text;
use crate::report::overview::counted;
use crate::report::paint::{Tone, harmless};
use crate::report::plain::{self, plain};
use crate::report::problems::{Problem, texts_of};
use crate::report::urgency::{Urgency, of_finding};
use crate::report::{Entry, Repair, frame, prompt, trial};
use crate::rules::{Finding, Risk};

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
        self.heading("Problems, the worst first", &count);
        for (at, problem) in problems.iter().enumerate() {
            if at > 0 {
                self.line("");
                self.line("");
            }
            self.problem(problem);
        }
    }

    /// What it is, where, and what to change.
    pub(super) fn problem_in_short(&mut self, problem: &Problem<'_>) {
        let (_, tone) = told(problem.urgency);
        self.line("");
        let title = format!("{} ({})", problem.title(), problem.urgency.title());
        let title = self.style.wrap("", &harmless(&title));
        self.lines(title, Some(tone));
        problem.told.iter().take(MOST_PLACES).for_each(|entry| self.entry(entry));
        let steps = problem.how_to_fix();
        if let Some(first) = steps.first() {
            self.line("");
            self.hanging("  What to change: ", "  ", first);
        }
        steps.iter().skip(1).for_each(|step| self.hanging("  - ", "    ", step));
    }

    fn problem(&mut self, problem: &Problem<'_>) {
        let (_, tone) = told(problem.urgency);
        let first = format!("{}. ", problem.number);
        let title = self.style.wrap_hanging(&first, &" ".repeat(first.len()), &harmless(&problem.title()));
        self.lines(title, Some(Tone::Strong));
        let risk = problem.risk().map_or(String::new(), |risk| format!(" · {}", risk.title()));
        let also: Vec<&str> = problem.also().into_iter().map(Risk::title).collect();
        let also = if also.is_empty() { String::new() } else { format!(", also {}", also.join(", ")) };
        let places = if problem.entries.len() > 1 { format!(" · {}", counted(problem.entries.len(), "place", "places")) } else { String::new() };
        let line = format!("   {}{}", self.style.paint(tone, problem.urgency.title()), self.style.paint(Tone::Faint, &format!("{risk}{also}{places}")));
        self.line(&line);
        for entry in problem.told.iter().take(MOST_PLACES) {
            self.entry(entry);
        }
        if let Some(more) = problem.told.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            self.line("");
            let more = format!("   And {}. All of them: guardline audit --format lines", counted(more, "more place", "more places"));
            self.lines(vec![more], Some(Tone::Faint));
        }
        if let Some(happens) = problem.what_can_happen() {
            self.line("");
            self.hanging("   How it goes elsewhere (an example, not your app): ", "   ", &happens);
        }
        let steps = problem.how_to_fix();
        if !steps.is_empty() {
            self.line("");
        }
        match steps.as_slice() {
            [one] => self.hanging("   What to change: ", "   ", one),
            steps => {
                for (at, step) in steps.iter().enumerate() {
                    if at == 0 {
                        self.prose("   ", "What to change:");
                    }
                    self.hanging("   - ", "     ", step);
                }
            }
        }
        self.way(problem);
        self.trial(problem);
        self.line("");
        let ask = self.style.wrap_hanging("   To your AI assistant: ", "   ", &prompt::short(self.report, problem));
        self.lines(ask, Some(Tone::Code));
        let texts = texts_of(problem);
        let words = self.glossary.new_in(texts.iter().map(String::as_str));
        self.words("   ", words);
    }

    /// Who does it, what may break, what to look at, and how to go back.
    fn way(&mut self, problem: &Problem<'_>) {
        self.line("");
        if let Some(effort) = problem.effort() {
            self.hanging("   Who: ", "        ", effort.way());
        }
        if let Some(change) = problem.change() {
            self.hanging("   May break: ", "        ", change.breaks);
            self.hanging("   Look at afterwards: ", "        ", change.look);
            if let Some(back) = change.back {
                self.hanging("   To go back: ", "        ", back);
            }
        }
    }

    fn trial(&mut self, problem: &Problem<'_>) {
        let Some(trial) = &problem.trial else {
            if let Some(check) = problem.check() {
                self.line("");
                self.hanging("   Try it: ", "   ", &check);
                let general = self.style.wrap("   ", trial::GENERAL);
                self.lines(general, Some(Tone::Faint));
            }
            return;
        };
        self.line("");
        self.hanging("   Try it: ", "   ", &trial.how);
        if let Some((typed, command)) = &trial.command {
            self.prose("     ", &format!("{}:", typed.title()));
            // Not wrapped: it is to be copied.
            let command = format!("       {}", harmless(&self.report.redactor.clean(command)));
            self.lines(vec![command], Some(Tone::Code));
        }
        self.hanging("   - Now: ", "     ", &trial.now());
        self.hanging("   - After the repair: ", "     ", &trial.after);
    }

    fn entry(&mut self, entry: &Entry) {
        let finding = &entry.finding;
        let urgency = of_finding(finding);
        let ((sign, tone), word) = (told(urgency), urgency.title());
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
        let (_, tone) = told(of_finding(finding));
        for line in lines {
            let bar = self.style.paint(Tone::Faint, "│");
            let number = self.style.paint(Tone::Faint, &format!("{:>gutter$}", line.number));
            self.line(&format!("  {number} {bar} {}", line.text));
            let marks = self.style.paint(tone, &"^".repeat(line.marked.len()));
            self.line(&format!("  {:>gutter$} {bar} {}{marks}", "", " ".repeat(line.marked.start)));
        }
    }
}

pub(super) fn told(urgency: Urgency) -> (&'static str, Tone) {
    (urgency.mood().sign(), super::tone(urgency.mood()))
}
