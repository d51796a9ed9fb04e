//! The parts of the page around the problems.

use std::fmt::Write;

use super::problems::tag;
use super::{Page, class, escaped, prose};
use crate::report::overview::{HOW_IT_IS_ORDERED, HOW_LEVELS_COME_ABOUT, HOW_TO_GET_A_FIX, NOT_LOOKED_AT, Overview, WHEN_DONE, counted};
use crate::report::problems::numbers;

impl Page<'_> {
    pub(super) fn first(&mut self, overview: &Overview) {
        if overview.first.is_empty() {
            return;
        }
        self.section("first", "Start here");
        let _ = write!(self.out, "<p class=\"soft\">{}</p>\n<ol class=\"card rows first\">\n", escaped(HOW_IT_IS_ORDERED));
        for first in &overview.first {
            let effort = first.effort.map(|effort| format!("<span class=\"soft small\">{}</span>", effort.title())).unwrap_or_default();
            let step = self.text(&first.step);
            let _ =
                writeln!(self.out, "<li><div class=\"row\"><a href=\"#problem-{n}\">{n}. {step}</a>{}</div>{effort}</li>", tag(first.level), n = first.number);
        }
        self.put("</ol>\n");
        if overview.has_checked_fix {
            let how = format!("<p class=\"soft small\">{}</p>\n", self.text(HOW_TO_GET_A_FIX));
            self.put(&how);
        }
        self.put("</section>\n");
    }

    pub(super) fn risks(&mut self, overview: &Overview) {
        self.section("risks", "The risks");
        self.put("<ul class=\"card rows levels\">\n");
        for of in &overview.risks {
            let counts = match of.problems.is_empty() {
                true => String::new(),
                false => format!("<span class=\"soft small\">{}: {}</span>", escaped(&of.counts.in_words()), numbers(&of.problems)),
            };
            let _ =
                writeln!(self.out, "<li><h3>{}</h3><span class=\"tag {}\">{}</span>{counts}</li>", of.risk.title(), class(of.grade.mood()), of.grade.title(),);
        }
        self.put("</ul>\n</section>\n");
    }

    /// What stands behind the levels.
    pub(super) fn grounds(&mut self, overview: &Overview) {
        self.section("grounds", "What the levels rest on");
        self.put("<div class=\"card\"><dl>\n");
        for of in overview.risks.iter().filter(|of| !of.looked.is_empty()) {
            let _ = writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", of.risk.title(), prose(&of.looked));
        }
        let _ = writeln!(self.out, "</dl></div>\n<p class=\"soft small\">{}</p>", escaped(HOW_LEVELS_COME_ABOUT));
        let words = self.glossary.new_in(overview.risks.iter().map(|of| of.looked.as_str()));
        self.words(words);
        self.put("</section>\n");
    }

    pub(super) fn questions(&mut self, overview: &Overview) {
        self.section("questions", "Four questions");
        self.put("<ul class=\"cards\">\n");
        for question in &overview.questions {
            let _ = write!(
                self.out,
                "<li class=\"card\"><div class=\"row\"><h3>{}</h3><span class=\"tag {}\">{}</span></div><p>{}</p>",
                escaped(question.question),
                class(question.answer.mood()),
                question.answer.title(),
                prose(&question.because)
            );
            self.places(&question.places);
            self.put("</li>\n");
        }
        self.put("</ul>\n</section>\n");
    }

    pub(super) fn done(&mut self, overview: &Overview) {
        if overview.first.is_empty() && overview.tasks.is_empty() {
            return;
        }
        self.section("done", "When you are done");
        let _ = write!(self.out, "<p>{}</p>\n</section>\n", prose(WHEN_DONE));
    }

    pub(super) fn in_order(&mut self, overview: &Overview) {
        if overview.in_order.is_empty() {
            return;
        }
        self.section("in-order", "Looked at and found in order");
        self.put("<div class=\"card\"><dl>\n");
        for one in &overview.in_order {
            let _ = writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", escaped(one.what), prose(&one.told));
        }
        self.put("</dl></div>\n</section>\n");
    }

    pub(super) fn tasks(&mut self, overview: &Overview) {
        if overview.tasks.is_empty() {
            return;
        }
        self.section("tasks", "What needs a person");
        self.put("<p>Code alone does not answer these. The ticks are not kept: print the page if you need them.</p>\n<ul class=\"cards\">\n");
        for task in &overview.tasks {
            let _ = write!(
                self.out,
                "<li class=\"card task\"><input type=\"checkbox\" id=\"task-{id}\"><div><h3><label for=\"task-{id}\">{}</label></h3><p>{}</p>",
                escaped(&task.title),
                prose(&task.how),
                id = task.id
            );
            let words = self.glossary.new_in([task.how.as_str()]);
            self.words(words);
            self.places(&task.about);
            if task.more > 0 {
                let _ = write!(self.out, "<p class=\"soft small\">and {} more.</p>", task.more);
            }
            if let Some(command) = &task.command {
                let _ = write!(
                    self.out,
                    "<p class=\"soft small\">Type in a terminal, with the address of your site:</p><pre class=\"frame command\"><code>{}</code></pre>",
                    escaped(command)
                );
            }
            self.put("</div></li>\n");
        }
        self.put("</ul>\n</section>\n");
    }

    pub(super) fn not_looked_at(&mut self) {
        if self.report.audited == 0 {
            return;
        }
        self.section("not-looked-at", "Not looked at");
        self.put("<ul>\n");
        for one in NOT_LOOKED_AT {
            let _ = writeln!(self.out, "<li>{}</li>", prose(one));
        }
        self.put("</ul>\n</section>\n");
    }

    pub(super) fn notes(&mut self) {
        let report = self.report;
        if report.mark_notes.is_empty() && report.notes.is_empty() {
            return;
        }
        self.section("notes", &format!("Notes ({})", counted(report.mark_notes.len() + report.notes.len(), "note", "notes")));
        self.put("<ul>\n");
        for note in &report.mark_notes {
            let line = format!("<li>{}: {}</li>\n", self.position(&note.place), self.text(&note.message));
            self.put(&line);
        }
        for note in &report.notes {
            let line = format!("<li>{}</li>\n", self.text(note));
            self.put(&line);
        }
        self.put("</ul>\n</section>\n");
    }
}
