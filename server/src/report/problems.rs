//! The findings by mistake, in the order of what they can cost, with what the rule's page says to people.

use rustc_hash::FxHashMap;

use super::{Entry, Report, page};
use crate::rules::{Impact, Level, Risk, RuleId, RuleMeta};

/// How much of a page is told; the whole of it is what `guardline explain` is for.
const MOST_TOLD: usize = 330;
const MOST_STEPS: usize = 3;

/// All findings of one rule.
pub(super) struct Problem<'r> {
    pub rule: &'r RuleId,
    pub meta: Option<&'r RuleMeta<'r>>,
    /// Of the loudest finding.
    pub level: Level,
    pub impact: Impact,
    /// The loudest first, then by place.
    pub entries: Vec<&'r Entry>,
}

impl<'r> Problem<'r> {
    pub fn title(&self) -> &'r str {
        self.meta.map_or(self.rule.as_str(), |meta| meta.title)
    }

    pub fn risk(&self) -> Option<Risk> {
        self.meta.map(|meta| meta.risk)
    }

    /// What somebody could do, in plain words; of rules without such a section what the page begins with.
    pub fn what_can_happen(&self) -> Option<String> {
        let page = self.meta?.page;
        let told = page::advice(page, "can happen").into_iter().next().unwrap_or_else(|| page::introduction(page));
        Some(page::beginning(&told, MOST_TOLD).to_owned()).filter(|told| !told.is_empty())
    }

    /// One paragraph, or the first steps.
    pub fn how_to_fix(&self) -> Vec<String> {
        let Some(meta) = self.meta else { return Vec::new() };
        let steps = page::advice(meta.page, "fix");
        steps.into_iter().take(MOST_STEPS).map(|step| page::beginning(&step, MOST_TOLD).to_owned()).collect()
    }

    /// How to see it for oneself.
    pub fn check(&self) -> Option<String> {
        let told = page::advice(self.meta?.page, "check").into_iter().next()?;
        Some(page::beginning(&told, MOST_TOLD).to_owned())
    }
}

/// What can cost the most comes first.
pub(super) fn problems<'r>(report: &'r Report<'_>) -> Vec<Problem<'r>> {
    let mut by_rule: FxHashMap<&RuleId, Vec<&Entry>> = FxHashMap::default();
    for entry in &report.entries {
        by_rule.entry(&entry.finding.rule).or_default().push(entry);
    }
    let problem = |(rule, mut entries): (&'r RuleId, Vec<&'r Entry>)| {
        let cost = |entry: &Entry| (entry.finding.level, entry.finding.impact, entry.finding.confidence);
        entries.sort_by(|a, b| cost(b).cmp(&cost(a)).then_with(|| a.finding.place.cmp(&b.finding.place)));
        let (level, impact) = entries.first().map_or((Level::Hidden, Impact::Low), |entry| (entry.finding.level, entry.finding.impact));
        Problem { rule, meta: report.meta(rule), level, impact, entries }
    };
    let mut all: Vec<Problem<'r>> = by_rule.into_iter().map(problem).collect();
    all.sort_by(|a, b| (b.level, b.impact, b.entries.len()).cmp(&(a.level, a.impact, a.entries.len())).then_with(|| a.rule.cmp(b.rule)));
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
