//! **Use a parameter**: the values inside a SQL text are handed over beside it.

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::facts::catalogue::{BUILT_IN, Parameters};
use crate::model::sql::{HolePosition, Piece, Pieces};
use crate::model::{Arg, BinaryOp, CallKind, Entry, ExprId, ExprKind, Key, Placed, TemplatePart, sql};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span};

/// A piece of the statement as the program writes it.
pub(super) enum Part {
    Text(String),
    /// The expression that is put in, and its place.
    Hole(ExprId, Span),
}

pub fn fix(project: &Project, call: &Place, text: &Place, client: &Name) -> Option<Fix> {
    let client = BUILT_IN.client(client)?;
    let style = client.parameters.as_ref()?;
    let code = Code::of(project, &text.file)?;
    if call.file != text.file {
        return None;
    }
    let placed = code.model.segment_at(text.span.start)?;
    let id = expression(placed, text.span)?;
    let mut parts = Vec::new();
    read(placed, id, &mut parts, 0)?;
    let pieces: Vec<Piece<'_>> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Piece::Text(text),
            Part::Hole(..) => Piece::Hole,
        })
        .collect();
    let pieces = Pieces::new(&pieces);
    let statement = sql::query(&pieces)?;
    let rewritten = rewrite(&code, placed, &parts, &pieces, &statement.holes, style)?;
    if rewritten.values.is_empty() {
        return None;
    }
    let call_id = expression(placed, call.span)?;
    let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &placed.segment[call_id].kind else { return None };
    let mut edits = Edits::default();
    match in_object(placed, args, id) {
        Some(entries) => beside(&code, placed, entries, id, client.values_key.as_ref()?, style, &rewritten, &mut edits)?,
        None => apply(&code, placed, *callee, args, id, style, &rewritten, call.span, &mut edits)?,
    }
    let names = rewritten.values.join(", ");
    Some(Fix {
        title: format!("Use a parameter for {names}"),
        // The answer of the query stays what it was for every honest value.
        grade: if matches!(style, Parameters::Tags(_) | Parameters::Named) { Grade::NeedsReview } else { Grade::Safe },
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

fn expression(placed: &Placed, span: Span) -> Option<ExprId> {
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let at = placed.segment.exprs.iter().position(|expr| expr.span == relative && !matches!(expr.kind, ExprKind::Other(_)))?;
    Some(ExprId(at as u32))
}

/// Takes a text apart that is put together in one expression.
pub(super) fn read(placed: &Placed, id: ExprId, out: &mut Vec<Part>, depth: u32) -> Option<()> {
    if depth > 40 {
        return None;
    }
    let segment = &placed.segment;
    match &segment[id].kind {
        ExprKind::Str(text) => out.push(Part::Text(text.to_string())),
        ExprKind::Template(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Text(text, _) => out.push(Part::Text(text.to_string())),
                    TemplatePart::Hole(expr, _) => out.push(Part::Hole(*expr, placed.absolute(segment[*expr].span))),
                }
            }
        }
        ExprKind::Binary { op: BinaryOp::Add, left, right } => {
            read(placed, *left, out, depth + 1)?;
            read(placed, *right, out, depth + 1)?;
        }
        _ if depth > 0 => out.push(Part::Hole(id, placed.absolute(segment[id].span))),
        _ => return None,
    }
    Some(())
}

struct Rewritten {
    /// The statement with placeholders, as plain text; for tags with `${...}`.
    text: String,
    /// The expressions to hand over, in order.
    values: Vec<String>,
    names: Vec<String>,
}

