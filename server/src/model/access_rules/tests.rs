use proptest::prelude::*;

use super::*;

fn operator(of: Operator) -> &'static str {
    match of {
        Operator::Equal => "==",
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "in",
        Operator::Is => "is",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
    }
}

/// With brackets around everything that is made of parts.
fn show(expr: &Expr) -> String {
    let list = |items: &[Expr], by: &str| items.iter().map(show).collect::<Vec<_>>().join(by);
    match &expr.kind {
        ExprKind::Missing => "…".to_owned(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(is) => is.to_string(),
        ExprKind::Number(text) | ExprKind::Name(text) => text.to_string(),
        ExprKind::Text(text) => format!("'{text}'"),
        ExprKind::Pattern(text) => format!("/{text}/"),
        ExprKind::Member(of, name) => format!("{}.{name}", show(of)),
        ExprKind::Index(of, index) => format!("{}[{}]", show(of), show(index)),
        ExprKind::Slice(of, from, to) => format!("{}[{}:{}]", show(of), show(from), show(to)),
        ExprKind::Call(of, args) => format!("{}({})", show(of), list(args, ", ")),
        ExprKind::Path(parts) => parts
            .iter()
            .map(|part| match part {
                PathPart::Literal(text) => format!("/{text}"),
                PathPart::Value(value) => format!("/$({})", show(value)),
            })
            .collect(),
        ExprKind::List(items) => format!("[{}]", list(items, ", ")),
        ExprKind::Map(entries) => {
            format!("{{{}}}", entries.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Not(of) => format!("!{}", show(of)),
        ExprKind::Minus(of) => format!("-{}", show(of)),
        ExprKind::All(arms) => format!("({})", list(arms, " && ")),
        ExprKind::Any(arms) => format!("({})", list(arms, " || ")),
        ExprKind::Binary(by, a, b) => format!("({} {} {})", show(a), operator(*by), show(b)),
        ExprKind::Choice(a, b, c) => format!("({} ? {} : {})", show(a), show(b), show(c)),
    }
}

fn condition(text: &str) -> String {
    let file = rules(&format!("service cloud.firestore {{ match /a {{ allow read: if {text}; }} }}"));
    match &file.services[0].block.matches[0].allows[0].condition {
        Condition::If(expr) => show(expr),
        other => format!("{other:?}"),
    }
}

fn path(path: &MatchPath) -> String {
    path.segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(name) => format!("/{name}"),
            Segment::One(name) => format!("/{{{name}}}"),
            Segment::Rest(name) => format!("/{{{name}=**}}"),
        })
        .collect()
}

fn outline(block: &Block) -> String {
    let allows = block.allows.iter().map(|allow| {
        let operations: Vec<&str> = allow.operations.iter().map(|(name, _)| name.as_str()).collect();
        let condition = match &allow.condition {
            Condition::None => "-".to_owned(),
            Condition::Unfinished => "?".to_owned(),
            Condition::If(expr) => show(expr),
        };
        format!("{}: {condition}", operations.join(" "))
    });
    let functions = block.functions.iter().map(|function| {
        let lets: String = function.lets.iter().map(|(name, value)| format!("{name}={}; ", show(value))).collect();
        format!("{}({}) {lets}{}", function.name, function.params.join(","), function.result.as_ref().map_or_else(|| "?".to_owned(), show))
    });
    let inner = block.matches.iter().map(|inner| format!("{} {}", path(&inner.path), outline(inner)));
    let open = if block.closed { "" } else { " open" };
    format!("[{}{open}]", allows.chain(functions).chain(inner).collect::<Vec<_>>().join("; "))
}

fn outlined(text: &str) -> String {
    rules(text).services.iter().map(|service| format!("{} {}", service.name, outline(&service.block))).collect::<Vec<_>>().join(" | ")
}

#[test]
fn services_matches_and_functions() {
    let text = "rules_version = '2';
/* everything */
service cloud.firestore {
  match /databases/{database}/documents {
    function isOwner(userId) { let me = request.auth.uid; return me == userId; }
    match /users/{userId} { // people
      allow get, list: if isOwner(userId);
      allow create;
      match /notes/{note=**} { allow write: if false }
    }
  }
}
service firebase.storage { match /b/{bucket}/o { match /{all=**} { allow read; } } }";
    assert_eq!(rules(text).version.as_deref(), Some("2"));
    assert_eq!(
        outlined(text),
        "cloud.firestore [/databases/{database}/documents [isOwner(userId) me=request.auth.uid; (me == userId); \
         /users/{userId} [get list: isOwner(userId); create: -; /notes/{note=**} [write: false]]]] \
         | firebase.storage [/b/{bucket}/o [/{all=**} [read: -]]]"
    );
}

#[test]
fn operators_bind_as_the_language_says() {
    for (text, expected) in [
        ("a && b || c && !d", "((a && b) || (c && !d))"),
        ("a == b && c != null", "((a == b) && (c != null))"),
        ("a + b * 2 - 1 > -c % 3", "(((a + (b * 2)) - 1) > (-c % 3))"),
        ("'x' in a.b && a is string", "(('x' in a.b) && (a is string))"),
        ("!('x' in a)", "!('x' in a)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a.b['c'].d(1, [2, 'x'], {'k': v}).size() >= 0", "(a.b['c'].d(1, [2, 'x'], {'k': v}).size() >= 0)"),
        ("p[1:2] == x[0]", "(p[1:2] == x[0])"),
        ("(a || b) && (c)", "((a || b) && c)"),
        ("a / b == 2", "((a / b) == 2)"),
        ("\"it's\" == 'a\\'b'", "('it's' == 'a\\'b')"),
        ("a.match != b.in", "(a.match != b.in)"),
    ] {
        assert_eq!(condition(text), expected, "{text}");
    }
}

#[test]
fn paths_in_expressions() {
    assert_eq!(
        condition("get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == 'admin'"),
        "(get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == 'admin')"
    );
    assert_eq!(condition("exists(/databases/(default)/documents/a-b/$(x + '_' + y))"), "exists(/databases/(default)/documents/a-b/$(((x + '_') + y)))");
    assert_eq!(condition("exists(path('/a/b')) && true"), "(exists(path('/a/b')) && true)");
}

#[test]
fn what_is_half_typed_hides_nothing_else() {
    for (text, expected) in [
        ("service cloud.firestore { match /a/{b} { allow read: if", "cloud.firestore [/a/{b} [read: ? open] open]"),
        ("service cloud.firestore { match /a { allow read: if true && }  match /b { allow read; } }", "cloud.firestore [/a [read: (true && …)]; /b [read: -]]"),
        ("service cloud.firestore { match /a { allow read\n allow write; } }", "cloud.firestore [/a [read: ?; write: -]]"),
        ("service cloud.firestore { match /a { allow read: if request.\n allow write: if false; } }", "cloud.firestore [/a [read: ?; write: false]]"),
        ("service cloud.firestore { match /a/ match /b { allow read; } }", "cloud.firestore [/b [read: -]]"),
        ("service cloud.firestore { match /a { allow read: if x y z; allow write; } }", "cloud.firestore [/a [read: ?; write: -]]"),
        ("service cloud.firestore { function f(a { return a == match /b { allow read; } }", "cloud.firestore [f(a) (a == …); /b [read: -]]"),
        ("service cloud.firestore { match /a { allow : if true; allow ; } }", "cloud.firestore [/a [: true; : -]]"),
        ("service firebase.storage { match /a/{b}.png { allow read; } }", "firebase.storage [/a/{b} [read: -]]"),
        ("service", " []"),
        ("alert: x { match }", ""),
    ] {
        let outlined = outlined(text).replace(" [ open]", " []");
        assert_eq!(outlined, expected, "{text}");
    }
}

#[test]
fn places_are_those_of_the_text() {
    let text = "service cloud.firestore { match /a/{b} { allow read , write : if é == null ; } }";
    let file = rules(text);
    let block = &file.services[0].block.matches[0];
    assert_eq!(block.path.span.of(text), "/a/{b}");
    let allow = &block.allows[0];
    assert_eq!(allow.span.of(text), "allow read , write : if é == null ;");
    assert_eq!(allow.operations[1].1.of(text), "write");
    let Condition::If(condition) = &allow.condition else { panic!() };
    assert_eq!(condition.span.of(text), "é == null");
}

#[test]
fn long_and_deep_texts_end() {
    for inside in [
        "(".repeat(50_000),
        "!".repeat(50_000),
        "a.b".repeat(30_000),
        "a && ".repeat(30_000),
        "a + ".repeat(30_000),
        "[".repeat(50_000),
        "f(".repeat(50_000),
        "a ? ".repeat(30_000),
        "{'a':".repeat(30_000),
        "/$(".repeat(30_000),
        "a".repeat(200_000),
        "'".repeat(50_000),
        "/*".repeat(50_000),
    ] {
        condition(&inside);
        realtime(&format!("{{\"rules\": {{\".read\": \"{inside}\"}}}}"));
    }
    rules(&format!("service a {{ {}", "match /a { ".repeat(30_000)));
    rules(&"allow ".repeat(30_000));
    rules(&"a".repeat(500_000));
    realtime(&"{\"rules\":".repeat(30_000));
}

#[test]
fn a_realtime_tree() {
    let text = r#"{
  // comments are allowed
  "rules": {
    ".read": true,
    "users": { "$uid": { ".write": "auth != null && auth.uid === $uid", ".validate": "newData.child(\"x\").val().matches(/^\\w+\\/$/i)", ".indexOn": ["a"] } },
    "broken": { ".read": "auth != ", ".write": "a b" }
  }
}"#;
    assert!(looks_like_realtime(text));
    let root = realtime(text).unwrap();
    assert_eq!(root.read.as_ref().map(show).as_deref(), Some("true"));
    let user = &root.children[0].children[0];
    assert_eq!(user.segment, Some(Segment::One("$uid".into())));
    let write = user.write.as_ref().unwrap();
    assert_eq!((show(write).as_str(), write.span.of(text)), ("((auth != null) && (auth.uid == $uid))", "auth != null && auth.uid === $uid"));
    assert_eq!(user.validate.as_ref().map(show).as_deref(), Some("newData.child('x').val().matches(/^\\\\w+\\\\/$/)"));
    let broken = &root.children[1];
    assert_eq!((broken.read.as_ref().map(show), broken.write.as_ref().map(show)), (Some("(auth != …)".to_owned()), Some("…".to_owned())));
    assert_eq!(realtime("{\"rules\": true}"), None);
    assert_eq!(realtime("{}"), None);
    assert_eq!(realtime("{\"rules\": {\"a\": {\".read\": \"tr").map(|root| root.children.len()), Some(1));
}

