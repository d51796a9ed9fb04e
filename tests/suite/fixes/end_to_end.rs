//! From the rule's own findings to a project without them.

use std::sync::Arc;

use guardline::facts::secrets::Memory;
use guardline::facts::secrets::sample::{Random, expand};
use guardline::fixes::{apply, fixes, verify};
use guardline::project::Project;
use guardline::rules::Finding;
use guardline::rules::secret_hardcoded::{Input, check};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

use super::file;

fn project(files: &[(&str, &str)]) -> Project {
    let mut random = Random::new("fixes");
    let documents = files.iter().map(|(name, template)| {
        let id = file(name);
        let language = Language::of(&id).unwrap_or(Language::Text);
        (id.clone(), Some(Arc::new(Document::new(id, language, 0, &expand(template, &mut random)))))
    });
    Project::new(vec![FileId::new("/w")]).with_git_roots(vec![FileId::new("/w")]).with(documents.collect())
}

fn findings(project: &Project) -> Vec<Finding> {
    let mut files: Vec<_> = project.files().collect();
    files.sort_by_key(|(file, _)| (*file).clone());
    let mut out = Vec::new();
    for (file, known) in files {
        let path = project.relative(file);
        let input = Input {
            document: &known.document,
            model: known.model.as_deref(),
            path,
            way: &|_| None,
            copied: &|_| None,
            ignored: project.is_ignored(file),
            tracked: project.is_tracked(file),
            git: true,
        };
        check(&input, &mut Memory::default(), &mut out);
    }
    out
}

/// Repairs one finding after the other until none is left, each repair verified.
fn repaired(files: &[(&str, &str)]) -> Project {
    repaired_project(project(files))
}

fn repaired_project(mut project: Project) -> Project {
    for _ in 0..20 {
        let found = findings(&project);
        let Some((finding, fix)) = found.iter().find_map(|finding| Some((finding, finding.plans.iter().flat_map(|plan| fixes(&project, plan)).next()?))) else {
            let left: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
            assert!(left.is_empty(), "nothing repairs {left:?}");
            return project;
        };
        if let Err(problem) = verify::verify(&project, &fix, |project: &Project| Ok::<_, String>(findings(project)), finding) {
            panic!("{}: {problem}", fix.title);
        }
        project = apply::apply(&project, &fix).expect("the fix applies");
    }
    panic!("the repairs do not end");
}

fn text(project: &Project, name: &str) -> String {
    project.file(&file(name)).map(|file| file.document.text()).unwrap_or_default()
}

#[test]
fn a_streamlit_app_in_a_folder_without_git() {
    let app = "import streamlit as st\nfrom openai import OpenAI\nclient = OpenAI(api_key=\"sk-proj-{url:74}T3BlbkFJ{url:74}\")\n";
    let before = project(&[("requirements.txt", "streamlit\nopenai\n"), ("app.py", app)]).with_git_roots(Vec::new());
    let after = repaired_project(before);
    assert!(text(&after, "app.py").contains("OpenAI(api_key=st.secrets[\"OPENAI_API_KEY\"])"), "{}", text(&after, "app.py"));
    assert!(text(&after, ".streamlit/secrets.toml").starts_with("OPENAI_API_KEY = \"sk-proj-"));
    // So that the next walk, and the first commit, leave it out.
    assert_eq!(text(&after, ".gitignore"), ".streamlit/secrets.toml\n");
    assert!(findings(&after).is_empty());
}

