use super::*;
use crate::facts::secrets::sample::{Random, expand};
use crate::facts::secrets::{Evidence, Severity};
use crate::model::lower;
use crate::syntax::Language;
use crate::text::FileId;

fn scan(path: &str, template: &str) -> (String, Vec<SecretHit>) {
    let text = expand(template, &mut Random::new("code"));
    let file = FileId::new(&format!("/p/{path}"));
    let Some(language) = Language::of(&file) else { panic!("{path}") };
    let document = Document::new(file, language, 0, &text);
    let Some(model) = lower::lower(&document, None) else { panic!("{path} does not lower") };
    let hits = in_code(&model, &document, path);
    (text, hits)
}

fn ids(path: &str, template: &str) -> Vec<&'static str> {
    scan(path, template).1.iter().map(|hit| hit.row.id()).collect()
}

fn silent(path: &str, templates: &[&str]) {
    for template in templates {
        assert_eq!(ids(path, template), [""; 0], "{template}");
    }
}

fn found(path: &str, id: &str, templates: &[&str]) {
    for template in templates {
        assert_eq!(ids(path, template), [id], "{template}");
    }
}

mod names;

#[test]
fn a_token_in_a_link_that_leads_nowhere_was_never_sent() {
    silent("src/mail.tsx", &["Mail.PreviewProps = { link: 'https://auth.example.com/reset?token={jwt:expired}' };\n"]);
    found("src/mail.tsx", "jwt", &["export const mail = { link: 'https://auth.acme.io/reset?token={jwt:expired}' };\n"]);
}

#[test]
fn whatever_gives_settings_has_fallbacks() {
    let found = |code: &str| ids("src/app.ts", code).len();
    assert_eq!(found("export const options = (c: ConfigService) => ({ password: c.get('DB_PASSWORD', '{alnum:18}') });\n"), 1);
    assert_eq!(found("export const options = (c: ConfigService) => ({ password: c.get('DB_PASSWORD') });\n"), 0);
    assert_eq!(found("export const row = cache.get('users', '{alnum:18}');\n"), 0);
}

#[test]
fn all_forms_of_a_fallback() {
    let forms = [
        "const s = process.env.JWT_SECRET || 'dev-secret';",
        "const s = process.env.JWT_SECRET ?? `dev-secret`;",
        "const s = process.env['JWT_SECRET'] || 'dev-secret';",
        "const s = process.env.JWT_SECRET ? process.env.JWT_SECRET : 'dev-secret';",
        "const { JWT_SECRET = 'dev-secret' } = process.env;",
        "const { JWT_SECRET: key = 'dev-secret' } = process.env;",
        "const s = import.meta.env.JWT_SECRET || 'dev-secret';",
        "const s = Deno.env.get('JWT_SECRET') ?? 'dev-secret';",
        "const s = Bun.env.JWT_SECRET || 'dev-secret';",
        "const s = env('JWT_SECRET', 'dev-secret');",
        "const s = config.get('JWT_SECRET', 'dev-secret');",
        "const env = z.object({ JWT_SECRET: z.string().min(1).default('dev-secret') }).parse(process.env);",
        "process.env.JWT_SECRET ??= 'dev-secret';",
        "const s = new TextEncoder().encode(process.env.JWT_SECRET || 'dev-secret');",
        "export default { secret: process.env.JWT_SECRET || 'dev-secret' };",
        "jwt.sign({ id }, process.env.JWT_SECRET || 'dev-secret', { expiresIn: '1h' });",
        "const s = process.env.JWT_SECRET || process.env.AUTH || 'dev-secret';",
        "const env = cleanEnv(process.env, { JWT_SECRET: str({ default: 'dev-secret' }) });",
        "const s = (process.env.JWT_SECRET as string) || 'dev-secret';",
    ];
    for form in forms {
        let (_, hits) = scan("src/a.ts", form);
        let [hit] = hits.as_slice() else { panic!("{} hits in {form}", hits.len()) };
        assert_eq!(hit.row.id(), "jwt-signing-secret", "{form}");
        assert!(hit.guessable && hit.severity == Severity::High, "{form}");
        let is_fallback = matches!(&hit.kind, HitKind::Fallback { env } if env == "JWT_SECRET" || env == "AUTH");
        assert!(is_fallback, "{form}: {:?}", hit.kind);
    }
    let forms = [
        "SECRET = os.environ.get('JWT_SECRET', 'dev-secret')",
        "SECRET = os.getenv('JWT_SECRET', 'dev-secret')",
        "SECRET = os.environ.get('JWT_SECRET') or 'dev-secret'",
        "SECRET = os.environ.setdefault('JWT_SECRET', 'dev-secret')",
        "SECRET = config('JWT_SECRET', default='dev-secret')",
        "SECRET = env.str('JWT_SECRET', 'dev-secret')",
        "SECRET = os.getenv('JWT_SECRET', default='dev-secret')",
        "class Settings(BaseSettings):\n    jwt_secret: str = 'dev-secret'\n",
        "class Settings(BaseSettings):\n    jwt_secret: str = Field('dev-secret')\n",
        "class Settings(BaseSettings):\n    jwt_secret: SecretStr = Field(default=SecretStr('dev-secret'))\n",
        "def token(user):\n    return jwt.encode({'sub': user}, os.getenv('JWT_SECRET', 'dev-secret'), algorithm='HS256')\n",
        "SECRET = os.environ['JWT_SECRET'] if 'JWT_SECRET' in os.environ else 'dev-secret'",
    ];
    for form in forms {
        let (_, hits) = scan("app/a.py", form);
        let [hit] = hits.as_slice() else { panic!("{} hits in {form}", hits.len()) };
        assert_eq!(hit.row.id(), "jwt-signing-secret", "{form}");
        assert!(matches!(&hit.kind, HitKind::Fallback { env } if env == "JWT_SECRET"), "{form}: {:?}", hit.kind);
    }
    found("app/a.py", "jwt-signing-secret", &["os.environ['JWT_SECRET'] = 'dev-secret'"]);
}

