//! TypeScript and JavaScript: `process.env.X!`, templates, JSX.

use super::{Fallback, Imported, Phrasebook, Read, ecma_fallback, ecma_import, put_later, spaced};
use crate::fixes::literal::{Code, Extent, Literal};
use crate::fixes::stack::Wanted;
use crate::fixes::{TextEdit, edits};
use crate::model::string_token::Token;
use crate::model::{ExprKind, JsxAttribute};
use crate::text::{Name, Span};

pub(super) struct Ecma;

impl Phrasebook for Ecma {
    fn replace(&self, literal: &Literal, read: &Read) -> Option<Vec<TextEdit>> {
        let text = &literal.code.text;
        let tokens = literal.tokens();
        let edit = match (tokens.as_slice(), literal.extent) {
            // `const { X = "literal" } = …` and sums of strings are expressions like any other.
            (_, Extent::Whole) if !matches!(literal.expr().kind, ExprKind::Str(_) | ExprKind::Template(_)) => {
                spaced(text, literal.span, &whole(literal.code, read))
            }
            ([], extent) => in_jsx_text(literal, extent, read)?,
            ([token], Extent::Whole) if is_bare_attribute(literal) => braced(token.span, &whole(literal.code, read)),
            ([token], Extent::Whole) => spaced(text, token.span, &whole(literal.code, read)),
            ([token], Extent::Part(part)) if token.quote(text) == "`" => TextEdit { span: part, text: format!("${{{}}}", read.written("")) },
            ([token], Extent::Part(part)) => {
                let template = template(text, token, part, read, is_bare_attribute(literal))?;
                if is_bare_attribute(literal) { braced(token.span, &template) } else { spaced(text, token.span, &template) }
            }
            _ => return None,
        };
        Some(vec![edit])
    }

    fn replace_expression(&self, code: &Code, span: Span, read: &Read) -> Option<TextEdit> {
        Some(spaced(&code.text, span, &whole(code, read)))
    }

    fn fallback(&self, literal: &Literal) -> Option<Fallback> {
        ecma_fallback::fallback(literal).or_else(|| put_later::fallback(literal, self))
    }

    fn refusal(&self, code: &Code, variable: &Name) -> String {
        let (error, quote) = (put_later::own_error(code), edits::quote(&code.text, '"'));
        format!("throw new {}({quote}{variable} is not set{quote})", error.as_deref().unwrap_or("Error"))
    }

    fn import(&self, code: &Code, wanted: &Wanted) -> Option<Imported> {
        ecma_import::import(code, wanted)
    }

    fn behind_imports(&self, code: &Code) -> Option<u32> {
        ecma_import::behind(code)
    }
}

/// The variable where a string is needed.
fn whole(code: &Code, read: &Read) -> String {
    let asserted = read.asserted && code.language.is_typescript();
    let mark = match (asserted, read.lines) {
        (true, _) => "!",
        // Without types nothing is claimed, but a missing variable must not throw here of all places.
        (false, true) if read.asserted => "?",
        _ => "",
    };
    let lines = if read.lines { LINES } else { "" };
    read.written(&format!("{mark}{lines}"))
}

/// What gives a key in PEM form its lines back where they were kept as `\n`.
const LINES: &str = ".replace(/\\\\n/g, \"\\n\")";

fn braced(span: Span, expression: &str) -> TextEdit {
    TextEdit { span, text: format!("{{{expression}}}") }
}

/// True for the value in `key="value"`, which is not an expression yet.
fn is_bare_attribute(literal: &Literal) -> bool {
    let segment = literal.segment();
    let is_value = segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Jsx { attributes, .. } => {
            attributes.iter().any(|attribute| matches!(attribute, JsxAttribute::Named { value: Some(value), .. } if *value == literal.id))
        }
        _ => false,
    });
    let before = literal.code.text.get(..literal.span.start as usize).unwrap_or("").trim_end();
    is_value && before.ends_with('=')
}

/// The text between tags.
fn in_jsx_text(literal: &Literal, extent: Extent, read: &Read) -> Option<TextEdit> {
    let text = &literal.code.text;
    let span = match extent {
        Extent::Part(part) => part,
        Extent::Whole => {
            let raw = literal.span.of(text);
            let start = literal.span.start as usize + raw.len() - raw.trim_start().len();
            Span::from(start..start + raw.trim().len())
        }
    };
    let is_child = literal.segment().exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Jsx { children, .. } if children.contains(&literal.id)));
    (is_child && !read.lines).then(|| braced(span, &read.written("")))
}

/// `"Bearer key"` as a template: `` `Bearer ${read}` ``. A variable in a hole needs no `!`.
fn template(text: &str, token: &Token, part: Span, read: &Read, is_attribute: bool) -> Option<String> {
    let before = retold(Span::new(token.content.start, part.start).of(text), is_attribute)?;
    let after = retold(Span::new(part.end, token.content.end).of(text), is_attribute)?;
    Some(format!("`{before}${{{}}}{after}`", read.written("")))
}

/// What stands between quotes, as it is written between backticks.
fn retold(raw: &str, is_attribute: bool) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            // Attributes know character references instead of escapes.
            ('&' | '\\', _) if is_attribute => return None,
            ('\\', Some(quote @ ('"' | '\''))) => {
                out.push(*quote);
                chars.next();
            }
            // Octal escapes are not allowed in templates; `\0` alone is.
            ('\\', Some('1'..='9')) => return None,
            ('\\', Some('0')) => {
                chars.next();
                if chars.peek().is_some_and(char::is_ascii_digit) {
                    return None;
                }
                out.push_str("\\0");
            }
            ('\\', Some(next)) => {
                out.extend([c, *next]);
                chars.next();
            }
            ('`', _) => out.push_str("\\`"),
            ('$', Some('{')) => out.push_str("\\$"),
            _ => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_retold_as_templates() {
        for (raw, told) in [
            ("Bearer ", "Bearer "),
            (r#"say \"hi\" it\'s "#, r#"say "hi" it's "#),
            (r"\n\x41\u0042\\", r"\n\x41\u0042\\"),
            ("`${a}` $", r"\`\${a}\` $"),
            (r"\${a}", r"\${a}"),
            (r"a\0b", r"a\0b"),
        ] {
            assert_eq!(retold(raw, false).as_deref(), Some(told), "{raw}");
        }
        assert_eq!(retold(r"\07", false), None);
        assert_eq!(retold(r"\1", false), None);
        assert_eq!(retold("a&amp;b", true), None);
    }
}
