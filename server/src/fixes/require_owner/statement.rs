//! The owner as one more condition of an SQL text, and the user's id among the values that are bound to it.

use super::Site;
use super::query::{Found, at};
use crate::facts::catalogue::{BUILT_IN, Parameters};
use crate::fixes::edits::Edits;
use crate::fixes::use_parameter::{Part, read};
use crate::model::sql::{self, Condition, Piece, Pieces, QueryKind};
use crate::model::{Arg, CallKind, Entry, ExprId, ExprKind, Key, TemplatePart};
use crate::text::Span;

/// `where id = $1` becomes `where id = $1 and owner_id = $2`. `None` where text or values cannot be read whole.
pub(super) fn constrain(site: &Site<'_>, edits: &mut Edits) -> Option<()> {
    let style = BUILT_IN.client(&site.plan.client)?.parameters.as_ref()?;
    let key = at(site, site.plan.key.as_ref()?.span)?;
    let (text, in_object) = match key.kind() {
        ExprKind::Object(_) => (member(&key, &["sql", "text"])?, member(&key, &["args", "values", "params"])),
        _ => (key.id, None),
    };
    let mut parts = Vec::new();
    read(key.placed, text, &mut parts, 0)?;
    let pieces: Vec<Piece<'_>> = parts.iter().map(|part| if let Part::Text(text) = part { Piece::Text(text) } else { Piece::Hole }).collect();
    let pieces = Pieces::new(&pieces);
    let statement = sql::query(&pieces)?;
    if statement.kind == QueryKind::Insert || statement.is_open() || !statement.also.is_empty() {
        return None;
    }
    let end = end_of(&statement.filter)?;
    let whole = pieces.text();
    let place = source_of(site, &key, text, whole, end)?;
    let column = qualified(&statement, &site.plan.db_column)?;
    let and = if whole.contains(" where ") || whole.contains("\nwhere ") { "and" } else { "AND" };
    let before = whole.get(..end as usize)?;
    let user = site.user.as_str();
    let term = match style {
        Parameters::Tags(_) => format!(" {and} {column} = ${{{user}}}"),
        Parameters::Numbered if is_tagged(&key) => format!(" {and} {column} = ${{{user}}}"),
        Parameters::Numbered | Parameters::NumberedSpread => format!(" {and} {column} = ${}", highest(whole) + 1),
        Parameters::Question | Parameters::Prepared | Parameters::QuestionTuple => format!(" {and} {column} = ?"),
        Parameters::Percent => format!(" {and} {column} = %s"),
        Parameters::Named => format!(" {and} {column} = :{}", site.plan.db_column),
    };
    let is_bound = match style {
        Parameters::Tags(_) => false,
        Parameters::Numbered => !is_tagged(&key),
        _ => true,
    };
    if is_bound {
        let position = match style {
            Parameters::Question | Parameters::Prepared | Parameters::QuestionTuple => Some(before.matches('?').count()),
            Parameters::Percent => Some(before.matches("%s").count()),
            _ => None,
        };
        match in_object {
            Some(list) => add_value(site, &Found { placed: key.placed, id: list }, position, edits)?,
            None => bind(site, &key, style, position, edits)?,
        }
    }
    edits.insert(&site.code.file, place, term);
    Some(())
}

/// Puts the user's id among the values that are handed over beside the text.
fn bind(site: &Site<'_>, key: &Found<'_>, style: &Parameters, position: Option<usize>, edits: &mut Edits) -> Option<()> {
    let segment = &key.placed.segment;
    let given = |callee_of: ExprId| match &segment[callee_of].kind {
        ExprKind::Call { args, .. } => Some(args.as_slice()),
        _ => None,
    };
    let asks = at(site, site.plan.access.span)?;
    match style {
        Parameters::Prepared => {
            // `.prepare(text).get(id)`, `.prepare(text).bind(id).first()`: the first call behind the text that is given something.
            let mut call = asks.id;
            let mut found = None;
            for _ in 0..6 {
                let ExprKind::Call { callee, args, .. } = &segment[call].kind else { break };
                if args.iter().any(|arg| arg.value == key.id) {
                    break;
                }
                if !args.is_empty() {
                    found = Some(args.as_slice());
                }
                let ExprKind::Member { base, .. } = &segment[*callee].kind else { break };
                call = *base;
            }
            spread(site, key, found?, position, edits)
        }
        Parameters::NumberedSpread => {
            let args = given(asks.id)?;
            spread(site, key, args, None, edits)
        }
        Parameters::Named => {
            // `execute(text("..."), {"id": id})`: the values stand in the call around the one that made the statement.
            let calls = segment.exprs.iter().filter_map(|expr| match &expr.kind {
                ExprKind::Call { args, .. } if args.len() > 1 && args.first().is_some_and(|arg| segment[arg.value].span.contains(segment[key.id].span)) => {
                    Some(args)
                }
                _ => None,
            });
            let dict = calls.min_by_key(|args| args.len())?.get(1)?.value;
            let ExprKind::Object(entries) = &segment[dict].kind else { return None };
            let last = entries.last()?;
            edits.insert(&site.code.file, key.placed.absolute(last.span()).end, format!(", \"{}\": {}", site.plan.db_column, site.user));
            Some(())
        }
        _ => {
            let args = segment.exprs.iter().find_map(|expr| match &expr.kind {
                ExprKind::Call { args, .. } if args.iter().any(|arg| arg.value == key.id) => Some(args),
                _ => None,
            })?;
            let behind = args.iter().position(|arg| arg.value == key.id)? + 1;
            add_value(site, &Found { placed: key.placed, id: args.get(behind)?.value }, position, edits)
        }
    }
}

