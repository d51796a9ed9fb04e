//! A comment above the line of a finding that silences it. The reason is left for the person to write.

use super::edits::{self, Edits};
use super::{Fix, Grade, around};
use crate::model::{ExprKind, JsxAttribute, Placed};
use crate::project::{File, Project};
use crate::rules::{Place, RuleId};
use crate::syntax::Language;
use crate::text::Span;

pub fn fix(project: &Project, at: &Place, rule: RuleId, detail: &str) -> Option<Fix> {
    let file = project.file(&at.file)?;
    let text = file.document.text();
    let line = line_for(file, &text, at.span.start)?;
    let (open, close) = marks(file, &text, line)?;
    let subject = if detail.is_empty() { rule.to_string() } else { format!("{rule}[{detail}]") };
    let indent = edits::indentation(&text, line);
    let end = edits::line_end(&text);
    let mut edits = Edits::default();
    edits.insert(&at.file, line, format!("{indent}{open} guardline-ignore-next-line {subject}: reason{close}{end}"));
    Some(Fix {
        title: format!("Ignore {subject} here (write the reason)"),
        grade: Grade::NeedsReview,
        preferred: false,
        edits: edits.finish()?,
        note: None,
        suppresses: true,
    })
}

/// Where the comment's line starts: the line of the finding, or the first one above it where a comment is a comment.
fn line_for(file: &File, text: &str, offset: u32) -> Option<u32> {
    let mut line = edits::line_start(text, offset);
    // Each step goes up at least a line, so this ends; the bound is for texts made to be slow.
    for _ in 0..64 {
        match inside_of(file, text, line) {
            Some(up) if up < line => line = edits::line_start(text, up),
            Some(_) => return None,
            None => {
                let is_script_start = text.get(line as usize..).unwrap_or("").starts_with("#!");
                return (!is_script_start).then_some(line);
            }
        }
    }
    None
}

/// The start of the text, comment or continued line that a line start lies inside of, where a comment would be broken.
fn inside_of(file: &File, text: &str, line: u32) -> Option<u32> {
    let language = file.document.language;
    match language {
        Language::Json => Some(line),
        language if language.is_code() => inside_of_code(file, text, line),
        Language::Shell | Language::Dockerfile | Language::Env => {
            continued(text, line).or_else(|| (language == Language::Env).then(|| open_value(text, line)).flatten())
        }
        Language::Yaml => block_scalar(text, line),
        Language::Toml => unclosed(text, line, &["\"\"\"", "'''"]),
        Language::Sql => unclosed(text, line, &["'"]),
        Language::Html => open_tag(text, line),
        _ => None,
    }
}

fn inside_of_code(file: &File, text: &str, line: u32) -> Option<u32> {
    let language = file.document.language;
    let placed = file.model.as_ref()?.segment_at(line)?;
    if let Some(comment) = around::comment_around(placed, line) {
        return Some(comment.start);
    }
    let offset = line.checked_sub(placed.start)?;
    let literal = around::text_around(&placed.segment, offset, language == Language::Python);
    if let Some(literal) = literal.filter(|_| !in_jsx_children(placed, text, line)) {
        let statement = around::statements(&placed.segment, literal).first().map_or(literal, |id| placed.segment[*id].span);
        return Some(placed.absolute(statement).start);
    }
    if language == Language::Python { continued(text, line) } else { None }
}

/// The line before, if it ends with a backslash.
fn continued(text: &str, line: u32) -> Option<u32> {
    let before = text.get(..line as usize)?;
    let before = before.strip_suffix('\n').map(|before| before.strip_suffix('\r').unwrap_or(before))?;
    before.ends_with('\\').then(|| edits::line_start(text, before.len() as u32))
}

/// The start of the assignment whose quoted value goes on over this line.
fn open_value(text: &str, line: u32) -> Option<u32> {
    let over = super::env_file::assignments(text).into_iter().find(|a| a.span.start < line && line < a.span.end)?;
    Some(over.span.start)
}

