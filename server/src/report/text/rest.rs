//! What is in order, what needs a person, what was not looked at, and the last lines.

use super::Text;
use crate::report::overview::{Overview, WHEN_DONE, counted, not_looked_at};
use crate::report::paint::Tone;
use crate::report::plain::capitalised;

impl Text<'_> {
    pub(super) fn in_order(&mut self, overview: &Overview) {
        if overview.in_order.is_empty() {
            return;
        }
        self.heading("Looked at and found to be fine", "");
        let widest = overview.in_order.iter().map(|one| one.what.chars().count()).max().unwrap_or(0);
        for one in &overview.in_order {
            let start = self.out.len();
            let first = format!("  ✓ {:<widest$}  ", one.what);
            self.hanging(&first, &" ".repeat(widest + 6), &one.told);
            if self.style.colour {
                let sign = self.style.paint(Tone::Good, "✓");
                self.out.replace_range(start + 2..start + 2 + "✓".len(), &sign);
            }
        }
    }

    pub(super) fn tasks(&mut self, overview: &Overview) {
        if !overview.tasks.is_empty() {
            self.heading("What needs a person", &counted(overview.tasks.len(), "thing to try", "things to try"));
        }
        for (at, task) in overview.tasks.iter().enumerate() {
            if at > 0 {
                self.line("");
            }
            let line = format!("  [ ] {}", self.style.paint(Tone::Strong, &task.title));
            self.line(&line);
            self.prose("      ", &task.how);
            let words = self.glossary.new_in([task.how.as_str()]);
            self.words("      ", words);
            self.places("      ", &task.about);
            if task.more > 0 {
                let all = task.all.map(|all| format!("; to see all, type in a terminal: {all}")).unwrap_or_default();
                let more = self.style.wrap("      ", &format!("and {} more{all}", task.more));
                self.lines(more, Some(Tone::Faint));
            }
            if let Some(command) = &task.command {
                self.prose("      ", "Type in a terminal, with the address of your site:");
                // Not wrapped: it is to be copied.
                let lines = command.lines().map(|line| format!("        {line}")).collect();
                self.lines(lines, Some(Tone::Code));
            }
            if task.ask.is_some() {
                self.prose(
                    "      ",
                    "Your AI assistant can read the code of all of them for you: the text for it is what `guardline audit --format prompt` ends with.",
                );
            }
        }
        if self.report.audited > 0 {
            self.heading("Not looked at", "");
            for one in not_looked_at(self.report) {
                self.hanging("  - ", "    ", &one);
            }
        }
    }

    pub(super) fn notes(&mut self) {
        let report = self.report;
        if report.mark_notes.is_empty() && report.notes.is_empty() {
            return;
        }
        self.heading("Notes", "");
        for note in &report.mark_notes {
            let at = self.position(&note.place);
            self.prose("  ", &format!("{at}  {}", note.message));
        }
        for note in &report.notes {
            self.prose("  ", note);
        }
    }

    /// Stands last, where the eye is when a long report has run through.
    pub(super) fn summary(&mut self, overview: &Overview) {
        self.heading("When you are done", &counted(self.report.audited, "file read", "files read"));
        let told = if overview.first.is_empty() && overview.tasks.is_empty() {
            "Type `guardline audit` in a terminal again when the code has changed."
        } else {
            WHEN_DONE
        };
        self.prose("", told);
        let mut told = String::new();
        if let Some(left) = self.report.left_out().in_words() {
            told += &format!(" {}.", capitalised(&left));
        }
        if self.report.around > 0 {
            told += &format!(" To understand these files, {} of the project around them were read too.", self.report.around);
        }
        if !told.is_empty() {
            self.prose("", told.trim_start());
        }
    }
}
