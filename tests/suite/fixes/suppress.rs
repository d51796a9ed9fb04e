//! A comment that silences a finding, on a line where a comment is one.

use guardline::fixes::{Fix, Grade, fixes};
use guardline::rules::FixPlan;

use super::{Case, RULE};

fn offered(name: &str, before: &str, detail: &str) -> (Case, Option<Fix>) {
    let case = Case::new(&[(name, before)]);
    let fix = fixes(&case.project, &FixPlan::Suppress { at: case.place.clone(), rule: RULE, detail: detail.into() }).into_iter().next();
    (case, fix)
}

/// What a comment begins and ends with.
type Comment = (&'static str, &'static str);

const SLASHES: Comment = ("//", "");
const HASH: Comment = ("#", "");
const DASHES: Comment = ("--", "");
const MARKUP: Comment = ("<!--", " -->");
const JSX: Comment = ("{/*", " */}");

/// In each of these files the comment goes where `@` stands.
fn suppressed(files: &[(&str, Comment, &str)]) {
    for (name, (open, close), before) in files {
        let (case, fix) = offered(name, &before.replace('@', ""), "");
        let fix = fix.unwrap_or_else(|| panic!("nothing is offered for {before}"));
        case.verify(&fix);
        assert_eq!(fix.grade, Grade::NeedsReview);
        assert!(fix.suppresses && !fix.preferred);
        let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
        let at = before.find('@').expect("a mark");
        let indent: String = before[at + 1..].chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let comment = format!("{indent}{open} guardline-ignore-next-line secret-hardcoded: reason{close}{end}");
        let expected = before.replacen('@', &comment, 1).replace(['«', '»'], "");
        assert_eq!(case.after(&fix, name), expected);
    }
}

#[test]
fn above_the_line() {
    suppressed(&[
        ("a.ts", SLASHES, "f();\n@g(«\"{{key}}\"»);\n"),
        ("a.ts", SLASHES, "@g(«\"{{key}}\"»);\n"),
        ("a.ts", SLASHES, "function f() {\r\n@\tg(«\"{{key}}\"»);\r\n}\r\n"),
        ("a.py", HASH, "def f():\n@    g(«\"{{key}}\"»)\n"),
        ("a.ts", SLASHES, "g({\n  a: 1,\n@  k: «\"{{key}}\"»,\n});\n"),
        ("a.py", HASH, "g(\n    a,\n@    k=«\"{{key}}\"»,\n)\n"),
        (".env", HASH, "A=1\n@K=«{{key}}»\n"),
        ("a.yaml", HASH, "a:\n@  k: «{{key}}»\n"),
        ("a.toml", HASH, "@k = «\"{{key}}\"»\n"),
        ("Dockerfile", HASH, "@ENV K=«{{key}}»\n"),
        ("a.sh", HASH, "@export K=«{{key}}»\n"),
        ("a.sql", DASHES, "@select «'{{key}}'»;\n"),
        ("a.prisma", SLASHES, "a {\n@  url = «\"{{key}}\"»\n}\n"),
        ("a.html", MARKUP, "<p>\n@  «{{key}}»\n</p>\n"),
        ("a.html", SLASHES, "<script>\n@  f(«'{{key}}'»)\n</script>\n"),
    ]);
}

#[test]
fn the_byte_order_mark_stays_first() {
    let (case, fix) = offered("a.ts", "\u{feff}g(«\"{{key}}\"»);\n", "");
    assert_eq!(case.after(&fix.unwrap(), "a.ts"), "\u{feff}// guardline-ignore-next-line secret-hardcoded: reason\ng(\"{{key}}\");\n");
}

#[test]
fn the_detail_is_named() {
    let (case, fix) = offered("a.ts", "g(«\"{{key}}\"»);\n", "stripe");
    let fix = fix.unwrap();
    assert_eq!(case.after(&fix, "a.ts"), "// guardline-ignore-next-line secret-hardcoded[stripe]: reason\ng(\"{{key}}\");\n");
    assert_eq!(fix.title, "Ignore secret-hardcoded[stripe] here (write the reason)");
}

#[test]
fn not_inside_of_a_text() {
    suppressed(&[
        ("a.ts", SLASHES, "f();\n@g(`a\n  «{{key}}»\n`);\n"),
        ("a.ts", SLASHES, "function f() {\n@  return `a\n${b}\n  «{{key}}»\n`;\n}\n"),
        ("a.py", HASH, "def f():\n@    x = \"\"\"\n    «{{key}}»\n    \"\"\"\n"),
        ("a.py", HASH, "@x = \"a\" \\\n    «\"{{key}}\"»\n"),
        ("a.py", HASH, "x = (\"a\"\n@     «\"{{key}}\"»)\n"),
        ("a.ts", SLASHES, "f();\n@/* a\n«{{key}}» */\ng();\n"),
        (".env", HASH, "@K=\"a\n«{{key}}»\nb\"\n"),
        ("a.sh", HASH, "@f a \\\n  «{{key}}»\n"),
        ("a.yaml", HASH, "a:\n@  k: |\n    x\n    «{{key}}»\n"),
        ("a.toml", HASH, "@k = \"\"\"\n«{{key}}»\"\"\"\n"),
        ("a.html", MARKUP, "<p>\n@<a\n  k=«\"{{key}}\"»></a></p>\n"),
        ("a.ts", SLASHES, "const x = `a ${f(\n@  «\"{{key}}\"»,\n)}`;\n"),
    ]);
}

#[test]
fn in_jsx() {
    suppressed(&[
        ("a.tsx", JSX, "const a = (\n  <p>\n@    key: «{{key}}»\n  </p>\n);\n"),
        ("a.tsx", JSX, "const a = (\n  <p>\n@    <b k=«\"{{key}}\"» />\n  </p>\n);\n"),
        ("a.tsx", SLASHES, "const a = (\n  <p>\n    <b\n      a={1}\n@      k=«\"{{key}}\"»\n    />\n  </p>\n);\n"),
        ("a.tsx", SLASHES, "const a = (\n  <p>\n    {f(\n@      «\"{{key}}\"»,\n    )}\n  </p>\n);\n"),
        ("a.tsx", SLASHES, "const a = (\n  <p>\n    {\n@      «\"{{key}}\"»\n    }\n  </p>\n);\n"),
        ("a.tsx", SLASHES, "const a = (\n@  <p>«{{key}}»</p>\n);\n"),
        ("a.tsx", JSX, "const a = <>\n@  <b k=«\"{{key}}\"» />\n</>;\n"),
        ("a.tsx", SLASHES, "const a = <p>{xs.map((x) => {\n@  f(«\"{{key}}\"»);\n  return x;\n})}</p>;\n"),
    ]);
}

#[test]
fn json_has_no_comments() {
    assert!(offered("a.json", "{\"k\": «\"{{key}}\"»}\n", "").1.is_none());
    assert!(offered("a.sh", "#!/bin/sh «{{key}}»\n", "").1.is_none());
}
