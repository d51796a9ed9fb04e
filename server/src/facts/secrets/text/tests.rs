use super::*;
use crate::facts::secrets::Severity;
use crate::facts::secrets::sample::{Random, expand};
use crate::text::FileId;

fn scan(path: &str, template: &str) -> (String, Vec<SecretHit>) {
    let text = expand(template, &mut Random::new("text"));
    let file = FileId::new(&format!("/p/{path}"));
    let Some(language) = Language::of(&file) else { panic!("{path}") };
    let document = Document::new(file, language, 0, &text);
    let hits = in_text(&document, &document.text(), &FileHints::of(&document, path));
    (text, hits)
}

/// Each hit as `row name`.
fn hits(path: &str, template: &str) -> Vec<String> {
    scan(path, template).1.iter().map(|hit| format!("{} {}", hit.row.id(), hit.name)).collect()
}

#[test]
fn lines_of_env_files() {
    let text = "# our keys\nexport OPENAI_API_KEY=sk-proj-{url:74}T3BlbkFJ{url:74} # mine\r\nDATABASE_URL=\"postgres://app:{alnum:14}@db.acme.io/app\"\nNAME = 'x'\nJWT_SECRET=changeme\n# STRIPE=sk_live_{alnum:40}\nGH_TOKEN='ghp_{alnum:30}{crc62}'";
    assert_eq!(
        hits(".env.production", text),
        ["openai-project OPENAI_API_KEY", "url-postgres DATABASE_URL", "jwt-signing-secret JWT_SECRET", "stripe-secret ", "github-token GH_TOKEN"]
    );
    let (text, found) = scan(".env", text);
    let literals: Vec<&str> = found.iter().map(|hit| hit.literal.of(&text)).collect();
    assert!(literals[0].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_') && literals[1].starts_with('"') && literals[1].ends_with('"'));
    assert_eq!((found[2].env.as_str(), found[3].kind.clone()), ("JWT_SECRET", HitKind::Comment));
}

#[test]
fn configuration_of_other_programs() {
    assert_eq!(hits("chart/templates/_helpers.tpl", "{{- define \"ci\" }}\ntoken: ghp_{alnum:30}{crc62}\n{{- end }}\n"), ["github-token "]);
    assert_eq!(hits("alembic.ini", "[alembic]\nsqlalchemy.url = postgres://app:{alnum:14}@db.acme.io/app\n"), ["url-postgres url"]);
    assert_eq!(hits("terraform.tfvars", "db_password = \"{alnum:18}\"\n"), ["generic-password db_password"]);
    for (path, text) in [
        ("chart/templates/_helpers.tpl", "{{/* Secret key that contains the Harbor admin password */}}\npassword: {{ .Values.password }}\n"),
        ("setup.cfg", "[metadata]\nname = shop\n"),
        ("alembic.ini", "sqlalchemy.url = driver://user:pass@localhost/dbname\n"),
        ("main.tf", "variable \"db_password\" {\n  sensitive = true\n}\nresource \"x\" \"y\" {\n  password = var.db_password\n}\n"),
        ("notes.bak", "the password is written on the board\n"),
    ] {
        assert!(hits(path, text).is_empty(), "{path}: {:?}", hits(path, text));
    }
}

#[test]
fn secrets_of_kubernetes_only_look_hidden() {
    use base64::Engine;
    let wrapped = |kind: &str, key: &str, plain: &str| {
        let plain = expand(plain, &mut Random::new("wrapped"));
        format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: shop\ndata:\n  {key}: {}\n", base64::engine::general_purpose::STANDARD.encode(plain))
    };
    assert_eq!(hits("deploy/secret.yaml", &wrapped("Secret", "stripe", "sk_live_{alnum:40}\n")), ["stripe-secret stripe"]);
    assert_eq!(hits("deploy/secret.yaml", &wrapped("Secret", "db-password", "{alnum:18}")), ["generic-password db-password"]);
    for text in [wrapped("Secret", "mode", "production"), wrapped("Secret", "password", "changeme"), wrapped("Secret", "note", "{alnum:18}")] {
        assert!(hits("deploy/secret.yaml", &text).is_empty(), "{text}");
    }
    // What is in another object's `data` is not told by its inside.
    assert!(hits("deploy/config.yaml", &wrapped("ConfigMap", "stripe", "sk_live_{alnum:40}")).is_empty());
}

#[test]
fn env_files_of_development_and_samples() {
    let local = "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app\nREDIS_URL=redis://:redis@redis:6379\nNEXT_PUBLIC_SUPABASE_ANON_KEY={jwt:anon}\nNEXT_PUBLIC_STRIPE_KEY=pk_live_{alnum:40}\nSECRET=\nTOKEN=${OTHER}\n";
    assert!(hits(".env", local).is_empty());
    let sample = "STRIPE_SECRET_KEY=sk_live_xxx\nOPENAI_API_KEY=your-key\nJWT_SECRET=change-me-please\nADMIN_PASSWORD=Secret123\nAPI_KEY=sk-...\n";
    assert!(hits(".env.example", sample).is_empty());
    assert_eq!(
        hits(".env.example", "STRIPE_SECRET_KEY=sk_live_{alnum:40}\nJWT_SECRET={hex:64}\n"),
        ["stripe-secret STRIPE_SECRET_KEY", "jwt-signing-secret JWT_SECRET"]
    );
}

#[test]
fn a_key_file_over_many_lines() {
    let pem = "KEY=\"{pem}\"\n";
    assert_eq!(hits(".env", pem), ["pem-private-key KEY"]);
    let (text, _) = scan(".env", pem);
    let lines = text.replace("\\n", "\n");
    let found = scan(".env", &lines).1;
    assert_eq!(found.len(), 1);
    assert!(found[0].token.of(&lines).starts_with("-----BEGIN") && found[0].token.of(&lines).ends_with("-----"));
    let bare = lines.replace("KEY=\"", "").replace('"', "");
    assert_eq!(hits("deploy/key.sh", &bare), ["pem-private-key "]);
}

#[test]
fn json_by_its_keys() {
    let account = "{\n  \"type\": \"service_account\",\n  \"project_id\": \"acme\",\n  \"private_key\": \"{pem}\",\n  \"client_email\": \"a@acme.iam.gserviceaccount.com\"\n}\n";
    assert_eq!(hits("service-account.json", account), ["gcp-service-account private_key"]);
    assert_eq!(
        hits(
            "config.json",
            "{\"db\": {\"host\": \"db.acme.io\", \"user\": \"app\", \"password\": \"k9-Zx2_q7\"}, // note\n \"mistral\": {\"apiKey\": \"{alnum:32}\"}}"
        ),
        ["generic-password password", "mistral apiKey"]
    );
    assert_eq!(
        hits("mcp.json", "{\"env\": [{\"name\": \"GITHUB_TOKEN\", \"value\": \"ghp_{alnum:30}{crc62}\"}], \"apiKeys\": [\"{alnum:32}\"]}"),
        ["github-token GITHUB_TOKEN", "generic-secret apiKey"]
    );
    for silent in [
        "{\"password\": \"Password\", \"title\": \"Sign in here\", \"b\": \"Forgot your mail?\", \"c\": \"Wähle eins\"}",
        "{\"label\": \"x1\", \"type\": \"password\", \"password\": \"Hunter2-x\"}",
        "{\"integrity\": \"sha512-{b64:86}==\", \"token\": \"{uuid}\"}",
        "{\"private_key_id\": \"{hex:40}\"}",
        "{\"scripts\": {\"token\": \"node scripts/token.js\"}}",
        "{\"password\": {\"type\": \"string\", \"example\": \"Hunter2-x\"}}",
        "{\"a\": \"",
        "{\"a\":",
        "[",
        "\"",
        "{\"password\": \"k9-Zx2_q7",
        "]}]}",
    ] {
        let found = hits("a.json", silent);
        assert!(found.is_empty() || silent.ends_with("_q7"), "{silent}: {found:?}");
    }
    assert!(hits("package-lock.json", "{\"k\": \"sk_live_{alnum:40}\"}").is_empty());
}

#[test]
fn yaml_by_its_keys() {
    let compose = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: postgres\n  web:\n    environment:\n      - STRIPE_KEY=sk_live_{alnum:40}\n      - JWT_SECRET=changeme # later\n      - NAME=${NAME}\n";
    assert_eq!(hits("docker-compose.yml", compose), ["stripe-secret STRIPE_KEY", "jwt-signing-secret JWT_SECRET"]);
    assert!(scan("docker-compose.yml", compose).1.iter().all(|hit| hit.movable));
    let config = "# old: sk_live_{alnum:40}\nmail:\n  smtp:\n    host: smtp.acme.io\n    password: \"k9-Zx2_q7\"\ndsn: postgresql://app:{alnum:14}@db.internal:5432/x\nenv:\n  - name: SYNC_TOKEN\n    value: {alnum:32}\nnote: |\n  password: k9-Zx2_q7\n";
    assert_eq!(hits("config.yaml", config), ["stripe-secret ", "generic-password password", "url-postgres dsn", "generic-secret SYNC_TOKEN"]);
    let workflow = "jobs:\n  a:\n    steps:\n      - uses: x\n        with:\n          token: ${{ secrets.GITHUB_TOKEN }}\n          password: {jwt:anon}\n";
    assert!(hits(".github/workflows/a.yml", workflow).is_empty());
}

#[test]
fn toml_by_its_tables() {
    let wrangler = "name = \"links\"\n[[kv_namespaces]]\nid = \"{hex:32}\"\n[vars]\nADMIN_TOKEN = \"{hex:64}\" # rotate\nKEYS = { api_key = \"{alnum:32}\" }\n# sk_live_{alnum:40}\n";
    assert_eq!(hits("wrangler.toml", wrangler), ["admin-secret ADMIN_TOKEN", "generic-secret api_key", "stripe-secret "]);
}

#[test]
fn other_files_by_their_assignments() {
    assert_eq!(
        hits(
            "Dockerfile",
            "FROM node\nENV A=1 STRIPE_KEY=\"sk_live_{alnum:40}\"\nARG SYNC_TOKEN={alnum:32}\nENV DB_PASSWORD k9-Zx2_q7\nRUN curl -H 'x: gsk_{alnum:52}'\n"
        ),
        ["stripe-secret STRIPE_KEY", "generic-secret SYNC_TOKEN", "generic-password DB_PASSWORD", "groq ",]
    );
    assert_eq!(
        hits(
            "deploy.sh",
            "#!/bin/sh\nexport SYNC_TOKEN={alnum:32}\nPGPASSWORD='k9-Zx2_q7' psql\ncurl -H \"Authorization: Bearer sk_live_{alnum:40}\" u\n# gsk_{alnum:52}\n"
        ),
        ["generic-secret SYNC_TOKEN", "generic-password PGPASSWORD", "stripe-secret ", "groq ",]
    );
    assert_eq!(
        hits(".npmrc", "//registry.npmjs.org/:_authToken=npm_{alnum:30}{crc62}\n//r.acme.io/:_password=\"azktWnhfcTc5\"\nsave=true\n"),
        ["npm authToken", "generic-password password"]
    );
    assert_eq!(hits(".netrc", "machine git.acme.io login app password k9-Zx2_q7\n"), ["generic-password password"]);
    assert_eq!(
        hits("schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = \"postgres://app:{alnum:14}@db.acme.io/x\"\n}\n"),
        ["url-postgres url"]
    );
    assert_eq!(
        hits("a.sql", "-- setup\nCREATE ROLE app LOGIN PASSWORD 'k9-Zx2_q7';\nselect 'password';\nselect vault('sk_live_{alnum:40}');\n"),
        ["generic-password password", "stripe-secret "]
    );
    assert_eq!(
        hits("index.html", "<script>const k = 'sk_live_{alnum:40}'; const p = 'pk_live_{alnum:40}';</script>\n<!-- gsk_{alnum:52} -->\n"),
        ["stripe-secret ", "groq "]
    );
    assert!(hits(".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n").is_empty());
}

#[test]
fn one_secret_is_one_hit() {
    let neon = "DATABASE_URL=postgresql://app:npg_{alnum:12}@ep-a-1.eu.aws.neon.tech/app?sslmode=require\n";
    let (text, found) = scan(".env", neon);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].env.as_str(), found[0].severity), ("DATABASE_URL", Severity::Critical));
    assert!(found[0].literal.of(&text).ends_with("require"));
    assert_eq!(hits("a.html", "<p>postgresql://app:npg_{alnum:12}@ep-a-1.eu.aws.neon.tech/app</p>").len(), 1);
}

#[test]
fn broken_and_hostile_files_end() {
    let lines = "A=\"x\n".repeat(20_000);
    assert!(hits(".env", &lines).is_empty());
    let tildes = "Q~".repeat(60_000);
    assert!(hits("a.html", &tildes).is_empty());
    let braces = "[{\"a\":".repeat(40_000);
    assert!(hits("a.json", &braces).is_empty());
    let dashes = "- ".repeat(40_000);
    assert!(hits("a.yaml", &dashes).is_empty());
    let words = "A=b ".repeat(10_000);
    assert!(hits("a.sh", &words).is_empty());
}
