//! `import { name } from "module"`: joined to an import of that module, else on a line of its own behind the others.

use super::{Imported, has_word};
use crate::fixes::literal::Code;
use crate::fixes::stack::Wanted;
use crate::fixes::{TextEdit, edits};
use crate::model::{ExprKind, Import, Placed, StmtKind};
use crate::text::{Name, Span, lines};

pub(super) fn import(code: &Code, wanted: &Wanted) -> Option<Imported> {
    let Some(name) = wanted.name.as_deref() else { return for_what_it_does(code, &wanted.from) };
    // `default as x` is what a module exports as its default.
    let default = name.strip_prefix("default as ");
    let name = default.unwrap_or(name);
    let exported = if default.is_some() { "default" } else { name };
    let imports = imports(code);
    for (placed, _, import) in imports.iter().filter(|(_, _, import)| import.source == wanted.from && !import.type_only) {
        if let Some(known) = import.names.iter().find(|known| known.imported == exported && !known.type_only) {
            return Some(Imported { local: known.local.clone(), edit: None });
        }
        // `import { a } from …` takes another name; `import * as all from …` does not.
        let last = import.names.last().filter(|last| last.imported != "*" && last.imported != "default");
        if let Some(last) = last.filter(|_| default.is_none() && !has_word(&code.text, name)) {
            let at = placed.absolute(last.span).end;
            return Some(Imported { local: Name::from(name), edit: Some(TextEdit { span: Span::at(at), text: format!(", {name}") }) });
        }
    }
    // A name that already means something here, and a file without modules, are left alone.
    if has_word(&code.text, name) || (imports.is_empty() && has_word(&code.text, "require") && !has_word(&code.text, "export")) {
        return None;
    }
    let end = lines::line_end(&code.text);
    let quote = edits::quote(&code.text, '"');
    let stop = if imports.last().is_none_or(|(_, span, _)| span.of(&code.text).trim_end().ends_with(';')) { ";" } else { "" };
    let names = if default.is_some() { name.to_owned() } else { format!("{{ {name} }}") };
    let line = format!("import {names} from {quote}{}{quote}{stop}", wanted.from);
    let edit = match imports.last() {
        Some((_, span, _)) => TextEdit { span: Span::at(span.end), text: format!("{end}{}{line}", lines::indentation(&code.text, span.start)) },
        None => {
            let at = behind_head(code)?;
            // The scripts of a page are indented as a whole.
            let indent = if lines::begins_line(&code.text, at) { lines::indentation(&code.text, at) } else { "" };
            TextEdit { span: Span::at(at), text: format!("{indent}{line}{end}") }
        }
    };
    Some(Imported { local: Name::from(name), edit: Some(edit) })
}

/// `import "module"`, before all others, since it does something that they may need.
fn for_what_it_does(code: &Code, module: &str) -> Option<Imported> {
    let (end, quote) = (lines::line_end(&code.text), edits::quote(&code.text, '"'));
    let imports = imports(code);
    let is_there = imports.iter().any(|(_, _, import)| import.source == module) || code.text.contains(&format!("require({quote}{module}{quote})"));
    let stop = if code.text.lines().any(|line| line.ends_with(';')) { ";" } else { "" };
    let requires = imports.is_empty() && has_word(&code.text, "require") && !has_word(&code.text, "export");
    let line = if requires { format!("require({quote}{module}{quote}){stop}{end}") } else { format!("import {quote}{module}{quote}{stop}{end}") };
    let at = match imports.first() {
        Some((_, span, _)) => span.start,
        None => behind_head(code)?,
    };
    Some(Imported { local: Name::default(), edit: (!is_there).then(|| TextEdit { span: Span::at(at), text: line }) })
}

/// The line behind the imports.
pub(super) fn behind(code: &Code) -> Option<u32> {
    match imports(code).last() {
        Some((_, span, _)) => Some(lines::next_line(&code.text, span.end)),
        None => behind_head(code),
    }
}

/// The imports at the top level, with the spans of their statements.
fn imports<'c>(code: &'c Code) -> Vec<(&'c Placed, Span, &'c Import)> {
    let mut found = Vec::new();
    for placed in &code.model.segments {
        for id in &placed.segment.body {
            let stmt = &placed.segment[*id];
            if let StmtKind::Import(import) = &stmt.kind {
                found.push((placed, placed.absolute(stmt.span), import));
            }
        }
    }
    found
}

/// The first line behind the shebang, the comment at the very top and the directives.
fn behind_head(code: &Code) -> Option<u32> {
    let text = &code.text;
    let mut at = code.head?;
    if text.get(at as usize..).unwrap_or("").starts_with("#!") {
        at = lines::next_line(text, at);
    }
    for placed in &code.model.segments {
        let is_directive = placed.segment.body.first().is_some_and(|id| match &placed.segment[*id].kind {
            StmtKind::Expr(expr) => matches!(placed.segment[*expr].kind, ExprKind::Str(_)),
            _ => false,
        });
        let is_head_comment = placed.segment.body.is_empty() && !placed.segment.comments.is_empty() && ends_paragraph(text, placed.span().end);
        if !is_directive && !is_head_comment {
            // A comment right above the first statement belongs to it.
            if !placed.segment.body.is_empty() {
                break;
            }
            continue;
        }
        at = at.max(lines::next_line(text, placed.span().end));
    }
    Some(at)
}

/// True if an empty line follows.
fn ends_paragraph(text: &str, offset: u32) -> bool {
    let next = lines::next_line(text, offset);
    lines::line_stop(text, next) == next
}
