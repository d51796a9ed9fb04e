//! What the engine says after any sequence of edits is what a fresh engine says about the final state.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::Project;
use guardline::rules::Finding;
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, Position, Range};
use proptest::prelude::*;

use crate::pages::deep;

const FILES: &[(&str, &str)] = &[
    (
        "schema.prisma",
        "model User {\n  id String @id\n  notes Note[]\n}\nmodel Note {\n  id String @id\n  ownerId String\n  owner User @relation(fields: [ownerId], references: [id])\n}\n",
    ),
    (
        "lib/auth.ts",
        "import { cookies } from \"next/headers\";\nimport { jwtVerify } from \"jose\";\nexport async function requireUser() {\n  const token = (await cookies()).get(\"s\")?.value ?? \"\";\n  const { payload } = await jwtVerify(token, key);\n  return { id: payload.sub };\n}\n",
    ),
    ("lib/where.ts", "export const noteWhere = (userId: string, id: string) => ({ id, ownerId: userId });\nexport const \"😀\" = 1;\n"),
    (
        "app/api/notes/[id]/route.ts",
        "import { PrismaClient } from \"@prisma/client\";\nimport { requireUser } from \"@/lib/auth\";\nimport { noteWhere } from \"@/lib/where\";\nconst db = new PrismaClient();\nexport async function GET(_: Request, { params }: { params: { id: string } }) {\n  const user = await requireUser();\n  return Response.json(await db.note.findFirst({ where: noteWhere(user.id, params.id) }));\n}\nexport async function DELETE(_: Request, { params }: { params: { id: string } }) {\n  await requireUser();\n  await db.note.delete({ where: { id: params.id } });\n  return new Response(null);\n}\nexport async function PUT(req: Request) {\n  const { q } = await req.json();\n  await db.$queryRawUnsafe(`select * from notes where t = '${q}'`);\n  return new Response(null);\n}\n",
    ),
    (
        "main.py",
        "from flask import Flask, request\nimport sqlite3\n\napp = Flask(__name__)\n\n\ndef rows(term):\n    return sqlite3.connect(\"x\").execute(f\"select * from t where a = '{term}'\").fetchall()\n\n\n@app.route(\"/search\")\ndef search():\n    return {\"rows\": rows(request.args[\"q\"])}\n",
    ),
    (
        "Notes.vue",
        "<script>\nexport const key = \"sk_live_\";\n</script>\n<script setup lang=\"ts\">\nimport { noteWhere } from \"@/lib/where\";\nconst a: string = \"😀\";\n</script>\n<template>{{ a }}</template>\n",
    ),
    (
        "search.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n  \"from flask import Flask, request\\n\",\n  \"import sqlite3\\n\",\n  \"app = Flask(__name__)\"]},\n {\"cell_type\": \"code\", \"source\": [\n  \"@app.get(\\\"/q\\\")\\n\",\n  \"def q():\\n\",\n  \"    return sqlite3.connect(\\\"x\\\").execute(f\\\"select '{request.args['q']}'\\\")\"]}]}\n",
    ),
];

/// Snippets that change what is found: constraints, guards, sinks, broken code, odd text.
const SNIPPETS: &[&str] = &[
    "",
    " ",
    "\n",
    "x",
    "{",
    "}",
    "(",
    ")",
    "\"",
    "`",
    ";",
    "// é😀\r\n",
    "ownerId: user.id, ",
    "await requireUser();\n",
    "id",
    "return null;\n",
    "  pass\n",
    "  ownerId String\n",
    "const other = 1;\n",
    "import { x } from \"@/lib/where\";\n",
    "?",
    ", user.id",
    "# note\n",
];

#[derive(Clone, Debug)]
struct Step {
    file: usize,
    at: usize,
    length: usize,
    snippet: usize,
    /// Is the document left alone afterwards?
    settles: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..FILES.len(), 0usize..900, prop_oneof![Just(0usize), 0usize..30], 0..SNIPPETS.len(), any::<bool>())
        .prop_map(|(file, at, length, snippet, settles)| Step { file, at, length, snippet, settles });
    proptest::collection::vec(step, 1..10)
}

fn id(name: &str) -> FileId {
    FileId::new(&format!("/w/{name}"))
}

fn project(documents: &[Document]) -> Project {
    Project::new(vec![FileId::new("/w")]).with(documents.iter().map(|document| (document.file.clone(), Some(Arc::new(document.clone())))).collect())
}

fn snapshot(project: &Project, config: &Arc<Config>) -> Snapshot {
    Snapshot { project: Arc::new(project.clone()), config: Arc::clone(config) }
}

