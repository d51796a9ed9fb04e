//! `guardline audit --fix`: what is written, what is not, and what is said of it.

use crate::program::{Project, findings, leak, stripe_key};
use crate::repository::{committed, git};

const SCHEMA: &str =
    "model User {\n  id String @id\n}\nmodel Letter {\n  id String @id\n  userId String\n  user User @relation(fields: [userId], references: [id])\n}\n";
const ROUTE: &str = "import { PrismaClient } from \"@prisma/client\";\nimport { getServerSession } from \"next-auth\";\nconst db = new PrismaClient();\nexport async function GET(_: Request, { params }: { params: { id: string } }) {\n  const session = await getServerSession();\n  if (!session?.user) return new Response(null, { status: 401 });\n  return Response.json(await db.letter.findUnique({ where: { id: params.id } }));\n}\n";

fn shop() -> Project {
    committed(&[
        ("package.json", "{ \"dependencies\": { \"stripe\": \"17\" } }"),
        (".gitignore", ".env\n.env.local\n"),
        ("src/pay.ts", &leak(&stripe_key(1))),
        ("src/ship.ts", &leak(&stripe_key(1))),
    ])
}

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.at(path)).unwrap_or_default()
}

#[test]
fn safe_fixes_are_carried_out_until_none_is_left() {
    let project = shop();
    let ran = project.run(&["audit", "--fix"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("2 problems were fixed in 4 files."), "{}", ran.stdout);
    assert!(ran.stdout.contains("Left for you to do:") && ran.stdout.contains("No problems found."), "{}", ran.stdout);
    let key = stripe_key(1);
    for path in ["src/pay.ts", "src/ship.ts"] {
        assert!(!ran.stdout.contains(&key) && !read(&project, path).contains(&key) && read(&project, ".env").contains(&key), "{path}");
        assert!(read(&project, path).contains("process.env.STRIPE"), "{}", read(&project, path));
    }
    let again = project.run(&["audit", "--fix", "--allow-dirty"]);
    assert!(again.code == Some(0) && again.stdout.contains("Nothing was changed: no fix could be applied."), "{}", again.stdout);
}

#[test]
fn what_a_person_must_read_is_not_applied_unseen() {
    let project = committed(&[("package.json", "{}"), ("schema.prisma", SCHEMA), ("app/api/letters/[id]/route.ts", ROUTE)]);
    let ran = project.run(&["audit", "--fix", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON alone on standard output");
    let found = findings(&report);
    assert!(found.contains(&"app/api/letters/[id]/route.ts missing-ownership".to_owned()), "{found:?}");
    assert!(ran.stderr.contains("Nothing was changed: no fix could be applied."), "{}", ran.stderr);
    assert!(ran.stderr.contains("to be read before it is applied: `guardline audit --fix --review`"), "{}", ran.stderr);
    let shown = project.run(&["audit", "--fix", "--review", "--dry-run"]);
    assert!(shown.stdout.contains("be read before it is applied)") && shown.stdout.contains("\n+"), "{}", shown.stdout);
    assert_eq!(git(&project, &["status", "--short"]), "");
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let project = shop();
    let ran = project.run(&["audit", "--fix", "--dry-run"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("-export const stripe = new Stripe(\"•••\");\n+export const stripe = new Stripe(process.env.STRIPE"), "{}", ran.stdout);
    assert!(ran.stdout.contains(".env (new)\n@@ -0,0 +1,1 @@\n+STRIPE_SECRET_KEY=•••\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2 problems would be fixed in 4 files.") && ran.stdout.contains("Nothing was written."), "{}", ran.stdout);
    assert!(!ran.stdout.contains(&stripe_key(1)));
    assert_eq!(git(&project, &["status", "--short"]), "");
}

#[test]
fn a_tree_with_changes_is_left_alone_unless_told() {
    let project = shop();
    project.write("src/new.ts", b"export const a = 1;\n");
    let ran = project.run(&["audit", "--fix"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("there are changes without a commit (src/new.ts)"), "{}", ran.stderr);
    assert_eq!(git(&project, &["status", "--short"]), "?? src/new.ts\n");
    assert_eq!(project.run(&["audit", "--fix", "--allow-dirty"]).code, Some(0));

    let without = Project::of(&[("package.json", "{}"), ("src/pay.ts", &leak(&stripe_key(1)))]);
    let ran = without.run(&["audit", "--fix"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("is not in a git repository, so a fix could not be taken back"), "{}", ran.stderr);
    assert_eq!(without.run(&["audit", "--fix", "--allow-dirty"]).code, Some(0));
}

#[test]
fn only_what_was_asked_about_is_repaired() {
    let project = shop();
    let ran = project.run(&["audit", "--fix", "src/pay.ts"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(read(&project, "src/ship.ts").contains(&stripe_key(1)) && !read(&project, "src/pay.ts").contains(&stripe_key(1)));
}

#[test]
fn line_ends_stay_as_they_were() {
    let project = committed(&[("package.json", "{}"), (".gitignore", ".env\n"), ("src/pay.ts", &leak(&stripe_key(1)).replace('\n', "\r\n"))]);
    assert_eq!(project.run(&["audit", "--fix"]).code, Some(0));
    let text = read(&project, "src/pay.ts");
    assert!(text.contains("process.env.") && text.matches('\n').count() == text.matches("\r\n").count(), "{text:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_leaves_all_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let project = shop();
    std::fs::set_permissions(project.at("src/pay.ts"), std::fs::Permissions::from_mode(0o444)).expect("permissions");
    let ran = project.run(&["audit", "--fix", "--allow-dirty"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("1 problem was fixed in 3 files.") && ran.stdout.contains("is read-only: nothing was written"), "{}", ran.stdout);
    assert!(read(&project, "src/pay.ts").contains(&stripe_key(1)));
}

#[test]
fn nobody_can_be_asked_without_a_terminal() {
    let ran = shop().run(&["audit", "--fix", "--review"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("needs a terminal"), "{}", ran.stderr);
}
