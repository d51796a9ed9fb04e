use super::*;
use proptest::prelude::*;

fn read(language: Language, text: &str) -> Embedded {
    Embedded::of(language, text).expect("it embeds code")
}

/// What is code, each stretch on its own.
fn scripts(language: Language, text: &str) -> Vec<String> {
    let found = read(language, text);
    let code = found.code.to_string();
    assert_eq!(code.len(), text.len());
    found.parts.iter().map(|part| part.span.of(&code).trim().to_owned()).collect()
}

/// The lines of code of a notebook, as [`squeezed`].
fn lines(text: &str) -> Vec<String> {
    let code = read(Language::Notebook, text).code.to_string();
    assert_eq!(code.len(), text.len());
    code.lines().map(squeezed).filter(|line| !line.is_empty()).collect()
}

/// Without blanks but those at its beginning.
fn squeezed(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let words: String = line.split_whitespace().collect();
    if words.is_empty() { words } else { format!("{}{words}", &line[..indent]) }
}

/// A notebook with a cell of these lines, as Jupyter writes it.
fn notebook(code: &str) -> String {
    let lines: Vec<String> = code.split_inclusive('\n').map(|line| format!("    {}", serde_json::to_string(line).expect("a string"))).collect();
    format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n{}\n   ]\n  }}\n ],\n \"metadata\": {{\"kernelspec\": {{\"language\": \"python\"}}}}\n}}\n",
        lines.join(",\n")
    )
}

#[test]
fn scripts_of_pages_are_code() {
    let table: &[(&str, &[&str])] = &[
        ("<p>a</p><script>let a = 1;</script><script type=module>b()</script>", &["let a = 1;", "b()"]),
        ("<SCRIPT>a()</SCRIPT  ><script type='text/javascript'>b()</script>", &["a()", "b()"]),
        ("<script src=\"a.js\"></script><script src=x>no()</script><script>yes()</script>", &["yes()"]),
        ("<script type=\"application/json\">{}</script><script type=\"text/template\"><p></script><script type=importmap>{}</script>", &[]),
        ("<!-- <script>no()</script> --><script>yes()</script>", &["yes()"]),
        ("<!--><script>yes()</script>", &["yes()"]),
        ("<!-- <script>no()</script>", &[]),
        ("<div title=\"<script>no()</script>\"><script>yes()</script>", &["yes()"]),
        ("<textarea><script>no()</script></textarea><style>a > b {}</style><script>yes()</script>", &["yes()"]),
        ("<script>a('</script>') // b", &["a('"]),
        ("<script>a() // never closed", &["a() // never closed"]),
        ("<div <script>yes()</script>", &["yes()"]),
        ("<script", &[]),
        ("\u{feff}<p>é</p>\r\n<script>\r\nlet é = '😀';\r\n</script>", &["let é = '😀';"]),
        (
            "<script>let a = {{ user|tojson }}, b = '{{ b }}'; {% if c %}d(){% endif %}<?php e() ?></script>",
            &["let a = _________________, b = '_______';           d()"],
        ),
        ("<script>if (a) {{ b(); }}</script>", &["if (a) {{ b(); }}"]),
    ];
    for (text, expected) in table {
        assert_eq!(scripts(Language::Html, text), *expected, "{text}");
    }
}

#[test]
fn scripts_of_components_are_code() {
    let vue = "<script lang=\"ts\">\nexport default {}\n</script>\n<script setup lang=\"ts\" generic=\"T extends Record<string, A>\">\nconst a = 1\n</script>\n<template><Script>{{ no < 1 }}</Script></template>";
    assert_eq!(scripts(Language::Vue, vue), ["export default {}", "const a = 1"]);
    assert_eq!(read(Language::Vue, vue).language, Some(Language::TypeScript));
    assert_eq!(
        scripts(Language::Vue, "<template lang=\"pug\">\nscript.\n  <script>no()\n</template><script src=\"./a.ts\" /><script>yes()</script>"),
        ["yes()"]
    );
    let svelte = "<script context=\"module\">a()</script>\n<button on:click={() => b > '<script>'}>\n<script>c()</script>";
    assert_eq!(scripts(Language::Svelte, svelte), ["a()", "c()"]);
    let astro = "---\nconst a: string = 1;\n---\n<p>---</p><script>b()</script><script is:inline type=\"application/ld+json\">{}</script>";
    assert_eq!(scripts(Language::Astro, astro), ["const a: string = 1;", "b()"]);
    let found = read(Language::Astro, astro);
    assert_eq!(found.language, Some(Language::TypeScript));
    assert_eq!(found.parts.iter().map(|part| part.is_server).collect::<Vec<_>>(), [true, false]);
    assert_eq!(scripts(Language::Astro, "---\nno()"), Vec::<String>::new());
    assert_eq!(read(Language::Html, "<p>").language, None);
}

