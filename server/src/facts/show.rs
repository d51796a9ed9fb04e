//! Facts as one line of text, for people who ask why something was or was not found. Literal text is never shown whole:
//! it may be a secret.

use super::check::{Fact, Facts, Root, Symbol, Test};
use super::query::{Filter, TermOp};
use super::value::{Kind, Piece, Value};

const DEEPEST: u32 = 4;

/// What a symbol is called in output for developers.
pub fn symbol(symbol: &Symbol) -> String {
    let mut text = match &symbol.root {
        Root::Principal => "user".to_owned(),
        Root::Request(name) => format!("request.{name}"),
        Root::Row(id) => format!("row{}", id.0),
        Root::Count(id) => format!("count{}", id.0),
        Root::Call(n) => format!("call{n}"),
        Root::Parameter(n) => format!("param{n}"),
        Root::Session => "session".to_owned(),
        Root::Global(name) => name.to_string(),
    };
    for step in symbol.path.iter() {
        text.push('.');
        text.push_str(step);
    }
    text
}

/// A fact as one word with what it is about.
pub fn fact(fact: &Fact) -> String {
    fact_at(fact, 0)
}

/// How deep arms are written out that stand in arms.
const MOST_ARMS: u32 = 3;

/// Arms are shared and stand in each other: written out to the last they are without end.
fn fact_at(fact: &Fact, depth: u32) -> String {
    match fact {
        Fact::Present(a) => symbol(a),
        Fact::Absent(a) => format!("not {}", symbol(a)),
        Fact::Same(a, b) => format!("{} == {}", symbol(a), symbol(b)),
        Fact::Differ(a, b) => format!("{} != {}", symbol(a), symbol(b)),
        Fact::Matches(a, _) => format!("{} matches", symbol(a)),
        Fact::Is(a, _) => format!("{} == constant", symbol(a)),
        Fact::IsNot(a, _) => format!("{} != constant", symbol(a)),
        Fact::Among(a) => format!("{} in constants", symbol(a)),
        Fact::Contains(a, b) => format!("{} has {}", symbol(a), symbol(b)),
        Fact::Tested(a, tested) => {
            let test = match tested.test {
                Test::Begins => "begins with",
                Test::Ends => "ends with",
                Test::Holds => "holds",
            };
            format!("{}{} {test} {}", if tested.holds { "" } else { "not " }, symbol(a), tested.text.as_deref().unwrap_or("something"))
        }
        Fact::Fit(a) => format!("{} fit", symbol(a)),
        Fact::Guard(guard) => format!("{:?} by {}{}", guard.kind, guard.name, if guard.sure { "" } else { "?" }),
        Fact::Any(_) if depth >= MOST_ARMS => "…".to_owned(),
        Fact::Any(arms) => format!("({})", arms.iter().map(|arm| facts_at(arm, depth + 1)).collect::<Vec<_>>().join(" or ")),
    }
}

/// All that holds, in a fixed order.
pub fn facts(facts: &Facts) -> String {
    facts_at(facts, 0)
}

fn facts_at(facts: &Facts, depth: u32) -> String {
    facts.iter().map(|fact| fact_at(fact, depth)).collect::<Vec<_>>().join(", ")
}

/// A value, with where it is from.
pub fn value(value: &Value) -> String {
    value_at(value, 0)
}

/// What it is called, or else what it is; the same of its parts.
pub fn brief(value: &Value) -> String {
    brief_at(value, 0)
}

fn brief_at(value: &Value, depth: u32) -> String {
    if depth > DEEPEST {
        return "…".into();
    }
    match value.symbol() {
        Some(known) => symbol(known),
        None => kind_at(value, depth, &brief_at),
    }
}

fn value_at(value: &Value, depth: u32) -> String {
    if depth > DEEPEST {
        return "…".into();
    }
    let mut text = kind_at(value, depth, &value_at);
    if let Some(known) = value.symbol() {
        text = format!("{text} [{}]", symbol(known));
    }
    let origins: Vec<String> = value.taint().iter().map(|origin| format!("{:?}{}", origin.part, if origin.clean.0 == 0 { "" } else { "*" })).collect();
    if !origins.is_empty() {
        text = format!("{text} <{}>", origins.join(","));
    }
    text
}

