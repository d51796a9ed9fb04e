//! What the engine says after any sequence of edits is what a fresh engine says about the final state.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::facts::setup::{Facts, Version};
use guardline::project::Project;
use guardline::project::facts::Beliefs;
use guardline::project::facts::beliefs::OfFile;
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
        "from flask import Flask, request\nimport sqlite3\n\napp = Flask(__name__)\n\n\ndef rows(term):\n    return sqlite3.connect(\"x\").execute(f\"select * from t where a = '{term}'\").fetchall()\n\n\n@app.route(\"/search\")\ndef search():\n    return {\"rows\": rows(request.args[\"q\"])}\n\n\ndef thing(term):\n    return rows(term)\n",
    ),
    ("package.json", "{ \"dependencies\": { \"next\": \"16\", \"pg\": \"8\" } }"),
    (
        "app/client.tsx",
        "\"use client\";\nimport { pool } from \"@/lib/pool\";\nexport const Client = () => <p onClick={() => pool()}>{process.env.NEXT_PUBLIC_OPENAI_API_KEY}</p>;\n",
    ),
    ("lib/pool.ts", "import { Pool } from \"pg\";\nconst db = new Pool({ connectionString: process.env.DATABASE_URL });\nexport const pool = () => db;\n"),
    (
        "firestore.rules",
        "rules_version = '2';\nservice cloud.firestore {\n  match /databases/{database}/documents {\n    function owns(id) { return request.auth.uid == id; }\n    match /notes/{id} {\n      allow read: if owns(resource.data.ownerId);\n      allow write: if request.auth != null;\n    }\n    match /{rest=**} { allow read; }\n  }\n}\n",
    ),
    ("database.rules.json", "{ \"rules\": { \"users\": { \"$uid\": { \".read\": \"auth.uid === $uid\", \".write\": true } } } }\n"),
    (
        "api/openapi.yaml",
        "openapi: 3.0.0\nsecurity:\n  - token: []\npaths:\n  /things/{term}:\n    get:\n      operationId: main.thing\n    post:\n      operationId: main.search\n      security: []\ncomponents:\n  securitySchemes:\n    token: {type: http, x-bearerInfoFunc: main.rows}\n",
    ),
    ("templates/page.html", "<p>{{ term|safe }}</p>{% autoescape off %}{{ rows }}{% endautoescape %}<script>\nconst a = \"{{ term }}\";\n</script>\n"),
    (
        "Notes.vue",
        "<script>\nexport const key = \"sk_live_\";\n</script>\n<script setup lang=\"ts\">\nimport { noteWhere } from \"@/lib/where\";\nconst a: string = \"😀\";\n</script>\n<template>{{ a }}</template>\n",
    ),
    (
        "search.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n  \"from flask import Flask, request\\n\",\n  \"import sqlite3\\n\",\n  \"app = Flask(__name__)\"]},\n {\"cell_type\": \"code\", \"source\": [\n  \"@app.get(\\\"/q\\\")\\n\",\n  \"def q():\\n\",\n  \"    return sqlite3.connect(\\\"x\\\").execute(f\\\"select '{request.args['q']}'\\\")\"]}]}\n",
    ),
    (
        "serverless.yml",
        "functions:\n  drop:\n    handler: src/drop.drop\n    events:\n      - http:\n          path: notes/{id}\n          method: delete\n      - httpApi: GET /drop\n",
    ),
    (
        "src/drop.ts",
        "import { PrismaClient } from \"@prisma/client\";\nconst db = new PrismaClient();\nexport const drop = async (event: any) => {\n  await db.note.delete({ where: { id: event.pathParameters.id } });\n  return { statusCode: 204 };\n};\n",
    ),
    (
        "next.config.mjs",
        "import { names } from \"./config/names\";\nexport default {\n  env: { KEY: process.env.KEY, ...names },\n  productionBrowserSourceMaps: true,\n};\n",
    ),
    ("config/names.js", "export const names = { A: process.env.B, C: \"d\" };\n"),
    ("package.json", "{\"dependencies\": {\"next\": \"^14.1.0\", \"expo\": \"1\"}}\n"),
    ("app.json", "{\"expo\": {\"extra\": {\"a\": 1}}}\n"),
    (".env", "A=1\nVITE_B=${C}\n"),
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
    "          authorizer: a\n",
    "A: 1",
    "allow write: if true;\n",
    " || ",
    "security: []\n",
    "  /other:\n    get:\n      operationId: main.rows\n",
    "|safe",
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
        assert_eq!(setup(&current), setup(&fresh), "after step {version} in {file}\n{}", documents[step.file].text());
        let mut anew = Engine::default();
        let all = anew.check_all(&snapshot(&fresh, &config), &Cancel::default()).expect("not cancelled");
        let of_file: Vec<Finding> = all.iter().filter(|finding| finding.place.file == file).cloned().collect();
        assert_eq!(told(&now), told(&of_file), "after step {version} in {file}\n{}", documents[step.file].text());
        let plans = |findings: &[Finding]| findings.iter().map(|finding| format!("{:?}", finding.plans)).collect::<Vec<_>>();
        assert_eq!(plans(&now), plans(&of_file), "repairs after step {version} in {file}");
        let brief = engine.check_briefly(&snapshot(&current, &config), &file, &Cancel::default()).expect("not cancelled");
        assert_eq!(told(&brief), told(&now), "in brief, after step {version} in {file}");
        assert!(brief.iter().all(|finding| finding.plans.is_empty()));
        let everything = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
        assert_eq!(told(&everything), told(&all), "all files after step {version}");
        let believed =
            |engine: &mut Engine, project: &Project| engine.believe(&snapshot(project, &config), &|_| true, &Cancel::default()).expect("not cancelled");
        assert_eq!(stated(&believed(&mut engine, &current)), stated(&believed(&mut anew, &fresh)), "what is believed after step {version}");
    }
}