fn check_spans(block: &Block, text: &str) {
    assert!(text.get(block.span.range()).is_some() && text.get(block.path.span.range()).is_some());
    for allow in &block.allows {
        assert!(text.get(allow.span.range()).is_some());
        if let Condition::If(expr) = &allow.condition {
            check_expr(expr, text);
        }
    }
    block.matches.iter().for_each(|inner| check_spans(inner, text));
}

fn check_expr(expr: &Expr, text: &str) {
    assert!(text.get(expr.span.range()).is_some() && expr.depth <= Expr::DEEPEST);
    expr.children().for_each(|child| check_expr(child, text));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(parts in proptest::collection::vec(proptest::sample::select(vec![
        "service cloud.firestore ", "{", "}", "match ", "/a", "/{b}", "/{c=**}", "allow ", "read", ", ", "write", ": if ", ";", "function f", "(", ")", "let x = ", "return ",
        "a", ".b", " && ", " || ", "!", "==", " in ", " is ", "[", "]", "?", ":", "'", "\"", "é", "//", "/*", "*/", "\n", "$(", "1.5", "-", "+", "null", "=", "\\",
    ]), 0..60)) {
        let text = parts.concat();
        for service in &rules(&text).services {
            check_spans(&service.block, &text);
        }
        let json = format!("{{\"rules\": {{\".read\": \"{text}\"}}}}");
        if let Some(read) = realtime(&json).and_then(|root| root.read) {
            check_expr(&read, &json);
        }
        realtime(&text);
    }

    #[test]
    fn no_character_is_too_strange(text in "\\PC{0,120}") {
        rules(&text);
        rules(&format!("service a {{ match /b {{ allow read: if {text}; }} }}"));
    }
}
