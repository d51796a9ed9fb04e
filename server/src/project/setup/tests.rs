use std::sync::Arc;

use super::*;
use crate::facts::setup::{Answer, Origin};
use crate::syntax::Document;

fn documents(files: &[(&str, &str)]) -> Vec<(FileId, Option<Arc<Document>>)> {
    let document = |(name, text): &(&str, &str)| {
        let id = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&id).unwrap_or(Language::Text);
        (id.clone(), Some(Arc::new(Document::new(id, language, 0, text))))
    };
    files.iter().map(document).collect()
}

fn project(files: &[(&str, &str)]) -> Project {
    Project::new(vec![FileId::new("/w")]).with(documents(files))
}

fn facts(files: &[(&str, &str)]) -> Facts {
    let project = project(files);
    let (name, _) = files.first().expect("a file");
    project.setup().of(&FileId::new(&format!("/w/{name}"))).cloned().unwrap_or_else(|| panic!("nothing is known of {name}"))
}

fn switch(files: &[(&str, &str)], name: &str) -> Option<Answer> {
    let found: Vec<Answer> = facts(files).switches.iter().filter(|of| of.name == name).map(|of| of.is).collect();
    assert!(found.len() < 2, "{name} is said {} times", found.len());
    found.first().copied()
}

fn told(origin: &Origin) -> String {
    match origin {
        Origin::Variable(name) => format!("${name}"),
        Origin::Environment(prefix) => format!("${prefix}*"),
        Origin::Constant => "constant".into(),
        Origin::Unknown => "?".into(),
    }
}

/// `name <- origins`, one for each.
fn inlined(files: &[(&str, &str)]) -> Vec<String> {
    let one = |of: &crate::facts::setup::Inlined| format!("{} {} <- {}", of.way, of.name, of.from.iter().map(told).collect::<Vec<_>>().join(" "));
    facts(files).inlined.iter().map(one).collect()
}

#[test]
fn next_says_what_it_says_in_every_form() {
    let body = "{ productionBrowserSourceMaps: true, env: { KEY: process.env.API_KEY, NAME: 'x' }, images: { remotePatterns: [{ hostname: 'a.example' }, { hostname: '**' }] }, typescript: { ignoreBuildErrors: true }, output: 'export' }";
    let forms = [
        format!("module.exports = {body};"),
        format!("export default {body};"),
        format!("const nextConfig = {body};\nexport default nextConfig;"),
        format!("/** @type {{import('next').NextConfig}} */\nconst nextConfig = {body};\nmodule.exports = nextConfig;"),
        format!("import {{ withSentryConfig }} from '@sentry/nextjs';\nconst c = {body};\nexport default withSentryConfig(c, {{ silent: true }});"),
        format!("import createMDX from '@next/mdx';\nconst c = {body};\nexport default createMDX({{}})(c);"),
        format!("module.exports = async (phase, {{ defaultConfig }}) => {{\n  const c = {body};\n  return c;\n}};"),
        format!("let c = {body};\nc = require('x')(c);\nmodule.exports = c;"),
        format!("const base = {body};\nmodule.exports = {{ ...base, reactStrictMode: true }};"),
        format!("const make = () => ({body});\nexport default make();"),
        format!("function config(phase) {{ if (phase === 'x') {{ return {{}}; }} return {body}; }}\nexport default config;"),
    ];
    for text in &forms {
        let files = [("next.config.mjs", text.as_str())];
        for name in ["source-maps", "type-errors-ignored", "static-export"] {
            assert_eq!(switch(&files, name), Some(Answer::Yes), "{name} in {text}");
        }
        assert_eq!(switch(&files, "any-image-host"), Some(Answer::Yes), "{text}");
        assert_eq!(inlined(&files), ["env KEY <- $API_KEY", "env NAME <- constant"], "{text}");
    }
}