#[test]
fn fallbacks_that_open_nothing() {
    silent(
        "src/a.ts",
        &[
            "const s = process.env.JWT_SECRET || '';",
            "const s = process.env.PORT || '3000';",
            "const s = process.env.DATABASE_URL || 'postgres://postgres:postgres@localhost:5432/app';",
            "const s = process.env.API_KEY || 'test';",
            "const k = process.env.OPENAI_API_KEY ?? 'not-needed';",
            "const u = process.env.API_URL || 'https://api.acme.io/v1';",
            "const s = process.env.TOKEN_ISSUER || 'acme-accounts-service-1';",
            "const s = process.env.STRIPE_KEY || process.env.STRIPE_SECRET;",
        ],
    );
    silent(
        "app/a.py",
        &["K = os.getenv('OPENAI_API_KEY', 'EMPTY')", "class Settings(BaseSettings):\n    smtp_password: str = ''\n    smtp_host: str = 'smtp.acme.io'\n"],
    );
}

#[test]
fn keys_wherever_they_stand() {
    found(
        "src/a.ts",
        "stripe-secret",
        &[
            "const stripe = new Stripe('sk_live_{alnum:40}');",
            "const stripe = require('stripe')('sk_live_{alnum:40}');",
            "fetch(url, { headers: { Authorization: `Bearer sk_live_{alnum:40}` } });",
            "const key = 'sk_live_' + '{alnum:40}';",
            "const key = 'sk_' + 'live_' + '{alnum:40}';",
            "class A { private key = 'sk_live_{alnum:40}'; }",
            "function f(key = 'sk_live_{alnum:40}') {}",
            "const keys = ['sk_live_{alnum:40}'];",
            "enum Keys { Stripe = 'sk_live_{alnum:40}' }",
            "export default 'sk_live_{alnum:40}';",
            "if (a) { run({ b: { c: ['sk_live_{alnum:40}'] } }); }",
            "const u = `https://api.acme.io/?key=sk_live_{alnum:40}`;",
            "// const key = 'sk_live_{alnum:40}'",
            "/* sk_live_{alnum:40} */",
            "const x = a ? 'sk_live_{alnum:40}' : b;",
            "const f = () => 'sk_live_{alnum:40}';",
            "localStorage.setItem('k', 'sk_live_{alnum:40}');",
            "console.log('sk_live_{alnum:40}');",
            "export const key = 'sk_live_{alnum:40}' as const;",
        ],
    );
    found("src/a.tsx", "stripe-secret", &["export default () => <Pay apiKey=\"sk_live_{alnum:40}\" />;", "export default () => <p>sk_live_{alnum:40}</p>;"]);
    found(
        "app/a.py",
        "stripe-secret",
        &[
            "stripe.api_key = 'sk_live_{alnum:40}'",
            "KEY = 'sk_live_' '{alnum:40}'",
            "headers = {'Authorization': f'Bearer sk_live_{alnum:40}'}",
            "KEY = b'sk_live_{alnum:40}'",
            "# sk_live_{alnum:40}",
            "'''Docs.\n\nsk_live_{alnum:40}\n'''",
            "def f(key='sk_live_{alnum:40}'): pass",
            "@f('sk_live_{alnum:40}')\ndef g(): pass",
            "x = [k for k in ['sk_live_{alnum:40}']]",
        ],
    );
}