/// The line of the key above whose block (`|`, `>`) this line belongs to.
fn block_scalar(text: &str, line: u32) -> Option<u32> {
    let width = |line: &str| line.len() - line.trim_start().len();
    let mut indent = width(text.get(line as usize..)?.lines().next()?);
    let mut at = line;
    while at > 0 && indent > 0 {
        at = edits::previous_line(text, at)?;
        let above = text.get(at as usize..)?.lines().next()?;
        if above.trim().is_empty() || width(above) >= indent {
            continue;
        }
        indent = width(above);
        let last = above.split(" #").next().unwrap_or("").split_whitespace().next_back().unwrap_or("");
        if matches!(last.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '+'), "|" | ">") {
            return Some(at);
        }
    }
    None
}

/// The start of a string that is still open where the line starts. Texts between other quotes and comments are rare
/// enough in such files to be counted as they come.
fn unclosed(text: &str, line: u32, quotes: &[&str]) -> Option<u32> {
    let before = text.get(..line as usize)?;
    quotes.iter().find_map(|quote| {
        let at: Vec<usize> = before.match_indices(quote).map(|(at, _)| at).collect();
        (at.len() % 2 == 1).then(|| at.last().map(|at| *at as u32)).flatten()
    })
}

/// The start of a tag that is still open where the line starts.
fn open_tag(text: &str, line: u32) -> Option<u32> {
    let before = text.get(..line as usize)?;
    let open = before.rfind('<')?;
    let is_tag = before[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    (is_tag && !before[open..].contains('>')).then_some(open as u32)
}

/// The marks of a comment on a line of its own.
fn marks(file: &File, text: &str, line: u32) -> Option<(&'static str, &'static str)> {
    Some(match file.document.language {
        Language::TypeScript | Language::Tsx | Language::JavaScript | Language::Jsx => {
            let in_children = file.model.as_ref().and_then(|model| model.segment_at(line)).is_some_and(|placed| in_jsx_children(placed, text, line));
            if in_children { ("{/*", " */}") } else { ("//", "") }
        }
        Language::Prisma => ("//", ""),
        Language::Python | Language::Env | Language::Yaml | Language::Toml | Language::Dockerfile | Language::Shell | Language::Text => ("#", ""),
        Language::Sql => ("--", ""),
        Language::Html => html_marks(text, line),
        Language::Json => return None,
    })
}

fn html_marks(text: &str, line: u32) -> (&'static str, &'static str) {
    let before = text.get(..line as usize).unwrap_or("").to_ascii_lowercase();
    let is_open = |tag: &str, close: &str| before.rfind(tag).is_some_and(|open| before.rfind(close).is_none_or(|close| close < open));
    if is_open("<script", "</script") {
        ("//", "")
    } else if is_open("<style", "</style") {
        ("/*", " */")
    } else {
        ("<!--", " -->")
    }
}

/// True if a line starts between the tags of an element, outside of any braces.
fn in_jsx_children(placed: &Placed, text: &str, line: u32) -> bool {
    let Some(offset) = line.checked_sub(placed.start) else { return false };
    let segment = &placed.segment;
    for id in around::expressions(segment, Span::at(offset)) {
        let expr = &segment[id];
        let ExprKind::Jsx { name, attributes, children } = &expr.kind else {
            // The text of an element is part of it; what is in braces is code.
            let is_text = matches!(expr.kind, ExprKind::Str(_)) && !placed.absolute(expr.span).of(text).starts_with(['"', '\'', '`']);
            if is_text || expr.span.start >= offset || expr.span.end <= offset {
                continue;
            }
            return false;
        };
        if expr.span.start >= offset || offset >= expr.span.end {
            continue;
        }
        let behind_attributes = attributes.iter().map(|attribute| match attribute {
            JsxAttribute::Named { span, .. } | JsxAttribute::Spread { span, .. } => span.end,
        });
        let tag = behind_attributes.max().unwrap_or(expr.span.start + 1 + name.len() as u32);
        let open = placed.absolute(Span::new(tag, expr.span.end)).of(text).find('>').map(|at| tag + at as u32 + 1);
        let Some(open) = open.filter(|open| *open <= offset) else { return false };
        // Between the last child before the line and the line itself a brace may have been opened.
        let ends = children.iter().map(|child| segment[*child].span).filter(|span| span.end <= offset).map(|span| span.end);
        let gap = placed.absolute(Span::new(ends.max().unwrap_or(open).max(open), offset)).of(text);
        return gap.rfind('{').is_none_or(|brace| gap[brace..].contains('}'));
    }
    false
}
