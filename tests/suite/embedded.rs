//! Code inside of other files, from the text to the fix: what is found there is found as in a file of its own, and what is written
//! there stands where code stands.

use std::sync::Arc;

use guardline::engine;
use guardline::fixes::{Fix, apply, verify};
use guardline::model::lower;
use guardline::model::print;
use guardline::project::Project;
use guardline::report::{Date, suppress};
use guardline::rules::{self, Finding};
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, Position, Range};

use crate::pages::{check, deep};
use crate::placeholder;

fn id(name: &str) -> FileId {
    FileId::new(&format!("/w/{name}"))
}

fn document(name: &str, text: &str) -> Document {
    let id = id(name);
    let language = Language::of(&id).expect("a language");
    Document::new(id, language, 0, &placeholder::expand(text))
}

fn project(files: &[(&str, &str)]) -> Project {
    let changes = files.iter().map(|(name, text)| (id(name), Some(Arc::new(document(name, text)))));
    Project::new(vec![FileId::new("/w")]).with_git_roots(vec![FileId::new("/w")]).with(changes.collect())
}

/// A notebook of these cells, as Jupyter writes it.
fn notebook(cells: &[&str]) -> String {
    let string = |line: &str| format!("    {}", serde_json::to_string(line).expect("a string"));
    let cell = |code: &&str| {
        let lines: Vec<String> = code.split_inclusive('\n').map(string).collect();
        format!("  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n{}\n   ]\n  }}", lines.join(",\n"))
    };
    let cells: Vec<String> = cells.iter().map(cell).collect();
    format!("{{\n \"cells\": [\n{}\n ],\n \"metadata\": {{}}\n}}\n", cells.join(",\n"))
}

/// The code of a notebook's cells.
fn cells(text: &str) -> Vec<String> {
    let notebook: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let lines = |cell: &serde_json::Value| cell["source"].as_array().map(|lines| lines.iter().filter_map(|line| line.as_str()).collect::<String>());
    notebook["cells"].as_array().into_iter().flatten().filter_map(lines).collect()
}

/// The repairs of the only finding of a file, each carried out and looked at, with the file as it is afterwards; the comment last.
fn repaired(files: &[(&str, &str)], name: &str) -> (Finding, Vec<(Fix, String)>) {
    deep(|| {
        let project = project(files);
        let found: Vec<Finding> = check(&project).into_iter().filter(|finding| finding.place.file == id(name)).collect();
        let [finding] = found.as_slice() else { panic!("{found:#?}") };
        let after = |fix: Fix| {
            let after = apply::apply(&project, &fix).expect("the fix applies");
            let check = |project: &Project| {
                let (found, silenced) = (check(project), |finding: &Finding| {
                    let known = project.file(&finding.place.file).expect("the file");
                    let today = Date::parse("2026-01-01").expect("a day");
                    suppress::judge_file(known, rules::all(), vec![finding.clone()], today).kept.is_empty()
                });
                Ok::<_, String>(found.into_iter().filter(|finding| !silenced(finding)).collect())
            };
            verify::verify(&project, &fix, check, finding).unwrap_or_else(|problem| panic!("{}: {problem}", fix.title));
            let text = after.file(&id(name)).expect("the file").document.text();
            (fix, text)
        };
        (finding.clone(), engine::offers(&project, finding).into_iter().map(after).collect())
    })
}

#[test]
fn a_notebook_is_the_program_of_its_cells() {
    let code = [
        "import os\nfrom db import execute",
        "def notes(term, *, limit=10):\n    \"\"\"All \"notes\"\n    that match.\"\"\"\n    if term:\n\n        # \"quoted\"\n        return execute(f\"select '{term}' \\\n          from \\\"t\\\"\", r\"\\d\", b\"\\x00\")\n    return [\"é😀\", '\\'', \"\"]",
        "class A:\n\tx = {\"a\": 1,\n\t     \"b\": (2 +\n\t3)}\n\n\tdef f(self): return self.x[\"a\"]\n",
        "q = \"\"\"\nselect *\n\n  from t\"\"\"",
    ];
    let printed = |name: &str, text: &str| {
        let model = lower::lower(&Document::new(id(name), Language::of(&id(name)).expect("a language"), 0, text), None).expect("code");
        // Where escapes took too much, a line of a text has blanks at its end.
        print::file(&model).replace("\\n", " ").split_whitespace().filter(|word| !word.contains("..")).collect::<Vec<_>>().join(" ").replace(" \"", "\"")
    };
    assert_eq!(printed("a.ipynb", &notebook(&code)), printed("a.py", &code.join("\n")));
    let minified: serde_json::Value = serde_json::from_str(&notebook(&code)).expect("JSON");
    assert_eq!(printed("a.ipynb", &minified.to_string()), printed("a.py", &code.join("\n")));
}

#[test]
fn a_key_leaves_a_notebook() {
    let first = "# Setup\nimport os\n";
    let text = notebook(&[first, "from openai import OpenAI\nclient = OpenAI(api_key=\"{{openai}}\")"]);
    let (finding, fixes) = repaired(&[("ask.ipynb", &text), (".gitignore", ".env\n")], "ask.ipynb");
    assert!(finding.message.contains("OpenAI key in the source"), "{}", finding.message);
    let [(_, moved), (silence, marked)] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert_eq!(cells(moved)[1], "from openai import OpenAI\nclient = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"])");
    assert!(silence.suppresses);
    let line = "# guardline-ignore-next-line secret-hardcoded[openai-project]: reason";
    assert_eq!(
        cells(&marked.replace(&placeholder::expand("{{openai}}"), "K"))[1],
        format!("from openai import OpenAI\n{line}\nclient = OpenAI(api_key=\"K\")")
    );
}

