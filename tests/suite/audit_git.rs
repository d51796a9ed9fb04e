//! `guardline audit --changed` and `--staged` in real repositories.

use crate::program::{Project, findings, leak, notes, stripe_key};
use crate::repository::{commit, committed, git, git_command};

fn shop() -> Project {
    committed(&[("package.json", "{}"), ("src/old.ts", &leak(&stripe_key(1))), ("src/other.ts", "export const a = 1;\n")])
}

#[test]
fn changed_tells_of_files_that_differ_from_the_last_commit() {
    let project = shop();
    let report = project.json(&["--changed"]);
    assert_eq!((findings(&report), notes(&report)), (Vec::new(), vec!["None of these files differs from `HEAD`, so nothing was checked.".to_owned()]));
    assert_eq!(notes(&project.json(&["--staged"])), ["None of these files is staged, so nothing was checked."]);
    project.write("src/new.ts", leak(&stripe_key(2)).as_bytes());
    project.write("src/other.ts", leak(&stripe_key(3)).as_bytes());
    assert_eq!(findings(&project.json(&["--changed"])), ["src/new.ts secret-hardcoded", "src/other.ts secret-hardcoded"]);
    let report = project.json(&["src", "--changed"]);
    assert_eq!((report["summary"]["files"].as_u64(), report["summary"]["filesAround"].as_u64()), (Some(2), Some(2)));
    assert_eq!(findings(&project.json(&["src/new.ts", "--changed"])), ["src/new.ts secret-hardcoded"]);
}

#[test]
fn changed_since_a_branch_counts_from_where_they_parted() {
    let project = shop();
    git(&project, &["checkout", "-q", "-b", "work"]);
    project.write("src/mine.ts", leak(&stripe_key(2)).as_bytes());
    commit(&project);
    git(&project, &["checkout", "-q", "main"]);
    project.write("src/theirs.ts", leak(&stripe_key(3)).as_bytes());
    project.write("src/old.ts", b"export const old = 1;\n");
    commit(&project);
    git(&project, &["checkout", "-q", "work"]);
    assert_eq!(findings(&project.json(&["--changed", "main"])), ["src/mine.ts secret-hardcoded"]);
    assert_eq!(findings(&project.json(&["--changed=HEAD~1"])), ["src/mine.ts secret-hardcoded"]);
}

