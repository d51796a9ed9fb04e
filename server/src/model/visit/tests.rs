use super::*;
use crate::model::{BinaryOp, Builder, ExprKind, LogicalOp, StmtKind, lower};
use crate::syntax::{Document, Language};
use crate::text::FileId;

fn segments(language: Language, text: &str) -> Vec<Segment> {
    let document = Document::new(FileId::new("/project/a"), language, 0, text);
    let model = lower::lower(&document, None).expect("it is code");
    model.segments.iter().map(|placed| Segment::clone(&placed.segment)).collect()
}

fn segment(language: Language, text: &str) -> Segment {
    segments(language, text).into_iter().next().expect("the text has an item")
}

/// The expressions of the first segment in the order they are seen, as written.
fn seen(language: Language, text: &str) -> Vec<&str> {
    let segment = segment(language, text);
    let mut seen = Vec::new();
    visit_exprs(&segment, |expr, _| seen.push(segment[expr].span.of(text)));
    seen
}

/// The string `"it"` and how it is surrounded, from the inside out.
fn around(language: Language, text: &str) -> (Segment, ExprId, Parents) {
    let segment = segment(language, text);
    let parents = Parents::of(&segment);
    let it = segment.exprs.iter().position(|expr| matches!(&expr.kind, ExprKind::Str(text) if &**text == "it"));
    let it = ExprId(it.expect("it stands somewhere") as u32);
    (segment, it, parents)
}

fn roles(language: Language, text: &str) -> Vec<Role> {
    let (_, it, parents) = around(language, text);
    parents.ancestors(it).map(|place| place.role).collect()
}

fn label(language: Language, text: &str) -> Option<String> {
    let (segment, it, parents) = around(language, text);
    parents.place(it).and_then(|place| place.label(&segment).map(str::to_owned))
}

const PY: Language = Language::Python;
const TS: Language = Language::TypeScript;
const TSX: Language = Language::Tsx;

#[test]
fn a_literal_knows_what_it_is_given_to() {
    let text = "const ai = new OpenAI({ timeout: 1, apiKey: \"it\" });\n";
    let (segment, it, parents) = around(TS, text);
    let places: Vec<Place> = parents.ancestors(it).collect();
    let [entry, argument, value] = places.as_slice() else { panic!("three places: {places:?}") };
    assert_eq!((entry.role, argument.role, value.role), (Role::Entry(1), Role::Arg(0), Role::Value));
    assert_eq!(entry.label(&segment), Some("apiKey"));
    let Node::Expr(call) = argument.parent else { panic!("an expression") };
    let ExprKind::Call { callee, .. } = &segment[call].kind else { panic!("a call") };
    assert_eq!(segment[*callee].kind, ExprKind::Name("OpenAI".into()));
    assert_eq!(value.label(&segment), Some("ai"));
    assert_eq!(parents.stmt(it), segment.body.first().copied());
    assert_eq!(parents.function(it), None);
}

