//! A vendor that a page asks is asked by a function of the project's own.

use guardline::fixes::{self, Fix, apply};
use guardline::project::Project;
use guardline::rules::{FixPlan, Place};
use guardline::text::Name;

use super::{Case, file};

fn first(project: &Project, plan: &FixPlan) -> Fix {
    fixes::fixes(project, plan).into_iter().next().expect("a fix is offered")
}

fn after(project: &Project, fix: &Fix, name: &str) -> String {
    apply::apply(project, fix).expect("the fix applies").file(&file(name)).map(|file| file.document.text()).unwrap_or_default()
}

const PAGE: &str = "export async function ask(q: string) {\n  const r = await fetch(\"https://api.openai.com/v1/chat/completions\", {\n    method: \"POST\",\n    headers: { Authorization: `Bearer ${«import.meta.env.VITE_OPENAI_API_KEY»}` },\n    body: JSON.stringify({ model: \"gpt-5\", messages: [{ role: \"user\", content: q }] }),\n  });\n  return r.json();\n}\n";

fn of_variable(place: &Place) -> FixPlan {
    FixPlan::ServerRoute { at: place.clone(), variable: Name::from("VITE_OPENAI_API_KEY") }
}

#[test]
fn the_route_says_which_model_and_how_much() {
    let case = Case::with_value(&[("package.json", r#"{"devDependencies":{"vite":"7"}}"#), ("vercel.json", "{}"), ("src/ask.ts", PAGE)], "");
    let fix = first(&case.project, &of_variable(&case.place));
    let route = after(&case.project, &fix, "api/openai.ts");
    assert!(route.contains("body: JSON.stringify({ ...JSON.parse(body), model: \"gpt-5\", max_completion_tokens: 2000 }),"), "{route}");
    let says = PAGE.replace("model: \"gpt-5\",", "model: \"gpt-5\", max_completion_tokens: 50,");
    let case = Case::with_value(&[("package.json", r#"{"devDependencies":{"vite":"7"}}"#), ("vercel.json", "{}"), ("src/ask.ts", &says)], "");
    let route = after(&case.project, &first(&case.project, &of_variable(&case.place)), "api/openai.ts");
    assert!(route.contains("model: \"gpt-5\", max_completion_tokens: 50 })"), "{route}");
}

#[test]
fn what_is_sent_is_what_the_page_sends_where_that_can_be_said() {
    let package = ("package.json", r#"{"dependencies":{"zod":"4"},"devDependencies":{"vite":"7"}}"#);
    let case = Case::with_value(&[package, ("vercel.json", "{}"), ("src/ask.ts", PAGE)], "");
    let route = after(&case.project, &first(&case.project, &of_variable(&case.place)), "api/openai.ts");
    assert!(route.starts_with("import { z } from \"zod\";\n\nconst Asked = z.object({ messages: z.array(z.any()) });\n\n"), "{route}");
    assert!(route.contains("body: JSON.stringify({ ...asked.data, model: \"gpt-5\", max_completion_tokens: 2000 }),"), "{route}");
}

#[test]
fn supabase_is_asked_with_its_client() {
    let package = ("package.json", r#"{"dependencies":{"@supabase/supabase-js":"2"},"devDependencies":{"vite":"7"}}"#);
    let client = (
        "src/lib/client.ts",
        "import { createClient } from \"@supabase/supabase-js\";\nexport const db = createClient(\"https://a.example\", import.meta.env.VITE_KEY);\n",
    );
    let files = [package, ("supabase/config.toml", ""), client, ("src/ask.ts", PAGE)];
    let case = Case::with_value(&files, "");
    let fix = first(&case.project, &of_variable(&case.place));
    let page = after(&case.project, &fix, "src/ask.ts");
    assert!(
        page.starts_with("import { db } from \"./lib/client\";\n") && page.contains("db.functions.invoke(\"openai\", { body: { model: \"gpt-5\", messages:"),
        "{page}"
    );
    assert!(after(&case.project, &fix, "supabase/functions/openai/index.ts").contains("const key = Deno.env.get(\"OPENAI_API_KEY\");"));
    // Without a client to import there is nothing to ask with.
    let case = Case::with_value(&[files[0], files[1], files[3]], "");
    assert!(fixes::fixes(&case.project, &of_variable(&case.place)).is_empty());
}

#[test]
fn an_entry_that_a_build_copies_gives_way_to_a_route() {
    let config = "import { defineConfig, loadEnv } from \"vite\";\nexport default defineConfig(({ mode }) => {\n  const env = loadEnv(mode, \".\", \"\");\n  return { define: { \"process.env.API_KEY\": «JSON.stringify(env.GEMINI_API_KEY)» } };\n});\n";
    let page = "import { GoogleGenAI } from \"@google/genai\";\n\nconst ai = new GoogleGenAI({ apiKey: process.env.API_KEY });\nexport const ask = (contents: string) => ai.models.generateContent({ model: \"gemini-2.5-flash\", contents });\n";
    let package = ("package.json", r#"{"dependencies":{"@google/genai":"1","react":"19"},"devDependencies":{"vite":"7"}}"#);
    let of = |files: &[(&str, &str)]| {
        let case = Case::with_value(files, "");
        let fixes = fixes::fixes(&case.project, &FixPlan::RemoveEntry { entry: case.place.clone(), name: Name::from("process.env.API_KEY") });
        (case, fixes)
    };
    let (case, fixes) = of(&[package, ("vercel.json", "{}"), ("vite.config.ts", config), ("src/ask.ts", page)]);
    let [instead, removed] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert!(instead.preferred && !removed.preferred);
    assert!(after(&case.project, instead, "api/gemini.ts").contains("const key = process.env.GEMINI_API_KEY;"));
    assert!(after(&case.project, instead, "vite.config.ts").contains("define: {  }"));
    assert!(!after(&case.project, instead, "src/ask.ts").contains("API_KEY"));
    // Where no server is known, or somebody else reads it, only the entry can go.
    assert_eq!(of(&[package, ("vite.config.ts", config), ("src/ask.ts", page)]).1.len(), 1);
    let other = ("src/other.ts", "export const has = Boolean(process.env.API_KEY);\n");
    assert_eq!(of(&[package, ("vercel.json", "{}"), ("vite.config.ts", config), ("src/ask.ts", page), other]).1.len(), 1);
}
