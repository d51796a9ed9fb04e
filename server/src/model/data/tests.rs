use proptest::prelude::*;

use super::*;

fn told(language: Language, text: &str) -> String {
    let tree = read(language, text);
    let documents: Vec<String> = tree.documents().map(|document| format!("{document:?}")).collect();
    documents.join(" --- ") + if tree.is_complete() { "" } else { " (broken)" }
}

fn covered<'s>(language: Language, text: &'s str, path: &[&str]) -> (&'s str, &'s str) {
    let tree = read(language, text);
    let (last, folders) = path.split_last().expect("a path");
    let found = tree.root().and_then(|root| root.at(folders)).and_then(|map| map.entry(last).map(|(entry, value)| (entry.span, value.span())));
    let (key, value) = found.unwrap_or_else(|| panic!("no {path:?} in {tree:?}"));
    (key.of(text), value.of(text))
}

#[test]
fn json_with_comments_and_commas() {
    assert_eq!(
        told(Language::Json, "{\"a\": [1, -2.5e3, true, null,], // b\n 'c': {d: \"\\u00e9\\n\"}, /* e */ }"),
        r#"{"a": [1, -2.5e3, true, null], "c": {"d": "é\n"}}"#
    );
    assert_eq!(told(Language::Json, "\u{feff}[]"), "[]");
    assert_eq!(covered(Language::Json, "{\"é\": {\"b\": [\"ü\"]}}", &["é", "b"]), ("\"b\"", "[\"ü\"]"));
}