#[test]
fn roles_in_python() {
    use Role::*;
    let table: &[(&str, &[Role])] = &[
        ("f(a, k='it')", &[Arg(1), Value]),
        ("x = y = 'it'", &[Value, Value, Value]),
        ("x: str = 'it'", &[Value]),
        ("x = {'a': 1, 'k': ['it']}", &[Item(0), Entry(1), Value, Value]),
        ("{'it' + a: 1}", &[Left, Key(0), Value]),
        ("f'{a} {b[\"it\"]}'", &[Index, Part(2), Value]),
        ("a if b == 'it' else c", &[Right, Cond, Value]),
        ("'it' if a else b", &[Then, Value]),
        ("[a for a in b if a == 'it']", &[Right, Filter(0), Value]),
        ("[a for b in c for a in 'it']", &[Over(1), Value]),
        ("{a: 'it' for a in b}", &[ElementValue, Value]),
        ("lambda x='it': x", &[ParamDefault(0), Definition, Value]),
        ("lambda: 'it'", &[Value, Body, Definition, Value]),
        ("a['it'].b = 1", &[Index, Base, Place, Target, Value]),
        ("@a('it')\ndef f(): pass", &[Arg(0), Decorator(0), Definition]),
        ("def f(a, b='it'): pass", &[ParamDefault(1), Definition]),
        ("def f(a: 'it'): pass", &[ParamType(0), Definition]),
        ("def f(a: A[B, 'it']): pass", &[Item(1), Index, ParamType(0), Definition]),
        ("def f() -> 'it': pass", &[Returns, Definition]),
        ("def f():\n  if a:\n    return 'it'", &[Value, Then, Body, Definition]),
        ("class A:\n  x = 'it'", &[FieldValue(0), Definition]),
        ("class A:\n  x: B = C('it')", &[Arg(0), FieldValue(0), Definition]),
        ("class A(B('it'), c=1): pass", &[Arg(0), Extends(0), Definition]),
        ("class A(B, c='it'): pass", &[Keyword(0), Definition]),
        ("class A:\n  def f(self): return 'it'", &[Value, Body, Method(0), Definition]),
        ("class A:\n  'it'", &[Value, Body, Definition]),
        ("if a: pass\nelif b == 'it': pass", &[Right, Cond, Otherwise]),
        ("for a in 'it': pass", &[Over(0)]),
        ("while a != 'it': pass", &[Right, Cond]),
        ("try: pass\nexcept A('it'): pass", &[Arg(0), HandlerType(0)]),
        ("try: pass\nexcept A: pass\nexcept B: 'it'", &[Value, HandlerBody(1)]),
        ("try: pass\nfinally: 'it'", &[Value, Finally]),
        ("with a('it') as b: pass", &[Arg(0), Value, Value, Body]),
        ("assert a, 'it'", &[Value, Then]),
        ("match x:\n  case 'it': pass", &[Right, Cond]),
        ("del a['it']", &[Index, Operand, Value]),
        ("yield 'it'", &[Value, Value]),
        ("raise A('it')", &[Arg(0), Value]),
        ("f(*g('it'))", &[Arg(0), Arg(0), Value]),
    ];
    for (text, expected) in table {
        assert_eq!(roles(PY, &format!("{text}\n")), *expected, "{text}");
    }
}

#[test]
fn roles_in_typescript() {
    use Role::*;
    let table: &[(&str, &[Role])] = &[
        ("f({ k: \"it\" })", &[Entry(0), Arg(0), Value]),
        ("f(...[\"it\"])", &[Item(0), Arg(0), Value]),
        ("const { a = \"it\" } = b", &[Default, Entry(0), Target]),
        ("const [a, { b: c = \"it\" }] = d", &[Default, Entry(0), Item(1), Target]),
        ("x.y ??= \"it\"", &[Value, Value]),
        ("a ? b : \"it\"", &[Otherwise, Value]),
        ("a ?? \"it\"", &[Right, Value]),
        ("({ [\"it\"]: 1 })", &[Key(0), Value]),
        ("sql`a ${\"it\"}`", &[Part(1), Arg(0), Value]),
        ("const f = (a = \"it\") => a", &[Default, Param(0), Definition, Value]),
        ("const f = () => \"it\"", &[Value, Body, Definition, Value]),
        ("export default f(\"it\")", &[Arg(0), Value]),
        ("export const a = \"it\"", &[Value, Exported]),
        ("class A { x = \"it\" }", &[FieldValue(0), Definition]),
        ("class A { @B(\"it\") x: C }", &[Arg(0), FieldDecorator(0), Definition]),
        ("class A { f() { return \"it\" } }", &[Value, Body, Method(0), Definition]),
        ("class A { constructor(@B(\"it\") private c: D) {} }", &[Arg(0), ParamDecorator(0), Method(0), Definition]),
        ("x = class { y = \"it\" }", &[FieldValue(0), Definition, Value, Value]),
        ("await f(\"it\")", &[Arg(0), Value, Value]),
        ("typeof \"it\"", &[Operand, Value]),
        ("if (a) b; else c(\"it\")", &[Arg(0), Value, Otherwise]),
        ("for (const a of [\"it\"]) b", &[Item(0), Over(0)]),
    ];
    for (text, expected) in table {
        let found = roles(TS, &format!("{text};\n"));
        // A parameter's default may stand in the pattern or in the parameter.
        let found = match found.as_slice() {
            [ParamDefault(0), rest @ ..] => [&[Default, Param(0)], rest].concat(),
            _ => found,
        };
        assert_eq!(found, *expected, "{text}");
    }
    assert_eq!(roles(TSX, "x = <A b=\"it\" />;\n"), [Attribute(0), Value, Value]);
    assert_eq!(roles(TSX, "x = <A {...b}><C>{\"it\"}</C></A>;\n"), [Child(0), Child(0), Value, Value]);
}