#[test]
fn what_depends_is_unknown_and_what_is_deployed_counts() {
    let maps = |value: &str| {
        switch(
            &[(
                "vite.config.ts",
                &format!(
                    "import {{ defineConfig }} from 'vite';\nexport default defineConfig(({{ mode, command }}) => ({{ build: {{ sourcemap: {value} }} }}));"
                ),
            )],
            "source-maps",
        )
    };
    for (value, answer) in [
        ("true", Answer::Yes),
        ("'inline'", Answer::Yes),
        ("'hidden'", Answer::No),
        ("false", Answer::No),
        ("mode !== 'production'", Answer::No),
        ("mode === 'production'", Answer::Yes),
        ("command === 'serve' ? true : 'hidden'", Answer::No),
        ("process.env.NODE_ENV === 'development'", Answer::No),
        ("process.env.SOURCEMAPS === 'yes'", Answer::Unknown),
        ("!!process.env.SENTRY ? 'hidden' : false", Answer::No),
        ("!!process.env.SENTRY ? true : false", Answer::Unknown),
        ("anything()", Answer::Unknown),
    ] {
        assert_eq!(maps(value), Some(answer), "{value}");
    }
    assert_eq!(switch(&[("vite.config.ts", "export default {};")], "source-maps"), None);
    let spread = [("vite.config.ts", "export default { ...other() };")];
    assert_eq!((switch(&spread, "source-maps"), facts(&spread).partial), (None, true));
    assert_eq!(switch(&[("vite.config.ts", "export default { build: { ...other() } };")], "source-maps"), Some(Answer::Unknown));
    assert_eq!(switch(&[("vue.config.js", "module.exports = {};")], "source-maps"), Some(Answer::Yes), "Vue CLI makes them if nobody says no");
    assert_eq!(switch(&[("vue.config.js", "module.exports = { ...other() };")], "source-maps"), Some(Answer::Unknown));
    let ifs = "export default ({ mode }) => {\n  if (mode === 'development') {\n    return { build: { sourcemap: true } };\n  }\n  return { build: { sourcemap: false } };\n};";
    assert_eq!(switch(&[("vite.config.js", ifs)], "source-maps"), Some(Answer::No));
}

#[test]
fn what_vite_copies_into_pages() {
    let studio = "import { defineConfig, loadEnv } from 'vite';\nexport default defineConfig(({ mode }) => {\n  const env = loadEnv(mode, '.', '');\n  return {\n    define: {\n      'process.env.API_KEY': JSON.stringify(env.GEMINI_API_KEY),\n      __VERSION__: JSON.stringify('1.0'),\n      'process.env': env,\n      all: JSON.stringify(process.env),\n      url: `https://${env.HOST}/x`,\n    },\n    envPrefix: ['VITE_', 'SUPABASE_'],\n  };\n});";
    assert_eq!(
        inlined(&[("vite.config.ts", studio)]),
        [
            "define process.env.API_KEY <- $GEMINI_API_KEY",
            "define __VERSION__ <- constant",
            "define process.env <- $*",
            "define all <- $*",
            "define url <- $HOST constant",
            "prefix VITE_* <- $VITE_*",
            "prefix SUPABASE_* <- $SUPABASE_*",
        ]
    );
    let reduced =
        "const env = process.env;\nexport default { define: { 'process.env': Object.keys(env).reduce((all, key) => ({ ...all, [key]: env[key] }), {}) } };";
    assert!(inlined(&[("vite.config.js", reduced)])[0].contains("$*"), "{:?}", inlined(&[("vite.config.js", reduced)]));
    let safe = "import { loadEnv } from 'vite';\nexport default ({ mode }) => ({ define: { e: loadEnv(mode, process.cwd()) } });";
    assert_eq!(inlined(&[("vite.config.js", safe)]), ["define e <- $VITE_*"]);
}