/// How the project is built and deployed, and what it depends on.
fn setup(project: &Project) -> (Vec<(FileId, Facts)>, Vec<Option<Version>>) {
    let versions = ["next", "expo"].map(|package| project.version_of(&id("app/page.tsx"), package));
    (project.setup().files().map(|(file, facts)| (file.clone(), facts.clone())).collect(), versions.to_vec())
}

/// What files that are not code say, and which routes there are.
fn stated(beliefs: &Beliefs) -> Vec<String> {
    let of_file = |file: &OfFile| {
        let routes: Vec<_> = file.walks.iter().filter_map(|walk| walk.route.as_ref()).collect();
        format!("{} {:?} {:?} {routes:?}", file.file, file.access, file.unescaped)
    };
    beliefs.files.iter().map(of_file).collect()
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
fn a_list_of_names_that_breaks_is_looked_at_at_once() {
    deep(|| run(&[Step { file: 17, at: 557, length: 8, snippet: 5, settles: true }]));
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
fn what_stands_before_a_handler_is_read_from_its_configuration() {
    deep(|| {
        let config = Arc::new(Config::default());
        let documents: Vec<Document> = FILES.iter().map(|(name, text)| Document::new(id(name), Language::of(&id(name)).expect("known"), 0, text)).collect();
        let mut current = project(&documents);
        let mut engine = Engine::default();
        let (_, serverless) = FILES.iter().find(|(name, _)| *name == "serverless.yml").expect("the file");
        let message = |engine: &mut Engine, project: &Project| {
            let found = engine.check_all(&snapshot(project, &config), &Cancel::default()).expect("not cancelled");
            let mut here: Vec<(String, String)> = found
                .iter()
                .filter(|finding| finding.place.file == id("src/drop.ts"))
                .map(|finding| (finding.rule.to_string(), finding.message.to_string()))
                .collect();
            here.dedup();
            here
        };
        let count = |found: &[(String, String)], rule: &str| found.iter().filter(|(known, _)| known == rule).count();
        let first = message(&mut engine, &current);
        assert_eq!((count(&first, "missing-auth"), count(&first, "missing-ownership")), (1, 0), "nobody is known to be signed in: that is another mistake");
        let guarded = serverless
            .replace("          method: delete\n", "          method: delete\n          authorizer: pool\n")
            .replace("      - httpApi: GET /drop\n", "");
        for (version, text) in ["", &guarded, serverless, &guarded, ""].into_iter().enumerate() {
            let edited = Document::new(id("serverless.yml"), Language::Yaml, version as i32 + 1, text);
            current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
            let now = message(&mut engine, &current);
            assert_eq!(now, message(&mut Engine::default(), &current), "with {text}");
            assert_eq!(count(&now, "missing-ownership"), usize::from(text == guarded), "with {text}: {now:?}");
            assert_eq!(count(&now, "missing-auth"), usize::from(text == *serverless), "with {text}: {now:?}");
        }
    });
}

/// The rules that speak in a file after each of these edits, which must be those of a fresh engine.
fn rules_after(files: &[(&str, &str)], of: &str, edits: &[(&str, &str)]) -> Vec<Vec<String>> {
    let config = Arc::new(Config::default());
    let document = |name: &str, version: i32, text: &str| Document::new(id(name), Language::of(&id(name)).expect("known"), version, text);
    let documents: Vec<Document> = files.iter().map(|(name, text)| document(name, 0, text)).collect();
    let mut current = project(&documents);
    let mut engine = Engine::default();
    let found = |engine: &mut Engine, project: &Project| {
        let all = engine.check_all(&snapshot(project, &config), &Cancel::default()).expect("not cancelled");
        all.iter().filter(|finding| finding.place.file == id(of)).map(|finding| finding.rule.to_string()).collect::<Vec<String>>()
    };
    let mut told = vec![found(&mut engine, &current)];
    for (version, (name, text)) in edits.iter().enumerate() {
        let edited = document(name, version as i32 + 1, text);
        current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
        told.push(found(&mut engine, &current));
        assert_eq!(told.last(), Some(&found(&mut Engine::default(), &current)), "after {name} was {text}");
    }
    told
}

#[test]
fn a_table_of_routes_says_what_a_module_is_nested_in() {
    const OUTSIDE: &str = "import { layout, route } from \"@react-router/dev/routes\";\nexport default [layout(\"routes/desk.tsx\", []), route(\"loans\", \"routes/loans.tsx\")];\n";
    const INSIDE: &str = "import { layout, route } from \"@react-router/dev/routes\";\nexport default [layout(\"routes/desk.tsx\", [route(\"loans\", \"routes/loans.tsx\")])];\n";
    const ASKS: &str = "import { redirect } from \"react-router\";\nexport const middleware = [async function asked({ request }) { if (request.headers.get(\"cookie\") !== process.env.DESK) throw redirect(\"/\"); }];\n";
    const ASKS_NOTHING: &str = "export const middleware = [];\n";
    deep(|| {
        let files = [
            (
                "schema.prisma",
                "model User {\n  id String @id\n  loans Loan[]\n}\nmodel Loan {\n  id String @id\n  user User @relation(fields: [userId], references: [id])\n  userId String\n}\n",
            ),
            ("app/routes.ts", OUTSIDE),
            ("app/routes/desk.tsx", ASKS),
            (
                "app/routes/loans.tsx",
                "import { PrismaClient } from \"@prisma/client\";\nconst prisma = new PrismaClient();\nexport async function loader() {\n  return { loans: await prisma.loan.findMany() };\n}\n",
            ),
        ];
        let edits = [
            ("app/routes.ts", INSIDE),
            ("app/routes/desk.tsx", ASKS_NOTHING),
            ("app/routes/desk.tsx", ASKS),
            ("app/routes.ts", "export default ["),
            ("app/routes.ts", INSIDE),
            ("app/routes.ts", OUTSIDE),
        ];
        let told = rules_after(&files, "app/routes/loans.tsx", &edits);
        let is_open: Vec<bool> = told.iter().map(|rules| rules.iter().any(|rule| rule == "missing-auth")).collect();
        assert_eq!(is_open, [true, false, true, false, true, false, true], "{told:?}");
    });
}

#[test]
fn a_module_that_is_not_there_yet_lists_what_no_other_lists() {
    const GUARDED: &str = "import { Module } from \"@nestjs/common\";\nimport { APP_GUARD } from \"@nestjs/core\";\nimport { AuthGuard } from \"@nestjs/passport\";\nimport { HallsModule } from \"./halls.module\";\n@Module({ imports: [HallsModule], providers: [{ provide: APP_GUARD, useClass: AuthGuard(\"jwt\") }] })\nexport class AppModule {}\n";
    deep(|| {
        let open = GUARDED.replace(", providers: [{ provide: APP_GUARD, useClass: AuthGuard(\"jwt\") }]", "");
        let files = [
            (
                "src/main.ts",
                "import { NestFactory } from \"@nestjs/core\";\nimport { AppModule } from \"./app.module\";\nNestFactory.create(AppModule).then((app) => app.listen(3000));\n",
            ),
            ("src/app.module.ts", GUARDED),
            (
                "src/halls.controller.ts",
                "import { Controller, Delete, Param } from \"@nestjs/common\";\nimport { PrismaClient } from \"@prisma/client\";\nconst prisma = new PrismaClient();\n@Controller(\"halls\")\nexport class HallsController {\n  @Delete(\":id\")\n  remove(@Param(\"id\") id: string) {\n    return prisma.booking.delete({ where: { id } });\n  }\n}\n",
            ),
        ];
        let there = "import { Module } from \"@nestjs/common\";\nimport { HallsController } from \"./halls.controller\";\n@Module({ controllers: [HallsController] })\nexport class HallsModule {}\n";
        let edits = [("src/app.module.ts", open.as_str()), ("src/halls.module.ts", there), ("src/app.module.ts", GUARDED)];
        let told = rules_after(&files, "src/halls.controller.ts", &edits);
        let is_open: Vec<bool> = told.iter().map(|rules| rules.iter().any(|rule| rule == "missing-auth")).collect();
        assert_eq!(is_open, [false, true, true, false], "{told:?}");
    });
}

#[test]
fn what_another_file_shows_of_rows_below_others_changes_what_is_found_here() {
    const SIGNED_IN: &str = "import jwt from \"jsonwebtoken\";\nimport express from \"express\";\nimport { prisma } from \"./prisma\";\nexport const jobs = express.Router();\njobs.use((req, res, next) => { try { req.user = jwt.verify(req.headers.authorization ?? \"\", process.env.JWT_SECRET ?? \"\", { algorithms: [\"HS256\"] }); next(); } catch { res.status(401).end(); } });\n";
    const SHOWS_OWN: &str = "jobs.get(\"/\", async (req, res) => { res.json(await prisma.job.findMany({ where: { bike: { ownerId: req.user.id } } })); });\n";
    const SHOWS_ALL: &str = "jobs.get(\"/\", async (req, res) => { res.json(await prisma.job.findMany()); });\n";
    const CHANGES: &str = "jobs.post(\"/:id/approve\", async (req, res) => { await prisma.job.update({ where: { id: req.params.id }, data: { status: \"APPROVED\" } }); res.end(); });\n";
    deep(|| {
        let changes = format!("{SIGNED_IN}{CHANGES}");
        let shows = |what: &str| format!("{SIGNED_IN}{what}").replace("jobs", "list");
        let (own, all, nothing) = (shows(SHOWS_OWN), shows(SHOWS_ALL), shows(""));
        let files = [("jobs.ts", changes.as_str()), ("list.ts", own.as_str())];
        let edits = [("list.ts", all.as_str()), ("list.ts", own.as_str()), ("list.ts", nothing.as_str())];
        let told = rules_after(&files, "jobs.ts", &edits);
        let is_told: Vec<bool> = told.iter().map(|rules| rules.iter().any(|rule| rule == "missing-ownership")).collect();
        assert_eq!(is_told, [true, false, true, false], "{told:?}");
    });
}

#[test]
fn a_policy_that_lets_strangers_in_opens_what_comes_behind_it() {
    const TABLE: &str = "create table public.quotes (id uuid primary key, owner_id uuid not null references auth.users (id), email text not null);\nalter table public.quotes enable row level security;\n";
    const FOR_SOME: &str =
        "create policy own on public.quotes for all to authenticated using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);\n";
    const FOR_ALL: &str = "create policy own on public.quotes for all to anon, authenticated using (true) with check (true);\n";
    deep(|| {
        let (some, all) = (format!("{TABLE}{FOR_SOME}"), format!("{TABLE}{FOR_ALL}"));
        let handler = "import { createServerClient } from \"@supabase/ssr\";\nimport { cookies } from \"next/headers\";\nimport { Resend } from \"resend\";\nconst resend = new Resend(process.env.RESEND_API_KEY);\nexport async function POST(req: Request) {\n  const jar = await cookies();\n  const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, { cookies: { getAll: () => jar.getAll() } });\n  const { email } = await req.json();\n  const { data, error } = await supabase.from(\"quotes\").insert({ email: String(email) }).select(\"id\").single();\n  if (error) return Response.json({}, { status: 403 });\n  await resend.emails.send({ from: \"a@buildings.example\", to: String(email), subject: \"Quote\", text: String(data.id) });\n  return Response.json({});\n}\n";
        let files = [("supabase/migrations/1_quotes.sql", some.as_str()), ("app/api/quotes/route.ts", handler)];
        let edits = [("supabase/migrations/1_quotes.sql", all.as_str()), ("supabase/migrations/1_quotes.sql", some.as_str())];
        let told = rules_after(&files, "app/api/quotes/route.ts", &edits);
        let is_open: Vec<bool> = told.iter().map(|rules| rules.iter().any(|rule| rule == "missing-auth")).collect();
        assert_eq!(is_open, [false, true, false], "{told:?}");
    });
}

#[test]
fn a_template_that_escapes_no_longer_is_known_at_once() {
    deep(|| {
        let config = Arc::new(Config::default());
        let document = |name: &str, version: i32, text: &str| Document::new(id(name), Language::of(&id(name)).expect("known"), version, text);
        let code = "from flask import Flask, render_template, request\n\napp = Flask(__name__)\n\n\n@app.route(\"/search\")\ndef search():\n    return render_template(\"page.html\", term=request.args[\"q\"])\n";
        let [escapes, writes] = ["<p>{{ term }}</p>\n", "<h1>Found</h1>\n<p>{{ term|safe }}</p>\n"];
        let mut current = project(&[document("main.py", 0, code), document("templates/page.html", 0, escapes)]);
        let mut engine = Engine::default();
        let mut counts = Vec::new();
        for (version, text) in [escapes, writes, &format!("<hr>\n{writes}"), escapes].into_iter().enumerate() {
            let edited = document("templates/page.html", version as i32 + 1, text);
            current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
            let now = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            let fresh = Engine::default().check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            assert_eq!(told(&now), told(&fresh), "with {text}");
            counts.push(now.iter().filter(|finding| finding.rule.as_str() == "xss").count());
        }
        assert_eq!(counts, [0, 1, 1, 0]);
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
fn an_import_that_is_written_elsewhere_shows_a_secret_to_the_browser() {
    deep(|| {
        let config = Arc::new(Config::default());
        let key = format!("sk_live_51{}", "aB3dE6fG9".repeat(4));
        let page = |import: &str| format!("\"use client\";\n{import}export const Page = () => <p onClick={{() => search()}}>Search</p>;\n");
        let document = |name: &str, version: i32, text: &str| Document::new(id(name), Language::of(&id(name)).expect("known"), version, text);
        let mut current = project(&[
            document("package.json", 0, "{ \"dependencies\": { \"next\": \"16\" } }"),
            document("app/page.tsx", 0, &page("")),
            document(
                "lib/search.ts",
                0,
                &format!("const KEY = \"{key}\";\nexport const search = () => fetch(\"/s\", {{ headers: {{ authorization: KEY }} }});\n"),
            ),
            document("lib/other.ts", 0, "export const search = () => 1;\n"),
        ]);
        let mut engine = Engine::default();
        let rules = |findings: &[Finding]| findings.iter().map(|finding| finding.rule.to_string()).collect::<Vec<_>>();
        let steps = [
            ("import { search } from \"../lib/search\";\n", "secret-client-exposed"),
            ("import { search } from \"../lib/other\";\n", "secret-hardcoded"),
            ("import type { search } from \"../lib/search\";\n", "secret-hardcoded"),
            ("import * as all from \"../lib/search\";\nall.search();\n", "secret-client-exposed"),
            ("", "secret-hardcoded"),
        ];
        for (version, (import, rule)) in steps.into_iter().enumerate() {
            let edited = document("app/page.tsx", version as i32 + 1, &page(import));
            current = current.with(vec![(edited.file.clone(), Some(Arc::new(edited)))]);
            // The file with the secret was not touched.
            let now = engine.check(&snapshot(&current, &config), &id("lib/search.ts"), &Cancel::default()).expect("not cancelled");
            assert_eq!(rules(&now), [rule], "after {import:?}");
            let fresh = Engine::default().check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            let all = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
            assert_eq!(told(&all), told(&fresh), "after {import:?}");
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

/// More files that may be there or not, and what they make of others.
const OTHERS: &[(&str, &str)] = &[
    (
        "middleware.ts",
        "import { requireUser } from \"./lib/auth\";\nexport async function middleware() {\n  await requireUser();\n}\nexport const config = { matcher: \"/api/:path*\" };\n",
    ),
    ("lib/where/index.ts", "export const noteWhere = (userId: string, id: string) => ({ id });\n"),
    ("sqlite3.py", "def connect(name):\n    return None\n"),
    ("src/lib/auth.ts", "export const requireUser = async () => ({ id: \"1\" });\n"),
    (
        "lib/calls.ts",
        "import { noteWhere } from \"@/lib/where\";\nexport const send = async () => fetch(\"/api/notes/1\", { method: \"POST\", body: JSON.stringify(noteWhere(\"a\", \"b\")) });\n",
    ),
    ("app/api/notes/[id]/more/route.ts", "export const POST = async (req: Request) => Response.json(await req.json());\n"),
    ("shop/settings.py", "MIDDLEWARE = [\"main.search\"]\n"),
    ("tsconfig.json", "{ \"compilerOptions\": { \"paths\": { \"@/*\": [\"./src/*\"] } } }\n"),
];

fn come_and_go(steps: &[usize]) {
    let config = Arc::new(Config::default());
    let all: Vec<Document> = FILES
        .iter()
        .chain(OTHERS)
        .filter(|(name, text)| FILES.iter().rev().find(|(last, _)| last == name).is_none_or(|(_, last)| last == text))
        .map(|(name, text)| Document::new(id(name), Language::of(&id(name)).expect("a known language"), 0, text))
        .collect();
    let mut is_there: Vec<bool> = all.iter().map(|document| FILES.iter().any(|(name, _)| document.file == id(name))).collect();
    let there = |is_there: &[bool]| all.iter().zip(is_there).filter(|(_, is_there)| **is_there).map(|(document, _)| document.clone()).collect::<Vec<_>>();
    let mut engine = Engine::default();
    let mut current = project(&there(&is_there));
    engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
    for step in steps {
        let (at, document) = (step % all.len(), &all[step % all.len()]);
        is_there[at] = !is_there[at];
        current = current.with(vec![(document.file.clone(), is_there[at].then(|| Arc::new(document.clone())))]);
        let fresh = project(&there(&is_there));
        let mut anew = Engine::default();
        let expected = anew.check_all(&snapshot(&fresh, &config), &Cancel::default()).expect("not cancelled");
        if step % 3 > 0 {
            engine.check(&snapshot(&current, &config), &document.file, &Cancel::default()).expect("not cancelled");
        }
        let now = engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
        assert_eq!(told(&now), told(&expected), "{} {}", document.file, if is_there[at] { "came" } else { "went" });
        let believed =
            |engine: &mut Engine, project: &Project| engine.believe(&snapshot(project, &config), &|_| true, &Cancel::default()).expect("not cancelled");
        assert_eq!(stated(&believed(&mut engine, &current)), stated(&believed(&mut anew, &fresh)), "{}", document.file);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_that_come_and_go_leave_what_a_fresh_open_finds(steps in proptest::collection::vec(0..1000usize, 1..12)) {
        deep(|| come_and_go(&steps));
    }
}

#[test]
fn a_file_that_nobody_imports_has_nothing_else_walked_again() {
    deep(|| {
        let config = Arc::new(Config::default());
        let documents: Vec<Document> = FILES.iter().map(|(name, text)| Document::new(id(name), Language::of(&id(name)).expect("known"), 0, text)).collect();
        let before = project(&documents);
        let mut engine = Engine::default();
        engine.check_all(&snapshot(&before, &config), &Cancel::default()).expect("not cancelled");
        let walked = engine.walks_made();
        let new = Document::new(
            id("lib/new.ts"),
            Language::TypeScript,
            0,
            "import { noteWhere } from \"@/lib/where\";\nexport const own = (id: string) => noteWhere(\"me\", id);\n",
        );
        let after = before.with(vec![(new.file.clone(), Some(Arc::new(new.clone())))]);
        engine.check(&snapshot(&after, &config), &new.file, &Cancel::default()).expect("not cancelled");
        engine.check_all(&snapshot(&after, &config), &Cancel::default()).expect("not cancelled");
        assert!(engine.walks_made() - walked <= 4, "{} walks for one new file", engine.walks_made() - walked);
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

const HELPERS: &str = r#"
import { db } from "./db";
let seen = 0;
let last;
export const logger = {
  error(message: string, fields: Record<string, unknown>) {
    const out: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(fields)) {
      if (typeof value === "object") out[key] = tidy(value, 1);
      else if (key === "email") out[key] = "-";
      else out[key] = value;
    }
    seen = seen + 1;
    last = out;
    console.error(message, JSON.stringify(out));
  },
};
function tidy(value: unknown, depth: number) {
  if (depth > 3) return null;
  if (Array.isArray(value)) return value.map((one) => ({ one, depth, kind: typeof one }));
  const kept = {};
  for (const key of Object.keys(value)) {
    if (key.length > 20 && depth > 1) continue;
    kept[key] = typeof value[key] === "string" ? value[key].slice(0, 10) : value[key];
  }
  return kept;
}
export function statusOf(error) {
  let status = 500;
  if (error instanceof TypeError) status = 400;
  else if (error.code === "P2025") status = 404;
  logger.error("failed", { error, status, at: { seen, last } });
  logger.error("failed again", { error: { name: error.name, status } });
  return { status, message: status === 500 ? "unexpected" : error.message };
}
export function withErrors(handler) {
  return async (req, context) => {
    logger.error("begins", { url: req.url, seen });
    try {
      const answer = await handler(req, context);
      await db.visit.create({ data: { url: req.url } });
      return answer;
    } catch (error) {
      const { status, message } = statusOf(error);
      if (status === 404) return Response.json({ error: "gone" }, { status });
      for (const one of [1, 2]) logger.error("each", { one, message });
      return Response.json({ error: message, stack: error.stack }, { status });
    }
  };
}
"#;

const HANDLER: &str = r#"import { db } from "@/lib/db";
import { withErrors } from "@/lib/helpers";

export const POST = withErrors(async (req, { params }) => {
  const { id } = await params;
  const body = await req.json();
  const note = await db.note.findFirst({ where: { id } });
  if (!note) return Response.json({}, { status: 404 });
  await db.$queryRawUnsafe("select * from notes where title = '" + body.title + "'");
  return Response.json(note);
});
"#;

#[test]
fn what_stands_around_a_handler_is_not_walked_again_at_each_key() {
    deep(|| {
        let config = Arc::new(Config::default());
        let file = |path: &str, text: &str| Document::new(id(path), Language::TypeScript, 0, text);
        let db = "import { PrismaClient } from \"@prisma/client\";\nexport const db = new PrismaClient();\n";
        let mut document = file("app/api/notes/[id]/route.ts", HANDLER);
        let mut current = project(&[document.clone(), file("lib/helpers.ts", HELPERS), file("lib/db.ts", db)]);
        let mut engine = Engine::default();
        engine.check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
        let walked = engine.steps_made();
        let mut steps = Vec::new();
        for place in ["const body", "if (!note)", "await db.$query", "return Response.json(note)"] {
            let at = document.text().find(place).expect("the place");
            let line = document.text()[..at].matches('\n').count() as u32;
            for (column, typed) in "for (const x of body) log(x);\n".chars().enumerate() {
                let position = Position { line, column: column as u32 };
                let change = Change { range: Some(Range { start: position, end: position }), text: typed.to_string() };
                document = document.edited(document.version + 1, &[change], Encoding::Utf16);
                current = current.with(vec![(document.file.clone(), Some(Arc::new(document.clone())))]);
                let before = engine.steps_made();
                let now = engine.check(&snapshot(&current, &config), &document.file, &Cancel::default()).expect("not cancelled");
                steps.push(engine.steps_made() - before);
                let fresh = Engine::default().check_all(&snapshot(&current, &config), &Cancel::default()).expect("not cancelled");
                let fresh: Vec<_> = fresh.into_iter().filter(|finding| finding.place.file == document.file).collect();
                assert_eq!(told(&now), told(&fresh), "{}", document.text());
            }
        }
        steps.sort_unstable();
        assert!(steps[steps.len() / 2] * 4 < walked, "{steps:?} of {walked}");
    });
}

#[test]
fn who_waits_is_told_the_same_by_many_hands() {
    deep(|| {
        let config = Arc::new(Config::default());
        let file = |path: &str, text: &str| Document::new(id(path), Language::TypeScript, 0, text);
        let of = |text: &str| FILES.iter().find(|(path, _)| *path == text).map(|(path, text)| file(path, text)).expect("the file");
        let mut documents = vec![Document::new(id("schema.prisma"), Language::Prisma, 0, FILES[0].1), of("lib/auth.ts"), of("lib/where.ts")];
        let route = of("app/api/notes/[id]/route.ts").text();
        documents.extend((0..30).map(|at| file(&format!("app/api/notes{at}/[id]/route.ts"), &route)));
        let before = project(&documents);
        let open = file("lib/auth.ts", "export async function requireUser() {\n  return { id: \"\" };\n}\n");
        let after = before.with(vec![(open.file.clone(), Some(Arc::new(open)))]);
        let mut engine = Engine::staying();
        for project in [&before, &after, &before] {
            let asked = snapshot(project, &config);
            let fresh = Engine::default().check_all(&asked, &Cancel::default()).expect("not cancelled");
            assert!(fresh.len() > 30, "{}", fresh.len());
            // One file at a time, as a hook asks, and then everything.
            let file = id("app/api/notes7/[id]/route.ts");
            if engine.is_complete() {
                let one = engine.check(&asked, &file, &Cancel::default()).expect("not cancelled");
                let expected: Vec<Finding> = fresh.iter().filter(|finding| finding.place.file == file).cloned().collect();
                assert_eq!(told(&one), told(&expected));
            }
            assert_eq!(told(&engine.check_all(&asked, &Cancel::default()).expect("not cancelled")), told(&fresh));
            assert_eq!(told(&Engine::once().check_all(&asked, &Cancel::default()).expect("not cancelled")), told(&fresh));
        }
    });
}

/// A logger that every route calls: a key in it is answered with what concerns it, and the rest follows.
#[test]
fn a_key_in_what_all_routes_call_is_answered_before_all_are_walked_again() {
    const ROUTES: usize = 60;
    const LOGGER: &str =
        "import { db } from \"./db\";\nexport async function log(text: string) {\n  await db.$executeRawUnsafe(`insert into log values ('${text}')`);\n}\n";
    deep(|| {
        let config = Arc::new(Config::default());
        let route = |at: usize| {
            let text = format!(
                "import {{ log }} from \"../../../lib/log\";\nimport {{ db }} from \"../../../lib/db\";\nexport async function DELETE(req: Request) {{\n  const {{ id }} = await req.json();\n  await log({});\n  await db.note{at}.delete({{ where: {{ id }} }});\n  return new Response(null);\n}}\n",
                if at == 0 { "id" } else { "\"deleted\"" }
            );
            Document::new(id(&format!("app/api/n{at}/route.ts")), Language::TypeScript, 1, &text)
        };
        let mut documents: Vec<Document> = (0..ROUTES).map(route).collect();
        let database = "import { PrismaClient } from \"@prisma/client\";\nexport const db = new PrismaClient();\n";
        documents.push(Document::new(id("lib/db.ts"), Language::TypeScript, 1, database));
        documents.push(Document::new(id("lib/log.ts"), Language::TypeScript, 1, LOGGER));
        let before = project(&documents);
        let mut engine = Engine::default();
        engine.check_all(&snapshot(&before, &config), &Cancel::default()).expect("an answer");
        let file = id("lib/log.ts");
        let edited = LOGGER.replace("  await db", "  const at = Date.now();\n  await db");
        let after = before.with(vec![(file.clone(), Some(Arc::new(Document::new(file.clone(), Language::TypeScript, 2, &edited))))]);
        let after = snapshot(&after, &config);

        let made = engine.walks_made();
        let (soon, is_all) = engine.check_soon(&after, &file, &Cancel::default()).expect("an answer");
        let walked = engine.walks_made() - made;
        let whole = told(&engine.check_briefly(&after, &file, &Cancel::default()).expect("an answer"));
        assert!(!is_all && walked < ROUTES as u64 / 2, "all: {is_all}, {walked} walks");
        assert!(!whole.is_empty() && told(&soon) == whole, "{:?} and {whole:?}", told(&soon));
        assert!(engine.walks_made() - made >= ROUTES as u64);
        let (again, is_all) = engine.check_soon(&after, &file, &Cancel::default()).expect("an answer");
        assert!(is_all && told(&again) == whole);
        let fresh = told(&Engine::default().check_all(&after, &Cancel::default()).expect("an answer"));
        assert_eq!(told(&engine.check_all(&after, &Cancel::default()).expect("an answer")), fresh);
    });
}
