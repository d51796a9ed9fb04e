//! The report in a terminal, read as a person reads it.

use super::*;
use crate::report::Repair;
use crate::report::left_out::Why;
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
    report.evidence.routes.push(route("/api/notes", &path));
    let here = FileId::new("/shop");
    let text = render(&report, &here, PLAIN);
    let front = "
Not ready for launch: 2 problems to repair first.

  ✗ Before launch  2 problems
  ✓ Can wait       nothing found
  · Not judged     everything that was found could be judged

  Before launch: a stranger, or anybody with an account, could do real harm
  to you or your users; repair it before the public comes. Can wait: you may
  launch with it and repair it in the weeks after. Not judged: the code
  alone does not show whether it is safe; a person has to try it.

── Start here ─────────────────────────────────────────────────────────────

  What can do the most harm stands first: begin at the top.

  1. A key is written into the code
     Take the key or password out of the code, and replace it.
     before launch · ready fix
  2. Anybody can call this
     Ask for a login before anything private is shown or changed.
     before launch · your AI assistant can do it

  Before the first change, keep a copy that you can go back to: `git add -A
  && git commit -m \"before the repairs\"`, or copy the project's folder. `git
  stash -u` puts everything aside that was changed since the last such copy,
  and `git stash pop` brings it back; `git revert HEAD` undoes the last
  repair that was committed. Make changes of a database on a copy of it
  first.

  A ready fix is a change that was tried on a copy of the code: this problem
  is gone, and no new one appeared. Whether the app still does all you want,
  only trying it shows. To take it, type `guardline audit --fix --review` in
  a terminal (the window for commands): it shows each change with its file
  and line and asks before it makes it: answer `n` to those that you do not
  want. In an editor (such as VS Code) with the Guardline extension, the
  light bulb at the line offers the same.

  One text about all problems, to give to your AI assistant: type `guardline
  audit --format prompt` in a terminal.

── The risks ──────────────────────────────────────────────────────────────

  ✗ Secrets and keys           Before launch     1 before launch: problem 1
  ✗ Who may touch what         Before launch     1 before launch: problem 2
  ✗ Open routes and functions  Before launch     1 before launch: problem 2
  · Database access            Not in this code
";
    assert!(text.starts_with(front), "{text}");
    let problems = "── Problems, the worst first ──────────────────────── 2 problems in 2 places

1. A key is written into the code
   before launch · Secrets and keys

  ✗ lib/ai.ts:3:26  before launch
    The key ••• is in the code.
       3 │ export const client = ai(\"•••\")
         │                          ^^^^^
      ↳ app/a.ts:1:1 used here
    Ready fix: Move to AI_KEY in .env.local (value hidden)

   How it goes elsewhere (an example, not your app): What an attacker gains:
   `everything`.

   What to change: Use the proper way. Then test it.

   Who: Take the ready fix: type `guardline audit --fix --review` in a
        terminal, or accept it in your editor.
   May break: The app does not start, or the feature fails, where the new
        setting is forgotten: on your machine and where it is hosted.
   Look at afterwards: Start the app and use the feature that needs the key.
   To go back: The old key cannot be brought back, and should not be: a new
        one takes its place.

   To your AI assistant: Repair in lib/ai.ts:3: A key is written into the
   code. `guardline explain secret-hardcoded` says why and how. Commit
   first. Everything else must keep working: change nothing that the repair
   does not need. Then run `guardline audit` again, and tell me in plain
   words what may work differently.


2. Anybody can call this
   before launch · Who may touch what, also Open routes and functions

  ✗ app/a.ts:1:17  before launch
    Anybody can call this: anyone can misuse it
       1 │ export function GET() {}
         │                 ^^^

   How it goes elsewhere (an example, not your app): What an attacker gains:
   `everything`.

   What to change: Use the proper way. Then test it.

   Who: Your AI assistant can do this alone: copy the text below.
   May break: Pages and services that call this without signing in are
        refused, your own too.
   Look at afterwards: Use the feature signed in, and whatever else of yours
        calls this address.

   To your AI assistant: Repair in app/a.ts:1: Anybody can call this.
   `guardline explain missing-auth` says why and how. Commit first.
   Everything else must keep working: change nothing that the repair does
   not need. Then run `guardline audit` again, and tell me in plain words
   what may work differently.

";
    assert_eq!(between(&text, "── Problems", "── Four questions"), problems);
    let rest = "── Notes ──────────────────────────────────────────────────────────────────

  big.ts is too large.

── When you are done ────────────────────────────────────────── 2 files read

You are done when nothing is left that says \"before launch\", and you have
tried what needs a person. After each change, type `guardline audit` in a
terminal again: what is repaired is gone from the list. What can wait may
stay for the weeks after the launch.
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
    assert!(text.contains("more places. All of them: guardline audit --format lines"), "{text}");
}

#[test]
fn what_is_left_out_is_said_at_the_top_and_at_the_end() {
    let project = project_of(&[("app/a.ts", "export function GET() {}\n")]);
    let path = FileId::new("/shop/app/a.ts");
    let mut report = report(&project, Vec::new());
    report.leave_out(vec![(finding("missing-auth", &project, &path, "GET", Level::Warning), Why::Known)]);
    let text = render(&report, &FileId::new("/shop"), PLAIN);
    assert!(text.starts_with("\nNo new problems found. 1 known finding is left out: nothing is said of it\nhere.\n"), "{text}");
    assert!(text.contains("  · Before launch  nothing new found\n") && text.ends_with("1 known finding is left out.\n"), "{text}");
}

#[test]
fn whoever_commits_reads_the_problem_and_what_to_change() {
    let project = project_of(&[("app/a.ts", "export function GET() {}\n")]);
    let (path, here) = (FileId::new("/shop/app/a.ts"), FileId::new("/shop"));
    let text = render_short(&report(&project, vec![finding("missing-auth", &project, &path, "GET", Level::Warning)]), &here, PLAIN);
    assert!(text.starts_with("\nAnybody can call this (before launch)\n") && text.contains("app/a.ts:1:17") && text.lines().count() < 20, "{text}");
    let mut nothing = report(&project, Vec::new());
    nothing.audited = 0;
    assert_eq!(render_short(&nothing, &here, PLAIN), "Nothing to check is staged.\n");
}
