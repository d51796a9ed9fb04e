//! Long and deep code: what people and generators write survives whole, the rest is cut without harm.

use guardline::model::print;
use guardline::syntax::Language;

use super::{model_of, printed};

/// A thread's usual stack is 2 MiB; three quarters of that must do.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(3 << 19).spawn(run).expect("a thread can be started");
    thread.join().expect("no overflow");
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn long_chains_survive() {
    on_a_small_stack(|| {
        let sum = (0..500).map(|n| format!("a{n}")).collect::<Vec<_>>().join(" + ");
        assert_eq!(printed(&model_of(Language::TypeScript, &sum)).matches("(+ ").count(), 499);
        let calls = format!("q{}", ".where(a)".repeat(500));
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &calls)), "where"), 500);
        let branches = (0..500).map(|n| format!("if (a === {n}) {{ b{n}() }} else ")).collect::<String>() + "{ c() }";
        let text = printed(&model_of(Language::TypeScript, &branches));
        assert_eq!(count(&text, "(if "), 500);
        assert!(text.contains("(call c)"));
        let cases = (0..500).map(|n| format!("case {n}: b{n}(); break;")).collect::<String>();
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &format!("switch (a) {{ {cases} }}"))), "(if "), 500);
        let labels = (0..2000).map(|n| format!("case {n}: ")).collect::<String>();
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &format!("switch (a) {{ {labels} b() }}"))), "(== a "), 2000);
        let types = (0..5000).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(" | ");
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &format!("let a: {types}"))), "?"), 5000);
        let sequence = (0..500).map(|n| format!("a{n}()")).collect::<Vec<_>>().join(", ");
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &sequence)), "(call a"), 500);
    });
}

#[test]
fn very_long_chains_keep_their_operands() {
    on_a_small_stack(|| {
        let sum = (0..20_000).map(|n| format!("f(a{n})")).collect::<Vec<_>>().join(" + ");
        let text = printed(&model_of(Language::TypeScript, &sum));
        assert_eq!(count(&text, "(other "), 1);
        assert_eq!(count(&text, "(call f a"), 20_000);
        let calls = format!("q{}", ".where(a, b)".repeat(5_000));
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &calls)), " a"), 5_000);
        let sequence = (0..5_000).map(|n| format!("a{n}()")).collect::<Vec<_>>().join(", ");
        assert_eq!(count(&printed(&model_of(Language::TypeScript, &sequence)), "(call a"), 5_000);
        let branches = "if (a) { b() } else ".repeat(5_000) + "{ c() }";
        assert!(count(&printed(&model_of(Language::TypeScript, &branches)), "(if ") >= 1_000);
    });
}

#[test]
fn deep_nesting_is_cut() {
    on_a_small_stack(|| {
        let nests = [
            ("f(", "a", ")"),
            ("[", "a", "]"),
            ("(", "a", ")"),
            ("!", "a", ""),
            ("{", "a", "}"),
            ("if (a) {", "a", "}"),
            ("() => {", "a", "}"),
            ("x => ", "a", ""),
            ("a = ", "b", ""),
            ("a ? b : ", "c", ""),
            ("`${", "a", "}`"),
            ("for (const a of b) ", "c", ""),
            ("a: ", "b", ""),
            ("switch (a) { case 1: ", "b", "}"),
            ("try {", "a", "} catch {}"),
            ("class A { b = ", "c", "}"),
            ("x = <a>", "b", "</a>"),
            ("x = <a b={", "c", "} />"),
            ("await ", "a", ""),
            ("new ", "A", ""),
            ("function f() {", "a", "}"),
            ("namespace A {", "a", "}"),
            ("(function () {", "a", "})()"),
            ("a.then(async () => { return ", "b", "})"),
            ("{ a: b, c() {", "d", "} }"),
            ("let a: A<", "b", ">"),
            ("(((a) as any)!).b(", "c", ")"),
            ("var a = { b: ", "c", "}"),
        ];
        for (open, inside, close) in nests {
            for depth in [150, 3_000] {
                let source = open.repeat(depth) + inside + &close.repeat(depth);
                // Some of these cannot be parsed so deep; what can must not overflow.
                let document = guardline::syntax::Document::new(guardline::text::FileId::new("/a"), Language::Tsx, 0, &source);
                if let Some(model) = guardline::model::lower::lower(&document, None) {
                    assert!(!print::file(&model).is_empty() || open == "a: ", "{open}");
                }
            }
        }
    });
}

#[test]
fn repeated_bodies_do_not_multiply() {
    // Each switch falls through ten times and holds the next one.
    let mut source = String::from("a()");
    for _ in 0..40 {
        source = format!("switch (x) {{ {} case 10: {source}; case 11: b() }}", (0..10).map(|n| format!("case {n}: c{n}();")).collect::<String>());
    }
    let model = model_of(Language::TypeScript, &source);
    // Two levels of nine listings each, of forty switches of a few hundred bytes.
    assert!(printed(&model).len() < 81 * 40 * 800);
}
