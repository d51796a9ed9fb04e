//! No way out of the program tells a secret: of a project full of keys, one or more of every kind there is, no six characters
//! of the random part of any stand in a report of any format, in what is believed, or in what an editor is told.

use guardline::facts::secrets::catalogue;
use guardline::facts::secrets::sample::{Random, expand};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::program::Project;
use crate::protocol::client::Client;

/// As many characters of a secret in a row are too many.
const WINDOW: usize = 6;

/// A value, and of which of its characters a stranger knows nothing.
struct Secret {
    name: String,
    value: String,
    windows: Vec<String>,
}

/// One of every example in the catalogue. What differs from one draw to the next is the secret part.
fn secrets() -> Vec<Secret> {
    let mut out = Vec::new();
    for row in &catalogue().rows {
        for (at, template) in row.examples.iter().enumerate() {
            let draw = |seed: usize| expand(template, &mut Random::new(&format!("outputs/{}/{at}/{seed}", row.id)));
            let draws: Vec<String> = (0..8).map(draw).collect();
            let Some(value) = draws.first().cloned() else { continue };
            let is_fixed = |place: usize| draws.iter().all(|other| other.as_bytes().get(place) == value.as_bytes().get(place));
            let secret: Vec<bool> = (0..value.len()).map(|place| !is_fixed(place)).collect();
            let (name, value) = match value.split_once('=') {
                Some((name, rest)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') => {
                    (name.to_owned(), rest.to_owned())
                }
                _ => (format!("{}_{at}", row.id.replace('-', "_").to_ascii_uppercase()), value),
            };
            let offset = secret.len() - value.len();
            let starts = (0..value.len().saturating_sub(WINDOW)).filter(|start| secret[offset + start..offset + start + WINDOW].iter().all(|secret| *secret));
            // Words are in every text, also in ours.
            let windows =
                starts.filter_map(|start| value.get(start..start + WINDOW)).filter(|text| text.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
            let windows = windows.map(str::to_owned).collect();
            out.push(Secret { name, value, windows });
        }
    }
    out
}

/// The same secrets as code, as text files, in comments, and in env files.
fn files(secrets: &[Secret]) -> Vec<(&'static str, String)> {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let each = |line: fn(&str, &str) -> String| -> String { secrets.iter().map(|secret| line(&secret.name, &quoted(&secret.value))).collect() };
    let env =
        secrets.iter().filter(|secret| !secret.value.contains(['"', '\''])).map(|secret| format!("{}=\"{}\"\n", secret.name, secret.value)).collect::<String>();
    vec![
        ("package.json", "{}".to_owned()),
        ("src/config.ts", each(|name, value| format!("export const {name} = \"{value}\";\n"))),
        ("src/fallbacks.ts", each(|name, value| format!("export const {name} = process.env.{name} ?? \"{value}\";\n"))),
        ("src/comments.ts", each(|_, value| format!("// old: {value}\n")) + "export const a = 1;\n"),
        ("app/config.py", each(|name, value| format!("{name} = \"{value}\"\n"))),
        ("config/app.json", format!("{{\n{}\"end\": 1}}\n", each(|name, value| format!("\"{name}\": \"{value}\",\n")))),
        ("config/app.yaml", each(|name, value| format!("{name}: \"{value}\"\n"))),
        ("index.html", format!("<script>\n{}</script>\n", each(|name, value| format!("const {name} = \"{value}\";\n")))),
        (
            "src/routes.ts",
            format!(
                "import express from \"express\";\nconst app = express();\n{}",
                each(|_, value| format!("app.get(\"/{value}\", (req, res) => res.json(\"{value}\"));\n"))
            ),
        ),
        (".env", env.clone()),
        (".env.example", env),
    ]
}

/// Of which window it is of which secret.
type Windows<'s> = FxHashMap<&'s [u8], &'s str>;

/// The names of the secrets of which a text tells something.
fn told(text: &str, windows: &Windows<'_>) -> Vec<String> {
    let mut names: Vec<String> = text.as_bytes().windows(WINDOW).filter_map(|part| windows.get(part)).map(|name| (*name).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// Without digests: enough of them hold any six digits.
fn without_digests(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.to_ascii_lowercase().contains("fingerprint") && key != "guid");
            fields.values_mut().for_each(without_digests);
        }
        Value::Array(items) => items.iter_mut().for_each(without_digests),
        _ => {}
    }
}

#[test]
fn no_six_characters_of_a_secret_are_told() {
    let secrets = secrets();
    assert!(secrets.len() > 160 && secrets.iter().map(|secret| secret.windows.len()).sum::<usize>() > 4_000);
    let windows: Windows<'_> = secrets.iter().flat_map(|secret| secret.windows.iter().map(|window| (window.as_bytes(), secret.name.as_str()))).collect();
    let files = files(&secrets);
    let project = Project::of(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
    for arguments in [
        &["audit", "--format", "text"][..],
        &["audit", "--format", "json"],
        &["audit", "--format", "sarif"],
        &["audit", "--format", "json", "--include-tests"],
        &["facts", "--format", "text"],
        &["facts", "--format", "json"],
    ] {
        let ran = project.run(arguments);
        let mut out = ran.stdout;
        if let Ok(mut report) = serde_json::from_str::<Value>(&out) {
            without_digests(&mut report);
            out = report.to_string();
        }
        assert!(out.len() > 1_000, "{arguments:?}: {out}{}", ran.stderr);
        assert_eq!((told(&out, &windows), told(&ran.stderr, &windows)), (Vec::new(), Vec::new()), "{arguments:?}");
    }
    in_an_editor(&project, &files, &windows);
}

/// Opens every file, hovers over every finding, and looks at all that the server sent.
fn in_an_editor(project: &Project, files: &[(&str, String)], windows: &Windows<'_>) {
    let uri = |path: &str| format!("file://{}/{path}", project.path().display());
    let mut client = Client::program(&[]);
    let root = format!("file://{}", project.path().display());
    client.greet(json!({
        "processId": null,
        "rootUri": root,
        "workspaceFolders": [{ "uri": root, "name": "w" }],
        "capabilities": { "textDocument": { "hover": { "contentFormat": ["markdown"] } } },
    }));
    let mut seen = 0;
    for (path, text) in files {
        client.open(&uri(path), text);
        let shown = client.published(&uri(path), 1);
        seen += shown.len();
        assert_eq!(told(&json!(shown).to_string(), windows), [] as [String; 0], "{path}");
        for diagnostic in shown.iter().step_by(7) {
            let hover = client.request("textDocument/hover", json!({ "textDocument": { "uri": uri(path) }, "position": diagnostic["range"]["start"] }));
            assert_eq!(told(&hover.to_string(), windows), [] as [String; 0], "{path}");
        }
    }
    assert!(seen > 500, "{seen} diagnostics");
    client.shut_down();
    assert_eq!(told(&client.stderr(), windows), [] as [String; 0], "what it logs");
}
