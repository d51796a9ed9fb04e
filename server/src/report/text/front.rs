//! The verdict, the seven risks, the four questions.

use super::{Text, sign, tone};
use crate::report::overview::{HOW_LEVELS_COME_ABOUT, Overview, Told};
use crate::report::paint::Tone;

impl Text<'_> {
    pub(super) fn front(&mut self, overview: &Overview) {
        self.line("");
        let verdict = self.style.wrap("", &overview.verdict.text);
        self.lines(verdict, Some(tone(overview.verdict.mood)));
        self.heading("The risks", "");
        let widest = overview.risks.iter().map(|of| of.risk.title().chars().count()).max().unwrap_or(0);
        for of in &overview.risks {
            let mood = of.grade.mood();
            let title = format!("{:<widest$}", of.risk.title());
            let line = format!(
                "  {} {}   {}",
                self.style.paint(tone(mood), sign(mood)),
                self.style.paint(Tone::Strong, &title),
                self.style.paint(tone(mood), of.grade.title())
            );
            self.line(&line);
            self.prose("    ", &of.because);
        }
        self.line("");
        let how = self.style.wrap("  ", HOW_LEVELS_COME_ABOUT);
        self.lines(how, Some(Tone::Faint));
        self.heading("Four questions", "");
        for (at, question) in overview.questions.iter().enumerate() {
            if at > 0 {
                self.line("");
            }
            let asked = self.style.wrap("  ", question.question);
            self.lines(asked, Some(Tone::Strong));
            let answer = format!("{}.", question.answer.title());
            let first = format!("  {} {answer} ", sign(question.mood));
            let start = self.out.len();
            self.hanging(&first, "    ", &question.because);
            self.repaint(
                start,
                &first,
                &format!("  {} {} ", self.style.paint(tone(question.mood), sign(question.mood)), self.style.paint(tone(question.mood), &answer)),
            );
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
            let words = if told.text.is_empty() { at } else { format!("{} in {at}", told.text) };
            self.hanging(&format!("{indent}→ "), &format!("{indent}  "), &words);
        }
    }
}
