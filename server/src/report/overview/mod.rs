//! What a report says before and beside its findings: the verdict, the seven risks, the four questions, what was found in
//! order, what needs a person. Worked out once, from the findings and from what was looked at (`rules::evidence`); each format
//! only writes it down.
//!
//! Texts are plain English with code between backticks, and hold no known secret.

mod answers;
mod checked;
mod checklist;
mod counts;
mod launch;
mod limits;
mod snapshot;
mod words;

use super::problems::{Problem, numbers, problems};
use super::steps::Effort;
use super::urgency::Urgency;
use super::{Entry, Report};
use crate::rules::{Level, Place, Risk, RuleId};
use crate::syntax::Language;

pub use counts::{Counts, counted};
pub use launch::Launch;

/// Everything besides the findings themselves.
#[derive(Clone, PartialEq, Debug)]
pub struct Overview {
    pub verdict: Verdict,
    /// May it go live? What is to be repaired before, what can wait, what nobody knows.
    pub launch: Launch,
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
pub const HOW_LEVELS_COME_ABOUT: &str = "Before launch: at least one problem to repair before launch. Can wait: only such as can wait. No problem found: it was looked at, and \
    nothing was found. Partly judged: nothing was found, but of some of it the code alone does not show whether it is safe. Not judged: of more than half. Not in this code: the \
    files that were read have nothing of the kind. A problem that opens the way to a second risk counts for both. Nothing is added up, and there is no score.";

/// In which order to do things.
pub const HOW_IT_IS_ORDERED: &str = "What can do the most harm stands first: begin at the top.";

/// What a ready fix is, and how to get it.
pub const HOW_TO_GET_A_FIX: &str = "A ready fix is a change that was tried on a copy of the code: this problem is gone, and no new one appeared. Whether the app still does \
    all you want, only trying it shows. To take it, type `guardline audit --fix --review` in a terminal (the window for commands): it shows each change with its file and line and asks before it \
    makes it: answer `n` to those that you do not want. In an editor (such as VS Code) with the Guardline extension, the light bulb at the line offers the same.";

/// When to stop.
pub const WHEN_DONE: &str = "You are done when nothing is left that says \"before launch\", and you have tried what needs a person. After each change, type `guardline audit` in a \
    terminal again: what is repaired is gone from the list. What can wait may stay for the weeks after the launch.";

/// What no report of ours says anything about.
pub fn not_looked_at(report: &Report<'_>) -> Vec<String> {
    let evidence = &report.evidence;
    let is_python = report.texts.languages().any(|language| matches!(language, Language::Python | Language::Notebook));
    let is_script = report.texts.languages().any(|language| {
        matches!(language, Language::TypeScript | Language::Tsx | Language::JavaScript | Language::Jsx | Language::Vue | Language::Svelte | Language::Astro)
    });
    let command = match (is_script, is_python) {
        (true, false) => "type `npm audit` in a terminal",
        (false, true) => "type `pip-audit` in a terminal (`pip install pip-audit` gets it)",
        _ => "type `npm audit` in a terminal for the part in JavaScript, and `pip-audit` for the part in Python",
    };
    let mut all = vec![
        format!("Known holes in the packages the app is built from: {command}."),
        "The running app, its servers and accounts: only the code was read, and nothing was called.".to_owned(),
        "Older versions of the code: a key that was deleted is still in the history of git.".to_owned(),
    ];
    if evidence.cut_short > 0 {
        all.push(format!("{} too large to be read to the end.", counted(evidence.cut_short, "function was", "functions were")));
    }
    all
}

/// One of the things to do first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct First {
    /// The number of the problem.
    pub number: usize,
    pub rule: RuleId,
    pub title: String,
    pub step: String,
    pub level: Level,
    pub urgency: Urgency,
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
    /// It is a problem, and it can wait.
    Look,
    /// Not known, or only in part.
    Unsure,
    Serious,
    /// There is nothing to say.
    Faint,
}

impl Mood {
    /// A sign besides the colour, for those who do not see it.
    pub(in crate::report) fn sign(self) -> &'static str {
        match self {
            Mood::Good => "✓",
            Mood::Look => "i",
            Mood::Unsure => "?",
            Mood::Serious => "✗",
            Mood::Faint => "·",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    /// Something is to be repaired before launch.
    High,
    /// Only what can wait was found.
    Medium,
    Low,
    /// Nothing was found, and a good part could not be judged.
    PartlyKnown,
    NotKnown,
    NotApplicable,
    /// There are no rules for it.
    NotLookedAt,
}

impl Grade {
    pub fn title(self) -> &'static str {
        match self {
            Grade::High => "Before launch",
            Grade::Medium => "Can wait",
            Grade::Low => "No problem found",
            Grade::PartlyKnown => "Partly judged",
            Grade::NotKnown => "Not judged",
            Grade::NotApplicable => "Not in this code",
            Grade::NotLookedAt => "Not looked at",
        }
    }

