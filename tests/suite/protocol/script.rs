//! An analysis whose findings are written in the text itself, so that the tests of the protocol say what is found.
//!
//! | in the text | what is found |
//! |---|---|
//! | `eval(x)` | `eval of x`, with a safe fix, one that needs a new env file, and one that silences |
//! | `absent(x)` | `x is missing`: about something that is not there |
//! | `later(x)` | `x is told later`: only once everything was looked at |
//! | `hidden(x)` | for auditors only |
//! | `uses(x)` | `x comes from FILE`, if another file says `defines(x)`, related to that place |
//! | `stuck(x)` | nothing until the analysis is cancelled |
//! | `broken(x)` | a panic |

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guardline::engine::{Cancel, Offer, Snapshot, Status};
use guardline::fixes::{FileEdit, Fix, Grade, TextEdit};
use guardline::lsp::Analysis;
use guardline::rules::map::Entry;
use guardline::rules::{Confidence, Finding, Impact, Level, Place, Related, RuleId};
use guardline::text::{FileId, Span};

#[derive(Clone, Default)]
pub struct Script {
    /// How many analyses were begun.
    pub checks: Arc<AtomicUsize>,
    /// How many were cancelled while they were stuck.
    pub cancelled: Arc<AtomicUsize>,
}

const LATER: &str = " is told later";

impl Analysis for Script {
    fn check(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<Vec<Finding>> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        let text = text(snapshot, file)?;
        if !calls(&text, "stuck").is_empty() {
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
            self.cancelled.fetch_add(1, Ordering::SeqCst);
        }
        assert!(calls(&text, "broken").is_empty(), "on purpose");
        (!cancel.is_cancelled()).then(|| findings(snapshot, file, &text))
    }

    fn check_soon(&self, snapshot: &Snapshot, file: &FileId, cancel: &Cancel) -> Option<(Vec<Finding>, bool)> {
        let mut found = self.check(snapshot, file, cancel)?;
        found.retain(|finding| !finding.message.ends_with(LATER));
        let is_all = text(snapshot, file).is_none_or(|text| calls(&text, "later").is_empty());
        Some((found, is_all))
    }

    fn check_all(&self, snapshot: &Snapshot, cancel: &Cancel) -> Option<Vec<Finding>> {
        let mut files: Vec<&FileId> = snapshot.project.files().map(|(file, _)| file).collect();
        files.sort();
        files.into_iter().map(|file| self.check(snapshot, file, cancel)).collect::<Option<Vec<_>>>().map(|all| all.concat())
    }

    fn fixes_at(&self, snapshot: &Snapshot, file: &FileId, span: Span, cancel: &Cancel) -> Option<Vec<Offer>> {
        let findings = self.check(snapshot, file, cancel)?;
        let touched = findings.into_iter().filter(|finding| finding.place.span.touches(span));
        Some(touched.map(|finding| Offer { fixes: fixes(snapshot, &finding), finding }).collect())
    }

    fn routes(&self, _: &Snapshot, _: &FileId, cancel: &Cancel) -> Option<Vec<Entry>> {
        (!cancel.is_cancelled()).then(Vec::new)
    }

    fn is_complete(&self) -> bool {
        true
    }

    fn complete(&self, _: &Snapshot, _: &Cancel) -> bool {
        true
    }

    fn status(&self, snapshot: &Snapshot) -> Status {
        for (file, _) in snapshot.project.files() {
            assert!(text(snapshot, file).is_none_or(|text| calls(&text, "statusBroken").is_empty()), "on purpose");
        }
        Status { files: snapshot.project.files().count(), handlers: 2, not_understood: 1, ..Status::default() }
    }
}

fn text(snapshot: &Snapshot, file: &FileId) -> Option<String> {
    snapshot.project.file(file).map(|file| file.document.text())
}

