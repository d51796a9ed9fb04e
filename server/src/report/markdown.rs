//! The report as Markdown, for a pull request, a wiki, or a chat with an assistant.

use super::changes::HOW_TO_GO_BACK;
use super::frame;
use super::overview::{HOW_IT_IS_ORDERED, HOW_LEVELS_COME_ABOUT, HOW_TO_GET_A_FIX, Overview, Told, WHEN_DONE, counted, not_looked_at};
use super::paint::harmless;
use super::plain::{Glossary, capitalised, plain};
use super::problems::{Problem, problems, texts_of};
use super::prose::{Piece, pieces};
use super::urgency::{self, of_finding};
use super::{Entry, Report, prompt, trial};
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::Encoding;

/// Places shown of one mistake before the rest is counted.
const MOST_PLACES: usize = 12;
/// Columns of a code frame.
const WIDTH: usize = 120;

/// The whole report.
pub fn render(report: &Report<'_>) -> String {
    let overview = Overview::of(report);
    let mut page = Page { report, out: String::new(), glossary: Glossary::default() };
    page.front(&overview);
    let problems = problems(report);
    if !problems.is_empty() {
        page.line("## Problems, the worst first\n");
    }
    problems.iter().for_each(|problem| page.problem(problem));
    page.answers(&overview);
    page.rest(&overview);
    page.out.truncate(page.out.trim_end().len());
    page.out + "\n"
}

