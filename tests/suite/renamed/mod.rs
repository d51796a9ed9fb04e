//! Small projects for `missing-ownership`, looked at as written and once more with every name that the project chose for
//! itself replaced by a meaningless one. What is found must hang on what the code does, not on what its author called it.
//!
//! A page holds the fixtures of one stack. Files before the first `##` belong to every fixture of the page. A line
//! `rename: a b c` lists the project's own names; a line `keep: a (why)` those of them that alone tell the meaning.

mod renamer;

use renamer::Renamer;

use crate::pages::{Case, File, cases, check, check_fixes, compare, deep, project};

const RULE: &str = "missing-ownership";

const PAGES: &[(&str, &str)] = &[
    ("next_routes", include_str!("next_routes.md")),
    ("next_actions", include_str!("next_actions.md")),
    ("express_prisma", include_str!("express_prisma.md")),
    ("express_mongoose", include_str!("express_mongoose.md")),
    ("express_drizzle", include_str!("express_drizzle.md")),
    ("express_supabase", include_str!("express_supabase.md")),
    ("fastify_prisma", include_str!("fastify_prisma.md")),
    ("fastify_mongoose", include_str!("fastify_mongoose.md")),
    ("fastify_drizzle", include_str!("fastify_drizzle.md")),
    ("fastify_supabase", include_str!("fastify_supabase.md")),
    ("fastapi_sqlalchemy1", include_str!("fastapi_sqlalchemy1.md")),
    ("fastapi_sqlalchemy2", include_str!("fastapi_sqlalchemy2.md")),
    ("fastapi_sqlmodel", include_str!("fastapi_sqlmodel.md")),
    ("flask_sqlalchemy1", include_str!("flask_sqlalchemy1.md")),
    ("flask_sqlalchemy2", include_str!("flask_sqlalchemy2.md")),
    ("flask_sqlmodel", include_str!("flask_sqlmodel.md")),
    ("django", include_str!("django.md")),
];

const SEEDS: [u64; 3] = [1, 20, 300];

struct Fixture {
    /// Page and heading.
    name: String,
    flagged: bool,
    own_names: Vec<String>,
    case: Case,
}

#[test]
fn findings_hang_on_the_meaning() {
    let problems = deep(|| fixtures().iter().flat_map(problems_of).collect::<Vec<_>>());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn problems_of(fixture: &Fixture) -> Vec<String> {
    let mut problems: Vec<String> = judged(&fixture.case).into_iter().map(|problem| format!("{}, as written: {problem}", fixture.name)).collect();
    for seed in SEEDS {
        let renamed = Renamer::new(&fixture.own_names, seed).case(&fixture.case);
        problems.extend(judged(&renamed).into_iter().map(|problem| format!("{}, renamed with seed {seed}: {problem}", fixture.name)));
    }
    problems
}

/// What is wrong with what the engine says of a project, and with the repairs it offers there.
fn judged(case: &Case) -> Vec<String> {
    let project = project(case);
    let findings: Vec<_> = check(&project).into_iter().filter(|finding| finding.rule.as_str() == RULE).collect();
    let mut problems = compare(case, &project, &findings);
    problems.extend(findings.iter().flat_map(|finding| check_fixes(&project, finding)));
    problems
}

#[test]
fn half_of_the_fixtures_are_silent() {
    let fixtures = fixtures();
    let flagged = fixtures.iter().filter(|fixture| fixture.flagged).count();
    assert!(fixtures.len() >= 24 && flagged.abs_diff(fixtures.len() - flagged) <= 1, "{flagged} of {} are flagged", fixtures.len());
    for fixture in &fixtures {
        let marks: usize = fixture.case.files.iter().map(|file| file.expected.len()).sum();
        assert_eq!(fixture.flagged, marks > 0, "{}: {marks} marks", fixture.name);
    }
}

#[test]
fn what_is_to_be_renamed_is_there_and_is_gone_afterwards() {
    for fixture in fixtures() {
        let renamed = Renamer::new(&fixture.own_names, 7).case(&fixture.case);
        assert!(!fixture.own_names.is_empty(), "{} renames nothing", fixture.name);
        for name in &fixture.own_names {
            let is_in = |case: &Case| case.files.iter().any(|file| renamer::words(&file.text).any(|word| word == name));
            let is_file = |file: &File| file.name.split('/').any(|part| part.split('.').next() == Some(name));
            assert!(!fixture.case.files.iter().any(is_file), "{}: a file is called `{name}`, and files keep their names", fixture.name);
            assert!(is_in(&fixture.case), "{}: nothing is called `{name}`", fixture.name);
            assert!(!is_in(&renamed), "{}: something is still called `{name}`", fixture.name);
        }
    }
}

fn fixtures() -> Vec<Fixture> {
    PAGES.iter().flat_map(|(name, page)| fixtures_of(name, page)).collect()
}

fn fixtures_of(name: &str, page: &str) -> Vec<Fixture> {
    let mut parts = page.split("\n## ");
    let shared = parts.next().unwrap_or_default();
    let (shared_names, shared_files) = (own_names(shared), blocks(shared));
    let mut fixtures = Vec::new();
    for part in parts {
        let flagged = part.starts_with("Flagged");
        for section in part.split("\n### ").skip(1) {
            let heading = section.lines().next().unwrap_or_default();
            let kind = if flagged { "Flagged" } else { "Not flagged" };
            let text = format!("## {kind}\n### {heading}\n{shared_files}{}", blocks(section));
            let case = cases(RULE, &text).pop().unwrap_or_else(|| panic!("{name}: `{heading}` has no files"));
            let in_case = |name: &String| case.files.iter().any(|file| renamer::words(&file.text).any(|word| word == name));
            let mut own_names = own_names(section);
            own_names.extend(shared_names.iter().filter(|name| in_case(name)).cloned());
            own_names.sort();
            own_names.dedup();
            fixtures.push(Fixture { name: format!("{name}: {heading}"), flagged, own_names, case });
        }
    }
    fixtures
}

fn own_names(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix("rename:")).flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// The fenced blocks of a text and nothing else.
fn blocks(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        let fence = line.starts_with("```");
        if inside || fence {
            kept.push_str(line);
            kept.push('\n');
        }
        inside ^= fence;
    }
    kept
}
