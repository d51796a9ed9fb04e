//! `import module`: in its place among the imports, else behind what must stay first in a file.

use super::{Imported, has_word};
use crate::fixes::TextEdit;
use crate::fixes::literal::Code;
use crate::fixes::stack::Wanted;
use crate::model::{ExprKind, Import, StmtKind};
use crate::text::{Name, Span, lines};

/// An import statement at the top level.
struct Line {
    span: Span,
    module: Name,
    /// `import a`, not `from a import b`.
    plain: bool,
}

pub(super) fn import(code: &Code, wanted: &Wanted) -> Option<Imported> {
    let text = &code.text;
    if let Some(local) = local_name(code, wanted) {
        return Some(Imported { local, edit: None });
    }
    let local = Name::from(wanted.name.as_deref().unwrap_or(wanted.from.split('.').next()?));
    if binds(code, &local) {
        return None;
    }
    let line = match &wanted.name {
        Some(name) => format!("from {} import {name}", wanted.from),
        None => format!("import {}", wanted.from),
    };
    let end = lines::line_end(text);
    let known = statements(code);
    let is_future = |line: &&Line| line.module == "__future__";
    let rest: Vec<&Line> = known.iter().filter(|line| !is_future(line)).collect();
    let block = first_block(text, &rest);
    let edit = match (block.first(), known.iter().rfind(is_future)) {
        // The project's own modules come last.
        (Some(_), _) if !is_standard(&wanted.from) => {
            let at = rest.last().map_or(0, |last| lines::next_line(text, last.span.end));
            TextEdit { span: Span::at(at), text: format!("{}{line}{end}", opened(text, at, end)) }
        }
        (Some(first), _) if !is_standard(&first.module) => {
            // The standard library has a block of its own, above.
            TextEdit { span: Span::at(lines::line_start(text, first.span.start)), text: format!("{line}{end}{end}") }
        }
        (Some(_), _) => in_order(text, block, &line, wanted, end),
        (None, Some(future)) => {
            let at = lines::next_line(text, future.span.end);
            TextEdit { span: Span::at(at), text: format!("{}{end}{line}{end}", opened(text, at, end)) }
        }
        (None, None) => at_the_top(code, &line, end)?,
    };
    Some(Imported { local, edit: Some(edit) })
}

/// The line behind the imports, if there are any.
pub(super) fn behind(code: &Code) -> Option<u32> {
    statements(code).last().map(|line| lines::next_line(&code.text, line.span.end))
}

/// What the module, or the name of it, is called already.
fn local_name(code: &Code, wanted: &Wanted) -> Option<Name> {
    match &wanted.name {
        Some(name) => super::super::stack::local_export(code.model, &wanted.from, name),
        None => super::super::stack::local_name(code.model, &wanted.from),
    }
}

/// True if the name means something else in this file.
fn binds(code: &Code, name: &str) -> bool {
    let mut patterns = code.model.segments.iter().flat_map(|placed| &placed.segment.patterns);
    let mut imports = super::super::stack::imports(code.model);
    let mut functions = code.model.segments.iter().flat_map(|placed| &placed.segment.functions);
    has_word(&code.text, name)
        && (patterns.any(|pattern| matches!(&pattern.kind, crate::model::PatternKind::Name(known) if known == name))
            || imports.any(|import| import.names.iter().any(|known| known.local == name))
            || functions.any(|function| function.name == name))
}

fn statements(code: &Code) -> Vec<Line> {
    let mut found = Vec::new();
    for placed in &code.model.segments {
        for id in &placed.segment.body {
            let stmt = &placed.segment[*id];
            if let StmtKind::Import(Import { source, .. }) = &stmt.kind {
                let span = placed.absolute(stmt.span);
                found.push(Line { span, module: source.clone(), plain: span.of(&code.text).starts_with("import") });
            }
        }
    }
    found
}

