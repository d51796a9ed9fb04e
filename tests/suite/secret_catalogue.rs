//! Every row of the catalogue of secrets, on values of its own shape: found in env files, TypeScript and Python, and
//! silent on what only looks like them.

use guardline::facts::secrets::sample::{Random, expand};
use guardline::facts::secrets::{Evidence, FileHints, Kind, Row, SecretHit, catalogue, in_code, in_text};
use guardline::model::lower;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

const SEEDS: [&str; 4] = ["one", "two", "three", "four"];

fn scan(path: &str, text: &str) -> Vec<SecretHit> {
    let file = FileId::new(&format!("/project/{path}"));
    let Some(language) = Language::of(&file) else { panic!("{path} is of no language") };
    let document = Document::new(file, language, 0, text);
    match lower::lower(&document, None) {
        Some(model) => in_code(&model, &document, path),
        None => in_text(&document, &document.text(), &FileHints::of(&document, path)),
    }
}

fn ids(hits: &[SecretHit]) -> Vec<&'static str> {
    hits.iter().map(|hit| hit.row.id()).collect()
}

/// The name and the value of an example; prefixed rows need no name.
fn parts(row: &Row, example: &str) -> (String, String) {
    match example.split_once('=') {
        Some((name, value)) if name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && !name.is_empty() => {
            (name.to_owned(), value.to_owned())
        }
        _ => (if row.kind == Kind::Named { row.id.to_ascii_uppercase() } else { "VALUE".to_owned() }, example.to_owned()),
    }
}

/// The file in three languages, with a word of the row's own world in it.
fn files(name: &str, value: &str, word: &str) -> [(&'static str, String); 3] {
    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
    [
        ("config/app.env", format!("# {word}\n{name}={}\n", if value.contains([' ', '#', '"']) { format!("'{value}'") } else { value.to_owned() })),
        ("src/config.ts", format!("// {word}\nexport const {name} = \"{quoted}\";\n")),
        ("app/config.py", format!("# {word}\n{name} = \"{quoted}\"\n")),
    ]
}

fn examples(row: &Row) -> impl Iterator<Item = (String, String)> + '_ {
    row.examples.iter().flat_map(move |example| SEEDS.iter().map(move |seed| parts(row, &expand(example, &mut Random::new(&format!("{seed}/{}", row.id))))))
}

