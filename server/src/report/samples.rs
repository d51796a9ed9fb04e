//! Rules and projects made up for the tests of this floor.

use std::sync::Arc;

use super::left_out::Limits;
use super::{Entry, Redactor, Report, Texts};
use crate::project::Project;
use crate::rules::evidence::{Evidence, OfRoute};
use crate::rules::map::{Answer, Who};
use crate::rules::open::purpose::Purpose;
use crate::rules::{Audience, Confidence, Finding, Impact, Level, Place, Risk, RuleId, RuleMeta};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span};

macro_rules! rule {
    ($id:literal, $title:literal, $risk:ident, $impact:ident, $cwe:literal) => {
        &RuleMeta {
            id: RuleId::new($id),
            title: $title,
            risk: Risk::$risk,
            impact: Impact::$impact,
            audience: Audience::Everyday,
            cwe: &[$cwe],
            page: concat!(
                "# ",
                $id,
                ": ",
                $title,
                "\n\nWhat an attacker gains: `everything`.\n\n## How to fix\n\nUse the **proper** way. Then test it.\n\n",
                "## Flagged\n```ts\nbad(\"{{stripe_live}}\")\n//  ^^^ ",
                $id,
                ": a message\n```\n## Known gaps\nMany.\n"
            ),
        }
    };
}

pub const RULES: &[&RuleMeta<'static>] = &[
    rule!("missing-auth", "Anybody can call this", Authorization, Critical, 306),
    rule!("public-env-secret", "A secret has a public name", Secrets, Critical, 200),
    rule!("rls-missing", "A table without row rules", Database, High, 284),
    rule!("secret-hardcoded", "A key is written into the code", Secrets, High, 798),
    rule!("sql-injection", "SQL is put together from user text", Input, Critical, 89),
    rule!("weak-random", "A token can be guessed", Passwords, Medium, 330),
];

/// A project in `/shop` of one file.
pub fn project(name: &str, text: &str) -> (Project, FileId) {
    let file = FileId::new(&format!("/shop/{name}"));
    (project_of(&[(name, text)]), file)
}

pub fn project_of(files: &[(&str, &str)]) -> Project {
    let documents = files.iter().map(|(name, text)| {
        let file = FileId::new(&format!("/shop/{name}"));
        let language = Language::of(&file).expect("a language");
        (file.clone(), Some(Arc::new(Document::new(file, language, 0, text))))
    });
    Project::new(vec![FileId::new("/shop")]).with(documents.collect())
}

/// A finding at the first place where the file says `part`.
pub fn finding(rule: &str, project: &Project, file: &FileId, part: &str, level: Level) -> Finding {
    let meta = RULES.iter().find(|meta| meta.id.as_str() == rule).expect("a rule");
    let text = project.file(file).expect("a file").document.text();
    let start = text.find(part).expect("the part");
    Finding {
        rule: meta.id.clone(),
        detail: "sample".into(),
        impact: meta.impact,
        confidence: Confidence::Proven,
        level,
        place: Place { file: file.clone(), span: Span::from(start..start + part.len()) },
        message: format!("{}: anyone can misuse it", meta.title).into(),
        related: Vec::new(),
        plans: Vec::new(),
        absence: false,
    }
}

/// A report of these findings, shown as they are.
pub fn report(project: &Project, findings: Vec<Finding>) -> Report<'_> {
    let redactor = Redactor::new(&Texts::of(project), RULES, &findings);
    Report {
        texts: Texts::of(project),
        rules: RULES,
        base: FileId::new("/shop"),
        entries: findings.into_iter().map(|finding| Entry { finding, repairs: Vec::new() }).collect(),
        left_out: Vec::new(),
        limits: Limits::default(),
        mark_notes: Vec::new(),
        notes: Vec::new(),
        audited: project.files().count(),
        around: 0,
        redactor,
        evidence: Evidence::default(),
    }
}

/// A route for whoever is signed in.
pub fn route(path: &str, file: &FileId) -> OfRoute {
    OfRoute {
        title: format!("GET {path}"),
        methods: vec!["GET".into()],
        path: Some(path.to_owned()),
        framework: "express".into(),
        place: Place { file: file.clone(), span: Span::at(0) },
        body: None,
        who: Who::SignedIn,
        signed_in: Answer::Yes,
        own: Answer::No,
        proof: None,
        purpose: Purpose::Ordinary,
        chosen: Vec::new(),
        models: Vec::new(),
        validated: None,
        limited: Answer::No,
        signature: Answer::No,
        is_public: false,
        is_whole: true,
    }
}
