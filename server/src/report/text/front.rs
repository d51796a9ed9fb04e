//! The verdict, what to do first, the seven risks at a glance; behind the problems what the levels rest on and the four questions.

use super::problems::told;
use super::{Text, tone};
use crate::report::changes::HOW_TO_GO_BACK;
use crate::report::overview::{HOW_IT_IS_ORDERED, HOW_LEVELS_COME_ABOUT, HOW_TO_GET_A_FIX, Mood, Overview, Told, counted};
use crate::report::paint::{Tone, harmless};
use crate::report::urgency::{Urgency, WORDS};

/// Things to do that are named before the rest is left to the problems below.
const MOST_FIRST: usize = 7;

impl Text<'_> {
    pub(super) fn front(&mut self, overview: &Overview) {
        self.line("");
        let verdict = self.style.wrap("", &overview.verdict.text);
        self.lines(verdict, Some(tone(overview.verdict.mood)));
        self.decision(overview);
        self.first(overview);
        self.heading("The risks", "");
        let widest = overview.risks.iter().map(|of| of.risk.title().chars().count()).max().unwrap_or(0);
        let grades = overview.risks.iter().map(|of| of.grade.title().len()).max().unwrap_or(0);
        for of in &overview.risks {
            let mood = of.grade.mood();
            let title = format!("{:<widest$}", of.risk.title());
            let grade = format!("{:<grades$}", of.grade.title());
            let plain = format!("  {} {title}  {grade}  ", mood.sign());
            let start = self.out.len();
            self.hanging(&plain, &" ".repeat(widest + 6), &of.in_words());
            let painted = format!(
                "  {} {}  {}  ",
                self.style.paint(tone(mood), mood.sign()),
                self.style.paint(Tone::Strong, &title),
                self.style.paint(tone(mood), &grade)
            );
            let plain = if of.problems.is_empty() { plain.trim_end().to_owned() } else { plain };
            let painted = if of.problems.is_empty() {
                format!(
                    "  {} {}  {}",
                    self.style.paint(tone(mood), mood.sign()),
                    self.style.paint(Tone::Strong, &title),
                    self.style.paint(tone(mood), of.grade.title())
                )
            } else {
                painted
            };
            self.repaint(start, &plain, &painted);
        }
    }

    /// What is to be repaired before launch, what can wait, and what nobody knows.
    fn decision(&mut self, overview: &Overview) {
        let launch = &overview.launch;
        if self.report.audited == 0 {
            return;
        }
        self.line("");
        let row = |n: usize, urgency: Urgency, title| (launch.mood(n, urgency.mood()), title, launch.told(n));
        let mut rows = vec![row(launch.before, Urgency::BeforeLaunch, "Before launch"), row(launch.wait, Urgency::CanWait, "Can wait")];
        match launch.not_judged.is_empty() {
            true => rows.push((Mood::Faint, "Not judged", "everything that was found could be judged".to_owned())),
            false => rows.extend(launch.not_judged.iter().map(|told| (Mood::Unsure, "Not judged", told.clone()))),
        }
        for (mood, title, told) in rows {
            let plain = format!("  {} {title:<13}  ", mood.sign());
            let start = self.out.len();
            self.hanging(&plain, &" ".repeat(19), &told);
            let painted = format!("  {} {}  ", self.style.paint(tone(mood), mood.sign()), self.style.paint(Tone::Strong, &format!("{title:<13}")));
            self.repaint(start, &plain, &painted);
        }
        self.line("");
        let words = self.style.wrap("  ", WORDS);
        self.lines(words, Some(Tone::Faint));
    }

    fn first(&mut self, overview: &Overview) {
        if overview.first.is_empty() {
            return;
        }
        self.heading("Start here", "");
        self.prose("  ", HOW_IT_IS_ORDERED);
        self.line("");
        for first in overview.first.iter().take(MOST_FIRST) {
            let lead = format!("  {}. ", first.number);
            let indent = " ".repeat(lead.len());
            let title = self.style.wrap_hanging(&lead, &indent, &harmless(&self.report.redactor.clean(&first.title)));
            self.lines(title, Some(Tone::Strong));
            self.prose(&indent, &first.step);
            let (_, tone) = told(first.urgency);
            let effort = first.effort.map(|effort| format!(" · {}", effort.title())).unwrap_or_default();
            let line = format!("{indent}{}{}", self.style.paint(tone, first.urgency.title()), self.style.paint(Tone::Faint, &effort));
            self.line(&line);
        }
        if let Some(more) = overview.first.len().checked_sub(MOST_FIRST).filter(|more| *more > 0) {
            self.prose("  ", &format!("Then {} below.", counted(more, "more problem", "more problems")));
        }
        if !overview.launch.not_judged.is_empty() {
            self.line("");
            self.prose("  ", "And what could not be judged, and may be worse than these: see \"What needs a person\" below.");
        }
        self.line("");
        self.prose("  ", HOW_TO_GO_BACK);
        if overview.has_checked_fix {
            self.line("");
            self.prose("  ", HOW_TO_GET_A_FIX);
        }
        self.line("");
        self.prose("  ", "One text about all problems, to give to your AI assistant: type `guardline audit --format prompt` in a terminal.");
    }

    /// What stands behind the levels.
    pub(super) fn grounds(&mut self, overview: &Overview) {
        self.heading("What the levels rest on", "");
        for of in overview.risks.iter().filter(|of| !of.looked.is_empty()) {
            let first = format!("  {}: ", of.risk.title());
            self.hanging(&first, "    ", &of.looked);
        }
        self.line("");
        let how = self.style.wrap("  ", HOW_LEVELS_COME_ABOUT);
        self.lines(how, Some(Tone::Faint));
        let words = self.glossary.new_in(overview.risks.iter().map(|of| of.looked.as_str()));
        self.words("  ", words);
    }

    pub(super) fn questions(&mut self, overview: &Overview) {
        self.heading("Four questions", "");
        for (at, question) in overview.questions.iter().enumerate() {
            if at > 0 {
                self.line("");
            }
            let asked = self.style.wrap("  ", question.question);
            self.lines(asked, Some(Tone::Strong));
            let mood = question.answer.mood();
            let answer = format!("{}.", question.answer.title());
            let first = format!("  {} {answer} ", mood.sign());
            let start = self.out.len();
            self.hanging(&first, "    ", &question.because);
            self.repaint(start, &first, &format!("  {} {} ", self.style.paint(tone(mood), mood.sign()), self.style.paint(tone(mood), &answer)));
            self.places("    ", &question.places);
        }
    }

    /// Puts colours into words that were measured without them.
    fn repaint(&mut self, start: usize, plain: &str, painted: &str) {
        if self.style.colour && self.out.get(start..).is_some_and(|written| written.starts_with(plain)) {
            self.out.replace_range(start..start + plain.len(), painted);
        }
    }

    pub(super) fn places(&mut self, indent: &str, places: &[Told]) {
        for told in places {
            let at = told.place.as_ref().map(|place| self.position(place)).unwrap_or_default();
            let words = match (told.text.is_empty(), at.is_empty()) {
                (true, _) => at,
                (_, true) => told.text.clone(),
                _ => format!("{} in {at}", told.text),
            };
            self.hanging(&format!("{indent}→ "), &format!("{indent}  "), &words);
        }
    }

    /// The words that were used for the first time.
    pub(super) fn words(&mut self, indent: &str, words: Option<String>) {
        if let Some(words) = words {
            let lines = self.style.wrap_hanging(&format!("{indent}Words: "), indent, &words);
            self.lines(lines, Some(Tone::Faint));
        }
    }
}
