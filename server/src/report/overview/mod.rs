//! What a report says before and beside its findings: the verdict, the seven risks, the four questions, what was found in
//! order, what needs a person. Worked out once, from the findings and from what was looked at (`rules::evidence`); each format
//! only writes it down.
//!
//! Texts are plain English with code between backticks, and hold no known secret.

mod answers;
mod checked;
mod checklist;
mod counts;
mod curl;
mod snapshot;
mod words;

use super::problems::{Problem, problems};
use super::steps::Effort;
use super::{Entry, Report};
use crate::rules::{Level, Place, Risk, RuleId};

pub use counts::{Counts, counted};

/// Everything besides the findings themselves.
#[derive(Clone, PartialEq, Debug)]
pub struct Overview {
    pub verdict: Verdict,
    /// Of problems: what one mistake is, in however many places.
    pub counts: Counts,
    /// What to do, the costliest first.
    pub first: Vec<First>,
    /// For at least one place a fix was tried out and is ready.
    pub has_checked_fix: bool,
    /// In the order of [`Risk::ALL`]; the project's own rules only where there are some.
    pub risks: Vec<OfRisk>,
    pub questions: Vec<Question>,
    /// What was looked at and found in order.
    pub in_order: Vec<InOrder>,
    /// What a program cannot decide.
    pub tasks: Vec<Task>,
}

/// How the levels come about, in one line.
pub const HOW_LEVELS_COME_ABOUT: &str = "High: at least one serious problem. Medium: at least one to fix soon. Low: it was checked, and nothing worse than a hint was found. \
    Partly known: nothing worse was found, but a good part could not be read or judged. Not known: more than half could not. Not applicable: the project has nothing of \
    the kind. A problem that opens the way to a second risk counts for both. Nothing is added up, and there is no score.";

/// In which order to do things.
pub const HOW_IT_IS_ORDERED: &str = "The order is by cost: what can do the most harm comes first.";

/// What a checked fix is, and how to get it.
pub const HOW_TO_GET_A_FIX: &str = "A checked fix was tried out on a copy: the problem is gone, and no new one appeared. Your editor offers it if it has the Guardline \
    extension. Without one, type `guardline audit --fix --review` in a terminal: it shows each change and asks before it makes it.";

/// When to stop.
pub const WHEN_DONE: &str = "You are done when no problem is left above and you have tried what needs a person. After each change, type `guardline audit` in a terminal \
    again: what is repaired is gone from the list.";

/// What no report of ours says anything about.
pub const NOT_LOOKED_AT: &[&str] = &[
    "Known holes in the packages the app is built from: type `npm audit` in a terminal, or `pip-audit` for Python.",
    "The running app, its servers and accounts: only the code was read, and nothing was called.",
    "Older versions of the code: a key that was deleted is still in the history of git.",
];

/// One of the things to do first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct First {
    /// The number of the problem.
    pub number: usize,
    pub rule: RuleId,
    pub step: String,
    pub level: Level,
    pub effort: Option<Effort>,
    pub places: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// One sentence.
    pub text: String,
    pub mood: Mood,
}

/// How it looks to whoever reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    Good,
    /// Neither good nor bad, or not known.
    Look,
    Soon,
    Serious,
    /// There is nothing to say.
    Faint,
}

impl Mood {
    /// A sign besides the colour, for those who do not see it.
    pub(in crate::report) fn sign(self) -> &'static str {
        match self {
            Mood::Good => "✓",
            Mood::Look => "?",
            Mood::Soon => "!",
            Mood::Serious => "✗",
            Mood::Faint => "·",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    High,
    Medium,
    Low,
    /// Nothing worse than a hint was found, and a good part could not be judged.
    PartlyKnown,
    NotKnown,
    NotApplicable,
    /// There are no rules for it.
    NotLookedAt,
}

impl Grade {
    pub fn title(self) -> &'static str {
        match self {
            Grade::High => "High",
            Grade::Medium => "Medium",
            Grade::Low => "Low",
            Grade::PartlyKnown => "Partly known",
            Grade::NotKnown => "Not known",
            Grade::NotApplicable => "Not applicable",
            Grade::NotLookedAt => "Not looked at",
        }
    }