#[test]
fn plugins_are_found_where_they_stand() {
    let next = "const webpack = require('webpack');\nmodule.exports = {\n  webpack: (config, { dev }) => {\n    const key = process.env.SECRET;\n    config.plugins.push(new webpack.DefinePlugin({ KEY: JSON.stringify(key) }));\n    if (!dev) {\n      config.devtool = 'source-map';\n    }\n    return config;\n  },\n};";
    assert_eq!(inlined(&[("next.config.js", next)]), ["define KEY <- $SECRET"]);
    assert_eq!(switch(&[("next.config.js", next)], "source-maps"), Some(Answer::Unknown));
    let webpack = "const Dotenv = require('dotenv-webpack');\nconst { EnvironmentPlugin } = require('webpack');\nmodule.exports = (env, argv) => ({\n  devtool: argv.mode === 'production' ? 'source-map' : 'eval',\n  plugins: [new Dotenv(), new EnvironmentPlugin(['A', 'B']), new EnvironmentPlugin({ C: 'x' })],\n});";
    assert_eq!(
        inlined(&[("webpack.prod.js", webpack)]),
        ["env-file * <- $*", "environment-plugin A <- $A", "environment-plugin B <- $B", "environment-plugin C <- $C"]
    );
    assert_eq!(switch(&[("webpack.prod.js", webpack)], "source-maps"), Some(Answer::Yes));
}

#[test]
fn nuxt_and_expo_ship_their_public_parts() {
    let nuxt = "export default defineNuxtConfig({ runtimeConfig: { secret: 'a', public: { base: process.env.BASE, nested: { key: 'x' } } }, sourcemap: { server: true, client: true }, routeRules: { '/**': { headers: { 'X-Frame-Options': 'DENY' } } } });";
    assert_eq!(inlined(&[("nuxt.config.ts", nuxt)]), ["public-runtime-config base <- $BASE", "public-runtime-config nested.key <- constant"]);
    let headers = facts(&[("nuxt.config.ts", nuxt)]).headers;
    assert_eq!(headers.first().map(|of| (of.name.as_str(), of.pattern.as_deref())), Some(("x-frame-options", Some("/**"))));
    let package = ("package.json", "{\"dependencies\": {\"expo\": \"^51.0.0\"}}");
    assert_eq!(inlined(&[("app.json", "{\"expo\": {\"extra\": {\"key\": \"abc\"}}}"), package]), ["extra key <- constant"]);
    assert_eq!(
        inlined(&[("app.config.ts", "export default ({ config }) => ({ ...config, extra: { key: process.env.KEY } });"), package]),
        ["extra key <- $KEY"]
    );
    assert!(project(&[("app.json", "{\"expo\": {\"extra\": {\"key\": \"abc\"}}}")]).setup().of(&FileId::new("/w/app.json")).is_none(), "no Expo here");
}

#[test]
fn headers_of_every_platform() {
    let header = |files: &[(&str, &str)]| -> Vec<String> {
        let told = |of: &crate::facts::setup::Header| format!("{} {}: {}", of.pattern.as_deref().unwrap_or("-"), of.name, of.value.as_deref().unwrap_or("?"));
        facts(files).headers.iter().map(told).collect()
    };
    let next = "const security = [{ key: 'X-Frame-Options', value: 'DENY' }, { key: 'Content-Security-Policy', value: policy() }];\nexport default { async headers() { return [{ source: '/(.*)', headers: security }]; } };";
    assert_eq!(header(&[("next.config.mjs", next)]), ["/(.*) x-frame-options: DENY", "/(.*) content-security-policy: ?"]);
    let list = "{\"headers\": [{\"source\": \"/a\", \"headers\": [{\"key\": \"Access-Control-Allow-Origin\", \"value\": \"*\"}]}]}";
    assert_eq!(header(&[("vercel.json", list)]), ["/a access-control-allow-origin: *"]);
    assert_eq!(header(&[("firebase.json", &format!("{{\"hosting\": {list}}}"))]), ["/a access-control-allow-origin: *"]);
    assert_eq!(header(&[("firebase.json", &format!("{{\"hosting\": [{list}]}}"))]), ["/a access-control-allow-origin: *"]);
    assert_eq!(header(&[("netlify.toml", "[[headers]]\nfor = \"/*\"\n[headers.values]\nX-A = \"b\"\n")]), ["/* x-a: b"]);
    assert_eq!(header(&[("public/_headers", "# all\n/*\n  X-A: b: c\n  ! X-B\n/b\n\tX-C: d\n")]), ["/* x-a: b: c", "/b x-c: d"]);
    assert_eq!(header(&[("render.yaml", "services:\n  - headers:\n      - path: /*\n        name: X-A\n        value: b\n")]), ["/* x-a: b"]);
}

