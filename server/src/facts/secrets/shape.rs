//! Finds tokens by their shape in a text: prefilter, pattern, and the borders that a pattern cannot express.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::catalogue::{Row, RowId};
use super::prefilter::{HintWords, token_words, wordless_rows};

/// Longer tokens exist in no catalogue; a match is cut off here.
const TOKEN_LIMIT: usize = 16 * 1024;
/// How far before its word a token may begin.
const REACH_BACK: usize = 512;
/// How far after its word a token may go on.
const LINE_REACH: usize = 4 * 1024;

/// A stretch of text with the shape of a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token {
    pub row: RowId,
    pub range: Range<usize>,
}

/// The tokens in `text`, in order of place, longest first where they begin together. `words`: what the file and the
/// names speak of, for rows without a word of their own.
pub(super) fn tokens(text: &str, words: HintWords) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut searched: FxHashMap<RowId, usize> = FxHashMap::default();
    for at in token_words(text) {
        let Some(row) = at.row.row() else { continue };
        if !row.context_words.is_empty() && !words.has_any(&row.context_words) {
            continue;
        }
        if row.inner {
            // No stretch of text is searched twice for the same row.
            let until = searched.entry(at.row).or_default();
            if at.start >= *until {
                *until = around_word(text, row, at.row, at.start, &mut found);
            }
        } else if let Some(range) = at_word(text, row, at.start).filter(|range| stands_alone(text, row, range)) {
            found.push(Token { row: at.row, range });
        }
    }
    for &id in wordless_rows() {
        let Some(row) = id.row().filter(|row| words.has_any(&row.context_words)) else { continue };
        let Some(pattern) = row.pattern.anywhere() else { continue };
        let matches = pattern.find_iter(text).map(|found| found.range()).filter(|range| stands_alone(text, row, range));
        found.extend(matches.map(|range| Token { row: id, range }));
    }
    found.sort_by(|a, b| (a.range.start, b.range.end, a.row).cmp(&(b.range.start, a.range.end, b.row)));
    found.dedup();
    found
}

/// The token that begins with the word at `start`.
fn at_word(text: &str, row: &Row, start: usize) -> Option<Range<usize>> {
    if is_glued_to_what_stands_before(text, row, start) {
        return None;
    }
    let rest = text.get(start..floor(text, start.saturating_add(TOKEN_LIMIT)))?;
    let found = row.pattern.at_start()?.find(rest)?;
    Some(start..start + found.end())
}

/// The tokens around the word at `at`, on its line or a little beyond, and how far the text has been searched.
fn around_word(text: &str, row: &Row, id: RowId, at: usize, found: &mut Vec<Token>) -> usize {
    let from = ceil(text, at.saturating_sub(REACH_BACK));
    let line = text.get(from..at).and_then(|before| before.rfind('\n')).map_or(from, |newline| from + newline + 1);
    let reach = if row.multiline { TOKEN_LIMIT } else { LINE_REACH };
    let to = floor(text, at.saturating_add(reach));
    let window = text.get(line..to).unwrap_or("");
    let window = if row.multiline { window } else { window.split('\n').next().unwrap_or(window) };
    if let Some(pattern) = row.pattern.anywhere() {
        let ranges = pattern.find_iter(window).map(|found| line + found.start()..line + found.end());
        found.extend(ranges.filter(|range| stands_alone(text, row, range)).map(|range| Token { row: id, range }));
    }
    let end = line + window.len();
    if end == to { end.saturating_sub(REACH_BACK).max(at + 1) } else { end.max(at + 1) }
}

/// Not a piece of something longer.
fn stands_alone(text: &str, row: &Row, range: &Range<usize>) -> bool {
    let after = text.as_bytes().get(range.end).copied();
    !is_glued_to_what_stands_before(text, row, range.start) && !after.is_some_and(|byte| row.continues(byte)) && !is_inside_blob(text.as_bytes(), range)
}

/// Between `+` and `/` of a long base64 text stands everything, sooner or later.
fn is_inside_blob(text: &[u8], range: &Range<usize>) -> bool {
    const BLOB: usize = 48;
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let before = text.get(range.start.saturating_sub(BLOB)..range.start).unwrap_or_default();
    let after = text.get(range.end..text.len().min(range.end + BLOB)).unwrap_or_default();
    let borders = [before.last(), after.first()];
    borders.iter().flatten().any(|byte| matches!(byte, b'+' | b'/'))
        && (before.iter().filter(is_base64).count() == BLOB || after.iter().filter(is_base64).count() == BLOB)
}

fn is_glued_to_what_stands_before(text: &str, row: &Row, start: usize) -> bool {
    let byte_before = |back: usize| start.checked_sub(back).and_then(|at| text.as_bytes().get(at)).copied();
    // `\n` and `\t` as written in a string are no letters of a token.
    let escape = byte_before(2) == Some(b'\\') && matches!(byte_before(1), Some(b'n' | b't' | b'r'));
    !escape && byte_before(1).is_some_and(|byte| row.glued(byte))
}

/// The next character border at or before `at`.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The next character border at or after `at`.
pub(super) fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::secrets::sample::{Random, expand};

    fn found(text: &str) -> Vec<&'static str> {
        tokens(text, HintWords::of(text)).iter().map(|token| token.row.id()).collect()
    }

    fn make(template: &str) -> String {
        expand(template, &mut Random::new("shape"))
    }

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        let key = make("gsk_{alnum:52}");
        for text in [key.clone(), format!("\"{key}\""), format!("x = {key};\n"), format!("é{key}é"), format!("Bearer\\n{key}")] {
            assert!(found(&text).contains(&"groq"), "{text}");
        }
    }

    #[test]
    fn a_piece_of_something_longer_is_no_token() {
        let key = make("gsk_{alnum:52}");
        for text in [format!("x{key}"), format!("{key}x"), format!("-{key}"), key.replace("gsk_", "GSK_"), key.get(..50).unwrap_or("").to_owned()] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_piece_of_a_long_base64_text_is_no_token() {
        let key = make("gsk_{alnum:52}");
        assert!(found(&make(&format!("{{b64:60}}/{key}+{{b64:60}}"))).is_empty());
        assert_eq!(found(&format!("https://acme.io/v1/{key}/next")), ["groq"]);
    }

    #[test]
    fn a_word_inside_a_token_finds_it_from_its_start() {
        let text = make("see {hex:32}-us14 and {alnum:14}.atlasv1.{url:62} end");
        assert_eq!(found(&text), ["mailchimp", "terraform-cloud"]);
    }

    #[test]
    fn rows_without_words_run_where_the_file_speaks_of_them() {
        let token = make("{base64:{digits:18}}.{alnum:6}.{url:38}");
        assert!(found(&token).is_empty());
        assert_eq!(found(&format!("discord: {token}")), ["discord-bot"]);
    }

    #[test]
    fn long_lines_and_odd_borders_are_fine() {
        let key = make("gsk_{alnum:52}");
        let long = format!("{}{}{}", "é ".repeat(40_000), key, " é".repeat(40_000));
        assert_eq!(found(&long), ["groq"]);
        let text = format!("{}-us1", "é".repeat(600));
        assert!(found(&text).is_empty());
    }
}
