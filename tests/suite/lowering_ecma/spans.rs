//! Fixes edit by these spans, so each covers exactly what it says.

use guardline::model::{Entry, ExprKind, JsxAttribute, PatternKind, Segment, StmtKind, TemplatePart};
use guardline::syntax::Language;
use guardline::text::Span;

use super::model_of;

/// The only segment of a source, which begins where the source does.
fn segment_of(source: &str) -> std::sync::Arc<Segment> {
    let model = model_of(Language::Tsx, source);
    assert_eq!(model.segments.len(), 1);
    std::sync::Arc::clone(&model.segments[0].segment)
}

fn texts(source: &str, spans: impl IntoIterator<Item = Span>) -> Vec<&str> {
    spans.into_iter().map(|span| span.of(source)).collect()
}

/// What `pick` finds in the expressions of a segment, as text.
fn found(source: &str, pick: impl Fn(&Segment, &ExprKind, Span) -> Vec<Span>) -> Vec<String> {
    let segment = segment_of(source);
    segment.exprs.iter().flat_map(|expr| pick(&segment, &expr.kind, expr.span)).map(|span| span.of(source).to_owned()).collect()
}

#[test]
fn spans_are_relative_to_the_segment() {
    let source = "a;\n\n  // é\n  f(b, 'ü')";
    let model = model_of(Language::TypeScript, source);
    let placed = model.segments.last().expect("three items");
    assert_eq!(placed.start as usize, source.find("f(b").expect("stands there"));
    let names: Vec<_> = placed.segment.exprs.iter().map(|expr| placed.absolute(expr.span).of(source)).collect();
    assert_eq!(names, ["f", "b", "'ü'", "f(b, 'ü')"]);
}

#[test]
fn members_and_calls() {
    let members = |_: &Segment, kind: &ExprKind, span| match kind {
        ExprKind::Member { name_span, .. } => vec![span, *name_span],
        _ => Vec::new(),
    };
    assert_eq!(found("(a)\n  ?. bc .de", members), ["(a)\n  ?. bc", "bc", "(a)\n  ?. bc .de", "de"]);
    assert_eq!(found("new.target", members), ["new.target", "target"]);
    let args = |_: &Segment, kind: &ExprKind, _| match kind {
        ExprKind::Call { args, .. } => args.iter().map(|arg| arg.span).collect(),
        _ => Vec::new(),
    };
    assert_eq!(found("f( (a) , ...b, c as D,)", args), ["(a)", "...b", "c as D"]);
    assert_eq!(found("tag`a`", args), ["`a`"]);
}

#[test]
fn parentheses_and_casts_do_not_widen_an_expression() {
    let names = |_: &Segment, kind: &ExprKind, span| if matches!(kind, ExprKind::Name(_)) { vec![span] } else { Vec::new() };
    assert_eq!(found("((a) as B)!", names), ["a"]);
}

#[test]
fn entries_and_keys() {
    let entries = |_: &Segment, kind: &ExprKind, _| match kind {
        ExprKind::Object(entries) => entries
            .iter()
            .flat_map(|entry| match entry {
                Entry::Field { key_span, span, .. } => vec![*key_span, *span],
                Entry::Spread { span, .. } => vec![*span],
            })
            .collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        found("x = { a : 1 , 'b' : 2, [c]: 3, d, ...e, f() {}, }", entries),
        ["a", "a : 1", "'b'", "'b' : 2", "[c]", "[c]: 3", "d", "d", "...e", "f", "f() {}"]
    );
}

#[test]
fn templates_and_strings() {
    let parts = |_: &Segment, kind: &ExprKind, _| match kind {
        ExprKind::Template(parts) => parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(_, span) | TemplatePart::Hole(_, span) => *span,
            })
            .collect(),
        _ => Vec::new(),
    };
    assert_eq!(found("x = `a\\n${ b }${c} é`", parts), ["a\\n", "${ b }", "${c}", " é"]);
    let strings = |_: &Segment, kind: &ExprKind, span| if matches!(kind, ExprKind::Str(_)) { vec![span] } else { Vec::new() };
    assert_eq!(found("f('a', \"b\", <p c='d'> e f </p>)", strings), ["'a'", "\"b\"", "'d'", "e f"]);
}

