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
    let hits = in_code(&model, &document, &FileHints::of(&document, path));
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
fn the_service_role_is_found_and_the_anonymous_key_is_not() {
    found("src/lib/supabase.ts", "supabase-service-role", &["export const db = createClient(url, '{jwt:service_role}');"]);
    silent(
        "src/lib/supabase.ts",
        &["export const db = createClient(url, '{jwt:anon}');", "const k = 'sb_publishable_{url:31}';", "const ANON_KEY = '{jwt:demo}';"],
    );
}

#[test]
fn names_that_only_a_vendor_has() {
    found(
        "src/a.ts",
        "mistral",
        &["const client = new Mistral({ apiKey: '{alnum:32}' });", "const mistralKey = '{alnum:32}';", "const c = { mistral: { apiKey: '{alnum:32}' } };"],
    );
    found("src/a.ts", "deepgram", &["const dg = new Deepgram('{hex:40}');", "const DEEPGRAM_KEY = '{hex:40}';"]);
    found("src/a.ts", "twilio-auth", &["const twilioAuthToken = '{hex:32}';"]);
    found("src/a.ts", "evm-private-key", &["const wallet = { privateKey: '0x{hex:64}' };"]);
    found("src/a.ts", "google-api-key", &["const ai = new GoogleGenerativeAI('AIza{url:35}'); // @google/generative-ai"]);
    found("src/a.ts", "gmail-app-password", &["nodemailer.createTransport({ service: 'gmail', auth: { user: 'a@gmail.com', pass: '{lower:16}' } });"]);
}

#[test]
fn a_firebase_configuration_is_published_on_purpose() {
    silent("src/firebase.ts", &["const firebaseConfig = { apiKey: 'AIza{url:35}', authDomain: 'x.firebaseapp.com', projectId: 'x', appId: '1:2:web:3' };"]);
    silent("src/a.tsx", &["export default () => <LoadScript googleMapsApiKey='AIza{url:35}' />;"]);
}

#[test]
fn secrets_that_sign_sessions_need_not_look_random() {
    found(
        "src/a.ts",
        "jwt-signing-secret",
        &[
            "jwt.sign({ id }, 'shhhhh');",
            "jwt.verify(token, 'shhhhh', cb);",
            "await new SignJWT(p).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('my secret'));",
        ],
    );
    found("src/a.ts", "jwt-signing-secret", &["import { verify } from 'jsonwebtoken';\nconst p = verify(t, 'shhhhh');"]);
    found(
        "src/a.ts",
        "session-secret",
        &[
            "app.use(session({ secret: 'keyboard cat', resave: false }));",
            "app.use(cookieParser('keyboard cat'));",
            "app.use(cookieSession({ keys: ['key-one-1'] }));",
        ],
    );
    found("src/a.ts", "auth-secret", &["export default NextAuth({ secret: 'supersecret' });", "export const auth = betterAuth({ secret: 'supersecret' });"]);
    found(
        "app.py",
        "flask-secret-key",
        &[
            "app.secret_key = 'dev'",
            "app.config['SECRET_KEY'] = 'dev'",
            "app.config.update(SECRET_KEY='dev-key')",
            "app.add_middleware(SessionMiddleware, secret_key='dev-key')",
        ],
    );
    found("shop/settings.py", "django-secret-key", &["SECRET_KEY = 'django-insecure-{alnum:50}'", "SECRET_KEY = 'x1y2z'"]);
    found(
        "src/a.ts",
        "signing-secret",
        &["import jwt from 'jsonwebtoken';\nconst SECRET = 'mysecret';", "import jwt from 'jsonwebtoken';\nconst secretKey = process.env.SECRET_KEY || 'dev';"],
    );
    found("app/tokens.py", "flask-secret-key", &["SECRET_KEY = os.getenv('SECRET_KEY', 'dev')"]);
    found("app/a.py", "jwt-signing-secret", &["jwt.encode(payload, 'secret', algorithm='HS256')", "jwt.decode(token, key='mysecret', algorithms=['HS256'])"]);
    silent(
        "src/a.ts",
        &[
            "jwt.sign(p, secret, { algorithm: 'HS256' });",
            "const JWT_SECRET_NAME = 'jwt-secret';",
            "const JWT_SECRET = 'JWT_SECRET';",
            "const SESSION_KEY = 'session_id_key';",
            "const t = { jwtSecret: 'The secret that signs your tokens' };",
        ],
    );
    silent("src/a.ts", &["const SECRET = 'mysecret';", "const secret = 'a description';"]);
    silent("app/a.py", &["jwt.decode(token, key, algorithms=['HS256'])", "SECRET_KEY = os.environ['SECRET_KEY']", "jwt_secret: str"]);
}

