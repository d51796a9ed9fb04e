//! Moving a secret in other ways than alone: everywhere, checked, loaded, through what the project reads its environment with.

use super::Case;

/// The text of a file after the fix whose title has these words.
fn after(files: &[(&str, &str)], words: &str, name: &str) -> Option<String> {
    let case = Case::new(files);
    let fix = case.fixes("STRIPE_SECRET_KEY").into_iter().find(|fix| fix.title.contains(words))?;
    case.verify(&fix);
    assert!(fix.title.contains("value hidden") && !fix.title.contains(&case.value));
    Some(case.after(&fix, name))
}

const NODE: (&str, &str) = ("package.json", r#"{"dependencies":{"express":"5"}}"#);

#[test]
fn one_value_in_several_files_becomes_one_variable() {
    let files = [
        NODE,
        ("lib/pay.js", "import Stripe from \"stripe\";\nexport const stripe = new Stripe(«\"{{key}}\"»);\n"),
        ("jobs/refund.js", "const headers = { Authorization: `Bearer {{key}}` };\nsend(headers, \"{{key}}\");\n"),
        ("README.md", "The key is {{key}}.\n"),
    ];
    let words = "all 3 uses in 2 files to STRIPE_SECRET_KEY in .env";
    assert_eq!(
        after(&files, words, "lib/pay.js").unwrap(),
        "import Stripe from \"stripe\";\nexport const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);\n"
    );
    assert_eq!(
        after(&files, words, "jobs/refund.js").unwrap(),
        "const headers = { Authorization: `Bearer ${process.env.STRIPE_SECRET_KEY}` };\nsend(headers, process.env.STRIPE_SECRET_KEY);\n"
    );
    assert_eq!(after(&files, words, ".env").unwrap(), "STRIPE_SECRET_KEY={{key}}\n");
}

#[test]
fn what_ships_is_not_changed_from_elsewhere() {
    let next = ("package.json", r#"{"dependencies":{"next":"16"}}"#);
    let files = [next, ("app/api/a/route.ts", "export const k = «\"{{key}}\"»;\n"), ("app/page.tsx", "\"use client\";\nexport const k = \"{{key}}\";\n")];
    assert_eq!(after(&files, "in 2 files", ".env.local"), None);
}

#[test]
fn a_program_that_stops_where_the_variable_is_missing() {
    let words = "and stop where it is missing";
    let ts = [NODE, ("a.ts", "import Stripe from \"stripe\";\n\nexport const stripe = new Stripe(«\"{{key}}\"»);\n")];
    assert_eq!(
        after(&ts, words, "a.ts").unwrap(),
        "import Stripe from \"stripe\";\n\nconst stripeSecretKey = process.env.STRIPE_SECRET_KEY;\nif (!stripeSecretKey) throw new Error(\"STRIPE_SECRET_KEY is not set\");\n\nexport const stripe = new Stripe(stripeSecretKey);\n"
    );
    let js = [NODE, ("a.js", "const Stripe = require('stripe');\nfunction pay() {\n  return send('Bearer «{{key}}»');\n}\n")];
    assert_eq!(
        after(&js, words, "a.js").unwrap(),
        "const stripeSecretKey = process.env.STRIPE_SECRET_KEY;\nif (!stripeSecretKey) throw new Error('STRIPE_SECRET_KEY is not set');\n\nconst Stripe = require('stripe');\nfunction pay() {\n  return send(`Bearer ${stripeSecretKey}`);\n}\n"
    );
    // Types do not know in a declared function what was asked above it.
    let declared = [NODE, ("a.ts", "function pay() {\n  return new Stripe(«\"{{key}}\"»);\n}\n")];
    assert_eq!(after(&declared, words, "a.ts"), None);
    let taken = [NODE, ("a.ts", "const stripeSecretKey = «\"{{key}}\"»;\n")];
    assert_eq!(after(&taken, words, "a.ts"), None);
}

#[test]
fn a_program_that_loads_its_env_file() {
    let words = "and load that file here";
    let packages = ("requirements.txt", "fastapi\npython-dotenv\n");
    let main = "from fastapi import FastAPI\n\napp = FastAPI()\nKEY = «\"{{key}}\"»\n";
    assert_eq!(
        after(&[packages, ("main.py", main)], words, "main.py").unwrap(),
        "import os\n\nfrom fastapi import FastAPI\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\napp = FastAPI()\nKEY = os.environ[\"STRIPE_SECRET_KEY\"]\n"
    );
    for files in [
        vec![packages, ("main.py", main), ("app/config.py", "from dotenv import load_dotenv\nload_dotenv()\n")],
        vec![("requirements.txt", "fastapi\n"), ("main.py", main)],
        vec![packages, ("app/pay.py", main)],
    ] {
        assert_eq!(after(&files, words, files.last().unwrap().0), None);
    }
}

#[test]
fn names_of_an_index_are_written_as_such() {
    let strict = ("tsconfig.json", "{\n  // strict\n  \"compilerOptions\": { \"noPropertyAccessFromIndexSignature\": true }\n}\n");
    let files = [NODE, strict, ("a.ts", "export const k: string = «'{{key}}'»;\n")];
    assert_eq!(after(&files, "Move to", "a.ts").unwrap(), "export const k: string = process.env['STRIPE_SECRET_KEY']!;\n");
}

#[test]
fn an_environment_that_nobody_imports_yet() {
    let env = "import { createEnv } from \"@t3-oss/env-core\";\nimport { z } from \"zod\";\n\nexport const env = createEnv({\n  server: {\n    MODE: z.string(),\n  },\n  runtimeEnv: process.env,\n});\n";
    let files = [NODE, ("src/env.ts", env), ("src/pay/stripe.ts", "import { log } from \"../log.js\";\nexport const k = «\"{{key}}\"»;\n")];
    assert_eq!(
        after(&files, "Move to", "src/pay/stripe.ts").unwrap(),
        "import { log } from \"../log.js\";\nimport { env } from \"../env.js\";\nexport const k = env.STRIPE_SECRET_KEY;\n"
    );
}

#[test]
fn environments_that_a_schema_checks() {
    let zod = "import { z } from \"zod\";\n\nconst schema = z.object({\n  MODE: z.string(),\n});\n\nexport const env = schema.parse(process.env);\n";
    let own = ("a.ts", "export const k = «\"{{key}}\"»;\n");
    assert_eq!(after(&[NODE, ("env.ts", zod), own], "Move to", "a.ts").unwrap(), "import { env } from \"./env\";\nexport const k = env.STRIPE_SECRET_KEY;\n");
    assert_eq!(
        after(&[NODE, ("env.ts", zod), own], "Move to", "env.ts").unwrap(),
        zod.replace("z.string(),\n", "z.string(),\n  STRIPE_SECRET_KEY: z.string().min(1),\n")
    );
    let envalid = "import { cleanEnv, str } from \"envalid\";\nexport const env = cleanEnv(process.env, { MODE: str() });\n";
    assert_eq!(
        after(&[NODE, ("env.ts", envalid), own], "Move to", "env.ts").unwrap(),
        envalid.replace("{ MODE: str() }", "{ MODE: str(), STRIPE_SECRET_KEY: str() }")
    );
    // Of something else that is parsed nothing is known.
    let other = "import { z } from \"zod\";\nexport const env = z.object({ MODE: z.string() }).parse(window.options);\n";
    assert_eq!(after(&[NODE, ("env.ts", other), own], "Move to", "a.ts").unwrap(), "export const k = process.env.STRIPE_SECRET_KEY!;\n");
}

#[test]
fn what_is_said_of_loading_goes_by_what_reads() {
    let case = Case::new(&[("manage.py", ""), ("shop/settings.py", "from decouple import config\nKEY = «\"{{key}}\"»\n")]);
    assert!(case.fix("STRIPE_SECRET_KEY").note.unwrap().contains("`decouple` reads it by itself"));
}
