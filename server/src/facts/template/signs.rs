//! Engines with a sign of its own for what is not escaped: EJS and Handlebars.

use super::expression::roots;
use super::{How, Unescaped};
use crate::text::{Name, Span};

/// What these write is markup of the project: other templates.
const INCLUDES: &[&str] = &["include", "partial", "contentFor", "defineContent", "body", "yield", "block", "render", "layout", "script", "style"];
/// Calls that make markup harmless.
const CLEAN: &[&str] = &["escapeHtml", "escape", "encodeURIComponent", "sanitize", "sanitizeHtml", "DOMPurify", "xss"];

/// `<%- x %>`
pub(super) fn ejs(text: &str, found: &mut Vec<Unescaped>) {
    between(text, "<%", "%>", |inside, span| {
        let content = inside.strip_prefix('-')?;
        unescaped(content.trim_end_matches(['-', '_']), span)
    })
    .for_each(|one| found.push(one));
}

/// `{{{ x }}}`, `{{& x }}`
pub(super) fn handlebars(text: &str, found: &mut Vec<Unescaped>) {
    let raw = between(text, "{{{", "}}}", |inside, span| {
        // `{{{{raw}}}}` begins a block in which nothing is written out.
        if inside.starts_with(['{', '>', '#', '/', '!']) || inside.contains("{{") { None } else { unescaped(inside.trim_matches('~'), span) }
    });
    raw.for_each(|one| found.push(one));
    let marked = between(text, "{{&", "}}", |inside, span| if inside.contains("{{") { None } else { unescaped(inside, span) });
    marked.for_each(|one| found.push(one));
}

/// What `read` makes of everything between two signs.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str, read: impl Fn(&str, Span) -> Option<Unescaped> + 't) -> impl Iterator<Item = Unescaped> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(start) = text.get(at..).and_then(|rest| rest.find(open)).map(|n| at + n) {
            let from = start + open.len();
            let Some(len) = text.get(from..).and_then(|rest| rest.find(close)) else {
                at = text.len();
                return None;
            };
            if let Some(later) = text.get(from..from + len).and_then(|inside| inside.rfind(open)).filter(|later| *later > 0) {
                // The first of them is not closed.
                at = from + later;
                continue;
            }
            at = from + len + close.len();
            if let Some(one) = read(text.get(from..from + len).unwrap_or(""), Span::from(start..at)) {
                return Some(one);
            }
        }
        None
    })
}

fn unescaped(content: &str, span: Span) -> Option<Unescaped> {
    let expression = content.trim().trim_end_matches(';').trim_end();
    let roots = roots(expression);
    let first = roots.first()?;
    let is = |known: &[&str]| known.contains(&first.as_str());
    (!is(INCLUDES) && !is(CLEAN)).then(|| Unescaped { span, expression: Name::from(expression), roots: roots.clone(), how: How::Sign })
}
