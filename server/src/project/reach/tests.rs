use std::sync::Arc;

use super::*;
use crate::syntax::{Document, Language};

fn project(files: &[(&str, &str)]) -> Project {
    let documents = files.iter().map(|(name, text)| {
        let id = FileId::new(&format!("/w/{name}"));
        let language = Language::of(&id).unwrap_or(Language::Text);
        (id.clone(), Some(Arc::new(Document::new(id, language, 0, text))))
    });
    Project::new(vec![FileId::new("/w")]).with(documents.collect())
}

fn side(files: &[(&str, &str)], of: &str) -> Side {
    project(files).sides().get(&FileId::new(&format!("/w/{of}"))).copied().unwrap_or_default()
}

/// The files on the way to where this text stands; `None` if it does not ship.
fn way(files: &[(&str, &str)], of: &str, text: &str) -> Option<Vec<String>> {
    let project = project(files);
    let file = FileId::new(&format!("/w/{of}"));
    let offset = files.iter().find(|(name, _)| *name == of)?.1.find(text)? as u32;
    let way = Reach::of(&project).way(&project, &file, offset)?;
    for step in way.steps.iter().filter(|step| !step.file.as_str().ends_with(".html")) {
        assert!(place_of(&project, step).is_some(), "{step:?}");
    }
    Some(way.steps.iter().map(|step| step.file.as_str().trim_start_matches("/w/").to_owned()).collect())
}

const NEXT: (&str, &str) = ("package.json", "{ \"dependencies\": { \"next\": \"15\" } }");

const FILES: &[(&str, &str)] = &[
    NEXT,
    (
        "app/form.tsx",
        "\"use client\";\nimport { save } from \"./actions\";\nimport { title } from \"../lib/words\";\nimport { key } from \"../lib/only\";\nexport const Form = () => <form action={save}>{title}{key}</form>;\n",
    ),
    ("app/page.tsx", "import { title } from \"../lib/words\";\nexport default function Page() { return <p>{title}</p>; }\n"),
    ("app/actions.ts", "\"use server\";\nimport { query } from \"../lib/store\";\nexport async function save() { query(); }\n"),
    ("lib/words.ts", "export const title = 1;\n"),
    ("lib/only.ts", "import \"server-only\";\nexport const key = 1;\n"),
    ("lib/store.ts", "export const query = () => 1;\n"),
];

#[test]
fn what_a_browser_file_uses_ships_with_it() {
    assert_eq!(side(FILES, "app/form.tsx"), Side::Client);
    assert_eq!(side(FILES, "lib/words.ts"), Side::Shared);
    assert_eq!(side(FILES, "app/page.tsx"), Side::Server);
    let without_page: Vec<_> = FILES.iter().copied().filter(|(name, _)| *name != "app/page.tsx").collect();
    assert_eq!(side(&without_page, "lib/words.ts"), Side::Client);
}

#[test]
fn actions_and_server_only_files_end_the_way() {
    assert_eq!(side(FILES, "app/actions.ts"), Side::Server);
    assert_eq!(side(FILES, "lib/store.ts"), Side::Server);
    assert_eq!(side(FILES, "lib/only.ts"), Side::Server);
}

#[test]
fn nothing_known_is_unknown() {
    assert_eq!(side(&[("a.ts", "export const a = 1;\n")], "a.ts"), Side::Unknown);
    assert_eq!(side(&[("a.py", "a = 1\n")], "a.py"), Side::Server);
}

#[test]
fn the_way_is_the_shortest_and_ends_at_the_item() {
    let files = &[
        NEXT,
        ("app/b.tsx", "\"use client\";\nimport { ask } from \"../lib/ask\";\nexport const B = () => ask();\n"),
        ("app/a.tsx", "\"use client\";\nimport { ask } from \"../lib\";\nexport const A = () => ask();\n"),
        ("lib/index.ts", "export * from \"./ask\";\nexport { other } from \"./other\";\n"),
        ("lib/ask.ts", "import { key } from \"./key\";\nexport const ask = () => key;\nexport const unused = \"UNUSED\";\n"),
        ("lib/key.ts", "export const key = \"KEY\";\nexport const second = \"SECOND\";\n"),
        ("lib/other.ts", "export const other = \"OTHER\";\n"),
    ];
    assert_eq!(way(files, "lib/key.ts", "KEY").unwrap(), ["app/b.tsx", "lib/ask.ts"]);
    assert_eq!(way(files, "lib/ask.ts", "UNUSED"), None);
    assert_eq!(way(files, "lib/key.ts", "SECOND"), None);
    assert_eq!(way(files, "lib/other.ts", "OTHER"), None);
    let without: Vec<_> = files.iter().copied().filter(|(name, _)| *name != "app/b.tsx").collect();
    assert_eq!(way(&without, "lib/key.ts", "KEY").unwrap(), ["app/a.tsx", "lib/index.ts", "lib/ask.ts"]);
}

