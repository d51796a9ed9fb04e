//! Reading a variable in TypeScript and JavaScript, in every place a string can stand.

use super::{Case, code, is_safe, nothing};

const NEXT: &[(&str, &str)] = &[("package.json", r#"{"dependencies":{"next":"16.0.0"}}"#)];

fn ts(before: &str, after: &str) -> bool {
    is_safe(&code(NEXT, "lib/pay.ts", before, after))
}

fn js(before: &str, after: &str) {
    code(NEXT, "lib/pay.js", before, after);
}

fn tsx(before: &str, after: &str) {
    code(NEXT, "app/page.tsx", before, after);
}

#[test]
fn a_whole_literal_becomes_the_variable() {
    assert!(ts("new Stripe(«\"{{key}}\"»);\n", "new Stripe(process.env.STRIPE_SECRET_KEY!);\n"));
    assert!(ts("new Stripe(\"«{{key}}»\");\n", "new Stripe(process.env.STRIPE_SECRET_KEY!);\n"));
    assert!(ts("const k = «'{{key}}'»;\r\n", "const k = process.env.STRIPE_SECRET_KEY!;\r\n"));
    assert!(ts("const k = `«{{key}}»`;\n", "const k = process.env.STRIPE_SECRET_KEY!;\n"));
    js("const k = «\"{{key}}\"»\n", "const k = process.env.STRIPE_SECRET_KEY\n");
}

#[test]
fn everywhere_a_value_can_stand() {
    ts("const o = { key: «\"{{key}}\"», n: 1 };\n", "const o = { key: process.env.STRIPE_SECRET_KEY!, n: 1 };\n");
    ts("function f(key = «\"{{key}}\"») {}\n", "function f(key = process.env.STRIPE_SECRET_KEY!) {}\n");
    ts("class A {\n  private key = «\"{{key}}\"»;\n}\n", "class A {\n  private key = process.env.STRIPE_SECRET_KEY!;\n}\n");
    ts("@Key(«\"{{key}}\"»)\nclass A {}\n", "@Key(process.env.STRIPE_SECRET_KEY!)\nclass A {}\n");
    ts("const f = () => «\"{{key}}\"»;\n", "const f = () => process.env.STRIPE_SECRET_KEY!;\n");
    ts("if (k === «\"{{key}}\"») {}\n", "if (k === process.env.STRIPE_SECRET_KEY!) {}\n");
    ts("export default «\"{{key}}\"»;\n", "export default process.env.STRIPE_SECRET_KEY!;\n");
    js("function f(){return«\"{{key}}\"»}\n", "function f(){return process.env.STRIPE_SECRET_KEY}\n");
    js("const b = «\"{{key}}\"»in o\n", "const b = process.env.STRIPE_SECRET_KEY in o\n");
    ts("const a = [\"x\", «\"{{key}}\"»] as const;\n", "const a = [\"x\", process.env.STRIPE_SECRET_KEY!] as const;\n");
    ts("const k = «\"{{key}}\"».trim();\n", "const k = process.env.STRIPE_SECRET_KEY!.trim();\n");
}

#[test]
fn part_of_a_string_becomes_a_template() {
    assert!(!ts("h(\"Bearer «{{key}}»\");\n", "h(`Bearer ${process.env.STRIPE_SECRET_KEY}`);\n"));
    ts("h(«\"Bearer {{key}}\"»);\n", "h(`Bearer ${process.env.STRIPE_SECRET_KEY}`);\n");
    ts("h('it\\'s \\n `x` ${y} «{{key}}» end');\n", "h(`it's \\n \\`x\\` \\${y} ${process.env.STRIPE_SECRET_KEY} end`);\n");
    ts("h(\"u=«{{key}}»&v=\\\"1\\\"\");\n", "h(`u=${process.env.STRIPE_SECRET_KEY}&v=\"1\"`);\n");
    ts("const a = { h: { Authorization: 'Bearer «{{key}}»' } };\n", "const a = { h: { Authorization: `Bearer ${process.env.STRIPE_SECRET_KEY}` } };\n");
    js(
        "f(){}return'x «{{key}}»'\n".replace("f(){}", "function f(){").as_str().trim_end().to_owned().as_str(),
        "function f(){return`x ${process.env.STRIPE_SECRET_KEY}`",
    );
}

#[test]
fn a_name_in_a_hole_is_no_text() {
    nothing(NEXT, "lib/pay.js", "const v = `${$«{{key}}»}`;\n");
}

#[test]
fn part_of_a_template_becomes_a_hole() {
    ts("h(`${a} «{{key}}» ${b}`);\n", "h(`${a} ${process.env.STRIPE_SECRET_KEY} ${b}`);\n");
    ts("h(`$«{{key}}»`);\n", "h(`$${process.env.STRIPE_SECRET_KEY}`);\n");
    ts("h(`a ${f(«\"{{key}}\"»)} b`);\n", "h(`a ${f(process.env.STRIPE_SECRET_KEY!)} b`);\n");
    ts("h(`a ${g(`b «{{key}}»`)}`);\n", "h(`a ${g(`b ${process.env.STRIPE_SECRET_KEY}`)}`);\n");
}

#[test]
fn sums_of_strings() {
    ts("h(\"Bearer \" + «\"{{key}}\"»);\n", "h(\"Bearer \" + process.env.STRIPE_SECRET_KEY!);\n");
    let key = super::key();
    let (head, tail) = key.split_at(12);
    let before = format!("h(«\"{head}\" + '{tail}'»);\n");
    let mut files = NEXT.to_vec();
    files.push(("a.ts", &before));
    let case = Case::new(&files);
    let fix = case.fix("STRIPE_SECRET_KEY");
    assert_eq!(case.after(&fix, "a.ts"), "h(process.env.STRIPE_SECRET_KEY!);\n");
    assert_eq!(case.after(&fix, ".env.local"), "STRIPE_SECRET_KEY={{key}}\n");
}

#[test]
fn jsx() {
    tsx("const a = <Pay key2=«\"{{key}}\"» b />;\n", "const a = <Pay key2={process.env.STRIPE_SECRET_KEY!} b />;\n");
    tsx("const a = <Pay k={«\"{{key}}\"»} />;\n", "const a = <Pay k={process.env.STRIPE_SECRET_KEY!} />;\n");
    tsx("const a = <Pay k=\"Bearer «{{key}}»\" />;\n", "const a = <Pay k={`Bearer ${process.env.STRIPE_SECRET_KEY}`} />;\n");
    tsx("const a = <p>key: «{{key}}»!</p>;\n", "const a = <p>key: {process.env.STRIPE_SECRET_KEY}!</p>;\n");
    tsx("const a = (\n  <p>\n    «{{key}}»\n  </p>\n);\n", "const a = (\n  <p>\n    {process.env.STRIPE_SECRET_KEY}\n  </p>\n);\n");
}

#[test]
fn fallbacks_are_dropped() {
    for (before, after) in [
        ("process.env.PAY_KEY || «\"{{key}}\"»", "process.env.PAY_KEY!"),
        ("process.env.PAY_KEY ?? «\"{{key}}\"»", "process.env.PAY_KEY!"),
        ("(process.env.PAY_KEY) ?? («\"{{key}}\"»)", "(process.env.PAY_KEY)!"),
        ("process.env.PAY_KEY! || «\"{{key}}\"»", "process.env.PAY_KEY!"),
        ("process.env[\"PAY_KEY\"] || «\"{{key}}\"»", "process.env[\"PAY_KEY\"]!"),
        ("process.env.PAY_KEY ? process.env.PAY_KEY : «\"{{key}}\"»", "process.env.PAY_KEY!"),
        ("Deno.env.get(\"PAY_KEY\") ?? «\"{{key}}\"»", "Deno.env.get(\"PAY_KEY\")!"),
        ("Bun.env.PAY_KEY || «\"{{key}}\"»", "Bun.env.PAY_KEY!"),
        ("import.meta.env.PAY_KEY || «\"{{key}}\"»", "import.meta.env.PAY_KEY"),
        ("env(\"PAY_KEY\", «\"{{key}}\"»)", "env(\"PAY_KEY\")"),
        ("config.get(\"PAY_KEY\", «\"{{key}}\"»)", "config.get(\"PAY_KEY\")"),
        ("z.object({ PAY_KEY: z.string().default(«\"{{key}}\"») })", "z.object({ PAY_KEY: z.string() })"),
        ("z.object({ PAY_KEY: z.string().default(«\"{{key}}\"»).optional() })", "z.object({ PAY_KEY: z.string().optional() })"),
    ] {
        let mut files = NEXT.to_vec();
        let before = format!("export const k = {before};\n");
        files.push(("a.ts", &before));
        let case = Case::new(&files);
        let fix = case.fix("OTHER_NAME");
        assert_eq!(case.after(&fix, "a.ts"), format!("export const k = {after};\n"));
        assert_eq!(case.after(&fix, ".env.local"), "PAY_KEY={{key}}\n", "{before}");
        assert!(!is_safe(&fix));
    }
    js("const { PAY_KEY = «\"{{key}}\"», B } = process.env;\n", "const { PAY_KEY, B } = process.env;\n");
    js("const k = process.env.A || process.env.B || «\"{{key}}\"»;\n", "const k = process.env.A || process.env.B;\n");
    js("let a = 1;\nprocess.env.PAY_KEY = «\"{{key}}\"»;\nf();\n", "let a = 1;\nf();\n");
    js("process.env.PAY_KEY ??= «\"{{key}}\"»\nf()\n", "f()\n");
    js("function f() {\n  process.env.PAY_KEY = «\"{{key}}\"»;\n}\n", "function f() {\n}\n");
    nothing(NEXT, "a.js", "if (!process.env.PAY_KEY)\n  process.env.PAY_KEY = «\"{{key}}\"»;\n");
}

#[test]
fn a_public_variable_is_not_filled_with_a_secret() {
    ts("const k = process.env.NEXT_PUBLIC_KEY || «\"{{key}}\"»;\n", "const k = process.env.STRIPE_SECRET_KEY!;\n");
    ts("const k = import.meta.env.VITE_KEY ?? «\"{{key}}\"»;\n", "const k = process.env.STRIPE_SECRET_KEY!;\n");
    nothing(NEXT, "a.ts", "const { NEXT_PUBLIC_KEY = «\"{{key}}\"» } = process.env;\n");
}

#[test]
fn what_is_part_of_the_form_stays() {
    for before in [
        "enum A { K = «\"{{key}}\"» }\n",
        "export const enum A { K = «\"{{key}}\"» }\n",
        "type A = «\"{{key}}\"»;\n",
        "let a: «\"{{key}}\"»;\n",
        "const a = «\"{{key}}\"» as const;\n",
        "«\"{{key}}\"»;\n",
        "function f() {\n  «\"{{key}}\"»;\n}\n",
        "import x from «\"{{key}}\"»;\n",
        "import x from \"./x.json\" with { type: «\"{{key}}\"» };\n",
        "const q = gql`a «{{key}}»`;\n",
        "const o = { «\"{{key}}\"»: 1 };\n",
        "h('\\1 «{{key}}»');\n",
    ] {
        nothing(NEXT, "a.ts", before);
    }
}

#[test]
fn comments_lose_the_key() {
    code(NEXT, "a.ts", "// use «{{key}}» here\nf();\n", "// use <removed> here\nf();\n");
    code(NEXT, "a.ts", "/* a\n * «{{key}}»\n */\nf();\n", "/* a\n * <removed>\n */\nf();\n");
}

#[test]
fn a_private_key_gets_its_lines_back() {
    let pem = "-----BEGIN PRIVATE KEY-----\\nMIIabc+/=\\n-----END PRIVATE KEY-----\\n";
    let written = format!("const k = «\"{pem}\"»;\n");
    let mut files = NEXT.to_vec();
    files.push(("a.ts", &written));
    let case = Case::with_value(&files, &pem.replace("\\n", "\n"));
    let fix = case.fix("PRIVATE_KEY");
    assert_eq!(case.after(&fix, "a.ts"), "const k = process.env.PRIVATE_KEY!.replace(/\\\\n/g, \"\\n\");\n");
    assert_eq!(case.after(&fix, ".env.local"), format!("PRIVATE_KEY=\"{pem}\"\n"));
    assert!(!is_safe(&fix));

    let pem = "-----BEGIN PRIVATE KEY-----\r\nMIIabc+/=\r\n-----END PRIVATE KEY-----";
    let written = format!("const k = «`{pem}`»;\r\n");
    files.pop();
    files.push(("a.js", &written));
    let case = Case::with_value(&files, pem);
    let fix = case.fix("PRIVATE_KEY");
    assert_eq!(case.after(&fix, "a.js"), "const k = process.env.PRIVATE_KEY?.replace(/\\\\n/g, \"\\n\");\r\n");
}

#[test]
fn all_uses_in_one_edit() {
    let mut files = NEXT.to_vec();
    files.push((
        "a.ts",
        "const a = «\"{{key}}\"»;\nconst b = `x ${\"{{key}}\"}`;\nh(\"Bearer {{key}}\");\nconst c = process.env.STRIPE_SECRET_KEY || '{{key}}';\n",
    ));
    let case = Case::new(&files);
    let fixes = case.fixes("OTHER");
    assert!(fixes[1].title.starts_with("Move all 4 uses"), "{}", fixes[1].title);
    case.verify(&fixes[1]);
    assert_eq!(
        case.after(&fixes[1], "a.ts"),
        "const a = process.env.STRIPE_SECRET_KEY!;\nconst b = `x ${process.env.STRIPE_SECRET_KEY!}`;\nh(`Bearer ${process.env.STRIPE_SECRET_KEY}`);\n\
         const c = process.env.STRIPE_SECRET_KEY!;\n"
    );
    assert_eq!(case.after(&fixes[1], ".env.local"), "STRIPE_SECRET_KEY={{key}}\n");
    assert!(fixes[0].preferred && !fixes[1].preferred);
}

#[test]
fn a_short_value_is_moved_alone() {
    let mut files = NEXT.to_vec();
    files.push(("a.ts", "const a = process.env.JWT_SECRET || «\"{{key}}\"»;\nlabel(\"the secret\", \"secret\");\n"));
    let case = Case::with_value(&files, "secret");
    let fixes = case.fixes("JWT_SECRET");
    assert_eq!(fixes.len(), 1);
    assert_eq!(case.after(&fixes[0], "a.ts").lines().next(), Some("const a = process.env.JWT_SECRET!;"));
}

#[test]
fn sveltekit_imports_the_variable() {
    let kit = &[("package.json", r#"{"devDependencies":{"@sveltejs/kit":"2"}}"#)];
    code(
        kit,
        "src/hooks.server.ts",
        "const k = «\"{{key}}\"»;\n",
        "import { STRIPE_SECRET_KEY } from \"$env/static/private\";\nconst k = STRIPE_SECRET_KEY;\n",
    );
    code(
        kit,
        "src/hooks.server.ts",
        "import { a } from './a'\nimport {\n  B,\n} from '$env/static/private'\n\nh('Bearer «{{key}}»')\n",
        "import { a } from './a'\nimport {\n  B, STRIPE_SECRET_KEY,\n} from '$env/static/private'\n\nh(`Bearer ${STRIPE_SECRET_KEY}`)\n",
    );
    code(
        kit,
        "src/hooks.server.ts",
        "#!/usr/bin/env node\n// Copyright\n\n'use strict'\n// first\nconst k = «'{{key}}'»\n",
        "#!/usr/bin/env node\n// Copyright\n\n'use strict'\nimport { STRIPE_SECRET_KEY } from '$env/static/private';\n// first\nconst k = STRIPE_SECRET_KEY\n",
    );
    code(
        kit,
        "src/hooks.server.ts",
        "import a from './a'\r\nconst k = «'{{key}}'»\r\n",
        "import a from './a'\r\nimport { STRIPE_SECRET_KEY } from '$env/static/private'\r\nconst k = STRIPE_SECRET_KEY\r\n",
    );
    nothing(kit, "src/a.ts", "const STRIPE_SECRET_KEY = «\"{{key}}\"»;\n");
}

#[test]
fn workers_read_the_environment_in_scope() {
    let worker = &[("wrangler.toml", "name = 'x'\n")];
    code(
        worker,
        "src/index.ts",
        "export default {\n  async fetch(request: Request, env: Env) {\n    return f(«\"{{key}}\"»);\n  },\n};\n",
        "export default {\n  async fetch(request: Request, env: Env) {\n    return f(env.STRIPE_SECRET_KEY);\n  },\n};\n",
    );
    code(
        worker,
        "src/index.ts",
        "import { Hono } from \"hono\";\nconst k = «\"{{key}}\"»;\n",
        "import { Hono } from \"hono\";\nimport { env } from \"cloudflare:workers\";\nconst k = env.STRIPE_SECRET_KEY;\n",
    );
}

#[test]
fn other_runtimes() {
    code(&[("deno.json", "{}")], "main.ts", "const k = «'{{key}}'»;\n", "const k = Deno.env.get('STRIPE_SECRET_KEY')!;\n");
    code(
        &[("package.json", r#"{"dependencies":{"astro":"5"}}"#)],
        "src/pages/a.ts",
        "const k = «\"{{key}}\"»;\n",
        "const k = import.meta.env.STRIPE_SECRET_KEY;\n",
    );
}