fn rewrite(code: &Code<'_>, placed: &Placed, parts: &[Part], pieces: &Pieces, holes: &[HolePosition], style: &Parameters) -> Option<Rewritten> {
    let whole = pieces.text();
    let python = code.language == Language::Python;
    let mut text = String::new();
    let mut values = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut at = 0usize;
    let spans: Vec<&Part> = parts.iter().filter(|part| matches!(part, Part::Hole(..))).collect();
    let mut number = 0;
    while number < holes.len() {
        let place = *pieces.holes().get(number)? as usize;
        let Part::Hole(expr, span) = spans.get(number)? else { return None };
        let source = span.of(&code.text).trim().to_owned();
        let (start, end, value) = match holes.get(number)? {
            HolePosition::Value => (place, place + 1, source.clone()),
            HolePosition::Quoted { literal, quote: '\'', .. } => {
                // Everything inside the quotes becomes the value: `'%${q}%'`.
                let inside = whole.get(literal.start as usize + 1..literal.end as usize - 1)?;
                let count = inside.matches('\0').count();
                if count != 1 || holes.get(number + 1).is_some_and(|next| matches!(next, HolePosition::Quoted { literal: other, .. } if other == literal)) {
                    return None;
                }
                let (before, after) = inside.split_once('\0')?;
                let value = if before.is_empty() && after.is_empty() {
                    source.clone()
                } else if before.contains(['\\', '`', '{', '}', '"', '\'']) || after.contains(['\\', '`', '{', '}', '"', '\'']) {
                    return None;
                } else if python {
                    format!("f\"{before}{{{source}}}{after}\"")
                } else {
                    format!("`{before}${{{source}}}{after}`")
                };
                if python && source.contains(['"', '\\']) && value.starts_with("f\"") {
                    return None;
                }
                (literal.start as usize, literal.end as usize, value)
            }
            _ => return None,
        };
        // A value that is a number of the program needs no parameter, but gets one all the same: one way for all.
        let name = name_of(placed, *expr, number, &names);
        text.push_str(whole.get(at..start)?);
        let count = values.len() + 1;
        match style {
            Parameters::Numbered | Parameters::NumberedSpread => text.push_str(&format!("${count}")),
            Parameters::Question | Parameters::Prepared | Parameters::QuestionTuple => text.push('?'),
            Parameters::Percent => text.push_str("%s"),
            Parameters::Named => text.push_str(&format!(":{name}")),
            Parameters::Tags(_) => text.push_str(&format!("${{{value}}}")),
        }
        names.push(name);
        values.push(value);
        at = end;
        number += 1;
    }
    text.push_str(whole.get(at..)?);
    if text.contains('\0') {
        return None;
    }
    if *style == Parameters::Percent && whole.contains('%') && text.replace("%s", "").contains('%') {
        // Wildcards left in the text would have to be doubled.
        return None;
    }
    Some(Rewritten { text, values, names })
}

/// A name for a value: the last word of the expression.
fn name_of(placed: &Placed, expr: ExprId, number: usize, taken: &[String]) -> String {
    let name = match &placed.segment[expr].kind {
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Member { name, .. } => name.to_string(),
        _ => format!("value_{}", number + 1),
    };
    if taken.contains(&name) { format!("{name}_{}", number + 1) } else { name }
}

/// `query({ text: "..", values: [..] })`: the object that the text stands in.
fn in_object<'c>(placed: &'c Placed, args: &[Arg], text: ExprId) -> Option<&'c [Entry]> {
    args.iter().find_map(|arg| match &placed.segment[arg.value].kind {
        ExprKind::Object(entries) => entries.iter().any(|entry| matches!(entry, Entry::Field { value, .. } if *value == text)).then_some(entries.as_slice()),
        _ => None,
    })
}

/// The values go into the object, beside the text, under the `key` that the client knows.
#[allow(clippy::too_many_arguments)]
fn beside(
    code: &Code<'_>,
    placed: &Placed,
    entries: &[Entry],
    text: ExprId,
    key: &Name,
    style: &Parameters,
    rewritten: &Rewritten,
    edits: &mut Edits,
) -> Option<()> {
    let text_span = placed.absolute(placed.segment[text].span);
    let values = format!("[{}]", rewritten.values.join(", "));
    edits.replace(&code.file, text_span, written(code, &rewritten.text, style)?);
    let there = entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if name == key => Some(*value),
        _ => None,
    });
    match there.map(|value| (&placed.segment[value].kind, placed.absolute(placed.segment[value].span))) {
        None => edits.insert(&code.file, text_span.end, format!(", {key}: {values}")),
        Some((ExprKind::Seq { items, .. }, span)) if items.is_empty() => edits.replace(&code.file, span, values),
        Some(_) => return None,
    }
    Some(())
}