#[test]
fn what_runs_on_import_ships_with_the_file() {
    let files = &[
        NEXT,
        ("app/a.tsx", "\"use client\";\nimport { format } from \"../lib/pay\";\nexport const A = () => format();\n"),
        ("lib/pay.ts", "export const client = new Client(\"KEY\");\nexport const format = () => 1;\nexport const other = () => \"OTHER\";\n"),
    ];
    assert_eq!(way(files, "lib/pay.ts", "KEY").unwrap(), ["app/a.tsx"]);
    assert_eq!(way(files, "lib/pay.ts", "OTHER"), None);
}

#[test]
fn types_vanish() {
    for import in ["import type { Row } from \"../lib/db\";", "import { type Row } from \"../lib/db\";", "import { Row } from \"../lib/db\";"] {
        let client = format!("\"use client\";\n{import}\nexport const A = (p: {{ row: Row }}) => p.row;\n");
        let files =
            &[NEXT, ("app/a.tsx", client.as_str()), ("lib/db.ts", "const db = connect(\"KEY\");\nexport type Row = { id: string };\nexport const Row = db;\n")];
        assert_eq!(way(files, "lib/db.ts", "KEY"), None, "{import}");
    }
}

#[test]
fn functions_that_the_build_takes_out_keep_what_only_they_use() {
    let files = &[
        NEXT,
        (
            "pages/index.tsx",
            "import { db } from \"../lib/db\";\nimport { words } from \"../lib/words\";\nconst helper = () => db(\"HELPER\");\nexport async function getServerSideProps() { return helper(\"INSIDE\"); }\nexport default function Page() { return words; }\n",
        ),
        ("lib/db.ts", "export const db = () => \"KEY\";\n"),
        ("lib/words.ts", "export const words = \"WORDS\";\n"),
    ];
    for (file, text) in [("lib/db.ts", "KEY"), ("pages/index.tsx", "HELPER"), ("pages/index.tsx", "INSIDE")] {
        assert_eq!(way(files, file, text), None, "{text}");
    }
    assert_eq!(way(files, "lib/words.ts", "WORDS").unwrap(), ["pages/index.tsx"]);
    // What a page's component does not use is taken out of pages only.
    let initial: Vec<(&str, String)> = files.iter().map(|(name, text)| (*name, text.replace("getServerSideProps", "getInitialProps"))).collect();
    let initial: Vec<(&str, &str)> = initial.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert!(way(&initial, "lib/db.ts", "KEY").is_some());
}

#[test]
fn functions_handed_to_the_server_stay_there() {
    let files = &[
        ("package.json", "{ \"dependencies\": { \"@tanstack/react-start\": \"1\" } }"),
        (
            "src/routes/index.tsx",
            "import { db } from \"../lib/db\";\nconst load = createServerFn({ method: \"GET\" }).handler(async () => db(\"INSIDE\"));\nexport const Page = () => load(\"OUTSIDE\");\n",
        ),
        ("src/lib/db.ts", "export const db = () => \"KEY\";\n"),
    ];
    assert_eq!(way(files, "src/lib/db.ts", "KEY"), None);
    assert_eq!(way(files, "src/routes/index.tsx", "INSIDE"), None);
    assert!(way(files, "src/routes/index.tsx", "OUTSIDE").is_some());
}