#[test]
fn the_token_and_the_literal_have_their_own_places() {
    let (text, hits) = scan("src/a.ts", "fetch(u, { headers: { Authorization: 'Bearer sk_live_{alnum:40}' } });");
    let [hit] = hits.as_slice() else { panic!("{} hits", hits.len()) };
    assert!(hit.token.of(&text).starts_with("sk_live_") && hit.token.len() == 48 && hit.span == hit.token);
    assert!(hit.literal.of(&text).starts_with("'Bearer ") && hit.literal.of(&text).ends_with('\''));
    assert_eq!(hit.name, "Authorization");
    let (text, hits) = scan("app/a.py", "x = 1\n\nKEY = 'sk_live_' + '{alnum:40}'\n");
    let [hit] = hits.as_slice() else { panic!("{} hits", hits.len()) };
    assert!(hit.literal.of(&text).starts_with("'sk_live_' + '"), "{}", hit.literal.of(&text).len());
    let (text, hits) = scan("src/a.ts", "const k = \"\\u0073k_live_{alnum:40}\";");
    let [hit] = hits.as_slice() else { panic!("{} hits", hits.len()) };
    assert!(hit.literal.of(&text).starts_with("\"\\u0073"), "an escaped literal is shown as a whole");
}

#[test]
fn tests_and_samples_lower() {
    let severity = |path: &str, text: &str| scan(path, text).1.first().map(|hit| hit.severity);
    let live = "const k = 'sk_live_{alnum:40}';";
    assert_eq!(severity("src/a.ts", live), Some(Severity::Critical));
    assert_eq!(severity("tests/a.ts", live), Some(Severity::Medium), "live money stays worth a look");
    assert_eq!(severity("tests/test_a.py", "K = 'sk_test_{alnum:40}'"), Some(Severity::Low));
    assert_eq!(severity("scripts/a.ts", live), Some(Severity::High));
    assert_eq!(severity("src/a.ts", "// sk_live_{alnum:40}"), Some(Severity::High));
    silent("tests/test_a.py", &["password = 'hunter2-x9'", "SECRET = os.getenv('JWT_SECRET', 'dev-secret')", "jwt.encode(p, 'secret')"]);
    let (_, hits) = scan("tests/a.ts", "const k = 'ghp_{alnum:30}{crc62}';");
    assert!(hits.iter().all(|hit| hit.evidence == Evidence::Checksum && hit.severity >= Severity::Medium) && hits.len() == 1);
}

#[test]
fn an_id_is_worth_as_much_as_the_secret_beside_it() {
    let (_, hits) = scan("src/a.ts", "const id = 'AKIA{base32:16}';\nconst secretAccessKey = '{b64:40}';\n");
    assert_eq!(
        hits.iter().map(|hit| (hit.row.id(), hit.severity)).collect::<Vec<_>>(),
        [("aws-access-key-id", Severity::Critical), ("aws-secret", Severity::Critical)]
    );
    let (_, hits) = scan("src/a.ts", "const id = 'AKIA{base32:16}';\n");
    assert_eq!(hits.iter().map(|hit| hit.severity).collect::<Vec<_>>(), [Severity::Medium]);
    silent("src/a.ts", &["const sid = 'SK{hex:32}';"]);
}

#[test]
fn what_cannot_read_a_variable_has_no_fix() {
    let movable = |path: &str, text: &str| scan(path, text).1.iter().map(|hit| hit.movable).collect::<Vec<_>>();
    assert_eq!(movable("src/a.ts", "enum K { A = 'sk_live_{alnum:40}' }"), [false]);
    assert_eq!(movable("src/a.ts", "// sk_live_{alnum:40}"), [false]);
    assert_eq!(movable("src/a.ts", "const k = { a: 'sk_live_{alnum:40}' };"), [true]);
}

#[test]
fn half_typed_code_is_read_as_far_as_it_goes() {
    found("src/a.ts", "stripe-secret", &["const s = new Stripe('sk_live_{alnum:40}'", "const s = { key: 'sk_live_{alnum:40}',"]);
    silent("src/a.ts", &["const s = process.env.JWT_SECRET || ", "const s = process.env.JWT_SECRET || '", "const password = '", "if (password === '"]);
    silent("app/a.py", &["SECRET = os.getenv('JWT_SECRET', ", "password = '"]);
}

#[test]
fn deep_and_long_code_is_no_trouble() {
    let deep = format!("const x = {}1{};", "a ? (".repeat(150), ") : b".repeat(150));
    silent("src/a.ts", &[&deep]);
    let long = format!("const x = {} 'end';", "'part' + ".repeat(5000));
    silent("src/a.ts", &[&long]);
}
