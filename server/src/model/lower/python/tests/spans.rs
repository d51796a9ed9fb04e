use super::{model, segment, sources};
use crate::model::{Entry, ExprKind, Import, PatternKind, StmtKind};
use crate::text::Span;

#[test]
fn members_arguments_and_entries() {
    let text = "client = OpenAI(\n  api_key = 'k',  # why\n  *rest, **{'é': 1, **more}\n).chat . completions\n";
    let names = sources(text, |kind| match kind {
        ExprKind::Member { name_span, .. } => Some(vec![*name_span]),
        _ => None,
    });
    assert_eq!(names, ["chat", "completions"]);
    let args = sources(text, |kind| match kind {
        ExprKind::Call { args, .. } => Some(args.iter().map(|arg| arg.span).collect()),
        _ => None,
    });
    assert_eq!(args, ["api_key = 'k'", "*rest", "**{'é': 1, **more}"]);
    let entries = sources(text, |kind| match kind {
        ExprKind::Object(entries) => Some(entries.iter().map(Entry::span).collect()),
        _ => None,
    });
    assert_eq!(entries, ["'é': 1", "**more"]);
    let keys = sources(text, |kind| match kind {
        ExprKind::Object(entries) => Some(
            entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Field { key_span, .. } => Some(*key_span),
                    Entry::Spread { .. } => None,
                })
                .collect(),
        ),
        _ => None,
    });
    assert_eq!(keys, ["'é'"]);
}

#[test]
fn a_generator_argument_does_not_own_the_calls_parentheses() {
    let text = "f( a for a in b )\n";
    let args = sources(text, |kind| match kind {
        ExprKind::Call { args, .. } => Some(args.iter().map(|arg| arg.span).collect()),
        _ => None,
    });
    assert_eq!(args, [" a for a in b "]);
}

#[test]
fn parentheses_belong_to_what_is_around_them() {
    let text = "x = (a + (b))\n";
    let whole = sources(text, |kind| match kind {
        ExprKind::Binary { left, right, .. } => Some(vec![segment(text)[*left].span, segment(text)[*right].span]),
        _ => None,
    });
    assert_eq!(whole, ["a", "b"]);
    let segment = segment(text);
    assert!(segment.exprs.iter().any(|expr| expr.span.of(text) == "a + (b)"));
}

#[test]
fn functions() {
    let text = "async def näme (a, *, b: int = 1) -> int:\n\t# first\n\tx = 1  # second\n\tpass\n\t# last\n";
    let segment = segment(text);
    let function = &segment.functions[0];
    assert_eq!(function.name_span.of(text), "näme");
    assert_eq!(function.params_span.of(text), "(a, *, b: int = 1)");
    assert_eq!(function.body_span.of(text), "x = 1  # second\n\tpass");
    assert_eq!(function.params.iter().map(|param| param.span.of(text)).collect::<Vec<_>>(), ["a", "b: int = 1"]);
    assert_eq!(function.returns.as_ref().map(|ty| ty.span.of(text)), Some("int"));
    let comments: Vec<&str> = segment.comments.iter().map(|comment| comment.span.of(text)).collect();
    assert_eq!(comments, ["# first", "# second", "# last"]);
}

#[test]
fn function_without_a_body_yet() {
    let text = "def f(a):\n";
    let function = segment(text).functions[0].clone();
    assert!(function.body.is_empty());
    assert!(function.body_span.is_empty());
    assert_eq!(function.span.of(text), "def f(a):");
}

#[test]
fn lambdas() {
    for (text, params, body) in [("f = lambda a, *b: a + 1\n", "a, *b", "a + 1"), ("f = lambda: 0\n", "", "0")] {
        let function = segment(text).functions[0].clone();
        assert_eq!(function.params_span.of(text), params);
        assert_eq!(function.body_span.of(text), body);
        assert_eq!(function.span.of(text), text.trim_end().trim_start_matches("f = "));
    }
}

