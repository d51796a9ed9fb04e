//! Python: `os.environ["X"]`, f-strings, bytes.

use super::{Fallback, Imported, Phrasebook, Read, has_word, put_later, python_fallback, python_import, spaced};
use crate::fixes::literal::{Code, Extent, Literal};
use crate::fixes::stack::Wanted;
use crate::fixes::{TextEdit, edits};
use crate::model::around;
use crate::model::string_token::Token;
use crate::model::{BinaryOp, ExprKind};
use crate::text::{Name, Span, lines};

pub(super) struct Python;

impl Phrasebook for Python {
    fn replace(&self, literal: &Literal, read: &Read) -> Option<Vec<TextEdit>> {
        let text = &literal.code.text;
        match literal.extent {
            Extent::Whole => {
                let encode = if is_bytes(literal) { ".encode()" } else { "" };
                let read = fitting(literal.code, literal.span, read)?;
                Some(vec![spaced(text, literal.span, &read.written(&format!("{}{encode}", lines(&read))))])
            }
            Extent::Part(part) => {
                let token = literal.tokens().into_iter().find(|token| token.content.contains(part))?;
                in_string(literal, &token, part, read)
            }
        }
    }

    fn replace_expression(&self, code: &Code, span: Span, read: &Read) -> Option<TextEdit> {
        let read = fitting(code, span, read)?;
        Some(spaced(&code.text, span, &read.written(lines(&read))))
    }

    fn fallback(&self, literal: &Literal) -> Option<Fallback> {
        python_fallback::fallback(literal).or_else(|| put_later::fallback(literal, self))
    }

    fn refusal(&self, code: &Code, variable: &Name) -> String {
        let (error, quote) = (put_later::own_error(code), edits::quote(&code.text, '"'));
        format!("raise {}({quote}{variable} is not set{quote})", error.as_deref().unwrap_or("RuntimeError"))
    }

    fn import(&self, code: &Code, wanted: &Wanted) -> Option<Imported> {
        python_import::import(code, wanted)
    }

    fn behind_imports(&self, code: &Code) -> Option<u32> {
        python_import::behind(code)
    }
}

/// What gives a key in PEM form its lines back where they were kept as `\n`.
fn lines(read: &Read) -> &'static str {
    if read.lines { ".replace(\"\\\\n\", \"\\n\")" } else { "" }
}

/// Inside the hole of an f-string older Pythons take neither the quotes of that string nor a backslash.
fn fitting(code: &Code, span: Span, read: &Read) -> Option<Read> {
    let placed = code.model.segment_at(span.start)?;
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let Some(template) = around::template_around(&placed.segment, relative) else { return Some(read.clone()) };
    let outer = placed.absolute(placed.segment[template].span);
    let raw = outer.of(&code.text);
    let quote = if raw.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('"') { '\'' } else { '"' };
    (read.quotes_nest || !read.lines).then(|| Read { quote, ..read.clone() })
}

fn is_bytes(literal: &Literal) -> bool {
    let text = &literal.code.text;
    literal.tokens().iter().any(|token| token.has_prefix(text, 'b'))
}

