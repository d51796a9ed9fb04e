use super::check;

#[test]
fn conditions() {
    check(&[
        ("if a: b", "(if a {b})"),
        ("if a:\n  b\nelse:\n  c", "(if a {b} {c})"),
        ("if a:\n  b\nelif c:\n  d\nelif e:\n  f\nelse:\n  g", "(if a {b} {(if c {d} {(if e {f} {g})})})"),
        ("if a:\n  b\nelif c:\n  d", "(if a {b} {(if c {d})})"),
        ("if (n := f()) and not n.x: pass", "(if (and (= n (call f)) (not (. n x))) {})"),
        ("if a:\n  pass\n  b; c", "(if a {b c})"),
    ]);
}

#[test]
fn loops() {
    check(&[
        ("for a in b: c", "(each a b {c})"),
        ("for a, *b in c, d:\n  e", "(each [a ...b] (tuple c d) {e})"),
        ("for a.b in c: pass", "(each (place (. a b)) c {})"),
        ("async def f():\n  async for a in b: c", "(function async f () {(each a b {c})})"),
        ("while a: b", "(while a {b})"),
        ("while True:\n  if a: break\n  continue", "(while true {(if a {break}) continue})"),
    ]);
}

#[test]
fn a_loops_else_runs_for_certain_only_without_break() {
    check(&[
        ("for a in b:\n  c\nelse:\n  d", "{(each a b {c}) {d}}"),
        ("for a in b:\n  if c: break\nelse:\n  d", "{(each a b {(if c {break})}) (if (other) {d})}"),
        ("while a:\n  b\nelse:\n  d", "{(while a {b}) {d}}"),
        // The break is the inner loop's.
        ("for a in b:\n  while c: break\nelse:\n  d", "{(each a b {(while c {break})}) {d}}"),
        // The break stands in the inner loop's else and is the outer loop's.
        ("for a in b:\n  while c: pass\n  else: break\nelse:\n  d", "{(each a b {{(while c {}) {break}}}) (if (other) {d})}"),
    ]);
}

#[test]
fn tries() {
    check(&[
        ("try: a\nexcept: b", "(try {a} (catch {b}))"),
        ("try: a\nexcept A: b", "(try {a} (catch A {b}))"),
        ("try: a\nexcept (A, b.C) as e: d", "(try {a} (catch A (. b C) as e {d}))"),
        ("try: a\nexcept A as e: b\nexcept B: c", "(try {a} (catch A as e {b}) (catch B {c}))"),
        ("try: a\nexcept* A as e: b", "(try {a} (catch A as e {b}))"),
        ("try: a\nexcept A, B: c", "(try {a} (catch A B {c}))"),
        ("try: a\nfinally: b", "(try {a} finally {b})"),
        ("try: a\nexcept A: b\nelse: c\nfinally: d", "(try {a} (catch A {b}) else {c} finally {d})"),
    ]);
}

#[test]
fn withs() {
    check(&[
        ("with a: b", "{(enter a) {b}}"),
        ("with a as b: c", "{(with b (enter a)) {c}}"),
        ("with a as b, c, d as (e, f): g", "{(with b (enter a)) (enter c) (with [e f] (enter d)) {g}}"),
        ("with a as b.c: d", "{(with (place (. b c)) (enter a)) {d}}"),
        ("with (a as b, c as d,): e", "{(with b (enter a)) (with d (enter c)) {e}}"),
        ("with (a as b): c", "{(with b (enter a)) {c}}"),
        ("with (a, b): c", "{(enter a) (enter b) {c}}"),
        ("with (a): b", "{(enter a) {b}}"),
        ("with (a, b) as c: d", "{(with c (enter (tuple a b))) {d}}"),
        ("with open(a) as b: c", "{(with b (enter (call open a))) {c}}"),
        ("async def f():\n  async with a as b: c", "(function async f () {{(with b (enter a)) {c}}})"),
    ]);
}
