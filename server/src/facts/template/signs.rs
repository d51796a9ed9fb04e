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
    let loops = loops(text);
    for one in found.iter_mut() {
        let list = one.roots.first().and_then(|first| loops.iter().rev().find(|(element, at, _)| element == first && *at < one.span.start));
        if let Some(((_, _, list), first)) = list.zip(one.roots.first_mut()) {
            *first = list.clone();
        }
    }
}

/// What loops call an element, where that begins, and what the list begins with: `<% post.comments.forEach((c) => { %>`,
/// `<% for (const c of comments) { %>`.
fn loops(text: &str) -> Vec<(Name, u32, Name)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("<%").take(1024) {
        let Some(inside) = text.get(at + 2..).and_then(|rest| rest.split("%>").next()) else { continue };
        let by_call = [".forEach(", ".map("].iter().find_map(|call| inside.split_once(call));
        let (list, element) = match (by_call, inside.trim_start().strip_prefix("for")) {
            (Some((list, callback)), _) => (list, callback.trim_start().trim_start_matches("function").trim_start_matches([' ', '(', '='])),
            (None, Some(head)) => match head.split_once(" of ") {
                Some((element, list)) => (list, element.rsplit(' ').next().unwrap_or_default()),
                None => continue,
            },
            (None, None) => continue,
        };
        let end = element.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(element.len());
        let (Some(element), Some(list)) = (element.get(..end).filter(|name| !name.is_empty()), roots(list).into_iter().next()) else { continue };
        found.push((Name::from(element), u32::try_from(at).unwrap_or(u32::MAX), list));
    }
    found
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
