use super::check;

/// Checks one case of `match x`, given its pattern and what its body became.
fn check_cases(table: &[(&str, &str)]) {
    for (pattern, shown) in table {
        check(&[(&format!("match x:\n  case {pattern}: body"), shown)]);
    }
}

#[test]
fn values_are_compared() {
    check_cases(&[
        ("1", "(if (== x 1) {body})"),
        ("-1", "(if (== x (minus 1)) {body})"),
        ("-1.5", "(if (== x (minus 1.5)) {body})"),
        ("1 + 2j", "(if (== x (other 1 2j)) {body})"),
        ("\"a\"", "(if (== x \"a\") {body})"),
        ("\"a\" \"b\"", "(if (== x \"ab\") {body})"),
        ("b\"a\"", "(if (== x b\"a\") {body})"),
        ("None", "(if (== x null) {body})"),
        ("True", "(if (== x true) {body})"),
        ("Role.ADMIN", "(if (== x (. Role ADMIN)) {body})"),
        ("a.b.c", "(if (== x (. (. a b) c)) {body})"),
        ("(1)", "(if (== x 1) {body})"),
        ("1 | -2 | A.B", "(if (or (or (== x 1) (== x (minus 2))) (== x (. A B))) {body})"),
        ("\"a\" if g", "(if (and (== x \"a\") g) {body})"),
    ]);
}

#[test]
fn captures_are_bound() {
    check_cases(&[
        ("_", "{x body}"),
        ("y", "{(let y x) body}"),
        ("y if y > 1", "{(let y x) (if (> y 1) {body})}"),
        ("_ if g", "{x (if g {body})}"),
        ("1 as y", "(if (== x 1) {(let y x) body})"),
        ("(1 | 2) as y", "(if (or (== x 1) (== x 2)) {(let y x) body})"),
        ("1 | y", "{(let y (other x)) body}"),
    ]);
}

#[test]
fn structures_cannot_be_decided_but_are_taken_apart() {
    check_cases(&[
        ("[]", "(if (other x) {body})"),
        ("[a, *b]", "(if (other x) {(let [a ...b] x) body})"),
        ("a, 1", "(if (other x 1) {(let [a _] x) body})"),
        ("(a, (b, _))", "(if (other x) {(let [a [b _]] x) body})"),
        ("(a,)", "(if (other x) {(let [a] x) body})"),
        ("[1, *_]", "(if (other x 1) {body})"),
        ("{}", "(if (other x) {body})"),
        ("{\"k\": v, \"j\": 1, **rest}", "(if (other x \"k\" \"j\" 1) {(let {k: v ...rest} x) body})"),
        ("{\"a\": {\"b\": c}}", "(if (other x \"a\" \"b\") {(let {a: {b: c}} x) body})"),
        ("{A.B: c}", "(if (other x (. A B)) {(let c (other x)) body})"),
        ("User()", "(if (other x User) {body})"),
        ("m.User(name=n, role=\"admin\")", "(if (other x (. m User) \"admin\") {(let {name: n} x) body})"),
        ("Point(1, y)", "(if (other x Point 1) {(let y (other x)) body})"),
        ("User(name=\"a\" | \"b\")", "(if (other x User \"a\" \"b\") {body})"),
        ("User() as u", "(if (other x User) {(let u x) body})"),
        ("[a] as b", "(if (other x) {(let [a] x) (let b x) body})"),
        ("[[a] as b]", "(if (other x) {(let [[a]] x) (let b (other x)) body})"),
        ("[a] | (a, _)", "(if (or (other x) (other x)) {(let a (other x)) body})"),
        ("str() | None", "(if (or (other x str) (== x null)) {body})"),
        ("[a] if a", "{(let [a] x) (if (and (other x) a) {body})}"),
    ]);
}

#[test]
fn cases_follow_each_other() {
    check(&[
        (
            "match req.method:\n  case \"GET\": a\n  case \"PUT\" | \"POST\": b\n  case _: c",
            "(if (== (. req method) \"GET\") {a} {(if (or (== (. req method) \"PUT\") (== (. req method) \"POST\")) {b} {c})})",
        ),
        ("match f(x):\n  case 1: a\n  case 2: b", "{(let \"<match>\" (call f x)) (if (== \"<match>\" 1) {a} {(if (== \"<match>\" 2) {b})})}"),
        ("match a, b:\n  case 1, 2: c", "{(let \"<match>\" (tuple a b)) (if (other \"<match>\" 1 2) {c})}"),
        ("match x:\n  case 1: a\n  case y if y: b\n  case _: c", "(if (== x 1) {a} {(let y x) (if y {b} {c})})"),
        ("match x:\n  case y: a\n  case 1: b", "(if (other) {(let y x) a} {(if (== x 1) {b})})"),
        ("match x:\n  # nothing yet\n", "x"),
        ("match = 1", "(= match 1)"),
        ("match(x)", "(call match x)"),
    ]);
}

#[test]
fn every_case_reads_the_subject_anew() {
    let segment = super::segment("match a.b:\n  case 1 | 2: c\n  case [d]: e\n");
    let mut seen = std::collections::HashSet::new();
    for expr in &segment.exprs {
        if let crate::model::ExprKind::Binary { left, .. } = &expr.kind {
            assert!(seen.insert(*left));
            assert_eq!(segment[*left].span.of("match a.b:"), "a.b");
        }
    }
    assert_eq!(seen.len(), 2);
}
