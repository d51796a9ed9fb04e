//! What a name may accuse, and what it may not.

use super::{found, silent};

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