#[test]
fn logins_that_compare_with_a_literal() {
    found(
        "src/a.ts",
        "hardcoded-login",
        &[
            "if (email === 'admin@x.io' && password === 'letmein') login();",
            "const ok = req.body.password === 'admin123';",
            "if (password !== 'hunter2') return;",
            "if ('hunter2' === password) go();",
            "if (req.headers['x-admin-key'] === 'k9-open') next();",
            "if (req.headers.get('x-api-key') !== 'internal-2024') return;",
            "if (adminPassword == 'letmein') go();",
            "if (pin === '4711') go();",
        ],
    );
    found(
        "app/a.py",
        "hardcoded-login",
        &[
            "if request.form['password'] == 'letmein': pass",
            "if password == 'admin123' and user == 'admin': pass",
            "ok = form.get('password') == 'letmein'",
            "USERS = 1\nVALID_USERS = {'alice': 'wonder1and'}",
        ],
    );
    silent(
        "src/a.ts",
        &[
            "if (password === '') {}",
            "if (field.type === 'password') {}",
            "if (process.env.ADMIN_PASSWORD === 'changeme') throw 1;",
            "if (passwordType === 'text') {}",
            "if (errors.password === 'required') {}",
            "if (token === 'undefined') {}",
            "if (token.type === 'identifier') {}",
            "if (name === 'password') {}",
            "if (renderPass === 'translucent') {}",
            "if (settings.secret === 'changeme') warn();",
            "if (updatePassword === 'always') {}",
        ],
    );
    silent("tests/a.test.ts", &["expect(password === 'letmein').toBe(true);"]);
}

#[test]
fn texts_about_passwords_are_no_passwords() {
    silent(
        "src/a.tsx",
        &[
            "const t = { title: 'Sign in now', hint: 'Use your mail', password: 'Passwort ändern' };",
            "const t = { password: 'Password' };",
            "export default () => <input type='password' name='password' placeholder='Password123' />;",
            "const s = z.object({ password: z.string().min(8, 'Password too short') });",
            "const f = { name: 'password', type: 'password', label: 'Secret99' };",
            "const r = '/reset-password/abc123def';",
            "register('password', { required: 'Password is required' });",
            "test('password: Hunter2!', () => {});",
            "console.log('password: Hunter2!');",
            "t('auth.password.label2');",
            "const passwordRegex = '^[a-z]+1$';",
            "const q = useQuery({ queryKey: ['token-list-1'] });",
            "export default () => <div key='a8f9d7e6c5b4' className='pt-4 text-1' />;",
            "enum Field { Password = 'pass-w0rd' }",
            "import x from './password1.ts';",
            "const PASSWORD_RESET_TOKEN = 'reset-token-1';",
            "const cacheKey = '{hex:40}';",
            "const csrfToken = '{alnum:40}';",
            "const publicKey = '{alnum:40}';",
            "const integrity = 'sha512-{b64:86}==';",
            "const commitSha = '{hex:40}';",
            "const apiKey = 'your-api-key-goes-here1';",
            "const apiKey = process.env.API_KEY;",
            "const apiKey = `${prefix}-${id}`;",
            "const API_KEY = 'x-api-key-header-2';",
            "const token = '{uuid}';",
        ],
    );
    silent(
        "app/a.py",
        &[
            "password = 'password'",
            "PASSWORD_FIELD = 'passwd-1'",
            "parser.add_argument('--password', help='Hunter2')",
            "password = getpass.getpass('Password1: ')",
            "token = f'{prefix}-{name}'",
        ],
    );
}

#[test]
fn passwords_and_keys_by_name() {
    found(
        "src/a.ts",
        "generic-password",
        &["const dbPassword = 'Winter-2023!';", "const c = { user: 'app', password: 'k9-Zx2_q7' };", "await client.login({ password: 'hunter2' });"],
    );
    found(
        "src/a.ts",
        "generic-secret",
        &[
            "const apiKey = '{hex:40}';",
            "fetch(u, { headers: { 'X-Api-Key': '{alnum:32}' } });",
            "const API_KEYS = ['{alnum:32}'];",
            "headers.set('x-api-key', '{alnum:32}');",
        ],
    );
    found("src/a.ts", "admin-secret", &["const ADMIN_TOKEN = '{hex:64}';"]);
    found(
        "app/a.py",
        "generic-password",
        &[
            "DATABASES = {'default': {'HOST': 'db.acme.io', 'USER': 'app', 'PASSWORD': 'k9-Zx2_q7'}}",
            "smtp.connect(password='k9-Zx2_q7')",
            "requests.get(u, auth=('svc', 'k9-Zx2_q7'))",
        ],
    );
    found("app/a.py", "database-login", &["psycopg2.connect(host='db.acme.io', user='app', password='postgres')"]);
    silent("app/a.py", &["psycopg2.connect(host='localhost', user='app', password='postgres')"]);
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
fn a_key_file_in_a_string() {
    found("src/a.ts", "pem-private-key", &["const key = `{pem}`;"]);
    found(
        "src/a.ts",
        "gcp-service-account",
        &["const account = { type: 'service_account', client_email: 'a@b.iam.gserviceaccount.com', private_key: '{pem}' };"],
    );
    silent(
        "src/a.ts",
        &["if (!key.startsWith('-----BEGIN PRIVATE KEY-----')) throw 1;", "const e = '-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----';"],
    );
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
