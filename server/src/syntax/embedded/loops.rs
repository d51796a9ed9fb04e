//! Loops in the templates of components, around what is written out as markup. The mask says what they go through, with every word
//! in its own place: `v-for="note in notes"` reads as `;each$(note in notes)`, `{#each notes as note}` as `;each$(notes as note)`,
//! and of Astro's expressions the call of `map` stays as it is. The lowering knows `each$`.

use std::ops::Range;

use super::written_out::end_of;
use crate::syntax::Language;

/// More loops of one template are not looked at.
const MOST: usize = 200;
/// A longer expression is not followed to its end.
const LONGEST: usize = 16 * 1024;

pub(super) struct Loop {
    /// What it is about: from its beginning to the end of what it repeats, as far as that is known.
    range: Range<usize>,
    /// The names that stand for one element or its parts.
    pub names: Vec<String>,
    /// What the mask says, and where.
    pub written: Vec<(usize, String)>,
    /// What is repeated stands inside of it in the mask.
    pub is_kept: bool,
}

pub(super) fn of(language: Language, text: &str, skipped: &[Range<usize>]) -> Vec<Loop> {
    let is_free = |at: usize| !skipped.iter().any(|range| range.contains(&at));
    let found = |sign: &str, read: &dyn Fn(&str, usize) -> Option<Loop>| -> Vec<Loop> {
        text.match_indices(sign).map(|(at, _)| at).filter(|at| is_free(*at)).take(MOST).filter_map(|at| read(text, at)).collect()
    };
    match language {
        Language::Vue => found("v-for=\"", &vue),
        Language::Svelte => found("{#each ", &svelte),
        Language::Astro => found(".map(", &astro),
        _ => Vec::new(),
    }
}

/// The innermost loop around a place that names something of the value, which no script does.
pub(super) fn around<'l>(loops: &'l [Loop], at: usize, value: &str, scripts: &str) -> Option<&'l Loop> {
    let holds =
        |of: &&Loop| of.range.contains(&at) && of.names.iter().any(|name| has_word(value, name)) && !of.names.iter().any(|name| has_word(scripts, name));
    loops.iter().filter(holds).min_by_key(|of| of.range.len())
}

/// The innermost loop around another that names something of what that one goes through: `each album.photos as photo`.
pub(super) fn outer<'l>(loops: &'l [Loop], inner: &Loop, scripts: &str) -> Option<&'l Loop> {
    let (_, over) = inner.written.first().filter(|_| !inner.is_kept)?;
    let is_around = |of: &&Loop| of.range.start < inner.range.start && of.range.contains(&inner.range.start) && !of.is_kept;
    let holds = |of: &&Loop| of.names.iter().any(|name| has_word(over, name) && !inner.names.contains(name) && !has_word(scripts, name));
    loops.iter().filter(is_around).filter(holds).min_by_key(|of| of.range.len())
}

/// `v-for="(note, at) in notes"`. What it repeats is the element, whose end is not looked for.
fn vue(text: &str, at: usize) -> Option<Loop> {
    const SIGN: &str = "v-for=\"";
    let start = at + SIGN.len();
    let length = end_of(text.get(start..)?, '"')?;
    let inner = text.get(start..start + length)?;
    let (pattern, between) = [" in ", " of "].iter().filter_map(|word| Some((inner.find(word)?, *word))).min()?;
    let names = names(inner.get(..pattern)?);
    let mut said = inner.to_owned();
    said.replace_range(pattern..pattern + between.len(), " in ");
    // Other attributes of the element may stand before it.
    let tag = text.get(..at)?.rfind('<')?;
    let is_plain = !names.is_empty() && !said.contains('\n');
    is_plain.then(|| Loop { range: tag..text.len(), names, written: vec![(at, format!(";each$({said})"))], is_kept: false })
}

/// `{#each notes as note, at (note.id)}` to its `{/each}`.
fn svelte(text: &str, at: usize) -> Option<Loop> {
    const SIGN: &str = "{#each ";
    let start = at + SIGN.len();
    let length = end_of(text.get(start..)?, '}')?;
    let inner = text.get(start..start + length)?;
    let pattern = inner.find(" as ")? + 4;
    let rest = inner.get(pattern..)?;
    let end = pattern
        + match rest.chars().next()? {
            '{' => rest.find('}')? + 1,
            '[' => rest.find(']')? + 1,
            _ => rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len()),
        };
    let names = names(inner.get(pattern..end)?);
    let said = format!(";each$({}{})", inner.get(..end)?, " ".repeat(inner.len() - end));
    let body = text.get(start + length..)?;
    let mut depth = 0usize;
    let close = body.match_indices("{").take(4 * MOST).find_map(|(place, _)| {
        let rest = body.get(place..)?;
        if rest.starts_with(SIGN) {
            depth += 1;
        } else if rest.starts_with("{/each") {
            if depth == 0 {
                return Some(place);
            }
            depth -= 1;
        }
        None
    });
    let range = at..start + length + close.unwrap_or(body.len());
    let is_plain = !names.is_empty() && !said.contains('\n');
    is_plain.then(|| Loop { range, names, written: vec![(at, said)], is_kept: false })
}

