//! **Ask for text**: what stands in a query where a text belongs is made one. And what takes files in gets limits.

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::model::{Entry, ExprId, ExprKind, Key, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span};

/// `{ email }` becomes `{ email: String(email) }`.
pub fn fix(project: &Project, object: &Place, keys: &[Name]) -> Option<Fix> {
    let code = Code::of(project, &object.file)?;
    let (placed, id) = expression(&code, object.span)?;
    let segment = &placed.segment;
    let ExprKind::Object(entries) = &segment[id].kind else { return None };
    let word = if code.language == Language::Python { "str" } else { "String" };
    let mut edits = Edits::default();
    for wanted in keys {
        let field = entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(name), value, shorthand, .. } if name == wanted => Some((*value, *shorthand)),
            _ => None,
        });
        let (value, shorthand) = field?;
        let span = placed.absolute(segment[value].span);
        if matches!(segment[value].kind, ExprKind::Object(_) | ExprKind::Seq { .. }) {
            return None;
        }
        let text = span.of(&code.text);
        let before = if shorthand { format!("{text}: {word}(") } else { format!("{word}(") };
        edits.insert(&object.file, span.start, before);
        edits.insert(&object.file, span.end, ")");
    }
    let names = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
    Some(Fix { title: format!("Make a text of {names}"), grade: Grade::Safe, preferred: true, edits: edits.finish()?, note: None, suppresses: false })
}

/// `multer({ dest })` gets a limit and a filter.
pub fn limits(project: &Project, call: &Place, limits: bool, filter: bool) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let (placed, id) = expression(&code, call.span)?;
    let segment = &placed.segment;
    let ExprKind::Call { args, .. } = &segment[id].kind else { return None };
    let mut options = Vec::new();
    if limits {
        options.push("limits: { fileSize: 5 * 1024 * 1024, files: 1 }".to_owned());
    }
    if filter {
        let quote = super::edits::quote(&code.text, '"');
        let kinds = ["image/jpeg", "image/png", "image/webp"].map(|kind| format!("{quote}{kind}{quote}")).join(", ");
        options.push(format!("fileFilter: (req, file, done) => done(null, [{kinds}].includes(file.mimetype))"));
    }
    let mut edits = Edits::default();
    match args.first() {
        None => edits.insert(&call.file, call.span.end.checked_sub(1)?, format!("{{ {} }}", options.join(", "))),
        Some(arg) => {
            let ExprKind::Object(entries) = &segment[arg.value].kind else { return None };
            let object = placed.absolute(segment[arg.value].span);
            // A limit that is there and says nothing of the length would be the second of its name.
            let is_named = |name: &str| entries.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(known), .. } if known == name));
            if limits && is_named("limits") || filter && is_named("fileFilter") {
                return None;
            }
            match entries.last() {
                None => edits.replace(&call.file, object, format!("{{ {} }}", options.join(", "))),
                Some(last) => edits.insert(&call.file, placed.absolute(last.span()).end, format!(", {}", options.join(", "))),
            }
        }
    }
    let what = match (limits, filter) {
        (true, true) => "Limit the length and the kind of files",
        (true, false) => "Limit the length of files",
        _ => "Limit the kind of files",
    };
    Some(Fix {
        title: what.to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("Check that the length and the kinds are those your users need.".to_owned()),
        suppresses: false,
    })
}

/// `eval(text)` becomes `ast.literal_eval(text)`, where only data is meant.
pub fn read_literal(project: &Project, call: &Place) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let (placed, id) = expression(&code, call.span)?;
    let segment = &placed.segment;
    let ExprKind::Call { callee, args, .. } = &segment[id].kind else { return None };
    let [only] = args.as_slice() else { return None };
    if !matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "eval") || only.name.is_some() || only.spread {
        return None;
    }
    let name = placed.absolute(segment[*callee].span);
    let mut edits = Edits::default();
    let title = if code.language == Language::Python {
        let wanted = super::stack::Wanted { from: "ast".to_owned(), name: None };
        let imported = super::phrasebook::of(code.language)?.import(&code, &wanted)?;
        if let Some(edit) = imported.edit {
            edits.replace(&call.file, edit.span, edit.text);
        }
        edits.replace(&call.file, name, format!("{}.literal_eval", imported.local));
        "Read it as data with `ast.literal_eval`"
    } else {
        edits.replace(&call.file, name, "JSON.parse");
        "Read it as data with `JSON.parse`"
    };
    Some(Fix { title: title.to_owned(), grade: Grade::NeedsReview, preferred: true, edits: edits.finish()?, note: None, suppresses: false })
}

fn expression<'c>(code: &'c Code<'_>, span: Span) -> Option<(&'c Placed, ExprId)> {
    let placed = code.model.segment_at(span.start)?;
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let at = placed.segment.exprs.iter().position(|expr| expr.span == relative && !matches!(expr.kind, ExprKind::Other(_)))?;
    Some((placed, ExprId(at as u32)))
}