#[test]
fn one_script_does_not_go_on_with_another() {
    let code = read(Language::Html, "<script>a()</script>\n<script>(b)</script>").code.to_string();
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a()", ";(b)"]);
}

#[test]
fn a_cell_reads_as_it_was_written() {
    let table: &[&str] = &[
        "import os\nx = 1\nif x:\n    y()",
        "key = \"a\"\nf(\"\", 'b', \"c\\n\", f\"d{e!r}\", rb\"\\d\")",
        "def f():\n    \"\"\"A \"word\".\"\"\"\n    return \"\\\"\"",
        "def f():\n\tif a:\n\t\treturn \"b\"\n\treturn c",
        "q = \"\"\"\\\nselect *\n  from \"t\"\n\"\"\"\nr = 1 + \\\n    2",
        "s = 'it\\'s' # \"quoted\" \\ é 😀\nt = 'a\\\nb'",
        "d = {\"a\": \"b\",\n     \"c\": [\"d\"]}",
    ];
    for code in table {
        assert_eq!(lines(&notebook(code)), code.lines().map(squeezed).collect::<Vec<_>>(), "{code}");
        let minified = format!("{{\"cells\":[{{\"source\":{},\"cell_type\":\"code\"}}]}}", serde_json::to_string(code).expect("a string"));
        assert_eq!(lines(&minified), code.lines().map(squeezed).collect::<Vec<_>>(), "{code}");
    }
}

#[test]
fn characters_may_be_written_as_escapes() {
    let text = r#"{"cells":[{"cell_type":"code","source":"a = '\u00e9\ud83d\ude00\/'\r\nb = \u0022\u0022"}]}"#;
    assert_eq!(lines(text), ["a='é😀/'", "b=\"\""]);
}

#[test]
fn commands_to_the_notebook_are_no_code() {
    let table: &[(&str, &[&str])] = &[
        ("%pip install x\n!ls\nimport os\nos?", &["importos"]),
        ("%%time\nf()", &["f()"]),
        ("%%bash\necho 1", &[]),
        ("if a:\n    !ls \\\n      b\nc()", &["ifa:", "    0", "c()"]),
        ("files = !ls\nb", &["files=\"\"", "b"]),
        ("a = (1\n  % b)", &["a=(1", "  %b)"]),
        ("t = '''\n%pip\n'''", &["t='''", "%pip", "'''"]),
    ];
    for (code, expected) in table {
        assert_eq!(lines(&notebook(code)), *expected, "{code}");
    }
}

#[test]
fn only_python_is_read_from_notebooks() {
    let kernel = |cell: &str, kernel: &str| format!("{{\"cells\":[{{{cell},\"source\":[\"x = 1\"]}}],\"metadata\":{{{kernel}}}}}");
    let is_code = |cell: &str, name: &str| read(Language::Notebook, &kernel(cell, name)).language.is_some();
    assert!(is_code("\"cell_type\":\"code\"", ""));
    assert!(is_code("\"cell_type\":\"code\"", "\"language_info\":{\"name\":\"python\"}"));
    assert!(!is_code("\"cell_type\":\"code\"", "\"kernelspec\":{\"language\":\"R\"}"));
    assert!(!is_code("\"cell_type\":\"markdown\"", ""));
    assert!(!is_code("\"cell_type\":\"code\",\"metadata\":{\"vscode\":{\"languageId\":\"sql\"}}", ""));
}

