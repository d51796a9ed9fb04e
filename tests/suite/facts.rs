//! `guardline facts` as people and programs use it, and what an edit costs the engine behind it.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use serde_json::Value;

use crate::pages::deep;
use crate::program::{Project, leak, stripe_key};

const SCHEMA: &str = "model User {\n  id String @id\n  email String @unique\n  passwordHash String\n}\nmodel Note {\n  id String @id\n  ownerId String\n  owner User @relation(fields: [ownerId], references: [id])\n}\n";
const DATABASE: &str = "import { PrismaClient } from \"@prisma/client\";\nexport const prisma = new PrismaClient();\n";
const ROUTE: &str = "import { auth } from \"@/auth\";\nimport { prisma } from \"@/lib/db\";\nexport async function GET(_: Request, { params }: { params: { id: string } }) {\n  const session = await auth();\n  if (!session?.user?.id) return new Response(null, { status: 401 });\n  return Response.json(await prisma.note.findUnique({ where: { id: params.id } }));\n}\n";
const AUTH: &str = "import NextAuth from \"next-auth\";\nexport const { auth } = NextAuth({ providers: [] });\n";

fn notes() -> Project {
    Project::of(&[("package.json", "{}"), ("schema.prisma", SCHEMA), ("lib/db.ts", DATABASE), ("auth.ts", AUTH), ("app/api/notes/[id]/route.ts", ROUTE)])
}

