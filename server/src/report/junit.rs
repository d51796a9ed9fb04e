//! The report as JUnit's XML, which most CI services show as tests: a suite for each risk, and in it a case for each rule that
//! found nothing and for each finding. What is only worth a look passes, and says so.

use super::overview::counted;
use super::page;
use super::paint::is_steering;
use super::{Entry, Report, fingerprint, renew};
use crate::rules::{Level, Risk, RuleMeta};

/// The whole report, ending with a line end.
pub fn render(report: &Report<'_>) -> String {
    let fingerprints = fingerprint::of(report);
    let named: Vec<(&Entry, &str)> = report.entries.iter().zip(fingerprints.iter().map(String::as_str)).collect();
    let mut suites = String::new();
    let mut all = Tally::default();
    for risk in Risk::ALL {
        let rules: Vec<&RuleMeta<'_>> = report.rules.iter().copied().filter(|meta| meta.risk == risk).collect();
        if rules.is_empty() {
            continue;
        }
        let (cases, tally) = suite(report, &rules, &named);
        suites += &format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n{cases}  </testsuite>\n",
            escaped(risk.title()),
            tally.tests,
            tally.failures
        );
        all = Tally { tests: all.tests + tally.tests, failures: all.failures + tally.failures };
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"Guardline\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n{suites}</testsuites>\n",
        all.tests, all.failures
    )
}

#[derive(Clone, Copy, Default)]
struct Tally {
    tests: usize,
    failures: usize,
}

fn suite(report: &Report<'_>, rules: &[&RuleMeta<'_>], named: &[(&Entry, &str)]) -> (String, Tally) {
    let mut cases = String::new();
    let mut tally = Tally::default();
    for meta in rules {
        let mut is_clean = true;
        for (entry, name) in named.iter().filter(|(entry, _)| entry.finding.rule == meta.id) {
            is_clean = false;
            tally.tests += 1;
            tally.failures += usize::from(entry.finding.level >= Level::Warning);
            cases += &case(report, meta, entry, name);
        }
        if is_clean {
            tally.tests += 1;
            cases += &format!("    <testcase classname=\"{}\" name=\"{}\"/>\n", escaped(meta.id.as_str()), escaped(meta.title));
        }
    }
    (cases, tally)
}

fn case(report: &Report<'_>, meta: &RuleMeta<'_>, entry: &Entry, fingerprint: &str) -> String {
    let finding = &entry.finding;
    let clean = |text: &str| escaped(&report.redactor.clean(text));
    let (path, line) = (report.path(&finding.place.file), report.range(&finding.place).start.line);
    let at = clean(&format!("{path}:{line}"));
    // Names tell cases apart from run to run: lines move, fingerprints do not.
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{} [{}]\" file=\"{}\" line=\"{line}\">\n",
        escaped(meta.id.as_str()),
        clean(path),
        escaped(fingerprint),
        clean(path)
    );
    let message = clean(&renew::said_with(finding));
    let advice = page::advice(meta.page, "fix").first().map(|advice| format!("\nHow to fix: {}", clean(advice))).unwrap_or_default();
    let ready = match entry.repairs.iter().filter(|repair| repair.tried).count() {
        0 => String::new(),
        n => format!("\n{} ready in your editor.", counted(n, "checked fix is", "checked fixes are")),
    };
    let body = format!("{at}\n{message}{advice}{ready}");
    let told = match finding.level >= Level::Warning {
        true => format!("      <failure message=\"{message}\" type=\"{}\">{body}</failure>\n", escaped(meta.id.as_str())),
        false => format!("      <system-out>{body}</system-out>\n"),
    };
    format!("{head}{told}    </testcase>\n")
}

/// Text for XML: also without the characters that XML does not know at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_steering(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('·'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{RULES, finding, project_of, report};
    use crate::text::FileId;

    #[test]
    fn each_rule_is_a_test_and_each_problem_a_failure() {
        let project = project_of(&[("a<b>&\"c\".ts", "one(a);\n")]);
        let file = FileId::new("/shop/a<b>&\"c\".ts");
        let mut found = finding("missing-auth", &project, &file, "one", Level::Error);
        found.message = "a <script> & \"more\"\u{0}\nnext".into();
        let text = render(&report(&project, vec![found, finding("weak-random", &project, &file, "one", Level::Information)]));
        assert!(
            text.starts_with(&format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"Guardline\" tests=\"{}\" failures=\"1\" errors=\"0\">\n",
                RULES.len()
            )),
            "{text}"
        );
        assert!(text.contains("file=\"a&lt;b&gt;&amp;&quot;c&quot;.ts\" line=\"1\">"), "{text}");
        assert!(text.contains("<failure message=\"a &lt;script&gt; &amp; &quot;more&quot;· next\" type=\"missing-auth\">"), "{text}");
        assert!(text.contains("<testcase classname=\"sql-injection\" name=\"SQL is put together from user text\"/>"), "{text}");
        assert_eq!((text.matches("<failure").count(), text.matches("<system-out>").count()), (1, 1));
        assert!(!text.contains(['\u{0}', '\u{1b}']));
    }
}