struct Page<'r> {
    report: &'r Report<'r>,
    out: String,
    glossary: Glossary,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn text(&self, text: &str) -> String {
        inline(&self.report.redactor.clean(text), false)
    }

    fn position(&self, place: &Place) -> String {
        let start = self.report.range_in(place, Encoding::Utf32).start;
        let path = self.report.redactor.clean(self.report.path(&place.file)).into_owned();
        code(&format!("{path}:{}", start.line), false)
    }

    fn front(&mut self, overview: &Overview) {
        self.line("# Security report\n");
        self.line(&format!("**{}**\n", inline(&overview.verdict.text, false)));
        if self.report.audited > 0 {
            let launch = &overview.launch;
            self.line(&format!("- **Before launch:** {}\n- **Can wait:** {}", launch.told(launch.before), launch.told(launch.wait)));
            launch.not_judged.iter().for_each(|told| self.line(&format!("- **Not judged:** {}", inline(told, false))));
            self.line(&format!("\n{}\n", inline(urgency::WORDS, false)));
        }
        if !overview.first.is_empty() {
            self.line(&format!("## Start here\n\n{}\n", inline(HOW_IT_IS_ORDERED, false)));
            for first in &overview.first {
                let effort = first.effort.map(|effort| format!(", {}", effort.title())).unwrap_or_default();
                self.line(&format!("{}. **{}:** {} ({}{effort})", first.number, self.text(&first.title), self.text(&first.step), first.urgency.title()));
            }
            self.line("");
            if !overview.launch.not_judged.is_empty() {
                self.line("And what could not be judged, and may be worse than these: see \"What needs a person\" below.\n");
            }
            self.line(&format!("{}\n", self.text(HOW_TO_GO_BACK)));
            if overview.has_checked_fix {
                self.line(&format!("{}\n", self.text(HOW_TO_GET_A_FIX)));
            }
        }
        self.line("## The risks\n");
        self.line("| Risk | Level | Problems |\n|---|---|---|");
        for of in &overview.risks {
            let counts = Some(of.in_words()).filter(|told| !told.is_empty()).unwrap_or_else(|| "none found".to_owned());
            self.line(&format!("| {} | {} {} | {counts} |", inline(of.risk.title(), true), of.grade.mood().sign(), of.grade.title()));
        }
        self.line("");
    }

    /// What stands behind the levels.
    fn answers(&mut self, overview: &Overview) {
        self.line("## Four questions\n");
        for question in &overview.questions {
            let answer = question.answer;
            self.line(&format!("**{}**\\\n{} **{}.** {}\n", question.question, answer.mood().sign(), answer.title(), inline(&question.because, false)));
            self.places("", &question.places);
            if !question.places.is_empty() {
                self.line("");
            }
        }
        self.line("## What the levels rest on\n");
        for of in overview.risks.iter().filter(|of| !of.looked.is_empty()) {
            self.line(&format!("- **{}:** {}", inline(of.risk.title(), false), inline(&of.looked, false)));
        }
        self.line(&format!("\n{}\n", inline(HOW_LEVELS_COME_ABOUT, false)));
        let words = self.glossary.new_in(overview.risks.iter().map(|of| of.looked.as_str()));
        self.words(words);
    }

    /// The words that were used for the first time.
    fn words(&mut self, words: Option<String>) {
        if let Some(words) = words {
            self.line(&format!("*Words:* {}\n", inline(&words, false)));
        }
    }

    fn places(&mut self, indent: &str, places: &[Told]) {
        for told in places {
            let at = told.place.as_ref().map(|place| self.position(place)).unwrap_or_default();
            let words = match (told.text.is_empty(), at.is_empty()) {
                (true, _) => at,
                (_, true) => self.text(&told.text),
                _ => format!("{} in {at}", self.text(&told.text)),
            };
            self.line(&format!("{indent}- {words}"));
        }
    }

    fn problem(&mut self, problem: &Problem<'_>) {
        let risk = problem.risk().map_or(String::new(), |risk| format!(" · {}", risk.title()));
        let places = if problem.entries.len() > 1 { format!(" · {}", counted(problem.entries.len(), "place", "places")) } else { String::new() };
        self.line(&format!("### {}. {}\n", problem.number, inline(&problem.title(), false)));
        self.line(&format!("{}{risk}{places}\n", capitalised(problem.urgency.title())));
        for entry in problem.told.iter().take(MOST_PLACES) {
            self.entry(entry);
        }
        if let Some(more) = problem.told.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            self.line(&format!("And {}.\n", counted(more, "more place", "more places")));
        }
        if let Some(happens) = problem.what_can_happen() {
            self.line(&format!("**How it goes elsewhere (an example, not your app):** {}\n", self.text(&happens)));
        }
        let steps = problem.how_to_fix();
        match steps.as_slice() {
            [] => {}
            [one] => self.line(&format!("**What to change:** {}\n", self.text(one))),
            steps => {
                self.line("**What to change:**\n");
                steps.iter().for_each(|step| self.line(&format!("- {}", self.text(step))));
                self.line("");
            }
        }
        self.way(problem);
        let ask = prompt::whole(self.report, problem);
        let fence = fence(&ask, 3);
        self.line(&format!("**To copy to your AI assistant:**\n\n{fence}text\n{ask}\n{fence}\n"));
        let texts = texts_of(problem);
        let words = self.glossary.new_in(texts.iter().map(String::as_str));
        self.words(words);
    }

    /// Who does it, what may break, and how to see that it is gone.
    fn way(&mut self, problem: &Problem<'_>) {
        let mut lines: Vec<(&str, String)> = Vec::new();
        lines.extend(problem.effort().map(|effort| ("Who", effort.way().to_owned())));
        if let Some(change) = problem.change() {
            lines.push(("May break", change.breaks.to_owned()));
            lines.push(("Look at afterwards", change.look.to_owned()));
            lines.extend(change.back.map(|back| ("To go back", back.to_owned())));
        }
        for (title, told) in &lines {
            self.line(&format!("- **{title}:** {}", self.text(told)));
        }
        if !lines.is_empty() {
            self.line("");
        }
        match (&problem.trial, problem.check()) {
            (Some(trial), _) => {
                self.line(&format!("**Try it:** {}\n", self.text(&trial.how)));
                if let Some((typed, command)) = &trial.command {
                    let command = harmless(&self.report.redactor.clean(command)).into_owned();
                    let fence = fence(&command, 3);
                    self.line(&format!("{}:\n\n{fence}text\n{command}\n{fence}\n", typed.title()));
                }
                self.line(&format!("- **Now:** {}\n- **After the repair:** {}\n", self.text(&trial.now()), self.text(&trial.after)));
            }
            (None, Some(check)) => self.line(&format!("**Try it:** {} {}\n", self.text(&check), self.text(trial::GENERAL))),
            (None, None) => {}
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let finding = &entry.finding;
        self.line(&format!("**{}** ({})\n", self.position(&finding.place), capitalised(of_finding(finding).title())));
        self.line(&format!("{}\n", self.text(&plain(&finding.message))));
        self.frame(&finding.place);
        if let Some(repair) = entry.repairs.first() {
            self.line(&format!("{}: {}\n", repair.lead(), self.text(&repair.title)));
        }
    }

    fn frame(&mut self, place: &Place) {
        let Some((lines, widest)) = frame::of_place(self.report, place, WIDTH) else { return };
        let mut told = String::new();
        for line in &lines {
            told += &format!("{:>widest$} | {}\n", line.number, line.text);
            told += &format!("{:>widest$} | {}{}\n", "", " ".repeat(line.marked.start), "^".repeat(line.marked.len()));
        }
        let fence = fence(&told, 3);
        self.line(&format!("{fence}{}\n{}{fence}\n", self.report.texts.get(&place.file).map_or("", |document| language(document.language)), told));
    }

    fn rest(&mut self, overview: &Overview) {
        if !overview.in_order.is_empty() {
            self.line("## Looked at and found to be fine\n");
            overview.in_order.iter().for_each(|one| self.line(&format!("- **{}:** {}", inline(one.what, false), inline(&one.told, false))));
            self.line("");
        }
        if !overview.tasks.is_empty() {
            self.line("## What needs a person\n");
        }
        for task in &overview.tasks {
            let stop = if task.title.ends_with(['?', '!']) { "" } else { "." };
            self.line(&format!("- [ ] **{}{stop}** {}", inline(&task.title, false), self.text(&task.how)));
            self.places("  ", &task.about);
            if task.more > 0 {
                let all = task.all.map(|all| format!(": `{all}`")).unwrap_or_default();
                self.line(&format!("  - and {} more{all}", task.more));
            }
            if let Some(command) = &task.command {
                let lines: Vec<String> = command.lines().map(|line| format!("  {}", harmless(line))).collect();
                self.line(&format!("\n  In a terminal, with the address of your site:\n\n  ```sh\n{}\n  ```\n", lines.join("\n")));
            }
        }
        if self.report.audited > 0 {
            self.line("\n## Not looked at\n");
            not_looked_at(self.report).iter().for_each(|one| self.line(&format!("- {}", inline(one, false))));
        }
        let report = self.report;
        if !report.mark_notes.is_empty() || !report.notes.is_empty() {
            self.line("\n## Notes\n");
            report.mark_notes.iter().for_each(|note| self.line(&format!("- {}: {}", self.position(&note.place), self.text(&note.message))));
            report.notes.iter().for_each(|note| self.line(&format!("- {}", self.text(note))));
        }
        if !overview.first.is_empty() || !overview.tasks.is_empty() {
            self.line(&format!("\n## When you are done\n\n{}", inline(WHEN_DONE, false)));
        }
        let mut told = format!("{} checked", counted(report.audited, "file", "files"));
        if let Some(left) = report.left_out().in_words() {
            told += &format!(", {left}");
        }
        self.line(&format!("\n---\n{told}. Guardline {}.", env!("CARGO_PKG_VERSION")));
    }
}

