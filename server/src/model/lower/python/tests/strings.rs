use super::{check, segment};
use crate::model::{ExprKind, TemplatePart};

#[test]
fn prefixes_and_quotes() {
    check(&[
        ("''", r#""""#),
        ("'a'", r#""a""#),
        (r#""it's""#, r#""it's""#),
        ("'''a'b'''", r#""a'b""#),
        ("\"\"\"\"\"\"", r#""""#),
        (r"r'\d\n'", r#""\\d\\n""#),
        (r"R'\''", r#""\\'""#),
        (r"u'\x41'", r#""A""#),
        (r"b'a\x41'", r#"b"aA""#),
        (r"rb'\d'", r#"b"\\d""#),
        (r"Br'\d'", r#"b"\\d""#),
        (r"f'a'", r#"(template "a")"#),
        (r"f''", "(template)"),
        (r"t'a{b}'", r#"(template "a" b)"#),
        (r"rf'\d{a}'", r#"(template "\\d" a)"#),
        (r"fr'\{a}'", r#"(template "\\" a)"#),
    ]);
}

#[test]
fn escapes() {
    check(&[
        (r#"'\\ \' \" \n\r\t'"#, r#""\\ ' \" \n\r\t""#),
        (r"'\a\b\f\v'", r#""\u{7}\u{8}\u{c}\u{b}""#),
        (r"'\0 \7 \101 \1012 \8'", r#""\0 \u{7} A A2 \\8""#),
        (r"'\x41 \u00e9 \U0001F600'", r#""A é 😀""#),
        (r"'\ud83d'", "\"\u{fffd}\""),
        (r"'\N{BULLET} \d \q'", r#""\\N{BULLET} \\d \\q""#),
        ("'a\\\nb'", r#""ab""#),
        ("'a\\\r\nb'", r#""ab""#),
        ("'''a\r\nb\nc'''", r#""a\nb\nc""#),
        (r"'\x4'", r#""\\x4""#),
        (r"b'\u0041 \N{X} \xc3\xa9'", r#"b"\\u0041 \\N{X} é""#),
        (r"b'\xff'", "b\"\u{fffd}\""),
        (r"'é\n'", r#""é\n""#),
        (r"'\é'", r#""\\é""#),
    ]);
}

#[test]
fn holes() {
    check(&[
        ("f'{a}{b.c}'", "(template a (. b c))"),
        ("f'{{x}} {a}}}'", r#"(template "{x} " a "}")"#),
        ("f'{a!r}{b!s:>10}{c:}{d = }'", "(template a b c d)"),
        ("f'{a:{width}.{precision:d}}'", "(template (other a width precision))"),
        ("f'{a:{b:{c}}}'", "(template (other a (other b c)))"),
        ("f'{d[\"k\"]}'", r#"(template (at d "k"))"#),
        ("f'{d['k']}'", r#"(template (at d "k"))"#),
        ("f'{f'{f'{a}'}'}'", "(template (template (template a)))"),
        ("f'{ {1: 2}[1] }'", "(template (at (object 1: 2) 1))"),
        ("f'{a, b}'", "(template (tuple a b))"),
        ("f'{await a}{(yield)}'", "(template (await a) (yield))"),
        ("f'{lambda x: 1}'", "(template (arrow (x) => 1))"),
        ("f'{x:%Y-%m-%d}'", "(template x)"),
        ("f'''\n{a  # why\n}\n'''", "(template \"\\n\" a \"\\n\")"),
    ]);
}

#[test]
fn concatenation() {
    check(&[
        ("'a' 'b'", r#""ab""#),
        ("('a'\n  r'\\b'  # c\n  'c')", r#""a\\bc""#),
        ("b'a' b'b'", r#"b"ab""#),
        ("'a' f'{b}' 'c'", r#"(template "a" b "c")"#),
        ("'{' f'{b}'", r#"(template "{" b)"#),
        ("'' f'{b}' ''", "(template b)"),
        ("f('a' 'b', 'c')", r#"(call f "ab" "c")"#),
    ]);
}

#[test]
fn string_spans_hold_prefix_and_quotes() {
    for source in ["'a'", "rb'''a'''", "f'{a}'", "'a'  'b'", "'a' f'{b}'"] {
        let text = format!("x = [{source}]\n");
        let segment = segment(&text);
        let literal = segment.exprs.iter().find(|expr| matches!(expr.kind, ExprKind::Str(_) | ExprKind::Bytes(_) | ExprKind::Template(_)));
        assert_eq!(literal.map(|expr| expr.span.of(&text)), Some(source));
    }
}

#[test]
fn parts_have_the_spans_they_are_written_at() {
    let text = "query = 'a\\n' f\"b{{ {c!r:>{w}} {d=}\" '' \"e\"\n";
    let segment = segment(text);
    let parts: Vec<&str> = segment
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Template(parts) => Some(parts),
            _ => None,
        })
        .flatten()
        .map(|part| match part {
            TemplatePart::Text(_, span) | TemplatePart::Hole(_, span) => span.of(text),
        })
        .collect();
    assert_eq!(parts, ["a\\n", "b{{ ", "{c!r:>{w}}", " ", "{d=}", "e"]);
}

#[test]
fn comments_in_holes_are_comments() {
    let segment = segment("f'''{a  # why\n}'''\n");
    assert_eq!(segment.comments.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>(), ["# why"]);
}
