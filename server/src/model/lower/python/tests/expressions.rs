use super::check;

#[test]
fn literals_and_names() {
    check(&[
        ("1", "1"),
        ("0x_ff", "0x_ff"),
        ("1.5e3j", "1.5e3j"),
        ("True", "true"),
        ("False", "false"),
        ("None", "null"),
        ("self.x", "(. self x)"),
        ("naïve", "naïve"),
    ]);
}

#[test]
fn members_calls_and_subscripts() {
    check(&[
        ("a.b.c", "(. (. a b) c)"),
        ("a()", "(call a)"),
        ("a.b(1)(2).c", "(. (call (call (. a b) 1) 2) c)"),
        ("f(a, *b, c=1, **d)", "(call f a ...b c=1 **d)"),
        ("f((*a))", "(call f (other a))"),
        ("f(a for a in b)", "(call f (generator-of a (for a b)))"),
        ("f(x := 1)", "(call f (= x 1))"),
        ("f(print=1, match=2)", "(call f print=1 match=2)"),
        ("a[0]", "(at a 0)"),
        ("a[b][c]", "(at (at a b) c)"),
        ("a[1:2]", "(at a (other 1 2))"),
        ("a[:]", "(at a (other))"),
        ("a[::b]", "(at a (other b))"),
        ("a[1, 2:3]", "(at a (tuple 1 (other 2 3)))"),
        ("a[1,]", "(at a 1)"),
        ("a[*b]", "(at a (tuple ...b))"),
        ("super().save()", "(call (. (call super) save))"),
        ("super(A, self).save", "(. (call super A self) save)"),
        ("super", "super"),
        ("(a)(b)", "(call a b)"),
        ("((a.b)).c", "(. (. a b) c)"),
    ]);
    let segment = super::segment("super");
    assert!(matches!(segment.exprs[0].kind, crate::model::ExprKind::Name(_)), "only the call means the class above");
}

#[test]
fn operators() {
    check(&[
        ("a + b - c * d", "(- (+ a b) (* c d))"),
        ("a / b // c % d", "(% (/ (/ a b) c) d)"),
        ("a ** b ** c", "(** a (** b c))"),
        ("a @ b", "(, a b)"),
        ("a & b | c ^ d", "(| (& a b) (^ c d))"),
        ("a << b >> c", "(shift (shift a b) c)"),
        ("-a + ~b", "(+ (minus a) (~ b))"),
        ("+a", "(plus a)"),
        ("not a", "(not a)"),
        ("not not a", "(not (not a))"),
        ("a and b or c and d", "(or (and a b) (and c d))"),
        ("a if b else c", "(cond b a c)"),
        ("a if b else c if d else e", "(cond b a (cond d c e))"),
        ("(a if b else c) if d else e", "(cond d (cond b a c) e)"),
    ]);
}

#[test]
fn comparisons() {
    check(&[
        ("a < b", "(< a b)"),
        ("a < b <= c", "(and (< a b) (<= b c))"),
        ("a < b < c < d", "(and (and (< a b) (< b c)) (< c d))"),
        ("a == b", "(== a b)"),
        ("a != b", "(!= a b)"),
        ("a <> b", "(!= a b)"),
        ("a is None", "(== a null)"),
        ("a is not None", "(!= a null)"),
        ("a in b", "(in a b)"),
        ("a not in b", "(not-in a b)"),
        ("a > b", "(> a b)"),
        ("a >= b", "(>= a b)"),
    ]);
}

#[test]
fn the_middle_of_a_chain_is_one_expression() {
    let segment = super::segment("a < f() < c");
    let calls = segment.exprs.iter().filter(|expr| matches!(expr.kind, crate::model::ExprKind::Call { .. })).count();
    assert_eq!(calls, 1);
}

#[test]
fn displays() {
    check(&[
        ("[]", "(list)"),
        ("[a, *b]", "(list a ...b)"),
        ("()", "(tuple)"),
        ("(a,)", "(tuple a)"),
        ("(a, *b)", "(tuple a ...b)"),
        ("{a, *b}", "(set a ...b)"),
        ("{}", "(object)"),
        ("{'a': 1, b: 2, 3: c, **d}", "(object a: 1 [b]: 2 3: c ...d)"),
        ("{f'{a}': 1, b'x': 2, True: 3}", "(object [(template a)]: 1 [b\"x\"]: 2 [true]: 3)"),
        ("[(yield)]", "(list (yield))"),
    ]);
}

#[test]
fn comprehensions() {
    check(&[
        ("[a for a in b]", "(list-of a (for a b))"),
        ("{a for a in b if c}", "(set-of a (for a b if c))"),
        ("{a: b for a, b in c.items()}", "(dict-of a: b (for [a b] (call (. c items))))"),
        ("(a for a in b)", "(generator-of a (for a b))"),
        ("[a for b in c if d if e for a in b if f]", "(list-of a (for b c if d if e) (for a b if f))"),
        ("[a async for a in b]", "(list-of a (for a b))"),
        ("[a for a in 1, 2]", "(list-of a (for a (tuple 1 2)))"),
        ("[x for a.b in c]", "(list-of x (for (place (. a b)) c))"),
        ("[f for f in lambda: y, 1]", "(list-of f (for f (tuple (arrow () => y) 1)))"),
    ]);
}

#[test]
fn lambdas() {
    check(&[
        ("lambda: 0", "(arrow () => 0)"),
        ("lambda a, b=1, *c, d, **e: a", "(arrow (a (b = 1) ...c (named d) **e) => a)"),
        ("lambda x: lambda y: x", "(arrow (x) => (arrow (y) => x))"),
    ]);
}

#[test]
fn awaits_and_yields() {
    check(&[
        ("await f(x)", "(await (call f x))"),
        ("await (a).b", "(await (. a b))"),
        ("yield", "(yield)"),
        ("yield a, b", "(yield (tuple a b))"),
        ("yield from a", "(yield a)"),
        ("(yield a)", "(yield a)"),
    ]);
}
