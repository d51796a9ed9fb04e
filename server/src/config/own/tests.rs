use super::*;

fn read(text: &str) -> (Vec<OwnRule>, Vec<(String, String)>) {
    let (rules, errors) = parse(&FileId::new("/w/.guardline/queries/a.scm"), text, &|id| id == "xss");
    (rules, errors.into_iter().map(|error| (error.span.of(text).to_owned(), error.message)).collect())
}

const EVAL: &str = "; id: eval-on-server\n; language: typescript, javascript\n; severity: error\n; message: {code} is run\n;   as a program\n; title: Text is run\n; rewrite: f({\n;     a: {code} })\n; safe: true\n; cwe: 95, CWE-94\n;\n; Whoever chooses it\n; runs code.\n;\n; ## How to fix\n; Parse.\n\n((call_expression) @here\n ; a remark; with ( in it\n (#eq? @here \"a ; (\"))\n";

#[test]
fn a_rule_is_read_with_all_that_is_set() {
    let (rules, errors) = read(EVAL);
    assert_eq!(errors, []);
    let rule = &rules[0];
    assert_eq!((rule.id.as_str(), rule.id_span.of(EVAL), rule.severity, rule.safe), ("eval-on-server", "eval-on-server", RuleSetting::Error, true));
    assert_eq!(rule.languages, [RuleLanguage::TypeScript, RuleLanguage::JavaScript]);
    let filled = |template: &Template| template.filled(|name| format!("<{name}>"));
    assert_eq!(filled(&rule.message), "<code> is run as a program");
    assert_eq!(rule.rewrite.as_ref().map(filled).as_deref(), Some("f({\n  a: <code> })"));
    assert_eq!(rule.cwe, [95, 94]);
    assert_eq!(rule.page, "# eval-on-server: Text is run\n\nWhoever chooses it\nruns code.\n\n## How to fix\nParse.\n");
    assert!(rule.query.starts_with("((call_expression)") && rule.query.ends_with("(\"))"), "{}", rule.query);
    assert_eq!(Span::new(rule.query_start, rule.query_start + rule.query.len() as u32).of(EVAL), rule.query);
    assert!(rule.message.captures().all(|(name, span)| span.of(EVAL) == format!("{{{name}}}")));
}

#[test]
fn a_file_holds_several_rules() {
    let (rules, errors) =
        read(&format!("; Copyright: nobody\n\n{EVAL}\n(b) @x ; id: no\n; language: python\n; id: two\n; message: x\n(c)\n\n; just a comment\n(d)\n"));
    assert_eq!(errors, []);
    let queries: Vec<(&str, usize)> = rules.iter().map(|rule| (rule.id.as_str(), rule.query.lines().count())).collect();
    assert_eq!(queries, [("eval-on-server", 5), ("two", 4)]);
    assert_eq!(rules[1].title, "x");
}

#[test]
fn what_is_left_open_does_not_swallow_the_next_rule() {
    let (rules, _) = read("; id: one\n; language: python\n; message: m\n((a)\n; id: two\n; language: python\n; message: m\n(b)\n");
    assert_eq!(rules.iter().map(|rule| rule.query.as_str()).collect::<Vec<_>>(), ["((a)", "(b)"]);
}

#[test]
fn mistakes_are_told_at_their_place() {
    for (text, place, words) in [
        ("(a)\n", "(a)", "a rule has a name"),
        ("; language: python\n; message: m\n(a)", "language: python", "a rule has a name"),
        ("; id: A b\n; language: python\n; message: m\n(a)", "A b", "an id is made of"),
        ("; id: xss\n; language: python\n; message: m\n(a)", "xss", "there is a rule `xss` already"),
        ("; id: a\n; message: m\n(a)", "id: a", "a rule speaks of a language"),
        ("; id: a\n; language: cobol\n; message: m\n(a)", "cobol", "`cobol` is none of the languages"),
        ("; id: a\n; language: python\n(a)", "id: a", "a rule says something"),
        ("; id: a\n; language: python\n; message: m\n", "id: a", "there is no pattern below"),
        ("; id: a\n; langauge: python\n; language: python\n; message: m\n(a)", "langauge", "there is no `langauge`"),
        ("; id: a\n; id: b\n; language: python\n; message: m\n(a)", "id", "`id` stands here twice"),
        ("; id: a\n; language: python\n; message: m\n; and more\n(a)", " and more", "this sets nothing"),
        ("; id: a\n; language: python\n; message: m\n; severity: loud\n(a)", "loud", "expected error, warning"),
        ("; id: a\n; language: python\n; message: m\n; safe: true\n(a)", "safe", "only a rewrite can be safe"),
        ("; id: a\n; language: python\n; message: m\n; cwe: x\n(a)", "x", "expected numbers"),
    ] {
        let (_, errors) = read(text);
        assert!(errors.iter().any(|(at, said)| at == place && said.starts_with(words)), "{text}: {errors:?}");
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    }
    let twice = "; id: a\n; language: python\n; message: m\n(a)\n; id: a\n; language: python\n; message: m\n(a)";
    assert_eq!(read(twice).1, [("a".to_owned(), "there is a rule `a` already".to_owned())]);
}

#[test]
fn odd_text_is_read_to_its_end() {
    for text in [
        "",
        ";",
        "; id:",
        "; id: é\r\n; language:\r\n\r\n",
        "\"",
        "((((",
        "))))",
        ";;; id: a",
        "; id: a\n;\n;",
        "; : x\n(a)",
        "\u{feff}; id: a",
        "; id: {",
        "😀",
    ] {
        read(text);
        read(&text.repeat(3));
    }
    read(&"; id: a\n(a)\n".repeat(5000));
    read(&"(".repeat(200_000));
}