#[test]
fn classes_and_fields() {
    let text = "class User(Base):\n    id: int = Field(1)\n    name = ''\n    @a\n    def f(self): pass\n";
    let segment = segment(text);
    let class = &segment.classes[0];
    assert_eq!(class.name_span.of(text), "User");
    let fields: Vec<&str> = class.fields.iter().flat_map(|field| [field.span.of(text), field.name_span.of(text)]).collect();
    assert_eq!(fields, ["id: int = Field(1)", "id", "name = ''", "name"]);
    assert_eq!(segment[class.methods[0]].span.of(text), "def f(self): pass");
}

#[test]
fn imports() {
    let text = "from ..a import (b, c as d)\n";
    let segment = segment(text);
    let StmtKind::Import(Import { source_span, names, .. }) = &segment[segment.body[0]].kind else { panic!("an import") };
    assert_eq!(source_span.of(text), "..a");
    assert_eq!(names.iter().map(|name| name.span.of(text)).collect::<Vec<_>>(), ["b", "c as d"]);
    let model = model("import os.path as p, sys\n");
    let segment = &model.segments[0].segment;
    let spans: Vec<Span> = segment.stmts.iter().map(|stmt| stmt.span).collect();
    assert_eq!(spans, [Span::new(0, 24); 2]);
}

#[test]
fn statements() {
    let text = "def f():\n    if a:\n        b\n    elif c:\n        d\n    else:\n        e\n    with x as y:\n        z\n    return 1\n";
    let segment = segment(text);
    let of_kind = |pick: fn(&StmtKind) -> bool| -> Vec<&str> {
        let mut spans: Vec<Span> = segment.stmts.iter().filter(|stmt| pick(&stmt.kind)).map(|stmt| stmt.span).collect();
        spans.sort_unstable();
        spans.into_iter().map(|span| span.of(text)).collect()
    };
    assert_eq!(
        of_kind(|kind| matches!(kind, StmtKind::If { .. })),
        ["if a:\n        b\n    elif c:\n        d\n    else:\n        e", "elif c:\n        d\n    else:\n        e"]
    );
    assert_eq!(of_kind(|kind| matches!(kind, StmtKind::Block(_))), ["with x as y:\n        z", "z"]);
    assert_eq!(of_kind(|kind| matches!(kind, StmtKind::Let { .. })), ["x as y"]);
    assert_eq!(of_kind(|kind| matches!(kind, StmtKind::Return(_))), ["return 1"]);
}

#[test]
fn targets() {
    let text = "a, (b.c, *d) = e\n";
    let segment = segment(text);
    let named: Vec<&str> = segment.patterns.iter().filter(|p| !matches!(p.kind, PatternKind::Sequence { .. })).map(|p| p.span.of(text)).collect();
    assert_eq!(named, ["a", "b.c", "d"]);
}

#[test]
fn segments_count_from_their_own_start() {
    let text = "# é\nimport a\n\nx = {'k': f'{v}'}\r\ny = 1\n";
    let model = model(text);
    for placed in &model.segments {
        let own = placed.span().of(text);
        for expr in &placed.segment.exprs {
            assert!(expr.span.end as usize <= own.len());
            assert_eq!(expr.span.of(own), placed.absolute(expr.span).of(text));
        }
    }
    assert_eq!(model.comments().map(|(span, _)| span.of(text)).collect::<Vec<_>>(), ["# é"]);
}

#[test]
fn line_ends_and_tabs_change_nothing_but_spans() {
    let text = "def f(a):\n    if a:\n        return {\n            'k': '''x\ny''',\n        }\n    # end\n    return [\n        1,\n    ]\n\n\nclass A:\n    x = 1\n";
    let plain = super::show(text);
    assert_eq!(super::show(&text.replace('\n', "\r\n")), plain);
    assert_eq!(super::show(&text.replace("    ", "\t")), plain);
}
