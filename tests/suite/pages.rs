//! The rules' pages, run as tests: carets stand under what is flagged, everything else stays silent, and every fix that is
//! offered is carried out and looked at.
//!
//! A fenced block with a file name behind its language is a file; blocks under one `###` heading form a project together,
//! other blocks are projects of their own. A line `//  ^^^^ rule-id: words` (or with `#`, `--`) speaks of the line above it.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{self, Cancel, Engine, Snapshot};
use guardline::fixes::verify;
use guardline::project::Project;
use guardline::rules::{self, Finding};
use guardline::syntax::{Document, Language};
use guardline::text::{Encoding, FileId, Span, position};

use crate::placeholder;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    Flagged,
    Silent,
    Gaps,
}

pub struct Case {
    pub section: Section,
    /// Line of the page, for messages.
    pub line: usize,
    pub files: Vec<File>,
}

pub struct File {
    pub name: String,
    pub text: String,
    pub expected: Vec<Expected>,
}

#[derive(Debug)]
pub struct Expected {
    /// Zero-based line of the file, and columns in characters as the page is written.
    pub line: usize,
    pub start: usize,
    pub end: usize,
    pub words: String,
}

#[test]
fn every_page_says_what_the_engine_says() {
    let problems: Vec<String> = deep(|| rules::all().iter().flat_map(|meta| check_page(meta.id.as_str(), meta.page)).collect());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_page_has_examples_of_both_kinds() {
    for meta in rules::all() {
        let cases = cases(meta.id.as_str(), meta.page);
        let of = |section| cases.iter().filter(|case| case.section == section).count();
        assert!(of(Section::Flagged) > 0 && of(Section::Silent) > 0, "{} needs flagged and silent examples", meta.id);
        for heading in ["## What can happen", "## Why assistants write it", "## The fastest check", "## How to fix it"] {
            assert!(meta.page.contains(heading), "{}: the page has no `{heading}`", meta.id);
        }
    }
}

/// Code nests deeply; the engine needs a deep stack.
pub fn deep<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(engine::STACK_BYTES).spawn_scoped(scope, run);
        match thread.expect("a thread").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn check_page(rule: &str, page: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for case in cases(rule, page) {
        let project = project(&case);
        let findings: Vec<Finding> = check(&project).into_iter().filter(|finding| finding.rule.as_str() == rule).collect();
        let wrong = compare(&case, &project, &findings);
        let at = |problem: String| format!("{rule}.md:{}: {problem}", case.line);
        match case.section {
            Section::Gaps if wrong.is_empty() => problems.push(at("this gap is closed: move it to its place".into())),
            Section::Gaps => continue,
            _ => problems.extend(wrong.into_iter().map(at)),
        }
        for finding in &findings {
            problems.extend(check_fixes(&project, finding).into_iter().map(at));
        }
    }
    problems
}

/// Every repair that is offered is carried out: it must parse, end the finding, bring nothing new and move nothing else.
pub fn check_fixes(project: &Project, finding: &Finding) -> Vec<String> {
    let offers = engine::offers(project, finding);
    let all = |project: &Project| Ok::<_, String>(check(project));
    offers
        .iter()
        .filter(|fix| !fix.suppresses)
        .filter_map(|fix| verify::verify(project, fix, all, finding).err().map(|problem| format!("`{}`: {problem}", fix.title)))
        .collect()
}

pub fn check(project: &Project) -> Vec<Finding> {
    let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::new(Config { include_tests: true, ..Config::default() }) };
    Engine::default().check_all(&snapshot, &Cancel::default()).expect("not cancelled")
}