fn kind_at(value: &Value, depth: u32, part: &dyn Fn(&Value, u32) -> String) -> String {
    match value.kind() {
        Kind::Unknown => "?".to_owned(),
        Kind::Null => "null".into(),
        Kind::Bool(is) => is.to_string(),
        Kind::Number(number) if number.is_empty() => "number".into(),
        Kind::Number(number) => number.to_string(),
        Kind::Str(text) => format!("text({})", text.len()),
        Kind::Pattern(_) => "pattern".into(),
        Kind::Text(text) => {
            let pieces = text.pieces.iter().map(|piece| match piece {
                Piece::Literal(text) => format!("text({})", text.len()),
                Piece::Hole { value, .. } => format!("{{{}}}", part(value, depth + 1)),
            });
            pieces.collect::<Vec<_>>().join("+")
        }
        Kind::Object(object) => {
            let mut fields: Vec<String> = object.fields.iter().map(|(name, value)| format!("{name}: {}", part(value, depth + 1))).collect();
            if let Some(rest) = &object.rest {
                fields.insert(object.spread_at.min(fields.len()), format!("...{}", part(rest, depth + 1)));
            }
            format!("{{{}}}", fields.join(", "))
        }
        Kind::Seq(seq) => {
            format!("[{}{}]", seq.items.iter().map(|item| part(item, depth + 1)).collect::<Vec<_>>().join(", "), if seq.rest.is_some() { ", .." } else { "" })
        }
        Kind::Function(_) | Kind::Hoisted(_) => "function".into(),
        Kind::Class(class) => format!("class {}", class.name),
        Kind::Instance(instance) => format!("a {}", instance.class.name),
        Kind::Library(library) => library_path(value, library.guessed),
        Kind::Module(file) => format!("module {}", file.file_name()),
        Kind::Column(column) => format!("column {}.{}", column.model, column.name),
        Kind::Filter(inner) => filter(inner),
        Kind::Row(row) => format!("row of {}", row.model),
        Kind::Rows(row) => format!("rows of {}", row.model),
        Kind::Promise(inner) => format!("promise of {}", part(inner, depth + 1)),
        Kind::Next => "next".into(),
        Kind::Union(alternatives) => alternatives.iter().map(|a| part(&a.value, depth + 1)).collect::<Vec<_>>().join(" | "),
    }
}

fn library_path(value: &Value, guessed: bool) -> String {
    let mut steps = Vec::new();
    let mut at = Some(value.clone());
    while let Some(value) = at.take() {
        let Some(library) = value.as_library() else { break };
        steps.push(if library.receiver.is_none() && !library.package.is_empty() {
            format!("{}#{}", library.package, library.step)
        } else {
            library.step.to_string()
        });
        at = library.receiver.clone();
        if steps.len() > 12 {
            break;
        }
    }
    steps.reverse();
    format!("{}{}", steps.join("."), if guessed { "?" } else { "" }).replace(".()", "()")
}

/// Which rows a filter means.
pub fn filter(of: &Filter) -> String {
    match of {
        Filter::Term(term) => {
            let op = match term.op {
                TermOp::Eq => "=",
                TermOp::In => "in",
                TermOp::Like => "like",
                TermOp::Other => "~",
            };
            format!("{} {op} {}", term.path.join("."), value(&term.value))
        }
        Filter::All(all) => format!("({})", all.iter().map(filter).collect::<Vec<_>>().join(" and ")),
        Filter::Any(any) => format!("({})", any.iter().map(filter).collect::<Vec<_>>().join(" or ")),
        Filter::Not(inner) => format!("not {}", filter(inner)),
        Filter::Row(row) => format!("is {}", value(row)),
        Filter::Opaque(_) => "unreadable".into(),
    }
}