/// Into `[a, b]` or `(a, b)`, at this position or at the end.
fn add_value(site: &Site<'_>, list: &Found<'_>, position: Option<usize>, edits: &mut Edits) -> Option<()> {
    let items: Vec<Span> = match list.kind() {
        ExprKind::Seq { items, .. } => items.iter().map(|item| list.absolute(item.value)).collect(),
        _ => return None,
    };
    insert(site, &items, position, edits)
}

fn spread(site: &Site<'_>, key: &Found<'_>, args: &[Arg], position: Option<usize>, edits: &mut Edits) -> Option<()> {
    if args.iter().any(|arg| arg.spread || matches!(key.placed.segment[arg.value].kind, ExprKind::Seq { .. } | ExprKind::Object(_))) {
        return None;
    }
    let items: Vec<Span> = args.iter().map(|arg| key.absolute(arg.value)).collect();
    insert(site, &items, position, edits)
}

fn insert(site: &Site<'_>, items: &[Span], position: Option<usize>, edits: &mut Edits) -> Option<()> {
    let position = position.unwrap_or(items.len());
    match items.get(position) {
        Some(next) => edits.insert(&site.code.file, next.start, format!("{}, ", site.user)),
        None if position == items.len() => edits.insert(&site.code.file, items.last()?.end, format!(", {}", site.user)),
        None => return None,
    }
    Some(())
}

/// Where the last of the conditions that all must hold ends.
fn end_of(filter: &Condition) -> Option<u32> {
    let span = |condition: &Condition| match condition {
        Condition::Term(term) => Some(term.span),
        _ => None,
    };
    match filter {
        Condition::Term(term) => Some(term.span.end),
        Condition::All(all) => all.iter().map(span).collect::<Option<Vec<Span>>>()?.iter().map(|span| span.end).max(),
        _ => None,
    }
}

/// The column, behind its table's name where there are several.
fn qualified(statement: &sql::Query, column: &str) -> Option<String> {
    match statement.tables.as_slice() {
        [_] => Some(column.to_owned()),
        [target, ..] => Some(format!("{}.{column}", target.alias.as_ref().unwrap_or(&target.name.name))),
        [] => None,
    }
}

/// The highest `$n` of a text.
fn highest(text: &str) -> u32 {
    text.match_indices('$')
        .filter_map(|(at, _)| {
            let digits: String = text.get(at + 1..)?.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u32>().ok()
        })
        .max()
        .unwrap_or(0)
}

/// Where an offset of the statement's text stands in the source: only for text that stands there as it is.
fn source_of(site: &Site<'_>, key: &Found<'_>, text: ExprId, whole: &str, offset: u32) -> Option<u32> {
    let span = key.absolute(text);
    let source = site.text(span);
    if let Some(at) = source.find(whole) {
        return Some(span.start + at as u32 + offset);
    }
    // With substitutions in it: the literal text that the offset stands in or ends.
    let before = whole.get(..offset as usize)?;
    let holes = before.matches('\0').count();
    let piece_start = before.rfind('\0').map_or(0, |at| at + 1);
    let rest = whole.get(piece_start..)?;
    let piece = rest.split('\0').next()?;
    let ExprKind::Template(parts) = &key.placed.segment[text].kind else { return None };
    let mut seen = 0;
    for part in parts {
        match part {
            TemplatePart::Hole(_, bracketed) => {
                seen += 1;
                if seen == holes && offset as usize == piece_start {
                    return Some(key.placed.absolute(*bracketed).end);
                }
            }
            TemplatePart::Text(literal, span) if seen == holes && **literal == *piece => {
                let span = key.placed.absolute(*span);
                return (site.text(span) == piece).then_some(span.start + (offset as usize - piece_start) as u32);
            }
            TemplatePart::Text(..) => {}
        }
    }
    None
}

fn is_tagged(key: &Found<'_>) -> bool {
    let segment = &key.placed.segment;
    segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Call { kind: CallKind::Tagged, args, .. } => args.iter().any(|arg| arg.value == key.id),
        _ => false,
    })
}

fn member(object: &Found<'_>, names: &[&str]) -> Option<ExprId> {
    let ExprKind::Object(entries) = object.kind() else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if names.contains(&name.as_str()) => Some(*value),
        _ => None,
    })
}