fn language(language: Language) -> &'static str {
    match language {
        Language::TypeScript | Language::Tsx => "ts",
        Language::JavaScript | Language::Jsx => "js",
        Language::Python => "py",
        Language::Sql => "sql",
        _ => "",
    }
}

/// A sentence: its words can be nothing but words, its code is code. In a table a bar would begin the next cell.
fn inline(text: &str, is_cell: bool) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Words(words) => escaped(words),
        Piece::Code(inside) => code(inside, is_cell),
    };
    pieces(&harmless(text)).into_iter().map(piece).collect()
}

fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' | '*' | '_' | '[' | ']' | '`' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Neither people nor tickets are called.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str, is_cell: bool) -> String {
    let text = harmless(text);
    let text = if is_cell { text.replace('|', "\\|") } else { text.into_owned() };
    let fence = fence(&text, 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') && text.ends_with(' ') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// More backticks than the text has in a row.
fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(least.max(longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Repair;
    use crate::report::samples::{finding, project_of, report};
    use crate::rules::Level;
    use crate::text::FileId;

    #[test]
    fn a_report_is_a_page() {
        let project = project_of(&[("lib/a.ts", "call(`x`);\n")]);
        let file = FileId::new("/shop/lib/a.ts");
        let mut report = report(&project, vec![finding("missing-auth", &project, &file, "call", Level::Error)]);
        report.entries[0].repairs = vec![Repair { title: "Ask who is calling".into(), needs_review: true, tried: true, note: None, changes: Vec::new() }];
        let text = render(&report);
        let expected = "### 1. Anybody can call this

Before launch · Who may touch what

**`lib/a.ts:1`** (Before launch)

Anybody can call this: anyone can misuse it

```ts
1 | call(`x`);
  | ^^^^
```

Ready fix, to be read before it is taken: Ask who is calling

**How it goes elsewhere (an example, not your app):** What an attacker gains: `everything`.

**What to change:** Use the proper way. Then test it.

- **Who:** Take the ready fix:";
        assert!(
            text.contains("**To copy to your AI assistant:**\n\n```text\nPlease repair this security problem in my project: Anybody can call this.\n"),
            "{text}"
        );
        assert!(text.starts_with("# Security report\n\n**Not ready for launch: 1 problem to repair first.**\n"), "{text}");
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("| Who may touch what | ✗ Before launch | 1 before launch: problem 1 |\n"), "{text}");
    }

    #[test]
    fn words_stay_words_and_code_stays_code() {
        assert_eq!(inline("<img src=x> *a* [b](c) @you #1 `x|y`", false), "&lt;img src=x&gt; \\*a\\* \\[b\\](c) &#64;you &#35;1 `x|y`");
        assert_eq!(inline("a|b `x|y`", true), "a\\|b `x\\|y`");
        assert_eq!(inline("line\nbreak\u{1b}[0m", false), "line·break·\\[0m");
        assert_eq!(code("a``b", false), "```a``b```");
        assert_eq!(code("`a", false), "`` `a ``");
    }

    #[test]
    fn a_flood_of_findings_is_bounded() {
        let project = project_of(&[("a.ts", "call(x);\n")]);
        let found = vec![finding("missing-auth", &project, &FileId::new("/shop/a.ts"), "call", Level::Error); 10_000];
        let text = render(&report(&project, found));
        assert!(text.lines().count() < 320 && text.contains("And 9988 more places."), "{}", text.lines().count());
    }

    #[test]
    fn code_cannot_end_its_block() {
        let project = project_of(&[("a.ts", "call(x); // ```` <script>\n")]);
        let text = render(&report(&project, vec![finding("missing-auth", &project, &FileId::new("/shop/a.ts"), "call", Level::Error)]));
        assert!(text.contains("`````ts\n1 | call(x); // ```` <script>\n"), "{text}");
    }
}
