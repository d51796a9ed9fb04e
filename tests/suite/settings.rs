//! What `guardline.json` says of a project changes what is found in it, at once and in an engine that knows the project.

use std::sync::Arc;

use guardline::config::{Config, parse};
use guardline::engine::{Cancel, Engine, Heard, Snapshot};
use guardline::project::Project;
use guardline::rules;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

use crate::pages::deep;

const EVERY_SETTING: &str = r#"{
  "$schema": "./guardline.schema.json", "quietMs": 1, "audience": "auditor", "rules": { "xss": "off", "ssrf": "hint" }, "ignore": ["a/"],
  "includeTests": true, "codeLens": false, "guards": ["a"], "policies": ["b"], "ownerColumns": ["tenantUid"], "publicModels": ["Post"],
  "publicRoutes": ["/health", "GET /posts/*"], "elevatedRoles": ["admin"], "maxFileBytes": 1000,
  "suppress": [{ "rules": ["xss"], "paths": ["docs/"], "reason": "our own text", "until": "2027-01-31" }, { "rules": ["ssrf"], "paths": ["a"], "reason": "b" }]
}"#;

const SCHEMA: &str = "model User {\n  id String @id\n  email String @unique\n  password String\n}\nmodel Parcel {\n  id String @id\n  tenantUid String\n  weight Int\n}\nmodel Letter {\n  id String @id\n  userId String\n  user User @relation(fields: [userId], references: [id])\n}\n";

const ROUTE: &str = "import { PrismaClient } from \"@prisma/client\";\nimport { getServerSession } from \"next-auth\";\nconst db = new PrismaClient();\nexport async function GET(_: Request, { params }: { params: { id: string } }) {\n  const session = await getServerSession();\n  if (!session?.user) return new Response(null, { status: 401 });\n  return Response.json(await db.MODEL.findUnique({ where: { id: params.id } }));\n}\n";

fn project(model: &str) -> Project {
    let files = [("schema.prisma", SCHEMA.to_owned()), ("app/api/public/[id]/route.ts", ROUTE.replace("MODEL", model))];
    let documents = files.into_iter().map(|(name, text)| {
        let file = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&file).expect("a known language");
        (file.clone(), Some(Arc::new(Document::new(file, language, 0, &text))))
    });
    Project::new(vec![FileId::new("/w")]).with(documents.collect())
}

fn config(text: &str) -> Arc<Config> {
    let (config, errors) = parse::parse(text, &|id| rules::by_id(id).is_some());
    assert_eq!(errors, []);
    Arc::new(config)
}

/// How many records anybody may point at, under each of these settings in turn; the same engine and a fresh one agree.
fn found(model: &str, settings: &[&str]) -> Vec<usize> {
    deep(|| {
        let project = Arc::new(project(model));
        let mut engine = Engine::default();
        let count = |engine: &mut Engine, config: &Arc<Config>| {
            let snapshot = Snapshot { project: Arc::clone(&project), config: Arc::clone(config) };
            engine
                .check_all(&snapshot, &Cancel::default())
                .expect("not cancelled")
                .iter()
                .filter(|finding| finding.rule.as_str() == "missing-ownership")
                .count()
        };
        let one = |text: &&str| {
            let config = config(text);
            let known = count(&mut engine, &config);
            assert_eq!(known, count(&mut Engine::default(), &config), "{text}");
            known
        };
        settings.iter().map(one).collect()
    })
}

