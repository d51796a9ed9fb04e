//! What rules about calls ask of their arguments.

use super::raw::RuleCx;
use crate::facts::check::{Fact, Facts};
use crate::facts::event::Sink;
use crate::facts::place::Site;
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::model::{ExprKind, StmtKind};
use crate::text::{Name, Span};

/// The n-th argument without a name.
pub fn positional(args: &[Argument], at: usize) -> Option<&Argument> {
    args.iter().filter(|arg| arg.name.is_empty() && !arg.spread).nth(at)
}

/// The argument of this name, or else the n-th.
pub fn given<'a>(args: &'a [Argument], name: &str, at: usize) -> Option<&'a Argument> {
    args.iter().find(|arg| arg.name == name).or_else(|| positional(args, at))
}

/// The argument that was given under this name.
pub fn named<'a>(args: &'a [Argument], name: &str) -> Option<&'a Argument> {
    args.iter().find(|arg| arg.name == name)
}

/// A member of an object that is among the arguments.
pub fn option<'a>(args: &'a [Argument], names: &[&str]) -> Option<&'a Value> {
    args.iter().find_map(|arg| match arg.value.kind() {
        Kind::Object(object) => names.iter().find_map(|name| object.get(name).0),
        _ => None,
    })
}

/// What a template is given under this name, by itself or in an object.
pub fn given_to_template(sink: &Sink, name: &str) -> Option<Value> {
    named(&sink.args, name).map(|arg| arg.value.clone()).or_else(|| option(&sink.args, &[name]).cloned())
}

/// What a number is, if that is known.
pub fn number(value: &Value) -> Option<f64> {
    match value.kind() {
        Kind::Number(text) => text.replace('_', "").parse().ok(),
        Kind::Str(text) => text.parse().ok(),
        _ => None,
    }
}

/// The library something was reached by, and those before it: the call, what was called, what that is a member of.
pub fn chain(value: &Value) -> impl Iterator<Item = &Library> {
    let mut at = Some(value);
    std::iter::from_fn(move || {
        let library = at?.as_library()?;
        at = library.receiver.as_ref();
        Some(&**library)
    })
    .take(32)
}

/// The last name on the way to what is called.
pub fn name(function: &Value) -> Name {
    chain(function).find(|library| library.step != "()").map(|library| library.step.clone()).unwrap_or_default()
}

/// A value that stands in the source: text, or bytes made of it.
pub fn is_constant(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(text) => !text.is_empty(),
        Kind::Library(library) if library.step == "()" => {
            let made = library.receiver.as_ref().map(name).unwrap_or_default();
            matches!(made.as_str(), "from" | "parse") && library.args.first().is_some_and(|arg| matches!(arg.value.kind(), Kind::Str(_)))
        }
        _ => false,
    }
}

/// Only where whoever runs the program has asked for it: `if (settings.allowSelfSigned)`.
pub fn is_asked_for(facts: &Facts) -> bool {
    let asks = |path: &[Name]| {
        path.last().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            ["selfsigned", "self_signed", "insecure", "unsafe", "skip", "ignore", "unauthorized"].iter().any(|word| name.contains(word))
        })
    };
    facts.iter().any(|fact| matches!(fact, Fact::Present(symbol) if asks(&symbol.path)))
}

/// The same where what is asked is not known to the walk: the words of the conditions that the place stands under. A setting that
/// says how strict to be, and a mode that somebody has to name, are the choice of whoever runs the program.
pub fn stands_under_setting(cx: &RuleCx<'_>, site: &Site) -> bool {
    const SETTINGS: [&str; 14] = [
        "selfsigned",
        "self_signed",
        "insecure",
        "unsafe",
        "skip",
        "ignore",
        "unauthorized",
        "validate",
        "verify",
        "sslmode",
        "ssl_mode",
        "sslaccept",
        "strict",
        "invalid_cert",
    ];
    let Some(placed) = cx.project.placed(&site.item) else { return false };
    let segment = &placed.segment;
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        SETTINGS.iter().any(|word| text.contains(word))
    };
    let asks = |cond: Span| {
        segment.exprs.iter().filter(|expr| cond.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => says(name),
            ExprKind::Str(text) => says(text),
            _ => false,
        })
    };
    let holds = |span: Span| span.contains(site.span);
    let under_expression = segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Cond { cond, then, otherwise } => (holds(segment[*then].span) || holds(segment[*otherwise].span)) && asks(segment[*cond].span),
        _ => false,
    });
    under_expression
        || segment.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::If { cond, then, otherwise, .. } => then.iter().chain(otherwise).any(|inner| holds(segment[*inner].span)) && asks(segment[*cond].span),
            _ => false,
        })
}

/// Only while the program is being worked on.
pub fn is_in_development(facts: &Facts) -> bool {
    let is_mode = |path: &[Name]| path.last().is_some_and(|name| matches!(name.as_str(), "NODE_ENV" | "APP_ENV" | "ENVIRONMENT" | "ENV" | "DEV" | "FLASK_ENV"));
    facts.iter().any(|fact| match fact {
        Fact::Is(symbol, text) => is_mode(&symbol.path) && matches!(&**text, "development" | "dev" | "test" | "local" | "testing"),
        Fact::IsNot(symbol, text) => is_mode(&symbol.path) && matches!(&**text, "production" | "prod"),
        _ => false,
    })
}