pub fn compare(case: &Case, project: &Project, findings: &[Finding]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut open: Vec<&Finding> = findings.iter().collect();
    for file in &case.files {
        for expected in &file.expected {
            let (start, end) = expanded(&file.text, expected);
            let found = open.iter().position(|finding| {
                let place = places(project, finding);
                finding.place.file == name(&file.name)
                    && place.0 == (expected.line, start)
                    && place.1.is_none_or(|last| last == end)
                    && finding.message.contains(&expected.words)
            });
            match found {
                Some(at) => {
                    open.remove(at);
                }
                None => problems.push(format!(
                    "nothing like \"{}\" is found in {} at line {}, columns {start} to {end}",
                    expected.words,
                    file.name,
                    expected.line + 1
                )),
            }
        }
    }
    for finding in open {
        let ((line, column), end) = places(project, finding);
        problems.push(format!("unexpected in {} at line {}, columns {column} to {end:?}: {}", finding.place.file.file_name(), line + 1, finding.message));
    }
    problems
}

/// Line and column where a finding begins; the column where it ends, if that is on the same line.
fn places(project: &Project, finding: &Finding) -> ((usize, usize), Option<usize>) {
    let rope = project.file(&finding.place.file).expect("the file").document.rope().clone();
    let range = position::range(&rope, finding.place.span, Encoding::Utf32);
    let end = (range.end.line == range.start.line).then_some(range.end.column as usize);
    ((range.start.line as usize, range.start.column as usize), end)
}

/// Columns after the placeholders before them were filled.
fn expanded(text: &str, expected: &Expected) -> (usize, usize) {
    let line = text.split('\n').nth(expected.line).unwrap_or_default();
    let upto = |column: usize| placeholder::expand(&line.chars().take(column).collect::<String>()).chars().count();
    (upto(expected.start), upto(expected.end))
}

fn name(path: &str) -> FileId {
    FileId::new(&format!("/w/{path}"))
}

pub fn project(case: &Case) -> Project {
    let documents = case.files.iter().map(|file| {
        let id = name(&file.name);
        let language = Language::of(&id).unwrap_or(Language::Text);
        (id.clone(), Some(Arc::new(Document::new(id, language, 0, &placeholder::expand(&file.text)))))
    });
    Project::new(vec![FileId::new("/w")]).with(documents.collect())
}

pub fn cases(rule: &str, page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = None;
    let mut grouped = false;
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = match heading.trim() {
                "Flagged" => Some(Section::Flagged),
                "Not flagged" => Some(Section::Silent),
                "Known gaps" => Some(Section::Gaps),
                _ => None,
            };
            grouped = false;
        } else if line.starts_with("### ") {
            grouped = section.is_some();
            if let Some(section) = section {
                cases.push(Case { section, line: number + 1, files: Vec::new() });
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let mut body = Vec::new();
            for (_, line) in lines.by_ref() {
                if line.starts_with("```") {
                    break;
                }
                body.push(line);
            }
            let Some(section) = section else { continue };
            let file = file(rule, info, &body);
            match cases.last_mut().filter(|_| grouped) {
                Some(case) => case.files.push(file),
                None => cases.push(Case { section, line: number + 1, files: vec![file] }),
            }
        }
    }
    cases.retain(|case| !case.files.is_empty());
    cases
}

fn file(rule: &str, info: &str, body: &[&str]) -> File {
    let (language, path) = info.split_once(' ').unwrap_or((info, ""));
    let name = match path.trim() {
        "" => match language {
            "py" => "app.py".to_owned(),
            "env" => ".env".to_owned(),
            "dockerfile" => "Dockerfile".to_owned(),
            "text" => ".npmrc".to_owned(),
            other => format!("app.{other}"),
        },
        path => path.to_owned(),
    };
    let mut text: Vec<&str> = Vec::new();
    let mut expected = Vec::new();
    for line in body {
        match carets(rule, line) {
            Some((start, end, words)) if !text.is_empty() => expected.push(Expected { line: text.len() - 1, start, end, words }),
            _ => text.push(line),
        }
    }
    let mut text = text.join("\n");
    text.push('\n');
    File { name, text, expected }
}