#[test]
fn places_are_found_again_in_the_file() {
    let text = notebook("a = f(\"b\\n\" + 'it\"s')\nx");
    let found = read(Language::Notebook, &text);
    let code = found.code.to_string();
    let written = |part: &str| {
        let at = code.find(part).expect("it is there");
        found.exact(Span::from(at..at + part.len())).of(&text).to_owned()
    };
    assert_eq!(written("\"b\\n\""), r#"\"b\\n\""#);
    assert_eq!(written("b\\n"), r"b\\n");
    assert_eq!(written("'it\"s'"), r#"'it\"s'"#);
    assert_eq!(written("\"s"), r#"\"s"#);
    assert_eq!(written("x"), "x");
    let line = code.find('x').expect("it is there") as u32;
    assert!(text[found.exact(Span::at(line)).start as usize..].starts_with("x\""));
}

#[test]
fn what_is_no_code_is_left_as_text() {
    let mut text = notebook("secret()\n!env KEY=\"value\"");
    text.insert_str(text.len() - 3, ", \"o\": [\"a\\nb\", {\"image/png\": \"iVBOR\", \"text/plain\": [\"c\"]}]");
    let rest = read(Language::Notebook, &text).rest().to_string();
    assert_eq!(rest.len(), text.len());
    assert!(!rest.contains("secret") && !rest.contains("iVBOR"), "{rest}");
    assert!(rest.contains("!env KEY= \"value \"") && rest.contains("\"a \nb\"") && rest.contains("[\"c\"]"), "{rest}");
    let page = "<p>a</p><script>b</script>";
    assert_eq!(read(Language::Html, page).rest().to_string(), "<p>a</p><script> </script>");
}

#[test]
fn half_written_notebooks_are_read_as_far_as_they_go() {
    let whole = notebook("a = \"b\"\nc = 1");
    let cut = &whole[..whole.find("c = 1").expect("it is there") + 3];
    assert_eq!(lines(cut), ["a=\"b\"", "c="]);
    assert_eq!(lines("{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"a\n \"b\"]"), ["ab"]);
    for text in ["", "{", "]", "\"", "\"\\", "{\"cells\": [{\"source\": \"\\u", "[[[["] {
        assert_eq!(lines(text), Vec::<String>::new(), "{text}");
    }
}

fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(of), 0..40).prop_map(|pieces| pieces.concat())
}

const MARKUP: &[&str] = &[
    "<script>",
    "</script>",
    "<script lang=\"ts\"",
    ">",
    "<",
    "<!--",
    "-->",
    "---\n",
    "\r\n",
    "\r",
    "\n",
    "é",
    "😀",
    "\u{feff}",
    "\"",
    "'",
    "{",
    "}",
    "`",
    "=",
    " type=",
    "module",
    "text/template",
    "<style>",
    "</style>",
    "{{ a }}",
    "{%",
    "%}",
    "<?",
    "?>",
    "/>",
    "<template lang=pug>",
    "let a = 1;",
    "\\",
];

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"cells\"",
    "\"source\"",
    "\"cell_type\"",
    "\"code\"",
    "\"",
    "\\\"",
    "\\n",
    "\\\\",
    "\\u00e9",
    "\\ud83d",
    "\\ude00",
    "\\u12",
    "é",
    "😀",
    "\n",
    "\r\n",
    "{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"",
    "a = ",
    "'''",
    "f\\\"",
    "#",
    "%x",
    "    ",
    "\\t",
    "(",
    ")",
];

proptest! {
    #[test]
    fn masks_of_pages_keep_lines_and_length(text in pieces(MARKUP)) {
        for language in [Language::Html, Language::Vue, Language::Svelte, Language::Astro] {
            let found = read(language, &text);
            let ends = |text: &str| text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r')).collect::<Vec<_>>();
            for made in [found.code.to_string(), found.rest.to_string()] {
                prop_assert_eq!(made.len(), text.len());
                prop_assert_eq!(ends(&made), ends(&text));
            }
            let code = found.code.to_string();
            for part in &found.parts {
                prop_assert!(!part.span.is_empty() && code.get(part.span.range()).is_some());
            }
        }
    }

    #[test]
    fn masks_of_notebooks_keep_their_length(text in pieces(JSON)) {
        let found = read(Language::Notebook, &text);
        let code = found.code.to_string();
        prop_assert_eq!(code.len(), text.len());
        prop_assert_eq!(found.rest.len_bytes(), text.len());
        prop_assert_eq!(code.find(char::REPLACEMENT_CHARACTER), None);
        for (start, char) in code.char_indices().filter(|(_, char)| !char.is_whitespace()) {
            let exact = found.exact(Span::from(start..start + char.len_utf8()));
            prop_assert!(text.get(exact.range()).is_some(), "{:?} {:?}", exact, char);
        }
    }

    #[test]
    fn any_code_survives_a_notebook(code in pieces(&["a", " = ", "\"", "'", "\"\"\"", "\\", "\n", "    ", "\t", "é", "#", "(", ")", "f", "r", "b", "{", "}"])) {
        // Nothing follows a backslash at the very end.
        let code = code.trim_end_matches('\\');
        let words = |text: &str| text.lines().map(|line| line.split_whitespace().collect::<String>()).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        prop_assert_eq!(words(&read(Language::Notebook, &notebook(code)).code.to_string()), words(code));
    }
}
