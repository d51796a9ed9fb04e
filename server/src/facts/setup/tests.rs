use proptest::prelude::*;

use super::catalogue::CATALOGUE;
use super::*;
use crate::model::data;
use crate::syntax::Language;
use crate::text::FileId;

fn read(name: &str, language: Language, text: &str) -> Facts {
    let mut facts = Facts::default();
    let file = FileId::new(name);
    for row in CATALOGUE.rows(name) {
        let tree = data::read(language, text);
        for document in tree.documents() {
            facts.read(row, &Given::of(&file, document));
        }
        facts.read_lines(row, &file, text);
    }
    facts
}

#[test]
fn places_are_where_the_values_stand() {
    let text = "[[headers]]\nfor = \"/*\"\n[headers.values]\nX-A = \"é\"\n[build.environment]\nKEY = \"b\"\n";
    let facts = read("netlify.toml", Language::Toml, text);
    assert_eq!(facts.headers.first().map(|of| of.place.span.of(text)), Some("\"é\""));
    assert_eq!(facts.variables.first().map(|of| of.place.span.of(text)), Some("\"b\""));
    let text = "é: 1\n/*\n  X-A: b\r\n";
    let facts = read("_headers", Language::Text, text);
    assert_eq!(facts.headers.first().map(|of| of.place.span.of(text)), Some("X-A: b"));
}

#[test]
fn paths_are_handed_on() {
    let told = |facts: &Facts| -> Vec<String> {
        facts.forwards.iter().map(|of| format!("{} {} {}", of.way, of.from.as_deref().unwrap_or("?"), of.to.as_deref().unwrap_or("?"))).collect()
    };
    let vercel = r#"{"rewrites": [{"source": "/a", "destination": "https://b.example"}], "crons": [{"path": "/api/c", "schedule": "* * * * *"}]}"#;
    assert_eq!(told(&read("vercel.json", Language::Json, vercel)), ["rewrite /a https://b.example", "scheduled /api/c /api/c"]);
    assert_eq!(
        told(&read("_redirects", Language::Text, "# x\n/a /b 301\n/c id=:id https://d.example 200!\n")),
        ["redirect /a /b", "rewrite /c https://d.example"]
    );
}

#[test]
fn an_authorizer_of_the_api_stands_before_all_its_events() {
    let sam = |api: &str, event: &str| {
        let text = format!(
            "Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties: {api}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      Events:\n        E:\n          Type: Api\n          Properties: {event}\n"
        );
        read("template.yaml", Language::Yaml, &text).bound.first().map(|of| of.authorizer)
    };
    assert_eq!(sam("{}", "{Path: /, Method: get}"), Some(Answer::No));
    assert_eq!(sam("{Auth: {DefaultAuthorizer: A}}", "{Path: /, Method: get, RestApiId: !Ref Api}"), Some(Answer::Yes));
    assert_eq!(sam("{Auth: {DefaultAuthorizer: A}}", "{Path: /, Method: get}"), Some(Answer::Unknown));
    assert_eq!(sam("{Auth: {DefaultAuthorizer: A}}", "{Path: /, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: NONE}}"), Some(Answer::No));
    assert_eq!(sam("{Auth: !Ref X}", "{Path: /, Method: get, RestApiId: !Ref Api}"), Some(Answer::Unknown));
}

#[test]
fn handlers_of_other_clouds_are_not_those_of_lambda() {
    let bound = |provider: &str| {
        let text = format!("provider:{provider}\nfunctions:\n  a:\n    handler: src/a.b\n    events:\n      - http: GET /a\n");
        read("serverless.yml", Language::Yaml, &text).bound.len()
    };
    assert_eq!([" aws", "\n  name: aws", " ${x}", "\n  name: azure", " google"].map(bound), [1, 1, 0, 0, 0]);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "functions:\n",
        "  a:\n",
        "    handler: ",
        "src/a.b\n",
        "    events:\n",
        "      - http: ",
        "get /x\n",
        "Resources:\n",
        "Type: AWS::Serverless::Function\n",
        "headers",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "*",
        "/*\n",
        "\n  X-A: b",
        "ENV A=b\n",
        "ARG ",
        "é",
        "\r\n",
        "env",
        "vars",
        "=",
        "&a ",
        "*a",
        "!Ref x",
        "services:\n",
        "environment:\n",
        "- A=b\n",
        "version \"1.2\"\n",
        "next@^14:\n",
    ]);
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_places_lie_in_the_text(text in pieces()) {
        let names = ["serverless.yml", "template.yaml", "vercel.json", "netlify.toml", "_headers", "_redirects", "Dockerfile", ".env", "docker-compose.yml", "wrangler.toml", "firebase.json", "render.yaml"];
        for name in names {
            let file = FileId::new(name);
            let facts = read(name, Language::of(&file).unwrap_or(Language::Text), &text);
            let places = facts.headers.iter().map(|of| &of.place).chain(facts.variables.iter().map(|of| &of.place)).chain(facts.forwards.iter().map(|of| &of.place));
            for place in places.chain(facts.bound.iter().map(|of| &of.place)) {
                prop_assert!(text.get(place.span.range()).is_some(), "{name}: {:?} in {text:?}", place.span);
            }
        }
        for name in ["package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "requirements.txt", "pyproject.toml", "Pipfile", "Pipfile.lock", "uv.lock"] {
            Versions::read(name, Language::of(&FileId::new(name)).unwrap_or(Language::Text), &text);
        }
    }

    #[test]
    fn versions_never_panic(text in "[v=^~<>!0-9.x*| ,a-z:@-]{0,20}") {
        let _ = (Version::parse(&text), Version::of_range(&text));
    }
}
