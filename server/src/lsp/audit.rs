//! The whole workspace as a text for people, shown by the editor.

use std::fmt::Write;

use crate::project::Project;
use crate::rules::own::Known;
use crate::rules::{Finding, Level, Risk};

/// Findings in order of file and place.
pub fn markdown(project: &Project, rules: &Known<'_>, findings: &[Finding], is_reading: bool) -> String {
    let mut out = String::from("# Guardline audit\n\n");
    let _ = writeln!(out, "{}\n", summary(project, findings));
    if is_reading {
        out.push_str("The workspace is still being read, so this is not all of it.\n\n");
    }
    for risk in Risk::ALL.map(Some).into_iter().chain([None]) {
        let of_risk = |finding: &&Finding| rules.by_id(finding.rule.as_str()).map(|meta| meta.risk) == risk;
        let mut some: Vec<&Finding> = findings.iter().filter(of_risk).collect();
        if some.is_empty() {
            continue;
        }
        some.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        let _ = writeln!(out, "## {}\n", risk.map_or("Other", Risk::title));
        for finding in some {
            let (file, line) = (project.relative(&finding.place.file), line(project, finding));
            let _ = writeln!(out, "- **{}** `{file}:{line}` {} ({})", finding.level.word(), escaped(&finding.message), finding.rule);
        }
        out.push('\n');
    }
    out
}

fn summary(project: &Project, findings: &[Finding]) -> String {
    let files = project.files().count();
    let read = if files == 1 { "1 file read".to_owned() } else { format!("{files} files read") };
    if findings.is_empty() {
        return format!("{read}. Nothing found.");
    }
    let count = |level: Level, one: &str, many: &str| {
        let count = findings.iter().filter(|finding| finding.level == level).count();
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let counts = [
        count(Level::Error, "error", "errors"),
        count(Level::Warning, "warning", "warnings"),
        count(Level::Information, "remark", "remarks"),
        count(Level::Hint, "hint", "hints"),
        count(Level::Hidden, "possibility", "possibilities"),
    ];
    format!("{read}: {}.", counts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn line(project: &Project, finding: &Finding) -> usize {
    let Some(file) = project.file(&finding.place.file) else { return 1 };
    let rope = file.document.rope();
    rope.byte_to_line((finding.place.span.start as usize).min(rope.len_bytes())) + 1
}

/// Names in a message come from the code that is looked at; they must not become links or markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '`' | '~' | '!' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;
    use crate::rules::{Confidence, Impact, Place, RuleId};
    use crate::syntax::{Document, Language};
    use crate::text::{FileId, Span};

    #[test]
    fn findings_are_counted_and_named() {
        let file = FileId::new("/w/a.ts");
        let document = Document::new(file.clone(), Language::TypeScript, 0, "\n\nx");
        let project = Project::new(vec![FileId::new("/w")]).with(vec![(file.clone(), Some(Arc::new(document)))]);
        let finding = |level| Finding {
            rule: RuleId::new("no-such-rule"),
            detail: "".into(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level,
            place: Place { file: file.clone(), span: Span::new(2, 3) },
            message: "[a](command:b)\n# c".into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        };
        let text = markdown(&project, &Known::of(&Config::default()), &[finding(Level::Warning), finding(Level::Error)], false);
        let expected = "# Guardline audit\n\n1 file read: 1 error, 1 warning.\n\n## Other\n\n\
            - **error** `a.ts:3` \\[a\\](command:b) \\# c (no-such-rule)\n- **warning** `a.ts:3` \\[a\\](command:b) \\# c (no-such-rule)\n\n";
        assert_eq!(text, expected);
        assert_eq!(markdown(&Project::default(), &Known::of(&Config::default()), &[], true).lines().nth(2), Some("0 files read. Nothing found."));
    }
}