#[test]
fn pages_ask_for_scripts_and_astro_for_components() {
    let files = &[
        ("package.json", "{ \"dependencies\": { \"astro\": \"5\" } }"),
        (
            "src/pages/index.astro",
            "---\nimport Live from \"../components/Live.tsx\";\nimport Dead from \"../components/Dead.tsx\";\nconst key = \"FRONT\";\n---\n<Live client:load />\n<Dead />\n<script>\nconst inside = \"SCRIPT\";\n</script>\n",
        ),
        ("src/components/Live.tsx", "export default () => \"LIVE\";\n"),
        ("src/components/Dead.tsx", "export default () => \"DEAD\";\n"),
    ];
    assert!(way(files, "src/components/Live.tsx", "LIVE").is_some());
    assert!(way(files, "src/pages/index.astro", "SCRIPT").is_some());
    assert_eq!(way(files, "src/components/Dead.tsx", "DEAD"), None);
    assert_eq!(way(files, "src/pages/index.astro", "FRONT"), None);
    let mixed = &[
        ("package.json", "{ \"dependencies\": { \"vite\": \"7\", \"react\": \"19\", \"express\": \"5\" } }"),
        ("index.html", "<script type=\"module\" src=\"/app/entry.ts\"></script>\n"),
        ("app/entry.ts", "import { a } from \"./a\";\na();\n"),
        ("app/a.ts", "export const a = () => \"KEY\";\n"),
        ("app/b.ts", "export const b = () => \"OTHER\";\n"),
    ];
    assert_eq!(way(mixed, "app/a.ts", "KEY").unwrap(), ["index.html", "app/entry.ts"]);
    assert_eq!(way(mixed, "app/b.ts", "OTHER"), None);
}

#[test]
fn an_edit_that_changes_no_edge_costs_nothing() {
    let mut current = project(FILES);
    let mut reach = Reach::of(&current);
    let edit = |project: &Project, name: &str, text: &str| {
        let id = FileId::new(&format!("/w/{name}"));
        project.with(vec![(id.clone(), Some(Arc::new(Document::new(id, Language::TypeScript, 1, text))))])
    };
    let made = reach.made;
    current = edit(&current, "lib/words.ts", "export const title = 1 + unknown(2);\n");
    reach.update(&current);
    // What the file is made of is the same, but now it does something.
    assert_eq!(reach.made, made + 1);
    current = edit(&current, "lib/words.ts", "export const title = 1 + /* said */ unknown(2, other);\n");
    reach.update(&current);
    assert_eq!(reach.made, made + 1);
    current = edit(&current, "lib/words.ts", "import { query } from \"./store\";\nexport const title = 1 + query();\n");
    reach.update(&current);
    assert_eq!(reach.made, made + 2);
    assert!(reach.way_of_item(&FileId::new("/w/lib/store.ts"), 0).is_some());
}

#[test]
fn what_needs_no_import_ships_unless_somebody_imports_it() {
    let nuxt = ("package.json", "{ \"dependencies\": { \"nuxt\": \"4\" } }");
    let own = ("app/utils/words.ts", "const KEY = 1;\nexport const words = () => KEY;\n");
    assert_eq!(way(&[nuxt, own], "app/utils/words.ts", "KEY").unwrap(), [""; 0]);
    let server = ("server/api/words.ts", "import { words } from \"../../app/utils/words\";\nexport default () => words();\n");
    assert_eq!(way(&[nuxt, own, server], "app/utils/words.ts", "KEY"), None);
    assert_eq!(way(&[nuxt, ("app/utils/deep/words.ts", own.1)], "app/utils/deep/words.ts", "KEY"), None);
}

#[test]
fn a_build_that_begins_elsewhere_ships_something_else() {
    let files = |config: &'static str| {
        [("package.json", "{ \"devDependencies\": { \"webpack\": \"5\" } }"), ("webpack.config.js", config), ("source/a.js", "const KEY = 1;\nsend(KEY);\n")]
    };
    let (this, other) = ("module.exports = { entry: \"./source/a.js\" };", "module.exports = { entry: \"./source/b.js\" };");
    assert!(way(&files(this), "source/a.js", "KEY").is_some() && way(&files(other), "source/a.js", "KEY").is_none());
    let mut reach = Reach::of(&project(&files(other)));
    let id = FileId::new("/w/webpack.config.js");
    let document = Document::new(id.clone(), Language::JavaScript, 1, this);
    let later = project(&files(other)).with(vec![(id, Some(Arc::new(document)))]);
    reach.update(&later);
    assert!(reach.way(&later, &FileId::new("/w/source/a.js"), 6).is_some());
}
