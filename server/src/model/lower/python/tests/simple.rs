use super::check;

#[test]
fn imports() {
    check(&[
        ("import os", r#"(import "os" *:os)"#),
        ("import a.b.c", r#"(import "a" *:a)"#),
        ("import a.b as c", r#"(import "a.b" *:c)"#),
        ("import a, b.c as d", "(import \"a\" *:a) (import \"b.c\" *:d)"),
        ("import a . b as c", r#"(import "a.b" *:c)"#),
        ("from a.b import c", r#"(import "a.b" c)"#),
        ("from a import b as c, d", r#"(import "a" b:c d)"#),
        ("from a import (\n    b,  # why\n    c as d,\n)", r#"(import "a" b c:d)"#),
        ("from . import a", r#"(import "." a)"#),
        ("from .. import a", r#"(import ".." a)"#),
        ("from ..models.user import User", r#"(import "..models.user" User)"#),
        ("from . models import User", r#"(import ".models" User)"#),
        ("from a import *", r#"(import "a" *)"#),
        ("from .a import *", r#"(import ".a" *)"#),
        ("from __future__ import annotations, division", r#"(import "__future__" annotations division)"#),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("a = 1", "(= a 1)"),
        ("a = b = c = 1", "(= a (= b (= c 1)))"),
        ("a, b = b, a", "(= [a b] (tuple b a))"),
        ("(a, b) = c", "(= [a b] c)"),
        ("(a) = c", "(= a c)"),
        ("(a,) = c", "(= [a] c)"),
        ("[a, *b] = c", "(= [a ...b] c)"),
        ("a, (b, *c), d = e", "(= [a [b ...c] d] e)"),
        ("*a, = b", "(= [...a] b)"),
        ("a.b = 1", "(= (place (. a b)) 1)"),
        ("a.b[0], c = 1", "(= [(place (at (. a b) 0)) c] 1)"),
        ("x = *a, b", "(= x (tuple ...a b))"),
        ("x = yield", "(= x (yield))"),
        ("x = yield from y", "(= x (yield y))"),
        ("print = 1", "(= print 1)"),
        ("match = type = 1", "(= match (= type 1))"),
        ("x = (y)", "(= x y)"),
        ("x = \\\n  1", "(= x 1)"),
    ]);
}

#[test]
fn augmented_assignments() {
    for (op, shown) in [
        ("+=", "+="),
        ("-=", "-="),
        ("*=", "*="),
        ("/=", "/="),
        ("//=", "/="),
        ("%=", "%="),
        ("**=", "**="),
        (">>=", "shift="),
        ("<<=", "shift="),
        ("&=", "&="),
        ("|=", "|="),
        ("^=", "^="),
        ("@=", ",="),
    ] {
        check(&[(&format!("a.b {op} c"), &format!("({shown} (place (. a b)) c)"))]);
    }
    check(&[("x += 1, 2", "(+= x (tuple 1 2))")]);
}

#[test]
fn annotated_assignments() {
    check(&[
        ("x: int", "(annotated x :int=int)"),
        ("x: int = 1", "(annotated x :int=int 1)"),
        ("self.x: int = 1", "(annotated (place (. self x)) :int=int 1)"),
        ("x: int = 1, 2", "(annotated x :int=int (tuple 1 2))"),
        ("x: int = yield", "(annotated x :int=int (yield))"),
    ]);
}

#[test]
fn annotations_are_types() {
    let types = [
        ("models.User", "models.User=(. models User)"),
        ("None", "None=null"),
        ("list[int]", "list<int=int>=(at list int)"),
        ("dict[str, User]", "dict<str=str User=User>=(at dict (tuple str User))"),
        ("Optional[models.User]", "Optional<models.User=(. models User)>=(at Optional (. models User))"),
        ("typing.Optional[X]", "typing.Optional<X=X>=(at (. typing Optional) X)"),
        ("int | None", "|<int=int None=null>=(| int null)"),
        ("A | B | None", "|<A=A B=B None=null>=(| (| A B) null)"),
        ("list[A] | None", "|<list<A=A>=(at list A) None=null>=(| (at list A) null)"),
        ("\"User\"", "User=\"User\""),
        ("\"models.User\"", "models.User=\"models.User\""),
        ("\"list[User] | None\"", "|<list<User> None>=\"list[User] | None\""),
        ("Mapped[list[\"Address\"]]", "Mapped<list<Address=\"Address\">=(at list \"Address\")>=(at Mapped (at list \"Address\"))"),
        ("type[X]", "type<X=X>=(at type X)"),
        ("Annotated[Session, Depends(get_db)]", "Annotated<Session=Session ?=(call Depends get_db)>=(at Annotated (tuple Session (call Depends get_db)))"),
        ("Annotated[str, \"id\"]", "Annotated<str=str ?=\"id\">=(at Annotated (tuple str \"id\"))"),
        ("Literal[\"a\", \"b\"]", "Literal<?=\"a\" ?=\"b\">=(at Literal (tuple \"a\" \"b\"))"),
        ("Literal[\"a\"]", "Literal<?=\"a\">=(at Literal \"a\")"),
        ("Callable[[int], str]", "Callable<?<int=int>=(list int) str=str>=(at Callable (tuple (list int) str))"),
        ("tuple[int, ...]", "tuple<int=int ?=(other)>=(at tuple (tuple int (other)))"),
        ("a.b[c].d", "?=(. (at (. a b) c) d)"),
        ("\"not a type!\"", "?=\"not a type!\""),
        ("f(x)", "?=(call f x)"),
    ];
    for (written, shown) in types {
        check(&[(&format!("x: {written}"), &format!("(annotated x :{shown})"))]);
    }
}

#[test]
fn small_statements() {
    check(&[
        ("return", "(return)"),
        ("return a, b", "(return (tuple a b))"),
        ("raise", "(throw)"),
        ("raise X(1)", "(throw (call X 1))"),
        ("raise X from y", "(throw X)"),
        ("raise X from None", "(throw X)"),
        ("raise X from f(y)", "(call f y) (throw X)"),
        ("raise X, 'text'", "(throw (tuple X \"text\"))"),
        ("assert a", "(if removable (not a) {(throw)})"),
        ("assert a, 'text'", "(if removable (not a) {(throw \"text\")})"),
        ("del a", "(delete a)"),
        ("del a, b[0], c.d", "(delete a) (delete (at b 0)) (delete (. c d))"),
        ("del (a, b)", "(delete a) (delete b)"),
        ("pass", ""),
        ("global a, b", ""),
        ("nonlocal a", ""),
        ("break", "break"),
        ("continue", "continue"),
        ("a; b", "a\nb"),
        ("a,", "(tuple a)"),
        ("a, b", "(tuple a b)"),
        ("\"\"\"About.\"\"\"", "\"About.\""),
        ("...", "(other)"),
    ]);
}

#[test]
fn what_python_2_wrote() {
    check(&[
        ("print 'a' % b, c", "(call print (% \"a\" b) c)"),
        ("print >>f, x", "(call print file=f x)"),
        ("exec code", "(call exec code)"),
        ("exec 'code' in d", "(call exec \"code\" d)"),
        ("x = `y`", "(= x (other))"),
        ("x = 0777L", "(= x 0777L)"),
        ("def f(a, (b, c)): pass", "(function f (a [b c]) {})"),
    ]);
}

#[test]
fn type_aliases() {
    check(&[("type X = list[int]", "(= X (at list int))"), ("type X[T: int, *Ts, **P] = dict[T, Y]", "(= X (at dict (tuple T Y)))")]);
}

#[test]
fn docstrings_direct_nothing() {
    let model = super::model("\"use client\"\nx = 1\n");
    assert!(model.directives.is_empty());
}
