//! What to say to an AI assistant about one problem, ready to be copied. Plain text; it holds no known secret.

use super::paint::harmless;
use super::problems::Problem;
use super::{Report, page};
use crate::rules::Place;
use crate::text::Encoding;

/// Places named before the rest is counted.
const MOST_PLACES: usize = 8;

const KEEP: &str = "What must keep working: everything that people who may do it can do today, with the same pages and addresses. Change nothing else, do not \
    take the feature out, and do not silence the warning with a comment. Never write a password or key into the code or into your answer. Add a test if the \
    project has tests, and tell me in plain words what you changed.";

/// The whole of it, of several lines.
pub(super) fn whole(report: &Report<'_>, problem: &Problem<'_>) -> String {
    let mut lines = vec![format!("Please repair this security problem in my project: {}.", problem.name()), String::new(), "Where:".to_owned()];
    for entry in problem.entries.iter().take(MOST_PLACES) {
        lines.push(format!("- {}: {}", position(report, &entry.finding.place), entry.finding.message));
    }
    if let Some(more) = problem.entries.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more; `guardline audit --format json` names all"));
    }
    if let Some(happens) = problem.what_can_happen() {
        lines.extend([String::new(), format!("Why it matters: {happens}")]);
    }
    let steps = problem.advice();
    if !steps.is_empty() {
        lines.extend([String::new(), "What to change:".to_owned()]);
        lines.extend(steps.iter().map(|step| format!("- {step}")));
    }
    lines.extend([String::new(), KEEP.to_owned(), String::new(), "How to check:".to_owned()]);
    lines.extend(problem.check().map(|check| format!("- {check}")));
    lines.push(format!("- Run `guardline audit` in a terminal: it must not tell of this any more ({}).", problem.rule));
    clean(report, &lines)
}

/// One paragraph, for where there is little room.
pub(super) fn short(report: &Report<'_>, problem: &Problem<'_>) -> String {
    let places: Vec<String> = problem.entries.iter().take(2).map(|entry| position(report, &entry.finding.place)).collect();
    let more = if problem.entries.len() > places.len() { " and the other places that `guardline audit` names" } else { "" };
    let told = format!(
        "Repair in {}{more}: {}. `guardline explain {}` says why and how. Everything else must keep working. Then run `guardline audit` again.",
        places.join(" and "),
        problem.name(),
        problem.rule,
    );
    clean(report, &[told])
}

fn position(report: &Report<'_>, place: &Place) -> String {
    format!("{}:{}", report.path(&place.file), report.range_in(place, Encoding::Utf32).start.line)
}

fn clean(report: &Report<'_>, lines: &[String]) -> String {
    let clean = |line: &String| harmless(&report.redactor.clean(&page::plain(line))).into_owned();
    lines.iter().map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::problems::problems;
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
        let parts = [
            "lib/a.ts:1: The key •••",
            "Why it matters: ",
            "What to change:\n- Use the proper way. Then test it.",
            "What must keep working: ",
            "How to check:",
            "and 2 more",
        ];
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        let short = short(&report, &problems(&report)[0]);
        assert!(short.contains("lib/a.ts:1") && !short.contains('\n'), "{short}");
        for text in [told, short] {
            assert!(!text.contains(&key) && !text.contains('\u{1b}'), "{text}");
        }
    }
}
