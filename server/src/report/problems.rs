//! The findings by mistake, in the order of what they can cost, with what the rule's page says to people.

use rustc_hash::FxHashMap;

use super::alike::speaking;
use super::changes::{self, Change};
use super::plain::plain;
use super::stack::Stack;
use super::steps::{self, Effort};
use super::trial::{self, Trial};
use super::urgency::{Urgency, of_finding};
use super::{Entry, Report, page, renew};
use crate::rules::{Impact, Level, Risk, RuleId, RuleMeta};

/// How much of a page is told; the whole of it is what `guardline explain` is for.
const MOST_TOLD: usize = 460;
const MOST_STEPS: usize = 3;
/// Places of a problem that are looked at for a test.
const MOST_TRIED: usize = 12;

/// All findings of one rule.
pub(super) struct Problem<'r> {
    /// Its place in the order, from 1: everywhere in the report it is called by it.
    pub number: usize,
    pub rule: &'r RuleId,
    pub meta: Option<&'r RuleMeta<'r>>,
    /// Of the loudest finding.
    pub level: Level,
    pub impact: Impact,
    /// Of the most urgent finding.
    pub urgency: Urgency,
    /// How to see it in this app, if enough is known for a test that fails while the hole is open.
    pub trial: Option<Trial>,
    /// The loudest first, then by place.
    pub entries: Vec<&'r Entry>,
    /// Those of them that are told where people read: what stands in several places is told at the worst.
    pub told: Vec<&'r Entry>,
    stack: Stack,
}

impl<'r> Problem<'r> {
    /// As the rule has it.
    pub fn name(&self) -> &'r str {
        self.meta.map_or(self.rule.as_str(), |meta| meta.title)
    }

    pub fn title(&self) -> String {
        plain(steps::title(self.rule, &self.entries).unwrap_or(self.name()))
    }

    /// What a repair may break, and what to look at afterwards. `None` for the project's own rules.
    pub fn change(&self) -> Option<&'static Change> {
        changes::of(self.rule, &self.entries)
    }

    /// Other risks that it counts for, besides its own.
    pub fn also(&self) -> Vec<Risk> {
        let mut all: Vec<Risk> =
            self.entries.iter().filter(|entry| entry.finding.level >= Level::Warning).flat_map(|entry| steps::also(entry)).copied().collect();
        all.sort();
        all.dedup();
        all
    }

    /// What to do, in one plain sentence.
    pub fn step(&self) -> String {
        let of_page = || self.how_to_fix().first().map(|step| page::beginning(step, 0).to_owned());
        steps::sentence(self.rule, &self.entries).map(str::to_owned).or_else(of_page).unwrap_or_else(|| format!("{}.", self.title()))
    }

    /// `None` where nothing is known of the work: the project's own rules.
    pub fn effort(&self) -> Option<Effort> {
        steps::effort(self.rule, &self.entries)
    }

    pub fn risk(&self) -> Option<Risk> {
        self.meta.map(|meta| meta.risk)
    }

    /// What somebody could do, in plain words; of rules without such a section what the page begins with.
    pub fn what_can_happen(&self) -> Option<String> {
        if let Some(told) = steps::happens(self.rule, &self.entries) {
            return Some(told.to_owned());
        }
        let page = self.meta?.page;
        let told = page::advice(page, "can happen").into_iter().next().unwrap_or_else(|| page::introduction(page));
        Some(plain(page::beginning(&told, MOST_TOLD))).filter(|told| !told.is_empty())
    }

    /// One paragraph, or the first steps, of what fits the files that the problem is in.
    pub fn how_to_fix(&self) -> Vec<String> {
        self.advice().iter().map(|step| plain(step)).collect()
    }

    /// The same in the words of programmers.
    pub fn advice(&self) -> Vec<String> {
        if let Some(steps) = steps::fix(self.rule, &self.entries) {
            return steps.iter().map(|step| (*step).to_owned()).collect();
        }
        let mut advice = self.advice_of_page();
        advice.extend(renew::of_all(&self.entries, MOST_STEPS));
        advice
    }

    fn advice_of_page(&self) -> Vec<String> {
        let Some(meta) = self.meta else { return Vec::new() };
        let all = page::steps(meta.page, "fix");
        let mut picked: Vec<String> = all.iter().filter_map(|step| self.stack.pick(step)).collect();
        // Where nothing fits, what there is.
        if picked.is_empty() {
            picked = all;
        }
        picked.into_iter().take(MOST_STEPS).map(|step| self.own(page::beginning(&step, MOST_TOLD))).collect()
    }

    /// The table of a page's example is the app's own table.
    fn own(&self, text: &str) -> String {
        let named = self.entries.first().and_then(|entry| entry.finding.message.strip_prefix('`')).and_then(|rest| rest.split('`').next());
        match named.filter(|name| self.rule.as_str() == "rls-missing" && trial::is_name(name)) {
            Some(table) => text.replace("public.notes", &format!("public.{table}")),
            None => text.to_owned(),
        }
    }

    /// What the rule's page says about seeing it for oneself: for any app.
    pub fn check(&self) -> Option<String> {
        let told = page::advice(self.meta?.page, "check").into_iter().next()?;
        let told = self.stack.pick(&told).unwrap_or(told);
        Some(plain(page::beginning(&told, MOST_TOLD)))
    }
}

