//! What an Astro page gives to what ships: the properties of a component that runs in the browser, and the variables of a script. In the
//! mask such a place is a call of `g$`, which is told from the names of people by being global: `apiKey={key}` beside `client:load` reads
//! as `    ;g$(key)`.

use std::ops::Range;

use super::markup::{Markup, Tag};
use super::written_out::end_of;

const CALL: &str = ";g$(";

/// Puts the calls into a mask. `skipped` are the stretches that are code already.
pub(super) fn put(text: &str, start: usize, skipped: &[Range<usize>], mask: &mut [u8]) {
    let mut markup = Markup::new(text, start, true);
    while let Some(tag) = markup.next_tag() {
        let names: Vec<&str> = tag.attributes.iter().map(|(name, _)| *name).filter(|name| is_given(&tag, name)).collect();
        for name in names {
            if let Some(value) = value_of(text, name)
                && !skipped.iter().any(|range| range.start < value.end && value.start < range.end)
            {
                write(text, value, mask);
            }
        }
        if matches!(tag.name, "script" | "style") && !tag.closes_itself {
            markup.content(tag.name);
        }
    }
}

/// Does the browser get this attribute of the element?
fn is_given(tag: &Tag<'_>, name: &str) -> bool {
    let is_island = || tag.attributes.iter().any(|(name, _)| name.starts_with("client:"));
    match tag.name {
        "script" | "style" => name == "define:vars",
        _ => !name.contains(':') && is_island(),
    }
}

/// The expression behind the name of an attribute, without its braces.
fn value_of(text: &str, name: &str) -> Option<Range<usize>> {
    let at = (name.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let behind = at + name.len();
    let rest = text.get(behind..)?.strip_prefix("={")?;
    let start = behind + 2;
    let length = end_of(rest, '}')?;
    let value = text.get(start..start + length).filter(|value| !value.trim().is_empty() && !value.contains('<'))?;
    Some(start..start + value.len())
}

fn write(text: &str, value: Range<usize>, mask: &mut [u8]) {
    let Some(from) = value.start.checked_sub(CALL.len()) else { return };
    // In the middle of an expression there is no statement.
    let before = mask.get(..from).unwrap_or_default().iter().rev().find(|byte| !byte.is_ascii_whitespace());
    let stands_alone = before.is_none_or(|byte| matches!(byte, b')' | b';' | b'}')) || mask.get(from..value.start).is_some_and(|place| place.contains(&b';'));
    let Some(place) = mask.get_mut(from..value.end + 1).filter(|place| stands_alone && place.iter().all(u8::is_ascii_whitespace)) else { return };
    let written = CALL.bytes().chain(text.get(value).unwrap_or_default().bytes()).chain([b')']);
    place.iter_mut().zip(written).for_each(|(byte, new)| *byte = new);
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
        assert_eq!(masked("<script define:vars={{ key, at: url.href }}>log(key)</script>"), ";g$({ key, at: url.href })");
    }

    #[test]
    fn what_stays_on_the_server_is_not() {
        for text in [
            "<Chat apiKey={key} />",
            "<p data-key={key}>x</p>",
            "<script is:inline>a()</script>",
            "<Chat client:load apiKey={<b>x</b>} />",
            "<Chat client:load apiKey={",
        ] {
            assert_eq!(masked(text), "", "{text}");
        }
    }
}
