use guardline::syntax::Language;

use super::{check, check_as};

#[test]
fn declarations_of_variables() {
    check(&[
        ("const a = 1, b = 2", "(const a 1) (const b 2)"),
        ("let a; var b = a", "(let a) (var b a)"),
        ("let a: string | undefined, b!: C", "(let a :|<string undefined>) (let b :C)"),
        ("const { a, b: { c }, d = 1, ...e } = f", "(const {a: a b: {c: c} d: (default d 1) ...e} f)"),
        ("const [a, , b = 1, ...[c]] = d", "(const [a _ (default b 1) ...[c]] d)"),
        ("const { [k]: v, 'x-y': z, 1: w } = o", "(const {[k]: v x-y: z 1: w} o)"),
        ("using a = open(); await using b = open()", "(const a (call open)) (const b (call open))"),
    ]);
}

#[test]
fn branches() {
    check(&[
        ("if (a) b", "(if a {b})"),
        ("if (a) { b; c } else d", "(if a {b c} {d})"),
        ("if (a) b; else if (c) d; else if (e) f; else { g }", "(if a {b} {(if c {d} {(if e {f} {g})})})"),
        ("if (a) {} else {}", "(if a {})"),
        ("if (!user) return; b", "(if (not user) {(return)}) b"),
        ("{ a; { b } }", "{a {b}}"),
        (";;debugger", ""),
    ]);
}

#[test]
fn loops() {
    check(&[
        ("for (const x of xs) a(x)", "(each x xs {(call a x)})"),
        ("for (const [k, v] of Object.entries(o)) { a }", "(each [k v] (call (. Object entries) o) {a})"),
        ("for (x of xs) {}", "(each x xs {})"),
        ("for (a.b of xs) {}", "(each (place (. a b)) xs {})"),
        ("for (const k in o) { if (k) break; else continue }", "(keys k o {(if k {break} {continue})})"),
        ("for await (const x of xs()) a", "(each x (await (call xs)) {a})"),
        ("for (let i = 0, n = 1; i < n; i++) a", "{(let i 0) (let n 1) (while (< i n) {a (step i)})}"),
        ("for (i = 0; ; i++, j--) a", "{(= i 0) (while {a (, (step i) (step j))})}"),
        ("for (;;) { a }", "(while {a})"),
        ("while (a) b", "(while a {b})"),
        ("do { a } while (b)", "(while {a b})"),
        ("outer: for (const a of b) { for (const c of d) { break outer; continue outer } }", "(each a b {(each c d {break continue})})"),
        ("block: { if (a) break block; b }", "(once {(if a {break}) b})"),
    ]);
    check_as(Language::JavaScript, &[("with (a) { b }", "{a b}")]);
}