#[test]
fn what_git_cannot_answer_is_a_clear_error() {
    let project = shop();
    let ran = project.run(&["audit", "--changed", "nowhere"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.starts_with("guardline: git knows no commit, branch or tag `nowhere`"), "{}", ran.stderr);
    let without = Project::of(&[("package.json", "{}")]);
    for flag in ["--changed", "--staged"] {
        let ran = without.run(&["audit", flag]);
        assert!(ran.code == Some(2) && ran.stderr.contains("is not in a git repository"), "{}", ran.stderr);
    }
}

#[test]
fn staged_looks_at_what_would_be_committed() {
    let project = shop();
    project.write("src/other.ts", leak(&stripe_key(2)).as_bytes());
    assert_eq!(findings(&project.json(&["--staged"])), Vec::<String>::new(), "it is not staged");
    git(&project, &["add", "src/other.ts"]);
    project.write("src/other.ts", b"export const a = 1;\n");
    assert_eq!(findings(&project.json(&["--staged"])), ["src/other.ts secret-hardcoded"], "whatever lies on disk");
    assert_eq!(findings(&project.json(&["--changed"])), Vec::<String>::new());
    std::fs::remove_file(project.at("src/other.ts")).expect("removed");
    assert_eq!(findings(&project.json(&["--staged"])), ["src/other.ts secret-hardcoded"], "even if nothing does");
}

#[test]
fn the_project_around_staged_files_is_read_as_it_would_be_committed() {
    let route = "import { requireUser } from \"./auth\";\nimport { db } from \"./db\";\n\nexport async function DELETE(request: Request) {\n  await requireUser(request);\n  await db.note.deleteMany({});\n  return new Response(null);\n}\n";
    let guard = "import { verify } from \"jsonwebtoken\";\n\nexport async function requireUser(request: Request) {\n  const token = request.headers.get(\"authorization\");\n  if (!token) throw new Response(null, { status: 401 });\n  return verify(token, process.env.JWT_SECRET!);\n}\n";
    let open = "export async function requireUser(request: Request) {\n  return request;\n}\n";
    let db = "import { PrismaClient } from \"@prisma/client\";\n\nexport const db = new PrismaClient();\n";
    let files = [
        ("package.json", "{ \"dependencies\": { \"next\": \"15\", \"@prisma/client\": \"6\", \"jsonwebtoken\": \"9\" } }"),
        ("app/api/notes/auth.ts", guard),
        ("app/api/notes/db.ts", db),
        ("app/api/notes/route.ts", "export {};\n"),
    ];
    let project = committed(&files);
    project.write("app/api/notes/route.ts", route.as_bytes());
    git(&project, &["add", "-A"]);
    // On disk nobody has to be signed in any more; what would be committed has the guard.
    project.write("app/api/notes/auth.ts", open.as_bytes());
    let auth = |flags: &[&str]| findings(&project.json(flags)).iter().filter(|finding| finding.contains("missing-auth")).count();
    assert_eq!((auth(&["--staged"]), auth(&[])), (0, 1));
    git(&project, &["add", "-A"]);
    project.write("app/api/notes/auth.ts", guard.as_bytes());
    assert_eq!((auth(&["--staged"]), auth(&[])), (1, 0));
}

/// git tells hooks of another index when files are named or `--all` is said.
#[cfg(unix)]
#[test]
fn a_hook_sees_the_index_of_its_commit() {
    use std::os::unix::fs::PermissionsExt;
    let project = shop();
    let hook =
        format!("#!/bin/sh\nexec '{}' audit --staged --format json --output '{}'\n", env!("CARGO_BIN_EXE_guardline"), project.at(".git/report").display());
    project.write(".git/hooks/pre-commit", hook.as_bytes());
    std::fs::set_permissions(project.at(".git/hooks/pre-commit"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    project.write("src/other.ts", leak(&stripe_key(2)).as_bytes());
    project.write("src/fine.ts", b"export const fine = 1;\n");
    let commits = |arguments: &[&str]| git_command(&project, arguments).output().expect("git runs").status.success();
    git(&project, &["add", "src/fine.ts"]);
    assert!(!commits(&["commit", "-q", "--all", "-m", "x"]), "the key is part of it");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(project.at(".git/report")).expect("a report")).expect("JSON");
    assert_eq!(findings(&report), ["src/other.ts secret-hardcoded"]);
    assert!(!commits(&["commit", "-q", "-m", "x", "src/other.ts"]), "it alone");
    assert!(commits(&["commit", "-q", "-m", "x"]), "only what is staged");
}

/// Who takes a guard out of one file opens the routes in others.
#[test]
fn what_a_change_leads_to_in_other_files_is_told() {
    let route = "import { requireUser } from \"../../../lib/auth\";\nimport { db } from \"../../../lib/db\";\n\nexport async function DELETE(request: Request) {\n  await requireUser(request);\n  await db.note.deleteMany({});\n  return new Response(null);\n}\n";
    let old = "import { db } from \"../../../lib/db\";\n\nexport async function DELETE() {\n  await db.note.deleteMany({});\n  return new Response(null);\n}\n";
    let guard = "import { verify } from \"jsonwebtoken\";\n\nexport async function requireUser(request: Request) {\n  const token = request.headers.get(\"authorization\");\n  if (!token) throw new Response(null, { status: 401 });\n  return verify(token, process.env.JWT_SECRET!);\n}\n";
    let open = "export async function requireUser(request: Request) {\n  return request;\n}\n";
    let files = [
        ("package.json", "{ \"dependencies\": { \"next\": \"15\", \"@prisma/client\": \"6\", \"jsonwebtoken\": \"9\" } }"),
        ("lib/auth.ts", guard),
        ("lib/db.ts", "import { PrismaClient } from \"@prisma/client\";\n\nexport const db = new PrismaClient();\n"),
        ("app/api/notes/route.ts", route),
        ("app/api/drafts/route.ts", route),
        ("app/api/old/route.ts", old),
    ];
    let project = committed(&files);
    let auth = |flags: &[&str]| {
        let mut found: Vec<String> = findings(&project.json(flags)).into_iter().filter(|finding| finding.contains("missing-auth")).collect();
        found.sort();
        found
    };
    assert_eq!(auth(&[]), ["app/api/old/route.ts missing-auth"]);
    project.write("lib/auth.ts", open.as_bytes());
    let both = ["app/api/drafts/route.ts missing-auth", "app/api/notes/route.ts missing-auth"];
    assert_eq!(auth(&["--changed"]), both, "and not what was there before");
    assert_eq!(auth(&["--changed", "HEAD", "app/api/notes"]), both[1..], "of what was asked about");
    assert_eq!(auth(&["--staged"]), [] as [&str; 0], "nothing is staged");
    git(&project, &["add", "-A"]);
    assert_eq!(auth(&["--staged"]), both);
    let text = project.run(&["audit", "--changed"]).stdout;
    assert!(text.contains("2 findings stand in files that did not change"), "{text}");
    std::fs::remove_file(project.at("lib/auth.ts")).expect("removed");
    assert_eq!(auth(&["--changed"]), [] as [&str; 0], "what cannot be followed any more is not accused");
}
