//! A key that ships because others import its file is told where it stands, with the imports that bring it along.

use std::sync::Arc;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::Project;
use guardline::rules::Finding;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

use crate::placeholder;

fn findings(page: &str) -> Vec<Finding> {
    let files = [
        ("package.json", r#"{ "dependencies": { "next": "16" } }"#),
        ("app/pay.tsx", page),
        ("lib/index.ts", "export * from \"./pay\";\nexport * from \"./words\";\n"),
        ("lib/words.ts", "export const words = \"Pay\";\n"),
        ("lib/pay.ts", "import { KEY } from \"./keys\";\n\nexport const pay = () => fetch(\"/pay\", { headers: { authorization: KEY } });\n"),
        ("lib/keys.ts", "export const KEY = \"{{stripe_live}}\";\n"),
    ];
    let document = |(name, text): &(&str, &str)| {
        let file = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&file).expect("a language");
        (file.clone(), Some(Arc::new(Document::new(file, language, 0, &placeholder::expand(text)))))
    };
    let project = Project::new(vec![FileId::new("/w")]).with(files.iter().map(document).collect());
    let snapshot = Snapshot { project: Arc::new(project), config: Arc::new(Config::default()) };
    crate::pages::deep(|| Engine::default().check_all(&snapshot, &Cancel::default()).expect("not cancelled"))
}

#[test]
fn a_key_is_told_with_the_imports_that_lead_to_it() {
    let found = findings("\"use client\";\nimport { pay } from \"../lib\";\n\nexport const Pay = () => <button onClick={pay}>Pay</button>;\n");
    let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
    assert_eq!((finding.rule.as_str(), finding.place.file.file_name()), ("secret-client-exposed", "keys.ts"));
    let way: Vec<&str> = finding.related.iter().map(|related| related.place.file.as_str()).collect();
    assert_eq!(way, ["/w/app/pay.tsx", "/w/lib/index.ts", "/w/lib/pay.ts"]);
}

#[test]
fn a_page_that_takes_something_else_brings_nothing_along() {
    let found = findings("\"use client\";\nimport { words } from \"../lib\";\n\nexport const Pay = () => <button>{words}</button>;\n");
    let [finding] = found.as_slice() else { panic!("{} findings", found.len()) };
    assert!(finding.rule.as_str() == "secret-hardcoded" && finding.related.is_empty(), "{}", finding.message);
}
