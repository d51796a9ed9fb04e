//! **What a caller may set**: a schema that names it, or the server's own values behind what the caller sent.

use super::edits::Edits;
use super::literal::Code;
use super::package::Package;
use super::stack::Wanted;
use super::{Fix, Grade, phrasebook};
use crate::model::{Entry, ExprId, ExprKind, Key, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::rules::plan::Offered;
use crate::text::{Name, Span, lines};

/// `{ ownerId, ...input }` becomes `{ ...input, ownerId }`: later keys win.
pub fn server_last(project: &Project, call: &Place, names: &[Name]) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let placed = code.model.segment_at(call.span.start)?;
    let entries = spread_object(placed, call.span)?;
    let is_spread = |entry: &&Entry| matches!(entry, Entry::Spread { .. });
    let (spreads, others): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_spread);
    let mut edits = Edits::default();
    // The places stay, and with them commas and lines; what stands in them moves.
    for (at, from) in entries.iter().zip(spreads.iter().chain(&others)) {
        let (at, from) = (placed.absolute(at.span()), placed.absolute(from.span()));
        if at != from {
            edits.replace(&code.file, at, from.of(&code.text));
        }
    }
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(Fix {
        title: format!("Put {names} behind what the caller sent"),
        grade: Grade::Safe,
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

/// The one object of a call that something is spread into.
fn spread_object(placed: &Placed, span: Span) -> Option<&Vec<Entry>> {
    let mut found = None;
    for expr in placed.segment.exprs.iter().filter(|expr| span.contains(placed.absolute(expr.span))) {
        if let ExprKind::Object(entries) = &expr.kind
            && entries.iter().any(|entry| matches!(entry, Entry::Spread { .. }))
        {
            if found.is_some() {
                return None;
            }
            found = Some(entries);
        }
    }
    found
}

/// Reads the payload with a schema that names what may be set. Only where the project has zod.
pub fn parse(project: &Project, call: &Place, model: &Name, fields: &[Offered], is_partial: bool) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let package = Package::of(project, &call.file, code.language)?;
    if !code.language.is_ecma() || !package.dependencies.contains("zod") {
        return None;
    }
    let placed = code.model.segment_at(call.span.start)?;
    let payload = placed.absolute(placed.segment[payload(placed, call.span)?].span);
    let shapes: Vec<String> = fields.iter().filter_map(|field| Some(format!("{}: {}", field.name, shape(field)?))).collect();
    if shapes.is_empty() {
        return None;
    }
    let schema = format!("{}Input", capitalised(model));
    if code.text.contains(schema.as_str()) {
        return None;
    }
    let imported = phrasebook::of(code.language)?.import(&code, &Wanted { from: "zod".to_owned(), name: Some("z".to_owned()) })?;
    let mut edits = Edits::default();
    if let Some(edit) = imported.edit {
        edits.edit(&code.file, edit);
    }
    let end = lines::line_end(&code.text);
    let z = &imported.local;
    let partial = if is_partial { ".partial()" } else { "" };
    let shapes = shapes.join(", ").replace("z.", &format!("{z}."));
    let item = lines::line_start(&code.text, placed.start);
    edits.insert(&code.file, item, format!("const {schema} = {z}.object({{ {shapes} }}){partial};{end}{end}"));
    edits.replace(&code.file, payload, format!("{schema}.parse({})", payload.of(&code.text)));
    Some(Fix {
        title: "Read it with a schema of what may be set".to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "Look through `{schema}`: it offers every column that is not protected. `parse` throws where the request does not fit; answer 400 then."
        )),
        suppresses: false,
    })
}

/// The expression that is taken whole: what is spread, what `data` is, or the last argument.
fn payload(placed: &Placed, span: Span) -> Option<ExprId> {
    let segment = &placed.segment;
    let is_plain = |id: &ExprId| matches!(segment[*id].kind, ExprKind::Name(_) | ExprKind::Member { .. });
    let mut found: Vec<ExprId> = Vec::new();
    let mut last = None;
    for expr in segment.exprs.iter().filter(|expr| span.contains(placed.absolute(expr.span))) {
        match &expr.kind {
            ExprKind::Object(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Spread { value, .. } => found.push(*value),
                        Entry::Field { key: Key::Name(name), value, shorthand: false, .. } if matches!(name.as_str(), "data" | "$set") && is_plain(value) => {
                            found.push(*value)
                        }
                        _ => {}
                    }
                }
            }
            ExprKind::Call { args, callee, .. } => {
                let writes = matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if matches!(name.as_str(), "create" | "insert" | "update" | "upsert" | "values" | "set" | "insertOne" | "updateOne" | "findByIdAndUpdate" | "findOneAndUpdate" | "insertMany"));
                if writes && let Some(arg) = args.last().filter(|arg| !arg.spread && is_plain(&arg.value)) {
                    last = Some(arg.value);
                }
            }
            _ => {}
        }
    }
    match (found.as_slice(), last) {
        ([only], None) if is_plain(only) => Some(*only),
        ([], Some(last)) => Some(last),
        _ => None,
    }
}

/// What may stand in a column, in zod's words.
fn shape(field: &Offered) -> Option<String> {
    let ty = field.ty.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| ty.contains(word));
    let shape = match () {
        () if field.is_list || says(&["json", "array", "[]", "object", "map", "mixed", "buffer", "bytes"]) => return None,
        () if says(&["bool"]) => "z.boolean()",
        () if says(&["date", "time"]) => "z.coerce.date()",
        () if says(&["int", "serial"]) => "z.number().int()",
        () if says(&["float", "double", "decimal", "numeric", "real", "number"]) => "z.number()",
        () if says(&["string", "text", "char", "uuid", "citext"]) => "z.string()",
        () => return None,
    };
    Some(if field.optional { format!("{shape}.nullish()") } else { shape.to_owned() })
}

fn capitalised(name: &str) -> String {
    let words = crate::facts::names::words(&crate::facts::schema::names::singular(&crate::facts::schema::names::snake(name)));
    words.iter().map(|word| word.chars().next().map(|first| first.to_uppercase().chain(word.chars().skip(1)).collect::<String>()).unwrap_or_default()).collect()
}
