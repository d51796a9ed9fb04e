//! Secrets in files that are no code.

use super::{Case, code, nothing};

#[test]
fn compose_reads_the_file_beside_it() {
    let case = Case::new(&[("docker-compose.yml", "services:\n  db:\n    environment:\n      STRIPE_KEY: «\"{{key}}\"»\n")]);
    let fix = case.fix("STRIPE_KEY");
    assert_eq!(case.after(&fix, "docker-compose.yml"), "services:\n  db:\n    environment:\n      STRIPE_KEY: \"${STRIPE_KEY}\"\n");
    assert_eq!(case.after(&fix, ".env"), "STRIPE_KEY={{key}}\n");
    let case = Case::new(&[("compose.yaml", "environment:\n  - K=«{{key}}»\n")]);
    assert_eq!(case.after(&case.fix("K"), "compose.yaml"), "environment:\n  - K=${K}\n");
}

#[test]
fn workflows_and_npm_know_their_own_places() {
    let case = Case::new(&[(".github/workflows/ci.yml", "env:\n  TOKEN: «{{key}}»\n")]);
    let fix = case.fix("NPM_TOKEN");
    assert_eq!(fix.edits.len(), 1);
    assert_eq!(case.after(&fix, ".github/workflows/ci.yml"), "env:\n  TOKEN: ${{ secrets.NPM_TOKEN }}\n");
    assert_eq!(fix.title, "Replace by ${{ secrets.NPM_TOKEN }} (value hidden)");
    let case = Case::new(&[("package.json", "{}"), (".npmrc", "//registry/:_authToken=«{{key}}»\n")]);
    assert_eq!(case.after(&case.fix("NPM_TOKEN"), ".npmrc"), "//registry/:_authToken=${NPM_TOKEN}\n");
}

#[test]
fn prisma_reads_the_environment() {
    let case = Case::new(&[("package.json", "{}"), ("prisma/schema.prisma", "datasource db {\n  url = «\"{{key}}\"»\n}\n")]);
    let fix = case.fix("DATABASE_URL");
    assert_eq!(case.after(&fix, "prisma/schema.prisma"), "datasource db {\n  url = env(\"DATABASE_URL\")\n}\n");
    assert_eq!(case.after(&fix, ".env"), "DATABASE_URL={{key}}\n");
}

#[test]
fn later_prisma_has_the_address_beside_the_schema() {
    let package = ("package.json", r#"{"devDependencies":{"prisma":"^7.1.0"}}"#);
    let schema = "datasource db {\n  provider = \"postgresql\"\n  url      = «\"{{key}}\"»\n}\n";
    let case = Case::new(&[package, ("prisma/schema.prisma", schema)]);
    let fix = case.fix("DATABASE_URL");
    assert_eq!(case.after(&fix, "prisma/schema.prisma"), "datasource db {\n  provider = \"postgresql\"\n}\n");
    assert!(case.after(&fix, "prisma.config.ts").contains("schema: \"prisma/schema.prisma\",\n  datasource: { url: env(\"DATABASE_URL\") },"));
    assert_eq!(case.after(&fix, ".env"), "DATABASE_URL={{key}}\n");
    let has_config = ("prisma.config.ts", "export default { schema: \"a\" };\n");
    assert!(Case::new(&[package, has_config, ("prisma/schema.prisma", schema)]).fixes("DATABASE_URL").is_empty());
}

#[test]
fn files_without_variables_are_left() {
    for (name, text) in [
        ("a.json", "{\"k\": «\"{{key}}\"»}\n"),
        ("a.sql", "insert into t values («'{{key}}'»);\n"),
        ("Dockerfile", "ENV K=«{{key}}»\n"),
        ("k8s.yaml", "value: «{{key}}»\n"),
        ("index.html", "<meta content=«\"{{key}}\"»>\n"),
        (".env", "K=«{{key}}»\n"),
        ("docker-compose.yml", "x: «'a$${{key}}'»\n"),
    ] {
        nothing(&[], name, text);
    }
}

#[test]
fn comments_lose_the_key() {
    code(&[], ".env", "# old: «{{key}}»\nA=1\n", "# old: <removed>\nA=1\n");
    code(&[], "a.sql", "-- «{{key}}»\nselect 1;\n", "-- <removed>\nselect 1;\n");
    code(&[], "docker-compose.yml", "# «{{key}}»\na: 1\n", "# <removed>\na: 1\n");
}

#[test]
fn settings_of_the_project_take_the_variable() {
    let config = "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    debug: bool = False  # dev\n    db: str\n\n    class Config:\n        env_file = \".env\"\n\n\nsettings = Settings()\n";
    let other = ("app/main.py", "from app.core.config import settings\n");
    let before = "import requests\n\nK = f(\"Bearer «{{key}}»\")\n";
    let case = Case::new(&[("requirements.txt", "pydantic-settings\n"), ("app/core/config.py", config), other, ("app/ai.py", before)]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(case.after(&fix, "app/ai.py"), "import requests\nfrom app.core.config import settings\n\nK = f(f\"Bearer {settings.openai_api_key}\")\n");
    assert_eq!(case.after(&fix, "app/core/config.py"), config.replace("    db: str\n", "    db: str\n    openai_api_key: str\n"));
    assert_eq!(case.after(&fix, ".env"), "OPENAI_API_KEY={{key}}\n");

    let cached = config.replace("settings = Settings()", "def get_settings():\n    return Settings()").replace("db: str", "db: SecretStr");
    let case = Case::new(&[
        ("requirements.txt", "pydantic-settings\n"),
        ("app/config.py", &cached),
        ("app/ai.py", "from .config import get_settings\nK = «\"{{key}}\"»\n"),
    ]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(case.after(&fix, "app/ai.py"), "from .config import get_settings\nK = get_settings().openai_api_key.get_secret_value()\n");
    assert!(!super::is_safe(&fix));
}

#[test]
fn a_checked_environment_takes_the_variable() {
    let env = "import { createEnv } from \"@t3-oss/env-nextjs\";\nimport { z } from \"zod\";\n\nexport const env = createEnv({\n  server: {\n    DATABASE_URL: z.string().url(),\n  },\n  client: {},\n  runtimeEnv: {\n    DATABASE_URL: process.env.DATABASE_URL\n  },\n});\n";
    let case = Case::new(&[
        ("package.json", r#"{"dependencies":{"next":"16"}}"#),
        ("src/env.js", env),
        ("src/db.ts", "import { env } from \"~/env\";\n"),
        ("src/ai.ts", "import OpenAI from \"openai\";\nnew OpenAI({ apiKey: «\"{{key}}\"» });\n"),
    ]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(case.after(&fix, "src/ai.ts"), "import OpenAI from \"openai\";\nimport { env } from \"~/env\";\nnew OpenAI({ apiKey: env.OPENAI_API_KEY });\n");
    assert_eq!(
        case.after(&fix, "src/env.js"),
        env.replace("z.string().url(),\n", "z.string().url(),\n    OPENAI_API_KEY: z.string().min(1),\n")
            .replace("process.env.DATABASE_URL\n", "process.env.DATABASE_URL,\n    OPENAI_API_KEY: process.env.OPENAI_API_KEY\n")
    );
}
