//! What files that are not code say: access rules, templates, API descriptions.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::facts::Beliefs;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use serde_json::Value;

use crate::pages::deep;
use crate::program::{Project, findings, stripe_key};

const RULES: &str = "rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    function signedIn() { return request.auth != null; }
    match /notes/{noteId} {
      allow read: if signedIn() && resource.data.ownerId == request.auth.uid;
      allow create: if request.resource.data.ownerId == request.auth.uid && request.resource.data.title is string;
      allow update: if somethingElse();
    }
    match /{everything=**} {
      allow read: if request.time < timestamp.date(2027, 1, 31);
    }
  }
}
";
const DATABASE_RULES: &str =
    "{ \"rules\": { \"users\": { \"$uid\": { \".read\": true, \".write\": \"auth.uid === $uid\", \".validate\": \"newData.hasChildren(['name'])\" } } } }\n";

fn json(project: &Project) -> Value {
    let ran = project.run(&["facts", "--format", "json"]);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

fn file<'v>(facts: &'v Value, name: &str) -> &'v Value {
    facts["files"].as_array().into_iter().flatten().find(|file| file["file"] == name).unwrap_or_else(|| panic!("no {name} in {facts:#}"))
}

#[test]
fn access_rules_are_told() {
    let project = Project::of(&[("firestore.rules", RULES), ("database.rules.json", DATABASE_RULES), ("udev.rules", "ACTION==\"add\"\n"), ("a.json", "{}")]);
    let facts = json(&project);
    assert_eq!(facts["files"].as_array().map(Vec::len), Some(2), "{facts:#}");
    let rules = file(&facts, "firestore.rules");
    let notes = &rules["access"][0];
    assert_eq!((notes["path"].as_str(), notes["store"].as_str(), notes["at"]["line"].as_u64()), (Some("/notes/{noteId}"), Some("firestore"), Some(5)));
    let who: Vec<&str> = notes["who"].as_array().into_iter().flatten().filter_map(|who| who["who"].as_str()).collect();
    assert_eq!(who, ["anyone-until", "anyone-until", "owner", "unknown", "nobody"]);
    assert_eq!((notes["who"][0]["until"].as_str(), notes["who"][0]["openedBy"].as_str()), (Some("2027-01-31"), Some("/{everything=**}")));
    assert_eq!(notes["allows"][1]["checks"], serde_json::json!(["ownerId", "title"]));
    assert_eq!((rules["notUnderstood"][0]["what"].as_str(), rules["notUnderstood"][0]["at"]["line"].as_u64()), (Some("condition"), Some(8)));
    let users = &file(&facts, "database.rules.json")["access"][0];
    assert_eq!((users["path"].as_str(), users["validated"].as_bool(), users["who"][2]["who"].as_str()), (Some("/users/$uid"), Some(true), Some("owner")));
    let text = project.run(&["facts"]).stdout;
    for told in ["/notes/{noteId}", "get, list: anyone until 2027-01-31, opened by /{everything=**}", "owner by ownerId", "/users/$uid", "validated"] {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
}

#[test]
fn what_templates_do_not_escape_is_told() {
    let project = Project::of(&[
        ("app/templates/notes/show.html", "<h1>{{ title }}</h1>\n{{ note.body|safe }}\n"),
        ("views/index.ejs", "<%- include('head') %>\n<%- bio %>\n<%= name %>\n"),
        ("views/card.hbs", "{{{ card.text }}} {{ card.name }}\n"),
        ("mail/hello.txt.j2", "{% autoescape false %}{{ name }}{% endautoescape %}\n"),
        ("views/a.pug", "p!= text\np= text\n"),
        ("index.html", "<p>plain</p>\n"),
    ]);
    let facts = json(&project);
    let told: Vec<String> = facts["files"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|file| file["unescaped"].as_array().into_iter().flatten())
        .map(|one| {
            format!(
                "{} {} {} :{}",
                one["template"].as_str().unwrap_or(""),
                one["how"].as_str().unwrap_or(""),
                one["expression"].as_str().unwrap_or(""),
                one["at"]["line"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "notes/show.html filter note.body :2",
            "hello.txt.j2 switched-off name :1",
            "a.pug sign text :1",
            "card.hbs sign card.text :1",
            "index.ejs sign bio :2"
        ]
    );
    let text = project.run(&["facts", "views"]).stdout;
    assert!(text.contains("not escaped  bio (sign, in index.ejs)  :2"), "{text}");
}

#[test]
fn secrets_are_still_found_in_them() {
    for (seed, name) in
        ["a.rules", "views/a.ejs", "views/a.hbs", "views/a.mustache", "deploy/app.conf.j2", "views/a.njk", "views/a.pug"].into_iter().enumerate()
    {
        let key = stripe_key(seed as u64 + 40);
        let project = Project::of(&[(name, &format!("first line\nkey: \"{key}\"\n"))]);
        let found = findings(&project.json(&[]));
        assert!(found.iter().any(|finding| finding.contains(" secret-")), "{name}: {found:?}");
    }
}

const API: &str = "openapi: 3.0.0
servers: [{url: /v1}]
paths:
  /notes/{note_id}:
    get:
      operationId: api.notes.read_note
      security: [{bearer: []}]
    delete:
      operationId: api.notes.delete_note
    put:
      operationId: api.notes.no_such_function
    post:
      operationId: api.notes.change_note
      security: [{other: []}]
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, x-bearerInfoFunc: api.auth.check}
";
const NOTES: &str = "import sqlite3


def rows(sql):
    return sqlite3.connect(\"x\").execute(sql).fetchall()


def read_note(note_id, user):
    return rows(f\"select * from notes where id = '{note_id}'\")


def delete_note(note_id):
    return rows(\"delete from notes\")


def change_note(note_id, body):
    return rows(\"select 1\")
";

fn believed(engine: &mut Engine, project: &guardline::project::Project) -> Beliefs {
    let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::new(Config::default()) };
    engine.believe(&snapshot, &|file| file.extension() == "py", &Cancel::default()).expect("not cancelled")
}

/// `GET /v1/notes/{note_id} after bearer`
fn routes(beliefs: &Beliefs) -> Vec<String> {
    let walks = beliefs.files.iter().flat_map(|file| &file.walks);
    walks
        .filter_map(|walk| walk.route.as_ref())
        .map(|route| {
            assert_eq!((route.framework.as_str(), route.adrift), ("connexion", false));
            let before: Vec<&str> = route.before.iter().map(|link| link.name.as_str()).collect();
            format!("{} {} after {}", route.methods.join("|"), route.path.as_deref().unwrap_or("?"), before.join(" "))
        })
        .collect()
}

fn document(name: &str, version: i32, text: &str) -> (FileId, Option<Arc<Document>>) {
    let file = FileId::new(&format!("/w/{name}"));
    let language = Language::of(&file).expect("a known language");
    (file.clone(), Some(Arc::new(Document::new(file, language, version, text))))
}

#[test]
fn handlers_that_an_api_description_names_are_routes() {
    deep(|| {
        let project = guardline::project::Project::new(vec![FileId::new("/w")]).with(vec![
            document("api/openapi.yaml", 0, API),
            document("api/notes.py", 0, NOTES),
            document("api/auth.py", 0, "def check(token):\n    return {\"sub\": token}\n"),
        ]);
        let mut engine = Engine::default();
        let first = believed(&mut engine, &project);
        assert_eq!(routes(&first), ["GET /v1/notes/{note_id} after bearer", "DELETE /v1/notes/{note_id} after ", "POST /v1/notes/{note_id} after other"]);
        let walks: Vec<_> = first.files.iter().flat_map(|file| &file.walks).filter(|walk| walk.route.is_some()).collect();
        let guards = |at: usize| walks[at].events.iter().find_map(|event| serde_json::to_value(event).ok()).map(|event| event["holds"]["guards"].clone());
        assert_eq!(walks[0].always.guards.iter().map(|guard| (guard.kind, guard.sure)).collect::<Vec<_>>(), [("identity", true)], "{:?}", guards(0));
        assert_eq!(walks[2].always.guards.iter().map(|guard| (guard.kind, guard.sure)).collect::<Vec<_>>(), [("identity", false)], "{:?}", guards(2));
        let told = serde_json::to_string(&walks[0].events).expect("facts");
        assert!(told.contains("\"sink\":\"sql\"") && told.contains("request.params.note_id"), "{told}");
        // The description is edited, the code is not.
        let later = project.with(vec![document(
            "api/openapi.yaml",
            1,
            &API.replace("    delete:\n      operationId: api.notes.delete_note\n", "").replace("bearer: []", ""),
        )]);
        let now = believed(&mut engine, &later);
        assert_eq!(routes(&now), ["GET /v1/notes/{note_id} after ", "POST /v1/notes/{note_id} after other"]);
        assert_eq!(now, believed(&mut Engine::default(), &later));
        let gone = later.with(vec![(FileId::new("/w/api/openapi.yaml"), None)]);
        assert_eq!(routes(&believed(&mut engine, &gone)), [""; 0]);
    });
}