    pub fn mood(self) -> Mood {
        match self {
            Grade::High => Mood::Serious,
            Grade::Medium => Mood::Soon,
            Grade::Low => Mood::Good,
            Grade::PartlyKnown | Grade::NotKnown => Mood::Look,
            Grade::NotApplicable | Grade::NotLookedAt => Mood::Faint,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct OfRisk {
    pub risk: Risk,
    pub grade: Grade,
    /// The numbers of the problems that count for it.
    pub problems: Vec<usize>,
    /// What they are.
    pub named: String,
    /// What was looked at besides.
    pub looked: String,
    pub counts: Counts,
}

impl OfRisk {
    /// What the grade rests on.
    pub fn because(&self) -> String {
        [self.named.as_str(), self.looked.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Yes,
    No,
    Partly,
    NotKnown,
    NotApplicable,
}

impl Answer {
    pub fn title(self) -> &'static str {
        match self {
            Answer::Yes => "Yes, good",
            Answer::No => "No, bad",
            Answer::Partly => "In part",
            Answer::NotKnown => "Not known",
            Answer::NotApplicable => "Does not apply",
        }
    }

    pub fn mood(self) -> Mood {
        match self {
            Answer::Yes => Mood::Good,
            Answer::No => Mood::Serious,
            Answer::Partly => Mood::Soon,
            Answer::NotKnown => Mood::Look,
            Answer::NotApplicable => Mood::Faint,
        }
    }
}

/// One of the questions that a careful beginner asks. Each is asked so that "yes" is good.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    pub id: &'static str,
    pub question: &'static str,
    pub answer: Answer,
    /// What the answer rests on, in a sentence or two.
    pub because: String,
    pub places: Vec<Told>,
}

/// Something with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// May be empty: then the place says it all.
    pub text: String,
    pub place: Option<Place>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct InOrder {
    pub what: &'static str,
    pub told: String,
}

/// Something for a person to try.
#[derive(Clone, PartialEq, Debug)]
pub struct Task {
    pub id: &'static str,
    pub title: String,
    /// What to do, and what should come out.
    pub how: String,
    /// The app's own routes or places that it is about; the first ones.
    pub about: Vec<Told>,
    /// How many there are besides.
    pub more: usize,
    /// To be typed into a terminal.
    pub command: Option<String>,
}

impl Overview {
    pub fn of(report: &Report<'_>) -> Overview {
        let problems = problems(report);
        let counts = Counts::of(problems.iter().map(|problem| problem.level));
        let risks = snapshot::of(report, &problems);
        let mut overview = Overview {
            verdict: verdict(report, &counts, &risks),
            counts,
            first: problems.iter().map(first).collect(),
            has_checked_fix: report.entries.iter().any(|entry| entry.repairs.first().is_some_and(|repair| repair.tried)),
            questions: answers::of(report),
            in_order: checked::of(report),
            tasks: checklist::of(report),
            risks,
        };
        overview.clean(report);
        overview
    }

    /// Names and paths of a project may hold a secret, too.
    fn clean(&mut self, report: &Report<'_>) {
        let clean = |text: &mut String| {
            if report.redactor.is_leak(text) {
                *text = report.redactor.clean(text).into_owned();
            }
        };
        self.first.iter_mut().for_each(|first| clean(&mut first.step));
        self.risks.iter_mut().for_each(|risk| [&mut risk.named, &mut risk.looked].into_iter().for_each(clean));
        self.questions.iter_mut().for_each(|question| clean(&mut question.because));
        self.questions.iter_mut().flat_map(|question| &mut question.places).for_each(|told| clean(&mut told.text));
        self.in_order.iter_mut().for_each(|one| clean(&mut one.told));
        for task in &mut self.tasks {
            clean(&mut task.how);
            task.command.iter_mut().for_each(clean);
            task.about.iter_mut().for_each(|told| clean(&mut told.text));
        }
    }
}

fn first(problem: &Problem<'_>) -> First {
    First {
        number: problem.number,
        rule: problem.rule.clone(),
        step: problem.step(),
        level: problem.level,
        effort: problem.effort(),
        places: problem.entries.len(),
    }
}

/// The answer to "can I go live?", as far as the findings give one.
fn verdict(report: &Report<'_>, counts: &Counts, risks: &[OfRisk]) -> Verdict {
    let rest = counts.soon + counts.look;
    let (text, mood) = match (counts.serious, counts.soon, counts.look) {
        (0, 0, 0) if report.audited == 0 => ("Nothing was checked: there is no file here that Guardline reads.".into(), Mood::Look),
        (0, 0, 0) => match risks.iter().filter(|risk| matches!(risk.grade, Grade::NotKnown | Grade::PartlyKnown)).count() {
            0 => ("No problems found.".into(), Mood::Good),
            n => (format!("No problems found, but {} could not be judged from the code, or only in part.", counted(n, "risk", "risks")), Mood::Look),
        },
        (0, 0, look) => (format!("Nothing serious: {} worth a look.", counted(look, "problem is", "problems are")), Mood::Look),
        (0, soon, 0) => (format!("Nothing serious, but {} be fixed soon.", counted(soon, "problem should", "problems should")), Mood::Soon),
        (0, soon, look) => (
            format!(
                "Nothing serious, but {} be fixed soon and {} worth a look.",
                counted(soon, "problem should", "problems should"),
                counted(look, "is", "are")
            ),
            Mood::Soon,
        ),
        (serious, _, _) if rest == 0 => (format!("Not ready for the public: {}.", counted(serious, "serious problem", "serious problems")), Mood::Serious),
        (serious, _, _) => (
            format!(
                "Not ready for the public: {}, and {} less urgent.",
                counted(serious, "serious problem", "serious problems"),
                counted(rest, "that is", "that are")
            ),
            Mood::Serious,
        ),
    };
    Verdict { text, mood }
}

/// The entries of some rules.
fn entries_of<'r>(report: &'r Report<'_>, rules: &[&RuleId]) -> Vec<&'r Entry> {
    report.entries.iter().filter(|entry| rules.contains(&&entry.finding.rule)).collect()
}

/// Those of them that are more than hints.
fn loud_of<'r>(report: &'r Report<'_>, rules: &[&RuleId]) -> Vec<&'r Entry> {
    entries_of(report, rules).into_iter().filter(|entry| entry.finding.level >= Level::Warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, project_of, report};
    use crate::text::FileId;

    #[test]
    fn the_verdict_is_a_sentence() {
        let (project, _) = project("a.ts", "x");
        let report = report(&project, Vec::new());
        let told = |serious, soon, look| verdict(&report, &Counts { serious, soon, look }, &[]).text;
        assert_eq!(told(0, 0, 0), "No problems found.");
        assert_eq!(told(0, 0, 1), "Nothing serious: 1 problem is worth a look.");
        assert_eq!(told(0, 2, 3), "Nothing serious, but 2 problems should be fixed soon and 3 are worth a look.");
        assert_eq!(told(3, 0, 0), "Not ready for the public: 3 serious problems.");
        assert_eq!(told(3, 1, 1), "Not ready for the public: 3 serious problems, and 2 that are less urgent.");
    }

    #[test]
    fn a_project_without_anything_claims_nothing() {
        let project = project_of(&[]);
        let overview = Overview::of(&report(&project, Vec::new()));
        assert!(overview.verdict.text.starts_with("Nothing was checked"));
        assert!(overview.risks.iter().all(|risk| matches!(risk.grade, Grade::NotApplicable | Grade::NotLookedAt)), "{:?}", overview.risks);
        assert!(overview.questions.iter().all(|question| question.answer == Answer::NotApplicable), "{:?}", overview.questions);
        assert_eq!((overview.in_order, overview.tasks), (Vec::new(), Vec::new()));
    }

    #[test]
    fn no_text_of_it_tells_a_secret() {
        let key = ["sk", "live", "abcd1234ABCD5678efgh"].join("_");
        let project = project_of(&[("a.ts", &format!("const key = \"{key}\";\n"))]);
        let file = FileId::new("/shop/a.ts");
        let mut report = report(&project, vec![finding("secret-hardcoded", &project, &file, &format!("\"{key}\""), Level::Error)]);
        let mut route = crate::report::samples::route(&format!("/api/{key}/:id"), &file);
        route.chosen.push(key.clone());
        route.models.push(key.clone());
        route.own = crate::rules::map::Answer::Unknown;
        let mut unknown = route.clone();
        unknown.who = crate::rules::map::Who::Unknown;
        report.evidence.routes.push(unknown);
        report.evidence.routes.push(route);
        let overview = format!("{:?}", Overview::of(&report));
        assert!(!overview.contains(&key) && overview.contains("•••"), "{overview}");
    }
}
