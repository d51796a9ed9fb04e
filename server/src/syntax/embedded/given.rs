//! What an Astro page gives to what ships: the properties of a component that runs in the browser, and the variables of a script. In the
//! mask such a place is a call of `g$`, which is told from the names of people by being global: `apiKey={key}` beside `client:load` reads
//! as `    ;g$(key)`, `{key}` as `;g$(key)` and `{...given}` as `;g$({...given})`. What the page itself shows of the environment is
//! written into it, a call of `w$`: `<p data-key={key}>` and `<p>{key}</p>`.

use std::ops::Range;

use super::markup::{Markup, Tag};
use super::written_out::end_of;

const GIVEN: &str = ";g$(";
const WRITTEN: &str = ";w$(";
/// Words without which a page speaks of no environment.
const ENVIRONMENT: &[&str] = &["env.", "astro:env"];

/// Puts the calls into a mask. `skipped` are the stretches that are code already.
pub(super) fn put(text: &str, start: usize, skipped: &[Range<usize>], mask: &mut [u8]) {
    let shows = ENVIRONMENT.iter().any(|word| text.contains(word));
    let is_free = |value: &Range<usize>| !skipped.iter().any(|range| range.start < value.end && value.start < range.end);
    let mut markup = Markup::new(text, start, true);
    let mut behind = start;
    while let Some(tag) = markup.next_tag() {
        let is_element = tag.name.starts_with(|c: char| c.is_ascii_lowercase()) && !matches!(tag.name, "script" | "style");
        let before = place_of(text, tag.name).unwrap_or(behind);
        if shows && behind < before {
            write_shown(text, behind..before, &is_free, mask);
        }
        let call = if is_element && !is_island(&tag) { WRITTEN } else { GIVEN };
        let is_told = |name: &str| if call == WRITTEN { shows && !name.contains(':') } else { is_given(&tag, name) };
        let named = tag.attributes.iter().filter(|(name, _)| is_told(name)).filter_map(|(name, _)| value_of(text, name));
        let bare = tag.bare.iter().filter(|_| shows && is_element || is_island(&tag)).filter_map(|braces| bare_value(text, braces));
        let mut values: Vec<Range<usize>> = named.chain(bare).filter(is_free).collect();
        values.sort_by_key(|value| value.start);
        values.into_iter().fold(None, |before, value| write(text, value, mask, before, call));
        if matches!(tag.name, "script" | "style") && !tag.closes_itself {
            markup.content(tag.name);
        }
        behind = markup.at();
    }
    if shows {
        write_shown(text, behind..text.len(), &is_free, mask);
    }
}

/// Names in braces between two tags: what a page shows itself.
fn write_shown(text: &str, between: Range<usize>, is_free: &dyn Fn(&Range<usize>) -> bool, mask: &mut [u8]) {
    let Some(inside) = text.get(between.clone()) else { return };
    for (at, _) in inside.match_indices('{') {
        let value = inside.get(at..).and_then(|rest| rest.find('}')).and_then(|length| bare_value(text, inside.get(at..=at + length)?));
        if let Some(value) = value.filter(is_free) {
            write(text, value, mask, None, WRITTEN);
        }
    }
}

fn place_of(text: &str, part: &str) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|at| *at <= text.len())
}

/// Does the browser get this attribute of the element?
fn is_given(tag: &Tag<'_>, name: &str) -> bool {
    match tag.name {
        "script" | "style" => name == "define:vars",
        _ => !name.contains(':') && is_island(tag),
    }
}

fn is_island(tag: &Tag<'_>) -> bool {
    tag.attributes.iter().any(|(name, _)| name.starts_with("client:"))
}

/// `{key}` is `key`, and `{...given}` an object of its own.
fn bare_value(text: &str, braces: &str) -> Option<Range<usize>> {
    let at = place_of(text, braces)?;
    let inside = braces.strip_prefix('{')?.strip_suffix('}')?;
    let spread = inside.trim().strip_prefix("...");
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
    match spread {
        Some(given) => (!given.trim().is_empty() && !given.contains('<')).then_some(at..at + braces.len()),
        None => is_name(inside.trim()).then_some(at + 1..at + 1 + inside.len()),
    }
}