#[test]
fn configurations_of_several_files_are_followed() {
    let config = "import { security } from './headers';\nimport data from './data.json';\nexport default { env: { A: data.key }, headers: () => [{ source: '/', headers: security }] };";
    let files = [
        ("next.config.mjs", config),
        ("headers.js", "export const security = [{ key: 'X-A', value: 'b' }];"),
        ("data.json", "{\"key\": \"x\"}"),
        ("page.tsx", "export default 1;"),
    ];
    assert_eq!(facts(&files).headers.len(), 1);
    assert_eq!(inlined(&files), ["env A <- constant"]);
    let before = project(&files);
    let after = before.with(documents(&[("headers.js", "export const security = [{ key: 'X-A', value: 'b' }, { key: 'X-B', value: 'c' }];")]));
    assert_eq!(after.setup().of(&FileId::new("/w/next.config.mjs")).map(|facts| facts.headers.len()), Some(2));
    let gone = after.with(vec![(FileId::new("/w/headers.js"), None)]);
    assert_eq!(gone.setup().of(&FileId::new("/w/next.config.mjs")).map(|facts| facts.headers.len()), Some(0));
    let elsewhere = before.with(documents(&[("page.tsx", "export default 2;")]));
    assert!(Arc::ptr_eq(before.setup(), elsewhere.setup()), "an edit that no configuration reads changes nothing");
}

#[test]
fn endless_configurations_end() {
    for text in [
        "const a = { ...b };\nconst b = { ...a };\nexport default a;",
        "function f() { return f(); }\nexport default f();",
        "const f = () => ({ ...f() });\nexport default f;",
        "export { default } from './next.config.mjs';",
        "export default (() => { const c = wrap(c); return c; })();",
        "export default {",
        "export default { env: { a",
        "module.exports = {\n  headers: async () => [",
        "let c = {};\nc = { ...c, env: {} };\nc = { ...c, output: 'export' };\nexport default c;",
    ] {
        project(&[("next.config.mjs", text)]);
    }
    let deep = format!("export default {{ env: {}{} }};", "{ a: ".repeat(300), "}".repeat(300));
    project(&[("next.config.mjs", &deep)]);
}

const SERVERLESS: &str = "service: x\nprovider:\n  name: aws\n  environment:\n    TABLE: ${self:custom.table}\nfunctions:\n  get:\n    handler: src/notes.get\n    events:\n      - httpApi: GET /notes/{id}\n      - http:\n          path: v1/notes\n          method: post\n          authorizer:\n            type: COGNITO_USER_POOLS\n      - sqs: arn:x\n";
const SAM: &str = "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Api:\n    Auth:\n      DefaultAuthorizer: Pool\nResources:\n  Get:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: api/\n      Handler: app.get\n      Events:\n        One:\n          Type: Api\n          Properties:\n            Path: /notes\n            Method: get\n        Two:\n          Type: Api\n          Properties:\n            Path: /open\n            Method: any\n            Auth:\n              Authorizer: NONE\n        Three:\n          Type: Schedule\n";