#[test]
fn labels() {
    for (text, expected) in [
        ("f(k='it')", Some("k")),
        ("f('it')", None),
        ("{'k': 'it'}", Some("k")),
        ("{k: 'it'}", None),
        ("k = 'it'", Some("k")),
        ("a.k = 'it'", Some("k")),
        ("a['k'] = 'it'", Some("k")),
        ("a, b = 'it'", None),
        ("k: str = 'it'", Some("k")),
        ("def f(k='it'): pass", Some("k")),
        ("class A:\n  k: str = 'it'", Some("k")),
        ("class A(k='it'): pass", Some("k")),
        ("(k := 'it')", Some("k")),
        ("[k, 'it']", None),
    ] {
        assert_eq!(label(PY, &format!("{text}\n")).as_deref(), expected, "{text}");
    }
    for (text, expected) in [
        ("const { k = \"it\" } = a", Some("k")),
        ("a.k ||= \"it\"", Some("k")),
        ("({ [\"k\"]: \"it\" })", Some("k")),
        ("({ \"x-k\": \"it\" })", Some("x-k")),
        ("class A { k = \"it\" }", Some("k")),
    ] {
        assert_eq!(label(TS, &format!("{text};\n")).as_deref(), expected, "{text}");
    }
    assert_eq!(label(TSX, "x = <A k=\"it\" />;\n").as_deref(), Some("k"));
}