#[test]
fn an_import_lands_in_the_first_cell() {
    let text = notebook(&["%pip install openai\nfrom openai import OpenAI", "OpenAI(api_key='{{openai}}')"]);
    let (_, fixes) = repaired(&[("ask.ipynb", &text), (".gitignore", ".env\n")], "ask.ipynb");
    let [(_, moved), _] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert_eq!(cells(moved), ["%pip install openai\nimport os\n\nfrom openai import OpenAI", "OpenAI(api_key=os.environ['OPENAI_API_KEY'])"]);
}

#[test]
fn a_value_is_handed_over_beside_the_sql_of_a_notebook() {
    let setup = "import sqlite3\nfrom flask import Flask, request\napp = Flask(__name__)\ndb = sqlite3.connect(\"notes.db\")";
    let route = |query: &str| format!("@app.get(\"/notes\")\ndef notes():\n    term = request.args[\"q\"]\n    return db.execute({query}).fetchall()\n");
    let text = notebook(&[setup, &route("f\"SELECT * FROM \\\"products\\\" WHERE text = '{term}'\"")]);
    let (finding, fixes) = repaired(&[("search.ipynb", &text)], "search.ipynb");
    assert_eq!(finding.rule.as_str(), "sql-injection");
    let [(_, bound), _] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert_eq!(cells(bound)[1], route("'SELECT * FROM \"products\" WHERE text = ?', (term,)"));
}

#[test]
fn a_comment_that_silences_stands_in_its_script() {
    let vue = "<script setup lang=\"ts\">\r\n  const key: string = \"{{stripe_live}}\";\r\n</script>\r\n";
    let (_, fixes) = repaired(&[("a.vue", vue)], "a.vue");
    let [(_, marked)] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert!(
        marked.starts_with("<script setup lang=\"ts\">\r\n  // guardline-ignore-next-line secret-client-exposed[stripe-secret]: reason\r\n  const"),
        "{marked}"
    );
    let (_, fixes) = repaired(&[("a.svelte", "<p>a</p>\n<script>const key = \"{{stripe_live}}\";</script>\n")], "a.svelte");
    let [(_, marked)] = fixes.as_slice() else { panic!("{} fixes", fixes.len()) };
    assert!(marked.starts_with("<p>a</p>\n<!-- guardline-ignore-next-line secret-client-exposed[stripe-secret]: reason -->\n<script>"), "{marked}");
}

#[test]
fn frontmatter_reads_a_variable_and_imports_inside_of_it() {
    let astro = "---\n// The shop\n\nconst title = \"Shop\";\nconst key = \"{{stripe_live}}\";\n---\n<h1>{title}</h1>\n";
    let others = [("page.astro", astro), (".gitignore", ".env\n"), ("package.json", "{\"dependencies\":{\"astro\":\"5\"}}")];
    let (_, fixes) = repaired(&others, "page.astro");
    let (_, moved) = &fixes[0];
    assert!(moved.starts_with("---\n") && !moved.contains("sk_live") && moved.contains("STRIPE_SECRET_KEY"), "{moved}");
    assert!(moved.trim_start_matches("---\n").split("---").next().is_some_and(|code| code.contains("STRIPE_SECRET_KEY")), "{moved}");
}

#[test]
fn an_edit_is_read_as_if_the_file_had_just_been_opened() {
    let page = "<p>é😀</p>\n<script>\nlet a = 1;\n</script>\n<script>let b;</script>\n";
    let at = |line, column| Position { line, column };
    let opened = document("a.html", page);
    assert!(opened.parse());
    let change = |start, end, text: &str| Change { range: Some(Range { start, end }), text: text.to_owned() };
    let edited = opened.edited(1, &[change(at(1, 0), at(1, 8), "<script lang=ts>"), change(at(2, 5), at(2, 5), ": number")], Encoding::Utf16);
    assert!(edited.is_settled());
    let before = lower::lower(&opened, None).expect("code");
    let after = lower::lower(&edited, Some((&opened, &before))).expect("code");
    let fresh = document("a.html", &edited.text());
    assert_eq!((before.language, after.language), (Language::JavaScript, Language::TypeScript));
    assert_eq!(print::file(&after), print::file(&lower::lower(&fresh, None).expect("code")));
    let gone = edited.edited(2, &[change(at(0, 0), at(9, 0), "<p>")], Encoding::Utf16);
    assert!(lower::lower(&gone, Some((&edited, &after))).is_none());
}

/// Were one of them read in quadratic time, this would take minutes.
#[test]
fn large_files_are_read_in_one_go() {
    let table = [
        ("a.html", "<script>a</script>".repeat(20_000)),
        ("a.html", "<script".repeat(100_000)),
        ("a.html", "<a b='".repeat(100_000)),
        ("a.html", format!("<script>{}", "{{".repeat(200_000))),
        ("a.html", "<!--<?<%".repeat(50_000)),
        ("a.svelte", "<a b={\"'`".repeat(50_000)),
        ("a.vue", "<script></script".repeat(50_000)),
        ("a.astro", "---\n".repeat(100_000)),
        ("a.ipynb", "[{\"cells\":".repeat(50_000)),
        ("a.ipynb", format!("{{\"cells\":[{{\"cell_type\":\"code\",\"source\":\"{}\"}}]}}", "\\\"\\n".repeat(100_000))),
        ("a.ipynb", format!("{{\"cells\":[{}]}}", "{\"cell_type\":\"code\",\"source\":[\"a\\n\"]},".repeat(20_000))),
    ];
    for (name, text) in &table {
        let document = Document::new(id(name), Language::of(&id(name)).expect("a language"), 0, text);
        assert_eq!(document.code().len_bytes(), text.len(), "{name} {}", &text[..8]);
    }
}