/// All that is said about a problem in words.
pub(super) fn texts_of(problem: &Problem<'_>) -> Vec<String> {
    let mut texts = vec![problem.title()];
    texts.extend(problem.what_can_happen());
    texts.extend(problem.entries.iter().take(MOST_STEPS).map(|entry| plain(&entry.finding.message)));
    texts.extend(problem.how_to_fix());
    texts.extend(problem.trial.is_none().then(|| problem.check()).flatten());
    texts.extend(problem.trial.iter().flat_map(|trial| [trial.how.clone(), trial.before.clone(), trial.after.clone()]));
    texts.extend(problem.change().map(|change| change.breaks.to_owned()));
    texts
}

/// `problem 2`, `problems 1, 4 and 6`
pub(super) fn numbers(of: &[usize]) -> String {
    let words: Vec<String> = of.iter().map(usize::to_string).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => format!("problem {one}"),
        [first @ .., last] => format!("problems {} and {last}", first.join(", ")),
    }
}

/// What can do the most harm comes first.
pub(super) fn problems<'r>(report: &'r Report<'_>) -> Vec<Problem<'r>> {
    let mut by_rule: FxHashMap<&RuleId, Vec<&Entry>> = FxHashMap::default();
    for entry in &report.entries {
        by_rule.entry(&entry.finding.rule).or_default().push(entry);
    }
    let problem = |(rule, mut entries): (&'r RuleId, Vec<&'r Entry>)| {
        let cost = |entry: &Entry| (of_finding(&entry.finding), entry.finding.level, entry.finding.impact, entry.finding.confidence);
        entries.sort_by(|a, b| cost(b).cmp(&cost(a)).then_with(|| a.finding.place.cmp(&b.finding.place)));
        let (level, impact) = entries.first().map_or((Level::Hidden, Impact::Low), |entry| (entry.finding.level, entry.finding.impact));
        let urgency = entries.first().map_or(Urgency::CanWait, |entry| of_finding(&entry.finding));
        // The first place that can be tried stands for the rest.
        let trial = entries.iter().take(MOST_TRIED).find_map(|entry| trial::of(report, entry));
        Problem {
            number: 0,
            rule,
            meta: report.meta(rule),
            level,
            impact,
            urgency,
            trial,
            stack: Stack::of(report, &entries),
            told: speaking(&entries),
            entries,
        }
    };
    let mut all: Vec<Problem<'r>> = by_rule.into_iter().map(problem).collect();
    all.sort_by(|a, b| (b.urgency, b.level, b.impact, b.entries.len()).cmp(&(a.urgency, a.level, a.impact, a.entries.len())).then_with(|| a.rule.cmp(b.rule)));
    all.iter_mut().enumerate().for_each(|(at, problem)| problem.number = at + 1);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report};

    #[test]
    fn what_costs_most_comes_first() {
        let (project, file) = project("a.ts", "one(a); two(b);\n");
        let of = |rule: &str, part: &str, level| finding(rule, &project, &file, part, level);
        let report = report(
            &project,
            vec![
                of("weak-random", "one", Level::Warning),
                of("missing-auth", "one", Level::Information),
                of("missing-auth", "two", Level::Error),
                of("rls-missing", "one", Level::Error),
            ],
        );
        let told: Vec<(&str, usize)> = problems(&report).iter().map(|problem| (problem.rule.as_str(), problem.entries.len())).collect();
        assert_eq!(told, [("missing-auth", 2), ("rls-missing", 1), ("weak-random", 1)]);
        let first = &problems(&report)[0];
        assert_eq!(first.entries[0].finding.level, Level::Error);
        assert_eq!(first.what_can_happen().as_deref(), Some("What an attacker gains: `everything`."));
        assert_eq!(first.how_to_fix(), ["Use the proper way. Then test it."]);
        assert_eq!(first.check(), None);
    }

    #[test]
    fn every_page_says_what_can_happen_and_what_to_do() {
        let (project, file) = project("a.ts", "one(a);\n");
        for meta in crate::rules::all() {
            let mut found = finding("missing-auth", &project, &file, "one", Level::Error);
            found.rule = meta.id.clone();
            let mut report = report(&project, vec![found]);
            report.rules = crate::rules::all();
            let problems = problems(&report);
            let told = [problems[0].what_can_happen(), problems[0].how_to_fix().first().cloned(), problems[0].check()];
            assert!(
                told.iter().all(|told| told.as_ref().is_some_and(|told| told.len() > 20 && told.ends_with(['.', ':', ')', ';', '?']))),
                "{}: {told:?}",
                meta.id
            );
        }
    }
}