fn run(steps: &[Step]) {
    let config = Arc::new(Config::default());
    let mut documents: Vec<Document> = FILES
        .iter()
        .map(|(name, text)| {
            let file = id(name);
            let language = Language::of(&file).expect("a known language");
            Document::new(file, language, 0, text)
        })
        .collect();
    let mut engine = Engine::default();
    let mut current = project(&documents);
    engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
    for (version, step) in steps.iter().enumerate() {
        let document = &documents[step.file];
        let chars: Vec<char> = document.text().chars().collect();
        let at = step.at % (chars.len() + 1);
        let end = (at + step.length).min(chars.len());
        let change = Change { range: Some(range(&chars, at, end)), text: SNIPPETS[step.snippet].to_owned() };
        let edited = document.edited(version as i32 + 1, &[change], Encoding::Utf16);
        current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited.clone())))]);
        // While it is being written, anything may be said of it; what is said must not stay.
        engine.check(&snapshot(&current, &config), &edited.file, &Cancel::default()).expect("not cancelled");
        let edited = if step.settles { edited.settled() } else { edited };
        documents[step.file] = edited.clone();
        if !step.settles {
            continue;
        }
        for document in &mut documents {
            *document = document.settled();
        }
        current = current.with(documents.iter().map(|document| (document.file.clone(), Some(Arc::new(document.clone())))).collect());
        // The file that is edited is looked at on every keystroke, the others now and then.
        let file = documents[step.file].file.clone();
        let now = engine.check(&snapshot(&current, &config), &file, &Cancel::default()).expect("not cancelled");
        let fresh_documents: Vec<Document> =
            documents.iter().map(|document| Document::new(document.file.clone(), document.language, 0, &document.text())).collect();
        let fresh = project(&fresh_documents);
        let mut anew = Engine::default();
        let all = anew.check_all(&snapshot(&fresh, &config), &Cancel::default()).expect("not cancelled");
        let of_file: Vec<Finding> = all.iter().filter(|finding| finding.place.file == file).cloned().collect();
        assert_eq!(told(&now), told(&of_file), "after step {version} in {file}\n{}", documents[step.file].text());
        let everything = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
        assert_eq!(told(&everything), told(&all), "all files after step {version}");
    }
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {:?} {:?} {}", finding.rule, finding.place, finding.level, finding.message)).collect()
}

