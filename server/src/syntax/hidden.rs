//! Text that the grammar must not see.
//!
//! The TypeScript grammar does not know type arguments before a template: of ``sql<User[]>`select …` `` it makes
//! comparisons or errors. They are handed to the parser as spaces, so that everything keeps its place. (Line ends stay
//! line ends, or the parser's rows would be wrong.)

use std::hash::Hasher;

use ropey::RopeSlice;

use crate::text::Span;

/// Longer type arguments are not looked for.
const LONGEST: usize = 512;
/// How far after the template an end tag shows that the `<word>` before it was JSX.
const TAG_LOOKAHEAD: usize = 4096;

/// The hidden spans of a text, in order, and a hash that tells whether an edit changed them.
#[derive(Clone, Default)]
pub(super) struct Hidden {
    spans: Vec<Span>,
    pub(super) hash: u64,
}

const SPACES: [u8; 64] = [b' '; 64];

impl Hidden {
    pub(super) fn in_typescript(text: RopeSlice<'_>) -> Self {
        let mut spans = Vec::new();
        let mut hasher = rustc_hash::FxHasher::default();
        let mut start = 0;
        for chunk in text.chunks() {
            for (at, _) in chunk.match_indices('`') {
                let end = start + at;
                if let Some(found) = before_template(text, end) {
                    hasher.write_usize(end - found.start as usize);
                    hasher.write(&bytes(text, found.start as usize, end));
                    spans.push(found);
                }
            }
            start += chunk.len();
        }
        let hash = if spans.is_empty() { 0 } else { hasher.finish() };
        Hidden { spans, hash }
    }

    /// The bytes at `byte` as the parser shall see them, of which `chunk` are the real ones.
    pub(super) fn over<'t>(&self, byte: usize, chunk: &'t [u8]) -> &'t [u8] {
        let next = self.spans.partition_point(|span| span.end as usize <= byte);
        let Some(span) = self.spans.get(next) else { return chunk };
        let (start, end) = (span.start as usize, span.end as usize);
        if byte < start {
            return chunk.get(..start - byte).unwrap_or(chunk);
        }
        let covered = chunk.get(..end - byte).unwrap_or(chunk);
        let line = covered.iter().position(|byte| *byte == b'\n').unwrap_or(covered.len());
        match covered.get(..line.min(SPACES.len())) {
            Some([]) | None => covered.get(..1).unwrap_or(covered),
            Some(run) => SPACES.get(..run.len()).unwrap_or(run),
        }
    }
}

fn bytes(text: RopeSlice<'_>, start: usize, end: usize) -> Vec<u8> {
    text.get_byte_slice(start..end).map(|slice| slice.bytes().collect()).unwrap_or_default()
}

/// The type arguments that end right before the template at `end`.
fn before_template(rope: RopeSlice<'_>, end: usize) -> Option<Span> {
    if end == 0 || rope.get_byte(end - 1) != Some(b'>') {
        return None;
    }
    let mut from = end.saturating_sub(LONGEST);
    while from > 0 && rope.get_byte_slice(from..end).is_none() {
        from -= 1;
    }
    let text = bytes(rope, from, end);
    let open = opening(&text)?;
    let named = text[..open].last().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii());
    if !named || is_tag(rope, &text[open + 1..text.len() - 1], end) {
        return None;
    }
    Some(Span::new((from + open) as u32, end as u32))
}

/// Where the `<` of the type arguments at the end of `text` stands, if they look like types throughout.
fn opening(text: &[u8]) -> Option<usize> {
    let mut closers = Vec::new();
    let mut after = 0;
    for (at, byte) in text.iter().copied().enumerate().rev() {
        let previous = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        match byte {
            b'>' if previous == Some(b'=') => {}
            b'>' | b']' | b'}' | b')' => closers.push(byte),
            b'<' | b'[' | b'{' | b'(' => {
                let closer = match byte {
                    b'<' => b'>',
                    b'[' => b']',
                    b'{' => b'}',
                    _ => b')',
                };
                if closers.pop() != Some(closer) || byte == b'{' && previous == Some(b'$') {
                    return None;
                }
                if closers.is_empty() {
                    return (at + 2 < text.len()).then_some(at);
                }
            }
            b'&' | b'|' if after == byte => return None,
            b'&' | b'|' | b',' | b'.' | b':' | b';' | b'?' | b'=' | b'-' | b'_' | b'$' | b'"' | b'\'' => {}
            byte if byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || !byte.is_ascii() => {}
            _ => return None,
        }
        after = byte;
    }
    None
}

/// `text<code>` before a backtick that is text too: an end tag follows.
fn is_tag(rope: RopeSlice<'_>, inside: &[u8], end: usize) -> bool {
    let word: Vec<u8> = inside.iter().copied().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'$')).collect();
    if word.is_empty() || !matches!(inside.get(word.len()), None | Some(b' ' | b'\n' | b'\t' | b'\r')) {
        return false;
    }
    let mut tag = b"</".to_vec();
    tag.extend(word);
    tag.push(b'>');
    let until = (end + TAG_LOOKAHEAD).min(rope.len_bytes());
    // `get_byte_slice` refuses to cut a character in two.
    let following = (until.saturating_sub(3)..=until).rev().find_map(|until| rope.get_byte_slice(end..until));
    following.is_some_and(|text| text.to_string().as_bytes().windows(tag.len()).any(|window| window == tag))
}

#[cfg(test)]
mod tests {
    use ropey::Rope;

    use super::*;

    fn hidden(text: &str) -> Vec<&str> {
        Hidden::in_typescript(Rope::from_str(text).slice(..)).spans.into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn type_arguments_before_a_template_are_found() {
        let table: &[(&str, &[&str])] = &[
            ("sql<User>`a`", &["<User>"]),
            ("db.$queryRaw<User[]>`a ${b}`; sql<{ a: string; b?: A<B> }>`c`", &["<User[]>", "<{ a: string; b?: A<B> }>"]),
            ("sql<A, B | null>`a`", &["<A, B | null>"]),
            ("sql<(a: A) => B>`a`", &["<(a: A) => B>"]),
            ("sql<\n  'a' | 'b'\n>`a`", &["<\n  'a' | 'b'\n>"]),
            ("`<b>`", &[]),
            ("a > `b`", &[]),
            ("x = <string>`a`", &[]),
            ("a<b && c>`d`", &[]),
            ("`Name<${email}>`", &[]),
            ("<p>see<code>`a`</code></p>", &[]),
            ("`", &[]),
            (">`", &[]),
            ("a<>`b`", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(hidden(text), *expected, "{text}");
        }
    }

    #[test]
    fn hidden_text_is_spaces_and_line_ends() {
        let text = format!("sql<\n  {}é\n>`a`;", "A | ".repeat(40));
        let found = Hidden::in_typescript(Rope::from_str(&text).slice(..));
        let mut seen = Vec::new();
        while seen.len() < text.len() {
            let part = found.over(seen.len(), &text.as_bytes()[seen.len()..]);
            assert!(!part.is_empty());
            seen.extend_from_slice(part);
        }
        let seen = String::from_utf8(seen).expect("nothing is cut");
        assert_eq!(seen, format!("sql \n{}\n `a`;", " ".repeat(2 + 160 + 2)));
    }
}