/// A stretch of a string becomes a hole: `f"Bearer {os.environ['X']}"`.
fn in_string(literal: &Literal, token: &Token, part: Span, read: &Read) -> Option<Vec<TextEdit>> {
    let text = &literal.code.text;
    if is_formatted_badly(literal) {
        return None;
    }
    let mut found = Vec::new();
    let content = token.content.of(text);
    let mixed = content.contains('"') && content.contains('\'');
    let inner = if mixed && !read.quotes_nest {
        let (variable, edit) = hoisted(literal, read)?;
        found.push(edit);
        variable
    } else {
        let other = if token.quote(text).starts_with('"') { '\'' } else { '"' };
        read.text.replace('"', other.encode_utf8(&mut [0; 4]))
    };
    if token.has_prefix(text, 'f') {
        found.push(TextEdit { span: part, text: format!("{{{inner}}}") });
        return Some(found);
    }
    let raw = token.has_prefix(text, 'r');
    let before = doubled(Span::new(token.content.start, part.start).of(text), raw);
    let after = doubled(Span::new(part.end, token.content.end).of(text), raw);
    let quote = token.quote(text);
    let bytes = token.has_prefix(text, 'b');
    // A byte that is no character has no place in a text.
    if bytes && (!raw && content.contains('\\') || literal.tokens().len() > 1) {
        return None;
    }
    let letters = token.prefix.of(text).chars().filter(|letter| !"uUbB".contains(*letter)).collect::<String>();
    let encode = if bytes { ".encode()" } else { "" };
    let whole = format!("{letters}f{quote}{before}{{{inner}}}{after}{quote}{encode}");
    found.push(spaced(text, token.span, &whole));
    Some(found)
}

/// What stands in a string, as it is written in an f-string.
fn doubled(raw: &str, is_raw: bool) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        // `\N{DASH}` is one character in both.
        let named = (!is_raw && rest.starts_with("\\N{")).then(|| rest.find('}')).flatten();
        let taken = match (c, named) {
            (_, Some(close)) => rest.get(..close + 1).unwrap_or(rest),
            // A backslash does not keep a brace from opening a hole.
            ('\\', _) if !is_raw && !rest[1..].starts_with(['{', '}']) => rest.get(..1 + rest.chars().nth(1).map_or(0, char::len_utf8)).unwrap_or(rest),
            _ => rest.get(..c.len_utf8()).unwrap_or(rest),
        };
        out.push_str(taken);
        if taken == "{" || taken == "}" {
            out.push_str(taken);
        }
        rest = rest.get(taken.len()..).unwrap_or("");
    }
    out
}

/// `"…".format(…)` and `"…" % …` read what the hole gives once more.
fn is_formatted_badly(literal: &Literal) -> bool {
    let segment = literal.segment();
    segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Member { base, name, .. } => *base == literal.id && name.starts_with("format") && literal.value.contains(['{', '}']),
        ExprKind::Binary { op: BinaryOp::Rem, left, .. } => *left == literal.id && literal.value.contains('%'),
        _ => false,
    })
}

/// Before Python 3.12 a hole cannot hold the quotes of its string: the variable is read on a line of its own, above.
fn hoisted(literal: &Literal, read: &Read) -> Option<(String, TextEdit)> {
    let text = &literal.code.text;
    let local = [read.name.lower(), format!("{}_value", read.name.lower())].into_iter().find(|name| !has_word(text, name))?;
    let start = around::statements(literal.segment(), literal.expr().span).into_iter().find_map(|id| {
        let span = literal.placed.absolute(literal.segment()[id].span);
        let opens = |word: &str| span.of(text).starts_with(word);
        let is_clause = ["elif", "else", "except", "finally", "case"].into_iter().any(opens);
        (!is_clause && lines::begins_line(text, span.start)).then_some(span.start)
    })?;
    // Decorators belong to what follows them.
    let mut line = lines::line_start(text, start);
    while let Some(above) = lines::previous_line(text, line) {
        if !text.get(above as usize..line as usize)?.trim_start().starts_with('@') {
            break;
        }
        line = above;
    }
    let indent = lines::indentation(text, start);
    let line_text = format!("{indent}{local} = {}{}", read.written(lines(read)), lines::line_end(text));
    Some((local, TextEdit { span: Span::at(line), text: line_text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_doubled() {
        assert_eq!(doubled("a {b} \\{ \\N{DASH} é", false), "a {{b}} \\{{ \\N{DASH} é");
        assert_eq!(doubled("\\d{3}\\N{2}", true), "\\d{{3}}\\N{{2}}");
        assert_eq!(doubled("end\\", false), "end\\");
    }
}
