//! Where the template of a component writes a value out as markup. In the mask such a place is a call of `html$`, which a script
//! cannot have written, so that the value has its own place in the file: `v-html="x"` reads as ` ;html$(x)`.

use std::ops::Range;

use super::loops::{self, Loop};
use crate::syntax::Language;

/// What stands before the value, what ends it, and the same in the mask, as long.
const VUE: &[(&str, char, &str)] = &[("v-html=\"", '"', " ;html$("), ("v-html='", '\'', " ;html$(")];
const SVELTE: &[(&str, char, &str)] = &[("{@html ", '}', ";html$(")];
const ASTRO: &[(&str, char, &str)] = &[("set:html={", '}', "   ;html$(")];
/// Longer values are not looked at.
const LONGEST: usize = 2048;

/// Puts the calls into a mask. `skipped` are the stretches that are code already.
pub(super) fn put(language: Language, text: &str, skipped: &[Range<usize>], mask: &mut [u8]) {
    let ways = match language {
        Language::Vue => VUE,
        Language::Svelte => SVELTE,
        Language::Astro => ASTRO,
        _ => return,
    };
    // What the scripts themselves name is theirs.
    let scripts: String = skipped.iter().filter_map(|range| text.get(range.clone())).collect();
    let loops = loops::of(language, text, skipped);
    let mut put: Vec<&Loop> = Vec::new();
    for (sign, close, call) in ways {
        for (at, _) in text.match_indices(sign) {
            let start = at + sign.len();
            let Some(length) = text.get(start..).and_then(|rest| end_of(rest, *close)) else { continue };
            let is_skipped = skipped.iter().any(|range| range.start < start + length && at < range.end);
            let fits = |value: &&str| !is_skipped && !value.trim().is_empty() && !value.contains("<!--");
            let Some(value) = text.get(start..start + length).filter(fits) else { continue };
            let around = loops::around(&loops, at, value, &scripts);
            // In the middle of an expression there is no statement.
            let call = match around {
                Some(around) if around.is_kept => call.replace(';', "+"),
                _ => (*call).to_owned(),
            };
            let Some(place) = mask.get_mut(at..start + length + 1) else { continue };
            let written = call.bytes().chain(value.bytes()).chain([b')']);
            place.iter_mut().zip(written).for_each(|(byte, new)| *byte = new);
            let mut next = around;
            while let Some(around) = next.filter(|around| !put.iter().any(|known| known.names.iter().any(|name| around.names.contains(name)))) {
                around.written.iter().for_each(|(at, new)| {
                    if let Some(place) = mask.get_mut(*at..*at + new.len()) {
                        place.copy_from_slice(new.as_bytes());
                    }
                });
                put.push(around);
                next = loops::outer(&loops, around, &scripts);
            }
        }
    }
}

/// How long the value is: up to the sign that closes it, past braces and quotes of its own.
pub(super) fn end_of(rest: &str, close: char) -> Option<usize> {
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
    fn what_a_loop_goes_through_is_told_in_front() {
        for (language, text, told) in [
            (Language::Vue, "<li v-for=\"item in items\" v-html=\"item.body\" />", ";each$(item in items)"),
            (Language::Vue, "<li v-for=\"(item, i) of items\"><p v-html=\"item.body\" /></li>", ";each$((item, i) in items)"),
            (Language::Svelte, "{#each data.notes ?? [] as note (note.id)}{@html note.body}{/each}", ";each$(data.notes ?? [] as note          )"),
            (Language::Svelte, "{#each notes as { body }, at}{@html body}{/each}", ";each$(notes as { body }    )"),
            (Language::Astro, "<ul>{notes.map((note) => (<li set:html={note.body} />))}</ul>", ";notes.map((note) => (       +html$(note.body)   ))"),
        ] {
            let mask = masked(language, text);
            assert_eq!(mask.len(), text.len());
            assert!(mask.contains(told), "{mask}");
        }
    }

    #[test]
    fn a_loop_within_a_loop_needs_both() {
        for (language, text, told) in [
            (
                Language::Svelte,
                "{#each data.albums as album (album.id)}<h2>{album.name}</h2>{#each album.photos as photo}{@html photo.text}{/each}{/each}",
                [";each$(data.albums as album           )", ";each$(album.photos as photo)"],
            ),
            (
                Language::Vue,
                "<ul v-for=\"album in albums\"><li v-for=\"photo in album.photos\" v-html=\"photo.text\" /></ul>",
                [";each$(album in albums)", ";each$(photo in album.photos)"],
            ),
        ] {
            let mask = masked(language, text);
            assert!(told.iter().all(|told| mask.contains(told)), "{mask}");
        }
    }

    #[test]
    fn a_loop_without_markup_or_with_a_name_of_the_script_is_none() {
        for (language, text) in [
            (Language::Vue, "<li v-for=\"item in items\">{{ item }}</li>"),
            (Language::Svelte, "{#each notes as note}{note.title}{/each}{@html other}"),
            (Language::Astro, "<ul>{notes.map((note) => (<li>{note.body}</li>))}</ul>"),
        ] {
            assert!(!masked(language, text).contains("each$") && !masked(language, text).contains(".map"), "{text}");
        }
        let text = "<script>const item = 1;</script><li v-for=\"item in items\" v-html=\"item.body\" />";
        let mut mask = super::super::blank(text);
        put(Language::Vue, text, std::slice::from_ref(&(8..23)), &mut mask);
        assert!(!String::from_utf8_lossy(&mask).contains("each$"));
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
