//! Jinja, Django's templates, Nunjucks.

use super::expression::{filters, roots};
use super::{How, Unescaped};
use crate::text::{Name, Span};

/// Filters that say that a value is markup already.
const SAFE: &[&str] = &["safe", "safeseq"];
/// Filters that escape, whatever is switched off.
const ESCAPES: &[&str] = &["e", "escape", "force_escape", "forceescape", "urlencode", "striptags", "tojson", "escapejs", "json_script", "int", "length"];
/// What a block of a page above this one, or a macro of the project, writes is markup on purpose.
const MARKUP: &[&str] = &["super", "caller", "block", "self"];

pub(super) fn read(text: &str, found: &mut Vec<Unescaped>) {
    // What was switched, the innermost last: true where escaping is off.
    let mut switched: Vec<bool> = Vec::new();
    // Words that end what is not looked into and stand nowhere any more.
    let mut missing: Vec<&str> = Vec::new();
    // What a loop calls the elements of which list, the innermost last.
    let mut loops: Vec<(&str, Vec<Name>)> = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|n| at + n) {
        let close = match text.as_bytes().get(open + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => {
                at = past(text, open + 2, "#}", &mut missing);
                continue;
            }
            _ => {
                at = open + 1;
                continue;
            }
        };
        let inside = start_of(text.get(open + 2..).unwrap_or(""));
        let Some(len) = inside.find(close) else {
            // Still being written.
            at = open + 2;
            continue;
        };
        let end = open + 2 + len + 2;
        let content = inside.get(..len).unwrap_or("").trim_matches(['-', '+']).trim();
        at = end;
        match close {
            "}}" => {
                let before = found.len();
                output(content, Span::from(open..end), switched.last().copied().unwrap_or(false), found);
                found.iter_mut().skip(before).for_each(|one| of_list(one, &loops));
            }
            _ => {
                let mut words = content.split_whitespace();
                match (words.next(), words.next()) {
                    (Some("autoescape"), is) => switched.push(matches!(is, Some("off" | "false" | "False"))),
                    (Some("endautoescape"), _) => {
                        switched.pop();
                    }
                    (Some("for"), Some(element)) => {
                        let list = content.split_once(" in ").map_or("", |(_, list)| list);
                        let list = list.split([' ', '|']).find(|part| !part.is_empty()).unwrap_or("");
                        loops.push((element.trim_end_matches(','), roots(list)));
                    }
                    (Some("endfor"), _) => {
                        loops.pop();
                    }
                    (Some("raw"), _) => at = past(text, end, "endraw", &mut missing),
                    (Some("verbatim"), _) => at = past(text, end, "endverbatim", &mut missing),
                    (Some("comment"), _) => at = past(text, end, "endcomment", &mut missing),
                    _ => {}
                }
            }
        }
    }
}

/// `{% for post in posts %}{{ post.body|safe }}`: it begins with what the list begins with.
fn of_list(one: &mut Unescaped, loops: &[(&str, Vec<Name>)]) {
    for (element, list) in loops.iter().rev() {
        if let Some(first) = one.roots.first_mut()
            && *first == *element
            && let Some(root) = list.first()
        {
            *first = root.clone();
        }
    }
}

/// Where a word ends, or `from` if it does not come.
fn past(text: &str, from: usize, word: &'static str, missing: &mut Vec<&'static str>) -> usize {
    if missing.contains(&word) {
        return from;
    }
    match text.get(from..).and_then(|rest| rest.find(word)) {
        Some(at) => from + at + word.len(),
        None => {
            missing.push(word);
            from
        }
    }
}

/// As much of a text as is looked through for the end of one expression.
fn start_of(text: &str) -> &str {
    const LONGEST: usize = 2_048;
    (LONGEST..LONGEST + 4).find_map(|end| text.get(..end)).unwrap_or(text)
}

fn output(content: &str, span: Span, is_off: bool, found: &mut Vec<Unescaped>) {
    let parts = filters(content);
    let Some((value, filters)) = parts.split_first() else { return };
    let value = value.trim();
    let name = |filter: &&&str| filter.trim().split(['(', ':', ' ']).next().unwrap_or("").to_owned();
    let names: Vec<String> = filters.iter().map(|filter| name(&filter)).collect();
    let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
    // What `tojson|safe` and `escape|safe` write has no markup of its own.
    let how = match () {
        () if has(ESCAPES) || filters.iter().any(|filter| opens_no_tag(filter)) => return,
        () if has(SAFE) => How::Filter,
        () if is_off => How::SwitchedOff,
        () => return,
    };
    let roots = roots(value);
    if roots.is_empty() || roots.first().is_some_and(|root| MARKUP.contains(&root.as_str())) {
        return;
    }
    found.push(Unescaped { span, expression: Name::from(value), roots, how });
}

/// `replace("<", "&lt;")`: nothing in it begins a tag any more. What puts breaks where lines end leaves the tags.
fn opens_no_tag(filter: &str) -> bool {
    let given = filter.trim().strip_prefix("replace").map(|rest| rest.trim_start_matches(['(', ' ']));
    given.is_some_and(|given| given.starts_with("\"<\"") || given.starts_with("'<'"))
}
