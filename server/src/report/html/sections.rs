//! The parts of the page around the problems.

use std::fmt::Write;

use super::{Page, bar, class, escaped, prose};
use crate::report::overview::{HOW_LEVELS_COME_ABOUT, NOT_LOOKED_AT, Overview, WORDS, counted};

impl Page<'_> {
    pub(super) fn risks(&mut self, overview: &Overview) {
        self.section("risks", "The risks");
        self.put("<ul class=\"cards two\">\n");
        let most = overview.risks.iter().map(|of| of.counts.all()).max().unwrap_or(0);
        for of in &overview.risks {
            let chart = if of.counts.all() > 0 { bar(&of.counts, most) } else { String::new() };
            let _ = writeln!(
                self.out,
                "<li class=\"card\"><div class=\"row\"><h3>{}</h3><span class=\"tag {}\">{}</span></div><p class=\"small\">{}</p>{chart}</li>",
                of.risk.title(),
                class(of.grade.mood()),
                of.grade.title(),
                prose(&of.because)
            );
        }
        let _ = write!(
            self.out,
            "</ul>\n<p class=\"soft small\">{}</p>\n<p class=\"soft small\">The bars show how many problems there are: serious ones first, then those to fix soon, then places worth a look.</p>\n</section>\n",
            escaped(HOW_LEVELS_COME_ABOUT)
        );
    }

    pub(super) fn questions(&mut self, overview: &Overview) {
        self.section("questions", "Four questions");
        self.put("<ul class=\"cards\">\n");
        for question in &overview.questions {
            let _ = write!(
                self.out,
                "<li class=\"card\"><div class=\"row\"><h3>{}</h3><span class=\"tag {}\">{}</span></div><p>{}</p>",
                escaped(question.question),
                class(question.mood),
                question.answer.title(),
                prose(&question.because)
            );
            self.places(&question.places);
            self.put("</li>\n");
        }
        self.put("</ul>\n</section>\n");
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
            self.places(&task.about);
            if task.more > 0 {
                let _ = write!(self.out, "<p class=\"soft small\">and {} more.</p>", task.more);
            }
            if let Some(command) = &task.command {
                let _ = write!(
                    self.out,
                    "<p class=\"soft small\">In a terminal, with the address of your site:</p><pre class=\"frame command\"><code>{}</code></pre>",
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

    pub(super) fn words(&mut self) {
        if self.report.audited == 0 {
            return;
        }
        self.section("words", "Words");
        self.put("<dl>\n");
        for (word, means) in WORDS {
            let _ = writeln!(self.out, "<dt>{word}</dt><dd>{}</dd>", prose(means));
        }
        self.put("</dl>\n</section>\n");
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
