//! The report for the person who owns the product: what can happen, where, and what to do, in that order.

use std::fmt::Write;

use super::paint::{Style, Tone, harmless};
use super::{Entry, Repair, Report, frame, page};
use crate::rules::{Finding, Level, Place, Risk, RuleId};
use crate::text::{Encoding, FileId};

/// Related places shown for one finding before the rest is counted.
const MOST_RELATED: usize = 4;

/// The whole report. `here` is the folder that paths are shown relative to.
pub fn render(report: &Report<'_>, here: &FileId, style: Style) -> String {
    let mut text = Text { report, here, style, out: String::new() };
    let (verdict, tone) = verdict(&Counts::of(report.entries.iter()));
    text.line("");
    text.lines(style.wrap("", &verdict), Some(tone));
    for risk in Risk::ALL {
        text.risk(risk);
    }
    text.unknown_rules();
    text.notes();
    text.summary();
    text.out
}

/// How many findings of each loudness.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub serious: usize,
    pub soon: usize,
    pub look: usize,
}

impl Counts {
    pub fn of<'e>(entries: impl Iterator<Item = &'e Entry>) -> Counts {
        let mut counts = Counts::default();
        for entry in entries {
            match entry.finding.level {
                Level::Error => counts.serious += 1,
                Level::Warning => counts.soon += 1,
                Level::Information | Level::Hint | Level::Hidden => counts.look += 1,
            }
        }
        counts
    }

    fn all(self) -> usize {
        self.serious + self.soon + self.look
    }

    /// `2 serious, 1 to fix soon`
    fn in_words(self) -> String {
        let parts = [(self.serious, "serious"), (self.soon, "to fix soon"), (self.look, "worth a look")];
        let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
        parts.collect::<Vec<_>>().join(", ")
    }
}

fn counted(n: usize, one: &str, several: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {several}") }
}

/// The answer to "can I go live?", as far as the findings give one.
fn verdict(counts: &Counts) -> (String, Tone) {
    let rest = counts.soon + counts.look;
    match (counts.serious, counts.soon, counts.look) {
        (0, 0, 0) => ("No problems found.".into(), Tone::Good),
        (0, 0, look) => (format!("Nothing serious: {} worth a look.", counted(look, "place is", "places are")), Tone::Look),
        (0, soon, 0) => (format!("Nothing serious, but {} be fixed soon.", counted(soon, "problem should", "problems should")), Tone::Soon),
        (0, soon, look) => (
            format!(
                "Nothing serious, but {} be fixed soon and {} worth a look.",
                counted(soon, "problem should", "problems should"),
                counted(look, "place is", "places are")
            ),
            Tone::Soon,
        ),
        (serious, _, _) if rest == 0 => (format!("Not ready for the public: {}.", counted(serious, "serious problem", "serious problems")), Tone::Serious),
        (serious, _, _) => (
            format!(
                "Not ready for the public: {}, and {} less urgent.",
                counted(serious, "serious problem", "serious problems"),
                counted(rest, "that is", "that are")
            ),
            Tone::Serious,
        ),
    }
}

fn told(level: Level) -> (&'static str, &'static str, Tone) {
    match level {
        Level::Error => ("✗", "serious", Tone::Serious),
        Level::Warning => ("!", "fix soon", Tone::Soon),
        Level::Information => ("i", "worth a look", Tone::Look),
        Level::Hint => ("i", "a hint", Tone::Look),
        Level::Hidden => ("?", "only possible", Tone::Look),
    }
}

fn of_risk<'r>(report: &'r Report<'_>, risk: Risk) -> Vec<&'r Entry> {
    let is_it = |entry: &&Entry| report.meta(&entry.finding.rule).is_some_and(|meta| meta.risk == risk);
    report.entries.iter().filter(is_it).collect()
}

