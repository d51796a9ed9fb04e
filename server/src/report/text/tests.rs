//! The report in a terminal, read as a person reads it.

use super::*;
use crate::report::Repair;
use crate::report::samples::{finding, project_of, report, route};
use crate::rules::{Level, Related};
use crate::text::Span;

const PLAIN: Style = Style { colour: false, width: 76 };

fn secret() -> String {
    format!("{}{}", "abcd1234", "EFGH5678ijkl")
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("{from}: {text}"));
    let end = text[start..].find(to).unwrap_or_else(|| panic!("{to}: {text}"));
    &text[start..start + end]
}

#[test]
fn a_founder_reads_what_where_and_what_to_do() {
    let key = secret();
    let project =
        project_of(&[("lib/ai.ts", &format!("import ai from 'ai'\n\nexport const client = ai(\"{key}\")\n")), ("app/a.ts", "export function GET() {}\n")]);
    let file = FileId::new("/shop/lib/ai.ts");
    let path = FileId::new("/shop/app/a.ts");
    let mut leak = finding("secret-hardcoded", &project, &file, &format!("\"{key}\""), Level::Error);
    leak.message = format!("The key {key} is in the code.").into();
    leak.related.push(Related { place: Place { file: path.clone(), span: Span::at(0) }, message: "used here".into() });
    let open = finding("missing-auth", &project, &path, "GET", Level::Warning);
    let mut report = report(&project, vec![open, leak]);
    let title = "Move to AI_KEY in .env.local (value hidden)".into();
    report.entries[1].repairs = vec![Repair { title, needs_review: false, tried: true, note: None, changes: Vec::new() }];
    report.notes.push("big.ts is too large.".into());
    report.silenced = 2;
    report.evidence.routes.push(route("/api/notes", &path));
    let here = FileId::new("/shop");
    let text = render(&report, &here, PLAIN);
    let front = "
Not ready for the public: 1 serious problem, and 1 that is less urgent.

── Start here ─────────────────────────────────────────────────────────────

  The order is by cost: what can do the most harm comes first.

  1. Take the key or password out of the code, and replace it.
     serious · a checked fix is ready in your editor
  2. Ask for a login before anything private is shown or changed.
     fix soon · a small change

  A checked fix was tried out on a copy: the problem is gone, and no new one
  appeared. Your editor offers it if it has the Guardline extension. Without
  one, type `guardline audit --fix --review` in a terminal: it shows each
  change and asks before it makes it.

── The risks ──────────────────────────────────────────────────────────────

  ✗ Secrets and keys            High            1 serious: problem 1
  ! Who may touch what          Medium          1 to fix soon: problem 2
  ! Open routes and functions   Medium          1 to fix soon: problem 2
  · Database access             Not applicable
";
    assert!(text.starts_with(front), "{text}");
    let problems = "── Problems, the costliest first ──────────────────── 2 problems in 2 places

1. A key is written into the code
   serious · Secrets and keys

   What can happen: What an attacker gains: `everything`.

  ✗ lib/ai.ts:3:26  serious
    The key ••• is in the code.
       3 │ export const client = ai(\"•••\")
         │                          ^^^^^
      ↳ app/a.ts:1:1 used here
    A checked fix is ready in your editor: Move to AI_KEY in .env.local
    (value hidden)

   How to fix: Use the proper way. Then test it.

   To your AI assistant: Repair in lib/ai.ts:3: A key is written into the
   code. `guardline explain secret-hardcoded` says why and how. Everything
   else must keep working. Then run `guardline audit` again.
   For more, type in a terminal: guardline explain secret-hardcoded


2. Anybody can call this
   fix soon · Who may touch what

   What can happen: What an attacker gains: `everything`.

  ! app/a.ts:1:17  fix soon
    Anybody can call this: anyone can misuse it
       1 │ export function GET() {}
         │                 ^^^

   How to fix: Use the proper way. Then test it.

   To your AI assistant: Repair in app/a.ts:1: Anybody can call this.
   `guardline explain missing-auth` says why and how. Everything else must
   keep working. Then run `guardline audit` again.
   For more, type in a terminal: guardline explain missing-auth

";
    assert_eq!(between(&text, "── Problems", "── Four questions"), problems);
    let rest = "── Notes ──────────────────────────────────────────────────────────────────

  big.ts is too large.

── When you are done ────────────────────────────────────────── 2 files read

You are done when no problem is left above and you have tried what needs a
person. After each change, type `guardline audit` in a terminal again: what
is repaired is gone from the list.
2 silenced by comments in the code.
";
    assert!(text.ends_with(rest), "{text}");
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 76).collect();
    assert_eq!(wide, Vec::<&str>::new());
    let coloured = render(&report, &here, Style { colour: true, ..PLAIN });
    assert!(coloured.contains("\u{1b}[1;31m") && !coloured.contains(&key));
    // Colours add nothing that cannot be read without them.
    let mut bare = coloured;
    for code in ["1;31", "1;33", "1;36", "1;4", "32", "36", "1", "2", "0"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(bare.replace('`', ""), text.replace('`', ""));
}

#[test]
fn a_repository_cannot_steer_the_terminal() {
    let project = project_of(&[("a\u{1b}[2J.ts", "call(\u{1b}[31m)\n")]);
    let file = FileId::new("/shop/a\u{1b}[2J.ts");
    let mut flagged = finding("missing-auth", &project, &file, "call", Level::Error);
    flagged.message = "mess\u{1b}]0;title\u{7}age".into();
    let mut report = report(&project, vec![flagged]);
    report.evidence.routes.push(route("/api/\u{1b}[31m:id", &FileId::new("/shop/b\u{1b}[2J.ts")));
    report.evidence.routes[0].own = crate::rules::map::Answer::Yes;
    let text = render(&report, &FileId::new("/shop"), PLAIN);
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
}

#[test]
fn a_flood_of_findings_is_bounded() {
    let project = project_of(&[("a.ts", "call(a);\n")]);
    let file = FileId::new("/shop/a.ts");
    let rules = ["missing-auth", "weak-random", "sql-injection"];
    let found = (0..10_000).map(|at| finding(rules[at % rules.len()], &project, &file, "call", Level::Error)).collect();
    let text = render(&report(&project, found), &FileId::new("/shop"), PLAIN);
    assert!(text.lines().count() < 500, "{}", text.lines().count());
    assert!(text.contains("more places. All of them: guardline audit --format json"), "{text}");
}
