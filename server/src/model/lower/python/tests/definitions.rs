use super::{check, model, segment};
use crate::model::{FunctionKind, StmtKind};

#[test]
fn parameters() {
    check(&[
        ("def f(): pass", "(function f () {})"),
        ("def f(a, b=1): pass", "(function f (a (b = 1)) {})"),
        ("def f(a: int, b: str = \"x\"): pass", "(function f ((a :int=int) (b :str=str = \"x\")) {})"),
        ("def f(*args, **kwargs): pass", "(function f (...args **kwargs) {})"),
        ("def f(*args: int, **kw: str): pass", "(function f ((...args :int=int) (**kw :str=str)) {})"),
        ("def f(a, /, b, *, c, d=1): pass", "(function f (a b (named c) (named d = 1)) {})"),
        ("def f(*args, a, **kw): pass", "(function f (...args (named a) **kw) {})"),
        ("def f(a,\n      # why\n      b,\n): pass", "(function f (a b) {})"),
        ("def f(\n    item: ItemIn = Depends(g),\n) -> ItemOut: pass", "(function f ((item :ItemIn=ItemIn = (call Depends g))) :ItemOut=ItemOut {})"),
        ("def f[T: int, *Ts](x: T) -> list[T]: ...", "(function f ((x :T=T)) :list<T=T>=(at list T) {(other)})"),
    ]);
}

#[test]
fn bodies() {
    check(&[
        ("def f():\n  \"\"\"About.\"\"\"\n  return 1", "(function f () {\"About.\" (return 1)})"),
        ("async def f():\n  await g()", "(function async f () {(await (call g))})"),
        ("def f():\n  yield 1", "(function generator f () {(yield 1)})"),
        ("def f():\n  x = yield from g()", "(function generator f () {(= x (yield (call g)))})"),
        ("def f():\n  def g():\n    yield 1\n  return g", "(function f () {(function generator g () {(yield 1)}) (return g)})"),
        ("def f():\n  return lambda: (yield)", "(function f () {(return (arrow generator () => (yield)))})"),
        ("def f():\n  import a\n  class B: pass\n  global c", "(function f () {(import \"a\" *:a) (class B)})"),
    ]);
}

#[test]
fn decorators() {
    check(&[
        ("@a\ndef f(): pass", "(function f @a () {})"),
        (
            "@app.get(\"/{id}\", response_model=X)\n@b.c\nasync def f(): pass",
            "(function async f @(call (. app get) \"/{id}\" response_model=X) @(. b c) () {})",
        ),
        ("@a\n@b()\nclass C: pass", "(class C @a @(call b))"),
        ("@a\n# why\ndef f(): pass", "(function f @a () {})"),
    ]);
}

#[test]
fn decorated_definitions_keep_both_their_spans() {
    let text = "@app.get(\"/\")\n@guard\nasync def f(a): return a\n";
    let segment = segment(text);
    let [stmt] = segment.body.as_slice() else { panic!("one statement") };
    let StmtKind::Function(function) = &segment[*stmt].kind else { panic!("a function") };
    assert_eq!(segment[*stmt].span.of(text), text.trim_end());
    assert_eq!(segment[*function].span.of(text), "async def f(a): return a");
    let decorators: Vec<&str> = segment[*function].decorators.iter().map(|id| segment[*id].span.of(text)).collect();
    assert_eq!(decorators, ["app.get(\"/\")", "guard"]);
}

#[test]
fn classes() {
    check(&[
        ("class A: pass", "(class A)"),
        ("class A(): ...", "(class A (other))"),
        ("class A(B, c.D, metaclass=M, table=True): pass", "(class A (B (. c D) metaclass=M table=true))"),
        ("class A(*bases, **kw): pass", "(class A (bases **=kw))"),
        ("class A[T](B[T]): pass", "(class A ((at B T)))"),
        (
            "class A:\n  \"\"\"About.\"\"\"\n  x = 1\n  y: int\n  z: int = Field(gt=1)",
            "(class A (field x 1) (field y :int=int) (field z :int=int (call Field gt=1)) \"About.\")",
        ),
        ("class A:\n  a, b = 1, 2\n  c = d = 3\n  e.f = 4\n  g += 1", "(class A (= [a b] (tuple 1 2)) (= c (= d 3)) (= (place (. e f)) 4) (+= g 1))"),
        (
            "class A:\n  class Meta:\n    ordering = ['x']\n  if DEBUG:\n    def f(self): pass",
            "(class A (class Meta (field ordering (list \"x\"))) (if DEBUG {(method f (self) {})}))",
        ),
    ]);
}

#[test]
fn methods() {
    let methods = [
        ("def __init__(self): pass", "(constructor __init__ (self) {})"),
        ("def f(self): pass", "(method f (self) {})"),
        ("@staticmethod\n  def f(): pass", "(method static f @staticmethod () {})"),
        ("@classmethod\n  def f(cls): pass", "(method f @classmethod (cls) {})"),
        ("@property\n  def f(self): pass", "(get f @property (self) {})"),
        ("@functools.cached_property\n  def f(self): pass", "(get f @(. functools cached_property) (self) {})"),
        ("@f.setter\n  def f(self, v): pass", "(set f @(. f setter) (self v) {})"),
        ("@action(detail=True)\n  async def f(self): pass", "(method async f @(call action detail=true) (self) {})"),
        ("def f(self):\n    def g(): pass", "(method f (self) {(function g () {})})"),
        ("def f(self):\n    return super().f()", "(method f (self) {(return (call (. (call super) f)))})"),
    ];
    for (written, shown) in methods {
        check(&[(&format!("class A:\n  {written}"), &format!("(class A {shown})"))]);
    }
    check(&[("@property\ndef f(self): pass", "(function f @property (self) {})")]);
}

#[test]
fn functions_after_a_class_are_functions() {
    let model = model("class A:\n  def f(self): pass\n\ndef g(): pass\n");
    let kinds: Vec<FunctionKind> = model.segments.iter().flat_map(|placed| placed.segment.functions.iter().map(|function| function.kind)).collect();
    assert_eq!(kinds, [FunctionKind::Method, FunctionKind::Function]);
}