#[test]
fn a_next_app() {
    let after = repaired(&[
        ("package.json", r#"{"dependencies":{"next":"16","openai":"6","stripe":"20"}}"#),
        (".gitignore", "node_modules\n"),
        (
            "lib/ai.ts",
            "import OpenAI from 'openai';\n// old: sk_live_{alnum:40}\nexport const ai = new OpenAI({ apiKey: 'sk-proj-{url:74}T3BlbkFJ{url:74}' });\n",
        ),
        (
            "app/api/pay/route.ts",
            "import Stripe from \"stripe\";\nconst stripe = new Stripe(process.env.STRIPE_SECRET_KEY || \"sk_live_{alnum:40}\");\nexport async function POST() {\n  await fetch(\"https://api.example.org\", { headers: { Authorization: \"Bearer sk_live_{alnum:40}\" } });\n}\n",
        ),
    ]);
    assert_eq!(
        text(&after, "lib/ai.ts"),
        "import OpenAI from 'openai';\n// old: <removed>\nexport const ai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY! });\n"
    );
    let route = text(&after, "app/api/pay/route.ts");
    assert!(route.contains("new Stripe(process.env.STRIPE_SECRET_KEY!);"), "{route}");
    assert!(route.contains("Authorization: `Bearer ${process.env.STRIPE_SECRET_KEY_2}`"), "{route}");
    assert!(text(&after, ".env.local").lines().count() == 3);
    assert_eq!(text(&after, ".gitignore"), "node_modules\n\n.env\n.env.*\n!.env.example\n");
    assert_eq!(text(&after, ".env.example").lines().filter(|line| line.ends_with('=')).count(), 3);
}

#[test]
fn a_fastapi_app() {
    let after = repaired(&[
        ("requirements.txt", "fastapi\npython-dotenv\n"),
        (
            "main.py",
            "\"\"\"The app.\"\"\"\nfrom fastapi import FastAPI\n\nSTRIPE = \"sk_live_{alnum:40}\"\nHEADERS = {\"Authorization\": f\"Bearer sk_live_{alnum:40}\"}\n",
        ),
        ("worker.py", "import json\nimport sys\n\nKEY = 'sk-proj-{url:74}T3BlbkFJ{url:74}'\n"),
    ]);
    let main = text(&after, "main.py");
    assert!(main.starts_with("\"\"\"The app.\"\"\"\nimport os\n\nfrom fastapi import FastAPI\n\nSTRIPE = os.environ["), "{main}");
    assert!(main.contains("f\"Bearer {os.environ['"), "{main}");
    assert!(text(&after, "worker.py").starts_with("import json\nimport os\nimport sys\n\nKEY = os.environ['"), "{}", text(&after, "worker.py"));
    assert_eq!(text(&after, ".gitignore"), ".env\n.env.*\n!.env.example\n");
}

#[test]
fn a_private_key_over_many_lines() {
    let pem = expand("{pem}", &mut Random::new("pem")).replace("\\n", "\n");
    let pem = pem.trim_end();
    let template = format!("export const key = `{pem}\n`;\nexport const other = process.env.OTHER_KEY;\n");
    let own_line = format!("import jwt from \"jsonwebtoken\";\nconst sign = (id) => jwt.sign({{ id }}, `\n{pem}\n`, {{ algorithm: \"RS256\" }});\n");
    let python = format!("import os\n\nKEY = \"\"\"\\\n{pem}\n\"\"\"\n");
    let account = format!("export const account = {{ type: \"service_account\", client_email: \"a@b.c\", private_key: `{pem}\n` }};\n");
    let package = ("package.json", r#"{"dependencies":{"next":"16"}}"#);
    let lines = |name: &str| format!("{name}=\"{}", pem.replace('\n', "\\n"));

    let after = repaired(&[package, ("lib/key.ts", &template)]);
    assert!(
        text(&after, "lib/key.ts").starts_with("export const key = process.env.PRIVATE_KEY!.replace(/\\\\n/g, \"\\n\");\n"),
        "{}",
        text(&after, "lib/key.ts")
    );
    assert!(text(&after, ".env.local") == lines("PRIVATE_KEY") + "\\n\"\n");

    let after = repaired(&[package, ("lib/sign.js", &own_line)]);
    assert!(text(&after, "lib/sign.js").contains("jwt.sign({ id }, process.env.PRIVATE_KEY?.replace("), "{}", text(&after, "lib/sign.js"));

    let after = repaired(&[("requirements.txt", "python-dotenv\n"), ("key.py", &python)]);
    assert_eq!(text(&after, "key.py"), "import os\n\nKEY = os.environ[\"PRIVATE_KEY\"].replace(\"\\\\n\", \"\\n\")\n");
    assert!(text(&after, ".env") == lines("PRIVATE_KEY") + "\\n\"\n");

    // Under the name that Google's libraries take for the place of a file it would break them.
    let after = repaired(&[package, ("lib/account.ts", &account)]);
    assert!(text(&after, "lib/account.ts").contains("private_key: process.env.GOOGLE_PRIVATE_KEY!.replace("), "{}", text(&after, "lib/account.ts"));
}

#[test]
fn an_account_of_a_cloud_stays_a_file() {
    let account = "{\n  \"type\": \"service_account\",\n  \"private_key\": \"{pem}\",\n  \"client_email\": \"a@b.c\"\n}\n";
    let after = repaired(&[("package.json", r#"{"dependencies":{"firebase-admin":"13"}}"#), ("account.json", account), (".gitignore", "dist\n")]);
    assert!(text(&after, "account.json").contains("service_account"));
    assert_eq!(text(&after, ".gitignore"), "dist\n\naccount.json\n");
}
