//! What to say to an AI assistant about one problem, ready to be copied. Plain text; it holds no known secret.

use super::overview::{Overview, counted};
use super::paint::harmless;
use super::plain::plain;
use super::problems::{Problem, problems};
use super::{Report, page};
use crate::rules::Place;
use crate::text::Encoding;

/// Places named before the rest is counted.
const MOST_PLACES: usize = 8;

/// Problems that one text asks about.
const MOST_PROBLEMS: usize = 40;

const KEEP: &str = "What must keep working: everything that users who are allowed to can do today, on the same pages and addresses. Change nothing that a repair does not need, do \
    not take the feature out, and do not silence the warning with a comment. Never write a password or key into the code or into your answer. Add a test if the project has tests.";

const ANSWER: &str = "When it is done, tell me in plain words, without terms of programmers: what you changed, what may work differently now, and what I should click once to see that \
    it still works.";

/// Everything that an assistant can be asked about: the problems, then what could not be judged.
pub fn render(report: &Report<'_>) -> String {
    let problems = problems(report);
    let asks: Vec<String> = Overview::of(report).tasks.into_iter().filter_map(|task| task.ask).map(|ask| clean(report, &[ask])).collect();
    let mut parts: Vec<String> = (!problems.is_empty()).then(|| all(report, &problems)).into_iter().collect();
    parts.extend(asks);
    match parts.is_empty() {
        true => "There is nothing to ask your assistant for.\n".to_owned(),
        false => parts.join("\n\n---\n\n") + "\n",
    }
}

/// About one problem, of several lines.
pub(super) fn whole(report: &Report<'_>, problem: &Problem<'_>) -> String {
    let mut lines = vec![
        format!("Please repair this security problem in my project: {}.", problem.title()),
        "First make sure that I can go back: if the project is in git, commit what is there.".to_owned(),
    ];
    lines.extend(body(report, problem));
    lines.extend([String::new(), KEEP.to_owned(), String::new()]);
    lines.push(format!(
        "How you check it: run the project's tests, then `guardline audit` in a terminal: it must not tell of this any more ({}).",
        problem.rule
    ));
    lines.extend(tried(problem));
    lines.push(ANSWER.to_owned());
    clean(report, &lines)
}

/// About all of them, in their order.
pub(super) fn all(report: &Report<'_>, problems: &[Problem<'_>]) -> String {
    let mut lines = vec![
        format!(
            "Please repair these {} in my project, one after the other, in this order. First make sure that I can go back: if the project is in git, commit what is there, and commit \
             again after each.",
            counted(problems.len(), "security problem", "security problems")
        ),
        String::new(),
        KEEP.to_owned(),
    ];
    for problem in problems.iter().take(MOST_PROBLEMS) {
        lines.extend([String::new(), format!("## {}. {} ({}, {})", problem.number, problem.title(), problem.urgency.title(), problem.rule)]);
        lines.extend(body(report, problem));
        lines.extend(tried(problem));
    }
    if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
        lines.push(format!("And {more} more: `guardline audit` names them."));
    }
    lines.extend([
        String::new(),
        "How you check it: after each, run the project's tests, then `guardline audit` in a terminal: what is repaired is gone from its list.".to_owned(),
        ANSWER.to_owned(),
    ]);
    clean(report, &lines)
}

fn body(report: &Report<'_>, problem: &Problem<'_>) -> Vec<String> {
    let mut lines = vec![String::new(), "Where:".to_owned()];
    for entry in problem.entries.iter().take(MOST_PLACES) {
        lines.push(format!("- {}: {}", position(report, &entry.finding.place), plain(&entry.finding.message)));
    }
    if let Some(more) = problem.entries.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more; `guardline audit --format json` names all"));
    }
    let steps = problem.advice();
    if !steps.is_empty() {
        lines.extend([String::new(), "What to change (names in code are examples: use those of this project):".to_owned()]);
        lines.extend(steps.iter().map(|step| format!("- {step}")));
    }
    if let Some(change) = problem.change() {
        lines.push(format!("- Take care of this: {}", change.breaks));
    }
    if problem.entries.iter().any(|entry| entry.repairs.first().is_some_and(|repair| repair.tried)) {
        lines.push(
            "- Guardline has a ready fix for it (`guardline audit --fix --review`). I may have taken it already: look first whether the problem is still there.".to_owned(),
        );
    }
    lines
}

/// What the owner tries is said, so that the assistant does not take it for its own task.
fn tried(problem: &Problem<'_>) -> Option<String> {
    let trial = problem.trial.as_ref()?;
    let command = trial.command.as_ref().map(|(_, command)| format!(" `{}`", command.replace('`', "'"))).unwrap_or_default();
    Some(format!("How I will check it: {}{command} Now: {} Afterwards: {}", trial.how, trial.before, trial.after))
}

/// One paragraph, for where there is little room.
pub(super) fn short(report: &Report<'_>, problem: &Problem<'_>) -> String {
    let places: Vec<String> = problem.entries.iter().take(2).map(|entry| position(report, &entry.finding.place)).collect();
    let more = if problem.entries.len() > places.len() { " and the other places that `guardline audit` names" } else { "" };
    let told = format!(
        "Repair in {}{more}: {}. `guardline explain {}` says why and how. Commit first. Everything else must keep working: change nothing that the repair does not need. Then run \
         `guardline audit` again, and tell me in plain words what may work differently.",
        places.join(" and "),
        problem.title(),
        problem.rule,
    );
    clean(report, &[told])
}

fn position(report: &Report<'_>, place: &Place) -> String {
    format!("{}:{}", report.path(&place.file), report.range_in(place, Encoding::Utf32).start.line)
}

fn clean(report: &Report<'_>, lines: &[String]) -> String {
    let clean = |line: &str| harmless(&report.redactor.clean(&page::plain(line))).into_owned();
    lines.iter().flat_map(|text| text.split('\n')).map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project_of, report};
    use crate::rules::Level;
    use crate::text::FileId;

    #[test]
    fn it_says_all_that_an_assistant_needs_and_no_secret() {
        let key = ["sk", "live", "abcd1234ABCD5678efgh"].join("_");
        let project = project_of(&[("lib/a.ts", &format!("const key = \"{key}\";\n"))]);
        let file = FileId::new("/shop/lib/a.ts");
        let mut found = finding("secret-hardcoded", &project, &file, &format!("\"{key}\""), Level::Error);
        found.message = format!("The key {key} is in the code\u{1b}[2J.").into();
        let report = report(&project, vec![found; 10]);
        let told = whole(&report, &problems(&report)[0]);
        let parts = ["lib/a.ts:1: The key •••", "- Use the proper way. Then test it.", "What must keep working: ", "How you check it: ", "and 2 more"];
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        let every = all(&report, &problems(&report));
        assert!(every.contains("## 1. A key is written into the code (before launch, secret-hardcoded)"), "{every}");
        let short = short(&report, &problems(&report)[0]);
        assert!(short.contains("lib/a.ts:1") && !short.contains('\n'), "{short}");
        for text in [told, every, short] {
            assert!(!text.contains(&key) && !text.contains('\u{1b}'), "{text}");
        }
    }
}