/// `{notes.map((note) => (...))}`: what stands before what it repeats, and what closes it.
fn astro(text: &str, at: usize) -> Option<Loop> {
    let open = text.get(..at)?.rfind('{')?;
    let over = text.get(open + 1..at)?;
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '?' | '!' | '[' | ']' | '(' | ')' | '|' | '&' | ' ');
    if over.trim().is_empty() || !over.chars().all(is_path) {
        return None;
    }
    let arguments = at + ".map(".len();
    let rest = text.get(arguments..)?;
    let arrow = rest.find("=>").filter(|arrow| *arrow < 200)?;
    let names = names(rest.get(..arrow)?);
    let mut head = arguments + arrow + 2;
    let behind = text.get(head..)?;
    let gap = behind.len() - behind.trim_start().len();
    if behind.trim_start().starts_with('(') {
        head += gap + 1;
    }
    let length = closing(text.get(open + 1..)?)?;
    let close = open + 1 + length;
    let repeated = text.get(head..close)?;
    let tail = repeated.len() - repeated.trim_end_matches([')', ' ', '\n', '\r', '\t', ';']).len();
    let (front, back) = (text.get(open + 1..head)?, text.get(close - tail..close)?);
    let opened = front.matches('(').count().checked_sub(front.matches(')').count())?;
    let is_whole = back.matches(')').count() == opened && !names.is_empty() && !front.contains('<');
    is_whole.then(|| Loop { range: open..close, names, written: vec![(open, format!(";{front}")), (close - tail, format!("{back};"))], is_kept: true })
}

/// The brace that closes what was opened. In markup an apostrophe is no quote.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in rest.char_indices().take(LONGEST) {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The names that a pattern binds to an element and its parts: `note`, `(note, at)`, `{ id, body: text }`.
pub fn names(pattern: &str) -> Vec<String> {
    parts(pattern).into_iter().map(|(name, _)| name).collect()
}

/// The same with the member that each stands for.
pub fn parts(pattern: &str) -> Vec<(String, Option<String>)> {
    let pattern = pattern.trim();
    let pattern = pattern.strip_prefix('(').map_or(pattern, |rest| rest.strip_suffix(')').unwrap_or(rest)).trim();
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$') && !text.starts_with(|c: char| c.is_ascii_digit());
    if let Some(inner) = pattern.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inner, _)| inner) {
        let part = |part: &str| {
            let part = part.split('=').next().unwrap_or("").trim();
            let (member, local) = part.split_once(':').unwrap_or((part, part));
            (is_name(member.trim()) && is_name(local.trim())).then(|| (local.trim().to_owned(), Some(member.trim().to_owned())))
        };
        return inner.split(',').filter_map(part).collect();
    }
    let first = pattern.split([',', ':']).next().unwrap_or("").trim();
    if is_name(first) { vec![(first.to_owned(), None)] } else { Vec::new() }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|behind| behind.chars().next());
        !before.is_some_and(|c| is_part(c) || c == '.') && !behind.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_bind_names() {
        assert_eq!(parts("note"), [("note".to_owned(), None)]);
        assert_eq!(names("(note, at)"), ["note"]);
        assert_eq!(parts("{ id, body: text, size = 1 }").len(), 3);
        assert_eq!(names("{ body: text }"), ["text"]);
        assert!(names("").is_empty() && names("[a, b]").is_empty() && names("1").is_empty());
    }

    #[test]
    fn broken_templates_have_no_loops() {
        for text in
            ["{#each ", "{#each notes as", "{#each notes as {", "v-for=\"", "v-for=\"a in ", ".map(", "{.map(", "{a.map(", "{a.map((b) =>", "{a.map(b => <"]
        {
            for language in [Language::Vue, Language::Svelte, Language::Astro] {
                assert!(of(language, text, &[]).is_empty(), "{text}");
            }
        }
    }
}
