use super::{model, show};
use crate::model::{ExprKind, StmtKind};

const MANY: usize = 3_000;

fn joined(with: &str) -> String {
    (0..MANY).map(|n| format!("a{n}")).collect::<Vec<_>>().join(with)
}

/// Lowers without loss: the last name is still there.
fn survives(text: &str) {
    let model = model(text);
    let last = format!("a{}", MANY - 1);
    let found = model.segments.iter().any(|placed| {
        let named = |kind: &ExprKind| match kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => *name == last,
            ExprKind::Str(text) => **text == *last,
            _ => false,
        };
        placed.segment.exprs.iter().any(|expr| named(&expr.kind))
    });
    assert!(found, "{}", &text[..60]);
}

#[test]
fn long_expressions_need_no_stack() {
    survives(&joined(" + "));
    survives(&joined(" and "));
    survives(&joined(" or not "));
    survives(&joined(" < "));
    survives(&joined("."));
    survives(&joined("()."));
    survives(&joined("(x)[0]."));
    survives(&joined(" = "));
    survives(&joined(" if c else "));
    survives(&format!("x: {}", joined(" | ")));
    survives(&format!("f({})", joined(", ")));
    survives(&format!("x = [{}]", joined(", ")));
    survives(&format!("x = (f'{{{}}}')", joined("}' f'{")));
}

#[test]
fn long_statements_need_no_stack() {
    let mut elifs = String::from("if x: y\n");
    let mut cases = String::from("match x:\n");
    let mut excepts = String::from("try: x\n");
    let mut body = String::from("def f():\n");
    let mut decorators = String::new();
    for n in 0..MANY {
        elifs.push_str(&format!("elif a{n}: y\n"));
        cases.push_str(&format!("  case a{n}.b: y\n"));
        excepts.push_str(&format!("except a{n}: y\n"));
        body.push_str(&format!("  a{n}\n"));
        decorators.push_str(&format!("@a{n}\n"));
    }
    decorators.push_str("def f(): pass\n");
    for text in [elifs, cases, excepts, body, decorators] {
        survives(&text);
    }
}

#[test]
fn deep_nesting_is_cut_off() {
    let deep = 900;
    for (open, close) in [("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(", ")"), ("a[", "]"), ("not ", ""), ("-", ""), ("lambda: ", ""), ("await ", "")] {
        let text = format!("x = {}a{}\n", open.repeat(deep), close.repeat(deep));
        assert!(show(&text).starts_with("(= x "), "{open}");
    }
    let mut blocks = String::new();
    for n in 0..150 {
        blocks.push_str(&format!("{}if a:\n", " ".repeat(n)));
    }
    blocks.push_str(&format!("{}pass", " ".repeat(150)));
    assert!(show(&blocks).starts_with("(if a {(if a "));
}

#[test]
fn comments_below_the_cut_off_are_kept() {
    let deep = 400;
    let text = format!("x = {}a  # why\n{}\n", "[".repeat(deep), "]".repeat(deep));
    assert_eq!(model(&text).comments().count(), 1);
}

#[test]
fn an_if_of_many_arms_is_nested_in_order() {
    let model = model("if a: b\nelif c: d\nelif e: f\n");
    let segment = &model.segments[0].segment;
    let mut depth = 0;
    let mut at = segment.body[0];
    while let StmtKind::If { otherwise, .. } = &segment[at].kind {
        depth += 1;
        match otherwise.as_slice() {
            [next] => at = *next,
            _ => break,
        }
    }
    assert_eq!(depth, 3);
}