/// Columns as an editor counts them: UTF-16, and lines end at `\n`, `\r\n` and `\r`.
fn range(chars: &[char], start: usize, end: usize) -> Range {
    let position = |upto: usize| {
        let (mut line, mut column, mut i) = (0, 0, 0);
        while i < upto {
            match chars[i] {
                '\r' if chars.get(i + 1) == Some(&'\n') && i + 1 < upto => {
                    i += 1;
                    line += 1;
                    column = 0;
                }
                // Between `\r` and `\n` there is no place: the end of the line before.
                '\r' if chars.get(i + 1) == Some(&'\n') => {}
                '\n' | '\r' => {
                    line += 1;
                    column = 0;
                }
                other => column += other.len_utf16() as u32,
            }
            i += 1;
        }
        Position { line, column }
    };
    Range { start: position(start), end: position(end) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn findings_after_edits_are_those_of_a_fresh_open(steps in steps()) {
        deep(|| run(&steps));
    }
}

#[test]
fn an_edit_elsewhere_changes_what_is_found_here() {
    deep(|| {
        let config = Arc::new(Config::default());
        let documents: Vec<Document> = FILES.iter().map(|(name, text)| Document::new(id(name), Language::of(&id(name)).expect("known"), 0, text)).collect();
        let before = project(&documents);
        let mut engine = Engine::default();
        let count = |findings: &[Finding]| findings.iter().filter(|finding| finding.rule.as_str() == "missing-ownership").count();
        let first = engine.check_all(&snapshot(&before, &config), &Cancel::default()).expect("not cancelled");
        assert_eq!(count(&first), 1, "{:?}", told(&first));
        // The where-builder loses its owner: the route that uses it is open now, without having been touched.
        let weaker = Document::new(id("lib/where.ts"), Language::TypeScript, 1, "export const noteWhere = (userId: string, id: string) => ({ id });\n");
        let after = before.with(vec![(weaker.file.clone(), Some(Arc::new(weaker)))]);
        let second = engine.check_all(&snapshot(&after, &config), &Cancel::default()).expect("not cancelled");
        assert_eq!(count(&second), 2, "{:?}", told(&second));
    });
}

#[test]
fn a_model_that_becomes_people_changes_what_is_found_in_code() {
    deep(|| {
        let config = Arc::new(Config::default());
        let schema = |people: &str| {
            format!(
                "model Holder {{\n  id String @id\n{people}}}\nmodel Note {{\n  id String @id\n  holderId String\n  holder Holder @relation(fields: [holderId], references: [id])\n}}\n"
            )
        };
        let handler = "import { PrismaClient } from \"@prisma/client\";\nimport { requireUser } from \"@/lib/auth\";\nconst db = new PrismaClient();\nexport async function GET(_: Request, { params }: { params: { id: string } }) {\n  const user = await requireUser();\n  const holder = await db.holder.findUnique({ where: { id: user.id } });\n  return Response.json(await db.note.findFirst({ where: { id: params.id, holderId: holder.id } }));\n}\n";
        let document = |name: &str, version: i32, text: &str| Document::new(id(name), Language::of(&id(name)).expect("known"), version, text);
        let mut current =
            project(&[document("schema.prisma", 0, &schema("")), document(FILES[1].0, 0, FILES[1].1), document("app/api/notes/[id]/route.ts", 0, handler)]);
        let mut engine = Engine::default();
        for (version, people) in ["  email String @unique\n  password String\n", "", "  email String @unique\n  password String\n"].into_iter().enumerate() {
            let edited = document("schema.prisma", version as i32 + 1, &schema(people));
            current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
            let now = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            let fresh = Engine::default().check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            assert_eq!(told(&now), told(&fresh), "with {people:?}");
        }
    });
}

#[test]
fn untouched_functions_are_not_walked_again() {
    deep(|| {
        let config = Arc::new(Config::default());
        let documents: Vec<Document> = FILES.iter().map(|(name, text)| Document::new(id(name), Language::of(&id(name)).expect("known"), 0, text)).collect();
        let before = project(&documents);
        let mut engine = Engine::default();
        engine.check_all(&snapshot(&before, &config), &Cancel::default()).expect("not cancelled");
        let walked = engine.walks_made();
        let text = FILES[4].1.replace("request.args[\"q\"]", "request.args[\"term\"]");
        let edited = Document::new(id("main.py"), Language::Python, 1, &text);
        let after = before.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
        engine.check(&snapshot(&after, &config), &id("main.py"), &Cancel::default()).expect("not cancelled");
        // The file's top level and the one handler: not the functions of other files.
        assert!(engine.walks_made() - walked <= 3, "{} walks for one edit", engine.walks_made() - walked);
    });
}

/// How many walks each keystroke makes, in a file of so many functions and routes.
fn walks_of_typing(many: usize) -> Vec<u64> {
    let config = Arc::new(Config::default());
    let parts = (0..many).map(|i| {
        format!(
            "function total{i}(items) {{\n  return items.length * {i};\n}}\n\napp.get('/orders{i}', auth, (req, res) => {{\n  res.json(total{i}(req.query.items));\n}});\n\nfunction alone{i}() {{\n  return total{i}([]);\n}}\n\n"
        )
    });
    let text = format!(
        "import express from 'express';\nconst app = express();\napp.use(log);\nfunction auth(req, res, next) {{\n  next();\n}}\n{}",
        parts.collect::<String>()
    );
    let mut document = Document::new(id("app.js"), Language::JavaScript, 0, &text);
    let mut current = project(std::slice::from_ref(&document));
    let mut engine = Engine::default();
    engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
    let mut counts = Vec::new();
    for place in ["items.length * 1", "req.query.items", "return total1([])"] {
        let at = document.text().find(place).expect("the place");
        let line = document.text()[..at].matches('\n').count() as u32;
        for (column, typed) in "0 ; x".chars().enumerate() {
            let position = Position { line, column: column as u32 };
            let change = Change { range: Some(Range { start: position, end: position }), text: typed.to_string() };
            document = document.edited(document.version + 1, &[change], Encoding::Utf16);
            current = current.with(vec![(document.file.clone(), Some(Arc::new(document.clone())))]);
            let before = engine.walks_made();
            let now = engine.check(&snapshot(&current, &config), &document.file, &Cancel::default()).expect("not cancelled");
            counts.push(engine.walks_made() - before);
            let fresh = Engine::default().check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            assert_eq!(told(&now), told(&fresh), "{}", document.text());
        }
    }
    counts
}

#[test]
fn a_keystroke_makes_no_more_walks_in_a_long_file() {
    deep(|| {
        let (short, long) = (walks_of_typing(3), walks_of_typing(60));
        assert_eq!(short, long);
        assert!(short.iter().all(|walks| *walks <= 5), "{short:?}");
    });
}