#[test]
fn half_typed_json_says_what_it_can() {
    assert_eq!(told(Language::Json, ""), " (broken)");
    assert_eq!(told(Language::Json, "{\"a\": 1, \"b"), r#"{"a": 1, "b": ?} (broken)"#);
    assert_eq!(told(Language::Json, "{\"a\": \n\"b\": 2}"), r#"{"a": ?, "b": 2} (broken)"#);
    assert_eq!(told(Language::Json, "{\"a\": , \"b\": [1, {\"c\": }"), r#"{"a": ?, "b": [1, {"c": ?}]} (broken)"#);
    assert_eq!(told(Language::Json, "{\"a\": \"open\n\"b\": 2}"), r#"{"a": "open", "b": 2} (broken)"#);
    assert_eq!(told(Language::Json, "{\"a\" \"b\": 2}"), r#"{"a": ?, "b": 2} (broken)"#);
    assert_eq!(told(Language::Json, "{} x"), "{} (broken)");
    assert_eq!(told(Language::Json, "[}"), "[] (broken)");
}

#[test]
fn yaml_of_every_style() {
    let text =
        "# é\na: 1\n'b': [x, \"y: z\", {c: ~}]\nd:\n  - e: |\n      text\n      more\n    f: >-\n      folded\n      line\n  -\ng: 0x1F\nh: 1.2.3\ni: on\n";
    assert_eq!(
        told(Language::Yaml, text),
        r#"{"a": 1, "b": ["x", "y: z", {"c": null}], "d": [{"e": "text\nmore\n", "f": "folded line"}, null], "g": 0x1F, "h": "1.2.3", "i": "on"}"#
    );
    assert_eq!(told(Language::Yaml, "a: 1\n---\n- b\n"), r#"{"a": 1} --- ["b"]"#);
    assert_eq!(told(Language::Yaml, "a: !Ref Table\nb: !GetAtt [A, Arn]\nc: !!str 1\n"), r#"{"a": !Ref "Table", "b": !GetAtt ["A", "Arn"], "c": 1}"#);
}

#[test]
fn yaml_with_braces_of_a_path_among_others() {
    let text = "a:\n  - on: { path: /é/{id}/parts/{part+}, method: get }\n  - on: { path: /open }\nb: 1\n";
    assert_eq!(
        told(Language::Yaml, text),
        r#"{"a": [{"on": {"path": "/é/{id}/parts/{part+}", "method": "get"}}, {"on": {"path": "/open"}}], "b": 1} (broken)"#
    );
    assert_eq!(covered(Language::Yaml, text, &["b"]), ("b", "1"));
    assert_eq!(told(Language::Yaml, "a: /x/{id}\nb: \"/{y\"\n"), r#"{"a": "/x/{id}", "b": "/{y"}"#);
}

#[test]
fn yaml_knows_its_places() {
    for (shape, text) in
        [("plain", "é: ü\nb:\n  c: \"d é\"\n  e: [1, 2]\nf: x\n".to_owned()), ("dos", "é: ü\r\nb:\r\n  c: \"d é\"\r\n  e: [1, 2]\r\nf: x\r\n".to_owned())]
    {
        assert_eq!(covered(Language::Yaml, &text, &["é"]), ("é", "ü"), "{shape}");
        assert_eq!(covered(Language::Yaml, &text, &["b", "c"]), ("c", "\"d é\""), "{shape}");
        assert_eq!(covered(Language::Yaml, &text, &["b", "e"]), ("e", "[1, 2]"), "{shape}");
        assert_eq!(covered(Language::Yaml, &text, &["f"]), ("f", "x"), "{shape}");
        assert!(covered(Language::Yaml, &text, &["b"]).1.ends_with("[1, 2]"), "{shape}");
    }
    assert_eq!(covered(Language::Yaml, "\u{feff}a: b\n", &["a"]), ("a", "b"));
}

#[test]
fn yaml_aliases_share_and_merge() {
    let text = "base: &base\n  a: 1\n  b: 2\none:\n  <<: *base\n  b: 3\ntwo: *base\nthree:\n  <<: [*base, {d: 4}]\n";
    assert_eq!(
        told(Language::Yaml, text),
        r#"{"base": {"a": 1, "b": 2}, "one": {"b": 3, "a": 1}, "two": {"a": 1, "b": 2}, "three": {"a": 1, "b": 2, "d": 4}}"#
    );
    assert_eq!(told(Language::Yaml, "a: &x [*x]\n"), r#"{"a": [?]} (broken)"#);
}

#[test]
fn a_bomb_of_aliases_does_not_go_off() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(", "));
    }
    let tree = read(Language::Yaml, &text);
    assert!(!tree.is_complete());
    assert!(format!("{:?}", tree.root()).len() < 20 * MOST_VALUES);
}

#[test]
fn half_typed_yaml_says_what_stands_before() {
    assert_eq!(told(Language::Yaml, "a: 1\nb:\n  c: \"open\n"), r#"{"a": 1, "b": {"c": ?}} (broken)"#);
    assert_eq!(told(Language::Yaml, "a: 1\nb: [1, {c: 2\nd: 3\n"), r#"{"a": 1, "b": [1, {"c": "2 d"}]} (broken)"#);
    assert_eq!(told(Language::Yaml, "a: 1\nb\nc: 2\n"), r#"{"a": 1, "c": 2} (broken)"#);
}

#[test]
fn toml_of_every_style() {
    let text = "a = 1\nb.c = \"é\"\n[d]\ne = [1.5, true, 1979-05-27]\n[[f]]\ng = '''x'''\n[[f]]\nh = { i = 2 }\n";
    assert_eq!(told(Language::Toml, text), r#"{"a": 1, "b": {"c": "é"}, "d": {"e": [1.5, true, 1979-05-27]}, "f": [{"g": "x"}, {"h": {"i": 2}}]}"#);
    assert_eq!(covered(Language::Toml, text, &["b", "c"]), ("c", "\"é\""));
    assert_eq!(covered(Language::Toml, text, &["d", "e"]), ("e", "[1.5, true, 1979-05-27]"));
    let half = told(Language::Toml, "[a]\nb = \n[c]\nd = 1\n");
    assert!(half.contains("\"d\": 1") && half.ends_with("(broken)"), "{half}");
}

#[test]
fn what_is_deep_is_cut() {
    for language in [Language::Json, Language::Yaml, Language::Toml] {
        for text in [
            "[".repeat(100_000),
            "{\"a\":".repeat(50_000),
            "a = ".to_owned() + &"[".repeat(100_000),
            "- ".repeat(50_000),
            "{a = ".repeat(20_000),
            "a.".repeat(20_000),
        ] {
            let tree = read(language, &text);
            let _ = format!("{:?}", tree.root());
        }
    }
    let nested = "[".repeat(100) + &"]".repeat(100);
    assert!(told(Language::Json, &nested).contains("[?]"));
    assert!(told(Language::Yaml, &nested).contains("[?]"));
}

#[test]
fn what_is_huge_is_not_read() {
    let text = format!("[{}]", "1, ".repeat(MOST_BYTES / 2));
    assert_eq!(read(Language::Json, &text), Tree::default());
    let rows: String = (0..40_000).map(|row| format!("k{row}: {{a: [1, 2], b: \"é\"}}\n")).collect();
    let tree = read(Language::Yaml, &rows);
    assert_eq!(tree.root().map(|root| root.entries().count()), Some(40_000));
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ":", ": ", ",", "\n", "\n  ", "\n- ", "- ", "\"", "'", "a", "b: ", "\"c\": ", "1", "true", "|", ">", "&x ", "*x", "<<: ", "!Ref ",
        "#", "//", "/*", "*/", "\\", "\\u", "é", "😀", "\t", "\r\n", "---\n", "? ", "=", " = ", "[a]\n", "[[b]]\n", "\"\"\"", "%", "@", "`", "~", "\u{feff}",
        "\u{0}",
    ]);
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_places_lie_in_the_text(text in pieces()) {
        for language in [Language::Json, Language::Yaml, Language::Toml] {
            let tree = read(language, &text);
            for node in &tree.nodes {
                prop_assert!(text.get(node.span.range()).is_some(), "{language:?} {:?} in {text:?}", node.span);
                if let Kind::Map(entries) = &node.kind {
                    prop_assert!(entries.iter().all(|entry| text.get(entry.span.range()).is_some()), "{language:?} {entries:?} in {text:?}");
                }
            }
        }
    }
}
