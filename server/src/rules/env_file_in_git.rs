//! An env file with real secrets in it that git has taken, or will take with the next `git add`.
//!
//! The mistake is the file's, so it is said once, at its first line, whatever stands in it. A sample (`.env.example`) is
//! committed on purpose: there each secret is a mistake of its own, and [`super::secret_hardcoded`]'s.

use super::{Audience, Confidence, Finding, FixPlan, Impact, Level, Place, Related, Risk, RuleId, RuleMeta};
use crate::facts::secrets::{self, Evidence, FileHints, SecretHit, Severity, in_text};
use crate::project::Project;
use crate::syntax::{Document, keeps_secrets};
use crate::text::{FileId, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("env-file-in-git"),
    title: "An env file with secrets in it is in git",
    risk: Risk::Secrets,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[538, 540],
    page: include_str!("../../../queries/rules/env-file-in-git.md"),
};

/// Is the file one of those that this rule speaks of, whatever it holds? `path` is relative to the workspace folder.
pub fn is_asked_about(file: &FileId, path: &str) -> bool {
    keeps_secrets(file) && secrets::Place::of(path) != secrets::Place::EnvSample
}

/// Everything the rule says about one file of a project.
pub fn of_file(project: &Project, file: &FileId, out: &mut Vec<Finding>) {
    let path = project.relative(file);
    if !is_asked_about(file, path) || project.is_ignored(file) {
        return;
    }
    let Some(known) = project.file(file) else { return };
    let hits = in_text(&known.document, &known.document.text(), &FileHints::of(&known.document, path));
    out.extend(finding(&known.document, &hits, project.is_tracked(file)));
}

fn finding(document: &Document, hits: &[SecretHit], tracked: bool) -> Option<Finding> {
    let worst = hits.iter().map(|hit| hit.severity).max()?;
    let impact = match (worst, tracked) {
        (Severity::Low, _) => Impact::Low,
        (Severity::Medium, _) | (_, false) => Impact::Medium,
        _ => Impact::High,
    };
    let confidence = if hits.iter().any(|hit| hit.evidence > Evidence::Name) { Confidence::Proven } else { Confidence::Likely };
    let place = |span| Place { file: document.file.clone(), span };
    let related = hits.iter().filter_map(|hit| Some(Related { place: place(hit.span), message: format!("{} stands here", hit.row()?.holds) }));
    Some(Finding {
        rule: META.id.clone(),
        detail: if tracked { "tracked" } else { "not-ignored" }.into(),
        impact,
        confidence,
        level: Level::of(impact, confidence),
        place: place(first_line(&document.text())),
        message: message(hits, tracked),
        related: related.collect(),
        plans: vec![FixPlan::LeaveOut { file: document.file.clone() }],
        absence: false,
    })
}

/// The first line with something on it.
fn first_line(text: &str) -> Span {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches('\u{feff}').trim();
        if !content.is_empty() {
            let start = at + line.find(content).unwrap_or(0);
            return Span::from(start..start + content.len());
        }
        at += line.len();
    }
    Span::at(0)
}

/// What it holds, by the names that the person gave; never a character of a value.
fn message(hits: &[SecretHit], tracked: bool) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<String> = Vec::new();
    for hit in hits {
        let name = match (hit.name.as_str(), hit.row()) {
            ("", Some(row)) => row.holds.clone(),
            (name, _) => format!("`{name}`"),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED);
    let shown = names.get(..names.len().min(NAMED)).unwrap_or_default().join(", ");
    let held = if more > 0 { format!("{shown} and {more} more") } else { shown };
    match tracked {
        true => format!(
            "This file is saved in git with secrets in it ({held}): everyone who gets the repository has them, and removing the file later does not remove the copies"
        ),
        false => format!("Nothing keeps this file out of git, and it holds secrets ({held}): the next `git add .` takes them along"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::facts::secrets::sample::{Random, expand};
    use crate::project::EnvFiles;
    use crate::syntax::Language;

    const KEYS: &str = "\n# ours\nPORT=3000\nSTRIPE_SECRET_KEY=sk_live_{alnum:40}\nOPENAI_API_KEY=sk-proj-{url:42}T3BlbkFJ{url:42}\nJWT_SECRET={hex:64}\nDATABASE_URL=postgres://app:{alnum:14}@db.acme.io/app\n";

    fn found(path: &str, template: &str, ignored: bool, tracked: bool) -> (String, Vec<Finding>) {
        let text = expand(template, &mut Random::new("env"));
        let file = FileId::new(&format!("/w/{path}"));
        let document = Document::new(file.clone(), Language::of(&file).expect("a language"), 0, &text);
        let mut env_files = EnvFiles::default();
        env_files.learn(&file, ignored, tracked);
        let project = Project::new(vec![FileId::new("/w")]).with(vec![(file.clone(), Some(Arc::new(document)))]).with_env_files(env_files);
        let mut out = Vec::new();
        of_file(&project, &file, &mut out);
        (text, out)
    }

    #[test]
    fn a_tracked_file_is_one_error_at_its_first_line() {
        let (text, found) = found(".env", KEYS, false, true);
        let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
        assert_eq!((finding.level, finding.detail.as_str(), finding.place.span.of(&text)), (Level::Error, "tracked", "# ours"));
        assert!(finding.message.contains("(`STRIPE_SECRET_KEY`, `OPENAI_API_KEY`, `JWT_SECRET` and 1 more)"), "{}", finding.message);
        assert_eq!(finding.related.len(), 4);
        assert!(finding.related.iter().all(|related| related.place.span.of(&text).len() > 20));
    }

    #[test]
    fn a_file_that_nothing_keeps_out_is_a_warning() {
        let (_, found) = found("apps/api/.env.local", KEYS, false, false);
        assert!(matches!(found.as_slice(), [finding] if finding.level == Level::Warning && finding.detail == "not-ignored"));
    }

    #[test]
    fn where_nothing_leaks_nothing_is_said() {
        assert!(found(".env", KEYS, true, false).1.is_empty(), "git leaves it out");
        assert!(found(".env.example", KEYS, false, true).1.is_empty(), "each secret of a sample is said by itself");
        for harmless in [
            "",
            "\n\n",
            "PORT=3000\nNEXT_PUBLIC_API_URL=https://acme.io\n",
            "STRIPE_SECRET_KEY=\nOPENAI_API_KEY=your-key\nDATABASE_URL=postgres://postgres:postgres@localhost/app\n",
        ] {
            assert!(found(".env", harmless, false, true).1.is_empty(), "{harmless}");
        }
    }

    #[test]
    fn what_is_worth_little_weighs_little() {
        let local = "DATABASE_URL=postgres://app:{alnum:14}@localhost/app\n";
        assert!(matches!(found(".env", local, false, true).1.as_slice(), [finding] if finding.level == Level::Information));
    }
}
