//! Which env file, under which name, and what else comes along.

use guardline::fixes::Grade;

use super::{Case, is_safe};

const NEXT: (&str, &str) = ("package.json", r#"{"dependencies":{"next":"16.0.0"}}"#);
const CODE: (&str, &str) = ("lib/ai.ts", "new OpenAI({ apiKey: «\"{{key}}\"» });\n");

#[test]
fn one_edit_writes_everything() {
    let case = Case::new(&[NEXT, (".gitignore", "node_modules\n"), CODE]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(fix.title, "Move to OPENAI_API_KEY in .env.local (value hidden)");
    assert_eq!(fix.grade, Grade::Safe);
    assert!(fix.preferred && !fix.suppresses);
    let files: Vec<&str> = fix.edits.iter().map(|edit| edit.file.as_str()).collect();
    assert_eq!(files, ["/w/.env.local", "/w/lib/ai.ts", "/w/.gitignore", "/w/.env.example"]);
    assert_eq!(case.after(&fix, ".env.local"), "OPENAI_API_KEY={{key}}\n");
    assert_eq!(case.after(&fix, "lib/ai.ts"), "new OpenAI({ apiKey: process.env.OPENAI_API_KEY! });\n");
    assert_eq!(case.after(&fix, ".gitignore"), "node_modules\n\n.env\n.env.*\n!.env.example\n");
    assert_eq!(case.after(&fix, ".env.example"), "OPENAI_API_KEY=\n");
    assert!(fix.note.as_ref().is_some_and(|note| note.contains(".env.local") && note.contains("host")));
}

#[test]
fn what_is_in_place_is_not_touched() {
    let case =
        Case::new(&[NEXT, (".gitignore", ".env*\n"), (".env.example", "OPENAI_API_KEY=sk-...\n"), (".env.local", "A=1\nOPENAI_API_KEY=\"{{key}}\"\n"), CODE]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(fix.edits.len(), 1);
    assert_eq!(fix.title, "Move to OPENAI_API_KEY, which is in .env.local already (value hidden)");
    assert!(is_safe(&fix));
}

#[test]
fn crlf_without_a_final_line_end() {
    let case = Case::new(&[NEXT, (".env.local", "A=1\r\nB=2"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "A=1\r\nB=2\r\nOPENAI_API_KEY={{key}}\r\n");
}

#[test]
fn a_byte_order_mark_stays() {
    let case = Case::new(&[NEXT, (".env.local", "\u{feff}A=1\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "\u{feff}A=1\nOPENAI_API_KEY={{key}}\n");
}

#[test]
fn an_open_line_is_filled() {
    for (before, after) in [
        ("OPENAI_API_KEY=\nB=2\n", "OPENAI_API_KEY={{key}}\nB=2\n"),
        ("export OPENAI_API_KEY='your-key-here' # get one\n", "export OPENAI_API_KEY={{key}} # get one\n"),
        ("A=\"x\nOPENAI_API_KEY=no\n\"\nOPENAI_API_KEY=<key>", "A=\"x\nOPENAI_API_KEY=no\n\"\nOPENAI_API_KEY={{key}}"),
    ] {
        let case = Case::new(&[NEXT, (".env.local", before), CODE]);
        let fix = case.fix("OPENAI_API_KEY");
        assert_eq!(case.after(&fix, ".env.local"), after);
        assert!(is_safe(&fix));
    }
}

#[test]
fn another_value_under_the_name_leads_to_a_number() {
    let case = Case::new(&[NEXT, (".env.local", "OPENAI_API_KEY=first\nOPENAI_API_KEY_2=second\n"), CODE]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(fix.title, "Move to OPENAI_API_KEY_3 in .env.local (value hidden)");
    assert_eq!(case.after(&fix, ".env.local"), "OPENAI_API_KEY=first\nOPENAI_API_KEY_2=second\nOPENAI_API_KEY_3={{key}}\n");
    assert_eq!(case.after(&fix, "lib/ai.ts"), "new OpenAI({ apiKey: process.env.OPENAI_API_KEY_3! });\n");
    assert!(!is_safe(&fix));
    let full: String = std::iter::once("OPENAI_API_KEY=a\n".to_owned()).chain((2..=9).map(|n| format!("OPENAI_API_KEY_{n}=a\n"))).collect();
    assert!(Case::new(&[NEXT, (".env.local", &full), CODE]).fixes("OPENAI_API_KEY").is_empty());
}

#[test]
fn other_env_files_count_too() {
    let case = Case::new(&[NEXT, (".env", "OPENAI_API_KEY={{key}}\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "(absent)");
    let case = Case::new(&[NEXT, (".env.production", "OPENAI_API_KEY=other\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "OPENAI_API_KEY_2={{key}}\n");
    let case = Case::new(&[NEXT, (".env.production", "OPENAI_API_KEY={{key}}\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "OPENAI_API_KEY={{key}}\n");
    let case = Case::new(&[NEXT, (".env.example", "OPENAI_API_KEY=other-value-1\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), ".env.local"), "OPENAI_API_KEY={{key}}\n");
}

#[test]
fn a_variable_that_holds_the_value_is_used() {
    let case = Case::new(&[NEXT, (".env.local", "AI_KEY={{key}}\n"), CODE]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(case.after(&fix, "lib/ai.ts"), "new OpenAI({ apiKey: process.env.AI_KEY! });\n");
    let case = Case::new(&[NEXT, (".env.local", "NEXT_PUBLIC_KEY={{key}}\n"), CODE]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), "lib/ai.ts"), "new OpenAI({ apiKey: process.env.OPENAI_API_KEY! });\n");
}

#[test]
fn the_nearest_package_has_the_file() {
    let files = [
        ("package.json", "{}"),
        (".gitignore", ".env*\n"),
        ("apps/web/package.json", r#"{"dependencies":{"next":"16"}}"#),
        ("apps/web/lib/ai.ts", "f(«\"{{key}}\"»);\n"),
    ];
    let case = Case::new(&files);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(fix.title, "Move to OPENAI_API_KEY in apps/web/.env.local (value hidden)");
    assert_eq!(case.after(&fix, "apps/web/.env.local"), "OPENAI_API_KEY={{key}}\n");
    assert_eq!(case.after(&fix, "apps/web/.env.example"), "OPENAI_API_KEY=\n");
    let case = Case::new(&[
        ("package.json", r#"{"dependencies":{"next":"16"}}"#),
        ("backend/requirements.txt", "fastapi\n"),
        ("backend/app/a.py", "import os\nf(«\"{{key}}\"»)\n"),
    ]);
    assert_eq!(case.after(&case.fix("OPENAI_API_KEY"), "backend/.env"), "OPENAI_API_KEY={{key}}\n");
}

#[test]
fn dollars_go_by_loader() {
    for (manifest, written) in [
        (r#"{"dependencies":{"next":"16"}}"#, Some("DB_PASSWORD=pa\\$w0rd\n")),
        (r#"{"dependencies":{"dotenv":"17"}}"#, Some("DB_PASSWORD='pa$w0rd'\n")),
        (r#"{"devDependencies":{"@types/bun":"1"}}"#, None),
    ] {
        let case = Case::with_value(&[("package.json", manifest), ("a.ts", "f(«\"{{key}}\"»);\n")], "pa$w0rd");
        let Some(written) = written else {
            assert!(case.fixes("DB_PASSWORD").is_empty());
            continue;
        };
        let fix = case.fix("DB_PASSWORD");
        let env = if manifest.contains("next") { ".env.local" } else { ".env" };
        let after = guardline::fixes::apply::apply(&case.project, &fix).unwrap();
        assert_eq!(after.file(&super::file(env)).unwrap().document.text(), written);
    }
}

#[test]
fn supabase_provides_its_own_keys() {
    let case = Case::new(&[("package.json", "{}"), ("supabase/functions/a/index.ts", "createClient(url, «\"{{key}}\"»);\n")]);
    let fix = case.fix("SUPABASE_SERVICE_ROLE_KEY");
    assert_eq!(fix.edits.len(), 1);
    assert_eq!(case.after(&fix, "supabase/functions/a/index.ts"), "createClient(url, Deno.env.get(\"SUPABASE_SERVICE_ROLE_KEY\")!);\n");
    let fix = case.fix("SUPABASE_JWT_KEY");
    assert_eq!(case.after(&fix, "supabase/functions/.env"), "JWT_KEY={{key}}\n");
}

#[test]
fn names_are_made_fit() {
    let case = Case::new(&[NEXT, CODE]);
    assert!(case.fix("VITE_openaiKey").title.contains(" OPENAI_KEY "));
    assert!(case.fix("NODE_ENV").title.contains(" APP_NODE_ENV "));
    assert!(case.fixes("").is_empty());
}

#[test]
fn values_that_cannot_be_written_are_left() {
    for value in ["a$\"b'c\\", "{ \"type\": \"service_account\" }"] {
        let case = Case::with_value(&[NEXT, ("a.ts", &format!("f(«`{}`»);\n", value.replace('\\', "\\\\")))], value);
        assert!(case.fixes("KEY").is_empty(), "{value}");
    }
    let case = Case::new(&[NEXT, (".env.local", "A=\u{fffd}\n"), CODE]);
    assert!(case.fixes("KEY").is_empty());
}

#[test]
fn a_document_without_a_folder_has_no_env_file() {
    let case = Case::new(&[NEXT, CODE]);
    let id = guardline::text::FileId::new("untitled:Untitled-1");
    let document = guardline::syntax::Document::new(id.clone(), guardline::syntax::Language::TypeScript, 1, "f(\"sk\");\n");
    let project = case.project.with(vec![(id.clone(), Some(std::sync::Arc::new(document)))]);
    let place = guardline::rules::Place { file: id, span: guardline::text::Span::new(2, 6) };
    assert!(guardline::fixes::move_to_env::fix(&project, &place, &"KEY".into(), &"".into()).is_none());
}

#[test]
fn a_fix_done_twice_is_done_once() {
    let case = Case::new(&[NEXT, (".gitignore", "x\n"), CODE]);
    let fix = case.fix("OPENAI_API_KEY");
    let after = guardline::fixes::apply::apply(&case.project, &fix).unwrap();
    let plan = guardline::rules::FixPlan::MoveToEnv { literal: case.place.clone(), name: "OPENAI_API_KEY".into(), kind: "openai-project".into() };
    assert!(guardline::fixes::fixes(&after, &plan).is_empty());
}