    pub fn mood(self) -> Mood {
        match self {
            Grade::High => Mood::Serious,
            Grade::Medium => Mood::Look,
            Grade::Low => Mood::Good,
            Grade::PartlyKnown | Grade::NotKnown => Mood::Unsure,
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
    /// Besides the problems there is something that could not be judged.
    pub is_unsure: bool,
    /// What is left out, off or was not asked about, in few words.
    pub limit: String,
}

impl OfRisk {
    /// `2 before launch: problems 1 and 3; the rest only in part judged`
    pub fn in_words(&self) -> String {
        if self.problems.is_empty() {
            let told = match self.grade {
                _ if !self.limit.is_empty() => self.limit.as_str(),
                Grade::PartlyKnown => "nothing found; some of it a person has to try",
                Grade::NotKnown => "the code does not show it; a person has to try it",
                _ => "",
            };
            return told.to_owned();
        }
        let rest = if self.is_unsure { "; the rest could only partly be judged" } else { "" };
        let limit = if self.limit.is_empty() { String::new() } else { format!("; {}", self.limit) };
        format!("{}: {}{rest}{limit}", self.counts.in_words(), numbers(&self.problems))
    }

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
            Answer::Yes => "Yes",
            Answer::No => "No",
            Answer::Partly => "Only in part",
            Answer::NotKnown => "Not judged",
            Answer::NotApplicable => "Not in this code",
        }
    }

    pub fn mood(self) -> Mood {
        match self {
            Answer::Yes => Mood::Good,
            Answer::No => Mood::Serious,
            Answer::Partly | Answer::NotKnown => Mood::Unsure,
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
    /// Where all of them are to be had.
    pub all: Option<&'static str>,
    /// What an AI assistant can be asked about it.
    pub ask: Option<String>,
    /// To be typed into a terminal.
    pub command: Option<String>,
}

impl Overview {
    pub fn of(report: &Report<'_>) -> Overview {
        let problems = problems(report);
        let counts = Counts::of(problems.iter().map(|problem| (problem.level, problem.urgency)));
        let risks = snapshot::of(report, &problems);
        let launch = launch::of(report, counts);
        let mut overview = Overview {
            verdict: launch::verdict(report, &launch, &risks),
            launch,
            counts,
            first: problems.iter().map(first).collect(),
            has_checked_fix: report.entries.iter().any(|entry| entry.repairs.first().is_some_and(|repair| repair.tried)),
            questions: answers::of(report, &problems),
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
        self.launch.not_judged.iter_mut().for_each(clean);
        clean(&mut self.verdict.text);
        self.first.iter_mut().for_each(|first| [&mut first.title, &mut first.step].into_iter().for_each(clean));
        self.risks.iter_mut().for_each(|risk| [&mut risk.named, &mut risk.looked].into_iter().for_each(clean));
        self.questions.iter_mut().for_each(|question| clean(&mut question.because));
        self.questions.iter_mut().flat_map(|question| &mut question.places).for_each(|told| clean(&mut told.text));
        self.in_order.iter_mut().for_each(|one| clean(&mut one.told));
        for task in &mut self.tasks {
            clean(&mut task.how);
            task.command.iter_mut().for_each(clean);
            task.ask.iter_mut().for_each(clean);
            task.about.iter_mut().for_each(|told| clean(&mut told.text));
        }
    }
}

fn first(problem: &Problem<'_>) -> First {
    First {
        number: problem.number,
        rule: problem.rule.clone(),
        title: problem.title(),
        step: problem.step(),
        level: problem.level,
        urgency: problem.urgency,
        effort: problem.effort(),
        places: problem.entries.len(),
    }
}

/// What some rules found, also what is left out of the list of problems.
fn entries_of<'r>(report: &'r Report<'_>, rules: &[&RuleId]) -> Vec<&'r Entry> {
    let all = report.entries.iter().chain(report.left_out.iter().map(|one| &one.entry));
    all.filter(|entry| rules.contains(&&entry.finding.rule)).collect()
}

/// Those of them that are more than hints.
fn loud_of<'r>(report: &'r Report<'_>, rules: &[&RuleId]) -> Vec<&'r Entry> {
    entries_of(report, rules).into_iter().filter(|entry| entry.finding.level >= Level::Warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project_of, report};
    use crate::text::FileId;

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