/// `//   ^^^^ rule-id: words` as columns and words. Under the first column there is no place for a comment's mark.
fn carets(rule: &str, line: &str) -> Option<(usize, usize, String)> {
    let marked = ["//", "#", "--", "<!--"].iter().find_map(|mark| line.trim_start().strip_prefix(mark));
    let rest = marked.or_else(|| line.starts_with('^').then_some(line))?;
    let rest = rest.trim_start();
    let count = rest.chars().take_while(|c| *c == '^').count();
    if count == 0 {
        return None;
    }
    let words = rest[count..].trim().strip_prefix(rule)?.trim_start().trim_start_matches(':').trim().trim_end_matches("-->").trim().to_owned();
    let start = line.chars().take_while(|c| *c != '^').count();
    Some((start, start + count, words))
}

/// Other names of the same length, so that carets stay where they are.
const RENAMED: &[(&str, &str)] = &[
    ("note", "memo"),
    ("Note", "Memo"),
    ("order", "trade"),
    ("Order", "Trade"),
    ("board", "panel"),
    ("Board", "Panel"),
    ("task", "duty"),
    ("Task", "Duty"),
    ("invoice", "voucher"),
    ("Invoice", "Voucher"),
    ("requireUser", "fetchMember"),
    ("get_current_user", "load_the_visitor"),
    ("session", "visitor"),
    ("docWhere", "narrowed"),
    // The library keeps its own.
    ("visitormaker", "sessionmaker"),
    ("express-visitor", "express-session"),
    ("req.visitor", "req.session"),
    ("billingPortal.visitors", "billingPortal.sessions"),
];

#[test]
fn findings_do_not_hang_on_the_users_names() {
    let meta = rules::by_id("missing-ownership").expect("the rule");
    let examples = meta.page.split_once("## Flagged").expect("examples").1;
    let renamed = RENAMED.iter().fold(format!("## Flagged{examples}"), |page, (from, to)| page.replace(from, to));
    let problems = deep(|| check_page("missing-ownership", &renamed));
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Files that put something before routes by where they are or what they are called: without them there is nothing.
const GATES: &[&str] = &["middleware", "hooks", "app", "main", "server", "index", "settings", "urls", "module", "gate", "guard.global"];

/// An assistant writes the handler first and its helpers later: what they will do is not known, and nobody is told that they are missing.
#[test]
fn helpers_that_are_not_there_yet_ring_no_alarm() {
    let without = |case: &Case, helper: &str| {
        let files =
            case.files.iter().filter(|file| file.name != helper).map(|file| File { name: file.name.clone(), text: file.text.clone(), expected: vec![] });
        Case { section: case.section, line: case.line, files: files.collect() }
    };
    let is_helper = |file: &&File| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        let is_code = [".ts", ".tsx", ".js", ".py"].iter().any(|ending| name.ends_with(ending));
        is_code && !file.name.split(['/', '.']).any(|part| GATES.contains(&part))
    };
    let is_alarm = |finding: &&Finding| finding.rule.as_str() == "missing-auth" && finding.level > rules::Level::Information;
    let mut tried = 0;
    let mut problems: Vec<String> = Vec::new();
    for page in ["missing-auth", "missing-ownership", "admin-open"] {
        let meta = rules::by_id(page).expect("the rule");
        for case in cases(page, meta.page).iter().filter(|case| case.section == Section::Silent) {
            let there: Vec<String> = deep(|| check(&project(case)).iter().filter(is_alarm).map(|finding| finding.message.to_string()).collect());
            for helper in case.files.iter().filter(is_helper) {
                tried += 1;
                let found = deep(|| check(&project(&without(case, &helper.name))));
                let new = found.iter().filter(is_alarm).filter(|finding| !there.iter().any(|known| **known == *finding.message));
                problems.extend(new.map(|finding| format!("{page}.md:{} without {}: {}", case.line, helper.name, finding.message)));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems in {tried}:\n{}", problems.len(), problems.join("\n"));
    assert!(tried > 60, "only {tried} helpers were taken away");
}

#[test]
fn a_wrong_page_is_noticed() {
    let page = "## Flagged\n```ts\nconst x = 1;\n//    ^ sql-injection: nothing here\n```\n";
    assert_eq!(deep(|| check_page("sql-injection", page)).len(), 1);
    let _ = Span::default();
}
