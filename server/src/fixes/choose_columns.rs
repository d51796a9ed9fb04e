//! **Leave out**: private columns are not asked for, and private values are not logged.

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::model::{Arg, Entry, ExprId, ExprKind, Key, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span};

/// Something else stands in the log in its place.
pub fn hide(project: &Project, at: &Place, name: &Name) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let before = code.text.get(..at.span.start as usize)?.chars().next_back()?;
    // In an f-string a quote would end it.
    if code.language == Language::Python && before == '{' {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&at.file, at.span, "\"[hidden]\"");
    Some(Fix { title: format!("Leave `{name}` out of the log"), grade: Grade::Safe, preferred: true, edits: edits.finish()?, note: None, suppresses: false })
}

/// The query asks for the other columns. Nothing where the code reads a private one afterwards, or chooses columns already.
pub fn columns(project: &Project, query: &Place, client: &Name, private: &[Name], others: &[Name]) -> Option<Fix> {
    let code = Code::of(project, &query.file)?;
    let placed = code.model.segment_at(query.span.start)?;
    let id = call_at(placed, query.span)?;
    if others.is_empty() || reads_one(placed, private) {
        return None;
    }
    let mut edits = Edits::default();
    match client.as_str() {
        "prisma" => option(&code, placed, id, "select", &["select", "include", "omit"], &flags(others, "true"), &mut edits)?,
        "drizzle" => option(&code, placed, id, "columns", &["columns"], &flags(private, "false"), &mut edits)?,
        "supabase" => listed(placed, id, others, &mut edits, &code)?,
        "mongoose" => {
            let names: Vec<String> = private.iter().map(|name| format!("-{name}")).collect();
            edits.insert(&code.file, query.span.end, format!(".select(\"{}\")", names.join(" ")));
        }
        _ => return None,
    }
    let names = private.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(Fix {
        title: format!("Leave out {names}"),
        // What the page shows may need another column.
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("Check that the page shows only what is still sent.".to_owned()),
        suppresses: false,
    })
}

fn call_at(placed: &Placed, span: Span) -> Option<ExprId> {
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let at = placed.segment.exprs.iter().position(|expr| expr.span == relative && matches!(expr.kind, ExprKind::Call { .. }))?;
    Some(ExprId(at as u32))
}

fn reads_one(placed: &Placed, private: &[Name]) -> bool {
    placed.segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Member { name, .. } if private.contains(name)))
}

/// `{ id: true, name: true }`.
fn flags(names: &[Name], value: &str) -> String {
    let fields: Vec<String> = names.iter().map(|name| format!("{name}: {value}")).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Puts an option into the object that a call takes first.
fn option(code: &Code<'_>, placed: &Placed, call: ExprId, key: &str, unless: &[&str], value: &str, edits: &mut Edits) -> Option<()> {
    let segment = &placed.segment;
    let ExprKind::Call { args, .. } = &segment[call].kind else { return None };
    let Some(Arg { value: first, spread: false, name: None, .. }) = args.first() else {
        // `findMany()`: between the brackets.
        let end = placed.absolute(segment[call].span).end;
        return args.is_empty().then(|| edits.insert(&code.file, end - 1, format!("{{ {key}: {value} }}")));
    };
    let ExprKind::Object(entries) = &segment[*first].kind else { return None };
    let is_taken = |entry: &Entry| match entry {
        Entry::Field { key: Key::Name(name), .. } => unless.contains(&name.as_str()),
        _ => true,
    };
    if entries.iter().any(is_taken) {
        return None;
    }
    let object = placed.absolute(segment[*first].span);
    match entries.last() {
        None => edits.replace(&code.file, object, format!("{{ {key}: {value} }}")),
        Some(last) => {
            let end = placed.absolute(last.span()).end;
            let rest = code.text.get(end as usize..object.end as usize)?;
            let separator = if rest.contains('\n') { format!(",\n{}", indent(code, last.span(), placed)) } else { ", ".to_owned() };
            edits.insert(&code.file, end, format!("{separator}{key}: {value}"));
        }
    }
    Some(())
}

/// What stands before the entry on its line.
fn indent(code: &Code<'_>, entry: Span, placed: &Placed) -> String {
    let start = placed.absolute(entry).start as usize;
    let before = code.text.get(..start).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("");
    line.chars().take_while(|c| c.is_whitespace()).collect()
}

/// `.select("*")` and `.select()` of the chain get the names.
fn listed(placed: &Placed, call: ExprId, names: &[Name], edits: &mut Edits, code: &Code<'_>) -> Option<()> {
    let segment = &placed.segment;
    let text = format!("\"{}\"", names.iter().map(Name::as_str).collect::<Vec<_>>().join(", "));
    let mut at = call;
    for _ in 0..16 {
        let ExprKind::Call { callee, args, .. } = &segment[at].kind else { return None };
        let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return None };
        if name == "select" {
            match args.first() {
                None => edits.insert(&code.file, placed.absolute(segment[at].span).end - 1, text),
                Some(arg) if matches!(&segment[arg.value].kind, ExprKind::Str(star) if star.as_ref() == "*") => {
                    edits.replace(&code.file, placed.absolute(segment[arg.value].span), text);
                }
                Some(_) => return None,
            }
            return Some(());
        }
        at = *base;
    }
    None
}