#[test]
fn failures() {
    check(&[
        ("try { a } catch (e) { b } finally { c }", "(try {a} (catch as e {b}) finally {c})"),
        ("try { a } catch { b }", "(try {a} (catch {b}))"),
        ("try { a } catch ({ message }: any) {}", "(try {a} (catch as {message: message} {}))"),
        ("try { a } finally { b }", "(try {a} finally {b})"),
        ("throw new Error('a')", r#"(throw (new Error "a"))"#),
        ("function f() { return a, b }", "(function f () {(return (, a b))})"),
    ]);
}

#[test]
fn switches_become_chains() {
    check(&[
        ("switch (a) { case 1: b; break; case 2: c; break }", "(if (== a 1) {b} {(if (== a 2) {c})})"),
        ("switch (a.b) { case 1: { b; break } default: c }", "(if (== (. a b) 1) {b} {c})"),
        ("switch (a) { case 1: { b } break; case 2: c }", "(if (== a 1) {b} {(if (== a 2) {c})})"),
        ("switch (typeof a) { case 'string': b; break; case 'number': c }", r#"(if (== (typeof a) "string") {b} {(if (== (typeof a) "number") {c})})"#),
        // Arms of several cases.
        ("switch (a) { case 1: case 2: case 3: b }", "(if (or (or (== a 1) (== a 2)) (== a 3)) {b})"),
        ("switch (a) { case 1: default: b; break; case 2: c }", "(if (== a 2) {c} {b})"),
        ("switch (a) { case 1: b; break; case 2: default: }", "(if (== a 1) {b})"),
        // The default may stand anywhere.
        ("switch (a) { default: b; break; case 1: c; break; case 2: d }", "(if (== a 1) {c} {(if (== a 2) {d} {b})})"),
        ("switch (a) { case 1: b; default: c; case 2: d }", "(if (== a 1) {b c d} {(if (== a 2) {d} {c d})})"),
        // Falling through.
        ("switch (a) { case 1: b; case 2: c; break; case 3: d }", "(if (== a 1) {b c} {(if (== a 2) {c} {(if (== a 3) {d})})})"),
        (
            "function f() { switch (a) { case 1: return b; case 2: throw c; default: d } }",
            "(function f () {(if (== a 1) {(return b)} {(if (== a 2) {(throw c)} {d})})})",
        ),
        (
            "function f() { switch (a) { case 1: if (b) return c; else throw d; case 2: e } }",
            "(function f () {(if (== a 1) {(if b {(return c)} {(throw d)})} {(if (== a 2) {e})})})",
        ),
        (
            "function f() { switch (a) { case 1: try { return b } catch { throw c } case 2: e } }",
            "(function f () {(if (== a 1) {(try {(return b)} (catch {(throw c)}))} {(if (== a 2) {e})})})",
        ),
        // Breaks inside an arm.
        ("switch (a) { case 1: if (b) break; c; break; case 2: d }", "(if (== a 1) {(once {(if b {break}) c})} {(if (== a 2) {d})})"),
        ("switch (a) { case 1: b; case 2: if (c) break; d }", "(if (== a 1) {(once {b (if c {break}) d})} {(if (== a 2) {(once {(if c {break}) d})})})"),
        ("switch (a) { case 1: for (;;) { break } case 2: b }", "(if (== a 1) {(while {break}) b} {(if (== a 2) {b})})"),
        ("x: for (;;) { switch (a) { case 1: break x; case 2: continue } }", "(while {(if (== a 1) {break} {(if (== a 2) {continue})})})"),
        (
            "switch (a) { case 1: switch (b) { case 2: if (c) break; d } break; case 3: e }",
            "(if (== a 1) {(if (== b 2) {(once {(if c {break}) d})})} {(if (== a 3) {e})})",
        ),
        // What is compared.
        ("switch (f()) { case 1: b }", "(if (== (call f) 1) {b})"),
        ("switch (await f()) { case 1: b; break; case 2: c }", "{(const switch (await (call f))) (if (== switch 1) {b} {(if (== switch 2) {c})})}"),
        ("switch (true) { case a > 1: b; break; case !c: d; break; case e: f }", "(if (> a 1) {b} {(if (not c) {d} {(if (== true e) {f})})})"),
        // Nothing to compare.
        ("switch (f()) {}", "(call f)"),
        ("switch (a) { default: b }", "{a b}"),
    ]);
}

#[test]
fn falling_through_is_bounded() {
    let cases: String = (0..40).map(|n| format!("case {n}: f{n}();")).collect();
    let model = super::model_of(Language::TypeScript, &format!("switch (a) {{ {cases} }}"));
    let printed = super::printed(&model);
    assert!(
        printed.starts_with("(if (== a 0) {(call f0) (call f1) (call f2) (call f3) (call f4) (call f5) (call f6) (call f7) (call f8)} {(if (== a 1)"),
        "{printed}"
    );
    assert_eq!(model.segments[0].segment.stmts.len(), 80, "bodies are listed again, not copied");
}

#[test]
fn enums_and_namespaces() {
    check(&[
        (
            "enum A { B, C, D = 5, E, F = 'f', G = -2, H, I = 0x10, J, 'k-l' }",
            r#"(const A (object B: 0 C: 1 D: 5 E: 6 F: "f" G: (minus 2) H: -1 I: 0x10 J: 17 k-l: 18))"#,
        ),
        ("const enum A { B = 1 << 2 }", "(const A (object B: (shift 1 2)))"),
        ("enum A {}", "(const A (object))"),
        ("namespace A { const b = 1; export const c = 2 }", "{(const b 1) (export (const c 2))}"),
        ("namespace A.B { c }", "{c}"),
        ("module A { b }", "{b}"),
    ]);
}

#[test]
fn what_only_types_need_is_nothing() {
    check(&[
        ("interface A { b: string }", ""),
        ("type A = { b: string }", ""),
        ("declare const a: string", ""),
        ("declare module 'a' { export function f(): void }", ""),
        ("declare global { interface Window { a: string } }", ""),
        ("declare function f(): void", ""),
        ("function f(a: string): void; function f(a: any) { b }", "(function f ((a :any)) {b})"),
        ("abstract class A { abstract b(): void; c(d: string): void; c(d: any) {} [k: string]: unknown }", "(class A (method c ((d :any)) {}))"),
        ("export interface A {}; export type B = C; export declare const d: E", ""),
        ("export as namespace A", ""),
    ]);
}
