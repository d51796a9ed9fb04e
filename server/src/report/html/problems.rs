//! The problems of the page, and the form that shows only some of them.

use std::fmt::Write;

use super::{Page, escaped};
use crate::report::frame::{self, Line};
use crate::report::json;
use crate::report::overview::counted;
use crate::report::paint::width_of;
use crate::report::plain::{self, capitalised, plain};
use crate::report::problems::{Problem, texts_of};
use crate::report::urgency::{Urgency, of_finding};
use crate::report::{Entry, prompt, trial};
use crate::rules::{Place, Risk};

/// Places shown of one mistake, and of all, before the rest is counted: a page that no browser can open helps nobody.
const MOST_PLACES: usize = 60;
const MOST: usize = 600;
const MOST_RELATED: usize = 4;
/// Columns of a code frame; longer lines are cut around the place.
const WIDTH: usize = 140;

impl Page<'_> {
    pub(super) fn problems(&mut self, problems: &[Problem<'_>]) {
        if problems.is_empty() {
            return;
        }
        self.section("problems", "Problems, the worst first");
        let mut left = MOST;
        let shown: Vec<(&Problem<'_>, usize)> = problems
            .iter()
            .map(|problem| {
                // Of every mistake something is shown.
                let n = problem.told.len().min(MOST_PLACES).min(left.max(1));
                left = left.saturating_sub(n);
                (problem, n)
            })
            .collect();
        let files = self.files(&shown);
        // Of one thing there is nothing to pick from.
        if problems.len() > 1 || files.len() > 1 {
            self.filter(&shown, &files);
        }
        for (problem, n) in &shown {
            self.problem(problem, *n, &files);
        }
        self.put("</section>\n");
    }

    fn files(&self, shown: &[(&Problem<'_>, usize)]) -> Vec<String> {
        let mut files: Vec<String> = shown.iter().flat_map(|(problem, n)| problem.told.iter().take(*n)).map(|entry| self.path(&entry.finding.place)).collect();
        files.sort();
        files.dedup();
        files
    }

    /// By risk and by file. Without scripts it stays hidden, and everything is shown.
    fn filter(&mut self, shown: &[(&Problem<'_>, usize)], files: &[String]) {
        let risks: Vec<Risk> =
            Risk::ALL.into_iter().filter(|risk| shown.iter().any(|(problem, _)| problem.risk() == Some(*risk) || problem.also().contains(risk))).collect();
        self.put("<form class=\"filter\" hidden>\n<div><label for=\"by-risk\">Risk</label><select id=\"by-risk\" name=\"risk\"><option value=\"\">All risks</option>");
        for risk in risks {
            let _ = write!(self.out, "<option value=\"{}\">{}</option>", json::risk(risk), risk.title());
        }
        self.put("</select></div>\n<div><label for=\"by-file\">File</label><select id=\"by-file\" name=\"file\"><option value=\"\">All files</option>");
        for (at, file) in files.iter().enumerate() {
            let _ = write!(self.out, "<option value=\"{at}\">{}</option>", escaped(file));
        }
        self.put("</select></div>\n<p class=\"soft small\" id=\"shown\" role=\"status\"></p>\n</form>\n");
    }

    fn problem(&mut self, problem: &Problem<'_>, shown: usize, files: &[String]) {
        let number = problem.number;
        let also = problem.also();
        let risks: Vec<Risk> = problem.risk().into_iter().chain(also.iter().copied()).collect();
        let _ = write!(
            self.out,
            "<article class=\"card problem\" data-risk=\"{}\" aria-labelledby=\"problem-{number}\">\n<div class=\"row\"><h3 id=\"problem-{number}\">{number}. {}</h3>{}</div>\n",
            risks.iter().map(|risk| json::risk(*risk)).collect::<Vec<_>>().join(" "),
            self.text(&problem.title()),
            tag(problem.urgency)
        );
        let mut words: Vec<String> = Vec::new();
        if let Some(risk) = problem.risk() {
            let others: Vec<&str> = also.iter().map(|risk| risk.title()).collect();
            words.push(if others.is_empty() { risk.title().to_owned() } else { format!("{}, also {}", risk.title(), others.join(", ")) });
        }
        words.extend((problem.entries.len() > 1).then(|| counted(problem.entries.len(), "place", "places")));
        let _ = writeln!(self.out, "<p class=\"soft small\">{}</p>", escaped(&words.join(" · ")));
        for entry in problem.told.iter().take(shown) {
            self.entry(entry, files, problem.entries.len() > 1);
        }
        if let Some(more) = problem.told.len().checked_sub(shown).filter(|more| *more > 0) {
            let _ = writeln!(self.out, "<p>And {}. All of them: <code>guardline audit --format lines</code></p>", counted(more, "more place", "more places"));
        }
        self.advice(problem);
        self.put("</article>\n");
    }

    fn said(&mut self, title: &str, told: &str) {
        let line = format!("<p><strong>{title}.</strong> {}</p>\n", self.text(told));
        self.put(&line);
    }

    fn advice(&mut self, problem: &Problem<'_>) {
        self.put("<div class=\"advice\">\n");
        if let Some(happens) = problem.what_can_happen() {
            self.said("How it goes elsewhere (an example, not your app)", &happens);
        }
        let steps: Vec<String> = problem.how_to_fix().iter().map(|step| self.text(step)).collect();
        match steps.as_slice() {
            [] => {}
            [one] => {
                let _ = writeln!(self.out, "<p><strong>What to change.</strong> {one}</p>");
            }
            steps => {
                let _ = writeln!(
                    self.out,
                    "<p><strong>What to change</strong></p>\n<ul>{}</ul>",
                    steps.iter().map(|step| format!("<li>{step}</li>")).collect::<String>()
                );
            }
        }
        self.way(problem);
        self.trial(problem);
        self.ask(&problem.number.to_string(), "Copy for your AI assistant", &prompt::whole(self.report, problem));
        let texts = texts_of(problem);
        let words = self.glossary.new_in(texts.iter().map(String::as_str));
        self.words(words);
        self.put("</div>\n");
    }

    /// Who does it, what may break, what to look at, and how to go back.
    fn way(&mut self, problem: &Problem<'_>) {
        let mut rows: Vec<(&str, String)> = Vec::new();
        rows.extend(problem.effort().map(|effort| ("Who", self.text(effort.way()))));
        if let Some(change) = problem.change() {
            rows.push(("May break", self.text(change.breaks)));
            rows.push(("Look at afterwards", self.text(change.look)));
            rows.extend(change.back.map(|back| ("To go back", self.text(back))));
        }
        if !rows.is_empty() {
            let rows: String = rows.iter().map(|(title, told)| format!("<dt>{title}</dt><dd>{told}</dd>\n")).collect();
            let _ = write!(self.out, "<dl class=\"way\">\n{rows}</dl>\n");
        }
    }

    fn trial(&mut self, problem: &Problem<'_>) {
        let Some(trial) = &problem.trial else {
            if let Some(check) = problem.check() {
                self.said("Try it", &format!("{check} {}", trial::GENERAL));
            }
            return;
        };
        self.said("Try it", &trial.how);
        if let Some((typed, command)) = &trial.command {
            let command = escaped(&self.report.redactor.clean(command));
            let _ = writeln!(self.out, "<p class=\"soft\">{}:</p>\n<pre class=\"frame command\"><code>{command}</code></pre>", typed.title());
        }
        let (now, after) = (self.text(&trial.now()), self.text(&trial.after));
        let _ = writeln!(
            self.out,
            "<dl class=\"way\">\n<dt class=\"serious\">Now</dt><dd>{now}</dd>\n<dt class=\"good\">After the repair</dt><dd>{after}</dd>\n</dl>"
        );
    }

    fn entry(&mut self, entry: &Entry, files: &[String], has_own_tag: bool) {
        let finding = &entry.finding;
        let path = self.path(&finding.place);
        let file = files.binary_search(&path).unwrap_or_default();
        let at = self.position(&finding.place);
        let message = self.text(&plain(&finding.message));
        let _ = write!(
            self.out,
            "<div class=\"entry\" data-file=\"{file}\">\n<div class=\"row\"><h4 class=\"where\">{at}</h4>{}</div>\n<p>{message}</p>\n",
            // Of a single place the problem says it.
            if has_own_tag { tag(of_finding(finding)) } else { String::new() }
        );
        self.frame(&finding.place);
        if !finding.related.is_empty() {
            self.put("<ul class=\"places\">");
            for related in finding.related.iter().take(MOST_RELATED) {
                let line = format!("<li>{}: {}</li>", self.position(&related.place), self.text(&plain::related(&related.message)));
                self.put(&line);
            }
            if let Some(more) = finding.related.len().checked_sub(MOST_RELATED).filter(|more| *more > 0) {
                let _ = write!(self.out, "<li>and {}</li>", counted(more, "more place", "more places"));
            }
            self.put("</ul>\n");
        }
        if let Some(repair) = entry.repairs.first() {
            let line = format!("<p><span class=\"ready\">{}:</span> {}</p>\n", repair.lead(), self.text(&repair.title));
            self.put(&line);
        }
        self.put("</div>\n");
    }

    fn frame(&mut self, place: &Place) {
        let Some((lines, widest)) = frame::of_place(self.report, place, WIDTH) else { return };
        let shown: Vec<String> = lines.iter().map(|line| format!("<span class=\"n\">{:>widest$}  </span>{}", line.number, marked(line))).collect();
        // A long line is scrolled, also with the keyboard.
        let _ = writeln!(
            self.out,
            "<pre class=\"frame\" tabindex=\"0\" role=\"region\" aria-label=\"Code, line {}\"><code>{}</code></pre>",
            lines.first().map_or(1, |line| line.number),
            shown.join("\n")
        );
    }
}

pub(super) fn tag(urgency: Urgency) -> String {
    format!("<span class=\"tag {}\">{}</span>", super::class(urgency.mood()), capitalised(urgency.title()))
}

/// The text of a line with its flagged part marked. Where that is the end of the line, nothing is.
fn marked(line: &Line) -> String {
    let (mut before, mut inside, mut after) = (String::new(), String::new(), String::new());
    let mut column = 0;
    for c in line.text.chars() {
        let part = if column < line.marked.start {
            &mut before
        } else if column < line.marked.end {
            &mut inside
        } else {
            &mut after
        };
        part.push(c);
        column += width_of(c);
    }
    match inside.is_empty() {
        true => escaped(&before),
        false => format!("{}<mark>{}</mark>{}", escaped(&before), escaped(&inside), escaped(&after)),
    }
}