#[test]
fn a_column_holds_the_owner_if_the_project_says_so() {
    assert_eq!(found("parcel", &["{}", r#"{ "ownerColumns": ["tenantUid"] }"#, r#"{ "ownerColumns": ["other"] }"#]), [0, 1, 0]);
    assert_eq!(found("parcel", &[r#"{ "ownerColumns": ["tenant_uid"], "publicModels": ["Parcel"] }"#]), [0]);
}

#[test]
fn a_route_that_is_meant_for_everybody_is_left_alone() {
    let settings = [
        "{}",
        r#"{ "publicRoutes": ["/health", "/api/public/**"] }"#,
        r#"{ "publicRoutes": ["/api/other/**"] }"#,
        r#"{ "publicRoutes": ["/api/public/:id"] }"#,
    ];
    assert_eq!(found("letter", &settings), [1, 0, 1, 0]);
    assert_eq!(found("letter", &[r#"{ "publicRoutes": ["GET /api/public/*"] }"#, r#"{ "publicRoutes": ["DELETE /api/public/*"] }"#]), [0, 1]);
}

#[test]
fn a_model_that_everybody_may_read_is_left_alone() {
    assert_eq!(found("letter", &["{}", r#"{ "publicModels": ["Letter"] }"#]), [1, 0]);
}

/// What is wrong with a text by the schema that editors complete settings with.
fn by_schema(text: &str) -> Option<String> {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../queries/guardline.schema.json")).expect("JSON");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("guardline.json", schema).expect("a schema");
    let compiled = compiler.compile("guardline.json", &mut schemas).expect("a schema");
    schemas.validate(&serde_json::from_str(text).expect("JSON"), compiled).err().map(|error| error.to_string())
}

#[test]
fn the_schema_accepts_what_is_read_and_nothing_else() {
    let by_reading = |text: &str| parse::parse(text, &|id| rules::by_id(id).is_some()).1;
    assert_eq!((by_schema(EVERY_SETTING), by_reading(EVERY_SETTING)), (None, Vec::new()));
    let every: serde_json::Value = serde_json::from_str(EVERY_SETTING).expect("JSON");
    let keys: Vec<&str> = every.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, parse::KEYS, "every setting stands in the test");
    for wrong in [
        r#"{ "quiet": 1 }"#,
        r#"{ "quietMs": -1 }"#,
        r#"{ "quietMs": 1.5 }"#,
        r#"{ "quietMs": 60001 }"#,
        r#"{ "audience": "me" }"#,
        r#"{ "rules": { "xss": "loud" } }"#,
        r#"{ "rules": ["xss"] }"#,
        r#"{ "ignore": "a" }"#,
        r#"{ "ignore": [1] }"#,
        r#"{ "includeTests": "yes" }"#,
        r#"{ "ownerColumns": ["notes.tenantUid"] }"#,
        r#"{ "publicRoutes": ["health"] }"#,
        r#"{ "maxFileBytes": "1 MB" }"#,
        r#"{ "suppress": {} }"#,
        r#"{ "suppress": [{ "rules": ["xss"], "paths": ["a"] }] }"#,
        r#"{ "suppress": [{ "rules": [], "paths": ["a"], "reason": "b" }] }"#,
        r#"{ "suppress": [{ "rules": ["xss"], "paths": [], "reason": "b" }] }"#,
        r#"{ "suppress": [{ "rules": ["xss"], "paths": ["a"], "reason": "-" }] }"#,
        r#"{ "suppress": [{ "rules": ["xss"], "paths": ["a"], "reason": "b", "until": "soon" }] }"#,
        r#"{ "suppress": [{ "rules": ["xss"], "paths": ["a"], "reason": "b", "since": "2020-01-01" }] }"#,
        r#"[]"#,
    ] {
        assert!(by_schema(wrong).is_some(), "the schema takes {wrong}");
        assert!(!by_reading(wrong).is_empty(), "nobody complains of {wrong}");
    }
}

#[test]
fn an_engine_that_is_asked_once_tells_how_far_it_has_come() {
    let told = deep(|| {
        let snapshot = Snapshot { project: Arc::new(project("letter")), config: config("{}") };
        let (mut told, mut done) = (Vec::new(), Vec::new());
        let mut tell = |heard: Heard<'_>| match heard {
            Heard::Step(step, findings) => told.push((step.done, step.total, findings)),
            Heard::Done(file, found) => done.push((file.clone(), found.to_vec())),
        };
        let (found, _) = Engine::once().survey(&snapshot, &|_| true, &mut tell, &Cancel::default()).expect("not cancelled");
        assert_eq!(
            done.iter().flat_map(|(_, found)| found).collect::<Vec<_>>(),
            found.iter().collect::<Vec<_>>(),
            "each file's findings are told once, in order"
        );
        assert!(done.is_sorted_by_key(|(file, _)| file) && done.len() == snapshot.project.files().count());
        told
    });
    assert!(told.is_sorted_by_key(|(done, _, findings)| (*done, *findings)), "{told:?}");
    assert!(told.iter().all(|(done, total, _)| done <= total), "{told:?}");
    assert_eq!(told.last().map(|(done, total, findings)| (done == total, *findings > 0)), Some((true, true)), "{told:?}");
}

#[test]
fn an_engine_that_stays_says_what_a_fresh_one_says() {
    let key = |seed: u64| crate::program::leak(&crate::program::stripe_key(seed));
    let steps: [(&str, Option<String>); 6] = [
        ("lib/pay.ts", Some(key(1))),
        ("lib/other.ts", Some(key(2))),
        ("lib/pay.ts", Some(format!("// moved\n\n{}", key(1)))),
        ("lib/pay.ts", Some("export const stripe = 1;\n".to_owned())),
        ("lib/other.ts", None),
        ("app/api/public/[id]/route.ts", None),
    ];
    deep(|| {
        let (mut project, config, mut staying) = (project("letter"), config("{}"), Engine::staying());
        for (name, text) in steps {
            let file = FileId::new(&format!("/w/{name}"));
            let document = text.map(|text| Arc::new(Document::new(file.clone(), Language::of(&file).expect("a known language"), 0, &text)));
            project = project.with(vec![(file, document)]);
            let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&config) };
            let found = staying.check_all(&snapshot, &Cancel::default());
            assert_eq!(found, Engine::once().check_all(&snapshot, &Cancel::default()), "after {name}");
        }
    });
}