#[test]
fn jsx_attributes() {
    let attributes = |segment: &Segment, kind: &ExprKind, _| match kind {
        ExprKind::Jsx { attributes, .. } => attributes
            .iter()
            .flat_map(|attribute| match attribute {
                JsxAttribute::Named { name_span, value, span, .. } => [Some(*name_span), value.map(|value| segment[value].span), Some(*span)],
                JsxAttribute::Spread { value, span } => [Some(segment[*value].span), Some(*span), None],
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    };
    assert_eq!(found("x = <A b={c} d='e' {...f} g />", attributes), ["b", "c", "b={c}", "d", "'e'", "d='e'", "f", "{...f}", "g", "g"]);
}

#[test]
fn functions_and_parameters() {
    let table = [
        ("async function f (a, b = 1) { c }", ["f", "(a, b = 1)", "{ c }", "async function f (a, b = 1) { c }"]),
        ("x = (a) => b", ["", "(a)", "b", "(a) => b"]),
        ("x = a => ({ b })", ["", "a", "({ b })", "a => ({ b })"]),
        ("x = { async get(a) {} }", ["get", "(a)", "{}", "async get(a) {}"]),
        ("x = { ['k']() { a } }", ["['k']", "()", "{ a }", "['k']() { a }"]),
    ];
    for (source, expected) in table {
        let segment = segment_of(source);
        let function = segment.functions.first().expect("each has a function");
        assert_eq!(texts(source, [function.name_span, function.params_span, function.body_span, function.span]), expected);
    }
    let source = "class A { m(@B() private a?: C = d, ...e: F[]) {} }";
    let segment = segment_of(source);
    let params = &segment.functions[0].params;
    assert_eq!(texts(source, params.iter().map(|param| param.span)), ["@B() private a?: C = d", "...e: F[]"]);
    assert_eq!(texts(source, params.iter().map(|param| segment[param.pattern].span)), ["a", "e"]);
    assert_eq!(texts(source, params.iter().filter_map(|param| Some(param.ty.as_ref()?.span))), ["C", "F[]"]);
}

#[test]
fn classes_and_fields() {
    let source = "@A() class B extends C { static d: E = 1; constructor(private f: G) { super() } }";
    let segment = segment_of(source);
    let class = &segment.classes[0];
    assert_eq!(texts(source, [class.name_span, class.span]), ["B", source]);
    let spans = class.fields.iter().flat_map(|field| [field.name_span, field.span]);
    assert_eq!(texts(source, spans), ["d", "static d: E = 1", "f", "private f: G"]);
}

#[test]
fn statements() {
    let source = "const a = 1, b = 2;";
    let segment = segment_of(source);
    assert_eq!(texts(source, segment.stmts.iter().map(|stmt| stmt.span)), [source, source]);
    let source = "switch (a) { case 1: b; break; case 2: case 3: c }";
    let segment = segment_of(source);
    let ifs = segment.stmts.iter().filter(|stmt| matches!(stmt.kind, StmtKind::If { .. })).map(|stmt| stmt.span);
    assert_eq!(texts(source, ifs), ["case 2: case 3: c }", source]);
    let source = "try { a } catch (e) { b }";
    let segment = segment_of(source);
    let StmtKind::Try { handlers, .. } = &segment[segment.body[0]].kind else { panic!("a try") };
    assert_eq!(texts(source, [handlers[0].span]), ["catch (e) { b }"]);
}

#[test]
fn imports() {
    let source = "import type a, { b as c } from './m'; ";
    let segment = segment_of(source);
    let StmtKind::Import(import) = &segment[segment.body[0]].kind else { panic!("an import") };
    assert_eq!(texts(source, import.names.iter().map(|name| name.span)), ["a", "b as c"]);
    assert_eq!(import.source_span.of(source), import.source.as_str());
}

#[test]
fn patterns() {
    let source = "const { a, b: c = 1, ...d } = e";
    let segment = segment_of(source);
    let spans = segment.patterns.iter().map(|pattern| pattern.span);
    assert_eq!(texts(source, spans), ["a", "c", "c = 1", "d", "{ a, b: c = 1, ...d }"]);
    let keys = segment.patterns.iter().filter_map(|pattern| match &pattern.kind {
        PatternKind::Object { entries, .. } => Some(entries.iter().map(|entry| entry.key_span)),
        _ => None,
    });
    assert_eq!(texts(source, keys.flatten()), ["a", "b"]);
}