/// The expression behind the name of an attribute, without its braces.
fn value_of(text: &str, name: &str) -> Option<Range<usize>> {
    let behind = place_of(text, name)? + name.len();
    let rest = text.get(behind..)?.strip_prefix("={")?;
    let start = behind + 2;
    let length = end_of(rest, '}')?;
    let value = text.get(start..start + length).filter(|value| !value.trim().is_empty() && !value.contains('<'))?;
    Some(start..start + value.len())
}

/// Gives the place of the sign that closes the call.
fn write(text: &str, value: Range<usize>, mask: &mut [u8], before: Option<usize>, call: &str) -> Option<usize> {
    let end = value.end;
    if let Some(closed) = before.filter(|closed| value.start - closed <= call.len()) {
        // Too close behind another value for a call of its own: that one gets this as well, `;g$(a,  b)`.
        put_behind(text, value, mask)?;
        *mask.get_mut(closed)? = b',';
        return Some(end);
    }
    let from = value.start.checked_sub(call.len())?;
    // In the middle of an expression there is no statement.
    let before = mask.get(..from)?.iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let stands_alone = before.is_none_or(|byte| matches!(byte, b')' | b';' | b'}')) || mask.get(from..value.start).is_some_and(|place| place.contains(&b';'));
    let place = from..value.start;
    if !stands_alone || !mask.get(place.clone())?.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    put_behind(text, value, mask)?;
    mask.get_mut(place)?.copy_from_slice(call.as_bytes());
    Some(end)
}

/// The value, and what closes the call.
fn put_behind(text: &str, value: Range<usize>, mask: &mut [u8]) -> Option<()> {
    let place = mask.get_mut(value.start..value.end + 1).filter(|place| place.iter().all(u8::is_ascii_whitespace))?;
    let written = text.get(value)?.bytes().chain([b')']);
    place.iter_mut().zip(written).for_each(|(byte, new)| *byte = new);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut mask = super::super::blank(text);
        put(text, 0, &[], &mut mask);
        assert_eq!(mask.len(), text.len());
        String::from_utf8_lossy(&mask).trim().to_owned()
    }

    #[test]
    fn what_ships_is_given_something() {
        assert_eq!(masked("<Chat client:load apiKey={key} size=\"2\" />"), ";g$(key)");
        assert_eq!(masked("<Chat k={key} client:visible={{ rootMargin: '1px' }} />"), ";g$(key)");
        assert_eq!(masked("<Chat client:load {key} />"), ";g$(key)");
        assert_eq!(masked("<Chat client:load size={2} {key} {...rest}/>"), ";g$(2,  key, {...rest})");
        assert_eq!(masked("<Chat {...rest} client:load>"), ";g$({...rest})");
        assert_eq!(masked("<script define:vars={{ key, at: url.href }}>log(key)</script>"), ";g$({ key, at: url.href })");
    }

    #[test]
    fn what_a_page_shows_of_the_environment_is_written_into_it() {
        let page = |markup: &str| masked(&format!("{markup}<!-- import.meta.env.A -->"));
        assert_eq!(page("<p data-key={key}>x</p>"), ";w$(key)");
        assert_eq!(page("<p>Key: {site.key}!</p>"), ";w$(site.key)");
        assert_eq!(page("<input {value}/>"), ";w$(value)");
        assert_eq!(masked("<!-- import.meta.env.A --><p>{key}</p>"), ";w$(key)");
        assert_eq!(page("<Card apiKey={key} />"), "");
        assert_eq!(page("<p>{key && <b>on</b>}{ {a: 1} }</p>"), "");
        assert_eq!(page("<Chat client:load apiKey={key} />"), ";g$(key)");
    }

    #[test]
    fn what_stays_on_the_server_is_not() {
        for text in [
            "<Chat apiKey={key} />",
            "<p data-key={key}>x</p>",
            "<Chat {key} />",
            "<Chat client:load {/* a note */} {<b/>} />",
            "<script is:inline>a()</script>",
            "<Chat client:load apiKey={<b>x</b>} />",
            "<Chat client:load apiKey={",
        ] {
            assert_eq!(masked(text), "", "{text}");
        }
    }
}