struct Text<'a> {
    report: &'a Report<'a>,
    here: &'a FileId,
    style: Style,
    out: String,
}

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn lines(&mut self, lines: Vec<String>, tone: Option<Tone>) {
        for line in lines {
            let line = tone.map_or(line.clone(), |tone| self.style.paint(tone, &line));
            self.line(&line);
        }
    }

    fn prose(&mut self, indent: &str, text: &str) {
        let clean = self.report.redactor.clean(text);
        let lines = self.style.code_in(self.style.wrap(indent, &harmless(&clean)));
        self.lines(lines, None);
    }

    /// A rule across the window with words at its left and right.
    fn heading(&mut self, left: &str, right: &str) {
        let dashes = self.style.width.saturating_sub(left.chars().count() + right.chars().count() + 5).max(2);
        let line = format!(
            "{} {} {} {}",
            self.style.paint(Tone::Faint, "──"),
            self.style.paint(Tone::Strong, left),
            self.style.paint(Tone::Faint, &"─".repeat(dashes)),
            self.style.paint(Tone::Faint, right)
        );
        self.line("");
        self.line(&line);
    }

    fn risk(&mut self, risk: Risk) {
        let entries = of_risk(self.report, risk);
        if !entries.is_empty() {
            self.heading(risk.title(), &counted(entries.len(), "problem", "problems"));
            self.rules(entries);
        }
    }

    /// Findings of rules that are not in the list of rules; there are none unless something is wrong.
    fn unknown_rules(&mut self) {
        let report = self.report;
        let entries: Vec<&Entry> = report.entries.iter().filter(|entry| report.meta(&entry.finding.rule).is_none()).collect();
        if !entries.is_empty() {
            self.heading("Other", &counted(entries.len(), "problem", "problems"));
            self.rules(entries);
        }
    }

    /// The entries by rule, the loudest rule first, so that what to do is said once.
    fn rules(&mut self, entries: Vec<&Entry>) {
        let mut rules: Vec<(&RuleId, Vec<&Entry>)> = Vec::new();
        for entry in entries {
            match rules.iter_mut().find(|(rule, _)| **rule == entry.finding.rule) {
                Some((_, known)) => known.push(entry),
                None => rules.push((&entry.finding.rule, vec![entry])),
            }
        }
        let loudest = |entries: &[&Entry]| entries.iter().map(|entry| (entry.finding.level, entry.finding.impact)).max();
        rules.sort_by(|(a, of_a), (b, of_b)| loudest(of_b).cmp(&loudest(of_a)).then(a.cmp(b)));
        for (rule, entries) in rules {
            self.rule(rule, entries);
        }
    }

    fn rule(&mut self, rule: &RuleId, entries: Vec<&Entry>) {
        let meta = self.report.meta(rule);
        let title = meta.map_or(rule.as_str(), |meta| meta.title);
        self.line("");
        self.lines(self.style.wrap("", title), Some(Tone::Strong));
        for entry in entries {
            self.entry(entry);
        }
        self.line("");
        let advice = meta.and_then(|meta| page::how_to_fix(meta.page));
        if let Some(advice) = advice {
            let lines = self.style.code_in(self.style.wrap_hanging("  How to fix: ", "  ", &advice));
            self.lines(lines, None);
        }
        let more = format!("  More: guardline explain {rule}");
        self.lines(vec![more], Some(Tone::Faint));
    }

    fn entry(&mut self, entry: &Entry) {
        let finding = &entry.finding;
        let (sign, word, tone) = told(finding.level);
        self.line("");
        let line =
            format!("  {} {}  {}", self.style.paint(tone, sign), self.style.paint(Tone::Strong, &self.position(&finding.place)), self.style.paint(tone, word));
        self.line(&line);
        self.prose("    ", &finding.message);
        self.frame(finding);
        for related in finding.related.iter().take(MOST_RELATED) {
            let at = self.position(&related.place);
            self.prose("      ", &format!("↳ {at}  {}", related.message));
        }
        if let Some(more) = finding.related.len().checked_sub(MOST_RELATED).filter(|more| *more > 0) {
            self.prose("      ", &format!("↳ and {}", counted(more, "more place", "more places")));
        }
        if let Some(repair) = entry.repairs.first() {
            self.repair(repair);
        }
    }

    fn repair(&mut self, repair: &Repair) {
        let lead = if repair.needs_review { "Your editor offers a fix, to be read before it is accepted" } else { "Your editor offers a fix" };
        let clean = self.report.redactor.clean(&repair.title);
        let lines = self.style.wrap("    ", &harmless(&format!("{lead}: {clean}")));
        self.lines(lines, Some(Tone::Good));
    }

    /// `app/lib/ai.ts:12:17`, with the columns that editors show.
    fn position(&self, place: &Place) -> String {
        let start = self.report.range_in(place, Encoding::Utf32).start;
        harmless(&format!("{}:{}:{}", Report::below(self.here, &place.file), start.line, start.column)).into_owned()
    }

    fn frame(&mut self, finding: &Finding) {
        let Some(document) = self.report.texts.get(&finding.place.file) else { return };
        let gutter = 6;
        let (_, _, tone) = told(finding.level);
        let lines = frame::frame(document, finding.place.span, &self.report.redactor, self.style.width.saturating_sub(gutter + 5));
        for line in lines {
            let bar = self.style.paint(Tone::Faint, "│");
            let number = self.style.paint(Tone::Faint, &format!("{:>gutter$}", line.number));
            self.line(&format!("  {number} {bar} {}", line.text));
            let marks = self.style.paint(tone, &"^".repeat(line.marked.len()));
            self.line(&format!("  {:>gutter$} {bar} {}{marks}", "", " ".repeat(line.marked.start)));
        }
    }

    fn notes(&mut self) {
        let report = self.report;
        if report.mark_notes.is_empty() && report.notes.is_empty() {
            return;
        }
        self.heading("Notes", "");
        self.line("");
        for note in &report.mark_notes {
            let at = self.position(&note.place);
            self.prose("  ", &format!("{at}  {}", note.message));
        }
        for note in &report.notes {
            self.prose("  ", note);
        }
    }

    /// What was looked at and what came of it. Stands last, where the eye is when a long report has run through.
    fn summary(&mut self) {
        self.heading("What was checked", &counted(self.report.audited, "file", "files"));
        self.line("");
        let widest = Risk::ALL.iter().map(|risk| risk.title().chars().count()).max().unwrap_or(0);
        for risk in Risk::ALL {
            let counts = Counts::of(of_risk(self.report, risk).into_iter());
            let title = format!("{:<widest$}", risk.title());
            let has_rules = self.report.rules.iter().any(|meta| meta.risk == risk);
            if risk == Risk::Own && !has_rules {
                continue;
            }
            let (sign, words, tone) = match counts {
                _ if !has_rules => ("·", "not looked at".to_owned(), Tone::Faint),
                Counts { serious: 0, soon: 0, look: 0 } => ("✓", "nothing found".to_owned(), Tone::Good),
                Counts { serious: 0, soon: 0, .. } => ("i", counts.in_words(), Tone::Look),
                Counts { serious: 0, .. } => ("!", counts.in_words(), Tone::Soon),
                _ => ("✗", counts.in_words(), Tone::Serious),
            };
            let line = format!("  {} {title}   {}", self.style.paint(tone, sign), self.style.paint(tone, &words));
            self.line(&line);
        }
        self.line("");
        let all = Counts::of(self.report.entries.iter());
        let mut told = match all.all() {
            0 => "No problems".to_owned(),
            n => format!("{}: {}", counted(n, "problem", "problems"), all.in_words()),
        };
        if self.report.silenced > 0 {
            let _ = write!(told, "; {} silenced by comments in the code", self.report.silenced);
        }
        told.push('.');
        if self.report.around > 0 {
            let _ = write!(told, " To understand these files, {} of the project around them were read too.", self.report.around);
        }
        self.prose("", &told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project_of, report};
    use crate::rules::Related;
    use crate::text::Span;

    const PLAIN: Style = Style { colour: false, width: 76 };

    fn secret() -> String {
        format!("{}{}", "abcd1234", "EFGH5678ijkl")
    }

    #[test]
    fn a_founder_reads_what_where_and_what_to_do() {
        let key = secret();
        let project =
            project_of(&[("lib/ai.ts", &format!("import ai from 'ai'\n\nexport const client = ai(\"{key}\")\n")), ("app/a.ts", "export function GET() {}\n")]);
        let file = FileId::new("/shop/lib/ai.ts");
        let route = FileId::new("/shop/app/a.ts");
        let mut leak = finding("secret-hardcoded", &project, &file, &format!("\"{key}\""), Level::Error);
        leak.message = format!("The key {key} is in the code.");
        leak.related.push(Related { place: Place { file: route.clone(), span: Span::at(0) }, message: "used here".into() });
        let open = finding("missing-auth", &project, &route, "GET", Level::Warning);
        let mut report = report(&project, vec![open, leak]);
        let title = "Move to AI_KEY in .env.local (value hidden)".into();
        report.entries[1].repairs = vec![Repair { title, needs_review: false, note: None, changes: Vec::new() }];
        report.notes.push("big.ts is too large.".into());
        report.silenced = 2;
        let expected = "
Not ready for the public: 1 serious problem, and 1 that is less urgent.

── Secrets and keys ────────────────────────────────────────────── 1 problem

A key is written into the code

  ✗ lib/ai.ts:3:26  serious
    The key ••• is in the code.
       3 │ export const client = ai(\"•••\")
         │                          ^^^^^
      ↳ app/a.ts:1:1 used here
    Your editor offers a fix: Move to AI_KEY in .env.local (value hidden)

  How to fix: Use the proper way.
  More: guardline explain secret-hardcoded

── Who may touch what ──────────────────────────────────────────── 1 problem

Anybody can call this

  ! app/a.ts:1:17  fix soon
    Anybody can call this: anyone can misuse it
       1 │ export function GET() {}
         │                 ^^^

  How to fix: Use the proper way.
  More: guardline explain missing-auth

── Notes ──────────────────────────────────────────────────────────────────

  big.ts is too large.

── What was checked ──────────────────────────────────────────────── 2 files

  ✗ Secrets and keys            1 serious
  ! Who may touch what          1 to fix soon
  · Open routes and functions   not looked at
  ✓ Database access             nothing found
  · Browser and deployment      not looked at
  ✓ Untrusted input             nothing found
  ✓ Passwords and tokens        nothing found

2 problems: 1 serious, 1 to fix soon; 2 silenced by comments in the code.
";
        let here = FileId::new("/shop");
        let text = render(&report, &here, PLAIN);
        assert_eq!(text, expected, "\n{text}");
        let coloured = render(&report, &here, Style { colour: true, ..PLAIN });
        assert!(coloured.contains("\u{1b}[1;31m") && !coloured.contains(&key));
    }

    #[test]
    fn the_verdict_is_a_sentence() {
        let told = |serious, soon, look| verdict(&Counts { serious, soon, look }).0;
        assert_eq!(told(0, 0, 0), "No problems found.");
        assert_eq!(told(0, 0, 1), "Nothing serious: 1 place is worth a look.");
        assert_eq!(told(0, 2, 3), "Nothing serious, but 2 problems should be fixed soon and 3 places are worth a look.");
        assert_eq!(told(3, 0, 0), "Not ready for the public: 3 serious problems.");
        assert_eq!(told(3, 1, 1), "Not ready for the public: 3 serious problems, and 2 that are less urgent.");
    }

    #[test]
    fn a_repository_cannot_steer_the_terminal() {
        let project = project_of(&[("a\u{1b}[2J.ts", "call(\u{1b}[31m)\n")]);
        let file = FileId::new("/shop/a\u{1b}[2J.ts");
        let mut flagged = finding("missing-auth", &project, &file, "call", Level::Error);
        flagged.message = "mess\u{1b}]0;title\u{7}age".into();
        let text = render(&report(&project, vec![flagged]), &FileId::new("/shop"), PLAIN);
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
}