fn bound(project: &Project, file: &str) -> Vec<String> {
    let told = |of: &Bound| format!("{} {} {} {}", of.export, of.methods.join("|"), of.path.as_deref().unwrap_or("?"), of.authorizer.word());
    project.setup().bound_in(&FileId::new(&format!("/w/{file}"))).iter().map(told).collect()
}

#[test]
fn handlers_are_bound_by_serverless_and_sam() {
    let known = project(&[("serverless.yml", SERVERLESS), ("src/notes.ts", "export const get = async (event) => ({});")]);
    assert_eq!(bound(&known, "src/notes.ts"), ["get GET /notes/{id} no", "get POST /v1/notes yes"]);
    let known = project(&[("template.yaml", SAM), ("api/app.py", "def get(event, context):\n    return {}\n")]);
    assert_eq!(bound(&known, "api/app.py"), ["get GET /notes yes", "get  /open no"]);
    let code = "const config = { functions: { a: { handler: 'src/notes.get', events: [{ http: { method: 'get', path: 'a' } }] } } };\nmodule.exports = config;";
    let known = project(&[("serverless.ts", code), ("src/notes.ts", "export const get = 1;")]);
    assert_eq!(bound(&known, "src/notes.ts"), ["get GET /a no"]);
}

#[test]
fn a_handler_may_name_its_own_folder() {
    let files = [
        (
            "serverless.ts",
            "import hello from '@functions/hello';\nimport * as all from './src/functions';\nmodule.exports = { functions: { hello, other: all.other } };",
        ),
        ("tsconfig.json", "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@functions/*\": [\"src/functions/*\"]}}}"),
        ("libs/path.ts", "export const pathOf = (context: string) => `${context.split(process.cwd())[1].substring(1).replace('a', '/')}`;"),
        ("src/functions/index.ts", "export { default as other } from './other';"),
        (
            "src/functions/hello/index.ts",
            "import { pathOf } from '../../../libs/path';\nexport default { handler: `${pathOf(__dirname)}/handler.main`, events: [{ http: { method: 'post', path: 'hello' } }] };",
        ),
        ("src/functions/hello/handler.ts", "export const main = async () => ({});"),
        (
            "src/functions/other/index.ts",
            "export default { handler: `${__dirname.split(process.cwd())[1].substring(1)}/handler.handler`, events: [{ httpApi: 'GET /other' }] };",
        ),
        ("src/functions/other/handler.ts", "export const handler = async () => ({});"),
    ];
    let known = project(&files);
    assert_eq!(bound(&known, "src/functions/hello/handler.ts"), ["main POST /hello no"]);
    assert_eq!(bound(&known, "src/functions/other/handler.ts"), ["handler GET /other no"]);
}

#[test]
fn wrappers_get_the_configuration_first() {
    let maps = |text: &str| switch(&[("next.config.js", text)], "source-maps");
    let options = "{ productionBrowserSourceMaps: false, hideSourceMaps: true }";
    assert_eq!(maps(&format!("const c = {{}};\nmodule.exports = withSentryConfig(c, {options});")), None);
    assert_eq!(maps(&format!("const c = {{ productionBrowserSourceMaps: true }};\nmodule.exports = withPlugins([a, [b, {options}]], c);")), Some(Answer::Yes));
    assert_eq!(maps("const c = { productionBrowserSourceMaps: true };\nmodule.exports = process.env.DSN ? withSentryConfig(c, {}) : c;"), Some(Answer::Yes));
    assert_eq!(maps("const { withX } = require('x');\nmodule.exports = withX(unknown, { productionBrowserSourceMaps: true });"), None);
}

