//! The parts of the page around the problems.

use std::fmt::Write;

use super::problems::tag;
use super::{Page, class, escaped, prose};
use crate::report::changes::HOW_TO_GO_BACK;
use crate::report::overview::{HOW_IT_IS_ORDERED, HOW_LEVELS_COME_ABOUT, HOW_TO_GET_A_FIX, Mood, Overview, WHEN_DONE, counted, not_looked_at};
use crate::report::problems::Problem;
use crate::report::prompt;
use crate::report::urgency::WORDS;

impl Page<'_> {
    /// What is to be repaired before launch, what can wait, and what nobody knows.
    pub(super) fn decision(&mut self, overview: &Overview) {
        if self.report.audited == 0 {
            return;
        }
        let launch = &overview.launch;
        let row = |mood: Mood, title: &str, told: &str| format!("<dt><span class=\"tag {}\">{title}</span></dt><dd>{told}</dd>\n", class(mood));
        let mut rows = row(launch.mood(launch.before, Mood::Serious), "Before launch", &launch.told(launch.before));
        rows += &row(launch.mood(launch.wait, Mood::Look), "Can wait", &launch.told(launch.wait));
        let not_judged: Vec<String> = launch.not_judged.iter().map(|told| self.text(told)).collect();
        rows += &match not_judged.is_empty() {
            true => row(Mood::Faint, "Not judged", "everything that was found could be judged"),
            false => row(Mood::Unsure, "Not judged", &format!("{} <a href=\"#tasks\">What to do about it</a>", not_judged.join("<br>"))),
        };
        let _ = write!(self.out, "<dl class=\"decision\">\n{rows}</dl>\n<p class=\"soft\">{}</p>\n", escaped(WORDS));
    }

    pub(super) fn first(&mut self, overview: &Overview, problems: &[Problem<'_>]) {
        if overview.first.is_empty() {
            return;
        }
        self.section("first", "Start here");
        let _ = write!(self.out, "<p>{}</p>\n<ol class=\"card rows first\">\n", escaped(HOW_IT_IS_ORDERED));
        for first in &overview.first {
            let effort = first.effort.map(|effort| format!("<span class=\"soft small\">{}</span>", effort.title())).unwrap_or_default();
            let (title, step) = (self.text(&first.title), self.text(&first.step));
            let _ = writeln!(
                self.out,
                "<li><div class=\"row\"><a href=\"#problem-{n}\">{n}. {title}</a><span class=\"tags\">{}{effort}</span></div><span>{step}</span></li>",
                tag(first.urgency),
                n = first.number
            );
        }
        if !overview.launch.not_judged.is_empty() {
            let _ = writeln!(
                self.out,
                "<li><div class=\"row\"><a href=\"#tasks\">Try what could not be judged</a><span class=\"tags\"><span class=\"tag soon\">Not judged</span></span></div></li>"
            );
        }
        self.put("</ol>\n");
        let how = format!("<p><strong>First of all.</strong> {}</p>\n", self.text(HOW_TO_GO_BACK));
        self.put(&how);
        if overview.has_checked_fix {
            let how = format!("<p><strong>Ready fix.</strong> {}</p>\n", self.text(HOW_TO_GET_A_FIX));
            self.put(&how);
        }
        self.ask("all", "Copy everything for your AI assistant", &prompt::all(self.report, problems));
        self.put("</section>\n");
    }

    /// A text for the assistant with a button that copies it. Without scripts there is no button, and the text can be selected.
    pub(super) fn ask(&mut self, id: &str, label: &str, text: &str) {
        let lines: Vec<String> = text.lines().map(escaped).collect();
        let _ = writeln!(
            self.out,
            "<div class=\"ask\"><button type=\"button\" class=\"copy\" data-of=\"ask-{id}\" hidden>{label}</button>\
             <details><summary>Show the text that is copied</summary><pre class=\"frame command\" id=\"ask-{id}\" tabindex=\"0\">{}</pre></details></div>",
            lines.join("\n"),
        );
    }

    pub(super) fn risks(&mut self, overview: &Overview) {
        self.section("risks", "The risks");
        self.put("<ul class=\"card rows levels\">\n");
        for of in &overview.risks {
            let told = of.in_words();
            let counts = if told.is_empty() { told } else { format!("<span class=\"soft small\">{}</span>", escaped(&told)) };
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
        self.section("in-order", "Looked at and found to be fine");
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
        self.put("<p>Code alone does not answer these. The ticks are remembered by this browser for this page.</p>\n<ul class=\"cards\">\n");
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
                let all = task.all.map(|all| format!(" All of them: type <code>{}</code> in a terminal.", escaped(all))).unwrap_or_default();
                let _ = write!(self.out, "<p>and {} more.{all}</p>", task.more);
            }
            if let Some(command) = &task.command {
                let _ = write!(
                    self.out,
                    "<p>Type in a terminal (the window for commands), with the address of your site:</p><pre class=\"frame command\"><code>{}</code></pre>",
                    command.lines().map(escaped).collect::<Vec<_>>().join("\n")
                );
            }
            if let Some(ask) = &task.ask {
                self.ask(task.id, "Ask your AI assistant about all of them", ask);
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
        for one in not_looked_at(self.report) {
            let _ = writeln!(self.out, "<li>{}</li>", prose(&one));
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
