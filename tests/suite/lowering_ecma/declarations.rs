use super::check;

#[test]
fn functions() {
    check(&[
        ("function f(a, b = 1, { c, d: [e] }, ...g) {}", "(function f (a (b = 1) {c: c d: [e]} ...g) {})"),
        (
            "async function* f<T extends U>(this: Window, a?: T): AsyncGenerator<T> { yield a }",
            "(function async generator f ((a :T)) :AsyncGenerator<T> {(yield a)})",
        ),
        ("function f({ a }: { a: string } = {}) {}", "(function f (({a: a} :{a: string} = (object))) {})"),
        ("export default async function () { await a }", "(export-default (function async () {(await a)}))"),
        (
            "function f() { 'use server'; 'use strict'; a; 'b' }",
            r#"(function f () directive "use server" directive "use strict" {"use server" "use strict" a "b"})"#,
        ),
        ("function f(x): x is User {} function g(x): asserts x {}", "(function f (x) :? {}) (function g (x) :? {})"),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("class A {}", "(class A)"),
        ("class A<T> extends B.C<T> implements D, E {}", "(class A ((. B C)))"),
        ("class A extends mixin(B) {}", "(class A ((call mixin B)))"),
        (
            "class A { b; c = 1; static d: string = 'x'; readonly e?: E; #f = 2; 'g-h' = 3; [i] = 4; declare j: J }",
            r#"(class A (field b) (field c 1) (field static d :string "x") (field e :E) (field #f 2) (field g-h 3) (field "[i]" 4) (field j :J))"#,
        ),
        (
            "class A { b() {} static async c() {} *d() {} get e() { return 1 } set e(v) {} #f() {} [g]() {} ['h']() {} }",
            r##"(class A (method b () {}) (method static async c () {}) (method generator d () {}) (get e () {(return 1)}) (set e (v) {}) (method #f () {}) (method "[g]" () {}) (method h () {}))"##,
        ),
        ("class A { static { a() } }", "(class A {(call a)})"),
        (
            "class A { constructor() { super() } static constructor() {} }",
            "(class A (constructor constructor () {(call super)}) (method static constructor () {}))",
        ),
        ("class A { handler = async (req: Req) => { this.b } }", "(class A (field handler (arrow async ((req :Req)) {(. this b)})))"),
        ("abstract class A { protected abstract b: string; private c = 1 }", "(class A (field b :string) (field c 1))"),
        ("const A = class B {}", "(const A (class B))"),
        ("class A { static async *[Symbol.iterator]() {} }", r#"(class A (method static async generator "[Symbol.iterator]" () {}))"#),
    ]);
}

#[test]
fn constructor_parameters_become_fields() {
    check(&[
        (
            "class A { constructor(private readonly db: Db, public b = 1, c: C, @Inject(X) readonly d: D, override e: E) {} }",
            "(class A (field injected db :Db) (field injected b) (field injected d @(call Inject X) :D) (field injected e :E) \
             (constructor constructor ((db :Db) (b = 1) (c :C) (@(call Inject X) d :D) (e :E)) {}))",
        ),
        ("class A { b(private c: C) {} }", "(class A (method b ((c :C)) {}))"),
    ]);
}

#[test]
fn decorators() {
    check(&[
        ("@A @B('x') @c.D() class E {}", r#"(class E @A @(call B "x") @(call (. c D)))"#),
        ("@A() export class B {}", "(export (class B @(call A)))"),
        ("export @A() class B {}", "(export (class B @(call A)))"),
        ("@A export default class B {}", "(export default (class B @A))"),
        ("@A export default class {}", "(export-default (class @A))"),
        (
            "class A { @B() @C(':id') async d(@E('f') g: G, @H() i) {} j() {} }",
            r#"(class A (method async d @(call B) @(call C ":id") ((@(call E "f") g :G) (@(call H) i)) {}) (method j () {}))"#,
        ),
        ("class A { @B() c: C; @D() static e = 1; @F() get g() {} }", "(class A (field c @(call B) :C) (field static e @(call D) 1) (get g @(call F) () {}))"),
        ("@(a.b()) class D {}", "(class D @(call (. a b)))"),
    ]);
}

#[test]
fn declared_types() {
    let types = [
        ("string", "string"),
        ("User", "User"),
        ("models.a.User", "models.a.User"),
        ("Promise<User>", "Promise<User>"),
        ("Promise<{ a: A; b?: B<C> }>", "Promise<{a: A b: B<C>}>"),
        ("Map<string, User[]>", "Map<string Array<User>>"),
        ("readonly string[][]", "Array<Array<string>>"),
        ("A | B | null", "|<A B null>"),
        ("| A", "A"),
        ("A & B & { c: D }", "&<A B {c: D}>"),
        ("(A | undefined)[]", "Array<|<A undefined>>"),
        ("{ a(): void; readonly 'b-c': D; [k: string]: E }", "{a: ? b-c: D}"),
        ("'a' | 'b' | 1", "|<? ? ?>"),
        ("(a: A) => B", "?"),
        ("typeof a", "?"),
        ("A['b']", "?"),
        ("[A, B]", "?"),
        ("keyof A", "?"),
        ("A extends B ? C : D", "?"),
        ("`a${string}`", "?"),
        ("z.infer<typeof schema>", "z.infer<?>"),
        ("import('a').B", "?"),
        ("unique symbol", "\"unique symbol\""),
    ];
    for (ty, expected) in types {
        check(&[
            (&format!("let a: {ty}"), &format!("(let a :{expected})")),
            (&format!("function f(): {ty} {{}}"), &format!("(function f () :{expected} {{}})")),
        ]);
    }
}
