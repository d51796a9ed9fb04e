//! After a move the variable is there: what the place of the code has for reading it is used, and what must be declared is declared.

use super::Case;

const VITE: (&str, &str) = ("package.json", r#"{"devDependencies":{"vite":"7"}}"#);

#[test]
fn the_configuration_of_vite_reads_the_file_itself() {
    let of = |text: &str| {
        let case = Case::new(&[VITE, ("vite.config.ts", text)]);
        case.after(&case.fix("API_KEY"), "vite.config.ts")
    };
    let own = "import { defineConfig } from \"vite\";\nexport default defineConfig({ server: { headers: { key: «\"{{key}}\"» } } });\n";
    assert!(of(own).contains("import { defineConfig, loadEnv } from \"vite\";") && of(own).contains("key: loadEnv(\"\", process.cwd(), \"\").API_KEY }"));
    let by_mode = "import { defineConfig } from \"vite\";\nexport default defineConfig(({ mode }) => ({ server: { headers: { key: «\"{{key}}\"» } } }));\n";
    assert!(of(by_mode).contains("key: loadEnv(mode, process.cwd(), \"\").API_KEY }"));
    let has = |prefix: &str| {
        format!(
            "import {{ defineConfig, loadEnv }} from \"vite\";\nexport default defineConfig(({{ mode }}) => {{\n  const own = loadEnv(mode, process.cwd(), \"{prefix}\");\n  return {{ server: {{ headers: {{ key: «\"{{{{key}}}}\"» }} }} }};\n}});\n"
        )
    };
    assert!(of(&has("")).contains("key: own.API_KEY }"));
    assert!(of(&has("VITE_")).contains("key: loadEnv(mode, process.cwd(), \"\").API_KEY }"), "that one has only what is published");
}

#[test]
fn a_worker_declares_what_it_reads() {
    let package = [("package.json", r#"{"devDependencies":{"wrangler":"4"}}"#), ("wrangler.toml", "main = \"src/a.ts\"\n")];
    let handler = "export default { async fetch(request: Request, env: Env) { return fetch(\"https://a.io\", { headers: { key: «\"{{key}}\"» } }); } };\n";
    let beside = ("src/types.ts", "export interface Env {\n  DB: D1Database;\n}\n");
    let case = Case::new(&[package[0], package[1], beside, ("src/a.ts", handler)]);
    assert_eq!(case.after(&case.fix("API_KEY"), "src/types.ts"), "export interface Env {\n  DB: D1Database;\n  API_KEY: string;\n}\n");
    let own = format!("type Env = {{ DB: D1Database }};\n{handler}");
    let case = Case::new(&[package[0], package[1], ("src/a.ts", &own)]);
    assert!(case.after(&case.fix("API_KEY"), "src/a.ts").starts_with("type Env = { DB: D1Database; API_KEY: string };\n"));
    // Which of two is meant is not known.
    let case = Case::new(&[package[0], package[1], beside, ("src/other.ts", beside.1), ("src/a.ts", handler)]);
    assert!(case.fix("API_KEY").edits.iter().all(|edit| !edit.file.as_str().ends_with("types.ts")));
}

#[test]
fn a_settings_class_names_its_env_file() {
    let class = "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    key: str = «\"{{key}}\"»\n    debug: bool = False\n";
    let case = Case::new(&[("requirements.txt", "pydantic-settings\n"), ("a.py", class)]);
    let after = case.after(&case.fix("KEY"), "a.py");
    assert!(after.contains("    model_config = SettingsConfigDict(env_file=\".env\", extra=\"ignore\")\n    key: str\n"), "{after}");
    for loaded in ["from dotenv import load_dotenv\nload_dotenv()\n", "import dotenv\n\ndotenv.load_dotenv()\n"] {
        let case = Case::new(&[("requirements.txt", "pydantic-settings\n"), ("a.py", class), ("main.py", loaded)]);
        assert!(!case.after(&case.fix("KEY"), "a.py").contains("env_file"));
    }
    let has = class.replace("    key", "    model_config = SettingsConfigDict(case_sensitive=False)\n    key");
    let case = Case::new(&[("requirements.txt", "pydantic-settings\n"), ("a.py", &has)]);
    assert!(case.after(&case.fix("KEY"), "a.py").contains("SettingsConfigDict(env_file=\".env\", extra=\"ignore\", case_sensitive=False)"));
}

#[test]
fn prisma_loads_nothing_by_itself() {
    let config = "import { defineConfig } from \"prisma/config\";\n\nexport default defineConfig({ datasource: { url: «\"{{key}}\"» } });\n";
    let case = Case::new(&[("package.json", r#"{"devDependencies":{"prisma":"7"}}"#), ("prisma.config.ts", config)]);
    let fix = case.fix("DATABASE_URL");
    let after = "import \"dotenv/config\";\nimport { defineConfig, env } from \"prisma/config\";\n\nexport default defineConfig({ datasource: { url: env(\"DATABASE_URL\") } });\n";
    assert_eq!(case.after(&fix, "prisma.config.ts"), after);
    assert!(fix.note.is_some_and(|note| note.contains("npm install dotenv")));
}

#[test]
fn frameworks_have_it_declared() {
    let nuxt = ("package.json", r#"{"dependencies":{"nuxt":"4"}}"#);
    let config = ("nuxt.config.ts", "export default defineNuxtConfig({\n  runtimeConfig: {\n    public: {},\n  },\n});\n");
    let handler = "export default defineEventHandler((event) => {\n  const own = useRuntimeConfig(event);\n  return $fetch(\"https://a.io\", { headers: { key: «\"{{key}}\"» } });\n});\n";
    let case = Case::new(&[nuxt, config, ("server/api/a.ts", handler)]);
    let fix = case.fix("API_KEY");
    assert!(case.after(&fix, "server/api/a.ts").contains("key: own.apiKey }"));
    assert!(case.after(&fix, "nuxt.config.ts").contains("    public: {},\n    apiKey: \"\",\n"));
    assert_eq!(case.after(&fix, ".env"), "NUXT_API_KEY={{key}}\n");
    let without = handler.replace("  const own = useRuntimeConfig(event);\n", "");
    let case = Case::new(&[nuxt, config, ("server/api/a.ts", &without)]);
    assert!(case.after(&case.fix("API_KEY"), "server/api/a.ts").contains("key: process.env.API_KEY! }"));

    let astro = ("package.json", r#"{"dependencies":{"astro":"5"}}"#);
    let schema = "import { defineConfig, envField } from \"astro/config\";\nexport default defineConfig({ env: { schema: { A: envField.string({ context: \"server\", access: \"secret\" }) } } });\n";
    let case = Case::new(&[astro, ("astro.config.mjs", schema), ("src/pages/a.ts", "export const key = «\"{{key}}\"»;\n")]);
    let fix = case.fix("API_KEY");
    assert_eq!(case.after(&fix, "src/pages/a.ts"), "import { API_KEY } from \"astro:env/server\";\nexport const key = API_KEY;\n");
    assert!(case.after(&fix, "astro.config.mjs").contains(", API_KEY: envField.string({ context: \"server\", access: \"secret\" }) }"));
}

#[test]
fn a_program_that_has_the_library_loads_the_file_where_it_begins() {
    let package = ("package.json", r#"{"dependencies":{"dotenv":"17"}}"#);
    let titles = |name: &str, beside: &[(&str, &str)]| {
        let files: Vec<(&str, &str)> =
            [package, (name, "const key = «\"{{key}}\"»;\nmodule.exports = require(\"./a\")(key);\n")].into_iter().chain(beside.iter().copied()).collect();
        let case = Case::new(&files);
        let fixes = case.fixes("API_KEY");
        fixes.iter().find(|fix| fix.title.contains("load that file here")).map(|fix| case.after(fix, name))
    };
    assert_eq!(
        titles("index.js", &[]).as_deref(),
        Some("require(\"dotenv/config\");\nconst key = process.env.API_KEY;\nmodule.exports = require(\"./a\")(key);\n")
    );
    assert_eq!(titles("lib/pay.js", &[]), None, "the program begins elsewhere");
    assert_eq!(titles("index.js", &[("load.js", "require(\"dotenv\").config();\n")]), None, "somebody loads it");
}

#[test]
fn what_is_put_at_the_top_leaves_no_empty_line_there() {
    let case = Case::new(&[("package.json", "{}"), ("a.js", "module.exports = «\"{{key}}\"»;\n")]);
    let fixes = case.fixes("API_KEY");
    let checked = fixes.iter().find(|fix| fix.title.contains("stop where it is missing")).expect("a move with a check");
    assert!(case.after(checked, "a.js").starts_with("const apiKey = process.env.API_KEY;\nif (!apiKey)"));
}
