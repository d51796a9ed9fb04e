//! What a report does not tell or was not asked about, beside each answer and level that it bears on.

use super::counts::counted;
use super::words::{code, list};
use super::{Answer, Grade, Question};
use crate::report::left_out::{Counted, LeftOut};
use crate::report::{Entry, Report};
use crate::rules::{Level, Risk, RuleId};

/// Rules that are named before the rest is counted.
const MOST_NAMED: usize = 3;

/// What is said of a risk besides, and what its level is at best.
pub(super) struct Limit {
    pub grade: Grade,
    pub in_words: String,
    pub said: String,
}

/// `counts`: is a finding that is left out one that the answer would speak of?
pub(super) fn of_question(report: &Report<'_>, question: &mut Question, rules: &[&RuleId], counts: &dyn Fn(&Entry) -> bool) {
    let left: Vec<&LeftOut> = report.left_out.iter().filter(|one| counts(&one.entry) && one.entry.finding.level >= Level::Warning).collect();
    let is_told = report.entries.iter().any(|entry| counts(entry) && entry.finding.level >= Level::Warning);
    if let Some(told) = Counted::of(left.iter().copied()).in_words() {
        // A person has said that these are none. Whether that is so, nobody here knows.
        if !is_told && left.iter().all(|one| one.why.is_accepted()) {
            question.answer = Answer::NotKnown;
        }
        question.because += &format!(" Of this, {told} of the list of problems.");
    }
    let is_good = matches!(question.answer, Answer::Yes | Answer::NotApplicable);
    if (is_good || question.answer == Answer::Partly) && report.is_off(rules) {
        question.answer = Answer::NotKnown;
        question.because = format!("{} by the settings, so this was not looked for.", off(report, rules.iter().copied()));
    } else if is_good && report.limits.is_part {
        question.answer = Answer::NotKnown;
        question.because = format!("{}; for an answer the others would be needed. In what was looked at: {}", only(report), question.because);
    }
}

pub(super) fn of_risk(report: &Report<'_>, risk: Risk) -> Option<Limit> {
    let of_risk = |rule: &RuleId| report.meta(rule).is_some_and(|meta| meta.risk == risk);
    let left = report.left_out.iter().filter(|one| of_risk(&one.entry.finding.rule) && one.entry.finding.level >= Level::Information);
    let (mut grade, mut words, mut said) = (None, Vec::new(), Vec::new());
    if let Some(told) = Counted::of(left).in_words() {
        grade = Some(Grade::NotKnown);
        said.push(format!("{}; nothing is said of that here.", capital(&told)));
        words.push(told);
    }
    let switched: Vec<&RuleId> = report.limits.off.iter().filter(|rule| of_risk(rule)).collect();
    if !switched.is_empty() {
        let is_all = report.rules.iter().filter(|meta| meta.risk == risk).all(|meta| switched.contains(&&meta.id));
        grade = grade.or(Some(if is_all { Grade::NotKnown } else { Grade::PartlyKnown }));
        words.push(format!("{} off", counted(switched.len(), "rule is", "rules are")));
        said.push(format!("{} by the settings.", off(report, switched.into_iter())));
    }
    if report.limits.is_part {
        grade = grade.or(Some(Grade::PartlyKnown));
        words.push("only some files were looked at".to_owned());
        said.push(format!("{}.", only(report)));
    }
    grade.map(|grade| Limit { grade, in_words: words.join("; "), said: said.join(" ") })
}

/// What the verdict ends with, and what stands among what was not judged: a sentence each.
pub(super) fn of_verdict(report: &Report<'_>) -> Vec<String> {
    let mut all = Vec::new();
    if report.limits.is_part && report.audited > 0 {
        all.push(format!("{}: nothing is said of the rest.", only(report)));
    }
    if let Some(told) = report.left_out().in_words() {
        all.push(format!("{}: nothing is said of {} here.", capital(&told), if report.left_out().all() == 1 { "it" } else { "them" }));
    }
    if !report.limits.off.is_empty() {
        all.push(format!("{}: nothing of the kind was looked for.", off(report, report.limits.off.iter())));
    }
    all
}