/// The calls of a function: their spans and arguments.
fn calls(text: &str, name: &str) -> Vec<(Span, String)> {
    let call = format!("{name}(");
    let found = text.match_indices(&call).filter_map(|(start, _)| {
        let argument = start + call.len();
        let length = text[argument..].find(')')?;
        Some((Span::from(start..argument + length + 1), text[argument..argument + length].to_owned()))
    });
    found.collect()
}

fn findings(snapshot: &Snapshot, file: &FileId, text: &str) -> Vec<Finding> {
    let finding = |span, rule, level, message: String| Finding {
        rule: RuleId::new(rule),
        detail: "scripted".into(),
        impact: Impact::High,
        confidence: Confidence::Proven,
        level,
        place: Place { file: file.clone(), span },
        message: message.into(),
        related: Vec::new(),
        plans: Vec::new(),
        absence: false,
    };
    let mut found = Vec::new();
    for (span, argument) in calls(text, "eval") {
        found.push(finding(span, "code-injection", Level::Error, format!("eval of {argument}")));
    }
    for (span, argument) in calls(text, "absent") {
        found.push(Finding { absence: true, ..finding(span, "missing-auth", Level::Warning, format!("{argument} is missing")) });
    }
    for (span, argument) in calls(text, "later") {
        found.push(finding(span, "csrf-disabled", Level::Warning, format!("{argument}{LATER}")));
    }
    for (span, argument) in calls(text, "hidden") {
        found.push(finding(span, "xss", Level::Hidden, format!("maybe {argument}")));
    }
    for (span, argument) in calls(text, "uses") {
        let mut defining: Vec<(&FileId, Span)> = snapshot
            .project
            .files()
            .flat_map(|(file, known)| calls(&known.document.text(), "defines").into_iter().map(move |(span, name)| (file, span, name)))
            .filter(|(_, _, name)| *name == argument)
            .map(|(file, span, _)| (file, span))
            .collect();
        defining.sort();
        if let Some((source, place)) = defining.first() {
            let related = Related { place: Place { file: (*source).clone(), span: *place }, message: "defined here".into() };
            let message = format!("{argument} comes from {}", source.file_name());
            found.push(Finding { related: vec![related], ..finding(span, "ssrf", Level::Information, message) });
        }
    }
    found.sort_by_key(|finding| finding.place.span);
    found
}

fn fixes(snapshot: &Snapshot, finding: &Finding) -> Vec<Fix> {
    if finding.rule != RuleId::new("code-injection") {
        return Vec::new();
    }
    let place = &finding.place;
    let edit = |file: &FileId, span: Span, text: &str| FileEdit { file: file.clone(), create: false, edits: vec![TextEdit { span, text: text.into() }] };
    let call = Span::new(place.span.start, place.span.start + 4);
    let parse = Fix {
        title: "Parse it instead".into(),
        grade: Grade::Safe,
        preferred: true,
        edits: vec![edit(&place.file, call, "JSON.parse")],
        note: None,
        suppresses: false,
    };
    let mut fixes = vec![parse];
    if let Some(root) = snapshot.project.roots().first() {
        let env = FileId::new(&format!("{root}/.env.local"));
        let known = snapshot.project.file(&env).map(|file| file.document.rope().len_bytes() as u32);
        let into_env = FileEdit { create: known.is_none(), ..edit(&env, Span::at(known.unwrap_or(0)), "CODE=1\n") };
        fixes.push(Fix {
            title: "Move it to the environment".into(),
            grade: Grade::NeedsReview,
            preferred: false,
            edits: vec![into_env, edit(&place.file, place.span, "process.env.CODE")],
            note: Some("Change the code at your host.".into()),
            suppresses: false,
        });
    }
    fixes.push(Fix {
        title: "Say that it is fine".into(),
        grade: Grade::Safe,
        preferred: true,
        edits: vec![edit(&place.file, Span::at(place.span.start), "/* fine */ ")],
        note: None,
        suppresses: true,
    });
    fixes
}
