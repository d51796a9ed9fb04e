//! Where the template of a component writes a value out as markup. In the mask such a place is a call of `html$`, which a script
//! cannot have written, so that the value has its own place in the file: `v-html="x"` reads as ` ;html$(x)`.

use crate::syntax::Language;

/// What stands before the value, what ends it, and the same in the mask, as long.
const VUE: &[(&str, char, &str)] = &[("v-html=\"", '"', " ;html$("), ("v-html='", '\'', " ;html$(")];
const SVELTE: &[(&str, char, &str)] = &[("{@html ", '}', ";html$(")];
const ASTRO: &[(&str, char, &str)] = &[("set:html={", '}', "   ;html$(")];
/// Longer values are not looked at.
const LONGEST: usize = 2048;

/// Puts the calls into a mask. `skipped` are the stretches that are code already.
pub(super) fn put(language: Language, text: &str, skipped: &[std::ops::Range<usize>], mask: &mut [u8]) {
    let ways = match language {
        Language::Vue => VUE,
        Language::Svelte => SVELTE,
        Language::Astro => ASTRO,
        _ => return,
    };
    for (sign, close, call) in ways {
        for (at, _) in text.match_indices(sign) {
            let start = at + sign.len();
            let Some(length) = text.get(start..).and_then(|rest| end_of(rest, *close)) else { continue };
            let is_skipped = skipped.iter().any(|range| range.start < start + length && at < range.end);
            let fits = |value: &&str| !is_skipped && !value.trim().is_empty() && !value.contains("<!--");
            let Some(value) = text.get(start..start + length).filter(fits) else { continue };
            let Some(place) = mask.get_mut(at..start + length + 1) else { continue };
            let written = call.bytes().chain(value.bytes()).chain([b')']);
            place.iter_mut().zip(written).for_each(|(byte, new)| *byte = new);
        }
    }
}

/// How long the value is: up to the sign that closes it, past braces and quotes of its own.
fn end_of(rest: &str, close: char) -> Option<usize> {
    let mut depth = 0u32;
    let mut quote = None;
    for (at, c) in rest.char_indices().take(LONGEST) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, c) if c == close && depth == 0 => return Some(at),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.checked_sub(1)?,
            (None, '"' | '\'' | '`') => quote = Some(c),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(language: Language, text: &str) -> String {
        let mut mask = super::super::blank(text);
        put(language, text, &[], &mut mask);
        String::from_utf8_lossy(&mask).into_owned()
    }

    #[test]
    fn a_value_keeps_its_place() {
        for (language, text, value) in [
            (Language::Vue, "<p v-html=\"post.body\"></p>", "post.body"),
            (Language::Svelte, "<p>{@html render({ a: '}' })}</p>", "render({ a: '}' })"),
            (Language::Astro, "<p set:html={post.body} />", "post.body"),
        ] {
            let mask = masked(language, text);
            assert_eq!(mask.len(), text.len());
            assert!(mask.contains(&format!("html$({value})")), "{mask}");
            assert_eq!(mask.find(value), text.find(value));
        }
    }

    #[test]
    fn what_is_unfinished_or_another_language_stays_blank() {
        for (language, text) in
            [(Language::Vue, "<p v-html=\"post.body"), (Language::Svelte, "{@html }"), (Language::Html, "<p v-html=\"x\">"), (Language::Svelte, "{@html a")]
        {
            assert_eq!(masked(language, text).trim(), "");
        }
    }
}