#[test]
fn variables_are_told_without_their_values() {
    let told = |files: &[(&str, &str)]| -> Vec<String> {
        facts(files).variables.iter().map(|of| format!("{} {}{}", of.name, of.value.word(), if of.public { " public" } else { "" })).collect()
    };
    assert_eq!(
        told(&[(".env", "A=1\nVITE_B=\"two words\"\n# C=3\nD=\nE=${A}\nF=your-key-here\n")]),
        ["A constant", "VITE_B constant public", "D empty", "E reference", "F placeholder"]
    );
    assert_eq!(told(&[("Dockerfile", "FROM x\nARG TOKEN\nARG A=1\nENV B=c D=$A\n")]), ["TOKEN reference", "A constant", "B constant", "D reference"]);
    let compose = "services:\n  web:\n    environment:\n      A: b\n      C:\n    env_file: .env\n  db:\n    environment:\n      - D=e\n      - F\n      - G=${H}\n    env_file:\n      - one.env\n";
    assert_eq!(
        told(&[("docker-compose.yml", compose)]),
        ["A constant", "C empty", "D constant", "F reference", "G reference", ".env reference", "one.env reference"]
    );
    let workflow = "env:\n  A: b\njobs:\n  x:\n    env:\n      NEXT_PUBLIC_C: ${{ secrets.D }}\n    steps:\n      - run: y\n        env:\n          E: 1\n";
    assert_eq!(told(&[(".github/workflows/ci.yml", workflow)]), ["A constant", "NEXT_PUBLIC_C reference public", "E constant"]);
    assert_eq!(told(&[("wrangler.toml", "main = \"src/i.ts\"\n[vars]\nA = \"b\"\n[env.prod.vars]\nC = \"d\"\n")]), ["A constant", "C constant"]);
    assert_eq!(told(&[("wrangler.jsonc", "{\"vars\": {\"A\": \"b\",}, // x\n}")]), ["A constant"]);
    assert_eq!(
        told(&[("template.yaml", "Resources:\n  A:\n    Properties:\n      Environment:\n        Variables:\n          T: !Ref X\n          U: v\n")]),
        ["T reference", "U constant"]
    );
    assert_eq!(switch(&[(".env.production", "GENERATE_SOURCEMAP=false\n")], "source-maps"), Some(Answer::No));
}

#[test]
fn versions_come_from_the_nearest_package_and_its_lockfile() {
    let files = [
        ("package.json", "{\"devDependencies\": {\"turbo\": \"2.0.1\"}}"),
        ("package-lock.json", "{\"packages\": {\"node_modules/next\": {\"version\": \"14.2.3\"}, \"apps/b/node_modules/next\": {\"version\": \"13.1.0\"}}}"),
        ("apps/a/package.json", "{\"dependencies\": {\"next\": \"^14.0.0\", \"react\": \"^18.2.0\", \"zod\": \"latest\"}}"),
        ("apps/b/package.json", "{\"dependencies\": {\"next\": \"^13.0.0\"}}"),
        ("api/requirements.txt", "Django==5.1.2\n"),
    ];
    let known = project(&files);
    let version = |known: &Project, file: &str, package: &str| {
        known.version_of(&FileId::new(&format!("/w/{file}")), package).map(|version| (version.major, version.minor, version.patch, version.exact))
    };
    assert_eq!(version(&known, "apps/a/app/page.tsx", "next"), Some((14, 2, 3, true)));
    assert_eq!(version(&known, "apps/b/app/page.tsx", "next"), Some((13, 1, 0, true)));
    assert_eq!(version(&known, "apps/a/app/page.tsx", "react"), Some((18, 2, 0, false)));
    assert_eq!(version(&known, "apps/a/app/page.tsx", "zod"), None);
    assert_eq!(version(&known, "apps/a/app/page.tsx", "turbo"), Some((2, 0, 1, true)));
    assert_eq!(version(&known, "api/app.py", "django"), Some((5, 1, 2, true)));
    assert_eq!(version(&known, "api/app.py", "next"), None);
    let edited = known.with(documents(&[("apps/a/package.json", "{\"dependencies\": {\"next\": \"15.0.0\"}}"), ("package-lock.json", "{")]));
    assert_eq!(version(&edited, "apps/a/app/page.tsx", "next"), Some((15, 0, 0, true)));
}