fn json(project: &Project, args: &[&str]) -> Value {
    let ran = project.run(&[&["facts", "--format", "json"], args].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

#[test]
fn the_facts_of_a_route_are_told() {
    let project = notes();
    let facts = json(&project, &["app"]);
    assert_eq!(facts["version"], 1);
    assert_eq!(facts["files"].as_array().map(Vec::len), Some(1), "only what is named: {facts:#}");
    let file = &facts["files"][0];
    assert_eq!((file["file"].as_str(), file["notUnderstood"].as_array().map(Vec::len)), (Some("app/api/notes/[id]/route.ts"), Some(0)));
    let walk = &file["walks"][0];
    assert_eq!((walk["kind"].as_str(), walk["route"]["path"].as_str()), (Some("route"), Some("/api/notes/[id]")));
    assert_eq!(walk["always"]["principals"][0], "user.user.id");
    let access = walk["events"].as_array().into_iter().flatten().find(|event| event["kind"] == "access").expect("an access");
    assert_eq!((access["operation"].as_str(), access["model"].as_str(), access["at"]["line"].as_u64()), (Some("read-one"), Some("Note"), Some(6)));
    assert_eq!(access["filter"][0]["column"], "id");
    assert_eq!(access["filter"][0]["value"]["is"], "request.params.id");
    let model = &facts["models"][0];
    assert_eq!((model["name"].as_str(), model["privacy"].as_str(), model["owners"][0]["path"].as_str()), (Some("Note"), Some("private"), Some("ownerId")));
    let text = project.run(&["facts", "app"]).stdout;
    for told in ["GET /api/notes/[id]", "read-one Note", "id = request.params.id", "ownerId (owner of User)"] {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
}

#[test]
fn two_runs_say_the_same() {
    let project = notes();
    assert_eq!(project.run(&["facts", "--format", "json"]).stdout, project.run(&["facts", "--format", "json"]).stdout);
}

#[test]
fn the_exit_code_says_whether_all_was_understood() {
    let project = notes();
    assert_eq!(project.run(&["facts"]).code, Some(0));
    project.write("lib/lost.ts", b"import { x } from \"./nowhere\";\nx();\n");
    let ran = project.run(&["facts"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("./nowhere is not in the project"), "{}", ran.stdout);
    assert_eq!(project.run(&["facts", "nowhere"]).code, Some(2));
    assert_eq!(project.run(&["facts", "--format", "sarif"]).code, Some(2));
}

#[test]
fn no_secret_is_told() {
    let key = stripe_key(7);
    let route = format!("import express from \"express\";\nconst app = express();\napp.get(\"/hook/{key}\", (req, res) => res.json(\"{key}\"));\n");
    let project = Project::of(&[("package.json", "{}"), ("a.ts", &leak(&key)), ("b.ts", &route)]);
    for format in ["text", "json"] {
        let ran = project.run(&["facts", "--format", format]);
        assert!(ran.stdout.contains("/hook/"), "{}", ran.stdout);
        assert!(!ran.stdout.contains(&key), "{}", ran.stdout);
    }
}

#[test]
fn how_the_project_is_built_is_told_without_values() {
    let key = stripe_key(9);
    let project = Project::of(&[
        ("package.json", "{\"dependencies\": {\"next\": \"14.2.3\"}}"),
        (".env", &format!("NEXT_PUBLIC_KEY={key}\nWORD=correct-horse\n")),
        ("next.config.js", "module.exports = { productionBrowserSourceMaps: true, env: { A: process.env.B } };\n"),
        ("vercel.json", &format!("{{\"headers\": [{{\"source\": \"/x\", \"headers\": [{{\"key\": \"X-A\", \"value\": \"{key}\"}}]}}]}}")),
        (
            "serverless.yml",
            "functions:\n  a:\n    handler: src/a.run\n    events:\n      - http:\n          method: get\n          path: a\n          authorizer: b\n",
        ),
        ("src/a.js", "exports.run = async (event) => ({ body: event.pathParameters.id });\n"),
    ]);
    let facts = json(&project, &[]);
    let of = |file: &str| facts["setup"].as_array().into_iter().flatten().find(|of| of["file"] == file).cloned().unwrap_or_else(|| panic!("{file}: {facts:#}"));
    assert_eq!(of(".env")["variables"][0]["value"], "constant");
    assert_eq!(of(".env")["variables"][0]["public"], true);
    assert_eq!(of("next.config.js")["switches"][0]["is"], "yes");
    assert_eq!(of("next.config.js")["inlined"][0]["from"][0], "env:B");
    assert_eq!(of("vercel.json")["headers"][0]["name"], "x-a");
    assert_eq!((of("serverless.yml")["bound"][0]["authorizer"].as_str(), of("serverless.yml")["bound"][0]["found"].as_bool()), (Some("yes"), Some(true)));
    assert_eq!(facts["packages"][0]["packages"][0]["version"], "14.2.3");
    let route = facts["files"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|file| file["walks"].as_array().cloned().unwrap_or_default())
        .find(|walk| walk["kind"] == "route");
    assert_eq!(route.map(|walk| walk["route"]["authorizer"].clone()), Some(Value::from("yes")));
    let text = project.run(&["facts"]).stdout;
    for told in [
        "source-maps: yes",
        "A <env:B>",
        "NEXT_PUBLIC_KEY: constant, public",
        "GET /a src/a.run, authorizer yes",
        "GET /a  aws-lambda, authorizer yes",
        "next 14.2.3",
    ] {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
    for said in [text, facts.to_string()] {
        assert!(!said.contains(&key) && !said.contains("correct-horse"), "{said}");
    }
}

const FILES: &[(&str, &str)] = &[
    ("schema.prisma", SCHEMA),
    ("lib/db.ts", DATABASE),
    ("lib/one.ts", "export function one(id: string) {\n  return { id };\n}\n"),
    ("lib/two.ts", "export function two(id: string) {\n  return { id };\n}\n"),
    (
        "app/api/a/route.ts",
        "import { one } from \"@/lib/one\";\nimport { prisma } from \"@/lib/db\";\nexport async function GET(req: Request) {\n  return Response.json(await prisma.note.findFirst({ where: one(req.url) }));\n}\n",
    ),
    (
        "app/api/b/route.ts",
        "import { two } from \"@/lib/two\";\nimport { prisma } from \"@/lib/db\";\nexport async function GET(req: Request) {\n  return Response.json(await prisma.note.findFirst({ where: two(req.url) }));\n}\nexport async function DELETE(req: Request) {\n  return Response.json(await prisma.note.deleteMany({}));\n}\n",
    ),
];

/// How many walks are made again when `from` becomes `to` in a file.
fn again(file: &str, from: &str, to: &str) -> u64 {
    let document = |name: &str, text: &str, version: i32| {
        let file = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&file).expect("a known language");
        (file.clone(), Some(Arc::new(Document::new(file, language, version, text))))
    };
    let config = Arc::new(Config::default());
    let project = guardline::project::Project::new(vec![FileId::new("/w")]).with(FILES.iter().map(|(name, text)| document(name, text, 0)).collect());
    let (_, text) = FILES.iter().find(|(name, _)| *name == file).expect("the file");
    assert!(text.contains(from), "{from} is not in {file}");
    let edited = project.with(vec![document(file, &text.replacen(from, to, 1), 1)]);
    let snapshot = |project| Snapshot { project: Arc::new(project), config: Arc::clone(&config) };
    let mut engine = Engine::default();
    engine.check_all(&snapshot(project), &Cancel::default()).expect("not cancelled");
    let before = engine.walks_made();
    engine.check_all(&snapshot(edited), &Cancel::default()).expect("not cancelled");
    engine.walks_made() - before
}

#[test]
fn an_edit_in_a_function_walks_again_what_read_it_and_nothing_else() {
    deep(|| {
        // The one route that calls it; the function itself is never walked on its own.
        assert_eq!(again("lib/one.ts", "return { id }", "return { id, ownerId: id }"), 1);
        // Of the two handlers of a file the one that was edited.
        assert_eq!(again("app/api/b/route.ts", "two(req.url)", "two(req.method)"), 1);
        // A comment beside the functions changes none of them.
        assert_eq!(again("lib/two.ts", "export function two", "// note\nexport function two"), 0);
        // What everybody reads.
        assert_eq!(again("lib/db.ts", "new PrismaClient()", "new PrismaClient({})"), 4);
    });
}