/// `Only 1 of 12 files was looked at`
fn only(report: &Report<'_>) -> String {
    let were = if report.audited == 1 { "was" } else { "were" };
    format!("Only {} of {} {were} looked at", report.audited, counted(report.audited + report.around, "file", "files"))
}

/// `The rule sql-injection is switched off`
fn off<'a>(report: &Report<'_>, rules: impl Iterator<Item = &'a RuleId>) -> String {
    let names: Vec<String> = rules.filter(|rule| report.limits.off.contains(rule)).map(|rule| code(rule.as_str())).collect();
    let lead = if names.len() == 1 { "The rule" } else { "The rules" };
    format!("{lead} {} {} switched off", list(&names, MOST_NAMED), if names.len() == 1 { "is" } else { "are" })
}

fn capital(text: &str) -> String {
    crate::report::plain::capitalised(text)
}

#[cfg(test)]
mod tests {
    use crate::report::left_out::{LeftOut, Why};
    use crate::report::overview::{Answer, Grade, Overview, Question};
    use crate::report::samples::{finding, project, report};
    use crate::report::{Entry, Report};
    use crate::rules::{Level, Risk, sql_injection};

    fn question(overview: &Overview) -> &Question {
        overview.questions.iter().find(|question| question.id == "database-commands-kept-out").expect("the question")
    }

    fn input(overview: &Overview) -> Grade {
        overview.risks.iter().find(|risk| risk.risk == Risk::Input).expect("the risk").grade
    }

    fn with<'p>(report: Report<'p>, entry: Entry, why: Why) -> Report<'p> {
        Report { left_out: vec![LeftOut { entry, fingerprint: "a:1".to_owned(), why }], ..report }
    }

    #[test]
    fn what_is_left_out_is_not_vouched_for() {
        let (project, file) = project("a.ts", "call(a);\n");
        let entry = || Entry { finding: finding("sql-injection", &project, &file, "call", Level::Error), repairs: Vec::new() };
        let known = Overview::of(&with(report(&project, Vec::new()), entry(), Why::Known));
        assert_eq!(known.verdict.text, "No new problems found. 1 known finding is left out: nothing is said of it here.");
        assert_eq!((question(&known).answer, input(&known)), (Answer::No, Grade::NotKnown));
        assert!(!known.in_order.iter().any(|one| one.what == "SQL injection"));
        let accepted = Overview::of(&with(report(&project, Vec::new()), entry(), Why::Marked("tried by hand".to_owned())));
        assert_eq!(question(&accepted).answer, Answer::NotKnown);
        assert!(question(&accepted).because.ends_with("1 silenced finding is left out of the list of problems."), "{}", question(&accepted).because);
    }

    #[test]
    fn what_is_switched_off_was_not_looked_for() {
        let (project, _) = project("a.ts", "call(a);\n");
        let mut report = report(&project, Vec::new());
        report.evidence.statements.fixed = 2;
        assert_eq!(question(&Overview::of(&report)).answer, Answer::Yes);
        report.limits.off.push(sql_injection::META.id.clone());
        let overview = Overview::of(&report);
        assert_eq!(question(&overview).because, "The rule `sql-injection` is switched off by the settings, so this was not looked for.");
        assert_eq!((question(&overview).answer, overview.in_order.iter().any(|one| one.what == "SQL injection")), (Answer::NotKnown, false));
    }

    #[test]
    fn a_part_says_nothing_of_the_whole() {
        let (project, _) = project("a.ts", "call(a);\n");
        let mut report = report(&project, Vec::new());
        report.evidence.statements.fixed = 2;
        (report.around, report.limits.is_part) = (11, true);
        let overview = Overview::of(&report);
        assert_eq!(overview.verdict.text, "No problems found. Only 1 of 12 files was looked at: nothing is said of the rest.");
        assert!(overview.questions.iter().all(|question| question.answer == Answer::NotKnown));
        assert!(overview.risks.iter().all(|risk| !matches!(risk.grade, Grade::Low | Grade::NotApplicable)), "{:?}", overview.risks);
    }
}
