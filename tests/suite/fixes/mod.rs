//! Quick-fixes on small projects. In a text, `«` and `»` stand around the place of the finding, `{{key}}` for a key that
//! is made when the test runs.

mod asked_elsewhere;
mod ecma;
mod end_to_end;
mod env_files;
mod firebase;
mod loaded;
mod project_files;
mod properties;
mod put_later;
mod python;
mod suppress;
mod variants;

use std::sync::Arc;

use guardline::fixes::{self, Fix, Grade, apply, verify};
use guardline::project::Project;
use guardline::rules::{Confidence, Finding, FixPlan, Impact, Level, Place, RuleId};
use guardline::syntax::{Document, Language};
use guardline::text::{FileId, Name, Span};

pub const RULE: RuleId = RuleId::new("secret-hardcoded");

/// A key that no scanner knows.
pub fn key() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let body = (0..32).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        LETTERS[(state % LETTERS.len() as u64) as usize] as char
    });
    "sk_live_".chars().chain(body).collect()
}

pub fn file(name: &str) -> FileId {
    FileId::new(&format!("/w/{name}"))
}

/// A project with the marked place.
pub struct Case {
    pub project: Project,
    pub place: Place,
    pub value: String,
}

impl Case {
    /// The files of a project in the folder `/w`, one of them with a marked place.
    pub fn new(files: &[(&str, &str)]) -> Case {
        Case::with_value(files, &key())
    }

    /// The same with `{{key}}` standing for this text.
    pub fn with_value(files: &[(&str, &str)], value: &str) -> Case {
        let mut place = None;
        let mut changes = Vec::new();
        for (name, text) in files {
            let mut text = text.replace("{{key}}", value);
            let id = file(name);
            if let Some(start) = text.find('«') {
                let end = text.find('»').expect("the place has an end");
                text = text.replacen('«', "", 1).replacen('»', "", 1);
                place = Some(Place { file: id.clone(), span: Span::from(start..end - '«'.len_utf8()) });
            }
            let language = Language::of(&id).unwrap_or(Language::Text);
            changes.push((id.clone(), Some(Arc::new(Document::new(id, language, 0, &text)))));
        }
        let project = Project::new(vec![FileId::new("/w")]).with_git_roots(vec![FileId::new("/w")]).with(changes);
        Case { project, place: place.expect("a marked place"), value: value.to_owned() }
    }

    pub fn fixes(&self, name: &str) -> Vec<Fix> {
        fixes::fixes(&self.project, &FixPlan::MoveToEnv { literal: self.place.clone(), name: Name::from(name), kind: Name::default() })
    }

    /// The first fix, verified.
    pub fn fix(&self, name: &str) -> Fix {
        let fix = self.fixes(name).into_iter().next().expect("a fix is offered");
        self.verify(&fix);
        fix
    }

    /// Every fix must leave a program that parses as well as before, without the value where it was.
    pub fn verify(&self, fix: &Fix) {
        let finding = self.finding();
        let value = self.value.clone();
        let check = |project: &Project| {
            let text = project.file(&finding.place.file).map(|file| file.document.text()).unwrap_or_default();
            let is_before = std::ptr::eq(project, &self.project);
            Ok::<_, String>(match value.is_empty() {
                _ if is_before => vec![finding.clone(); text.matches(&value).count().max(1)],
                true => Vec::new(),
                false if fix.suppresses && text.contains("guardline-ignore-next-line") => Vec::new(),
                false => vec![finding.clone(); text.matches(&value).count()],
            })
        };
        if let Err(problem) = verify::verify(&self.project, fix, check, &finding) {
            panic!("{problem}");
        }
        for text in [Some(&fix.title), fix.note.as_ref()].into_iter().flatten() {
            assert!(self.value.len() < 8 || !text.contains(&self.value), "the fix tells the key: {text}");
        }
    }

    fn finding(&self) -> Finding {
        Finding {
            rule: RULE,
            detail: Name::default(),
            impact: Impact::High,
            confidence: Confidence::Proven,
            level: Level::Error,
            place: self.place.clone(),
            message: "a key".into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        }
    }

    /// A file after the fix, with the key hidden again.
    pub fn after(&self, fix: &Fix, name: &str) -> String {
        let after = apply::apply(&self.project, fix).expect("the fix applies");
        match after.file(&file(name)) {
            Some(file) => file.document.text().replace(&self.value, "{{key}}"),
            None => "(absent)".to_owned(),
        }
    }
}

/// Moves the marked key of one file of code in a project with these other files, and compares the code.
pub fn code(others: &[(&str, &str)], name: &str, before: &str, after: &str) -> Fix {
    let mut files = others.to_vec();
    files.push((name, before));
    let case = Case::new(&files);
    let fix = case.fix("STRIPE_SECRET_KEY");
    assert_eq!(case.after(&fix, name), after);
    fix
}

/// No fix may be offered.
pub fn nothing(others: &[(&str, &str)], name: &str, before: &str) {
    let mut files = others.to_vec();
    files.push((name, before));
    let offered = Case::new(&files).fixes("STRIPE_SECRET_KEY");
    assert!(offered.is_empty(), "{before}: {:?}", offered.iter().map(|fix| &fix.title).collect::<Vec<_>>());
}

pub fn is_safe(fix: &Fix) -> bool {
    fix.grade == Grade::Safe
}
