use guardline::syntax::Language;

use super::{check, check_as};

#[test]
fn literals() {
    check(&[
        (r#"f("a\n\x41\u{1F600}", 'it\'s')"#, r#"(call f "a\nA😀" "it's")"#),
        (r"f('\ud83d\ude00', '\ud83d')", r#"(call f "😀" "�")"#),
        ("f(1, 0x1F, 1_000n, .5e3)", "(call f 1 0x1F 1_000n .5e3)"),
        ("f(true, false, null, undefined)", "(call f true false null null)"),
        (r"f(/a\/[b/]/gi, /x/)", r"(call f /a\/[b/]/gi /x/)"),
        ("f(this, super.x)", "(call f this (. super x))"),
        ("f(\u{e9}t\u{e9}, \\u0061b)", "(call f \u{e9}t\u{e9} ab)"),
    ]);
}

#[test]
fn templates() {
    check(&[
        ("f(``, `a`, `a${b}c${d}`)", r#"(call f (template) (template "a") (template "a" b "c" d))"#),
        ("x = `${a}${b}`", "(= x (template a b))"),
        (r"x = `\n\${a}\``", r#"(= x (template "\n${a}`"))"#),
        ("x = `a\r\nb`", r#"(= x (template "a\nb"))"#),
        ("x = `a ${`b ${c}`}`", r#"(= x (template "a " (template "b " c)))"#),
        ("x = `${a, b}`", "(= x (template (, a b)))"),
        ("sql`select ${id}`", r#"(tagged sql (template "select " id))"#),
        ("css`a``b`", r#"(tagged (tagged css (template "a")) (template "b"))"#),
    ]);
}

#[test]
fn tagged_templates_with_type_arguments() {
    check(&[
        ("sql<User>`x`", r#"(tagged sql (template "x"))"#),
        ("const rows = await db.$queryRaw<User[]>`select ${id}`;", r#"(const rows (await (tagged (. db $queryRaw) (template "select " id))))"#),
        (
            "f({ a: sql<number | null>`x`.mapWith(Number), b: sql<{ c: D<E>; f?: 'g' }>`y` })",
            r#"(call f (object a: (call (. (tagged sql (template "x")) mapWith) Number) b: (tagged sql (template "y"))))"#,
        ),
        ("a < b; c > `d`", r#"(< a b) (> c (template "d"))"#),
    ]);
}

#[test]
fn members_and_calls() {
    check(&[
        ("a.b.c", "(. (. a b) c)"),
        ("a?.b?.[c]?.(d).e", "(. (?call (?at (?. a b) c) d) e)"),
        ("a['b'][0]", r#"(at (at a "b") 0)"#),
        ("this.#key", "(. this #key)"),
        ("#key in o", "(in #key o)"),
        ("f(a, ...b)", "(call f a ...b)"),
        ("f<T>(a)", "(call f a)"),
        ("f()()", "(call (call f))"),
        ("new A", "(new A)"),
        ("new A(1)", "(new A 1)"),
        ("new a.B<T>(c).d()", "(call (. (new (. a B) c) d))"),
        ("class A extends B { constructor() { super(1) } }", "(class A (B) (constructor constructor () {(call super 1)}))"),
        ("import('./a')", r#"(call import "./a")"#),
        ("import.meta.env.KEY", "(. (. (. import meta) env) KEY)"),
        ("new.target", "(. new target)"),
        ("require('a').b", r#"(. (call require "a") b)"#),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("a + b - c * d", "(- (+ a b) (* c d))"),
        ("a / b % c ** d", "(% (/ a b) (** c d))"),
        ("a == b, a === b", "(, (== a b) (== a b))"),
        ("a != b, a !== b", "(, (!= a b) (!= a b))"),
        ("a < b, a <= b, a > b", "(, (, (< a b) (<= a b)) (> a b))"),
        ("a >= b", "(>= a b)"),
        ("a & b | c ^ d", "(| (& a b) (^ c d))"),
        ("a << b >> c >>> d", "(shift (shift (shift a b) c) d)"),
        ("'k' in o", r#"(in "k" o)"#),
        ("a instanceof B", "(instanceof a B)"),
        ("a && b || c", "(or (and a b) c)"),
        ("a ?? b", "(?? a b)"),
        ("!a", "(not a)"),
        ("-a + +b", "(+ (minus a) (plus b))"),
        ("~a", "(~ a)"),
        ("typeof a === 'string'", r#"(== (typeof a) "string")"#),
        ("void 0", "(void 0)"),
        ("delete a.b", "(delete (. a b))"),
        ("a++; --b", "(step a) (step b)"),
        ("a ? b : c ? d : e", "(cond a b (cond c d e))"),
        ("(a, b, c)", "(, (, a b) c)"),
        ("((a))", "a"),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("a = b = c", "(= a (= b c))"),
        ("a.b = c", "(= (place (. a b)) c)"),
        ("a[b] = c", "(= (place (at a b)) c)"),
        ("a! = b", "(= (place a!) b)"),
        ("(a) = b", "(= a b)"),
        ("a += 1; a -= 1; a *= 1; a /= 1; a %= 1; a **= 1", "(+= a 1) (-= a 1) (*= a 1) (/= a 1) (%= a 1) (**= a 1)"),
        ("a &= 1; a |= 1; a ^= 1; a <<= 1; a >>= 1; a >>>= 1", "(&= a 1) (|= a 1) (^= a 1) (shift= a 1) (shift= a 1) (shift= a 1)"),
        ("a ??= b; a ||= b; a &&= b", "(??= a b) (or= a b) (and= a b)"),
        ("globalThis.db ??= new Db()", "(??= (place (. globalThis db)) (new Db))"),
        ("[a, b] = [b, a]", "(= [a b] (list b a))"),
        ("[a, , b.c = 1, ...d] = e", "(= [a _ (default (place (. b c)) 1) ...d] e)"),
        ("({ a, b: c, d = 1, [e]: f, 'g-h': i.j, ...k } = l)", "(= {a: a b: c d: (default d 1) [e]: f g-h: (place (. i j)) ...k} l)"),
        ("({ a: { b: [c] = [] } } = d)", "(= {a: {b: (default [c] (list))}} d)"),
        ("module.exports = { a }", "(= (place (. module exports)) (object a))"),
    ]);
}

#[test]
fn objects_and_arrays() {
    check(&[
        ("x = { a: 1, 'b c': 2, 3: 4, [d]: 5, e, ...f }", r#"(= x (object a: 1 "b c": 2 3: 4 [d]: 5 e ...f))"#),
        (
            "x = { m() {}, async n() {}, *o() {}, async *p() {} }",
            "(= x (object m: (method m () {}) n: (method async n () {}) o: (method generator o () {}) p: (method async generator p () {})))",
        ),
        ("x = { get a() { return 1 }, set a(v) {} }", "(= x (object a: (get a () {(return 1)}) a: (set a (v) {})))"),
        (
            "x = { [a.b]() {}, 'c'() {}, get: 1, async, static: 2 }",
            r#"(= x (object [(. a b)]: (method "[a.b]" () {}) c: (method c () {}) get: 1 async static: 2))"#,
        ),
        ("x = { f: function () {}, g: async () => {} }", "(= x (object f: (function () {}) g: (arrow async () {})))"),
        ("x = {}", "(= x (object))"),
        ("x = [1, ...a, [b]]", "(= x (list 1 ...a (list b)))"),
        ("x = [, a, , b, ,]", "(= x (list null a null b null))"),
        ("x = [a,]", "(= x (list a))"),
    ]);
}

#[test]
fn functions_as_values() {
    check(&[
        ("f(x => x)", "(call f (arrow (x) => x))"),
        ("f(async x => await x)", "(call f (arrow async (x) => (await x)))"),
        ("f((a, b = 1, { c }, ...d) => ({ a }))", "(call f (arrow (a (b = 1) {c: c} ...d) => (object a)))"),
        ("f(() => { return 1 })", "(call f (arrow () {(return 1)}))"),
        ("f(function g() {})", "(call f (function g () {}))"),
        ("f(function* () { yield; yield a; yield* b })", "(call f (function generator () {(yield) (yield a) (yield b)}))"),
        ("(async () => { await a })()", "(call (arrow async () {(await a)}))"),
        ("(async function* () { for await (const x of y) z(x) })()", "(call (function async generator () {(each x (await y) {(call z x)})}))"),
        ("f(class extends A { b = 1 })", "(call f (class (A) (field b 1)))"),
        (
            "const f = async (req: Request, { id }: P): Promise<Response> => g(id)",
            "(const f (arrow async ((req :Request) ({id: id} :P)) :Promise<Response> => (call g id)))",
        ),
        ("f(async () => { 'use server'; await g() })", r#"(call f (arrow async () directive "use server" {"use server" (await (call g))}))"#),
    ]);
}

#[test]
fn types_vanish_from_expressions() {
    check(&[
        ("x = a as B", "(= x a)"),
        ("x = a as unknown as B<C>", "(= x a)"),
        ("x = { a: 1 } as const", "(= x (object a: 1))"),
        ("x = { a: 1 } satisfies A", "(= x (object a: 1))"),
        ("(a as any).b", "(. a b)"),
        ("a!", "a!"),
        ("a!.b!.c", "(. (. a! b)! c)"),
        ("a()!.b", "(. (call a)! b)"),
        ("f(process.env.KEY!)", "(call f (. (. process env) KEY)!)"),
        ("const f = g<string>;", "(const f g)"),
    ]);
    check_as(Language::TypeScript, &[("x = <any>a.b", "(= x (. a b))"), ("f(<A>{ b: 1 })", "(call f (object b: 1))")]);
}

/// The grammar reads `await f<T>(a)` as `(await f)<T>(a)`.
#[test]
fn what_stands_before_a_call_of_a_type_is_done_with_its_result() {
    check(&[
        ("x = await f<A>(1)", "(= x (await (call f 1)))"),
        ("x = await a.b<A>(1)?.c ?? d", "(= x (?? (await (?. (call (. a b) 1) c)) d))"),
        ("x = (await f<A>(1)).c", "(= x (. (await (call f 1)) c))"),
        ("x = (await f)<A>(1)", "(= x (call (await f) 1))"),
        ("x = !f<A>(1) && b", "(= x (and (not (call f 1)) b))"),
        ("x = 1 + await f<A>(1) + 2", "(= x (+ (+ 1 (await (call f 1))) 2))"),
        ("x = typeof f<A>(1)[0]!.b", "(= x (typeof (. (at (call f 1) 0)! b)))"),
        ("await f<A>(1) as B", "(await (call f 1))"),
    ]);
}

#[test]
fn jsx() {
    check_as(
        Language::Tsx,
        &[
            ("x = <A />", "(= x (jsx A))"),
            ("x = <></>", r#"(= x (jsx ""))"#),
            ("x = <Form.Item a='1' b={c} d {...e} f:g=\"h\" data-i={<b />} />", r#"(= x (jsx Form.Item a="1" b=c d ...e f:g="h" data-i=(jsx b)))"#),
            ("x = <p>\n  Hello, {name}!\n  <b>you</b>\n</p>", r#"(= x (jsx p "Hello," name "!" (jsx b "you")))"#),
            ("x = <p>a &amp; b&nbsp;{/* nothing */}{}</p>", "(= x (jsx p \"a & b\\u{a0}\"))"),
            ("x = <p title=\"a &quot;b&quot; \\n\" />", r#"(= x (jsx p title="a \"b\" \\n"))"#),
            ("x = <ul>{xs.map(x => <li key={x}>{x}</li>)}{...ys}</ul>", "(= x (jsx ul (call (. xs map) (arrow (x) => (jsx li key=x x))) ys))"),
            ("x = <svg:rect />", "(= x (jsx svg:rect))"),
            ("x = <A<B> c={d as E} />", "(= x (jsx A c=d))"),
            ("x = <div dangerouslySetInnerHTML={{ __html: html }} />", "(= x (jsx div dangerouslySetInnerHTML=(object __html: html)))"),
            ("x = ok ? <A /> : null", "(= x (cond ok (jsx A) null))"),
            ("x = <my-element on-click={f}>{a, b}</my-element>", "(= x (jsx my-element on-click=f (, a b)))"),
            ("x = <a href=\"https://a.b/c\">https://a.b // no comment</a>", r#"(= x (jsx a href="https://a.b/c" "https://a.b // no comment"))"#),
        ],
    );
    check_as(Language::JavaScript, &[("export const A = () => <p>{a}</p>", "(export (const A (arrow () => (jsx p a))))")]);
    check_as(Language::Jsx, &[("<A.B.C/>", "(jsx A.B.C)")]);
}