#[test]
fn expressions_are_seen_in_the_order_they_are_written() {
    let text = "@a\ndef f(b=c, *d: e) -> g:\n  h = i if j else k\n  l(m, n=o)\n";
    let names: Vec<&str> = seen(PY, text).into_iter().filter(|text| text.len() == 1).collect();
    assert_eq!(names, ["a", "c", "e", "g", "i", "j", "k", "l", "m", "o"]);
    let text = "class A(b):\n  def c(self): d\n  e = f\n  if g: h\n  i: j = k\n  @l\n  def m(self): n\n";
    let names: Vec<&str> = seen(PY, text).into_iter().filter(|text| text.len() == 1).collect();
    assert_eq!(names, ["b", "d", "f", "g", "h", "j", "k", "l", "n"]);
    let text = "with a as b.x, c: d\n";
    let names: Vec<&str> = seen(PY, text).into_iter().filter(|text| text.len() == 1).collect();
    assert_eq!(names, ["a", "a", "b", "c", "c", "d"], "entering a value has the span of the value");
    for (text, expected) in [
        ("for (let i = a; b; c) { d ? e : f; }\n", ["a", "b", "d", "e", "f", "c"]),
        ("do { a; b ? c : d } while (e || f);\n", ["a", "b", "c", "d", "e", "f"]),
        ("class A extends a { b = c; f() { return d } [e] = f }\n", ["a", "c", "d", "f", "", ""]),
    ] {
        let mut names = Vec::new();
        for segment in segments(TS, text) {
            visit_exprs(&segment, |expr, _| names.push(segment[expr].span.of(text)));
        }
        names.retain(|name| name.len() == 1);
        let expected: Vec<&str> = expected.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn what_stands_around_a_node_is_seen_before_it() {
    let segment = segment(PY, "class A:\n  @b\n  def f(self, c=d): return [e(f'{g}') for h in i]\n");
    let mut before = std::collections::HashSet::new();
    visit(&segment, |node, parents| {
        assert!(parents.place(node).is_none_or(|place| before.contains(&place.parent)));
        assert!(before.insert(node), "{node:?} is seen once");
    });
    let all = segment.exprs.len() + segment.stmts.len() + segment.patterns.len() + segment.functions.len() + segment.classes.len();
    assert_eq!(before.len(), all);
}

#[test]
fn what_stands_in_two_places_is_seen_in_the_first() {
    let segment = segment(PY, "a < f('it') < c\n");
    let mut calls = Vec::new();
    let parents = visit_exprs(&segment, |expr, _| {
        if matches!(segment[expr].kind, ExprKind::Call { .. }) {
            calls.push(expr);
        }
    });
    let [call] = calls.as_slice() else { panic!("one call") };
    assert_eq!(parents.place(*call).map(|place| place.role), Some(Role::Right));
}

#[test]
fn enclosing_functions_and_statements() {
    let (segment, it, parents) = around(PY, "def f():\n  x = lambda: g('it')\n");
    let lambda = parents.function(it).expect("the lambda");
    assert!(segment[lambda].expression_body);
    let outer = parents.function(lambda).expect("the function around it");
    assert_eq!(segment[outer].name, "f");
    let stmt = parents.stmt(it).expect("the lambda's return");
    assert!(matches!(segment[stmt].kind, StmtKind::Return(_)));
    assert_eq!(parents.stmt(stmt), Some(stmt));
}

/// A program with every construct, in both languages.
const PYTHON: &str = r#"
@a.b(c)
async def f(x: int = 1, *y, **z) -> "T":
    async with p as q, r: s
    try:
        return [i async for i in j if k]
    except (A, B) as e:
        raise C from e()
    else: del t[0]
    finally: assert u, v
class D(E, m=F):
    g: Annotated[int, Depends(h)] = h
    i, *k.x = l
    j = {1: 2, **n, o: [p, *q]}
match f(u), v:
    case {"a": w, K.L: m, **x} | G(1, h=1) as y if z: pass
    case [1, -2, *_]: b
x = f"a{b!r:>{c}}" r"\d" if not d < e() < f else lambda g=1, *h: (yield g)
for a, b.c in c: break
else: print(d, *e, sep=f, **g)
while (n := await m): n += x[1:2, ...]
type T[U] = list[U] | None
"#;

const TYPESCRIPT: &str = r#"
@A("b") export class C extends D<E> implements F { @G(h) i: J = k; static { l() } constructor(@M(n) private o: P = q) { super(o) } get r() { return this?.s[t]! } }
export default async function* u({ v = w, [x]: y, ...z }: A, [b, , c = d] = e) { yield* f; await g; delete h.i; j ??= k?.() ; }
export const l = m as N, o = { p, q: 1, [r]: s, ...t, u() {}, get v() { return 1 } };
label: for (let i = 0; i < 1; i++) { if (a) continue label; else break; }
switch (f(a)) { case b: case c(): d(); break; default: e }
try { throw f(...g) } catch ({ h }) { i } finally { j }
for (const [k] of l) m; for (const n in o) p; do { q } while (r, s);
t = `a${u}${`b${v}`}`; w`x${y}`; /z/g; new A(); (a ? b : c) ?? typeof d; x = class { #y = 1 };
"#;

#[test]
fn everything_in_a_lowered_program_is_reached() {
    for (language, text) in [(PY, PYTHON), (TS, TYPESCRIPT), (TSX, "a = <B c=\"d\" {...e}>f {g} <></><h.i j /></B>;\n")] {
        for segment in segments(language, text) {
            assert!(!segment.is_incomplete(), "{text}");
            let mut reached = std::collections::HashSet::new();
            visit(&segment, |node, _| assert!(reached.insert(node)));
            let exprs = (0..segment.exprs.len() as u32).map(|n| Node::Expr(ExprId(n)));
            let stmts = (0..segment.stmts.len() as u32).map(|n| Node::Stmt(StmtId(n)));
            let patterns = (0..segment.patterns.len() as u32).map(|n| Node::Pattern(PatternId(n)));
            let functions = (0..segment.functions.len() as u32).map(|n| Node::Function(FunctionId(n)));
            let classes = (0..segment.classes.len() as u32).map(|n| Node::Class(ClassId(n)));
            for node in exprs.chain(stmts).chain(patterns).chain(functions).chain(classes) {
                assert!(reached.contains(&node), "{node:?} {:?} of {}", node.span(&segment), crate::model::print::segment(&segment));
            }
        }
    }
}

#[test]
fn depth_and_cycles_do_no_harm() {
    let here = Span::at(0);
    let mut builder = Builder::default();
    let mut left = builder.expr(here, ExprKind::Null);
    for n in 0..200_000 {
        let right = builder.expr(here, ExprKind::Null);
        left = match n % 2 {
            0 => builder.expr(here, ExprKind::Binary { op: BinaryOp::Add, left, right }),
            _ => builder.expr(here, ExprKind::Logical { op: LogicalOp::And, left: right, right: left }),
        };
    }
    let stmt = builder.stmt(here, StmtKind::Expr(left));
    builder.segment.body = vec![stmt];
    let parents = Parents::of(&builder.segment);
    assert_eq!(parents.ancestors(ExprId(0)).count(), 200_001);

    let mut builder = Builder::default();
    let inner = builder.stmt(here, StmtKind::Break);
    let outer = builder.stmt(here, StmtKind::Block(vec![inner]));
    builder.segment.stmts[inner.0 as usize].kind = StmtKind::Block(vec![outer]);
    builder.segment.body = vec![inner];
    let parents = Parents::of(&builder.segment);
    assert_eq!(parents.ancestors(outer).count(), 1);
    assert_eq!(parents.place(inner), None);
}