/// The imports up to the first empty line, comment or other statement.
fn first_block<'l>(text: &str, lines: &'l [&'l Line]) -> &'l [&'l Line] {
    let joined = |pair: &[&Line]| lines::next_line(text, pair[0].span.end) >= lines::line_start(text, pair[1].span.start);
    let length = lines.windows(2).take_while(|pair| joined(pair)).count();
    lines.get(..(length + 1).min(lines.len())).unwrap_or(&[])
}

/// Among the block's lines as isort has them: plain imports first, each sort by module.
fn in_order(text: &str, block: &[&Line], line: &str, wanted: &Wanted, end: &str) -> TextEdit {
    let plain = wanted.name.is_none();
    let sorted_before = |other: &&&Line| match (plain, other.plain) {
        (true, false) => true,
        (false, true) => false,
        _ => other.module.as_str() > wanted.from.as_str(),
    };
    match block.iter().find(sorted_before) {
        Some(next) => TextEdit { span: Span::at(lines::line_start(text, next.span.start)), text: format!("{line}{end}") },
        None => {
            let at = block.last().map_or(0, |last| lines::next_line(text, last.span.end));
            TextEdit { span: Span::at(at), text: format!("{}{line}{end}", opened(text, at, end)) }
        }
    }
}

/// Behind the shebang, the encoding, the comment at the very top and the docstring.
fn at_the_top(code: &Code, line: &str, end: &str) -> Option<TextEdit> {
    let text = &code.text;
    let head = code.head?;
    let mut at = head;
    for rank in 0..2 {
        let rest = Span::new(at, lines::line_stop(text, at)).of(text);
        if rest.starts_with("#!") && rank == 0 || rest.starts_with('#') && rest.contains("coding") {
            at = lines::next_line(text, at);
        }
    }
    // A comment with an empty line behind it speaks of the whole file.
    let mut comment = at;
    while (comment as usize) < text.len() && Span::new(comment, lines::line_stop(text, comment)).of(text).starts_with('#') {
        comment = lines::next_line(text, comment);
    }
    if comment > head && (lines::line_stop(text, comment) == comment || comment as usize == text.len()) {
        at = comment;
    }
    let docstring = code.model.segments.iter().find(|placed| !placed.segment.body.is_empty()).filter(|placed| {
        let segment = &placed.segment;
        segment.body.first().is_some_and(|id| match &segment[*id].kind {
            StmtKind::Expr(expr) => matches!(segment[*expr].kind, ExprKind::Str(_) | ExprKind::Template(_)),
            _ => false,
        })
    });
    if let Some(docstring) = docstring {
        at = at.max(lines::next_line(text, docstring.span().end));
    }
    let stands_below = docstring.is_some() || at > head;
    let before = if stands_below { format!("{}{end}", opened(text, at, end)) } else { String::new() };
    // An empty line that stands there already keeps the two apart.
    let next_is_empty = lines::line_stop(text, at) == at;
    let after = if next_is_empty { "" } else { end };
    Some(TextEdit { span: Span::at(at), text: format!("{before}{line}{end}{after}") })
}

/// A line end for a last line that has none.
fn opened(text: &str, at: u32, end: &str) -> String {
    let before = text.get(..at as usize).unwrap_or("");
    if before.is_empty() || before.ends_with(['\n', '\r']) { String::new() } else { end.to_owned() }
}

/// Modules of the standard library that begin many a file. One that is missing here only costs an empty line.
fn is_standard(module: &str) -> bool {
    const STANDARD: &[&str] = &[
        "abc",
        "argparse",
        "array",
        "ast",
        "asyncio",
        "atexit",
        "base64",
        "binascii",
        "bisect",
        "builtins",
        "calendar",
        "cgi",
        "codecs",
        "collections",
        "concurrent",
        "configparser",
        "contextlib",
        "contextvars",
        "copy",
        "csv",
        "ctypes",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "email",
        "enum",
        "errno",
        "fnmatch",
        "fractions",
        "ftplib",
        "functools",
        "gc",
        "getpass",
        "glob",
        "gzip",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "http",
        "imaplib",
        "importlib",
        "inspect",
        "io",
        "ipaddress",
        "itertools",
        "json",
        "locale",
        "logging",
        "math",
        "mimetypes",
        "multiprocessing",
        "operator",
        "os",
        "pathlib",
        "pickle",
        "platform",
        "pprint",
        "queue",
        "random",
        "re",
        "secrets",
        "select",
        "shlex",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "sqlite3",
        "ssl",
        "stat",
        "statistics",
        "string",
        "struct",
        "subprocess",
        "sys",
        "tempfile",
        "textwrap",
        "threading",
        "time",
        "timeit",
        "tomllib",
        "traceback",
        "types",
        "typing",
        "unicodedata",
        "unittest",
        "urllib",
        "uuid",
        "warnings",
        "weakref",
        "xml",
        "zipfile",
        "zlib",
        "zoneinfo",
    ];
    STANDARD.binary_search(&module.split('.').next().unwrap_or(module)).is_ok()
}