#[allow(clippy::too_many_arguments)]
fn apply(
    code: &Code<'_>,
    placed: &Placed,
    callee: ExprId,
    args: &[Arg],
    text: ExprId,
    style: &Parameters,
    rewritten: &Rewritten,
    call: Span,
    edits: &mut Edits,
) -> Option<()> {
    let segment = &placed.segment;
    let text_span = placed.absolute(segment[text].span);
    let literal = written(code, &rewritten.text, style)?;
    let values = rewritten.values.join(", ");
    let params = args.iter().position(|arg| arg.value == text).and_then(|at| args.get(at + 1));
    if let Parameters::Tags(tags) = style {
        let ExprKind::Member { base, name, .. } = &segment[callee].kind else { return None };
        let tag = tags.get(name.as_str())?;
        if args.len() != 1 {
            return None;
        }
        let base = placed.absolute(segment[*base].span).of(&code.text).to_owned();
        edits.replace(&code.file, call, format!("{base}.{tag}{literal}"));
        return Some(());
    }
    edits.replace(&code.file, text_span, literal);
    match style {
        Parameters::Numbered | Parameters::Question => match params {
            None => edits.insert(&code.file, text_span.end, format!(", [{values}]")),
            Some(_) => return None,
        },
        Parameters::Percent | Parameters::QuestionTuple => {
            let tuple = if rewritten.values.len() == 1 { format!("({values},)") } else { format!("({values})") };
            match params {
                None => edits.insert(&code.file, text_span.end, format!(", {tuple}")),
                Some(_) => return None,
            }
        }
        Parameters::NumberedSpread => match params {
            None => edits.insert(&code.file, text_span.end, format!(", {values}")),
            Some(_) => return None,
        },
        Parameters::Named => {
            // `session.execute(text("..."), {"x": x})`: the values go to the call around `text(...)`.
            let around = segment.exprs.iter().enumerate().find_map(|(id, expr)| match &expr.kind {
                ExprKind::Call { args, .. } if args.iter().any(|arg| placed.absolute(segment[arg.value].span) == call) => Some((ExprId(id as u32), args)),
                _ => None,
            });
            let (_, outer) = around?;
            if outer.len() != 1 {
                return None;
            }
            let dict: Vec<String> = rewritten.names.iter().zip(&rewritten.values).map(|(name, value)| format!("\"{name}\": {value}")).collect();
            edits.insert(&code.file, call.end, format!(", {{{}}}", dict.join(", ")));
        }
        Parameters::Prepared => {
            // `prepare("...").run()`: the values go to the call that follows; D1 binds them first.
            let next = segment.exprs.iter().find_map(|expr| match &expr.kind {
                ExprKind::Member { base, name, name_span, .. } if placed.absolute(segment[*base].span) == call => {
                    Some((name.clone(), placed.absolute(*name_span)))
                }
                _ => None,
            });
            let (next, next_span) = next?;
            match next.as_str() {
                "bind" => return None,
                "get" | "all" | "run" | "first" | "raw" | "iterate" => {
                    let empty = format!("{next}()");
                    let is_empty = code.text.get(next_span.start as usize..).is_some_and(|rest| rest.starts_with(&empty));
                    if !is_empty {
                        return None;
                    }
                    let d1 = matches!(next.as_str(), "first" | "raw") || code.text.contains("env.") && !code.text.contains("better-sqlite3");
                    if d1 {
                        edits.insert(&code.file, call.end, format!(".bind({values})"));
                    } else {
                        edits.insert(&code.file, next_span.end + 1, values);
                    }
                }
                _ => return None,
            }
        }
        Parameters::Tags(_) => {}
    }
    Some(())
}

/// The statement as a literal of the language.
fn written(code: &Code<'_>, text: &str, style: &Parameters) -> Option<String> {
    let python = code.language == Language::Python;
    if matches!(style, Parameters::Tags(_)) {
        return (!text.contains(['`', '\\'])).then(|| format!("`{text}`"));
    }
    if text.contains('\\') {
        return None;
    }
    if python {
        return Some(match (text.contains('\n'), text.contains('"')) {
            (true, _) if !text.contains("\"\"\"") => format!("\"\"\"{text}\"\"\""),
            (false, false) => format!("\"{text}\""),
            (false, true) if !text.contains('\'') => format!("'{text}'"),
            _ => return None,
        });
    }
    if text.contains('\n') || text.contains('"') && text.contains('\'') {
        return (!text.contains(['`']) && !text.contains("${")).then(|| format!("`{text}`"));
    }
    let quote = super::edits::quote(&code.text, '"');
    let quote = if text.contains(quote) { if quote == '"' { '\'' } else { '"' } } else { quote };
    Some(format!("{quote}{text}{quote}"))
}