#[test]
fn every_example_is_found() {
    let mut wrong = Vec::new();
    for row in &catalogue().rows {
        let word = row.hint_word();
        for (name, value) in examples(row) {
            for (path, text) in files(&name, &value, word) {
                let hits = scan(path, &text);
                if ids(&hits) != [row.id.as_str()] {
                    wrong.push(format!("{}: {path} gave {:?}", row.id, ids(&hits)));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Rows that are found where more stands than a name and a value, and a file in which they are.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("django-secret-key", "app/settings.py", "INSTALLED_APPS = []\nSECRET_KEY = \"{alnum:50}\"\n"),
    ("flask-secret-key", "app/web.py", "from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = \"{alnum:24}\"\n"),
    ("twilio-api-key-sid", "src/sms.ts", "export const sid = \"SK{hex:32}\";\nexport const twilioApiKeySecret = \"{alnum:32}\";\n"),
    (
        "gcp-service-account",
        "account.json",
        "{ \"type\": \"service_account\", \"client_email\": \"a@b.iam.gserviceaccount.com\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMII{b64:300}\\n-----END PRIVATE KEY-----\\n\" }\n",
    ),
    ("gcp-adc", "adc.json", "{ \"client_id\": \"1.apps.googleusercontent.com\", \"client_secret\": \"d-{alnum:24}\", \"refresh_token\": \"1//{alnum:60}\" }\n"),
    (
        "client-credential",
        "src/oauth.ts",
        "import { OAuth2Client } from \"google-auth-library\";\nexport const client = new OAuth2Client(\"1.apps.googleusercontent.com\", \"{alnum:28}\");\n",
    ),
    (
        "crypto-key",
        "src/sign.ts",
        "import { createHmac } from \"crypto\";\nexport const sign = (text: string) => createHmac(\"sha256\", \"{alnum:24}\").update(text).digest(\"hex\");\n",
    ),
    ("jwk-private", "jwk.json", "{ \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"{url:43}\", \"y\": \"{url:43}\", \"d\": \"{url:43}\" }\n"),
    ("hardcoded-login", "src/login.ts", "export const enter = (password: string) => password === \"letmein-{digits:4}\";\n"),
    (
        "evm-account",
        "hardhat.config.ts",
        "import type { HardhatUserConfig } from \"hardhat/config\";\nconst config: HardhatUserConfig = { networks: { main: { url: \"https://rpc.acme.io\", accounts: [\"0x{hex:64}\"] } } };\nexport default config;\n",
    ),
    (
        "login-setting",
        "src/door.ts",
        "import { basicAuth } from \"hono/basic-auth\";\nexport const door = basicAuth({ username: \"keeper\", password: \"letmein-{digits:4}\" });\n",
    ),
    ("encryption-key", "src/hide.ts", "const ENCRYPTION_KEY = \"0123456789abcdef0123456789abcdef\";\n"),
    ("encryption-key", "app/hide.py", "ENCRYPTION_KEY = \"changeme-changeme-changeme\"\n"),
    ("database-login", "app/db.py", "import psycopg2\n\ndb = psycopg2.connect(host=\"db.acme.io\", user=\"app\", password=\"postgres\")\n"),
];

#[test]
fn rows_that_need_more_than_a_name_are_found_there() {
    let mut wrong = Vec::new();
    for (id, path, template) in SETTINGS {
        for seed in SEEDS {
            let text = expand(template, &mut Random::new(&format!("{seed}/{id}")));
            let found = ids(&scan(path, &text));
            if !found.contains(id) {
                wrong.push(format!("{id}: {path} gave {found:?}"));
            }
        }
        // What was meant to be filled in is none.
        let mut open = String::new();
        let mut rest = *template;
        while let Some((before, from)) =
            rest.split_once('{').filter(|(_, from)| from.split_once('}').is_some_and(|(inner, _)| inner.contains(':') && !inner.contains(' ')))
        {
            open.push_str(before);
            open.push_str("<your key>");
            rest = from.split_once('}').map_or("", |(_, after)| after);
        }
        if open.is_empty() || *id == "gcp-adc" {
            continue;
        }
        open.push_str(rest);
        let found = ids(&scan(path, &open));
        if found.contains(id) {
            wrong.push(format!("{id}: {open} gave {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_has_an_example() {
    let bare: Vec<&str> =
        catalogue().rows.iter().filter(|row| row.examples.is_empty() && !SETTINGS.iter().any(|(id, _, _)| *id == row.id)).map(|row| row.id.as_str()).collect();
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn no_counter_example_is_found() {
    for row in &catalogue().rows {
        for counter in &row.counter_examples {
            for seed in SEEDS {
                let (name, value) = parts(row, &expand(counter, &mut Random::new(seed)));
                for (path, text) in files(&name, &value, row.hint_word()) {
                    let hits = scan(path, &text);
                    assert!(!ids(&hits).contains(&row.id.as_str()), "{}: {counter} in {path}", row.id);
                }
            }
        }
    }
}

#[test]
fn hits_point_at_the_value_and_never_hold_it() {
    for row in &catalogue().rows {
        for (name, value) in examples(row).take(1) {
            for (path, text) in files(&name, &value, row.hint_word()) {
                for hit in scan(path, &text) {
                    let literal = hit.literal.of(&text);
                    assert!(hit.literal.contains(hit.token) && hit.literal.contains(hit.span), "{}: {hit:?}", row.id);
                    assert!(!literal.is_empty() && !hit.env.is_empty(), "{}", row.id);
                    let printed = format!("{hit:?}");
                    let tail = value.get(value.len().saturating_sub(10)..).unwrap_or("");
                    assert!(tail.len() < 10 || !printed.contains(tail), "{} leaks its value", row.id);
                }
            }
        }
    }
}

#[test]
fn a_token_that_is_cut_or_glued_to_something_is_none() {
    for row in catalogue().rows.iter().filter(|row| row.kind == Kind::Prefixed) {
        for (name, value) in examples(row).take(2) {
            let cut = value.get(..value.len().min(9)).unwrap_or("").to_owned();
            for changed in [cut, format!("Q{value}")] {
                let is_address = value.contains("://");
                if changed.len() > 9 && (is_address || value.contains([' ', '{', ';']) || !row.examples[0].starts_with(|c: char| c.is_ascii_alphanumeric())) {
                    continue;
                }
                for (path, text) in files(&name, &changed, row.hint_word()) {
                    let hits = scan(path, &text);
                    assert!(!ids(&hits).contains(&row.id.as_str()), "{}: {} characters in {path}", row.id, changed.len());
                }
            }
        }
    }
}

#[test]
fn a_made_up_token_is_none() {
    for row in &catalogue().rows {
        let Some(example) = row.examples.first().filter(|_| !row.accepts_weak_values()) else { continue };
        // Every random character becomes an x.
        let mut made_up = String::new();
        let mut rest = example.as_str();
        while let Some((before, from)) = rest.split_once('{') {
            let Some((place, after)) = from.split_once('}') else { break };
            made_up.push_str(before);
            let count = place.split_once(':').and_then(|(_, count)| count.parse().ok()).unwrap_or(6);
            made_up.push_str(&"x".repeat(count));
            rest = after;
        }
        made_up.push_str(rest);
        let (name, value) = parts(row, &made_up);
        for (path, text) in files(&name, &value, row.hint_word()) {
            let hits = scan(path, &text);
            assert!(!ids(&hits).contains(&row.id.as_str()), "{}: {made_up} in {path}", row.id);
        }
    }
}

#[test]
fn a_wrong_checksum_is_dropped_or_doubted() {
    for (id, stays) in [("github-token", false), ("github-server-token", true), ("npm", true), ("vercel", true), ("cloudflare", true)] {
        let row = catalogue().by_id(id).and_then(|id| id.row());
        let Some((name, value)) = row.and_then(|row| examples(row).next()) else { panic!("{id} has no example") };
        let right = scan("src/a.ts", &format!("export const {name} = \"{value}\";\n"));
        assert!(right.iter().all(|hit| hit.verified() && hit.evidence == Evidence::Checksum) && right.len() == 1, "{id}");
        let last = if value.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{last}", value.get(..value.len() - 1).unwrap_or(""));
        let wrong = scan("src/a.ts", &format!("export const {name} = \"{changed}\";\n"));
        assert_eq!(!wrong.is_empty(), stays, "{id}");
        assert!(wrong.iter().all(|hit| !hit.verified() && hit.severity < right[0].severity), "{id}");
    }
}

#[test]
fn a_publishable_value_that_is_glued_to_something_is_none() {
    for kind in &catalogue().publishable {
        assert!(!kind.examples.is_empty(), "{} has no example", kind.id);
        for example in &kind.examples {
            let value = format!("Q{}", expand(example, &mut Random::new(&kind.id)));
            assert!(catalogue().publishable(&value).is_none_or(|other| other.id != kind.id), "{}", kind.id);
        }
    }
}

#[test]
fn publishable_values_are_silent_under_any_name() {
    for kind in &catalogue().publishable {
        for example in &kind.examples {
            let value = expand(example, &mut Random::new(&kind.id));
            assert!(catalogue().publishable(&value).is_some(), "{}", kind.id);
            for name in ["API_KEY", "SECRET_TOKEN", "VALUE"] {
                for (path, text) in files(name, &value, "") {
                    assert!(scan(path, &text).is_empty(), "{} as {name} in {path}", kind.id);
                }
            }
        }
    }
}
