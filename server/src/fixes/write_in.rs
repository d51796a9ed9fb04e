//! Small things written into code: a block of its own, an item of a list, a decorator that goes.

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade, edits};
use crate::model::{ExprKind, Placed, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span, lines};

/// A text with several lines keeps the line ends of the file; `import` is what it takes the default export of.
pub fn fix(project: &Project, at: &Place, text: &str, import: Option<&Name>, title: &Name, note: &Name) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let mut edits = Edits::default();
    let mut written = text.replace('\n', lines::line_end(&code.text));
    if code.language == Language::Python {
        // Two lines stand between what comes before and after.
        let rest = code.text.get(at.span.end as usize..).unwrap_or_default();
        written = match rest.trim().is_empty() {
            true => written.trim_end().to_owned(),
            false => format!("{}{}", written.trim_end(), if rest.starts_with("\n\n\n") { "" } else { "\n" }),
        };
    }
    if let Some(package) = import {
        let (place, line) = importing(&code, package)?;
        edits.insert(&at.file, place, line);
    }
    edits.insert(&at.file, at.span.end, written);
    Some(Fix {
        title: title.to_string(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: (!note.is_empty()).then(|| note.to_string()),
        suppresses: false,
    })
}

/// `import helmet from "helmet"` behind the other imports, or `const helmet = require("helmet")` behind the other calls.
fn importing(code: &Code<'_>, package: &str) -> Option<(u32, String)> {
    let mut last: Option<(u32, bool)> = None;
    for placed in &code.model.segments {
        for id in &placed.segment.body {
            let stmt = &placed.segment[*id];
            let end = placed.absolute(stmt.span).end;
            match &stmt.kind {
                StmtKind::Import(import) if import.names.iter().any(|name| name.local == package) => return None,
                StmtKind::Import(_) => last = Some((end, true)),
                StmtKind::Let { value: Some(value), .. } if requires(placed, *value) && !last.is_some_and(|(_, is_import)| is_import) => {
                    last = Some((end, false))
                }
                _ => {}
            }
        }
    }
    let (at, is_import) = last?;
    let quote = edits::quote(&code.text, '"');
    let end = lines::line_end(&code.text);
    let stop = if code.text.get(..at as usize)?.ends_with(';') { ";" } else { "" };
    Some((
        at,
        match is_import {
            true => format!("{end}import {package} from {quote}{package}{quote}{stop}"),
            false => format!("{end}const {package} = require({quote}{package}{quote}){stop}"),
        },
    ))
}

fn requires(placed: &Placed, value: crate::model::ExprId) -> bool {
    let segment = &placed.segment;
    let ExprKind::Call { callee, .. } = &segment[value].kind else { return false };
    matches!(&segment[*callee].kind, ExprKind::Name(name) if name == "require")
}

/// The line of a decorator goes, with the import that nothing else needs left to the linter.
pub fn without_decorator(project: &Project, at: &Place, name: &Name) -> Option<Fix> {
    let text = project.file(&at.file)?.document.code().to_string();
    let start = lines::line_start(&text, at.span.start);
    let before = text.get(start as usize..at.span.start as usize)?;
    let after = text.get(at.span.end as usize..lines::line_stop(&text, at.span.end) as usize)?;
    if before.trim() != "@" || !after.trim().is_empty() && !after.trim_start().starts_with('#') {
        return None;
    }
    one(
        &at.file,
        Span::new(start, lines::next_line(&text, at.span.end)),
        "",
        format!("Remove @{name}"),
        "Pages that send the form need its token: {% csrf_token %} in templates, the X-CSRFToken header in scripts.",
    )
}

/// Behind the item that ends so, else first.
pub fn item(project: &Project, list: &Place, item: &Name, behind: &Name) -> Option<Fix> {
    let code = Code::of(project, &list.file)?;
    let placed = code.model.segment_at(list.span.start)?;
    let segment = &placed.segment;
    let items = segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Seq { items, .. } if placed.absolute(expr.span) == list.span => Some(items),
        _ => None,
    })?;
    let is_it = |id: crate::model::ExprId| matches!(&segment[id].kind, ExprKind::Str(text) if !behind.is_empty() && text.ends_with(behind.as_str()));
    let found = items.iter().find(|item| is_it(item.value)).map(|item| placed.absolute(segment[item.value].span));
    let first = placed.absolute(segment[items.first()?.value].span);
    let text = &code.text;
    let between = |at: Span| match lines::begins_line(text, at.start) {
        true => format!("{}{}", lines::line_end(text), text.get(lines::line_start(text, at.start) as usize..at.start as usize).unwrap_or_default()),
        false => " ".to_owned(),
    };
    let title = format!("Add {}", item.trim_matches('"').rsplit('.').next().unwrap_or(item));
    match found {
        Some(found) => one(&list.file, Span::at(found.end), &format!(",{}{item}", between(found)), title, ""),
        None => one(&list.file, Span::at(first.start), &format!("{item},{}", between(first)), title, ""),
    }
}

fn one(file: &FileId, span: Span, text: &str, title: String, note: &str) -> Option<Fix> {
    let mut edits = Edits::default();
    edits.replace(file, span, text);
    Some(Fix {
        title,
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: (!note.is_empty()).then(|| note.to_owned()),
        suppresses: false,
    })
}
