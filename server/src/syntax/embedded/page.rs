//! Pages and components: HTML, Vue, Svelte, Astro. Their scripts are one module.

use super::markup::{Markup, Tag};
use super::moves::Moves;
use super::{Embedded, Part, blank, given, rope, templating, without, written_out};
use crate::syntax::Language;
use crate::text::Span;

struct Script {
    part: Part,
    language: Language,
}

pub(super) fn read(language: Language, text: &str) -> Embedded {
    let scripts = scripts(language, text);
    let mut code = blank(text);
    for (at, script) in scripts.iter().enumerate() {
        let range = script.part.span.range();
        if let (Some(to), Some(from)) = (code.get_mut(range.clone()), text.as_bytes().get(range.clone())) {
            to.copy_from_slice(from);
            if language.is_markup() && script.language == Language::JavaScript {
                templating::hide(to);
            }
        }
        // The last statement of the script before ends with it. A tag stands between them.
        if let Some(end) = range.start.checked_sub(1).filter(|_| at > 0).and_then(|end| code.get_mut(end)) {
            *end = b';';
        }
    }
    if !scripts.is_empty() {
        let ranges: Vec<std::ops::Range<usize>> = scripts.iter().map(|script| script.part.span.range()).collect();
        written_out::put(language, text, &ranges, &mut code);
        if language == Language::Astro {
            given::put(text, frontmatter(text).map_or(0, |span| span.end as usize), &ranges, &mut code);
        }
    }
    let is = |wanted: Language| scripts.iter().any(|script| script.language == wanted);
    let written_in = match (is(Language::TypeScript), is(Language::Tsx) || is(Language::Jsx)) {
        _ if is(Language::Tsx) => Language::Tsx,
        (true, true) => Language::Tsx,
        (true, false) => Language::TypeScript,
        (false, _) => Language::JavaScript,
    };
    let parts: Vec<Part> = scripts.into_iter().map(|script| script.part).collect();
    Embedded { language: (!parts.is_empty()).then_some(written_in), code: rope(&code), rest: rope(&without(text, &parts)), parts, moves: Moves::default() }
}

fn scripts(language: Language, text: &str) -> Vec<Script> {
    let mut found = Vec::new();
    let mut start = 0;
    if let Some(span) = frontmatter(text).filter(|_| language == Language::Astro) {
        start = span.end as usize;
        found.push(Script { part: Part { span, is_server: true }, language: Language::TypeScript });
    }
    let mut markup = Markup::new(text, start, matches!(language, Language::Svelte | Language::Astro));
    while let Some(tag) = markup.next_tag() {
        // Components may be called `Script` and `Title`.
        let is_called = |name: &str| if language.is_markup() { tag.name.eq_ignore_ascii_case(name) } else { tag.name == name };
        if tag.closes_itself && !language.is_markup() {
            continue;
        }
        if is_called("script") {
            let (start, end) = markup.content("script");
            if let Some(written_in) = script_language(language, &tag).filter(|_| start < end) {
                found.push(Script { part: Part { span: Span::from(start..end), is_server: false }, language: written_in });
            }
        } else if let Some(name) = ["style", "textarea", "title"].into_iter().find(|name| is_called(name)) {
            markup.content(name);
        } else if language == Language::Vue && is_called("template") && tag.attribute("lang").is_some_and(|lang| !matches!(lang, "" | "html")) {
            markup.content("template");
        }
    }
    found
}

/// What the script is written in; `None` if it is no code, or stands in another file.
fn script_language(page: Language, tag: &Tag<'_>) -> Option<Language> {
    if tag.attribute("src").is_some() {
        return None;
    }
    let lang = tag.attribute("lang").unwrap_or_default().to_ascii_lowercase();
    let kind = tag.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    Some(match (lang.as_str(), kind.split(';').next().unwrap_or_default().trim_end()) {
        ("ts" | "typescript", _) | ("", "text/typescript" | "application/typescript" | "ts") => Language::TypeScript,
        ("tsx", _) => Language::Tsx,
        ("jsx", _) | ("", "text/babel" | "text/jsx" | "jsx") => Language::Jsx,
        (
            "" | "js" | "javascript" | "babel",
            "" | "module" | "text/javascript" | "application/javascript" | "application/x-javascript" | "text/ecmascript" | "text/partytown",
        ) => {
            if page == Language::Astro {
                Language::TypeScript
            } else {
                Language::JavaScript
            }
        }
        _ => return None,
    })
}

/// What stands between two lines of three dashes at the beginning.
fn frontmatter(text: &str) -> Option<Span> {
    let open = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let start = open + 3;
    let inside = text.get(open..)?.strip_prefix("---")?;
    let is_line = |at: usize| inside.get(..at).is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r']));
    let end = inside.match_indices("---").map(|(at, _)| at).find(|at| is_line(*at))?;
    Some(Span::from(start..start + end))
}
