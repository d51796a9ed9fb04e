//! Where a comment about a place can stand: on a line of its own above it, where it is a comment and nothing else.
//!
//! Inside of a text that spans lines, of another comment or of a continued line, that is above all of it. Whoever writes
//! such a comment and whoever obeys it must agree on the line, which is why this is decided in one place.

use super::{ExprKind, FileModel, JsxAttribute, Placed, around};
use crate::syntax::{Document, Language};
use crate::text::{Span, lines};

/// How far up is looked.
const MOST_STEPS: usize = 64;

/// The start of the line that a comment about `offset` stands above: the place's own, or one further up. `None` where no
/// comment can stand.
pub fn comment_line(document: &Document, model: Option<&FileModel>, offset: u32) -> Option<u32> {
    if document.embedded().is_none() {
        return line_above(document.language, model, &document.text(), offset);
    }
    let code = document.code().to_string();
    // A script that begins on the line of its tag has its comments above the tag.
    match language_at(document, lines::line_start(&code, offset)) {
        Language::Notebook => None,
        language if language.is_code() => line_above(language, model, &code, offset),
        language => line_above(language, None, &document.text(), offset),
    }
}

/// The language whose comments can stand at a place.
pub fn language_at(document: &Document, offset: u32) -> Language {
    let is_code = document.embedded().is_none_or(|embedded| embedded.part_at(document.exact(Span::at(offset)).start).is_some());
    if is_code { document.code_language() } else { document.language }
}

fn line_above(language: Language, model: Option<&FileModel>, text: &str, offset: u32) -> Option<u32> {
    let mut line = lines::line_start(text, offset);
    // Each step goes up at least a line, so this ends; the bound is for texts made to be slow.
    for _ in 0..MOST_STEPS {
        match inside_of(language, model, text, line) {
            Some(up) if up < line => line = lines::line_start(text, up),
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
fn inside_of(language: Language, model: Option<&FileModel>, text: &str, line: u32) -> Option<u32> {
    match language {
        Language::Json => Some(line),
        language if language.is_code() => inside_of_code(language, model?, text, line),
        Language::Shell | Language::Dockerfile | Language::Env => {
            continued(text, line).or_else(|| (language == Language::Env).then(|| open_value(text, line)).flatten())
        }
        Language::Yaml => block_scalar(text, line),
        Language::Toml => unclosed(text, line, &["\"\"\"", "'''"]),
        Language::Sql => unclosed(text, line, &["'"]),
        language if language.is_page() => open_tag(text, line),
        _ => None,
    }
}

fn inside_of_code(language: Language, model: &FileModel, text: &str, line: u32) -> Option<u32> {
    let placed = model.segment_at(line)?;
    if let Some(comment) = around::comment_around(placed, line) {
        return Some(comment.start);
    }
    let literal = around::text_around(placed, text, line, language == Language::Python);
    if let Some(literal) = literal.filter(|_| !in_jsx_children(placed, text, line)) {
        return Some(literal.start);
    }
    if language == Language::Python { continued(text, line) } else { None }
}

/// The line before, if it ends with a backslash.
fn continued(text: &str, line: u32) -> Option<u32> {
    let before = text.get(..line as usize)?;
    let before = before.strip_suffix('\n').map(|before| before.strip_suffix('\r').unwrap_or(before))?;
    before.ends_with('\\').then(|| lines::line_start(text, before.len() as u32))
}

/// The line above whose quoted value goes on over this line.
fn open_value(text: &str, line: u32) -> Option<u32> {
    let mut above = line;
    for _ in 0..MOST_STEPS {
        above = lines::previous_line(text, above)?;
        let value = Span::new(above, lines::line_stop(text, above)).of(text).split_once('=').map_or("", |(_, value)| value);
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|c| "\"'`".contains(*c)) else { continue };
        if !value.get(1..)?.contains(quote) && Span::new(line, text.len() as u32).of(text).contains(quote) {
            return Some(above);
        }
    }
    None
}

/// The line of the key above whose block (`|`, `>`) this line belongs to.
fn block_scalar(text: &str, line: u32) -> Option<u32> {
    let width = |line: &str| line.len() - line.trim_start().len();
    let mut indent = width(text.get(line as usize..)?.lines().next()?);
    let mut at = line;
    for _ in 0..MOST_STEPS * 16 {
        if indent == 0 {
            break;
        }
        at = lines::previous_line(text, at)?;
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

/// True if a line starts between the tags of an element, outside of any braces.
pub fn in_jsx_children(placed: &Placed, text: &str, line: u32) -> bool {
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
