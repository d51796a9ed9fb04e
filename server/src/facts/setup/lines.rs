//! Files of lines: env files, Dockerfiles, and the `_headers` and `_redirects` of static hosts.

use std::sync::Arc;

use super::catalogue::FileRow;
use super::{Facts, Field, Forward, Given, Header, Map, Shape, ValueKind, env};
use crate::syntax::Language;
use crate::text::{FileId, Name, Place, Span};

pub(super) fn read(row: &FileRow, file: &FileId, text: &str, out: &mut Facts) {
    match row.lines.as_deref() {
        Some("env") => assigned(row, Language::Env, file, text, out),
        Some("dockerfile") => dockerfile(row, file, text, out),
        Some("headers") => headers(row, file, text, out),
        Some("redirects") => redirects(row, file, text, out),
        _ => {}
    }
}

fn assigned(row: &FileRow, language: Language, file: &FileId, text: &str, out: &mut Facts) {
    for (name, value) in env::assigned(language, text) {
        let written = text.get(value.clone()).unwrap_or_default();
        let place = Place { file: file.clone(), span: Span::from(value) };
        if row.settings.iter().any(|setting| setting.at.first().is_some_and(|at| name == **at)) {
            let value = Given::new(place.clone(), Shape::Text(written.trim().into()));
            let fields = vec![Field { name: name.clone(), place: place.clone(), value }];
            super::switch::read(row, &Given::new(place.clone(), Shape::Map(Map { fields, open: false })), &mut out.switches);
        }
        out.variables.push(env::variable(row, &name, env::stands_for(written), place));
    }
}

/// `ENV A=b`, and `ARG A`, which whoever builds may give.
fn dockerfile(row: &FileRow, file: &FileId, text: &str, out: &mut Facts) {
    assigned(row, Language::Dockerfile, file, text, out);
    for (start, line) in lines(text) {
        let trimmed = line.trim();
        let Some(name) = trimmed.strip_prefix("ARG ").or_else(|| trimmed.strip_prefix("arg ")).map(str::trim) else { continue };
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let at = start + line.len() - line.trim_start().len();
            let span = Span::from(at..at + trimmed.len());
            out.variables.push(env::variable(row, name, ValueKind::Reference, Place { file: file.clone(), span }));
        }
    }
    out.variables.sort_by_key(|variable| variable.place.span.start);
}

/// A path at the beginning of a line, and `  Name: value` below it.
fn headers(row: &FileRow, file: &FileId, text: &str, out: &mut Facts) {
    let mut pattern: Option<Arc<str>> = None;
    for (start, line) in lines(text) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            pattern = Some(trimmed.into());
            continue;
        }
        // `! Name` takes a header away.
        let Some((name, value)) = trimmed.split_once(':').filter(|_| !trimmed.starts_with('!')) else { continue };
        let span = Span::from(start + line.find(trimmed).unwrap_or(0)..start + line.trim_end().len());
        out.headers.push(Header {
            name: Name::from(name.trim().to_ascii_lowercase()),
            value: Some(value.trim().into()),
            pattern: pattern.clone(),
            stack: row.stack.clone(),
            place: Place { file: file.clone(), span },
        });
    }
}

/// `from to status`.
fn redirects(row: &FileRow, file: &FileId, text: &str, out: &mut Facts) {
    for (start, line) in lines(text) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let mut words = trimmed.split_whitespace();
        let from = words.next();
        // Conditions on the query stand between the two: `id=:id`.
        let to = words.find(|word| word.starts_with('/') || word.contains("://"));
        let is_rewrite = words.next().is_some_and(|status| status.starts_with("200"));
        let span = Span::from(start + line.find(trimmed).unwrap_or(0)..start + line.trim_end().len());
        out.forwards.push(Forward {
            way: Name::new_static(if is_rewrite { "rewrite" } else { "redirect" }),
            from: from.map(Arc::from),
            to: to.map(Arc::from),
            stack: row.stack.clone(),
            place: Place { file: file.clone(), span },
        });
    }
}

/// The lines with where they begin, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}
